//! `rulec backtest`.

mod engines;

use super::args::Engine as Flags;
use super::compile::moment;
use super::rules::{self, Rules};
use super::scan::AlertFormat;
use super::scan::logs::{Found, Logs};
use super::{CommandResult, FAILED, Failure, UNUSABLE, output};
use crate::backend::{CompileJob, Settings, find};
use crate::eval::{Engine, Event, Matching};
use crate::render::alert;
use crate::render::{self, Report, Summary, counted};
use crate::sema::ir::Rule;
use clap::ValueEnum;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Run compiled rules on another engine, and compare with `rulec scan`
///
/// DuckDB reads the files that CloudTrail writes; Spark reads JSON lines, one record per line. The engine is not part of
/// rulec: DuckDB is the `duckdb` command or the Python 3 package, Spark is `spark-submit` or the package `pyspark`, Trino is
/// the command `trino`, Athena is the command `aws`. Their own settings choose the server or account. Rules that the engine
/// cannot express are named and left out.
///
/// Exits with 1 if `--verify` finds a difference, and with 2 if the engine is missing or fails.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec backtest --engine duckdb --rules rules/ logs.jsonl             alerts, as `rulec scan` prints them
  rulec backtest --engine duckdb --verify --rules rules/ AWSLogs/      are they those of `rulec scan`?
  rulec backtest --engine athena --dry-run --rules rules/              the query")]
pub struct BacktestArgs {
    /// Logs, and directories to search for them
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,

    /// The engine
    #[arg(long, value_enum, value_name = "NAME")]
    engine: Which,

    /// Rules file or directory; may be repeated, in load order
    ///
    /// Without it, `rules` of rulec.toml counts, then the current directory.
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,

    /// Compare with the alerts of `rulec scan --rule-matching all` on the same logs, and print only the differences
    #[arg(long)]
    verify: bool,

    /// Print the query instead of running it
    #[arg(long, conflicts_with = "verify")]
    dry_run: bool,

    /// The table, instead of logs
    #[arg(long, value_name = "TABLE", conflicts_with = "verify")]
    from: Option<String>,

    /// Athena work group, which sets where results are stored [default: primary]
    #[arg(long, value_name = "NAME")]
    workgroup: Option<String>,

    /// Only events at or after this time, `2024-05-01` or `2024-05-01T12:00:00Z`
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<i64>,

    /// Only events before this time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<i64>,

    /// How to write alerts
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: AlertFormat,

    /// Do not print the line with the counts
    #[arg(long, short)]
    quiet: bool,

    #[command(flatten)]
    flags: Flags,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Which {
    /// DuckDB
    Duckdb,
    /// Spark 4
    Spark,
    /// Athena
    Athena,
    /// Trino
    Trino,
}

impl Which {
    fn name(self) -> &'static str {
        match self {
            Which::Duckdb => "duckdb",
            Which::Spark => "spark",
            Which::Athena => "athena",
            Which::Trino => "trino",
        }
    }

    /// True if it reads local files.
    fn is_local(self) -> bool {
        matches!(self, Which::Duckdb | Which::Spark)
    }
}

/// Rule, event time and event ID of an alert.
type Row = (String, String, String);

