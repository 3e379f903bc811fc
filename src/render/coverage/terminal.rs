//! `full`: a table for people, and below each control what is not covered and why.

use super::words::{self, Both, Lang};
use super::{CoverageReport, mark, place, ratio};
use crate::coverage::guardduty::Extent;
use crate::coverage::{Covered, EventCovered, Status, Verdict};
use crate::render::table::{pad, width};
use std::fmt::Write as _;
use textwrap::core::Word;
use textwrap::{Options, WordSeparator, fill};

/// Columns of a line of names.
const WIDTH: usize = 100;

/// The report as text.
pub fn render(report: &CoverageReport<'_>) -> String {
    let mut out = String::new();
    refusal(report, &mut out);
    heading(report, &mut out);
    let line = |cells: [&str; 5]| {
        let widths = [6, 8, 8, 7];
        let padded = cells.iter().zip(widths).map(|(cell, width)| pad(cell, width));
        format!("{}{}\n", padded.collect::<Vec<_>>().join(" "), format_args!(" {}", cells[4]))
            .trim_end()
            .to_owned()
            + "\n"
    };
    let word = |both: Both| report.lang.pick(both);
    out += &line(["", word(words::PROVED), word(words::PURPOSE), word(words::EVENTS), word(words::CONTROL)]);
    for (control, covered) in report.controls() {
        let title = report.title_of(control);
        let verdict = word(words::verdict(covered.verdict));
        let row = line([&control.id, verdict, covered.purpose.mark(), &ratio(&covered.events), title]);
        out += &colored(report, &row, covered.verdict);
        gaps(report, covered, &mut out);
        for erratum in &control.errata {
            let text = report.lang.pick((&erratum.en, &erratum.ja));
            let _ = writeln!(out, "       ! {text}");
        }
    }
    below(report, &mut out);
    out
}

/// What comes first if the rules do not load.
fn refusal(report: &CoverageReport<'_>, out: &mut String) {
    let Some(words) = report.refusal() else { return };
    let (start, end) = if report.color { ("\x1b[31m", "\x1b[0m") } else { ("", "") };
    let _ = writeln!(out, "{start}{}:{end}", report.lang.pick(words));
    for error in report.load_errors() {
        let _ = writeln!(out, "  {error}");
    }
    out.push('\n');
}

fn heading(report: &CoverageReport<'_>, out: &mut String) {
    let scope = report.lang.pick(words::scope(report.benchmark.scope));
    let scope_word = report.lang.pick(words::SCOPE);
    let counted = report.counted(report.lang);
    let _ = writeln!(out, "{}, {scope_word} {scope}: {counted}\n", report.title());
}

