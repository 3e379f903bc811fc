//! Runs queries on real engines: the program to call, and the rows that it returns.

use super::super::Failure;
use super::Which;
use serde_json::{Map, Value};
use std::ffi::OsStr;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// Reads a query from standard input and prints rows as JSON lines.
const DUCKDB: &str = "
import duckdb, json, sys
cursor = duckdb.connect().execute(sys.stdin.read())
names = [column[0] for column in cursor.description]
while rows := cursor.fetchmany(1000):
    for row in rows:
        print(json.dumps(dict(zip(names, row)), default=str))
";
/// Reads a query from one file and writes rows to another: `spark-submit` passes no standard input on and mixes
/// standard output with its log.
const SPARK: &str = "
import json, sys
from pyspark.sql import SparkSession
session = SparkSession.builder.config('spark.ui.enabled', 'false').getOrCreate()
session.sparkContext.setLogLevel('ERROR')
query = open(sys.argv[1], encoding='utf-8').read().rstrip().rstrip(';')
with open(sys.argv[2], 'w', encoding='utf-8') as out:
    for row in session.sql(query).toLocalIterator():
        print(json.dumps(row.asDict(), default=str), file=out)
";
/// First and longest pause between two polls of a query of Athena.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(5)];

/// A way to run a query.
type Way = fn(&Call<'_>) -> Result<Vec<Value>, String>;

/// The rows of a query, each an object.
pub fn rows(engine: Which, query: &str, workgroup: Option<&str>) -> Result<Vec<Value>, Failure> {
    let ways: &[Way] = match engine {
        Which::Duckdb => &[
            |call| lines(&call.run("duckdb", &["-jsonlines"], Some(call.query))?),
            |call| lines(&call.run("python3", &["-c", DUCKDB], Some(call.query))?),
        ],
        Which::Spark => &[|call| spark(call, "spark-submit"), |call| spark(call, "python3")],
        Which::Trino => &[trino],
        Which::Athena => &[athena],
    };
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(format!("there is no place for temporary files: {error}")))?;
    let call = Call { query, folder: folder.path(), workgroup };
    let mut reasons = Vec::new();
    for way in ways {
        match way(&call) {
            Ok(rows) => return Ok(rows),
            Err(reason) => reasons.push(reason),
        }
    }
    Err(Failure::new(format!("{} cannot be run\n{}", engine.name(), reasons.join("\n"))))
}

/// The query and the options to run it with.
struct Call<'c> {
    query: &'c str,
    /// Directory for temporary files.
    folder: &'c Path,
    workgroup: Option<&'c str>,
}

impl Call<'_> {
    fn file(&self, name: &str, text: &str) -> Result<String, String> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        path.into_os_string()
            .into_string()
            .map_err(|_| "the folder for temporary files is no text".to_owned())
    }

    /// Runs a program and returns its standard output.
    fn run(&self, program: &str, args: &[impl AsRef<OsStr>], input: Option<&str>) -> Result<String, String> {
        let child = Command::new(program)
            .args(args)
            .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.map_err(|error| match error.kind() {
            ErrorKind::NotFound => format!("{program}: there is no such command"),
            _ => format!("{program}: {error}"),
        })?;
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            // A program that ends early reports why on its own standard error.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().map_err(|error| format!("{program}: {error}"))?;
        if !output.status.success() {
            let printed =
                [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
            let lines: Vec<&str> =
                printed.iter().flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty()).collect();
            return Err(format!("{program}: {}", lines[lines.len().saturating_sub(12)..].join("\n")));
        }
        String::from_utf8(output.stdout).map_err(|_| format!("{program}: what it prints is not UTF-8"))
    }
}

fn lines(text: &str) -> Result<Vec<Value>, String> {
    let rows = text.lines().filter(|line| line.starts_with('{')).map(serde_json::from_str);
    rows.collect::<Result<_, _>>().map_err(|error| format!("what the engine prints is not JSON: {error}"))
}

fn spark(call: &Call<'_>, program: &str) -> Result<Vec<Value>, String> {
    let script = call.file("query.py", SPARK)?;
    let query = call.file("query.sql", call.query)?;
    let rows = call.file("rows.jsonl", "")?;
    call.run(program, &[&script, &query, &rows], None)?;
    lines(&fs::read_to_string(&rows).map_err(|error| format!("{program}: {rows}: {error}"))?)
}

/// The server is that of the client's own settings.
fn trino(call: &Call<'_>) -> Result<Vec<Value>, String> {
    let query = call.file("query.sql", call.query)?;
    lines(&call.run("trino", &["--output-format", "JSON", "--file", &query], None)?)
}

/// Starts a query, waits until it ends and fetches the rows. Region and account are those of the client's own settings.
fn athena(call: &Call<'_>) -> Result<Vec<Value>, String> {
    let aws = |args: &[&str]| -> Result<Value, String> {
        let printed = call.run("aws", &[&["athena"], args, &["--output", "json"]].concat(), None)?;
        serde_json::from_str(&printed).map_err(|error| format!("aws: what it prints is not JSON: {error}"))
    };
    let query = call.query.trim_end().trim_end_matches(';');
    let query = format!("file://{}", call.file("query.sql", query)?);
    let mut start = vec!["start-query-execution", "--query-string", &query];
    start.extend(call.workgroup.iter().flat_map(|workgroup| ["--work-group", workgroup]));
    let started = aws(&start)?;
    let id = started["QueryExecutionId"].as_str().ok_or("aws: it does not say which query it started")?;
    let mut pause = PAUSES[0];
    loop {
        let status = &aws(&["get-query-execution", "--query-execution-id", id])?["QueryExecution"]["Status"];
        match status["State"].as_str() {
            Some("SUCCEEDED") => break,
            Some("QUEUED" | "RUNNING") => {}
            state => {
                let reason = status["StateChangeReason"].as_str().unwrap_or("it does not say why");
                return Err(format!("query {id} is {}: {reason}", state.unwrap_or("nowhere")));
            }
        }
        thread::sleep(pause);
        pause = (pause * 2).min(PAUSES[1]);
    }
    Ok(objects(&aws(&["get-query-results", "--query-execution-id", id])?))
}

/// Rows of Athena as objects. The first row has the names of the columns; NULL has no value.
fn objects(results: &Value) -> Vec<Value> {
    let cells = |row: &Value| row["Data"].as_array().cloned().unwrap_or_default();
    let mut rows = results["ResultSet"]["Rows"].as_array().into_iter().flatten();
    let names = rows.next().map(cells).unwrap_or_default();
    let object = |row: &Value| {
        let pairs = names.iter().zip(cells(row)).map(|(name, cell)| {
            (name["VarCharValue"].as_str().unwrap_or_default().to_owned(), cell["VarCharValue"].clone())
        });
        Value::Object(pairs.collect::<Map<_, _>>())
    };
    rows.map(object).collect()
}
