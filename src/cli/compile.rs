//! `rulec compile`.

use super::args::{self, Engine};
use super::rules::{self, Rules};
use super::{CommandResult, FAILED, Failure, UNUSABLE, output};
use crate::analysis::findings;
use crate::backend::fit::Approximate;
use crate::backend::{CompileJob, Form, Settings, TARGETS, Target, find};
use crate::config::FILE_NAME;
use crate::eval::time;
use crate::lint::targets::{APPROXIMATED, NOT_IN_TARGET};
use crate::nearest::nearest;
use crate::render::{self, Command, Format, Report, Summary, counted};
use crate::sema::ir::Rule;
use clap::ValueEnum;
use clap::builder::TypedValueParser;
use std::path::PathBuf;
use std::process::ExitCode;

/// Compile rules for another engine
///
/// Conditions keep their meaning: a part that the target cannot express is reported at its place, and the rule is left out.
/// Compiled rules are independent of each other: Falco's choice among several rules that match is not compiled. Disabled
/// rules are left out, except from `falco` and `json`.
///
/// Exits with 1 if a rule was left out, and with 2 on wrong usage or if the rules have errors.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec compile --target falco rules/ -o rules.yaml       one file that needs no other
  rulec compile --target cloudwatch --emit terraform .    metric filters and alarms
  rulec list targets                                      all targets and their forms")]
pub struct CompileArgs {
    /// Rules files and directories, in load order
    ///
    /// Without it, `rules` of rulec.toml counts, then the current directory.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Like PATH; may be repeated, and loads before paths without a flag
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,

    /// The target, see `rulec list targets`
    #[arg(long, value_name = "NAME", value_parser = target)]
    target: &'static str,

    /// The output form of the target [default: its first]
    #[arg(long, value_name = "FORM")]
    emit: Option<String>,

    /// Replace parts that the target cannot express by the nearest wider or narrower condition
    #[arg(long, value_enum, value_name = "HOW")]
    approximate: Option<How>,

    /// Compile only this rule; may be repeated
    #[arg(long, value_name = "NAME")]
    rule: Vec<String>,

    /// Where the events are: a log group, a table or files, depending on the target
    #[arg(long, value_name = "WHERE")]
    from: Option<String>,

    /// Only events at or after this time, `2024-05-01` or `2024-05-01T12:00:00Z`
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<i64>,

    /// Only events before this time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<i64>,

    /// Number of events in five minutes that raises the alarm of this rule, or of all rules that are not named; may be repeated
    ///
    /// Overrides `compile.cloudwatch` of rulec.toml.
    #[arg(long, value_name = "[RULE=]COUNT", value_parser = threshold)]
    threshold: Vec<(Option<String>, u32)>,

    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// How to show on standard error what the target cannot express
    #[arg(long, value_parser = formats(), value_name = "FORMAT", default_value = "full")]
    format: Format,

    /// Do not print the line with the counts
    #[arg(long, short)]
    quiet: bool,

    #[command(flatten)]
    engine: Engine,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum How {
    /// Wider: fires on all events that it should fire on, and on more
    Over,
    /// Narrower: fires on fewer events than it should, and on no others
    Under,
}

/// The formats of findings, with their help.
fn formats() -> impl TypedValueParser<Value = Format> {
    args::choice(
        Format::of(Command::Compile).map(|format| (format, format.name(), format.purpose())).collect(),
    )
}

fn target(name: &str) -> Result<&'static str, String> {
    let names = || TARGETS.iter().map(|target| target.name());
    find(name).map(|target| target.name()).ok_or_else(|| match nearest(name, names()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
    })
}

/// Reads a day, or a date and time of RFC 3339.
pub fn moment(text: &str) -> Result<i64, String> {
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    time::rfc3339(whole.as_bytes())
        .ok_or_else(|| "a time is a day or RFC 3339, as `2024-05-01T12:00:00Z`".to_owned())
}

