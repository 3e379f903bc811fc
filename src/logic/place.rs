//! One place: a value on which some prims hold and others do not, or a proof that there is none.

use super::Reason;
use super::atom::{Check, Place, PlaceId, PrimId, TextCheck, View};
use super::derived;
use super::formula::Arena;
use super::text::{Json as JsonMachine, Machine, Map, Mapped, Search, Utf8, expression, machine, shortest};
use crate::cloudtrail::path::index;
use crate::sema::ir::Term;
use crate::sema::pattern::Pattern;
use crate::syntax::token::Op;
use serde_json::Value as Json;
use std::sync::OnceLock;

/// Prims of a place and whether they shall hold.
pub type Literals = Vec<(PrimId, bool)>;

/// What came of a search for a value.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict {
    /// This value, or that there is none in the record.
    Value(Option<Json>),
    /// No value at all.
    None,
    /// Not known.
    Unknown(Reason),
}

/// A value for one place, which must be able to have this member.
pub fn value(arena: &Arena, place: PlaceId, literals: &[(PrimId, bool)], needs: Option<&str>) -> Verdict {
    let any_wanted = literals.iter().any(|&(_, wanted)| wanted);
    match &arena.places[place as usize] {
        Place::Member(keys) => {
            let member = Member { arena, literals, name: keys, needs };
            if !any_wanted && needs.is_none() { Verdict::Value(None) } else { member.value() }
        }
        Place::Number => member_number(arena, literals),
        // The rest is settled when the record is there.
        Place::Made(term) if made_is_empty(arena, term, literals) => Verdict::None,
        Place::Made(_) | Place::Pair(_) => Verdict::Value(None),
    }
}

/// All literals hold for this value.
pub fn holds(arena: &Arena, literals: &[(PrimId, bool)], value: Option<&Json>) -> bool {
    literals
        .iter()
        .all(|&(prim, wanted)| arena.prims[prim as usize].holds(&arena.ready[prim as usize], value) == wanted)
}

fn member_number(arena: &Arena, literals: &[(PrimId, bool)]) -> Verdict {
    // Events are counted from 1.
    let found = numbers(arena, literals).into_iter().filter(|&number| number > 0);
    let mut found = found.map(Json::from).filter(|value| holds(arena, literals, Some(value)));
    found.next().map_or(Verdict::None, |value| Verdict::Value(Some(value)))
}

/// Numbers of which one fits if any does, as far as numbers are compared with constants.
fn numbers(arena: &Arena, literals: &[(PrimId, bool)]) -> Vec<u64> {
    let mut all = vec![1, 0, u64::MAX];
    for &(prim, _) in literals {
        if let Check::Number(_, with) = arena.prims[prim as usize].check {
            all.extend([with, with.saturating_add(1), with.saturating_sub(1)]);
        }
    }
    all
}

/// No text or number at all makes these hold, wherever it comes from.
fn made_is_empty(arena: &Arena, term: &Term, literals: &[(PrimId, bool)]) -> bool {
    if !literals.iter().any(|&(_, wanted)| wanted) {
        return false;
    }
    let compared = |number: bool| -> Literals {
        let is = |check: &Check| matches!(check, Check::Number(..)) == number && !matches!(check, Check::Any);
        literals.iter().copied().filter(|&(prim, _)| is(&arena.prims[prim as usize].check)).collect()
    };
    let by_number = compared(true);
    let no_number = !by_number.is_empty()
        && !numbers(arena, &by_number)
            .into_iter()
            .any(|number| holds(arena, &by_number, Some(&Json::from(number))));
    let shape = derived::shape(term).and_then(|pattern| expression(&pattern)).into_iter().collect();
    no_number || texts(arena, &compared(false), shape) == Search::Empty
}

