//! Where the values of fields and transformers come from: places of the record, or constants.

use super::atom::{Check, Place, PlaceId, Prim, Side, TextCheck, View};
use super::formula::{Arena, F, TRUE};
use super::text::Map;
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::fields::{self, Case, Guard, Meaning, Pointer, Shown};
use crate::sema::ir::{FieldRef, Term};
use crate::syntax::token::Transformer;
use std::borrow::Cow;

/// One way in which a term has a value.
#[derive(Clone, Debug)]
pub struct Source {
    /// When the value comes from here.
    pub when: F,
    /// The value.
    pub value: Value,
}

/// A value, as far as it is known.
#[derive(Clone, Debug)]
pub enum Value {
    /// What a view shows of a place.
    View(Side),
    /// A text.
    Text(Vec<u8>),
    /// A number.
    Number(u64),
    /// A truth value.
    Bool(bool),
}

/// The sources of a term. They exclude each other; if none applies, the term is absent.
pub fn sources(term: &Term, arena: &mut Arena) -> Vec<Source> {
    match term {
        Term::Field(field) => of_field(field, arena),
        Term::Const(text) => vec![always(Value::Text(text.as_bytes().to_vec()))],
        Term::List(_) => made(term, arena),
        Term::Call { transformer, args, arg: None } if args.len() == 1 => {
            let map = match transformer {
                Transformer::Tolower => Some(Map::Lower),
                Transformer::Toupper => Some(Map::Upper),
                Transformer::Basename => Some(Map::Basename),
                Transformer::Len => None,
                Transformer::Val => return sources(&args[0], arena),
                _ => return made(term, arena),
            };
            if args[0].type_of().1 {
                return made(term, arena);
            }
            let inner = sources(&args[0], arena);
            let through: Option<Vec<Source>> = inner.into_iter().map(|source| mapped(source, map)).collect();
            through.unwrap_or_else(|| made(term, arena))
        }
        Term::Call { .. } => made(term, arena),
    }
}

/// Keys of a path that is followed.
const MAX_KEYS: usize = 100;

fn always(value: Value) -> Source {
    Source { when: TRUE, value }
}

/// A source after one more map, or its length if there is none.
fn mapped(source: Source, map: Option<Map>) -> Option<Source> {
    let value = match (source.value, map) {
        (Value::View(mut side), _) if side.view != View::Number && !side.len => {
            side.maps.extend(map);
            side.len = map.is_none();
            Value::View(side)
        }
        (Value::Text(text), Some(map)) => Value::Text(map.apply(Cow::Owned(text))?.into_owned()),
        (Value::Text(text), None) => Value::Number(text.len() as u64),
        _ => return None,
    };
    Some(Source { value, ..source })
}

fn of_field(field: &FieldRef, arena: &mut Arena) -> Vec<Source> {
    let derived = |arena: &mut Arena| made(&Term::Field(field.clone()), arena);
    let Some(row) = fields::row(&field.name) else { return derived(arena) };
    match row.meaning {
        Meaning::Cases(_) if row.is_derived() => derived(arena),
        Meaning::Cases(cases) => cases.iter().flat_map(|case| of_case(case, arena)).collect(),
        Meaning::Argument => {
            let path = MemberPath::parse(field.arg.as_deref().unwrap_or_default());
            // Nothing is nested so deep; neither shall a made-up record be.
            match path.keys().count() {
                1..=MAX_KEYS => {
                    let place = arena.member(&path);
                    vec![always(viewed(place, View::Pointer, &[]))]
                }
                _ => derived(arena),
            }
        }
        Meaning::Never { .. } => Vec::new(),
        Meaning::Opaque { .. } if row.name == "evt.num" => {
            vec![always(viewed(arena.place(Place::Number), View::Number, &[]))]
        }
        Meaning::Opaque { .. } => derived(arena),
    }
}

/// The values of a case, each under its guard and the absence of those before it.
fn of_case(case: &Case, arena: &mut Arena) -> Vec<Source> {
    let mut before = guard(case.when, arena);
    let mut sources = Vec::new();
    for (at, shown) in case.first_of.iter().enumerate() {
        let value = value(shown, arena);
        let mut when = before;
        if at + 1 < case.first_of.len() {
            let has = has_value(&Source { when: TRUE, value: value.clone() }, arena);
            when = arena.and([before, has]);
            before = arena.and([before, !has]);
        }
        sources.push(Source { when, value });
    }
    sources
}

/// A value that is not derived.
fn value(shown: &Shown, arena: &mut Arena) -> Value {
    let (pointer, view) = match *shown {
        Shown::Text(text) => return Value::Text(text.as_bytes().to_vec()),
        Shown::Number(number) => return Value::Number(number),
        Shown::Bool(truth) => return Value::Bool(truth),
        Shown::Member(pointer, view) => (pointer, view),
        Shown::Concat(_) | Shown::Sum(_) | Shown::Each(..) => return Value::Text(Vec::new()),
    };
    let place = arena.member(&MemberPath::of(pointer));
    match view {
        fields::View::Text | fields::View::OnlyText | fields::View::Elements => {
            viewed(place, View::Text, &[])
        }
        fields::View::Short => viewed(place, View::Text, &[Map::Short]),
        fields::View::Last(separator, count) => viewed(place, View::Text, &[Map::Last(separator, count)]),
        fields::View::Compact => viewed(place, View::Compact, &[]),
        fields::View::Flag => viewed(place, View::Flag, &[]),
        fields::View::Number => viewed(place, View::Number, &[]),
    }
}

