//! Filter patterns on records, as CloudWatch documents them: what our patterns are held against.

use rulec::backend::cloudwatch::pattern::{Key, Pattern, Selector, Test};
use rulec::syntax::token::Op;
use serde_json::Value;

/// Whether a record matches. What is not there is neither equal nor different.
pub fn matches(pattern: &Pattern, record: &Value) -> bool {
    match pattern {
        Pattern::All(parts) => parts.iter().all(|part| matches(part, record)),
        Pattern::Any(parts) => parts.iter().any(|part| matches(part, record)),
        Pattern::Test(selector, test) => match (value(selector, record), test) {
            (None, test) => *test == Test::Missing,
            (Some(_), Test::Missing) => false,
            // A selector of an object or an array matches nothing.
            (Some(Value::Object(_) | Value::Array(_)), _) => false,
            (Some(value), Test::Null) => value.is_null(),
            (Some(value), Test::Is(truth)) => value.as_bool() == Some(*truth),
            (Some(value), Test::Text { text, not }) => {
                let found = match value {
                    Value::String(found) => like(text, found),
                    Value::Number(found) => like(text, &found.to_string()),
                    _ => return *not && !value.is_null(),
                };
                found != *not
            }
            (Some(value), Test::Number(op, number)) => value.as_f64().is_some_and(|found| match op {
                Op::Eq => found == *number,
                Op::Ne => found != *number,
                Op::Lt => found < *number,
                Op::Le => found <= *number,
                Op::Gt => found > *number,
                Op::Ge => found >= *number,
                _ => false,
            }),
        },
    }
}

/// Whether a text is like one with `*` for anything.
fn like(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

fn value<'v>(selector: &Selector, record: &'v Value) -> Option<&'v Value> {
    selector.0.iter().try_fold(record, |value, key| match key {
        Key::Name(name) => value.get(name),
        Key::At(at) => value.get(at),
    })
}
