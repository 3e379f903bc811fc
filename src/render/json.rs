//! `json`: all data of findings, for programs. Described in docs/json.md.

use super::{Report, Summary};
use crate::diag::{Diagnostic, Fix, Label};
use crate::source::{Position, SourceMap, Span};
use serde::Serialize;

/// Version of the JSON; raised by incompatible changes.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct FindingsDocument<'a> {
    schema_version: u32,
    summary: Summary,
    diagnostics: Vec<JsonFinding<'a>>,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'a str,
    message: &'a str,
    file: &'a str,
    start: JsonPosition,
    end: JsonPosition,
    labels: Vec<Mark<'a>>,
    help: Option<&'a str>,
    fix: Option<Mending<'a>>,
    falco: Option<Falco<'a>>,
}

/// 1-based line and column, the column in characters; 0-based offset in bytes.
#[derive(Serialize)]
struct JsonPosition {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Mark<'a> {
    primary: bool,
    message: &'a str,
    file: &'a str,
    start: JsonPosition,
    end: JsonPosition,
}

#[derive(Serialize)]
struct Mending<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    file: &'a str,
    start: JsonPosition,
    end: JsonPosition,
    text: &'a str,
}

#[derive(Serialize)]
struct Falco<'a> {
    code: &'a str,
    message: &'a str,
}

/// Renders a report.
pub fn render(report: &Report<'_>) -> String {
    let diagnostics = report.diagnostics.iter().map(|d| entry(report.sources, d)).collect();
    let document = FindingsDocument { schema_version: SCHEMA_VERSION, summary: report.summary, diagnostics };
    to_text(&document)
}

/// A value as indented JSON with a line break at the end.
pub fn to_text(value: &impl Serialize) -> String {
    // Serialising plain data to a string cannot fail.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn entry<'a>(sources: &'a SourceMap, d: &'a Diagnostic) -> JsonFinding<'a> {
    let (file, start, end) = range(sources, d.primary.span);
    let mark = |label: &'a Label, primary| {
        let (file, start, end) = range(sources, label.span);
        Mark { primary, message: &label.text, file, start, end }
    };
    let labels = std::iter::once(mark(&d.primary, true)).chain(d.labels.iter().map(|l| mark(l, false)));
    JsonFinding {
        code: d.check.code,
        name: d.check.name,
        severity: d.severity.name(),
        message: &d.message,
        file,
        start,
        end,
        labels: labels.collect(),
        help: d.help.as_deref(),
        fix: d.fix.as_ref().map(|fix| mending(sources, fix)),
        falco: d.falco.as_ref().map(|says| Falco { code: says.code.name(), message: &says.message }),
    }
}

fn mending<'a>(sources: &'a SourceMap, fix: &'a Fix) -> Mending<'a> {
    let edits = fix.edits.iter().map(|edit| {
        let (file, start, end) = range(sources, edit.span);
        Change { file, start, end, text: &edit.text }
    });
    Mending { title: &fix.title, safe: fix.safe, edits: edits.collect() }
}

fn range(sources: &SourceMap, span: Span) -> (&str, JsonPosition, JsonPosition) {
    let file = sources.file(span.file);
    let place = |offset: u32| {
        let Position { line, column, offset } = file.position(offset as usize);
        JsonPosition { line, column, offset }
    };
    (&file.name, place(span.start), place(span.end))
}
