//! What a search of directories skips, and how it is read all the same.

use super::program::{rulec, with};
use super::{RULE, files_read};
use std::fs;

const TEST: &str = "tests:\n- name: stops\n  event: {eventName: StopLogging}\n  fires: [x]\n";

#[test]
fn what_is_ignored() {
    let dir = with(&[
        (".git/x.yaml", RULE),
        (".gitignore", "/build/\n*.gen.yaml\n!kept.gen.yaml\n[\n"),
        (".github/rules/a.yaml", RULE),
        (".hidden.yaml", RULE),
        ("a.yaml", RULE),
        ("b.gen.yaml", RULE),
        ("build/a.yaml", RULE),
        ("kept.gen.yaml", RULE),
        ("node_modules/p/a.yaml", RULE),
        ("z/.gitignore", "/a.yaml\n!b.gen.yaml\n"),
        ("z/a.yaml", RULE),
        ("z/b.gen.yaml", RULE),
        ("z/build/a.yaml", RULE),
    ]);
    let searched = [".hidden.yaml", "a.yaml", "kept.gen.yaml", "z/b.gen.yaml", "z/build/a.yaml"];
    assert_eq!(files_read(dir.path(), &[]), searched);
    assert_eq!(files_read(dir.path(), &["z"]), searched[3..]);
    let all = [
        ".github/rules/a.yaml",
        ".hidden.yaml",
        "a.yaml",
        "b.gen.yaml",
        "build/a.yaml",
        "kept.gen.yaml",
        "node_modules/p/a.yaml",
        "z/a.yaml",
        "z/b.gen.yaml",
        "z/build/a.yaml",
    ];
    assert_eq!(files_read(dir.path(), &["--no-ignore"]), all);
    // What is named is read, and what is below it.
    let named = ["build", "b.gen.yaml", ".github", "node_modules/p", "z/a.yaml"];
    let read = ["build/a.yaml", "b.gen.yaml", ".github/rules/a.yaml", "node_modules/p/a.yaml", "z/a.yaml"];
    assert_eq!(files_read(dir.path(), &named), read);
    // Falco knows nothing of this.
    let verdicts = rulec(dir.path(), &["check", "--format", "falco-json", "."]).out;
    assert!(all.iter().all(|name| verdicts.contains(name)), "{verdicts}");
    fs::write(dir.path().join("rulec.toml"), "no-ignore = true\nexclude = [\"node_modules\"]\n").unwrap();
    assert_eq!(files_read(dir.path(), &[]).len(), all.len() - 1);
}

/// Without a repository, git ignores nothing.
#[test]
fn a_gitignore_needs_git() {
    let dir = with(&[("rules/.gitignore", "*\n"), ("rules/a.yaml", RULE)]);
    assert_eq!(files_read(dir.path(), &["rules"]), ["rules/a.yaml"]);
    // In a working tree beside the repository, `.git` is a file.
    fs::write(dir.path().join(".git"), "gitdir: elsewhere\n").unwrap();
    assert_eq!(files_read(dir.path(), &["rules"]), [""; 0]);
}

#[test]
fn a_link_to_what_is_ignored_is_followed() {
    let dir = with(&[(".store/rules/a.yaml", RULE), ("rules/b.yaml", RULE)]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../.store/rules", dir.path().join("rules/a")).unwrap();
        assert_eq!(files_read(dir.path(), &[]), ["rules/a/a.yaml", "rules/b.yaml"]);
    }
}

#[test]
fn nothing_found_is_explained() {
    let dir = with(&[(".falco/a.yaml", RULE), (".falco/a.test.yaml", TEST), ("other.yaml", "kind: Pod\n")]);
    let hint = "skipped rules in hidden or ignored paths, such as .falco/a.yaml; `--no-ignore` reads them\n";
    for args in [&["check"][..], &["check", "."], &["fmt"], &["describe"], &["compile", "--target", "json"]] {
        let ran = rulec(dir.path(), args);
        assert!(
            ran.err.contains(&hint.replace(".falco", "./.falco")) || ran.err.contains(hint),
            "{}",
            ran.err
        );
        let ran = rulec(dir.path(), &[args, &["--no-ignore"]].concat());
        assert!(!ran.err.contains("skipped rules"), "{}", ran.err);
    }
    let ran = rulec(dir.path(), &["test"]);
    assert!(
        ran.err.contains("skipped tests in hidden or ignored paths, such as .falco/a.test.yaml;"),
        "{}",
        ran.err
    );
    let ran = rulec(dir.path(), &["test", "--no-ignore"]);
    assert!(ran.code == 0 && ran.err.contains("1 test passed"), "{}", ran.err);
    // Nothing is skipped silently, and nothing is said where nothing is.
    let dir = with(&[(".falco/other.yaml", "kind: Pod\n")]);
    assert!(!rulec(dir.path(), &["check"]).err.contains("skipped rules"));
    let dir = with(&[(".falco/a.yaml", RULE), ("a.yaml", RULE)]);
    assert!(!rulec(dir.path(), &["check"]).err.contains("skipped rules"));
}

#[test]
fn a_scan_loads_ignored_rules_if_told() {
    let dir = with(&[(".falco/a.yaml", RULE)]);
    let record = r#"{"eventVersion":"1.08","eventTime":"2024-05-01T12:00:00Z","eventType":"AwsApiCall","eventName":"StopLogging","eventSource":"cloudtrail.amazonaws.com","userIdentity":{"type":"Root"}}"#;
    fs::write(dir.path().join("log.json"), record).unwrap();
    for (more, alerts) in [(&[][..], 0), (&["--no-ignore"], 1)] {
        let ran = rulec(dir.path(), &[&["scan", "--rules", ".", "log.json"], more].concat());
        assert_eq!(ran.out.lines().count(), alerts, "{}", ran.err);
        assert_eq!(ran.err.contains("`--no-ignore` reads them"), alerts == 0, "{}", ran.err);
    }
}
