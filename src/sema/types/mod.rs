//! Fields, operators and values of a parsed condition, checked in Falco's order.

mod checker;
mod comparisons;
mod facts;
mod operands;
mod operators;
mod warnings;

pub use facts::{TypeError, TypeErrorKind, TypeFact, Warning, WarningKind};
pub use operators::applies;
pub use warnings::DEPRECATED;

use crate::schema::SourceFields;
use crate::syntax::ast::{Expr, Operand};
use checker::Checker;

/// All facts of a condition. Macros are not followed; `macro_index` gives their index by name.
pub fn facts(
    expr: &Expr<'_>,
    fields: &SourceFields,
    macro_index: &dyn Fn(&str) -> Option<usize>,
) -> Vec<TypeFact> {
    let mut checker = Checker { fields, macro_index, facts: Vec::new() };
    checker.visit(expr);
    checker.facts
}

/// The first error of a condition without macros.
pub fn first_error(expr: &Expr<'_>, fields: &SourceFields) -> Option<TypeError> {
    facts(expr, fields, &|_| None).into_iter().find_map(|fact| match fact {
        TypeFact::Error(error) => Some(error),
        _ => None,
    })
}

/// The error of a field or transformer on its own, as in an output.
pub fn operand_error(operand: &Operand<'_>, fields: &SourceFields) -> Option<TypeError> {
    let mut checker = Checker { fields, macro_index: &|_| None, facts: Vec::new() };
    let (trouble, place) = *checker.operand(operand).err()?;
    Some(TypeError { kind: trouble, place, falco_at: operand.place.start })
}
