//! Sets of texts as small automata, explored only as far as a question needs.

mod glob;
mod json;
mod literal;
mod map;
mod product;
mod regex;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

pub use json::Json;
pub use literal::{Among, Contains, Ends, Length, Order, Starts, Utf8};
pub use map::{Map, Mapped};
pub use product::{Search, shortest};

use super::atom::TextTest;
use crate::syntax::token::Op;

/// A state of an automaton.
pub type StateId = u32;

/// Outcomes that are still possible from a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Both.
    Open,
    /// The text is not in the set, whatever follows.
    Dead,
    /// The text is in the set, whatever follows.
    Sure,
}

/// A deterministic automaton on bytes. States may be created on demand.
pub trait Machine {
    /// The state before any byte.
    fn start(&mut self) -> StateId;
    /// The state after one more byte; `None` if there are too many states.
    fn step(&mut self, state: StateId, byte: u8) -> Option<StateId>;
    /// Whether the text that ends here is in the set.
    fn accepts(&self, state: StateId) -> bool;
    /// The outcomes that are still possible.
    fn fate(&self, state: StateId) -> Fate;
    /// Class of a byte; bytes of one class are equivalent.
    fn class(&self, byte: u8) -> u64;
}

/// The automaton of a comparison; `None` if it would be too large.
pub fn machine(check: &TextTest) -> Option<Box<dyn Machine>> {
    Some(match check {
        TextTest::Any => Box::new(Starts::new(b"")),
        TextTest::Among(all) => Box::new(Among::new(all)),
        TextTest::Length(op, len) => Box::new(Length::new(*op, *len)),
        TextTest::Op(op, text) => match op {
            Op::Startswith => Box::new(Starts::new(text)),
            Op::Endswith => Box::new(Ends::new(text)),
            Op::Contains => Box::new(Contains::new(text, false)),
            Op::Icontains => Box::new(Contains::new(text, true)),
            Op::Lt => Box::new(Order::new(text, false)),
            Op::Le => Box::new(Order::new(text, true)),
            Op::Glob => Box::new(glob::GlobMachine::glob(text, false)),
            Op::Iglob => Box::new(glob::GlobMachine::glob(text, true)),
            Op::Pmatch => Box::new(glob::GlobMachine::below(text)),
            Op::Regex => Box::new(regex::Dfa::of_pattern(text)?),
            _ => return None,
        },
    })
}

/// The automaton of a regular expression in plain syntax, over whole texts.
pub fn expression(pattern: &str) -> Option<Box<dyn Machine>> {
    Some(Box::new(regex::Dfa::of_pattern(pattern.as_bytes())?))
}
