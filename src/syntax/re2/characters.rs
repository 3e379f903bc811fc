//! The characters of a pattern: escapes, bracket expressions and plain UTF-8.

use super::class::{self, Class, RUNE_MAX};
use super::error::{Error, ErrorKind};
use super::parse::{Parser, class_node};

impl Parser<'_> {
    /// Reads an escape; `in_class` only affects the help.
    pub(super) fn escape(&mut self, in_class: bool) -> Result<u32, Error> {
        let start = self.at;
        self.at += 1;
        if self.peek(0).is_none() {
            return Err(self.error(ErrorKind::TrailingBackslash, start..self.at, 0..0));
        }
        let first = self.rune()?;
        let rune = match char::from_u32(first) {
            Some(digit @ '0'..='7') => self.octal(digit),
            Some('x') => self.hex(start)?,
            Some('n') => Some(0x0A),
            Some('r') => Some(0x0D),
            Some('t') => Some(0x09),
            Some('a') => Some(0x07),
            Some('f') => Some(0x0C),
            Some('v') => Some(0x0B),
            Some(other) if other.is_ascii() && !other.is_ascii_alphanumeric() => Some(first),
            _ => None,
        };
        let kind = if in_class { ErrorKind::BadEscapeInClass } else { ErrorKind::BadEscape };
        rune.ok_or_else(|| self.error(kind, start..self.at, start..self.at))
    }

    /// Reads up to three octal digits, the first already read. A single one is a back reference unless it is 0.
    fn octal(&mut self, first: char) -> Option<u32> {
        let mut code = u32::from(first) - u32::from('0');
        if first != '0' && !matches!(self.peek(0), Some(b'0'..=b'7')) {
            return None;
        }
        for _ in 0..2 {
            let Some(digit @ b'0'..=b'7') = self.peek(0) else { break };
            code = code * 8 + u32::from(digit - b'0');
            self.at += 1;
        }
        Some(code)
    }

    /// Reads the rest of `\x`: two hexadecimal digits, or any number of them in braces.
    fn hex(&mut self, start: usize) -> Result<Option<u32>, Error> {
        if self.peek(0).is_none() {
            return Ok(None);
        }
        let first = self.rune()?;
        if first != u32::from('{') {
            if self.peek(0).is_none() {
                return Ok(None);
            }
            let second = self.rune()?;
            return Ok(hex_digit(first).zip(hex_digit(second)).map(|(high, low)| high * 16 + low));
        }
        if self.peek(0).is_none() {
            // RE2 reads a character here without checking that there is one.
            return Err(self.error(ErrorKind::CutShort, start..self.at, 0..0));
        }
        let mut code = 0;
        let mut digits = 0;
        let mut rune = self.rune()?;
        while let Some(digit) = hex_digit(rune) {
            code = code * 16 + digit;
            digits += 1;
            if code > RUNE_MAX || self.peek(0).is_none() {
                return Ok(None);
            }
            rune = self.rune()?;
        }
        Ok((rune == u32::from('}') && digits > 0).then_some(code))
    }

    /// Reads `[…]`.
    pub(super) fn class(&mut self) -> Result<(), Error> {
        let start = self.at;
        self.at += 1;
        let negated = self.peek(0) == Some(b'^');
        if negated {
            self.at += 1;
        }
        let mut ranges = Vec::new();
        let mut first = true;
        while let Some(byte) = self.peek(0) {
            if byte == b']' && !first {
                self.at += 1;
                let class = Class::new(ranges);
                self.push(class_node(if negated { class.negated() } else { class }));
                return Ok(());
            }
            self.stray_hyphen(first)?;
            first = false;
            if !self.named_class(&mut ranges)? {
                ranges.push(self.range(start)?);
            }
        }
        Err(self.error(ErrorKind::MissingBracket, start..start + 1, start..self.pattern.len()))
    }

    /// POSIX allows an unescaped hyphen only at the ends of a class.
    fn stray_hyphen(&mut self, first: bool) -> Result<(), Error> {
        if first || self.peek(0) != Some(b'-') || self.peek(1) == Some(b']') {
            return Ok(());
        }
        let start = self.at;
        self.at += 1;
        if self.peek(0).is_none() {
            // `[a-` lacks a character, which RE2 reports as bad UTF-8.
            return Err(self.error(ErrorKind::CutShort, start..self.at, 0..0));
        }
        self.rune()?;
        Err(self.error(ErrorKind::StrayHyphen, start..self.at, start..self.at))
    }

    /// Reads `[:name:]` if there is one; without its end it is ordinary characters.
    fn named_class(&mut self, ranges: &mut Vec<(u32, u32)>) -> Result<bool, Error> {
        let rest = &self.pattern[self.at..];
        if self.no_names || !rest.starts_with(b"[:") {
            return Ok(false);
        }
        let Some(end) = rest[2..].windows(2).position(|pair| pair == b":]") else {
            self.no_names = true;
            return Ok(false);
        };
        let name = &rest[2..2 + end];
        let range = self.at..self.at + end + 4;
        let (name, negated) = name.strip_prefix(b"^").map_or((name, false), |name| (name, true));
        let Some(members) = class::posix(name) else {
            return Err(self.error(ErrorKind::BadClassName, range.clone(), range));
        };
        match negated {
            true => ranges.extend(Class::new(members.to_vec()).negated().ranges),
            false => ranges.extend_from_slice(members),
        }
        self.at = range.end;
        Ok(true)
    }

    /// Reads one character or range of the class that began at `class`.
    fn range(&mut self, class: usize) -> Result<(u32, u32), Error> {
        let start = self.at;
        let low = self.class_rune(class)?;
        if self.peek(0) != Some(b'-') || self.peek(1).is_none_or(|next| next == b']') {
            return Ok((low, low));
        }
        self.at += 1;
        let high = self.class_rune(class)?;
        if high < low {
            return Err(self.error(ErrorKind::BadRange, start..self.at, start..self.at));
        }
        Ok((low, high))
    }

    fn class_rune(&mut self, class: usize) -> Result<u32, Error> {
        match self.peek(0) {
            None => Err(self.error(ErrorKind::MissingBracket, class..class + 1, class..self.pattern.len())),
            Some(b'\\') => self.escape(true),
            Some(_) => self.rune(),
        }
    }

    /// Reads one UTF-8 character.
    pub(super) fn rune(&mut self) -> Result<u32, Error> {
        let rest = &self.pattern[self.at..];
        let length = match rest.first() {
            Some(0..=0x7F) => 1,
            Some(0..=0xDF) => 2,
            Some(0..=0xEF) => 3,
            _ => 4,
        };
        let text = rest.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
        match text.and_then(|text| text.chars().next()) {
            Some(found) => {
                self.at += length;
                Ok(u32::from(found))
            }
            None => {
                let end = (self.at + 1).min(self.pattern.len());
                Err(self.error(ErrorKind::BadUtf8, self.at..end, 0..0))
            }
        }
    }
}

fn hex_digit(rune: u32) -> Option<u32> {
    char::from_u32(rune).and_then(|digit| digit.to_digit(16))
}
