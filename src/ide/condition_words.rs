//! The words of a possibly broken condition, left to right, and what is expected at its end.
//!
//! The parser of `syntax` gives the meaning of a whole condition; this scanner classifies each word of a condition
//! that is still being typed. On whole conditions the two agree.

use crate::source::floor_char_boundary;
use crate::syntax::lexer;
use crate::syntax::token::{MODIFIERS, Modifier, OPERATORS, Op, Rhs, TRANSFORMERS, Transformer};
use std::ops::Range;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    /// `and`, `or` or `not`.
    Keyword,
    /// A field with its argument.
    Field,
    /// The name of a transformer.
    Transformer(Transformer),
    /// The use of a macro.
    Macro,
    /// An operator.
    Op(Op),
    /// `oneof`, `anyof` or `allof`.
    Modifier(Modifier),
    /// A constant.
    Value,
    /// A parenthesis or comma.
    Punctuation,
    /// A word that is not allowed there.
    Unknown,
}

/// A word and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Bytes of the text, quotes included.
    pub range: Range<usize>,
    /// What it is.
    pub what: WordKind,
    /// What was expected at its place.
    pub before: ConditionState,
}

/// What the grammar expects next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expected {
    /// A field, a macro, a transformer, `not` or a parenthesis.
    #[default]
    Operand,
    /// An operator.
    Operator,
    /// The right side: a constant or a list.
    Value,
    /// An element of a list on the right.
    Element,
    /// `and`, `or` or a closing parenthesis.
    Join,
    /// An argument of a transformer.
    Argument,
}

/// What is expected, and the comparison it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConditionState {
    /// What is expected.
    pub ask: Expected,
    /// Start and end of the left side of the comparison.
    pub left: (usize, usize),
    /// Its operator.
    pub op: Option<Op>,
    /// Its modifier.
    pub modifier: Option<Modifier>,
    /// The number of open parentheses.
    pub depth: usize,
}

/// The words of a text.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// The words in order.
    pub words: Vec<Word>,
    /// What is expected after the last word.
    pub end: ConditionState,
}

/// Splits a condition into words.
pub fn scan(text: &str) -> Words {
    let mut scanner =
        Scanner { text, at: 0, state: ConditionState::default(), open: Vec::new(), words: Vec::new() };
    while scanner.step() {}
    Words { words: scanner.words, end: scanner.state }
}

/// What is expected at a place in a condition, and the word that is being typed there.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// What is expected.
    pub state: ConditionState,
    /// The range that a completion replaces.
    pub word: Range<usize>,
    /// The quote that begins the word.
    pub quote: Option<char>,
    /// The field whose bracketed argument the word is.
    pub argument: Option<String>,
}

/// Reads a condition up to a place.
pub fn asked(text: &str, at: usize) -> Expectation {
    let at = floor_char_boundary(text, at);
    let before = scan(&text[..at]);
    let touching = before.words.last().filter(|word| {
        let symbol = matches!(word.what, WordKind::Punctuation)
            || matches!(word.what, WordKind::Op(op) if !op.is_word());
        let closed = text[word.range.clone()].len() > 1
            && text[word.range.clone()].starts_with(['"', '\''])
            && text[word.range.clone()].ends_with(['"', '\'']);
        word.range.end == at && !symbol && !closed
    });
    let Some(word) = touching else {
        return Expectation { state: before.end, word: at..at, quote: None, argument: None };
    };
    // Falco reads `inter` as `in` and `ter`, but the author is typing an operator.
    let joined = before.words.iter().rev().nth(1).filter(|op| {
        matches!(op.what, WordKind::Op(op) if op.is_word())
            && op.range.end == word.range.start
            && !text[word.range.clone()].starts_with(['"', '\''])
    });
    let word = match joined {
        Some(op) => &Word { range: op.range.start..word.range.end, ..op.clone() },
        None => word,
    };
    let typed = &text[word.range.clone()];
    let quote = typed.chars().next().filter(|c| matches!(c, '"' | '\''));
    let is_more = |c: char| match quote {
        Some(quote) => c != quote && c != '\n',
        None => lexer::is_bare(c) && c != ']',
    };
    let end = at + text[at..].find(|c| !is_more(c)).unwrap_or(text.len() - at);
    let start = word.range.start + quote.map_or(0, char::len_utf8);
    let mut asked = Expectation { state: word.before, word: start.min(at)..end, quote, argument: None };
    if let (WordKind::Field, Some(open)) = (word.what, typed.find('[')) {
        asked.argument = Some(typed[..open].to_owned());
        asked.word.start = (word.range.start + open + 1).min(at);
    }
    asked
}

