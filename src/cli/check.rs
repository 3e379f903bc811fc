//! `rulec check`.

use super::args::{self, Load};
use super::fixing::{self, Fixed};
use super::settings::{self, Settings};
use super::{CommandResult, FAILED, Failure, coverage, engine, inputs, junit, output, watch};
use crate::analysis::{Analysis, Inputs, analyze, falco_verdicts, findings};
use crate::config::{Level, Levels};
use crate::coverage::{Benchmark, Scope};
use crate::diag::Diagnostic;
use crate::lint;
use crate::render::{self, Command, Format, Report, Summary, counted};
use clap::builder::TypedValueParser;
use clap::{ArgMatches, ValueEnum};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// Check rules files
///
/// Exits with 1 if there are errors (with `--deny warnings`, also if there are warnings), and with 2 on wrong
/// usage or if a file cannot be read.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec check falco_rules.yaml local_rules.yaml      two files, loaded in this order
  rulec check --format sarif --output out.sarif .    everything here, for code scanning")]
pub struct CheckArgs {
    #[command(flatten)]
    load: Load,

    /// How to show findings
    #[arg(long, value_parser = CheckFormat::parser(), value_name = "FORMAT", default_value = "full")]
    format: CheckFormat,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    color: When,

    /// Do not print the summary
    #[arg(long, short)]
    quiet: bool,

    /// Do not show findings of this check
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Levels")]
    allow: Vec<String>,

    /// Show findings of this check as info
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Levels")]
    info: Vec<String>,

    /// Show findings of this check as warnings
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Levels")]
    warn: Vec<String>,

    /// Show findings of this check as errors; `warnings` makes all warnings fail the run
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Levels")]
    deny: Vec<String>,

    /// Check again whenever a file changes, until Ctrl-C
    #[arg(long)]
    watch: bool,

    /// Print the time that each lint took, to standard error
    #[arg(long)]
    timings: bool,

    /// Report the gaps that the rules leave in this benchmark, such as `cis-aws-3.0.0`
    #[arg(long, value_name = "NAME")]
    benchmark: Option<String>,

    /// Apply the fixes that cannot change the meaning of a rule
    #[arg(long, help_heading = "Fixes")]
    fix: bool,

    /// Show the fixes as a unified diff instead of the findings
    #[arg(long, help_heading = "Fixes")]
    diff: bool,
}

/// A format of the output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum CheckFormat {
    Findings(Format),
    /// Falco's own JSON.
    FalcoJson,
    /// JUnit XML, which is no format of findings alone.
    Junit,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum When {
    /// In a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl CheckFormat {
    /// The values of `--format` with their help.
    fn parser() -> impl TypedValueParser<Value = CheckFormat> {
        let others = [
            (
                CheckFormat::FalcoJson,
                "falco-json",
                "What Falco itself would print; takes no levels, suppressions or rulec.toml",
            ),
            (CheckFormat::Junit, "junit", "JUnit XML"),
        ];
        let findings = Format::of(Command::Check);
        let findings =
            findings.map(|format| (CheckFormat::Findings(format), format.name(), format.purpose()));
        args::choice(findings.chain(others).collect())
    }
}

/// Runs the command. `given` has the order of the level flags.
pub fn run(args: &CheckArgs, given: Option<&ArgMatches>) -> CommandResult {
    match args.watch {
        true => {
            watch::watch(|| settings::watched(&args.load, &[]), args.output.as_deref(), || once(args, given))
        }
        false => once(args, given),
    }
}

fn once(args: &CheckArgs, given: Option<&ArgMatches>) -> CommandResult {
    let flags = levels(args, given)?;
    if args.format == CheckFormat::FalcoJson {
        return falco(args);
    }
    let mut settings = settings::load(&args.load)?;
    let mut levels = settings.config.levels.clone();
    levels.extend(&flags);
    let mut options = engine::options(&args.load, &mut settings)?;
    options.clock = args.timings.then_some(clock);
    options.benchmark = benchmark(args, &mut settings)?.map(Arc::new);
    let loaded = inputs::read(&args.load, &settings, false)?;
    let mut summary = Summary { skipped: loaded.skipped, ..Summary::default() };
    let is_empty = loaded.paths.is_empty();

    let mut inputs = Inputs { sources: loaded.sources, options };
    let mut shown_instead = None;
    if args.fix || args.diff {
        let fixed = fixing::fix(&inputs, &levels);
        if args.diff {
            shown_instead = Some(fixing::diff(&inputs.sources, &fixed));
        }
        if args.fix {
            write_fixed(&fixed, &loaded.paths)?;
            if !args.quiet && fixed.count > 0 {
                let (fixes, files) = (counted(fixed.count, "fix"), counted(fixed.changed.len(), "file"));
                output::note(&format!("applied {fixes} in {files}"));
            }
            inputs.sources = fixed.sources;
        }
    }
    let start = clock();
    let mut analysis = analyze(inputs);
    if args.timings {
        timings(&analysis, clock().saturating_sub(start));
    }
    if let Some(disagreement) = &analysis.disagreement {
        return Err(coverage::disagree(disagreement));
    }
    count(&mut summary, &analysis);
    let mut about_files = loaded.findings;
    levels.apply(&mut about_files);
    let diagnostics = [about_files, all_findings(&mut analysis, &settings, &levels)].concat();
    let summary = summary.count(&analysis.sources, &diagnostics);
    let base = std::env::current_dir().ok().map(|path| path.to_string_lossy().into_owned());
    let report = Report {
        sources: &analysis.sources,
        diagnostics: &diagnostics,
        summary,
        color: use_color(args),
        base: base.as_deref(),
    };
    let text = match (shown_instead, args.format) {
        (Some(text), _) => text,
        (None, CheckFormat::Findings(format)) => render::render(format, &report),
        (None, _) => junit::findings(&report, &levels).map_err(junit::unwritable)?,
    };
    output::deliver(&text, args.output.as_deref())?;
    if !args.quiet {
        let line =
            if is_empty { format!("found no rules files; {}", summary.line()) } else { summary.line() };
        output::note(&line);
    }
    Ok(ExitCode::from(if levels.fails(&diagnostics) { FAILED } else { 0 }))
}

