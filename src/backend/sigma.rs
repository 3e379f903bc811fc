//! `sigma`: a Sigma rule for each rule, with CloudTrail as log source.

use super::clause::{self, Clause, Leaf, Like, MemberTest, ValueKind};
use super::fit::{self, refused};
use super::{Artifact, CompileJob, Form, Target};
use crate::sema::ir::{Atom, Pred, Priority, Rule};
use crate::syntax::token::Op;
use rustc_hash::FxHasher;
use serde_json::Value;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The target.
pub struct Sigma;

impl Target for Sigma {
    fn name(&self) -> &'static str {
        "sigma"
    }

    fn summary(&self) -> &'static str {
        "Sigma rules for CloudTrail"
    }

    fn forms(&self) -> &'static [Form] {
        &[Form { name: "rules", summary: "a YAML document for each rule" }]
    }

    fn compile(&self, job: &CompileJob<'_>) -> Result<Artifact, String> {
        let mut artifact = Artifact::default();
        let mut documents = Vec::new();
        for (rule, pred) in fit::all(job.rules, job.approximate, &mut artifact.diagnostics, &says) {
            match document(rule, &pred) {
                Ok(document) => documents.push(document),
                Err(reason) => artifact.diagnostics.push(refused(rule, &reason)),
            }
        }
        artifact.rules = documents.len();
        artifact.text = documents.join("---\n");
        Ok(artifact)
    }
}

fn says(atom: &Atom, positive: bool) -> Result<(), String> {
    match clause::lower(&Pred::Atom(Arc::new(atom.clone())), positive)? {
        Clause::Const(_) => Ok(()),
        clause => Selections::default().condition(&clause).map(|_| ()),
    }
}

/// Named searches of a rule.
#[derive(Default)]
struct Selections {
    texts: Vec<String>,
}

impl Selections {
    fn condition(&mut self, clause: &Clause) -> Result<String, String> {
        match clause {
            Clause::Const(_) => Err("a Sigma rule has no constant conditions".to_owned()),
            Clause::All(parts) => self.joined(parts, " and "),
            Clause::Any(parts) => match among(parts) {
                Some((leaf, texts)) => {
                    let values = texts.iter().map(|text| value(text)).collect::<Result<Vec<_>, _>>()?;
                    Ok(self.named(format!("{}: [{}]", key(leaf, "|cased"), values.join(", "))))
                }
                None => self.joined(parts, " or "),
            },
            Clause::Leaf(leaf) => self.leaf(leaf),
        }
    }

    fn joined(&mut self, parts: &[Clause], word: &str) -> Result<String, String> {
        let parts = parts.iter().map(|part| self.condition(part)).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("({})", parts.join(word)))
    }

    /// The name of a search.
    fn named(&mut self, text: String) -> String {
        let at = match self.texts.iter().position(|known| *known == text) {
            Some(at) => at,
            None => {
                self.texts.push(text);
                self.texts.len() - 1
            }
        };
        format!("s{}", at + 1)
    }

    fn leaf(&mut self, leaf: &Leaf) -> Result<String, String> {
        if leaf.path.iter().any(|key| key.contains(['.', '|']) || key.parse::<usize>().is_ok()) {
            return Err("a Sigma rule has no way to name the member".to_owned());
        }
        Ok(match &leaf.check {
            MemberTest::Exists => self.named(format!("{}: true", key(leaf, "|exists"))),
            MemberTest::Missing => self.named(format!("{}: false", key(leaf, "|exists"))),
            MemberTest::True(true) => self.named(format!("{}: true", key(leaf, ""))),
            MemberTest::True(false) => self.named(format!("{}: false", key(leaf, ""))),
            MemberTest::Number(op, number) => self.number(leaf, *op, *number)?,
            MemberTest::Text { not: true, like, fold } => {
                // An absent member is not different, however an engine treats it.
                let there = self.leaf(&Leaf { check: MemberTest::Exists, ..leaf.clone() })?;
                let same = MemberTest::Text { not: false, like: like.clone(), fold: *fold };
                let same = self.leaf(&Leaf { check: same, ..leaf.clone() })?;
                format!("({there} and not {same})")
            }
            MemberTest::Text { like, fold, .. } => {
                if leaf.kind == ValueKind::Any && like.exact().is_some_and(is_word) {
                    return Err(
                        "Sigma does not say whether texts and numbers or truth values are alike".to_owned()
                    );
                }
                let cased = if *fold { "" } else { "|cased" };
                let (modifier, text) = wildcards(like)?;
                self.named(format!("{}: {}", key(leaf, &format!("{modifier}{cased}")), value(&text)?))
            }
        })
    }

    fn number(&mut self, leaf: &Leaf, op: Op, number: u64) -> Result<String, String> {
        // Most engines compare floating-point numbers.
        if number > 1 << 53 {
            return Err("the number is too large for a Sigma rule".to_owned());
        }
        let modifier = match op {
            Op::Lt => "|lt",
            Op::Le => "|lte",
            Op::Gt => "|gt",
            Op::Ge => "|gte",
            Op::Eq => "",
            _ => {
                let there = self.leaf(&Leaf { check: MemberTest::Exists, ..leaf.clone() })?;
                let same = self.number(leaf, Op::Eq, number)?;
                return Ok(format!("({there} and not {same})"));
            }
        };
        Ok(self.named(format!("{}: {number}", key(leaf, modifier))))
    }
}

