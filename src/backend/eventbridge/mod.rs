//! `eventbridge`: event patterns, for CloudTrail events as EventBridge delivers them.

mod alternatives;
mod infra;
mod matcher;

use super::clause::{self, Clause};
use super::fit::{self, refused};
use super::{Artifact, CompileJob, Form, Target};
use crate::sema::ir::{Atom, Pred};
use alternatives::{Together, alternatives};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The target.
pub struct EventBridge;

/// Maximum length of a pattern.
pub const LONGEST: usize = 2048;
/// `detail-type` of CloudTrail events. Insight events, which Falco ignores, have another one.
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

    fn compile(&self, job: &CompileJob<'_>) -> Result<Artifact, String> {
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
            "terraform" => infra::terraform(&all),
            "cloudformation" => infra::cloudformation(&all),
            _ => all.iter().map(|(rule, patterns)| (rule.name.clone(), json!(patterns))).collect(),
        };
        artifact.text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())? + "\n";
        Ok(artifact)
    }
}

/// Whether a pattern can express a comparison, or its negation.
pub fn says(atom: &Atom, positive: bool) -> Result<(), String> {
    match clause::lower(&Pred::Atom(Arc::new(atom.clone())), positive)? {
        Clause::Const(_) => Ok(()),
        clause => alternatives(&clause).map(|_| ()),
    }
}

/// The patterns of a condition: the rule fires on an event if one of them matches.
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

/// One alternative in parts, its longest list of matchers divided among them.
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

/// A pattern that matches any of these alternatives.
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
                // A member that is compared has no members that are compared; `both` refuses that.
                _ => return json!({}),
            }
        }
        at.insert(last.clone(), json!(matchers));
    }
    Value::Object(root)
}
