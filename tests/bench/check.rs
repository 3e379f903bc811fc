//! `rulec check` against the YAML event pass alone, on the same text in one run. See docs/benchmarks/README.md.
//!
//! The four passes take turns and the best time of each counts, so that what else the machine does
//! hits all of them alike. Only the ratios mean anything on another machine.

mod rules;

use granit_parser::{Parser, options};
use rulec::internals::analysis::{Inputs, Options, analyze, findings};
use rulec::internals::config::Levels;
use rulec::internals::render::{self, Format, Report, Summary};
use rulec::internals::source::{FileId, SourceFile, SourceMap};
use rulec::internals::syntax::yaml;
use rules::{VARIANTS, Variant, generate};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// As in the program.
#[cfg(feature = "cli")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rules in the files whose ratio counts.
const RULES: usize = 10_000;
/// The goal: the whole of `check` in units of the event pass.
const GOAL: f64 = 3.0;
/// The goal: the whole of `check` in units of itself without lints.
const LINTS_GOAL: f64 = 1.5;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let variants: Vec<Variant> = VARIANTS
        .iter()
        .copied()
        .filter(|variant| match wanted.is_empty() {
            // Falco's text for it is the product of rules and items: by name only, and not at these sizes.
            true => *variant != Variant::HugeList,
            false => wanted.iter().any(|name| name == variant.name()),
        })
        .collect();
    let number = |flag: &str| {
        std::env::args().find_map(|arg| arg.strip_prefix(flag).and_then(|number| number.parse().ok()))
    };
    let rules = number("--rules=").unwrap_or(RULES);
    ratios(&variants, rules, number("--rounds=").unwrap_or(12));
    if rules == RULES {
        growth(&variants);
    }
}

/// The best times of the four passes over one text.
struct Best {
    events: Duration,
    yaml: Duration,
    check: Duration,
    without_lints: Duration,
    findings: usize,
}

fn measure(text: &Arc<str>, rounds: usize) -> Best {
    let mut best = Best {
        events: Duration::MAX,
        yaml: Duration::MAX,
        check: Duration::MAX,
        without_lints: Duration::MAX,
        findings: 0,
    };
    for _ in 0..rounds {
        let (time, _) = timed(|| events(text));
        best.events = best.events.min(time);
        let file = SourceFile::new("rules.yaml", Arc::clone(text));
        let (time, _) = timed(|| yaml::parse(FileId(0), &file).documents.len());
        best.yaml = best.yaml.min(time);
        let (time, found) = timed(|| check(text, false));
        best.check = best.check.min(time);
        best.findings = found;
        let (time, _) = timed(|| check(text, true));
        best.without_lints = best.without_lints.min(time);
    }
    best
}

fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = black_box(run());
    (start.elapsed(), result)
}

/// The event parser alone, with the options of `syntax::yaml`.
#[inline(never)]
fn events(text: &str) -> usize {
    let options = options! {
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        block_scalar_eof_without_line_feed: true,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: 500,
        block_nesting_limit: 500,
    };
    Parser::new_from_str_with_options(text, options).map(|event| black_box(event).is_ok() as usize).sum()
}

/// All that `rulec check --format concise` does between reading the file and writing the result; without lints, neither
/// they nor what is made for them alone. Returns the number of findings.
#[inline(never)]
fn check(text: &Arc<str>, without_lints: bool) -> usize {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("rules.yaml", Arc::clone(text)));
    let options = Options { without_lints, ..Options::default() };
    let mut analysis = analyze(Inputs { sources, options });
    let diagnostics = findings(&mut analysis, &Levels::default());
    let summary = Summary::default().count(&analysis.sources, &diagnostics);
    let report =
        Report { sources: &analysis.sources, diagnostics: &diagnostics, summary, color: false, base: None };
    black_box(render::render(Format::Concise, &report));
    diagnostics.len()
}

fn ratios(variants: &[Variant], rules: usize, rounds: usize) {
    println!("check at {rules} rules; the goals: {GOAL} of events, {LINTS_GOAL} of itself without lints");
    println!(
        "{:<16} {:>9} {:>9} {:>10} {:>12} {:>13} {:>15}",
        "variant", "MB", "findings", "events ms", "yaml/events", "check/events", "check/no lints"
    );
    for &variant in variants {
        let text: Arc<str> = generate(variant, rules).into();
        let best = measure(&text, rounds);
        let of = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
        let (to_events, to_rest) = (of(best.check, best.events), of(best.check, best.without_lints));
        println!(
            "{:<16} {:>9.2} {:>9} {:>10.1} {:>12.2} {:>13.2} {:>15.2}{}",
            variant.name(),
            text.len() as f64 / 1e6,
            best.findings,
            millis(best.events),
            of(best.yaml, best.events),
            to_events,
            to_rest,
            if to_events > GOAL || to_rest >= LINTS_GOAL { "  too slow" } else { "" },
        );
    }
}

fn growth(variants: &[Variant]) {
    println!("\ngrowth: nanoseconds of check per input byte, and check / events");
    println!("{:<16} {:>15} {:>15} {:>15}", "variant", "1k", "10k", "100k");
    for &variant in variants {
        let cell = |count: usize, rounds: usize| {
            let text: Arc<str> = generate(variant, count).into();
            let best = measure(&text, rounds);
            let per_byte = best.check.as_nanos() as f64 / text.len() as f64;
            format!("{per_byte:.1} ({:.2})", best.check.as_secs_f64() / best.events.as_secs_f64())
        };
        println!(
            "{:<16} {:>15} {:>15} {:>15}",
            variant.name(),
            cell(1_000, 20),
            cell(10_000, 6),
            cell(100_000, 2)
        );
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
