//! Matchers: tests of one member in event patterns.

use crate::backend::clause::{Leaf, Like, MemberTest, ValueKind};
use crate::syntax::token::Op;
use serde_json::{Value, json};

/// A comparison as matchers, of which one has to match.
pub fn matchers(leaf: &Leaf) -> Result<Vec<Value>, String> {
    if let Some(number) = leaf.path.iter().find(|key| key.parse::<usize>().is_ok()) {
        return Err(format!("an event pattern cannot ask for element {number} of a list, only for any"));
    }
    if leaf.path.iter().any(|key| key == "$or") {
        return Err("an event pattern has no way to name the member `$or`".to_owned());
    }
    Ok(match (&leaf.check, leaf.kind) {
        (MemberTest::Exists | MemberTest::Missing, ValueKind::Any) => {
            return Err(
                "an event pattern can ask whether a text or number is there, not whether an object is"
                    .to_owned(),
            );
        }
        (MemberTest::Exists, _) => vec![json!({ "exists": true })],
        (MemberTest::Missing, _) => vec![json!({ "exists": false })],
        (MemberTest::True(truth), _) => vec![json!(truth)],
        (MemberTest::Number(op, value), _) => vec![number(*op, *value)?],
        (MemberTest::Text { like, fold, not }, kind) => text(like, *fold, *not, kind)?,
    })
}

fn number(op: Op, value: u64) -> Result<Value, String> {
    if value > 5_000_000_000 {
        return Err("the number is too large for an event pattern".to_owned());
    }
    Ok(match op {
        Op::Eq => json!({ "numeric": ["=", value] }),
        Op::Ne => json!({ "anything-but": [value] }),
        op => json!({ "numeric": [op.text(), value] }),
    })
}

fn text(like: &Like, fold: bool, not: bool, kind: ValueKind) -> Result<Vec<Value>, String> {
    let pieces: Vec<&str> = like.0.iter().map(String::as_str).collect();
    if let ([only], ValueKind::Any) = (pieces.as_slice(), kind) {
        let word = ["true", "false", "null"].contains(only) || only.parse::<f64>().is_ok();
        let whole = only.parse::<i64>().ok().filter(|number| number.to_string() == *only);
        match (word, not) {
            (false, _) if only.starts_with(['{', '[']) => {
                return Err("an event pattern has no objects or lists to compare with".to_owned());
            }
            (true, true) => {
                return Err("an event pattern compares texts apart from numbers and truth values".to_owned());
            }
            (true, false) => {
                let other = match *only {
                    "true" => json!(true),
                    "false" => json!(false),
                    "null" => Value::Null,
                    _ => {
                        json!({ "numeric": ["=", whole.ok_or("an event pattern compares fractions as numbers, not as texts")?] })
                    }
                };
                return Ok(vec![json!(only), other]);
            }
            _ => {}
        }
    }
    let matcher = match (pieces.as_slice(), fold) {
        ([only], false) => json!(only),
        ([only], true) => json!({ "equals-ignore-case": only }),
        ([start, ""], false) => json!({ "prefix": start }),
        ([start, ""], true) => json!({ "prefix": { "equals-ignore-case": start } }),
        (["", end], false) => json!({ "suffix": end }),
        (["", end], true) => json!({ "suffix": { "equals-ignore-case": end } }),
        (pieces, false) => {
            let escaped: Vec<String> =
                pieces.iter().map(|piece| piece.replace('\\', "\\\\").replace('*', "\\*")).collect();
            json!({ "wildcard": escaped.join("*") })
        }
        (_, true) => return Err("in event patterns, wildcards tell upper from lower case".to_owned()),
    };
    Ok(match (not, matcher) {
        (false, matcher) => vec![matcher],
        (true, Value::String(text)) => vec![json!({ "anything-but": [text] })],
        (true, matcher) if !fold || pieces.len() == 1 => vec![json!({ "anything-but": matcher })],
        (true, _) => return Err("an event pattern has no such `anything-but`".to_owned()),
    })
}

/// Whether a matcher accepts a text.
pub fn accepts(matcher: &Value, text: &str) -> Result<bool, String> {
    let of = |key: &str| matcher.get(key).and_then(Value::as_str);
    if let Some(other) = matcher.as_str() {
        return Ok(other == text);
    }
    if let Some(start) = of("prefix") {
        return Ok(text.starts_with(start));
    }
    if let Some(end) = of("suffix") {
        return Ok(text.ends_with(end));
    }
    if let Some(other) = of("equals-ignore-case") {
        return Ok(other.eq_ignore_ascii_case(text));
    }
    match matcher.get("anything-but").and_then(Value::as_array) {
        Some(others) => Ok(!others.contains(&json!(text))),
        None => Err("an event pattern cannot ask two such things of one member".to_owned()),
    }
}
