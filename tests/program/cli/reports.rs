//! The formats of `rulec check` that services read, taken back by what they promise.

use super::program::{rulec, with};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

/// Two fixes that are safe, and an error without one.
const OLD: &str = "\
# Ours since 2019 🔥.\r
- rule: Trail \"Stopped\" <&>\r
  desc: Somebody stopped a trail.\r
  condition: aws.eventName = StopLogging and ct.regoin exists # the old name\r
  output: 🔥 控制台 trail stopped (trail=%aws.eventName by %ct.user)\r
  priority: CRITICAL\r
  source: aws_cloudtrail\r
  tags: [aws]\r
";

/// Warnings.
const UNUSED: &str = "\
- macro: not_used
  condition: ct.error exists
- list: also_not_used
  items: [x]
";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn report(files: &[(&str, &str)], args: &[&str]) -> String {
    let directory = with(files);
    let mut all = vec!["check", "--quiet"];
    all.extend(args);
    let ran = rulec(directory.path(), &all);
    assert_ne!(ran.code, 2, "{}", ran.err);
    ran.out
}

/// What GitLab asks of a Code Quality report.
fn code_quality() -> jsonschema::Validator {
    let schema = json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^[^/]", "not": {"pattern": "^\\./"}},
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "properties": {"begin": {"type": "integer", "minimum": 1}, "end": {"type": "integer"}},
                        },
                    },
                },
            },
        },
    });
    jsonschema::draft7::new(&schema).unwrap()
}

#[test]
fn gitlab() {
    let (directory, schema) =
        (with(&[("rules/old.yaml", OLD), ("unused.yaml", UNUSED), ("clean.yaml", "")]), code_quality());
    let check = |path: &str| {
        let ran = rulec(directory.path(), &["check", "--quiet", "--format", "gitlab", path]);
        let found = json(&ran.out);
        assert!(schema.is_valid(&found), "{found:#}");
        (ran.code, found)
    };
    let (code, found) = check("rules/old.yaml");
    let told = found.as_array().unwrap().iter().map(|entry| {
        let line = entry["location"]["lines"]["begin"].as_u64().unwrap();
        assert_eq!(entry["location"]["path"], "rules/old.yaml");
        (entry["check_name"].as_str().unwrap(), entry["severity"].as_str().unwrap(), line)
    });
    let told: Vec<_> = told.collect();
    assert!(told.contains(&("unknown-field", "critical", 4)), "{told:?}");
    assert_eq!(code, 1);
    // However a file is named, its path counts from the top.
    let absolute = directory.path().join("rules/old.yaml").to_string_lossy().into_owned();
    for name in ["./rules/old.yaml", &absolute] {
        assert_eq!(check(name).1[0]["location"], found[0]["location"]);
    }
    assert_eq!(check("unused.yaml").1[0]["severity"], "major");
    assert_eq!(check("clean.yaml"), (0, json!([])));
}

#[test]
fn a_finding_keeps_its_fingerprint() {
    let unused = |name: &str| format!("- macro: {name}\n  condition: ct.error exists\n\n");
    let found = |text: &str| -> Vec<(String, u64)> {
        let all = json(&report(&[("a.yaml", text)], &["--format", "gitlab", "a.yaml"]));
        let entry = |entry: &Value| {
            let line = entry["location"]["lines"]["begin"].as_u64().unwrap();
            (entry["fingerprint"].as_str().unwrap().to_owned(), line)
        };
        all.as_array().unwrap().iter().map(entry).collect()
    };
    let names = |found: &[(String, u64)]| found.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let before = found(&(unused("a") + &unused("b")));
    let moved = found(&format!("# New.\n\n\n{}{}{}", unused("a"), unused("c"), unused("b")));
    assert_eq!((before.len(), moved.len()), (2, 3));
    assert_ne!(before[0].1, moved[0].1, "the lines did move");
    assert_eq!(names(&before), [moved[0].0.clone(), moved[2].0.clone()]);
    // Findings that say the same of the same text are still told apart.
    let twice = "- rule: r\n  desc: d\n  condition: ct.nmae = x or ct.nmae = x\n  output: o %ct.user\n  priority: INFO\n  source: aws_cloudtrail\n";
    let all = names(&found(&format!("{twice}\n{}", twice.replace("rule: r", "rule: s"))));
    assert!(all.len() > 2);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    let sarif = json(&report(&[("a.yaml", &unused("a"))], &["--format", "sarif", "a.yaml"]));
    assert_eq!(sarif["runs"][0]["results"][0]["partialFingerprints"]["rulec/v1"], before[0].0);
}

