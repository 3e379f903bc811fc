//! Time measurement: every rule by itself, its parts in written order. Slower than the engine, which evaluates many
//! rules at once.

use super::compare::{self, Comparison};
use super::event::{self, Event, Host, Skipped, View};
use super::is_active;
use super::json::Paths;
use crate::sema::ir::{Pred, Rule};
use crate::source::Span;

/// Measurements of a rule or of one of its comparisons.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cost {
    /// Number of evaluations.
    pub evaluated: u64,
    /// Number of evaluations that were true.
    pub held: u64,
    /// Total time in nanoseconds of the given clock.
    pub time: u64,
}

/// Rules that are measured.
#[derive(Debug)]
pub struct Profiler {
    rules: Vec<TimedCondition>,
    /// Rule and place of each comparison.
    places: Vec<(usize, Span)>,
    paths: Paths,
    host: Host,
}

/// Measurements so far, by rule and by comparison.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Costs {
    /// By index of the rule.
    pub rules: Vec<Cost>,
    /// By index into [`Profiler::places`].
    pub parts: Vec<Cost>,
}

/// A condition in written order with its comparisons bound.
#[derive(Debug)]
enum TimedCondition {
    Const(bool),
    And(Vec<TimedCondition>),
    Or(Vec<TimedCondition>),
    Not(Box<TimedCondition>),
    Comparison(usize, Comparison),
}

impl Profiler {
    /// Compiles rules for measurement. Rules of other sources and disabled rules are not evaluated.
    pub fn new(rules: &[Rule]) -> Profiler {
        let mut paths = event::paths();
        let mut places = Vec::new();
        let part = |(at, rule): (usize, &Rule)| match is_active(rule) {
            true => part(&rule.condition, at, &mut places, &mut paths),
            false => TimedCondition::Const(false),
        };
        let rules = rules.iter().enumerate().map(part).collect();
        paths.finish();
        Profiler { rules, places, paths, host: Host::default() }
    }

    /// Rule and place of each comparison.
    pub fn places(&self) -> &[(usize, Span)] {
        &self.places
    }

    /// Empty measurements.
    pub fn costs(&self) -> Costs {
        let costs = |len| vec![Cost::default(); len];
        Costs { rules: costs(self.rules.len()), parts: costs(self.places.len()) }
    }

    /// Measures all rules on a record. `clock` returns nanoseconds since any fixed moment. Skips what the engine
    /// skips.
    pub fn measure(
        &self,
        record: &[u8],
        num: u64,
        first: Option<i64>,
        clock: &impl Fn() -> u64,
        costs: &mut Costs,
    ) -> Result<(), Skipped> {
        let mut event = Event::read(record, num, &self.paths, &self.host)?;
        event.first = first.unwrap_or(event.first);
        let view = View::new(&event, &self.paths);
        for (rule, cost) in self.rules.iter().zip(&mut costs.rules) {
            if let TimedCondition::Const(_) = rule {
                continue;
            }
            let start = clock();
            let held = holds(rule, view, clock, &mut costs.parts);
            cost.add(held, clock().saturating_sub(start));
        }
        Ok(())
    }
}

impl Costs {
    /// Adds other measurements of the same rules.
    pub fn merge(&mut self, other: &Costs) {
        let of_other = other.rules.iter().chain(&other.parts);
        for (cost, more) in self.rules.iter_mut().chain(&mut self.parts).zip(of_other) {
            cost.evaluated += more.evaluated;
            cost.held += more.held;
            cost.time += more.time;
        }
    }
}

impl Cost {
    fn add(&mut self, held: bool, time: u64) {
        self.evaluated += 1;
        self.held += u64::from(held);
        self.time += time;
    }
}

fn part(pred: &Pred, rule: usize, places: &mut Vec<(usize, Span)>, paths: &mut Paths) -> TimedCondition {
    let mut all = |parts: &[Pred]| parts.iter().map(|one| part(one, rule, places, paths)).collect();
    match pred {
        Pred::Const(truth) => TimedCondition::Const(*truth),
        Pred::And(parts) => TimedCondition::And(all(parts)),
        Pred::Or(parts) => TimedCondition::Or(all(parts)),
        Pred::Not(inner) => TimedCondition::Not(Box::new(part(inner, rule, places, paths))),
        Pred::Atom(atom) => {
            places.push((rule, atom.origin.span));
            TimedCondition::Comparison(places.len() - 1, compare::bind(atom, paths))
        }
    }
}

fn holds(part: &TimedCondition, view: View<'_>, clock: &impl Fn() -> u64, costs: &mut [Cost]) -> bool {
    match part {
        TimedCondition::Const(truth) => *truth,
        TimedCondition::And(parts) => parts.iter().all(|part| holds(part, view, clock, costs)),
        TimedCondition::Or(parts) => parts.iter().any(|part| holds(part, view, clock, costs)),
        TimedCondition::Not(inner) => !holds(inner, view, clock, costs),
        TimedCondition::Comparison(at, comparison) => {
            let start = clock();
            let held = comparison.holds(view);
            if let Some(cost) = costs.get_mut(*at) {
                cost.add(held, clock().saturating_sub(start));
            }
            held
        }
    }
}
