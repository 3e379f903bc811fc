//! The condition parser: Falco's recursive descent, production by production, with recovery.
//!
//! The first error is Falco's, message and position. Where Falco stops, this parser skips to the next
//! `and`, `or` or closing parenthesis, leaves a hole and goes on.

use super::ast::{Comparison, Constant, Expr, ExprKind, Operand, OperandKind, Right, TextRange};
use super::lexer;
use super::token::{MODIFIERS, Modifier, OPERATORS, Op, Rhs, TRANSFORMERS, Transformer};
use std::borrow::Cow;

/// The nesting Falco allows in the conditions of rules and macros.
pub const RULE_DEPTH: usize = 1000;
/// The nesting it allows elsewhere: exception fields, and `-L`, which parses conditions once more.
pub const DEFAULT_DEPTH: usize = 100;

/// What could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SyntaxErrorKind {
    /// No text at all.
    Empty,
    /// Text left over after a whole condition; the last token that was read.
    Leftover(String),
    /// `and` or `or` without a blank or parenthesis after it.
    BlankAfter(&'static str),
    /// No check, macro or parenthesis where one must stand.
    NoCheck,
    /// A group or list without `)`; where it was opened.
    Unclosed(u32),
    /// A transformer without `)`; where it was opened.
    UnclosedTransformer(u32),
    /// A list inside a transformer without `)`.
    UnclosedList(u32),
    /// Nothing that could be an argument after `[`.
    NoFieldArgument,
    /// No `]`.
    UnclosedBracket(u32),
    /// No operator after a field.
    NoOperator,
    /// No number after a numeric operator.
    NoNumber,
    /// No string after a string operator.
    NoString,
    /// No string where a list goes on.
    NoListItem,
    /// No list after a list operator.
    NoList,
    /// `val()` takes one field.
    NoFieldInVal,
    /// Nothing that could be an argument of a transformer.
    NoTransformerArgument,
    /// Nothing that could be an element of a list inside a transformer.
    NoListArgument,
    /// A bad escape in a quoted string: Falco's words.
    Escape(String),
    /// Nested deeper than Falco allows.
    TooDeep(usize),
}

/// A syntax error in a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxError {
    /// What.
    pub kind: SyntaxErrorKind,
    /// Falco's cursor when it gave up.
    pub at: u32,
    /// The text to underline.
    pub place: TextRange,
}

/// A parsed condition: always a tree, with holes where there are errors.
#[derive(Clone, Debug)]
pub struct Parsed<'a> {
    /// The tree.
    pub expr: Expr<'a>,
    /// Errors in order; the first is Falco's.
    pub errors: Vec<SyntaxError>,
}

/// Parses a condition after list substitution.
pub fn parse(text: &str, max_depth: usize) -> Parsed<'_> {
    let mut parser = Parser::new(text, max_depth);
    if text.is_empty() {
        parser.report(Failure { trouble: SyntaxErrorKind::Empty, place: 0..0 });
        return Parsed { expr: hole(0..0), errors: parser.errors };
    }
    let expr = parser.or_to_end(None);
    Parsed { expr, errors: parser.errors }
}

/// Parses one field or transformer at the start of `text` and says how far it reaches. The error is where the
/// last `[` stands that was read: what is before it may be one.
pub fn parse_operand(text: &str) -> std::result::Result<(Operand<'_>, usize), Option<usize>> {
    let mut parser = Parser::new(text, DEFAULT_DEPTH);
    match parser.operand() {
        Ok(Some(operand)) => Ok((operand, parser.at)),
        _ => Err(parser.bracket),
    }
}

struct Failure {
    trouble: SyntaxErrorKind,
    place: TextRange,
}

type Result<T> = std::result::Result<T, Failure>;

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    max_depth: usize,
    last: Cow<'a, str>,
    /// Where the last `[` stands.
    bracket: Option<usize>,
    errors: Vec<SyntaxError>,
    /// Set when the rest cannot be read sensibly: further complaints would be noise.
    mute: bool,
}

/// Connectives of other languages, at which reading can go on.
const FOREIGN: [&str; 2] = ["&&", "||"];

