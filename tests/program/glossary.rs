//! The glossary has every term of the reports: each key of their JSON, each word of their tables and each value of an
//! option that selects what they say.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Words of reports that mean what they mean everywhere.
const PLAIN: &str = "alerts bytes clause code column conditions controls count counts edits en end events exact \
    falco file files first fix id interrupted ja last line message name nanoseconds offset others place \
    primary reason reason_ja records schema_version sources start summary text title title_ja type users";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The terms that the page defines, in its order, each with its sentence.
fn entries(page: &str) -> Vec<(&str, &str)> {
    page.lines().filter_map(|line| line.strip_prefix("- **")?.split_once("**: ")).collect()
}

fn glossary() -> String {
    fs::read_to_string(root().join("docs/glossary.md")).unwrap()
}

/// Standard output of the program in a directory.
fn run(directory: &Path, arguments: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_rulec"))
        .args(arguments.split_whitespace())
        .current_dir(directory)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Rules that cover a control in part, with a finding, and a log on which one fires.
fn example() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    run(directory.path(), "init --ci none");
    let narrowed =
        "- rule: CloudTrail Stopped\n  condition: and ct.user != deploy\n  override: {condition: append}\n";
    fs::write(at("rules/tuning.yaml"), narrowed).unwrap();
    fs::write(at("rules/unused.yaml"), "- macro: unused\n  condition: ct.nam exists\n").unwrap();
    let event = r#"{"eventTime": "2026-01-15T12:00:00Z", "eventType": "AwsApiCall", "eventName": "DeleteTrail",
        "eventSource": "cloudtrail.amazonaws.com", "userIdentity": {"type": "IAMUser", "userName": "alice"}}"#;
    fs::write(at("log.json"), event).unwrap();
    directory
}

/// All keys of a report, but not those of the records in it.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        Value::Object(entries) => {
            for (key, value) in entries {
                found.insert(key.clone());
                if key != "witness" {
                    keys(value, found);
                }
            }
        }
        _ => {}
    }
}

/// The values that the help of a command lists for an option.
fn possible_values(help: &str, option: &str) -> Vec<String> {
    let (_, rest) = help.split_once(&format!("      {option} <")).unwrap_or_else(|| panic!("no {option}"));
    let rest = rest.split("\n      --").next().unwrap();
    rest.lines()
        .filter_map(|line| line.trim().strip_prefix("- ")?.split_once(':'))
        .map(|(name, _)| name.into())
        .collect()
}

/// `"a" | "b"` in the page about formats: the words that a key can have.
fn alternatives(page: &str) -> BTreeSet<String> {
    let lines = page.lines().filter(|line| line.contains("\" | \""));
    // Kinds are code, and the words of GitLab's severities are GitLab's.
    let own = lines.filter(|line| !line.contains("\"kind\"") && !line.contains("\"check_name\""));
    let values = own.map(|line| line.split_once(':').unwrap().1.split("//").next().unwrap());
    values.flat_map(|value| value.split('"').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn terms() -> BTreeSet<String> {
    let directory = example();
    let directory = directory.path();
    let mut terms = BTreeSet::new();
    for report in [
        "check --format json --benchmark cis-aws-3.0.0",
        "coverage --format json --guardduty all",
        "scan --rules rules --summary --format json --timings log.json",
        "scan --rules rules --by control --format json log.json",
    ] {
        let printed = run(directory, report);
        let value = serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{report} prints {printed}"));
        keys(&value, &mut terms);
    }
    let table = run(directory, "coverage");
    let head = table.lines().find(|line| line.contains("Proved")).unwrap();
    terms.extend(head.split_whitespace().map(str::to_lowercase));
    terms.extend(possible_values(&run(directory, "coverage --help"), "--scope"));
    terms.extend(alternatives(&fs::read_to_string(root().join("docs/json.md")).unwrap()));
    terms
}

/// A term as the page would have it: without the letter of a plural, with blanks.
fn is_defined(term: &str, defined: &BTreeSet<String>) -> bool {
    let term = term.replace('_', " ");
    let singular = match term.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => term.strip_suffix('s').unwrap_or(&term).to_owned(),
    };
    defined.contains(&term) || defined.contains(&singular)
}

#[test]
fn every_term_of_the_reports_is_defined() {
    let page = glossary();
    let defined: BTreeSet<String> = entries(&page).into_iter().map(|(term, _)| term.to_lowercase()).collect();
    let terms = terms();
    for wanted in ["incidental", "conditional", "adjacent", "purpose", "stray", "fixable", "literal"] {
        assert!(terms.contains(wanted), "{wanted} is no term of any report");
    }
    let plain: BTreeSet<&str> = PLAIN.split_whitespace().collect();
    let missing: Vec<&String> =
        terms.iter().filter(|term| !plain.contains(term.as_str()) && !is_defined(term, &defined)).collect();
    assert!(missing.is_empty(), "docs/glossary.md does not define {missing:?}");
    let unused: Vec<&&str> = plain.iter().filter(|word| !terms.contains(**word)).collect();
    assert!(unused.is_empty(), "no report has {unused:?}");
}

#[test]
fn entries_are_sentences_in_order() {
    let page = glossary();
    let mut seen = BTreeSet::new();
    for section in page.split("\n## ").skip(1) {
        let entries = entries(section);
        let bullets = section.lines().filter(|line| line.starts_with("- ")).count();
        assert_eq!(entries.len(), bullets, "an entry of {:?} has another form", section.lines().next());
        let terms: Vec<String> = entries.iter().map(|(term, _)| term.to_lowercase()).collect();
        assert!(terms.is_sorted(), "{terms:?} are not in order");
        for (term, sentence) in entries {
            assert!(seen.insert(term.to_lowercase()), "{term} is there twice");
            assert!(
                sentence.ends_with('.') && !sentence.contains(". "),
                "{term} is not defined in one sentence"
            );
            assert!(sentence.starts_with(|c: char| c.is_uppercase() || c == '`'), "{sentence}");
        }
    }
}