#[test]
fn junit() {
    let files = [("a/old.yaml", OLD), ("b/clean.yaml", "# Nothing.\n"), ("unused.yaml", UNUSED)];
    let read = |args: &[&str]| {
        let text = report(&files, &[&["--format", "junit"], args].concat());
        quick_junit::Report::deserialize_from_str(&text).unwrap()
    };
    let count = |report: &quick_junit::Report| (report.tests, report.failures);
    let both = read(&["a/old.yaml", "b/clean.yaml"]);
    let suites: Vec<&str> = both.test_suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(suites, ["a/old.yaml", "b/clean.yaml"]);
    assert_eq!(count(&both), (4, 3));
    let (found, clean) = (&both.test_suites[0].test_cases[0], &both.test_suites[1].test_cases);
    assert_eq!((found.extra["file"].as_str(), found.extra["line"].as_str()), ("a/old.yaml", "4"));
    assert_eq!((clean.len(), clean[0].name.as_str()), (1, "no findings"));
    // A warning is a failure only where it fails the run.
    let warned = read(&["unused.yaml"]);
    assert_eq!(count(&warned), (2, 0));
    let said = warned.test_suites[0].test_cases[0].system_out.as_ref().unwrap().as_str();
    assert!(said.starts_with("unused.yaml:1:10: warning[unused-macro] "), "{said}");
    assert_eq!(count(&read(&["--deny", "warnings", "unused.yaml"])), (2, 2));
}

/// Rules inside another file: findings are in that file, whatever the format.
#[test]
fn findings_in_files_that_hold_rules() {
    let inner: String = OLD.replace('\r', "").lines().map(|line| format!("    {line}\n")).collect();
    let values = format!("customRules:\n  ours.yaml: |\n{inner}");
    let files = [("values.yaml", &*values), ("rulec.toml", "x = 1\n")];
    let text = report(&files, &["--format", "junit", "values.yaml"]);
    let read = quick_junit::Report::deserialize_from_str(&text).unwrap();
    let names: Vec<(&str, usize)> =
        read.test_suites.iter().map(|suite| (suite.name.as_str(), suite.failures)).collect();
    assert_eq!(names, [("values.yaml", 3), ("rulec.toml", 0)]);
    let found = json(&report(&files, &["--format", "gitlab", "values.yaml"]));
    assert!(code_quality().is_valid(&found), "{found:#}");
    let places: Vec<(&Value, &Value)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (&entry["location"]["path"], &entry["location"]["lines"]["begin"]))
        .collect();
    let (values, config) = (json!("values.yaml"), json!("rulec.toml"));
    assert_eq!(
        places,
        [(&values, &json!(6)), (&values, &json!(6)), (&values, &json!(7)), (&config, &json!(1))]
    );
}

/// The text with the replacements of a SARIF result's fix, found by lines and columns alone.
fn mended(text: &str, fixes: &[&Value]) -> String {
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let place = |region: &Value, line: &str, column: &str| {
        let start = starts[region[line].as_u64().unwrap() as usize - 1];
        let column = region[column].as_u64().unwrap() as usize - 1;
        start + text[start..].chars().take(column).map(char::len_utf8).sum::<usize>()
    };
    let mut edits = Vec::new();
    for change in fixes.iter().flat_map(|fix| fix["artifactChanges"].as_array().unwrap()) {
        for replacement in change["replacements"].as_array().unwrap() {
            let region = &replacement["deletedRegion"];
            let (start, end) =
                (place(region, "startLine", "startColumn"), place(region, "endLine", "endColumn"));
            assert_eq!(region["byteOffset"], start);
            assert_eq!(region["byteLength"], end - start);
            edits.push((start, end, replacement["insertedContent"]["text"].as_str().unwrap()));
        }
    }
    edits.sort_unstable();
    let mut out = text.to_owned();
    edits.iter().rev().for_each(|&(start, end, new)| out.replace_range(start..end, new));
    out
}

#[test]
fn sarif_carries_the_fixes() {
    let sarif = json(&report(&[("old.yaml", OLD)], &["--format", "sarif", "old.yaml"]));
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let fixes: Vec<&Value> =
        results.iter().filter_map(|result| result.get("fixes")).map(|all| &all[0]).collect();
    let safe: Vec<&Value> = fixes.iter().copied().filter(|fix| fix["properties"]["safe"] == true).collect();
    assert!(safe.len() >= 2, "{fixes:#?}");
    let directory = with(&[("old.yaml", OLD)]);
    rulec(directory.path(), &["check", "--fix", "old.yaml"]);
    assert_eq!(mended(OLD, &safe), fs::read_to_string(directory.path().join("old.yaml")).unwrap());
    // Each by itself says as much as `--format json` does.
    let all = json(&report(&[("old.yaml", OLD)], &["--format", "json", "old.yaml"]));
    let of_json =
        all["diagnostics"].as_array().unwrap().iter().filter(|found| !found["fix"].is_null()).count();
    assert_eq!(fixes.len(), of_json);
    // A file that is not UTF-8 is read only to its end: nothing may be written back.
    let broken = with(&[]);
    fs::write(broken.path().join("x.yaml"), [OLD.as_bytes(), b"\xff\n"].concat()).unwrap();
    let ran = rulec(broken.path(), &["check", "--quiet", "--format", "sarif", "x.yaml"]);
    let results = json(&ran.out)["runs"][0]["results"].as_array().unwrap().clone();
    assert!(results.len() > 1 && results.iter().all(|result| result.get("fixes").is_none()));
}
