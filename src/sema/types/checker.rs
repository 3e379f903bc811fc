//! The state of the check of one condition, and the types of its operands.

use super::facts::{TypeErrorKind, TypeFact};
use crate::schema::{SourceFields, Type};
use crate::syntax::ast::{Operand, OperandKind, TextRange};

/// The type of a side of a comparison.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typed {
    pub(super) ty: Type,
    pub(super) list: bool,
    /// The type before transformers, which `join`, `concat` and `getopt` check.
    pub(super) base: Type,
    pub(super) base_list: bool,
}

impl Typed {
    pub(super) fn plain(ty: Type, list: bool) -> Typed {
        Typed { ty, list, base: ty, base_list: list }
    }
}

pub(super) struct Checker<'f> {
    pub(super) fields: &'f SourceFields,
    pub(super) macro_index: &'f dyn Fn(&str) -> Option<usize>,
    pub(super) facts: Vec<TypeFact>,
}

pub(super) type Caught<T> = Result<T, Box<(TypeErrorKind, TextRange)>>;

/// The field that Falco's messages name for an operand: the innermost, or the transformer without one.
pub(super) fn innermost(operand: &Operand<'_>) -> String {
    match &operand.kind {
        OperandKind::Call { transformer, args, .. } => match args.first() {
            Some(arg) if !transformer.is_multi() => innermost(arg),
            _ => transformer.text().to_owned(),
        },
        kind => kind.field_text().map_or_else(|| "NA".to_owned(), |text| text.into_owned()),
    }
}

/// Calls `visit` with the name of each field of an operand, left to right.
pub(super) fn each_field<'a>(operand: &Operand<'a>, visit: &mut impl FnMut(&'a str, &TextRange)) {
    match &operand.kind {
        OperandKind::Field { name, .. } => visit(name, &operand.place),
        OperandKind::Call { args, .. } | OperandKind::List(args) => {
            args.iter().for_each(|arg| each_field(arg, visit));
        }
        OperandKind::Const(_) => {}
    }
}
