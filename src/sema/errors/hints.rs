//! Guesses of the field that an unknown name stands for, computed once for each name.

use crate::nearest::distance;
use crate::schema::SourceFields;
use rustc_hash::FxHashMap;

/// Maximum number of different names to guess for in one run.
const MOST: usize = 1_000;

/// The field that an unknown name probably stands for.
#[derive(Clone, Debug)]
pub(super) enum Meant {
    /// A field whose name is misspelt.
    Field(String),
    /// The JSON pointer of a member that no field shows.
    Pointer(String),
}

/// The guesses of one run, kept because wrong names recur.
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

/// A field if the name is a slip away from it; otherwise a pointer if the name is that of a member, or the nearest field.
fn meant(name: &str, fields: &SourceFields) -> Option<Meant> {
    let near = fields.suggest(name).map(|field| field.name.clone());
    let slip = near.as_ref().is_some_and(|near| distance(near, name, 1 + name.len() / 16).is_some());
    match fields.suggest_pointer(name) {
        Some(pointer) if !slip => Some(Meant::Pointer(pointer)),
        _ => near.map(Meant::Field),
    }
}
