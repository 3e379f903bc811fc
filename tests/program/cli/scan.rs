//! `rulec scan` on logs of every kind.

use super::program::{Ran, rulec, rulec_with, with};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;

const RULES: &str = "\
- rule: Key Made
  desc: d
  condition: ct.name = CreateAccessKey
  output: key by %ct.user from %ct.srcip (%evt.num)
  priority: WARNING
  source: aws_cloudtrail
  tags: [iam, keys]
- rule: Anything by Root
  desc: d
  condition: ct.user.identitytype = Root
  output: root did %ct.name
  priority: CRITICAL
  source: aws_cloudtrail
  tags: [root]
- rule: Never
  desc: d
  condition: ct.name = NoSuchThing
  output: o
  priority: INFO
  source: aws_cloudtrail
";

/// A record: its name, and who did it.
fn record(second: usize, name: &str, who: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","userIdentity":{{"type":"{who}","userName":"{who}-user"}},"eventTime":"2026-03-01T10:{:02}:{:02}Z","eventSource":"iam.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.{}","requestParameters":{{"a":[{{"b":"}}{{\\\""}}]}},"resources":[{{"ARN":"x"}}],"eventID":"{second}","eventType":"AwsApiCall"}}"#,
        second / 60 % 60,
        second % 60,
        second % 256
    )
}

fn three() -> Vec<String> {
    vec![
        record(1, "CreateAccessKey", "IAMUser"),
        record(2, "ListRoles", "IAMUser"),
        record(3, "CreateAccessKey", "Root"),
    ]
}

fn s3(records: &[String]) -> String {
    format!("{{\"Records\":[{}]}}", records.join(","))
}

fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn put(directory: &Path, name: &str, bytes: &[u8]) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn scan(directory: &Path, args: &[&str]) -> Ran {
    let all: Vec<&str> = ["scan", "--rules", "rules.yaml"].iter().chain(args).copied().collect();
    rulec(directory, &all)
}

/// The counts of a scan, by way of the summary.
fn counts(directory: &Path, args: &[&str]) -> Value {
    let all: Vec<&str> = args.iter().chain(&["--summary", "--format", "json"]).copied().collect();
    let ran = scan(directory, &all);
    let value: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    let counts = value["counts"].clone();
    let of = |name: &str| counts[name].as_u64().unwrap();
    assert_eq!(of("records"), of("events") + of("skipped") + of("bad"), "{counts}");
    counts
}

#[test]
fn the_formats() {
    let dir = with(&[("rules.yaml", RULES), ("log.json", &s3(&three()))]);
    let ran = scan(dir.path(), &["log.json"]);
    insta::assert_snapshot!("scan-text", format!("{}--\n{}", ran.out, ran.err));
    let ran = scan(dir.path(), &["--format", "json", "log.json"]);
    insta::assert_snapshot!("scan-json", ran.out);
    let ran = scan(dir.path(), &["--format", "csv", "--rule-matching", "all", "-q", "log.json"]);
    insta::assert_snapshot!("scan-csv", format!("{}--\n{}", ran.out, ran.err));
    let ran = scan(dir.path(), &["--summary", "log.json"]);
    insta::assert_snapshot!("scan-summary-text", ran.out);
    let ran = scan(dir.path(), &["--summary", "--format", "json", "log.json"]);
    insta::assert_snapshot!("scan-summary-json", ran.out);
    let ran = scan(dir.path(), &["--summary", "--format", "csv", "log.json"]);
    insta::assert_snapshot!("scan-summary-csv", ran.out);
}

