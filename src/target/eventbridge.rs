//! `eventbridge`: event patterns, for CloudTrail events as EventBridge delivers them.

use super::clause::{self, Check, Clause, Kind, Leaf, Like};
use super::fit::{self, refused};
use super::{Artifact, Form, Job, Target};
use crate::sema::ir::{Atom, Pred, Rule};
use crate::syntax::token::Op;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The target.
pub struct EventBridge;

/// The longest pattern that the service takes.
pub const LONGEST: usize = 2048;
/// Alternatives that are worked out before a condition counts as too large.
const MOST: usize = 500;
/// How CloudTrail's events are called there; Insight events, which Falco leaves out too, have another name.
const DETAIL_TYPES: [&str; 3] =
    ["AWS API Call via CloudTrail", "AWS Console Sign In via CloudTrail", "AWS Service Event via CloudTrail"];

impl Target for EventBridge {
    fn name(&self) -> &'static str {
        "eventbridge"
    }

    fn summary(&self) -> &'static str {
        "event patterns of EventBridge, and rules with them"
    }

    fn forms(&self) -> &'static [Form] {
        &[
            Form { name: "patterns", summary: "a JSON object: the patterns of each rule" },
            Form { name: "terraform", summary: "Terraform in JSON: rules with an SNS topic as target" },
            Form { name: "cloudformation", summary: "the same as a CloudFormation template in JSON" },
        ]
    }

    fn compile(&self, job: &Job<'_>) -> Result<Artifact, String> {
        let mut artifact = Artifact::default();
        let mut all = Vec::new();
        for (rule, pred) in fit::all(job.rules, job.approximate, &mut artifact.diagnostics, &says) {
            match patterns(&pred) {
                Ok(patterns) => all.push((rule, patterns)),
                Err(reason) => artifact.diagnostics.push(refused(rule, &reason)),
            }
        }
        artifact.rules = all.len();
        let document = match job.form {
            "terraform" => terraform(&all),
            "cloudformation" => cloudformation(&all),
            _ => all.iter().map(|(rule, patterns)| (rule.name.clone(), json!(patterns))).collect(),
        };
        artifact.text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())? + "\n";
        Ok(artifact)
    }
}

/// Whether a pattern can say a comparison, or its opposite.
pub fn says(atom: &Atom, positive: bool) -> Result<(), String> {
    match clause::lower(&Pred::Atom(Arc::new(atom.clone())), positive)? {
        Clause::Const(_) => Ok(()),
        clause => alternatives(&clause).map(|_| ()),
    }
}

/// The matchers of each member: one of them has to match.
type Together = BTreeMap<Vec<String>, Vec<Value>>;

/// The patterns of a condition; an event that matches one of them is one that the rule fires on.
pub fn patterns(pred: &Pred) -> Result<Vec<Value>, String> {
    let clause = clause::lower(pred, true)?;
    if let Clause::Const(false) = clause {
        return Err("it fires on no event".to_owned());
    }
    let all = alternatives(&clause)?;
    if all.is_empty() {
        return Err("it fires on no event".to_owned());
    }
    let mut patterns: Vec<Value> = Vec::new();
    let mut open: Vec<Together> = Vec::new();
    for one in all {
        open.push(one);
        let fits = |open: &[Together]| pattern(open).to_string().len() <= LONGEST;
        if fits(&open) {
            continue;
        }
        let last = open.pop();
        if !open.is_empty() {
            patterns.push(pattern(&open));
        }
        open = Vec::new();
        for part in last.into_iter().flat_map(parts) {
            match fits(std::slice::from_ref(&part)) {
                true => patterns.push(pattern(&[part])),
                false => {
                    return Err(format!(
                        "its pattern is longer than the {LONGEST} characters that the service takes"
                    ));
                }
            }
        }
    }
    if !open.is_empty() {
        patterns.push(pattern(&open));
    }
    Ok(patterns)
}

/// One alternative in parts, its longest choice of matchers divided among them.
fn parts(one: Together) -> Vec<Together> {
    if pattern(std::slice::from_ref(&one)).to_string().len() <= LONGEST {
        return vec![one];
    }
    let longest =
        one.iter().max_by_key(|(_, matchers)| matchers.len()).map(|(path, all)| (path.clone(), all.clone()));
    match longest {
        Some((path, all)) if all.len() > 1 => {
            let (left, right) = all.split_at(all.len() / 2);
            let with = |some: &[Value]| {
                let mut part = one.clone();
                part.insert(path.clone(), some.to_vec());
                parts(part)
            };
            with(left).into_iter().chain(with(right)).collect()
        }
        _ => vec![one],
    }
}

