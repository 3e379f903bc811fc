//! The facts that the check of a condition reports.

use super::super::values::BadValue;
use crate::schema::{LookupError, Type};
use crate::syntax::ast::TextRange;
use crate::syntax::token::Op;

/// A fact about a condition, in order.
#[derive(Clone, Debug)]
pub enum TypeFact {
    /// A use of the macro with this index, in place of the macro's own facts.
    Macro(usize, TextRange),
    /// Falco refuses the comparison.
    Error(TypeError),
    /// A suspicious constant.
    Warning(Warning),
    /// A `ka.` or `jevt.` field is compared with `<NA>`.
    UnsafeNa(TextRange),
    /// A field by its older name, and its current name.
    Older(&'static str, &'static str, TextRange),
    /// A deprecated field on the left.
    Deprecated(&'static str, TextRange),
    /// A comparison of `evt.type` whose right side Falco cannot search for event codes: it crashes.
    EventCodeCrash,
}

/// A comparison that Falco refuses.
#[derive(Clone, Debug)]
pub struct TypeError {
    /// The error.
    pub kind: TypeErrorKind,
    /// The text to underline.
    pub place: TextRange,
    /// Falco's position: the start of the comparison.
    pub falco_at: u32,
}

/// The kinds of errors in a comparison.
#[derive(Clone, Debug)]
pub enum TypeErrorKind {
    /// The field does not exist, or its argument is wrong.
    Field(LookupError),
    /// The operator does not work on the field's type.
    Operator {
        /// The operator.
        op: Op,
        /// The type, after transformers.
        ty: Type,
        /// True for a list of that type.
        list: bool,
        /// Falco's message.
        falco: String,
    },
    /// The constant does not fit.
    Value {
        /// The constant.
        text: String,
        /// The type it should fit.
        ty: Type,
        /// The reason.
        bad: BadValue,
    },
    /// A transformer cannot be applied; Falco's message.
    Transformer(String),
    /// A field on the right side where none is allowed; Falco's message.
    Right(String),
    /// Falco crashes.
    Crash {
        /// Falco's message or behaviour.
        falco: &'static str,
        /// rulec's message.
        message: &'static str,
        /// True if Falco crashes only when an event is evaluated: the file loads.
        at_run_time: bool,
    },
}

impl TypeErrorKind {
    /// Falco's message.
    pub fn falco(&self) -> String {
        match self {
            TypeErrorKind::Field(error) => error.message.clone(),
            TypeErrorKind::Operator { falco, .. }
            | TypeErrorKind::Transformer(falco)
            | TypeErrorKind::Right(falco) => falco.clone(),
            TypeErrorKind::Value { bad: BadValue::EventType(name), .. } => {
                format!("unknown event type {name}")
            }
            TypeErrorKind::Value { bad: BadValue::Unfit(falco) | BadValue::Regex { falco, .. }, .. } => {
                falco.clone()
            }
            TypeErrorKind::Crash { falco, .. } => (*falco).to_owned(),
        }
    }
}

/// A constant that Falco warns about.
#[derive(Clone, Debug)]
pub struct Warning {
    /// The reason.
    pub kind: WarningKind,
    /// The constant.
    pub text: String,
    /// Its place, which is also Falco's.
    pub place: TextRange,
}

/// The kinds of suspicious constants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WarningKind {
    /// A regular expression without any special character.
    PlainRegex,
    /// It is the name of a field.
    Field,
    /// It looks like a transformer call.
    Transformer,
}
