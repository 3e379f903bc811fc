//! Contradictions that show at first sight: comparisons of one field with constants that leave no constant over.

use crate::schema::Type;
use crate::sema::ir::{Atom, FieldRef, Pred, Term, Test};
use crate::syntax::token::Op;

/// Conditions with more comparisons than this are left to the solver.
const MAX_UNITS: usize = 200;
/// So are longer lists of values that a field may have.
const MAX_VALUES: usize = 256;

/// True if no event makes all of these come out as wanted, as far as that shows without a solver. False says nothing.
pub fn contradict<'p>(all: impl IntoIterator<Item = (&'p Pred, bool)>) -> bool {
    let mut claims = Claims::default();
    all.into_iter().any(|(pred, wanted)| claims.add(pred, wanted))
        || claims.clash()
        || claims.choices.iter().any(|&(arms, wanted)| {
            arms.iter().all(|arm| {
                let mut with_arm = Claims { units: claims.units.clone(), choices: Vec::new() };
                with_arm.add(arm, wanted) || with_arm.clash()
            })
        })
}

/// What has to hold.
#[derive(Default)]
struct Claims<'p> {
    /// Comparisons, and how they have to come out.
    units: Vec<(&'p Atom, bool)>,
    /// Of each of these, one has to come out so.
    choices: Vec<(&'p [Pred], bool)>,
}

impl<'p> Claims<'p> {
    /// True if it cannot be.
    fn add(&mut self, pred: &'p Pred, wanted: bool) -> bool {
        match pred {
            Pred::Const(truth) => *truth != wanted,
            Pred::Not(inner) => self.add(inner, !wanted),
            Pred::And(parts) if wanted => parts.iter().any(|part| self.add(part, true)),
            Pred::Or(parts) if !wanted => parts.iter().any(|part| self.add(part, false)),
            Pred::And(arms) | Pred::Or(arms) => {
                self.choices.push((arms, wanted));
                false
            }
            Pred::Atom(atom) => {
                self.units.push((atom, wanted));
                false
            }
        }
    }

    /// Some field must be among constants, none of which passes the other comparisons of that field.
    fn clash(&self) -> bool {
        self.units.len() <= MAX_UNITS
            && self.units.iter().filter_map(|&(atom, wanted)| among(atom).filter(|_| wanted)).any(
                |(field, values)| {
                    let own: Vec<(&Test, bool)> = self
                        .units
                        .iter()
                        .filter(|(atom, _)| matches!(&atom.left, Term::Field(other) if other == field))
                        .map(|&(atom, wanted)| (&atom.test, wanted))
                        .collect();
                    let fails = |value: &str| {
                        own.iter().any(|&(test, wanted)| {
                            passes(test, value).is_some_and(|passes| passes != wanted)
                        })
                    };
                    values.iter().all(|value| fails(value))
                },
            )
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

/// Whether a text passes a test; `None` if that takes more than a look.
fn passes(test: &Test, text: &str) -> Option<bool> {
    let Test::Values { op, modifier: None, values } = test else {
        return matches!(test, Test::Exists).then_some(true);
    };
    let first = values.first().map(|value| &**value);
    Some(match op {
        Op::Eq | Op::EqEq | Op::In | Op::Intersects => values.iter().any(|value| **value == *text),
        Op::Ne => first? != text,
        Op::Startswith => text.starts_with(first?),
        Op::Endswith => text.ends_with(first?),
        Op::Contains => text.contains(first?),
        _ => return None,
    })
}
