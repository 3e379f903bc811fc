//! The items of a file as a tree, and those of all files by parts of their names.

use super::index::NameIndex;
use super::outline::{self, Role};
use super::{DocRange, Snapshot};
use crate::syntax::items::{ItemKind, key_text};
use crate::syntax::yaml::Node;
use std::ops::Range;

/// An item or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// A short description.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The whole range.
    pub range: Range<usize>,
    /// The range of its name.
    pub name_range: Range<usize>,
    /// Its parts.
    pub children: Vec<Symbol>,
}

/// The kinds of symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// An item.
    Item(ItemKind),
    /// A key of an item.
    Key,
    /// An exception.
    Exception,
}

/// An item of any file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceSymbol {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ItemKind,
    /// Where its name stands.
    pub place: DocRange,
}

/// The items of a file.
pub fn document(snapshot: &Snapshot, doc: usize) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    for placed in snapshot.docs.get(doc).into_iter().flat_map(|doc| &doc.pieces) {
        for entry in &placed.piece.outline().entries {
            let item = entry.node.and_then(|at| outline::items(placed.piece.stream()).nth(at));
            let mut children = Vec::new();
            for (key, value) in item.iter().flat_map(|item| item.entries).skip(1) {
                let inside = placed.piece.text().get(value.span.range()).is_some();
                let Some(name) = key_text(key).filter(|_| inside) else { continue };
                let exceptions = if name == "exceptions" { value.as_seq().unwrap_or_default() } else { &[] };
                let exception = |node: &Node| {
                    let name = node.get("name")?;
                    Some(Symbol {
                        name: name.as_scalar()?.text.value.to_string(),
                        detail: String::new(),
                        kind: SymbolKind::Exception,
                        range: placed.range_of(node.node().span),
                        name_range: placed.range_of(name.node().span),
                        children: Vec::new(),
                    })
                };
                children.push(Symbol {
                    name: name.to_owned(),
                    detail: String::new(),
                    kind: SymbolKind::Key,
                    range: placed.range_of(key.span.to(value.span)),
                    name_range: placed.range_of(key.span),
                    children: exceptions.iter().filter_map(exception).filter(nested).collect(),
                });
            }
            let range = placed.range_of(entry.span);
            let name_range = placed.range_of(entry.name_span);
            let name_range =
                name_range.start.clamp(range.start, range.end)..name_range.end.clamp(range.start, range.end);
            let changes = if entry.role == Role::Changes { "change" } else { "" };
            let detail = match entry.kind {
                ItemKind::List if changes.is_empty() => format!("{} items", entry.size),
                _ => changes.to_owned(),
            };
            let name = if entry.name.is_empty() { entry.kind.key() } else { &entry.name };
            let sort = SymbolKind::Item(entry.kind);
            symbols.push(Symbol { name: name.to_owned(), detail, kind: sort, range, name_range, children });
        }
    }
    symbols
}

/// True if a part lies inside its symbol: the target of an alias is elsewhere.
fn nested(symbol: &Symbol) -> bool {
    symbol.range.start <= symbol.name_range.start && symbol.name_range.end <= symbol.range.end
}

/// The items of all files whose names match a query, best first: by prefix, by substring, by its letters in order.
pub fn workspace(snapshot: &Snapshot, query: &str, limit: usize) -> Vec<WorkspaceSymbol> {
    let index = NameIndex::new(snapshot);
    let query: String = query.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let mut fitting = Vec::new();
    for kind in [ItemKind::Rule, ItemKind::Macro, ItemKind::List] {
        for found in index.names(kind) {
            let name = &*found.entry.name;
            if let Some(score) = score(&query, name) {
                let all = index.all(kind, name).into_iter();
                fitting.extend(all.map(|found| ((score, name.len(), name), kind, found)));
            }
        }
    }
    fitting.sort_by(|(a, _, first), (b, _, second)| {
        a.cmp(b).then_with(|| (first.doc, first.placed.start).cmp(&(second.doc, second.placed.start)))
    });
    let found =
        |((_, _, name), kind, found): ((u32, usize, &str), ItemKind, super::index::IndexedItem<'_>)| {
            WorkspaceSymbol { name: name.to_owned(), kind, place: found.name_place() }
        };
    fitting.into_iter().take(limit).map(found).collect()
}

fn score(query: &str, name: &str) -> Option<u32> {
    let name: String = name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    if name.starts_with(query) {
        return Some(0);
    }
    if name.contains(query) {
        return Some(1);
    }
    let mut letters = name.chars();
    query.chars().all(|wanted| letters.any(|letter| letter == wanted)).then_some(2)
}
