//! What is said about conditions, held against what evaluation says of events.

mod facts;
mod operators;
mod random;
mod real;
mod scale;

use rulec::analysis::{self, Inputs, Options};
use rulec::eval::{Event, holds};
use rulec::logic::{Satisfiability, Witness};
use rulec::sema::ir::{Pred, Rule};
use rulec::source::{SourceFile, SourceMap};

/// The rules of these conditions, in their order.
pub(crate) fn compile(conditions: &[String]) -> Vec<Pred> {
    compile_rules(conditions).into_iter().map(|rule| rule.condition).collect()
}

pub(crate) fn compile_rules(conditions: &[String]) -> Vec<Rule> {
    let mut text = String::new();
    for (at, condition) in conditions.iter().enumerate() {
        text += &format!(
            "- rule: r{at}\n  desc: d\n  source: aws_cloudtrail\n  priority: INFO\n  condition: >\n    {condition}\n  output: '%ct.name'\n"
        );
    }
    let rules = load([("rules.yaml".to_owned(), text)]);
    let missing = |at: &usize| !rules.iter().any(|rule| rule.name == format!("r{at}"));
    let refused: Vec<&String> = (0..conditions.len()).filter(missing).map(|at| &conditions[at]).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    rules
}

pub(crate) fn one(condition: &str) -> Pred {
    compile(&[condition.to_owned()]).remove(0)
}

/// The rules of files, in evaluation order.
pub(crate) fn load(files: impl IntoIterator<Item = (String, String)>) -> Vec<Rule> {
    let mut sources = SourceMap::default();
    for (name, text) in files {
        sources.add(SourceFile::new(name, text));
    }
    analysis::compile_rules(Inputs { sources, options: Options::default() }).rules
}

/// Evaluates a condition on a witness.
pub(crate) fn confirmed(pred: &Pred, witness: &Witness) -> bool {
    let text = witness.text();
    holds(pred, &Event::new(text.as_bytes(), witness.num).unwrap())
}

/// Panics on a witness that evaluation does not confirm.
pub(crate) fn check(pred: &Pred, found: &Satisfiability, condition: &str) {
    if let Satisfiability::Witness(witness) = found {
        assert!(confirmed(pred, witness), "`{condition}` does not hold on {}", witness.text());
    }
}

pub(crate) fn and(parts: &[&Pred]) -> Pred {
    Pred::And(parts.iter().map(|&part| part.clone()).collect())
}

pub(crate) fn not(pred: &Pred) -> Pred {
    Pred::Not(Box::new(pred.clone()))
}
