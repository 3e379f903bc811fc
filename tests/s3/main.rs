//! `rulec scan` on logs in S3, over HTTP, from a server that these tests start.
#![allow(clippy::unwrap_used, clippy::panic)]

mod server;

use flate2::{Compression, write::GzEncoder};
use server::{Asked, Bucket, Trouble, serve};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const RULES: &str = "\
- rule: Key Made
  desc: d
  condition: ct.name = CreateAccessKey
  output: '%json.value[/eventID] (%evt.num)'
  priority: WARNING
  source: aws_cloudtrail
";

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];
const REGIONS: [&str; 3] = ["us-east-1", "us-east-1-x", "eu-west-1"];
const DAYS: [&str; 4] = ["2025/12/31", "2026/02/28", "2026/03/01", "2026/03/02"];

fn record(account: &str, region: &str, day: &str, number: usize) -> String {
    format!(
        r#"{{"eventVersion":"1.09","userIdentity":{{"type":"Root","accountId":"{account}"}},"eventTime":"{}T23:{number:02}:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey","awsRegion":"{region}","sourceIPAddress":"192.0.2.1","eventID":"{account} {region} {day} {number}","eventType":"AwsApiCall","recipientAccountId":"{account}"}}"#,
        day.replace('/', "-")
    )
}

