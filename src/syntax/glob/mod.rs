//! The patterns of `glob` and `iglob`: fnmatch(3) of glibc without flags, byte by byte in the C locale.
//!
//! `*` crosses `/`, a leading `.` is nothing special, and `?` is one byte, so `é` needs two.

mod bracket;
mod bytes;
#[cfg(test)]
#[allow(clippy::panic)]
mod tests;

pub use bytes::ByteSet;

/// A parsed pattern. It has to match the whole value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Glob {
    /// Its parts, in order.
    pub tokens: Vec<GlobToken>,
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GlobToken {
    /// `*`: any bytes.
    Any,
    /// `?`: one byte.
    One,
    /// This byte.
    Byte(u8),
    /// One byte of a set: brackets, or a letter of `iglob`.
    Set(Box<ByteSet>),
    /// Matches nothing: a backslash at the end, or brackets that fnmatch gives up on.
    Never,
}

/// The total number of bytes that unclosed brackets may look ahead. A row of `[` makes the work quadratic; no value
/// that Falco accepts (255 bytes) comes near this.
const MAX_LOOKAHEAD: usize = 1 << 20;

/// Parses a pattern; every text is one. `fold` ignores the case of ASCII letters, as `iglob` does.
pub fn parse(pattern: &[u8], fold: bool) -> Glob {
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut lookahead = 0;
    while let Some(&byte) = pattern.get(at) {
        at += 1;
        match byte {
            b'*' if tokens.last() == Some(&GlobToken::Any) => {}
            b'*' => tokens.push(GlobToken::Any),
            b'?' => tokens.push(GlobToken::One),
            b'\\' => {
                tokens.push(pattern.get(at).map_or(GlobToken::Never, |&byte| literal(byte, fold)));
                at += 1;
            }
            b'[' if lookahead < MAX_LOOKAHEAD => match bracket::parse(pattern, at, fold) {
                Some((token, end)) => {
                    tokens.push(token);
                    at = end;
                }
                None => {
                    lookahead += pattern.len() - at;
                    tokens.push(GlobToken::Byte(b'['));
                }
            },
            _ => tokens.push(literal(byte, fold)),
        }
    }
    Glob { tokens }
}

impl Glob {
    /// True if the pattern matches all of `value`. At worst takes the product of both lengths.
    pub fn matches(&self, value: &[u8]) -> bool {
        let (mut token, mut at) = (0, 0);
        // The last `*` and the current end of its text. An earlier one never has to take more: what follows it
        // matched at the first possible place.
        let mut retry: Option<(usize, usize)> = None;
        loop {
            match (self.tokens.get(token), value.get(at)) {
                (None, None) => return true,
                (Some(GlobToken::Any), _) => {
                    retry = Some((token, at));
                    token += 1;
                    continue;
                }
                (Some(one), Some(&byte)) if one.takes(byte) => {
                    token += 1;
                    at += 1;
                    continue;
                }
                // The value is used up but not the pattern: a longer `*` leaves even less.
                (Some(_), None) => return false,
                _ => {}
            }
            let Some((star, end)) = retry else { return false };
            retry = Some((star, end + 1));
            (token, at) = (star + 1, end + 1);
        }
    }
}

impl GlobToken {
    /// True if this token, other than `*`, matches the byte.
    fn takes(&self, byte: u8) -> bool {
        match self {
            GlobToken::One => true,
            GlobToken::Byte(expected) => *expected == byte,
            GlobToken::Set(set) => set.contains(byte),
            GlobToken::Any | GlobToken::Never => false,
        }
    }
}

fn literal(byte: u8, fold: bool) -> GlobToken {
    if !fold || !byte.is_ascii_alphabetic() {
        return GlobToken::Byte(byte);
    }
    let mut set = ByteSet::default();
    set.insert(byte.to_ascii_lowercase());
    set.insert(byte.to_ascii_uppercase());
    GlobToken::Set(Box::new(set))
}
