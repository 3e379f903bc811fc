//! `rulec backtest`: what is asked of engines, and what becomes of their answers.

use super::compile::RULES;
use super::program::{Ran, rulec, with};
use std::path::{Path, PathBuf};
use std::process::Command;

const EVENTS: &str = "\
{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"IAMUser\",\"userName\":\"maria\"},\"eventTime\":\"2024-05-01T10:00:00Z\",\"eventSource\":\"cloudtrail.amazonaws.com\",\"eventName\":\"StopLogging\",\"awsRegion\":\"us-east-1\",\"sourceIPAddress\":\"192.0.2.1\",\"eventID\":\"one\",\"eventType\":\"AwsApiCall\"}
{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"Root\",\"userName\":\"r\"},\"eventTime\":\"2024-05-02T10:00:00Z\",\"eventSource\":\"iam.amazonaws.com\",\"eventName\":\"CreateUser\",\"awsRegion\":\"us-east-1\",\"sourceIPAddress\":\"192.0.2.1\",\"eventID\":\"two\",\"eventType\":\"AwsApiCall\"}
";

#[test]
fn it_says_what_would_run() {
    let dir = with(&[("r.yaml", RULES), ("e.jsonl", EVENTS)]);
    for engine in ["duckdb", "spark", "athena", "trino"] {
        let ran = rulec(dir.path(), &["backtest", "--engine", engine, "--dry-run", "--rules", "r.yaml"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.out.contains("'StopLogging'"), "{}", ran.out);
    }
    let none = rulec(dir.path(), &["backtest", "--engine", "duckdb", "--rules", "r.yaml"]);
    assert_eq!(none.code, 2, "no log");
    let ran = rulec(
        dir.path(),
        &["backtest", "--engine", "trino", "--workgroup", "w", "--dry-run", "--rules", "r.yaml"],
    );
    assert_eq!((ran.code, ran.err.as_str()), (2, "error: `--workgroup` is for Athena\n"));
}

/// Runs rulec where only the programs of these directories are found.
fn with_programs(directory: &Path, programs: &[PathBuf], args: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_rulec"))
        .args(args)
        .current_dir(directory)
        .env("PATH", std::env::join_paths(programs).unwrap())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// Where `RULEC_PYTHON` has its programs, and then all others.
fn engines() -> Option<Vec<PathBuf>> {
    let python = PathBuf::from(std::env::var_os("RULEC_PYTHON").or_else(|| {
        eprintln!("RULEC_PYTHON is not set: nothing was run");
        None
    })?);
    let usual = std::env::var_os("PATH").unwrap();
    Some(std::iter::once(python.parent().unwrap().to_owned()).chain(std::env::split_paths(&usual)).collect())
}

/// DuckDB itself, where `RULEC_PYTHON` names a Python that has it, with programs beside it.
#[test]
fn backtest_agrees_with_scan() {
    let Some(programs) = engines() else { return };
    let one: Vec<&str> = EVENTS.lines().collect();
    let records = format!("{{\"Records\":[{}]}}", one.join(","));
    let dir = with(&[("r.yaml", RULES), ("l/e.jsonl", EVENTS), ("l/s3.json", &records)]);
    let run = |args: &[&str]| {
        let ran = with_programs(dir.path(), &programs, &[&["backtest", "--engine", "duckdb"], args].concat());
        (ran.code, ran.out, ran.err)
    };
    let (code, out, err) = run(&["--verify", "--rules", "r.yaml", "l"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", "4 alerts from duckdb, 4 from rulec: the same\n"));
    let (code, out, _) = run(&["--rules", "r.yaml", "--since", "2024-05-02", "l/s3.json"]);
    assert_eq!((code, out.as_str()), (0, "10:00:00.000000000: Informational o r\n"));
    let scanned = rulec(
        dir.path(),
        &["scan", "-q", "--rules", "r.yaml", "--rule-matching", "all", "--format", "json", "l/e.jsonl"],
    );
    let (_, out, _) = run(&["--rules", "r.yaml", "--format", "json", "l/e.jsonl"]);
    assert_eq!(out, scanned.out);
    let (code, _, err) = run(&["--from", "nowhere", "--rules", "r.yaml"]);
    assert_eq!(code, 2, "{err}");
}

/// Spark by `spark-submit`, which comes with `pyspark`, and without that command by the package.
#[cfg(unix)]
#[test]
fn backtest_submits_to_spark() {
    let Some(mut programs) = engines() else { return };
    let has = |name: &str| programs.iter().any(|path| path.join(name).is_file());
    if !has("spark-submit") || !has("java") {
        eprintln!("there is no spark-submit or no Java: Spark was not run");
        return;
    }
    // It says when it was called, and then does what it does.
    let called =
        format!("#!/bin/sh\necho $# >> called\nexec {}/spark-submit \"$@\"\n", programs[0].display());
    let dir = with(&[("r.yaml", RULES), ("e.jsonl", EVENTS), ("bin/spark-submit", &called)]);
    executable(&dir.path().join("bin/spark-submit"));
    programs.insert(0, dir.path().join("bin"));
    let args = ["backtest", "--engine", "spark", "--verify", "--rules", "r.yaml", "e.jsonl"];
    let ran = with_programs(dir.path(), &programs, &args);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (0, "2 alerts from spark, 2 from rulec: the same\n"),
        "{}",
        ran.out
    );
    assert_eq!(std::fs::read_to_string(dir.path().join("called")).unwrap(), "3\n");
}

/// Clients that write down what they are called with and answer as real ones print.
#[cfg(unix)]
fn client(name: &str, script: &str) -> (tempfile::TempDir, Vec<PathBuf>) {
    let program = format!("bin/{name}");
    let dir = with(&[("r.yaml", RULES), ("e.jsonl", EVENTS), (&program, script)]);
    executable(&dir.path().join(program));
    let programs = ["/bin", "/usr/bin"].map(PathBuf::from);
    let all = std::iter::once(dir.path().join("bin")).chain(programs).collect();
    (dir, all)
}

#[cfg(unix)]
fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[test]
fn trino_is_asked_by_its_client() {
    let script = r#"#!/bin/sh
echo "$1 $2 $3" > called
cat "$4" > asked
echo '{"rule":"Stop","priority":"Warning","event_time":"2024-05-01T10:00:00Z","event_id":"one","user_arn":null}'
echo '{"rule":"Shout","priority":"Informational","event_time":"2024-05-02T10:00:00Z","event_id":"two","user_arn":null}'
"#;
    let (dir, programs) = client("trino", script);
    let run = |args: &[&str]| {
        with_programs(
            dir.path(),
            &programs,
            &[&["backtest", "--engine", "trino", "--rules", "r.yaml"], args].concat(),
        )
    };
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    let ran = run(&["--from", "lake.trail"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, "2 alerts from trino\n"));
    let rows: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows.len(), &rows[0]["rule"], &rows[1]["event_id"]), (2, &"Stop".into(), &"two".into()));
    assert_eq!(read("called"), "--output-format JSON --file\n");
    assert_eq!(read("asked"), run(&["--from", "lake.trail", "--dry-run"]).out);
    assert!(read("asked").contains("FROM lake.trail"), "{}", read("asked"));
    let ran = run(&["--verify", "e.jsonl"]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (0, "2 alerts from trino, 2 from rulec: the same\n"),
        "{}",
        ran.out
    );
    std::fs::write(
        dir.path().join("bin/trino"),
        "#!/bin/sh\necho 'line 1:1: mismatched input' >&2\nexit 1\n",
    )
    .unwrap();
    let ran = run(&[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.ends_with("trino cannot be run\ntrino: line 1:1: mismatched input\n"), "{}", ran.err);
    std::fs::write(dir.path().join("bin/trino"), "#!/bin/sh\necho '{\"rule\"'\n").unwrap();
    assert_eq!(run(&[]).code, 2, "no JSON");
    std::fs::remove_file(dir.path().join("bin/trino")).unwrap();
    let ran = run(&[]);
    assert!(ran.code == 2 && ran.err.contains("trino: there is no such command"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn athena_is_asked_by_the_client_of_aws() {
    let script = r#"#!/bin/sh
echo "$*" | sed 's|file://[^ ]*|FILE|' >> called
case "$2" in
start-query-execution) cat "${4#file://}" > asked; echo '{"QueryExecutionId": "q-1"}' ;;
get-query-execution)
  if [ -e waited ]; then state=SUCCEEDED; else state=RUNNING; fi
  touch waited
  echo "{\"QueryExecution\": {\"Status\": {\"State\": \"$state\"}}}" ;;
*)
  echo '{"ResultSet": {"Rows": [
    {"Data": [{"VarCharValue": "rule"}, {"VarCharValue": "event_time"}, {"VarCharValue": "event_id"}, {"VarCharValue": "user_arn"}]},
    {"Data": [{"VarCharValue": "Stop"}, {"VarCharValue": "2024-05-01T10:00:00Z"}, {"VarCharValue": "one"}, {}]},
    {"Data": [{"VarCharValue": "Shout"}, {"VarCharValue": "2024-05-02T10:00:00Z"}, {"VarCharValue": "two"}, {}]}]}}' ;;
esac
"#;
    let (dir, programs) = client("aws", script);
    let run = |args: &[&str]| {
        with_programs(
            dir.path(),
            &programs,
            &[&["backtest", "--engine", "athena", "--rules", "r.yaml"], args].concat(),
        )
    };
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    let ran = run(&["--verify", "--workgroup", "security", "e.jsonl"]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (0, "2 alerts from athena, 2 from rulec: the same\n"),
        "{}",
        ran.out
    );
    assert_eq!(
        read("called"),
        "athena start-query-execution --query-string FILE --work-group security --output json\n\
         athena get-query-execution --query-execution-id q-1 --output json\n\
         athena get-query-execution --query-execution-id q-1 --output json\n\
         athena get-query-results --query-execution-id q-1 --output json\n"
    );
    assert_eq!(read("asked") + ";\n", run(&["--dry-run"]).out);
    let rows = run(&[]).out;
    let row: serde_json::Value = serde_json::from_str(rows.lines().next().unwrap()).unwrap();
    assert_eq!((&row["rule"], &row["user_arn"]), (&"Stop".into(), &serde_json::Value::Null));
    let failed =
        script.replace("state=SUCCEEDED", "state='FAILED\", \"StateChangeReason\": \"TABLE_NOT_FOUND'");
    std::fs::write(dir.path().join("bin/aws"), failed).unwrap();
    let ran = run(&[]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("query q-1 is FAILED: TABLE_NOT_FOUND"), "{}", ran.err);
    for (text, why) in
        [("echo '{}'", "which query"), ("echo x", "not JSON"), ("echo denied >&2; exit 254", "aws: denied")]
    {
        std::fs::write(dir.path().join("bin/aws"), format!("#!/bin/sh\n{text}\n")).unwrap();
        let ran = run(&[]);
        assert!(ran.code == 2 && ran.err.contains(why), "{}", ran.err);
    }
}
