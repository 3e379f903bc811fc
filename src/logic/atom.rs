//! Atoms of formulas: one comparison of one place of the record.

use super::text::Map;
use crate::sema::ir::Term;
use crate::sema::pattern::{Pattern, Prefixes, ordered};
use crate::syntax::token::Op;
use serde_json::Value as Json;
use std::borrow::Cow;

/// Number of a place in a solver.
pub type PlaceId = u32;
/// Number of a atom in a solver.
pub type AtomId = u32;

/// A place that an atom can test.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum RecordPlace {
    /// The value at a path of keys.
    Member(Box<[Box<str>]>),
    /// `evt.num`
    Number,
    /// A value derived from several places: compared as a whole.
    Derived(Term),
    /// Two sides that are compared with each other.
    Pair(Box<(Side, Side)>),
}

/// The value of a place through a view and maps.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Side {
    /// The place.
    pub place: PlaceId,
    /// The view.
    pub view: View,
    /// Maps applied to the text.
    pub maps: Vec<Map>,
    /// Whether it is the number of bytes instead of the text.
    pub len: bool,
}

/// Conversion of a place's JSON value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum View {
    /// Whether it is present.
    There,
    /// Whether it is a string.
    IsText,
    /// The text of a string; empty for other values.
    Text,
    /// The text of a string; the JSON text for other values.
    Pointer,
    /// The JSON text.
    Compact,
    /// `true` for true, `false` for other values.
    Flag,
    /// The number; 0 for other values.
    Number,
}

/// Test of a view's value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ValueTest {
    /// No test.
    Any,
    /// A comparison of texts, after these maps.
    Text(Vec<Map>, TextTest),
    /// A comparison of numbers.
    Number(Op, u64),
    /// A comparison of the two sides of a pair.
    Pair(Op),
    /// A comparison of a derived list with constants.
    List(Op, Box<[Box<[u8]>]>),
    /// A comparison of derived terms, one of which may be a list.
    Opaque(Op),
}

/// A set of texts.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TextTest {
    /// All texts.
    Any,
    /// These texts, sorted.
    Among(Box<[Box<[u8]>]>),
    /// Texts that an operator accepts.
    Op(Op, Box<[u8]>),
    /// Texts of some lengths.
    Length(Op, u64),
}

/// One comparison of one place. False if the place is absent.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Atom {
    /// The place.
    pub place: PlaceId,
    /// The view.
    pub view: View,
    /// The test.
    pub check: ValueTest,
}

/// A text test compiled for many texts.
#[derive(Debug)]
pub enum CompiledTest {
    /// Needs no compilation.
    Plain,
    /// A compiled operator.
    Pattern(Pattern),
    /// `pmatch`
    Below(Prefixes),
}

impl CompiledTest {
    /// Compiles a test for many texts.
    pub fn new(check: &ValueTest) -> CompiledTest {
        match check {
            ValueTest::Text(_, TextTest::Op(Op::Pmatch, text)) => {
                CompiledTest::Below(Prefixes::new([&**text].into_iter()))
            }
            ValueTest::Text(_, TextTest::Op(op, text)) => CompiledTest::Pattern(Pattern::new(*op, text)),
            _ => CompiledTest::Plain,
        }
    }
}

impl ValueTest {
    /// Whether the test holds for this text before the maps.
    pub fn text_holds(&self, ready: &CompiledTest, text: &[u8]) -> bool {
        let ValueTest::Text(maps, check) = self else { return matches!(self, ValueTest::Any) };
        let mut text = Cow::Borrowed(text);
        for map in maps {
            match map.apply(text) {
                Some(made) => text = made,
                None => return false,
            }
        }
        match (check, ready) {
            (TextTest::Any, _) => true,
            (TextTest::Among(all), _) => all.binary_search_by(|one| (**one).cmp(&text)).is_ok(),
            (TextTest::Length(op, len), _) => ordered(*op, text.len() as u64, *len),
            (TextTest::Op(..), CompiledTest::Pattern(pattern)) => pattern.matches(&text),
            (TextTest::Op(..), CompiledTest::Below(prefixes)) => prefixes.match_any(&text),
            _ => false,
        }
    }
}

impl Atom {
    /// Whether the atom holds for this value.
    pub fn holds(&self, ready: &CompiledTest, value: Option<&Json>) -> bool {
        let Some(value) = value else { return false };
        let text = value.as_str();
        match self.view {
            View::There => true,
            View::IsText => text.is_some(),
            View::Text => self.check.text_holds(ready, text.unwrap_or_default().as_bytes()),
            View::Pointer => match text {
                Some(text) => self.check.text_holds(ready, text.as_bytes()),
                None => self.check.text_holds(ready, value.to_string().as_bytes()),
            },
            View::Compact => self.check.text_holds(ready, value.to_string().as_bytes()),
            View::Flag => {
                self.check.text_holds(ready, if *value == Json::Bool(true) { b"true" } else { b"false" })
            }
            View::Number => match self.check {
                ValueTest::Number(op, with) => ordered(op, number(value), with),
                _ => matches!(self.check, ValueTest::Any),
            },
        }
    }
}

/// A number as the plugin converts it. Records built here have integers only.
pub fn number(value: &Json) -> u64 {
    value.as_u64().or_else(|| value.as_i64().map(|number| number as u64)).unwrap_or(0)
}
