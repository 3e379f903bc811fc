//! Syntax errors of conditions.

use crate::syntax::ast::TextRange;

/// The kinds of syntax errors.
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
    /// No string after a comma in a list.
    NoListItem,
    /// No list after a list operator.
    NoList,
    /// `val()` takes one field.
    NoFieldInVal,
    /// Nothing that could be an argument of a transformer.
    NoTransformerArgument,
    /// Nothing that could be an element of a list inside a transformer.
    NoListArgument,
    /// A bad escape in a quoted string; Falco's message.
    Escape(String),
    /// Nested deeper than Falco allows.
    TooDeep(usize),
}

/// A syntax error in a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxError {
    /// The kind.
    pub kind: SyntaxErrorKind,
    /// Falco's cursor when it stopped.
    pub at: u32,
    /// The text to underline.
    pub place: TextRange,
}