#[test]
fn every_form_of_a_log_says_the_same() {
    let records = three();
    let pretty: Vec<String> = records
        .iter()
        .map(|record| serde_json::to_string_pretty(&serde_json::from_str::<Value>(record).unwrap()).unwrap())
        .collect();
    let dir = with(&[("rules.yaml", RULES)]);
    let forms: [(&str, Vec<u8>); 12] = [
        ("s3.json", s3(&records).into_bytes()),
        (
            "spaced.json",
            format!("\n {{ \"x\" : 1, \"Records\" : [\n{}\n] }}\n", records.join(",\n")).into_bytes(),
        ),
        (
            "s3-lines.json",
            records
                .iter()
                .map(|record| s3(std::slice::from_ref(record)) + "\n")
                .collect::<String>()
                .into_bytes(),
        ),
        ("array.json", format!("[{}]", records.join(",")).into_bytes()),
        ("lines.ndjson", (records.join("\n") + "\n").into_bytes()),
        ("crlf.ndjson", records.join("\r\n").into_bytes()),
        ("pretty.json", pretty.join("\n").into_bytes()),
        ("pretty-array.json", format!("[\n{}\n]", pretty.join(",\n")).into_bytes()),
        ("bom.json", format!("\u{feff}{}", s3(&records)).into_bytes()),
        ("named-wrong.json", gz(s3(&records).as_bytes())),
        ("one.json.gz", gz(s3(&records).as_bytes())),
        ("members.json.gz", records.iter().flat_map(|record| gz(format!("{record}\n").as_bytes())).collect()),
    ];
    let mut want = None;
    for (name, bytes) in forms {
        put(dir.path(), name, &bytes);
        let ran = scan(dir.path(), &["--strict", name]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.err);
        assert_eq!(*want.get_or_insert(ran.out.clone()), ran.out, "{name}");
        let ran = rulec_with(dir.path(), &["scan", "--strict", "--rules", "rules.yaml", "-"], &bytes);
        assert_eq!((ran.code, &Some(ran.out)), (0, &want), "{name} from standard input: {}", ran.err);
    }
    assert_eq!(want.unwrap().lines().count(), 2);
    put(dir.path(), "single.json", pretty[0].as_bytes());
    assert_eq!(scan(dir.path(), &["single.json"]).out.lines().count(), 1);
}

#[test]
fn directories_as_in_s3() {
    let dir = with(&[("rules.yaml", RULES)]);
    let at = "logs/AWSLogs/111122223333";
    for (day, hour) in [(2, 1), (1, 2), (1, 1)] {
        let name = format!(
            "{at}/CloudTrail/us-east-1/2026/03/{day:02}/111122223333_CloudTrail_us-east-1_{hour}.json.gz"
        );
        put(dir.path(), &name, &gz(s3(&[record(day * 60 + hour, "CreateAccessKey", "IAMUser")]).as_bytes()));
    }
    put(
        dir.path(),
        &format!("{at}/CloudTrail-Digest/us-east-1/2026/03/01/x.json.gz"),
        &gz(b"{\"digestS3Bucket\":{}}"),
    );
    put(dir.path(), "logs/readme.txt", b"no log");
    let ran = scan(dir.path(), &["logs"]);
    let want = ["10:01:01", "10:01:02", "10:02:01"];
    let found: Vec<&str> = ran.out.lines().map(|line| &line[..8]).collect();
    assert_eq!(found, want, "{}", ran.err);
    assert!(ran.out.lines().zip(1..).all(|(line, num)| line.ends_with(&format!("({num})"))), "{}", ran.out);
    let counts = counts(
        dir.path(),
        &["logs", "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/x.json.gz"],
    );
    assert_eq!((&counts["files"], &counts["other_files"]), (&3.into(), &3.into()));
}

