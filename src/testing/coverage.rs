//! What tests did not show: rules that never fired, comparisons that were always or never true.

use super::explanation::{self, LineColumn};
use super::{Suite, silent_because};
use crate::eval::{Event, explain};
use serde::Serialize;
use std::collections::BTreeMap;

/// The rules and comparisons that the events of tests exercised.
#[derive(Debug, Default)]
pub struct Coverage {
    /// By place of the name: the name, and whether the rule fired.
    rules: BTreeMap<(LineColumn, String), bool>,
    /// By place: the written text, and how often it held and did not.
    comparisons: BTreeMap<(LineColumn, String), [usize; 2]>,
}

/// The counts, and the gaps.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Rules that can fire.
    pub rules: usize,
    /// Those that fired.
    pub fired: usize,
    /// Those that did not, by file and line.
    pub never_fired: Vec<Missing>,
    /// Comparisons in their conditions; one in a macro counts once.
    pub comparisons: usize,
    /// Those that held for some event and not for another.
    pub decided: usize,
    /// Those that held for no event.
    pub never_true: Vec<Missing>,
    /// Those that held for every event.
    pub never_false: Vec<Missing>,
}

/// A rule or comparison.
#[derive(Debug, Serialize)]
pub struct Missing {
    /// The rule's name, or the comparison as written.
    pub text: String,
    /// Where.
    pub at: LineColumn,
}

impl Coverage {
    /// Adds the rules of a suite; must precede all of its events.
    pub fn expect(&mut self, suite: &Suite) {
        let rules = suite.engine.rules().iter().zip(suite.places());
        for (rule, places) in rules.filter(|(rule, _)| silent_because(rule).is_none()) {
            self.rules
                .entry((explanation::at(&suite.sources, rule.name_span), rule.name.clone()))
                .or_default();
            for place in places {
                self.comparisons.entry(place.clone()).or_default();
            }
        }
    }

    /// Adds the results of one event.
    pub fn add(&mut self, event: &Event<'_>, suite: &Suite) {
        for (rule, places) in suite.engine.rules().iter().zip(suite.places()) {
            let mut places = places.iter();
            explanation::comparisons(&explain(&rule.condition, event), &mut |holds| {
                if let Some(seen) = places.next().and_then(|place| self.comparisons.get_mut(place)) {
                    seen[usize::from(holds)] += 1;
                }
            });
        }
    }

    /// Records that a rule of this name fired.
    pub fn fired(&mut self, name: &str) {
        for ((_, of), fired) in &mut self.rules {
            *fired |= of == name;
        }
    }

    /// The counts, and the gaps.
    pub fn summary(&self) -> Summary {
        let missing = |(at, text): &(LineColumn, String)| Missing { text: text.clone(), at: at.clone() };
        let never = |which: usize| {
            let never = self.comparisons.iter().filter(|(_, seen)| seen[which] == 0);
            never.map(|(key, _)| missing(key)).collect::<Vec<_>>()
        };
        Summary {
            rules: self.rules.len(),
            fired: self.rules.values().filter(|&&fired| fired).count(),
            never_fired: self
                .rules
                .iter()
                .filter(|(_, fired)| !**fired)
                .map(|(key, _)| missing(key))
                .collect(),
            comparisons: self.comparisons.len(),
            decided: self.comparisons.values().filter(|seen| seen[0] > 0 && seen[1] > 0).count(),
            never_true: never(1),
            never_false: never(0),
        }
    }
}
