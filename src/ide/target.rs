//! What a place refers to: the name or field under the cursor.

use super::doc::Placed;
use super::index::{Index, is_separator};
use super::marks::{Mark, Sort};
use super::{Place, Snapshot};
use crate::syntax::items::Kind;
use std::ops::Range;

/// What is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target<'s> {
    /// A rule, macro or list.
    Named(Kind, &'s str),
    /// A field with its argument.
    Field(&'s str),
    /// A tag.
    Tag(&'s str),
    /// A constant.
    Value(&'s str),
}

/// What is meant at a place, and the word that says so.
#[derive(Debug, Clone)]
pub struct At<'s> {
    /// The piece.
    pub placed: &'s Placed,
    /// The mark.
    pub mark: &'s Mark,
    /// The word in the file.
    pub range: Range<usize>,
    /// What it means.
    pub target: Option<Target<'s>>,
}

/// The piece at an offset, and the offset in it.
pub fn piece_at(snapshot: &Snapshot, doc: usize, offset: usize) -> Option<(&Placed, usize)> {
    let placed = snapshot.docs.get(doc)?.piece_at(offset)?;
    let inside = offset.saturating_sub(placed.start);
    Some((placed, crate::source::floor_char_boundary(placed.piece.text(), inside)))
}

/// The mark that holds or touches an offset of a piece.
pub fn mark_at(placed: &Placed, at: usize) -> Option<&Mark> {
    let marks = placed.piece.marks();
    let next = marks.partition_point(|mark| mark.span.start as usize <= at);
    let before = marks[..next].iter().rev().take(4);
    let touches = before.filter(|mark| at <= mark.span.end as usize);
    touches.min_by_key(|mark| (at == mark.span.end as usize, mark.span.end - mark.span.start))
}

/// What stands at an offset of a file.
pub fn at<'s>(snapshot: &'s Snapshot, index: &Index<'s>, doc: usize, offset: usize) -> Option<At<'s>> {
    let (placed, inside) = piece_at(snapshot, doc, offset)?;
    let mark = mark_at(placed, inside)?;
    let text = mark.text(&placed.piece);
    let mut span = mark.span.range();
    let target = match mark.sort {
        Sort::Name(kind) => Some(Target::Named(kind, text)),
        // A list of the same name takes the macro's place.
        Sort::Macro if index.has(Kind::List, text) => Some(Target::Named(Kind::List, text)),
        Sort::Macro => Some(Target::Named(Kind::Macro, text)),
        Sort::Field => Some(Target::Field(text)),
        Sort::Tag => Some(Target::Tag(text)),
        Sort::Item if index.has(Kind::List, text) => Some(Target::Named(Kind::List, text)),
        Sort::Item => Some(Target::Value(text)),
        Sort::Value => {
            let word = word(placed.piece.text(), &span, inside);
            let name = placed.piece.text().get(word.clone()).unwrap_or_default();
            match index.has(Kind::List, name) {
                true => {
                    span = word;
                    Some(Target::Named(Kind::List, name))
                }
                false => Some(Target::Value(unquoted(text))),
            }
        }
        _ => None,
    };
    let range = placed.start + span.start..placed.start + span.end;
    Some(At { placed, mark, range, target })
}

/// A constant without its quotes.
pub fn unquoted(text: &str) -> &str {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => text[1..].strip_suffix(quote).unwrap_or(&text[1..]),
        None => text,
    }
}

/// The word around a place, cut as for lists.
fn word(text: &str, within: &Range<usize>, at: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let at = at.clamp(within.start, within.end);
    let start = bytes[within.start..at].iter().rposition(|&byte| is_separator(byte));
    let end = bytes[at..within.end].iter().position(|&byte| is_separator(byte));
    start.map_or(within.start, |before| within.start + before + 1)..end.map_or(within.end, |len| at + len)
}

/// All places that mean a thing: its uses, and where it is defined or changed.
pub fn places(index: &Index<'_>, target: &Target<'_>) -> (Vec<Place>, Vec<Place>) {
    let mut uses = match *target {
        Target::Named(Kind::Macro, name) if !index.has(Kind::List, name) => index.macro_uses(name),
        Target::Named(Kind::List, name) => index.list_uses(name),
        Target::Named(..) => Vec::new(),
        Target::Field(name) => {
            index.marked(name, |mark, placed| mark.sort == Sort::Field && mark.text(&placed.piece) == name)
        }
        Target::Tag(name) => {
            index.marked(name, |mark, placed| mark.sort == Sort::Tag && mark.text(&placed.piece) == name)
        }
        Target::Value(value) => index.marked(value, |mark, placed| {
            matches!(mark.sort, Sort::Value | Sort::Item) && unquoted(mark.text(&placed.piece)) == value
        }),
    };
    uses.sort_by_key(|place| (place.doc, place.range.start));
    let named = match *target {
        Target::Named(kind, name) => index.all(kind, name).iter().map(|found| found.name_place()).collect(),
        _ => Vec::new(),
    };
    (uses, named)
}