fn gz(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Logs as an organisation's trail writes them, and what else lies about.
fn objects() -> BTreeMap<String, Vec<u8>> {
    let mut objects = BTreeMap::new();
    for account in ACCOUNTS {
        let below = format!("trail/AWSLogs/o-abc/{account}");
        for region in REGIONS {
            for day in DAYS {
                for part in 0..3 {
                    let records: Vec<String> =
                        (0..2).map(|at| record(account, region, day, part * 2 + at)).collect();
                    let key = format!(
                        "{below}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{part}.json.gz"
                    );
                    objects.insert(key, gz(&format!("{{\"Records\":[{}]}}", records.join(","))));
                }
            }
            objects
                .insert(format!("{below}/CloudTrail-Digest/{region}/2026/03/01/d.json.gz"), gz("{\"a\":{}}"));
        }
    }
    objects.insert("trail/AWSLogs/".into(), Vec::new());
    objects.insert("trail/AWSLogs/notes.txt".into(), b"no log".to_vec());
    objects.insert("trail-old/x.json".into(), record("1", "r", "2020/01/01", 1).into_bytes());
    objects
}

fn bucket() -> Bucket {
    Bucket { name: "logs", region: "us-east-1", objects: objects(), page: 7, ..Bucket::default() }
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// Runs a scan with an environment of nothing but this.
fn scan_with(directory: &Path, args: &[&str], environment: &[(&str, &str)]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_rulec"))
        .args(["scan", "--no-config", "--rules", "rules.yaml"])
        .args(args)
        .current_dir(directory)
        .env_clear()
        .env("HOME", directory)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

fn scan(directory: &Path, endpoint: &str, args: &[&str]) -> Ran {
    let environment = [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL_S3", endpoint),
    ];
    scan_with(directory, args, &environment)
}

fn rules() -> TempDir {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("rules.yaml"), RULES).unwrap();
    directory
}

/// The same logs as files.
fn as_files(directory: &Path, objects: &BTreeMap<String, Vec<u8>>) {
    for (key, bytes) in objects.iter().filter(|(key, _)| !key.ends_with('/')) {
        let path = directory.join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn asked(log: &Asked, what: &str) -> Vec<String> {
    let log = log.lock().unwrap();
    log.iter().filter_map(|line| line.strip_prefix(what)).map(|rest| rest.trim().to_owned()).collect()
}

#[test]
fn the_same_as_files_of_the_same_names() {
    let dir = rules();
    as_files(dir.path(), &objects());
    let (endpoint, log) = serve(bucket());
    for flags in [
        &[][..],
        &["--threads", "1"],
        &["--account", "444455556666", "--region", "us-east-1"],
        &["--since", "2026-03-01T23:02:00Z"],
        &["--until", "2026-03-01T23:02:00Z", "--region", "eu-west-1", "--region", "us-east-1-x"],
    ] {
        let local = scan(dir.path(), &endpoint, &[flags, &["trail"]].concat());
        let remote = scan(dir.path(), &endpoint, &[flags, &["--strict", "s3://logs/trail"]].concat());
        assert_eq!((local.code, remote.code), (0, 0), "{}", remote.err);
        assert!(!local.out.is_empty());
        assert_eq!(local.out, remote.out, "{flags:?}");
    }
    // Every page was asked for, and each object once.
    let (mut got, pages) = (asked(&log, "GET trail"), asked(&log, "LIST trail/"));
    assert!(pages.len() > 5, "{pages:?}");
    got.truncate(72);
    got.sort();
    got.dedup();
    assert_eq!(got.len(), 72);
}

#[test]
fn what_is_not_asked_for_is_not_listed() {
    let dir = rules();
    let (endpoint, log) = serve(bucket());
    let flags = [
        "--account",
        "111122223333",
        "--region",
        "eu-west-1",
        "--since",
        "2026-03-01",
        "--until",
        "2026-03-01T23:03:00Z",
    ];
    let ran = scan(dir.path(), &endpoint, &[&flags[..], &["s3://logs/trail"]].concat());
    let alerts: Vec<&str> = ran.out.lines().map(|line| line.split_once("Warning ").unwrap().1).collect();
    let want = [0, 1, 2].map(|at| format!("111122223333 eu-west-1 2026/03/01 {at} ({})", at + 1));
    assert_eq!(alerts, want, "{}", ran.err);
    assert!(ran.err.contains("9 left-out records"), "{}", ran.err);
    let at = "trail/AWSLogs/o-abc/111122223333/CloudTrail";
    assert_eq!(
        asked(&log, "LIST"),
        [format!("{at}/eu-west-1/2026/03/01/"), format!("{at}/eu-west-1/2026/03/02/")]
    );
    let mut got = asked(&log, "GET");
    got.sort();
    let days = ["01", "02"].map(|day| {
        [0, 1, 2].map(|part| {
            format!("{at}/eu-west-1/2026/03/{day}/111122223333_CloudTrail_eu-west-1_{part}.json.gz")
        })
    });
    assert_eq!(got, days.concat());
    let folded = asked(&log, "FOLD");
    assert!(
        folded.iter().all(|prefix| !prefix.contains("444455556666/") && !prefix.contains("/2025/")),
        "{folded:?}"
    );
}

#[test]
fn an_object_a_directory_or_nothing() {
    let dir = rules();
    let (endpoint, _) = serve(bucket());
    let one = format!("s3://logs/{}", objects().keys().nth(20).unwrap());
    for (address, alerts) in
        [("s3://logs", 145), ("s3://logs/trail-old/", 1), ("s3://logs/trail-old", 1), (&one, 2)]
    {
        let ran = scan(dir.path(), &endpoint, &[address]);
        assert_eq!((ran.code, ran.out.lines().count()), (0, alerts), "{address}: {}", ran.err);
    }
    for (address, want) in [
        ("s3://logs/trai", "there is no such object, and none below it"),
        ("s3://other/x", "there is no bucket `other`"),
        ("s3://", "there is no bucket in it"),
    ] {
        let ran = scan(dir.path(), &endpoint, &[address]);
        assert_eq!((ran.code, &*ran.out), (2, ""), "{address}");
        assert!(ran.err.contains(&format!("cannot read {address}")) && ran.err.contains(want), "{}", ran.err);
    }
}

#[test]
fn trouble_with_single_objects() {
    let dir = rules();
    let mut bucket = bucket();
    let keys: Vec<String> =
        bucket.objects.keys().filter(|key| key.contains("_CloudTrail_")).cloned().collect();
    let broken = [Trouble::Slow(2), Trouble::Gone, Trouble::Denied, Trouble::Cut(100), Trouble::Slow(1000)];
    for (key, trouble) in keys.iter().zip(broken) {
        bucket.trouble.insert(key.clone(), trouble);
    }
    bucket.trouble.insert("trail/".into(), Trouble::Slow(1));
    let (endpoint, log) = serve(bucket);
    let ran = scan(dir.path(), &endpoint, &["s3://logs/trail"]);
    // Two alerts of each log, but for those three that stay unreadable.
    assert_eq!((ran.code, ran.out.lines().count()), (0, 144 - 6), "{}", ran.err);
    let count = |key: &String| asked(&log, "GET").iter().filter(|one| *one == key).count();
    assert_eq!([count(&keys[0]), count(&keys[1]), count(&keys[3])], [3, 1, 2]);
    for (key, want) in [
        (1, "cannot read it: the object is not there any more"),
        (2, "cannot read it: access is denied; `s3:GetObject` is needed"),
        (4, "cannot read it: S3 asks to slow down, after 6 attempts"),
    ] {
        let want = format!("warning: s3://logs/{}: byte 0: {want}", keys[key]);
        assert!(ran.err.contains(&want), "{want}\n{}", ran.err);
    }
    assert!(ran.err.contains("3 broken files"), "{}", ran.err);
    let strict = scan(dir.path(), &endpoint, &["--strict", &format!("s3://logs/{}", keys[1])]);
    assert_eq!(strict.code, 2);
}

#[test]
fn a_list_that_is_denied() {
    let dir = rules();
    let mut bucket = bucket();
    bucket.trouble.insert("trail/".into(), Trouble::Denied);
    let (endpoint, _) = serve(bucket);
    let ran = scan(dir.path(), &endpoint, &["--strict", "s3://logs/trail"]);
    assert_eq!(ran.code, 2);
    let want = "cannot read s3://logs/trail/: access is denied; `s3:ListBucket` is needed";
    assert!(ran.err.contains(want), "{}", ran.err);
}

#[test]
fn a_bucket_in_another_region() {
    let dir = rules();
    for silent in [false, true] {
        let (endpoint, log) = serve(Bucket { region: "eu-central-1", silent, ..bucket() });
        let ran = scan(dir.path(), &endpoint, &["--strict", "s3://logs/trail-old"]);
        assert_eq!((ran.code, ran.out.lines().count()), (0, 1), "{}", ran.err);
        assert_eq!(asked(&log, "WRONG REGION"), ["us-east-1"]);
    }
}

#[test]
fn credentials() {
    let dir = rules();
    let (endpoint, _) = serve(bucket());
    let address = ["s3://logs/trail-old"];
    let ran = scan_with(dir.path(), &address, &[("AWS_ENDPOINT_URL", &endpoint)]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cannot read s3://logs/trail-old: there are no AWS credentials"), "{}", ran.err);
    fs::create_dir(dir.path().join(".aws")).unwrap();
    let keys = "[audit]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n";
    fs::write(dir.path().join(".aws/credentials"), keys).unwrap();
    let config = format!(
        "[profile audit]\nregion = us-east-1\nservices = local\n[services local]\ns3 =\n  endpoint_url = {endpoint}\n"
    );
    fs::write(dir.path().join(".aws/config"), config).unwrap();
    let ran = scan_with(dir.path(), &address, &[("AWS_PROFILE", "audit")]);
    assert_eq!((ran.code, ran.out.lines().count()), (0, 1), "{}", ran.err);
}

#[test]
fn nobody_answers() {
    let dir = rules();
    // A port that was free a moment ago.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = scan(dir.path(), &format!("http://{closed}"), &["s3://logs/trail"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cannot read s3://logs/trail: S3 cannot be reached"), "{}", ran.err);
}
