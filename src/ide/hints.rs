//! Inlay hints: sizes of lists, controls that a rule covers.

use super::controls::Controls;
use super::index::{NameIndex, is_separator};
use super::marks::MarkKind;
use super::outline::Role;
use super::{Snapshot, expand};
use crate::syntax::items::ItemKind;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// A hint after a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The offset that it follows.
    pub offset: usize,
    /// The shown text.
    pub label: String,
    /// A tooltip in Markdown.
    pub tooltip: String,
}

/// The hints of a part of a file.
pub fn hints(
    snapshot: &Snapshot,
    doc: usize,
    within: Range<usize>,
    controls: Option<&Controls>,
) -> Vec<Hint> {
    let index = NameIndex::new(snapshot);
    let mut hints = Vec::new();
    let mut sizes: FxHashMap<&str, usize> = FxHashMap::default();
    let Some(file) = snapshot.docs.get(doc) else { return hints };
    for placed in
        file.pieces.iter().filter(|placed| placed.start <= within.end && placed.end() >= within.start)
    {
        for entry in placed.piece.outline().entries.iter().filter(|entry| entry.role == Role::Defines) {
            let covered = controls.map_or(&[][..], |controls| controls.of(&entry.name));
            if entry.kind == ItemKind::Rule && !covered.is_empty() {
                let ids: Vec<&str> = covered.iter().map(|control| &*control.id).collect();
                let lines: Vec<String> =
                    covered.iter().map(|it| format!("- {} {}", it.id, it.title)).collect();
                let benchmark = controls.map_or("", |controls| &controls.benchmark);
                hints.push(Hint {
                    offset: placed.range_of(entry.name_span).end,
                    label: ids.join(", "),
                    tooltip: format!("Covers of {benchmark}\n{}", lines.join("\n")),
                });
            }
        }
        for mark in placed.piece.marks() {
            let names_list = |name: &str| index.has(ItemKind::List, name);
            let text = placed.piece.text();
            let range = mark.span.range();
            let words: Vec<Range<usize>> = match mark.kind {
                MarkKind::Name(ItemKind::List) => vec![range],
                MarkKind::Item | MarkKind::Macro if names_list(mark.text(&placed.piece)) => vec![range],
                MarkKind::Value => {
                    words(text, range).filter(|word| names_list(&text[word.clone()])).collect()
                }
                _ => continue,
            };
            for word in words {
                let name =
                    if word == mark.span.range() { mark.text(&placed.piece) } else { &text[word.clone()] };
                let size = *sizes.entry(name).or_insert_with(|| expand::list(snapshot, &index, name).len());
                let label = if size == 1 { "1 item".to_owned() } else { format!("{size} items") };
                let offset = placed.start + word.end;
                hints.push(Hint { offset, label, tooltip: String::new() });
            }
        }
    }
    hints.retain(|hint| within.start <= hint.offset && hint.offset <= within.end);
    hints.sort_by_key(|hint| hint.offset);
    hints
}

/// The words of a part of a text, split as for the substitution of lists.
fn words(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let base = range.start;
    let mut found = Vec::new();
    let mut start = 0;
    let bytes = text.get(range).unwrap_or_default().as_bytes();
    for at in 0..=bytes.len() {
        if at == bytes.len() || is_separator(bytes[at]) {
            if at > start {
                found.push(base + start..base + at);
            }
            start = at + 1;
        }
    }
    found.into_iter()
}
