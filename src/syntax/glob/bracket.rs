//! Bracket expressions as glibc's fnmatch reads them, its oddities included.

use super::{ByteSet, GlobToken};

/// Reads the brackets whose `[` stands just before `at`; returns the token and its end. `None` if they are never
/// closed: then the `[` is an ordinary character.
pub fn parse(pattern: &[u8], at: usize, fold: bool) -> Option<(GlobToken, usize)> {
    let negated = matches!(pattern.get(at), Some(b'!' | b'^'));
    let at = at + usize::from(negated);
    let mut bracket = Bracket { pattern, at, fold, folded: ByteSet::default(), exact: ByteSet::default() };
    match bracket.members() {
        End::Closed => Some((bracket.token(negated), bracket.at)),
        End::Open => None,
        // fnmatch fails when it reaches the flaw; a byte found before it is still a member, and for it the rest is
        // only skipped.
        End::Broken => match bracket.skip() {
            End::Closed if !negated => Some((bracket.token(false), bracket.at)),
            End::Open if bracket.has(b'[') => None,
            _ => Some((GlobToken::Never, pattern.len())),
        },
    }
}

/// The ways in which brackets end.
#[derive(PartialEq)]
enum End {
    Closed,
    /// The pattern ends first.
    Open,
    /// fnmatch gives up on their content.
    Broken,
}

struct Bracket<'p> {
    pattern: &'p [u8],
    at: usize,
    fold: bool,
    /// Members compared with the byte in lower case, if case is folded.
    folded: ByteSet,
    /// Members compared with the byte as it is: named classes ignore folding.
    exact: ByteSet,
}

/// An element of brackets.
enum Element {
    /// A character that may begin a range.
    Byte(u8),
    /// A named class, already added.
    Class,
    Broken,
}

impl Bracket<'_> {
    fn members(&mut self) -> End {
        // A `]` is ordinary if it comes first.
        let mut first = true;
        loop {
            let start = self.at;
            let Some(byte) = self.next() else { return End::Open };
            if byte == b']' && !first {
                return End::Closed;
            }
            first = false;
            match self.piece(byte) {
                Element::Class => {}
                Element::Broken => {
                    self.at = start;
                    return End::Broken;
                }
                Element::Byte(low) => {
                    if self.peek(0) != Some(b'-') || self.peek(1) == Some(b']') {
                        self.folded.insert(low);
                        continue;
                    }
                    self.at += 1;
                    if self.peek(0).is_none() {
                        // Not yet a range when fnmatch compares the character.
                        self.folded.insert(low);
                    }
                    let Some(high) = self.range_end() else { return End::Broken };
                    (low..=high).for_each(|byte| self.folded.insert(byte));
                }
            }
        }
    }

    fn piece(&mut self, byte: u8) -> Element {
        match (byte, self.peek(0)) {
            (b'\\', None) => Element::Broken,
            (b'\\', Some(escaped)) => {
                self.at += 1;
                Element::Byte(self.lower(escaped))
            }
            (b'[', Some(b':')) => self.class(),
            (b'[', Some(b'=')) => self.equivalence(),
            (b'[', Some(b'.')) => self.symbol().map_or(Element::Broken, Element::Byte),
            _ => Element::Byte(self.lower(byte)),
        }
    }

    fn range_end(&mut self) -> Option<u8> {
        let byte = self.next()?;
        match (byte, self.peek(0)) {
            (b'[', Some(b'.')) => self.symbol(),
            (b'\\', escaped) => {
                self.at += 1;
                escaped.map(|byte| self.lower(byte))
            }
            _ => Some(self.lower(byte)),
        }
    }

    /// `[:name:]`; anything that cannot be a name makes the `[` ordinary.
    fn class(&mut self) -> Element {
        let rest = &self.pattern[self.at + 1..];
        let length = name_length(rest);
        if !rest[length..].starts_with(b":]") {
            return Element::Byte(b'[');
        }
        let Some(test) = class_test(&rest[..length]) else { return Element::Broken };
        (0..=255).filter(test).for_each(|byte| self.exact.insert(byte));
        self.at += length + 3;
        Element::Class
    }

    /// `[=x=]`: in the C locale just `x`.
    fn equivalence(&mut self) -> Element {
        match self.pattern[self.at + 1..] {
            [byte, b'=', b']', ..] => {
                self.exact.insert(byte);
                self.at += 4;
                Element::Class
            }
            _ => Element::Byte(b'['),
        }
    }

    /// `[.x.]`: in the C locale only single bytes have a symbol.
    fn symbol(&mut self) -> Option<u8> {
        match self.pattern[self.at + 1..] {
            [byte, b'.', b']', ..] => {
                self.at += 4;
                Some(byte)
            }
            _ => None,
        }
    }

    /// Skips from a flaw to the closing bracket.
    fn skip(&mut self) -> End {
        while let Some(byte) = self.next() {
            let rest = self.pattern.get(self.at + 1..).unwrap_or_default();
            match (byte, self.peek(0)) {
                (b']', _) => return End::Closed,
                (b'\\', None) => return End::Broken,
                (b'\\', _) => self.at += 1,
                (b'[', Some(b':')) => {
                    let length = name_length(rest);
                    if rest[length..].starts_with(b":]") {
                        self.at += length + 3;
                    }
                }
                (b'[', Some(b'=')) => match rest {
                    [_, b'=', b']', ..] => self.at += 4,
                    _ => return End::Broken,
                },
                (b'[', Some(b'.')) => match rest.windows(2).position(|pair| pair == b".]") {
                    Some(end) => self.at += end + 3,
                    None => return End::Broken,
                },
                _ => {}
            }
        }
        End::Open
    }

    fn token(&self, negated: bool) -> GlobToken {
        let mut set = ByteSet::default();
        for byte in 0..=255 {
            if self.has(byte) != negated {
                set.insert(byte);
            }
        }
        GlobToken::Set(Box::new(set))
    }

    fn has(&self, byte: u8) -> bool {
        self.exact.contains(byte) || self.folded.contains(self.lower(byte))
    }

    fn lower(&self, byte: u8) -> u8 {
        if self.fold { byte.to_ascii_lowercase() } else { byte }
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek(0)?;
        self.at += 1;
        Some(byte)
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.pattern.get(self.at + ahead).copied()
    }
}

/// The length of a possible class name. fnmatch stops at `z` too, which no name contains.
fn name_length(text: &[u8]) -> usize {
    text.iter().take_while(|byte| (b'a'..=b'y').contains(byte)).count()
}

fn class_test(name: &[u8]) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| matches!(byte, b'\t'..=b'\r' | b' '),
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}