/// Time since an arbitrary fixed moment.
fn clock() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// Prints the time of the analysis and of each lint, slowest first.
fn timings(analysis: &Analysis, whole: Duration) {
    let mut timings = analysis.timings.clone();
    timings.sort_by_key(|timing| (std::cmp::Reverse(timing.time), timing.name));
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    let lints: Duration = timings.iter().map(|timing| timing.time).sum();
    let mut rows: Vec<(&str, Duration)> = vec![("analysis", whole), ("all lints", lints)];
    rows.extend(timings.iter().map(|timing| (timing.name, timing.time)));
    for (name, time) in rows {
        output::note(&format!("{:>10.2} ms {name}", millis(time)));
    }
}

/// The benchmark of the flag, or that of `rulec.toml`, where an unknown name is a finding.
fn benchmark(args: &CheckArgs, settings: &mut Settings) -> Result<Option<Benchmark>, Failure> {
    if let Some(name) = &args.benchmark {
        return engine::bundled(Some(name), Scope::Changes).map(Some);
    }
    Ok(crate::files::engine::benchmark(settings))
}

fn count(summary: &mut Summary, analysis: &Analysis) {
    summary.files = analysis.files.iter().map(|facts| facts.on_disk).collect::<BTreeSet<_>>().len();
    for facts in &analysis.files {
        summary.rules += facts.counts.rules;
        summary.macros += facts.counts.macros;
        summary.lists += facts.counts.lists;
    }
}

/// Findings in the rules files, then those in rulec.toml.
fn all_findings(analysis: &mut Analysis, settings: &Settings, levels: &Levels) -> Vec<Diagnostic> {
    let mut diagnostics = findings(analysis, levels);
    let mut about_config = settings.diagnostics(&mut analysis.sources);
    levels.apply(&mut about_config);
    diagnostics.extend(about_config);
    diagnostics
}

fn write_fixed(fixed: &Fixed, paths: &[Option<PathBuf>]) -> Result<(), Failure> {
    let mut writes = Vec::new();
    for &id in &fixed.changed {
        let Some(Some(path)) = paths.get(id.0 as usize) else {
            return Err(Failure::new("cannot fix standard input; `--diff` shows what would change"));
        };
        writes.push((path.as_path(), &*fixed.sources.file(id).text));
    }
    output::replace_all(&writes)
}

/// Prints Falco's own verdict, which no setting of rulec changes.
fn falco(args: &CheckArgs) -> CommandResult {
    if args.fix || args.diff {
        return Err(Failure::new("`--fix` and `--diff` do not go with `--format falco-json`"));
    }
    let mut settings = Settings::default();
    let loaded = inputs::read(&args.load, &settings, true)?;
    inputs::tell(&loaded)?;
    let options = engine::options(&args.load, &mut settings)?;
    let inputs = Inputs { sources: loaded.sources, options };
    let results = match falco_verdicts(&inputs) {
        Ok(results) => results,
        // Falco prints no result then, only a message on standard error.
        Err(fatal) => {
            eprintln!("rulec: Falco ends without a result: {}", fatal.message);
            return Ok(ExitCode::from(FAILED));
        }
    };
    output::deliver(&render::falco::render(&results, &inputs.sources), args.output.as_deref())?;
    let failed = results.iter().any(|result| !result.successful);
    Ok(ExitCode::from(if failed { FAILED } else { 0 }))
}

fn use_color(args: &CheckArgs) -> bool {
    match args.color {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            let choice = anstream::AutoStream::choice(&std::io::stdout());
            args.output.is_none() && choice != anstream::ColorChoice::Never
        }
    }
}

/// The level flags; the last one for a check wins.
fn levels(args: &CheckArgs, given: Option<&ArgMatches>) -> Result<Levels, Failure> {
    let flags = [
        ("allow", Level::Allow, &args.allow),
        ("info", Level::Info, &args.info),
        ("warn", Level::Warn, &args.warn),
        ("deny", Level::Deny, &args.deny),
    ];
    let mut ordered = Vec::new();
    for (flag, level, names) in flags {
        let places = given.and_then(|given| given.indices_of(flag)).into_iter().flatten();
        ordered.extend(places.zip(names).map(|(place, name)| (place, level, name.as_str())));
    }
    ordered.sort_by_key(|&(place, ..)| place);
    let mut levels = Levels::default();
    for (_, level, name) in ordered {
        if name == "warnings" && level == Level::Deny {
            levels.deny_warnings = true;
            continue;
        }
        let check = lint::find(name).ok_or_else(|| unknown_check(name))?;
        levels.set(check, level);
    }
    Ok(levels)
}

/// The failure for an unknown name of a check.
pub fn unknown_check(name: &str) -> Failure {
    let hint = match lint::did_you_mean(name) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`rulec list checks` shows every name".into(),
    };
    Failure::new(format!("there is no check named `{name}`; {hint}"))
}
