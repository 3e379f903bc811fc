//! `rulec scan`.

pub(super) mod asked;
mod batch;
pub(super) mod logs;
#[cfg_attr(not(feature = "s3"), path = "no_s3.rs")]
mod s3;
mod screen;
mod work;

use super::args::Load;
use super::compile::moment;
use super::{FAILED, Failure, Outcome, UNUSABLE, coverage, engine, inputs, output, settings};
use crate::analysis::{Compiled, Inputs, LoadResult, compile_rules, errors, falco_verdicts};
use crate::coverage::{Benchmark, Control, Scope, controls_of};
use crate::eval::profile::{Costs, Profiler};
use crate::eval::tally::Tally;
use crate::eval::timeline::Timeline;
use crate::eval::{Engine, Matching, is_active};
use crate::lint;
use crate::logic::Assume;
use crate::render::alert::{self, COLUMNS};
use crate::render::by_control::{ByControl, Group};
use crate::render::scan::{Counts, Summary, Timing};
use crate::render::scan_page::{Listed, Page, keep_urgent};
use crate::render::{self, Report};
use crate::sema::ir::{Priority, Rule};
use crate::source::SourceMap;
use asked::Asked;
use batch::Job;
use clap::ValueEnum;
use logs::Logs;
use screen::Screen;
use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use work::{News, Work};

/// Exit code after Ctrl-C, as shells have it.
const INTERRUPTED: u8 = 130;

/// Run rules on CloudTrail logs, as Falco would
///
/// Logs are files as CloudTrail writes them to S3, arrays of records, single records, or one record a line, events of
/// EventBridge, and exports of CloudTrail Lake and Athena, compressed by gzip or not. Records that the plugin would leave out are skipped; what cannot be read is named, counted and left out. Records
/// above 16 MiB are not read.
///
/// Exits with 0 whatever the rules say, unless `--fail-on` or `--strict` asks for more; with 2 if the rules have errors, nothing
/// being scanned then (rules that load, but would crash Falco at an event, are named and run); with 130 after Ctrl-C.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec scan --rules rules/ AWSLogs/                 every log below AWSLogs/
  rulec scan --rules rules/ --since 2026-03-01 s3://trail-logs")]
pub struct Args {
    /// Logs, directories and `s3://BUCKET/PREFIX` to search for them; `-` is standard input
    ///
    /// In directories, files whose names end in `.json`, `.jsonl`, `.ndjson` or `.csv`, `.gz` after it or not, are read in the
    /// order of their paths. Digests of CloudTrail are never read.
    #[arg(value_name = "LOG", required = true)]
    logs: Vec<PathBuf>,

    /// Rules file or directory; may be repeated, in load order
    ///
    /// Without it, `rules` of rulec.toml counts, then the current directory.
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,

    /// How to write alerts
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: Shape,

    /// Which of several rules that match an event speak
    #[arg(long, value_enum, value_name = "WHICH", default_value = "first")]
    rule_matching: Which,

    /// Threads to use [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    /// Do not print the line with the counts, nor how far the scan is
    #[arg(long, short)]
    quiet: bool,

    /// Only events from this time on: a day, or as `2024-05-01T12:00:00Z`
    ///
    /// Where logs lie as CloudTrail puts them, below `AWSLogs/ACCOUNT/CloudTrail/REGION/YEAR/MONTH/DAY`, folders that cannot
    /// hold what these flags ask for are not looked into. CloudTrail may write an event to the folder of the day after it;
    /// what came later still is not found with `--until`.
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Events")]
    since: Option<i64>,

    /// Only events before this time
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Events")]
    until: Option<i64>,

    /// Only events recorded for this account; may be repeated
    #[arg(long, value_name = "ID", help_heading = "Events")]
    account: Vec<String>,

    /// Only events of this region; may be repeated
    #[arg(long, value_name = "REGION", help_heading = "Events")]
    region: Vec<String>,

