//! Patterns that texts are compared with: one constant, prepared for many texts.

use crate::syntax::glob::{self, Glob};
use crate::syntax::re2;
use crate::syntax::token::Op;
use memchr::memmem::Finder;
use regex_automata::meta::Regex;
use rustc_hash::FxHashSet;

/// One comparison with a text.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Pattern {
    Equal(Box<[u8]>),
    NotEqual(Box<[u8]>),
    Less(Box<[u8]>),
    LessOrEqual(Box<[u8]>),
    Greater(Box<[u8]>),
    GreaterOrEqual(Box<[u8]>),
    Contains(Box<Finder<'static>>),
    /// In lower case.
    ContainsFolded(Box<[u8]>),
    Starts(Box<[u8]>),
    Ends(Box<[u8]>),
    Glob(Glob),
    Regex(Box<Regex>),
    /// A comparison that never holds.
    Never,
}

/// Compares values of one type, for `logic` and `eval`.
pub fn ordered<T: Ord>(op: Op, left: T, right: T) -> bool {
    match op {
        Op::Eq | Op::EqEq | Op::In | Op::Intersects => left == right,
        Op::Ne => left != right,
        Op::Lt => left < right,
        Op::Le => left <= right,
        Op::Gt => left > right,
        Op::Ge => left >= right,
        _ => false,
    }
}

/// Compares a text with one constant, as `Pattern::new(op, constant).matches(text)` does, without keeping a pattern.
pub fn compare(op: Op, text: &[u8], constant: &[u8]) -> bool {
    match op {
        Op::Contains => memchr::memmem::find(text, constant).is_some(),
        Op::Startswith => text.starts_with(constant),
        Op::Endswith => text.ends_with(constant),
        Op::Icontains | Op::Glob | Op::Iglob | Op::Regex => Pattern::new(op, constant).matches(text),
        _ => ordered(op, text, constant),
    }
}

impl Pattern {
    /// Prepares a constant.
    pub fn new(op: Op, text: &[u8]) -> Pattern {
        let bytes = || Box::from(text);
        match op {
            Op::Eq | Op::EqEq | Op::In | Op::Intersects => Pattern::Equal(bytes()),
            Op::Ne => Pattern::NotEqual(bytes()),
            Op::Lt => Pattern::Less(bytes()),
            Op::Le => Pattern::LessOrEqual(bytes()),
            Op::Gt => Pattern::Greater(bytes()),
            Op::Ge => Pattern::GreaterOrEqual(bytes()),
            Op::Contains => Pattern::Contains(Box::new(Finder::new(text).into_owned())),
            Op::Icontains => Pattern::ContainsFolded(text.to_ascii_lowercase().into()),
            Op::Startswith => Pattern::Starts(bytes()),
            Op::Endswith => Pattern::Ends(bytes()),
            Op::Glob => Pattern::Glob(glob::parse(text, false)),
            Op::Iglob => Pattern::Glob(glob::parse(text, true)),
            Op::Regex => regex(text).map_or(Pattern::Never, |regex| Pattern::Regex(Box::new(regex))),
            Op::Exists | Op::Bcontains | Op::Bstartswith | Op::Pmatch => Pattern::Never,
        }
    }

    /// Compares a text.
    pub fn matches(&self, text: &[u8]) -> bool {
        match self {
            Pattern::Equal(with) => *text == **with,
            Pattern::NotEqual(with) => *text != **with,
            Pattern::Less(with) => *text < **with,
            Pattern::LessOrEqual(with) => *text <= **with,
            Pattern::Greater(with) => *text > **with,
            Pattern::GreaterOrEqual(with) => *text >= **with,
            Pattern::Contains(finder) => finder.find(text).is_some(),
            Pattern::ContainsFolded(needle) => contains_folded(text, needle),
            Pattern::Starts(with) => text.starts_with(with),
            Pattern::Ends(with) => text.ends_with(with),
            Pattern::Glob(glob) => glob.matches(text),
            // RE2 reads invalid UTF-8 as replacement characters.
            Pattern::Regex(regex) => regex.is_match(&*String::from_utf8_lossy(text)),
            Pattern::Never => false,
        }
    }

    /// The approximate cost, in comparisons of plain texts.
    pub fn cost(&self) -> u32 {
        match self {
            Pattern::Contains(_) | Pattern::ContainsFolded(_) => 3,
            Pattern::Glob(_) => 5,
            Pattern::Regex(_) => 15,
            _ => 1,
        }
    }
}

fn regex(text: &[u8]) -> Option<Regex> {
    let hir = re2::check_bytes(text).ok()?.to_full_hir();
    Regex::builder().build_from_hir(&hir).ok()
}

/// `needle` is in lower case; only ASCII letters are folded.
fn contains_folded(text: &[u8], needle: &[u8]) -> bool {
    let Some(&first) = needle.first() else { return true };
    let mut from = 0;
    while let Some(rest) = text.get(from..).filter(|rest| rest.len() >= needle.len()) {
        let Some(at) = memchr::memchr2(first, first.to_ascii_uppercase(), rest) else { return false };
        if rest.get(at..at + needle.len()).is_some_and(|part| part.eq_ignore_ascii_case(needle)) {
            return true;
        }
        from += at + 1;
    }
    false
}

/// A set of texts.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Set {
    Few(Vec<Box<[u8]>>),
    Many(FxHashSet<Box<[u8]>>),
}

impl Set {
    /// A set of constants.
    pub fn new<'v>(values: impl Iterator<Item = &'v [u8]>) -> Set {
        let all: Vec<Box<[u8]>> = values.map(Box::from).collect();
        if all.len() <= 6 { Set::Few(all) } else { Set::Many(all.into_iter().collect()) }
    }

    /// True if the text is one of them.
    pub fn has(&self, text: &[u8]) -> bool {
        match self {
            Set::Few(all) => all.iter().any(|one| **one == *text),
            Set::Many(all) => all.contains(text),
        }
    }
}

/// The path prefixes of `pmatch`, each with a pattern for each of its components.
#[derive(Clone, Debug)]
pub struct Prefixes(pub Vec<Vec<Glob>>);

impl Prefixes {
    /// Prepares constants.
    pub fn new<'v>(values: impl Iterator<Item = &'v [u8]>) -> Prefixes {
        let component = |part: &[u8]| {
            let is_glob = part.iter().any(|byte| matches!(byte, b'?' | b'*' | b'['));
            if is_glob {
                glob::parse(part, false)
            } else {
                Glob { tokens: part.iter().map(|&byte| glob::GlobToken::Byte(byte)).collect() }
            }
        };
        Prefixes(values.map(|value| components(value).map(component).collect()).collect())
    }

    /// True if one of them is a prefix of the text's components.
    pub fn match_any(&self, text: &[u8]) -> bool {
        self.0.iter().any(|prefix| {
            let mut parts = components(text);
            prefix.iter().all(|glob| parts.next().is_some_and(|part| glob.matches(part)))
        })
    }
}

fn components(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'/').filter(|part| !part.is_empty())
}