/// A text that a made term could have for these to hold.
pub fn made_text(arena: &Arena, term: &Term, literals: &[(PrimId, bool)]) -> Option<String> {
    let shape: Vec<Box<dyn Machine>> = match derived::plain_shape(term) {
        Some(derived::Shape::Like(pattern)) => expression(&pattern).into_iter().collect(),
        Some(derived::Shape::Json) => vec![Box::new(JsonMachine::new(b'{', 2))],
        None => Vec::new(),
    };
    let text = |shape| match texts(arena, literals, shape) {
        Search::Text(text) => String::from_utf8(text).ok(),
        _ => None,
    };
    text(shape).or_else(|| text(Vec::new()))
}

/// The shortest text for which all text comparisons hold, whatever their view.
pub fn texts(arena: &Arena, literals: &[(PrimId, bool)], also: Vec<Box<dyn Machine>>) -> Search {
    let mut machines: Vec<(Box<dyn Machine>, bool)> = vec![(Box::new(Utf8), true)];
    machines.extend(also.into_iter().map(|machine| (machine, true)));
    for &(prim, wanted) in literals {
        let Check::Text(maps, check) = &arena.prims[prim as usize].check else { continue };
        let Some(mut machine) = machine(check) else { return Search::TooMany };
        for &map in maps.iter().rev() {
            machine = Box::new(Mapped::new(map, machine));
        }
        machines.push((machine, wanted));
    }
    shortest(&mut machines)
}

struct Member<'s> {
    arena: &'s Arena,
    literals: &'s [(PrimId, bool)],
    name: &'s [Box<str>],
    /// A member that it must have.
    needs: Option<&'s str>,
}