    /// Run only this rule; may be repeated
    ///
    /// Rules that are left out by this or the next two flags are switched off, as by Falco's own: they do not match, and so
    /// keep no other rule from speaking.
    #[arg(long, value_name = "NAME", help_heading = "Rules")]
    rule: Vec<String>,

    /// Run only rules that have this tag; may be repeated
    #[arg(long, value_name = "TAG", help_heading = "Rules")]
    tag: Vec<String>,

    /// Run only rules of this priority or a more urgent one
    #[arg(long, value_name = "PRIORITY", value_parser = priority, help_heading = "Rules")]
    min_priority: Option<Priority>,

    /// Exit with 1 if a rule of this priority or a more urgent one speaks
    #[arg(long, value_name = "PRIORITY", value_parser = priority, help_heading = "Outcome")]
    fail_on: Option<Priority>,

    /// Exit with 2 if something in the logs cannot be read
    #[arg(long, help_heading = "Outcome")]
    strict: bool,

    /// Print a table of rules instead of alerts: how often, when, users and source addresses
    ///
    /// Users (`ct.user`) and addresses (`ct.srcip`) are counted up to 1000 for each rule.
    #[arg(long, help_heading = "Outcome")]
    summary: bool,

    /// Print a table of the controls that the rules cover instead of alerts, by cis-aws-3.0.0
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "summary", help_heading = "Outcome")]
    by: Option<By>,

    /// Write that table to this file, as JSON, beside printing alerts
    #[arg(long, value_name = "FILE", help_heading = "Outcome")]
    summary_file: Option<PathBuf>,

    /// Write a page about the scan to this file, beside printing alerts
    ///
    /// It stands alone: totals, alerts over time, rules, and the 1000 most urgent alerts.
    #[arg(long, value_name = "FILE", help_heading = "Outcome")]
    html: Option<PathBuf>,

    /// Add to the table how long each rule and each comparison in it takes; scans slower
    ///
    /// Each rule is run by itself on every event for this, whichever speaks, and each condition in the order it is written.
    #[arg(long, help_heading = "Outcome")]
    timings: bool,

    /// Run what a Falco with this falco.yaml runs: its rules files, plugins, selections and outputs
    #[arg(long, value_name = "FILE", conflicts_with = "rules", help_heading = "Engine")]
    falco_config: Option<PathBuf>,

    /// Fields of a plugin that rulec does not know, as JSON; for a bare list of fields, as SOURCE=FILE
    #[arg(long, value_name = "[SOURCE=]FILE", help_heading = "Engine")]
    schema: Vec<String>,

    /// Plugins to check against, instead of those of rulec.toml
    #[arg(long, value_name = "NAME[@VERSION]", value_delimiter = ',', help_heading = "Engine")]
    plugins: Vec<String>,

    /// Version of Falco's engine to check against
    #[arg(long, value_name = "VERSION", help_heading = "Engine")]
    engine_version: Option<String>,

    /// Read this rulec.toml instead of looking for one above the first path of rules
    #[arg(long, value_name = "FILE", conflicts_with = "no_config", help_heading = "Engine")]
    config: Option<PathBuf>,

    /// Read no rulec.toml
    #[arg(long, help_heading = "Engine")]
    no_config: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Shape {
    /// Falco's lines: `HH:MM:SS.nnnnnnnnn: Priority output`
    Text,
    /// One JSON object for each alert, with Falco's keys, see docs/json.md
    Json,
    /// A table with a header
    Csv,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum By {
    /// Controls of the benchmark, see `rulec coverage`
    Control,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Which {
    /// The first, as in Falco unless it is told otherwise
    First,
    /// All
    All,
}

fn priority(text: &str) -> Result<Priority, String> {
    let all = || Priority::ALL.map(|priority| priority.name().to_ascii_lowercase()).join(", ");
    Priority::parse(text).ok_or_else(|| format!("priorities are {}", all()))
}

/// Runs the command.
pub fn run(args: &Args) -> Outcome {
    if args.logs.iter().chain(&args.rules).filter(|path| logs::is_stdin(path)).count() > 1 {
        return Err(Failure::new("standard input can be read only once"));
    }
    if args.timings && !args.summary && args.summary_file.is_none() {
        return Err(Failure::new("`--timings` needs `--summary` or `--summary-file`"));
    }
    let Some((sources, rules)) = rules(args)? else { return Ok(ExitCode::from(UNUSABLE)) };
    let controls = args.by.map(|By::Control| controls(&rules)).transpose()?;
    let asked = Arc::new(args.asked());
    let logs = Logs::new(&args.logs, &asked)?;
    let read = Arc::clone(&logs.read);
    let stopped = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&stopped);
    // Without a handler, Ctrl-C still ends the program.
    let _ = ctrlc::set_handler(move || stop.store(true, Ordering::Relaxed));

    let mut screen = Screen::new(args.quiet, || logs::stored_size(&args.logs, &asked));
    let threads = args.threads.or_else(|| std::thread::available_parallelism().ok());
    let work = Work::start(job(args, rules, &asked), logs, threads.map_or(1, NonZeroUsize::get));
    let mut seen = Seen::default();
    let mut reader_left =
        args.format == Shape::Csv && !args.has_table() && !screen.print(&alert::csv_row(COLUMNS))?;
    while !reader_left {
        if stopped.load(Ordering::Relaxed) && !seen.interrupted {
            seen.interrupted = true;
            work.stop();
        }
        match work.next() {
            News::Begin(name) => {
                seen.counts.files += 1;
                screen.begin(name);
            }
            News::Done(done) => {
                reader_left = !screen.done(&done)?;
                seen.add(*done);
            }
            News::End => screen.end(),
            News::Other => seen.counts.other_files += 1,
            News::Unreadable(message) => {
                seen.counts.broken_files += 1;
                screen.note(&format!("warning: {message}"));
            }
            // What is not done after Ctrl-C will not be.
            News::Waiting if seen.interrupted => break,
            News::Waiting => {}
            News::Finished => break,
            News::Failed => return Err(Failure::new("internal error in rulec: a thread ended early")),
        }
        screen.progress(read.load(Ordering::Relaxed));
    }
    if let Some(controls) = controls {
        screen.print(&by_control(args, work.job(), &seen, controls))?;
    }
    tell(args, &sources, work.job(), &seen, &mut screen, reader_left)?;
    Ok(ExitCode::from(seen.code(args)))
}

/// What was seen so far.
#[derive(Debug, Default)]
struct Seen {
    counts: Counts,
    tallies: BTreeMap<usize, Tally>,
    costs: Option<Costs>,
    worst: Option<Priority>,
    timeline: Timeline,
    listed: Vec<Listed>,
    interrupted: bool,
}

impl Seen {
    fn add(&mut self, done: batch::Done) {
        self.counts.add(&done.counts);
        for (rule, tally) in &done.tallies {
            self.tallies.entry(*rule).or_default().merge(tally);
        }
        self.worst = self.worst.into_iter().chain(done.worst).min();
        self.timeline.merge(&done.timeline);
        self.listed.extend(done.listed);
        keep_urgent(&mut self.listed);
        match (&mut self.costs, &done.costs) {
            (Some(costs), Some(more)) => costs.merge(more),
            (None, Some(first)) => self.costs = Some(first.clone()),
            (_, None) => {}
        }
    }

    fn code(&self, args: &Args) -> u8 {
        let fails = |limit: Priority| self.worst.is_some_and(|worst| worst <= limit);
        match () {
            () if self.interrupted => INTERRUPTED,
            () if args.strict && self.counts.has_problems() => UNUSABLE,
            () if args.fail_on.is_some_and(fails) => FAILED,
            () => 0,
        }
    }
}

fn job(args: &Args, rules: Vec<Rule>, asked: &Arc<Asked>) -> Job {
    let format = match args.format {
        Shape::Text if std::io::stdout().is_terminal() => alert::Format::Terminal,
        Shape::Text => alert::Format::Text,
        Shape::Json => alert::Format::Json,
        Shape::Csv => alert::Format::Csv,
    };
    let matching = match args.rule_matching {
        Which::First => Matching::First,
        Which::All => Matching::All,
    };
    Job {
        profiler: args.timings.then(|| Profiler::new(&rules)),
        engine: Engine::new(rules),
        matching,
        format: (!args.has_table()).then_some(format),
        tally: args.has_table() || args.summary_file.is_some() || args.html.is_some(),
        asked: Arc::clone(asked),
        page: args.html.is_some(),
    }
}

impl Args {
    fn asked(&self) -> Asked {
        let (accounts, regions) = (self.account.clone(), self.region.clone());
        Asked { since: self.since, until: self.until, accounts, regions }
    }

    /// A table is printed instead of alerts.
    fn has_table(&self) -> bool {
        self.summary || self.by.is_some()
    }
}

/// The benchmark, and for each rule the controls that it covers.
struct Controls {
    benchmark: Benchmark,
    of_rules: Vec<BTreeSet<usize>>,
}

fn controls(rules: &[Rule]) -> Result<Controls, Failure> {
    let benchmark = super::engine::bundled(None, Scope::Changes)?;
    let of_rules = controls_of(rules, &benchmark, Assume::default());
    Ok(Controls { of_rules: of_rules.map_err(|error| coverage::disagree(&error))?, benchmark })
}

/// The table of controls.
fn by_control(args: &Args, job: &Job, seen: &Seen, controls: Controls) -> Vec<u8> {
    let rules = job.engine.rules();
    let tally = |at: usize| Some((&*rules[at].name, seen.tallies.get(&at)?));
    let of = |is_it: &dyn Fn(&BTreeSet<usize>) -> bool| -> Vec<(&str, &Tally)> {
        let all = controls.of_rules.iter().enumerate().filter(|(_, controls)| is_it(controls));
        all.filter_map(|(at, _)| tally(at)).collect()
    };
    let group = |(number, control): (usize, &Control)| Group {
        id: control.id.clone(),
        title: control.title.clone(),
        rules: of(&|controls| controls.contains(&number)),
    };
    let groups: Vec<Group<'_>> = controls.benchmark.controls.iter().enumerate().map(group).collect();
    let others = of(&BTreeSet::is_empty);
    let report = ByControl { benchmark: &controls.benchmark.name, groups, others };
    match args.format {
        Shape::Text => report.text().into_bytes(),
        Shape::Json => report.json().into_bytes(),
        Shape::Csv => report.csv(),
    }
}

/// The rules that load, those not asked for switched off. `None` if there are errors, which were printed.
fn rules(args: &Args) -> Result<Option<(SourceMap, Vec<Rule>)>, Failure> {
    let load = Load {
        paths: args.rules.clone(),
        plugins: args.plugins.clone(),
        engine_version: args.engine_version.clone(),
        falco_config: args.falco_config.clone(),
        schema: args.schema.clone(),
        stdin_filename: None,
        config: args.config.clone(),
        no_config: args.no_config,
    };
    let mut settings = settings::load(&load)?;
    let loaded = inputs::sound(&load, &settings)?;
    let options = engine::options(&load, &mut settings)?;
    let inputs = Inputs { sources: loaded.sources, options: options.clone() };
    let Compiled { mut analysis, mut rules, too_large } = compile_rules(inputs);
    let errors = errors(&mut analysis);
    let inputs = Inputs { sources: analysis.sources, options };
    if !errors.is_empty() {
        let summary = render::Summary::default().count(&inputs.sources, &errors);
        let sources = &inputs.sources;
        let report = Report { sources, diagnostics: &errors, summary, color: false, base: None };
        output::note(render::render(render::Format::Full, &report).trim_end());
        let only_crashes = errors.iter().all(|found| found.check.name == "falco-crash");
        let loads = |results: Vec<LoadResult>| results.iter().all(|result| result.successful);
        // What crashes at an event does not crash here, so its rule can be run.
        if !only_crashes || !falco_verdicts(&inputs).is_ok_and(loads) {
            output::note("error: the rules have errors, so nothing was scanned");
            return Ok(None);
        }
    }
    if let Some(large) = too_large.first() {
        return Err(Failure::new(format!("the condition of rule `{}` is too large to be run", large.name)));
    }
    select(args, &mut rules)?;
    Ok(Some((inputs.sources, rules)))
}

/// Switches off what was not asked for.
fn select(args: &Args, rules: &mut [Rule]) -> Result<(), Failure> {
    for name in &args.rule {
        if !rules.iter().any(|rule| rule.name == *name) {
            let names = rules.iter().map(|rule| rule.name.as_str());
            let hint = lint::nearest(name, names).map(|meant| format!("; did you mean `{meant}`?"));
            let hint = hint.unwrap_or_default();
            return Err(Failure::new(format!("there is no rule named `{name}`{hint}")));
        }
    }
    for rule in rules.iter_mut() {
        let is_named = args.rule.is_empty() || args.rule.contains(&rule.name);
        let is_tagged = args.tag.is_empty() || rule.tags.iter().any(|tag| args.tag.contains(tag));
        let is_urgent = args.min_priority.is_none_or(|least| rule.priority <= least);
        rule.enabled &= is_named && is_tagged && is_urgent;
    }
    if !rules.iter().any(is_active) {
        output::note("warning: no rule for CloudTrail is switched on");
    }
    Ok(())
}

/// Tells how it went.
fn tell(
    args: &Args,
    sources: &SourceMap,
    job: &Job,
    seen: &Seen,
    screen: &mut Screen,
    reader_left: bool,
) -> Result<(), Failure> {
    let nothing = Tally::default();
    let all = job.engine.rules().iter().enumerate();
    let tally = |(at, rule)| (rule, seen.tallies.get(&at).unwrap_or(&nothing));
    let summary = Summary {
        counts: seen.counts,
        interrupted: seen.interrupted,
        rules: all.filter(|(_, rule)| is_active(rule)).map(tally).collect(),
        timings: job
            .profiler
            .as_ref()
            .map(|profiler| timings(sources, &job.engine, profiler, seen.costs.as_ref())),
    };
    if let Some(path) = &args.summary_file {
        output::deliver(&summary.json(), Some(path))?;
    }
    if let Some(path) = &args.html {
        let page = Page {
            counts: seen.counts,
            interrupted: seen.interrupted,
            all_rules: job.engine.rules(),
            rules: summary.rules.clone(),
            timeline: &seen.timeline,
            alerts: &seen.listed,
        };
        output::deliver(&page.html(), Some(path))?;
    }
    if args.summary {
        let text = match args.format {
            Shape::Text => summary.text().into_bytes(),
            Shape::Json => summary.json().into_bytes(),
            Shape::Csv => summary.csv(),
        };
        screen.print(&text)?;
    }
    if !reader_left {
        let interrupted = if seen.interrupted { "interrupted: " } else { "" };
        screen.finish(&format!("{interrupted}{}", seen.counts.line()));
    }
    Ok(())
}

fn timings<'a>(
    sources: &'a SourceMap,
    engine: &'a Engine,
    profiler: &Profiler,
    costs: Option<&Costs>,
) -> Vec<Timing<'a>> {
    let none = profiler.costs();
    let costs = costs.unwrap_or(&none);
    let active = engine.rules().iter().zip(&costs.rules).enumerate().filter(|(_, (rule, _))| is_active(rule));
    let mut timings: BTreeMap<usize, Timing<'a>> = active
        .map(|(at, (rule, cost))| (at, Timing { rule: &rule.name, cost: *cost, parts: Vec::new() }))
        .collect();
    for ((rule, span), cost) in profiler.places().iter().zip(&costs.parts) {
        let span = &sources.outward(*span);
        let file = sources.file(span.file);
        let at = file.position(span.start as usize);
        let place = format!("{}:{}:{}", file.name, at.line, at.column);
        if let Some(timing) = timings.get_mut(rule) {
            timing.parts.push((place, sources.slice(*span), *cost));
        }
    }
    timings.into_values().collect()
}
