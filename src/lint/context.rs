//! The input of lints, and their findings so far.

use super::event_names::{Form, NameTests, compared, reads_source};
use super::quick_model::{Members, QuickModel};
use crate::diag::{Diagnostic, Group, Severity};
use crate::logic::{Assume, Satisfiability, Solver, contradict};
use crate::sema::collect::Collected;
use crate::sema::compiled::{MacroTrees, RuleView};
use crate::sema::environment::Environment;
use crate::sema::ir::{Atom, Pred, Rule, Test};
use crate::sema::lower::Written;
use crate::sema::predicate::signed_atoms;
use crate::sema::text::Located;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Constant, Right};
use rustc_hash::FxHashSet;
use std::cell::OnceCell;
use std::sync::Arc;

/// How many names are searched for among all known ones in one run.
const SEARCHES: usize = 500;

/// How many questions are put to `logic` in one run.
const QUESTIONS: usize = 2_000;

/// A rule as text, tree and predicate.
pub struct LintRule<'v, 'a> {
    /// Text and tree.
    pub view: &'v RuleView<'v, 'a>,
    /// The predicate, and all else there is to know.
    pub rule: &'v Rule,
    /// The comparisons, macros included, left to right.
    pub atoms: Vec<LintAtom<'v, 'a>>,
    pub(super) name_tests: OnceCell<NameTests<'v>>,
    members: OnceCell<Members<'v>>,
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
    /// The member of the record that it compares as it is.
    pub member: Option<&'v str>,
    /// How it reads the event source, if it does.
    pub source: Option<Form>,
}

impl<'v, 'a> LintRule<'v, 'a> {
    /// Combines a rule with its text: `written` are the places of the atoms in their order.
    pub fn new(view: &'v RuleView<'v, 'a>, rule: &'v Rule, written: &[Written<'v, 'a>]) -> Self {
        let mut atoms = Vec::with_capacity(written.len());
        let mut places = written.iter();
        signed_atoms(&rule.condition, true, &mut |atom, positive| {
            let negated = !positive;
            atoms.extend(places.next().map(|&written| {
                let (member, source) = (compared(atom), reads_source(atom));
                LintAtom { atom, written, negated, member, source }
            }));
        });
        LintRule { view, rule, atoms, name_tests: OnceCell::new(), members: OnceCell::new() }
    }

    /// The members of the record that the condition reads.
    pub(super) fn members(&self) -> &Members<'v> {
        self.members.get_or_init(|| Members::of(&self.rule.condition))
    }

    /// True if a quick search finds an event on which the condition holds.
    pub(super) fn can_hold(&self) -> bool {
        let condition = &self.rule.condition;
        match self.members().all_apart {
            true => QuickModel::is_there(condition, true),
            false => QuickModel::of(condition, true).is_some(),
        }
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
    pub fn values(&self) -> &'v [Constant<'v>] {
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
    pub fn place(&self, value: &Constant<'_>) -> Located {
        self.written.text.locate(value.place.clone())
    }

    /// The whole comparison where it is written.
    pub fn span(&self) -> Span {
        self.atom.origin.span
    }
}

/// All rules together.
pub struct Ruleset<'s, 'a> {
    /// The rules that load, in evaluation order.
    pub rules: &'s [&'s Rule],
    /// The items after appends and overrides.
    pub collected: &'s Collected<'a>,
    /// The hash of each enabled rule's condition with the place of the rule's name, in evaluation order.
    pub conditions: Vec<(u64, Span)>,
    /// The names of the rules that are [mistaken](ItemFindings::is_mistaken).
    pub(super) mistaken: FxHashSet<Span>,
}

impl Ruleset<'_, '_> {
    /// True if a lint warned that the rule's condition does not do what was meant, so that it will change.
    pub fn is_mistaken(&self, rule: &Rule) -> bool {
        self.mistaken.contains(&rule.name_span)
    }
}

/// What all lints share, and the findings of the item at hand. They rest on that item alone and on the macros and lists
/// it uses, so that they can be kept while those stay as they are.
pub struct Context<'c> {
    /// The files.
    pub sources: &'c SourceMap,
    /// The engine.
    pub environment: &'c Environment,
    pub(super) item: ItemFindings,
    searches: usize,
    solver: &'c OnceCell<Solver>,
    questions: usize,
}

/// What the lints found of one item, and nothing of any other.
#[derive(Debug, Default, Clone)]
pub struct ItemFindings {
    pub(super) reported: Vec<Reported>,
    /// The hash of the condition and the place of the name, for an enabled rule.
    pub(super) condition: Option<(u64, Span)>,
}

/// A finding of a lint.
#[derive(Debug, Clone)]
pub(super) struct Reported {
    pub diagnostic: Diagnostic,
    /// A run keeps only the first finding about this subject.
    pub once: Option<&'static str>,
}

impl ItemFindings {
    /// True if a warning says that the condition does not do what was meant: what follows from that is no news.
    pub(super) fn is_mistaken(&self) -> bool {
        self.reported.iter().map(|reported| &reported.diagnostic).any(|found| {
            found.severity >= Severity::Warning
                && matches!(found.check.group, Group::Correctness | Group::CloudTrail)
        })
    }
}

impl<'c> Context<'c> {
    /// The solver is made when it is first needed.
    pub fn new(
        sources: &'c SourceMap,
        environment: &'c Environment,
        solver: &'c OnceCell<Solver>,
    ) -> Context<'c> {
        let item = ItemFindings::default();
        Context { sources, environment, item, searches: SEARCHES, solver, questions: QUESTIONS }
    }

    /// Adds a finding. It is dropped later if it overlaps one of a check that it [yields to](crate::diag::Check::yields_to).
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.item.reported.push(Reported { diagnostic, once: None });
    }

    /// Adds a finding that is kept only if it is the first of the run about `subject`.
    pub fn report_once(&mut self, subject: &'static str, diagnostic: Diagnostic) {
        if !self.item.reported.iter().any(|reported| reported.once == Some(subject)) {
            self.item.reported.push(Reported { diagnostic, once: Some(subject) });
        }
    }

    /// The number of findings of the item at hand.
    #[cfg(test)]
    pub fn reported(&self) -> usize {
        self.item.reported.len()
    }

    /// Keeps the hash of the condition of the rule at hand for [`Ruleset::conditions`].
    pub fn keep_condition(&mut self, hash: u64, name: Span) {
        self.item.condition = Some((hash, name));
    }

    /// True while known names may be searched for one that was meant: a file in which thousands of names are
    /// wrong must not cost their product.
    pub fn may_search(&mut self) -> bool {
        self.searches = self.searches.saturating_sub(1);
        self.searches > 0
    }

    /// Proved to hold on no event; false once a run has asked for enough proofs.
    pub fn is_never(&mut self, pred: &Pred) -> bool {
        contradict([(pred, true)])
            || self.solver().is_some_and(|solver| solver.find(pred) == Satisfiability::Never)
    }

    /// What to ask for a proof; `None` once a run has asked for enough.
    pub fn solver(&mut self) -> Option<&Solver> {
        self.questions = self.questions.checked_sub(1)?;
        Some(self.solver.get_or_init(|| Solver::new(Assume::CloudTrail)))
    }
}

/// The macros of a run, each seen once.
pub type Macros<'v, 'a> = MacroTrees<'v, 'a>;
