//! The mapping of decoded scalars to the file, by walking the decoded value and the source together.

use super::Style;
use crate::source::{FileId, Span, Text, floor_char_boundary};

/// A scalar as the event parser saw it.
pub(super) struct Raw<'a> {
    pub file: FileId,
    /// The text of the file.
    pub source: &'a str,
    /// Byte range in `source` that the event parser gave.
    pub start: usize,
    pub end: usize,
    /// Column of `start`; for a block scalar the indentation of its content.
    pub column: usize,
    /// Start of the search for the header of a block scalar.
    pub from: usize,
    pub style: Style,
}

impl Raw<'_> {
    /// The scalar as text with positions.
    pub fn text(&self, value: Box<str>) -> Text {
        let (start, end) = (self.start, self.end);
        match self.style {
            Style::Plain if value.len() == end - start => {
                self.finish(value, start, end, start, Some(Vec::new()))
            }
            Style::Plain => {
                let runs = flow(&self.source[..end], start, &value, self.style);
                self.finish(value, start, end, start, runs)
            }
            Style::Single | Style::Double => {
                let inner = start + 1;
                // A quote that is never closed ends with the file.
                let quote = self.source.get(start..inner);
                let closed = end > inner && self.source.get(end - 1..end) == quote;
                let close = if closed { end - 1 } else { end };
                let slice = self.source.get(inner..close).unwrap_or_default();
                // An escape can be as long as its character, so equal lengths prove nothing if there is one.
                let plain =
                    value.len() == slice.len() && (self.style == Style::Single || !slice.contains('\\'));
                let runs = if plain {
                    Some(Vec::new())
                } else {
                    flow(self.source.get(..close).unwrap_or(self.source), inner, &value, self.style)
                };
                self.finish(value, start, end, inner, runs)
            }
            Style::Literal | Style::Folded => self.block(value),
        }
    }

    fn block(&self, value: Box<str>) -> Text {
        let Some((header, header_end)) = header(self.source, self.from, self.start + 1) else {
            return self.finish(value, self.start, self.end, self.start, None);
        };
        if value.is_empty() {
            return self.finish(value, header, header_end, header_end, Some(Vec::new()));
        }
        let line_end = find_break(self.source, header_end);
        let first = break_end(self.source, line_end);
        // A scalar of nothing but line breaks has no content column; every blank line is empty then.
        let indent = if value.bytes().all(|byte| byte == b'\n') { usize::MAX } else { self.column };
        match block(self.source, first, indent, &value) {
            Some((runs, end)) => self.finish(value, header, end.max(header_end), first, Some(runs)),
            None => self.finish(value, header, self.end, self.start, None),
        }
    }

    fn finish(
        &self,
        value: Box<str>,
        start: usize,
        end: usize,
        content: usize,
        runs: Option<Vec<(u32, u32)>>,
    ) -> Text {
        let runs = runs.unwrap_or_else(|| degraded(self.source, content, end, &value));
        let content = runs.first().map_or(content as u32, |run| run.1);
        let map = if runs.len() > 1 { runs.into_boxed_slice() } else { Box::default() };
        Text { value, span: Span::new(self.file, start, end), content, map }
    }
}

/// The runs of a [`Text`], built front to back.
#[derive(Default)]
struct Runs {
    list: Vec<(u32, u32)>,
    end: Option<usize>,
}

impl Runs {
    /// The bytes of the value from `value` on stand at `file`.
    fn put(&mut self, value: usize, file: usize) {
        if let Some(end) = self.end.take().filter(|&end| end != file) {
            self.list.push((value as u32, end as u32));
            self.list.push((value as u32, file as u32));
            return;
        }
        let (value, file) = (value as u32, file as u32);
        match self.list.last() {
            Some(&(v, f)) if f + (value - v) == file => {}
            _ => self.list.push((value, file)),
        }
    }

    /// The bytes put last end at `file`.
    fn end(&mut self, file: usize) {
        self.end = Some(file);
    }

    fn finish(mut self, value: usize) -> Vec<(u32, u32)> {
        if let Some(end) = self.end.take() {
            self.put(value, end);
        }
        self.list
    }
}

