//! Definitions and uses of names.

use super::index::NameIndex;
use super::outline::Role;
use super::reference::{self, Referent};
use super::{DocRange, Snapshot};
use std::ops::Range;

/// An item that defines or changes the name at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The word at the requested place.
    pub origin: Range<usize>,
    /// The name in the item.
    pub name: DocRange,
    /// The whole item.
    pub item: Range<usize>,
}

/// A word of the same file with the same meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlight {
    /// The word.
    pub range: Range<usize>,
    /// True for the name of an item.
    pub defines: bool,
}

/// The items of the name at an offset: definitions first, then changes.
pub fn definitions(snapshot: &Snapshot, doc: usize, offset: usize) -> Vec<Definition> {
    let index = NameIndex::new(snapshot);
    let Some(at) = reference::at(snapshot, &index, doc, offset) else { return Vec::new() };
    let Some(Referent::Named(kind, name)) = at.target else { return Vec::new() };
    let mut found = index.all(kind, name);
    found.sort_by_key(|found| found.entry.role == Role::Changes);
    let definition = |found: &super::index::IndexedItem<'_>| Definition {
        origin: at.range.clone(),
        name: found.name_place(),
        item: found.placed.range_of(found.entry.span),
    };
    found.iter().map(definition).collect()
}

/// The uses of the word at an offset, in load order.
pub fn references(
    snapshot: &Snapshot,
    doc: usize,
    offset: usize,
    include_definitions: bool,
) -> Vec<DocRange> {
    let index = NameIndex::new(snapshot);
    let Some(target) = reference::at(snapshot, &index, doc, offset).and_then(|at| at.target) else {
        return Vec::new();
    };
    let (mut uses, named) = reference::places(&index, &target);
    if include_definitions {
        uses.extend(named);
        uses.sort_by_key(|place| (place.doc, place.range.start));
        uses.dedup();
    }
    uses
}

/// All words of the same file with the meaning of the word at an offset.
pub fn highlights(snapshot: &Snapshot, doc: usize, offset: usize) -> Vec<Highlight> {
    let mut index = NameIndex::new(snapshot);
    index.only = Some(doc);
    let Some(at) = reference::at(snapshot, &index, doc, offset) else { return Vec::new() };
    let Some(target) = at.target else { return Vec::new() };
    let (uses, named) = reference::places(&index, &target);
    let here = |place: &DocRange| place.doc == doc;
    let uses = uses.into_iter().filter(here).map(|place| Highlight { range: place.range, defines: false });
    let named = named.into_iter().filter(here).map(|place| Highlight { range: place.range, defines: true });
    let mut all: Vec<Highlight> = named.chain(uses).collect();
    all.sort_by_key(|highlight| highlight.range.start);
    all.dedup_by(|a, b| a.range == b.range);
    all
}
