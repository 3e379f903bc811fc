//! `concise`: `file:line:col: severity[name] message`, one line each.

use super::{Report, visible};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Renders a report.
pub fn render(report: &Report<'_>) -> String {
    let mut out = String::with_capacity(128 * report.diagnostics.len());
    let mut last = (None, Cow::default());
    for d in report.diagnostics {
        let id = d.primary.span.file;
        let file = report.sources.file(id);
        if last.0 != Some(id) {
            last = (Some(id), visible(&file.name));
        }
        let at = file.position(d.primary.span.start as usize);
        let (name, message) = (&last.1, visible(&d.message));
        let (line, column, severity, check) = (at.line, at.column, d.severity.name(), d.check.name);
        let _ = writeln!(out, "{name}:{line}:{column}: {severity}[{check}] {message}");
    }
    out
}
