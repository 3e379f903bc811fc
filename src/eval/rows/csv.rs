//! CSV as Athena and CloudTrail Lake write it, row by row. An empty cell differs from an empty text in quotes.

use super::{Cell, columns};
use std::borrow::Cow;
use std::ops::Range;

/// Maximum length of a header in bytes.
const LONGEST_HEADER: usize = 64 << 10;

/// Whether a text begins with the header of an export; `None` if more is needed.
pub(in super::super) fn is_export(text: &[u8]) -> Option<bool> {
    if !text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'"' | b'_')) {
        return text.first().map(|_| false);
    }
    let Some(end) = memchr::memchr(b'\n', text) else {
        return (text.len() > LONGEST_HEADER).then_some(false);
    };
    let names = names(&text[..end]);
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    Some(columns::WHOLE.iter().any(|whole| has(whole)) || has("eventTime") || has("eventName"))
}

/// The names in a header.
pub(in super::super) fn names(header: &[u8]) -> Vec<String> {
    let name = |cell: Cell<'_>| match cell {
        Cell::Text(name) => name.trim().to_owned(),
        _ => String::new(),
    };
    std::str::from_utf8(header).ok().and_then(cells).unwrap_or_default().into_iter().map(name).collect()
}

/// The cells of a row; `None` if its quotes are wrong.
pub(super) fn cells(row: &str) -> Option<Vec<Cell<'_>>> {
    let row = row.strip_suffix('\n').unwrap_or(row);
    let row = row.strip_suffix('\r').unwrap_or(row);
    let (mut cells, mut rest) = (Vec::new(), row);
    loop {
        let Some(quoted) = rest.strip_prefix('"') else {
            let (cell, next) = rest.split_once(',').map_or((rest, None), |(cell, next)| (cell, Some(next)));
            if cell.contains('"') {
                return None;
            }
            cells.push(if cell.is_empty() { Cell::Nothing } else { Cell::Text(Cow::Borrowed(cell)) });
            match next {
                None => return Some(cells),
                Some(next) => rest = next,
            }
            continue;
        };
        let end = closing(quoted)?;
        let text = &quoted[..end];
        let text = if text.contains('"') { Cow::Owned(text.replace("\"\"", "\"")) } else { text.into() };
        cells.push(Cell::Text(text));
        match &quoted.as_bytes()[end + 1..] {
            [] => return Some(cells),
            [b',', ..] => rest = &quoted[end + 2..],
            _ => return None,
        }
    }
}

/// Position of the quote that closes a text.
fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = memchr::memchr(b'"', bytes)?;
    while bytes.get(at + 1) == Some(&b'"') {
        at = at + 2 + memchr::memchr(b'"', &bytes[at + 2..])?;
    }
    Some(at)
}

/// Splitter of rows that can stop after any byte.
#[derive(Debug, Default)]
pub(in super::super) struct Splitter {
    start: usize,
    /// Inside quotes.
    quoted: bool,
    /// The row's text is dropped.
    dropped: bool,
    /// The names of the columns, once read.
    pub header: Option<Vec<String>>,
}

impl Splitter {
    /// A splitter that starts at this byte of a text.
    pub fn new(start: usize) -> Splitter {
        Splitter { start, ..Splitter::default() }
    }

    /// Continues at `from` in a text whose earlier part was read.
    pub fn feed(&mut self, text: &[u8], from: usize, found: &mut Vec<Range<usize>>) {
        let mut at = from;
        while let Some(next) = memchr::memchr2(b'"', b'\n', text.get(at..).unwrap_or_default()) {
            at += next + 1;
            if text[at - 1] == b'"' {
                self.quoted = !self.quoted;
            } else if !self.quoted {
                self.end(text, at, found);
            }
        }
    }

    /// Ends the text. Returns whether a quoted cell was open.
    pub fn finish(&mut self, text: &[u8], found: &mut Vec<Range<usize>>) -> bool {
        if !self.quoted {
            self.end(text, text.len(), found);
        }
        self.quoted
    }

    fn end(&mut self, text: &[u8], end: usize, found: &mut Vec<Range<usize>>) {
        let is_blank = text.get(self.start..end).is_none_or(|row| row.trim_ascii().is_empty());
        if !std::mem::take(&mut self.dropped) && !is_blank {
            found.push(self.start..end);
        }
        self.start = end;
    }

    /// Start of the text that is still needed.
    pub fn open(&self, len: usize) -> Option<usize> {
        (!self.dropped && self.start < len).then_some(self.start)
    }

    /// Adjusts positions after `by` bytes were removed from the front.
    pub fn shift(&mut self, by: usize) {
        self.start = self.start.saturating_sub(by);
    }

    /// Drops the text of the open row and continues after it.
    pub fn drop_open(&mut self) {
        self.dropped = true;
    }
}
