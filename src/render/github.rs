//! `github`: workflow commands that GitHub shows as annotations.

use super::Report;
use crate::diag::Severity;

/// Renders a report.
pub fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for d in report.diagnostics {
        let command = match d.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let span = d.primary.span;
        let file = report.sources.file(span.file);
        let (start, end) = (file.position(span.start as usize), file.position(span.end as usize));
        let mut place = format!("file={},line={},endLine={}", property(&file.name), start.line, end.line);
        // GitHub ignores columns of an annotation that spans lines, with a warning.
        if start.line == end.line {
            place += &format!(",col={},endColumn={}", start.column, end.column);
        }
        let mut message = data(&d.message);
        if let Some(help) = &d.help {
            message += &format!("%0Ahelp: {}", data(help));
        }
        out += &format!("::{command} {place},title={}::{message}\n", property(d.check.name));
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
