//! Exceptions of rules: their forms, their validation, and the condition text they expand to.

use super::environment::Environment;
use super::errors;
use super::lists::quote_item;
use super::report::{ContextStep, Fault, FaultResult};
use super::text::Composite;
use super::types;
use crate::source::{Span, Text};
use crate::syntax::condition;
use crate::syntax::items::{Item, ItemKind};
use crate::syntax::token::{Modifier, OPERATORS, Op, Rhs};
use crate::syntax::yaml::{Node, Value};
use std::borrow::Cow;

/// A field, an operator or a value of an exception: one text, a list of such, or nothing.
#[derive(Debug, Clone)]
pub enum ExceptionEntry<'a> {
    /// Absent, null or a mapping.
    Empty,
    /// One text.
    One(&'a Text),
    /// Several.
    Many(Vec<ExceptionEntry<'a>>, Span),
}

impl<'a> ExceptionEntry<'a> {
    /// True if it has no content.
    pub fn is_empty(&self) -> bool {
        match self {
            ExceptionEntry::Empty => true,
            ExceptionEntry::One(_) => false,
            ExceptionEntry::Many(entries, _) => entries.is_empty(),
        }
    }

    fn text(&self) -> &'a str {
        match self {
            ExceptionEntry::One(text) => &text.value,
            _ => "",
        }
    }

    /// Its span, or `other` if it has none.
    pub fn span_or(&self, other: Span) -> Span {
        match self {
            ExceptionEntry::Empty => other,
            ExceptionEntry::One(text) => text.span,
            ExceptionEntry::Many(_, span) => *span,
        }
    }
}

/// The operators of an exception.
#[derive(Debug, Clone)]
pub enum Comps<'a> {
    /// Absent or empty.
    Missing,
    /// One operator for a single field.
    One(Cow<'a, str>, Option<Span>),
    /// One for each field.
    Many(Vec<(Cow<'a, str>, Option<Span>)>),
}

impl Comps<'_> {
    /// True if none was given.
    pub fn is_empty(&self) -> bool {
        matches!(self, Comps::Missing)
    }

    /// The operators as texts.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Comps::Missing => Vec::new(),
            Comps::One(comp, _) => vec![comp],
            Comps::Many(comps) => comps.iter().map(|(comp, _)| &**comp).collect(),
        }
    }
}

/// One exception of a rule.
#[derive(Debug, Clone)]
pub struct Exception<'a> {
    /// Name.
    pub name: &'a Text,
    /// The exception as a whole.
    pub span: Span,
    /// Field or fields.
    pub fields: ExceptionEntry<'a>,
    /// Operator or operators.
    pub comps: Comps<'a>,
    /// Values or tuples.
    pub values: Vec<ExceptionEntry<'a>>,
}

impl<'a> Exception<'a> {
    /// The step in Falco's context chain.
    pub fn step(&self) -> ContextStep<'a> {
        ContextStep::new("exception", &*self.name.value, self.span)
    }
}

/// The maximum number of values that the aliases of one file may expand to.
const MAX_VALUES: usize = 1_000_000;

