//! The YAML that yaml-cpp accepts: its tokens and its grammar, for its first error and its mark, and for the events of
//! texts that only yaml-cpp accepts. Falco reads rules with yaml-cpp, which is laxer than YAML in some places and
//! stricter in others.

use std::collections::{HashSet, VecDeque};
use std::ops::Range;

use super::Style;
use super::scalar::{break_end, is_break};

mod chars;
mod decode;
mod grammar;
mod tokens;

/// yaml-cpp's complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// Byte offset of its mark.
    pub offset: usize,
    /// Its text without the position.
    pub text: String,
    /// At the end of the input yaml-cpp sets the column to 0.
    pub reset: bool,
}

/// The first error yaml-cpp reports in `text`, if any.
pub(super) fn check(text: &str) -> Option<Seen> {
    Scanner::new(text).stream().err()
}

/// What yaml-cpp reads in a text that it accepts.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Nodes in order.
    pub events: Vec<Event>,
    /// Comments in order, as byte ranges.
    pub comments: Vec<Range<usize>>,
    /// The opening quote of a scalar that runs to the end of the text.
    pub unclosed: Option<usize>,
    /// Where the text begins that is not read, because an empty document stands before it.
    pub unread: Option<usize>,
}

/// A step of yaml-cpp through the nodes of a text. Offsets are bytes of the text.
#[derive(Debug)]
pub(super) enum Event {
    /// A document begins.
    Document,
    /// It ends.
    DocumentEnd,
    /// A node without content stands here.
    Null(usize),
    /// A scalar.
    Scalar(Scalar),
    /// A collection begins.
    Open {
        /// A mapping; else a sequence.
        map: bool,
        /// In brackets.
        flow: bool,
        /// The first byte, properties included.
        first: usize,
    },
    /// The collection opened last ends.
    Close {
        /// Just behind its last byte.
        end: usize,
    },
    /// An alias, `*` included.
    Alias(Range<usize>),
    /// The node that follows has this anchor.
    Anchor(String),
}

/// A scalar as yaml-cpp decodes it.
#[derive(Debug, Clone)]
pub(super) struct Scalar {
    /// Its bytes.
    pub range: Range<usize>,
    /// The first byte of its properties, or its own.
    pub first: usize,
    /// How it was written.
    pub style: Style,
    /// The decoded text.
    pub value: String,
    /// The columns of indentation that are no content of a block scalar.
    pub indent: usize,
    /// It has a tag, so that it is no null.
    pub tagged: bool,
}

/// Reads a whole text as yaml-cpp does.
pub(super) fn read(text: &str) -> Result<Reading, Seen> {
    let mut scanner = Scanner::new(text);
    scanner.reading = Some(Reading::default());
    scanner.stream()?;
    Ok(scanner.reading.unwrap_or_default())
}

/// Computes marks one after the other; each costs only the distance from the one before.
pub(super) struct Marker<'a> {
    bytes: &'a [u8],
    bom: usize,
    at: usize,
    line: usize,
}

impl<'a> Marker<'a> {
    /// A marker at the start of `text`.
    pub fn new(text: &'a str) -> Marker<'a> {
        let bom = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Marker { bytes: text.as_bytes(), bom, at: bom, line: 0 }
    }

    /// The mark of byte `offset`.
    pub fn at(&mut self, offset: usize) -> (usize, usize, usize) {
        let offset = offset.clamp(self.bom, self.bytes.len().max(self.bom));
        let feeds = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == b'\n').count();
        if offset >= self.at {
            self.line += feeds(&self.bytes[self.at..offset]);
        } else {
            self.line -= feeds(&self.bytes[offset..self.at]);
        }
        self.at = offset;
        let start = self.bytes[self.bom.min(offset)..offset].iter().rposition(|&byte| byte == b'\n');
        (self.line, start.map_or(offset - self.bom, |at| offset - self.bom - at - 1), offset - self.bom)
    }

    /// The mark of a complaint.
    pub fn seen(&mut self, seen: &Seen) -> (usize, usize, usize) {
        let (line, column, offset) = self.at(seen.offset);
        (line, if seen.reset { 0 } else { column }, offset)
    }
}

type Check<T> = Result<T, Seen>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Directive,
    DocStart,
    DocEnd,
    SeqStart,
    MapStart,
    SeqEnd,
    MapEnd,
    Entry,
    FlowSeqStart,
    FlowMapStart,
    FlowSeqEnd,
    FlowMapEnd,
    FlowEntry,
    Key,
    Value,
    Anchor,
    Alias,
    Tag,
    Scalar,
}

/// A token may wait until it is known whether a simple key begins there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Status {
    Valid,
    Invalid,
    Unknown,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    kind: Kind,
    at: usize,
    end: usize,
    reset: bool,
    status: Status,
    /// Index of a scalar's text among the decoded ones.
    decoded: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Indented {
    Nothing,
    Seq,
    Map,
}

#[derive(Clone, Copy, Debug)]
struct Indent {
    column: isize,
    what: Indented,
    status: Status,
}

#[derive(Clone, Copy, Debug)]
struct SimpleKey {
    at: usize,
    line: usize,
    level: usize,
    /// Index in the indents, if the key opened one.
    indent: Option<usize>,
    /// Serial numbers of the tokens that wait for the key.
    start: Option<usize>,
    key: usize,
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    line: usize,
    line_start: usize,
    tokens: VecDeque<Token>,
    /// Serial number of the first token in the queue.
    serial: usize,
    started: bool,
    ended: bool,
    key_allowed: bool,
    /// False behind a quoted scalar in a block, until the line or the key ends.
    scalar_allowed: bool,
    json_flow: bool,
    keys: Vec<SimpleKey>,
    indents: Vec<Indent>,
    /// True for a sequence.
    flows: Vec<bool>,
    anchors: HashSet<&'a str>,
    depth: usize,
    stack: Vec<Collection>,
    /// Just behind the token taken last.
    behind: usize,
    /// What is read, if it is wanted.
    reading: Option<Reading>,
    decoded: Vec<Option<Scalar>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Collection {
    Block,
    FlowSeq,
    FlowMap,
    Compact,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Scanner<'a> {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Scanner {
            text,
            bytes: text.as_bytes(),
            at,
            line: 0,
            line_start: at,
            tokens: VecDeque::new(),
            serial: 0,
            started: false,
            ended: false,
            key_allowed: true,
            scalar_allowed: true,
            json_flow: false,
            keys: Vec::new(),
            indents: vec![Indent { column: -1, what: Indented::Nothing, status: Status::Valid }],
            flows: Vec::new(),
            anchors: HashSet::new(),
            depth: 0,
            stack: Vec::new(),
            behind: at,
            reading: None,
            decoded: Vec::new(),
        }
    }

    fn fail<T>(&self, text: &str) -> Check<T> {
        self.fail_at(self.at, text)
    }

    fn fail_at<T>(&self, offset: usize, text: &str) -> Check<T> {
        Err(Seen { offset, text: text.to_owned(), reset: self.ended && offset == self.at })
    }
}
