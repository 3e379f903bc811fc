//! Sound reasoning about conditions: satisfiability and implication, with a record as witness.
//!
//! ```text
//! Pred -> formula (atoms split into tests of one place of a record) -> SAT -> literals
//!              ^                                                               |
//!              +--- learned clause <--- no value <--- places (automata) <------+---> record
//! ```
//! No answer is a guess: what cannot be decided within the limits is unknown, with a reason.

mod atom;
mod derived;
mod facts;
mod formula;
mod lower;
mod pair;
mod place;
mod plain;
mod record;
mod restrict;
mod solve;
mod source;
mod template;
mod text;

pub use plain::contradict;
pub use restrict::{event, restrict};

use crate::sema::ir::{Pred, Term};
use solve::Memory;
use std::cell::RefCell;
use std::fmt;

/// Assumptions about records.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Assume {
    /// What AWS writes: [`crate::cloudtrail::members`].
    #[default]
    CloudTrail,
    /// Only what follows from the plugins' code.
    None,
}

/// An event on which a condition holds.
#[derive(Clone, PartialEq, Debug)]
pub struct Witness {
    /// A whole CloudTrail record: one element of `Records`.
    pub record: serde_json::Value,
    /// `evt.num` of the event.
    pub num: u64,
}

impl Witness {
    /// The record as JSON text.
    pub fn text(&self) -> String {
        self.record.to_string()
    }
}

/// The reason for an unknown answer.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Reason {
    /// This field or transformer is derived from several members, and not traced back to them.
    Term(String),
    /// It is not known whether this text of a whole JSON value fits the other tests of its members.
    Text(String),
    /// No values were found for members that are compared with each other.
    Pair,
    /// The limit of steps was reached.
    Steps,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Term(term) => write!(f, "`{term}` is made of several members of the record"),
            Reason::Text(place) => write!(f, "the text of `{place}` and its members cannot be set apart"),
            Reason::Pair => f.write_str("no values were found for members that are compared with each other"),
            Reason::Steps => f.write_str("it would take too many steps"),
        }
    }
}

/// Whether a condition can hold.
#[derive(Clone, PartialEq, Debug)]
pub enum Satisfiability {
    /// It holds on this event.
    Witness(Witness),
    /// It holds on no event.
    Never,
    /// Not known.
    Unknown(Reason),
}

/// Whether an implication holds.
#[derive(Clone, PartialEq, Debug)]
pub enum Implied {
    /// It holds on all events.
    Yes,
    /// It does not hold on this event.
    No(Witness),
    /// Not known.
    Unknown(Reason),
}

impl From<Satisfiability> for Implied {
    fn from(counterexample: Satisfiability) -> Implied {
        match counterexample {
            Satisfiability::Witness(witness) => Implied::No(witness),
            Satisfiability::Never => Implied::Yes,
            Satisfiability::Unknown(reason) => Implied::Unknown(reason),
        }
    }
}

/// Solver for conditions on `aws_cloudtrail`. It keeps what it learned for later questions.
#[derive(Debug)]
pub struct Solver {
    memory: RefCell<Memory>,
}

impl Solver {
    /// A solver that has learned nothing yet.
    pub fn new(assume: Assume) -> Solver {
        Solver { memory: RefCell::new(Memory::new(assume)) }
    }

    /// An event on which the condition holds.
    pub fn find(&self, pred: &Pred) -> Satisfiability {
        let mut memory = self.memory.borrow_mut();
        let formula = memory.formula(pred);
        memory.find(formula)
    }

    /// Whether one of the others holds wherever `a` holds.
    pub fn implies(&self, a: &Pred, any_of: &[&Pred]) -> Implied {
        let mut memory = self.memory.borrow_mut();
        let mut parts = vec![memory.formula(a)];
        parts.extend(any_of.iter().map(|other| !memory.formula(other)));
        let formula = memory.arena.and(parts);
        memory.find(formula).into()
    }

    /// Whether both hold on the same events; the witness is one on which they differ.
    #[cfg(test)]
    pub fn equivalent(&self, a: &Pred, b: &Pred) -> Implied {
        match self.implies(a, &[b]) {
            Implied::Yes => self.implies(b, &[a]),
            other => other,
        }
    }

    /// Whether no event makes both hold; the witness is one that does.
    #[cfg(test)]
    pub fn disjoint(&self, a: &Pred, b: &Pred) -> Implied {
        let mut memory = self.memory.borrow_mut();
        let both = [memory.formula(a), memory.formula(b)];
        let formula = memory.arena.and(both);
        memory.find(formula).into()
    }
}

/// A term as text for reasons.
fn term_text(term: &Term) -> String {
    match term {
        Term::Field(field) => field.text(),
        Term::Const(text) => text.to_string(),
        Term::List(terms) => terms.iter().map(term_text).collect::<Vec<_>>().join(", "),
        Term::Call { transformer, args, .. } => {
            let args: Vec<String> = args.iter().map(term_text).collect();
            format!("{}({})", transformer.text(), args.join(", "))
        }
    }
}

/// Whether a condition holds on a record, by the formulas of proofs; `None` if that is not known.
#[cfg(test)]
pub(crate) fn holds_on(pred: &Pred, record: &serde_json::Value) -> Option<bool> {
    let mut memory = Memory::new(Assume::None);
    let formula = memory.formula(pred);
    derived::formula_holds(&mut memory.arena, formula, record, 1)
}