/// Reads `exceptions` of an item. `append`: the item changes a rule that exists.
pub fn read<'a>(
    item: Item<'a>,
    append: bool,
    warn: &mut dyn FnMut(Fault<'a>),
) -> FaultResult<'a, Vec<Exception<'a>>> {
    let node = match item.get("exceptions") {
        None => return Ok(Vec::new()),
        Some(node) if matches!(node.value(), Value::Null) => return Ok(Vec::new()),
        Some(node) => node,
    };
    let Value::Seq(elements) = node.value() else { return Err(errors::exceptions_not_sequence(node)) };
    let mut found: Vec<Exception<'a>> = Vec::new();
    for element in elements {
        let Some(entry) = Item::new(element) else {
            return Err(errors::exception_not_mapping(node, element));
        };
        let name = entry.text("name").map_err(|problem| {
            let steps = vec![
                ContextStep::new("exceptions", "", node.span),
                ContextStep::new("exception", "", element.span),
            ];
            errors::key_within(problem, ItemKind::Rule, steps)
        })?;
        let step = || ContextStep::new("exception", &*name.value, element.span);
        if let Some(first) = found.iter().find(|other| other.name.value == name.value) {
            warn(errors::exception_twice(name, first, step()));
        }
        let fields = match entry.get("fields") {
            None if append => ExceptionEntry::Empty,
            None => return Err(errors::exception_needs_fields(entry, step())),
            Some(node) => read_entry(node, "fields", &mut 0, &[step()])?,
        };
        let comps = match entry.get("comps") {
            None => Comps::Missing,
            Some(node) => comps(read_entry(node, "comps", &mut 0, &[step()])?),
        };
        let values = match entry.get("values") {
            Some(node) => read_values(node, &step)?,
            None => {
                if append {
                    warn(errors::exception_no_values(name, step()));
                }
                Vec::new()
            }
        };
        found.push(Exception { name, span: element.span, fields, comps, values });
    }
    Ok(found)
}

fn read_values<'a>(
    node: &'a Node,
    step: &dyn Fn() -> ContextStep<'a>,
) -> FaultResult<'a, Vec<ExceptionEntry<'a>>> {
    let values = || ContextStep::new("exception values", "", node.span);
    let Value::Seq(elements) = node.value() else {
        return Err(errors::exception_values_not_sequence(node, vec![step(), values()]));
    };
    let mut count = 0;
    let read = |element: &'a Node| {
        let steps = [step(), values(), ContextStep::new("exception value", "", element.span)];
        read_entry(element, "", &mut count, &steps)
    };
    elements.iter().map(read).collect()
}

fn comps(entry: ExceptionEntry<'_>) -> Comps<'_> {
    match entry {
        ExceptionEntry::Empty => Comps::Missing,
        ExceptionEntry::One(text) => Comps::One(Cow::Borrowed(&text.value), Some(text.span)),
        ExceptionEntry::Many(entries, _) if entries.is_empty() => Comps::Missing,
        ExceptionEntry::Many(entries, span) => {
            let comp = |entry: &ExceptionEntry<'_>| entry.span_or(span);
            Comps::Many(
                entries.iter().map(|entry| (Cow::Borrowed(entry.text()), Some(comp(entry)))).collect(),
            )
        }
    }
}

fn read_entry<'a>(
    node: &'a Node,
    key: &'a str,
    count: &mut usize,
    steps: &[ContextStep<'a>],
) -> FaultResult<'a, ExceptionEntry<'a>> {
    *count += 1;
    if *count > MAX_VALUES {
        return Ok(ExceptionEntry::Empty);
    }
    match node.value() {
        Value::Scalar(scalar) if scalar.text.value.is_empty() => {
            let mut steps = steps.to_vec();
            steps.push(ContextStep::new("value for", key, node.span));
            Err(errors::empty_entry(node, steps))
        }
        Value::Scalar(scalar) => Ok(ExceptionEntry::One(&scalar.text)),
        Value::Seq(elements) => {
            let entries = elements.iter().map(|element| read_entry(element, key, count, steps));
            Ok(ExceptionEntry::Many(entries.collect::<Result<_, _>>()?, node.span))
        }
        _ => Ok(ExceptionEntry::Empty),
    }
}

/// Checks fields and operators of an exception and fills in the operators that Falco assumes.
/// Operators lose surrounding blanks, as in Falco.
pub fn validate<'a>(
    exception: &mut Exception<'a>,
    source: &str,
    environment: &Environment,
) -> FaultResult<'a> {
    match &exception.fields {
        ExceptionEntry::Many(fields, _) => {
            let comps = match std::mem::replace(&mut exception.comps, Comps::Missing) {
                Comps::Missing => vec![(Cow::Borrowed("="), None); fields.len()],
                Comps::One(..) => Vec::new(),
                Comps::Many(comps) => comps,
            };
            let comps: Vec<_> = comps.into_iter().map(|(comp, span)| (trimmed(comp), span)).collect();
            let equal = comps.len() == fields.len();
            exception.comps = Comps::Many(comps);
            if !equal {
                return Err(errors::exception_lengths(exception));
            }
            for (comp, span) in exception.comps_many() {
                if !is_operator(comp) {
                    return Err(errors::exception_operator(exception, comp, *span));
                }
            }
            for field in fields {
                validate_field(exception, field, source, environment)?;
            }
        }
        field => {
            let (comp, span) = match std::mem::replace(&mut exception.comps, Comps::Missing) {
                Comps::Missing => (Cow::Borrowed("in"), None),
                Comps::One(comp, span) => (trimmed(comp), span),
                Comps::Many(comps) => {
                    exception.comps = Comps::Many(comps);
                    return Err(errors::exception_comps_list(exception));
                }
            };
            let fits = matches!(&*comp, "in" | "pmatch" | "intersects") || is_modified(&comp);
            exception.comps = Comps::One(comp, span);
            if !fits {
                return Err(errors::exception_single_operator(exception, span));
            }
            validate_field(exception, field, source, environment)?;
        }
    }
    Ok(())
}

