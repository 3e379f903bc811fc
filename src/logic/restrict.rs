//! Restriction of a condition to events of one name and source.

use super::text::Map;
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::fields::{self, Guard, Meaning, Shown, View};
use crate::sema::ir::{Atom, FieldRef, Pred, Term, Test};
use crate::sema::pattern::ordered;
use crate::sema::predicate::{equals, passes, quantified, reduced};
use crate::sema::values::number;
use crate::syntax::token::{Modifier, Transformer};
use std::borrow::Cow;

/// The condition for events of this name and source: comparisons that depend only on these are decided. Takes one
/// pass, without a solver.
pub fn restrict(pred: &Pred, name: &str, source: &str) -> Pred {
    reduced(pred, &|atom| decide(atom, name, source))
}

/// The condition that an event has this name and source. [`restrict`] removes all comparisons of the two, so a
/// witness that must have them needs this condition too.
pub fn event(name: &str, source: &str) -> Pred {
    Pred::And(vec![equals("ct.name", name), equals("ct.src", source)])
}

/// The value of a term for such events.
enum TermValue<'a> {
    Absent,
    Text(Cow<'a, [u8]>),
    Number(u64),
}

fn decide(atom: &Atom, name: &str, source: &str) -> Option<bool> {
    let left = term(&atom.left, name, source)?;
    match (&atom.test, left) {
        (_, TermValue::Absent) => Some(false),
        (Test::Exists, _) => Some(true),
        (test, TermValue::Text(text)) => passes(test, &text),
        (Test::Values { op, modifier, values }, TermValue::Number(left)) => {
            let rights = values.iter().filter_map(|value| number(value.as_bytes()));
            let results = rights.map(|right| ordered(*op, left, right));
            Some(quantified(modifier.unwrap_or(Modifier::Anyof), results))
        }
        (Test::Term { .. }, _) => None,
    }
}

fn term<'a>(term: &Term, name: &'a str, source: &'a str) -> Option<TermValue<'a>> {
    match term {
        Term::Field(field) => of_field(field, name, source),
        Term::Call { transformer, args, arg: None } => {
            let [inner] = &args[..] else { return None };
            let TermValue::Text(text) = self::term(inner, name, source)? else { return None };
            let map = match transformer {
                Transformer::Val => return Some(TermValue::Text(text)),
                Transformer::Len => return Some(TermValue::Number(text.len() as u64)),
                Transformer::Tolower => Map::Lower,
                Transformer::Toupper => Map::Upper,
                Transformer::Basename => Map::Basename,
                _ => return None,
            };
            map.apply(text).map(TermValue::Text)
        }
        _ => None,
    }
}

fn of_field<'a>(field: &FieldRef, name: &'a str, source: &'a str) -> Option<TermValue<'a>> {
    let text = |pointer: &str| match pointer {
        "/eventName" => Some(name),
        "/eventSource" => Some(source),
        _ => None,
    };
    let shown = |shown: &Shown| {
        Some(TermValue::Text(Cow::Borrowed(match *shown {
            Shown::Member(pointer, View::Text | View::OnlyText) => text(pointer)?.as_bytes(),
            Shown::Member(pointer, View::Short) => fields::short(text(pointer)?).as_bytes(),
            Shown::Text(text) => text.as_bytes(),
            Shown::Number(number) => return Some(TermValue::Number(number)),
            _ => return None,
        })))
    };
    match &fields::row(&field.name)?.meaning {
        Meaning::Cases(cases) => {
            for case in *cases {
                let applies = match case.when {
                    Guard::Always => true,
                    Guard::Is(pointer, texts) => texts.contains(&text(pointer)?),
                    Guard::IsNot(pointer, texts) => !texts.contains(&text(pointer)?),
                    Guard::There(pointer) => text(pointer).map(|_| true)?,
                    Guard::Missing(pointer) => text(pointer).map(|_| false)?,
                };
                if applies {
                    // Known values are present, so the first one is used.
                    return case.first_of.first().and_then(shown);
                }
            }
            Some(TermValue::Absent)
        }
        Meaning::Argument => {
            let path = MemberPath::parse(field.arg.as_deref()?);
            Some(TermValue::Text(Cow::Borrowed(text(path.pointer())?.as_bytes())))
        }
        Meaning::Never { .. } => Some(TermValue::Absent),
        Meaning::Opaque { .. } => None,
    }
}
