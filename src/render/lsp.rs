//! `lsp`: what a language server would publish, one line per file, clean files included.

use super::{Report, uri};
use crate::diag::{Diagnostic, Severity};
use crate::source::{FileId, SourceFile, Span, floor_char_boundary};
use serde_json::{Value, json};

/// Renders a report.
pub fn render(report: &Report<'_>) -> String {
    let files = report.sources.given();
    files.map(|(id, file)| format!("{}\n", params(report, id, file))).collect()
}

fn params(report: &Report<'_>, id: FileId, file: &SourceFile) -> Value {
    let own = report.diagnostics.iter().filter(|d| d.primary.span.file == id);
    let diagnostics: Vec<Value> = own.map(|d| diagnostic(report, file, d)).collect();
    json!({"uri": uri::of_file(&file.name, report.base), "diagnostics": diagnostics})
}

fn diagnostic(report: &Report<'_>, file: &SourceFile, d: &Diagnostic) -> Value {
    let severity = match d.severity {
        Severity::Error => 1,
        Severity::Warning => 2,
        Severity::Info => 3,
    };
    let mut message = d.message.clone();
    if let Some(help) = &d.help {
        message += &format!("\nhelp: {help}");
    }
    let mut value = json!({
        "range": range(file, d.primary.span),
        "severity": severity,
        "code": d.check.name,
        "source": "rulec",
        "message": message,
    });
    let related: Vec<Value> = d
        .labels
        .iter()
        .map(|label| {
            let file = report.sources.file(label.span.file);
            let location =
                json!({"uri": uri::of_file(&file.name, report.base), "range": range(file, label.span)});
            json!({"location": location, "message": label.text})
        })
        .collect();
    if !related.is_empty() {
        value["relatedInformation"] = Value::Array(related);
    }
    value
}

fn range(file: &SourceFile, span: Span) -> Value {
    let place = |offset: u32| {
        let (line, character) = position(file, offset as usize);
        json!({"line": line, "character": character})
    };
    json!({"start": place(span.start), "end": place(span.end)})
}

/// The 0-based line of a byte offset, and its column in UTF-16 code units.
pub fn position(file: &SourceFile, offset: usize) -> (usize, usize) {
    let offset = floor_char_boundary(&file.text, offset);
    let line = file.line_index(offset);
    let start = file.line_starts()[line] as usize;
    (line, file.text[start..offset].encode_utf16().count())
}
