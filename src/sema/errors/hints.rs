//! What unknown fields were probably meant to be, each name looked at once.

use crate::nearest::distance;
use crate::schema::SourceFields;
use rustc_hash::FxHashMap;

/// How many different names are looked at: who has more wrong than this needs no advice on each.
const MOST: usize = 1_000;

/// What an unknown field was probably meant to be.
#[derive(Clone, Debug)]
pub(super) enum Meant {
    /// A field, misspelt.
    Field(String),
    /// Data of the event that no field shows.
    Pointer(String),
}

/// The guesses of one run: a name that is wrong is seldom wrong only once.
#[derive(Debug, Default)]
pub struct Hints {
    /// By source and name.
    known: FxHashMap<String, FxHashMap<String, Option<Meant>>>,
    count: usize,
}

impl Hints {
    pub(super) fn meant(&mut self, name: &str, source: &str, fields: &SourceFields) -> Option<Meant> {
        if let Some(meant) = self.known.get(source).and_then(|names| names.get(name)) {
            return meant.clone();
        }
        if self.count == MOST {
            return None;
        }
        self.count += 1;
        let meant = meant(name, fields);
        self.known.entry(source.to_owned()).or_default().insert(name.to_owned(), meant.clone());
        meant
    }
}

/// A slip of the pen is a field; anything further from one that names data of the event is a pointer.
fn meant(name: &str, fields: &SourceFields) -> Option<Meant> {
    let near = fields.suggest(name).map(|field| field.name.clone());
    let slip = near.as_ref().is_some_and(|near| distance(near, name, 1 + name.len() / 16).is_some());
    match fields.suggest_pointer(name) {
        Some(pointer) if !slip => Some(Meant::Pointer(pointer)),
        _ => near.map(Meant::Field),
    }
}
