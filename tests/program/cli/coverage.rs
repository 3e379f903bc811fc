//! `rulec coverage`, and what `rulec check` says of a benchmark.

use super::program::{rulec, with};
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// Covers 4.7 for one region, 4.5 in part, and hides the rule about it.
const RULES: &str = r#"- macro: key_change
  condition: (ct.src = "kms.amazonaws.com" and not ct.error exists)

- rule: Trail Touched
  desc: d
  condition: ct.src = "cloudtrail.amazonaws.com"
  output: o
  priority: DEBUG
  source: aws_cloudtrail

- rule: Key Disabled
  desc: d
  condition: >
    key_change
    and ct.name in (DisableKey, ScheduleKeyDeletion)
    and (ct.region = "us-east-1"
      or ct.region startswith "eu-")
  output: o
  priority: ERROR
  source: aws_cloudtrail

- rule: Trail Stopped
  desc: d
  condition: ct.src = "cloudtrail.amazonaws.com" and ct.name in (StopLogging, DeleteTrail) and not ct.error exists
  output: o
  priority: CRITICAL
  source: aws_cloudtrail
"#;

/// A small catalogue.
const CONTROLS: &str = r#"name: mine
title: Mine
title_ja: 私の
versions: ["1", "2"]
default: "2"
presumes: [{en: A trail., ja: 証跡。}]
controls:
  - id: "A"
    title: Keys
    title_ja: 鍵
    numbers: {"1": "A", "2": "A.1"}
    events:
      - {source: kms.amazonaws.com, names: [DisableKey]}
      - {source: kms.amazonaws.com, since: "2", names: [ScheduleKeyDeletion]}
    hardening: [{source: kms.amazonaws.com, names: [DeleteAlias]}]
    scopes:
      changes: ct.src = "kms.amazonaws.com" and ct.name in (events) and not ct.error exists
      attempts: ct.src = "kms.amazonaws.com" and ct.name in (events)
      literal: ct.name in (events)
    errata: [{versions: ["2"], en: It was wrong., ja: 誤り。}]
    rule: {name: Key Disabled, desc: "Keys, all of them.", output: "key %ct.name", priority: WARNING, tags: [mine]}
  - id: "B"
    title: Everything
    numbers: {"2": "B"}
    scopes: {changes: ct.name exists, attempts: ct.name exists, literal: ct.name exists}
    rule: {name: Anything, desc: d, output: o, priority: INFO}
posture:
  - {id: "C", title: State, numbers: {"2": "C"}, en: A state., ja: 状態。}
"#;

const POLICIES: &str = "policies:
  - {name: Urgent, severity: High, rules: [Trail Stopped]}
  - {name: Rest, severity: Low, rules: [Key Disabled, No Such Rule]}
  - {name: Off, severity: High, enabled: false, rules: [Trail Touched]}
";

