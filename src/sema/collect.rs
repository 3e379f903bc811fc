//! Rules, macros and lists after appends, overrides and redefinitions, in Falco's order.

use super::environment::Environment;
use super::errors;
use super::exceptions::{self, Exception};
use super::report::{ContextStep, Fault, Report};
use super::requirements::{PluginRequirement, Version};
use super::rule;
use crate::source::{FileId, Span, Text};
use crate::syntax::items::{Item, ItemKind};
use crate::syntax::yaml::{Document, Node, Stream, Value};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};

/// Things by name, in the order of their first definition.
#[derive(Debug)]
pub struct Table<'a, T> {
    /// The things.
    pub items: Vec<T>,
    index: FxHashMap<&'a str, usize>,
}

impl<T> Default for Table<'_, T> {
    fn default() -> Self {
        Table { items: Vec::new(), index: FxHashMap::default() }
    }
}

impl<'a, T> Table<'a, T> {
    /// Position of the thing with this name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// The thing with this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.index_of(name).map(|at| &self.items[at])
    }

    /// The thing with this name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.index_of(name).map(|at| &mut self.items[at])
    }

    /// Adds a thing or replaces the one of that name in its place.
    fn define(&mut self, name: &'a str, thing: T) {
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
    /// False if a file switched it off.
    pub enabled: bool,
    /// Capture events after a match.
    pub capture: bool,
    /// For how long, in milliseconds.
    pub capture_duration: u32,
    /// Warn when the condition matches too many event types.
    pub warn_evttypes: bool,
    /// Drop the rule instead of failing when a field is unknown.
    pub skip_if_unknown_filter: bool,
    /// Tags, sorted, each once.
    pub tags: std::collections::BTreeSet<&'a str>,
    /// Exceptions in order.
    pub exceptions: Vec<Exception<'a>>,
    /// The source is provided by no plugin: the rule is never compiled.
    pub unknown_source: bool,
    /// The item that defined it last.
    pub span: Span,
    /// The condition's value in that item.
    pub condition_span: Span,
    /// The output's value in that item.
    pub output_span: Span,
    /// All items that it was made of: what they say decides what it is.
    pub parts: Vec<Span>,
}

/// A change of something that an earlier file defined.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The number of the file that changes it.
    pub unit: u32,
    /// What kind of item is changed.
    pub kind: ItemKind,
    /// Its name.
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
    /// The highest engine version asked for.
    pub engine_version: Version,
    /// Where `override` is used first.
    pub first_override: Option<Span>,
    /// Plugin requirements in order.
    pub plugins: Vec<PluginRequirement<'a>>,
    /// Macros that could not be read.
    pub broken_macros: FxHashSet<String>,
    /// What files changed or defined again that earlier files had defined.
    pub changes: Vec<Change<'a>>,
    next: u32,
    /// Which of the loaded files the pieces belong to that were collected on their own.
    units: FxHashMap<FileId, u32>,
}

impl Collected<'_> {
    /// The number of the loaded file that a span's text belongs to.
    pub fn unit(&self, file: FileId) -> u32 {
        self.units.get(&file).copied().unwrap_or(file.0)
    }

    /// Notes that items of a text may be lost, because there is an error in the file. Of the macros among them only
    /// the names matter.
    pub fn lose_macros(&mut self, text: &str) {
        let names =
            text.lines().filter_map(|line| line.trim_start_matches(['-', ' ']).strip_prefix("macro:"));
        self.broken_macros.extend(names.map(|name| name.trim().trim_matches(['"', '\'']).to_owned()));
    }

    /// Says that a text is a piece of the loaded file of this number.
    pub fn part_of(&mut self, file: FileId, unit: u32) {
        self.units.insert(file, unit);
    }

    /// All lists and macros in the order that decides what each of them sees, as names and what they are made of.
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

/// Whether the rest of a file is still looked at after an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorPolicy {
    /// Falco's: the first error ends the file.
    First,
    /// Ours: everything is looked at.
    All,
}

/// What an item's reader returns: the first thing Falco would stop at.
pub type Outcome<'a> = Result<(), Box<Fault<'a>>>;

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
    // Falco parses the whole stream before it looks at any document, so a syntax error comes first.
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

pub(super) struct Collector<'c, 'a, 'm> {
    pub(super) collected: &'c mut Collected<'a>,
    pub(super) file: FileId,
    pub(super) environment: &'c Environment,
    pub(super) policy: ErrorPolicy,
    pub(super) report: &'c mut Report<'m>,
}

