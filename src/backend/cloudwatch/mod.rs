//! `cloudwatch`: filter patterns of CloudWatch Logs with metrics and alarms.

pub mod import;
mod infra;
pub mod pattern;

use super::clause::{self, Clause, Leaf, Like, MemberTest, ValueKind};
use super::fit::{self, refused};
use super::{Artifact, CompileJob, Form, Target};
use crate::sema::ir::{Atom, Pred, Rule};
use crate::syntax::token::Op;
use pattern::{Key, Pattern, Selector, SelectorTest};
use std::sync::Arc;

/// The target.
pub struct CloudWatch;

/// Maximum length of a pattern.
pub const LONGEST: usize = 1024;

impl Target for CloudWatch {
    fn name(&self) -> &'static str {
        "cloudwatch"
    }

    fn summary(&self) -> &'static str {
        "metric filters of CloudWatch Logs, and alarms on them"
    }

    fn forms(&self) -> &'static [Form] {
        &[
            Form { name: "patterns", summary: "the filter patterns alone" },
            Form { name: "terraform", summary: "Terraform: metric filters, alarms, an SNS topic" },
            Form { name: "cloudformation", summary: "the same as a CloudFormation template in JSON" },
            Form { name: "cli", summary: "the same as commands of the AWS CLI" },
        ]
    }

    fn compile(&self, job: &CompileJob<'_>) -> Result<Artifact, String> {
        let mut artifact = Artifact::default();
        let mut filters = Vec::new();
        let fitted = fit::all(job.rules, job.approximate, &mut artifact.diagnostics, &says);
        for (rule, pred) in fitted {
            match patterns(&pred) {
                Ok(patterns) => filters.push(Filter { rule, patterns }),
                Err(reason) => artifact.diagnostics.push(refused(rule, &reason)),
            }
        }
        artifact.rules = filters.len();
        artifact.text = match job.form {
            "terraform" => infra::terraform(&filters, job),
            "cloudformation" => infra::cloudformation(&filters, job)?,
            "cli" => infra::cli(&filters, job),
            _ => infra::plain(&filters),
        };
        Ok(artifact)
    }
}

/// A rule and its patterns: several only if one would be too long, and then no event matches two.
pub struct Filter<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// The patterns as text.
    pub patterns: Vec<String>,
}

/// Whether a pattern can express a comparison, or its negation.
pub fn says(atom: &Atom, positive: bool) -> Result<(), String> {
    let clause = clause::lower(&Pred::Atom(Arc::new(atom.clone())), positive)?;
    match clause {
        Clause::Const(_) => Ok(()),
        clause => of_clause(&clause).map(|_| ()),
    }
}

/// The patterns of a condition.
pub fn patterns(pred: &Pred) -> Result<Vec<String>, String> {
    let clause = clause::lower(pred, true)?;
    if let Clause::Const(truth) = clause {
        let what = if truth { "every event, for which no pattern is needed" } else { "no event" };
        return Err(format!("it fires on {what}"));
    }
    let text = pattern::write(&of_clause(&clause)?);
    if text.len() <= LONGEST {
        return Ok(vec![text]);
    }
    let too_long = || {
        format!(
            "its pattern has {} characters, more than the {LONGEST} that the service takes, and cannot be split",
            text.len()
        )
    };
    split(&clause).ok_or_else(too_long)
}

/// Patterns of a disjunction that are short enough, of which no event matches two.
fn split(clause: &Clause) -> Option<Vec<String>> {
    let (around, choice) = match clause {
        Clause::Any(parts) if exclusive(parts) => (Vec::new(), parts),
        Clause::All(parts) => {
            let is_choice = |part: &&Clause| matches!(part, Clause::Any(parts) if exclusive(parts));
            let size = |part: &&Clause| if let Clause::Any(parts) = part { parts.len() } else { 0 };
            let longest = parts.iter().filter(is_choice).max_by_key(size)?;
            let Clause::Any(choice) = longest else { return None };
            let around = parts.iter().filter(|part| !std::ptr::eq(*part, longest)).cloned().collect();
            (around, choice)
        }
        _ => return None,
    };
    let text = |some: &[Clause]| {
        let mut parts = around.clone();
        parts.push(clause::any(some.to_vec()));
        of_clause(&clause::every(parts)).map(|pattern| pattern::write(&pattern)).ok()
    };
    let mut texts = Vec::new();
    let mut from = 0;
    while from < choice.len() {
        let fits = |to: &usize| text(&choice[from..*to]).is_some_and(|text| text.len() <= LONGEST);
        let to = (from + 1..=choice.len()).rev().find(fits)?;
        texts.push(text(&choice[from..to])?);
        from = to;
    }
    Some(texts)
}

/// Whether the parts compare one member with different texts.
fn exclusive(parts: &[Clause]) -> bool {
    let text = |part: &Clause| match part {
        Clause::Leaf(Leaf {
            path,
            kind: ValueKind::Text,
            check: MemberTest::Text { like, fold: false, not: false },
        }) => Some((path.clone(), like.exact()?.to_owned())),
        _ => None,
    };
    let Some(mut texts) = parts.iter().map(text).collect::<Option<Vec<_>>>() else { return false };
    texts.sort();
    texts.windows(2).all(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1)
}

