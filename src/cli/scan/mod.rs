//! `rulec scan`.

mod batch;
pub(super) mod filter;
mod flags;
pub(super) mod logs;
#[cfg_attr(not(feature = "s3"), path = "no_s3.rs")]
mod s3;
mod screen;
mod work;

use super::args::Load;
use super::{CommandResult, FAILED, Failure, UNUSABLE, coverage, engine, inputs, output, settings};
use crate::analysis::{Compiled, Inputs, LoadResult, compile_rules, errors, falco_verdicts};
use crate::coverage::{Benchmark, Control, Scope, controls_of};
use crate::eval::profile::{Costs, Profiler};
use crate::eval::tally::Tally;
use crate::eval::timeline::Timeline;
use crate::eval::{Engine, Matching, is_active};
use crate::logic::Assume;
use crate::nearest::nearest;
use crate::render::alert::{self, COLUMNS};
use crate::render::by_control::{ByControl, Group};
use crate::render::scan::{Counts, Summary, Timing};
use crate::render::scan_page::{Listed, Page, keep_urgent};
use crate::render::{self, Report};
use crate::sema::checks::FALCO_CRASH;
use crate::sema::ir::{Priority, Rule};
use crate::source::SourceMap;
use batch::Job;
use filter::Filter;
pub use flags::AlertFormat;
pub use flags::ScanArgs;
use flags::{By, Which};
use logs::Logs;
use screen::Screen;
use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use work::{News, Work};

/// Exit code after Ctrl-C, by the convention of shells.
const INTERRUPTED: u8 = 130;

/// Runs the command.
pub fn run(args: &ScanArgs) -> CommandResult {
    if args.logs.iter().chain(&args.rules).filter(|path| logs::is_stdin(path)).count() > 1 {
        return Err(Failure::new("standard input can be read only once"));
    }
    if args.timings && !args.summary && args.summary_file.is_none() {
        return Err(Failure::new("`--timings` needs `--summary` or `--summary-file`"));
    }
    let Some((sources, rules, matching)) = rules(args)? else { return Ok(ExitCode::from(UNUSABLE)) };
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
    let work = Work::start(job(args, (rules, matching), &asked), logs, threads.map_or(1, NonZeroUsize::get));
    let mut seen = Seen::default();
    let mut reader_left =
        args.format == AlertFormat::Csv && !args.has_table() && !screen.print(&alert::csv_row(COLUMNS))?;
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
            // After Ctrl-C, unfinished work is dropped.
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

/// Sums of the results so far.
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

    fn code(&self, args: &ScanArgs) -> u8 {
        let fails = |limit: Priority| self.worst.is_some_and(|worst| worst <= limit);
        match () {
            () if self.interrupted => INTERRUPTED,
            () if args.strict && self.counts.has_problems() => UNUSABLE,
            () if args.fail_on.is_some_and(fails) => FAILED,
            () => 0,
        }
    }
}

fn job(args: &ScanArgs, (rules, matching): (Vec<Rule>, Matching), asked: &Arc<Filter>) -> Job {
    let format = match args.format {
        AlertFormat::Text if std::io::stdout().is_terminal() => alert::Format::Terminal,
        shape => shape.into(),
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
fn by_control(args: &ScanArgs, job: &Job, seen: &Seen, controls: Controls) -> Vec<u8> {
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
        AlertFormat::Text => report.text(output::width()).into_bytes(),
        AlertFormat::Json => report.json().into_bytes(),
        AlertFormat::Csv => report.csv(),
    }
}

/// The rules with unselected ones disabled, and which of several matching rules fire. `None` if there are errors, which
/// were printed.
fn rules(args: &ScanArgs) -> Result<Option<(SourceMap, Vec<Rule>, Matching)>, Failure> {
    let load = Load {
        paths: args.rules.clone(),
        plugins: args.plugins.clone(),
        engine_version: args.engine_version.clone(),
        falco_config: args.falco_config.clone(),
        schema: args.schema.clone(),
        no_ignore: args.no_ignore,
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
        let only_crashes = errors.iter().all(|found| found.check == &FALCO_CRASH);
        let loads = |results: Vec<LoadResult>| results.iter().all(|result| result.successful);
        // A rule that would crash Falco at an event can be run here.
        if !only_crashes || !falco_verdicts(&inputs).is_ok_and(loads) {
            output::note("error: the rules have errors, so nothing was scanned");
            return Ok(None);
        }
    }
    if let Some(large) = too_large.first() {
        return Err(Failure::new(format!("the condition of rule `{}` is too large to be run", large.name)));
    }
    select(args, &mut rules)?;
    let matching = match (args.rule_matching, inputs.options.environment.deployment.all_matches) {
        (Some(Which::All), _) | (None, true) => Matching::All,
        (Some(Which::First), _) | (None, false) => Matching::First,
    };
    Ok(Some((inputs.sources, rules, matching)))
}

/// Disables rules that are not selected.
fn select(args: &ScanArgs, rules: &mut [Rule]) -> Result<(), Failure> {
    for name in &args.rule {
        if !rules.iter().any(|rule| rule.name == *name) {
            let names = rules.iter().map(|rule| rule.name.as_str());
            let hint = nearest(name, names).map(|meant| format!("; did you mean `{meant}`?"));
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

/// Prints tables and counts.
fn tell(
    args: &ScanArgs,
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
            AlertFormat::Text => summary.text(output::width()).into_bytes(),
            AlertFormat::Json => summary.json().into_bytes(),
            AlertFormat::Csv => summary.csv(),
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