fn gaps(report: &CoverageReport<'_>, covered: &Covered, out: &mut String) {
    let of = |status: Status| covered.events.iter().filter(move |event| event.status == status);
    for event in of(Status::Conditional) {
        conditional(report, event, out);
    }
    for event in of(Status::Unknown) {
        let reason = event.reason.as_deref().unwrap_or_default();
        let _ = writeln!(out, "       ? {}: {reason}", event.row.name);
    }
    let missing: Vec<&str> = of(Status::Missing).map(|event| &*event.row.name).collect();
    wrap(out, "       ✗ ", &missing);
    if covered.verdict != Verdict::Full && covered.events.is_empty() && !covered.rules.is_empty() {
        wrap(out, "       ~ ", &report.names(&covered.rules));
    }
    if let Some(reason) = &covered.reason {
        let _ = writeln!(out, "       ? {reason}");
    }
    if let Some(witness) = &covered.witness {
        let _ = writeln!(out, "       {}: {}", report.lang.pick(words::WITNESS), summary(&witness.record));
    }
    if report.findings && !covered.findings.is_empty() {
        // What comes near is many and says little.
        let (near, shown): (Vec<_>, Vec<_>) =
            covered.findings.iter().partition(|finding| finding.extent == Extent::Adjacent);
        let named = shown.iter().map(|finding| {
            format!("{} ({}, {})", finding.finding, finding.severity.name(), finding.extent.name())
        });
        let near =
            (!near.is_empty()).then(|| format!("{} {}", near.len(), report.lang.pick(words::ADJACENT)));
        let findings: Vec<String> = named.chain(near).collect();
        wrap(out, "       GuardDuty: ", &findings.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

/// More rules than this are counted, not named, where an event has many.
const SHOWN: usize = 3;

fn conditional(report: &CoverageReport<'_>, event: &EventCovered, out: &mut String) {
    let lead = format!("       {} {}: ", mark(event.status), event.row.name);
    let mut names = report.names(&event.rules);
    let more = format!("+ {}", names.len().saturating_sub(SHOWN));
    if names.len() > SHOWN {
        names.truncate(SHOWN);
        names.push(&more);
    }
    wrap(out, &lead, &names);
    for &span in event.narrowed.iter().take(SHOWN).flat_map(|narrowed| &narrowed.clauses) {
        let at = place::at(report.sources, span);
        let _ = writeln!(out, "           {} {at}", report.lang.pick(words::NARROWED));
        for line in place::lines(report.sources, span) {
            let _ = writeln!(out, "             {}{}{}", line.before, line.clause, line.after);
            let under = "^".repeat(width(line.clause).max(1));
            let _ = writeln!(out, "             {}{under}", " ".repeat(width(line.before)));
        }
    }
}

fn below(report: &CoverageReport<'_>, out: &mut String) {
    let word = |both: Both| report.lang.pick(both);
    for (id, posture) in &report.benchmark.posture {
        let (title, why) = match report.lang {
            Lang::En => (&posture.title, &posture.en),
            Lang::Ja => (&posture.title_ja, &posture.ja),
        };
        let _ = writeln!(out, "\n{}: {id} {title}. {why}", word(words::POSTURE));
    }
    let (covered, all) = report.coverage.controls.iter().fold((0, 0), |(covered, all), control| {
        let (more, of) = super::covered_events(&control.hardening);
        (covered + more, all + of)
    });
    if all > 0 {
        let _ = writeln!(out, "{}: {covered}/{all}", word(words::HARDENING));
    }
    if !report.coverage.hidden.is_empty() {
        let _ = writeln!(out, "{}:", word(words::HIDDEN));
        for hidden in &report.coverage.hidden {
            let _ = writeln!(out, "  {} < {}", report.name(hidden.rule), report.name(hidden.by));
        }
    }
    let _ = writeln!(out, "\n{}", word(words::LEGEND));
    if report.findings {
        let _ = writeln!(out, "{}", word(words::COMPLEMENT));
    }
    let _ = writeln!(out, "{}:", word(words::PRESUMES));
    for presumed in &report.benchmark.presumes {
        let _ = writeln!(out, "- {}", report.lang.pick((&presumed.en, &presumed.ja)));
    }
}

/// What tells one record from another, in a few words.
fn summary(record: &serde_json::Value) -> String {
    let pointers = ["/eventName", "/eventSource", "/userIdentity/type", "/errorCode"];
    let parts = pointers.iter().filter_map(|pointer| record.pointer(pointer)?.as_str());
    parts.collect::<Vec<_>>().join(" · ")
}

fn wrap(out: &mut String, lead: &str, names: &[&str]) {
    if names.is_empty() {
        return;
    }
    let indent = " ".repeat(width(lead));
    let options = Options::new(WIDTH)
        .initial_indent(lead)
        .subsequent_indent(&indent)
        .break_words(false)
        // A name may have blanks in it.
        .word_separator(WordSeparator::Custom(|names| Box::new(names.split_inclusive(", ").map(Word::from))));
    *out += &fill(&names.join(", "), options);
    out.push('\n');
}

fn colored(report: &CoverageReport<'_>, text: &str, verdict: Verdict) -> String {
    let code = match verdict {
        Verdict::Full => "32",
        Verdict::Partial => "33",
        Verdict::None => "31",
        Verdict::Unknown => "35",
    };
    match report.color {
        true => format!("\x1b[{code}m{}\x1b[0m\n", text.trim_end()),
        false => text.to_owned(),
    }
}