fn is_word(text: &str) -> bool {
    ["true", "false", "null"].contains(&text) || text.parse::<f64>().is_ok() || text.starts_with(['{', '['])
}

/// A member and texts, if all parts compare one member with a plain text.
fn among(parts: &[Clause]) -> Option<(&Leaf, Vec<String>)> {
    let Some(Clause::Leaf(first)) = parts.first() else { return None };
    let text = |part: &Clause| match part {
        Clause::Leaf(Leaf { path, check: MemberTest::Text { like, fold: false, not: false }, kind })
            if *path == first.path =>
        {
            like.exact().filter(|text| *kind != ValueKind::Any || !is_word(text)).map(str::to_owned)
        }
        _ => None,
    };
    let plain = !first.path.iter().any(|key| key.contains(['.', '|']) || key.parse::<usize>().is_ok());
    Some((first, parts.iter().map(text).collect::<Option<Vec<_>>>().filter(|_| plain)?))
}

fn key(leaf: &Leaf, modifiers: &str) -> String {
    Value::from(format!("{}{modifiers}", leaf.path.join("."))).to_string()
}

/// A text with its wildcards escaped.
fn value(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("engines do not agree on what an empty text of Sigma is".to_owned());
    }
    let escaped = text.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?");
    Ok(Value::from(escaped).to_string())
}

fn wildcards(like: &Like) -> Result<(&'static str, String), String> {
    match like.0.as_slice() {
        [only] => Ok(("", only.clone())),
        [start, end] if end.is_empty() => Ok(("|startswith", start.clone())),
        [start, end] if start.is_empty() => Ok(("|endswith", end.clone())),
        [start, middle, end] if start.is_empty() && end.is_empty() => Ok(("|contains", middle.clone())),
        _ => Err("the target has wildcards at the ends of a text only".to_owned()),
    }
}

fn document(rule: &Rule, pred: &Pred) -> Result<String, String> {
    let mut selections = Selections::default();
    let condition = selections.condition(&clause::lower(pred, true)?)?;
    let condition = match condition.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) if balanced(inner) => inner.to_owned(),
        _ => condition,
    };
    let level = match rule.priority {
        Priority::Emergency | Priority::Alert | Priority::Critical => "critical",
        Priority::Error => "high",
        Priority::Warning => "medium",
        Priority::Notice => "low",
        Priority::Informational | Priority::Debug => "informational",
    };
    let quoted = |text: &str| Value::from(text).to_string();
    let description = rule.description.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = format!(
        "title: {}\nid: {}\nstatus: experimental\ndescription: {}\nlogsource:\n  product: aws\n  service: cloudtrail\ndetection:\n",
        quoted(&rule.name),
        id(&rule.name),
        quoted(&description),
    );
    for (at, text) in selections.texts.iter().enumerate() {
        out += &format!("  s{}:\n    {text}\n", at + 1);
    }
    out += &format!("  condition: {condition}\nlevel: {level}\n");
    let tags: Vec<String> = rule.tags.iter().filter_map(|tag| attack(tag)).collect();
    if !tags.is_empty() {
        out += &format!("tags: [{}]\n", tags.join(", "));
    }
    Ok(out)
}

/// Whether its parentheses are balanced.
fn balanced(text: &str) -> bool {
    let mut depth = 0;
    text.chars().all(|c| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth >= 0
    })
}

/// A tag of an ATT&CK technique in Sigma's form.
fn attack(tag: &str) -> Option<String> {
    let number = tag.strip_prefix('T')?;
    let is_number = number.len() >= 4 && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_number.then(|| format!("attack.t{number}"))
}

/// A stable id from a rule's name.
fn id(name: &str) -> String {
    let half = |seed: u64| {
        let mut hasher = FxHasher::default();
        (seed, name).hash(&mut hasher);
        hasher.finish()
    };
    let (high, low) = (half(1), half(2));
    // Version 8 and the variant of RFC 9562: ids with a custom layout.
    let (high, low) = (high & !0xF000 | 0x8000, low & !(0b11 << 62) | 0b10 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFFF,
        low >> 48,
        low & 0xFFFF_FFFF_FFFF
    )
}