/// The construct that an open parenthesis belongs to.
#[derive(Clone, Copy)]
enum Open {
    Group,
    List,
    /// A list inside a transformer.
    Elements,
    /// A transformer: its start, and what is expected after it.
    Call(usize, Expected),
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    state: ConditionState,
    open: Vec<Open>,
    words: Vec<Word>,
}

impl Scanner<'_> {
    /// Reads one word; false at the end.
    fn step(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let blanks = rest.find(|c| !lexer::is_space(c) && !lexer::is_blank(c)).unwrap_or(rest.len());
        self.at += blanks;
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return false;
        }
        match rest.as_bytes()[0] {
            b')' => self.close(),
            b'(' => self.parenthesis(),
            b',' => self.comma(),
            _ => match self.state.ask {
                Expected::Operand => self.operand(rest),
                Expected::Operator => self.operator(rest),
                Expected::Value => self.value(rest),
                Expected::Element => self.constant(rest, Expected::Element),
                Expected::Join => self.join(rest),
                Expected::Argument => self.argument(rest),
            },
        }
        true
    }

    fn push(&mut self, len: usize, what: WordKind) {
        let range = self.at..self.at + len;
        self.at = range.end;
        self.words.push(Word { range, what, before: self.state });
    }

    /// A word of letters, as the lexer takes a bare string; at least one character.
    fn bare(rest: &str) -> usize {
        let len = rest.find(|c| !lexer::is_bare(c)).unwrap_or(rest.len());
        if len > 0 { len } else { rest.chars().next().map_or(0, char::len_utf8) }
    }

    fn close(&mut self) {
        let state = self.state;
        self.push(1, WordKind::Punctuation);
        self.state.depth = state.depth.saturating_sub(1);
        match self.open.pop() {
            Some(Open::Call(start, after)) => {
                let rest = &self.text[self.at..];
                if rest.starts_with('[') {
                    let len = bracket(rest);
                    self.push(len, WordKind::Value);
                }
                self.state.ask = after;
                if after == Expected::Operator {
                    self.state.left = (start, self.at);
                }
            }
            Some(Open::Elements) => self.state.ask = Expected::Argument,
            Some(Open::Group | Open::List) | None => self.state.ask = Expected::Join,
        }
    }

    fn parenthesis(&mut self) {
        let ask = self.state.ask;
        self.push(1, WordKind::Punctuation);
        self.state.depth += 1;
        match ask {
            Expected::Operand | Expected::Join | Expected::Operator => {
                self.open.push(Open::Group);
                self.state.ask = Expected::Operand;
            }
            Expected::Value | Expected::Element => {
                self.open.push(Open::List);
                self.state.ask = Expected::Element;
            }
            Expected::Argument => {
                self.open.push(Open::Elements);
            }
        }
    }

    fn comma(&mut self) {
        let what = if self.open.is_empty() { WordKind::Unknown } else { WordKind::Punctuation };
        self.push(1, what);
        match self.open.last() {
            Some(Open::List) => self.state.ask = Expected::Element,
            Some(Open::Elements | Open::Call(..)) => self.state.ask = Expected::Argument,
            _ => {}
        }
    }

    fn operand(&mut self, rest: &str) {
        self.state =
            ConditionState { ask: Expected::Operand, depth: self.state.depth, ..ConditionState::default() };
        let after_not = rest.strip_prefix("not").and_then(|rest| rest.chars().next());
        if after_not.is_some_and(|c| lexer::is_space(c) || c == '(') {
            return self.push(3, WordKind::Keyword);
        }
        if self.transformer(rest, Expected::Operator) {
            return;
        }
        if let Ok((_, name)) = lexer::field_name(rest) {
            let start = self.at;
            let len = name.len()
                + if rest[name.len()..].starts_with('[') { bracket(&rest[name.len()..]) } else { 0 };
            self.push(len, WordKind::Field);
            self.state.left = (start, self.at);
            self.state.ask = Expected::Operator;
            return;
        }
        match lexer::identifier(rest) {
            Ok((_, name)) => self.push(name.len(), WordKind::Macro),
            Err(_) => {
                let len = lexer::quoted(rest).map_or_else(|_| Self::bare(rest), |(_, token)| token.len());
                self.push(len, WordKind::Unknown);
            }
        }
        self.state.ask = Expected::Join;
    }

    /// A transformer with its opening parenthesis.
    fn transformer(&mut self, rest: &str, after: Expected) -> bool {
        let is = |transformer: &&Transformer| {
            rest.strip_prefix(transformer.text()).is_some_and(|rest| rest.starts_with('('))
        };
        let Some(&transformer) = TRANSFORMERS.iter().find(is) else { return false };
        let start = self.at;
        self.push(transformer.text().len(), WordKind::Transformer(transformer));
        self.push(1, WordKind::Punctuation);
        self.open.push(Open::Call(start, after));
        self.state.depth += 1;
        self.state.ask = Expected::Argument;
        true
    }

    fn operator(&mut self, rest: &str) {
        if let Some(&op) = OPERATORS.iter().find(|op| rest.starts_with(op.text())) {
            self.push(op.text().len(), WordKind::Op(op));
            self.state.op = Some(op);
            self.state.ask = if op.rhs() == Rhs::None { Expected::Join } else { Expected::Value };
            return;
        }
        if connective(rest).is_some() {
            return self.join(rest);
        }
        self.push(Self::bare(rest), WordKind::Unknown);
    }

    fn value(&mut self, rest: &str) {
        // A modifier without a list after it is a text; with only a blank after it, the list is still to be typed.
        let is = |modifier: &&Modifier| {
            let behind = rest.strip_prefix(modifier.text());
            behind.is_some_and(|rest| {
                let after = rest.trim_start_matches(lexer::is_blank);
                let begins = after.starts_with(|c| c == '(' || lexer::is_bare(c));
                match after.len() < rest.len() {
                    true => after.is_empty() || begins && connective(after).is_none(),
                    false => after.starts_with('('),
                }
            })
        };
        let takes = self.state.op.is_some_and(|op| op.rhs() == Rhs::String) && self.state.modifier.is_none();
        if let Some(&modifier) = MODIFIERS.iter().find(is).filter(|_| takes) {
            self.push(modifier.text().len(), WordKind::Modifier(modifier));
            self.state.modifier = Some(modifier);
            return;
        }
        if self.transformer(rest, Expected::Join) {
            return;
        }
        match lexer::number(rest) {
            Ok((_, number)) if self.state.op.is_some_and(|op| op.rhs() == Rhs::Number) => {
                self.push(number.len(), WordKind::Value);
                self.state.ask = Expected::Join;
            }
            _ => self.constant(rest, Expected::Join),
        }
    }

    fn constant(&mut self, rest: &str, after: Expected) {
        let len = match rest.as_bytes()[0] {
            b'"' | b'\'' => lexer::quoted(rest).map_or(rest.len(), |(_, token)| token.len()),
            _ => Self::bare(rest),
        };
        self.push(len, WordKind::Value);
        self.state.ask = after;
    }

    fn join(&mut self, rest: &str) {
        match connective(rest) {
            Some(len) => {
                self.push(len, WordKind::Keyword);
                self.state = ConditionState {
                    ask: Expected::Operand,
                    depth: self.state.depth,
                    ..ConditionState::default()
                };
            }
            None => {
                let len = lexer::quoted(rest).map_or_else(|_| Self::bare(rest), |(_, token)| token.len());
                self.push(len, WordKind::Unknown);
            }
        }
    }

    fn argument(&mut self, rest: &str) {
        if self.transformer(rest, Expected::Argument) {
            return;
        }
        if let Ok((_, name)) = lexer::field_name(rest) {
            let len = name.len()
                + if rest[name.len()..].starts_with('[') { bracket(&rest[name.len()..]) } else { 0 };
            return self.push(len, WordKind::Field);
        }
        self.constant(rest, Expected::Argument);
    }
}

/// The length of `and` or `or` if a boundary follows.
fn connective(rest: &str) -> Option<usize> {
    ["and", "or"].into_iter().find_map(|word| {
        let after = rest.strip_prefix(word)?.chars().next();
        after.is_none_or(|c| lexer::is_space(c) || c == '(').then_some(word.len())
    })
}

/// The length of a bracketed argument, up to the end of the word if it is not closed.
fn bracket(rest: &str) -> usize {
    let inside = &rest[1..];
    let len = match inside.as_bytes().first() {
        Some(b'"' | b'\'') => lexer::quoted(inside).map_or(inside.len(), |(_, token)| token.len()),
        _ => lexer::bare_argument(inside).map_or(0, |(_, token)| token.len()),
    };
    1 + len + usize::from(inside[len..].starts_with(']'))
}