fn json(args: &[&str], files: &[(&str, &str)]) -> Value {
    let dir = with(files);
    let ran = rulec(dir.path(), &[&["coverage", "--format", "json"], args].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

fn verdicts(report: &Value) -> Vec<String> {
    let word = |control: &Value, key: &str| control[key].as_str().unwrap().to_owned();
    let controls = report["controls"].as_array().unwrap().iter();
    controls.map(|control| format!("{} {}", word(control, "id"), word(control, "verdict"))).collect()
}

#[test]
fn a_table() {
    let dir = with(&[("rules.yaml", RULES), ("controls.yaml", CONTROLS)]);
    let args = ["coverage", "rules.yaml", "--controls", "controls.yaml", "--min-priority", "error"];
    assert_snapshot!(rulec(dir.path(), &args).out);
    assert_snapshot!(rulec(dir.path(), &[&args[..], &["--lang", "ja", "--format", "markdown"]].concat()).out);
    let page = rulec(dir.path(), &[&args[..], &["--format", "html"]].concat()).out;
    for part in [
        "<html lang=\"en\">",
        "Keys",
        "鍵",
        "<mark>ct.region = &quot;us-east-1&quot;</mark>",
        "It was wrong.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // It stands alone.
    assert!(!page.contains("src=") && !page.contains("http"), "{page}");
    let report = rulec(dir.path(), &[&args[..], &["--format", "json"]].concat()).out;
    assert_snapshot!(report);
}

#[test]
fn the_benchmark_on_a_small_ruleset() {
    let dir = with(&[("rules.yaml", RULES)]);
    assert_snapshot!(rulec(dir.path(), &["coverage", "--min-priority", "error"]).out);
}

#[test]
fn versions_have_their_own_numbers_and_events() {
    let of = |benchmark: &str| json(&["--benchmark", benchmark], &[("rules.yaml", RULES)]);
    let ids = |report: &Value| {
        let ids = report["controls"]
            .as_array()
            .unwrap()
            .iter()
            .map(|control| control["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(&of("cis-aws-1.2.0")), (1..15).map(|n| format!("3.{n}")).collect::<Vec<_>>());
    assert_eq!(ids(&of("cis-aws")), (1..16).map(|n| format!("4.{n}")).collect::<Vec<_>>());
    assert_eq!(ids(&of("cis-aws-7.0.0")), (1..16).map(|n| format!("5.{n}")).collect::<Vec<_>>());
    let groups = |report: &Value| report["controls"][9]["events"].as_array().unwrap().len();
    assert_eq!((groups(&of("cis-aws-4.0.1")), groups(&of("cis-aws-5.0.0"))), (6, 7));
    assert_eq!(of("cis-aws-1.4.0")["controls"][0]["errata"].as_array().unwrap().len(), 1);
    assert_eq!(of("cis-aws-3.0.0")["posture"][0]["id"], "4.16");
    assert_eq!(of("cis-aws-1.4.0")["posture"], serde_json::json!([]));
}

#[test]
fn who_counts() {
    let files = [("rules.yaml", RULES), ("policies.yaml", POLICIES)];
    let counted = |args: &[&str]| json(&[&["rules.yaml"], args].concat(), &files)["counted"].clone();
    assert_eq!(counted(&[]), serde_json::json!(["Trail Touched", "Key Disabled", "Trail Stopped"]));
    assert_eq!(counted(&["--min-priority", "critical"]), serde_json::json!(["Trail Stopped"]));
    let policies = ["--policies", "policies.yaml"];
    assert_eq!(counted(&policies), serde_json::json!(["Key Disabled", "Trail Stopped"]));
    assert_eq!(
        counted(&[&policies[..], &["--min-severity", "medium"]].concat()),
        serde_json::json!(["Trail Stopped"])
    );
    // What does not count and comes first takes the events under `rule_matching: first`.
    let report = json(&["rules.yaml", "--policies", "policies.yaml"], &files);
    assert_eq!(report["hidden"], serde_json::json!([{ "rule": "Trail Stopped", "by": "Trail Touched" }]));
    let dir = with(&files);
    let ran = rulec(dir.path(), &["coverage", "rules.yaml", "--policies", "policies.yaml"]);
    assert_eq!(ran.err, "note: policy `Rest` names a rule that is not there: `No Such Rule`\n");
}

#[test]
fn findings_beside_the_rules() {
    let file = "findings:\n  - Policy:IAMUser/RootCredentialUsage\n  - {type: Own, severity: High, adjacent: [\"4.9\"]}\n";
    let files = [("rules.yaml", RULES), ("findings.yaml", file)];
    let purposes = |args: &[&str]| -> Vec<String> {
        let report = json(&[&["rules.yaml"], args].concat(), &files);
        let controls = report["controls"].as_array().unwrap().iter();
        controls.map(|control| control["purpose"].as_str().unwrap().to_owned()).collect()
    };
    let (without, with_file) = (purposes(&[]), purposes(&["--guardduty", "findings.yaml"]));
    assert_eq!((&*without[2], &*with_file[2]), ("partial", "full"));
    assert_eq!((&*without[8], &*with_file[8]), ("none", "partial"));
    assert_eq!(without[6], "partial");
}

#[test]
fn suggestions_close_the_gaps_in_the_words_of_the_macros() {
    let dir = with(&[("rules.yaml", RULES), ("controls.yaml", CONTROLS)]);
    let args = ["coverage", "rules.yaml", "--controls", "controls.yaml"];
    let ran = rulec(dir.path(), &[&args[..], &["--suggest", "--output", "more.yaml"]].concat());
    assert_eq!((ran.code, &*ran.err), (0, ""));
    assert_snapshot!(fs::read_to_string(dir.path().join("more.yaml")).unwrap());
    let ran = rulec(dir.path(), &[&args[..], &["more.yaml", "--fail-under", "full"]].concat());
    assert_eq!((ran.code, &*ran.err), (0, ""));
    assert_eq!(rulec(dir.path(), &["check", "more.yaml", "rules.yaml", "--deny", "warnings"]).code, 1);
    let clean = rulec(dir.path(), &["check", "rules.yaml", "more.yaml", "--format", "concise", "-q"]);
    let about = |line: &&str| line.contains("more.yaml") && !line.starts_with("rules.yaml");
    // The catalogue asks for outputs that say neither who nor where, and for everything.
    let as_asked = |line: &&str| line.contains("[output-without-who]") || line.contains("`Anything`");
    let rest = clean.out.lines().filter(about).filter(|line| !as_asked(line));
    assert_eq!(rest.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn limits() {
    let dir = with(&[("rules.yaml", RULES)]);
    let run = |limit: &str| {
        rulec(dir.path(), &["coverage", "rules.yaml", "--format", "json", "--fail-under", limit])
    };
    assert_eq!(run("4.5=full").code, 0);
    let ran = run("4.7=full");
    let text = "coverage falls short: 4.7 KMS keys disabled or scheduled for deletion is partial, not full\n";
    assert_eq!((ran.code, &*ran.err), (1, text));
    assert_eq!(run("4.7=partial").code, 0);
    assert_eq!(run("partial").err.lines().count(), 11);
    // What is said of one counts more than what is said of all.
    assert_eq!(run("full,4.7=partial").err.lines().count(), 13);
    for (wrong, said) in
        [("none", "takes `full` or `partial`"), ("9.9=full", "has no control `9.9`"), ("=", "no control ``")]
    {
        let ran = run(wrong);
        assert!(ran.code == 2 && ran.err.contains(said), "{wrong}: {}", ran.err);
    }
}

#[test]
fn only_what_fell_fails_against_a_baseline() {
    let dir = with(&[
        ("rules.yaml", RULES),
        ("less.yaml", &RULES.replace("StopLogging, DeleteTrail", "StopLogging")),
    ]);
    let report =
        rulec(dir.path(), &["coverage", "rules.yaml", "--min-priority", "error", "--format", "json"]).out;
    fs::write(dir.path().join("before.json"), report).unwrap();
    let args = ["coverage", "--min-priority", "error", "--baseline", "before.json", "--format", "json"];
    let run = |file: &str| rulec(dir.path(), &[&args[..], &[file]].concat());
    assert_eq!(run("rules.yaml").code, 0);
    let ran = run("less.yaml");
    assert_eq!((ran.code, &*ran.err), (1, "coverage fell: 4.5 DeleteTrail was covered, is missing\n"));
    let other =
        rulec(dir.path(), &["coverage", "rules.yaml", "--scope", "literal", "--baseline", "before.json"]);
    assert_eq!(other.code, 2);
    assert!(other.err.contains("this is cis-aws-3.0.0 in scope literal"), "{}", other.err);
    fs::write(dir.path().join("before.json"), "{\"benchmark\": 1}").unwrap();
    let ran = run("rules.yaml");
    assert!(ran.code == 2 && ran.err.starts_with("error: before.json:1:"), "{}", ran.err);
}

#[test]
fn witnesses_are_logs_that_no_rule_hears() {
    let dir = with(&[("rules.yaml", RULES)]);
    let ran =
        rulec(dir.path(), &["coverage", "--min-priority", "error", "--witness", "slips", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let names: BTreeSet<String> = fs::read_dir(dir.path().join("slips"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut expected = BTreeSet::new();
    for control in report["controls"].as_array().unwrap() {
        let id = control["id"].as_str().unwrap();
        for event in control["events"].as_array().unwrap().iter().filter(|event| event["status"] != "covered")
        {
            expected.insert(format!("{id}-{}.json", event["name"].as_str().unwrap()));
        }
        if control["events"] == serde_json::json!([]) {
            expected.insert(format!("{id}.json"));
        }
        assert_eq!(control["verdict"] == "full", control["witness"].is_null());
    }
    assert_eq!(names, expected);
    let scan =
        ["scan", "slips", "--rules", "rules.yaml", "--min-priority", "error", "--rule-matching", "all"];
    let ran = rulec(dir.path(), &scan);
    assert_eq!((ran.code, &*ran.out), (0, ""));
    let silent = format!("0 alerts from 0 of {0} events in {0} files", names.len());
    assert!(ran.err.contains(&silent), "{}", ran.err);
    let log: Value =
        serde_json::from_slice(&fs::read(dir.path().join("slips/4.7-DisableKey.json")).unwrap()).unwrap();
    let record = &log["Records"][0];
    assert_eq!(
        (&record["eventName"], &record["eventSource"]),
        (&"DisableKey".into(), &"kms.amazonaws.com".into())
    );
    let region = record["awsRegion"].as_str().unwrap();
    assert!(region != "us-east-1" && !region.starts_with("eu-"), "{region}");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let broken = [
        ("nonsense", "error: c.yaml:1:1: "),
        (&CONTROLS.replace("(events)", "(events"), "error: c.yaml:17:16: control A: "),
        (&CONTROLS.replace("ct.name exists", "ct.nmae exists"), "error: c.yaml:25:23: control B: "),
        (
            &CONTROLS.replace("[DisableKey]", "['Disable \"Key']"),
            "error: c.yaml:13:9: `Disable \"Key` is no name",
        ),
        (
            &CONTROLS.replace("ct.name in", "not ct.name in"),
            "error: c.yaml:17:16: control A never asks for `DisableKey`",
        ),
        (
            &CONTROLS.replace("default: \"2\"", "default: \"3\""),
            "error: c.yaml:5:10: the default is none of the versions",
        ),
        (
            &CONTROLS.replace("since: \"2\"", "since: \"9\""),
            "error: c.yaml:14:9: `9` is none of the versions",
        ),
        (
            &CONTROLS.replace("priority: INFO", "priorty: INFO"),
            "error: c.yaml:26:48: controls[1].rule: unknown field `priorty`",
        ),
        ("", "error: c.yaml"),
        ("{", "error: c.yaml:"),
        ("[[[[[[[", "error: c.yaml:"),
    ];
    for (text, said) in broken {
        let dir = with(&[("rules.yaml", RULES), ("c.yaml", text)]);
        let ran = rulec(dir.path(), &["coverage", "rules.yaml", "--controls", "c.yaml"]);
        assert!(ran.code == 2 && ran.err.starts_with(said), "{said}\n{}", ran.err);
    }
    let dir = with(&[
        ("rules.yaml", RULES),
        ("p.yaml", "policies: [{name: x, severity: Loud}]"),
        ("f.yaml", "findings: [Nope]"),
    ]);
    for (args, said) in [
        (
            &["--benchmark", "cis-aws-3.0"][..],
            "there is no benchmark named `cis-aws-3.0`; did you mean `cis-aws-3.0.0`?",
        ),
        (&["--benchmark", "x"], "there is no benchmark named `x`; there are cis-aws-1.2.0, "),
        (&["--policies", "p.yaml"], "p.yaml:1:32: policies[0].severity: unknown variant `Loud`"),
        (&["--policies", "none.yaml"], "cannot read none.yaml"),
        (&["--guardduty", "f.yaml"], "f.yaml: there is no finding type named `Nope`"),
        (&["--profile", "x"], "there is no profile named `x`; there is sysdig-managed"),
        (&["--min-severity", "high"], "`--min-severity` is about policies"),
        (&["--min-priority", "loud"], "there is no priority named `loud`"),
        (&["--witness", "rules.yaml/x"], "cannot make rules.yaml/x"),
    ] {
        let ran = rulec(dir.path(), &[&["coverage", "rules.yaml"], args].concat());
        assert!(ran.code == 2 && ran.err.contains(said), "{args:?}: {}", ran.err);
    }
}

#[test]
fn rules_that_falco_refuses_cover_nothing() {
    let broken = RULES.replace("ct.name in (StopLogging", "ct.nmae in (StopLogging");
    let (macros, rules) = RULES.split_once("\n\n").unwrap();
    // Errors of every kind: a field, a macro that comes too late, YAML, an engine and a plugin that are missing.
    let sets: [&[(&str, &str)]; 5] = [
        &[("rules.yaml", &broken)],
        &[("a.yaml", rules), ("b.yaml", macros)],
        &[("a.yaml", RULES), ("b.yaml", "- list: l\n  items: [a\n")],
        &[("a.yaml", RULES), ("b.yaml", "- required_engine_version: 0.99.0\n")],
        &[
            ("a.yaml", RULES),
            ("b.yaml", "- required_plugin_versions: [{name: cloudtrail, version: 99.0.0}]\n"),
        ],
    ];
    for files in sets {
        let dir = with(files);
        let run = |args: &[&str]| rulec(dir.path(), &[&["coverage"], args].concat());
        let ran = run(&["--format", "json"]);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        assert!(ran.code == 2 && report["hypothetical"] == false, "{files:?}: {}", ran.err);
        assert!(
            report["load_errors"][0]["line"].is_u64() && report["counted"].as_array().unwrap().is_empty()
        );
        assert!(verdicts(&report).iter().all(|verdict| verdict.ends_with(" none")), "{report}");
        for (format, first) in
            [("full", "Falco refuses"), ("markdown", "**❌ Falco refuses"), ("html", "Falco refuses")]
        {
            let ran = run(&["--format", format]);
            assert!(ran.code == 2 && ran.out.contains(first), "{files:?} {format}: {}", ran.out);
            assert!(ran.out.find(first) < ran.out.find("4.1"), "{format}: the refusal comes first");
        }
        // What is asked for all the same is marked, and never green.
        let ran = run(&["--keep-going", "--format", "json"]);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        assert!(ran.code == 0 && report["hypothetical"] == true, "{files:?}: {}", ran.err);
        assert!(!report["counted"].as_array().unwrap().is_empty(), "{report}");
        assert_eq!(run(&["--keep-going", "--fail-under", "4.7=partial"]).code, 1);
        assert_eq!(run(&["--suggest"]).code, 2);
        let checked = rulec(dir.path(), &["check", "--benchmark", "cis-aws-3.0.0", "--format", "concise"]);
        assert_eq!(checked.out.matches("control-uncovered").count(), 1, "{}", checked.out);
        assert!(checked.out.contains("no control of cis-aws-3.0.0 is covered"), "{}", checked.out);
    }
    let empty = json(&[], &[("x.txt", "")]);
    assert!(verdicts(&empty).iter().all(|verdict| verdict.ends_with(" none")), "{empty}");
}

#[test]
fn check_reports_the_gaps_of_a_benchmark() {
    let toml = "benchmark = \"cis-aws-3.0.0\"\n";
    let dir = with(&[("rules.yaml", RULES), ("rulec.toml", toml)]);
    let ran = rulec(dir.path(), &["check", "--format", "concise"]);
    let about = |name: &str| ran.out.lines().filter(|line| line.contains(name)).count();
    assert_eq!((about("[control-partial]"), about("[control-uncovered]")), (3, 11), "{}", ran.out);
    // Coverage goes by the same benchmark.
    fs::write(dir.path().join("rulec.toml"), "benchmark = \"cis-aws-7.0.0\"\n").unwrap();
    assert!(rulec(dir.path(), &["coverage"]).out.starts_with("CIS AWS Foundations Benchmark 7.0.0, "));
    // Nothing is added without being asked for.
    rulec(dir.path(), &["check", "--fix"]);
    assert_eq!(fs::read_to_string(dir.path().join("rules.yaml")).unwrap().matches("- rule:").count(), 3);
    let ran =
        rulec(dir.path(), &["check", "--no-config", "--benchmark", "cis-aws-1.2.0", "--format", "concise"]);
    assert!(ran.out.contains("control 3.7"), "{}", ran.out);
    assert_eq!(rulec(dir.path(), &["check", "--benchmark", "nope"]).code, 2);
    let dir = with(&[("rules.yaml", RULES), ("rulec.toml", "benchmark = \"cis-aws-3\"\n")]);
    let ran = rulec(dir.path(), &["check", "--format", "concise"]);
    assert!(ran.code == 1 && ran.out.contains("rulec.toml:1:13: error[invalid-config]"), "{}", ran.out);
}

#[test]
fn a_scan_by_control() {
    let event = |name: &str, source: &str, error: &str, minute: u8| {
        format!(
            r#"{{"eventTime":"2026-01-15T09:{minute:02}:00Z","eventType":"AwsApiCall","eventName":"{name}","eventSource":"{source}","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.10","userIdentity":{{"type":"IAMUser","userName":"alice"}}{error}}}"#
        )
    };
    let denied = r#","errorCode":"AccessDenied""#;
    let log = [
        event("DisableKey", "kms.amazonaws.com", "", 1),
        event("DisableKey", "kms.amazonaws.com", "", 2),
        event("StopLogging", "cloudtrail.amazonaws.com", "", 3),
        event("GetUser", "iam.amazonaws.com", denied, 4),
        event("DescribeTrails", "cloudtrail.amazonaws.com", "", 5),
    ];
    let denied = "- rule: Denied\n  desc: d\n  condition: ct.error startswith AccessDenied\n  output: o\n  \
                  priority: INFO\n  source: aws_cloudtrail\n";
    let dir = with(&[("rules.yaml", &format!("{RULES}\n{denied}")), ("log.jsonl", &log.join("\n"))]);
    let args =
        ["scan", "log.jsonl", "--rules", "rules.yaml", "--rule-matching", "all", "--by", "control", "-q"];
    assert_snapshot!(rulec(dir.path(), &args).out);
    assert_snapshot!(rulec(dir.path(), &[&args[..], &["--format", "csv"]].concat()).out);
    let ran = rulec(dir.path(), &[&args[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["controls"][6]["alerts"], 2);
    assert_eq!(report["controls"][0]["rules"], serde_json::json!([{ "rule": "Denied", "alerts": 1 }]));
    assert_eq!(report["others"]["alerts"], 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_catalogue_or_policy_breaks_it(cut in 0..CONTROLS.len(), junk in "\\PC{0,12}", to in 0..4usize) {
        let at = (0..=cut).rev().find(|&at| CONTROLS.is_char_boundary(at)).unwrap();
        let text = format!("{}{junk}{}", &CONTROLS[..at], &CONTROLS[at..]);
        let dir = with(&[("rules.yaml", RULES), ("c.yaml", &text)]);
        let flag = ["--controls", "--policies", "--guardduty", "--baseline"][to];
        let ran = rulec(dir.path(), &["coverage", "rules.yaml", "--format", "json", flag, "c.yaml"]);
        prop_assert!(ran.code == 0 || ran.code == 2 && ran.err.starts_with("error: "), "{}", ran.err);
    }
}
