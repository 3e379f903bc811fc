//! `rulec compile` and `rulec import`: arguments, exit codes, what goes where.

use super::program::{rulec, with};
use std::fs;

pub const RULES: &str = "\
- rule: Stop
  desc: d
  condition: ct.name = StopLogging
  output: stopped by %ct.user
  priority: WARNING
  source: aws_cloudtrail
  tags: [aws]
- rule: Shout
  desc: d
  condition: ct.src = iam.amazonaws.com and ct.name icontains USER
  output: o %ct.user
  priority: INFO
  source: aws_cloudtrail
  tags: [aws]
";

#[test]
fn what_is_left_out_is_told_and_the_rest_compiled() {
    let dir = with(&[("r.yaml", RULES)]);
    let ran = rulec(dir.path(), &["compile", "--target", "cloudwatch", "r.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(ran.out, "# Stop\n{ ($.eventName = \"StopLogging\") }\n");
    assert!(ran.err.contains("not-in-target") && ran.err.contains("icontains USER"), "{}", ran.err);
    let all = ["compile", "--target", "duckdb", "--rules", "r.yaml", "-o", "q.sql", "--format", "json"];
    let ran = rulec(dir.path(), &all);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", "2 rules for duckdb\n"));
    assert!(fs::read_to_string(dir.path().join("q.sql")).unwrap().contains("'StopLogging'"));
    let over =
        ["compile", "--target", "cloudwatch", "--approximate", "over", "--format", "concise", "r.yaml"];
    let ran = rulec(dir.path(), &over);
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("r.yaml:10:") && ran.err.contains("[approximated]"), "{}", ran.err);
    assert!(ran.out.contains("iam.amazonaws.com"), "{}", ran.out);
}

#[test]
fn a_comment_keeps_a_finding_back() {
    let dir = with(&[(
        "r.yaml",
        &RULES.replace("- rule: Shout", "# rulec: allow not-in-target -- known\n- rule: Shout"),
    )]);
    let ran = rulec(dir.path(), &["compile", "--target", "cloudwatch", "r.yaml"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "it is left out all the same");
}

#[test]
fn thresholds_times_and_names_that_make_no_sense() {
    let dir = with(&[("r.yaml", RULES), ("bad.yaml", "- rule: x\n  desc: d\n  condition: ct.nme = 1\n")]);
    let code = |args: &[&str]| rulec(dir.path(), args).code;
    let compile = ["compile", "--target", "cloudwatch", "r.yaml", "--emit", "terraform"];
    let with = |more: &[&'static str]| [&compile[..], more].concat();
    let ran = rulec(dir.path(), &with(&["--threshold", "3", "--threshold", "Stop=7", "--from", "lo${g"]));
    assert!(ran.out.contains("threshold           = 7") && ran.out.contains("\"lo$${g\""), "{}", ran.out);
    for wrong in [
        vec!["--threshold", "0"],
        vec!["--threshold", "Stpo=2"],
        vec!["--since", "yesterday"],
        vec!["--rule", "Stpo"],
        vec!["--emit", "views"],
        vec!["--target", "duckbd"],
        vec!["bad.yaml"],
    ] {
        assert_eq!(code(&with(&wrong)), 2, "{wrong:?}");
    }
}

#[test]
fn thresholds_of_rulec_toml() {
    let toml = "[compile.cloudwatch]\nthreshold = 4\nthresholds = {Shout = 9, Stp = 3}\n";
    let two = RULES.replace("icontains", "contains");
    let dir = with(&[("r.yaml", &two), ("rulec.toml", toml)]);
    let compile = |more: &[&str]| {
        let ran = rulec(
            dir.path(),
            &[&["compile", "--target", "cloudwatch", "--emit", "cloudformation", "r.yaml"], more].concat(),
        );
        assert_eq!(ran.code, 0, "{}", ran.err);
        let template: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let resources = template["Resources"].as_object().unwrap().values();
        let alarms = resources.filter(|one| one["Type"] == "AWS::CloudWatch::Alarm");
        let mut thresholds: Vec<u64> =
            alarms.map(|alarm| alarm["Properties"]["Threshold"].as_u64().unwrap()).collect();
        thresholds.sort_unstable();
        (thresholds, ran.err)
    };
    let (thresholds, err) = compile(&[]);
    assert_eq!(thresholds, [4, 9]);
    assert!(
        err.contains("rulec.toml has a threshold for `Stp`") && err.contains("did you mean `Stop`"),
        "{err}"
    );
    assert_eq!(compile(&["--threshold", "2"]).0, [2, 9], "one of a rule counts more than one of all");
    assert_eq!(compile(&["--threshold", "Shout=3"]).0, [3, 4]);
    assert_eq!(compile(&["--no-config"]).0, [1, 1]);
    fs::write(dir.path().join("rulec.toml"), "[compile.cloudwatch]\nthreshold = -1\n").unwrap();
    let ran = rulec(dir.path(), &["compile", "--target", "cloudwatch", "r.yaml"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("`threshold` must be between 1"), "{}", ran.err);
}

#[test]
fn targets_are_listed() {
    let dir = with(&[]);
    let listed = rulec(dir.path(), &["list", "targets"]).out;
    for name in ["falco", "json", "cloudwatch", "duckdb", "spark", "athena", "trino", "eventbridge", "sigma"]
    {
        assert!(listed.lines().any(|line| line.starts_with(name)), "{name} in {listed}");
    }
}

#[test]
fn filters_are_imported_from_wherever_they_are() {
    let terraform = r#"
resource "aws_cloudwatch_log_metric_filter" "stop" {
  name    = "StopFilter"
  pattern = "{ ($.eventName = \"StopLogging\") && ($.errorCode NOT EXISTS) }"
}
resource "aws_cloudwatch_log_metric_filter" "heredoc" {
  name    = "${var.prefix}-x"
  pattern = <<PATTERN
{ $.userIdentity.type = "Root" }
PATTERN
}
resource "aws_sns_topic" "other" { name = "x" }
"#;
    let cloudformation = "Resources:\n  F:\n    Type: AWS::Logs::MetricFilter\n    Properties:\n      LogGroupName: !Ref Group\n      FilterPattern: '{ $.eventName = Delete* }'\n";
    let dir = with(&[
        ("a.tf", terraform),
        ("c.yaml", cloudformation),
        ("p.txt", "# Named\n{ $.readOnly IS TRUE }\n"),
        ("none.json", "{}"),
        ("r.yaml", RULES),
    ]);
    let ran = rulec(
        dir.path(),
        &["import", "cloudwatch", "a.tf", "c.yaml", "p.txt", "{ $.a.b = 5 }", "-o", "i.yaml"],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = fs::read_to_string(dir.path().join("i.yaml")).unwrap();
    for expected in [
        "rule: \"StopFilter\"",
        "ct.name = StopLogging",
        "not ct.error exists",
        "ct.user.identitytype = Root",
        "heredoc",
        "ct.name startswith Delete",
        "Named",
        "ct.readonly = true",
        "json.value[/a/b] = 5",
    ] {
        assert!(
            text.contains(expected) || text.contains(&expected.replace('"', "")),
            "{expected} not in\n{text}"
        );
    }
    assert_eq!(rulec(dir.path(), &["check", "--deny", "broken", "i.yaml"]).code, 2, "there is no such check");
    let checked = rulec(dir.path(), &["check", "i.yaml"]);
    assert_eq!(checked.code, 0, "{}", checked.out);
    // What comes out of a compilation can be read again.
    let compiled = rulec(
        dir.path(),
        &["compile", "--target", "cloudwatch", "--rule", "Stop", "--emit", "terraform", "r.yaml"],
    );
    fs::write(dir.path().join("again.tf"), compiled.out).unwrap();
    assert!(rulec(dir.path(), &["import", "cloudwatch", "again.tf"]).out.contains("ct.name = StopLogging"));
    let ran = rulec(dir.path(), &["import", "cloudwatch", "{ $.a[*] = 1 }", "{ $.eventName = A }"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("at byte 5") && ran.out.contains("ct.name = A"), "{} {}", ran.err, ran.out);
    assert_eq!(rulec(dir.path(), &["import", "cloudwatch", "none.json"]).code, 2);
    assert_eq!(rulec(dir.path(), &["import", "cloudwatch", "gone.tf"]).code, 2);
}