fn threshold(text: &str) -> Result<(Option<String>, u32), String> {
    let (rule, count) = match text.rsplit_once('=') {
        Some((rule, count)) => (Some(rule.to_owned()), count),
        None => (None, text),
    };
    match count.parse() {
        Ok(count) if count > 0 => Ok((rule, count)),
        _ => Err(format!("`{count}` is not a number above 0")),
    }
}

/// Runs the command.
pub fn run(args: &CompileArgs) -> CommandResult {
    let target = find(args.target).ok_or_else(|| Failure::new("there is no such target"))?;
    let form = form(target, args.emit.as_deref())?;
    let load = args.engine.load(&[args.rules.as_slice(), &args.paths].concat());
    let Some(Rules { mut compiled, options, settings }) = rules::load(&load, "nothing was compiled")? else {
        return Ok(ExitCode::from(UNUSABLE));
    };
    let names = || compiled.rules.iter().map(|rule| rule.name.as_str());
    for name in args.rule.iter().chain(args.threshold.iter().filter_map(|(rule, _)| rule.as_ref())) {
        if !names().any(|known| known == name) {
            let hint = nearest(name, names()).map(|meant| format!("; did you mean `{meant}`?"));
            return Err(Failure::new(format!("there is no rule named `{name}`{}", hint.unwrap_or_default())));
        }
    }
    let thresholds = thresholds(args, &settings, &compiled.rules);
    compiled.rules.retain(|rule| args.rule.is_empty() || args.rule.contains(&rule.name));
    let artifact = target
        .compile(&CompileJob {
            analysis: &compiled.analysis,
            options: &options,
            rules: &compiled.rules,
            form: form.name,
            approximate: args.approximate.map(|how| match how {
                How::Over => Approximate::Over,
                How::Under => Approximate::Under,
            }),
            since: args.since,
            until: args.until,
            settings: &Settings { thresholds, from: args.from.clone() },
        })
        .map_err(Failure::new)?;
    output::deliver(&artifact.text, args.output.as_deref())?;
    let left_out = artifact.diagnostics.iter().any(|found| found.check == &NOT_IN_TARGET);
    compiled.analysis.diagnostics = artifact.diagnostics;
    let mut found = findings(&mut compiled.analysis, &settings.config.levels);
    found.retain(|found| [&NOT_IN_TARGET, &APPROXIMATED].contains(&found.check));
    let sources = &compiled.analysis.sources;
    if !found.is_empty() {
        let summary = Summary::default().count(sources, &found);
        let report = Report { sources, diagnostics: &found, summary, color: false, base: None };
        output::note(render::render(args.format, &report).trim_end());
    }
    if !args.quiet && args.output.is_some() {
        output::note(&format!("{} for {}", counted(artifact.rules, "rule"), target.name()));
    }
    Ok(ExitCode::from(if left_out { FAILED } else { 0 }))
}

/// The thresholds of `rulec.toml`, then those of the flags, which override them.
fn thresholds(
    args: &CompileArgs,
    settings: &super::settings::Settings,
    rules: &[Rule],
) -> Vec<(Option<String>, u32)> {
    let written = &settings.config.compile.thresholds;
    if args.target == "cloudwatch" {
        for name in written.iter().filter_map(|(rule, _)| rule.as_deref()) {
            let names = || rules.iter().map(|rule| rule.name.as_str());
            if !names().any(|known| known == name) {
                let hint = nearest(name, names()).map(|meant| format!("; did you mean `{meant}`?"));
                output::note(&format!(
                    "warning: {} has a threshold for `{name}`, and there is no such rule{}",
                    settings.file.as_ref().map_or(FILE_NAME, |(name, _)| name),
                    hint.unwrap_or_default()
                ));
            }
        }
    }
    [written.as_slice(), &args.threshold].concat()
}

fn form(target: &'static dyn Target, asked: Option<&str>) -> Result<&'static Form, Failure> {
    let forms = target.forms();
    let found = match asked {
        None => forms.first(),
        Some(name) => forms.iter().find(|form| form.name == name),
    };
    found.ok_or_else(|| {
        let names: Vec<&str> = forms.iter().map(|form| form.name).collect();
        Failure::new(format!("`--emit` of target {} takes {}", target.name(), names.join(", ")))
    })
}
