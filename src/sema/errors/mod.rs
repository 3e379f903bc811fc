//! Every finding of this room in words: Falco's and ours. The passes say what is wrong, never how it reads.

mod conditions;
mod exceptions;
mod hints;
mod items;
mod names;
mod outputs;
mod requirements;
mod syntax;
mod values;

pub use conditions::*;
pub use exceptions::*;
pub use hints::Hints;
pub use items::*;
pub use names::*;
pub use outputs::*;
pub use requirements::*;
pub use syntax::*;
pub use values::*;

use super::report::{ContextStep, Fault};
use super::text::Located;
use crate::diag::{Check, Diagnostic, Edit, FalcoCode, Fix};
use crate::source::Span;

/// A fault at the item itself.
fn fault<'a>(code: FalcoCode, falco: impl Into<String>, diagnostic: Diagnostic) -> Fault<'a> {
    Fault { diagnostic, code: Some(code), message: falco.into(), steps: Some(Vec::new()) }
}

/// The same, with steps below the item.
fn fault_below<'a>(
    code: FalcoCode,
    falco: impl Into<String>,
    diagnostic: Diagnostic,
    steps: Vec<ContextStep<'a>>,
) -> Box<Fault<'a>> {
    Box::new(Fault { diagnostic, code: Some(code), message: falco.into(), steps: Some(steps) })
}

/// The same, at the document as a whole.
fn fault_at_document<'a>(code: FalcoCode, falco: impl Into<String>, diagnostic: Diagnostic) -> Fault<'a> {
    Fault { diagnostic, code: Some(code), message: falco.into(), steps: None }
}

/// A warning of Falco's: its code is that of the check.
fn warning<'a>(check: &'static Check, falco: impl Into<String>, diagnostic: Diagnostic) -> Fault<'a> {
    Fault { diagnostic, code: check.falco, message: falco.into(), steps: Some(Vec::new()) }
}

fn found(check: &'static Check, span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(check, span, message)
}

/// Adds where the text really came from: an item of a list, and the use of a macro.
fn shown(mut diagnostic: Diagnostic, located: Located, via: Option<Span>) -> Diagnostic {
    if let Some(item) = located.item {
        diagnostic = diagnostic.label(item, "from this item of the list");
        // The text at the place is the list's name, not what the fix was made for.
        diagnostic.fix = None;
    }
    if let Some(via) = via {
        diagnostic = diagnostic.label(via, "the macro is used here");
    }
    diagnostic
}

fn unsafe_fix(mut diagnostic: Diagnostic, title: String, span: Span, text: impl Into<String>) -> Diagnostic {
    diagnostic.fix = Some(Fix { title, edits: vec![Edit { span, text: text.into() }], safe: false });
    diagnostic
}

/// Falco's words with names in backticks and without its prefix.
fn in_our_style(falco: &str) -> String {
    falco.trim_start_matches("filter error: ").replace('\'', "`")
}
