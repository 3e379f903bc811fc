//! Compiled rules and macros, as later passes see them while their texts and trees exist.

use super::collect::{Collected, MacroInfo, RuleInfo};
use super::environment::Environment;
use super::text::Composite;
use crate::diag::Diagnostic;
use crate::schema::SourceFields;
use crate::syntax::ast::Expr;
use crate::syntax::condition::Parsed;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// All macros, parsed.
#[derive(Clone, Copy)]
pub struct MacroTrees<'v, 'a> {
    /// The definitions.
    pub collected: &'v Collected<'a>,
    pub(super) texts: &'v [Composite<'a>],
    pub(super) parsed: &'v [Parsed<'v>],
}

/// A macro: the item, its text with the items of lists, and its tree.
#[derive(Clone, Copy)]
pub struct MacroView<'v, 'a> {
    /// The item.
    pub info: &'v MacroInfo<'a>,
    /// Its condition with lists substituted.
    pub text: &'v Composite<'a>,
    /// That text, parsed.
    pub tree: &'v Expr<'v>,
}

impl<'v, 'a> MacroTrees<'v, 'a> {
    /// Index of the macro of this name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.collected.macros.index_of(name)
    }

    /// The macro at an index.
    pub fn get(&self, at: usize) -> Option<MacroView<'v, 'a>> {
        let (info, text) = (self.collected.macros.items.get(at)?, self.texts.get(at)?);
        Some(MacroView { info, text, tree: &self.parsed.get(at)?.expr })
    }

    /// All macros without syntax errors.
    pub fn iter(&self) -> impl Iterator<Item = MacroView<'v, 'a>> + use<'v, 'a> {
        let this = *self;
        (0..this.texts.len())
            .filter(move |&at| this.parsed[at].errors.is_empty())
            .filter_map(move |at| this.get(at))
    }
}

/// A rule that Falco would load.
#[derive(Clone, Copy)]
pub struct RuleView<'v, 'a> {
    /// The rule after appends and overrides.
    pub info: &'v RuleInfo<'a>,
    /// Its condition with its exceptions, lists by name.
    pub raw: &'v Composite<'a>,
    /// The same with lists substituted: the parsed text.
    pub text: &'v Composite<'a>,
    /// That text, parsed.
    pub tree: &'v Expr<'v>,
    /// The fields of its source.
    pub fields: &'v SourceFields,
    /// All macros.
    pub macros: MacroTrees<'v, 'a>,
    /// The environment.
    pub environment: &'v Environment,
}

/// The result of compiling a rule, and the names that it depends on.
#[derive(Debug, Default, Clone)]
pub struct RuleOutcome {
    /// The findings.
    pub found: Vec<Diagnostic>,
    /// The number of errors for which Falco refuses the file.
    pub errors: usize,
    /// True if Falco does not load the rule.
    pub broken: bool,
    /// The macros in its condition.
    pub macros: Vec<Box<str>>,
    /// The lists substituted in it.
    pub lists: Vec<Box<str>>,
    /// True if a name is unknown, so that the result depends on all names through suggestions.
    pub all_names: bool,
}

/// The hash of a word.
pub fn word(text: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A receiver of everything that compiles without error.
pub trait Sink<'a> {
    /// A rule, in evaluation order.
    fn rule(&mut self, rule: &RuleView<'_, 'a>);

    /// False if this rule is not to be compiled.
    fn wants(&self, _rule: &RuleInfo<'a>) -> bool {
        true
    }

    /// The kept result of this rule, if nothing that it depends on has changed. `broken` is true if Falco does not
    /// load the rule because of an earlier error.
    fn recall(&mut self, _rule: &RuleInfo<'a>, _broken: bool) -> Option<Arc<RuleOutcome>> {
        None
    }

    /// True if results are to be kept.
    fn keeps(&self) -> bool {
        false
    }

    /// Keeps the result of a rule that was not recalled, after [`Sink::rule`] if it loads.
    fn keep(&mut self, _rule: &RuleInfo<'a>, _broken: bool, _outcome: RuleOutcome) {}

    /// All macros, after all rules, those with errors included.
    fn macros(&mut self, _macros: &MacroTrees<'_, 'a>) {}
}

/// A sink that ignores everything.
pub struct NullSink;

impl Sink<'_> for NullSink {
    fn rule(&mut self, _: &RuleView<'_, '_>) {}
}
