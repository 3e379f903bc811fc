//! The parser's state: the cursor, the lexemes it takes, and the errors it reports.

use super::errors::{SyntaxError, SyntaxErrorKind};
use crate::syntax::ast::{Constant, Expr, ExprKind, TextRange};
use crate::syntax::lexer;
use std::borrow::Cow;

pub(super) struct Failure {
    pub(super) kind: SyntaxErrorKind,
    pub(super) place: TextRange,
}

pub(super) type Result<T> = std::result::Result<T, Failure>;

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) depth: usize,
    pub(super) max_depth: usize,
    pub(super) last: Cow<'a, str>,
    /// The position of the last `[`.
    pub(super) bracket: Option<usize>,
    pub(super) errors: Vec<SyntaxError>,
    /// True once further errors would only follow from earlier ones.
    pub(super) mute: bool,
}

pub(super) fn hole<'a>(place: TextRange) -> Expr<'a> {
    Expr { kind: ExprKind::Hole, falco_at: place.start, place }
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, max_depth: usize) -> Parser<'a> {
        let (last, errors) = (Cow::Borrowed(""), Vec::new());
        Parser { text, at: 0, depth: 0, max_depth, last, bracket: None, errors, mute: false }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn lex(&mut self, lexer: impl Fn(&'a str) -> lexer::Lexed<'a>) -> Option<&'a str> {
        let (_, token) = lexer(self.rest()).ok()?;
        self.at += token.len();
        self.last = Cow::Borrowed(token);
        Some(token)
    }

    pub(super) fn word(&mut self, word: &'static str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
            self.last = Cow::Borrowed(word);
        }
        found
    }

    pub(super) fn blanks(&mut self) -> bool {
        let before = self.at;
        if let Ok((_, blanks)) = lexer::blanks(self.rest()) {
            self.at += blanks.len();
        }
        self.at > before
    }

    /// A quoted string; a bad escape is an error after the closing quote.
    pub(super) fn quoted(&mut self) -> Result<Option<Constant<'a>>> {
        let Ok((_, token)) = lexer::quoted(self.rest()) else { return Ok(None) };
        let place = self.place_of(token.len());
        self.at += token.len();
        let inner = &token[1..token.len() - 1];
        let text = if inner.contains('\\') {
            let quote = if token.starts_with('"') { '"' } else { '\'' };
            match lexer::unescape(inner, quote) {
                Ok(text) => Cow::Owned(text),
                Err(message) => return Err(Failure { kind: SyntaxErrorKind::Escape(message), place }),
            }
        } else {
            Cow::Borrowed(inner)
        };
        self.last = text.clone();
        Ok(Some(Constant { text, place, quoted: true }))
    }

    pub(super) fn bare(&mut self, lexer: impl Fn(&'a str) -> lexer::Lexed<'a>) -> Option<Constant<'a>> {
        let start = self.at;
        let text = Cow::Borrowed(self.lex(lexer)?);
        Some(Constant { text, place: start as u32..self.at as u32, quoted: false })
    }

    pub(super) fn place_of(&self, len: usize) -> TextRange {
        self.at as u32..(self.at + len) as u32
    }

    pub(super) fn since(&self, start: usize) -> TextRange {
        start as u32..self.at as u32
    }

    /// The word at the cursor, to underline; empty at the end.
    pub(super) fn here(&self) -> TextRange {
        let rest = self.rest();
        let word = rest.find(|c| !lexer::is_bare(c)).unwrap_or(rest.len());
        let len = if word > 0 { word } else { rest.chars().next().map_or(0, char::len_utf8) };
        self.place_of(len)
    }

    pub(super) fn fail<T>(&self, kind: SyntaxErrorKind) -> Result<T> {
        Err(Failure { kind, place: self.here() })
    }

    pub(super) fn report(&mut self, failure: Failure) {
        let deep = matches!(failure.kind, SyntaxErrorKind::TooDeep(_));
        if !self.mute {
            let Failure { kind, place } = failure;
            self.errors.push(SyntaxError { kind, at: self.at as u32, place });
        }
        if deep {
            self.mute = true;
            self.at = self.text.len();
        }
    }

    /// Counts the entry into a production. Falco stops at the limit.
    pub(super) fn enter(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth >= self.max_depth {
            self.fail(SyntaxErrorKind::TooDeep(self.max_depth))
        } else {
            Ok(())
        }
    }
}
