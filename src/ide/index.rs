//! Names over all files of a snapshot: who defines them, who uses them.

use super::doc::{Named, Placed, hash_of};
use super::marks::{Mark, MarkKind};
use super::outline::OutlineItem;
use super::{DocRange, Snapshot};
use crate::source::Span;
use crate::syntax::items::ItemKind;
use crate::syntax::yaml::{Node, Value};
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::ops::Range;

/// All rules, macros and lists by name.
#[derive(Debug)]
pub struct NameIndex<'s> {
    snapshot: &'s Snapshot,
    /// Uses are looked for in this file only.
    pub only: Option<usize>,
    /// All items in load order: the file, the item in it, and one more than the place of the next one of the same hash.
    table: Vec<(u32, Named, u32)>,
    /// One more than the place of the first item of a hash.
    heads: FxHashMap<u64, u32>,
}

/// An item of a file.
#[derive(Debug, Clone, Copy)]
pub struct IndexedItem<'s> {
    /// Index of the file.
    pub doc: usize,
    /// The piece it stands in.
    pub placed: &'s Placed,
    /// The item.
    pub entry: &'s OutlineItem,
}

impl IndexedItem<'_> {
    /// Where its name is written.
    pub fn name_place(&self) -> DocRange {
        DocRange { doc: self.doc, range: self.placed.range_of(self.entry.name_span) }
    }
}

impl<'s> NameIndex<'s> {
    /// Joins the names of all files.
    pub fn new(snapshot: &'s Snapshot) -> NameIndex<'s> {
        let docs = snapshot.docs.iter().enumerate();
        let mut table: Vec<(u32, Named, u32)> = docs
            .flat_map(|(doc, file)| file.names().iter().map(move |named| (doc as u32, *named, 0)))
            .collect();
        let mut heads = FxHashMap::with_capacity_and_hasher(table.len(), FxBuildHasher);
        for (at, (_, named, next)) in table.iter_mut().enumerate().rev() {
            *next = heads.insert(named.hash, at as u32 + 1).unwrap_or(0);
        }
        NameIndex { snapshot, only: None, table, heads }
    }

    /// All items that define or change a name, in load order.
    pub fn all(&self, kind: ItemKind, name: &str) -> Vec<IndexedItem<'s>> {
        self.chain(kind, name).map(|(_, found)| found).collect()
    }