impl<'a> Collector<'_, 'a, '_> {
    fn document(&mut self, document: &'a Document, policy: ErrorPolicy) {
        let source = self.report.sources().file(self.file);
        let complex = crate::syntax::yaml::complex_key(source, document);
        if let Some(error) = &complex {
            self.report.fault(self.file, &[], errors::complex_key(error));
            if policy == ErrorPolicy::First {
                return;
            }
        }
        let root = &document.root;
        let elements = match root.value() {
            Value::Null => return,
            Value::Seq(elements) => elements,
            Value::Map(_) | Value::Scalar(_) | Value::Shared(_) => {
                self.report.fault(self.file, &[], errors::not_rules(root));
                return;
            }
        };
        for element in elements {
            let before = self.report.errors();
            let told = self.report.found.len();
            self.element(element);
            if let Some(key) = complex.as_ref().filter(|key| element.span.contains(key.span)) {
                // What else is wrong with what the key stands in follows from that.
                let more = self.report.found.split_off(told);
                let follows = |at: Span| at != element.span && at.contains(key.span);
                self.report.found.extend(more.into_iter().filter(|it| !follows(it.primary.span)));
            }
            if policy == ErrorPolicy::First && self.report.errors() > before {
                return;
            }
        }
    }

    fn element(&mut self, node: &'a Node) {
        if matches!(node.value(), Value::Null) {
            return;
        }
        let Some(item) = Item::new(node) else {
            let base = [ContextStep::new("rules content item", "", node.span)];
            self.report.fault(self.file, &base, errors::not_an_item(node));
            return;
        };
        let Some(kind) = item.kind() else {
            let base = [ContextStep::new("rules content item", "", node.span)];
            self.report.fault(self.file, &base, errors::unknown_item(item));
            return;
        };
        if self.collected.first_override.is_none() {
            self.collected.first_override = item.key_span("override");
        }
        let (base, outcome) = match kind {
            ItemKind::EngineVersion => {
                (vec![ContextStep::new("required_engine_version", "", node.span)], self.engine_version(item))
            }
            ItemKind::PluginVersions => {
                let span = item.get(kind.key()).map_or(node.span, |value| self.mark(item, kind.key(), value));
                (vec![ContextStep::new("required plugin versions", "", span)], self.plugin_versions(item))
            }
            ItemKind::List | ItemKind::Macro | ItemKind::Rule => self.named(item, kind),
        };
        let refused = outcome.is_err();
        if let Err(fault) = outcome {
            self.report.fault(self.file, &base, *fault);
            if kind == ItemKind::Macro {
                // Whoever uses it has nothing to answer for.
                self.collected
                    .broken_macros
                    .extend(item.text(kind.key()).ok().map(|name| name.value.to_string()));
            }
        }
        for (key, _) in item.entries {
            if crate::syntax::items::key_text(key).is_some_and(|key| kind.keys().contains(&key)) {
                continue;
            }
            // Falco looks at the keys only of items it could read; a misspelt key is often why it could not.
            let fault = errors::unknown_key(key, kind);
            if refused {
                self.report.add(fault.diagnostic);
            } else {
                self.report.fault(self.file, &base, fault);
            }
        }
        self.duplicate_keys(item.node);
    }

    /// Where yaml-cpp says a value is: a block sequence at its first dash.
    fn mark(&self, item: Item<'a>, key: &str, value: &Node) -> Span {
        let text = &self.report.sources().file(self.file).text;
        let from = item.key_span(key).map_or(value.span.start, |key| key.end) as usize;
        let between = text.get(from..value.span.start as usize).unwrap_or_default();
        match between.rfind('-') {
            Some(dash) => Span { start: (from + dash) as u32, ..value.span },
            None => value.span,
        }
    }

    fn named(&mut self, item: Item<'a>, kind: ItemKind) -> (Vec<ContextStep<'a>>, Outcome<'a>) {
        let item_type = kind.key();
        let name = match item.text(kind.key()) {
            Ok(name) => name,
            Err(problem) => {
                return (
                    vec![ContextStep::new(item_type, "", item.node.span)],
                    Err(errors::key(problem, kind)),
                );
            }
        };
        let base = vec![ContextStep::new(item_type, &*name.value, item.node.span)];
        let outcome = match kind {
            ItemKind::List => self.list(item, name, &base),
            ItemKind::Macro => self.macro_(item, name, &base),
            _ => rule::read(self, item, name, &base),
        };
        (base, outcome)
    }

