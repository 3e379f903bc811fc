//! `rulec check` on rules, from the file to the exit code.

use super::program::{rulec, rulec_with, with};
use serde_json::Value;
use std::fs;

/// Two fixes that are safe in one rule, one in another item, and two that are not safe.
const OLD: &str = "\
# Ours since 2019 🔥.
- rule: Trail Stopped
  desc: Somebody stopped a trail.
  condition: aws.eventName = StopLogging and ct.regoin exists # the old name
  output: 🔥 trail stopped (trail=%aws.eventName)
  priority: CRITICAL
  source: aws_cloudtrail

- rule: Trail Stopped
  append: true
  condition: and not ct.error exists

- rule: Trail Stopped
  enabled: false
";

const MENDED: &str = "\
# Ours since 2019 🔥.
- rule: Trail Stopped
  desc: Somebody stopped a trail.
  condition: ct.name = StopLogging and ct.regoin exists # the old name
  output: 🔥 trail stopped (trail=%ct.name)
  priority: CRITICAL
  source: aws_cloudtrail

- rule: Trail Stopped
  override: {condition: append}
  condition: and not ct.error exists

- rule: Trail Stopped
  enabled: false
";

/// A rule that loads, and a macro that nothing uses.
const UNUSED: &str = "\
- macro: not_used
  condition: ct.error exists

- rule: Any Call
  desc: Somebody called something.
  condition: ct.name = StopLogging
  output: a call (event=%ct.name) by %ct.user
  priority: DEBUG
  source: aws_cloudtrail
  tags: [aws]
";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn fixes() {
    let dir = with(&[("old.yaml", OLD), ("crlf.yaml", &OLD.replace('\n', "\r\n")), ("other.yaml", UNUSED)]);
    let read = |name| fs::read_to_string(dir.path().join(name)).unwrap();

    let ran = rulec(dir.path(), &["check", "--diff", "old.yaml"]);
    assert_eq!(ran.code, 1, "two errors remain to be mended by hand");
    assert!(ran.out.starts_with("--- a/old.yaml\n+++ b/old.yaml\n@@ "), "{}", ran.out);
    let changed: Vec<&str> = ran.out.lines().skip(2).filter(|line| line.starts_with(['-', '+'])).collect();
    assert_eq!(
        changed,
        [
            "-  condition: aws.eventName = StopLogging and ct.regoin exists # the old name",
            "-  output: 🔥 trail stopped (trail=%aws.eventName)",
            "+  condition: ct.name = StopLogging and ct.regoin exists # the old name",
            "+  output: 🔥 trail stopped (trail=%ct.name)",
            "-  append: true",
            "+  override: {condition: append}",
        ]
    );
    assert_eq!(read("old.yaml"), OLD, "--diff writes nothing");

    let ran = rulec(dir.path(), &["check", "--fix", "--format", "concise", "old.yaml"]);
    assert_eq!(read("old.yaml"), MENDED);
    assert!(ran.err.starts_with("applied 3 fixes in 1 file\n"), "{}", ran.err);
    let left: Vec<&str> = ran.out.lines().map(|line| line.split(['[', ']']).nth(1).unwrap()).collect();
    assert_eq!((ran.code, left), (1, vec!["unknown-field", "deprecated-enabled"]));

    let again = rulec(dir.path(), &["check", "--diff", "old.yaml"]);
    assert_eq!((again.code, again.out.as_str()), (1, ""), "nothing is left to fix");

    assert_eq!(rulec(dir.path(), &["check", "--fix", "--quiet", "crlf.yaml"]).code, 1);
    assert_eq!(read("crlf.yaml"), MENDED.replace('\n', "\r\n"), "line ends stay as they are");
    assert_eq!(rulec(dir.path(), &["check", "--fix", "other.yaml"]).code, 0);
    assert_eq!(read("other.yaml"), UNUSED);
}

#[test]
fn fixes_of_standard_input() {
    let dir = with(&[]);
    let ran =
        rulec_with(dir.path(), &["check", "--diff", "--stdin-filename", "in.yaml", "-"], OLD.as_bytes());
    assert!(ran.out.starts_with("--- a/in.yaml\n+++ b/in.yaml\n"), "{}", ran.out);
    let ran = rulec_with(dir.path(), &["check", "--fix", "-"], OLD.as_bytes());
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert_eq!(rulec(dir.path(), &["check", "--fix", "--format", "falco-json"]).code, 2);
}

