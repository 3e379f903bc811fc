//! Sound reasoning about conditions: can it hold, does one imply another, and on which record.
//!
//! ```text
//! Pred -> formula (atoms split into tests of one place of a record) -> SAT -> literals
//!              ^                                                               |
//!              +--- learned clause <--- no value <--- places (automata) <------+---> record
//! ```
//!
//! An answer is never a guess: what cannot be settled within the limits is unknown, with the reason.

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

/// What is taken as given about records.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Assume {
    /// What AWS writes: [`crate::cloudtrail::members`].
    #[default]
    CloudTrail,
    /// Only what follows from how the plugins make fields and events.
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
    /// The record's text, as the event has to have it.
    pub fn text(&self) -> String {
        self.record.to_string()
    }
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Reason {
    /// This field or transformer is made of several members, and not followed back to them.
    Term(String),
    /// This text of a whole JSON value is not known to go with what else is asked of its members.
    Text(String),
    /// Members that are compared with each other were not brought together.
    Pair,
    /// It would take more steps than are taken.
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

/// Can a condition hold?
#[derive(Clone, PartialEq, Debug)]
pub enum Found {
    /// On this event.
    Witness(Witness),
    /// On none.
    Never,
    /// Not known.
    Unknown(Reason),
}

/// Does something follow?
#[derive(Clone, PartialEq, Debug)]
pub enum Implied {
    /// Always.
    Yes,
    /// Not on this event.
    No(Witness),
    /// Not known.
    Unknown(Reason),
}

impl From<Found> for Implied {
    fn from(counterexample: Found) -> Implied {
        match counterexample {
            Found::Witness(witness) => Implied::No(witness),
            Found::Never => Implied::Yes,
            Found::Unknown(reason) => Implied::Unknown(reason),
        }
    }
}

/// Answers questions about conditions on `aws_cloudtrail` and remembers what it learned.
#[derive(Debug)]
pub struct Solver {
    memory: RefCell<Memory>,
}

impl Solver {
    /// A solver without memories.
    pub fn new(assume: Assume) -> Solver {
        Solver { memory: RefCell::new(Memory::new(assume)) }
    }

    /// An event on which the condition holds.
    pub fn find(&self, pred: &Pred) -> Found {
        let mut memory = self.memory.borrow_mut();
        let formula = memory.formula(pred);
        memory.find(formula)
    }

    /// Whether, wherever `a` holds, one of the others does too.
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

/// A term as a reason names it.
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