fn viewed(place: PlaceId, view: View, maps: &[Map]) -> Value {
    Value::View(Side { place, view, maps: maps.to_vec(), len: false })
}

fn guard(guard: Guard, arena: &mut Arena) -> F {
    match guard.map(|pointer| arena.member(&MemberPath::of(pointer))) {
        Guard::Always => TRUE,
        Guard::Is(place, texts) => text_is(place, texts, arena),
        Guard::IsNot(place, texts) => !text_is(place, texts, arena),
        Guard::There(place) => there(place, arena),
        Guard::Missing(place) => !there(place, arena),
    }
}

/// The place is there.
pub fn there(place: PlaceId, arena: &mut Arena) -> F {
    arena.prim(Prim { place, view: View::There, check: Check::Any })
}

fn text_is(place: PlaceId, texts: &[&str], arena: &mut Arena) -> F {
    let mut all: Vec<Box<[u8]>> = texts.iter().map(|text| text.as_bytes().into()).collect();
    all.sort();
    let check = Check::Text(Vec::new(), TextCheck::Among(all.into()));
    arena.prim(Prim { place, view: View::Text, check })
}

/// What cannot be followed back: a place of its own, under what must at least be there.
fn made(term: &Term, arena: &mut Arena) -> Vec<Source> {
    let place = arena.place(Place::Made(term.clone()));
    let number = term.type_of().0 != crate::schema::Type::Charbuf;
    let view = if number { View::Number } else { View::Text };
    let when = needed(term, arena);
    vec![Source { when, value: viewed(place, view, &[]) }]
}

/// What must be there for a made term to have a value.
fn needed(term: &Term, arena: &mut Arena) -> F {
    match term {
        Term::Field(field) => match fields::row(&field.name).map(|row| &row.meaning) {
            Some(Meaning::Cases(cases)) => {
                let shown = cases.iter().flat_map(|case| case.first_of);
                let parts: Vec<F> = shown.map(|shown| needed_of(shown, arena)).collect();
                arena.or(parts)
            }
            Some(Meaning::Opaque { needs: Some(pointer), .. }) => there_at(pointer, arena),
            _ => TRUE,
        },
        Term::Const(_) => TRUE,
        Term::List(terms) | Term::Call { args: terms, .. } => {
            let parts: Vec<F> = terms.iter().map(|term| present(term, arena)).collect();
            arena.and(parts)
        }
    }
}

/// What must be there for a value of a row.
fn needed_of(shown: &Shown, arena: &mut Arena) -> F {
    match *shown {
        Shown::Member(pointer, fields::View::OnlyText) => {
            let place = arena.member(&MemberPath::of(pointer));
            arena.prim(Prim { place, view: View::IsText, check: Check::Any })
        }
        Shown::Member(pointer, _) | Shown::Each(pointer, ..) => there_at(pointer, arena),
        Shown::Concat(parts) => {
            let parts: Vec<F> = parts.iter().map(|part| needed_of(part, arena)).collect();
            arena.and(parts)
        }
        Shown::Sum(pointers) => {
            let parts: Vec<F> = pointers.iter().map(|pointer| there_at(pointer, arena)).collect();
            arena.or(parts)
        }
        Shown::Text(_) | Shown::Number(_) | Shown::Bool(_) => TRUE,
    }
}

fn there_at(pointer: Pointer, arena: &mut Arena) -> F {
    let place = arena.member(&MemberPath::of(pointer));
    there(place, arena)
}

/// The term has a value.
pub fn present(term: &Term, arena: &mut Arena) -> F {
    let sources = sources(term, arena);
    let parts: Vec<F> = sources.into_iter().map(|source| has_value(&source, arena)).collect();
    arena.or(parts)
}

/// Made terms that have a value if and only if what they need is there.
fn total(term: &Term) -> bool {
    match term {
        Term::Field(field) => match fields::row(&field.name).map(|row| &row.meaning) {
            Some(Meaning::Cases([case])) => matches!(case.first_of, [Shown::Concat(_) | Shown::Sum(_)]),
            Some(Meaning::Argument) => field.arg.as_deref() == Some(""),
            Some(Meaning::Opaque { needs, .. }) => needs.is_none(),
            _ => false,
        },
        Term::Const(_) | Term::List(_) => true,
        Term::Call { transformer, .. } => matches!(transformer, Transformer::Concat | Transformer::Join),
    }
}

/// The source applies and has a value.
pub fn has_value(source: &Source, arena: &mut Arena) -> F {
    let Value::View(Side { place, view, maps, .. }) = &source.value else { return source.when };
    let partial = maps.iter().any(|map| matches!(map, Map::Last(..)));
    let has = match &arena.places[*place as usize] {
        Place::Number => TRUE,
        Place::Made(term) if total(term) && !partial => TRUE,
        _ if partial => {
            let check = Check::Text(maps.clone(), TextCheck::Any);
            arena.prim(Prim { place: *place, view: *view, check })
        }
        _ => there(*place, arena),
    };
    arena.and([source.when, has])
}
