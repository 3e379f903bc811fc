//! Pictures of real output in the README and the pages: each SVG in `docs/` shows what the program prints now.
//! `cargo bless` renews them.

use anstyle_svg::Term;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Rules with one finding of the loader and two of lints.
const TRAIL: &str = r#"- macro: succeeded
  condition: (ct.error = "<NA>")

- rule: Trail Stopped
  desc: A trail was stopped or deleted.
  condition: ct.name in (StopLoging, DeleteTrail) and succeeded
  output: Trail stopped | trail=%ct.request.name user=%ct.user ip=%ct.srcip
  priority: CRITICAL
  source: aws_cloudtrail
  tags: [aws, T1562.008]

- rule: Key Deletion Scheduled
  desc: The deletion of a KMS key was scheduled.
  condition: ct.name = ScheduleKeyDeletion and not ct.eror exists
  output: Key deletion scheduled | user=%ct.user ip=%ct.srcip
  priority: CRITICAL
  source: aws_cloudtrail
  tags: [aws, T1485]
"#;

/// An exception that opens a gap in control 4.5.
const TUNING: &str = "- rule: CloudTrail Logging Stopped
  exceptions:
    - name: deployment
      fields: ct.user
      values: [deploy]
  override: {exceptions: append}
";

/// Colours for light and dark pages, in place of those of the crate. Later rules of a style sheet win.
const STYLE: &str = "  <style>
    .fg { fill: #1f2328 } .bg { fill: #f6f8fa }
    .fg-red { fill: #cf222e } .fg-green { fill: #116329 } .fg-yellow { fill: #7d4e00 } .fg-blue { fill: #0550ae }
    @media (prefers-color-scheme: dark) {
      .fg { fill: #e6edf3 } .bg { fill: #161b22 }
      .fg-red { fill: #ff7b72 } .fg-green { fill: #56d364 } .fg-yellow { fill: #e3b341 } .fg-blue { fill: #79c0ff }
    }
  </style>
";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A session of one command: the prompt, then both streams as a terminal shows them, in colour.
fn session(directory: &Path, arguments: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_rulec"))
        .args(arguments.split_whitespace())
        .current_dir(directory)
        .env_remove("NO_COLOR")
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    let [printed, summary] = [output.stdout, output.stderr].map(|stream| String::from_utf8(stream).unwrap());
    let printed = format!("$ rulec {arguments}\n{printed}{summary}");
    assert!(printed.contains("\u{1b}["), "no colour in {printed}");
    printed
}

/// Compares a picture with the session that it shows, or renews it.
fn keep_current(picture: &str, title: &str, session: &str) {
    let svg = Term::new().render_svg(session.trim_end());
    let (start, rest) = svg.split_once('\n').unwrap();
    // A view box lets a page scale the picture.
    let numbers: Vec<&str> =
        start.split('"').skip(1).step_by(2).take(2).map(|n| n.trim_end_matches("px")).collect();
    let start = start.replacen("<svg ", &format!("<svg viewBox=\"0 0 {} {}\" ", numbers[0], numbers[1]), 1);
    let (style, text) = rest.split_once("  </style>\n").unwrap();
    let colours: Vec<&str> =
        style.split("    .fg-").skip(1).map(|rule| &rule[..rule.find(' ').unwrap()]).collect();
    for colour in colours {
        assert_eq!(STYLE.matches(&format!(".fg-{colour} ")).count(), 2, "{colour} on light and dark pages");
    }
    let svg = format!("{start}\n  <title>{title}</title>\n{style}  </style>\n{STYLE}{text}");
    let path = root().join(picture);
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, svg).unwrap();
        return;
    }
    let shown = fs::read_to_string(path).unwrap_or_default();
    assert!(shown == svg, "{picture} is not current; run `cargo bless`");
}

#[test]
fn findings() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("trail.yaml"), TRAIL).unwrap();
    let printed = session(directory.path(), "check --color always trail.yaml").replace(" --color always", "");
    keep_current("docs/check.svg", "Findings of rulec check in trail.yaml", &printed);
}

/// The ruleset of this repository without one of its files, and with an exception too many. The picture ends before
/// the notes below the table.
#[test]
fn coverage() {
    let directory = tempfile::tempdir().unwrap();
    let rules = directory.path().join("rules");
    fs::create_dir(&rules).unwrap();
    for entry in fs::read_dir(root().join("rulesets/cis-aws/rules")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name != "storage.yaml" && !name.ends_with(".test.yaml") {
            fs::copy(&path, rules.join(name)).unwrap();
        }
    }
    fs::write(rules.join("tuning.yaml"), TUNING).unwrap();
    let printed = session(directory.path(), "coverage rules");
    let (table, _) = printed.split_once("\n\nOut of a rule's reach").unwrap();
    keep_current("docs/coverage.svg", "Report of rulec coverage on a ruleset with two gaps", table);
}
