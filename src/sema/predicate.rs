//! Operations on predicates: building, truth under partial knowledge, walks, and the test of one text.

use super::ir::{Atom, FieldRef, Origin, Pred, Term, Test};
use super::pattern::{Prefixes, compare};
use crate::source::Span;
use crate::syntax::token::{Modifier, Op};
use std::sync::Arc;

/// Conjunction without constants. Parts after a false one are not drawn.
pub fn and(parts: impl IntoIterator<Item = Pred>) -> Pred {
    joined(parts, false, Pred::And)
}

/// Disjunction without constants. Parts after a true one are not drawn.
pub fn or(parts: impl IntoIterator<Item = Pred>) -> Pred {
    joined(parts, true, Pred::Or)
}

/// `decisive` is the truth of one part that settles the whole.
fn joined(parts: impl IntoIterator<Item = Pred>, decisive: bool, join: fn(Vec<Pred>) -> Pred) -> Pred {
    let mut kept = Vec::new();
    for part in parts {
        match part {
            Pred::Const(truth) if truth == decisive => return Pred::Const(decisive),
            Pred::Const(_) => {}
            part => kept.push(part),
        }
    }
    match kept.len() {
        0 => Pred::Const(!decisive),
        1 => kept.remove(0),
        _ => join(kept),
    }
}

/// Negation without constants and double negations.
pub fn not(pred: Pred) -> Pred {
    match pred {
        Pred::Const(truth) => Pred::Const(!truth),
        Pred::Not(inner) => *inner,
        pred => Pred::Not(Box::new(pred)),
    }
}

/// `FIELD exists`, with no place in a file.
pub fn exists(field: &str) -> Pred {
    atom(field, Test::Exists)
}

/// `FIELD = "VALUE"`, with no place in a file.
pub fn equals(field: &str, value: &str) -> Pred {
    is_in(field, [value])
}

/// `FIELD in (VALUES)`, with no place in a file.
pub fn is_in<'v>(field: &str, values: impl IntoIterator<Item = &'v str>) -> Pred {
    let values: Arc<[Box<str>]> = values.into_iter().map(Box::from).collect();
    let op = if values.len() == 1 { Op::Eq } else { Op::In };
    atom(field, Test::Values { op, modifier: None, values })
}

fn atom(field: &str, test: Test) -> Pred {
    let origin = Origin { span: Span::default(), via: Vec::new() };
    Pred::Atom(Arc::new(Atom { left: Term::Field(FieldRef::plain(field)), test, origin }))
}

/// Three-valued truth of a predicate when `decide` knows some atoms.
pub fn truth(pred: &Pred, decide: &impl Fn(&Atom) -> Option<bool>) -> Option<bool> {
    let (parts, decisive) = match pred {
        Pred::Const(truth) => return Some(*truth),
        Pred::Not(inner) => return truth(inner, decide).map(|truth| !truth),
        Pred::Atom(atom) => return decide(atom),
        Pred::And(parts) => (parts, false),
        Pred::Or(parts) => (parts, true),
    };
    let mut settled = Some(!decisive);
    for part in parts {
        match truth(part, decide) {
            Some(truth) if truth == decisive => return Some(decisive),
            Some(_) => {}
            None => settled = None,
        }
    }
    settled
}

/// The predicate that remains when `decide` knows some atoms.
pub fn reduced(pred: &Pred, decide: &impl Fn(&Atom) -> Option<bool>) -> Pred {
    match pred {
        Pred::Const(truth) => Pred::Const(*truth),
        Pred::Not(inner) => not(reduced(inner, decide)),
        Pred::And(parts) => and(parts.iter().map(|part| reduced(part, decide))),
        Pred::Or(parts) => or(parts.iter().map(|part| reduced(part, decide))),
        Pred::Atom(atom) => decide(atom).map_or_else(|| Pred::Atom(Arc::clone(atom)), Pred::Const),
    }
}

