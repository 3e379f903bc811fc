//! Contradictions found without a solver: comparisons of one field with constants that exclude each other.

use super::text::Map;
use crate::schema::Type;
use crate::sema::ir::{Atom, FieldRef, Pred, Term, Test};
use crate::sema::predicate::{Signed, passes_quickly, signed};
use crate::syntax::token::{Op, Transformer};
use std::borrow::Cow;
use std::sync::Arc;

/// Maximum number of comparisons; larger conditions are left to the solver.
const MAX_UNITS: usize = 200;
/// Maximum number of constants of a field; longer lists are left to the solver.
const MAX_VALUES: usize = 256;
/// Maximum number of arms of disjunctions that are tried.
const MAX_ARMS: usize = 64;

/// Whether certainly no event gives all these conditions the wanted truth. False means unknown.
pub fn contradict<'p>(all: impl IntoIterator<Item = (&'p Pred, bool)>) -> bool {
    let mut claims = Claims::default();
    all.into_iter().any(|(pred, wanted)| claims.add(pred, wanted)) || claims.fail(&mut { MAX_ARMS })
}

/// Conditions that must hold together.
#[derive(Default)]
struct Claims<'p> {
    /// Comparisons with their wanted truth.
    units: Vec<(&'p Atom, bool)>,
    /// Alternatives, one of which must have the wanted truth.
    choices: Vec<(&'p [Pred], bool)>,
}

impl<'p> Claims<'p> {
    /// Adds a condition; true if it is a contradiction.
    fn add(&mut self, pred: &'p Pred, wanted: bool) -> bool {
        match signed(pred, wanted) {
            Signed::Const(holds) => !holds,
            Signed::All(parts, wanted) => parts.iter().any(|part| self.add(part, wanted)),
            Signed::Any(arms, wanted) => {
                self.choices.push((arms, wanted));
                false
            }
            Signed::Atom(atom, wanted) => {
                self.units.push((atom, wanted));
                false
            }
        }
    }

    /// Whether they cannot all hold: comparisons clash, or every arm of a choice fails.
    fn fail(&self, arms_left: &mut usize) -> bool {
        let fails = |arm: &'p Pred, wanted: bool, arms_left: &mut usize| {
            let Some(left) = arms_left.checked_sub(1) else { return false };
            *arms_left = left;
            let mut with_arm = Claims { units: self.units.clone(), choices: Vec::new() };
            with_arm.add(arm, wanted) || with_arm.fail(arms_left)
        };
        self.units.len() <= MAX_UNITS
            && (self.clash()
                || self
                    .choices
                    .iter()
                    .any(|&(arms, wanted)| arms.iter().all(|arm| fails(arm, wanted, arms_left))))
    }

    /// Whether a field must equal one of some constants, none of which passes its other comparisons.
    fn clash(&self) -> bool {
        let fails = |field: &FieldRef, value: &str| {
            self.units.iter().any(|&(atom, wanted)| {
                seen(&atom.left, field, value.as_bytes())
                    .and_then(|text| passes_quickly(&atom.test, &text))
                    .is_some_and(|passes| passes != wanted)
            })
        };
        let mut among = self.units.iter().filter(|(_, wanted)| *wanted).filter_map(|(atom, _)| among(atom));
        among.any(|(field, values)| values.iter().all(|value| fails(field, value)))
    }
}

/// The value of a term if the field has this text.
fn seen<'t>(term: &Term, field: &FieldRef, text: &'t [u8]) -> Option<Cow<'t, [u8]>> {
    match term {
        Term::Field(own) => {
            let same = Arc::ptr_eq(&own.name, &field.name) && own.arg == field.arg || own == field;
            same.then_some(Cow::Borrowed(text))
        }
        Term::Call { transformer, args, arg: None } => {
            let ([inner], Some(map)) = (&args[..], map_of(*transformer)) else { return None };
            map.apply(seen(inner, field, text)?)
        }
        _ => None,
    }
}

fn map_of(transformer: Transformer) -> Option<Map> {
    match transformer {
        Transformer::Tolower => Some(Map::Lower),
        Transformer::Toupper => Some(Map::Upper),
        _ => None,
    }
}

/// The field and the constants one of which it must equal.
fn among(atom: &Atom) -> Option<(&FieldRef, &[Box<str>])> {
    match (&atom.left, &atom.test) {
        (
            Term::Field(field),
            Test::Values { op: Op::Eq | Op::EqEq | Op::In | Op::Intersects, modifier: None, values },
        ) if field.ty == Type::Charbuf && !field.list && values.len() <= MAX_VALUES => Some((field, values)),
        _ => None,
    }
}
