//! Findings about names of rules, macros, lists and sources, and about definitions that load too late.

use super::{BoxedFault, fault, found, shown, unsafe_fix, warning};
use crate::diag::{Diagnostic, FalcoCode};
use crate::nearest::nearest;
use crate::sema::checks::*;
use crate::sema::collect::{ListInfo, MacroInfo, RuleInfo};
use crate::sema::environment::Environment;
use crate::sema::report::Fault;
use crate::sema::text::Located;
use crate::source::{Span, Text};
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

/// A list name that conditions cannot hold.
pub fn list_name<'a>(name: &Text) -> Fault<'a> {
    let falco =
        "List has an invalid name. List names should match a regular expression: ([^()\"'[:space:]=,]+)";
    let diagnostic = found(&INVALID_LIST_NAME, name.span, format!("`{}` is no name for a list", name.value))
        .help("use letters, digits and `_`, without blanks, quotes, parentheses, `=` and `,`");
    warning(&INVALID_LIST_NAME, falco, diagnostic)
}

/// A macro name that conditions cannot hold.
pub fn macro_name<'a>(name: &Text) -> Fault<'a> {
    let falco =
        "Macro has an invalid name. Macro names should match a regular expression: ([a-zA-Z]+[a-zA-Z0-9_]*)";
    let diagnostic =
        found(&INVALID_MACRO_NAME, name.span, format!("`{}` is no name for a macro", name.value))
            .at("no condition can refer to it")
            .help("begin with a letter and use letters, digits and `_`");
    warning(&INVALID_MACRO_NAME, falco, diagnostic)
}

/// A rule of the same name for another source.
pub fn different_source<'a>(
    name: &'a Text,
    source: Option<&Text>,
    previous: &RuleInfo<'_>,
) -> BoxedFault<'a> {
    let said = source.map_or("syscall", |source| &source.value);
    let span = source.map_or(name.span, |source| source.span);
    let message = format!("rule `{}` is for source `{}`, not `{said}`", name.value, previous.source);
    let mut diagnostic = found(&DIFFERENT_SOURCE, span, message).label(previous.name_span, "defined here");
    diagnostic = match source {
        Some(_) => diagnostic.help("give the rule another name or the same source"),
        None => {
            diagnostic.help(format!("add `source: {}`; without it Falco takes `syscall`", previous.source))
        }
    };
    Box::new(fault(FalcoCode::ErrValidate, "Rule has been re-defined with a different source", diagnostic))
}

/// A source that nobody provides.
pub fn unknown_source<'a>(source: &str, span: Span, environment: &Environment) -> Fault<'a> {
    let mut diagnostic =
        found(&UNKNOWN_SOURCE, span, format!("no loaded plugin provides the source `{source}`"))
            .at("Falco skips the rule");
    let sources: Vec<&str> = environment.plugins.sources().collect();
    diagnostic = match nearest(source, sources.iter().copied()) {
        Some(near) => {
            let mut diagnostic =
                diagnostic.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near);
            diagnostic.fix.iter_mut().for_each(|fix| fix.safe = false);
            diagnostic
        }
        None => diagnostic.help(format!("sources with these plugins: {}", sources.join(", "))),
    };
    warning(&UNKNOWN_SOURCE, format!("Unknown source {source}, skipping"), diagnostic)
}

/// A macro nobody uses.
pub fn unused_macro<'a>(info: &MacroInfo<'_>) -> Fault<'a> {
    let diagnostic = found(&UNUSED_MACRO, info.name_span, format!("macro `{}` is never used", info.name))
        .help("remove it, or say why it stays: `# rulec: allow unused-macro -- reason`");
    warning(&UNUSED_MACRO, "Macro not referred to by any other rule/macro", diagnostic)
}

/// A list nobody uses.
pub fn unused_list<'a>(info: &ListInfo<'_>) -> Fault<'a> {
    let diagnostic = found(&UNUSED_LIST, info.name_span, format!("list `{}` is never used", info.name))
        .help("remove it, or say why it stays: `# rulec: allow unused-list -- reason`");
    warning(&UNUSED_LIST, "List not referred to by any other rule/macro", diagnostic)
}