impl<'a> Exception<'a> {
    fn comps_many(&self) -> &[(Cow<'a, str>, Option<Span>)] {
        match &self.comps {
            Comps::Many(comps) => comps,
            _ => &[],
        }
    }
}

fn trimmed(comp: Cow<'_, str>) -> Cow<'_, str> {
    let blank = [' ', '\t', '\r', '\n'];
    match comp {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(blank)),
        Cow::Owned(text) => Cow::Owned(text.trim_matches(blank).to_owned()),
    }
}

fn is_operator(comp: &str) -> bool {
    OPERATORS.iter().any(|op| op.text() == comp) || is_modified(comp)
}

/// A string operator, exactly one space, and a modifier.
fn is_modified(comp: &str) -> bool {
    comp.split_once(' ').is_some_and(|(op, modifier)| {
        Modifier::from_text(modifier).is_some() && Op::from_text(op).is_some_and(|op| op.rhs() == Rhs::String)
    })
}

fn validate_field<'a>(
    exception: &Exception<'a>,
    field: &ExceptionEntry<'a>,
    source: &str,
    environment: &Environment,
) -> FaultResult<'a> {
    // For a rule whose source no plugin provides, Falco checks no field.
    let Some(fields) = environment.fields(source) else { return Ok(()) };
    let text = field.text();
    if text.contains('(') {
        let check = format!("{text} exists");
        let parsed = condition::parse(&check, condition::DEFAULT_DEPTH);
        let good = parsed.errors.is_empty() && types::first_error(&parsed.expr, fields).is_none();
        return if good { Ok(()) } else { Err(errors::exception_field(exception, field, fields)) };
    }
    match fields.resolve(text) {
        Ok(_) => Ok(()),
        Err(error) if error.problem == crate::schema::FieldProblem::Unknown => {
            Err(errors::exception_field(exception, field, fields))
        }
        // Falco catches this exception far outside and reports it at the document.
        Err(error) => Err(errors::exception_field_argument(exception, field, error)),
    }
}

/// Adds the exceptions of a rule to its condition: ` and not …` for each that has values.
pub fn expand<'a>(condition: Composite<'a>, exceptions: &[Exception<'a>]) -> FaultResult<'a, Composite<'a>> {
    let Some(first) = exceptions.first() else { return Ok(condition) };
    let start = Span::point(first.span.file, first.span.start as usize);
    let mut text = Composite::with_capacity(condition.text.len() + 64 * exceptions.len());
    text.push_made("(", start);
    text.push_part(&condition, 0..condition.text.len());
    text.push_made(")", start);
    for exception in exceptions.iter().filter(|exception| !exception.values.is_empty()) {
        text.push_made(" and not ", exception.name.span);
        match &exception.fields {
            ExceptionEntry::Many(fields, _) => expand_tuples(&mut text, exception, fields)?,
            field => expand_single(&mut text, exception, field)?,
        }
    }
    Ok(text)
}

