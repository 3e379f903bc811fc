//! JSON as the plugins' parser (fastjson) accepts and understands it, which is not quite the standard.
//!
//! Numbers are runs of the characters numbers are made of, `NaN` and `inf` are among them; strings may
//! hold anything up to the closing quote; the first of several equal keys wins.

mod indent;
mod paths;
mod raw;
mod scan;

pub use indent::indent;
pub use paths::{PathId, Paths};
#[cfg(test)]
pub use raw::unescape;
pub use raw::{Raw, compact};
pub use scan::{Slot, scan};

/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 300;

/// Skips what counts as blank between tokens.
fn blank(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

/// From the first byte of a string's content to its closing quote, and whether there is a backslash.
#[inline]
pub(super) fn string_end(text: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let mut escaped = false;
    loop {
        while let Some(chunk) = text.get(at..at + 8).and_then(|chunk| chunk.try_into().ok()) {
            let word = u64::from_le_bytes(chunk);
            let found = zero_bytes(word ^ QUOTES) | zero_bytes(word ^ SLASHES);
            if found != 0 {
                at += (found.trailing_zeros() / 8) as usize;
                break;
            }
            at += 8;
        }
        match text.get(at)? {
            b'"' => return Some((at, escaped)),
            b'\\' => {
                escaped = true;
                at += 2;
            }
            _ => at += 1,
        }
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const QUOTES: u64 = ONES * b'"' as u64;
const SLASHES: u64 = ONES * b'\\' as u64;

/// The high bit of the lowest byte that is zero is set; bits above it may be wrong.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

/// Where a number, `true`, `false`, `null`, `NaN` or `inf` that starts here ends.
fn scalar_end(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let nan = |rest: &[u8]| rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"nan"));
    match rest.first()? {
        b't' => rest.starts_with(b"true").then_some(at + 4),
        b'f' => rest.starts_with(b"false").then_some(at + 5),
        b'n' if rest.starts_with(b"null") => Some(at + 4),
        b'n' => nan(rest).then_some(at + 3),
        first => {
            let is_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E');
            let len = rest.iter().take_while(|byte| is_number(byte)).count();
            if len == rest.len() || len > 1 || len == 1 && !matches!(first, b'-' | b'+') {
                return Some(at + len);
            }
            let word = &rest[len..];
            let inf = word.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"inf"));
            (inf || nan(word)).then_some(at + len + 3)
        }
    }
}
