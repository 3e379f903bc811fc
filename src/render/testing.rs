//! Results of tests, for people and for programs (docs/json.md).

use super::{counted, visible};
use crate::source::SourceMap;
use crate::testing::coverage::{Missing, Summary as Coverage};
use crate::testing::explanation::{Compared, LineColumn, PartKind, Reason, at};
use crate::testing::{Explanation, Failure, Outcome};
use serde::Serialize;

/// Version of the JSON; raised by incompatible changes.
pub const SCHEMA_VERSION: u32 = 1;

/// The data of a report.
#[derive(Debug, Clone, Copy)]
pub struct TestReport<'a> {
    /// The test files.
    pub sources: &'a SourceMap,
    /// The tests that were run.
    pub outcomes: &'a [Outcome],
    /// What they did not cover, with `--coverage`.
    pub coverage: Option<&'a Coverage>,
}

impl TestReport<'_> {
    /// How many tests failed.
    pub fn failed(&self) -> usize {
        self.outcomes.iter().filter(|outcome| !outcome.failures.is_empty()).count()
    }

    /// The counts in one line.
    pub fn line(&self) -> String {
        let passed = self.outcomes.len() - self.failed();
        let files = counted(self.sources.files().count(), "file");
        match self.failed() {
            _ if self.outcomes.is_empty() => format!("no tests to run in {files}"),
            0 => format!("{} passed in {files}", counted(passed, "test")),
            failed => format!("{} failed, {passed} passed in {files}", counted(failed, "test")),
        }
    }
}

/// The report for people: tests that failed and why, then coverage. Empty or ends with a line break.
pub fn text(report: &TestReport<'_>) -> String {
    let mut out = String::new();
    for outcome in report.outcomes.iter().filter(|outcome| !outcome.failures.is_empty()) {
        let place = at(report.sources, outcome.span);
        out += &format!("FAILED {} {}\n", short(&place), visible(&outcome.name));
        out += &failures(report.sources, outcome);
        out.push('\n');
    }
    if let Some(coverage) = report.coverage {
        out += &coverage_text(coverage);
    }
    out
}

/// The unmet expectations of a test, the reasons, and their events.
pub fn failures(sources: &SourceMap, outcome: &Outcome) -> String {
    let mut out: String = outcome.failures.iter().map(|found| failure(sources, found)).collect();
    let mut shown = Vec::new();
    for why in outcome.failures.iter().filter_map(|failure| failure.why.as_ref()) {
        if !shown.contains(&&why.event) {
            shown.push(&why.event);
            out += &format!("  {}\n", event(why));
        }
    }
    out
}

fn failure(sources: &SourceMap, failure: &Failure) -> String {
    let place = at(sources, failure.span);
    let mut out = format!("  {}: {}\n", short(&place), visible(&failure.message));
    if let Some((expected, actual)) = &failure.differs {
        out += &format!("    expected  {}\n    actual    {}\n", visible(expected), visible(actual));
    }
    if let Some(why) = &failure.why {
        condition(why).lines().for_each(|line| out += &format!("    {line}\n"));
    }
    out
}

/// Why a rule fires on an event or does not.
pub fn explanation(why: &Explanation) -> String {
    format!("{}{}\n", condition(why), event(why))
}

fn condition(why: &Explanation) -> String {
    let says = if why.condition.holds { "matches" } else { "does not match" };
    let mut out = format!("{}: `{}` {says}\n", short(&why.at), visible(&why.rule));
    reason(&why.condition, "", 1, &mut out);
    out
}

fn event(why: &Explanation) -> String {
    format!("event: {}", cut(&why.event.to_string(), 600))
}

fn reason(of: &Reason, before: &str, depth: usize, out: &mut String) {
    let mark = if of.holds { '✓' } else { '✗' };
    line(of, mark, before, depth, out);
}

/// Writes a part of a condition. Parts that share a line in the rules share one here; the mark is that of the whole.
fn line(of: &Reason, mark: char, before: &str, depth: usize, out: &mut String) {
    let text = of.text.as_deref().map(|text| cut(text, 160)).unwrap_or_default();
    let inner = of.parts.first();
    let words = match (of.kind, inner) {
        (PartKind::Not, Some(inner)) => return line(inner, mark, &format!("{before}not "), depth, out),
        (PartKind::Macro, Some(inner)) => {
            // A macro that joins parts is followed by these, any other by its condition.
            let joined = matches!(inner.kind, PartKind::And | PartKind::Or);
            let how = if inner.kind == PartKind::And { "all of" } else { "any of" };
            push(
                out,
                depth,
                mark,
                &format!("{before}{text}{}", if joined { format!(": {how}") } else { ":".into() }),
            );
            match joined {
                true => inner.parts.iter().for_each(|part| reason(part, "", depth + 1, out)),
                false => reason(inner, "", depth + 1, out),
            }
            return;
        }
        (PartKind::And, _) => "all of".to_owned(),
        (PartKind::Or, _) => "any of".to_owned(),
        (PartKind::Constant, _) => "always or never".to_owned(),
        _ => format!("{text}  ← {}", values(&of.values)),
    };
    push(out, depth, mark, &format!("{before}{words}"));
    of.parts.iter().for_each(|part| reason(part, "", depth + 1, out));
}

