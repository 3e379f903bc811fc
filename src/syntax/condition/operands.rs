//! Fields, transformers and their arguments.

use super::errors::SyntaxErrorKind;
use super::parser::{Parser, Result};
use crate::syntax::ast::{Constant, Operand, OperandKind};
use crate::syntax::lexer;
use crate::syntax::token::{TRANSFORMERS, Transformer};
use std::borrow::Cow;

impl<'a> Parser<'a> {
    /// A field or a transformer other than `val()`.
    pub(super) fn operand(&mut self) -> Result<Option<Operand<'a>>> {
        match self.field()? {
            Some(field) => Ok(Some(field)),
            None => self.transformer(),
        }
    }

    pub(super) fn field(&mut self) -> Result<Option<Operand<'a>>> {
        let start = self.at;
        let Some(name) = self.lex(lexer::field_name) else { return Ok(None) };
        let depth = self.depth;
        self.enter()?;
        let arg = self.bracket()?;
        self.depth = depth;
        Ok(Some(Operand { kind: OperandKind::Field { name, arg }, place: self.since(start) }))
    }

    fn bracket(&mut self) -> Result<Option<Constant<'a>>> {
        let start = self.at as u32;
        if !self.word("[") {
            return Ok(None);
        }
        self.bracket = Some(start as usize);
        let arg = match self.quoted()? {
            Some(arg) => Some(arg),
            None => self.bare(lexer::bare_argument),
        };
        let Some(arg) = arg else { return self.fail(SyntaxErrorKind::NoFieldArgument) };
        if !self.word("]") {
            return self.fail(SyntaxErrorKind::UnclosedBracket(start));
        }
        Ok(Some(arg))
    }

    pub(super) fn transformer(&mut self) -> Result<Option<Operand<'a>>> {
        let start = self.at;
        let first = self.rest().as_bytes().first().copied();
        let Some(transformer) = TRANSFORMERS.iter().copied().find(|&transformer| {
            transformer != Transformer::Val
                && transformer.text().as_bytes().first().copied() == first
                && self.rest().strip_prefix(transformer.text()).is_some_and(|rest| rest.starts_with('('))
        }) else {
            return Ok(None);
        };
        self.at += transformer.text().len() + 1;
        self.last = Cow::Borrowed(&self.text[start..self.at]);
        let depth = self.depth;
        self.enter()?;
        let mut args = Vec::new();
        loop {
            self.blanks();
            args.push(self.argument()?);
            self.blanks();
            if !self.word(",") {
                break;
            }
        }
        let call = self.close_transformer(start, transformer, args);
        self.depth = depth;
        call.map(Some)
    }

    pub(super) fn close_transformer(
        &mut self,
        start: usize,
        transformer: Transformer,
        args: Vec<Operand<'a>>,
    ) -> Result<Operand<'a>> {
        self.blanks();
        if !self.word(")") {
            return self
                .fail(SyntaxErrorKind::UnclosedTransformer((start + transformer.text().len()) as u32));
        }
        let arg = self.bracket()?;
        Ok(Operand { kind: OperandKind::Call { transformer, args, arg }, place: self.since(start) })
    }

    fn argument(&mut self) -> Result<Operand<'a>> {
        if let Some(operand) = self.constant_operand(true)? {
            return Ok(operand);
        }
        if self.rest().starts_with('(') {
            return self.argument_list();
        }
        match self.transformer()? {
            Some(call) => Ok(call),
            None => match self.field()? {
                Some(field) => Ok(field),
                None => self.fail(SyntaxErrorKind::NoTransformerArgument),
            },
        }
    }

    fn argument_list(&mut self) -> Result<Operand<'a>> {
        let start = self.at;
        self.word("(");
        self.blanks();
        let mut elements = Vec::new();
        if !self.word(")") {
            loop {
                elements.push(self.list_argument()?);
                self.blanks();
                if !self.word(",") {
                    break;
                }
                self.blanks();
            }
            if !self.word(")") {
                return self.fail(SyntaxErrorKind::UnclosedList(start as u32));
            }
        }
        Ok(Operand { kind: OperandKind::List(elements), place: self.since(start) })
    }

    fn list_argument(&mut self) -> Result<Operand<'a>> {
        if let Some(operand) = self.operand()? {
            return Ok(operand);
        }
        match self.constant_operand(false)? {
            Some(operand) => Ok(operand),
            None => self.fail(SyntaxErrorKind::NoListArgument),
        }
    }

    fn constant_operand(&mut self, number_first: bool) -> Result<Option<Operand<'a>>> {
        let value = if number_first {
            match self.bare(lexer::number) {
                Some(number) => Some(number),
                None => self.quoted()?,
            }
        } else {
            match self.quoted()? {
                Some(text) => Some(text),
                None => self.bare(lexer::number),
            }
        };
        Ok(value.map(|value| Operand { place: value.place.clone(), kind: OperandKind::Const(value) }))
    }
}