#[cfg(unix)]
#[test]
fn fixing_keeps_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let dir = with(&[("old.yaml", OLD)]);
    let path = dir.path().join("old.yaml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(rulec(dir.path(), &["check", "--fix", "old.yaml"]).code, 1);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_to_string(path).unwrap(), MENDED);
}

#[test]
fn suppressions() {
    let before_the_item = format!("# rulec: allow unused-macro -- for the local rules\n{UNUSED}");
    let on_the_line = UNUSED.replacen('\n', " # rulec: allow RC0305\n", 1);
    let for_the_file = format!("# rulec: allow-file unused-macro\n\n{UNUSED}");
    let of_another = format!("# rulec: allow unused-list\n{UNUSED}");
    let dir = with(&[
        ("plain.yaml", UNUSED),
        ("item.yaml", &before_the_item),
        ("line.yaml", &on_the_line),
        ("file.yaml", &for_the_file),
        ("other.yaml", &of_another),
    ]);
    let check = |name: &str| {
        let ran = rulec(dir.path(), &["check", "--deny", "warnings", "--format", "concise", name]);
        (ran.code, ran.out)
    };
    let unused = |name: &str, line: u32| {
        format!("{name}.yaml:{line}:10: warning[unused-macro] macro `not_used` is never used\n")
    };
    assert_eq!(check("plain.yaml"), (1, unused("plain", 1)));
    for name in ["item.yaml", "line.yaml", "file.yaml"] {
        assert_eq!(check(name), (0, String::new()), "{name}");
    }
    let (code, out) = check("other.yaml");
    assert_eq!(code, 1);
    assert!(out.contains("other.yaml:1:1: warning[unused-suppression]"), "{out}");
    assert!(out.contains(&unused("other", 2)), "{out}");

    assert_eq!(rulec(dir.path(), &["check", "--fix", "other.yaml"]).code, 0);
    assert_eq!(fs::read_to_string(dir.path().join("other.yaml")).unwrap(), UNUSED);
}

#[test]
fn denied_warnings() {
    let dir = with(&[("a.yaml", UNUSED)]);
    let code = |flags: &[&str]| rulec(dir.path(), &[&["check", "a.yaml"], flags].concat()).code;
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&["--deny", "warnings"]), 1);
    assert_eq!(code(&["--deny", "unused-macro"]), 1);
    assert_eq!(code(&["--deny", "warnings", "--info", "unused-macro"]), 0);
    assert_eq!(code(&["--deny", "warnings", "--allow", "RC0305"]), 0);
    fs::write(dir.path().join("rulec.toml"), "[levels]\nwarnings = \"deny\"\n").unwrap();
    assert_eq!(code(&[]), 1);
    assert_eq!(code(&["--no-config"]), 0);
    let summary = rulec(dir.path(), &["check", "a.yaml"]).err;
    assert_eq!(summary, "1 warning in 1 file (1 rule, 1 macro, 0 lists)\n");
}

#[test]
fn files_load_in_order() {
    let base = UNUSED
        .replace("not_used", "failed")
        .replace("ct.name = StopLogging", "ct.name = StopLogging and failed");
    let more = "- macro: failed\n  override: {condition: append}\n  condition: and ct.region exists\n";
    let dir = with(&[("rules/10-base.yaml", &base), ("rules/sub/a.yaml", more), ("rules/20-more.yml", more)]);
    let check = |paths: &[&str]| {
        let ran = rulec(dir.path(), &[&["check", "--format", "concise"], paths].concat());
        (ran.code, ran.out)
    };
    let nothing = |file: &str| format!("rules/{file}:1:10: error[nothing-to-override] ");
    assert_eq!(check(&["rules"]), (0, String::new()), "by name");
    assert_eq!(check(&["rules/10-base.yaml", "rules/20-more.yml"]).0, 0);
    let (code, out) = check(&["rules/20-more.yml", "rules/10-base.yaml"]);
    assert_eq!(code, 1, "as given");
    assert!(out.starts_with(&nothing("20-more.yml")), "{out}");
    let (code, out) = check(&["rules/sub", "rules"]);
    assert_eq!(code, 1, "each file once, where it comes first");
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(out.starts_with(&nothing("sub/a.yaml")), "{out}");
}

