//! Proofs: `logic` answers, `eval` confirms.

use crate::eval::{Engine, Matching, holds};
use crate::logic::{Assume, Found, Implied, Solver, Witness};
use crate::sema::ir::{Pred, Rule};
use serde_json::Value;
use std::fmt;

/// A witness that `eval` has confirmed. Only [`Prover`] makes one.
#[derive(Clone, PartialEq, Debug)]
pub struct Confirmed {
    /// A whole CloudTrail record.
    pub record: Value,
    /// `evt.num` of the event.
    pub num: u64,
}

/// `logic` and `eval` disagree: an error of rulec.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Disagreement {
    /// What was asked and what came out.
    pub message: String,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Whether rules hear every event of a goal.
#[derive(Clone, PartialEq, Debug)]
pub enum Heard {
    /// These together do; none of them can be left out.
    By(Vec<usize>),
    /// Not this one.
    Not(Confirmed),
    /// Not known.
    Unknown(String),
}

/// Whether an event exists.
#[derive(Clone, PartialEq, Debug)]
pub enum Exists {
    /// This one, and the counted rules that fire on it.
    Yes(Confirmed, Vec<usize>),
    /// None.
    No,
    /// Not known.
    Unknown(String),
}

/// A question about events: what the solver is asked, and what `eval` is asked of the answer. For an event of known
/// name and source the former is the shorter.
#[derive(Clone, Debug)]
pub struct Goal<'a> {
    /// What it is about, for messages.
    pub what: &'a str,
    /// The condition, as far as it matters.
    pub short: Pred,
    /// The condition in full.
    pub whole: Pred,
}

/// Answers questions about rules.
pub struct Prover<'r> {
    rules: &'r [Rule],
    counted: &'r [usize],
    engine: Engine,
    solver: Solver,
}

impl<'r> Prover<'r> {
    /// A prover for these rules, of which `counted` are the ones that may fire.
    pub fn new(rules: &'r [Rule], counted: &'r [usize], assume: Assume) -> Prover<'r> {
        let engine = Engine::new(counted.iter().map(|&at| rules[at].clone()).collect());
        Prover { rules, counted, engine, solver: Solver::new(assume) }
    }

    /// An event of the goal on which `also` holds, or why there is none.
    pub fn exists(&self, goal: &Goal<'_>, also: &[&Pred]) -> Result<Exists, Disagreement> {
        let asked: Vec<Pred> = std::iter::once(&goal.short).chain(also.iter().copied()).cloned().collect();
        Ok(match self.solver.find(&Pred::And(asked)) {
            Found::Never => Exists::No,
            Found::Unknown(reason) => Exists::Unknown(reason.to_string()),
            Found::Witness(witness) => {
                let (confirmed, fired) = self.confirm(goal, witness)?;
                Exists::Yes(confirmed, fired)
            }
        })
    }

    /// Whether the goal follows from `from`.
    pub fn follows(&self, from: &Pred, any_of: &[&Pred]) -> bool {
        matches!(self.solver.implies(from, any_of), Implied::Yes)
    }

    /// Whether the rules hear every event of the goal: each with its number and its condition, as far as it matters.
    /// A rule is taken in when an event shows that it is needed.
    pub fn heard(&self, goal: &Goal<'_>, candidates: &[(usize, Pred)]) -> Result<Heard, Disagreement> {
        let mut chosen: Vec<&(usize, Pred)> = Vec::new();
        loop {
            let parts: Vec<&Pred> = chosen.iter().map(|(_, condition)| condition).collect();
            match self.solver.implies(&goal.short, &parts) {
                Implied::Yes => break,
                Implied::Unknown(reason) => return Ok(Heard::Unknown(reason.to_string())),
                Implied::No(witness) => {
                    let (confirmed, fired) = self.confirm(goal, witness)?;
                    let Some(&first) = fired.first() else { return Ok(Heard::Not(confirmed)) };
                    let fresh = |candidate: &&(usize, Pred)| {
                        fired.contains(&candidate.0) && chosen.iter().all(|(at, _)| *at != candidate.0)
                    };
                    match candidates.iter().find(fresh) {
                        Some(candidate) => chosen.push(candidate),
                        None => return Err(self.disagree(goal, &confirmed.record, first)),
                    }
                }
            }
        }
        // A later choice can make an earlier one needless.
        let mut at = 0;
        while chosen.len() > 1 && at < chosen.len() {
            let without = chosen.iter().enumerate().filter(|(other, _)| *other != at);
            let parts: Vec<&Pred> = without.map(|(_, (_, condition))| condition).collect();
            if self.follows(&goal.short, &parts) {
                chosen.remove(at);
            } else {
                at += 1;
            }
        }
        let mut rules: Vec<usize> = chosen.iter().map(|(at, _)| *at).collect();
        rules.sort_unstable();
        Ok(Heard::By(rules))
    }

    /// Runs the witness through `eval`: the goal must hold. Returns the counted rules that fire.
    fn confirm(&self, goal: &Goal<'_>, witness: Witness) -> Result<(Confirmed, Vec<usize>), Disagreement> {
        let text = witness.text();
        let wrong = |why: String| Disagreement { message: format!("{}: {why}: {text}", goal.what) };
        let event = self.engine.event(text.as_bytes(), witness.num);
        let event = event.map_err(|skipped| wrong(format!("the witness is no event ({skipped:?})")))?;
        if !holds(&goal.whole, &event) {
            return Err(wrong("what was asked for does not hold for the witness".to_owned()));
        }
        let fired = self.engine.matches(&event, Matching::All);
        let fired = fired.into_iter().map(|at| self.counted[at]).collect();
        Ok((Confirmed { record: witness.record, num: witness.num }, fired))
    }

    fn disagree(&self, goal: &Goal<'_>, record: &Value, rule: usize) -> Disagreement {
        let name = &self.rules[rule].name;
        let message = format!("{}: rule `{name}` fires where it should not: {record}", goal.what);
        Disagreement { message }
    }

    /// Whether a condition holds for a confirmed event.
    pub fn holds(&self, condition: &Pred, confirmed: &Confirmed) -> bool {
        let text = confirmed.record.to_string();
        self.engine.event(text.as_bytes(), confirmed.num).is_ok_and(|event| holds(condition, &event))
    }
}
