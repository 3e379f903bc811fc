//! Findings about exceptions.

use super::{BoxedFault, fault_at_document, fault_below, found};
use crate::diag::FalcoCode;
use crate::schema::{LookupError, SourceFields};
use crate::sema::checks::*;
use crate::sema::exceptions::{Exception, ExceptionEntry};
use crate::sema::report::{ContextStep, Fault};
use crate::source::{Span, Text};
use crate::syntax::items::Item;
use crate::syntax::yaml::Node;

fn at<'a>(
    exception: &Exception<'a>,
    span: Span,
    falco: impl Into<String>,
    message: impl Into<String>,
) -> BoxedFault<'a> {
    fault_below(
        FalcoCode::ErrValidate,
        falco,
        found(&INVALID_EXCEPTION, span, message),
        vec![exception.step()],
    )
}

fn helped<'a>(mut fault: BoxedFault<'a>, help: &str) -> BoxedFault<'a> {
    fault.diagnostic.help = Some(help.to_owned());
    fault
}

/// `exceptions` is no sequence.
pub fn exceptions_not_sequence<'a>(node: &Node) -> BoxedFault<'a> {
    let diagnostic = found(&INVALID_EXCEPTION, node.span, "`exceptions` must be a list");
    let steps = vec![ContextStep::new("exceptions", "", node.span)];
    fault_below(FalcoCode::ErrYamlValidate, "Rule exceptions must be a sequence", diagnostic, steps)
}

/// An exception is no mapping.
pub fn exception_not_mapping<'a>(all: &Node, node: &Node) -> BoxedFault<'a> {
    let diagnostic =
        found(&INVALID_EXCEPTION, node.span, "an exception is a mapping of `name`, `fields` and `values`");
    let steps =
        vec![ContextStep::new("exceptions", "", all.span), ContextStep::new("exception", "", node.span)];
    fault_below(FalcoCode::ErrYamlValidate, "Rule exception must be a mapping", diagnostic, steps)
}

/// `values` is no sequence.
pub fn exception_values_not_sequence<'a>(node: &Node, steps: Vec<ContextStep<'a>>) -> BoxedFault<'a> {
    let diagnostic = found(&INVALID_EXCEPTION, node.span, "`values` must be a list");
    fault_below(FalcoCode::ErrYamlValidate, "Rule exception values must be a sequence", diagnostic, steps)
}

/// An empty text in an exception.
pub fn empty_entry<'a>(node: &Node, steps: Vec<ContextStep<'a>>) -> BoxedFault<'a> {
    let diagnostic = found(&EMPTY_VALUE, node.span, "a text in an exception must not be empty");
    fault_below(FalcoCode::ErrYamlValidate, "Value must be non-empty", diagnostic, steps)
}

/// The key `fields` is missing.
pub fn exception_needs_fields<'a>(exception: Item<'_>, step: ContextStep<'a>) -> BoxedFault<'a> {
    let span = exception.key_span("name").unwrap_or(exception.node.span);
    let diagnostic =
        found(&MISSING_KEY, span, "this exception has no `fields`").help("add `fields: [ct.user, …]`");
    fault_below(FalcoCode::ErrYamlValidate, "Item has no mapping for key 'fields'", diagnostic, vec![step])
}

/// `fields` says nothing.
pub fn exception_without_fields<'a>(exception: &Exception<'a>, falco: &'static str) -> BoxedFault<'a> {
    let span = exception.fields.span_or(exception.name.span);
    helped(at(exception, span, falco, "this exception names no field"), "add `fields: [ct.user, …]`")
}

/// A new exception without values in an append.
pub fn exception_without_values<'a>(exception: &Exception<'a>) -> BoxedFault<'a> {
    let falco = "Rule exception must have values property with a list of values";
    let message = "an exception that is added to a rule needs values";
    helped(at(exception, exception.name.span, falco, message), "add `values:`")
}

/// `fields` or `comps` for an exception that exists.
pub fn exception_redefined<'a>(exception: &Exception<'a>, key: &str) -> BoxedFault<'a> {
    let falco = format!("Can not append exception {key} to existing exception, only values");
    let span =
        if key == "fields" { exception.fields.span_or(exception.name.span) } else { exception.name.span };
    let message = format!("exception `{}` exists: only values can be appended", exception.name.value);
    helped(
        at(exception, span, falco, message),
        &format!("remove `{key}`, or give the exception another name"),
    )
}

/// Fields and operators differ in number.
pub fn exception_lengths<'a>(exception: &Exception<'a>) -> BoxedFault<'a> {
    let falco = "Fields and comps lists must have equal length";
    let span = exception.fields.span_or(exception.name.span);
    helped(
        at(exception, span, falco, "`fields` and `comps` differ in length"),
        "give one operator for each field",
    )
}

/// A word that is no operator.
pub fn exception_operator<'a>(exception: &Exception<'a>, comp: &str, span: Option<Span>) -> BoxedFault<'a> {
    let falco = format!("'{comp}' is not a supported comparison operator");
    let span = span.unwrap_or(exception.name.span);
    helped(at(exception, span, falco, format!("`{comp}` is no operator")), "see `rulec list operators`")
}

