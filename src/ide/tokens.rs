//! The words of conditions, outputs and lists by meaning, for semantic highlighting.

use super::index::{NameIndex, is_separator};
use super::marks::{Mark, MarkKind};
use super::{Snapshot, reference};
use crate::syntax::items::ItemKind;
use crate::syntax::lexer;
use std::ops::Range;

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SemanticToken {
    /// Its range, on one line.
    pub range: Range<usize>,
    /// Its meaning.
    pub meaning: Meaning,
    /// True for a name that is defined here.
    pub defines: bool,
}

/// The meaning of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// `and`, `or`, `not`.
    Keyword,
    /// A field.
    Field,
    /// An operator or its modifier.
    Operator,
    /// A transformer.
    Transformer,
    /// A macro.
    Macro,
    /// A list.
    List,
    /// A rule.
    Rule,
    /// A text.
    Text,
    /// A number.
    Number,
    /// The percent sign of a field in an output.
    Percent,
    /// A tag.
    Tag,
}

/// The words of a file or a part of it, in order.
pub fn tokens(snapshot: &Snapshot, doc: usize, within: Option<Range<usize>>) -> Vec<SemanticToken> {
    let index = NameIndex::new(snapshot);
    let mut tokens = Vec::new();
    let Some(file) = snapshot.docs.get(doc) else { return tokens };
    let within = within.unwrap_or(0..file.len());
    for placed in
        file.pieces.iter().filter(|placed| placed.start <= within.end && placed.end() >= within.start)
    {
        let text = placed.piece.text();
        for mark in placed.piece.marks() {
            let mut push = |range: Range<usize>, sort| {
                let token = SemanticToken {
                    range: placed.start + range.start..placed.start + range.end,
                    meaning: sort,
                    defines: matches!(mark.kind, MarkKind::Name(_)),
                };
                if token.range.start <= within.end && token.range.end >= within.start {
                    tokens.push(token);
                }
            };
            each(mark, mark.text(&placed.piece), text, &index, &mut push);
        }
    }
    tokens
}

fn each(
    mark: &Mark,
    word: &str,
    text: &str,
    index: &NameIndex<'_>,
    push: &mut impl FnMut(Range<usize>, Meaning),
) {
    let whole = mark.span.range();
    let sort = match mark.kind {
        MarkKind::Keyword => Meaning::Keyword,
        MarkKind::Field => Meaning::Field,
        MarkKind::Op(_) | MarkKind::Modifier(_) => Meaning::Operator,
        MarkKind::Transformer(_) => Meaning::Transformer,
        MarkKind::Macro if index.has(ItemKind::List, word) => Meaning::List,
        MarkKind::Macro | MarkKind::Name(ItemKind::Macro) => Meaning::Macro,
        MarkKind::Name(ItemKind::List) => Meaning::List,
        MarkKind::Name(_) => Meaning::Rule,
        MarkKind::Percent => Meaning::Percent,
        MarkKind::Tag => Meaning::Tag,
        MarkKind::Item if index.has(ItemKind::List, word) => Meaning::List,
        MarkKind::Item | MarkKind::Value => {
            let written = text.get(whole.clone()).unwrap_or_default();
            return values(whole, written, word, mark.kind == MarkKind::Value, index, push);
        }
        _ => return,
    };
    lines(text, whole, &mut |range| push(range, sort));
}

/// A constant: names of lists may stand in it, quoted or not.
fn values(
    whole: Range<usize>,
    written: &str,
    word: &str,
    substituted: bool,
    index: &NameIndex<'_>,
    push: &mut impl FnMut(Range<usize>, Meaning),
) {
    let inner = reference::unquoted(word);
    let is_number = lexer::number(inner).is_ok_and(|(rest, _)| rest.is_empty()) && inner.len() == word.len();
    let sort = if is_number { Meaning::Number } else { Meaning::Text };
    let mut from = 0;
    let bytes = written.as_bytes();
    let mut at = 0;
    while substituted && at < bytes.len() {
        let len = bytes[at..].iter().take_while(|&&byte| !is_separator(byte)).count();
        if len > 0 && index.has(ItemKind::List, &written[at..at + len]) {
            pieces(written, from..at, whole.start, sort, push);
            push(whole.start + at..whole.start + at + len, Meaning::List);
            from = at + len;
        }
        at += len + 1;
    }
    pieces(written, from..written.len(), whole.start, sort, push);
}

fn pieces(
    written: &str,
    range: Range<usize>,
    base: usize,
    sort: Meaning,
    push: &mut impl FnMut(Range<usize>, Meaning),
) {
    lines(written, range, &mut |range| push(base + range.start..base + range.end, sort));
}

/// The lines of a range, without indentation.
fn lines(text: &str, range: Range<usize>, push: &mut impl FnMut(Range<usize>)) {
    let mut at = range.start;
    for line in text.get(range).unwrap_or_default().split_inclusive(['\n', '\r']) {
        let body = line.trim();
        let start = at + (line.len() - line.trim_start().len());
        if !body.is_empty() {
            push(start..start + body.len());
        }
        at += line.len();
    }
}