fn of_clause(clause: &Clause) -> Result<Pattern, String> {
    let all = |parts: &[Clause]| parts.iter().map(of_clause).collect::<Result<Vec<_>, _>>();
    match clause {
        Clause::Const(_) => Err("the target has no constant conditions".to_owned()),
        Clause::All(parts) => Ok(Pattern::All(all(parts)?)),
        Clause::Any(parts) => Ok(Pattern::Any(all(parts)?)),
        Clause::Leaf(leaf) => of_leaf(leaf),
    }
}

fn of_leaf(leaf: &Leaf) -> Result<Pattern, String> {
    let selector = selector(&leaf.path)?;
    let one = |test| Ok(Pattern::Test(selector.clone(), test));
    let text = |text: String, not| SelectorTest::Text { text, not };
    match (&leaf.check, leaf.kind) {
        (MemberTest::Missing, _) => one(SelectorTest::Missing),
        (MemberTest::Exists, ValueKind::Any) => Err(
            "a filter pattern cannot ask whether a member is there, whatever it is; only whether it is not"
                .to_owned(),
        ),
        (MemberTest::Exists, ValueKind::Flag) => Ok(Pattern::Any(vec![
            Pattern::Test(selector.clone(), SelectorTest::Is(true)),
            Pattern::Test(selector, SelectorTest::Is(false)),
        ])),
        (MemberTest::Exists, _) => one(text("*".to_owned(), false)),
        (MemberTest::True(truth), _) => one(SelectorTest::Is(*truth)),
        (MemberTest::Number(op, value), _) => {
            // The service parses numbers as floating-point numbers.
            if *value > 1 << 53 {
                return Err("the number is too large for a filter pattern".to_owned());
            }
            one(SelectorTest::Number(*op, *value as f64))
        }
        (MemberTest::Text { fold: true, .. }, _) => {
            Err("filter patterns tell upper from lower case".to_owned())
        }
        (MemberTest::Text { like, not, .. }, kind) => {
            let written = wildcards(like)?;
            match (kind, like.exact()) {
                (ValueKind::Any, Some(value)) => of_any(selector, value, written, *not),
                _ => one(text(written, *not)),
            }
        }
    }
}

/// The test of a text for a member that may hold another value, whose JSON Falco compares.
fn of_any(selector: Selector, value: &str, written: String, not: bool) -> Result<Pattern, String> {
    let word = match value {
        "true" => Some(SelectorTest::Is(true)),
        "false" => Some(SelectorTest::Is(false)),
        "null" => Some(SelectorTest::Null),
        _ if value
            .parse::<i64>()
            .is_ok_and(|number| number.to_string() == value && number.abs() < 1 << 53) =>
        {
            value.parse().ok().map(|number| SelectorTest::Number(Op::Eq, number))
        }
        _ if value.starts_with(['{', '[']) || value.parse::<f64>().is_ok() => {
            return Err("a filter pattern has no objects, lists or fractions to compare with".to_owned());
        }
        _ => None,
    };
    let text = Pattern::Test(selector.clone(), SelectorTest::Text { text: written, not });
    match word {
        None => Ok(text),
        Some(_) if not => Err(
            "a filter pattern compares texts apart from numbers and truth values, so it cannot say that a \
                 member is not like one of both"
                .to_owned(),
        ),
        Some(word) => Ok(Pattern::Any(vec![text, Pattern::Test(selector, word)])),
    }
}

fn selector(path: &[String]) -> Result<Selector, String> {
    let plain = |key: &String| key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if let Some(odd) = path.iter().find(|key| !plain(key)) {
        return Err(format!("a filter pattern has no way to name the member `{odd}`"));
    }
    // Falco does not mind which of the two it is.
    if let Some(number) = path.iter().find(|key| key.parse::<usize>().is_ok()) {
        return Err(format!("a filter pattern tells element {number} of a list from a member of that name"));
    }
    Ok(Selector(path.iter().cloned().map(Key::Name).collect()))
}

/// A text with its wildcards, which the service has at both ends only.
fn wildcards(like: &Like) -> Result<String, String> {
    let sayable = |c: char| matches!(c, ' '..='~') && !matches!(c, '*' | '"' | '\\');
    if let Some(odd) = like.0.iter().flat_map(|piece| piece.chars()).find(|&c| !sayable(c)) {
        return Err(format!("a filter pattern cannot have {odd:?} in a text"));
    }
    match like.0.as_slice() {
        [only] if only.is_empty() => Err("a filter pattern cannot ask for an empty text".to_owned()),
        [only] => Ok(only.clone()),
        [first, last] if first.is_empty() || last.is_empty() => Ok(format!("{first}*{last}")),
        [first, middle, last] if first.is_empty() && last.is_empty() => Ok(format!("*{middle}*")),
        _ => Err("a filter pattern has `*` at the ends of a text only".to_owned()),
    }
}
