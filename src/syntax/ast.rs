//! The syntax tree of a condition. Offsets are bytes of the text that was parsed.

use super::token::{Modifier, Op, Transformer};
use std::borrow::Cow;
use std::ops::Range;

/// A byte range of the parsed text.
pub type TextRange = Range<u32>;

/// A condition, or a part of one.
#[derive(Clone, Debug)]
pub struct Expr<'a> {
    /// What it is.
    pub kind: ExprKind<'a>,
    /// Its text without surrounding blanks; for a parenthesised one the content.
    pub place: TextRange,
    /// Falco's position: before leading blanks for `and`, `or` and `not`.
    pub falco_at: u32,
}

/// The kinds of conditions.
#[derive(Clone, Debug)]
pub enum ExprKind<'a> {
    /// `a and b and …`, at least two.
    And(Vec<Expr<'a>>),
    /// `a or b or …`, at least two.
    Or(Vec<Expr<'a>>),
    /// `not a`
    Not(Box<Expr<'a>>),
    /// The use of a macro.
    Macro(&'a str),
    /// One comparison.
    Comparison(Box<Comparison<'a>>),
    /// A part with a syntax error, which is reported.
    Hole,
}

/// A comparison of a field.
#[derive(Clone, Debug)]
pub struct Comparison<'a> {
    /// Left side.
    pub left: Operand<'a>,
    /// Operator.
    pub op: Op,
    /// Modifier after the operator.
    pub modifier: Option<Modifier>,
    /// Operator and modifier as written.
    pub op_place: TextRange,
    /// Right side.
    pub right: Right<'a>,
}

/// The right side of a comparison.
#[derive(Clone, Debug)]
pub enum Right<'a> {
    /// Nothing, after `exists`.
    None,
    /// One constant.
    Const(Constant<'a>),
    /// A list in parentheses, and the place of the whole.
    List(Vec<Constant<'a>>, TextRange),
    /// A word where a list is expected: one string, since list names are substituted before.
    Word(Constant<'a>),
    /// A field through a transformer or `val()`.
    Operand(Operand<'a>),
    /// A right side with a syntax error.
    Hole,
}

/// A constant.
#[derive(Clone, Debug)]
pub struct Constant<'a> {
    /// The text, unescaped.
    pub text: Cow<'a, str>,
    /// Its place, quotes included.
    pub place: TextRange,
    /// True if it stood in quotes.
    pub quoted: bool,
}

/// A field, a transformer or a constant inside a transformer.
#[derive(Clone, Debug)]
pub struct Operand<'a> {
    /// What it is.
    pub kind: OperandKind<'a>,
    /// Its place.
    pub place: TextRange,
}

/// The kinds of operands.
#[derive(Clone, Debug)]
pub enum OperandKind<'a> {
    /// `ct.name` or `json.value[/a]`
    Field {
        /// The name without argument.
        name: &'a str,
        /// The argument between brackets.
        arg: Option<Constant<'a>>,
    },
    /// `tolower(ct.user)`
    Call {
        /// Which.
        transformer: Transformer,
        /// Its arguments.
        args: Vec<Operand<'a>>,
        /// An argument in brackets after the closing parenthesis.
        arg: Option<Constant<'a>>,
    },
    /// A parenthesised list inside a transformer.
    List(Vec<Operand<'a>>),
    /// A string or number inside a transformer.
    Const(Constant<'a>),
}

impl<'a> OperandKind<'a> {
    /// The field with its argument as Falco joins them: `name` or `name[arg]`, unescaped.
    pub fn field_text(&self) -> Option<Cow<'a, str>> {
        match self {
            OperandKind::Field { name, arg: None } => Some(Cow::Borrowed(name)),
            OperandKind::Field { name, arg: Some(arg) } => {
                Some(Cow::Owned([name, "[", &arg.text, "]"].concat()))
            }
            _ => None,
        }
    }
}

impl Expr<'_> {
    /// Calls `visit` on every part, outermost first, left to right.
    pub fn walk<'s>(&'s self, visit: &mut impl FnMut(&'s Self)) {
        visit(self);
        match &self.kind {
            ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().for_each(|part| part.walk(visit)),
            ExprKind::Not(inner) => inner.walk(visit),
            ExprKind::Macro(_) | ExprKind::Comparison(_) | ExprKind::Hole => {}
        }
    }
}