fn push(out: &mut String, depth: usize, mark: char, words: &str) {
    // Bounds the indentation of deep conditions.
    *out += &format!("{:width$}{mark} {words}\n", "", width = 2 * depth.min(40));
}

fn values(all: &[Compared]) -> String {
    let value = |compared: &Compared| match &compared.value {
        Some(value) => format!("\"{}\"", cut(value, 120)),
        None => "absent".to_owned(),
    };
    match all {
        [only] => value(only),
        all => all
            .iter()
            .map(|one| format!("{} is {}", cut(&one.what, 80), value(one)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn cut(text: &str, longest: usize) -> String {
    let text = visible(text);
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
        None => text.into_owned(),
    }
}

fn short(place: &LineColumn) -> String {
    format!("{}:{}:{}", visible(&place.file), place.line, place.column)
}

fn coverage_text(coverage: &Coverage) -> String {
    let mut out = format!(
        "coverage: {} of {} fired, {} of {} both true and false\n",
        coverage.fired,
        counted(coverage.rules, "rule"),
        coverage.decided,
        counted(coverage.comparisons, "comparison"),
    );
    for (missing, what) in [
        (&coverage.never_fired, "never fired"),
        (&coverage.never_true, "never true"),
        (&coverage.never_false, "never false"),
    ] {
        for Missing { text, at } in missing {
            out += &format!("  {}: {what}: {}\n", short(at), cut(text, 160));
        }
    }
    out
}

#[derive(Serialize)]
struct TestsDocument<'a> {
    schema_version: u32,
    summary: Numbers,
    tests: Vec<Test<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<&'a Coverage>,
}

#[derive(Serialize)]
struct Numbers {
    files: usize,
    tests: usize,
    passed: usize,
    failed: usize,
}

#[derive(Serialize)]
struct Test<'a> {
    name: &'a str,
    at: LineColumn,
    passed: bool,
    events: usize,
    fired: &'a [String],
    failures: Vec<Unmet<'a>>,
}

#[derive(Serialize)]
struct Unmet<'a> {
    message: &'a str,
    at: LineColumn,
    expected: Option<&'a str>,
    actual: Option<&'a str>,
    why: Option<&'a Explanation>,
}

/// The report as JSON.
pub fn json(report: &TestReport<'_>) -> String {
    let unmet = |failure: &'_ Failure| at(report.sources, failure.span);
    let tests = report.outcomes.iter().map(|outcome| Test {
        name: &outcome.name,
        at: at(report.sources, outcome.span),
        passed: outcome.failures.is_empty(),
        events: outcome.events,
        fired: &outcome.fired,
        failures: outcome
            .failures
            .iter()
            .map(|failure| Unmet {
                message: &failure.message,
                at: unmet(failure),
                expected: failure.differs.as_ref().map(|(expected, _)| expected.as_str()),
                actual: failure.differs.as_ref().map(|(_, actual)| actual.as_str()),
                why: failure.why.as_ref(),
            })
            .collect(),
    });
    let (tests, failed) = (tests.collect::<Vec<_>>(), report.failed());
    let summary = Numbers {
        files: report.sources.files().count(),
        tests: tests.len(),
        passed: tests.len() - failed,
        failed,
    };
    to_text(&TestsDocument { schema_version: SCHEMA_VERSION, summary, tests, coverage: report.coverage })
}

/// A value as JSON in one line: indentation would be most of a deep condition.
fn to_text(value: &impl Serialize) -> String {
    // Serialising plain data to a string cannot fail.
    serde_json::to_string(value).unwrap_or_default() + "\n"
}

/// An explanation as JSON.
pub fn explanation_json(why: &Explanation) -> String {
    #[derive(Serialize)]
    struct ExplanationDocument<'a> {
        schema_version: u32,
        #[serde(flatten)]
        why: &'a Explanation,
    }
    to_text(&ExplanationDocument { schema_version: SCHEMA_VERSION, why })
}
