//! Evaluation of atoms on a record, with values derived from several places.

use super::atom::{AtomId, RecordPlace, Side, ValueTest, View, number};
use super::formula::{Arena, Formula, Gate};
use super::record::at;
use super::source::{SourceValue, sources};
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::fields::{self, Guard, Meaning, Pointer};
use crate::sema::ir::{FieldRef, Term};
use crate::sema::pattern::Pattern;
use crate::sema::pattern::ordered;
use crate::syntax::token::{Op, Transformer};
use serde_json::Value as Json;
use std::borrow::Cow;

/// A present value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecordValue {
    /// A text.
    Text(Vec<u8>),
    /// A number.
    Number(u64),
    /// A list of texts.
    List(Vec<Vec<u8>>),
}

/// The value cannot be computed here.
#[derive(Debug)]
pub struct NotKnown;

/// The value of a side on a record.
pub fn side(arena: &Arena, side: &Side, record: &Json, num: u64) -> Option<RecordValue> {
    let value = match &arena.places[side.place as usize] {
        RecordPlace::Number => return Some(RecordValue::Number(num)),
        RecordPlace::Member(keys) => at(record, keys)?,
        _ => return None,
    };
    let text = match side.view {
        View::There | View::IsText => return None,
        View::Number => return Some(RecordValue::Number(number(value))),
        View::Text => value.as_str().unwrap_or_default().to_owned(),
        View::Pointer => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        View::Compact => value.to_string(),
        View::Flag => (*value == Json::Bool(true)).to_string(),
    };
    let start: Cow<'_, [u8]> = Cow::Owned(text.into_bytes());
    let text = side.maps.iter().try_fold(start, |text, map| map.apply(text))?;
    Some(if side.len { RecordValue::Number(text.len() as u64) } else { RecordValue::Text(text.into_owned()) })
}

/// Truth of an atom on a record; `None` if that is not known here.
pub fn atom_holds(arena: &mut Arena, atom: AtomId, record: &Json, num: u64) -> Option<bool> {
    let asked = arena.atoms[atom as usize].clone();
    match arena.places[asked.place as usize].clone() {
        RecordPlace::Member(keys) => Some(asked.holds(&arena.ready[atom as usize], at(record, &keys))),
        RecordPlace::Number => Some(asked.holds(&arena.ready[atom as usize], Some(&Json::from(num)))),
        RecordPlace::Pair(sides) => {
            let ValueTest::Pair(op) = asked.check else { return None };
            let (one, other) = (side(arena, &sides.0, record, num), side(arena, &sides.1, record, num));
            match (one, other) {
                (Some(RecordValue::Text(one)), Some(RecordValue::Text(other))) => {
                    Some(Pattern::new(op, &other).matches(&one))
                }
                (Some(RecordValue::Number(one)), Some(RecordValue::Number(other))) => {
                    Some(ordered(op, one, other))
                }
                // The comparison is used only together with the presence of both sides.
                (Some(_), Some(_)) => Some(false),
                _ if [&sides.0, &sides.1].iter().any(|side| is_derived(arena, side)) => None,
                _ => Some(false),
            }
        }
        RecordPlace::Derived(term) => {
            let value = value(arena, &term, record, num).ok()?;
            let Some(value) = value else { return Some(false) };
            match (&asked.check, value) {
                (ValueTest::Any, _) => Some(true),
                (check @ ValueTest::Text(..), RecordValue::Text(text)) => {
                    Some(check.text_holds(&arena.ready[atom as usize], &text))
                }
                (ValueTest::Number(op, with), RecordValue::Number(number)) => {
                    Some(ordered(*op, number, *with))
                }
                (ValueTest::List(op, among), RecordValue::List(all)) => {
                    let has = |one: &Vec<u8>| among.iter().any(|other| **other == **one);
                    Some(if *op == Op::In { all.iter().all(has) } else { all.iter().any(has) })
                }
                _ => None,
            }
        }
    }
}

fn is_derived(arena: &Arena, side: &Side) -> bool {
    matches!(arena.places[side.place as usize], RecordPlace::Derived(_))
}