fn hole<'a>(place: TextRange) -> Expr<'a> {
    Expr { kind: ExprKind::Hole, falco_at: place.start, place }
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, max_depth: usize) -> Parser<'a> {
        let (last, errors) = (Cow::Borrowed(""), Vec::new());
        Parser { text, at: 0, depth: 0, max_depth, last, bracket: None, errors, mute: false }
    }

    // --- lexing

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn lex(&mut self, lexer: impl Fn(&'a str) -> lexer::Lexed<'a>) -> Option<&'a str> {
        let (_, token) = lexer(self.rest()).ok()?;
        self.at += token.len();
        self.last = Cow::Borrowed(token);
        Some(token)
    }

    fn word(&mut self, word: &'static str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
            self.last = Cow::Borrowed(word);
        }
        found
    }

    fn blanks(&mut self) -> bool {
        let before = self.at;
        if let Ok((_, blanks)) = lexer::blanks(self.rest()) {
            self.at += blanks.len();
        }
        self.at > before
    }

    /// A quoted string; a bad escape is an error after the closing quote.
    fn quoted(&mut self) -> Result<Option<Constant<'a>>> {
        let Ok((_, token)) = lexer::quoted(self.rest()) else { return Ok(None) };
        let place = self.place_of(token.len());
        self.at += token.len();
        let inner = &token[1..token.len() - 1];
        let text = if inner.contains('\\') {
            let quote = if token.starts_with('"') { '"' } else { '\'' };
            match lexer::unescape(inner, quote) {
                Ok(text) => Cow::Owned(text),
                Err(message) => return Err(Failure { trouble: SyntaxErrorKind::Escape(message), place }),
            }
        } else {
            Cow::Borrowed(inner)
        };
        self.last = text.clone();
        Ok(Some(Constant { text, place, quoted: true }))
    }

    fn bare(&mut self, lexer: impl Fn(&'a str) -> lexer::Lexed<'a>) -> Option<Constant<'a>> {
        let start = self.at;
        let text = Cow::Borrowed(self.lex(lexer)?);
        Some(Constant { text, place: start as u32..self.at as u32, quoted: false })
    }

    // --- places and errors

    fn place_of(&self, len: usize) -> TextRange {
        self.at as u32..(self.at + len) as u32
    }

    fn since(&self, start: usize) -> TextRange {
        start as u32..self.at as u32
    }

    /// The word at the cursor, to underline; empty at the end.
    fn here(&self) -> TextRange {
        let rest = self.rest();
        let word = rest.find(|c| !lexer::is_bare(c)).unwrap_or(rest.len());
        let len = if word > 0 { word } else { rest.chars().next().map_or(0, char::len_utf8) };
        self.place_of(len)
    }

    fn fail<T>(&self, trouble: SyntaxErrorKind) -> Result<T> {
        Err(Failure { trouble, place: self.here() })
    }

    fn report(&mut self, failure: Failure) {
        let deep = matches!(failure.trouble, SyntaxErrorKind::TooDeep(_));
        if !self.mute {
            let Failure { trouble, place } = failure;
            self.errors.push(SyntaxError { kind: trouble, at: self.at as u32, place });
        }
        if deep {
            self.mute = true;
            self.at = self.text.len();
        }
    }

    /// Falco counts entries into productions and gives up at the limit.
    fn enter(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth >= self.max_depth {
            self.fail(SyntaxErrorKind::TooDeep(self.max_depth))
        } else {
            Ok(())
        }
    }

    /// Skips what is left of an operand that began at `start`, with the list or transformer it broke off in.
    fn resync_from(&mut self, start: usize) {
        let at = self.at;
        let open = self.open_since(start);
        if open > 0 && !self.at_connective() {
            if self.skip(open) {
                return;
            }
            // It is closed nowhere: only this operand is lost.
            self.at = at;
            self.mute = false;
        }
        self.resync();
    }

    /// Parentheses opened and not closed between `start` and the cursor.
    fn open_since(&self, start: usize) -> usize {
        let mut parser = Parser::new(&self.text[..self.at], self.max_depth);
        parser.at = start;
        let mut open = 0usize;
        while let Some(c) = parser.rest().chars().next() {
            match (c, lexer::quoted(parser.rest())) {
                (_, Ok((_, token))) => {
                    parser.at += token.len();
                    continue;
                }
                ('(', _) => open += 1,
                (')', _) => open = open.saturating_sub(1),
                _ => {}
            }
            parser.at += c.len_utf8();
        }
        open
    }

    /// Skips to where a reader would go on: `and` or `or` as a word, or a `)` that closes an outer group.
    fn resync(&mut self) {
        self.skip(0);
    }

    /// The same from inside `open` parentheses; true if they are all closed.
    fn skip(&mut self, mut open: usize) -> bool {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            match bytes[self.at] {
                b'(' => open += 1,
                b')' if open == 0 => return true,
                b')' => open -= 1,
                b'"' | b'\'' => {
                    if let Ok((_, token)) = lexer::quoted(self.rest()) {
                        self.at += token.len();
                        continue;
                    }
                    // An unclosed quote swallows the rest; what follows is anybody's guess.
                    self.mute = true;
                    self.at = bytes.len();
                    return true;
                }
                b'a' | b'o' | b'&' | b'|' if open == 0 && self.at_connective() => return true,
                _ => {}
            }
            self.at += 1;
        }
        self.mute = true;
        open == 0
    }

    fn at_connective(&self) -> bool {
        let before = self.text[..self.at].chars().next_back();
        let rest = self.rest();
        // What other languages write; the complaint about it was made.
        if FOREIGN.iter().any(|word| rest.starts_with(word)) {
            return true;
        }
        let after =
            rest.strip_prefix("and").or_else(|| rest.strip_prefix("or")).map(|rest| rest.chars().next());
        before.is_none_or(|c| lexer::is_space(c) || c == ')')
            && after.is_some_and(|c| c.is_none_or(|c| lexer::is_space(c) || c == '('))
    }

    // --- productions

    /// An `or` chain that must reach the end of the text, or the `)` of the group opened at `open`.
    fn or_to_end(&mut self, open: Option<u32>) -> Expr<'a> {
        let start = self.at;
        let depth = self.depth;
        let first = self.or_chain();
        // What stands after errors.
        let mut parts = Vec::new();
        loop {
            self.depth = depth;
            if open.is_some() {
                self.blanks();
                if self.word(")") {
                    break;
                }
            } else if self.at == self.text.len() {
                break;
            }
            let trouble = match open {
                Some(open) => SyntaxErrorKind::Unclosed(open),
                None => SyntaxErrorKind::Leftover(self.last.to_string()),
            };
            let mut place = self.here();
            if let (Some(open), true) = (open, self.at == self.text.len()) {
                place = open..open + 1;
            }
            self.report(Failure { trouble, place });
            if matches!(&*self.last, "and" | "or") && self.at < self.text.len() {
                // The word was read as a macro; what follows is the operand it was meant to join.
                let at = self.at;
                parts.push(self.or_chain());
                if self.at > at {
                    continue;
                }
            }
            self.resync();
            parts.push(hole(self.since(start)));
            if self.at == self.text.len() {
                break;
            }
            // At the end of the text a stray `)` is skipped; in a group it closes the group.
            if open.is_some() && self.word(")") {
                break;
            }
            while self.word(")") {
                self.blanks();
            }
            if self.at_connective() {
                let _ = ["and", "or"].iter().chain(&FOREIGN).any(|word| self.word(word));
            }
            self.blanks();
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
                self.report(Failure { trouble: SyntaxErrorKind::BlankAfter(word), place });
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

    /// An operand of a chain: the level at which errors are caught.
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

    /// What follows an opening parenthesis, its closing one included.
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

    /// The first operator that is a prefix of the text, in Falco's order: `exists`, numeric, string, list.
    fn operator(&mut self) -> Option<Op> {
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

    /// A modifier with what must follow it; otherwise the cursor stays and the word is a plain string.
    fn modifier(&mut self) -> Option<(Modifier, TextRange)> {
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

    fn number_right(&mut self) -> Result<Right<'a>> {
        self.blanks();
        if let Some(operand) = self.right_operand()? {
            return Ok(Right::Operand(operand));
        }
        match self.bare(lexer::number) {
            Some(value) => Ok(Right::Const(value)),
            None => self.fail(SyntaxErrorKind::NoNumber),
        }
    }

    fn string_right(&mut self) -> Result<Right<'a>> {
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

    fn list_right(&mut self) -> Result<Right<'a>> {
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

    fn list_or_word(&mut self) -> Result<Option<Right<'a>>> {
        let start = self.at;
        if !self.word("(") {
            return Ok(self.bare(lexer::identifier).map(Right::Word));
        }
        self.blanks();
        let mut values = Vec::new();
        // Any failure in the first item means "empty list" to Falco, and blanks are not skipped again.
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

    /// A field or a transformer other than `val()`.
    fn operand(&mut self) -> Result<Option<Operand<'a>>> {
        match self.field()? {
            Some(field) => Ok(Some(field)),
            None => self.transformer(),
        }
    }

    fn field(&mut self) -> Result<Option<Operand<'a>>> {
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

    fn transformer(&mut self) -> Result<Option<Operand<'a>>> {
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

    fn close_transformer(
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
