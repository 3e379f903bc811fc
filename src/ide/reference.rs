//! The name or field that the word at a place refers to.

use super::doc::Placed;
use super::index::{NameIndex, is_separator};
use super::marks::{Mark, MarkKind};
use super::{DocRange, Snapshot};
use crate::syntax::items::ItemKind;
use std::ops::Range;

/// The referent of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Referent<'s> {
    /// A rule, macro or list.
    Named(ItemKind, &'s str),
    /// A field with its argument.
    Field(&'s str),
    /// A tag.
    Tag(&'s str),
    /// A constant.
    Value(&'s str),
}

/// A word and its referent.
#[derive(Debug, Clone)]
pub struct Reference<'s> {
    /// The piece.
    pub placed: &'s Placed,
    /// The mark of the word.
    pub mark: &'s Mark,
    /// The range of the word in the file.
    pub range: Range<usize>,
    /// What it means.
    pub target: Option<Referent<'s>>,
}

/// The piece at an offset, and the offset in it.
pub fn piece_at(snapshot: &Snapshot, doc: usize, offset: usize) -> Option<(&Placed, usize)> {
    let placed = snapshot.docs.get(doc)?.piece_at(offset)?;
    let inside = offset.saturating_sub(placed.start);
    Some((placed, crate::source::floor_char_boundary(placed.piece.text(), inside)))
}

/// The mark that contains or touches an offset of a piece.
pub fn mark_at(placed: &Placed, at: usize) -> Option<&Mark> {
    let marks = placed.piece.marks();
    let next = marks.partition_point(|mark| mark.span.start as usize <= at);
    let before = marks[..next].iter().rev().take(4);
    let touches = before.filter(|mark| at <= mark.span.end as usize);
    touches.min_by_key(|mark| (at == mark.span.end as usize, mark.span.end - mark.span.start))
}

/// The reference at an offset of a file.
pub fn at<'s>(
    snapshot: &'s Snapshot,
    index: &NameIndex<'s>,
    doc: usize,
    offset: usize,
) -> Option<Reference<'s>> {
    let (placed, inside) = piece_at(snapshot, doc, offset)?;
    let mark = mark_at(placed, inside)?;
    let text = mark.text(&placed.piece);
    let mut span = mark.span.range();
    let target = match mark.kind {
        MarkKind::Name(kind) => Some(Referent::Named(kind, text)),
        // A list of the same name is substituted before macros are resolved.
        MarkKind::Macro if index.has(ItemKind::List, text) => Some(Referent::Named(ItemKind::List, text)),
        MarkKind::Macro => Some(Referent::Named(ItemKind::Macro, text)),
        MarkKind::Field => Some(Referent::Field(text)),
        MarkKind::Tag => Some(Referent::Tag(text)),
        MarkKind::Item if index.has(ItemKind::List, text) => Some(Referent::Named(ItemKind::List, text)),
        MarkKind::Item => Some(Referent::Value(text)),
        MarkKind::Value => {
            let word = word(placed.piece.text(), &span, inside);
            let name = placed.piece.text().get(word.clone()).unwrap_or_default();
            match index.has(ItemKind::List, name) {
                true => {
                    span = word;
                    Some(Referent::Named(ItemKind::List, name))
                }
                false => Some(Referent::Value(unquoted(text))),
            }
        }
        _ => None,
    };
    let range = placed.start + span.start..placed.start + span.end;
    Some(Reference { placed, mark, range, target })
}

/// A constant without its quotes.
pub fn unquoted(text: &str) -> &str {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => text[1..].strip_suffix(quote).unwrap_or(&text[1..]),
        None => text,
    }
}

/// The word around a place, split as for the substitution of lists.
fn word(text: &str, within: &Range<usize>, at: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let at = at.clamp(within.start, within.end);
    let start = bytes[within.start..at].iter().rposition(|&byte| is_separator(byte));
    let end = bytes[at..within.end].iter().position(|&byte| is_separator(byte));
    start.map_or(within.start, |before| within.start + before + 1)..end.map_or(within.end, |len| at + len)
}

/// All places of a referent: its uses, definitions and changes.
pub fn places(index: &NameIndex<'_>, target: &Referent<'_>) -> (Vec<DocRange>, Vec<DocRange>) {
    let mut uses = match *target {
        Referent::Named(ItemKind::Macro, name) if !index.has(ItemKind::List, name) => index.macro_uses(name),
        Referent::Named(ItemKind::List, name) => index.list_uses(name),
        Referent::Named(..) => Vec::new(),
        Referent::Field(name) => index
            .marked(name, |mark, placed| mark.kind == MarkKind::Field && mark.text(&placed.piece) == name),
        Referent::Tag(name) => {
            index.marked(name, |mark, placed| mark.kind == MarkKind::Tag && mark.text(&placed.piece) == name)
        }
        Referent::Value(value) => index.marked(value, |mark, placed| {
            matches!(mark.kind, MarkKind::Value | MarkKind::Item)
                && unquoted(mark.text(&placed.piece)) == value
        }),
    };
    uses.sort_by_key(|place| (place.doc, place.range.start));
    let named = match *target {
        Referent::Named(kind, name) => index.all(kind, name).iter().map(|found| found.name_place()).collect(),
        _ => Vec::new(),
    };
    (uses, named)
}
