//! Evaluation of one condition on one event by walking its tree: slow and simple, with an explanation.

use super::compare::{self, Comparison};
use super::event::{Event, View};
use super::json::Paths;
use super::output;
use crate::sema::ir::{Atom, Pred};
use std::sync::Arc;

/// Whether the condition holds for the event.
pub fn holds(pred: &Pred, event: &Event<'_>) -> bool {
    match pred {
        Pred::Const(truth) => *truth,
        Pred::And(parts) => parts.iter().all(|part| holds(part, event)),
        Pred::Or(parts) => parts.iter().any(|part| holds(part, event)),
        Pred::Not(inner) => !holds(inner, event),
        Pred::Atom(atom) => Condition::atom(atom).holds(event),
    }
}

/// Explanation of a condition's result: a tree of the condition's structure. Nothing is skipped.
#[derive(Clone, Debug)]
pub enum Why {
    /// Always or never.
    Const(bool),
    /// Conjunction with its result.
    All(bool, Vec<Why>),
    /// Disjunction with its result.
    Any(bool, Vec<Why>),
    /// Negation with its result.
    Not(bool, Box<Why>),
    /// One comparison.
    Atom {
        /// The comparison.
        atom: Arc<Atom>,
        /// Whether it holds.
        holds: bool,
        /// The left side as an output shows it; `None` if it is absent.
        left: Option<String>,
    },
}

impl Why {
    /// Whether it holds.
    pub fn holds(&self) -> bool {
        match self {
            Why::Const(holds) | Why::All(holds, _) | Why::Any(holds, _) | Why::Not(holds, _) => *holds,
            Why::Atom { holds, .. } => *holds,
        }
    }
}

/// Explanation of a condition's result for an event.
pub fn explain(pred: &Pred, event: &Event<'_>) -> Why {
    let all = |parts: &[Pred]| parts.iter().map(|part| explain(part, event)).collect::<Vec<_>>();
    match pred {
        Pred::Const(truth) => Why::Const(*truth),
        Pred::And(parts) => {
            let parts = all(parts);
            Why::All(parts.iter().all(Why::holds), parts)
        }
        Pred::Or(parts) => {
            let parts = all(parts);
            Why::Any(parts.iter().any(Why::holds), parts)
        }
        Pred::Not(inner) => {
            let inner = explain(inner, event);
            Why::Not(!inner.holds(), Box::new(inner))
        }
        Pred::Atom(atom) => {
            let condition = Condition::atom(atom);
            let left = condition.comparison.left.value(View::new(event, &condition.paths));
            let left = left.map(|value| String::from_utf8_lossy(&output::text(&value, 0)).into_owned());
            Why::Atom { atom: Arc::clone(atom), holds: condition.holds(event), left }
        }
    }
}

/// One comparison with its own paths.
struct Condition {
    paths: Paths,
    comparison: Comparison,
}

impl Condition {
    fn atom(atom: &Atom) -> Condition {
        let mut paths = Paths::default();
        let comparison = compare::bind(atom, &mut paths);
        Condition { paths, comparison }
    }

    fn holds(&self, event: &Event<'_>) -> bool {
        self.comparison.holds(View::new(event, &self.paths))
    }
}
