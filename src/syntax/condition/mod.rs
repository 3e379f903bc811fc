//! The condition parser: Falco's recursive descent, production by production, with recovery.
//!
//! The first error is Falco's, message and position. Where Falco stops, this parser skips to the next
//! `and`, `or` or closing parenthesis, leaves a hole and continues.

mod errors;
mod expressions;
mod operands;
mod parser;
mod recovery;
mod right_side;

pub use errors::{SyntaxError, SyntaxErrorKind};

use super::ast::{Expr, Operand};
use parser::{Failure, Parser, hole};

/// Falco's maximum nesting in the conditions of rules and macros.
pub const RULE_DEPTH: usize = 1000;

/// Falco's maximum nesting elsewhere: exception fields, and `-L`, which parses conditions once more.
pub const DEFAULT_DEPTH: usize = 100;

/// A parsed condition: always a tree, with holes at errors.
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
        parser.report(Failure { kind: SyntaxErrorKind::Empty, place: 0..0 });
        return Parsed { expr: hole(0..0), errors: parser.errors };
    }
    let expr = parser.or_to_end(None);
    Parsed { expr, errors: parser.errors }
}

/// Parses one field or transformer at the start of `text` and returns its length. The error is the position of the
/// last `[` that was read: the text before it may be a field.
pub fn parse_operand(text: &str) -> std::result::Result<(Operand<'_>, usize), Option<usize>> {
    let mut parser = Parser::new(text, DEFAULT_DEPTH);
    match parser.operand() {
        Ok(Some(operand)) => Ok((operand, parser.at)),
        _ => Err(parser.bracket),
    }
}
