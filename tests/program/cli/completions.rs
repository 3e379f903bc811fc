//! `rulec completions` in the shells that are here, and `rulec man`.

use super::program::{rulec, with};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs a script in a shell; `None` if there is no such shell.
fn run(shell: &[&str], directory: &Path) -> Option<(bool, String)> {
    let output = Command::new(shell[0]).args(&shell[1..]).current_dir(directory).output().ok()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some((output.status.success(), text(&output.stdout) + &text(&output.stderr)))
}

fn script(directory: &Path, shell: &str) -> String {
    let ran = rulec(directory, &["completions", shell]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
    fs::write(directory.join(format!("rulec.{shell}")), &ran.out).unwrap();
    ran.out
}

#[test]
fn bash_completes() {
    let directory = with(&[("rules.yaml", "")]);
    script(directory.path(), "bash");
    let complete = |words: &str| {
        let line = format!(
            "source ./rulec.bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _rulec rulec \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let Some((fine, out)) = run(&["bash", "--norc", "-c", &line], directory.path()) else {
            eprintln!("there is no bash here: nothing was completed");
            return None;
        };
        assert!(fine, "{out}");
        Some(out.lines().map(str::to_owned).collect::<Vec<_>>())
    };
    let Some(commands) = complete("rulec co") else { return };
    assert_eq!(commands, ["compile", "completions", "coverage"]);
    assert_eq!(complete("rulec check --fo").unwrap(), ["--format"]);
    let formats = complete("rulec check --format g").unwrap();
    assert_eq!(formats, ["github", "gitlab"]);
    assert_eq!(complete("rulec check --allow unused-m").unwrap(), ["unused-macro"]);
    assert_eq!(complete("rulec explain unused-sup").unwrap(), ["unused-suppression"]);
}

#[test]
fn other_shells_read_their_scripts() {
    let directory = with(&[]);
    for (shell, check) in [
        ("bash", &["bash", "-n", "rulec.bash"][..]),
        ("zsh", &["zsh", "-n", "rulec.zsh"]),
        ("fish", &["fish", "--no-execute", "rulec.fish"]),
        (
            "powershell",
            &[
                "pwsh",
                "-NoProfile",
                "-Command",
                "$null = [scriptblock]::Create((Get-Content -Raw rulec.powershell))",
            ],
        ),
        ("elvish", &["elvish", "-compileonly", "rulec.elvish"]),
    ] {
        assert!(script(directory.path(), shell).contains("coverage"), "{shell}");
        match run(check, directory.path()) {
            Some((fine, said)) => assert!(fine, "{shell}: {said}"),
            None => eprintln!("there is no {shell} here: its script was not read"),
        }
    }
    assert_eq!(rulec(directory.path(), &["completions", "csh"]).code, 2);
}

#[test]
fn names_are_not_only_those_that_are_completed() {
    // The command itself takes codes too, and says what was meant.
    let directory = with(&[]);
    assert_eq!(rulec(directory.path(), &["explain", "RC0305"]).code, 0);
    assert!(rulec(directory.path(), &["explain", "unused-makro"]).err.contains("did you mean"));
}

#[test]
fn manual_pages() {
    let directory = with(&[]);
    let ran = rulec(directory.path(), &["man", "--out", "share/man1"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    let pages = directory.path().join("share/man1");
    let names: Vec<String> = fs::read_dir(&pages)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for name in ["rulec.1", "rulec-check.1", "rulec-explain-match.1", "rulec-man.1"] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    assert!(!names.iter().any(|name| name.contains("help")), "{names:?}");
    let check = fs::read_to_string(pages.join("rulec-check.1")).unwrap();
    for part in [".TH", "rulec\\-check \\- Check rules files", "\\-\\-deny", ".SH EXAMPLES\n.nf\n"] {
        assert!(check.contains(part), "{part} is not in\n{check}");
    }
    let own = rulec(directory.path(), &["man"]).out;
    assert_eq!(own, fs::read_to_string(pages.join("rulec.1")).unwrap());
    assert!(own.contains("rulec\\-check(1)"), "{own}");
    // No line of an example is taken for a request.
    for name in &names {
        let page = fs::read_to_string(pages.join(name)).unwrap();
        let known = [".TH", ".SH", ".TP", ".PP", ".RS", ".RE", ".IP", ".nf", ".fi", ".ie", ".el", ".br"];
        for line in page.lines().filter(|line| line.starts_with(['.', '\''])) {
            assert!(known.iter().any(|request| line.starts_with(request)), "{name}: {line}");
        }
    }
}
