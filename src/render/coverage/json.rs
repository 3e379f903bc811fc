//! `json`: everything, for programs and as a baseline. Described in docs/json.md.

use super::super::json::to_text;
use super::{CoverageReport, place};
use crate::coverage::{Control, Covered, EventCovered};
use crate::diag::Diagnostic;
use serde_json::{Value, json};

/// Raised when a program that reads the present form could no longer do so.
pub const SCHEMA_VERSION: u32 = 1;

/// The report as JSON.
pub fn render(report: &CoverageReport<'_>) -> String {
    let benchmark = report.benchmark;
    let hidden = report.coverage.hidden.iter();
    let posture = benchmark.posture.iter().map(|(id, posture)| {
        json!({
            "id": id,
            "title": posture.title,
            "title_ja": posture.title_ja,
            "reason": posture.en,
            "reason_ja": posture.ja,
        })
    });
    to_text(&json!({
        "schema_version": SCHEMA_VERSION,
        "benchmark": benchmark.name,
        "scope": benchmark.scope.name(),
        "load_errors": report.load_errors.iter().map(|found| load_error(report, found)).collect::<Vec<_>>(),
        "hypothetical": report.hypothetical,
        "counted": report.names(&report.coverage.counted),
        "hidden": hidden
            .map(|hidden| json!({ "rule": report.name(hidden.rule), "by": report.name(hidden.by) }))
            .collect::<Vec<_>>(),
        "presumes": benchmark.presumes.iter().map(|words| json!({ "en": words.en, "ja": words.ja })).collect::<Vec<_>>(),
        "controls": report.controls().map(|(control, covered)| of(report, control, covered)).collect::<Vec<_>>(),
        "posture": posture.collect::<Vec<_>>(),
    }))
}

fn load_error(report: &CoverageReport<'_>, found: &Diagnostic) -> Value {
    let span = report.sources.outward(found.primary.span);
    let file = report.sources.file(span.file);
    let place = file.position(span.start as usize);
    json!({
        "check": found.check.name,
        "message": found.message,
        "file": file.name,
        "line": place.line,
        "column": place.column,
    })
}

fn of(report: &CoverageReport<'_>, control: &Control, covered: &Covered) -> Value {
    let findings = covered.findings.iter().map(|finding| {
        json!({
            "type": finding.finding,
            "severity": finding.severity.name(),
            "extent": finding.extent.name(),
        })
    });
    let errata = control.errata.iter().map(|erratum| json!({ "en": erratum.en, "ja": erratum.ja }));
    json!({
        "id": control.id,
        "title": control.title,
        "title_ja": control.title_ja,
        "verdict": covered.verdict.name(),
        "purpose": covered.purpose.name(),
        "guardduty": findings.collect::<Vec<_>>(),
        "rules": report.names(&covered.rules),
        "witness": covered.witness.as_ref().map(|witness| &witness.record),
        "reason": covered.reason,
        "errata": errata.collect::<Vec<_>>(),
        "events": covered.events.iter().map(|event| event_of(report, event)).collect::<Vec<_>>(),
        "hardening": covered.hardening.iter().map(|event| beyond(report, event)).collect::<Vec<_>>(),
    })
}

fn event_of(report: &CoverageReport<'_>, event: &EventCovered) -> Value {
    let narrowed = event.narrowed.iter().flat_map(|narrowed| {
        narrowed.clauses.iter().map(|&span| {
            let span = report.sources.outward(span);
            let file = report.sources.file(span.file);
            let place = file.position(span.start as usize);
            json!({
                "rule": report.name(narrowed.rule),
                "file": file.name,
                "line": place.line,
                "column": place.column,
                "clause": place::text(report.sources, span),
            })
        })
    });
    json!({
        "name": event.row.name,
        "source": event.row.source,
        "status": event.status.name(),
        "rules": report.names(&event.rules),
        "incidental": report.names(&event.incidental),
        "narrowed": narrowed.collect::<Vec<_>>(),
        "witness": event.witness.as_ref().map(|witness| &witness.record),
        "reason": event.reason,
    })
}

fn beyond(report: &CoverageReport<'_>, event: &EventCovered) -> Value {
    json!({
        "name": event.row.name,
        "source": event.row.source,
        "status": event.status.name(),
        "rules": report.names(&event.rules),
    })
}
