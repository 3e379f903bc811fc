//! Building of a whole record from values of places, on which all atoms are checked again.

use super::atom::{AtomId, PlaceId, RecordPlace, Side};
use super::derived;
use super::formula::Arena;
use super::place::{self, Literals};
use super::template::{self, EventConstraints};
use super::{Assume, Reason, Witness, facts};
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::path::index;
use serde_json::{Map, Value as Json};

/// Literals of a place, and a value that satisfies them in isolation.
#[derive(Debug)]
pub struct Wish {
    /// The place.
    pub place: PlaceId,
    /// The literals.
    pub literals: Literals,
    /// A value that satisfies them.
    pub value: Option<Json>,
    /// Whether it must contain members.
    pub container: bool,
}

/// Result of building a record.
pub enum Built {
    /// A record on which all literals hold.
    Witness(Witness),
    /// No such record was found.
    No(Reason),
}

/// Builds a record on which all literals hold.
pub fn build(arena: &mut Arena, wishes: &[Wish], assume: Assume) -> Built {
    let mut reason = Reason::Steps;
    for full in [true, false] {
        let mut draft = Draft::new(arena, wishes, full);
        draft.fill();
        draft.settle();
        match draft.failure() {
            None => match facts::broken(&draft.record, assume) {
                None => return Built::Witness(Witness { record: draft.record, num: draft.num }),
                Some(path) => reason = Reason::Text(path),
            },
            Some(failure) => reason = failure,
        }
    }
    Built::No(reason)
}

struct Draft<'d> {
    arena: &'d mut Arena,
    wishes: &'d [Wish],
    record: Json,
    num: u64,
}

