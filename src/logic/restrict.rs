//! A condition as far as it matters for events of one name and source.

use super::text::Map;
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::fields::{self, Guard, Meaning, Shown, View};
use crate::sema::ir::{Atom, FieldRef, Origin, Pred, Term, Test};
use crate::sema::pattern::{Pattern, Prefixes};
use crate::sema::values::number;
use crate::source::Span;
use crate::syntax::token::{Modifier, Op, Transformer};
use std::borrow::Cow;
use std::sync::Arc;

/// The condition for events of this name and source: what depends on these alone is decided.
/// `Const(false)` if it cannot hold for them. Quick: there is no searching.
pub fn restrict(pred: &Pred, name: &str, source: &str) -> Pred {
    match pred {
        Pred::Const(truth) => Pred::Const(*truth),
        Pred::Not(inner) => match restrict(inner, name, source) {
            Pred::Const(truth) => Pred::Const(!truth),
            Pred::Not(inner) => *inner,
            other => Pred::Not(Box::new(other)),
        },
        Pred::And(parts) => joined(parts, name, source, false),
        Pred::Or(parts) => joined(parts, name, source, true),
        Pred::Atom(atom) => match decide(atom, name, source) {
            Some(truth) => Pred::Const(truth),
            None => Pred::Atom(Arc::clone(atom)),
        },
    }
}

/// The condition that an event has this name and source. What [`restrict`] leaves says nothing of these two any
/// more, so a witness that shall have them needs this beside it.
pub fn event(name: &str, source: &str) -> Pred {
    let is = |field: &str, text: &str| {
        let field = FieldRef::plain(field);
        let test = Test::Values { op: Op::Eq, modifier: None, values: [Box::from(text)].into() };
        let origin = Origin { span: Span::default(), via: Vec::new() };
        Pred::Atom(Arc::new(Atom { left: Term::Field(field), test, origin }))
    };
    Pred::And(vec![is("ct.name", name), is("ct.src", source)])
}

/// `decisive` is the truth of one part that makes the whole true or false.
fn joined(parts: &[Pred], name: &str, source: &str, decisive: bool) -> Pred {
    let mut left = Vec::new();
    for part in parts {
        match restrict(part, name, source) {
            Pred::Const(truth) if truth == decisive => return Pred::Const(decisive),
            Pred::Const(_) => {}
            other => left.push(other),
        }
    }
    match left.pop() {
        None => Pred::Const(!decisive),
        Some(last) if left.is_empty() => last,
        Some(last) => {
            left.push(last);
            if decisive { Pred::Or(left) } else { Pred::And(left) }
        }
    }
}

/// What a term is for such events.
enum Known<'a> {
    Absent,
    Text(Cow<'a, [u8]>),
    Number(u64),
}

fn decide(atom: &Atom, name: &str, source: &str) -> Option<bool> {
    let left = term(&atom.left, name, source)?;
    match (&atom.test, left) {
        (_, Known::Absent) => Some(false),
        (Test::Exists, _) => Some(true),
        (Test::Values { op, modifier, values }, Known::Text(text)) => {
            Some(texts(*op, *modifier, values, &text))
        }
        (Test::Values { op, modifier, values }, Known::Number(left)) => {
            let rights = values.iter().filter_map(|value| number(value.as_bytes()));
            Some(quantified(*modifier, rights.map(|right| crate::sema::pattern::ordered(*op, left, right))))
        }
        (Test::Term { .. }, _) => None,
    }
}

fn texts(op: Op, modifier: Option<Modifier>, values: &[Box<str>], text: &[u8]) -> bool {
    match (op, modifier) {
        (Op::In | Op::Intersects, _) | (Op::Eq | Op::EqEq, None | Some(Modifier::Anyof)) => {
            values.iter().any(|value| value.as_bytes() == text)
        }
        (Op::Pmatch, _) => Prefixes::new(values.iter().map(|value| value.as_bytes())).match_any(text),
        _ => {
            quantified(modifier, values.iter().map(|value| Pattern::new(op, value.as_bytes()).matches(text)))
        }
    }
}

fn quantified(modifier: Option<Modifier>, results: impl Iterator<Item = bool>) -> bool {
    let (mut all, mut held) = (0, 0);
    for result in results {
        all += 1;
        held += usize::from(result);
    }
    match modifier {
        None | Some(Modifier::Anyof) => held > 0,
        Some(Modifier::Allof) => all > 0 && held == all,
        Some(Modifier::Oneof) => held == 1,
    }
}

fn term<'a>(term: &Term, name: &'a str, source: &'a str) -> Option<Known<'a>> {
    match term {
        Term::Field(field) => of_field(field, name, source),
        Term::Call { transformer, args, arg: None } => {
            let [inner] = &args[..] else { return None };
            let Known::Text(text) = self::term(inner, name, source)? else { return None };
            let map = match transformer {
                Transformer::Val => return Some(Known::Text(text)),
                Transformer::Len => return Some(Known::Number(text.len() as u64)),
                Transformer::Tolower => Map::Lower,
                Transformer::Toupper => Map::Upper,
                Transformer::Basename => Map::Basename,
                _ => return None,
            };
            map.apply(text).map(Known::Text)
        }
        _ => None,
    }
}

fn of_field<'a>(field: &FieldRef, name: &'a str, source: &'a str) -> Option<Known<'a>> {
    let text = |pointer: &str| match pointer {
        "/eventName" => Some(name),
        "/eventSource" => Some(source),
        _ => None,
    };
    let shown = |shown: &Shown| {
        Some(Known::Text(Cow::Borrowed(match *shown {
            Shown::Member(pointer, View::Text | View::OnlyText) => text(pointer)?.as_bytes(),
            Shown::Member(pointer, View::Short) => fields::short(text(pointer)?).as_bytes(),
            Shown::Text(text) => text.as_bytes(),
            Shown::Number(number) => return Some(Known::Number(number)),
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
                    // What is known is there, so the first value counts.
                    return case.first_of.first().and_then(shown);
                }
            }
            Some(Known::Absent)
        }
        Meaning::Argument => {
            let path = MemberPath::parse(field.arg.as_deref()?);
            Some(Known::Text(Cow::Borrowed(text(path.pointer())?.as_bytes())))
        }
        Meaning::Never { .. } => Some(Known::Absent),
        Meaning::Opaque { .. } => None,
    }
}
