//! The controls that a rule is about.

use super::benchmark::Benchmark;
use super::counted::Count;
use super::judge::Judge;
use super::names;
use super::proof::{Disagreement, Exists, Goal};
use crate::logic::Assume;
use crate::sema::ir::{Pred, Rule};
use std::collections::BTreeSet;

/// For each rule, the indices of the controls that it covers at least in part. A rule that is not specific to an
/// event counts for an event only if it always fires on it; for a control without events, it counts if it fires on
/// some event of the control and compares a field that the control compares.
pub fn controls_of(
    rules: &[Rule],
    benchmark: &Benchmark,
    assume: Assume,
) -> Result<Vec<BTreeSet<usize>>, Disagreement> {
    let counted = Count::default().apply(rules);
    let judge = Judge::new(rules, &counted, benchmark.scope, assume);
    let mut controls = vec![BTreeSet::new(); rules.len()];
    for (number, control) in benchmark.controls.iter().enumerate() {
        for row in &control.rows {
            let goal = Goal::row(&control.id, &control.condition, row, false);
            for (at, condition) in judge.candidates(row) {
                let is_about = match judge.is_specific(at) {
                    true => matches!(judge.prover.exists(&goal, vec![condition])?, Exists::Yes(..)),
                    false => judge.prover.exists(&goal, vec![Pred::Not(Box::new(condition))])? == Exists::No,
                };
                if is_about {
                    controls[at].insert(number);
                }
            }
        }
        if control.rows.is_empty() {
            let goal = Goal::any(&control.id, &control.condition);
            let fields = fields(&control.condition);
            let candidates = judge.index.of_any(&names::names(&control.condition)).into_iter();
            let is_near = |at: &usize| {
                !self::fields(&rules[*at].condition).is_disjoint(&fields) && !judge.is_specific(*at)
            };
            for at in candidates.filter(is_near) {
                if let Exists::Yes(..) = judge.prover.exists(&goal, vec![rules[at].condition.clone()])? {
                    controls[at].insert(number);
                }
            }
        }
    }
    Ok(controls)
}

fn fields(condition: &Pred) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    condition.atoms(&mut |atom| {
        atom.left.fields(&mut |field| {
            fields.insert(field.text());
        });
    });
    fields
}
