//! Hovers: the documentation of the word at a place.

use super::index::NameIndex;
use super::marks::MarkKind;
use super::reference::{self, Referent};
use super::topic::{self, Topic};
use super::{Snapshot, cursor};
use crate::lint;
use crate::schema::event_names;
use crate::syntax::items::ItemKind;
use std::ops::Range;

/// The hover of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The word.
    pub range: Range<usize>,
    /// Its documentation in Markdown.
    pub markdown: String,
}

/// The hover at an offset of a file.
pub fn hover(snapshot: &Snapshot, doc: usize, offset: usize) -> Option<Hover> {
    let index = NameIndex::new(snapshot);
    let (range, topic) = about(snapshot, &index, doc, offset)?;
    let markdown = topic::markdown(snapshot, &index, &topic)?;
    Some(Hover { range, markdown })
}

fn about<'s>(
    snapshot: &'s Snapshot,
    index: &NameIndex<'s>,
    doc: usize,
    offset: usize,
) -> Option<(Range<usize>, Topic)> {
    if let Some(found) = check_name(snapshot, doc, offset) {
        return Some(found);
    }
    let at = reference::at(snapshot, index, doc, offset)?;
    let text = at.mark.text(&at.placed.piece).to_owned();
    let topic = match (at.mark.kind, &at.target) {
        (_, Some(Referent::Named(ItemKind::Rule, name))) => Topic::Rule((*name).to_owned()),
        (_, Some(Referent::Named(ItemKind::Macro, name))) => Topic::Macro((*name).to_owned()),
        (_, Some(Referent::Named(_, name))) => Topic::List((*name).to_owned()),
        (_, Some(Referent::Field(name))) => {
            let sources = cursor::sources(snapshot, index, doc, at.placed);
            let known = |source: &&&str| {
                let fields = snapshot.settings.options.environment.fields(source);
                fields.is_some_and(|fields| fields.resolves(name))
            };
            let source = sources.iter().find(known).or(sources.first())?;
            Topic::Field((*name).to_owned(), (*source).to_owned())
        }
        (_, Some(Referent::Value(value))) => value_topic(value),
        (MarkKind::Op(op), _) => Topic::Operator(op.text().to_owned()),
        (MarkKind::Modifier(modifier), _) => Topic::Modifier(modifier.text().to_owned()),
        (MarkKind::Transformer(transformer), _) => Topic::Transformer(transformer.text().to_owned()),
        (MarkKind::Keyword, _) => Topic::Keyword(text),
        (MarkKind::Key(kind), _) => Topic::Key(kind.key().to_owned(), text),
        (MarkKind::ExceptionKey, _) => Topic::ExceptionKey(text),
        _ => return None,
    };
    Some((at.range, topic))
}

fn value_topic(value: &str) -> Topic {
    match event_names::is_source(value) {
        true => Topic::EventSource(value.to_owned()),
        false => Topic::Event(value.to_owned()),
    }
}

/// The name of a check in a comment that allows it.
fn check_name(snapshot: &Snapshot, doc: usize, offset: usize) -> Option<(Range<usize>, Topic)> {
    let (placed, at) = reference::piece_at(snapshot, doc, offset)?;
    let comments = &placed.piece.stream().comments;
    let comment = comments.iter().find(|span| span.range().start <= at && at <= span.range().end)?;
    let text = placed.piece.text().get(comment.range())?;
    if !text.trim_start_matches(['#', ' ']).starts_with("rulec:") {
        return None;
    }
    let inside = at - comment.range().start;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let start = inside - (text[..inside].len() - text[..inside].trim_end_matches(is_name).len());
    let end = inside + text[inside..].find(|c| !is_name(c)).unwrap_or(text.len() - inside);
    let name = text.get(start..end).filter(|name| lint::find(name).is_some())?;
    let base = placed.start + comment.range().start;
    Some((base + start..base + end, Topic::Check(name.to_owned())))
}
