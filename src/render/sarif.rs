//! `sarif`: SARIF 2.1.0, for code scanning services.

use super::fingerprint::fingerprints;
use super::{Report, json, page, uri};
use crate::diag::{Check, Diagnostic, Fix, Severity};
use crate::fix::is_whole;
use crate::source::{SourceMap, Span};
use serde_json::{Value, json};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Renders a report.
pub fn render(report: &Report<'_>) -> String {
    let mut rules: Vec<&'static Check> = report.diagnostics.iter().map(|d| d.check).collect();
    rules.sort_by_key(|check| check.code);
    rules.dedup_by_key(|check| check.code);
    let found = report.diagnostics.iter().zip(fingerprints(report.sources, report.diagnostics));
    let results: Vec<Value> = found
        .map(|(d, fingerprint)| {
            let mut value = result(report.sources, &rules, d);
            value["partialFingerprints"] = json!({"rulec/v1": fingerprint});
            value
        })
        .collect();
    let driver = json!({
        "name": "rulec",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules.iter().map(|check| rule(check)).collect::<Vec<_>>(),
    });
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver},
            // Columns count characters, as everywhere in rulec.
            "columnKind": "unicodeCodePoints",
            "newlineSequences": ["\r\n", "\n", "\r"],
            "invocations": [{"executionSuccessful": true}],
            "results": results,
        }],
    });
    json::to_text(&document)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(check: &Check) -> Value {
    let page = page::markdown(check);
    json!({
        "id": check.code,
        "name": check.name,
        "shortDescription": {"text": check.summary()},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": level(check.severity)},
        "properties": {"tags": [check.group.name()]},
    })
}

fn result(sources: &SourceMap, rules: &[&'static Check], d: &Diagnostic) -> Value {
    let mut message = d.message.clone();
    if let Some(help) = &d.help {
        message += &format!("\nhelp: {help}");
    }
    let mut value = json!({
        "ruleId": d.check.code,
        "ruleIndex": rules.iter().position(|rule| rule.code == d.check.code),
        "level": level(d.severity),
        "message": {"text": message},
        "locations": [location(sources, d.primary.span, &d.primary.text)],
    });
    let related: Vec<Value> = d
        .labels
        .iter()
        .enumerate()
        .map(|(id, label)| {
            let mut location = location(sources, label.span, &label.text);
            location["id"] = json!(id);
            location
        })
        .collect();
    if !related.is_empty() {
        value["relatedLocations"] = Value::Array(related);
    }
    if let Some(fix) = d.fix.as_ref().filter(|fix| is_whole(fix, sources)) {
        value["fixes"] = json!([mending(sources, fix)]);
    }
    value
}

fn location(sources: &SourceMap, span: Span, text: &str) -> Value {
    let mut value = json!({
        "physicalLocation": {"artifactLocation": artifact(sources, span), "region": region(sources, span)},
    });
    if !text.is_empty() {
        value["message"] = json!({"text": text});
    }
    value
}

fn artifact(sources: &SourceMap, span: Span) -> Value {
    let name = &sources.file(span.file).name;
    let uri = uri::reference(name);
    if uri::is_absolute(name) { json!({"uri": uri}) } else { json!({"uri": uri, "uriBaseId": "%SRCROOT%"}) }
}

fn region(sources: &SourceMap, span: Span) -> Value {
    let file = sources.file(span.file);
    let (start, end) = (file.position(span.start as usize), file.position(span.end as usize));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": start.offset,
        "byteLength": end.offset.saturating_sub(start.offset),
    })
}

fn mending(sources: &SourceMap, fix: &Fix) -> Value {
    let mut changes: Vec<Value> = Vec::new();
    let mut files: Vec<_> = fix.edits.iter().map(|edit| edit.span.file).collect();
    files.sort();
    files.dedup();
    for file in files {
        let edits: Vec<_> = fix.edits.iter().filter(|edit| edit.span.file == file).collect();
        let replacements: Vec<Value> = edits
            .iter()
            .map(|edit| {
                let region = region(sources, edit.span);
                json!({"deletedRegion": region, "insertedContent": {"text": edit.text}})
            })
            .collect();
        let artifact = artifact(sources, Span::point(file, 0));
        changes.push(json!({"artifactLocation": artifact, "replacements": replacements}));
    }
    let properties = json!({"safe": fix.safe});
    json!({"description": {"text": fix.title}, "artifactChanges": changes, "properties": properties})
}
