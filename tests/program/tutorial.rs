//! The tutorials keep their word: in an empty folder, their files and commands in order lead to what they show, and both
//! languages have the same. `cargo bless` renews what the commands print.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGES: [&str; 2] = ["docs/tutorial.md", "docs/tutorial.ja.md"];

/// A fenced block of a page.
struct Block<'p> {
    /// What stands behind the fence: `yaml`, `console`.
    kind: &'p str,
    text: &'p str,
    /// The file that it is: the last name in backticks with a dot and without a blank before the fence, if the block
    /// is no session.
    file: Option<&'p str>,
}

fn path(page: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(page)
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut parts = page.split("```");
    // A page is text, block, text, block, …, text.
    while let (Some(before), Some(block)) = (parts.next(), parts.next()) {
        let (kind, text) = block.split_once('\n').unwrap();
        let names = before.split('`').skip(1).step_by(2);
        let is_file =
            |name: &&str| name.contains('.') && !name.contains([' ', '=']) && !name.starts_with("ct.");
        let file = names.filter(is_file).last().filter(|_| kind != "console");
        blocks.push(Block { kind, text, file });
    }
    blocks
}

/// The commands of a session, each with what is shown below it.
pub fn commands(session: &str) -> Vec<(&str, String)> {
    let mut commands: Vec<(&str, String)> = Vec::new();
    for line in session.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => commands.push((command, String::new())),
            None => commands.last_mut().unwrap().1 += &format!("{line}\n"),
        }
    }
    commands
}

/// Runs a command as a shell would; what it prints on both streams as they come, and its code.
pub fn run(directory: &Path, command: &str) -> (String, i32) {
    let program = Path::new(env!("CARGO_BIN_EXE_rulec")).parent().unwrap();
    let mut paths = vec![program.to_owned()];
    paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let ran = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .current_dir(directory)
        .env("PATH", std::env::join_paths(paths).unwrap())
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    (String::from_utf8(ran.stdout).unwrap(), ran.status.code().unwrap())
}

/// Follows a page in an empty folder; the page as it should be.
fn follow(page: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let mut renewed = page.to_owned();
    for Block { kind, text, file } in blocks(page) {
        if kind != "console" {
            let file =
                directory.path().join(file.unwrap_or_else(|| panic!("no file is named before {text}")));
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
            continue;
        }
        let commands = commands(text);
        let mut session = String::new();
        let mut code = 0;
        for (at, (command, _)) in commands.iter().enumerate() {
            let printed = if *command == "echo $?" {
                format!("{code}\n")
            } else {
                let (printed, left) = run(directory.path(), command);
                let told = commands.get(at + 1).is_some_and(|(next, _)| *next == "echo $?");
                assert!(
                    left == 0 || told,
                    "`{command}` ends with {left}, which the page does not tell:\n{printed}"
                );
                code = left;
                printed
            };
            session += &format!("$ {command}\n{printed}");
        }
        // Of two that are alike the first is still to be renewed.
        let old = format!("```console\n{text}```");
        let at = renewed.find(&old).unwrap();
        renewed.replace_range(at..at + old.len(), &format!("```console \n{session}```"));
    }
    renewed.replace("```console \n", "```console\n")
}

fn keeps_its_word(name: &str) {
    let page = fs::read_to_string(path(name)).unwrap();
    assert!(blocks(&page).iter().filter(|block| block.kind == "console").count() > 5);
    let renewed = follow(&page);
    if std::env::var_os("BLESS").is_some() {
        fs::write(path(name), renewed).unwrap();
        return;
    }
    for (shown, printed) in blocks(&page).iter().zip(blocks(&renewed)) {
        assert_eq!(shown.text, printed.text, "{name} is not current; run `cargo bless`");
    }
}

#[test]
fn in_english() {
    keeps_its_word(PAGES[0]);
}

#[test]
fn in_japanese() {
    keeps_its_word(PAGES[1]);
}

#[test]
fn both_are_the_same_way() {
    let pages = PAGES.map(|name| fs::read_to_string(path(name)).unwrap());
    let [english, japanese] = pages.each_ref().map(|page| {
        let steps = blocks(page).into_iter().map(|Block { kind, text, file }| match kind {
            "console" => {
                (kind, None, commands(text).iter().map(|(command, _)| format!("{command}\n")).collect())
            }
            _ => (kind, file, text.to_owned()),
        });
        steps.collect::<Vec<_>>()
    });
    assert_eq!(english, japanese);
    let headings = |page: &str| page.lines().filter(|line| line.starts_with('#')).count();
    assert_eq!(headings(&pages[0]), headings(&pages[1]));
}

/// The end of the way is what the page promises, whatever it shows.
#[test]
fn the_end_is_a_proof() {
    if std::env::var_os("BLESS").is_some() {
        // The pages are just being written.
        return;
    }
    for name in PAGES {
        let page = fs::read_to_string(path(name)).unwrap();
        let sessions: Vec<&str> = blocks(&page)
            .into_iter()
            .filter(|block| block.kind == "console")
            .map(|block| block.text)
            .collect();
        let full = |session: &&&str| session.matches(" full ").count() == 15;
        assert_eq!(sessions.iter().filter(full).count(), 1, "{name} shows all fifteen controls proved, once");
        assert!(sessions.last().unwrap().ends_with("$ echo $?\n0\n"), "{name} ends well");
        let refused =
            |session: &&&str| session.contains("coverage falls short: 4.5") && session.ends_with("\n1\n");
        assert_eq!(sessions.iter().filter(refused).count(), 1, "{name} shows a gap refused");
    }
}
