//! `gitlab`: a Code Quality report, as GitLab shows it in merge requests.

use super::fingerprint::fingerprints;
use super::{Report, json};
use crate::diag::{Diagnostic, Severity};
use serde::Serialize;

/// One finding, in the keys that GitLab reads.
#[derive(Serialize)]
struct Entry {
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
    let entries: Vec<Entry> = entries.map(|(d, fingerprint)| entry(report, d, fingerprint)).collect();
    json::to_text(&entries)
}

fn entry(report: &Report<'_>, d: &Diagnostic, fingerprint: String) -> Entry {
    let file = report.sources.file(d.primary.span.file);
    let line = |offset: u32| file.position(offset as usize).line;
    let (begin, end) = (line(d.primary.span.start), line(d.primary.span.end));
    let mut description = d.message.clone();
    if let Some(help) = &d.help {
        description += &format!("; {help}");
    }
    Entry {
        description,
        check_name: d.check.name,
        fingerprint,
        severity: severity(d.severity),
        location: Location { path: path(&file.name, report.base), lines: Lines { begin, end } },
    }
}

/// By consequence: Falco refuses an error, a warning does not do what was meant.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Info => "info",
    }
}

/// Paths count from the top of the repository, where a job starts.
fn path(name: &str, base: Option<&str>) -> String {
    let name = name.replace('\\', "/");
    let base = base.map(|base| base.replace('\\', "/") + "/");
    let inside = base.and_then(|base| name.strip_prefix(&base).map(str::to_owned)).unwrap_or(name);
    inside.trim_start_matches("./").to_owned()
}
