//! The character level: where a scalar ends, which escapes exist.

use super::decode::{Decoder, LineBreak};
use super::{Check, Scanner, break_end, is_break};

/// The ways in which a scalar ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Plain,
    FlowPlain,
    Single,
    Double,
    Never,
}

/// The parameters for reading a scalar.
pub(super) struct Shape {
    pub end: End,
    pub indent: usize,
    pub detect: bool,
    pub leading: bool,
    pub tabs: bool,
}

impl Scanner<'_> {
    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    pub(super) fn column(&self) -> usize {
        self.at - self.line_start
    }

    pub(super) fn eat(&mut self, count: usize) {
        for _ in 0..count {
            if self.peek(0) == Some(b'\n') {
                self.line += 1;
                self.line_start = self.at + 1;
            }
            self.at = (self.at + 1).min(self.bytes.len());
        }
    }

    pub(super) fn eat_break(&mut self) {
        self.eat(break_end(self.text, self.at) - self.at);
    }

    pub(super) fn blank(&self) -> bool {
        matches!(self.peek(0), Some(b' ' | b'\t'))
    }

    pub(super) fn at_break(&self) -> bool {
        self.peek(0).is_some_and(is_break)
    }

    /// True if a blank or a break stands `ahead`.
    pub(super) fn space(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), Some(b' ' | b'\t' | b'\n' | b'\r'))
    }

    /// True as for [`Scanner::space`], or at the end of the input.
    pub(super) fn gap(&self, ahead: usize) -> bool {
        self.peek(ahead).is_none() || self.space(ahead)
    }

    pub(super) fn document_marker(&self, marker: &[u8]) -> bool {
        self.column() == 0 && self.bytes[self.at..].starts_with(marker) && self.gap(3)
    }

    /// The length of the scalar's end at the cursor.
    fn ends(&self, end: End) -> Option<usize> {
        let behind = if self.at_break() { break_end(self.text, self.at) } else { self.at + 1 };
        let comment = self.space(0) && self.bytes.get(behind) == Some(&b'#');
        let ended = match end {
            End::Plain => (self.peek(0) == Some(b':') && self.gap(1)) || comment,
            End::FlowPlain => match self.peek(0) {
                Some(b',' | b'?' | b'[' | b']' | b'{' | b'}') => true,
                Some(b':') => self.gap(1) || matches!(self.peek(1), Some(b',' | b']' | b'}')),
                _ => comment,
            },
            End::Single => self.peek(0) == Some(b'\'') && self.peek(1) != Some(b'\''),
            End::Double => self.peek(0) == Some(b'"'),
            End::Never => self.peek(0).is_none(),
        };
        ended.then_some(1)
    }

    /// Reads a scalar up to its end; true if a line with less indentation ended it.
    pub(super) fn scalar(&mut self, shape: &mut Shape, text: &mut Decoder) -> Check<bool> {
        let quoted = matches!(shape.end, End::Single | End::Double);
        let mut content = false;
        while self.peek(0).is_some() {
            text.begin_line();
            let Some(escaped) = self.line(shape, &mut content, text)? else { return Ok(false) };
            if self.peek(0).is_none() {
                if quoted {
                    return self.fail("illegal EOF in scalar");
                }
                return Ok(false);
            }
            if let Some(len) = self.ends(shape.end) {
                if quoted {
                    self.eat(len);
                    text.closed = true;
                }
                return Ok(false);
            }
            text.end_line();
            self.eat_break();
            self.indentation(shape, content)?;
            let (empty, blank, column) = (self.at_break(), self.blank(), self.column());
            text.line_break(&LineBreak { escaped, empty, blank, deep: column >= shape.indent, content });
            if !empty && column < shape.indent {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads up to the end of the line or of the scalar: true if the line break is escaped, `None` at a document
    /// marker.
    fn line(&mut self, shape: &Shape, content: &mut bool, text: &mut Decoder) -> Check<Option<bool>> {
        let quoted = matches!(shape.end, End::Single | End::Double);
        while self.ends(shape.end).is_none() && !self.at_break() && self.peek(0).is_some() {
            if shape.end != End::Never && (self.document_marker(b"---") || self.document_marker(b"...")) {
                if quoted {
                    return self.fail("illegal document indicator in scalar");
                }
                return Ok(None);
            }
            *content = true;
            text.past_first_break = true;
            match (shape.end, self.peek(0)) {
                (End::Double, Some(b'\\')) if self.peek(1).is_some_and(is_break) => {
                    self.eat(1);
                    text.protect();
                    return Ok(Some(true));
                }
                (End::Double, Some(b'\\')) => {
                    let character = self.escape()?;
                    text.escaped(character);
                }
                (End::Single, Some(b'\'')) => {
                    self.eat(2);
                    text.escaped('\'');
                }
                (_, byte) => {
                    text.byte(byte.unwrap_or_default(), self.at);
                    self.eat(1);
                }
            }
        }
        Ok(Some(false))
    }

    /// Reads the blanks at the start of a line.
    fn indentation(&mut self, shape: &mut Shape, content: bool) -> Check<()> {
        while self.peek(0) == Some(b' ')
            && (self.column() < shape.indent || (shape.detect && !content))
            && self.ends(shape.end).is_none()
        {
            self.eat(1);
        }
        if shape.detect && !content {
            shape.indent = shape.indent.max(self.column());
        }
        while self.blank() {
            if self.peek(0) == Some(b'\t') && self.column() < shape.indent && shape.tabs {
                return self.fail("illegal tab when looking for indentation");
            }
            if !shape.leading || self.ends(shape.end).is_some() {
                break;
            }
            self.eat(1);
        }
        Ok(())
    }

    /// Reads an escape of a double quoted scalar.
    fn escape(&mut self) -> Check<char> {
        self.eat(1);
        let Some(letter) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else {
            return self.fail("unknown escape character: ");
        };
        self.eat(1);
        let digits = match letter {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => {
                let character = match letter {
                    '0' => '\0',
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    't' | '\t' => '\t',
                    'n' => '\n',
                    'v' => '\u{b}',
                    'f' => '\u{c}',
                    'r' => '\r',
                    'e' => '\u{1b}',
                    ' ' | '"' | '\'' | '\\' | '/' => letter,
                    'N' => '\u{85}',
                    '_' => '\u{a0}',
                    'L' => '\u{2028}',
                    'P' => '\u{2029}',
                    _ => return self.fail(&format!("unknown escape character: {letter}")),
                };
                return Ok(character);
            }
        };
        let start = self.at;
        self.eat(digits);
        let hex = self.bytes.get(start..start + digits).unwrap_or_default();
        if hex.len() < digits || !hex.iter().all(u8::is_ascii_hexdigit) {
            return self.fail("bad character found while scanning hex number");
        }
        let value = hex
            .iter()
            .fold(0, |value: u32, &digit| (value << 4) | char::from(digit).to_digit(16).unwrap_or(0));
        match char::from_u32(value) {
            Some(character) => Ok(character),
            None => self.fail(&format!("invalid unicode: {value}")),
        }
    }
}
