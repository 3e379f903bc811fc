//! The smallest questions: one comparison of one place of the record.

use super::text::Map;
use crate::sema::ir::Term;
use crate::sema::pattern::{Pattern, Prefixes, ordered};
use crate::syntax::token::Op;
use serde_json::Value as Json;
use std::borrow::Cow;

/// Number of a place in a solver.
pub type PlaceId = u32;
/// Number of a prim in a solver.
pub type PrimId = u32;

/// What can be looked at.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    /// The value at a path of keys.
    Member(Box<[Box<str>]>),
    /// `evt.num`
    Number,
    /// What is made of several places: only compared with itself.
    Made(Term),
    /// Two views that are compared with each other.
    Pair(Box<(Side, Side)>),
}

/// What a view shows of a place, after maps.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Side {
    /// Where.
    pub place: PlaceId,
    /// How.
    pub view: View,
    /// What is then made of it.
    pub maps: Vec<Map>,
    /// The number of bytes instead of the text.
    pub len: bool,
}

/// How a place is looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum View {
    /// It is there.
    There,
    /// It is a string.
    IsText,
    /// The text of a string; of everything else an empty one.
    Text,
    /// The text of a string; of everything else the JSON text.
    Pointer,
    /// The JSON text.
    Compact,
    /// `true` if it is true, else `false`.
    Flag,
    /// The number; of everything else 0.
    Number,
}

/// What is asked of a view.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Check {
    /// Nothing more.
    Any,
    /// A comparison of texts, after these maps.
    Text(Vec<Map>, TextCheck),
    /// A comparison of numbers.
    Number(Op, u64),
    /// A comparison of the two sides of a pair.
    Pair(Op),
    /// A comparison of a made list with constants.
    List(Op, Box<[Box<[u8]>]>),
    /// A comparison of made terms, one of which may be a list.
    Opaque(Op),
}

/// A set of texts.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TextCheck {
    /// All.
    Any,
    /// These; sorted.
    Among(Box<[Box<[u8]>]>),
    /// Those that an operator accepts.
    Op(Op, Box<[u8]>),
    /// Those of some lengths.
    Length(Op, u64),
}

/// One comparison of one place. False if the place is not there.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Prim {
    /// Where.
    pub place: PlaceId,
    /// How it is looked at.
    pub view: View,
    /// What is asked.
    pub check: Check,
}

/// A text check made ready.
#[derive(Debug)]
pub enum Ready {
    /// Looked up or counted.
    Plain,
    /// An operator.
    Pattern(Pattern),
    /// `pmatch`
    Below(Prefixes),
}

impl Ready {
    /// Makes a check ready for many texts.
    pub fn new(check: &Check) -> Ready {
        match check {
            Check::Text(_, TextCheck::Op(Op::Pmatch, text)) => {
                Ready::Below(Prefixes::new([&**text].into_iter()))
            }
            Check::Text(_, TextCheck::Op(op, text)) => Ready::Pattern(Pattern::new(*op, text)),
            _ => Ready::Plain,
        }
    }
}

impl Check {
    /// True for this text, before the maps.
    pub fn text_holds(&self, ready: &Ready, text: &[u8]) -> bool {
        let Check::Text(maps, check) = self else { return matches!(self, Check::Any) };
        let mut text = Cow::Borrowed(text);
        for map in maps {
            match map.apply(text) {
                Some(made) => text = made,
                None => return false,
            }
        }
        match (check, ready) {
            (TextCheck::Any, _) => true,
            (TextCheck::Among(all), _) => all.binary_search_by(|one| (**one).cmp(&text)).is_ok(),
            (TextCheck::Length(op, len), _) => ordered(*op, text.len() as u64, *len),
            (TextCheck::Op(..), Ready::Pattern(pattern)) => pattern.matches(&text),
            (TextCheck::Op(..), Ready::Below(prefixes)) => prefixes.match_any(&text),
            _ => false,
        }
    }
}

impl Prim {
    /// True for this value.
    pub fn holds(&self, ready: &Ready, value: Option<&Json>) -> bool {
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
                Check::Number(op, with) => ordered(op, number(value), with),
                _ => matches!(self.check, Check::Any),
            },
        }
    }
}

/// A number as the plugin converts it. Only whole ones are made here.
pub fn number(value: &Json) -> u64 {
    value.as_u64().or_else(|| value.as_i64().map(|number| number as u64)).unwrap_or(0)
}