/// A pattern for any of these.
fn pattern(alternatives: &[Together]) -> Value {
    let detail = match alternatives {
        [only] => object(only),
        several => json!({ "$or": several.iter().map(object).collect::<Vec<_>>() }),
    };
    let mut pattern = json!({ "detail-type": DETAIL_TYPES });
    if detail.as_object().is_some_and(|detail| !detail.is_empty()) {
        pattern["detail"] = detail;
    }
    pattern
}

fn object(together: &Together) -> Value {
    let mut root = Map::new();
    for (path, matchers) in together {
        let Some((last, above)) = path.split_last() else { continue };
        let mut at = &mut root;
        for key in above {
            let inner = at.entry(key.clone()).or_insert_with(|| json!({}));
            match inner {
                Value::Object(inner) => at = inner,
                // A member that is compared is not looked into as well; `and` refuses that.
                _ => return json!({}),
            }
        }
        at.insert(last.clone(), json!(matchers));
    }
    Value::Object(root)
}

/// A condition as alternatives. No alternative is never, an empty one always.
fn alternatives(clause: &Clause) -> Result<Vec<Together>, String> {
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

/// Alternatives that look at the same one member are one.
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

/// Two alternatives together; `None` if nothing is both.
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

/// Matchers that match what one of each side does.
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
        // All others ask for something that is there.
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

/// Whether a matcher takes a text.
fn accepts(matcher: &Value, text: &str) -> Result<bool, String> {
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

fn matchers(leaf: &Leaf) -> Result<Vec<Value>, String> {
    if let Some(number) = leaf.path.iter().find(|key| key.parse::<usize>().is_ok()) {
        return Err(format!("an event pattern cannot ask for element {number} of a list, only for any"));
    }
    if leaf.path.iter().any(|key| key == "$or") {
        return Err("an event pattern has no way to name the member `$or`".to_owned());
    }
    Ok(match (&leaf.check, leaf.kind) {
        (Check::Exists | Check::Missing, Kind::Any) => {
            return Err(
                "an event pattern can ask whether a text or number is there, not whether an object is"
                    .to_owned(),
            );
        }
        (Check::Exists, _) => vec![json!({ "exists": true })],
        (Check::Missing, _) => vec![json!({ "exists": false })],
        (Check::True(truth), _) => vec![json!(truth)],
        (Check::Number(op, value), _) => vec![number(*op, *value)?],
        (Check::Text { like, fold, not }, kind) => text(like, *fold, *not, kind)?,
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

fn text(like: &Like, fold: bool, not: bool, kind: Kind) -> Result<Vec<Value>, String> {
    let pieces: Vec<&str> = like.0.iter().map(String::as_str).collect();
    if let ([only], Kind::Any) = (pieces.as_slice(), kind) {
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

type Compiled<'r> = [(&'r Rule, Vec<Value>)];

/// A name of letters and digits, with a number that tells it from others.
fn named(rule: &Rule, at: usize, part: usize) -> String {
    let words: String = rule.name.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let part = if part == 0 { String::new() } else { format!("Part{}", part + 1) };
    format!("R{}{words}{part}", at + 1)
}

fn description(rule: &Rule) -> String {
    rule.description.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect()
}

fn terraform(all: &Compiled<'_>) -> Value {
    let (mut rules, mut targets) = (Map::new(), Map::new());
    // Terraform reads `${` in texts of JSON, too.
    let escaped = |text: String| text.replace("${", "$${").replace("%{", "%%{");
    for (at, (rule, patterns)) in all.iter().enumerate() {
        for (part, pattern) in patterns.iter().enumerate() {
            let name = named(rule, at, part);
            rules.insert(
                name.clone(),
                json!({
                    "name": name,
                    "description": escaped(description(rule)),
                    "event_pattern": escaped(pattern.to_string()),
                }),
            );
            targets.insert(
                name.clone(),
                json!({
                    "rule": format!("${{aws_cloudwatch_event_rule.{name}.name}}"),
                    "arn": "${aws_sns_topic.cloudtrail_rules.arn}",
                }),
            );
        }
    }
    json!({
        "resource": {
            "aws_sns_topic": { "cloudtrail_rules": { "name": "cloudtrail-rules" } },
            "aws_cloudwatch_event_rule": rules,
            "aws_cloudwatch_event_target": targets,
        },
    })
}

fn cloudformation(all: &Compiled<'_>) -> Value {
    let mut resources = Map::new();
    resources.insert("Topic".into(), json!({ "Type": "AWS::SNS::Topic" }));
    for (at, (rule, patterns)) in all.iter().enumerate() {
        for (part, pattern) in patterns.iter().enumerate() {
            resources.insert(
                named(rule, at, part),
                json!({
                    "Type": "AWS::Events::Rule",
                    "Properties": {
                        "Description": description(rule),
                        "EventPattern": pattern,
                        "Targets": [{ "Id": "topic", "Arn": { "Ref": "Topic" } }],
                    },
                }),
            );
        }
    }
    json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": resources })
}
