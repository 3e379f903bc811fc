//! Code actions and formatting.

use super::requests::{Answer, QueriedFile};
use crate::diag::{Diagnostic, Edit, Fix, Label};
use crate::format::{self, Lists};
use crate::ide::actions::{self as ide, Action, ActionKind};
use crate::ide::findings::Finding;
use crate::ide::{DocRange, TextChange};
use crate::lint;
use crate::source::{FileId, SourceFile, Span};
use serde_json::{Value, json};
use std::ops::Range;

/// The kinds of code actions that the server offers.
pub const KINDS: [&str; 4] = ["quickfix", "refactor.extract", "refactor.inline", FIX_ALL];
const FIX_ALL: &str = "source.fixAll";

/// `textDocument/codeAction`. `context` holds the client's filters.
pub fn actions(here: &QueriedFile<'_>, range: Range<usize>, context: &Value) -> Answer {
    let findings = findings(here);
    let only = context["only"].as_array();
    let is_wanted = |kind: &str| {
        only.is_none_or(|only| {
            let mut only = only.iter().filter_map(Value::as_str);
            only.any(|only| {
                kind.strip_prefix(only).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        })
    };
    let mut all = Vec::new();
    for action in ide::actions(&here.snapshot, here.index, range, &findings) {
        let kind = match action.kind {
            ActionKind::Fix | ActionKind::Suppress => KINDS[0],
            ActionKind::Extract => KINDS[1],
            ActionKind::Inline => KINDS[2],
        };
        if is_wanted(kind) {
            all.push(shown(here, &action, kind, &findings, context));
        }
    }
    if is_wanted(FIX_ALL)
        && let Some(action) = ide::fix_all(&here.snapshot, here.index, &findings)
    {
        all.push(shown(here, &action, FIX_ALL, &findings, context));
    }
    Ok(all.into())
}

fn shown(
    here: &QueriedFile<'_>,
    action: &Action,
    kind: &str,
    findings: &[Diagnostic],
    context: &Value,
) -> Value {
    let mut shown = json!({"title": action.title, "kind": kind, "edit": here.edit(&action.changes)});
    if let Some(found) = action.finding.and_then(|at| findings.get(at)) {
        // The client identifies diagnostics by their content, so its own are returned.
        let range = here.range(&found.primary.span.range());
        let known = context["diagnostics"].as_array().into_iter().flatten();
        let own: Vec<&Value> =
            known.filter(|known| known["code"] == found.check.name && known["range"] == range).collect();
        shown["diagnostics"] = json!(own);
        shown["isPreferred"] = action.preferred.into();
    }
    shown
}

/// The findings of the file, as the analysis reports them.
fn findings(here: &QueriedFile<'_>) -> Vec<Diagnostic> {
    let known = here.session.known.get(&here.set.files[here.index].uri);
    let findings = known.map_or(&[][..], |known| &known.findings);
    findings.iter().filter_map(|finding| diagnostic(here.index, finding)).collect()
}

fn diagnostic(doc: usize, finding: &Finding) -> Option<Diagnostic> {
    let span = |doc: usize, range: &Range<usize>| Span::new(FileId(doc as u32), range.start, range.end);
    let mut diagnostic =
        Diagnostic::new(lint::find(finding.check)?, span(doc, &finding.range), &finding.message);
    diagnostic.severity = finding.severity;
    diagnostic.help = finding.help.clone();
    let label = |(DocRange { doc, range }, text): &(DocRange, String)| Label {
        span: span(*doc, range),
        text: text.clone(),
    };
    diagnostic.labels = finding.related.iter().map(label).collect();
    diagnostic.fix = finding.fix.as_ref().map(|fix| {
        let edit = |TextChange { doc, range, text }: &TextChange| Edit {
            span: span(*doc, range),
            text: text.clone(),
        };
        Fix { title: fix.title.clone(), safe: fix.safe, edits: fix.changes.iter().map(edit).collect() }
    });
    Some(diagnostic)
}

/// `textDocument/formatting`, and `rangeFormatting` for some lines.
pub fn format(here: &QueriedFile<'_>, lines: Option<Range<usize>>) -> Answer {
    let source = |at: usize| SourceFile::new(&*here.snapshot.docs[at].name, here.snapshot.docs[at].text());
    let mut options =
        format::Options { layout: here.set.config.config.layout.clone(), lists: Lists::default() };
    (0..here.snapshot.docs.len()).for_each(|at| options.lists.add_file(&source(at)));
    let file = source(here.index);
    let formatted = match lines {
        Some(lines) => format::range(&file, &options, lines),
        None => format::document(&file, &options),
    };
    let edit = |edit: &Edit| json!({"range": here.range(&edit.span.range()), "newText": edit.text});
    Ok(formatted.edits.iter().map(edit).collect())
}
