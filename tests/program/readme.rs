//! The README and the page about tests keep their word: their commands run, and what they show is what the program
//! prints now. `cargo bless` renews them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What the program prints, findings before the summary, as the two streams stand in a terminal.
fn printed(directory: &Path, arguments: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_rulec"))
        .args(arguments.split_whitespace())
        .current_dir(directory)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

/// The contents of the first fenced block that begins so.
fn block<'a>(readme: &'a str, start: &str) -> &'a str {
    let (_, rest) = readme.split_once(start).unwrap_or_else(|| panic!("the README has no {start:?}"));
    rest.split_once("```").unwrap().0
}

/// Compares a block of a page with what is printed, or renews it.
fn keep_current(page: &str, start: &str, printed: &str) {
    let path = root().join(page);
    let text = fs::read_to_string(&path).unwrap();
    let shown = block(&text, start);
    if std::env::var_os("BLESS").is_some() {
        let renewed = text.replace(&format!("{start}{shown}"), &format!("{start}{printed}"));
        fs::write(path, renewed).unwrap();
        return;
    }
    assert_eq!(shown, printed, "{page} is not current; run `cargo bless`");
}

#[test]
fn what_the_readme_shows() {
    let first = "```console\n$ cargo run --release -- check rulesets/cis-aws/rules\n";
    keep_current("README.md", first, &printed(&root(), "check --color never rulesets/cis-aws/rules"));

    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("trail.yaml"), block(&readme, "```yaml\n")).unwrap();
    let second = "```console\n$ rulec check trail.yaml\n";
    keep_current("README.md", second, &printed(directory.path(), "check --color never trail.yaml"));
}

#[test]
fn the_command_for_workflows() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let command = block(&readme, "```console\nrulec check");
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("rules")).unwrap();
    fs::write(directory.path().join("rules/trail.yaml"), block(&readme, "```yaml\n")).unwrap();
    let said = printed(directory.path(), &format!("check {command}"));
    assert!(said.starts_with("2 errors in 1 file"), "{said}");
    assert!(directory.path().join("rules.sarif").exists());
}

#[test]
fn what_the_page_about_tests_shows() {
    const PAGE: &str = "docs/testing.md";
    let page = fs::read_to_string(root().join(PAGE)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let block = |name: &str| block(&page, &format!("`{name}`:\n\n```yaml\n"));
    fs::write(at("trail.yaml"), block("trail.yaml")).unwrap();
    fs::write(at("trail.test.yaml"), block("trail.test.yaml")).unwrap();
    keep_current(PAGE, "```console\n$ rulec test\n", &printed(directory.path(), "test"));
    let event =
        r#"{"eventTime": "2026-01-15T12:00:00Z", "eventType": "AwsApiCall", "eventName": "DeleteTrail"}"#;
    fs::write(at("event.json"), event).unwrap();
    let arguments = ["explain-match", "--rules", "trail.yaml", "--rule", "Trail Stopped", "event.json"];
    let output =
        Command::new(env!("CARGO_BIN_EXE_rulec")).args(arguments).current_dir(directory.path()).output();
    let explained = String::from_utf8(output.unwrap().stdout).unwrap();
    let start = "```console\n$ rulec explain-match --rules trail.yaml --rule 'Trail Stopped' event.json\n";
    keep_current(PAGE, start, &explained);
    // The example of events.
    let events = page.split("```yaml\n").nth(3).unwrap().split("```").next().unwrap();
    fs::write(at("trail.test.yaml"), events).unwrap();
    assert!(printed(directory.path(), "test").starts_with("1 test passed"));
}
