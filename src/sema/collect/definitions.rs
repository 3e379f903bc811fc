//! Definitions of rules, macros and lists, by name.

use crate::sema::exceptions::Exception;
use crate::source::{FileId, Span, Text};
use rustc_hash::FxHashMap;

/// Definitions by name, in the order of the first of each.
#[derive(Debug)]
pub struct Table<'a, T> {
    /// The definitions.
    pub items: Vec<T>,
    index: FxHashMap<&'a str, usize>,
}

impl<T> Default for Table<'_, T> {
    fn default() -> Self {
        Table { items: Vec::new(), index: FxHashMap::default() }
    }
}

impl<'a, T> Table<'a, T> {
    /// Index of the definition of this name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// The definition of this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.index_of(name).map(|at| &self.items[at])
    }

    /// The definition of this name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.index_of(name).map(|at| &mut self.items[at])
    }

    /// Adds a definition, or replaces the one of that name in its position.
    pub(super) fn define(&mut self, name: &'a str, thing: T) {
        match self.index_of(name) {
            Some(at) => self.items[at] = thing,
            None => {
                self.index.insert(name, self.items.len());
                self.items.push(thing);
            }
        }
    }
}

/// A list.
#[derive(Debug)]
pub struct ListInfo<'a> {
    /// Name.
    pub name: &'a str,
    /// The name where it was last defined.
    pub name_span: Span,
    /// Items as written.
    pub items: Vec<&'a Text>,
    /// The item that defined it last.
    pub span: Span,
    /// Number of the first definition among all definitions.
    pub index: u32,
    /// Number of the latest definition or append.
    pub visibility: u32,
}

/// A macro.
#[derive(Debug)]
pub struct MacroInfo<'a> {
    /// Name.
    pub name: &'a str,
    /// The name where it was last defined.
    pub name_span: Span,
    /// The condition and what was appended to it.
    pub condition: Vec<&'a Text>,
    /// The item that defined it last.
    pub span: Span,
    /// The file that defined it first.
    pub first_file: FileId,
    /// Number of the first definition among all definitions.
    pub index: u32,
    /// Number of the latest definition or append.
    pub visibility: u32,
}

/// A rule.
#[derive(Debug)]
pub struct RuleInfo<'a> {
    /// Name.
    pub name: &'a str,
    /// The name where it was last defined.
    pub name_span: Span,
    /// The condition and what was appended to it.
    pub condition: Vec<&'a Text>,
    /// The output and what was appended to it.
    pub output: Vec<&'a Text>,
    /// True if Falco trims the first part of the output: in full definitions only.
    pub trim_output: bool,
    /// The description and what was appended to it.
    pub description: Vec<&'a Text>,
    /// Priority as `-L` prints it.
    pub priority: &'static str,
    /// Source.
    pub source: &'a str,
    /// False if a file disabled it.
    pub enabled: bool,
    /// Capture events after a match.
    pub capture: bool,
    /// The duration of the capture in milliseconds.
    pub capture_duration: u32,
    /// Warn when the condition matches too many event types.
    pub warn_evttypes: bool,
    /// Drop the rule instead of failing when a field is unknown.
    pub skip_if_unknown_filter: bool,
    /// Tags, sorted, each once.
    pub tags: std::collections::BTreeSet<&'a str>,
    /// Exceptions in order.
    pub exceptions: Vec<Exception<'a>>,
    /// True if no plugin provides the source: the rule is never compiled.
    pub unknown_source: bool,
    /// The item that defined it last.
    pub span: Span,
    /// The condition's value in that item.
    pub condition_span: Span,
    /// The output's value in that item.
    pub output_span: Span,
    /// All items that contribute to it: their texts determine it.
    pub parts: Vec<Span>,
}
