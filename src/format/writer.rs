//! Writes one item anew. Anything unusual ends in `None`, and the item stays unchanged.

use super::flow;
use super::lists::Lists;
use super::regions::{FileLines, ItemRegion, has_properties, is_absent, is_flow};
use crate::config::Layout;
use crate::source::Span;
use crate::syntax::items::{self, ItemKind, key_text};
use crate::syntax::yaml::{Node, Value};
use std::ops::Range;

/// Writes one item.
pub(super) struct ItemWriter<'a> {
    pub page: &'a FileLines<'a>,
    pub layout: &'a Layout,
    pub lists: &'a Lists,
    /// The written text; lines end with a line feed.
    pub out: String,
    /// The position in the file up to which it is written.
    pub at: usize,
    /// Index of the next comment.
    comment: usize,
    /// Old and new columns of the text written since the last line that is not deeper.
    levels: Vec<(usize, usize)>,
    /// Conditions that could not be parsed.
    pub unread: Vec<Span>,
    /// The lines at which the keys of the item begin, comments above them included.
    pub keys: Vec<usize>,
}

/// The text of an item and the conditions in it that could not be parsed.
pub(super) struct WrittenItem {
    pub text: String,
    pub unread: Vec<Span>,
    /// The offset in `text` of each key's line, or of the comments above it.
    pub keys: Vec<usize>,
}

/// Writes an item whose lines are `range`.
pub(super) fn item(
    item: &ItemRegion<'_>,
    range: Range<usize>,
    page: &FileLines<'_>,
    layout: &Layout,
    lists: &Lists,
) -> Option<WrittenItem> {
    let Value::Map(pairs) = &item.node.value else { return None };
    let comment = page.comments.partition_point(|span| (span.start as usize) < range.start);
    let mut writer = ItemWriter {
        page,
        layout,
        lists,
        out: " ".repeat(item.column) + "-",
        at: item.dash + 1,
        comment,
        levels: Vec::new(),
        unread: Vec::new(),
        keys: Vec::new(),
    };
    let start = item.node.span.start as usize;
    if is_flow(item.node, page.text) || has_properties(item.node, page.text) || !writer.only_blanks(start) {
        return None;
    }
    let mapping = items::Item::of(item.node, pairs);
    let kind = mapping.kind();
    let is_appended = mapping.get("append").or(mapping.get("override")).is_some();
    let has_condition =
        matches!(kind, Some(ItemKind::Rule | ItemKind::Macro)) && !(is_appended && lists.has_open_condition);
    writer.out.push(' ');
    writer.at = start;
    writer.map(pairs, item.column + 2, Some(has_condition))?;
    writer.rest(range.end);
    writer.out.push('\n');
    Some(WrittenItem { text: writer.out, unread: writer.unread, keys: writer.keys })
}