pub(super) fn formula_holds(arena: &mut Arena, formula: Formula, record: &Json, num: u64) -> Option<bool> {
    let truth = match arena.nodes[formula.node()].clone() {
        Gate::True => true,
        Gate::Atom(atom) => atom_holds(arena, atom, record, num)?,
        Gate::And(parts) => {
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
fn term_value(
    arena: &mut Arena,
    term: &Term,
    record: &Json,
    num: u64,
) -> Result<Option<RecordValue>, NotKnown> {
    for source in sources(term, arena) {
        if !formula_holds(arena, source.when, record, num).ok_or(NotKnown)? {
            continue;
        }
        return match source.value {
            SourceValue::View(side) => match arena.places[side.place as usize].clone() {
                RecordPlace::Derived(inner) if inner == *term => value(arena, term, record, num),
                RecordPlace::Derived(_) => Err(NotKnown),
                _ => Ok(self::side(arena, &side, record, num)),
            },
            SourceValue::Text(text) => Ok(Some(RecordValue::Text(text))),
            SourceValue::Number(number) => Ok(Some(RecordValue::Number(number))),
            SourceValue::Bool(_) => Err(NotKnown),
        };
    }
    Ok(None)
}

/// The value of a derived term.
fn value(arena: &mut Arena, term: &Term, record: &Json, num: u64) -> Result<Option<RecordValue>, NotKnown> {
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
                    Some(RecordValue::Text(text)) => whole.extend(text),
                    Some(_) => return Err(NotKnown),
                    None => return Ok(None),
                }
            }
            Ok(Some(RecordValue::Text(whole)))
        }
        _ => Err(NotKnown),
    }
}

fn meaning(field: &FieldRef) -> Option<&'static Meaning> {
    fields::row(&field.name).map(|row| &row.meaning)
}

/// The value at a pointer of a row.
fn get(record: &Json, pointer: Pointer) -> Option<&Json> {
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
fn shown_value(shown: &fields::Shown, record: &Json, list: Option<Option<usize>>) -> Option<RecordValue> {
    let text = |value: &Json| value.as_str().unwrap_or_default().as_bytes().to_vec();
    let one = |text: Vec<u8>| match list {
        None => Some(RecordValue::Text(text)),
        Some(None | Some(0)) => Some(RecordValue::List(vec![text])),
        Some(Some(_)) => None,
    };
    match *shown {
        fields::Shown::Text(text) => one(text.as_bytes().to_vec()),
        fields::Shown::Number(number) => Some(RecordValue::Number(number)),
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
                RecordValue::Text(text) => Some(text),
                _ => None,
            });
            one(parts.collect::<Option<Vec<_>>>()?.concat())
        }
        fields::Shown::Sum(pointers) => {
            let numbers = pointers.iter().filter_map(|pointer| get(record, pointer)).map(number);
            numbers.reduce(u64::wrapping_add).map(RecordValue::Number)
        }
        fields::Shown::Each(pointer, key, own) => {
            let elements = get(record, pointer)?.as_array().map(Vec::as_slice).unwrap_or_default();
            let Some(index) = list.unwrap_or(own) else {
                let texts = elements.iter().filter_map(|element| element.get(key)).map(text);
                let all: Vec<Vec<u8>> = texts.filter(|text| !text.is_empty()).collect();
                return (!all.is_empty()).then_some(RecordValue::List(all));
            };
            let text = elements.get(index)?.get(key).map(text)?;
            Some(if list.is_some() { RecordValue::List(vec![text]) } else { RecordValue::Text(text) })
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

/// Regular expression for all texts of a derived term.
pub fn text_form(term: &Term) -> Option<String> {
    pattern(term, "(.|\n)*")
}

/// The strings that a derived term can take.
pub enum TextForm {
    /// Texts that a regular expression matches.
    Like(String),
    /// JSON objects.
    Json,
}

/// The form of the texts that are tried for a derived term.
pub fn plain_text_form(term: &Term) -> Option<TextForm> {
    let is_json = values(term).any(|shown| matches!(shown, fields::Shown::Member(_, fields::View::Elements)));
    if is_json { Some(TextForm::Json) } else { pattern(term, "[^/]+").map(TextForm::Like) }
}

/// Members, as JSON pointers, and the values they are given together.
pub type Hint = Vec<(Pointer, Json)>;

/// Values of members that may satisfy the tests of a derived term. `text` is a text that it could have.
pub fn hints(term: &Term, checks: &[&ValueTest], text: Option<&str>) -> Vec<Hint> {
    let mut all = Vec::new();
    for shown in values(term) {
        match *shown {
            fields::Shown::Sum(pointers) => {
                for check in checks {
                    let ValueTest::Number(_, with) = check else { continue };
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
                    ValueTest::List(_, all) => {
                        Some(all.iter().filter_map(|text| std::str::from_utf8(text).ok()))
                    }
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

/// The values of the members of a concatenation that has this text.
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