    /// The items that define a name, in load order.
    pub fn definitions(&self, kind: ItemKind, name: &str) -> impl Iterator<Item = IndexedItem<'s>> {
        self.all(kind, name).into_iter().filter(move |found| found.entry.defines(kind))
    }

    /// True if some item has this name.
    pub fn has(&self, kind: ItemKind, name: &str) -> bool {
        self.chain(kind, name).next().is_some()
    }

    /// The first item of each name of a kind, in load order.
    pub fn names(&self, kind: ItemKind) -> impl Iterator<Item = IndexedItem<'s>> {
        let of_kind = self.table.iter().enumerate().filter(move |(_, (_, named, _))| named.kind == kind);
        let first = move |(at, (_, named, _)): &(usize, &(u32, Named, u32))| {
            let head = self.heads.get(&named.hash).is_some_and(|&head| head as usize == at + 1);
            // Another name of the same hash may come first.
            head || self.found(*at).is_some_and(|found| {
                self.chain(kind, &found.entry.name).next().is_some_and(|(first, _)| first == *at)
            })
        };
        of_kind.filter(first).filter_map(|(at, _)| self.found(at))
    }

    fn found(&self, at: usize) -> Option<IndexedItem<'s>> {
        let (doc, named, _) = self.table.get(at)?;
        let placed = self.snapshot.docs.get(*doc as usize)?.pieces.get(named.piece as usize)?;
        let entry = placed.piece.outline().entries.get(named.entry as usize)?;
        Some(IndexedItem { doc: *doc as usize, placed, entry })
    }

    fn chain(&self, kind: ItemKind, name: &str) -> impl Iterator<Item = (usize, IndexedItem<'s>)> {
        let head = self.heads.get(&hash_of(kind, name)).copied();
        let step = |at: &u32| Some(self.table.get(*at as usize - 1)?.2).filter(|&next| next > 0);
        let places = std::iter::successors(head, step);
        let found = places.filter_map(|at| Some((at as usize - 1, self.found(at as usize - 1)?)));
        found.filter(move |(_, found)| found.entry.kind == kind && &*found.entry.name == name)
    }

    /// Where a macro is used.
    pub fn macro_uses(&self, name: &str) -> Vec<DocRange> {
        let is_use =
            |mark: &Mark, placed: &Placed| mark.kind == MarkKind::Macro && mark.text(&placed.piece) == name;
        self.marked(name, is_use)
    }

    /// The marks for which `wanted` holds, in the pieces that hold the text `needle`.
    pub fn marked(&self, needle: &str, wanted: impl Fn(&Mark, &Placed) -> bool) -> Vec<DocRange> {
        let mut places = Vec::new();
        for (doc, placed) in self.pieces_with(needle) {
            for mark in placed.piece.marks().iter().filter(|mark| wanted(mark, placed)) {
                places.push(DocRange { doc, range: placed.range_of(mark.span) });
            }
        }
        places
    }

    /// Where Falco would put the items of a list in place of its name: a word of a condition or of an exception's
    /// values, quoted or not, and an element of another list.
    pub fn list_uses(&self, name: &str) -> Vec<DocRange> {
        let mut places = Vec::new();
        for (doc, placed) in self.pieces_with(name) {
            let mut spans = Vec::new();
            each_substituted(placed, &mut |text, whole| {
                if whole {
                    spans.extend((&*text.value == name).then(|| text.span_of(0..name.len())));
                } else {
                    spans.extend(occurrences(&text.value, name).map(|range| text.span_of(range)));
                }
            });
            spans.sort_unstable();
            spans.dedup();
            let inside = |span: &Span| placed.piece.text().get(span.range()).is_some();
            places.extend(
                spans.into_iter().filter(inside).map(|span| DocRange { doc, range: placed.range_of(span) }),
            );
        }
        places
    }

    /// The pieces that hold a text.
    fn pieces_with<'n>(&self, needle: &'n str) -> impl Iterator<Item = (usize, &'s Placed)> + use<'n, 's> {
        let finder = memchr::memmem::Finder::new(needle.as_bytes());
        let only = self.only;
        let docs = self
            .snapshot
            .docs
            .iter()
            .enumerate()
            .filter(move |(doc, _)| only.is_none_or(|only| only == *doc));
        let pieces = docs.flat_map(|(doc, file)| file.pieces.iter().map(move |placed| (doc, placed)));
        pieces.filter(move |(_, placed)| {
            let text = placed.piece.text();
            // An escape or a fold may stand inside of the name.
            finder.find(text.as_bytes()).is_some() || text.contains('\\')
        })
    }
}

/// Calls `visit` with every text in which lists may be put, and whether it is compared as a whole, as the elements of
/// lists are.
pub fn each_substituted<'s>(placed: &'s Placed, visit: &mut dyn FnMut(&'s crate::source::Text, bool)) {
    fn nested<'s>(
        node: &'s Node,
        visit: &mut dyn FnMut(&'s crate::source::Text, bool),
        whole: bool,
        depth: usize,
    ) {
        match node.value() {
            Value::Seq(items) if depth < 4 => {
                items.iter().for_each(|item| nested(item, visit, whole, depth + 1));
            }
            Value::Scalar(scalar) => visit(&scalar.text, whole),
            _ => {}
        }
    }
    for item in super::outline::items(placed.piece.stream()) {
        match item.kind() {
            Some(ItemKind::Macro | ItemKind::Rule) => {
                item.get("condition").into_iter().for_each(|node| nested(node, visit, false, 4));
                let exceptions = item.get("exceptions").and_then(Node::as_seq).unwrap_or_default();
                let values = exceptions.iter().filter_map(|exception| exception.get("values"));
                values.for_each(|node| nested(node, visit, false, 0));
            }
            Some(ItemKind::List) => {
                item.get("items").into_iter().for_each(|node| nested(node, visit, true, 0))
            }
            _ => {}
        }
    }
}

/// Where a name stands between separators, as the substitution of lists looks for it.
pub fn occurrences<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let bytes = text.as_bytes();
    let bounded = move |start: usize, end: usize| {
        (start == 0 || is_separator(bytes[start - 1])) && (end >= bytes.len() || is_separator(bytes[end]))
    };
    text.match_indices(name)
        .map(|(at, _)| at..at + name.len())
        .filter(move |range| !range.is_empty() && bounded(range.start, range.end))
}

/// A byte that ends a word for the substitution of lists.
pub fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'(' | b')' | b',' | b'=')
}
