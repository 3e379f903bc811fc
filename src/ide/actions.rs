//! Code actions at a place: fixes, suppressions and refactorings.

use super::doc::Doc;
use super::index::NameIndex;
use super::{Snapshot, TextChange, refactor, reference};
use crate::diag::{Diagnostic, Edit, Fix, Severity};
use crate::syntax::yaml::Node;
use std::ops::Range;

/// A code action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The title, an imperative.
    pub title: String,
    /// What it is.
    pub kind: ActionKind,
    /// The changes.
    pub changes: Vec<TextChange>,
    /// The index of the finding that it belongs to.
    pub finding: Option<usize>,
    /// True for a fix that keeps the meaning: the editor offers it first.
    pub preferred: bool,
}

/// The kinds of code actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// Fixes a finding.
    Fix,
    /// Suppresses a finding.
    Suppress,
    /// Extracts a part of a condition.
    Extract,
    /// Inlines a name.
    Inline,
}

/// The actions for a range of a file. The file ids of the findings' spans are indices of the docs.
pub fn actions(snapshot: &Snapshot, doc: usize, range: Range<usize>, findings: &[Diagnostic]) -> Vec<Action> {
    let mut actions = Vec::new();
    let touches = |found: &Diagnostic| {
        let span = found.primary.span;
        span.file.0 as usize == doc && span.start as usize <= range.end && range.start <= span.end as usize
    };
    let here: Vec<(usize, &Diagnostic)> =
        findings.iter().enumerate().filter(|(_, found)| touches(found)).collect();
    for &(at, found) in &here {
        if let Some(fix) = &found.fix {
            actions.extend(changes(snapshot, fix).map(|changes| Action {
                title: fix.title.clone(),
                kind: ActionKind::Fix,
                changes,
                finding: Some(at),
                preferred: fix.safe,
            }));
        }
    }
    for &(at, found) in &here {
        if let Some(change) = suppression(snapshot, doc, found) {
            actions.push(Action {
                title: format!("allow `{}` here, with a reason", found.check.name),
                kind: ActionKind::Suppress,
                changes: vec![change],
                finding: Some(at),
                preferred: false,
            });
        }
    }
    let index = NameIndex::new(snapshot);
    actions.extend(refactor::extract_macro(snapshot, &index, doc, range.clone()));
    actions.extend(refactor::extract_list(snapshot, &index, doc, range.clone()));
    actions.extend(refactor::inline_macro(snapshot, &index, doc, range.start));
    if snapshot.docs.get(doc).is_some_and(|doc| doc.pieces.iter().any(|it| it.piece.text().contains("\r\n")))
    {
        let ours = actions.iter_mut().filter(|action| action.kind != ActionKind::Fix);
        let changes = ours.flat_map(|action| &mut action.changes);
        changes.for_each(|change| change.text = change.text.replace('\n', "\r\n"));
    }
    actions
}

/// All fixes of a file's findings that keep the meaning, as one action; a fix that touches an earlier one is left
/// out.
pub fn fix_all(snapshot: &Snapshot, doc: usize, findings: &[Diagnostic]) -> Option<Action> {
    let mut taken: Vec<TextChange> = Vec::new();
    let fixes = findings.iter().filter_map(|found| found.fix.as_ref()).filter(|fix| fix.safe);
    for fix in fixes {
        let Some(all) = changes(snapshot, fix) else { continue };
        let touch =
            |a: &TextChange, b: &TextChange| a.range.start <= b.range.end && b.range.start <= a.range.end;
        let free = |change: &TextChange| change.doc == doc && !taken.iter().any(|other| touch(change, other));
        if all.iter().all(free) {
            taken.extend(all);
        }
    }
    taken.sort_by_key(|change| change.range.start);
    let title = "apply all fixes that keep the meaning".to_owned();
    (!taken.is_empty()).then_some(Action {
        title,
        kind: ActionKind::Fix,
        changes: taken,
        finding: None,
        preferred: true,
    })
}

/// The edits of a fix, if all of them lie inside their files.
fn changes(snapshot: &Snapshot, fix: &Fix) -> Option<Vec<TextChange>> {
    let change = |edit: &Edit| {
        let doc = edit.span.file.0 as usize;
        let range = edit.span.range();
        let inside = range.end <= snapshot.docs.get(doc)?.len();
        inside.then(|| TextChange { doc, range, text: edit.text.clone() })
    };
    fix.edits.iter().map(change).collect()
}

/// The comment that suppresses a finding: before its key, before its item, or for the whole file.
fn suppression(snapshot: &Snapshot, doc: usize, found: &Diagnostic) -> Option<TextChange> {
    // An error of Falco cannot be suppressed by a comment.
    if found.check.severity == Severity::Error && found.check.falco.is_some() {
        return None;
    }
    let file = snapshot.docs.get(doc)?;
    let comment = |verb: &str| format!("# rulec: {verb} {} -- reason", found.check.name);
    let offset = found.primary.span.start as usize;
    let (placed, at) = reference::piece_at(snapshot, doc, offset)?;
    let stream = placed.piece.stream();
    let item = super::outline::items(stream).find(|item| item.node.node().span.range().contains(&at));
    let Some(item) = item else {
        let start =
            if file.pieces.first()?.piece.text().starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        return Some(TextChange { doc, range: start..start, text: comment("allow-file") + "\n" });
    };
    let holds = |(key, value): &&(Node, Node)| {
        key.span.start as usize <= at && at <= value.span.end.max(key.span.end) as usize
    };
    let key = item.entries.iter().find(holds).map(|(key, _)| key.span.start as usize);
    let first = item.node.node().span.start as usize;
    let place = [key, Some(first)].into_iter().flatten().find_map(|at| own_line(file, placed.start + at));
    let (line, indent) = place?;
    Some(TextChange { doc, range: line..line, text: format!("{indent}{}\n", comment("allow")) })
}

/// The start and indentation of an offset's line, if only a dash precedes the offset.
fn own_line(doc: &Doc, offset: usize) -> Option<(usize, String)> {
    let line = doc.line(doc.line_byte(offset).line)?;
    let before = doc.slice(line.start..offset);
    let indent: String = before.chars().take_while(|c| matches!(c, ' ')).collect();
    let rest = before[indent.len()..].trim_end();
    matches!(rest, "" | "-").then_some((line.start, indent))
}
