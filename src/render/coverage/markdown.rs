//! `markdown`: for a comment on a pull request.

use super::words::{self, Both, Lang};
use super::{CoverageReport, mark, place, ratio};
use crate::coverage::{Covered, Status, Verdict};
use maud::html;
use std::fmt::Write as _;

/// The report as GitHub's Markdown.
pub fn render(report: &CoverageReport<'_>) -> String {
    let word = |both: Both| report.lang.pick(both);
    let scope = word(words::scope(report.benchmark.scope));
    let mut out = format!(
        "## {}: {} ({} {scope})\n\n",
        word(words::COVERAGE),
        escaped(report.title()),
        word(words::SCOPE)
    );
    if let Some(words) = report.refusal() {
        let _ = writeln!(out, "**❌ {}**\n", word(words));
        for error in report.load_errors() {
            let _ = writeln!(out, "- {}", escaped(&error));
        }
        out.push('\n');
    }
    let findings = if report.findings { format!(" {} |", word(words::GUARDDUTY)) } else { String::new() };
    let rule = if report.findings { "---|" } else { "" };
    let _ = writeln!(
        out,
        "| | {} | {} | {} | {} | {} |{findings}\n|---|---|---|---|---|---|{rule}",
        word(words::CONTROL),
        word(words::PROVED),
        word(words::PURPOSE),
        word(words::EVENTS),
        word(words::RULES)
    );
    for (control, covered) in report.controls() {
        let title = report.title_of(control);
        let rules: Vec<String> = report.names(&covered.rules).into_iter().map(escaped).collect();
        let _ = write!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            escaped(&control.id),
            escaped(title),
            verdict(report, covered.verdict),
            covered.purpose.mark(),
            ratio(&covered.events),
            rules.join(", ")
        );
        if report.findings {
            let findings: Vec<String> = covered
                .findings
                .iter()
                .map(|found| {
                    format!("{} ({}, {})", found.finding, found.severity.name(), found.extent.name())
                })
                .collect();
            let _ = write!(out, " {} |", escaped(&findings.join(", ")));
        }
        out.push('\n');
    }
    for (control, covered) in report.controls().filter(|(_, covered)| covered.verdict != Verdict::Full) {
        let summary = html! { summary { (control.id) " " (report.title_of(control)) } };
        let _ = writeln!(out, "\n<details>{}\n", summary.into_string());
        gaps(report, covered, &mut out);
        out += "\n</details>\n";
    }
    closing(report, &mut out);
    out
}

fn verdict(report: &CoverageReport<'_>, verdict: Verdict) -> String {
    let word = report.lang.pick(words::verdict(verdict));
    match verdict {
        Verdict::Full => format!("✅ {word}"),
        Verdict::Partial => format!("⚠️ {word}"),
        Verdict::None => format!("❌ {word}"),
        Verdict::Unknown => format!("❔ {word}"),
    }
}

fn gaps(report: &CoverageReport<'_>, covered: &Covered, out: &mut String) {
    for event in covered.events.iter().filter(|event| event.status != Status::Covered) {
        let rules: Vec<String> = report.names(&event.rules).into_iter().map(escaped).collect();
        let status = report.lang.pick(words::status(event.status));
        let _ = write!(out, "- {} `{}` {status}", mark(event.status), event.row.name);
        if !rules.is_empty() {
            let _ = write!(out, ": {}", rules.join(", "));
        }
        out.push('\n');
        for &span in event.narrowed.iter().flat_map(|narrowed| &narrowed.clauses) {
            let clause = place::text(report.sources, span).replace('`', "'");
            let at = place::at(report.sources, span);
            let _ = writeln!(out, "  - {} `{clause}` ({})", report.lang.pick(words::NARROWED), escaped(&at));
        }
        if let Some(reason) = &event.reason {
            let _ = writeln!(out, "  - {}", escaped(reason));
        }
    }
    if let Some(reason) = &covered.reason {
        let _ = writeln!(out, "- {}", escaped(reason));
    }
    if let Some(witness) = &covered.witness {
        let record = serde_json::to_string_pretty(&witness.record).unwrap_or_default();
        let fence = "`".repeat(longest_run(&record).max(2) + 1);
        let _ = writeln!(out, "\n{}:\n\n{fence}json\n{record}\n{fence}", report.lang.pick(words::WITNESS));
    }
}

fn closing(report: &CoverageReport<'_>, out: &mut String) {
    let word = |both: Both| report.lang.pick(both);
    if !report.coverage.hidden.is_empty() {
        let _ = writeln!(out, "\n{}:\n", word(words::HIDDEN));
        for hidden in &report.coverage.hidden {
            let _ = writeln!(
                out,
                "- {} < {}",
                escaped(report.name(hidden.rule)),
                escaped(report.name(hidden.by))
            );
        }
    }
    let _ = writeln!(out, "\n{}", word(words::LEGEND));
    if report.findings {
        let _ = writeln!(out, "{}", word(words::COMPLEMENT));
    }
    let _ = writeln!(out, "\n{}:\n", word(words::PRESUMES));
    for presumed in &report.benchmark.presumes {
        let _ = writeln!(out, "- {}", escaped(report.lang.pick((&presumed.en, &presumed.ja))));
    }
    for (id, posture) in &report.benchmark.posture {
        let (title, why) = match report.lang {
            Lang::En => (&posture.title, &posture.en),
            Lang::Ja => (&posture.title_ja, &posture.ja),
        };
        let _ =
            writeln!(out, "- {}: {} {}. {}", word(words::POSTURE), escaped(id), escaped(title), escaped(why));
    }
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Text that Markdown takes as such, in a table too.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' => out.extend(['\\', c]),
            '<' => out += "&lt;",
            '&' => out += "&amp;",
            _ => out.push(c),
        }
    }
    out
}
