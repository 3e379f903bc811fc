//! Comparisons that look at several places of a record at once.

use super::atom::{Check, Place, PrimId, Side, View, number};
use super::formula::{Arena, F, Node};
use super::record::at;
use super::source::{Value, sources};
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::fields::{self, Guard, Meaning, Pointer};
use crate::sema::ir::{FieldRef, Term};
use crate::sema::pattern::Pattern;
use crate::sema::pattern::ordered;
use crate::syntax::token::{Op, Transformer};
use serde_json::Value as Json;
use std::borrow::Cow;

/// A value that is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shown {
    /// A text.
    Text(Vec<u8>),
    /// A number.
    Number(u64),
    /// A list of texts.
    List(Vec<Vec<u8>>),
}

/// Not settled here.
#[derive(Debug)]
pub struct NotKnown;

/// What a side shows of a record.
pub fn side(arena: &Arena, side: &Side, record: &Json, num: u64) -> Option<Shown> {
    let value = match &arena.places[side.place as usize] {
        Place::Number => return Some(Shown::Number(num)),
        Place::Member(keys) => at(record, keys)?,
        _ => return None,
    };
    let text = match side.view {
        View::There | View::IsText => return None,
        View::Number => return Some(Shown::Number(number(value))),
        View::Text => value.as_str().unwrap_or_default().to_owned(),
        View::Pointer => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        View::Compact => value.to_string(),
        View::Flag => (*value == Json::Bool(true)).to_string(),
    };
    let start: Cow<'_, [u8]> = Cow::Owned(text.into_bytes());
    let text = side.maps.iter().try_fold(start, |text, map| map.apply(text))?;
    Some(if side.len { Shown::Number(text.len() as u64) } else { Shown::Text(text.into_owned()) })
}

/// Whether a prim holds for a record; `None` if that is not known here.
pub fn prim_holds(arena: &mut Arena, prim: PrimId, record: &Json, num: u64) -> Option<bool> {
    let asked = arena.prims[prim as usize].clone();
    match arena.places[asked.place as usize].clone() {
        Place::Member(keys) => Some(asked.holds(&arena.ready[prim as usize], at(record, &keys))),
        Place::Number => Some(asked.holds(&arena.ready[prim as usize], Some(&Json::from(num)))),
        Place::Pair(sides) => {
            let Check::Pair(op) = asked.check else { return None };
            let (one, other) = (side(arena, &sides.0, record, num), side(arena, &sides.1, record, num));
            match (one, other) {
                (Some(Shown::Text(one)), Some(Shown::Text(other))) => {
                    Some(Pattern::new(op, &other).matches(&one))
                }
                (Some(Shown::Number(one)), Some(Shown::Number(other))) => Some(ordered(op, one, other)),
                // The comparison is only asked for together with both being there.
                (Some(_), Some(_)) => Some(false),
                _ if [&sides.0, &sides.1].iter().any(|side| is_made(arena, side)) => None,
                _ => Some(false),
            }
        }
        Place::Made(term) => {
            let value = value(arena, &term, record, num).ok()?;
            let Some(value) = value else { return Some(false) };
            match (&asked.check, value) {
                (Check::Any, _) => Some(true),
                (check @ Check::Text(..), Shown::Text(text)) => {
                    Some(check.text_holds(&arena.ready[prim as usize], &text))
                }
                (Check::Number(op, with), Shown::Number(number)) => Some(ordered(*op, number, *with)),
                (Check::List(op, among), Shown::List(all)) => {
                    let has = |one: &Vec<u8>| among.iter().any(|other| **other == **one);
                    Some(if *op == Op::In { all.iter().all(has) } else { all.iter().any(has) })
                }
                _ => None,
            }
        }
    }
}

fn is_made(arena: &Arena, side: &Side) -> bool {
    matches!(arena.places[side.place as usize], Place::Made(_))
}

pub(super) fn formula_holds(arena: &mut Arena, formula: F, record: &Json, num: u64) -> Option<bool> {
    let truth = match arena.nodes[formula.node()].clone() {
        Node::True => true,
        Node::Prim(prim) => prim_holds(arena, prim, record, num)?,
        Node::And(parts) => {
            let mut all = true;
            for part in parts {
                all &= formula_holds(arena, part, record, num)?;
            }
            all
        }
    };
    Some(truth == formula.positive())
}

