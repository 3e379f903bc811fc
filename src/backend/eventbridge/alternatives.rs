//! Conditions in disjunctive form with one list of matchers per member, which is all that event patterns can express.

use super::matcher::{accepts, matchers};
use crate::backend::clause::Clause;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Matchers by member; one of each list has to match.
pub type Together = BTreeMap<Vec<String>, Vec<Value>>;

/// Maximum number of alternatives of a condition.
const MOST: usize = 500;

/// A condition as alternatives. No alternatives mean never, an empty one means always.
pub fn alternatives(clause: &Clause) -> Result<Vec<Together>, String> {
    match clause {
        Clause::Const(true) => Ok(vec![Together::new()]),
        Clause::Const(false) => Ok(Vec::new()),
        Clause::Leaf(leaf) => Ok(vec![Together::from([(leaf.path.clone(), matchers(leaf)?)])]),
        Clause::Any(parts) => {
            let mut all: Vec<Together> = Vec::new();
            for part in parts {
                all.extend(alternatives(part)?);
                if all.len() > MOST {
                    return Err(too_many());
                }
            }
            Ok(merged(all))
        }
        Clause::All(parts) => {
            let mut all = vec![Together::new()];
            for part in parts {
                let more = alternatives(part)?;
                let mut next = Vec::new();
                for one in &all {
                    for other in &more {
                        next.extend(both(one, other)?);
                    }
                    if next.len() > MOST {
                        return Err(too_many());
                    }
                }
                all = merged(next);
            }
            Ok(all)
        }
    }
}

fn too_many() -> String {
    "as alternatives, which is all that event patterns have, its condition would be too large".to_owned()
}

/// Merges alternatives that test the same single member.
fn merged(all: Vec<Together>) -> Vec<Together> {
    let mut out: Vec<Together> = Vec::new();
    for one in all {
        let differs = |other: &Together| -> Option<Vec<String>> {
            if !one.keys().eq(other.keys()) {
                return None;
            }
            let mut different = one.iter().filter(|(path, matchers)| other.get(*path) != Some(matchers));
            match (different.next(), different.next()) {
                (Some((path, _)), None) => Some(path.clone()),
                _ => None,
            }
        };
        let found = out.iter().enumerate().find_map(|(at, other)| Some((at, differs(other)?)));
        match found {
            Some((at, path)) => {
                let more = one.get(&path).cloned().unwrap_or_default();
                if let Some(matchers) = out[at].get_mut(&path) {
                    more.into_iter().for_each(|matcher| {
                        if !matchers.contains(&matcher) {
                            matchers.push(matcher);
                        }
                    });
                }
            }
            None if out.contains(&one) => {}
            None => out.push(one),
        }
    }
    out
}

/// Conjunction of two alternatives; `None` if it is empty.
fn both(one: &Together, other: &Together) -> Result<Option<Together>, String> {
    let mut together = one.clone();
    for (path, matchers) in other {
        let within =
            |known: &Vec<String>| known != path && (known.starts_with(path) || path.starts_with(known));
        if one.keys().any(within) {
            return Err("an event pattern cannot ask of a member and of what is in it".to_owned());
        }
        match together.get(path) {
            None => {
                together.insert(path.clone(), matchers.clone());
            }
            Some(known) => {
                let met = meet(known, matchers)?;
                if met.is_empty() {
                    return Ok(None);
                }
                together.insert(path.clone(), met);
            }
        }
    }
    Ok(Some(together))
}

/// Matchers for values that match one of each side.
fn meet(one: &[Value], other: &[Value]) -> Result<Vec<Value>, String> {
    let mut met = Vec::new();
    for left in one {
        for right in other {
            let both = meet_two(left, right)?;
            met.extend(both.filter(|both| !met.contains(both)));
        }
    }
    Ok(met)
}

fn meet_two(left: &Value, right: &Value) -> Result<Option<Value>, String> {
    let there = |value: &Value| value.get("exists").and_then(Value::as_bool);
    let but = |value: &Value| value.get("anything-but").and_then(Value::as_array).cloned();
    Ok(match (left, right) {
        (left, right) if left == right => Some(left.clone()),
        // All other matchers require a present value.
        (left, right) if there(left) == Some(false) || there(right) == Some(false) => None,
        (left, right) if there(left) == Some(true) => Some(right.clone()),
        (left, right) if there(right) == Some(true) => Some(left.clone()),
        (Value::String(text), matcher) | (matcher, Value::String(text)) => {
            accepts(matcher, text)?.then(|| json!(text))
        }
        (left, right) => match (but(left), but(right)) {
            (Some(mut left), Some(right)) => {
                left.extend(right);
                Some(json!({ "anything-but": left }))
            }
            _ => return Err("an event pattern cannot ask two such things of one member".to_owned()),
        },
    })
}