fn expand_single<'a>(
    text: &mut Composite<'a>,
    exception: &Exception<'a>,
    field: &ExceptionEntry<'a>,
) -> FaultResult<'a> {
    let place = exception.name.span;
    text.push_made("(", place);
    push_entry(text, field, false, place);
    text.push_made(" ", place);
    if let Comps::One(comp, span) = &exception.comps {
        text.push_made(comp, span.unwrap_or(place));
    }
    text.push_made(" (", place);
    for (at, value) in exception.values.iter().enumerate() {
        if matches!(value, ExceptionEntry::Many(..)) {
            return Err(errors::exception_value_list(exception, value));
        }
        if at > 0 {
            text.push_made(", ", place);
        }
        push_entry(text, value, true, place);
    }
    text.push_made("))", place);
    Ok(())
}

fn expand_tuples<'a>(
    text: &mut Composite<'a>,
    exception: &Exception<'a>,
    fields: &[ExceptionEntry<'a>],
) -> FaultResult<'a> {
    let place = exception.name.span;
    let comps = exception.comps_many();
    text.push_made("(", place);
    for (at, tuple) in exception.values.iter().enumerate() {
        let values: &[ExceptionEntry<'a>] = match tuple {
            ExceptionEntry::Many(values, _) => values,
            _ => &[],
        };
        if values.len() != fields.len() {
            return Err(errors::exception_tuple(exception, tuple, fields.len()));
        }
        if comps.len() < fields.len() {
            return Err(errors::exception_crash(exception));
        }
        text.push_made(if at > 0 { " or (" } else { "(" }, place);
        for (at, ((field, value), (comp, span))) in fields.iter().zip(values).zip(comps).enumerate() {
            text.push_made(if at > 0 { " and " } else { "" }, place);
            text.push_made(" ", place);
            push_entry(text, field, false, place);
            text.push_made(" ", place);
            text.push_made(comp, span.unwrap_or(place));
            text.push_made(" ", place);
            push_value(text, value, comp, place);
        }
        text.push_made(")", place);
    }
    text.push_made(")", place);
    Ok(())
}

fn push_value<'a>(text: &mut Composite<'a>, value: &ExceptionEntry<'a>, comp: &str, place: Span) {
    match value {
        ExceptionEntry::Many(values, _) => {
            text.push_made("(", place);
            for (at, value) in values.iter().enumerate() {
                text.push_made(if at > 0 { ", " } else { "" }, place);
                push_entry(text, value, true, place);
            }
            text.push_made(")", place);
        }
        value => {
            let list = matches!(comp, "in" | "pmatch" | "intersects") || is_modified(comp);
            if !list {
                push_entry(text, value, true, place);
            } else if value.text().starts_with('(') {
                push_entry(text, value, false, place);
            } else {
                text.push_made("(", place);
                push_entry(text, value, false, place);
                text.push_made(")", place);
            }
        }
    }
}

/// Adds a text, quoted where Falco quotes it.
fn push_entry<'a>(text: &mut Composite<'a>, entry: &ExceptionEntry<'a>, quote: bool, place: Span) {
    let ExceptionEntry::One(value) = entry else { return };
    let quoted = quote && matches!(quote_item(&value.value), Cow::Owned(_));
    if quoted {
        text.push_made("\"", Span::point(value.span.file, value.span.start as usize));
    }
    text.push(value);
    if quoted {
        text.push_made("\"", place);
    }
}
