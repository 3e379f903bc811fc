//! Checks of rule outputs, as Falco's formatter does them.

use super::collect::RuleInfo;
use super::environment::Environment;
use super::errors;
use super::report::{ContextStep, Fault, Report};
use super::text::Composite;
use super::types::TypeError;
use super::types::{self, DEPRECATED};
use crate::schema::SourceFields;
use crate::syntax::ast::{Operand, OperandKind};
use crate::syntax::condition::parse_operand;
use crate::syntax::output::{self, OutputError, TemplateField, TemplatePart};
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// The token that Falco drops from outputs.
pub const CONTAINER_INFO: &str = "%container.info";

/// The first position of that token.
fn container_info(text: &str) -> Option<usize> {
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(CONTAINER_INFO));
    FINDER.find(text.as_bytes())
}

/// The output after appends, trimmed as Falco trims it.
pub fn text<'a>(rule: &RuleInfo<'a>) -> Composite<'a> {
    let joined = Composite::joined(&rule.output);
    let Some(&first) = rule.output.first().filter(|_| rule.trim_output) else { return joined };
    let blank = [' ', '\t', '\n', '\r', '\u{b}', '\u{c}'];
    let start = first.value.len() - first.value.trim_start_matches(blank).len();
    let end = first.value.trim_end_matches(blank).len().max(start);
    if end - start == first.value.len() {
        return joined;
    }
    let mut trimmed = Composite::with_capacity(joined.text.len());
    trimmed.push_part(&joined, start..end);
    trimmed.push_part(&joined, first.value.len()..joined.text.len());
    trimmed
}

/// The output with the additions of the deployment.
pub fn whole<'x>(rule: &'x RuleInfo<'x>, environment: &'x Environment) -> Composite<'x> {
    let mut whole = text(rule);
    let appended = environment.deployment.appended(rule.source, rule.name, &rule.tags);
    for output in appended.filter_map(|entry| entry.output.as_ref()) {
        whole.push_made(" ", rule.output_span);
        whole.push(output);
    }
    whole
}

/// The output without `%container.info`.
pub fn without_container_info<'a>(text: Composite<'a>) -> Composite<'a> {
    if container_info(&text.text).is_none() {
        return text;
    }
    let mut kept = Composite::with_capacity(text.text.len());
    let mut at = 0;
    for (found, token) in text.text.match_indices(CONTAINER_INFO) {
        kept.push_part(&text, at..found);
        at = found + token.len();
    }
    kept.push_part(&text, at..text.text.len());
    kept
}

/// True if a field or transformer of an output can be used in this source.
pub fn resolves(operand: &Operand<'_>, fields: &SourceFields) -> bool {
    match &operand.kind {
        OperandKind::Field { name, arg: None } => fields.resolves(name),
        _ => types::operand_error(operand, fields).is_none(),
    }
}

/// The resolvable tokens of a template.
pub fn tokens<'t>(text: &'t str, fields: &SourceFields) -> Vec<TemplateField<'t>> {
    let (parts, _) = output::parse(text, &mut |operand| resolves(operand, fields));
    let token = |part| match part {
        TemplatePart::Field(token) => Some(token),
        TemplatePart::Text(_) => None,
    };
    parts.into_iter().filter_map(token).collect()
}

/// Checks the output of a rule. False if the rule is dropped or refused.
pub fn check<'a>(
    rule: &RuleInfo<'a>,
    fields: &SourceFields,
    base: &[ContextStep<'a>],
    environment: &Environment,
    report: &mut Report<'_>,
) -> bool {
    let file = rule.span.file;
    if rule.output.is_empty() {
        // It could not be read and is reported already.
        return true;
    }
    let written = whole(rule, environment);
    if let Some(at) = container_info(&written.text) {
        let place = written.locate(at as u32..(at + CONTAINER_INFO.len()) as u32).span;
        report.fault(file, base, errors::container_info(place));
    }
    let written = without_container_info(written);
    if !resolve(rule, &written, rule.skip_if_unknown_filter, (fields, base, environment), report) {
        return false;
    }
    deprecated(rule, &written, base, report);
    let appended = environment.deployment.appended(rule.source, rule.name, &rule.tags);
    // All additions are checked, and a rule cannot skip them.
    let mut good = true;
    for field in appended.flat_map(|entry| &entry.fields) {
        let template = Composite::of(&field.template);
        good &= resolve(rule, &template, false, (fields, base, environment), report);
    }
    good
}

/// Checks the tokens of a template. False if one cannot be resolved, which is reported.
fn resolve<'a>(
    rule: &RuleInfo<'a>,
    written: &Composite<'_>,
    skip: bool,
    (fields, base, environment): (&SourceFields, &[ContextStep<'a>], &Environment),
    report: &mut Report<'_>,
) -> bool {
    let file = rule.span.file;
    let (_, troubles) = output::parse(&written.text, &mut |operand| resolves(operand, fields));
    if troubles.is_empty() {
        return true;
    }
    let output_base = || [base, &[ContextStep::new("rule output", "", rule.output_span)]].concat();
    for trouble in &troubles {
        let place = if written.text.is_empty() {
            rule.output_span
        } else {
            written.locate(trouble.place.clone()).span
        };
        let token = &written.text[trouble.place.start as usize..trouble.place.end as usize];
        let mut fault: Fault<'_> =
            errors::output(trouble, token, place, rule.source, fields, &mut report.hints);
        if let Some(error) = refused_call(&written.text, trouble, fields) {
            // A transformer that parses: the error is inside.
            let place = written.locate(error.place.clone());
            fault.diagnostic =
                errors::type_error(&error, place, None, rule.source, fields, environment, &mut report.hints)
                    .diagnostic;
        }
        // An unresolvable token is an error that a rule may choose to skip.
        if skip && trouble.kind == output::OutputErrorKind::Unknown {
            report.fault(file, &output_base(), errors::skipped(rule, fault));
            return false;
        }
        report.fault(file, &output_base(), fault);
    }
    false
}

/// The error of the transformer at a token, if one stands there.
fn refused_call(text: &str, error: &OutputError, fields: &SourceFields) -> Option<TypeError> {
    let rest = text[error.place.start as usize..].strip_prefix('%')?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let shift = (text.len() - rest.len()) as u32;
    let (operand, _) = parse_operand(rest).ok()?;
    if !matches!(operand.kind, OperandKind::Call { .. }) {
        return None;
    }
    let mut refused = types::operand_error(&operand, fields)?;
    refused.place = refused.place.start + shift..refused.place.end + shift;
    Some(refused)
}

/// Falco searches the text for names of deprecated fields as substrings.
fn deprecated<'a>(
    rule: &RuleInfo<'a>,
    written: &Composite<'a>,
    base: &[ContextStep<'a>],
    report: &mut Report<'_>,
) {
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("evt."));
    if FINDER.find(written.text.as_bytes()).is_none() {
        return;
    }
    for (field, _) in DEPRECATED {
        if let Some(at) = written.text.find(field) {
            let place = written.locate(at as u32..(at + field.len()) as u32).span;
            report.fault(rule.span.file, base, errors::deprecated_in_output(field, place));
            report.deprecated_field(field);
        }
    }
}
