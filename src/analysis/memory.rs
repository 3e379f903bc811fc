//! Findings of earlier runs, for a caller that analyses nearly the same files many times.
//!
//! The findings of a rule depend on the items that define it, on the lists and macros that its condition names, and on
//! those that these name in turn. The id of a file stands for its text, so no texts are compared.

use super::passes::Made;
use crate::lint::{ItemFindings, Lints};
use crate::sema::collect::{Collected, RuleInfo};
use crate::sema::compiled::{RuleOutcome, word};
use crate::sema::exceptions;
use crate::sema::lists::is_separator;
use crate::sema::lower::Lowering;
use crate::sema::text::Composite;
use crate::source::FileId;
use crate::syntax::yaml::Stream;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The results of earlier runs over the same environment.
#[derive(Debug, Default)]
pub struct Memory {
    rules: FxHashMap<u64, Remembered<Arc<Kept>>>,
    items: FxHashMap<FileId, Remembered<ItemFindings>>,
    /// The lists and macros of the last run, in definition order.
    definitions: Vec<(u64, u64)>,
    /// Macros of the last run with errors.
    broken_macros: Vec<u64>,
    /// The engine and plugin requirements of the last run.
    asked: u64,
    /// Shared parts of predicates, kept so that predicates of different runs share them too.
    lowering: Option<Lowering>,
    run: u32,
}

/// A value and the last run that used it.
#[derive(Debug)]
struct Remembered<T> {
    what: T,
    run: u32,
}

/// The results for a rule.
#[derive(Debug)]
pub(super) struct Kept {
    pub outcome: Arc<RuleOutcome>,
    /// The words of its condition. Lists and macros of other names do not affect it.
    pub words: Vec<u64>,
    pub made: Option<Made>,
}

impl Memory {
    /// Drops results that depend on lists and macros that have changed since the last run.
    pub(super) fn begin(&mut self, collected: &Collected<'_>) {
        self.run += 1;
        let asked = asked(collected);
        let all = collected.definitions();
        let definitions: Vec<(u64, u64)> =
            all.iter().map(|&(name, made)| (word(name.as_bytes()), made)).collect();
        let mut broken: Vec<u64> = collected.broken_macros.iter().map(|name| word(name.as_bytes())).collect();
        broken.sort_unstable();
        if asked != self.asked {
            self.rules.clear();
        } else if definitions != self.definitions || broken != self.broken_macros {
            let mut changed = changed(&self.definitions, &definitions);
            changed.extend(broken.iter().filter(|name| !self.broken_macros.contains(name)));
            changed.extend(self.broken_macros.iter().filter(|name| !broken.contains(name)));
            // A list whose name contains separators can be substituted within any text.
            let odd = collected.lists.items.iter().any(|list| list.name.bytes().any(is_separator));
            if odd {
                self.rules.clear();
            }
            spread(collected, &mut changed);
            self.rules.retain(|_, known| {
                let outcome = &known.what.outcome;
                let named = outcome.macros.iter().map(|name| word(name.as_bytes()));
                !outcome.all_names
                    && !known.what.words.iter().copied().chain(named).any(|word| changed.contains(&word))
            });
        }
        (self.asked, self.definitions, self.broken_macros) = (asked, definitions, broken);
    }

    /// Drops results that this run did not use.
    pub(super) fn end(&mut self) {
        let run = self.run;
        self.rules.retain(|_, known| known.run == run);
        self.items.retain(|_, known| known.run == run);
    }

    pub(super) fn rule(&mut self, rule: &RuleInfo<'_>, broken: bool) -> Option<Arc<Kept>> {
        let known = self.rules.get_mut(&key(rule, broken))?;
        known.run = self.run;
        Some(known.what.clone())
    }

    pub(super) fn keep(&mut self, rule: &RuleInfo<'_>, broken: bool, kept: Kept) {
        self.rules.insert(key(rule, broken), Remembered { what: Arc::new(kept), run: self.run });
    }

    /// Runs the lints on the items of a piece, or recalls their findings.
    pub(super) fn items(&mut self, piece: FileId, stream: &Stream, lints: &mut Lints<'_>) {
        if let Some(known) = self.items.get_mut(&piece) {
            known.run = self.run;
            lints.recall(&known.what, None);
        } else if let Some(found) = lints.items(stream, true) {
            self.items.insert(piece, Remembered { what: found, run: self.run });
        }
    }

    pub(super) fn lowering(&mut self) -> &mut Lowering {
        self.lowering.get_or_insert_with(Lowering::of_conditions)
    }
}

fn key(rule: &RuleInfo<'_>, broken: bool) -> u64 {
    let mut hasher = FxHasher::default();
    (&rule.parts, broken).hash(&mut hasher);
    hasher.finish()
}

/// A hash of the engine and plugin requirements, which some lints compare with every rule.
fn asked(collected: &Collected<'_>) -> u64 {
    let mut hasher = FxHasher::default();
    collected.engine_version.hash(&mut hasher);
    for choice in collected.plugins.iter().flat_map(|plugin| &plugin.choices) {
        (choice.name, choice.version, choice.version_text.span).hash(&mut hasher);
    }
    hasher.finish()
}

/// The names of definitions outside the common prefix and suffix of both runs.
fn changed(before: &[(u64, u64)], after: &[(u64, u64)]) -> FxHashSet<u64> {
    let same = |pairs: &mut dyn Iterator<Item = (&(u64, u64), &(u64, u64))>| {
        pairs.take_while(|(a, b)| a == b).count()
    };
    let head = same(&mut before.iter().zip(after));
    let (before, after) = (&before[head..], &after[head..]);
    let tail = same(&mut before.iter().rev().zip(after.iter().rev()));
    let ends = [&before[..before.len() - tail], &after[..after.len() - tail]];
    ends.into_iter().flatten().map(|&(name, _)| name).collect()
}

/// The words of a rule's condition and exceptions that can name a list or macro.
pub(super) fn words(rule: &RuleInfo<'_>) -> Vec<u64> {
    let raw = exceptions::expand(Composite::joined(&rule.condition), &rule.exceptions);
    let text = raw.unwrap_or_else(|_| Composite::joined(&rule.condition)).text;
    let words = text.as_bytes().split(|&byte| is_separator(byte)).filter(|word| !word.is_empty());
    let mut words: Vec<u64> = words.map(word).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Adds the lists and macros that name something in the set, directly or through others.
pub(super) fn spread(collected: &Collected<'_>, changed: &mut FxHashSet<u64>) {
    let mut named_by: FxHashMap<u64, Vec<u64>> = FxHashMap::default();
    let mut names = |text: &str, by: u64| {
        let words = text.as_bytes().split(|&byte| is_separator(byte)).filter(|word| !word.is_empty());
        words.for_each(|named| named_by.entry(word(named)).or_default().push(by));
    };
    for list in &collected.lists.items {
        let by = word(list.name.as_bytes());
        list.items.iter().for_each(|item| names(&item.value, by));
    }
    for info in &collected.macros.items {
        let by = word(info.name.as_bytes());
        info.condition.iter().for_each(|part| names(&part.value, by));
    }
    let mut todo: Vec<u64> = changed.iter().copied().collect();
    while let Some(name) = todo.pop() {
        let by = named_by.get(&name).into_iter().flatten().copied();
        todo.extend(by.filter(|&by| changed.insert(by)));
    }
}
