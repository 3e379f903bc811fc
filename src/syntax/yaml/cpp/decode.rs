//! The decoded texts of scalars, as yaml-cpp decodes them.

use crate::syntax::yaml::Style;

/// The treatment of line breaks at the end of a scalar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Chomp {
    /// All are removed.
    Strip,
    /// One stays.
    Clip,
    /// All stay.
    Keep,
}

/// A line break inside a scalar, and its surroundings.
pub(super) struct LineBreak {
    /// True if a backslash precedes it.
    pub escaped: bool,
    /// True if the next line is empty.
    pub empty: bool,
    /// True if the next line begins with a blank after its indentation.
    pub blank: bool,
    /// True if the next line is indented at least like the scalar.
    pub deep: bool,
    /// True if content precedes it in the scalar.
    pub content: bool,
}

/// The text of one scalar, collected line by line.
pub(super) struct Decoder {
    style: Style,
    chomp: Chomp,
    value: Vec<u8>,
    /// Length of the value without blanks at the end of the current line.
    solid: usize,
    /// Length of the value up to the last escape, after which nothing is removed.
    protected: Option<usize>,
    /// The offset after the last byte of the file that is part of the text.
    pub end: usize,
    /// True after the closing quote.
    pub closed: bool,
    /// True after the line break of a block scalar's header.
    pub past_first_break: bool,
    empty: bool,
    more_indented: bool,
    /// Line breaks of a folded block that depend on the next line.
    waiting: usize,
    waiting_more_indented: bool,
}

impl Decoder {
    /// A decoder for a scalar that begins at `start`.
    pub fn new(style: Style, chomp: Chomp, start: usize) -> Decoder {
        Decoder {
            style,
            chomp,
            value: Vec::new(),
            solid: 0,
            protected: None,
            end: start,
            closed: false,
            past_first_break: !matches!(style, Style::Literal | Style::Folded),
            empty: false,
            more_indented: false,
            waiting: 0,
            waiting_more_indented: false,
        }
    }

    fn is_flow(&self) -> bool {
        matches!(self.style, Style::Plain | Style::Single | Style::Double)
    }

    /// Begins a line.
    pub fn begin_line(&mut self) {
        self.solid = self.value.len();
    }

    /// Adds a byte of the file, at offset `at`.
    pub fn byte(&mut self, byte: u8, at: usize) {
        self.value.push(byte);
        if !matches!(byte, b' ' | b'\t') {
            self.solid = self.value.len();
            self.end = at + 1;
        }
    }

    /// Adds the character of an escape.
    pub fn escaped(&mut self, character: char) {
        self.value.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        self.protect();
    }

    /// Protects the text before this place from removal.
    pub fn protect(&mut self) {
        self.solid = self.value.len();
        self.protected = Some(self.value.len());
    }

    /// Ends a line: in plain and quoted scalars trailing blanks are removed.
    pub fn end_line(&mut self) {
        if self.is_flow() {
            self.value.truncate(self.solid);
        }
    }

    /// Adds a line break.
    pub fn line_break(&mut self, at: &LineBreak) {
        let folds = self.style == Style::Folded;
        if folds && self.waiting == 0 && at.empty {
            self.waiting_more_indented = self.more_indented;
        }
        if self.past_first_break {
            match self.style {
                Style::Literal => self.value.push(b'\n'),
                Style::Folded => self.fold(at),
                _ if at.empty => self.value.push(b'\n'),
                _ if !self.empty && !at.escaped => self.value.push(b' '),
                _ => {}
            }
        }
        self.empty = at.empty;
        self.more_indented = at.blank;
        self.past_first_break = true;
    }

    fn fold(&mut self, at: &LineBreak) {
        if !self.empty && !at.empty && !self.more_indented && !at.blank && at.deep {
            self.value.push(b' ');
        } else if at.empty {
            self.waiting += 1;
        } else {
            self.value.push(b'\n');
        }
        if !at.empty && self.waiting > 0 {
            let more = usize::from(self.waiting_more_indented || at.blank || !at.content);
            self.value.resize(self.value.len() + self.waiting - 1 + more, b'\n');
            self.waiting = 0;
        }
    }

    /// The whole text.
    pub fn finish(mut self) -> String {
        if self.style == Style::Plain {
            self.cut(|byte| matches!(byte, b' ' | b'\t'), 1);
        }
        match self.chomp {
            Chomp::Keep => {}
            Chomp::Strip => self.cut_all(1),
            Chomp::Clip => self.cut_all(2),
        }
        String::from_utf8(self.value)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    /// Removes line breaks at the end; from a text of nothing else, all.
    fn cut_all(&mut self, keep: usize) {
        if self.protected.is_none() && self.value.iter().all(|&byte| byte == b'\n') {
            self.value.clear();
        }
        self.cut(|byte| byte == b'\n', keep);
    }

    /// Removes such bytes at the end, but not before the last escape. The byte before them is one of the `keep` that
    /// stay.
    fn cut(&mut self, is_cut: impl Fn(u8) -> bool, keep: usize) {
        let last = self.value.iter().rposition(|&byte| !is_cut(byte));
        let Some(last) = last.max(self.protected) else { return };
        self.value.truncate(last + keep);
    }
}
