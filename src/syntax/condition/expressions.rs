//! `or`, `and`, `not`, groups and single comparisons.

use super::errors::SyntaxErrorKind;
use super::parser::{Failure, Parser, Result, hole};
use crate::syntax::ast::{Comparison, Expr, ExprKind, Operand, Right};
use crate::syntax::lexer;
use crate::syntax::token::Rhs;
use std::borrow::Cow;

impl<'a> Parser<'a> {
    /// Reads an `or` chain that must reach the end of the text, or the `)` of the group opened at `open`.
    pub(super) fn or_to_end(&mut self, open: Option<u32>) -> Expr<'a> {
        let start = self.at;
        let depth = self.depth;
        let first = self.or_chain();
        // The parts after errors.
        let mut parts = Vec::new();
        loop {
            self.depth = depth;
            if self.closes(open) {
                break;
            }
            self.report_leftover(open);
            if matches!(&*self.last, "and" | "or") && self.at < self.text.len() {
                // The word was read as a macro; the operand that it was meant to join follows.
                let at = self.at;
                parts.push(self.or_chain());
                if self.at > at {
                    continue;
                }
            }
            self.resync();
            parts.push(hole(self.since(start)));
            if !self.resumes(open) {
                break;
            }
            if self.at < self.text.len() && !self.rest().starts_with(')') {
                parts.push(self.or_chain());
            }
        }
        if parts.is_empty() {
            return first;
        }
        parts.insert(0, first);
        Expr { place: self.since(start), falco_at: start as u32, kind: ExprKind::And(parts) }
    }

    /// True at the end of the text, or of the group opened at `open`; takes its `)`.
    fn closes(&mut self, open: Option<u32>) -> bool {
        if open.is_none() {
            return self.at == self.text.len();
        }
        self.blanks();
        self.word(")")
    }

    /// Reports text after a whole condition, or a group that is not closed here.
    fn report_leftover(&mut self, open: Option<u32>) {
        let (kind, place) = match open {
            Some(open) if self.at == self.text.len() => (SyntaxErrorKind::Unclosed(open), open..open + 1),
            Some(open) => (SyntaxErrorKind::Unclosed(open), self.here()),
            None => (SyntaxErrorKind::Leftover(self.last.to_string()), self.here()),
        };
        self.report(Failure { kind, place });
    }

    fn or_chain(&mut self) -> Expr<'a> {
        self.chain("or", Self::and_chain, ExprKind::Or)
    }

    fn and_chain(&mut self) -> Expr<'a> {
        self.chain("and", Self::not, ExprKind::And)
    }

    fn chain(
        &mut self,
        word: &'static str,
        operand: fn(&mut Self) -> Expr<'a>,
        kind: fn(Vec<Expr<'a>>) -> ExprKind<'a>,
    ) -> Expr<'a> {
        let falco_at = self.at as u32;
        let depth = self.depth;
        if let Err(failure) = self.enter() {
            self.report(failure);
            self.depth = depth;
            return hole(falco_at..self.at as u32);
        }
        self.blanks();
        let first = operand(self);
        self.blanks();
        if !self.rest().starts_with(word) {
            self.depth = depth;
            return first;
        }
        let mut parts = Vec::with_capacity(8);
        parts.push(first);
        while self.word(word) {
            let part = if self.blanks() {
                operand(self)
            } else if self.rest().starts_with('(') {
                self.word("(");
                self.group()
            } else {
                let place = (self.at - word.len()) as u32..self.at as u32;
                self.report(Failure { kind: SyntaxErrorKind::BlankAfter(word), place });
                self.resync();
                hole(self.place_of(0))
            };
            parts.push(part);
            self.blanks();
        }
        self.depth = depth;
        let place = match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => first.place.start..last.place.end.max(first.place.start),
            _ => self.since(falco_at as usize),
        };
        Expr { kind: kind(parts), place, falco_at }
    }

    /// Reads an operand of a chain: the level at which errors are caught.
    fn not(&mut self) -> Expr<'a> {
        let (start, depth) = (self.at, self.depth);
        let expr = self.try_not().unwrap_or_else(|failure| {
            self.report(failure);
            self.resync_from(start);
            hole(self.since(start))
        });
        self.depth = depth;
        expr
    }

    fn try_not(&mut self) -> Result<Expr<'a>> {
        let falco_at = self.at as u32;
        self.enter()?;
        self.blanks();
        let start = self.at as u32;
        let mut negated = false;
        if let Ok((rest, count)) = lexer::nots(self.rest()) {
            negated = count % 2 == 1;
            if count > 0 {
                self.at = self.text.len() - rest.len();
                self.last = Cow::Borrowed("not ");
            }
        }
        let inner = if self.word("not(") {
            negated = !negated;
            self.group()
        } else {
            self.check()?
        };
        if !negated {
            return Ok(inner);
        }
        Ok(Expr { kind: ExprKind::Not(Box::new(inner)), place: start..self.at as u32, falco_at })
    }

    /// Reads the rest of a group after its opening parenthesis, the closing one included.
    fn group(&mut self) -> Expr<'a> {
        let (open, depth) = (self.at as u32 - 1, self.depth);
        if let Err(failure) = self.enter() {
            self.report(failure);
            self.depth = depth;
            return hole(self.place_of(0));
        }
        self.blanks();
        let expr = self.or_to_end(Some(open));
        self.depth = depth;
        expr
    }

    fn check(&mut self) -> Result<Expr<'a>> {
        self.enter()?;
        self.blanks();
        if self.word("(") {
            return Ok(self.group());
        }
        let start = self.at;
        if let Some(left) = self.operand()? {
            return self.condition(left, start);
        }
        match self.lex(lexer::identifier) {
            Some(name) => {
                let place = self.since(start);
                Ok(Expr { kind: ExprKind::Macro(name), falco_at: place.start, place })
            }
            None => self.fail(SyntaxErrorKind::NoCheck),
        }
    }

    fn condition(&mut self, left: Operand<'a>, start: usize) -> Result<Expr<'a>> {
        self.enter()?;
        self.blanks();
        let op_start = self.at;
        let Some(op) = self.operator() else { return self.fail(SyntaxErrorKind::NoOperator) };
        let mut op_place = op_start as u32..(op_start + op.text().len()) as u32;
        let mut modifier = None;
        let right = match op.rhs() {
            Rhs::None => Right::None,
            Rhs::Number => self.number_right()?,
            Rhs::List => {
                self.blanks();
                self.list_right()?
            }
            Rhs::String => match self.modifier() {
                Some((found, place)) => {
                    modifier = Some(found);
                    op_place.end = place.end;
                    self.list_or_word()?.map_or(Right::Hole, |right| right)
                }
                None => self.string_right()?,
            },
        };
        let check = Comparison { left, op, modifier, op_place, right };
        let place = self.since(start);
        Ok(Expr { kind: ExprKind::Comparison(Box::new(check)), falco_at: place.start, place })
    }
}
