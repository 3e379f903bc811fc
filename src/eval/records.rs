//! The records of a log, found piece by piece: by counting braces, as the plugin does.
//!
//! An object at the outside is a record if its first telling key is one of a record; otherwise, the objects directly
//! inside it are the records, whatever their key is called. So one record, lines of them, an array of them and the
//! form of S3 are all read the same way, and so are the envelopes of EventBridge. Keys of [`super::rows`] tell too.

use super::json::string_end;
use super::rows::is_row_key;
use std::ops::Range;

/// Keys that tell a record from an object around records.
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

/// What the splitter finds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// A whole record.
    Record(Range<usize>),
    /// Text outside of any object begins here.
    Stray(usize),
}

/// Where the splitter is; it can stop after any byte.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    place: Place,
    /// Inside a string, and behind a backslash in it.
    string: bool,
    escaped: bool,
    /// Text outside of objects was told of.
    stray: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum Place {
    /// Outside of everything.
    #[default]
    Top,
    /// In an outer object that is not known to be a record yet.
    New { start: usize, key: Option<usize>, may_be_key: bool, brackets: usize },
    /// In an object around records, between them.
    Around,
    /// In a record. Its text is not wanted any more without a start.
    Record { start: Option<usize>, depth: usize, around: bool },
}

impl Splitter {
    /// Reads on, in a text of which all before `at` was read.
    pub fn feed(&mut self, text: &[u8], mut at: usize, end: usize, found: &mut Vec<Piece>) {
        let text = text.get(..end).unwrap_or(text);
        while at < text.len() {
            if self.string {
                at = self.string(text, at);
                continue;
            }
            at = match self.place {
                Place::Top => self.top(text, at, found),
                Place::New { .. } => self.new_object(text, at, found),
                Place::Around => self.around(text, at),
                Place::Record { .. } => self.record(text, at, found),
            };
        }
    }

    /// Where the text begins that is still needed, if any is.
    pub fn open(&self) -> Option<usize> {
        match self.place {
            Place::New { start, .. } => Some(start),
            Place::Record { start, .. } => start,
            Place::Top | Place::Around => None,
        }
    }

    /// The text ends, or with it a line that stands alone: starts afresh. True if something was left open.
    pub fn finish(&mut self) -> bool {
        let open = !matches!(self.place, Place::Top);
        *self = Splitter::default();
        open
    }

    /// The first bytes of the text were taken away.
    pub fn shift(&mut self, by: usize) {
        match &mut self.place {
            Place::New { start, key, .. } => {
                *start -= by;
                *key = key.map(|key| key - by);
            }
            Place::Record { start: Some(start), .. } => *start -= by,
            _ => {}
        }
    }

    /// Gives up the text of the open record, and goes on behind it.
    pub fn drop_open(&mut self) {
        match &mut self.place {
            Place::New { .. } => self.place = Place::Record { start: None, depth: 1, around: false },
            Place::Record { start, .. } => *start = None,
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
        if let Place::New { start, key, .. } = &mut self.place
            && let Some(key) = key.take()
        {
            let name = text.get(key..end).unwrap_or_default();
            let start = *start;
            if OF_RECORDS.contains(&name) {
                self.place = Place::Record { start: Some(start), depth: 1, around: false };
            } else if name == b"Records" {
                self.place = Place::Around;
            } else if is_row_key(name) {
                self.place = Place::Record { start: Some(start), depth: 1, around: false };
            }
        }
        end + 1
    }

    fn top(&mut self, text: &[u8], at: usize, found: &mut Vec<Piece>) -> usize {
        match text[at] {
            b'{' => {
                self.place = Place::New { start: at, key: None, may_be_key: true, brackets: 0 };
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
        let Place::New { start, key, may_be_key, brackets } = &mut self.place else { return at };
        match text[at] {
            b'"' => {
                self.string = true;
                *key = std::mem::take(may_be_key).then_some(at + 1);
            }
            b'{' => self.place = Place::Record { start: Some(at), depth: 1, around: true },
            b'}' => {
                found.push(Piece::Record(*start..at + 1));
                self.place = Place::Top;
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
            b'{' => self.place = Place::Record { start: Some(at), depth: 1, around: true },
            b'}' => self.place = Place::Top,
            _ => {}
        }
        at + 1
    }

    fn record(&mut self, text: &[u8], mut at: usize, found: &mut Vec<Piece>) -> usize {
        let Place::Record { start, depth, around } = &mut self.place else { return at };
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
                        self.place = if *around { Place::Around } else { Place::Top };
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
