//! Conversion between bytes of a file and positions of the protocol, in the client's unit.

use crate::ide::doc::Doc;
use gen_lsp_types as lsp;
use std::ops::Range;

/// The unit of a position's `character`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// A byte.
    Utf8,
    /// A UTF-16 code unit.
    #[default]
    Utf16,
    /// A Unicode scalar value.
    Utf32,
}

impl Encoding {
    /// The best unit that the client supports. Every client supports UTF-16.
    pub fn negotiate(offered: &[&str]) -> Encoding {
        // Bytes need no conversion.
        if offered.contains(&"utf-8") {
            Encoding::Utf8
        } else if offered.contains(&"utf-16") || !offered.contains(&"utf-32") {
            Encoding::Utf16
        } else {
            Encoding::Utf32
        }
    }

    /// Its name in the protocol.
    pub fn kind(self) -> lsp::PositionEncodingKind {
        match self {
            Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
            Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
            Encoding::Utf32 => lsp::PositionEncodingKind::UTF32,
        }
    }

    /// The length of a text in this unit.
    pub fn count(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            _ if text.is_ascii() => text.len(),
            Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
            Encoding::Utf32 => text.chars().count(),
        }
    }

    /// The byte offset of the unit with this number, or of the character that contains it.
    fn byte(self, text: &str, units: usize) -> usize {
        if self == Encoding::Utf8 || text.is_ascii() {
            return crate::source::floor_char_boundary(text, units);
        }
        let mut before = 0;
        for (at, c) in text.char_indices() {
            before += if self == Encoding::Utf16 { c.len_utf16() } else { 1 };
            if before > units {
                return at;
            }
        }
        text.len()
    }

    /// The position of a byte.
    pub fn position(self, doc: &Doc, offset: usize) -> lsp::Position {
        let place = doc.line_byte(offset);
        let start = doc.line(place.line).map_or(0, |line| line.start);
        let character = match self {
            Encoding::Utf8 => place.byte,
            _ => self.count(doc.slice(start..start + place.byte)),
        };
        lsp::Position { line: narrow(place.line), character: narrow(character) }
    }

    /// The range of some bytes.
    pub fn range(self, doc: &Doc, range: &Range<usize>) -> lsp::Range {
        lsp::Range { start: self.position(doc, range.start), end: self.position(doc, range.end) }
    }

    /// The byte offset of a position. A position beyond the end of a line or of the file is clamped to it.
    pub fn offset(self, doc: &Doc, position: lsp::Position) -> usize {
        let Some(line) = doc.line(position.line as usize) else { return doc.len() };
        line.start + self.byte(doc.slice(line), position.character as usize)
    }

    /// The bytes of a range.
    pub fn bytes(self, doc: &Doc, range: lsp::Range) -> Range<usize> {
        let start = self.offset(doc, range.start);
        start..self.offset(doc, range.end).max(start)
    }
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# naïve 😀 列表\r\n- list: a\r  items: [\"😀\", b]\n\n- macro: ñ\n";

    /// Converts every character boundary of the text to a position and back.
    #[test]
    fn there_and_back() {
        let doc = Doc::new("x", TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (at, c) in TEXT.char_indices().chain([(TEXT.len(), '\0')]) {
                let position = encoding.position(&doc, at);
                // The line break itself has no position.
                let expected = if c == '\n' && TEXT[..at].ends_with('\r') { at - 1 } else { at };
                assert_eq!(encoding.offset(&doc, position), expected, "{encoding:?} {at}");
            }
        }
    }

    #[test]
    fn units() {
        let doc = Doc::new("x", TEXT);
        let end = TEXT.find('\r').unwrap_or_default();
        let character = |encoding: Encoding| encoding.position(&doc, end).character;
        assert_eq!(character(Encoding::Utf8), 20);
        assert_eq!(character(Encoding::Utf16), 13);
        assert_eq!(character(Encoding::Utf32), 12);
        let line = |text| Encoding::Utf8.position(&doc, TEXT.find(text).unwrap_or_default()).line;
        assert_eq!((line("- list"), line("items"), line("- macro")), (1, 2, 4));
    }

    #[test]
    fn beyond_the_end() {
        let doc = Doc::new("x", TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            let at = |line, character| encoding.offset(&doc, lsp::Position { line, character });
            assert_eq!(at(1, u32::MAX), TEXT.find('\r').unwrap_or_default() + "\r\n- list: a".len());
            assert_eq!(at(u32::MAX, 0), TEXT.len());
            let empty = Doc::new("x", "");
            assert_eq!(encoding.offset(&empty, lsp::Position { line: 0, character: 9 }), 0);
            assert_eq!(encoding.position(&empty, 9), lsp::Position::default());
        }
        // In the middle of a surrogate pair: before the character.
        assert_eq!(
            Encoding::Utf16.offset(&doc, lsp::Position { line: 0, character: 9 }),
            TEXT.find('😀').unwrap_or_default()
        );
    }
}
