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

use super::atom::TextCheck;
use crate::syntax::token::Op;

/// A state of an automaton.
pub type State = u32;

/// What can still come of a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Either.
    Open,
    /// Whatever follows, the text is not in the set.
    Dead,
    /// Whatever follows, it is.
    Sure,
}

/// A deterministic automaton on bytes. States may be made as they are met.
pub trait Machine {
    /// The state before any byte.
    fn start(&mut self) -> State;
    /// The state after one more byte; `None` if there are too many states.
    fn step(&mut self, state: State, byte: u8) -> Option<State>;
    /// The text that ends here is in the set.
    fn accepts(&self, state: State) -> bool;
    /// What can still come.
    fn fate(&self, state: State) -> Fate;
    /// Bytes of equal class are never told apart.
    fn class(&self, byte: u8) -> u64;
}

/// The automaton of a comparison; `None` if it would be too large.
pub fn machine(check: &TextCheck) -> Option<Box<dyn Machine>> {
    Some(match check {
        TextCheck::Any => Box::new(Starts::new(b"")),
        TextCheck::Among(all) => Box::new(Among::new(all)),
        TextCheck::Length(op, len) => Box::new(Length::new(*op, *len)),
        TextCheck::Op(op, text) => match op {
            Op::Startswith => Box::new(Starts::new(text)),
            Op::Endswith => Box::new(Ends::new(text)),
            Op::Contains => Box::new(Contains::new(text, false)),
            Op::Icontains => Box::new(Contains::new(text, true)),
            Op::Lt => Box::new(Order::new(text, false)),
            Op::Le => Box::new(Order::new(text, true)),
            Op::Glob => Box::new(glob::Machine::glob(text, false)),
            Op::Iglob => Box::new(glob::Machine::glob(text, true)),
            Op::Pmatch => Box::new(glob::Machine::below(text)),
            Op::Regex => Box::new(regex::Dfa::of_pattern(text)?),
            _ => return None,
        },
    })
}

/// The automaton of a regular expression in plain syntax, over whole texts.
pub fn expression(pattern: &str) -> Option<Box<dyn Machine>> {
    Some(Box::new(regex::Dfa::of_pattern(pattern.as_bytes())?))
}
