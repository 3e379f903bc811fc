//! `rulec explain-match`.

use super::args::Engine;
use super::suites::Suites;
use super::{CommandResult, FAILED, Failure, engine, files, output, settings};
use crate::render::testing as show;
use crate::testing::{logs, silent_because};
use clap::ValueEnum;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Explain why a rule fires on an event, or does not
///
/// Exits with 0 if it fires and with 1 if it does not.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec explain-match --rule 'Trail Stopped' event.json    with the rules of rulec.toml
  rulec explain-match --rules r.yaml --rule X -            the event from standard input")]
pub struct ExplainMatchArgs {
    /// File with the event as a CloudTrail record, or with several; `-` is standard input
    #[arg(value_name = "EVENT")]
    event: PathBuf,

    /// Name of the rule
    #[arg(long, value_name = "NAME")]
    rule: String,

    /// Rules file or directory; may be repeated, in load order
    ///
    /// The default is `rules` of rulec.toml, then the current directory.
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,

    /// The record of the file, counted from 1; required if there are several
    #[arg(long, value_name = "N")]
    record: Option<usize>,

    /// How to show the reasons
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: ExplanationFormat,

    #[command(flatten)]
    engine: Engine,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum ExplanationFormat {
    /// The condition, each part with its truth
    Text,
    /// JSON, see docs/json.md
    Json,
}

/// Runs the command.
pub fn run(args: &ExplainMatchArgs) -> CommandResult {
    let load = args.engine.load(&args.rules);
    let mut settings = settings::load(&load)?;
    let options = engine::options(&load, &mut settings)?;
    let roots = if args.rules.is_empty() { settings.default_roots() } else { args.rules.clone() };
    let mut suites = Suites::new(&settings, options, &load);
    let at = suites.of(&roots)?;
    let suite = &suites.all()[at];
    let rule = suite.rule(&args.rule).map_err(|meant| {
        let hint = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
        Failure::new(format!("there is no rule named `{}`{hint}", args.rule))
    })?;
    let name =
        if args.event == Path::new("-") { "standard input".into() } else { args.event.display().to_string() };
    let text = read(&args.event, &name)?;
    let records = logs::split(&text).map_err(|(place, reason)| {
        let line = text.as_bytes().iter().take(place).filter(|&&byte| byte == b'\n').count() + 1;
        Failure::new(format!("{name}, line {line}: {reason}"))
    })?;
    let record = match (args.record, records.len()) {
        (_, 0) => return Err(Failure::new(format!("there is no record in {name}"))),
        (None, 1) => &records[0],
        (None, count) => {
            return Err(Failure::new(format!(
                "there are {count} records in {name}; choose one with `--record`"
            )));
        }
        (Some(number), count) => number
            .checked_sub(1)
            .and_then(|at| records.get(at))
            .ok_or_else(|| Failure::new(format!("there is no record {number} in {name}; it has {count}")))?,
    };
    let why = suite.explain(rule, record).map_err(Failure::new)?;
    let shown = match args.format {
        ExplanationFormat::Text => show::explanation(&why),
        ExplanationFormat::Json => show::explanation_json(&why),
    };
    output::print(&shown)?;
    if let Some(reason) = silent_because(&suite.engine.rules()[rule]) {
        output::note(&format!("the rule never fires: {reason}"));
    }
    Ok(ExitCode::from(if why.fires { 0 } else { FAILED }))
}

fn read(path: &Path, name: &str) -> Result<String, Failure> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        let read = std::io::stdin().read_to_end(&mut bytes);
        read.map_err(|error| Failure::io("cannot read standard input", &error))?;
        bytes
    } else {
        fs::read(path).map_err(|error| files::unreadable(path, &error))?
    };
    String::from_utf8(bytes).map_err(|error| {
        Failure::new(format!("{name} is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
    })
}