/// The value of any term.
fn term_value(arena: &mut Arena, term: &Term, record: &Json, num: u64) -> Result<Option<Shown>, NotKnown> {
    for source in sources(term, arena) {
        if !formula_holds(arena, source.when, record, num).ok_or(NotKnown)? {
            continue;
        }
        return match source.value {
            Value::View(side) => match arena.places[side.place as usize].clone() {
                Place::Made(inner) if inner == *term => value(arena, term, record, num),
                Place::Made(_) => Err(NotKnown),
                _ => Ok(self::side(arena, &side, record, num)),
            },
            Value::Text(text) => Ok(Some(Shown::Text(text))),
            Value::Number(number) => Ok(Some(Shown::Number(number))),
            Value::Bool(_) => Err(NotKnown),
        };
    }
    Ok(None)
}

/// The value of a made term.
fn value(arena: &mut Arena, term: &Term, record: &Json, num: u64) -> Result<Option<Shown>, NotKnown> {
    match term {
        Term::Field(field) => {
            let Some(Meaning::Cases(cases)) = meaning(field) else { return Err(NotKnown) };
            let index = field.arg.as_deref().map(str::parse::<usize>).transpose();
            let Some(case) = cases.iter().find(|case| guard_holds(case.when, record)) else {
                return Ok(None);
            };
            let value = |index| case.first_of.iter().find_map(|shown| shown_value(shown, record, index));
            Ok(match (field.list, index) {
                (_, Err(_)) => None,
                (false, Ok(_)) => value(None),
                (true, Ok(index)) => value(Some(index)),
            })
        }
        Term::Call { transformer: Transformer::Concat, args, .. } => {
            let mut whole = Vec::new();
            for arg in args {
                match term_value(arena, arg, record, num)? {
                    Some(Shown::Text(text)) => whole.extend(text),
                    Some(_) => return Err(NotKnown),
                    None => return Ok(None),
                }
            }
            Ok(Some(Shown::Text(whole)))
        }
        _ => Err(NotKnown),
    }
}

fn meaning(field: &FieldRef) -> Option<&'static Meaning> {
    fields::row(&field.name).map(|row| &row.meaning)
}

/// The value at a pointer of a row.
fn get<'r>(record: &'r Json, pointer: Pointer) -> Option<&'r Json> {
    at(record, &MemberPath::of(pointer).keys().map(Box::from).collect::<Vec<_>>())
}

fn guard_holds(guard: Guard, record: &Json) -> bool {
    let is = |pointer, texts: &[&str]| {
        get(record, pointer).and_then(Json::as_str).is_some_and(|text| texts.contains(&text))
    };
    match guard {
        Guard::Always => true,
        Guard::Is(pointer, texts) => is(pointer, texts),
        Guard::IsNot(pointer, texts) => !is(pointer, texts),
        Guard::There(pointer) => get(record, pointer).is_some(),
        Guard::Missing(pointer) => get(record, pointer).is_none(),
    }
}

/// A value of a row that is derived, or stands beside one that is. `list` asks for a list: of all elements, or of one.
fn shown_value(shown: &fields::Shown, record: &Json, list: Option<Option<usize>>) -> Option<Shown> {
    let text = |value: &Json| value.as_str().unwrap_or_default().as_bytes().to_vec();
    let one = |text: Vec<u8>| match list {
        None => Some(Shown::Text(text)),
        Some(None | Some(0)) => Some(Shown::List(vec![text])),
        Some(Some(_)) => None,
    };
    match *shown {
        fields::Shown::Text(text) => one(text.as_bytes().to_vec()),
        fields::Shown::Number(number) => Some(Shown::Number(number)),
        fields::Shown::Bool(_) => None,
        fields::Shown::Member(pointer, fields::View::OnlyText) => one(get(record, pointer)?.as_str()?.into()),
        fields::Shown::Member(pointer, fields::View::Elements) => {
            let all = get(record, pointer)?.as_array().filter(|all| !all.is_empty())?;
            let texts: Vec<String> = all.iter().map(Json::to_string).collect();
            one(texts.join(",").into_bytes())
        }
        fields::Shown::Member(pointer, _) => one(text(get(record, pointer)?)),
        fields::Shown::Concat(parts) => {
            let parts = parts.iter().map(|part| match shown_value(part, record, None)? {
                Shown::Text(text) => Some(text),
                _ => None,
            });
            one(parts.collect::<Option<Vec<_>>>()?.concat())
        }
        fields::Shown::Sum(pointers) => {
            let numbers = pointers.iter().filter_map(|pointer| get(record, pointer)).map(number);
            numbers.reduce(u64::wrapping_add).map(Shown::Number)
        }
        fields::Shown::Each(pointer, key, own) => {
            let elements = get(record, pointer)?.as_array().map(Vec::as_slice).unwrap_or_default();
            let Some(index) = list.unwrap_or(own) else {
                let texts = elements.iter().filter_map(|element| element.get(key)).map(text);
                let all: Vec<Vec<u8>> = texts.filter(|text| !text.is_empty()).collect();
                return (!all.is_empty()).then_some(Shown::List(all));
            };
            let text = elements.get(index)?.get(key).map(text)?;
            Some(if list.is_some() { Shown::List(vec![text]) } else { Shown::Text(text) })
        }
    }
}

