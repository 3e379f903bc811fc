//! Values of one place on which some atoms hold and others do not, or a proof that there is none.

use super::Reason;
use super::atom::{AtomId, PlaceId, RecordPlace, TextTest, ValueTest, View};
use super::derived;
use super::formula::Arena;
use super::text::{Json as JsonMachine, Machine, Map, Mapped, Search, Utf8, expression, machine, shortest};
use crate::cloudtrail::path::index;
use crate::sema::ir::Term;
use crate::sema::pattern::Pattern;
use crate::syntax::token::Op;
use serde_json::Value as Json;
use std::sync::OnceLock;

/// Atoms of a place, and whether each must hold.
pub type Literals = Vec<(AtomId, bool)>;

/// Result of a search for a value.
#[derive(Clone, PartialEq, Debug)]
pub enum PlaceValue {
    /// This value, or `None` for absence.
    Value(Option<Json>),
    /// Neither a value nor absence.
    None,
    /// Not known.
    Unknown(Reason),
}

/// A value for one place; `needs` is a member that it must contain.
pub fn value(arena: &Arena, place: PlaceId, literals: &[(AtomId, bool)], needs: Option<&str>) -> PlaceValue {
    let any_wanted = literals.iter().any(|&(_, wanted)| wanted);
    match &arena.places[place as usize] {
        RecordPlace::Member(keys) => {
            let member = Member { arena, literals, name: keys, needs };
            if !any_wanted && needs.is_none() { PlaceValue::Value(None) } else { member.value() }
        }
        RecordPlace::Number => member_number(arena, literals),
        // Other places are checked on the whole record.
        RecordPlace::Derived(term) if derived_is_empty(arena, term, literals) => PlaceValue::None,
        RecordPlace::Derived(_) | RecordPlace::Pair(_) => PlaceValue::Value(None),
    }
}

/// Whether all literals hold for this value.
pub fn holds(arena: &Arena, literals: &[(AtomId, bool)], value: Option<&Json>) -> bool {
    literals
        .iter()
        .all(|&(atom, wanted)| arena.atoms[atom as usize].holds(&arena.ready[atom as usize], value) == wanted)
}

fn member_number(arena: &Arena, literals: &[(AtomId, bool)]) -> PlaceValue {
    // Event numbers start at 1.
    let found = numbers(arena, literals).into_iter().filter(|&number| number > 0);
    let mut found = found.map(Json::from).filter(|value| holds(arena, literals, Some(value)));
    found.next().map_or(PlaceValue::None, |value| PlaceValue::Value(Some(value)))
}

/// Candidate numbers, one of which satisfies all comparisons with constants if any number does.
fn numbers(arena: &Arena, literals: &[(AtomId, bool)]) -> Vec<u64> {
    let mut all = vec![1, 0, u64::MAX];
    for &(atom, _) in literals {
        if let ValueTest::Number(_, with) = arena.atoms[atom as usize].check {
            all.extend([with, with.saturating_add(1), with.saturating_sub(1)]);
        }
    }
    all
}

/// Whether no text or number satisfies these literals.
fn derived_is_empty(arena: &Arena, term: &Term, literals: &[(AtomId, bool)]) -> bool {
    if !literals.iter().any(|&(_, wanted)| wanted) {
        return false;
    }
    let compared = |number: bool| -> Literals {
        let is = |check: &ValueTest| {
            matches!(check, ValueTest::Number(..)) == number && !matches!(check, ValueTest::Any)
        };
        literals.iter().copied().filter(|&(atom, _)| is(&arena.atoms[atom as usize].check)).collect()
    };
    let by_number = compared(true);
    let no_number = !by_number.is_empty()
        && !numbers(arena, &by_number)
            .into_iter()
            .any(|number| holds(arena, &by_number, Some(&Json::from(number))));
    let text_form = derived::text_form(term).and_then(|pattern| expression(&pattern)).into_iter().collect();
    no_number || texts(arena, &compared(false), text_form) == Search::Empty
}

/// A text of a derived term that may satisfy these literals.
pub fn derived_text(arena: &Arena, term: &Term, literals: &[(AtomId, bool)]) -> Option<String> {
    let text_form: Vec<Box<dyn Machine>> = match derived::plain_text_form(term) {
        Some(derived::TextForm::Like(pattern)) => expression(&pattern).into_iter().collect(),
        Some(derived::TextForm::Json) => vec![Box::new(JsonMachine::new(b'{', 2))],
        None => Vec::new(),
    };
    let text = |text_form| match texts(arena, literals, text_form) {
        Search::Text(text) => String::from_utf8(text).ok(),
        _ => None,
    };
    text(text_form).or_else(|| text(Vec::new()))
}

