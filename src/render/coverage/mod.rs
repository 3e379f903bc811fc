//! Coverage reports, one file for each format.

pub mod html;
pub mod json;
pub mod markdown;
mod place;
pub mod terminal;
mod words;

pub use words::Lang;

use super::counted;
use crate::coverage::{Benchmark, Control, Coverage, Covered, EventCovered, Status};
use crate::diag::Diagnostic;
use crate::sema::ir::Rule;
use crate::source::SourceMap;

/// The data of a report.
#[derive(Clone, Copy, Debug)]
pub struct CoverageReport<'a> {
    /// The rules files.
    pub sources: &'a SourceMap,
    /// The rules, by index.
    pub rules: &'a [Rule],
    /// The benchmark.
    pub benchmark: &'a Benchmark,
    /// The coverage of the benchmark.
    pub coverage: &'a Coverage,
    /// Why Falco refuses to load the rules.
    pub load_errors: &'a [Diagnostic],
    /// Rules count although Falco refuses to load them.
    pub hypothetical: bool,
    /// Show GuardDuty findings.
    pub findings: bool,
    /// Language of the words.
    pub lang: Lang,
    /// Use colours; only the terminal does.
    pub color: bool,
}

impl<'a> CoverageReport<'a> {
    fn controls(&self) -> impl Iterator<Item = (&'a Control, &'a Covered)> + use<'a> {
        self.benchmark.controls.iter().zip(&self.coverage.controls)
    }

    fn name(&self, rule: usize) -> &'a str {
        self.rules.get(rule).map_or("", |rule| &rule.name)
    }

    fn names(&self, rules: &[usize]) -> Vec<&'a str> {
        rules.iter().map(|&rule| self.name(rule)).collect()
    }

    /// The load errors as `file:line: message`.
    fn load_errors(&self) -> impl Iterator<Item = String> + use<'a> {
        let sources = self.sources;
        self.load_errors
            .iter()
            .map(move |found| format!("{}: {}", place::at(sources, found.primary.span), found.message))
    }

    /// The sentence above a report of rules that do not load.
    fn refusal(&self) -> Option<words::Both> {
        match self.hypothetical {
            _ if self.load_errors.is_empty() => None,
            false => Some(words::REFUSED),
            true => Some(words::HYPOTHETICAL),
        }
    }

    /// Title of a control in the report's language.
    fn title_of(&self, control: &'a Control) -> &'a str {
        self.lang.pick((&control.title, &control.title_ja))
    }

    /// How many rules count, in words.
    fn counted(&self, lang: Lang) -> String {
        let count = self.coverage.counted.len();
        match lang {
            Lang::En => format!("{} {}", counted(count, "rule"), if count == 1 { "counts" } else { "count" }),
            Lang::Ja => format!("{count} 件のルールが対象"),
        }
    }

    fn title(&self) -> &'a str {
        match self.lang {
            Lang::En => &self.benchmark.title,
            Lang::Ja => &self.benchmark.title_ja,
        }
    }
}

/// How many events are covered, and how many there are.
fn covered_events(events: &[EventCovered]) -> (usize, usize) {
    (events.iter().filter(|event| event.status == Status::Covered).count(), events.len())
}

/// `3/16`; empty for none.
fn ratio(events: &[EventCovered]) -> String {
    match covered_events(events) {
        (_, 0) => String::new(),
        (covered, all) => format!("{covered}/{all}"),
    }
}

/// ✓, ~, ✗ or ?.
fn mark(status: Status) -> &'static str {
    match status {
        Status::Covered => "✓",
        Status::Conditional => "~",
        Status::Missing => "✗",
        Status::Unknown => "?",
    }
}
