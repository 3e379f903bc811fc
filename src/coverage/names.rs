//! The event names that a condition can hold for, by its structure alone.

use crate::sema::ir::{Atom, Pred, Term, Test};
use crate::syntax::token::Op;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// The field with the event's name.
pub const NAME: &str = "ct.name";
/// The field with the event's source.
pub const SOURCE: &str = "ct.src";

/// Names of events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Names<'p> {
    /// Possibly any.
    Any,
    /// None but these.
    Only(BTreeSet<&'p str>),
}

/// A superset of the names that the condition can hold for.
pub fn names(pred: &Pred) -> Names<'_> {
    match pred {
        Pred::Const(false) => Names::Only(BTreeSet::new()),
        Pred::Const(true) | Pred::Not(_) => Names::Any,
        Pred::And(parts) => parts.iter().map(names).fold(Names::Any, |all, part| match (all, part) {
            (Names::Any, other) | (other, Names::Any) => other,
            (Names::Only(a), Names::Only(b)) => Names::Only(a.intersection(&b).copied().collect()),
        }),
        Pred::Or(parts) => {
            let none = Names::Only(BTreeSet::new());
            parts.iter().map(names).fold(none, |all, part| match (all, part) {
                (Names::Only(mut a), Names::Only(b)) => {
                    a.extend(b);
                    Names::Only(a)
                }
                _ => Names::Any,
            })
        }
        Pred::Atom(atom) => match asked(atom) {
            Some(values) => Names::Only(values.iter().map(|value| &**value).collect()),
            None => Names::Any,
        },
    }
}

/// The only names for which an atom can hold, if it compares the name.
fn asked(atom: &Atom) -> Option<&[Box<str>]> {
    let Term::Field(field) = &atom.left else { return None };
    let is_name = (&*field.name, field.arg.as_deref()) == (NAME, None);
    match &atom.test {
        Test::Values { op: Op::Eq | Op::EqEq | Op::In, modifier: None, values } if is_name => Some(values),
        _ => None,
    }
}

/// Every name that the condition compares with.
pub fn written(pred: &Pred) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    pred.atoms(&mut |atom| found.extend(asked(atom).into_iter().flatten().map(|name| &**name)));
    found
}

/// Conditions by event name.
#[derive(Debug, Default)]
pub struct NameIndex<'p> {
    by_name: FxHashMap<&'p str, Vec<usize>>,
    any: Vec<usize>,
}

impl<'p> NameIndex<'p> {
    /// An index of conditions, each with its number, in order.
    pub fn new(conditions: impl Iterator<Item = (usize, &'p Pred)>) -> NameIndex<'p> {
        let mut index = NameIndex::default();
        for (at, condition) in conditions {
            match names(condition) {
                Names::Any => index.any.push(at),
                Names::Only(names) => {
                    names.into_iter().for_each(|name| index.by_name.entry(name).or_default().push(at));
                }
            }
        }
        index
    }

    /// The conditions that may hold for the name, in order.
    pub fn of(&self, name: &str) -> Vec<usize> {
        let mut found = self.any.clone();
        found.extend(self.by_name.get(name).into_iter().flatten());
        found.sort_unstable();
        found
    }

    /// The conditions that may hold for one of the names.
    pub fn of_any(&self, names: &Names<'_>) -> Vec<usize> {
        let mut found = self.any.clone();
        match names {
            Names::Any => found.extend(self.by_name.values().flatten()),
            Names::Only(names) => {
                found.extend(names.iter().filter_map(|name| self.by_name.get(name)).flatten());
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
