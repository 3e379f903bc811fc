//! Sources of the values of fields and transformers: places of the record, or constants.

use super::atom::{Atom, PlaceId, RecordPlace, Side, TextTest, ValueTest, View};
use super::formula::{Arena, Formula, TRUE};
use super::text::Map;
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::fields::{self, Case, Guard, Meaning, Pointer, Shown};
use crate::sema::ir::{FieldRef, Term};
use crate::syntax::token::Transformer;
use std::borrow::Cow;

/// A value of a term with its condition.
#[derive(Clone, Debug)]
pub struct Source {
    /// Condition under which the term has this value.
    pub when: Formula,
    /// The value.
    pub value: SourceValue,
}

/// A symbolic value.
#[derive(Clone, Debug)]
pub enum SourceValue {
    /// The value of a place through a view.
    View(Side),
    /// A text.
    Text(Vec<u8>),
    /// A number.
    Number(u64),
    /// A boolean.
    Bool(bool),
}

/// The sources of a term. They exclude each other; if none applies, the term is absent.
pub fn sources(term: &Term, arena: &mut Arena) -> Vec<Source> {
    match term {
        Term::Field(field) => of_field(field, arena),
        Term::Const(text) => vec![always(SourceValue::Text(text.as_bytes().to_vec()))],
        Term::List(_) => derived(term, arena),
        Term::Call { transformer, args, arg: None } if args.len() == 1 => {
            let map = match transformer {
                Transformer::Tolower => Some(Map::Lower),
                Transformer::Toupper => Some(Map::Upper),
                Transformer::Basename => Some(Map::Basename),
                Transformer::Len => None,
                Transformer::Val => return sources(&args[0], arena),
                _ => return derived(term, arena),
            };
            if args[0].type_of().1 {
                return derived(term, arena);
            }
            let inner = sources(&args[0], arena);
            let through: Option<Vec<Source>> = inner.into_iter().map(|source| mapped(source, map)).collect();
            through.unwrap_or_else(|| derived(term, arena))
        }
        Term::Call { .. } => derived(term, arena),
    }
}

/// Maximum number of keys of a path.
const MAX_KEYS: usize = 100;

fn always(value: SourceValue) -> Source {
    Source { when: TRUE, value }
}

/// A source after one more map, or its length if there is none.
fn mapped(source: Source, map: Option<Map>) -> Option<Source> {
    let value = match (source.value, map) {
        (SourceValue::View(mut side), _) if side.view != View::Number && !side.len => {
            side.maps.extend(map);
            side.len = map.is_none();
            SourceValue::View(side)
        }
        (SourceValue::Text(text), Some(map)) => SourceValue::Text(map.apply(Cow::Owned(text))?.into_owned()),
        (SourceValue::Text(text), None) => SourceValue::Number(text.len() as u64),
        _ => return None,
    };
    Some(Source { value, ..source })
}

