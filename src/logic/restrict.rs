//! A condition as far as it matters for events of one name and source.

use super::text::Map;
use crate::cloudtrail::MemberPath;
use crate::sema::ir::{Atom, FieldRef, Pred, Term, Test};
use crate::sema::pattern::{Pattern, Prefixes};
use crate::sema::values::number;
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
