//! Proofs: `logic` answers, `eval` confirms.

use super::benchmark::Row;
use crate::bundled;
use crate::eval::{Engine, Matching, holds};
use crate::logic::{Assume, Implied, Satisfiability, Solver, Witness, restrict};
use crate::sema::ir::{Pred, Rule};
use rustc_hash::FxHashMap;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

/// A witness that `eval` has confirmed. Only this module makes one.
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
    /// The question and both answers.
    pub message: String,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Whether rules fire on every event of a goal.
#[derive(Clone, PartialEq, Debug)]
pub enum CoveredBy {
    /// These rules do together; none of them can be left out.
    Rules(Vec<usize>),
    /// They do not fire on this event.
    Not(Confirmed),
    /// Not known.
    Unknown(String),
}

/// Whether an event exists.
#[derive(Clone, PartialEq, Debug)]
pub enum Exists {
    /// An event and the counted rules that fire on it.
    Yes(Confirmed, Vec<usize>),
    /// None.
    No,
    /// Not known.
    Unknown(String),
}

/// A question about events.
#[derive(Clone, Debug)]
pub struct Goal<'a> {
    /// Subject of messages.
    pub what: &'a str,
    /// The condition, restricted to events of the row.
    pub asked: Pred,
    /// The whole condition, that of the row included.
    pub whole: Pred,
    /// Events of this name and source only.
    pub row: Option<&'a Row>,
    /// The witness is shown to the user, so it must be an event of the row.
    pub shown: bool,
}

impl<'a> Goal<'a> {
    /// Events of any name on which a condition holds.
    pub fn any(what: &'a str, condition: &Pred) -> Goal<'a> {
        Goal { what, asked: condition.clone(), whole: condition.clone(), row: None, shown: true }
    }

    /// Events of a row on which a condition holds.
    pub fn row(what: &'a str, condition: &Pred, row: &'a Row, shown: bool) -> Goal<'a> {
        let asked = restrict(condition, &row.name, &row.source);
        let whole = Pred::And(vec![condition.clone(), row.condition()]);
        Goal { what, asked, whole, row: Some(row), shown }
    }
}

/// Answers questions about rules.
pub struct Prover<'r> {
    rules: &'r [Rule],
    counted: &'r [usize],
    engine: Engine,
    solver: Solver,
    /// Answers by the normal form of the question.
    known: RefCell<FxHashMap<String, Satisfiability>>,
}