/// One level of a predicate or of its negation, with the negation moved into the parts. Each part counts as itself
/// if the flag beside it is true, else as its negation.
#[derive(Clone, Copy, Debug)]
pub enum Signed<'p> {
    /// Always or never.
    Const(bool),
    /// All parts hold.
    All(&'p [Pred], bool),
    /// Some part holds.
    Any(&'p [Pred], bool),
    /// One comparison.
    Atom(&'p Arc<Atom>, bool),
}

/// The predicate if `positive`, else its negation.
pub fn signed(mut pred: &Pred, mut positive: bool) -> Signed<'_> {
    while let Pred::Not(inner) = pred {
        (pred, positive) = (inner, !positive);
    }
    match pred {
        Pred::Const(truth) => Signed::Const(*truth == positive),
        Pred::And(parts) if positive => Signed::All(parts, true),
        Pred::Or(parts) if !positive => Signed::All(parts, false),
        Pred::And(parts) | Pred::Or(parts) => Signed::Any(parts, positive),
        Pred::Atom(atom) => Signed::Atom(atom, positive),
        Pred::Not(inner) => signed(inner, !positive),
    }
}

/// Calls `visit` on every atom; the flag is false below an odd number of negations.
pub fn signed_atoms<'p>(pred: &'p Pred, positive: bool, visit: &mut impl FnMut(&'p Arc<Atom>, bool)) {
    match signed(pred, positive) {
        Signed::Const(_) => {}
        Signed::All(parts, sign) | Signed::Any(parts, sign) => {
            parts.iter().for_each(|part| signed_atoms(part, sign, visit));
        }
        Signed::Atom(atom, sign) => visit(atom, sign),
    }
}

/// The parts that have to hold together, conjunctions among them taken apart.
pub fn conjuncts(pred: &Pred) -> impl Iterator<Item = &Pred> {
    let mut rest = vec![pred];
    std::iter::from_fn(move || {
        loop {
            match rest.pop()? {
                Pred::And(parts) => rest.extend(parts.iter().rev()),
                part => return Some(part),
            }
        }
    })
}

/// Equality of two predicates apart from places and double negations.
pub fn same(a: &Pred, b: &Pred) -> bool {
    let all = |a: &[Pred], b: &[Pred]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
    match (without_double_not(a), without_double_not(b)) {
        (Pred::Const(a), Pred::Const(b)) => a == b,
        (Pred::And(a), Pred::And(b)) | (Pred::Or(a), Pred::Or(b)) => all(a, b),
        (Pred::Not(a), Pred::Not(b)) => same(a, b),
        (Pred::Atom(a), Pred::Atom(b)) => Arc::ptr_eq(a, b) || a.left == b.left && a.test == b.test,
        _ => false,
    }
}

/// The predicate below pairs of negations at its top.
pub fn without_double_not(mut pred: &Pred) -> &Pred {
    while let Pred::Not(inner) = pred
        && let Pred::Not(inner) = &**inner
    {
        pred = inner;
    }
    pred
}

/// Result of a modifier over the results for single constants; false if there are none.
#[inline]
pub fn quantified(modifier: Modifier, mut results: impl Iterator<Item = bool>) -> bool {
    match modifier {
        Modifier::Anyof => results.any(|result| result),
        Modifier::Allof => results.next().is_some_and(|first| first && results.all(|result| result)),
        Modifier::Oneof => results.filter(|result| *result).take(2).count() == 1,
    }
}

/// Result of a test on a text; `None` for a comparison with another term.
pub fn passes(test: &Test, text: &[u8]) -> Option<bool> {
    let (op, modifier, values) = match test {
        Test::Exists => return Some(true),
        Test::Term { .. } => return None,
        Test::Values { op, modifier, values } => (*op, modifier.unwrap_or(Modifier::Anyof), values),
    };
    let mut values = values.iter().map(|value| value.as_bytes());
    Some(match op {
        Op::In | Op::Intersects => values.any(|value| value == text),
        Op::Pmatch => Prefixes::new(values).match_any(text),
        _ => quantified(modifier, values.map(|value| compare(op, text, value))),
    })
}

/// As [`passes`], but `None` for regular expressions too: compiling one takes long.
pub fn passes_quickly(test: &Test, text: &[u8]) -> Option<bool> {
    let is_regex = matches!(test, Test::Values { op: Op::Regex, .. });
    if is_regex { None } else { passes(test, text) }
}

#[cfg(test)]
#[path = "predicate_test.rs"]
mod tests;