impl Member<'_> {
    fn value(&self) -> Verdict {
        if let Some(needs) = self.needs {
            if index(needs.as_bytes()).is_none() {
                return self.brackets(b'{');
            }
            // What has a number as key may also be an element of an array.
            return match (self.brackets(b'{'), self.brackets(b'[')) {
                (Verdict::None, Verdict::None) => Verdict::None,
                (Verdict::None, _) => self.unknown(),
                (object, _) => object,
            };
        }
        let any = |is: fn(View) -> bool| {
            self.literals.iter().any(|&(prim, _)| is(self.arena.prims[prim as usize].view))
        };
        if any(|view| view == View::Compact) && self.no_compact_text() {
            return Verdict::None;
        }
        let mut open = None;
        // Everything that a value of another kind shows to texts and pointers, some string shows too.
        let strings_do =
            !any(|view| matches!(view, View::Compact | View::Flag | View::Number | View::IsText));
        let mixed = any(|view| view == View::Text) && any(|view| view == View::Pointer);
        let tries: &[fn(&Self) -> Verdict] = match strings_do && !mixed {
            true => &[Member::string],
            false if any(|view| view == View::Compact) => &[
                |member| member.brackets(b'{'),
                Member::string,
                Member::words,
                Member::number,
                |member| member.brackets(b'['),
            ],
            false => &[
                Member::string,
                Member::words,
                Member::number,
                |member| member.brackets(b'{'),
                |member| member.brackets(b'['),
            ],
        };
        for attempt in tries {
            match attempt(self) {
                Verdict::None => {}
                Verdict::Unknown(reason) => open = Some(reason),
                found => return found,
            }
        }
        open.map_or(Verdict::None, Verdict::Unknown)
    }

    fn of_view(&self, wanted: fn(View) -> bool) -> Literals {
        let is = |&(prim, _): &(PrimId, bool)| wanted(self.arena.prims[prim as usize].view);
        self.literals.iter().copied().filter(is).collect()
    }

    fn fits(&self, value: Json) -> Option<Verdict> {
        holds(self.arena, self.literals, Some(&value)).then(|| Verdict::Value(Some(value)))
    }

    /// No text at all does for those that look at the JSON text.
    fn no_compact_text(&self) -> bool {
        texts(self.arena, &self.of_view(|view| view == View::Compact), Vec::new()) == Search::Empty
    }

    fn unknown(&self) -> Verdict {
        Verdict::Unknown(Reason::Text(format!("/{}", self.name.join("/"))))
    }

    /// The literals of one sort hold or not for every string, every number and so on.
    fn settled(&self, views: fn(View) -> bool, value: &Json) -> bool {
        holds(self.arena, &self.of_view(views), Some(value))
    }

    fn string(&self) -> Verdict {
        let fixed = |view| matches!(view, View::There | View::IsText | View::Flag | View::Number);
        if !self.settled(fixed, &Json::from("")) {
            return Verdict::None;
        }
        // Times can be spelled in several ways, not all of which are tried.
        let time = matches!(self.name, [one] if **one == *"eventTime");
        // Strings can be spelled in several ways, so that of their JSON text nothing is proven.
        let spelled = !self.of_view(|view| view == View::Compact).is_empty();
        // A set that it must be in: one of these, or none.
        for &(prim, wanted) in self.literals {
            let prim = &self.arena.prims[prim as usize];
            if let (true, View::Text | View::Pointer, Check::Text(maps, TextCheck::Among(all))) =
                (wanted, prim.view, &prim.check)
                && maps.is_empty()
            {
                let texts = all.iter().filter_map(|text| std::str::from_utf8(text).ok());
                let found: Vec<&str> = texts.filter(|&text| self.fits(Json::from(text)).is_some()).collect();
                let timely = found.iter().find(|text| !time || is_time(text));
                return match timely {
                    Some(&text) => Verdict::Value(Some(Json::from(text))),
                    None if spelled || !found.is_empty() => self.unknown(),
                    None => Verdict::None,
                };
            }
        }
        if spelled {
            return self.spelled_string();
        }
        let literals = self.of_view(|view| matches!(view, View::Text | View::Pointer));
        let more = if time { expression(TIME).into_iter().collect() } else { Vec::new() };
        match texts(self.arena, &literals, more) {
            Search::Text(text) => match String::from_utf8(text) {
                Ok(text) => self.fits(Json::from(text)).unwrap_or_else(|| self.unknown()),
                Err(_) => self.unknown(),
            },
            Search::Empty if time && texts(self.arena, &literals, Vec::new()) != Search::Empty => {
                self.unknown()
            }
            Search::Empty => Verdict::None,
            Search::TooMany => Verdict::Unknown(Reason::Steps),
        }
    }

    /// A string of which the JSON text is as wanted.
    fn spelled_string(&self) -> Verdict {
        let by_text = self.of_view(|view| view == View::Compact);
        if let Search::Text(text) =
            texts(self.arena, &by_text, expression(PLAIN_STRING).into_iter().collect())
            && let Ok(value) = serde_json::from_slice::<Json>(&text)
            && let Some(found) = self.fits(value)
        {
            return found;
        }
        match texts(self.arena, &by_text, expression(STRING).into_iter().collect()) {
            Search::Empty => Verdict::None,
            _ => self.unknown(),
        }
    }

    fn words(&self) -> Verdict {
        let words = [Json::Bool(true), Json::Bool(false), Json::Null];
        words.into_iter().find_map(|word| self.fits(word)).unwrap_or(Verdict::None)
    }

    fn number(&self) -> Verdict {
        let shown = |view| matches!(view, View::Pointer | View::Compact);
        let fixed = |view| matches!(view, View::There | View::IsText | View::Text | View::Flag);
        if !self.settled(fixed, &Json::from(1)) {
            return Verdict::None;
        }
        let by_text = self.of_view(shown);
        let constants =
            by_text.iter().filter_map(|&(prim, _)| match &self.arena.prims[prim as usize].check {
                Check::Text(_, TextCheck::Among(all)) => Some(all.iter()),
                _ => None,
            });
        let written = constants.flatten().filter_map(|text| std::str::from_utf8(text).ok()?.parse().ok());
        let mut all: Vec<u64> = written.collect();
        all.extend(numbers(self.arena, self.literals));
        if let Some(found) = all.into_iter().find_map(|number| self.fits(Json::from(number))) {
            return found;
        }
        if by_text.is_empty() {
            return Verdict::None;
        }
        match texts(self.arena, &by_text, expression(NUMBER).into_iter().collect()) {
            Search::Empty => Verdict::None,
            Search::Text(text) => {
                let number = std::str::from_utf8(&text).ok().and_then(|text| text.parse::<u64>().ok());
                number.and_then(|number| self.fits(Json::from(number))).unwrap_or_else(|| self.unknown())
            }
            Search::TooMany => Verdict::Unknown(Reason::Steps),
        }
    }

    /// An object or array whose text is as wanted.
    fn brackets(&self, open: u8) -> Verdict {
        let least = self.needs.map(|key| (key.to_owned(), Json::from("")));
        let empty = match open {
            b'{' => Json::Object(least.into_iter().collect()),
            _ => Json::Array(Vec::new()),
        };
        let fixed =
            |view| matches!(view, View::There | View::IsText | View::Text | View::Flag | View::Number);
        if !self.settled(fixed, &empty) {
            return Verdict::None;
        }
        if let Some(found) = self.fits(empty) {
            return found;
        }
        let by_text = self.of_view(|view| matches!(view, View::Pointer | View::Compact));
        let around = if open == b'{' { (r"\{", r"\}") } else { (r"\[", r"\]") };
        // Keys are spelled as they read, if they can be.
        let key = self.needs.filter(|key| open == b'{' && key.chars().all(|c| c.is_ascii_alphanumeric()));
        let key = key.map_or(String::new(), |key| format!("\"{key}\":(.|\n)*"));
        let outside = || expression(&format!("{}(.|\n)*{key}{}", around.0, around.1));
        for (depth, with_key) in [(2, false), (2, true), (4, false), (4, true)] {
            if with_key && key.is_empty() {
                continue;
            }
            let json: Box<dyn Machine> = Box::new(JsonMachine::new(open, depth));
            let shape = outside().filter(|_| with_key).into_iter().chain([json]).collect();
            let Search::Text(text) = texts(self.arena, &by_text, shape) else { continue };
            let Ok(mut value) = serde_json::from_slice::<Json>(&text) else { continue };
            if let (Json::Object(members), Some(key)) = (&mut value, self.needs) {
                members.entry(key).or_insert_with(|| Json::from(""));
            }
            if let Some(found) = self.fits(value) {
                return found;
            }
        }
        match texts(self.arena, &by_text, outside().into_iter().collect()) {
            Search::Empty => Verdict::None,
            _ => self.unknown(),
        }
    }
}

