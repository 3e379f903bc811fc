//! A condition as far as it matters for events of one name and source.

use super::text::Map;
use crate::cloudtrail::MemberPath;
use crate::sema::ir::{Atom, FieldRef, Pred, Term, Test};
use crate::sema::pattern::ordered;
use crate::sema::predicate::{equals, passes, quantified, reduced};
use crate::sema::values::number;
use crate::syntax::token::{Modifier, Transformer};
use std::borrow::Cow;

/// The condition for events of this name and source: what depends on these alone is decided.
/// `Const(false)` if it cannot hold for them. Quick: there is no searching.
pub fn restrict(pred: &Pred, name: &str, source: &str) -> Pred {
    reduced(pred, &|atom| decide(atom, name, source))
}

/// The condition that an event has this name and source. [`restrict`] removes all comparisons of the two, so a
/// witness that must have them needs this condition too.
pub fn event(name: &str, source: &str) -> Pred {
    Pred::And(vec![equals("ct.name", name), equals("ct.src", source)])
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
        (test, Known::Text(text)) => passes(test, &text),
        (Test::Values { op, modifier, values }, Known::Number(left)) => {
            let rights = values.iter().filter_map(|value| number(value.as_bytes()));
            let results = rights.map(|right| ordered(*op, left, right));
            Some(quantified(modifier.unwrap_or(Modifier::Anyof), results))
        }
        (Test::Term { .. }, _) => None,
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
    let text = |text: &'a str| Some(Known::Text(Cow::Borrowed(text.as_bytes())));
    let once = |counts: bool| Some(if counts { Known::Number(1) } else { Known::Absent });
    match &*field.name {
        "ct.name" => text(name),
        "ct.src" => text(source),
        "ct.shortsrc" => Map::Short.apply(Cow::Borrowed(source.as_bytes())).map(Known::Text),
        "s3.cnt.get" => once(name == "GetObject"),
        "s3.cnt.put" => once(name == "PutObject"),
        "s3.cnt.other" => once(!matches!(name, "GetObject" | "PutObject")),
        "evt.source" => text("aws_cloudtrail"),
        "json.value" | "jevt.value" => match MemberPath::parse(field.arg.as_deref()?).pointer() {
            "/eventName" => text(name),
            "/eventSource" => text(source),
            _ => None,
        },
        _ => None,
    }
}
