//! What later passes may look at while the text of a rule and its tree are there.

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
    /// What they were collected from.
    pub collected: &'v Collected<'a>,
    pub(super) texts: &'v [Composite<'a>],
    pub(super) parsed: &'v [Parsed<'v>],
}

/// A macro: the item, its text with the items of lists, and its tree.
#[derive(Clone, Copy)]
pub struct MacroView<'v, 'a> {
    /// The item.
    pub info: &'v MacroInfo<'a>,
    /// Its condition with the items of lists in place of their names.
    pub text: &'v Composite<'a>,
    /// That text, parsed.
    pub tree: &'v Expr<'v>,
}

impl<'v, 'a> MacroTrees<'v, 'a> {
    /// Position of the macro of this name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.collected.macros.index_of(name)
    }

    /// A macro by position.
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
    /// The same with the items of lists in place of their names: what is parsed.
    pub text: &'v Composite<'a>,
    /// That text, parsed.
    pub tree: &'v Expr<'v>,
    /// The fields of its source.
    pub fields: &'v SourceFields,
    /// The macros it may use.
    pub macros: MacroTrees<'v, 'a>,
    /// The engine.
    pub environment: &'v Environment,
}

/// What came of a rule when it was compiled, and what that rests on beside the rule itself.
#[derive(Debug, Default, Clone)]
pub struct RuleOutcome {
    /// What was found.
    pub found: Vec<Diagnostic>,
    /// How much of that makes Falco refuse the file.
    pub errors: usize,
    /// Falco does not load it.
    pub broken: bool,
    /// The macros in its condition.
    pub macros: Vec<Box<str>>,
    /// The lists that were put into it.
    pub lists: Vec<Box<str>>,
    /// A name is unknown, so all names matter: one of them may be what was meant.
    pub all_names: bool,
}

/// A name or another word, for those who compare many.
pub fn word(text: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Sees what compiles without error.
pub trait Sink<'a> {
    /// A rule, in evaluation order.
    fn rule(&mut self, rule: &RuleView<'_, 'a>);

    /// False if this rule is not to be compiled at all.
    fn wants(&self, _rule: &RuleInfo<'a>) -> bool {
        true
    }

    /// What came of this rule when it was compiled before, if nothing has changed that it rests on. `broken` says
    /// whether it was known before compiling that Falco does not load it.
    fn recall(&mut self, _rule: &RuleInfo<'a>, _broken: bool) -> Option<Arc<RuleOutcome>> {
        None
    }

    /// True if outcomes are wanted.
    fn keeps(&self) -> bool {
        false
    }

    /// What came of a rule that was not recalled, after [`Sink::rule`] if it loads.
    fn keep(&mut self, _rule: &RuleInfo<'a>, _broken: bool, _outcome: RuleOutcome) {}

    /// All macros, after all rules. Some may be broken.
    fn macros(&mut self, _macros: &MacroTrees<'_, 'a>) {}
}

/// Looks away.
pub struct NullSink;

impl Sink<'_> for NullSink {
    fn rule(&mut self, _: &RuleView<'_, '_>) {}
}
