//! Findings about names of macros, and about definitions in files that load too late.

use super::{fault, found};
use super::{shown, unsafe_fix};
use crate::diag::{Diagnostic, FalcoCode};
use crate::nearest::nearest;
use crate::sema::checks::*;
use crate::sema::collect::MacroInfo;
use crate::sema::report::Fault;
use crate::sema::text::Located;
use crate::source::Span;
use std::fmt::Write as _;

/// A macro that does not exist or is not visible.
pub fn undefined_macro<'a, 'n>(
    name: &str,
    located: Located,
    via: Option<Span>,
    known: impl Iterator<Item = &'n str>,
) -> Fault<'a> {
    let mut known = known;
    let mut diagnostic = found(&UNDEFINED_MACRO, located.span, format!("there is no macro `{name}`"));
    let all: Vec<&str> = known.by_ref().take(10_000).collect();
    diagnostic = if all.contains(&name) {
        diagnostic.message = format!("macro `{name}` cannot be used here");
        diagnostic.help("a macro sees only macros that were defined before its own latest change")
    } else if let Some(near) = nearest(name, all.iter().copied())
        .filter(|_| !["AND", "OR", "NOT", "and", "or", "not"].contains(&name))
    {
        let diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        unsafe_fix(diagnostic, format!("write `{near}`"), located.span, near)
    } else if ["AND", "OR", "NOT"].contains(&name) {
        diagnostic.help("keywords are in lower case")
    } else if ["and", "or", "not"].contains(&name) {
        diagnostic.message = format!("`{name}` stands where a check or a macro is expected");
        diagnostic.help(format!("Falco takes this `{name}` for a macro; put a check or a macro here"))
    } else {
        diagnostic.help("define it, or write a field with an operator")
    };
    fault(
        FalcoCode::ErrValidate,
        format!("Undefined macro '{name}' used in filter."),
        shown(diagnostic, located, via),
    )
}

/// A macro that refers to itself, directly or through others.
pub fn macro_loop<'a>(name: &str, located: Located, via: Option<Span>) -> Fault<'a> {
    let diagnostic = found(&MACRO_CYCLE, located.span, format!("macro `{name}` refers to itself"))
        .help("remove it here; to extend a macro use `override: {condition: append}`");
    fault(
        FalcoCode::ErrValidate,
        format!("reference loop in macro '{name}'"),
        shown(diagnostic, located, via),
    )
}

/// A macro that is defined in a later file.
pub fn macro_in_later_file(info: &MacroInfo<'_>, located: Located) -> Diagnostic {
    let message = format!("macro `{}` is defined in a file that is loaded later", info.name);
    found(&UNDEFINED_MACRO, located.span, message)
        .label(info.name_span, "defined here")
        .help("Falco compiles after each file: load the macro's file first")
}

/// An error that a later file repairs, after Falco has stopped at it.
pub fn mended_too_late(mut error: Diagnostic, loaded: &str) -> Diagnostic {
    let _ =
        write!(error.message, "; a later file repairs it, but Falco stops after it has loaded `{loaded}`");
    error.fix = None;
    error
}
