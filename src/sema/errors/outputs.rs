//! Findings about outputs.

use super::conditions::argument_message;
use super::hints::{Hints, Meant};
use super::unsafe_fix;
use super::{fault, found, warning};
use crate::diag::{Diagnostic, FalcoCode};
use crate::schema::{FieldProblem, SourceFields};
use crate::sema::checks::*;
use crate::sema::report::Fault;
use crate::source::Span;
use crate::syntax::output::{OutputError, OutputErrorKind as OutputTrouble};

/// A deprecated field in an output.
pub fn deprecated_in_output<'a>(name: &str, span: Span) -> Fault<'a> {
    let diagnostic = found(&DEPRECATED_FIELD, span, format!("`{name}` is deprecated")).help("remove it");
    warning(
        &DEPRECATED_FIELD,
        format!("usage of deprecated field '{name}' has been detected in the rule output"),
        diagnostic,
    )
}

/// `%container.info` in an output.
pub fn container_info<'a>(span: Span) -> Fault<'a> {
    let falco = "%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. The container \
                 plugin will automatically add required fields to the output message.";
    let diagnostic =
        found(&DEPRECATED_FIELD, span, "`%container.info` is deprecated; Falco removes it from the output")
            .help("remove it");
    warning(&DEPRECATED_FIELD, falco, diagnostic)
}

/// A template that is refused.
pub fn output<'a>(
    error: &OutputError,
    token: &str,
    span: Span,
    source: &str,
    fields: &SourceFields,
    hints: &mut Hints,
) -> Fault<'a> {
    let falco = error.kind.falco();
    let diagnostic = match &error.kind {
        OutputTrouble::Empty => found(&OUTPUT_SYNTAX, span, "the output is empty"),
        OutputTrouble::EndsWithPercent => found(&OUTPUT_SYNTAX, span, "the output ends with `%`")
            .help("put a field after it or remove it; Falco has no escape for `%`"),
        OutputTrouble::EndsWithWidth => {
            found(&OUTPUT_SYNTAX, span, "the output ends with the width of a field, without the field")
                .help("put a field after it or remove the `%`")
        }
        OutputTrouble::Unknown => unknown_token(token, span, source, fields, hints),
    };
    fault(FalcoCode::ErrCompileOutput, falco, diagnostic)
}

fn unknown_token(
    token: &str,
    span: Span,
    source: &str,
    fields: &SourceFields,
    hints: &mut Hints,
) -> Diagnostic {
    let name = token.trim_start_matches('%').trim_start_matches(|c: char| c.is_ascii_digit());
    let bare = name.split('[').next().unwrap_or_default();
    if !bare.contains('.') {
        return found(&OUTPUT_SYNTAX, span, "no field follows this `%`")
            .help("Falco has no escape for `%`: write it another way");
    }
    let at = span.start + (token.len() - name.len()) as u32;
    let name_span = Span { start: at.min(span.end), end: (at + bare.len() as u32).min(span.end), ..span };
    if let Err(lookup) = fields.resolve(name)
        && lookup.problem != FieldProblem::Unknown
    {
        return found(&FIELD_ARGUMENT, name_span, argument_message(&lookup));
    }
    let diagnostic = found(&UNKNOWN_FIELD, span, format!("there is no field `{bare}` in source `{source}`"));
    if let Some(dialect) = crate::schema::dialect(bare) {
        let message = format!("`{bare}` is Sysdig's older name for a field");
        let diagnostic = found(&SYSDIG_DIALECT, span, message);
        return diagnostic.help(format!("write `{dialect}`")).fix(
            format!("write `{dialect}`"),
            name_span,
            dialect,
        );
    }
    match hints.meant(bare, source, fields) {
        Some(Meant::Field(near)) => {
            let diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            unsafe_fix(diagnostic, format!("write `{near}`"), name_span, near)
        }
        Some(Meant::Pointer(pointer)) => {
            let diagnostic = diagnostic.help(format!("the plugin has no such field; use `{pointer}`"));
            unsafe_fix(diagnostic, format!("write `{pointer}`"), name_span, pointer)
        }
        None => diagnostic,
    }
}