    pub(super) fn warn(&mut self, base: &[ContextStep<'a>], fault: Fault<'a>) {
        self.report.fault(self.file, base, fault);
    }

    /// Reports all faults of an item but the last, which is left to the caller to report.
    pub(super) fn tell(&mut self, base: &[ContextStep<'a>], mut faults: Vec<Fault<'a>>) -> Outcome<'a> {
        let Some(last) = faults.pop() else { return Ok(()) };
        for fault in faults {
            self.report.fault(self.file, base, fault);
        }
        Err(Box::new(last))
    }

    /// Notes that something defined at `earlier` is changed now.
    pub(super) fn changes(&mut self, kind: ItemKind, name: &'a str, earlier: Span) {
        let unit = self.collected.unit(self.file);
        if self.collected.unit(earlier.file) != unit {
            self.collected.changes.push(Change { unit, kind, name });
        }
    }

    /// The next number in the order of definitions and appends.
    pub(super) fn number(&mut self) -> u32 {
        self.collected.next += 1;
        self.collected.next - 1
    }

    fn list(&mut self, item: Item<'a>, name: &'a Text, base: &[ContextStep<'a>]) -> Outcome<'a> {
        if !is_list_name(&name.value) {
            self.warn(base, errors::list_name(name));
        }
        let items = item.texts("items").map_err(|problem| errors::key(problem, ItemKind::List))?;
        let append = self.appends(item, ItemKind::List, base)?;
        if let Some(earlier) = self.collected.lists.get(&name.value).map(|list| list.span) {
            self.changes(ItemKind::List, &name.value, earlier);
        }
        let index = self.number();
        let fresh = ListInfo {
            name: &name.value,
            name_span: name.span,
            items,
            span: item.node.span,
            index,
            visibility: index,
        };
        match (self.collected.lists.get_mut(&name.value), append) {
            (Some(previous), true) => {
                previous.items.extend(fresh.items);
                previous.visibility = index;
            }
            (None, true) => return Err(errors::nothing_to_append(ItemKind::List, name, &[])),
            (previous, false) => {
                let index = previous.map_or(index, |previous| previous.index);
                self.collected.lists.define(&name.value, ListInfo { index, ..fresh });
            }
        }
        Ok(())
    }

    fn macro_(&mut self, item: Item<'a>, name: &'a Text, base: &[ContextStep<'a>]) -> Outcome<'a> {
        if !is_macro_name(&name.value) {
            self.warn(base, errors::macro_name(name));
        }
        let condition = item.text("condition").map_err(|problem| errors::key(problem, ItemKind::Macro))?;
        let append = self.appends(item, ItemKind::Macro, base)?;
        if let Some(earlier) = self.collected.macros.get(&name.value).map(|info| info.span) {
            self.changes(ItemKind::Macro, &name.value, earlier);
        }
        let index = self.number();
        match (self.collected.macros.get_mut(&name.value), append) {
            (Some(previous), true) => {
                previous.condition.push(condition);
                previous.visibility = index;
            }
            (None, true) => return Err(errors::nothing_to_append(ItemKind::Macro, name, &[])),
            (previous, false) => {
                let info = MacroInfo {
                    name: &name.value,
                    name_span: name.span,
                    condition: vec![condition],
                    span: item.node.span,
                    first_file: previous.as_ref().map_or(self.file, |previous| previous.first_file),
                    index: previous.map_or(index, |previous| previous.index),
                    visibility: index,
                };
                self.collected.macros.define(&name.value, info);
            }
        }
        Ok(())
    }

    /// True if a list or macro appends, by `append: true` or by `override`.
    fn appends(
        &mut self,
        item: Item<'a>,
        kind: ItemKind,
        base: &[ContextStep<'a>],
    ) -> Result<bool, Box<Fault<'a>>> {
        let legacy = item.flag("append").map_err(|problem| errors::key(problem, kind))?.unwrap_or(false);
        if legacy {
            self.warn(base, errors::deprecated_append(item, kind));
        }
        let overrides = rule::overrides(item, kind)?;
        if legacy && !overrides.is_empty() {
            return Err(errors::append_and_override(item));
        }
        Ok(legacy || !overrides.append.is_empty())
    }

    /// Two equal keys: Falco takes the first and says nothing.
    fn duplicate_keys(&mut self, node: &'a Node) {
        // An alias stands for text that is looked at in its own place.
        let inside = |part: &Node| node.span.contains(part.span);
        if let Value::Seq(elements) = node.value() {
            elements
                .iter()
                .filter(|element| inside(element))
                .for_each(|element| self.duplicate_keys(element));
        }
        let Value::Map(entries) = node.value() else { return };
        let mut seen: Vec<(&str, Span)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            if inside(value) {
                self.duplicate_keys(value);
            }
            let Some(text) = crate::syntax::items::key_text(key) else { continue };
            match seen.iter().find(|(name, _)| *name == text) {
                Some(&(_, first)) => self.report.add(errors::duplicate_key(key, text, first)),
                // A mapping of thousands of keys is no item of ours; do not go quadratic on it.
                None if seen.len() < 64 => seen.push((text, key.span)),
                None => {}
            }
        }
    }

    pub(super) fn exceptions(
        &mut self,
        item: Item<'a>,
        append: bool,
        base: &[ContextStep<'a>],
    ) -> Result<Vec<Exception<'a>>, Box<Fault<'a>>> {
        let (file, report) = (self.file, &mut *self.report);
        exceptions::read(item, append, &mut |fault| report.fault(file, base, fault))
    }

    pub(super) fn define_rule(&mut self, rule: RuleInfo<'a>) {
        self.number();
        self.collected.rules.define(rule.name, rule);
    }
}

fn is_list_name(name: &str) -> bool {
    name.chars().all(crate::syntax::lexer::is_bare)
}

fn is_macro_name(name: &str) -> bool {
    crate::syntax::lexer::identifier(name).is_ok_and(|(rest, _)| rest.is_empty())
}
