//! Rules, macros and lists after appends, overrides and redefinitions, in Falco's order.

mod changes;
mod collector;
mod definitions;
mod documents;
mod lists_and_macros;
mod overrides;
mod requirements;
mod rules;

pub use definitions::{ListInfo, MacroInfo, RuleInfo, Table};

use super::environment::Environment;
use super::errors;
use super::report::Report;
use super::requirements::{PluginRequirement, Version};
use crate::source::{FileId, Span};
use crate::syntax::items::ItemKind;
use crate::syntax::yaml::Stream;
use collector::Collector;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};

/// A change of something that an earlier file defined.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The number of the changing file.
    pub unit: u32,
    /// The kind of the changed item.
    pub kind: ItemKind,
    /// The name of the changed item.
    pub name: &'a str,
}

/// Everything collected from the files so far.
#[derive(Debug, Default)]
pub struct Collected<'a> {
    /// Lists.
    pub lists: Table<'a, ListInfo<'a>>,
    /// Macros.
    pub macros: Table<'a, MacroInfo<'a>>,
    /// Rules.
    pub rules: Table<'a, RuleInfo<'a>>,
    /// The highest required engine version.
    pub engine_version: Version,
    /// The first use of `override`.
    pub first_override: Option<Span>,
    /// Plugin requirements in order.
    pub plugins: Vec<PluginRequirement<'a>>,
    /// Macros that could not be read.
    pub broken_macros: FxHashSet<String>,
    /// Changes and redefinitions of earlier files' items.
    pub changes: Vec<Change<'a>>,
    next: u32,
    /// The loaded file of each piece that was collected separately.
    units: FxHashMap<FileId, u32>,
}

impl Collected<'_> {
    /// The number of the loaded file that contains a span's text.
    pub fn unit(&self, file: FileId) -> u32 {
        self.units.get(&file).copied().unwrap_or(file.0)
    }

    /// Records the names of macros in a text whose items may be lost because of an error in the file.
    pub fn lose_macros(&mut self, text: &str) {
        let names =
            text.lines().filter_map(|line| line.trim_start_matches(['-', ' ']).strip_prefix("macro:"));
        self.broken_macros.extend(names.map(|name| name.trim().trim_matches(['"', '\'']).to_owned()));
    }

    /// Assigns a piece to the loaded file of this number.
    pub fn part_of(&mut self, file: FileId, unit: u32) {
        self.units.insert(file, unit);
    }

    /// All lists and macros in the order that decides visibility, as names and hashes of their content.
    pub fn definitions(&self) -> Vec<(&str, u64)> {
        let mut all: Vec<(u32, &str, u64)> =
            Vec::with_capacity(2 * (self.lists.items.len() + self.macros.items.len()));
        for list in &self.lists.items {
            let made =
                identity(&(list.span, list.name_span, "list"), list.items.iter().map(|item| item.span));
            all.push((list.index, list.name, made));
            all.push((list.visibility, list.name, made));
        }
        for info in &self.macros.items {
            let own = (info.span, info.name_span, self.unit(info.first_file));
            let made = identity(&own, info.condition.iter().map(|part| part.span));
            all.push((info.index, info.name, made));
            all.push((info.visibility, info.name, made));
        }
        all.sort_unstable();
        all.into_iter().map(|(_, name, made)| (name, made)).collect()
    }
}

fn identity(own: &impl Hash, parts: impl Iterator<Item = Span>) -> u64 {
    let mut hasher = FxHasher::default();
    own.hash(&mut hasher);
    parts.for_each(|part| part.hash(&mut hasher));
    hasher.finish()
}

/// Whether checking continues after an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorPolicy {
    /// Falco's: the first error ends the file.
    First,
    /// rulec's: everything is checked.
    All,
}

/// Collects the items of one file.
pub fn collect<'a>(
    collected: &mut Collected<'a>,
    file: FileId,
    stream: &'a Stream,
    environment: &Environment,
    policy: ErrorPolicy,
    report: &mut Report<'_>,
) {
    let before = report.errors();
    // Falco parses the whole stream before any document, so a syntax error comes first.
    for error in &stream.errors {
        report.fault(file, &[], errors::yaml(error));
        if policy == ErrorPolicy::First {
            return;
        }
    }
    if !stream.errors.is_empty() {
        collected.lose_macros(&report.sources().file(file).text);
    }
    if policy == ErrorPolicy::All {
        stream.lax.iter().for_each(|error| report.add(errors::lax_yaml(error, stream)));
        stream.unread.iter().for_each(|&rest| report.add(errors::unread_document(rest)));
    }
    let mut collector = Collector { collected, file, environment, policy, report };
    for document in &stream.documents {
        collector.document(document, policy);
        if policy == ErrorPolicy::First && collector.report.errors() > before {
            return;
        }
    }
}
