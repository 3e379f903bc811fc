//! A file as regions of whole lines: its items, and the text between them.

use crate::source::{SourceFile, Span};
use crate::syntax::yaml::{Node, Stream, Value};
use std::collections::HashSet;
use std::ops::Range;

/// A region of a file.
pub(super) struct Region<'a> {
    /// Its byte range: whole lines with their breaks.
    pub range: Range<usize>,
    /// What it is.
    pub what: RegionKind<'a>,
}

/// The kinds of regions.
pub(super) enum RegionKind<'a> {
    /// A top-level item.
    Item(ItemRegion<'a>),
    /// Comments, blank lines and document markers, or text that belongs to no item.
    Between {
        /// The column of comments before a document marker, and of those after it.
        columns: (usize, usize),
        /// The first line that is none of these.
        other: Option<Span>,
    },
}

/// A top-level item.
pub(super) struct ItemRegion<'a> {
    /// The node.
    pub node: &'a Node,
    /// Its index among all items.
    pub index: usize,
    /// Byte offset of its dash.
    pub dash: usize,
    /// The column of the dash.
    pub column: usize,
}

/// The lines of a file.
pub(super) struct FileLines<'a> {
    pub text: &'a str,
    pub file: &'a SourceFile,
    pub comments: &'a [Span],
    /// Lines that contain only a comment.
    comment_lines: HashSet<usize>,
    /// The length of the byte order mark, which belongs to no line.
    bom: usize,
}

impl<'a> FileLines<'a> {
    pub fn new(file: &'a SourceFile, stream: &'a Stream) -> FileLines<'a> {
        let text = &*file.text;
        let bom = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let mut page =
            FileLines { text, file, comments: &stream.comments, comment_lines: HashSet::new(), bom };
        for comment in &stream.comments {
            let at = comment.start as usize;
            if page.before(at).trim_matches([' ', '\t']).is_empty() {
                page.comment_lines.insert(file.line_index(at));
            }
        }
        page
    }

    /// The start of a line.
    fn start(&self, line: usize) -> usize {
        let starts = self.file.line_starts();
        starts.get(line).map_or(self.text.len(), |&start| (start as usize).max(self.bom))
    }

    /// A line without its break.
    fn line(&self, line: usize) -> &'a str {
        let range = self.file.line_range(line);
        self.text.get(range.start.max(self.bom)..range.end).unwrap_or_default()
    }

    fn is_blank(&self, line: usize) -> bool {
        self.line(line).trim_matches([' ', '\t']).is_empty()
    }

    /// The text before `offset` on its line.
    pub fn before(&self, offset: usize) -> &'a str {
        let start = self.start(self.file.line_index(offset));
        self.text.get(start..offset).unwrap_or_default()
    }

    /// The column of a byte, in characters.
    pub fn column(&self, offset: usize) -> usize {
        self.before(offset).chars().count()
    }

    /// The dash of the element whose node begins at `offset`.
    pub fn dash(&self, offset: usize) -> Option<usize> {
        let before = self.before(offset).trim_end_matches([' ', '\t']);
        let mut line = self.file.line_index(offset);
        if !before.is_empty() {
            return before.ends_with('-').then(|| self.start(line) + before.len() - 1);
        }
        while let Some(above) = line.checked_sub(1) {
            line = above;
            if self.is_blank(line) || self.comment_lines.contains(&line) {
                continue;
            }
            let (start, text) = (self.start(line), self.line(line));
            let on_line = |span: &&Span| (start..start + text.len()).contains(&(span.start as usize));
            let end =
                self.comments.iter().find(on_line).map_or(text.len(), |span| span.start as usize - start);
            let text = text[..end].trim_end_matches([' ', '\t']);
            return text.ends_with('-').then(|| start + text.len() - 1);
        }
        None
    }

    /// The regions of the file; `None` if its items do not stand on lines of their own.
    pub fn regions(&self, stream: &'a Stream) -> Option<Vec<Region<'a>>> {
        let mut regions: Vec<Region<'a>> = Vec::new();
        let (mut from, mut index, mut column) = (0, 0, None);
        for document in &stream.documents {
            let Value::Seq(items) = &document.root.value else { continue };
            if is_flow(&document.root, self.text) {
                index += items.len();
                continue;
            }
            for node in items {
                index += 1;
                if node.is_null() {
                    continue;
                }
                let dash = self.dash(node.span.start as usize)?;
                if !self.before(dash).trim_matches(' ').is_empty() {
                    return None;
                }
                let item = ItemRegion { node, index: index - 1, dash, column: self.column(dash) };
                let (first, last) = (self.file.line_index(dash), self.last_line(&item));
                if first < from {
                    return None;
                }
                // Deeper than the item above, they would become part of it.
                let above = column.unwrap_or(item.column).min(item.column);
                column = Some(item.column);
                self.between(from..first, (above, item.column), &mut regions);
                let range = self.start(first)..self.start(last + 1);
                regions.push(Region { range, what: RegionKind::Item(item) });
                from = last + 1;
            }
        }
        let column = column.unwrap_or(0);
        self.between(from..self.file.line_starts().len(), (column, column), &mut regions);
        Some(regions)
    }

    /// The last line of an item, comments included that are indented under it.
    fn last_line(&self, item: &ItemRegion<'_>) -> usize {
        let end = end_of(item.node, self.text).max(item.dash + 1);
        let mut last = self.file.line_index(end.saturating_sub(1).max(item.dash));
        let mut line = last + 1;
        while line < self.file.line_starts().len() {
            if self.comment_lines.contains(&line) {
                let text = self.line(line);
                if text.len() - text.trim_start_matches([' ', '\t']).len() <= item.column {
                    break;
                }
                last = line;
            } else if !self.is_blank(line) {
                break;
            }
            line += 1;
        }
        last
    }

    fn between(&self, lines: Range<usize>, columns: (usize, usize), regions: &mut Vec<Region<'a>>) {
        let range = self.start(lines.start)..self.start(lines.end);
        if range.is_empty() {
            return;
        }
        let known = |line: &usize| {
            let text = self.line(*line);
            let mark = text.trim_end();
            self.is_blank(*line) || self.comment_lines.contains(line) || mark == "---" || mark == "..."
        };
        let other = lines.into_iter().find(|line| !known(line)).map(|line| {
            let start = self.start(line);
            Span::new(Default::default(), start, start + self.line(line).len())
        });
        regions.push(Region { range, what: RegionKind::Between { columns, other } });
    }
}

