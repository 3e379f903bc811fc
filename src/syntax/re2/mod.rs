//! The `regex` operator's language: RE2 in POSIX mode, parsed and refused exactly as RE2 does.
//!
//! Falco compiles every value of `regex` with `RE2::POSIX` and asks for a match of the whole value.
//! No RE2 is linked here; the grammar is re-implemented in `parse`, the size limit in `size`, and
//! `hir` hands the result to the `regex` family of crates.

mod characters;
mod class;
mod error;
mod hir;
mod parse;
mod size;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

pub use error::{Error, ErrorKind};

use class::Class;
use regex_syntax::hir::Hir;

/// A pattern that RE2 accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regex {
    root: PatternNode,
}

/// Checks a pattern as Falco does when it loads a rule.
pub fn check(pattern: &str) -> Result<Regex, Error> {
    check_bytes(pattern.as_bytes())
}

/// [`check`] for a value that need not be UTF-8: a `\x` escape of the condition language can make any byte.
pub fn check_bytes(pattern: &[u8]) -> Result<Regex, Error> {
    let root = parse::parse(pattern)?;
    if size::too_large(&root) {
        return Err(Error::new(ErrorKind::TooLarge, pattern, 0..pattern.len(), 0..0));
    }
    Ok(Regex { root })
}

impl Regex {
    /// The language as an expression for `regex-automata`, without anchors.
    pub fn to_hir(&self) -> Hir {
        hir::translate(&self.root)
    }

    /// [`Regex::to_hir`] anchored at both ends: it finds a match if and only if Falco's `regex` is true.
    pub fn to_full_hir(&self) -> Hir {
        hir::anchored(self.to_hir())
    }
}

/// A parsed pattern. Never deeper than [`parse::MAX_DEPTH`], so that plain recursion is safe.
#[derive(Debug, Clone, PartialEq, Eq)]
enum PatternNode {
    Empty,
    /// One code point; a surrogate written as `\x{D800}` is one too.
    Literal(u32),
    Class(Class),
    /// `^`: the start of the text or of a line.
    LineStart,
    /// `$`: the end of the text or of a line.
    LineEnd,
    Repeat {
        min: u32,
        max: Option<u32>,
        sub: Box<PatternNode>,
    },
    Group(Box<PatternNode>),
    Concat(Vec<PatternNode>),
    Alternate(Vec<PatternNode>),
}