fn of_field(field: &FieldRef, arena: &mut Arena) -> Vec<Source> {
    let derived = |arena: &mut Arena| derived(&Term::Field(field.clone()), arena);
    let Some(row) = fields::row(&field.name) else { return derived(arena) };
    match row.meaning {
        Meaning::Cases(_) if row.is_derived() => derived(arena),
        Meaning::Cases(cases) => cases.iter().flat_map(|case| of_case(case, arena)).collect(),
        Meaning::Argument => {
            let path = MemberPath::parse(field.arg.as_deref().unwrap_or_default());
            // Nothing is nested so deep; neither shall a derived-up record be.
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
            vec![always(viewed(arena.place(RecordPlace::Number), View::Number, &[]))]
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
fn value(shown: &Shown, arena: &mut Arena) -> SourceValue {
    let (pointer, view) = match *shown {
        Shown::Text(text) => return SourceValue::Text(text.as_bytes().to_vec()),
        Shown::Number(number) => return SourceValue::Number(number),
        Shown::Bool(truth) => return SourceValue::Bool(truth),
        Shown::Member(pointer, view) => (pointer, view),
        Shown::Concat(_) | Shown::Sum(_) | Shown::Each(..) => return SourceValue::Text(Vec::new()),
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

fn viewed(place: PlaceId, view: View, maps: &[Map]) -> SourceValue {
    SourceValue::View(Side { place, view, maps: maps.to_vec(), len: false })
}

fn guard(guard: Guard, arena: &mut Arena) -> Formula {
    match guard.map(|pointer| arena.member(&MemberPath::of(pointer))) {
        Guard::Always => TRUE,
        Guard::Is(place, texts) => text_is(place, texts, arena),
        Guard::IsNot(place, texts) => !text_is(place, texts, arena),
        Guard::There(place) => there(place, arena),
        Guard::Missing(place) => !there(place, arena),
    }
}

/// Formula: the place is present.
pub fn there(place: PlaceId, arena: &mut Arena) -> Formula {
    arena.atom(Atom { place, view: View::There, check: ValueTest::Any })
}

fn text_is(place: PlaceId, texts: &[&str], arena: &mut Arena) -> Formula {
    let mut all: Vec<Box<[u8]>> = texts.iter().map(|text| text.as_bytes().into()).collect();
    all.sort();
    let check = ValueTest::Text(Vec::new(), TextTest::Among(all.into()));
    arena.atom(Atom { place, view: View::Text, check })
}

/// A term that is not traced back to members: a place of its own, with the members that it requires.
fn derived(term: &Term, arena: &mut Arena) -> Vec<Source> {
    let place = arena.place(RecordPlace::Derived(term.clone()));
    let number = term.type_of().0 != crate::schema::Type::Charbuf;
    let view = if number { View::Number } else { View::Text };
    let when = needed(term, arena);
    vec![Source { when, value: viewed(place, view, &[]) }]
}

/// Formula: the members that a derived term requires are present.
fn needed(term: &Term, arena: &mut Arena) -> Formula {
    match term {
        Term::Field(field) => match fields::row(&field.name).map(|row| &row.meaning) {
            Some(Meaning::Cases(cases)) => {
                let shown = cases.iter().flat_map(|case| case.first_of);
                let parts: Vec<Formula> = shown.map(|shown| needed_of(shown, arena)).collect();
                arena.or(parts)
            }
            Some(Meaning::Opaque { needs: Some(pointer), .. }) => there_at(pointer, arena),
            _ => TRUE,
        },
        Term::Const(_) => TRUE,
        Term::List(terms) | Term::Call { args: terms, .. } => {
            let parts: Vec<Formula> = terms.iter().map(|term| present(term, arena)).collect();
            arena.and(parts)
        }
    }
}

/// Formula: the members that a value of a row requires are present.
fn needed_of(shown: &Shown, arena: &mut Arena) -> Formula {
    match *shown {
        Shown::Member(pointer, fields::View::OnlyText) => {
            let place = arena.member(&MemberPath::of(pointer));
            arena.atom(Atom { place, view: View::IsText, check: ValueTest::Any })
        }
        Shown::Member(pointer, _) | Shown::Each(pointer, ..) => there_at(pointer, arena),
        Shown::Concat(parts) => {
            let parts: Vec<Formula> = parts.iter().map(|part| needed_of(part, arena)).collect();
            arena.and(parts)
        }
        Shown::Sum(pointers) => {
            let parts: Vec<Formula> = pointers.iter().map(|pointer| there_at(pointer, arena)).collect();
            arena.or(parts)
        }
        Shown::Text(_) | Shown::Number(_) | Shown::Bool(_) => TRUE,
    }
}

fn there_at(pointer: Pointer, arena: &mut Arena) -> Formula {
    let place = arena.member(&MemberPath::of(pointer));
    there(place, arena)
}

/// Formula: the term has a value.
pub fn present(term: &Term, arena: &mut Arena) -> Formula {
    let sources = sources(term, arena);
    let parts: Vec<Formula> = sources.into_iter().map(|source| has_value(&source, arena)).collect();
    arena.or(parts)
}

/// Derived terms that have a value if and only if what they need is there.
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

/// Formula: the source applies and has a value.
pub fn has_value(source: &Source, arena: &mut Arena) -> Formula {
    let SourceValue::View(Side { place, view, maps, .. }) = &source.value else { return source.when };
    let partial = maps.iter().any(|map| matches!(map, Map::Last(..)));
    let has = match &arena.places[*place as usize] {
        RecordPlace::Number => TRUE,
        RecordPlace::Derived(term) if total(term) && !partial => TRUE,
        _ if partial => {
            let check = ValueTest::Text(maps.clone(), TextTest::Any);
            arena.atom(Atom { place: *place, view: *view, check })
        }
        _ => there(*place, arena),
    };
    arena.and([source.when, has])
}
