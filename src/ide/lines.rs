//! A piece as lines, for text that is not YAML yet: dashes, keys and values by indentation alone.

use std::ops::Range;

/// A line, with the positions of its dashes, key and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line without its break.
    pub range: Range<usize>,
    /// Columns of leading dashes.
    pub dashes: Vec<usize>,
    /// Column of the first byte that is neither blank nor dash; the line's length if there is none.
    pub indent: usize,
    /// The key, without quotes.
    pub key: Option<Range<usize>>,
    /// The text after the key and its colon, or after the dashes; trimmed, comment excluded.
    pub value: Range<usize>,
}

impl Line {
    /// True for a blank line.
    pub fn is_blank(&self) -> bool {
        self.dashes.is_empty() && self.key.is_none() && self.value.is_empty()
    }

    /// The column of the key or of the first dash.
    pub fn first_column(&self) -> usize {
        self.dashes.first().copied().unwrap_or(self.indent)
    }
}

/// All lines, each read separately: the lines of a block scalar can look like keys.
pub fn lines(text: &str) -> impl DoubleEndedIterator<Item = Line> {
    let mut ranges = Vec::new();
    let bytes = text.as_bytes();
    let mut start = 0;
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
            continue;
        }
        let end = if bytes[at] == b'\n' && at > start && bytes[at - 1] == b'\r' { at - 1 } else { at };
        ranges.push(start..end);
        start = at + 1;
    }
    ranges.push(start..text.len());
    ranges.into_iter().map(|range| line(text, range))
}

/// Reads one line.
pub fn line(text: &str, range: Range<usize>) -> Line {
    let body = text.get(range.clone()).unwrap_or_default();
    let bytes = body.as_bytes();
    let mut at = 0;
    let mut dashes = Vec::new();
    loop {
        while matches!(bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'-'), None | Some(b' ' | b'\t')) => {
                dashes.push(at);
                at += 1;
            }
            _ => break,
        }
    }
    let indent = at;
    let base = range.start;
    let content = without_comment(body, at);
    let (key, value) = match key_len(&body[at..content.max(at)]) {
        Some((inner, len)) => (Some(base + at + inner.start..base + at + inner.end), at + len),
        None => (None, at),
    };
    let value = trimmed(text, base + value..base + content.max(value));
    Line { range, dashes, indent, key, value }
}

/// The key at the start of `text` without quotes, and its length with the colon.
fn key_len(text: &str) -> Option<(Range<usize>, usize)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (inner, rest) = match quote {
        Some(quote) => {
            let close = text[1..].find(quote)? + 1;
            (1..close, close + 1)
        }
        None => {
            let end = text
                .bytes()
                .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')))?;
            (0..end, end)
        }
    };
    let after = text[rest..].trim_start_matches([' ', '\t']);
    let colon = after.starts_with(':') && matches!(after.as_bytes().get(1), None | Some(b' ' | b'\t'));
    (colon && !inner.is_empty()).then(|| (inner, text.len() - after.len() + 1))
}

/// The end of a line's content: before a `#` that follows a blank.
fn without_comment(body: &str, from: usize) -> usize {
    let bytes = body.as_bytes();
    let is_comment = |at: usize| at == from || matches!(bytes[at - 1], b' ' | b'\t');
    let mut quote = None;
    for (at, &byte) in bytes.iter().enumerate().skip(from) {
        match (byte, quote) {
            (b'#', None) if is_comment(at) => return at,
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    // A quote that is not closed on the line may be an apostrophe.
    match quote {
        Some(_) => (from..bytes.len()).find(|&at| bytes[at] == b'#' && is_comment(at)).unwrap_or(bytes.len()),
        None => bytes.len(),
    }
}

/// A range without the blanks around it.
pub fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let body = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (body.len() - body.trim_start().len());
    start..(range.start + body.trim_end().len()).max(start)
}

/// A range without the quotes around it.
pub fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let body = text.get(range.clone()).unwrap_or_default();
    let Some(quote) = body.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return range };
    let closed = body.len() > 1 && body.ends_with(quote);
    range.start + 1..range.end - usize::from(closed)
}

/// A key and its scalar, undecoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The key.
    pub key: Range<usize>,
    /// The value: without quotes and block header, line breaks and indentation included.
    pub content: Range<usize>,
    /// How it is written.
    pub style: Style,
    /// Index of its last line.
    pub last: usize,
}

/// The first character of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Text.
    Plain,
    /// A quote.
    Quoted,
    /// `|` or `>`.
    Block,
    /// `[` or `{`.
    Flow,
    /// Empty, or items or keys in the lines that follow.
    Empty,
}

/// All scalars behind keys.
pub fn scalars(text: &str) -> Vec<Scalar> {
    let lines: Vec<Line> = lines(text).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let scalar = scalar(text, &lines, at);
        at += 1;
        if let Some(scalar) = scalar.filter(|scalar| !matches!(scalar.style, Style::Flow | Style::Empty)) {
            at = at.max(scalar.last + 1);
            found.push(scalar);
        }
    }
    found
}

/// The value of the key on a line.
pub fn scalar(text: &str, lines: &[Line], at: usize) -> Option<Scalar> {
    let line = lines.get(at)?;
    let key = line.key.clone()?;
    let column = line.indent;
    let deeper = |line: &Line| line.is_blank() || line.first_column() > column;
    let follow = lines[at + 1..].iter().take_while(|line| deeper(line)).count();
    let written =
        |line: &&usize| !lines[**line].is_blank() || !text[lines[**line].range.clone()].trim().is_empty();
    let last = (at + 1..=at + follow).rev().find(|line| written(&line)).unwrap_or(at);
    let value = line.value.clone();
    let first = text.get(value.clone()).unwrap_or_default();
    let style = match first.as_bytes().first() {
        Some(b'"' | b'\'') => Style::Quoted,
        Some(b'|' | b'>') => Style::Block,
        Some(b'[' | b'{') => Style::Flow,
        Some(_) => Style::Plain,
        None => match lines.get(at + 1).filter(|_| last > at) {
            Some(next) if next.key.is_none() && next.dashes.is_empty() => Style::Plain,
            _ => Style::Empty,
        },
    };
    let end = if last > at { text[..lines[last].range.end].trim_end().len() } else { value.end };
    let content = match style {
        Style::Block => match lines.get(at + 1) {
            Some(next) => next.range.start..end.max(next.range.start),
            None => value.end..value.end,
        },
        Style::Quoted => unquoted(text, value.start..end.max(value.start)),
        _ if value.is_empty() && last > at => trimmed(text, value.start..end.max(value.start)),
        _ => value.start..end.max(value.start),
    };
    Some(Scalar { key, content, style, last })
}