impl<'d> Draft<'d> {
    fn new(arena: &'d mut Arena, wishes: &'d [Wish], full: bool) -> Draft<'d> {
        let asked = |keys: &[&str]| {
            let place = RecordPlace::Member(keys.iter().map(|&key| key.into()).collect());
            let wish = wishes.iter().find(|wish| arena.places[wish.place as usize] == place);
            wish.map_or(&[][..], |wish| &wish.literals)
        };
        let asked = EventConstraints {
            name: asked(&["eventName"]),
            source: asked(&["eventSource"]),
            kind: asked(&["userIdentity", "type"]),
        };
        let record = if full { template::full(arena, &asked) } else { template::bare() };
        let number = wishes.iter().find(|wish| arena.places[wish.place as usize] == RecordPlace::Number);
        let num = number.and_then(|wish| wish.value.as_ref()?.as_u64()).unwrap_or(1);
        Draft { arena, wishes, record: Json::Object(record), num }
    }

    /// Sets values where the template's do not satisfy the literals.
    fn fill(&mut self) {
        let mut members: Vec<(&[Box<str>], &Wish)> = Vec::new();
        for wish in self.wishes {
            if let RecordPlace::Member(keys) = &self.arena.places[wish.place as usize] {
                members.push((keys, wish));
            }
        }
        members.sort_by_key(|(keys, _)| keys.len());
        for (keys, wish) in members {
            let now = at(&self.record, keys);
            let kind_fits = !wish.container || now.is_some_and(Json::is_object);
            if !(kind_fits && place::holds(self.arena, &wish.literals, now)) {
                set(&mut self.record, keys, wish.value.clone());
            }
        }
    }

    /// Changes one side of a comparison of two places until it has the wanted truth.
    fn settle(&mut self) {
        for wish in self.wishes {
            let RecordPlace::Pair(sides) = self.arena.places[wish.place as usize].clone() else { continue };
            for &(atom, wanted) in &wish.literals {
                if self.atom_holds(atom) == Some(wanted) {
                    continue;
                }
                let (one, other) = (self.side_value(&sides.0), self.side_value(&sides.1));
                self.change(&sides.0, &other, atom, wanted);
                if self.atom_holds(atom) != Some(wanted) {
                    self.change(&sides.1, &one, atom, wanted);
                }
            }
        }
        for wish in self.wishes {
            let RecordPlace::Derived(term) = self.arena.places[wish.place as usize].clone() else { continue };
            if self.wish_holds(wish) {
                continue;
            }
            let text = place::derived_text(self.arena, &term, &wish.literals);
            let checks = wish.literals.iter().map(|&(atom, _)| &self.arena.atoms[atom as usize].check);
            for hint in derived::hints(&term, &checks.collect::<Vec<_>>(), text.as_deref()) {
                let before = self.record.clone();
                for (pointer, value) in hint {
                    let keys: Vec<Box<str>> = MemberPath::of(pointer).keys().map(Box::from).collect();
                    set(&mut self.record, &keys, Some(value));
                }
                if self.wish_holds(wish) && self.members_hold() {
                    break;
                }
                self.record = before;
            }
        }
    }

    fn wish_holds(&mut self, wish: &Wish) -> bool {
        wish.literals.iter().all(|&(atom, wanted)| self.atom_holds(atom) == Some(wanted))
    }

    /// Tries values for a side that are near another value.
    fn change(&mut self, side: &Side, near: &Json, atom: AtomId, wanted: bool) {
        let RecordPlace::Member(keys) = self.arena.places[side.place as usize].clone() else { return };
        let tries: Vec<Json> = match near {
            Json::String(text) => ["", "a", "0", "~"]
                .iter()
                .flat_map(|more| [format!("{text}{more}"), format!("{more}{text}"), (*more).to_owned()])
                .map(Json::from)
                .collect(),
            Json::Number(number) => {
                let number = number.as_u64().unwrap_or(0);
                let near = [number, number.saturating_add(1), number.saturating_sub(1)];
                let texts = near.iter().map(|&len| Json::from("a".repeat(len.min(300) as usize)));
                texts.chain(near.iter().map(|&number| Json::from(number))).collect()
            }
            _ => return,
        };
        for value in tries {
            let before = self.record.clone();
            set(&mut self.record, &keys, Some(value));
            if self.atom_holds(atom) == Some(wanted) && self.members_hold() {
                return;
            }
            self.record = before;
        }
    }

    /// The value of a side; null if absent.
    fn side_value(&self, side: &Side) -> Json {
        derived::side(self.arena, side, &self.record, self.num).map_or(Json::Null, |value| match value {
            derived::RecordValue::Text(text) => Json::from(String::from_utf8_lossy(&text)),
            derived::RecordValue::Number(number) => Json::from(number),
            derived::RecordValue::List(_) => Json::Null,
        })
    }

    fn members_hold(&self) -> bool {
        self.wishes.iter().all(|wish| match &self.arena.places[wish.place as usize] {
            RecordPlace::Member(keys) => {
                let now = at(&self.record, keys);
                place::holds(self.arena, &wish.literals, now)
                    && (!wish.container || now.is_some_and(Json::is_object))
            }
            _ => true,
        })
    }

    /// Truth of an atom on the record; `None` if that is not known here.
    fn atom_holds(&mut self, atom: AtomId) -> Option<bool> {
        derived::atom_holds(self.arena, atom, &self.record, self.num)
    }

    /// The reason why a literal does not hold on the record, if one does not.
    fn failure(&mut self) -> Option<Reason> {
        for wish in self.wishes {
            for &(atom, wanted) in &wish.literals {
                if self.atom_holds(atom) != Some(wanted) {
                    return Some(match &self.arena.places[wish.place as usize] {
                        RecordPlace::Derived(term) => Reason::Term(super::term_text(term)),
                        RecordPlace::Member(keys) => {
                            Reason::Text(MemberPath::of_keys(keys).pointer().to_owned())
                        }
                        RecordPlace::Pair(_) | RecordPlace::Number => Reason::Pair,
                    });
                }
            }
        }
        None
    }
}

/// The value at a path of keys; a numeric key can be an index of an array.
pub fn at<'r>(record: &'r Json, keys: &[Box<str>]) -> Option<&'r Json> {
    keys.iter().try_fold(record, |value, key| match value {
        Json::Object(members) => members.get(&**key),
        Json::Array(all) => all.get(index(key.as_bytes())?),
        _ => None,
    })
}

/// Sets or removes the value at a path.
fn set(record: &mut Json, keys: &[Box<str>], value: Option<Json>) {
    let Some((last, above)) = keys.split_last() else { return };
    let mut here = record;
    for key in above {
        if !here.is_object() {
            if value.is_none() {
                return;
            }
            *here = Json::Object(Map::new());
        }
        let Json::Object(members) = here else { return };
        here = members.entry(&**key).or_insert(Json::Null);
    }
    match (value, here) {
        (Some(value), Json::Object(members)) => drop(members.insert((**last).to_owned(), value)),
        (Some(value), other) => *other = Json::Object([((**last).to_owned(), value)].into_iter().collect()),
        (None, Json::Object(members)) => drop(members.shift_remove(&**last)),
        (None, _) => {}
    }
}
