//! The first example of a page keeps its word: its commands, in a directory that `rulec init` made, print what it shows.
//! `cargo bless` renews what they print.

use super::tutorial::{commands, run};
use std::fs;
use std::path::{Path, PathBuf};

const LOG: &str = r#"{"Records": [{"eventVersion": "1.11", "eventTime": "2026-01-15T12:00:00Z", "eventType": "AwsApiCall",
  "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging", "awsRegion": "eu-central-1",
  "sourceIPAddress": "203.0.113.10", "recipientAccountId": "111122223333", "userIdentity": {"type": "IAMUser",
  "userName": "alice", "arn": "arn:aws:iam::111122223333:user/alice"},
  "requestParameters": {"name": "audit"}, "responseElements": null}]}
"#;

fn path(page: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(page)
}

/// The text of the first block of a page that begins with this fence.
fn block<'p>(page: &'p str, fence: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("```{fence}\n")).unwrap_or_else(|| panic!("no block {fence:?}"));
    rest.split_once("```").unwrap().0
}

/// Compares the first block of a page with what it should be, or renews it.
fn keep_current(name: &str, fence: &str, renewed: &str) {
    let page = fs::read_to_string(path(name)).unwrap();
    let shown = block(&page, fence);
    if std::env::var_os("BLESS").is_some() {
        fs::write(path(name), page.replacen(shown, renewed, 1)).unwrap();
        return;
    }
    assert_eq!(shown, renewed, "docs/{name} is not current; run `cargo bless`");
}

/// Follows the first session of a page.
fn follow(name: &str, directory: &Path) {
    let page = fs::read_to_string(path(name)).unwrap();
    let commands = commands(block(&page, "console"));
    assert!(!commands.is_empty());
    let session = commands.iter().map(|(command, _)| {
        let (printed, code) = run(directory, command);
        assert_eq!(code, 0, "`{command}` fails:\n{printed}");
        format!("$ {command}\n{printed}")
    });
    keep_current(name, "console", &session.collect::<String>());
}

fn made_by_init() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(run(directory.path(), "rulec init --ci none").1, 0);
    directory
}

#[test]
fn start() {
    follow("start.md", tempfile::tempdir().unwrap().path());
}

#[test]
fn scan() {
    let directory = made_by_init();
    fs::create_dir(directory.path().join("logs")).unwrap();
    fs::write(directory.path().join("logs/trail.json"), LOG).unwrap();
    follow("scan.md", directory.path());
}

#[test]
fn compile() {
    follow("compile.md", made_by_init().path());
}

#[test]
fn inputs() {
    let directory = made_by_init();
    let page = fs::read_to_string(path("inputs.md")).unwrap();
    fs::write(directory.path().join("values.yaml"), block(&page, "yaml")).unwrap();
    follow("inputs.md", directory.path());
}

#[test]
fn graph() {
    let command = "rulec graph rules/ --format mermaid --rule 'CloudTrail Stopped'";
    assert!(fs::read_to_string(path("graph.md")).unwrap().contains(&format!("    {command} ")));
    keep_current("graph.md", "mermaid", &run(made_by_init().path(), command).0);
}