const STRING: &str = r#""([^"\\]|\\.)*""#;
const PLAIN_STRING: &str = r#""[ !#-\[\]-~]*""#;
const NUMBER: &str = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?";
const TIME: &str =
    r"20[0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z";

/// A time as AWS writes it.
pub fn is_time(text: &str) -> bool {
    static TIMES: OnceLock<Pattern> = OnceLock::new();
    TIMES.get_or_init(|| Pattern::new(Op::Regex, TIME.as_bytes())).matches(text.as_bytes())
}

/// Texts that a wanted literal names: worth a try before anything is searched for.
pub fn named(arena: &Arena, literals: &[(PrimId, bool)]) -> Vec<String> {
    let mut all = Vec::new();
    for &(prim, _) in literals {
        if let Check::Text(maps, TextCheck::Among(texts)) = &arena.prims[prim as usize].check {
            for text in texts.iter().filter_map(|text| std::str::from_utf8(text).ok()) {
                let domain = maps.contains(&Map::Short);
                all.push(if domain { format!("{text}.amazonaws.com") } else { text.to_owned() });
            }
        }
        if let Check::Text(_, TextCheck::Op(Op::Startswith, text)) = &arena.prims[prim as usize].check {
            all.extend(std::str::from_utf8(text).ok().map(str::to_owned));
        }
    }
    all
}