#[test]
fn what_cannot_be_read_is_told_and_left_out() {
    let dir = with(&[("rules.yaml", RULES)]);
    let records = three();
    let whole = gz(s3(&records).as_bytes());
    let big: String = (0..4000).map(|at| record(at, "CreateAccessKey", "IAMUser") + "\n").collect();
    let cut = gz(big.as_bytes());
    let deep = format!("{{\"eventVersion\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let huge = format!("{{\"eventVersion\":\"1\",\"x\":\"{}\"}}", "y".repeat(17 << 20));
    let odd = records[0].replace("IAMUser-user", "\u{0}").into_bytes();
    let odd: Vec<u8> = odd.into_iter().map(|byte| if byte == 0 { 0xFF } else { byte }).collect();
    let cases: [(&str, Vec<u8>, [u64; 5], &str); 13] = [
        // records, events, skipped, bad, stray or broken
        ("empty.json", vec![], [0, 0, 0, 0, 0], ""),
        ("empty-list.json", b"{\"Records\":[]}".to_vec(), [0, 0, 0, 0, 0], ""),
        (
            "numbers.json",
            records[0]
                .replace(
                    "\"awsRegion\"",
                    "\"n\":1e999999,\"m\":-123456789012345678901234567890,\"awsRegion\"",
                )
                .into_bytes(),
            [1, 1, 0, 0, 0],
            "",
        ),
        ("utf8.json", odd, [1, 1, 0, 0, 0], ""),
        (
            "junk.json",
            b"\x7fELF\x02\xff\xfe\x00junk".to_vec(),
            [0, 0, 0, 0, 1],
            "byte 0: text outside of any JSON object",
        ),
        (
            "insight.json",
            s3(&[records[0].replace("AwsApiCall", "AwsCloudTrailInsight"), "{\"a\":1}".into()]).into_bytes(),
            [2, 0, 2, 0, 0],
            "",
        ),
        (
            "line.ndjson",
            format!("{}\n{{\"eventVersion\":\"1\",\"x\":\"\n{}\n", records[0], records[2]).into_bytes(),
            [3, 2, 0, 1, 0],
            "record 2, byte",
        ),
        (
            "word.ndjson",
            format!("{}\noops\n{}\n", records[0], records[2]).into_bytes(),
            [2, 2, 0, 0, 1],
            "text outside",
        ),
        (
            "first.ndjson",
            format!("oops\n{}\n{}\n", records[0], records[2]).into_bytes(),
            [2, 2, 0, 0, 1],
            "byte 0: text outside",
        ),
        (
            "bad.json",
            s3(&[records[0].clone(), "{\"eventTime\":,}".into(), records[2].clone()]).into_bytes(),
            [3, 2, 0, 1, 0],
            "record 2, byte",
        ),
        ("deep.ndjson", format!("{deep}\n{}\n", records[0]).into_bytes(), [2, 1, 0, 1, 0], "record 1, byte"),
        (
            "huge.json",
            s3(&[records[0].clone(), huge, records[2].clone()]).into_bytes(),
            [3, 2, 0, 1, 0],
            "larger than 16 MiB",
        ),
        (
            "cut.json",
            s3(&records).into_bytes()[..900].to_vec(),
            [3, 2, 0, 1, 0],
            "the log ends inside an object",
        ),
    ];
    for (name, bytes, [all, events, skipped, bad, rest], message) in cases {
        put(dir.path(), name, &bytes);
        let counts = counts(dir.path(), &[name]);
        let have = ["records", "events", "skipped", "bad"].map(|name| counts[name].as_u64().unwrap());
        assert_eq!(have, [all, events, skipped, bad], "{name}");
        let others = counts["stray"].as_u64().unwrap() + counts["broken_files"].as_u64().unwrap();
        assert_eq!(others, rest, "{name}: {counts}");
        let ran = scan(dir.path(), &[name, "--strict"]);
        assert_eq!(ran.code, if bad + rest > 0 { 2 } else { 0 }, "{name}");
        assert!(ran.err.contains(message), "{name}: {}", ran.err);
        assert_eq!(scan(dir.path(), &[name]).code, 0, "{name}");
    }
    put(dir.path(), "cut.json.gz", &cut[..cut.len() / 2]);
    put(dir.path(), "whole.json.gz", &whole);
    put(dir.path(), "tail.json.gz", &[&whole[..], b"tail"].concat());
    let ran = scan(dir.path(), &["cut.json.gz", "whole.json.gz"]);
    assert!(
        ran.err.contains("warning: cut.json.gz: byte ") && ran.err.contains("1 broken file"),
        "{}",
        ran.err
    );
    let alerts = ran.out.lines().count();
    assert!((1000..4000).contains(&alerts) && ran.err.contains("in 2 files"), "{alerts}");
    assert_eq!(scan(dir.path(), &["--strict", "tail.json.gz"]).code, 2);
    // Ten problems of a log are shown, all are counted.
    put(dir.path(), "many.ndjson", format!("{}\n{}", records[0], "oops\n".repeat(50)).as_bytes());
    let ran = scan(dir.path(), &["many.ndjson"]);
    assert_eq!(ran.err.matches("outside").count(), 10);
    assert!(ran.err.contains("many.ndjson: 40 more problems") && ran.err.contains("50 stray"), "{}", ran.err);
}

#[test]
fn which_rules_speak() {
    let dir = with(&[("rules.yaml", RULES), ("log.json", &s3(&three()))]);
    let spoke = |args: &[&str]| {
        let all: Vec<&str> = args.iter().chain(&["--format", "json", "log.json"]).copied().collect();
        let ran = scan(dir.path(), &all);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let name =
            |line: &str| serde_json::from_str::<Value>(line).unwrap()["rule"].as_str().unwrap().to_owned();
        ran.out.lines().map(name).collect::<Vec<_>>()
    };
    let (key, root) = ("Key Made", "Anything by Root");
    assert_eq!(spoke(&[]), [key, key]);
    assert_eq!(spoke(&["--rule-matching", "all"]), [key, key, root]);
    // A rule that is left out does not keep others from speaking.
    assert_eq!(spoke(&["--rule", root]), [root]);
    assert_eq!(spoke(&["--tag", "root"]), [root]);
    assert_eq!(spoke(&["--tag", "root", "--tag", "keys"]), [key, key]);
    assert_eq!(spoke(&["--tag", "root", "--rule", key]), Vec::<&str>::new());
    assert_eq!(spoke(&["--min-priority", "error"]), [root]);
    let ran = scan(dir.path(), &["--rule", "Key Mad", "log.json"]);
    assert_eq!(
        (ran.code, &*ran.err),
        (2, "error: there is no rule named `Key Mad`; did you mean `Key Made`?\n")
    );
}

#[test]
fn exit_codes() {
    let dir = with(&[
        ("rules.yaml", RULES),
        ("log.json", &s3(&three())),
        ("bad.yaml", "- rule: x\n  condition: ct.nme = y\n"),
    ]);
    let code = |args: &[&str]| scan(dir.path(), args).code;
    assert_eq!(code(&["log.json"]), 0);
    assert_eq!(code(&["log.json", "--fail-on", "warning"]), 1);
    assert_eq!(code(&["log.json", "--fail-on", "error"]), 0);
    assert_eq!(code(&["log.json", "--fail-on", "error", "--rule-matching", "all"]), 1);
    assert_eq!(code(&["log.json", "--fail-on", "loud"]), 2);
    assert_eq!(code(&["nosuch.json"]), 2);
    assert_eq!(code(&[]), 2);
    assert_eq!(code(&["-", "-"]), 2);
    assert_eq!(code(&["log.json", "--threads", "0"]), 2);
    assert_eq!(code(&["log.json", "--timings"]), 2);
    let ran = scan(dir.path(), &["log.json", "--rules", "bad.yaml"]);
    assert!(ran.code == 2 && ran.out.is_empty() && ran.err.contains("nothing was scanned"), "{}", ran.err);
}

#[test]
fn the_summary_beside_alerts_and_timings() {
    let dir = with(&[("rules.yaml", RULES)]);
    let records: Vec<String> = (0..3000)
        .map(|at| record(at, "CreateAccessKey", "IAMUser").replace("IAMUser-user", &format!("u{at}")))
        .collect();
    put(dir.path(), "log.json", s3(&records).as_bytes());
    let ran = scan(dir.path(), &["log.json", "--timings", "--summary-file", "out.json"]);
    assert_eq!((ran.code, ran.out.lines().count()), (0, 3000));
    let value: Value = serde_json::from_slice(&fs::read(dir.path().join("out.json")).unwrap()).unwrap();
    assert_eq!(value["schema_version"], 1);
    let rule = &value["rules"][0];
    assert_eq!((&rule["users"]["count"], &rule["users"]["exact"]), (&1001.into(), &false.into()));
    assert_eq!((&rule["sources"]["count"], &rule["sources"]["exact"]), (&256.into(), &true.into()));
    let timing = &value["timings"][0];
    assert_eq!((&timing["evaluated"], &timing["held"]), (&3000.into(), &3000.into()));
    let part = &timing["conditions"][0];
    assert_eq!((&part["place"], &part["held"]), (&"rules.yaml:3:14".into(), &3000.into()));
    let ran = scan(dir.path(), &["log.json", "--timings", "--summary"]);
    assert!(
        ran.out.contains("≥ 1001") && ran.out.contains("never fired") && ran.out.contains("rules.yaml:3:14"),
        "{}",
        ran.out
    );
}

#[test]
fn threads_change_nothing() {
    let numberless = RULES.replace(" (%evt.num)", "");
    let dir = with(&[("rules.yaml", RULES), ("free.yaml", &numberless)]);
    for file in 0..6 {
        let count = [10, 3000, 0, 1, 2500, 700][file];
        let name = |at: usize| if at.is_multiple_of(3) { "CreateAccessKey" } else { "ListRoles" };
        let records: Vec<String> = (0..count)
            .map(|at| record(at + file, name(at), if at.is_multiple_of(7) { "Root" } else { "IAMUser" }))
            .collect();
        let mut text = s3(&records);
        if file == 4 {
            text.insert(100, '"');
        }
        put(dir.path(), &format!("logs/{file}.json.gz"), &gz(text.as_bytes()));
    }
    for rules in ["rules.yaml", "free.yaml"] {
        let run = |threads: &str| {
            let args = [
                "scan",
                "--rules",
                rules,
                "--rule-matching=all",
                "--threads",
                threads,
                "--summary-file=sum.json",
                "logs",
            ];
            let ran = rulec(dir.path(), &args);
            (ran.code, ran.out, ran.err, fs::read_to_string(dir.path().join("sum.json")).unwrap())
        };
        let one = run("1");
        assert!(one.1.lines().count() > 2000, "{}", one.2);
        for threads in ["2", "3", "8"] {
            assert!(run(threads) == one, "{rules} on {threads} threads");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let dir = with(&[("rules.yaml", RULES)]);
    let text: String = (0..20_000).map(|at| record(at, "CreateAccessKey", "Root") + "\n").collect();
    put(dir.path(), "log.ndjson", text.as_bytes());
    let program = env!("CARGO_BIN_EXE_rulec");
    let script =
        format!("{{ {program} scan --rules rules.yaml log.ndjson; echo $? >code; }} 2>err | head -n 1");
    let ran =
        std::process::Command::new("sh").args(["-c", &script]).current_dir(dir.path()).output().unwrap();
    assert_eq!(String::from_utf8(ran.stdout).unwrap().lines().count(), 1);
    let read = |name| fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!((read("code").as_str(), read("err").as_str()), ("0\n", ""));
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_with_the_counts_so_far() {
    use std::io::Read;
    use std::process::{Command, Stdio};
    let dir = with(&[("rules.yaml", RULES)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_rulec"))
        .args(["scan", "--rules", "rules.yaml", "-"])
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all((record(1, "CreateAccessKey", "Root") + "\n").as_bytes()).unwrap();
    // Standard input stays open: an alert comes at once, not when a buffer is full.
    let mut first = [0; 8];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    assert_eq!(&first, b"10:00:01");
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{err}");
    assert!(err.starts_with("interrupted: 1 alert from 1 of 1 event in 1 file"), "{err}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn counts_add_up(pieces in proptest::collection::vec(0usize..9, 0..30), cut in 0usize..4000, packed: bool, joint in 0usize..3) {
        let records = three();
        let text: Vec<String> = pieces.iter().map(|&piece| match piece {
            0..=2 => records[piece].clone(),
            3 => "{\"a\":{}}".to_owned(),
            4 => "{\"eventTime\":\"x\"".to_owned(),
            5 => "\"".to_owned(),
            6 => "oops".to_owned(),
            7 => "}".to_owned(),
            _ => s3(&records),
        }).collect();
        let mut bytes = text.join([",", "\n", ""][joint]).into_bytes();
        bytes.truncate(cut);
        let bytes = if packed { gz(&bytes) } else { bytes };
        let dir = with(&[("rules.yaml", RULES)]);
        put(dir.path(), "x.json", &bytes);
        let counts = counts(dir.path(), &["x.json", "--rule-matching=all"]);
        prop_assert!(counts["matched"].as_u64() <= counts["events"].as_u64());
        prop_assert!(counts["alerts"].as_u64() >= counts["matched"].as_u64());
        prop_assert_eq!(counts["files"].as_u64(), Some(1));
    }
}
