//! Arguments of the engine's own fields for system calls, each kind read in its own way.

use super::classes::{FieldProblem, LookupError, Resolved};
use super::field::{Custom, Field, Schema};

/// Reads what follows `field`, the longest name that `text` starts with.
pub(super) fn parse<'a>(
    schema: &'a Schema,
    field: &'a Field,
    text: &'a str,
) -> Result<Resolved<'a>, LookupError> {
    let Some(custom) = field.arg.custom else { return Ok(Resolved::bare(field)) };
    let name = field.name.as_str();
    let rest = &text[name.len()..];
    let fail = |message: String| Err(LookupError::of(FieldProblem::BadSyntax, field, message));
    let syntax = || fail(format!("filter syntax error: {text}"));
    let missing =
        || Err(LookupError::of(FieldProblem::ArgumentMissing, field, format!("filter syntax error: {text}")));
    match custom {
        Custom::EventType => match rest.strip_prefix('.') {
            Some(event) if is_event(schema, event) => Ok(with(field, event, text.len())),
            Some(event) => fail(format!("unknown event type {event}")),
            None if rest.is_empty() => missing(),
            None => syntax(),
        },
        Custom::Param => match (rest.strip_prefix('.'), bracket(rest)) {
            (Some(param), _) => parameter(schema, field, param),
            (None, Some(arg)) => match number(arg) {
                Some(index) => Ok(Resolved {
                    index: u64::try_from(index).ok(),
                    ..with(field, arg, name.len() + arg.len() + 2)
                }),
                None => fail(format!("{arg} is not a valid number")),
            },
            (None, None) if rest.starts_with('[') => fail(unclosed(name)),
            (None, None) if rest.is_empty() => missing(),
            (None, None) => syntax(),
        },
        Custom::RawParam => match rest.strip_prefix('.') {
            Some(param) => parameter(schema, field, param),
            None if rest.starts_with('[') => fail("evt.arg fields must be expressed explicitly".to_owned()),
            None if rest.is_empty() => missing(),
            None => syntax(),
        },
        Custom::Time => match bracket(rest) {
            Some(arg) if number(arg).is_some() => Ok(with(field, arg, name.len() + arg.len() + 2)),
            Some(arg) => fail(format!("{arg} is not a valid number")),
            None if rest.starts_with('.') => fail("wrong syntax for evt.around".to_owned()),
            None if rest.is_empty() => missing(),
            None => syntax(),
        },
        Custom::Path => match rest {
            "" => Ok(Resolved::bare(field)),
            ".src" | ".dst" => Ok(with(field, &rest[1..], text.len())),
            _ => fail("wrong syntax for evt.abspath".to_owned()),
        },
        Custom::Level => Ok(match bracket(rest) {
            Some(arg) => match number(arg) {
                Some(index) => Resolved {
                    index: u64::try_from(index).ok(),
                    ..with(field, arg, name.len() + arg.len() + 2)
                },
                None => nothing(field),
            },
            None if rest.is_empty() => Resolved::bare(field),
            None => nothing(field),
        }),
        Custom::Variable => Ok(match bracket(rest) {
            Some(arg) => {
                let index =
                    if arg.bytes().all(|byte| byte.is_ascii_digit()) { arg.parse().ok() } else { None };
                Resolved { index, ..with(field, arg, name.len() + arg.len() + 2) }
            }
            None if rest.is_empty() => Resolved::bare(field),
            None => nothing(field),
        }),
        Custom::Subsystem => match rest.strip_prefix('.') {
            Some(rest) => {
                let end = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '_').unwrap_or(rest.len());
                Ok(with(field, &rest[..end], name.len() + 1 + end))
            }
            None if rest.is_empty() => missing(),
            None => syntax(),
        },
    }
}

/// Falco ignores the error of these fields and reports nothing consumed, so the field does not exist.
fn nothing(field: &Field) -> Resolved<'_> {
    Resolved { consumed: 0, ..Resolved::bare(field) }
}

fn with<'a>(field: &'a Field, arg: &'a str, consumed: usize) -> Resolved<'a> {
    Resolved { field, ty: field.ty, arg: Some(arg), index: None, consumed }
}

fn bracket(rest: &str) -> Option<&str> {
    let inside = rest.strip_prefix('[')?;
    inside.find(']').map(|end| &inside[..end])
}

fn unclosed(name: &str) -> String {
    format!("the field '{name}' requires an argument but ']' is not found")
}

/// A number as `sscanf` reads it: leading blanks, a sign, digits, nothing after.
fn number(text: &str) -> Option<i128> {
    text.trim_start().parse().ok()
}

fn is_event(schema: &Schema, name: &str) -> bool {
    name.parse::<u32>().is_ok() || schema.event_types.iter().any(|event| event.name == name)
}

/// The longest parameter that `text` starts with; remaining text makes the field unknown.
fn parameter<'a>(schema: &'a Schema, field: &'a Field, text: &'a str) -> Result<Resolved<'a>, LookupError> {
    let word = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let found = (1..=word).rev().find_map(|end| Some((end, *schema.event_params.get(&text[..end])?)));
    let Some((end, ty)) = found else {
        let message = format!("unknown event argument {text}");
        return Err(LookupError::of(FieldProblem::BadSyntax, field, message));
    };
    let resolved = with(field, &text[..end], field.name.len() + 1 + end);
    let raw = field.arg.custom == Some(Custom::RawParam);
    Ok(Resolved { ty: if raw { ty } else { field.ty }, ..resolved })
}