impl<'r> Prover<'r> {
    /// A prover for these rules, of which `counted` are the ones that may fire.
    pub fn new(rules: &'r [Rule], counted: &'r [usize], assume: Assume) -> Prover<'r> {
        // Only the conditions matter here.
        let bare = |&at: &usize| Rule {
            name: String::new(),
            description: String::new(),
            tags: Vec::new(),
            output: Vec::new(),
            extra_fields: Vec::new(),
            source: rules[at].source.clone(),
            condition: rules[at].condition.clone(),
            ..rules[at]
        };
        let engine = Engine::new(counted.iter().map(bare).collect());
        Prover { rules, counted, engine, solver: Solver::new(assume), known: RefCell::default() }
    }

    /// An event of the goal on which all of `also` hold. Those must be restricted to the row like the goal.
    pub fn exists(&self, goal: &Goal<'_>, also: Vec<Pred>) -> Result<Exists, Disagreement> {
        let mut asked = vec![goal.asked.clone()];
        asked.extend(also);
        let asked = Pred::And(asked);
        let Some(row) = goal.row else { return self.confirmed(goal, self.found(&asked)) };
        // Most questions are the same for many rows. A condition that never holds does not hold for a row; and an
        // event found for one row mostly serves the next one with another name.
        if !goal.shown {
            match self.found(&asked) {
                Satisfiability::Never => return Ok(Exists::No),
                Satisfiability::Witness(mut witness) => {
                    witness.record["eventName"] = Value::from(&*row.name);
                    witness.record["eventSource"] = Value::from(&*row.source);
                    let whole = Pred::And(vec![goal.whole.clone(), asked.clone()]);
                    let renamed = Goal { whole, ..goal.clone() };
                    if let Ok((confirmed, fired)) = self.confirm(&renamed, witness) {
                        return Ok(Exists::Yes(confirmed, fired));
                    }
                }
                Satisfiability::Unknown(_) => {}
            }
        }
        self.confirmed(goal, self.found(&Pred::And(vec![asked, row.condition()])))
    }

    fn found(&self, asked: &Pred) -> Satisfiability {
        let shape = shape(asked);
        if let Some(found) = self.known.borrow().get(&shape) {
            return found.clone();
        }
        let found = self.solver.find(asked);
        self.known.borrow_mut().insert(shape, found.clone());
        found
    }

    fn confirmed(&self, goal: &Goal<'_>, found: Satisfiability) -> Result<Exists, Disagreement> {
        Ok(match found {
            Satisfiability::Never => Exists::No,
            Satisfiability::Unknown(reason) => Exists::Unknown(reason.to_string()),
            Satisfiability::Witness(witness) => {
                let (confirmed, fired) = self.confirm(goal, witness)?;
                Exists::Yes(confirmed, fired)
            }
        })
    }

    /// Whether one of the conditions holds wherever `from` does.
    pub fn follows(&self, from: &Pred, any_of: &[&Pred]) -> bool {
        matches!(self.solver.implies(from, any_of), Implied::Yes)
    }

    /// Whether these rules fire on every event of the goal, the first ones preferred; `condition` returns the
    /// restricted condition of a rule. A rule is added when an event shows that it is needed.
    pub fn covered_by(
        &self,
        goal: &Goal<'_>,
        rules: &[usize],
        condition: &dyn Fn(usize) -> Pred,
    ) -> Result<CoveredBy, Disagreement> {
        let mut chosen: Vec<(usize, Pred)> = Vec::new();
        // Rules that make the question unanswerable, and why.
        let mut opaque: BTreeMap<usize, String> = BTreeMap::new();
        loop {
            match self.exists(goal, none_holds(&chosen, None))? {
                Exists::No => break,
                Exists::Unknown(reason) => match chosen.pop() {
                    Some((at, _)) => drop(opaque.insert(at, reason)),
                    None => return Ok(CoveredBy::Unknown(reason)),
                },
                Exists::Yes(confirmed, fired) => {
                    let Some(&first) = fired.first() else {
                        return Ok(CoveredBy::Not(self.likelier(goal, confirmed)));
                    };
                    let is_fresh = |at: &&usize| {
                        fired.contains(at)
                            && !opaque.contains_key(at)
                            && chosen.iter().all(|(known, _)| known != *at)
                    };
                    match rules.iter().find(is_fresh) {
                        Some(&at) => chosen.push((at, condition(at))),
                        None => match fired.iter().find_map(|at| opaque.get(at)) {
                            Some(reason) => return Ok(CoveredBy::Unknown(reason.clone())),
                            None => return Err(self.disagree(goal, &confirmed.record, first)),
                        },
                    }
                }
            }
        }
        // A rule chosen later can make an earlier one unnecessary.
        let mut at = 0;
        while chosen.len() > 1 && at < chosen.len() {
            match self.exists(goal, none_holds(&chosen, Some(at)))? {
                Exists::No => drop(chosen.remove(at)),
                Exists::Yes(..) | Exists::Unknown(_) => at += 1,
            }
        }
        let mut rules: Vec<usize> = chosen.into_iter().map(|(at, _)| at).collect();
        rules.sort_unstable();
        Ok(CoveredBy::Rules(rules))
    }

    /// The same event with likely values where any value serves, so that it looks like a real record.
    fn likelier(&self, goal: &Goal<'_>, mut confirmed: Confirmed) -> Confirmed {
        if !goal.shown {
            return confirmed;
        }
        for (place, likely) in likely() {
            let Some(value) = confirmed.record.pointer(place).and_then(Value::as_str) else { continue };
            if likely.iter().any(|known| known == value) {
                continue;
            }
            for other in likely {
                let mut record = confirmed.record.clone();
                record.pointer_mut(place).into_iter().for_each(|value| *value = Value::from(&**other));
                let witness = Witness { record, num: confirmed.num };
                match self.confirm(goal, witness) {
                    Ok((better, fired)) if fired.is_empty() => {
                        confirmed = better;
                        break;
                    }
                    _ => {}
                }
            }
        }
        confirmed
    }

    /// Evaluates the goal and the rules on the witness. Returns the counted rules that fire.
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