/// The shortest text that passes all text tests, whatever their view.
pub fn texts(arena: &Arena, literals: &[(AtomId, bool)], also: Vec<Box<dyn Machine>>) -> Search {
    let mut machines: Vec<(Box<dyn Machine>, bool)> = vec![(Box::new(Utf8), true)];
    machines.extend(also.into_iter().map(|machine| (machine, true)));
    for &(atom, wanted) in literals {
        let ValueTest::Text(maps, check) = &arena.atoms[atom as usize].check else { continue };
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
    literals: &'s [(AtomId, bool)],
    name: &'s [Box<str>],
    /// A member that the value must contain.
    needs: Option<&'s str>,
}

impl Member<'_> {
    fn value(&self) -> PlaceValue {
        if let Some(needs) = self.needs {
            if index(needs.as_bytes()).is_none() {
                return self.brackets(b'{');
            }
            // A numeric key may be an index of an array.
            return match (self.brackets(b'{'), self.brackets(b'[')) {
                (PlaceValue::None, PlaceValue::None) => PlaceValue::None,
                (PlaceValue::None, _) => self.unknown(),
                (object, _) => object,
            };
        }
        let any = |is: fn(View) -> bool| {
            self.literals.iter().any(|&(atom, _)| is(self.arena.atoms[atom as usize].view))
        };
        if any(|view| view == View::Compact) && self.no_compact_text() {
            return PlaceValue::None;
        }
        let mut open = None;
        // For texts and pointers, some string equals each value of another type.
        let strings_do =
            !any(|view| matches!(view, View::Compact | View::Flag | View::Number | View::IsText));
        let mixed = any(|view| view == View::Text) && any(|view| view == View::Pointer);
        let tries: &[fn(&Self) -> PlaceValue] = match strings_do && !mixed {
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
                PlaceValue::None => {}
                PlaceValue::Unknown(reason) => open = Some(reason),
                found => return found,
            }
        }
        open.map_or(PlaceValue::None, PlaceValue::Unknown)
    }

    fn of_view(&self, wanted: fn(View) -> bool) -> Literals {
        let is = |&(atom, _): &(AtomId, bool)| wanted(self.arena.atoms[atom as usize].view);
        self.literals.iter().copied().filter(is).collect()
    }

    fn fits(&self, value: Json) -> Option<PlaceValue> {
        holds(self.arena, self.literals, Some(&value)).then(|| PlaceValue::Value(Some(value)))
    }

    /// Whether no text satisfies the literals on the JSON text.
    fn no_compact_text(&self) -> bool {
        texts(self.arena, &self.of_view(|view| view == View::Compact), Vec::new()) == Search::Empty
    }

    fn unknown(&self) -> PlaceValue {
        PlaceValue::Unknown(Reason::Text(format!("/{}", self.name.join("/"))))
    }

    /// Whether the literals of some views hold for every value of this type.
    fn settled(&self, views: fn(View) -> bool, value: &Json) -> bool {
        holds(self.arena, &self.of_view(views), Some(value))
    }

    fn string(&self) -> PlaceValue {
        let fixed = |view| matches!(view, View::There | View::IsText | View::Flag | View::Number);
        if !self.settled(fixed, &Json::from("")) {
            return PlaceValue::None;
        }
        // A time has several spellings, not all of which are tried.
        let time = matches!(self.name, [one] if **one == *"eventTime");
        // A string has several spellings, so nothing is proved about its JSON text.
        let spelled = !self.of_view(|view| view == View::Compact).is_empty();
        // The texts of a required set are the only candidates.
        for &(atom, wanted) in self.literals {
            let atom = &self.arena.atoms[atom as usize];
            if let (true, View::Text | View::Pointer, ValueTest::Text(maps, TextTest::Among(all))) =
                (wanted, atom.view, &atom.check)
                && maps.is_empty()
            {
                let texts = all.iter().filter_map(|text| std::str::from_utf8(text).ok());
                let found: Vec<&str> = texts.filter(|&text| self.fits(Json::from(text)).is_some()).collect();
                let timely = found.iter().find(|text| !time || is_time(text));
                return match timely {
                    Some(&text) => PlaceValue::Value(Some(Json::from(text))),
                    None if spelled || !found.is_empty() => self.unknown(),
                    None => PlaceValue::None,
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
            Search::Empty => PlaceValue::None,
            Search::TooMany => PlaceValue::Unknown(Reason::Steps),
        }
    }

    /// A string whose JSON text satisfies the literals.
    fn spelled_string(&self) -> PlaceValue {
        let by_text = self.of_view(|view| view == View::Compact);
        if let Search::Text(text) =
            texts(self.arena, &by_text, expression(PLAIN_STRING).into_iter().collect())
            && let Ok(value) = serde_json::from_slice::<Json>(&text)
            && let Some(found) = self.fits(value)
        {
            return found;
        }
        match texts(self.arena, &by_text, expression(STRING).into_iter().collect()) {
            Search::Empty => PlaceValue::None,
            _ => self.unknown(),
        }
    }

    fn words(&self) -> PlaceValue {
        let words = [Json::Bool(true), Json::Bool(false), Json::Null];
        words.into_iter().find_map(|word| self.fits(word)).unwrap_or(PlaceValue::None)
    }

    fn number(&self) -> PlaceValue {
        let shown = |view| matches!(view, View::Pointer | View::Compact);
        let fixed = |view| matches!(view, View::There | View::IsText | View::Text | View::Flag);
        if !self.settled(fixed, &Json::from(1)) {
            return PlaceValue::None;
        }
        let by_text = self.of_view(shown);
        let constants =
            by_text.iter().filter_map(|&(atom, _)| match &self.arena.atoms[atom as usize].check {
                ValueTest::Text(_, TextTest::Among(all)) => Some(all.iter()),
                _ => None,
            });
        let written = constants.flatten().filter_map(|text| std::str::from_utf8(text).ok()?.parse().ok());
        let mut all: Vec<u64> = written.collect();
        all.extend(numbers(self.arena, self.literals));
        if let Some(found) = all.into_iter().find_map(|number| self.fits(Json::from(number))) {
            return found;
        }
        if by_text.is_empty() {
            return PlaceValue::None;
        }
        match texts(self.arena, &by_text, expression(NUMBER).into_iter().collect()) {
            Search::Empty => PlaceValue::None,
            Search::Text(text) => {
                let number = std::str::from_utf8(&text).ok().and_then(|text| text.parse::<u64>().ok());
                number.and_then(|number| self.fits(Json::from(number))).unwrap_or_else(|| self.unknown())
            }
            Search::TooMany => PlaceValue::Unknown(Reason::Steps),
        }
    }

    /// An object or array whose text satisfies the literals.
    fn brackets(&self, open: u8) -> PlaceValue {
        let least = self.needs.map(|key| (key.to_owned(), Json::from("")));
        let empty = match open {
            b'{' => Json::Object(least.into_iter().collect()),
            _ => Json::Array(Vec::new()),
        };
        let fixed =
            |view| matches!(view, View::There | View::IsText | View::Text | View::Flag | View::Number);
        if !self.settled(fixed, &empty) {
            return PlaceValue::None;
        }
        if let Some(found) = self.fits(empty) {
            return found;
        }
        let by_text = self.of_view(|view| matches!(view, View::Pointer | View::Compact));
        let around = if open == b'{' { (r"\{", r"\}") } else { (r"\[", r"\]") };
        // A plain key is spelled without escapes.
        let key = self.needs.filter(|key| open == b'{' && key.chars().all(|c| c.is_ascii_alphanumeric()));
        let key = key.map_or(String::new(), |key| format!("\"{key}\":(.|\n)*"));
        let outside = || expression(&format!("{}(.|\n)*{key}{}", around.0, around.1));
        for (depth, with_key) in [(2, false), (2, true), (4, false), (4, true)] {
            if with_key && key.is_empty() {
                continue;
            }
            let json: Box<dyn Machine> = Box::new(JsonMachine::new(open, depth));
            let text_form = outside().filter(|_| with_key).into_iter().chain([json]).collect();
            let Search::Text(text) = texts(self.arena, &by_text, text_form) else { continue };
            let Ok(mut value) = serde_json::from_slice::<Json>(&text) else { continue };
            if let (Json::Object(members), Some(key)) = (&mut value, self.needs) {
                members.entry(key).or_insert_with(|| Json::from(""));
            }
            if let Some(found) = self.fits(value) {
                return found;
            }
        }
        match texts(self.arena, &by_text, outside().into_iter().collect()) {
            Search::Empty => PlaceValue::None,
            _ => self.unknown(),
        }
    }
}

const STRING: &str = r#""([^"\\]|\\.)*""#;
const PLAIN_STRING: &str = r#""[ !#-\[\]-~]*""#;
const NUMBER: &str = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?";
const TIME: &str =
    r"20[0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z";

/// Whether a text is a time in AWS's format.
pub fn is_time(text: &str) -> bool {
    static TIMES: OnceLock<Pattern> = OnceLock::new();
    TIMES.get_or_init(|| Pattern::new(Op::Regex, TIME.as_bytes())).matches(text.as_bytes())
}

/// Constants of the wanted literals, which are tried before a search.
pub fn named(arena: &Arena, literals: &[(AtomId, bool)]) -> Vec<String> {
    let mut all = Vec::new();
    for &(atom, _) in literals {
        if let ValueTest::Text(maps, TextTest::Among(texts)) = &arena.atoms[atom as usize].check {
            for text in texts.iter().filter_map(|text| std::str::from_utf8(text).ok()) {
                let domain = maps.contains(&Map::Short);
                all.push(if domain { format!("{text}.amazonaws.com") } else { text.to_owned() });
            }
        }
        if let ValueTest::Text(_, TextTest::Op(Op::Startswith, text)) = &arena.atoms[atom as usize].check {
            all.extend(std::str::from_utf8(text).ok().map(str::to_owned));
        }
    }
    all
}