/// Plain and quoted scalars: `source` ends where the content does.
fn flow(source: &str, start: usize, value: &str, style: Style) -> Option<Vec<(u32, u32)>> {
    let (bytes, decoded) = (source.as_bytes(), value.as_bytes());
    let mut runs = Runs::default();
    let (mut at, mut v) = (start, 0);
    while at < bytes.len() {
        match bytes[at] {
            b' ' | b'\t' | b'\n' | b'\r' => {
                let blank = at;
                while at < bytes.len() && matches!(bytes[at], b' ' | b'\t') {
                    at += 1;
                }
                if at < bytes.len() && is_break(bytes[at]) {
                    fold(source, style, blank, &mut at, &mut v, decoded, &mut runs)?;
                } else {
                    runs.put(v, blank);
                    v += at - blank;
                    runs.end(at);
                }
            }
            b'\\' if style == Style::Double => {
                let escape = at;
                at += 1;
                let next = *bytes.get(at)?;
                if is_break(next) {
                    escaped_break(source, escape, &mut at, &mut v, decoded, &mut runs);
                    continue;
                }
                runs.put(v, escape);
                v += value.get(v..)?.chars().next()?.len_utf8();
                at += escape_len(&bytes[at..]);
                runs.end(at);
            }
            b'\'' if style == Style::Single => {
                runs.put(v, at);
                v += 1;
                at += 2;
                runs.end(at);
            }
            _ => {
                let stop = |byte: &u8| match byte {
                    b' ' | b'\t' | b'\n' | b'\r' => true,
                    b'\\' => style == Style::Double,
                    b'\'' => style == Style::Single,
                    _ => false,
                };
                let len = bytes[at..].iter().position(stop).unwrap_or(bytes.len() - at);
                if decoded.get(v..v + len)? != &bytes[at..at + len] {
                    return None;
                }
                runs.put(v, at);
                v += len;
                at += len;
                runs.end(at);
            }
        }
    }
    (v == decoded.len()).then(|| runs.finish(v))
}

/// Folds line breaks: one is a space, of more the last one is nothing. `at` is at the first break.
fn fold(
    source: &str,
    style: Style,
    blank: usize,
    at: &mut usize,
    v: &mut usize,
    value: &[u8],
    runs: &mut Runs,
) -> Option<()> {
    let mut place = blank;
    let mut more = true;
    let first = *v;
    while more {
        let end = break_end(source, *at);
        *at = end;
        skip_blanks(source, at);
        // The event parser reads a comment after a tab as a blank line.
        if style == Style::Plain && source.as_bytes().get(*at) == Some(&b'#') {
            *at = find_break(source, *at);
        }
        more = source.as_bytes().get(*at).is_some_and(|&byte| is_break(byte));
        // The line feeds of the value cannot be counted instead: an escaped one may follow.
        let expected = match (more, *v == first) {
            (true, _) => b'\n',
            (false, true) => b' ',
            (false, false) => break,
        };
        if value.get(*v) != Some(&expected) {
            return None;
        }
        runs.put(*v, place);
        *v += 1;
        runs.end(end);
        place = *at;
    }
    Some(())
}

/// A backslash at the end of a line: the break is nothing, blank lines after it are line feeds.
fn escaped_break(source: &str, escape: usize, at: &mut usize, v: &mut usize, value: &[u8], runs: &mut Runs) {
    if *v > 0 {
        runs.end = runs.end.or(Some(escape));
    }
    *at = break_end(source, *at);
    skip_blanks(source, at);
    while source.as_bytes().get(*at).is_some_and(|&byte| is_break(byte)) {
        if value.get(*v) == Some(&b'\n') {
            runs.put(*v, *at);
            *v += 1;
            runs.end(break_end(source, *at));
        }
        *at = break_end(source, *at);
        skip_blanks(source, at);
    }
}