#[test]
fn rules_on_standard_input() {
    let dir = with(&[("a.yaml", UNUSED)]);
    let typo = UNUSED.replace("ct.name = StopLogging", "ct.nane = StopLogging");
    let ran = rulec_with(dir.path(), &["check", "--format", "concise", "-"], typo.as_bytes());
    let errors: Vec<&str> = ran.out.lines().filter(|line| line.contains(": error[")).collect();
    assert_eq!((ran.code, errors.len()), (1, 1), "{}", ran.out);
    assert!(errors[0].contains(":6:14: error[unknown-field] there is no field `ct.nane`"), "{}", ran.out);
    let named = ["check", "--format", "concise", "--stdin-filename", "new.yaml", "-"];
    assert!(rulec_with(dir.path(), &named, typo.as_bytes()).out.starts_with("new.yaml:6:14: error"));
    let macros = "- macro: not_used\n  override: {condition: append}\n  condition: and ct.region exists\n";
    let ran = rulec_with(dir.path(), &["check", "a.yaml", "-"], macros.as_bytes());
    assert_eq!(ran.code, 0, "standard input has its place among the files: {}", ran.out);
    assert_eq!(rulec_with(dir.path(), &["check", "-", "a.yaml"], macros.as_bytes()).code, 1);
}

#[test]
fn json_tells_everything() {
    let dir = with(&[("old.yaml", OLD)]);
    let ran = rulec(dir.path(), &["check", "--quiet", "--format", "json", "old.yaml"]);
    let all = json(&ran.out);
    assert_eq!((ran.code, &all["schema_version"], ran.err.as_str()), (1, &1.into(), ""));
    let summary = serde_json::json!({
        "files": 1, "skipped": 0, "rules": 3, "macros": 0, "lists": 0,
        "errors": 3, "warnings": 2, "infos": 0, "fixable": 3,
    });
    assert_eq!(all["summary"], summary);
    let found = all["diagnostics"].as_array().unwrap();
    assert_eq!(found.len(), 5);
    let typo = found.iter().find(|one| one["message"].as_str().unwrap().contains("ct.regoin")).unwrap();
    assert_eq!((&typo["code"], &typo["name"]), (&"RC0401".into(), &"unknown-field".into()));
    assert_eq!((&typo["severity"], &typo["fix"]["safe"]), (&"error".into(), &false.into()));
    let (start, end) = (&typo["start"]["offset"], &typo["end"]["offset"]);
    let range = start.as_u64().unwrap() as usize..end.as_u64().unwrap() as usize;
    assert_eq!(&OLD[range], "ct.regoin");
    assert_eq!((&typo["start"]["line"], &typo["start"]["column"]), (&4.into(), &46.into()));
    assert_eq!(typo["falco"]["code"], "LOAD_ERR_COMPILE_CONDITION");
}

#[test]
fn falco_json() {
    let typo = UNUSED.replace("ct.name = StopLogging", "ct.nane = StopLogging");
    let silent = format!("# rulec: allow-file unused-macro, unknown-field\n{UNUSED}");
    let plugin = "- required_plugin_versions:\n    - {name: nosuch, version: 1.0.0}\n";
    let dir = with(&[
        ("rulec.toml", "[levels]\nunused-macro = \"deny\"\n"),
        ("good.yaml", UNUSED),
        ("silent.yaml", &silent),
        ("typo.yaml", &typo),
        ("plugin.yaml", plugin),
    ]);
    let falco = |paths: &[&str]| {
        let ran = rulec(dir.path(), &[&["check", "--format", "falco-json"], paths].concat());
        (ran.code, ran.out, ran.err)
    };
    for name in ["good.yaml", "silent.yaml"] {
        let (code, out, err) = falco(&[name]);
        let result = &json(&out)["falco_load_results"][0];
        assert_eq!((code, err.as_str(), &result["successful"]), (0, "", &true.into()));
        assert_eq!(result["warnings"][0]["code"], "LOAD_UNUSED_MACRO", "{name}");
        assert_eq!(out.lines().count(), 1);
    }
    let (code, out, _) = falco(&["typo.yaml", "plugin.yaml"]);
    assert_eq!((code, out.as_str()), (1, ""), "Falco prints no result when a plugin is missing");
    let (code, out, _) = falco(&["typo.yaml", "nosuch.yaml"]);
    assert_eq!((code, out.as_str()), (2, ""));
    let (code, out, _) = falco(&["good.yaml", "typo.yaml"]);
    let results = &json(&out)["falco_load_results"];
    assert_eq!((code, results.as_array().unwrap().len()), (1, 2));
    assert_eq!(results[1]["name"], "typo.yaml");
    assert_eq!(results[1]["errors"].as_array().unwrap().len(), 1, "the first error of a file, no more");
    assert_eq!(results[1]["errors"][0]["message"], "filter_check called with nonexistent field ct.nane");
    let (with_deny, ..) = falco(&["--deny", "warnings", "good.yaml"]);
    assert_eq!(with_deny, 0, "levels have no effect");
}

