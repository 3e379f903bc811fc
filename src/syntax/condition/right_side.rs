//! Operators, modifiers and the right side of a comparison.

use super::errors::SyntaxErrorKind;
use super::parser::{Parser, Result};
use crate::syntax::ast::{Constant, Operand, Right, TextRange};
use crate::syntax::lexer;
use crate::syntax::token::{MODIFIERS, Modifier, OPERATORS, Op, Rhs, Transformer};

impl<'a> Parser<'a> {
    /// Reads the first operator that is a prefix of the text, in Falco's order: `exists`, numeric, string, list.
    pub(super) fn operator(&mut self) -> Option<Op> {
        let rest = self.rest();
        let first = rest.as_bytes().first()?;
        let found = OPERATORS.iter().copied().find(|&op| {
            op.text().as_bytes().first() == Some(first)
                && rest.strip_prefix(op.text()).is_some_and(|after| {
                    // Word operators on strings need a blank; `in`, `exists` and the like do not.
                    !(op.is_word() && op.rhs() == Rhs::String) || after.starts_with(lexer::is_blank)
                })
        })?;
        self.word(found.text());
        Some(found)
    }

    /// Reads a modifier if the text after it fits; otherwise the cursor stays and the word is a plain string.
    pub(super) fn modifier(&mut self) -> Option<(Modifier, TextRange)> {
        let (at, last) = (self.at, self.last.clone());
        let found = self.try_modifier();
        if found.is_none() {
            self.at = at;
            self.last = last;
        }
        found
    }

    fn try_modifier(&mut self) -> Option<(Modifier, TextRange)> {
        if !self.blanks() {
            return None;
        }
        let start = self.at;
        let modifier = MODIFIERS.iter().copied().find(|modifier| self.rest().starts_with(modifier.text()))?;
        self.word(modifier.text());
        let place = self.since(start);
        if !self.blanks() {
            return None;
        }
        if self.rest().starts_with('(') {
            return Some((modifier, place));
        }
        let (rest, _) = lexer::identifier(self.rest()).ok()?;
        let word = &self.rest()[..self.rest().len() - rest.len()];
        let keyword = ["and", "or", "not"].iter().any(|keyword| {
            word.strip_prefix(keyword).is_some_and(|after| {
                after
                    .chars()
                    .next()
                    .or(rest.chars().next().filter(|_| after.is_empty()))
                    .is_none_or(|c| !c.is_ascii_alphanumeric())
            })
        });
        (!keyword).then_some((modifier, place))
    }

    pub(super) fn number_right(&mut self) -> Result<Right<'a>> {
        self.blanks();
        if let Some(operand) = self.right_operand()? {
            return Ok(Right::Operand(operand));
        }
        match self.bare(lexer::number) {
            Some(value) => Ok(Right::Const(value)),
            None => self.fail(SyntaxErrorKind::NoNumber),
        }
    }

    pub(super) fn string_right(&mut self) -> Result<Right<'a>> {
        self.blanks();
        if let Some(operand) = self.right_operand()? {
            return Ok(Right::Operand(operand));
        }
        match self.string()? {
            Some(value) => Ok(Right::Const(value)),
            None => self.fail(SyntaxErrorKind::NoString),
        }
    }

    fn string(&mut self) -> Result<Option<Constant<'a>>> {
        Ok(self.quoted()?.or_else(|| self.bare(lexer::bare_string)))
    }

    pub(super) fn list_right(&mut self) -> Result<Right<'a>> {
        if self.rest().starts_with('(')
            && let Some(right) = self.list_or_word()?
        {
            return Ok(right);
        }
        if let Some(operand) = self.right_operand()? {
            return Ok(Right::Operand(operand));
        }
        match self.list_or_word()? {
            Some(right) => Ok(right),
            None => self.fail(SyntaxErrorKind::NoList),
        }
    }

    pub(super) fn list_or_word(&mut self) -> Result<Option<Right<'a>>> {
        let start = self.at;
        if !self.word("(") {
            return Ok(self.bare(lexer::identifier).map(Right::Word));
        }
        self.blanks();
        let mut values = Vec::new();
        // Falco reads any failure in the first item as an empty list, and does not skip blanks again.
        if let Ok(Some(first)) = self.string() {
            values.push(first);
            self.blanks();
            while self.word(",") {
                self.blanks();
                match self.string()? {
                    Some(value) => values.push(value),
                    None => return self.fail(SyntaxErrorKind::NoListItem),
                }
                self.blanks();
            }
        }
        if !self.word(")") {
            return self.fail(SyntaxErrorKind::Unclosed(start as u32));
        }
        Ok(Some(Right::List(values, self.since(start))))
    }

    /// A transformer or `val()` on the right of an operator.
    fn right_operand(&mut self) -> Result<Option<Operand<'a>>> {
        let start = self.at;
        if !self.word("val(") {
            return self.transformer();
        }
        self.enter()?;
        self.blanks();
        let Some(field) = self.field()? else { return self.fail(SyntaxErrorKind::NoFieldInVal) };
        self.close_transformer(start, Transformer::Val, vec![field]).map(Some)
    }
}