/// Likely values by place.
fn likely() -> &'static BTreeMap<String, Vec<String>> {
    static LIKELY: OnceLock<BTreeMap<String, Vec<String>>> = OnceLock::new();
    // A test reads the file too; if it is broken, values stay as they are.
    LIKELY.get_or_init(|| serde_json::from_str(bundled::CLOUDTRAIL_LIKELY).unwrap_or_default())
}

/// The negations of the chosen conditions, apart from the one at `except`.
fn none_holds(chosen: &[(usize, Pred)], except: Option<usize>) -> Vec<Pred> {
    let left = chosen.iter().enumerate().filter(|(at, _)| Some(*at) != except);
    left.map(|(_, (_, condition))| Pred::Not(Box::new(condition.clone()))).collect()
}

/// Normal form of a condition: equal for conditions that differ only in places and in the order of their parts.
pub fn shape(condition: &Pred) -> String {
    let all = |parts: &[Pred]| {
        let mut parts: Vec<String> = parts.iter().map(shape).collect();
        parts.sort();
        parts.dedup();
        parts
    };
    match condition {
        Pred::Const(truth) => truth.to_string(),
        Pred::And(parts) => match all(parts).as_slice() {
            [only] => only.clone(),
            parts => format!("and({})", parts.join(",")),
        },
        Pred::Or(parts) => match all(parts).as_slice() {
            [only] => only.clone(),
            parts => format!("or({})", parts.join(",")),
        },
        Pred::Not(inner) => format!("not({})", shape(inner)),
        Pred::Atom(atom) => format!("{:?} {:?}", atom.left, atom.test),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::coverage::condition;
    use crate::coverage::names;
    use crate::sema::predicate::equals;

    fn rule(condition: Pred) -> Rule {
        let text = condition::rule("r", "ct.name exists");
        let mut sources = crate::source::SourceMap::default();
        sources.add(crate::source::SourceFile::new("r", text));
        Rule { condition, ..condition::lowered(&sources).unwrap().remove(0) }
    }

    /// A rule fires that should not: an error, not a witness.
    #[test]
    fn what_eval_denies_is_an_error() {
        let rules = [rule(equals(names::NAME, "DisableKey"))];
        let prover = Prover::new(&rules, &[0], Assume::CloudTrail);
        let asked = equals(names::NAME, "DisableKey");
        let goal = Goal::any("test", &asked);
        let covered_by = prover.covered_by(&goal, &[0], &|_| asked.clone());
        assert_eq!(covered_by, Ok(CoveredBy::Rules(vec![0])));
        let disagreement = prover.covered_by(&goal, &[], &|_| asked.clone()).unwrap_err();
        assert!(disagreement.message.starts_with("test: rule `r` fires where it should not: {"));
        let claimed = Goal { whole: Pred::Const(false), ..goal };
        let disagreement = prover.exists(&claimed, Vec::new()).unwrap_err();
        assert!(disagreement.message.contains("what was asked for does not hold for the witness"));
    }

    #[test]
    fn a_witness_has_likely_values_where_it_can() {
        assert_eq!(likely().len(), 4);
        let asked = equals(names::NAME, "DisableKey");
        let region =
            condition::read("ct.region = \"us-east-1\" or ct.region startswith \"eu-\"", &[]).unwrap();
        let rules = [rule(region)];
        let prover = Prover::new(&rules, &[0], Assume::CloudTrail);
        let covered_by =
            prover.covered_by(&Goal::any("test", &asked), &[0], &|_| rules[0].condition.clone()).unwrap();
        let CoveredBy::Not(witness) = covered_by else { unreachable!("{covered_by:?}") };
        assert_eq!(witness.record["awsRegion"], "ap-northeast-1");
    }

    /// A rule that logic cannot decide does not hinder one that it can.
    #[test]
    fn a_rule_that_covers_counts_beside_one_that_cannot_be_read() {
        let opaque = condition::read("ct.name = \"DisableKey\" and ct.info contains \"a\"", &[]).unwrap();
        let rules = [rule(opaque), rule(equals(names::NAME, "DisableKey"))];
        let counted = [0, 1];
        let prover = Prover::new(&rules, &counted, Assume::CloudTrail);
        let goal = Goal::any("test", &rules[1].condition);
        let covered_by = prover.covered_by(&goal, &counted, &|at| rules[at].condition.clone());
        assert_eq!(covered_by, Ok(CoveredBy::Rules(vec![1])));
    }
}
