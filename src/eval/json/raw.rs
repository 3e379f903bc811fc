//! A JSON value in validated text, parsed on demand.

use super::{blank, scalar_end, string_end};
use crate::cloudtrail::path::index;
use std::borrow::Cow;

/// The text of one JSON value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Raw<'a>(pub &'a [u8]);

impl<'a> Raw<'a> {
    /// The text of a string, unescaped; `None` if it is no string.
    pub fn text(self) -> Option<Cow<'a, [u8]>> {
        let inside = self.0.strip_prefix(b"\"")?;
        let inside = inside.strip_suffix(b"\"").unwrap_or(inside);
        Some(unescape(inside))
    }

    /// Whether it starts with this byte, which determines the type.
    pub fn starts(self, byte: u8) -> bool {
        self.0.first() == Some(&byte)
    }

    /// The member of an object, or the element of an array if the key is an index.
    pub fn get(self, key: &[u8]) -> Option<Raw<'a>> {
        match self.0.first()? {
            b'{' => self.member(key),
            b'[' => self.elements().nth(index(key)?),
            _ => None,
        }
    }

    /// The member whose key is spelled so in the text, else whose unescaped key is so.
    fn member(self, key: &[u8]) -> Option<Raw<'a>> {
        if !key.contains(&b'\\')
            && let Some((_, value)) = self.members().find(|(name, _)| *name == key)
        {
            return Some(value);
        }
        self.members().find(|(name, _)| *unescape(name) == *key).map(|(_, value)| value)
    }

    /// Members of an object with their keys as spelled; nothing for other values.
    pub fn members(self) -> impl Iterator<Item = (&'a [u8], Raw<'a>)> {
        let text = if self.starts(b'{') { self.0 } else { b"" };
        let mut at = 1;
        std::iter::from_fn(move || {
            at = blank(text, at);
            if *text.get(at)? != b'"' {
                return None;
            }
            let (end, _) = string_end(text, at + 1)?;
            let key = text.get(at + 1..end)?;
            let colon = blank(text, end + 1);
            let start = blank(text, colon + 1);
            let end = value_end(text, start)?;
            at = after_comma(text, end);
            Some((key, Raw(text.get(start..end)?)))
        })
    }

    /// Elements of an array; nothing for other values.
    pub fn elements(self) -> impl Iterator<Item = Raw<'a>> {
        let text = if self.starts(b'[') { self.0 } else { b"" };
        let mut at = 1;
        std::iter::from_fn(move || {
            let start = blank(text, at);
            if matches!(text.get(start)?, b']' | b',') {
                return None;
            }
            let end = value_end(text, start)?;
            at = after_comma(text, end);
            Some(Raw(text.get(start..end)?))
        })
    }
}

fn after_comma(text: &[u8], at: usize) -> usize {
    let at = blank(text, at);
    if text.get(at) == Some(&b',') { at + 1 } else { at }
}

/// End of the value that starts here. The text must be valid.
fn value_end(text: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut depth) = (start, 0usize);
    loop {
        match text.get(at)? {
            b'"' => at = string_end(text, at + 1)?.0 + 1,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            b' ' | b'\n' | b'\t' | b'\r' | b',' | b':' if depth > 0 => {
                at += 1;
                continue;
            }
            _ => at = scalar_end(text, at)?,
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The value without blanks between tokens; strings and numbers keep their spelling.
pub fn compact(text: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Vec::new();
    let (mut at, mut kept) = (0, 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at = string_end(text, at + 1).map_or(text.len(), |(end, _)| end + 1),
            b' ' | b'\n' | b'\t' | b'\r' => {
                out.extend_from_slice(&text[kept..at]);
                at = blank(text, at);
                kept = at;
            }
            _ => at += 1,
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.extend_from_slice(&text[kept..]);
    Cow::Owned(out)
}

/// The unescaped content of a string. Invalid escapes stay as they are.
pub fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'\\', text) else { return Cow::Borrowed(text) };
    let mut out = text[..first].to_vec();
    let mut at = first;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&kind) = text.get(at) else { break };
        at += 1;
        match kind {
            b'"' | b'\\' | b'/' => out.push(kind),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => at = code_point(text, at, &mut out),
            other => out.extend_from_slice(&[b'\\', other]),
        }
    }
    Cow::Owned(out)
}

/// Decodes the digits after `\u` and returns their end.
fn code_point(text: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let Some(unit) = unit(text, at) else {
        out.extend_from_slice(b"\\u");
        return at;
    };
    let mut push = |c: char| out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    if let Some(c) = char::from_u32(unit) {
        push(c);
        return at + 4;
    }
    if text.get(at + 4..at + 6) == Some(b"\\u")
        && let Some(low) = self::unit(text, at + 6)
    {
        let pair = char::decode_utf16([unit as u16, low as u16]).next();
        // An invalid surrogate pair is one replacement character.
        push(pair.and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER));
        return at + 10;
    }
    out.extend_from_slice(&text[at - 2..at + 4]);
    at + 4
}

/// Four hexadecimal digits.
fn unit(text: &[u8], at: usize) -> Option<u32> {
    let digits = text.get(at..at + 4)?;
    digits.iter().try_fold(0, |sum, &digit| Some(sum * 16 + char::from(digit).to_digit(16)?))
}