/// The end of a node; white space after a key without value is not part of it.
pub(super) fn end_of(node: &Node, text: &str) -> usize {
    match &node.value {
        Value::Map(pairs) if !is_flow(node, text) => match pairs.last() {
            Some((key, value)) if is_absent(value) => colon(key.span.end as usize, text),
            Some((_, value)) => end_of(value, text),
            None => node.span.end as usize,
        },
        Value::Seq(items) if !is_flow(node, text) => match items.last() {
            Some(last) if !is_absent(last) => end_of(last, text),
            _ => node.span.end as usize,
        },
        _ => node.span.end as usize,
    }
}

/// The start of the first child. A block sequence at the column of its key begins with its first element.
fn first_child(node: &Node) -> Option<usize> {
    let first = match &node.value {
        Value::Seq(items) => items.first(),
        Value::Map(pairs) => pairs.first().map(|(key, _)| key),
        _ => None,
    };
    first.map(|first| first.span.start as usize)
}

fn begins_with(node: &Node, text: &str, marks: &[char]) -> bool {
    let is_own = first_child(node) != Some(node.span.start as usize);
    is_own && text.get(node.span.range()).is_some_and(|text| text.starts_with(marks))
}

/// A collection in brackets or braces.
pub(super) fn is_flow(node: &Node, text: &str) -> bool {
    begins_with(node, text, &['[', '{'])
}

/// A collection with a tag or an anchor.
pub(super) fn has_properties(node: &Node, text: &str) -> bool {
    begins_with(node, text, &['!', '&'])
}

/// An empty value.
pub(super) fn is_absent(node: &Node) -> bool {
    matches!(node.value, Value::Null) && node.span.start == node.span.end
}

/// Just after the colon of a key that ends at `end`.
fn colon(end: usize, text: &str) -> usize {
    let rest = text.get(end..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    if rest[blanks..].starts_with(':') { end + blanks + 1 } else { end }
}
