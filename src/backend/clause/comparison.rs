//! One comparison as a clause: the comparison of a field becomes one of the members that it shows.

use super::members::{Source, sources};
use super::{Clause, Like, MemberTest, ValueKind, any, equal, every, leaf, otherwise};
use crate::cloudtrail::fields::DOMAIN;
use crate::sema::ir::{Atom, FieldRef, Term, Test};
use crate::sema::pattern::Pattern;
use crate::sema::values::number;
use crate::syntax::glob::{self, GlobToken};
use crate::syntax::token::{Modifier, Op, Transformer};

/// The comparison as a clause.
pub fn of_atom(atom: &Atom) -> Result<Clause, String> {
    let (field, fold) = subject(&atom.left)?;
    let mut parts = Vec::new();
    for (guard, source) in sources(field)? {
        let test = match source {
            Source::Text(text) => Clause::Const(on_text(&atom.test, text.as_bytes(), fold)?),
            Source::Short(path) => of_short(&atom.test, &path, fold)?,
            Source::Member(path, kind) => of_member(&atom.test, &path, kind, fold)?,
        };
        parts.push(every(vec![guard, test]));
    }
    Ok(any(parts))
}

/// Conversion of letter case before the comparison.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    No,
    Lower,
    Upper,
}

fn subject(term: &Term) -> Result<(&FieldRef, Fold), String> {
    match term {
        Term::Field(field) => Ok((field, Fold::No)),
        Term::Call { transformer, args, arg: None } => match (transformer, args.as_slice()) {
            (Transformer::Tolower, [Term::Field(field)]) => Ok((field, Fold::Lower)),
            (Transformer::Toupper, [Term::Field(field)]) => Ok((field, Fold::Upper)),
            _ => Err(format!("the target has no `{}()`", transformer.text())),
        },
        _ => Err("the target compares only members of the record".to_owned()),
    }
}

fn values(test: &Test) -> Result<(Op, Modifier, &[Box<str>]), String> {
    match test {
        Test::Values { op, modifier, values } => Ok((*op, modifier.unwrap_or(Modifier::Anyof), values)),
        Test::Exists => Ok((Op::Exists, Modifier::Anyof, &[])),
        Test::Term { .. } => {
            Err("the target compares members with constants only, not with each other".to_owned())
        }
    }
}

/// The modifier over the comparisons with single constants.
fn quantified(
    (op, modifier, values): (Op, Modifier, &[Box<str>]),
    one: &dyn Fn(Op, &str) -> Result<Clause, String>,
) -> Result<Clause, String> {
    let all = || values.iter().map(|value| one(op, value)).collect::<Result<Vec<_>, _>>();
    let distinct = |values: &[Box<str>]| (1..values.len()).all(|at| !values[..at].contains(&values[at]));
    match modifier {
        Modifier::Anyof => Ok(any(all()?)),
        Modifier::Allof if values.is_empty() => Ok(Clause::Const(false)),
        Modifier::Allof => Ok(every(all()?)),
        Modifier::Oneof if matches!(op, Op::Eq | Op::EqEq) && distinct(values) => Ok(any(all()?)),
        Modifier::Oneof => Err("the target cannot count how many values match".to_owned()),
    }
}

fn on_text(test: &Test, text: &[u8], fold: Fold) -> Result<bool, String> {
    let text = match fold {
        Fold::No => text.to_vec(),
        Fold::Lower => text.to_ascii_lowercase(),
        Fold::Upper => text.to_ascii_uppercase(),
    };
    let (op, modifier, values) = values(test)?;
    if op == Op::Exists {
        return Ok(true);
    }
    let one = |op: Op, value: &str| Ok(Clause::Const(Pattern::new(op, value.as_bytes()).matches(&text)));
    match op {
        Op::Pmatch => Err("the target has no `pmatch`".to_owned()),
        _ => Ok(quantified((op, modifier, values), &one)? == Clause::Const(true)),
    }
}

fn of_member(test: &Test, path: &[String], kind: ValueKind, fold: Fold) -> Result<Clause, String> {
    let (op, modifier, values) = values(test)?;
    if op == Op::Exists {
        return Ok(leaf(path, kind, MemberTest::Exists));
    }
    match kind {
        ValueKind::Text | ValueKind::Any => {
            quantified((op, modifier, values), &|op, value| of_text(op, value, path, kind, fold))
        }
        ValueKind::Flag => {
            let (on, off) = (on_text(test, b"true", fold)?, on_text(test, b"false", fold)?);
            Ok(match (on, off) {
                (true, true) => leaf(path, kind, MemberTest::Exists),
                (false, false) => Clause::Const(false),
                (on, _) => leaf(path, kind, MemberTest::True(on)),
            })
        }
        ValueKind::Number => quantified((op, modifier, values), &|op, value| {
            let value = number(value.as_bytes()).ok_or("the value is no number")?;
            let op = if matches!(op, Op::EqEq | Op::In | Op::Intersects) { Op::Eq } else { op };
            match op {
                Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                    Ok(leaf(path, kind, MemberTest::Number(op, value)))
                }
                _ => Err(format!("numbers have no `{}`", op.text())),
            }
        }),
    }
}

