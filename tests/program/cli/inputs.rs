//! Rules where they really live: other files, a falco.yaml, field lists of in-house plugins.

use super::program::{rulec, with};
use serde_json::Value;
use std::fs;

const VALUES: &str = "\
# Ours.
falco:
  customRules:
    local.yaml: |-
      - rule: Trail Stopped
        desc: Somebody stopped a trail.
        condition: aws.eventName = StopLogging
        output: trail stopped
        priority: CRITICAL
        source: aws_cloudtrail
";

const TERRAFORM: &str = r#"
resource "sysdig_secure_rule_falco" "key" {
  name      = "Key Made"
  condition = "aws.eventName = CreateAccessKey"
  output    = "key made (user=%ct.user)"
  priority  = "error"
  source    = "aws_cloudtrail"
}
resource "sysdig_secure_custom_policy" "keys" {
  name     = "Keys"
  severity = 1
  rules {
    name = "Key Made"
  }
  rules {
    name    = "Trail Stopped"
    enabled = false
  }
}
"#;

#[test]
fn directories_are_searched_for_them() {
    let export = r#"[{"name": "m", "condition": {"condition": "ct.nmae = x"}}, {"name": "R", "details": {"ruleType": "FALCO", "condition": {"condition": "m"}, "output": "o", "source": "aws_cloudtrail"}}]"#;
    let dir = with(&[
        ("chart/values.yaml", VALUES),
        ("chart/Chart.yaml", "name: rules\n"),
        ("main.tf", TERRAFORM),
        ("other.tf", "resource \"x\" \"y\" {}\n"),
        ("log.json", "{\"Records\": []}"),
        ("export.json", export),
    ]);
    let ran = rulec(dir.path(), &["check", "--no-config", "--format", "concise", "."]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let places: Vec<&str> = ran.out.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(places.contains(&"chart/values.yaml:7:20:"), "{}", ran.out);
    assert!(places.contains(&"main.tf:4:16:"), "{}", ran.out);
    assert!(places.contains(&"export.json:1:44:"), "{}", ran.out);
    assert!(ran.err.contains("3 files"), "{}", ran.err);
}

#[test]
fn fixes_land_in_the_outer_file_or_nowhere() {
    let dir = with(&[("values.yaml", VALUES), ("main.tf", TERRAFORM)]);
    let ran = rulec(dir.path(), &["check", "--no-config", "--fix", "--quiet", "."]);
    let values = fs::read_to_string(dir.path().join("values.yaml")).unwrap();
    assert_eq!(values, VALUES.replace("aws.eventName", "ct.name"), "{}", ran.out);
    let terraform = fs::read_to_string(dir.path().join("main.tf")).unwrap();
    assert_eq!(terraform, TERRAFORM.replace("aws.eventName", "ct.name"), "{}", ran.out);
    let ran = rulec(dir.path(), &["check", "--no-config", "--diff", "--quiet", "."]);
    assert_eq!(ran.out, "");
}

#[test]
fn the_formatter_leaves_them_alone() {
    let dir = with(&[("values.yaml", VALUES), ("main.tf", TERRAFORM)]);
    let ran = rulec(dir.path(), &["fmt", "values.yaml", "main.tf"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("values.yaml: left as it is"), "{}", ran.err);
    assert_eq!(fs::read_to_string(dir.path().join("values.yaml")).unwrap(), VALUES);
    assert_eq!(fs::read_to_string(dir.path().join("main.tf")).unwrap(), TERRAFORM);
}

#[test]
fn falcos_own_view_is_of_files_as_they_are() {
    let dir = with(&[("values.yaml", VALUES)]);
    let ran = rulec(dir.path(), &["check", "--format", "falco-json", "values.yaml"]);
    let verdict: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(verdict["falco_load_results"][0]["successful"], false, "{}", ran.out);
}

#[test]
fn other_commands_know_them_too() {
    let record = r#"{"Records": [{"eventVersion": "1.09", "userIdentity": {"type": "IAMUser", "userName": "bob"}, "eventTime": "2026-03-01T10:00:00Z", "eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey", "awsRegion": "eu-west-1", "sourceIPAddress": "192.0.2.1", "eventID": "1", "eventType": "AwsApiCall"}]}"#;
    let (values, terraform) =
        (VALUES.replace("aws.eventName", "ct.name"), TERRAFORM.replace("aws.eventName", "ct.name"));
    let dir = with(&[("values.yaml", &values), ("main.tf", &terraform), ("log.json", record)]);
    let ran =
        rulec(dir.path(), &["scan", "--no-config", "--rules", "main.tf", "--format", "json", "log.json"]);
    assert!(ran.out.contains("key made (user=bob)"), "{}{}", ran.out, ran.err);
    let ran = rulec(dir.path(), &["describe", "--no-config", "values.yaml"]);
    let described: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(described["rules"][0]["info"]["name"], "Trail Stopped", "{}", ran.err);
    let coverage = |policies: &[&str]| {
        let args = ["coverage", "--no-config", "--format", "json", "main.tf", "values.yaml"];
        let ran = rulec(dir.path(), &[&args[..], policies].concat());
        assert!(ran.code <= 1, "{}", ran.err);
        ran.out
    };
    // The policy is about the other rule alone.
    assert!(coverage(&[]).contains("Trail Stopped"));
    assert!(!coverage(&["--policies", "main.tf"]).contains("Trail Stopped"));
    fs::write(dir.path().join("broken.tf"), "resource {").unwrap();
    let ran = rulec(dir.path(), &["coverage", "--policies", "broken.tf", "main.tf"]);
    assert!(ran.code == 2 && ran.err.starts_with("error: broken.tf:1:"), "{}", ran.err);
}

const BASE: &str = "\
- macro: stopped
  condition: ct.name = StopLogging
";

const LOCAL: &str = "\
- rule: Trail Stopped
  desc: Somebody stopped a trail.
  condition: stopped
  output: trail stopped
  priority: CRITICAL
  source: aws_cloudtrail
  tags: [trail]

- rule: Trail Stopped Twice
  desc: Somebody stopped a trail, to be told in other words.
  condition: stopped and ct.region exists
  output: stopped again
  priority: NOTICE
  source: aws_cloudtrail
";

const FALCO: &str = "\
rules_files:
  - base.yaml
  - missing.yaml
  - rules.d
plugins:
  - name: json
    library_path: libjson.so
  - name: cloudtrail
    library_path: libcloudtrail.so
  - name: k8saudit
    library_path: libk8saudit.so
load_plugins: [cloudtrail, json]
rules:
  - disable: {rule: '*'}
  - enable: {tag: trail}
append_output:
  - match: {source: aws_cloudtrail, tags: [trail]}
    extra_output: 'region=%ct.region'
    extra_fields: [ct.user, {who: 'by %ct.user'}]
";

const STOPPED: &str = r#"{"Records": [{"eventVersion": "1.09", "userIdentity": {"type": "IAMUser", "userName": "bob"}, "eventTime": "2026-03-01T10:00:00Z", "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging", "awsRegion": "eu-west-1", "sourceIPAddress": "192.0.2.1", "eventID": "1", "eventType": "AwsApiCall"}]}"#;

#[test]
fn a_falco_yaml_says_what_is_loaded() {
    let dir = with(&[
        ("falco.yaml", FALCO),
        ("base.yaml", BASE),
        ("rules.d/b.yaml", LOCAL),
        ("rules.d/a.yml", "- list: first\n  items: [a]\n"),
        ("rules.d/c.txt", "no rules"),
        ("rules.d/deeper/d.yaml", "no rules"),
        ("log.json", STOPPED),
    ]);
    let check = ["check", "--no-config", "--falco-config", "falco.yaml"];
    let ran = rulec(dir.path(), &[&check[..], &["--format", "concise"]].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("falco.yaml:3:5: warning[skipped-rules-file]"), "{}", ran.out);
    assert!(ran.err.contains("3 files"), "{}", ran.err);

    let ran = rulec(dir.path(), &[&check[..], &["--format", "falco-json"]].concat());
    let verdict: Value = serde_json::from_str(&ran.out).unwrap();
    let results = verdict["falco_load_results"].as_array().unwrap();
    let names: Vec<&str> = results.iter().map(|result| result["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["base.yaml", "rules.d/a.yml", "rules.d/b.yaml"]);

    let scan = ["scan", "--no-config", "--falco-config", "falco.yaml", "--rule-matching", "all", "log.json"];
    let ran = rulec(dir.path(), &scan);
    assert!(ran.out.contains("trail stopped region=eu-west-1"), "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("stopped again"), "{}", ran.out);
    let ran = rulec(dir.path(), &[&scan[..], &["--format", "json"]].concat());
    let alert: Value = serde_json::from_str(ran.out.lines().next().unwrap()).unwrap();
    let fields = &alert["output_fields"];
    assert_eq!((&fields["ct.user"], &fields["who"]), (&"bob".into(), &"by bob".into()), "{alert}");

    let all = "rules_files: [base.yaml, rules.d]\nplugins: [{name: cloudtrail, library_path: x}]\nrule_matching: all\n";
    fs::write(dir.path().join("all.yaml"), all).unwrap();
    let scan = ["scan", "--no-config", "--falco-config", "all.yaml", "log.json"];
    let both = |ran: &str| ran.contains("trail stopped") && ran.contains("stopped again");
    assert!(both(&rulec(dir.path(), &scan).out));
    assert!(!both(&rulec(dir.path(), &[&scan[..], &["--rule-matching", "first"]].concat()).out));

    let ran = rulec(dir.path(), &["describe", "--no-config", "--falco-config", "falco.yaml"]);
    let described: Value = serde_json::from_str(&ran.out).unwrap();
    let compiled = described["rules"][0]["details"]["output_compiled"].as_str().unwrap();
    assert_eq!(compiled, "trail stopped region=%ct.region");
}

#[test]
fn what_is_wrong_in_a_falco_yaml_has_a_place() {
    for (text, expected) in [
        ("rules_files: [", "falco.yaml:1:"),
        ("- a", "falco.yaml:1:1: error[invalid-falco-config]"),
        ("rules_files: [{a: b}]", "falco.yaml:1:15: error[invalid-falco-config]"),
        ("rules_files: []\nrules_file: []", "falco.yaml:2:1: error[invalid-falco-config]"),
        ("load_plugins: [x]", "falco.yaml:1:16: error[invalid-falco-config]"),
        ("plugins: [{name: x}]", "falco.yaml:1:11: error[invalid-falco-config]"),
        ("rules: [{enable: {}}]", "falco.yaml:1:18: error[invalid-falco-config]"),
        ("rules: [{disabled: {}}]", "falco.yaml:1:9: error[invalid-falco-config]"),
        ("rule_matching: some", "falco.yaml:1:16: error[invalid-falco-config]"),
        ("priority: loud", "falco.yaml:1:11: error[invalid-falco-config]"),
        ("append_output: [{extra_fields: x}]", "falco.yaml:1:32: error[invalid-falco-config]"),
        (
            "rules_files: base.yaml\nplugins: {name: ours, library_path: x}",
            "falco.yaml:2:17: info[not-checked]",
        ),
        ("rules_files: ['${HOME}/x.yaml']", "falco.yaml:1:15: info[not-checked]"),
        (
            "rules_files: [base.yaml]\nrules: [{disable: {rule: Rot}}]",
            "falco.yaml:2:19: warning[selects-nothing]",
        ),
        (
            "rules_files: [base.yaml]\nappend_output: [{extra_output: x}]",
            "falco.yaml:2:17: warning[selects-nothing]",
        ),
        ("rules_files: []", "falco.yaml:1:1: error[invalid-falco-config]"),
        ("rules_files: [gone.yaml]", "falco.yaml:1:15: error[invalid-falco-config]"),
        ("rules_files: [base.txt]", "falco.yaml:1:15: warning[skipped-rules-file]"),
    ] {
        let dir = with(&[("falco.yaml", text), ("base.yaml", ""), ("base.txt", "")]);
        let args = ["check", "--no-config", "--format", "concise", "--falco-config", "falco.yaml"];
        let ran = rulec(dir.path(), &args);
        assert!(ran.out.starts_with(expected), "{text}: {}{}", ran.out, ran.err);
        assert_eq!(ran.code, i32::from(ran.out.contains("error[")), "{text}: {}", ran.out);
    }
}

#[test]
fn what_is_appended_is_checked_where_it_is_written() {
    let falco = FALCO.replace("%ct.region'", "%ct.regoin'").replace("[ct.user,", "[ct.usr,");
    let dir = with(&[("falco.yaml", &falco), ("base.yaml", BASE), ("rules.d/b.yaml", LOCAL)]);
    let args = ["check", "--no-config", "--format", "concise", "--falco-config", "falco.yaml"];
    let ran = rulec(dir.path(), &args);
    let errors: Vec<&str> = ran.out.lines().filter(|line| line.contains("error[")).collect();
    assert_eq!(errors.len(), 1, "{}", ran.out);
    assert!(errors[0].starts_with("falco.yaml:18:27: error[unknown-field]"), "{}", ran.out);
    let falco = FALCO.replace("[ct.user,", "[ct.usr,");
    fs::write(dir.path().join("falco.yaml"), falco).unwrap();
    let ran = rulec(dir.path(), &args);
    assert!(ran.out.contains("falco.yaml:19:20: error[unknown-field]"), "{}", ran.out);
}

#[test]
fn included_files_add_to_a_falco_yaml() {
    let falco = "rules_files: [base.yaml]\nconfig_files: [more.yaml, {path: config.d, strategy: add-only}, gone.yaml]\n";
    let plugin = "plugins: [{name: cloudtrail, library_path: x}]\n";
    let dir = with(&[
        ("falco.yaml", falco),
        ("more.yaml", "rules_files: [local.yaml]\n"),
        ("config.d/a.yaml", "rules_files: [never.yaml]\n"),
        ("config.d/b.yaml", plugin),
        ("base.yaml", BASE),
        ("local.yaml", LOCAL),
    ]);
    let args = ["check", "--no-config", "--format", "falco-json", "--falco-config", "falco.yaml"];
    let ran = rulec(dir.path(), &args);
    let verdict: Value = serde_json::from_str(&ran.out).unwrap();
    let results = verdict["falco_load_results"].as_array().unwrap();
    assert_eq!(results.len(), 2, "{}", ran.out);
    assert_eq!(results[1]["name"], "local.yaml");
    assert_eq!(results[1]["warnings"].as_array().map(Vec::len), Some(0), "{}", ran.out);
    // Without the plugin, nobody provides the source.
    fs::remove_dir_all(dir.path().join("config.d")).unwrap();
    assert!(rulec(dir.path(), &args).out.contains("LOAD_UNKNOWN_SOURCE"));
}

#[test]
fn tests_run_on_what_a_falco_yaml_loads() {
    let test = "tests:\n  - name: it speaks\n    event: {eventName: StopLogging, eventSource: cloudtrail.amazonaws.com}\n    fires: [Trail Stopped]\n";
    let dir = with(&[
        ("falco.yaml", FALCO),
        ("base.yaml", BASE),
        ("rules.d/b.yaml", LOCAL),
        ("t/trail.test.yaml", test),
    ]);
    let ran = rulec(dir.path(), &["test", "--no-config", "--falco-config", "falco.yaml", "t"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn fields_of_other_plugins() {
    let rule = "- rule: R\n  desc: d\n  condition: corp.user = alice and corp.size > 5\n  output: o %corp.user\n  priority: NOTICE\n  source: corp\n";
    let fields = r#"[{"type": "string", "name": "corp.user", "desc": "who"}, {"type": "uint64", "name": "corp.size", "desc": "how much"}]"#;
    let whole = format!(
        r#"{{"plugin": {{"name": "corp", "version": "1.2.0"}}, "source": "corp", "fields": {fields}}}"#
    );
    let dir = with(&[("r.yaml", rule), ("fields.json", fields), ("whole.json", &whole), ("bad.json", "[1]")]);
    let check = |schema: &str| rulec(dir.path(), &["check", "--no-config", "--schema", schema, "r.yaml"]);
    assert!(rulec(dir.path(), &["check", "--no-config", "r.yaml"]).out.contains("unknown-source"));
    for schema in ["corp=fields.json", "whole.json"] {
        let ran = check(schema);
        assert_eq!((ran.code, ran.out.contains("warning")), (0, false), "{schema}: {}{}", ran.out, ran.err);
    }
    let toml = "schemas = ['corp=fields.json', 'gone.json', 'fields.json']\n";
    fs::write(dir.path().join("rulec.toml"), toml).unwrap();
    let ran = rulec(dir.path(), &["check", "--format", "concise", "r.yaml"]);
    let problems: Vec<&str> = ran.out.lines().filter(|line| !line.starts_with("r.yaml")).collect();
    assert!(!ran.out.contains("unknown-source"), "{}", ran.out);
    assert_eq!(problems.len(), 2, "{}", ran.out);
    assert!(
        problems[0].starts_with("rulec.toml:1:32: error[invalid-config] cannot read gone.json"),
        "{}",
        ran.out
    );
    let ran = check("fields.json");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("write SOURCE=fields.json"), "{}", ran.err);
    assert!(check("bad.json").err.starts_with("error: --schema: bad.json is no list of fields: "));
    assert!(check("gone.json").err.starts_with("error: cannot read gone.json: "));
    fs::write(dir.path().join("r.yaml"), rule.replace("corp.size > 5", "corp.size = many")).unwrap();
    assert_eq!(check("whole.json").code, 1);
}
