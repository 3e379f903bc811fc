//! Findings about fields and types in conditions.

use super::hints::{Hints, Meant};
use super::values::{operator, value};
use super::{fault, found, warning};
use super::{in_our_style, shown, unsafe_fix};
use crate::diag::{Diagnostic, FalcoCode};
use crate::schema::{FieldProblem, LookupError, SourceFields};
use crate::sema::checks::*;
use crate::sema::collect::RuleInfo;
use crate::sema::environment::Environment;
use crate::sema::report::Fault;
use crate::sema::text::Located;
use crate::sema::types::{DEPRECATED, TypeError, TypeErrorKind};
use crate::source::Span;
use std::fmt::Write as _;

/// A check that Falco refuses.
pub fn type_error<'a>(
    error: &TypeError,
    located: Located,
    via: Option<Span>,
    source: &str,
    fields: &SourceFields,
    environment: &Environment,
    hints: &mut Hints,
) -> Fault<'a> {
    let span = located.span;
    let diagnostic = match &error.kind {
        TypeErrorKind::Field(lookup) => field(lookup, span, source, fields, environment, hints),
        TypeErrorKind::Operator { op, ty, list, .. } => operator(*op, *ty, *list, span),
        TypeErrorKind::Value { text, ty, bad } => value(text, *ty, bad, span),
        TypeErrorKind::Transformer(falco) => found(&TRANSFORMER_TYPE, span, transformer_message(falco)),
        TypeErrorKind::Right(falco) => right_side(falco, span),
        TypeErrorKind::Crash { message, falco, at_run_time } => {
            let help = if *at_run_time { "compare it with a constant" } else { "give it one argument" };
            found(&FALCO_CRASH, span, *message).at(*falco).help(help)
        }
    };
    fault(FalcoCode::ErrCompileCondition, error.kind.falco(), shown(diagnostic, located, via))
}

/// A field where only a constant can stand, or one of another type.
fn right_side(falco: &str, span: Span) -> Diagnostic {
    let quoted: Vec<&str> = falco.split('\'').skip(1).step_by(2).collect();
    let diagnostic = |message: String| found(&RIGHT_SIDE_FIELD, span, message);
    match quoted[..] {
        [left, left_type, _, right_type] if falco.contains("incompatible type") => diagnostic(format!(
            "`{left}` is {}, the right side is {}",
            type_in_words(left_type),
            type_in_words(right_type)
        ))
        .help("compare fields of the same type only"),
        [op, ..] if falco.starts_with("operator") => {
            diagnostic(format!("`{}` cannot compare with a field", op.to_ascii_lowercase()))
                .help("use a constant, or another operator")
        }
        [_, ..] if falco.starts_with("field type") => {
            diagnostic("a network cannot be compared with a field".to_owned())
                .help("use constants such as `10.0.0.0/8`")
        }
        [field, ..] if falco.contains("can't be used") => {
            diagnostic(format!("`{field}` cannot stand on the right side")).help("use a constant")
        }
        [field, ..] => {
            diagnostic(format!("`{field}` cannot be compared with a field")).help("use a constant")
        }
        [] => diagnostic(in_our_style(falco)),
    }
}

/// `a text`, `a list of texts`, or the name of a type that has no word of its own.
fn type_in_words(name: &str) -> String {
    let (one, list) = match name.split(' ').next().unwrap_or_default() {
        "CHARBUF" | "FSPATH" | "FSRELPATH" => ("a text", "a list of texts"),
        "BOOL" => ("a boolean", "a list of booleans"),
        "IPADDR" | "IPV4ADDR" | "IPV6ADDR" => ("an address", "a list of addresses"),
        "UINT64" | "INT64" | "UINT32" | "INT32" | "UINT16" | "INT16" | "UINT8" | "INT8" | "PID"
        | "DOUBLE" => ("a number", "a list of numbers"),
        _ => return format!("of type `{name}`"),
    };
    if name.ends_with("(list)") { list } else { one }.to_owned()
}

fn transformer_message(falco: &str) -> String {
    match falco.strip_prefix("unknown field transfomer '") {
        Some(name) => format!("`{}` takes at least two arguments", name.trim_end_matches('\'')),
        None => refused_argument(falco).unwrap_or_else(|| in_our_style(falco)),
    }
}

fn refused_argument(falco: &str) -> Option<String> {
    let falco = falco.trim_start_matches("can't ");
    let quoted: Vec<&str> = falco.split('\'').skip(1).step_by(2).collect();
    match quoted[..] {
        [ty, name, _] if falco.contains("is not supported by") => {
            let list = if falco.contains("applied on list") { " (list)" } else { "" };
            Some(format!("`{name}` does not take {}", type_in_words(&format!("{ty}{list}"))))
        }
        [name] if falco.contains("does not support field arguments") => {
            Some(format!("`{name}` takes no argument in brackets"))
        }
        _ => {
            let (name, rest) = falco.split_once("() ")?;
            Some(format!("`{name}`: {}", rest.replace("strings", "texts")))
        }
    }
}

fn field(
    lookup: &LookupError,
    span: Span,
    source: &str,
    fields: &SourceFields,
    environment: &Environment,
    hints: &mut Hints,
) -> Diagnostic {
    if lookup.problem != FieldProblem::Unknown {
        return found(&FIELD_ARGUMENT, span, argument_message(lookup));
    }
    let text = lookup.message.strip_prefix("filter_check called with nonexistent field ").unwrap_or_default();
    unknown_field(text, span, source, fields, environment, hints)
}