fn of_text(op: Op, value: &str, path: &[String], kind: ValueKind, fold: Fold) -> Result<Clause, String> {
    let piece = |parts: &[&str]| Like(parts.iter().map(|&part| part.to_owned()).collect());
    let (like, not, fold_too) = match op {
        Op::Eq | Op::EqEq | Op::In | Op::Intersects => (piece(&[value]), false, false),
        Op::Ne => (piece(&[value]), true, false),
        Op::Contains => (piece(&["", value, ""]), false, false),
        Op::Icontains => (piece(&["", value, ""]), false, true),
        Op::Startswith => (piece(&[value, ""]), false, false),
        Op::Endswith => (piece(&["", value]), false, false),
        Op::Glob => (glob_pieces(value)?, false, false),
        Op::Iglob => (glob_pieces(value)?, false, true),
        Op::Regex => return Err("the target has no regular expressions like Falco's".to_owned()),
        Op::Lt | Op::Le | Op::Gt | Op::Ge => return Err("the target has no order of texts".to_owned()),
        _ => return Err(format!("the target has no `{}`", op.text())),
    };
    // Falco compares the JSON text of other values.
    if kind == ValueKind::Any && (not || like.exact().is_none()) {
        return Err(format!(
            "`{}` may be an object or a list, whose JSON the target cannot compare",
            path.join(".")
        ));
    }
    // Between two pieces any text is allowed, the empty one too.
    let like = match like.0.as_slice() {
        [first, .., last] if like.0.iter().all(String::is_empty) && first.is_empty() && last.is_empty() => {
            return Ok(if not { Clause::Const(false) } else { leaf(path, kind, MemberTest::Exists) });
        }
        _ => like,
    };
    // A lower-case text never contains an upper-case letter.
    let impossible = match fold {
        Fold::No => false,
        Fold::Lower => like.0.iter().any(|part| part.bytes().any(|byte| byte.is_ascii_uppercase())),
        Fold::Upper => like.0.iter().any(|part| part.bytes().any(|byte| byte.is_ascii_lowercase())),
    };
    if impossible && !fold_too {
        return Ok(if not { leaf(path, kind, MemberTest::Exists) } else { Clause::Const(false) });
    }
    Ok(leaf(path, kind, MemberTest::Text { like, fold: fold != Fold::No || fold_too, not }))
}

/// The pieces of a shell pattern that has no wildcard but `*`.
fn glob_pieces(value: &str) -> Result<Like, String> {
    let mut pieces = vec![Vec::new()];
    for token in &glob::parse(value.as_bytes(), false).tokens {
        match token {
            GlobToken::Byte(byte) => pieces.last_mut().into_iter().for_each(|piece| piece.push(*byte)),
            GlobToken::Any => pieces.push(Vec::new()),
            _ => return Err("of shell patterns, the target has only `*`".to_owned()),
        }
    }
    let pieces = pieces.into_iter().map(String::from_utf8).collect::<Result<Vec<_>, _>>();
    Ok(Like(pieces.map_err(|_| "the pattern is no text".to_owned())?))
}

/// A comparison of the service without its domain, as one of the event source.
fn of_short(test: &Test, path: &[String], fold: Fold) -> Result<Clause, String> {
    let all = values(test)?;
    if all.0 == Op::Exists {
        return Ok(leaf(path, ValueKind::Text, MemberTest::Exists));
    }
    if fold != Fold::No {
        return Err("the target cannot change the case of `ct.shortsrc`".to_owned());
    }
    quantified(all, &|op, value| {
        let with = equal(path, ValueKind::Text, &format!("{value}{DOMAIN}"), false);
        let without = equal(path, ValueKind::Text, value, false);
        let cut = value.len() > DOMAIN.len() && value.ends_with(DOMAIN);
        // A source that is only the domain is not shortened.
        let equal = match (value.is_empty(), cut) {
            (true, _) => without,
            (false, true) => with,
            (false, false) => any(vec![with, without]),
        };
        match op {
            Op::Eq | Op::EqEq | Op::In | Op::Intersects => Ok(equal),
            Op::Ne => Ok(otherwise(equal)),
            Op::Startswith if !value.contains('.') => of_text(op, value, path, ValueKind::Text, Fold::No),
            _ => Err(format!("the target cannot ask `{}` of `ct.shortsrc`; ask it of `ct.src`", op.text())),
        }
    })
}