/// A list of operators for one field.
pub fn exception_comps_list<'a>(exception: &Exception<'a>) -> BoxedFault<'a> {
    let falco = "Fields and comps must both be strings";
    let span = exception.fields.span_or(exception.name.span);
    let message = "`fields` is one field, `comps` is a list";
    helped(at(exception, span, falco, message), "make both a list or both a text")
}

/// An operator that cannot take a list of values.
pub fn exception_single_operator<'a>(exception: &Exception<'a>, span: Option<Span>) -> BoxedFault<'a> {
    let falco = "When fields is a single value, comps must be one of (in, pmatch, intersects) or a modifier operator \
                 (e.g. startswith oneof)";
    let span = span.unwrap_or(exception.name.span);
    let message = "an exception on a single field needs an operator that takes a list";
    helped(
        at(exception, span, falco, message),
        "use `in`, `pmatch`, `intersects`, or for instance `startswith anyof`",
    )
}

/// A field that does not exist.
pub fn exception_field<'a>(
    exception: &Exception<'a>,
    field: &ExceptionEntry<'a>,
    fields: &SourceFields,
) -> BoxedFault<'a> {
    let text = match field {
        ExceptionEntry::One(text) => &*text.value,
        _ => "",
    };
    let span = field.span_or(exception.name.span);
    let falco = format!("'{text}' is not a supported filter field");
    let mut fault = at(exception, span, falco, format!("there is no field `{text}` in this source"));
    fault.diagnostic.check = &UNKNOWN_FIELD;
    if let Some(name) = crate::schema::dialect(text) {
        fault.diagnostic.check = &SYSDIG_DIALECT;
        fault.diagnostic.message = format!("`{text}` is Sysdig's older name for a field");
        let fix = format!("write `{name}`");
        fault.diagnostic = fault.diagnostic.help(fix.clone()).fix(fix, span, name);
        return fault;
    }
    if let Some(near) = fields.suggest(text) {
        let help = format!("did you mean `{}`?", near.name);
        fault.diagnostic =
            fault.diagnostic.help(help).fix(format!("write `{}`", near.name), span, near.name.clone());
        fault.diagnostic.fix.iter_mut().for_each(|fix| fix.safe = false);
    }
    fault
}

/// A field with a wrong argument.
pub fn exception_field_argument<'a>(
    exception: &Exception<'a>,
    field: &ExceptionEntry<'a>,
    error: LookupError,
) -> BoxedFault<'a> {
    let span = field.span_or(exception.name.span);
    let diagnostic = found(&FIELD_ARGUMENT, span, super::conditions::argument_message(&error));
    Box::new(fault_at_document(FalcoCode::ErrValidate, error.message, diagnostic))
}

/// Two exceptions of the same name.
pub fn exception_twice<'a>(name: &Text, first: &Exception<'_>, step: ContextStep<'a>) -> Fault<'a> {
    let falco = format!("Multiple definitions of exception '{}' in the same rule", name.value);
    let diagnostic = found(&DUPLICATE_EXCEPTION, name.span, format!("a second exception `{}`", name.value))
        .label(first.name.span, "the first is here")
        .help("give one of them another name");
    *fault_below(FalcoCode::ExceptionNameNotUnique, falco, diagnostic, vec![step])
}

/// An append without values.
pub fn exception_no_values<'a>(name: &Text, step: ContextStep<'a>) -> Fault<'a> {
    let diagnostic = found(
        &EXCEPTION_WITHOUT_VALUES,
        name.span,
        format!("exception `{}` is appended without values", name.value),
    )
    .help("add `values:` or remove it");
    *fault_below(
        FalcoCode::AppendNoValues,
        "Overriding/appending exception with no values",
        diagnostic,
        vec![step],
    )
}

/// A list where one value is wanted.
pub fn exception_value_list<'a>(exception: &Exception<'a>, value: &ExceptionEntry<'a>) -> BoxedFault<'a> {
    let falco = "Expected values array to contain a list of strings";
    let span = value.span_or(exception.name.span);
    let message = "an exception on a single field takes texts, not lists";
    helped(at(exception, span, falco, message), "write `fields` as a list if each value is a tuple")
}

/// A tuple of the wrong length.
pub fn exception_tuple<'a>(
    exception: &Exception<'a>,
    tuple: &ExceptionEntry<'a>,
    wanted: usize,
) -> BoxedFault<'a> {
    let falco = "Fields and values lists must have equal length";
    let span = tuple.span_or(exception.name.span);
    let message = format!(
        "this exception has {wanted} field{}, so each of its values is a list of {wanted}",
        if wanted == 1 { "" } else { "s" }
    );
    at(exception, span, falco, message)
}

/// Replaced exceptions without operators: Falco reads beyond the end.
pub fn exception_crash<'a>(exception: &Exception<'a>) -> BoxedFault<'a> {
    let span = exception.fields.span_or(exception.name.span);
    let diagnostic =
        found(&FALCO_CRASH, span, "Falco 0.45 crashes on replaced exceptions with too few `comps`")
            .help("give one operator in `comps` for each field");
    Box::new(Fault { diagnostic, code: None, message: "SIGSEGV".to_owned(), steps: None })
}