#[test]
fn sarif_is_whole() {
    let dir = with(&[("old.yaml", OLD), ("clean.yaml", "- list: l\n  items: []\n")]);
    let ran = rulec(dir.path(), &["check", "--format", "sarif", "--allow", "unused-list", "."]);
    let log = json(&ran.out);
    assert_eq!((ran.code, &log["version"]), (1, &"2.1.0".into()));
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 5);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "old.yaml");
        let region = &place["region"];
        let (from, length) = (region["byteOffset"].as_u64().unwrap(), region["byteLength"].as_u64().unwrap());
        assert!(OLD.get(from as usize..(from + length) as usize).is_some());
        assert!(OLD.lines().nth(region["startLine"].as_u64().unwrap() as usize - 1).is_some());
    }
    let levels: Vec<&Value> = results.iter().map(|result| &result["level"]).collect();
    assert_eq!(levels, ["error", "error", "error", "warning", "warning"]);
}

#[test]
fn annotations_for_github() {
    let dir = with(&[("rules/100%,a:b.yaml", OLD)]);
    let ran = rulec(dir.path(), &["check", "--format", "github", "rules"]);
    let first = ran.out.lines().next().unwrap();
    assert_eq!(
        first,
        "::error file=rules/100%25%2Ca%3Ab.yaml,line=4,endLine=4,col=14,endColumn=27,title=sysdig-dialect::\
         `aws.eventName` is Sysdig's older name for a field%0Ahelp: write `ct.name`"
    );
    assert_eq!(ran.out.lines().count(), 5, "one line for each finding");
    assert!(ran.out.lines().all(|line| line.starts_with("::error ") || line.starts_with("::warning ")));
}

#[test]
fn positions_for_editors() {
    // 🔥 is one character in two UTF-16 units and four bytes.
    let text = UNUSED.replace("a call (event=%ct.name)", "🔥 é (event=%ct.nane)").replace(
        "condition: ct.name = StopLogging",
        "condition: >\n    ct.name != \"🔥\" and ct.regoin exists",
    );
    let dir = with(&[("a.yaml", &text)]);
    let ran = rulec(dir.path(), &["check", "--format", "lsp", "a.yaml"]);
    let published = json(&ran.out);
    let place = |message: &str| {
        let found = published["diagnostics"].as_array().unwrap();
        let one = found.iter().find(|one| one["message"].as_str().unwrap().contains(message)).unwrap();
        assert_eq!((&one["severity"], &one["source"]), (&1.into(), &"rulec".into()));
        let range = &one["range"];
        let at = |end: &str, what: &str| range[end][what].as_u64().unwrap();
        (at("start", "line"), at("start", "character"), at("end", "line"), at("end", "character"))
    };
    assert_eq!(place("`ct.regoin`"), (6, 24, 6, 33));
    let output = text.lines().nth(7).unwrap();
    let column = output[..output.find("%ct.nane").unwrap()].encode_utf16().count() as u64;
    let (line, start, end_line, end) = place("`ct.nane`");
    assert_eq!((line, start, end_line, end), (7, column, 7, column + 8));
    assert_eq!(column, 10 + 2 + 1 + 1 + 1 + 7, "in UTF-16 units");
}
