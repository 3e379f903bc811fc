//! `gitlab`: a Code Quality report, which GitLab shows in merge requests.

use super::fingerprint::fingerprints;
use super::{Report, json};
use crate::diag::{Diagnostic, Severity};
use serde::Serialize;

/// One finding with the keys that GitLab reads.
#[derive(Serialize)]
struct CodeQualityIssue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Renders a report: an array, empty without findings.
pub fn render(report: &Report<'_>) -> String {
    let names = fingerprints(report.sources, report.diagnostics);
    let entries = report.diagnostics.iter().zip(names);
    let entries: Vec<CodeQualityIssue> =
        entries.map(|(d, fingerprint)| entry(report, d, fingerprint)).collect();
    json::to_text(&entries)
}

fn entry(report: &Report<'_>, d: &Diagnostic, fingerprint: String) -> CodeQualityIssue {
    let file = report.sources.file(d.primary.span.file);
    let line = |offset: u32| file.position(offset as usize).line;
    let (begin, end) = (line(d.primary.span.start), line(d.primary.span.end));
    let mut description = d.message.clone();
    if let Some(help) = &d.help {
        description += &format!("; {help}");
    }
    CodeQualityIssue {
        description,
        check_name: d.check.name,
        fingerprint,
        severity: severity(d.severity),
        location: Location { path: path(&file.name, report.base), lines: Lines { begin, end } },
    }
}

/// The severity by consequence: Falco refuses an error; a rule with a warning does not do what its author meant.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Info => "info",
    }
}

/// The path relative to the top of the repository, where a job starts.
fn path(name: &str, base: Option<&str>) -> String {
    let name = name.replace('\\', "/");
    let base = base.map(|base| base.replace('\\', "/") + "/");
    let inside = base.and_then(|base| name.strip_prefix(&base).map(str::to_owned)).unwrap_or(name);
    inside.trim_start_matches("./").to_owned()
}
