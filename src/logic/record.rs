//! From values of places to a whole record on which they are looked at again.

use super::atom::{Place, PlaceId, PrimId, Side};
use super::derived;
use super::formula::Arena;
use super::place::{self, Literals};
use super::template::{self, Asked};
use super::{Assume, Reason, Witness, facts};
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::path::index;
use serde_json::{Map, Value as Json};

/// What is wanted of a place, and a value that does for it alone.
#[derive(Debug)]
pub struct Wish {
    /// Where.
    pub place: PlaceId,
    /// What shall hold there and what not.
    pub literals: Literals,
    /// A value that does.
    pub value: Option<Json>,
    /// It needs members.
    pub container: bool,
}

/// What came of it.
pub enum Built {
    /// All wishes hold.
    Witness(Witness),
    /// No record was found on which they do.
    No(Reason),
}

/// A record on which all wishes hold.
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
            let place = Place::Member(keys.iter().map(|&key| key.into()).collect());
            let wish = wishes.iter().find(|wish| arena.places[wish.place as usize] == place);
            wish.map_or(&[][..], |wish| &wish.literals)
        };
        let asked = Asked {
            name: asked(&["eventName"]),
            source: asked(&["eventSource"]),
            kind: asked(&["userIdentity", "type"]),
        };
        let record = if full { template::full(arena, &asked) } else { template::bare() };
        let number = wishes.iter().find(|wish| arena.places[wish.place as usize] == Place::Number);
        let num = number.and_then(|wish| wish.value.as_ref()?.as_u64()).unwrap_or(1);
        Draft { arena, wishes, record: Json::Object(record), num }
    }

    /// Puts values where what is there does not do.
    fn fill(&mut self) {
        let mut members: Vec<(&[Box<str>], &Wish)> = Vec::new();
        for wish in self.wishes {
            if let Place::Member(keys) = &self.arena.places[wish.place as usize] {
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

    /// Changes one side of what is compared with each other until the comparison is as wanted.
    fn settle(&mut self) {
        for wish in self.wishes {
            let Place::Pair(sides) = self.arena.places[wish.place as usize].clone() else { continue };
            for &(prim, wanted) in &wish.literals {
                if self.prim_holds(prim) == Some(wanted) {
                    continue;
                }
                let (one, other) = (self.side_value(&sides.0), self.side_value(&sides.1));
                self.change(&sides.0, &other, prim, wanted);
                if self.prim_holds(prim) != Some(wanted) {
                    self.change(&sides.1, &one, prim, wanted);
                }
            }
        }
        for wish in self.wishes {
            let Place::Made(term) = self.arena.places[wish.place as usize].clone() else { continue };
            if self.wish_holds(wish) {
                continue;
            }
            let text = place::made_text(self.arena, &term, &wish.literals);
            let checks = wish.literals.iter().map(|&(prim, _)| &self.arena.prims[prim as usize].check);
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
        wish.literals.iter().all(|&(prim, wanted)| self.prim_holds(prim) == Some(wanted))
    }

    /// Tries values near another one for a side.
    fn change(&mut self, side: &Side, near: &Json, prim: PrimId, wanted: bool) {
        let Place::Member(keys) = self.arena.places[side.place as usize].clone() else { return };
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
            if self.prim_holds(prim) == Some(wanted) && self.members_hold() {
                return;
            }
            self.record = before;
        }
    }

    /// What a side shows, if it is there.
    fn side_value(&self, side: &Side) -> Json {
        derived::side(self.arena, side, &self.record, self.num).map_or(Json::Null, |value| match value {
            derived::Shown::Text(text) => Json::from(String::from_utf8_lossy(&text)),
            derived::Shown::Number(number) => Json::from(number),
            derived::Shown::List(_) => Json::Null,
        })
    }

    fn members_hold(&self) -> bool {
        self.wishes.iter().all(|wish| match &self.arena.places[wish.place as usize] {
            Place::Member(keys) => {
                let now = at(&self.record, keys);
                place::holds(self.arena, &wish.literals, now)
                    && (!wish.container || now.is_some_and(Json::is_object))
            }
            _ => true,
        })
    }

    /// Whether a prim holds for the record; `None` if that is not known here.
    fn prim_holds(&mut self, prim: PrimId) -> Option<bool> {
        derived::prim_holds(self.arena, prim, &self.record, self.num)
    }

    /// Why the record does not do, if it does not.
    fn failure(&mut self) -> Option<Reason> {
        for wish in self.wishes {
            for &(prim, wanted) in &wish.literals {
                if self.prim_holds(prim) != Some(wanted) {
                    return Some(match &self.arena.places[wish.place as usize] {
                        Place::Made(term) => Reason::Term(super::term_text(term)),
                        Place::Member(keys) => Reason::Text(MemberPath::of_keys(keys).pointer().to_owned()),
                        Place::Pair(_) | Place::Number => Reason::Pair,
                    });
                }
            }
        }
        None
    }
}

/// The value at a path of keys; a number as key leads into an array.
pub fn at<'r>(record: &'r Json, keys: &[Box<str>]) -> Option<&'r Json> {
    keys.iter().try_fold(record, |value, key| match value {
        Json::Object(members) => members.get(&**key),
        Json::Array(all) => all.get(index(key.as_bytes())?),
        _ => None,
    })
}

/// Puts a value at a path, or takes away what is there.
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
