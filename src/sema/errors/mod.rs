//! The words of every finding of this room, Falco's and ours. The passes decide what is wrong and build no messages.

mod conditions;
mod document;
mod exceptions;
mod hints;
mod keys;
mod names;
mod outputs;
mod overrides;
mod requirements;
mod syntax;
mod values;

pub use conditions::*;
pub use document::*;
pub use exceptions::*;
pub use hints::Hints;
pub use keys::*;
pub use names::*;
pub use outputs::*;
pub use overrides::*;
pub use requirements::*;
pub use syntax::*;
pub use values::*;

use super::report::{ContextStep, Fault};
use super::text::Located;
use crate::diag::{Check, Diagnostic, Edit, FalcoCode, Fix};
use crate::source::Span;

/// A fault as passes hand it on: seldom, so that it may cost an allocation.
type BoxedFault<'a> = Box<Fault<'a>>;

/// A fault whose context ends at the item.
fn fault<'a>(code: FalcoCode, falco: impl Into<String>, diagnostic: Diagnostic) -> Fault<'a> {
    Fault { diagnostic, code: Some(code), message: falco.into(), steps: Some(Vec::new()) }
}

/// A fault with context below the item.
fn fault_below<'a>(
    code: FalcoCode,
    falco: impl Into<String>,
    diagnostic: Diagnostic,
    steps: Vec<ContextStep<'a>>,
) -> BoxedFault<'a> {
    Box::new(Fault { diagnostic, code: Some(code), message: falco.into(), steps: Some(steps) })
}

/// A fault that Falco places at the document.
fn fault_at_document<'a>(code: FalcoCode, falco: impl Into<String>, diagnostic: Diagnostic) -> Fault<'a> {
    Fault { diagnostic, code: Some(code), message: falco.into(), steps: None }
}

/// A warning under the code of its check.
fn warning<'a>(check: &'static Check, falco: impl Into<String>, diagnostic: Diagnostic) -> Fault<'a> {
    Fault { diagnostic, code: check.falco, message: falco.into(), steps: Some(Vec::new()) }
}

fn found(check: &'static Check, span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(check, span, message)
}

/// Adds the places that the text came from: the item of a list, and the use of a macro.
fn shown(mut diagnostic: Diagnostic, located: Located, via: Option<Span>) -> Diagnostic {
    if let Some(item) = located.item {
        diagnostic = diagnostic.label(item, "from this item of the list");
        // The file has the list's name at the place, not the text that the fix replaces.
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

/// Falco's message without its prefix, with names in backticks.
fn in_our_style(falco: &str) -> String {
    falco.trim_start_matches("filter error: ").replace('\'', "`")
}