/// Runs the command.
pub fn run(args: &BacktestArgs) -> CommandResult {
    let Some(Rules { compiled, options, .. }) =
        rules::load(&args.flags.load(&args.rules), "nothing was run")?
    else {
        return Ok(ExitCode::from(UNUSABLE));
    };
    if args.workgroup.is_some() && args.engine != Which::Athena {
        return Err(Failure::new("`--workgroup` is for Athena"));
    }
    let files = files(args)?;
    let from = args.from.clone().or_else(|| args.engine.is_local().then(|| files.join("\n")));
    let target = find(args.engine.name()).ok_or_else(|| Failure::new("there is no such target"))?;
    let settings = Settings { from, ..Settings::default() };
    let artifact = target
        .compile(&CompileJob {
            analysis: &compiled.analysis,
            options: &options,
            rules: &compiled.rules,
            form: "query",
            approximate: None,
            since: args.since,
            until: args.until,
            settings: &settings,
        })
        .map_err(Failure::new)?;
    if !artifact.diagnostics.is_empty() {
        let (sources, found) = (&compiled.analysis.sources, &artifact.diagnostics);
        let summary = Summary::default().count(sources, found);
        let report = Report { sources, diagnostics: found, summary, color: false, base: None };
        output::note(render::render(render::Format::Concise, &report).trim_end());
    }
    if args.dry_run {
        output::print(&artifact.text)?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows = match artifact.rules {
        0 => Vec::new(),
        _ => engines::rows(args.engine, &artifact.text, args.workgroup.as_deref())?,
    };
    let said = |rule: &&Rule| {
        let refused =
            |found: &crate::diag::Diagnostic| found.message.contains(&format!("rule `{}` ", rule.name));
        rule.enabled && !artifact.diagnostics.iter().any(refused)
    };
    let rules: Vec<Rule> = compiled.rules.iter().filter(said).cloned().collect();
    let engine = Engine::new(rules);
    if args.verify {
        return verify(args, &engine, &rows, &files);
    }
    let mut out = Vec::new();
    for row in &rows {
        show(args.format, &engine, row, &mut out);
    }
    output::print(&String::from_utf8_lossy(&out))?;
    if !args.quiet {
        output::note(&format!("{} from {}", counted(rows.len(), "alert"), args.engine.name()));
    }
    Ok(ExitCode::SUCCESS)
}

/// The names of the logs.
fn files(args: &BacktestArgs) -> Result<Vec<String>, Failure> {
    if args.logs.iter().any(|path| path == Path::new("-")) {
        return Err(Failure::new("the engine cannot read standard input"));
    }
    if args.logs.is_empty() && args.from.is_none() && args.engine.is_local() && !args.dry_run {
        return Err(Failure::new("there is no log to read"));
    }
    let mut names = Vec::new();
    if args.logs.iter().any(|path| path.starts_with("s3:")) {
        return Err(Failure::new(
            "logs in S3 are read by `rulec scan` alone; engines have their own ways to them",
        ));
    }
    for found in Logs::new(&args.logs, &Arc::default())? {
        match found {
            Found::Log(log) => names.push(log.name),
            Found::Other | Found::Later => {}
            Found::Unreadable(message) => return Err(Failure::new(message)),
        }
    }
    if names.is_empty() && args.from.is_none() {
        names.push("cloudtrail.jsonl".to_owned());
    }
    Ok(names)
}

/// Writes the alert of a row, in the form of a scan if the row has the record.
fn show(shape: AlertFormat, engine: &Engine, row: &Value, out: &mut Vec<u8>) {
    let rule = engine.rules().iter().position(|rule| row["rule"] == rule.name.as_str());
    let event = row["record"].as_str().and_then(|record| engine.event(record.as_bytes(), 1).ok());
    match (rule, event) {
        (Some(at), Some(event)) => {
            alert::write(shape.into(), &engine.rules()[at], engine.alert(at, &event), out)
        }
        // Columns alone do not make a record.
        _ => {
            out.extend_from_slice(row.to_string().as_bytes());
            out.push(b'\n');
        }
    }
}

fn verify(args: &BacktestArgs, engine: &Engine, rows: &[Value], files: &[String]) -> CommandResult {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let mut balance: BTreeMap<Row, i64> = BTreeMap::new();
    for row in rows {
        *balance.entry((text(row, "rule"), text(row, "event_time"), text(row, "event_id"))).or_default() -= 1;
    }
    let mut ours = 0;
    for found in Logs::new(&files.iter().map(PathBuf::from).collect::<Vec<_>>(), &Arc::default())? {
        let Found::Log(mut log) = found else { continue };
        let batches = log.open().map_err(|reason| Failure::new(format!("{}: {reason}", log.name)))?;
        for batch in batches {
            for (_, range) in &batch.records {
                let record = batch.text.get(range.clone()).unwrap_or_default();
                let Ok(event) = engine.event(record, 1) else { continue };
                if args.since.is_some_and(|since| event.time < since)
                    || args.until.is_some_and(|until| event.time >= until)
                {
                    continue;
                }
                for rule in engine.matches(&event, Matching::All) {
                    let [time, id] = ["eventTime", "eventID"].map(|key| member(&event, key));
                    *balance.entry((engine.rules()[rule].name.clone(), time, id)).or_default() += 1;
                    ours += 1;
                }
            }
        }
    }
    balance.retain(|_, count| *count != 0);
    for ((rule, time, id), count) in &balance {
        let who = if *count > 0 { "only rulec" } else { args.engine.name() };
        output::print(&format!("{who}: {time} {id} {rule}\n"))?;
    }
    if !args.quiet {
        let same = if balance.is_empty() { "the same" } else { "not the same" };
        let (theirs, name) = (counted(rows.len(), "alert"), args.engine.name());
        output::note(&format!("{theirs} from {name}, {ours} from rulec: {same}"));
    }
    Ok(ExitCode::from(if balance.is_empty() { 0 } else { FAILED }))
}

fn member(event: &Event<'_>, key: &str) -> String {
    let record: Value = serde_json::from_slice(event.record()).unwrap_or_default();
    record[key].as_str().unwrap_or_default().to_owned()
}