/// The values of a derived field.
fn values(term: &Term) -> impl Iterator<Item = &'static fields::Shown> {
    let cases = match term {
        Term::Field(field) => match meaning(field) {
            Some(Meaning::Cases(cases)) => *cases,
            _ => &[],
        },
        _ => &[],
    };
    cases.iter().flat_map(|case| case.first_of)
}

/// A pattern of texts in a row: constants, and something for what members show.
fn pattern(term: &Term, something: &str) -> Option<String> {
    let parts = values(term).find_map(|shown| match shown {
        fields::Shown::Concat(parts) => Some(*parts),
        _ => None,
    })?;
    let last = parts.len() - 1;
    let part = |(at, part): (usize, &fields::Shown)| match part {
        fields::Shown::Text(text) => *text,
        _ if at == last => "(.|\n)*",
        _ => something,
    };
    Some(parts.iter().enumerate().map(part).fold(String::new(), |pattern, part| pattern + part))
}

/// What every text of a made term looks like.
pub fn shape(term: &Term) -> Option<String> {
    pattern(term, "(.|\n)*")
}

/// What texts are made of a made term, if it can be any.
pub enum Shape {
    /// Those that a pattern describes.
    Like(String),
    /// JSON objects.
    Json,
}

/// What the texts that are tried for a made term look like.
pub fn plain_shape(term: &Term) -> Option<Shape> {
    let is_json = values(term).any(|shown| matches!(shown, fields::Shown::Member(_, fields::View::Elements)));
    if is_json { Some(Shape::Json) } else { pattern(term, "[^/]+").map(Shape::Like) }
}

/// Members, as JSON pointers, and the values they are given together.
pub type Hint = Vec<(Pointer, Json)>;

/// Values of members that may make comparisons of a made term come out as wanted. `text` is one that it could have.
pub fn hints(term: &Term, checks: &[&Check], text: Option<&str>) -> Vec<Hint> {
    let mut all = Vec::new();
    for shown in values(term) {
        match *shown {
            fields::Shown::Sum(pointers) => {
                for check in checks {
                    let Check::Number(_, with) = check else { continue };
                    for number in [*with, with.saturating_add(1), with.saturating_sub(1)] {
                        all.extend(pointers.iter().map(|pointer| vec![(*pointer, Json::from(number))]));
                    }
                }
            }
            fields::Shown::Concat(parts) => all.extend(text.and_then(|text| taken_apart(parts, text))),
            fields::Shown::Member(pointer, fields::View::Elements) => {
                let elements = text.and_then(|text| serde_json::from_str::<Json>(&format!("[{text}]")).ok());
                all.extend(elements.map(|elements| vec![(pointer, elements)]));
            }
            fields::Shown::Member(pointer, _) => {
                let lists = checks.iter().filter_map(|check| match check {
                    Check::List(_, all) => Some(all.iter().filter_map(|text| std::str::from_utf8(text).ok())),
                    _ => None,
                });
                let texts = lists.flatten().chain(text).chain(["ami-0123456789abcdef0"]);
                all.extend(texts.map(|text| vec![(pointer, Json::from(text))]));
            }
            _ => {}
        }
    }
    all
}

/// What the members of texts in a row show if the row is this text.
fn taken_apart(parts: &[fields::Shown], text: &str) -> Option<Hint> {
    let (mut hint, mut rest) = (Hint::new(), text);
    let mut parts = parts.iter().peekable();
    while let Some(part) = parts.next() {
        match (part, parts.peek()) {
            (fields::Shown::Text(text), _) => rest = rest.strip_prefix(text)?,
            (fields::Shown::Member(pointer, _), Some(fields::Shown::Text(next))) => {
                let (shown, _) = rest.split_once(next)?;
                hint.push((pointer, Json::from(shown)));
                rest = &rest[shown.len()..];
            }
            (fields::Shown::Member(pointer, _), _) => hint.push((pointer, Json::from(rest))),
            _ => return None,
        }
    }
    Some(hint)
}