/// What is wrong with the argument of a field that exists.
pub fn argument_message(lookup: &LookupError) -> String {
    let field = lookup.field.as_deref().unwrap_or_default();
    match lookup.problem {
        FieldProblem::ArgumentMissing => format!("`{field}` needs an argument: `{field}[…]`"),
        FieldProblem::ArgumentNotAllowed => format!("`{field}` takes no argument"),
        FieldProblem::ArgumentUnclosed => {
            format!("Falco cuts the argument of `{field}` at a blank: it can hold none")
        }
        FieldProblem::BadIndex => format!("`{field}` takes an index: a number without leading zeros"),
        FieldProblem::BadSyntax | FieldProblem::Unknown => in_our_style(&lookup.message),
    }
}

pub(super) fn unknown_field(
    text: &str,
    span: Span,
    source: &str,
    fields: &SourceFields,
    environment: &Environment,
    hints: &mut Hints,
) -> Diagnostic {
    let name = text.split('[').next().unwrap_or_default();
    let mut diagnostic =
        found(&UNKNOWN_FIELD, span, format!("there is no field `{name}` in source `{source}`"));
    // The name alone is replaced; an argument stays.
    let name_span = Span { end: span.start + (name.len() as u32).min(span.end - span.start), ..span };
    if let Some(dialect) = crate::schema::dialect(name) {
        diagnostic.check = &SYSDIG_DIALECT;
        diagnostic.message = format!("`{name}` is Sysdig's older name for a field");
        return diagnostic.help(format!("write `{dialect}`")).fix(
            format!("write `{dialect}`"),
            name_span,
            dialect,
        );
    }
    diagnostic = match hints.meant(name, source, fields) {
        Some(Meant::Field(near)) => {
            let diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            return unsafe_fix(diagnostic, format!("write `{near}`"), name_span, near);
        }
        Some(Meant::Pointer(pointer)) => {
            let diagnostic = diagnostic.help(format!("the plugin has no such field; use `{pointer}`"));
            return unsafe_fix(diagnostic, format!("write `{pointer}`"), name_span, pointer);
        }
        None => diagnostic,
    };
    let others = environment.plugins.sources_with(name);
    if let Some(other) = others.iter().find(|other| **other != source) {
        return diagnostic.help(format!("source `{other}` has it"));
    }
    diagnostic.help(format!("see `rulec list fields --source {source}`"))
}

/// True if `skip-if-unknown-filter` turns Falco's message into a warning.
pub fn is_skippable(falco: &str) -> bool {
    ["nonexistent field", "invalid formatting token", "unknown event type", "unknown filter:"]
        .iter()
        .any(|part| falco.contains(part))
}

/// A rule that is dropped for an unknown field, as it asked.
pub fn skipped<'a>(rule: &RuleInfo<'_>, because: Fault<'_>) -> Fault<'a> {
    let mut diagnostic = because.diagnostic;
    diagnostic.check = &SKIPPED_RULE;
    diagnostic.severity = SKIPPED_RULE.severity;
    let _ = write!(diagnostic.message, "; Falco drops rule `{}`", rule.name);
    warning(&SKIPPED_RULE, because.message, diagnostic)
}

/// A comparison with `<NA>`.
pub fn unsafe_na<'a>(located: Located, via: Option<Span>) -> Fault<'a> {
    let diagnostic = found(&UNSAFE_NA_COMPARISON, located.span, "an absent field is not equal to `<NA>`")
        .help("use `exists`, or `not … exists`");
    warning(&UNSAFE_NA_COMPARISON, "", shown(diagnostic, located, via))
}

/// A field by its older name.
pub fn older_name(older: &str, newer: &str, located: Located, via: Option<Span>) -> Diagnostic {
    let diagnostic = found(
        &OLDER_FIELD_NAME,
        located.span,
        format!("`{older}` is the older name of `{newer}`"),
    )
    .fix(format!("write `{newer}`"), located.span, newer);
    shown(diagnostic, located, via)
}

/// A deprecated field in a condition.
pub fn deprecated_field<'a>(name: &str, located: Located, via: Option<Span>) -> Fault<'a> {
    let falco = DEPRECATED.iter().find(|(field, _)| *field == name).map_or("", |&(_, text)| text);
    let (message, help) = match name {
        "evt.dir" => (
            "Falco has no enter events any more: `evt.dir = <` is always true and `evt.dir = >` never",
            "remove the check",
        ),
        _ => ("Falco has no enter events any more and cannot tell a latency", "remove the check"),
    };
    let diagnostic = found(&DEPRECATED_FIELD, located.span, message).help(help);
    warning(&DEPRECATED_FIELD, falco, shown(diagnostic, located, via))
}

/// A system-call rule without a useful event type.
pub fn no_event_type<'a>(rule: &RuleInfo<'_>) -> Fault<'a> {
    let falco = "Rule matches too many evt.type values. This has a significant performance penalty.";
    let diagnostic =
        found(&NO_EVENT_TYPE, rule.condition_span, "this rule looks at nearly every system call")
            .help("restrict it with `evt.type in (…)`");
    warning(&NO_EVENT_TYPE, falco, diagnostic)
}

/// What Falco says when it dies of a field on the right of `evt.type`.
pub const EVENT_CODE_CRASH: &str = "Runtime error: right-hand field comparisons on `evt.type`/`syscall.type` checks are not supported by event code search. Exiting.";

/// `evt.type` compared with a field.
pub fn event_code_crash(span: Span) -> Diagnostic {
    found(&FALCO_CRASH, span, "Falco 0.45 dies when `evt.type` is compared with a field or transformer")
        .help("compare it with constants")
}
