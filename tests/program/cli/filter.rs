//! `rulec scan` asked for some time, account or region, on files.

use super::program::{rulec, with};
use serde_json::Value;

const RULES: &str = "\
- rule: Any
  desc: d
  condition: ct.name exists
  output: '%ct.region %json.value[/recipientAccountId] %evt.time.iso8601 (%evt.num)'
  priority: INFO
  source: aws_cloudtrail
";

fn record(account: &str, region: &str, time: &str) -> String {
    format!(
        r#"{{"eventTime":"{time}","eventType":"AwsApiCall","eventName":"A","awsRegion":"{region}","recipientAccountId":"{account}"}}"#
    )
}

#[test]
fn folders_and_events() {
    let (one, other) = ("111122223333", "444455556666");
    let at = |account: &str, region: &str, day: &str| {
        format!("AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_x.json")
    };
    let wanted = format!(
        "{}\n{}\n",
        record(one, "us-east-1", "2026-03-01T23:59:59Z"),
        record(one, "us-east-1", "2026-03-02T00:00:00Z")
    );
    let late = record(one, "us-east-1", "2026-03-01T23:59:58Z");
    let files = [
        ("rules.yaml".to_owned(), RULES.to_owned()),
        (at(one, "us-east-1", "2026/03/01"), wanted),
        (at(one, "us-east-1", "2026/03/02"), late),
        // Nobody may look at these.
        (at(one, "us-east-1", "2026/02/28"), "junk".to_owned()),
        (at(one, "us-east-1", "2025/03/01"), "junk".to_owned()),
        (at(one, "us-east-1", "2026/03/03"), "junk".to_owned()),
        (at(one, "eu-west-1", "2026/03/01"), "junk".to_owned()),
        (at(other, "us-east-1", "2026/03/01"), "junk".to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let dir = with(&files);
    let args = ["scan", "--rules", "rules.yaml", "--strict", "--account", one, "--region", "us-east-1"];
    let times = ["--since", "2026-03-01", "--until", "2026-03-02", "."];
    let ran = rulec(dir.path(), &[&args[..], &times].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let said: Vec<&str> = ran.out.lines().map(|line| line.split_once("Informational ").unwrap().1).collect();
    let want = [(59, 1), (58, 2)].map(|(second, number)| {
        format!("us-east-1 {one} 2026-03-01T23:59:{second}.000000000+0000 ({number})")
    });
    assert_eq!(said, want);
    let ran = rulec(dir.path(), &[&args[..], &["--summary", "--format", "json"], &times].concat());
    let counts = serde_json::from_str::<Value>(&ran.out).unwrap()["counts"].clone();
    assert_eq!([&counts["records"], &counts["events"], &counts["outside"]], [3, 2, 1]);
}

/// Events that lie elsewhere are told by what is in them.
#[test]
fn events_of_any_file() {
    let log = [("1", "a"), ("2", "a"), ("1", "b")]
        .map(|(account, region)| record(account, region, "2026-03-01T00:00:00Z"));
    let dir = with(&[("rules.yaml", RULES), ("log.json", &log.join("\n"))]);
    for (flags, alerts) in [
        (&["--account", "1"][..], 2),
        (&["--account", "1", "--account", "2"], 3),
        (&["--account", "1", "--region", "b"], 1),
        (&["--since", "2026-03-01T00:00:01Z"], 0),
        (&["--until", "2026-03-01T00:00:01Z"], 3),
    ] {
        let ran = rulec(dir.path(), &[&["scan", "--rules", "rules.yaml", "log.json"], flags].concat());
        assert_eq!((ran.code, ran.out.lines().count()), (0, alerts), "{flags:?}: {}", ran.err);
    }
}

#[cfg(not(feature = "s3"))]
#[test]
fn without_s3() {
    let dir = with(&[("rules.yaml", RULES)]);
    let ran = rulec(dir.path(), &["scan", "--rules", "rules.yaml", "s3://logs/x"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cannot read s3://logs/x: this rulec was built without S3"), "{}", ran.err);
}
