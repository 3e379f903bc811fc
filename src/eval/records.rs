//! Splitting of a log into records by counting braces, as the plugin does. Input arrives in pieces.
//! An outermost object is a record if its first distinctive key is one of a record; otherwise the objects directly
//! inside it are the records, under any key. So one record, lines of records, an array, the format of S3 and
//! envelopes of EventBridge are read the same way. Keys of [`super::rows`] are distinctive too.

use super::json::string_end;
use super::rows::is_row_key;
use std::ops::Range;

/// Keys that distinguish a record from an object around records.
pub(super) const OF_RECORDS: [&[u8]; 16] = [
    b"additionalEventData",
    b"awsRegion",
    b"errorCode",
    b"eventCategory",
    b"eventID",
    b"eventName",
    b"eventSource",
    b"eventTime",
    b"eventType",
    b"eventVersion",
    b"requestParameters",
    b"responseElements",
    b"sourceIPAddress",
    b"tlsDetails",
    b"userAgent",
    b"userIdentity",
];

/// The byte ranges of the records in a whole file.
#[cfg(test)]
pub fn records(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let (mut splitter, mut found) = (Splitter::default(), Vec::new());
    splitter.feed(text, 0, text.len(), &mut found);
    found.into_iter().filter_map(|piece| match piece {
        Piece::Record(range) => Some(range),
        Piece::Stray(_) => None,
    })
}

/// A result of the splitter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// A whole record.
    Record(Range<usize>),
    /// Start of text outside of any object.
    Stray(usize),
}

/// Splitter that can stop after any byte.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    place: Nesting,
    /// Inside a string.
    string: bool,
    escaped: bool,
    /// Whether text outside of objects was reported.
    stray: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum Nesting {
    /// Outside of everything.
    #[default]
    Top,
    /// In an outer object that is not yet known to be a record.
    New { start: usize, key: Option<usize>, may_be_key: bool, brackets: usize },
    /// In an object around records, between them.
    Around,
    /// In a record. Without a start its text is dropped.
    Record { start: Option<usize>, depth: usize, around: bool },
}

impl Splitter {
    /// Continues at `at` in a text whose earlier part was read.
    pub fn feed(&mut self, text: &[u8], mut at: usize, end: usize, found: &mut Vec<Piece>) {
        let text = text.get(..end).unwrap_or(text);
        while at < text.len() {
            if self.string {
                at = self.string(text, at);
                continue;
            }
            at = match self.place {
                Nesting::Top => self.top(text, at, found),
                Nesting::New { .. } => self.new_object(text, at, found),
                Nesting::Around => self.around(text, at),
                Nesting::Record { .. } => self.record(text, at, found),
            };
        }
    }

    /// Start of the text that is still needed, if any is.
    pub fn open(&self) -> Option<usize> {
        match self.place {
            Nesting::New { start, .. } => Some(start),
            Nesting::Record { start, .. } => start,
            Nesting::Top | Nesting::Around => None,
        }
    }

    /// Ends the text or an independent line, and resets. Returns whether an object was open.
    pub fn finish(&mut self) -> bool {
        let open = !matches!(self.place, Nesting::Top);
        *self = Splitter::default();
        open
    }

    /// Adjusts positions after `by` bytes were removed from the front.
    pub fn shift(&mut self, by: usize) {
        match &mut self.place {
            Nesting::New { start, key, .. } => {
                *start -= by;
                *key = key.map(|key| key - by);
            }
            Nesting::Record { start: Some(start), .. } => *start -= by,
            _ => {}
        }
    }

    /// Drops the text of the open record and continues after it.
    pub fn drop_open(&mut self) {
        match &mut self.place {
            Nesting::New { .. } => self.place = Nesting::Record { start: None, depth: 1, around: false },
            Nesting::Record { start, .. } => *start = None,
            _ => {}
        }
    }

    fn string(&mut self, text: &[u8], mut at: usize) -> usize {
        if std::mem::take(&mut self.escaped) {
            at += 1;
        }
        let Some((end, _)) = string_end(text, at) else {
            let inside = text.get(at..).unwrap_or_default();
            self.escaped = inside.iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1;
            return text.len();
        };
        self.string = false;
        if let Nesting::New { start, key, .. } = &mut self.place
            && let Some(key) = key.take()
        {
            let name = text.get(key..end).unwrap_or_default();
            let start = *start;
            if OF_RECORDS.contains(&name) {
                self.place = Nesting::Record { start: Some(start), depth: 1, around: false };
            } else if name == b"Records" {
                self.place = Nesting::Around;
            } else if is_row_key(name) {
                self.place = Nesting::Record { start: Some(start), depth: 1, around: false };
            }
        }
        end + 1
    }

    fn top(&mut self, text: &[u8], at: usize, found: &mut Vec<Piece>) -> usize {
        match text[at] {
            b'{' => {
                self.place = Nesting::New { start: at, key: None, may_be_key: true, brackets: 0 };
                self.stray = false;
            }
            b' ' | b'\t' | b'\r' | b'\n' | b'[' | b']' | b',' | 0x1E => {}
            _ if !self.stray => {
                self.stray = true;
                found.push(Piece::Stray(at));
            }
            _ => {}
        }
        at + 1
    }

    fn new_object(&mut self, text: &[u8], at: usize, found: &mut Vec<Piece>) -> usize {
        let Nesting::New { start, key, may_be_key, brackets } = &mut self.place else { return at };
        match text[at] {
            b'"' => {
                self.string = true;
                *key = std::mem::take(may_be_key).then_some(at + 1);
            }
            b'{' => self.place = Nesting::Record { start: Some(at), depth: 1, around: true },
            b'}' => {
                found.push(Piece::Record(*start..at + 1));
                self.place = Nesting::Top;
            }
            b',' => *may_be_key = *brackets == 0,
            b'[' => *brackets += 1,
            b']' => *brackets = brackets.saturating_sub(1),
            _ => {}
        }
        at + 1
    }

    fn around(&mut self, text: &[u8], at: usize) -> usize {
        match text[at] {
            b'"' => self.string = true,
            b'{' => self.place = Nesting::Record { start: Some(at), depth: 1, around: true },
            b'}' => self.place = Nesting::Top,
            _ => {}
        }
        at + 1
    }

    fn record(&mut self, text: &[u8], mut at: usize, found: &mut Vec<Piece>) -> usize {
        let Nesting::Record { start, depth, around } = &mut self.place else { return at };
        while let Some(&byte) = text.get(at) {
            match byte {
                b'"' => match string_end(text, at + 1) {
                    Some((end, _)) => at = end,
                    None => {
                        self.string = true;
                        return at + 1;
                    }
                },
                b'{' => *depth += 1,
                b'}' => {
                    *depth -= 1;
                    if *depth == 0 {
                        found.extend(start.map(|start| Piece::Record(start..at + 1)));
                        self.place = if *around { Nesting::Around } else { Nesting::Top };
                        return at + 1;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        at
    }
}