impl<'a> ItemWriter<'a> {
    pub fn slice(&self, span: Span) -> &'a str {
        self.page.text.get(span.range()).unwrap_or_default()
    }

    /// True if only blanks on the same line stand before `to`.
    pub fn only_blanks(&self, to: usize) -> bool {
        self.page.text.get(self.at..to).is_some_and(|text| text.trim_matches([' ', '\t']).is_empty())
    }

    /// The width left on the current line.
    pub fn room(&self) -> usize {
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        self.layout.line_width.saturating_sub(line.chars().count())
    }

    /// Writes the comments before `to`, each on its line, with their line break and a blank line.
    fn comments(&mut self, to: usize, column: usize) {
        while let Some(&span) = self.page.comments.get(self.comment).filter(|span| (span.start as usize) < to)
        {
            let start = span.start as usize;
            let text = self.slice(span).trim_end();
            match self.breaks(start) {
                0 => {
                    let before = self.page.before(start);
                    let gap = before.len() - before.trim_end_matches(' ').len();
                    self.out += &" ".repeat(if gap == 0 { 2 } else { gap });
                }
                breaks => {
                    let old = self.page.column(start);
                    let level = self.levels.iter().rev().find(|&&(at, new)| at <= old && new > column);
                    let column = level.map_or(column, |&(_, new)| new);
                    self.newline(breaks > 1, column);
                }
            }
            self.out += text;
            self.at = span.end as usize;
            self.comment += 1;
        }
    }

    /// The number of line breaks between the written text and `to`.
    fn breaks(&self, to: usize) -> usize {
        self.page.text.get(self.at..to).unwrap_or_default().matches('\n').count()
    }

    /// Ends the line, optionally with a blank one after it.
    pub fn newline(&mut self, blank: bool, column: usize) {
        self.out += if blank { "\n\n" } else { "\n" };
        self.out += &" ".repeat(column);
    }

    /// Begins a line at `column` for the node at `to`, with the comments and the blank line before it.
    pub fn line(&mut self, to: usize, column: usize) {
        self.comments(to, column);
        self.newline(self.breaks(to) > 1, column);
        self.levels.retain(|&(_, new)| new < column);
        self.levels.push((self.page.column(to), column));
        self.at = to;
    }

    /// The remaining comments.
    fn rest(&mut self, end: usize) {
        self.comments(end, self.levels.first().map_or(2, |&(_, new)| new));
    }

    /// Writes a comment at the end of the current line.
    pub fn trailing(&mut self) {
        if let Some(span) = self.page.comments.get(self.comment)
            && self.breaks(span.start as usize) == 0
            && span.start as usize >= self.at
        {
            self.comments(span.end as usize, 0);
        }
    }

    /// Skips the comments inside copied text.
    pub fn copied(&mut self, end: usize) {
        self.at = end;
        while self.page.comments.get(self.comment).is_some_and(|span| (span.start as usize) < end) {
            self.comment += 1;
        }
    }

    /// True if a comment stands before `end`.
    pub fn has_comment(&self, end: usize) -> bool {
        self.page.comments.get(self.comment).is_some_and(|span| (span.start as usize) < end)
    }

    /// Writes pairs at `column`; the first continues the current line. `item` is set for a top-level item: whether
    /// its condition is one.
    fn map(&mut self, pairs: &[(Node, Node)], column: usize, item: Option<bool>) -> Option<()> {
        for (at, (key, value)) in pairs.iter().enumerate() {
            let start = key.span.start as usize;
            if at > 0 {
                self.trailing();
            }
            if item.is_some() {
                self.keys.push(self.out.len());
            }
            if at > 0 {
                self.line(start, column);
            } else {
                self.levels.push((self.page.column(start), column));
            }
            let text = self.slice(key.span);
            if !matches!(key.value, Value::Scalar(_) | Value::Null) || text.is_empty() || text.contains('\n')
            {
                return None;
            }
            self.out += text;
            self.at = key.span.end as usize;
            let rest = self.page.text.get(self.at..)?;
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            if !rest[blanks..].starts_with(':') {
                return None;
            }
            self.at += blanks + 1;
            self.out.push(':');
            let is_condition = item == Some(true) && key_text(key) == Some("condition");
            self.value(value, start, column, is_condition)?;
        }
        Some(())
    }

    /// Writes the value of a key that moved to `column`.
    fn value(&mut self, node: &Node, key: usize, column: usize, is_condition: bool) -> Option<()> {
        let inner = column + self.layout.indent;
        let start = node.span.start as usize;
        match &node.value {
            _ if is_absent(node) => {}
            Value::Scalar(scalar) if scalar.text.span.start == node.span.start => {
                self.scalar(scalar, self.page.column(key), column, is_condition)?;
            }
            Value::Seq(items) if is_flow(node, self.page.text) => {
                flow::list(self, node, items, (self.page.column(key), column));
            }
            Value::Map(_) if is_flow(node, self.page.text) => {
                flow::map(self, node, (self.page.column(key), column));
            }
            Value::Seq(items) if !has_properties(node, self.page.text) => {
                for item in items {
                    self.element(item, inner)?;
                }
            }
            Value::Map(pairs) if !has_properties(node, self.page.text) => {
                self.line(start, inner);
                self.map(pairs, inner, None)?;
            }
            _ => self.copy(node.span, self.page.column(key), column),
        }
        Some(())
    }

    /// An element of a block sequence, its dash at `column`.
    fn element(&mut self, node: &Node, column: usize) -> Option<()> {
        if is_absent(node) {
            return None;
        }
        let dash = self.dash(node)?;
        self.line(dash, column);
        self.after_dash(node, dash, column)
    }

    /// The dash before a node.
    fn dash(&self, node: &Node) -> Option<usize> {
        self.page.dash(node.span.start as usize).filter(|&dash| dash >= self.at)
    }

    /// Writes an element from its dash on.
    fn after_dash(&mut self, node: &Node, dash: usize, column: usize) -> Option<()> {
        let start = node.span.start as usize;
        self.out.push('-');
        self.at = dash + 1;
        if !self.only_blanks(start) {
            return None;
        }
        let is_plain = !is_flow(node, self.page.text) && !has_properties(node, self.page.text);
        match &node.value {
            Value::Map(pairs) if is_plain => {
                self.out.push(' ');
                self.at = start;
                self.map(pairs, column + 2, None)
            }
            Value::Seq(items) if is_plain => {
                let (first, rest) = items.split_first()?;
                let dash = self.dash(first).filter(|&dash| dash == start && !is_absent(first))?;
                self.out.push(' ');
                self.at = dash;
                self.levels.push((self.page.column(dash), column + 2));
                self.after_dash(first, dash, column + 2)?;
                rest.iter().try_for_each(|item| self.element(item, column + 2))
            }
            _ => self.value(node, dash, column, false),
        }
    }
}
