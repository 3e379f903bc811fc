//! One comparison as Falco makes it. A comparison with an absent left side is false.

use super::event::View;
use super::json::Paths;
use super::term::{self, Expr};
use super::value::Value;
use crate::schema::Type;
use crate::sema::ir::{Atom, Test};
use crate::sema::pattern::{Pattern, Prefixes, Set, compare, ordered};
use crate::sema::predicate::quantified;
use crate::sema::values::{Family, family, number};
use crate::syntax::token::{Modifier, Op};

/// A comparison bound to paths of a record.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    pub left: Expr,
    pub check: Matcher,
}

/// What the left side is compared with.
#[derive(Clone, Debug)]
pub(super) enum Matcher {
    /// Any value.
    Exists,
    /// Nothing: the comparison is always false.
    Never,
    /// A text and one constant.
    Text(Pattern),
    /// A text and several constants.
    Texts(Modifier, Vec<Pattern>),
    /// A text and a set of constants.
    Among(Set),
    /// A path below one of these prefixes.
    Below(Prefixes),
    /// A number and constants.
    Numbers(Modifier, Op, Vec<u64>),
    /// A boolean and constants.
    Bools(Modifier, Op, Vec<bool>),
    /// A list, all or any of whose elements must be in the set.
    Elements { all: bool, set: Set },
    /// Another term.
    Term(Op, Expr),
}

/// Binds an atom.
pub(super) fn bind(atom: &Atom, paths: &mut Paths) -> Comparison {
    let left = term::bind(&atom.left, paths);
    let check = match &atom.test {
        Test::Exists => Matcher::Exists,
        Test::Values { op, modifier, values } => {
            let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
            constants(atom.left.type_of(), *op, *modifier, &values)
        }
        Test::Term { .. } if left.is_multi() => Matcher::Never,
        Test::Term { op, term } => {
            let right = term::bind(term, paths);
            let (_, list) = term.type_of();
            // Falco compares the NUL at the end of a right side too; the left side has none.
            let never = matches!(op, Op::In | Op::Intersects) && right.ends_in_nul() && !list;
            if never { Matcher::Never } else { Matcher::Term(*op, right) }
        }
    };
    Comparison { left, check }
}

fn constants((ty, list): (Type, bool), op: Op, modifier: Option<Modifier>, values: &[&[u8]]) -> Matcher {
    if list {
        let set = Set::new(values.iter().copied());
        return match op {
            Op::In => Matcher::Elements { all: true, set },
            Op::Intersects => Matcher::Elements { all: false, set },
            _ => Matcher::Never,
        };
    }
    let any = modifier.unwrap_or(Modifier::Anyof);
    match family(ty) {
        Family::Number => {
            Matcher::Numbers(any, op, values.iter().filter_map(|value| number(value)).collect())
        }
        Family::Bool => Matcher::Bools(any, op, values.iter().map(|value| *value == b"true").collect()),
        Family::Text => match (op, modifier) {
            (Op::In | Op::Intersects, _) | (Op::Eq | Op::EqEq, Some(Modifier::Anyof)) => {
                Matcher::Among(Set::new(values.iter().copied()))
            }
            (Op::Pmatch, _) => Matcher::Below(Prefixes::new(values.iter().copied())),
            (_, None) => {
                values.first().map_or(Matcher::Never, |value| Matcher::Text(Pattern::new(op, value)))
            }
            (_, Some(modifier)) => {
                Matcher::Texts(modifier, values.iter().map(|value| Pattern::new(op, value)).collect())
            }
        },
        _ => Matcher::Never,
    }
}

impl Comparison {
    /// True if it holds.
    #[inline]
    pub fn holds<'e>(&'e self, view: View<'e>) -> bool {
        match &self.check {
            Matcher::Text(pattern) => self.left.text(view).is_some_and(|text| pattern.matches(&text)),
            Matcher::Among(set) => self.left.text(view).is_some_and(|text| set.has(&text)),
            Matcher::Never => false,
            _ => self.left.value(view).is_some_and(|left| self.holds_for(&left, view)),
        }
    }

    /// True if it holds for this left side.
    fn holds_for<'e>(&'e self, left: &Value<'e>, view: View<'e>) -> bool {
        match (&self.check, left) {
            (Matcher::Exists, _) => true,
            (Matcher::Texts(modifier, patterns), Value::Text(text)) => {
                quantified(*modifier, patterns.iter().map(|pattern| pattern.matches(text)))
            }
            (Matcher::Below(prefixes), Value::Text(text)) => prefixes.match_any(text),
            (Matcher::Numbers(modifier, op, values), Value::Number(left)) => {
                quantified(*modifier, values.iter().map(|right| ordered(*op, left, right)))
            }
            (Matcher::Bools(modifier, op, values), Value::Bool(left)) => {
                quantified(*modifier, values.iter().map(|right| ordered(*op, left, right)))
            }
            (Matcher::Elements { all: true, set }, Value::List(left)) => left.iter().all(|one| set.has(one)),
            (Matcher::Elements { all: false, set }, Value::List(left)) => left.iter().any(|one| set.has(one)),
            (Matcher::Term(op, right), left) => {
                right.value(view).is_some_and(|right| between(*op, left, &right))
            }
            _ => false,
        }
    }

    /// Approximate time, in comparisons of plain texts.
    pub fn cost(&self) -> u32 {
        self.left.cost()
            + match &self.check {
                Matcher::Exists | Matcher::Never | Matcher::Among(_) => 1,
                Matcher::Text(pattern) => pattern.cost(),
                Matcher::Texts(_, patterns) => patterns.iter().map(Pattern::cost).sum(),
                Matcher::Numbers(..) | Matcher::Bools(..) | Matcher::Elements { .. } => 2,
                Matcher::Below(_) => 10,
                Matcher::Term(_, right) => 5 + right.cost(),
            }
    }
}

/// Comparison of two values of an event.
fn between(op: Op, left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => compare(op, left, right),
        (Value::Number(left), Value::Number(right)) => ordered(op, left, right),
        (Value::Bool(left), Value::Bool(right)) => ordered(op, left, right),
        (Value::List(left), Value::List(right)) => match op {
            Op::In => left.iter().all(|one| right.contains(one)),
            Op::Intersects => left.iter().any(|one| right.contains(one)),
            _ => false,
        },
        _ => false,
    }
}
