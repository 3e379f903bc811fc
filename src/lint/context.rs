//! What a lint sees.

use crate::diag::Diagnostic;
use crate::sema::collect::Collected;
use crate::sema::ir::{Atom, Pred, Rule, Test};
use crate::sema::lower::Written;
use crate::sema::text::Located;
use crate::sema::view::{MacroTrees, RuleView};
use crate::sema::world::World;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Right, Value};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// How many names are searched for among all known ones in one run.
const SEARCHES: usize = 2_000;

/// A rule as text, tree and predicate.
pub struct LintRule<'v, 'a> {
    /// Text and tree.
    pub view: &'v RuleView<'v, 'a>,
    /// The predicate, and all else there is to know.
    pub rule: &'v Rule,
    /// The comparisons, macros included, left to right.
    pub atoms: Vec<LintAtom<'v, 'a>>,
}

/// A comparison of a rule.
#[derive(Clone, Copy)]
pub struct LintAtom<'v, 'a> {
    /// What it means.
    pub atom: &'v Arc<Atom>,
    /// Where it is written.
    pub written: Written<'v, 'a>,
    /// An odd number of `not` stands before it.
    pub negated: bool,
}

impl<'v, 'a> LintRule<'v, 'a> {
    /// Puts together what belongs together: `written` are the places of the atoms in their order.
    pub fn new(view: &'v RuleView<'v, 'a>, rule: &'v Rule, written: &[Written<'v, 'a>]) -> Self {
        let mut atoms = Vec::with_capacity(written.len());
        let mut places = written.iter();
        collect(&rule.condition, false, &mut |atom, negated| {
            atoms.extend(places.next().map(|&written| LintAtom { atom, written, negated }));
        });
        LintRule { view, rule, atoms }
    }
}

fn collect<'p>(pred: &'p Pred, negated: bool, visit: &mut impl FnMut(&'p Arc<Atom>, bool)) {
    match pred {
        Pred::Const(_) => {}
        Pred::And(parts) | Pred::Or(parts) => parts.iter().for_each(|part| collect(part, negated, visit)),
        Pred::Not(inner) => collect(inner, !negated, visit),
        Pred::Atom(atom) => visit(atom, negated),
    }
}

impl<'v, 'a> LintAtom<'v, 'a> {
    /// The field on the left without its argument, if a plain field stands there.
    pub fn field(&self) -> Option<&'v str> {
        match &self.atom.left {
            crate::sema::ir::Term::Field(field) => Some(&field.name),
            _ => None,
        }
    }

    /// The constants on the right with their places in the parsed text.
    pub fn values(&self) -> &'v [Value<'v>] {
        match &self.written.check.right {
            Right::Const(value) | Right::Word(value) => std::slice::from_ref(value),
            Right::List(values, _) => values,
            _ => &[],
        }
    }

    /// The constants as they count.
    pub fn constants(&self) -> &'v [Box<str>] {
        match &self.atom.test {
            Test::Values { values, .. } => values,
            _ => &[],
        }
    }

    /// Where a constant is written: as item of a list, or in the condition.
    pub fn place(&self, value: &Value<'_>) -> Located {
        self.written.text.locate(value.place.clone())
    }

    /// The whole comparison where it is written.
    pub fn span(&self) -> Span {
        self.atom.origin.span
    }
}

/// Everything together.
pub struct Ruleset<'s, 'a> {
    /// The rules that load, in evaluation order.
    pub rules: &'s [Rule],
    /// The items after appends and overrides.
    pub collected: &'s Collected<'a>,
}

/// Findings so far, and what all lints share.
pub struct Context<'c> {
    /// The files.
    pub sources: &'c SourceMap,
    /// The engine.
    pub world: &'c World,
    found: Vec<Diagnostic>,
    claimed: FxHashSet<Span>,
    searches: usize,
}

impl<'c> Context<'c> {
    /// Nothing found yet.
    pub fn new(sources: &'c SourceMap, world: &'c World) -> Context<'c> {
        Context { sources, world, found: Vec::new(), claimed: FxHashSet::default(), searches: SEARCHES }
    }

    /// Adds a finding. Its place is taken then: whoever asks [`Context::is_claimed`] knows that it was spoken of.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.claimed.insert(diagnostic.primary.span);
        self.found.push(diagnostic);
    }

    /// Somebody has spoken of this very place.
    pub fn is_claimed(&self, span: Span) -> bool {
        self.claimed.contains(&span)
    }

    /// Marks a place as spoken of, though the finding stands elsewhere.
    pub fn claim(&mut self, span: Span) {
        self.claimed.insert(span);
    }

    /// Somebody has spoken of a comparison of this rule or of a value in one.
    pub fn is_rule_claimed(&self, rule: &LintRule<'_, '_>) -> bool {
        !self.claimed.is_empty()
            && rule.atoms.iter().any(|atom| {
                self.is_claimed(atom.span())
                    || atom.values().iter().any(|value| {
                        let place = atom.place(value);
                        self.is_claimed(place.item.unwrap_or(place.span))
                    })
            })
    }

    /// True while known names may be searched for one that was meant: a file in which thousands of names are
    /// wrong must not cost their product.
    pub fn may_search(&mut self) -> bool {
        self.searches = self.searches.saturating_sub(1);
        self.searches > 0
    }

    /// All findings, in the order in which they were made.
    pub fn into_found(self) -> Vec<Diagnostic> {
        self.found
    }
}

/// The macros of a run, each seen once.
pub type Macros<'v, 'a> = MacroTrees<'v, 'a>;
