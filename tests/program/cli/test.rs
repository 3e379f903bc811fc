//! `rulec test` and `rulec explain-match`.

use super::program::{Ran, rulec, rulec_with, with};
use insta::assert_snapshot;
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const RULES: &str = "\
- list: stopping
  items: [StopLogging, DeleteTrail]

- macro: succeeded
  condition: not ct.error exists

- macro: by_hand
  condition: (ct.user.identitytype = \"IAMUser\" or ct.user.identitytype = \"Root\")

- rule: Trail Stopped
  desc: d
  condition: >
    ct.src = \"cloudtrail.amazonaws.com\"
    and ct.name in (stopping)
    and succeeded and by_hand
    and not (ct.srcip startswith \"10.\" or ct.user = val(ct.request.name))
  output: stopped | trail=%ct.request.name user=%ct.user
  priority: CRITICAL
  source: aws_cloudtrail
  exceptions:
    - name: agents
      fields: [ct.useragent, ct.region]
      comps: [=, in]
      values:
        - [agent, [eu-west-1, eu-west-2]]

- rule: Trail Failed
  desc: d
  condition: ct.src = \"cloudtrail.amazonaws.com\" and not succeeded
  output: failed | error=%ct.error
  priority: INFO
  source: aws_cloudtrail

- rule: Any Call
  desc: d
  condition: ct.name exists
  output: call
  priority: INFO
  source: aws_cloudtrail

- rule: Switched Off
  desc: d
  condition: ct.name exists
  output: call
  priority: INFO
  source: aws_cloudtrail
  enabled: false
";

/// A directory with the rules and this test file.
fn tests(text: &str) -> TempDir {
    with(&[("trail.yaml", RULES), ("trail.test.yaml", text)])
}

fn run(text: &str, args: &[&str]) -> Ran {
    let directory = tests(text);
    rulec(directory.path(), &[&["test"][..], args].concat())
}

const FAILING: &str = "\
tests:
  - name: denied
    event: {eventName: StopLogging, errorCode: AccessDenied, requestParameters.name: alice}
    fires: [Trail Stopped, Trail Failed]
  - name: too much
    event: {eventName: StopLogging}
    silent: [Trail Stopped]
    exactly: [Trail Stopped, Switched Off]
  - name: hidden
    event: {eventName: StopLogging}
    rule_matching: first
    fires: [Any Call]
  - name: words
    event: {eventName: StopLogging, requestParameters: {name: audit}}
    output: {Trail Stopped: \"stopped | trail=audit user=bob\"}
    output_fields: {Trail Stopped: {ct.user: bob, ct.request.name: audit, ct.src: x}}
  - name: all is well
    event: {eventName: StopLogging}
    template: assumed-role
    exactly: [Any Call]
";

#[test]
fn failures_say_why() {
    let ran = run(FAILING, &[]);
    assert_eq!((ran.code, ran.err.as_str()), (1, "4 tests failed, 1 passed in 1 file\n"));
    assert_snapshot!(ran.out);
}

#[test]
fn json() {
    let ran = run(FAILING, &["--format", "json", "--filter", "DENIED", "--coverage"]);
    assert_eq!(ran.code, 1);
    let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(value["schema_version"], 1);
    assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
}

#[test]
fn junit() {
    let ran = run(FAILING, &["--format", "junit"]);
    assert_eq!(ran.code, 1);
    let report = quick_junit::Report::deserialize_from_str(&ran.out).unwrap();
    assert_eq!((report.tests, report.failures), (5, 4));
    assert_eq!(report.test_suites[0].name.as_str(), "trail.test.yaml");
    // Characters that XML does not know are in names and values all the same.
    let odd = "tests:\n- name: \"a\\u0001<]]>&\"\n  event: {eventName: \"x\\u0007\\e<\", eventSource: x}\n  silent: [Any Call]\n";
    let ran = run(odd, &["--format", "junit"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(quick_junit::Report::deserialize_from_str(&ran.out).unwrap().failures, 1);
}

#[test]
fn filter() {
    let directory = tests(FAILING);
    let ran = |text| rulec(directory.path(), &["test", "--filter", text]);
    assert_eq!((ran("Well").code, ran("Well").err.as_str()), (0, "1 test passed in 1 file\n"));
    assert_eq!(ran("words").err, "1 test failed, 0 passed in 1 file\n");
    assert_eq!(ran("no such test").err, "no tests to run in 1 file\n");
}

#[test]
fn coverage() {
    let well = "tests:\n- name: a\n  event: {eventName: StopLogging, userIdentity.type: AssumedRole}\n  exactly: [Any Call]\n";
    let ran = run(well, &["--coverage"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_snapshot!(ran.out);
}

#[test]
fn files_of_events() {
    let record = |name: &str| {
        format!(
            r#"{{"eventTime":"2026-01-15T12:00:00Z","eventType":"AwsApiCall","eventName":"{name}","userIdentity":{{"type":"Root"}},"eventSource":"cloudtrail.amazonaws.com"}}"#
        )
    };
    let (a, b) = (record("StopLogging"), record("GetTrail"));
    let case =
        "tests:\n- name: a\n  events: logs/x.json\n  fires: [Trail Stopped]\n  silent: [Trail Failed]\n";
    for text in
        [a.clone(), format!("{b}\n{a}\n"), format!("[{b},{a}]"), format!(r#"{{"Records":[{b},{a},{{}}]}}"#)]
    {
        let directory = with(&[("trail.yaml", RULES), ("trail.test.yaml", case), ("logs/x.json", &text)]);
        let ran = rulec(directory.path(), &["test"]);
        assert_eq!(ran.code, 0, "{text}: {} {}", ran.out, ran.err);
    }
    let directory =
        with(&[("trail.yaml", RULES), ("trail.test.yaml", case), ("logs/x.json", &format!("{b}{b}"))]);
    let ran = rulec(directory.path(), &["test"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("does not fire on any of the 2 events; this is the first"), "{}", ran.out);
}

#[test]
fn which_rules() {
    let other = RULES.replace("Trail Stopped", "Other Name");
    let case = |rules: &str| {
        format!("{rules}tests:\n- name: a\n  event: {{eventName: StopLogging}}\n  fires: [Trail Stopped]\n")
    };
    let directory = with(&[
        ("a/trail.yaml", RULES),
        ("a/x.test.yaml", &case("")),
        ("b/x.test.yaml", &case("rules: [../a/trail.yaml]\n")),
        ("b/other.yaml", &other),
        ("c/x.test.yaml", &case("")),
    ]);
    let ran = |args: &[&str]| rulec(directory.path(), &[&["test"][..], args].concat());
    assert_eq!((ran(&["a", "b"]).code, ran(&["a/x.test.yaml"]).code), (0, 0));
    assert_eq!(
        (ran(&["c"]).code, ran(&["c"]).err.as_str()),
        (2, "error: there are no rules files in c\nno tests to run in 1 file\n")
    );
    assert_eq!(ran(&["--rules", "a", "c", "b"]).code, 0);
    let ran = ran(&["--rules", "b/other.yaml", "a"]);
    assert!(ran.code == 2 && ran.err.contains("there is no rule named `Trail Stopped`"), "{}", ran.err);
    let directory = with(&[
        ("rulec.toml", "rules = [\"rules\"]\n"),
        ("rules/trail.yaml", RULES),
        ("rules/x.test.yaml", &case("")),
        ("elsewhere/x.test.yaml", "tests: 3"),
    ]);
    assert_eq!(rulec(directory.path(), &["test"]).code, 0);
    // Files of rules have their tests beside them.
    fs::write(directory.path().join("rulec.toml"), "rules = [\"rules/trail.yaml\"]\n").unwrap();
    let ran = rulec(directory.path(), &["test"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, "1 test passed in 1 file\n"));
    // A test file is no rules file, wherever it is named.
    let ran = rulec(directory.path(), &["check", "rules", "rules/x.test.yaml"]);
    assert!(ran.code == 0 && ran.err.contains("in 1 file"), "{}", ran.err);
}

#[test]
fn rules_that_do_not_load() {
    let directory = with(&[
        ("trail.yaml", &RULES.replace("ct.error exists", "ct.eror exists")),
        ("trail.test.yaml", FAILING),
    ]);
    let ran = rulec(directory.path(), &["test"]);
    assert!(ran.code == 2 && ran.err.contains("error[unknown-field]"), "{}", ran.err);
    assert!(ran.err.contains("error: the rules of . do not load"), "{}", ran.err);
}

#[test]
fn files_that_are_wrong() {
    let one = |rest: &str| format!("tests:\n- name: x\n{rest}");
    let stop = "  event: {eventName: StopLogging}\n";
    let files = [
        "tests: [".to_owned(),
        "tests: \"".to_owned(),
        "tets: []".to_owned(),
        "- tests".to_owned(),
        "rules: []".to_owned(),
        String::new(),
        "tests: []\n---\ntests: []\n".to_owned(),
        one("  event: 3\n  exactly: []\n"),
        one("  exactly: []\n"),
        one(&format!("{stop}  fire: [Any Call]\n")),
        one(&format!("{stop}  fires: [Any Cal]\n")),
        one(&format!("{stop}  fires: []\n")),
        one(&format!("{stop}  template: rot\n  exactly: []\n")),
        one(&format!("{stop}  rule_matching: firs\n  exactly: []\n")),
        one(&format!("{stop}  events: a.json\n  exactly: []\n")),
        one(&format!("{stop}  remove: [eventTime]\n  exactly: []\n")),
        one("  events: no.json\n  exactly: []\n"),
        one("  events: trail.yaml\n  remove: [a]\n  exactly: []\n"),
        one("  events: trail.yaml\n  exactly: []\n"),
        one("  event: {eventName: CreatePolicy}\n  exactly: []\n"),
        one("  event: {eventName: StopLoging}\n  exactly: []\n"),
        one("  event: {eventSource: iam.amazonaws.com}\n  exactly: []\n"),
        one("  event: {a: 1, a.b: 2}\n  exactly: []\n"),
        one("  event: {a: 1, a: 2}\n  exactly: []\n"),
        format!("{}{}", one(&format!("{stop}  exactly: []\n")), &one(&format!("{stop}  exactly: []\n"))[7..]),
    ];
    let mut shown = String::new();
    for file in files {
        let ran = run(&file, &[]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{file}");
        shown += &format!("{}\n", ran.err);
    }
    assert_snapshot!(shown);
}

#[test]
fn nonsense_never_ends_badly() {
    let directory = with(&[("trail.yaml", RULES)]);
    let deep = "[".repeat(5000);
    let bomb =
        format!("a: &a [x]\n{}", (0..40).map(|at| format!("b{at}: &b{at} [*a, *a]\n")).collect::<String>());
    let deep_event = format!("tests: [{{name: x, exactly: [], event: {{a: {deep}{}}}}}]", "]".repeat(5000));
    for bytes in [
        b"\xff\xfe\0tests".as_slice(),
        b"tests: \xc3",
        b"\0",
        deep.as_bytes(),
        bomb.as_bytes(),
        deep_event.as_bytes(),
    ] {
        fs::write(directory.path().join("x.test.yaml"), bytes).unwrap();
        let ran = rulec(directory.path(), &["test", "--bless"]);
        assert!(ran.code == 2 && ran.err.contains("error[invalid-test]"), "{}", ran.err);
        assert_eq!(fs::read(directory.path().join("x.test.yaml")).unwrap(), bytes);
    }
    assert_eq!(rulec(directory.path(), &["test", "nosuch"]).code, 2);
    let log = "tests: [{name: x, exactly: [], events: l.json}]";
    fs::write(directory.path().join("x.test.yaml"), log).unwrap();
    for bytes in [b"\xff".as_slice(), b"", b"3", b"{\"Records\":1}", deep.as_bytes(), b"{}"] {
        fs::write(directory.path().join("l.json"), bytes).unwrap();
        assert_eq!(rulec(directory.path(), &["test"]).code, 2, "{bytes:?}");
    }
}

/// Blesses a test file and returns what became of it.
fn blessed(text: &str) -> (i32, String) {
    let directory = tests(text);
    let path = directory.path().join("trail.test.yaml");
    let code = rulec(directory.path(), &["test", "--bless"]).code;
    let first = fs::read_to_string(&path).unwrap();
    assert_eq!(rulec(directory.path(), &["test", "--bless"]).code, code);
    assert_eq!(fs::read_to_string(&path).unwrap(), first, "not stable");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "something is left over");
    (code, first)
}

#[test]
fn bless() {
    let text = "\
# Head.
tests:
  - name: flow # one
    event: {eventName: StopLogging}
    fires: [ Trail Failed ]   # two
  - name: block
    event: {eventName: StopLogging}
    exactly:
      # three
      - Trail Failed # four
      - Any Call
    silent:
      - Trail Stopped
  - name: nothing
    event: {eventName: x, eventSource: x}
    remove: [eventName]
    fires:
      - Any Call   # five
  - name: words
    event: {eventName: StopLogging, requestParameters.name: \"a\\\"\\u2028\"}
    output:
      Trail Stopped: |
        six

      # seven
    output_fields:
      Trail Stopped: {ct.user: bob, # eight
        ct.request.name: ~ }
";
    let (code, new) = blessed(text);
    assert_eq!(code, 0, "{new}");
    assert_snapshot!(new);
}

#[test]
fn what_cannot_be_blessed_stays() {
    let text = "\
tests:
  - name: shared
    event: {eventName: StopLogging}
    fires: &all [Trail Failed]
  - name: sharing
    event: {eventName: StopLogging}
    fires: *all
  - name: no such field
    event: {eventName: StopLogging}
    output_fields: {Trail Stopped: {ct.nosuch: 1}}
  - name: comments between brackets
    event: {eventName: StopLogging}
    exactly: [Any Call, # why
      Trail Failed]
";
    assert_eq!(blessed(text), (1, text.to_owned()));
    let mixed = format!("{text}  - name: other\n    event: {{eventName: StopLogging}}\n    exactly: []\n");
    let expected = format!(
        "{text}  - name: other\n    event: {{eventName: StopLogging}}\n    exactly: [Trail Stopped, Any Call]\n"
    );
    assert_eq!(blessed(&mixed), (1, expected));
}

#[test]
fn explain_match() {
    let record = r#"{"eventTime":"2026-01-15T12:00:00Z","eventType":"AwsApiCall","eventName":"StopLogging","eventSource":"cloudtrail.amazonaws.com","userIdentity":{"type":"Root","arn":"a\u001b[31m"},"sourceIPAddress":"10.0.0.1"}"#;
    let directory = with(&[("trail.yaml", RULES), ("e.json", &format!("[{record},{{}}]"))]);
    let run = |args: &[&str], stdin: &str| {
        rulec_with(
            directory.path(),
            &[&["explain-match", "--rules", "trail.yaml", "--rule"][..], args].concat(),
            stdin.as_bytes(),
        )
    };
    let ran = run(&["Trail Stopped", "-"], record);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.out);
    let ran = run(&["Any Call", "e.json", "--record", "1", "--format", "json"], "");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&value["schema_version"], &value["fires"], &value["rule"]),
        (&1.into(), &true.into(), &"Any Call".into())
    );
    assert_eq!(value["condition"]["text"], "ct.name exists");
    let ran = run(&["Switched Off", "-"], record);
    assert_eq!((ran.code, ran.err.as_str()), (1, "the rule never fires: it is disabled\n"));
    for (args, stdin, said) in [
        (&["Any Cal", "-"][..], record, "there is no rule named `Any Cal`; did you mean `Any Call`?"),
        (&["Any Call", "e.json"], "", "there are 2 records in e.json; choose one with `--record`"),
        (&["Any Call", "e.json", "--record", "3"], "", "there is no record 3 in e.json; it has 2"),
        (&["Any Call", "e.json", "--record", "0"], "", "there is no record 0 in e.json; it has 2"),
        (&["Any Call", "e.json", "--record", "2"], "", "the cloudtrail plugin makes no event of this record"),
        (&["Any Call", "-"], "{}\n{", "standard input, line 2: EOF while parsing"),
        (&["Any Call", "-"], "", "there is no record in standard input"),
        (&["Any Call", "no.json"], "", "cannot read no.json: No such file"),
    ] {
        let ran = run(args, stdin);
        assert!(ran.code == 2 && ran.err.contains(said), "{args:?}: {}", ran.err);
    }
}

#[test]
fn conditions_too_deep_to_walk_are_told() {
    let not = |inner: &str| format!("{}{inner}{}", "not (".repeat(46), ")".repeat(46));
    let mut rules = format!("- macro: m0\n  condition: {}\n", not("ct.name exists"));
    for at in 1..100 {
        rules += &format!("- macro: m{at}\n  condition: {}\n", not(&format!("m{}", at - 1)));
    }
    let rule = |name: &str, uses: &str| {
        RULES
            .split("- rule: Any Call")
            .nth(1)
            .unwrap()
            .split("- rule")
            .next()
            .unwrap()
            .replace("ct.name exists", uses)
            .replacen('\n', &format!("{name}\n"), 1)
    };
    let case = "tests:\n- name: a\n  event: {eventName: StopLogging}\n  exactly: []\n";
    let with_rule = |uses: &str| {
        with(&[("r.yaml", &format!("{rules}- rule:{}", rule(" Deep", uses))), ("r.test.yaml", case)])
    };
    // Deep, but not too deep: walked, explained, and counted.
    let ran = rulec(with_rule("m40").path(), &["test", "--coverage"]);
    assert!(ran.code == 1 && ran.out.contains("`Deep` matches"), "{}", ran.err);
    let ran = rulec(with_rule("m99").path(), &["test"]);
    assert!(ran.code == 2 && ran.err.contains("the condition of `Deep` is too large"), "{}", ran.err);
}

/// The schema for editors knows the keys that rulec knows.
#[test]
fn schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/test.schema.json");
    let schema: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let keys = |schema: &serde_json::Value| {
        let mut keys: Vec<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    let known = |file: &str| {
        let said = run(file, &[]).err;
        let names = said.lines().next().unwrap().split('`').skip(3).step_by(2).map(str::to_owned);
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    assert_eq!(keys(&schema), known("x: 1"));
    assert_eq!(keys(&schema["properties"]["tests"]["items"]), known("tests: [{x: 1}]"));
}

/// An expectation of rules in one of the ways people write it.
fn names(style: usize, names: &[&str]) -> String {
    match style {
        0 => format!(" [{}] # flow", names.join(", ")),
        1 => {
            format!("\n{}", names.iter().map(|name| format!("      - {name} # {name}\n")).collect::<String>())
        }
        2 => format!(
            "\n{}",
            names.iter().map(|name| format!("    # before\n    - \"{name}\"\n")).collect::<String>()
        ),
        _ => format!(
            "\n      # before\n{}",
            names.iter().map(|name| format!("      -   '{name}'\n\n")).collect::<String>()
        ),
    }
}

const ALL: [&str; 3] = ["Trail Stopped", "Trail Failed", "Any Call"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn blessing_is_stable(
        cases in prop::collection::vec((
            prop::sample::select(vec!["StopLogging", "GetTrail", "StopLogging, errorCode: x"]),
            prop::collection::vec((0..3usize, 0..4usize, prop::sample::subsequence(ALL.to_vec(), 1..=3)), 1..=2),
            prop::option::of("[ -~]{0,12}"),
        ), 1..4),
        windows in any::<bool>(),
    ) {
        let mut text = String::from("# Head.\ntests:\n");
        for (at, (event, lists, output)) in cases.iter().enumerate() {
            text += &format!("  - name: t{at} # name\n    event: {{eventName: {event}}}\n");
            for (which, style, list) in lists.iter().take(if lists[0].0 == lists[lists.len() - 1].0 { 1 } else { 2 }) {
                text += &format!("    {}:{}\n", ["fires", "silent", "exactly"][*which], names(*style, list));
            }
            if let Some(output) = output {
                text += &format!("    output:\n      Any Call: {} # words\n", serde_json::Value::from(output.as_str()));
            }
        }
        let text = if windows { text.replace('\n', "\r\n") } else { text };
        let (code, new) = blessed(&text);
        prop_assert_eq!(code, 0, "{}\n{}", text, new);
        let comments = |text: &str| text.split('#').skip(1).map(|rest| rest.lines().next().unwrap().to_owned()).collect::<Vec<_>>();
        let outside = |text: &str| text.lines().filter(|line| line.contains("name:") || line.contains("event:")).map(str::to_owned).collect::<Vec<_>>();
        if cases.iter().all(|(_, _, output)| output.as_ref().is_none_or(|output| !output.contains('#'))) {
            prop_assert_eq!(comments(&text), comments(&new));
        }
        prop_assert_eq!(outside(&text), outside(&new));
    }
}