/// Length of an escape after its backslash.
fn escape_len(bytes: &[u8]) -> usize {
    let len = match bytes.first() {
        Some(b'x') => 3,
        // A surrogate pair is one character.
        Some(b'u')
            if matches!(bytes.get(1..3), Some([b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B'])) =>
        {
            11
        }
        Some(b'u') => 5,
        Some(b'U') => 9,
        _ => 1,
    };
    len.min(bytes.len())
}

/// Literal and folded scalars from the line after the header on: the runs and the end of the last content line.
fn block(source: &str, first: usize, indent: usize, value: &str) -> Option<(Vec<(u32, u32)>, usize)> {
    let (bytes, decoded) = (source.as_bytes(), value.as_bytes());
    // About two for each line.
    let mut runs = Runs { list: Vec::with_capacity(decoded.len() / 24 + 4), end: None };
    let (mut at, mut v, mut last) = (first, 0, 0);
    while v < decoded.len() {
        let content = content_start(bytes, at, indent);
        let mut line_end = find_break(source, content);
        if content < line_end {
            let len = line_end - content;
            if decoded.get(v..v + len)? != &bytes[content..line_end] {
                return None;
            }
            runs.put(v, content);
            v += len;
            runs.end(line_end);
            last = line_end;
        }
        let feeds = decoded[v..].iter().take_while(|&&byte| byte == b'\n').count();
        let fold = feeds == 0 && decoded.get(v) == Some(&b' ');
        let mut seen = 0;
        loop {
            if line_end >= bytes.len() {
                return (v == decoded.len()).then(|| (runs.finish(v), last));
            }
            let next = break_end(source, line_end);
            if seen < feeds || (fold && seen == 0) {
                runs.put(v, line_end);
                v += 1;
                runs.end(next);
            }
            seen += 1;
            at = next;
            if v == decoded.len() {
                break;
            }
            let content = content_start(bytes, at, indent);
            line_end = find_break(source, content);
            if content < line_end {
                break;
            }
        }
        if seen < feeds || (feeds == 0 && !fold && v < decoded.len()) {
            return None;
        }
    }
    Some((runs.finish(v), last))
}

/// Finds the header (`|`, `>-`, `|2+` …) between `from` and `to`: its start and its end, comment excluded.
fn header(source: &str, from: usize, to: usize) -> Option<(usize, usize)> {
    let bytes = source.as_bytes();
    let mut at = from;
    let fresh = |at: usize| {
        at == from
            || matches!(bytes[at - 1], b' ' | b'\t' | b'\n' | b'\r')
            || bytes[..at].ends_with("\u{feff}".as_bytes())
    };
    while at < to.min(bytes.len()) {
        match bytes[at] {
            b'#' if fresh(at) => at = find_break(source, at),
            b'|' | b'>' if fresh(at) => {
                let mut end = at + 1;
                while end < bytes.len() && matches!(bytes[end], b'+' | b'-' | b'0'..=b'9') {
                    end += 1;
                }
                let mut rest = end;
                skip_blanks(source, &mut rest);
                if rest >= bytes.len() || is_break(bytes[rest]) || (rest > end && bytes[rest] == b'#') {
                    return Some((at, end));
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    None
}

/// The fallback if the walk and the decoder disagree: nearby offsets, in order and on character boundaries.
fn degraded(source: &str, content: usize, end: usize, value: &str) -> Vec<(u32, u32)> {
    let place = |v: usize| floor_char_boundary(source, (content + v).min(end)) as u32;
    value
        .char_indices()
        .map(|(v, _)| (v as u32, place(v)))
        .chain([(value.len() as u32, end as u32)])
        .collect()
}

fn content_start(bytes: &[u8], line: usize, indent: usize) -> usize {
    let spaces = bytes[line.min(bytes.len())..].iter().take(indent).take_while(|&&byte| byte == b' ').count();
    line + spaces
}

pub(super) fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

pub(super) fn find_break(source: &str, at: usize) -> usize {
    let bytes = source.as_bytes();
    bytes.get(at..).and_then(|rest| memchr::memchr2(b'\n', b'\r', rest)).map_or(bytes.len(), |len| at + len)
}

/// The offset after the line break at `at`; `at` itself at the end of the source.
pub(super) fn break_end(source: &str, at: usize) -> usize {
    match source.as_bytes().get(at..) {
        Some([b'\r', b'\n', ..]) => at + 2,
        Some([_, ..]) => at + 1,
        _ => at,
    }
}

fn skip_blanks(source: &str, at: &mut usize) {
    while matches!(source.as_bytes().get(*at), Some(b' ' | b'\t')) {
        *at += 1;
    }
}
