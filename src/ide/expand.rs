//! Expansion of rules, macros and lists by Falco's own steps on the few items that they depend on.

use super::Snapshot;
use super::index::{IndexedItem, NameIndex, each_substituted, is_separator};
use super::marks::MarkKind;
use crate::sema::collect::{Collected, ErrorPolicy, collect};
use crate::sema::compile::compile;
use crate::sema::compiled::{MacroTrees, RuleView, Sink};
use crate::sema::lists::Lists;
use crate::sema::print;
use crate::sema::report::Report;
use crate::source::{SourceFile, SourceMap};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::items::ItemKind;
use crate::syntax::yaml;
use rustc_hash::{FxHashMap, FxHashSet};

/// The maximum number of nodes of a shown expansion.
const LONGEST: usize = 2_000;

/// A condition without macros and lists, one clause a line; `None` if it does not compile or is too long to show.
pub fn rule(snapshot: &Snapshot, index: &NameIndex<'_>, name: &str) -> Option<String> {
    let mut found = Wanted { kind: ItemKind::Rule, name, text: None };
    run(snapshot, &closure(index, &[(ItemKind::Rule, name)]), &mut found);
    found.text
}

/// The same for a macro.
pub fn macro_(snapshot: &Snapshot, index: &NameIndex<'_>, name: &str) -> Option<String> {
    let mut found = Wanted { kind: ItemKind::Macro, name, text: None };
    run(snapshot, &closure(index, &[(ItemKind::Macro, name)]), &mut found);
    found.text
}

/// The items of a list, with nested lists replaced by theirs.
pub fn list(snapshot: &Snapshot, index: &NameIndex<'_>, name: &str) -> Vec<String> {
    let sources = files(&closure(index, &[(ItemKind::List, name)]));
    let streams: Vec<_> = sources.files().map(|(id, file)| (id, yaml::parse(id, file))).collect();
    let mut report = Report::without_context(&sources);
    let mut collected = Collected::default();
    let environment = &snapshot.settings.options.environment;
    for (id, stream) in &streams {
        collect(&mut collected, *id, stream, environment, ErrorPolicy::All, &mut report);
    }
    let lists = Lists::new(&collected);
    let items = collected.lists.index_of(name).map(|at| lists.items(at).map(str::to_owned).collect());
    items.unwrap_or_default()
}

/// The items that the meaning of some names depends on, in load order.
pub fn closure<'s>(index: &NameIndex<'s>, seeds: &[(ItemKind, &str)]) -> Vec<IndexedItem<'s>> {
    let mut seen: FxHashSet<(ItemKind, String)> = FxHashSet::default();
    let mut due: Vec<(ItemKind, String)> =
        seeds.iter().map(|(kind, name)| (*kind, (*name).to_owned())).collect();
    let mut all: Vec<IndexedItem<'s>> = Vec::new();
    while let Some((kind, name)) = due.pop() {
        if !seen.insert((kind, name.clone())) {
            continue;
        }
        for found in index.all(kind, &name) {
            all.push(found);
            for mark in found.placed.piece.marks().iter().filter(|mark| mark.kind == MarkKind::Macro) {
                due.push((ItemKind::Macro, mark.text(&found.placed.piece).to_owned()));
            }
            each_substituted(found.placed, &mut |text, _| {
                let words = text.value.as_bytes().split(|&byte| is_separator(byte));
                let names = words.filter_map(|word| std::str::from_utf8(word).ok());
                due.extend(
                    names
                        .filter(|word| index.has(ItemKind::List, word))
                        .map(|word| (ItemKind::List, word.to_owned())),
                );
            });
        }
    }
    all.sort_by_key(|found| (found.doc, found.placed.start));
    all.dedup_by_key(|found| (found.doc, found.placed.start));
    all
}

/// Each piece as a file.
pub fn files(pieces: &[IndexedItem<'_>]) -> SourceMap {
    let mut sources = SourceMap::default();
    for found in pieces {
        sources.add(SourceFile::new("", found.placed.piece.source.text.clone()));
    }
    sources
}

fn run(snapshot: &Snapshot, pieces: &[IndexedItem<'_>], wanted: &mut Wanted<'_>) {
    let sources = files(pieces);
    let streams: Vec<_> = sources.files().map(|(id, file)| (id, yaml::parse(id, file))).collect();
    let mut report = Report::without_context(&sources);
    let mut collected = Collected::default();
    let environment = &snapshot.settings.options.environment;
    for (id, stream) in &streams {
        collect(&mut collected, *id, stream, environment, ErrorPolicy::All, &mut report);
    }
    compile(&collected, environment, ErrorPolicy::All, &mut report, wanted);
}

struct Wanted<'n> {
    kind: ItemKind,
    name: &'n str,
    text: Option<String>,
}

impl<'a> Sink<'a> for Wanted<'_> {
    fn rule(&mut self, view: &RuleView<'_, 'a>) {
        if self.kind == ItemKind::Rule && view.info.name == self.name {
            self.text = shown(view.tree, &view.macros);
        }
    }

    fn macros(&mut self, macros: &MacroTrees<'_, 'a>) {
        if self.kind == ItemKind::Macro {
            self.text = macros.index_of(self.name).and_then(|at| shown(macros.get(at)?.tree, macros));
        }
    }
}

fn shown(tree: &Expr<'_>, macros: &MacroTrees<'_, '_>) -> Option<String> {
    let mut sizes = FxHashMap::default();
    if size(tree, macros, &mut sizes, 0) > LONGEST {
        return None;
    }
    let mut tree = tree;
    while let ExprKind::Macro(name) = &tree.kind {
        let Some(view) = macros.index_of(name).and_then(|at| macros.get(at)) else { break };
        tree = view.tree;
    }
    let find = |name: &str| macros.index_of(name).and_then(|at| macros.get(at)).map(|view| view.tree);
    let one = |part: &Expr<'_>| print::condition(part, &find);
    Some(match &tree.kind {
        ExprKind::And(parts) => parts.iter().map(one).collect::<Vec<_>>().join("\nand "),
        ExprKind::Or(parts) => parts.iter().map(one).collect::<Vec<_>>().join("\nor "),
        _ => one(tree),
    })
}

/// The number of nodes after expansion of all macros; very large for a loop.
fn size<'v>(
    tree: &Expr<'_>,
    macros: &MacroTrees<'v, '_>,
    known: &mut FxHashMap<usize, usize>,
    depth: usize,
) -> usize {
    if depth > 64 {
        return LONGEST * 2;
    }
    let mut total = 0usize;
    let mut used = Vec::new();
    tree.walk(&mut |part| match &part.kind {
        ExprKind::Macro(name) => used.extend(macros.index_of(name)),
        ExprKind::Comparison(check) => {
            total += match &check.right {
                crate::syntax::ast::Right::List(values, _) => values.len().max(1),
                _ => 1,
            };
        }
        _ => total += 1,
    });
    for at in used {
        let inner = match known.get(&at) {
            Some(&size) => size,
            None => {
                // The node being expanded is reached again: a loop.
                known.insert(at, LONGEST * 2);
                let inner = macros.get(at).map_or(0, |view| size(view.tree, macros, known, depth + 1));
                known.insert(at, inner);
                inner
            }
        };
        total = total.saturating_add(inner).min(LONGEST * 2);
    }
    total
}
