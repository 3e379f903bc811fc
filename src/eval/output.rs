//! Rendering of a rule's output: the text with its fields filled in, and `output_fields`.

use super::event::View;
use super::field;
use super::generic;
use super::json::Paths;
use super::term::{self, Expr};
use super::value::Value;
use crate::sema::ir::{ExtraField, FieldRef, OutputPart, Term};
use serde_json::Value as Json;

/// Maximum length of a list as text.
const LONGEST_LIST: usize = 1023;

/// An output bound to paths of a record.
#[derive(Debug)]
pub(super) struct Output {
    parts: Vec<OutputSegment>,
    fields: Vec<(String, ExtraValue)>,
}

#[derive(Debug)]
enum OutputSegment {
    Text(String),
    Term { expr: Expr, digits: usize, width: usize },
}

#[derive(Debug)]
enum ExtraValue {
    /// The event's time as a number.
    Clock,
    Value(Expr),
    /// A rendered text.
    Text(Box<Output>),
}

/// Binds an output and its extra fields.
pub(super) fn bind(parts: &[OutputPart], extra: &[ExtraField], paths: &mut Paths) -> Output {
    let mut fields: Vec<(String, ExtraValue)> = Vec::new();
    let mut bound = Vec::new();
    for part in parts {
        match part {
            OutputPart::Text(text) => bound.push(OutputSegment::Text(text.clone())),
            OutputPart::Term { term, text, width } => {
                let digits = match term {
                    Term::Field(field) => field::digits(field),
                    _ => 0,
                };
                bound.push(OutputSegment::Term {
                    expr: term::bind(term, paths),
                    digits,
                    width: width.unwrap_or(0),
                });
                let whole = matches!(term, Term::Field(_)).then_some(text);
                term.fields(&mut |field| {
                    let key = whole.cloned().unwrap_or_else(|| field.text());
                    fields.push((key, shown(field, paths)));
                });
            }
        }
    }
    for ExtraField { name, parts, raw } in extra {
        let field = match parts.as_slice() {
            [OutputPart::Term { term: Term::Field(field), .. }] if *raw => shown(field, paths),
            _ => ExtraValue::Text(Box::new(bind(parts, &[], paths))),
        };
        // Fields that a deployment adds override fields of the output with the same name.
        fields.retain(|(known, _)| known != name);
        fields.push((name.clone(), field));
    }
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    fields.dedup_by(|a, b| a.0 == b.0);
    Output { parts: bound, fields }
}

fn shown(field: &FieldRef, paths: &mut Paths) -> ExtraValue {
    if generic::is_clock(&field.name) {
        return ExtraValue::Clock;
    }
    ExtraValue::Value(Expr::Field(field::bind(field, paths)))
}

impl Output {
    /// The rendered text.
    pub fn text(&self, view: View<'_>) -> String {
        let mut out = Vec::new();
        for part in &self.parts {
            match part {
                OutputSegment::Text(text) => out.extend_from_slice(text.as_bytes()),
                OutputSegment::Term { expr, digits, width } => {
                    let value = expr.value(view);
                    let mut shown = value.map_or_else(|| b"<NA>".to_vec(), |value| text(&value, *digits));
                    if *width > 0 {
                        shown.resize(*width, b' ');
                    }
                    out.append(&mut shown);
                }
            }
        }
        match String::from_utf8(out) {
            Ok(text) => text,
            Err(broken) => String::from_utf8_lossy(broken.as_bytes()).into_owned(),
        }
    }

    /// `output_fields`, sorted by name as Falco writes them.
    pub fn fields(&self, view: View<'_>) -> Vec<(String, Json)> {
        let value = |shown: &ExtraValue| match shown {
            ExtraValue::Clock => Json::from(view.event.time),
            ExtraValue::Value(expr) => expr.value(view).map_or(Json::Null, |value| json(&value)),
            ExtraValue::Text(output) => Json::from(output.text(view)),
        };
        self.fields.iter().map(|(name, shown)| (name.clone(), value(shown))).collect()
    }
}

/// A value as an output shows it, numbers padded to `digits`.
pub(super) fn text(value: &Value<'_>, digits: usize) -> Vec<u8> {
    match value {
        Value::Text(text) => text.to_vec(),
        Value::Number(number) => format!("{number:0digits$}").into_bytes(),
        Value::Bool(truth) => truth.to_string().into_bytes(),
        Value::List(all) => {
            let all: Vec<&[u8]> = all.iter().map(|one| one.strip_suffix(b"\0").unwrap_or(one)).collect();
            let mut text = [b"(", &*all.join(&b","[..]), b")"].concat();
            text.truncate(LONGEST_LIST);
            text
        }
    }
}

fn json(value: &Value<'_>) -> Json {
    let string = |text: &[u8]| Json::from(String::from_utf8_lossy(text));
    match value {
        Value::Text(text) => string(text),
        Value::Number(number) => Json::from(*number),
        Value::Bool(truth) => Json::from(*truth),
        Value::List(all) => all.iter().map(|one| string(one)).collect(),
    }
}
