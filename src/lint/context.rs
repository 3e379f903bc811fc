//! What a lint sees.

use super::asked::{Asked, Form, compared, reads_source};
use super::sample::{Members, Sample};
use crate::diag::{Diagnostic, Group, Severity};
use crate::logic::{Assume, Solver};
use crate::sema::collect::Collected;
use crate::sema::ir::{Atom, Pred, Rule, Test};
use crate::sema::lower::Written;
use crate::sema::text::Located;
use crate::sema::view::{MacroTrees, RuleView};
use crate::sema::world::World;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Right, Value};
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
    pub(super) asked: OnceCell<Asked<'v>>,
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
    /// Puts together what belongs together: `written` are the places of the atoms in their order.
    pub fn new(view: &'v RuleView<'v, 'a>, rule: &'v Rule, written: &[Written<'v, 'a>]) -> Self {
        let mut atoms = Vec::with_capacity(written.len());
        let mut places = written.iter();
        collect(&rule.condition, false, &mut |atom, negated| {
            atoms.extend(places.next().map(|&written| {
                let (member, source) = (compared(atom), reads_source(atom));
                LintAtom { atom, written, negated, member, source }
            }));
        });
        LintRule { view, rule, atoms, asked: OnceCell::new(), members: OnceCell::new() }
    }

    /// The members of the record that the condition looks at.
    pub(super) fn members(&self) -> &Members<'v> {
        self.members.get_or_init(|| Members::of(&self.rule.condition))
    }

    /// A quick look finds an event on which the condition holds.
    pub(super) fn can_hold(&self) -> bool {
        let condition = &self.rule.condition;
        match self.members().all_apart {
            true => Sample::is_there(condition, true),
            false => Sample::of(condition, true).is_some(),
        }
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
    warned: bool,
    searches: usize,
    solver: OnceCell<Solver>,
    questions: usize,
    told: FxHashSet<&'static str>,
    /// What the conditions of the rules have in common where they are equal, and the names of the rules.
    pub(super) bodies: Vec<(u64, Span)>,
}

impl<'c> Context<'c> {
    /// Nothing found yet.
    pub fn new(sources: &'c SourceMap, world: &'c World) -> Context<'c> {
        Context {
            sources,
            world,
            found: Vec::new(),
            claimed: FxHashSet::default(),
            warned: false,
            searches: SEARCHES,
            solver: OnceCell::new(),
            questions: QUESTIONS,
            told: FxHashSet::default(),
            bodies: Vec::new(),
        }
    }

    /// Adds a finding. If it says that a condition is wrong, its place is taken then: whoever asks
    /// [`Context::is_claimed`] knows that it was spoken of. What could be better takes no place.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        if matches!(diagnostic.check.group, Group::Correctness | Group::CloudTrail) {
            self.claimed.insert(diagnostic.primary.span);
            self.warned |= diagnostic.severity >= Severity::Warning;
        }
        self.found.push(diagnostic);
    }

    /// Adds a finding that leaves its place to others: one that says what could be better, not what is wrong.
    pub fn mention(&mut self, diagnostic: Diagnostic) {
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

    /// True the first time it is asked of `what`, for what is worth telling once.
    pub fn is_news(&mut self, what: &'static str) -> bool {
        self.told.insert(what)
    }

    /// A new rule is looked at.
    pub(super) fn begin_rule(&mut self) {
        self.warned = false;
    }

    /// Somebody has said that the rule at hand does not do what was meant: what would follow from that is no news.
    pub fn is_rule_claimed(&self) -> bool {
        self.warned
    }

    /// True while known names may be searched for one that was meant: a file in which thousands of names are
    /// wrong must not cost their product.
    pub fn may_search(&mut self) -> bool {
        self.searches = self.searches.saturating_sub(1);
        self.searches > 0
    }

    /// What to ask for a proof; `None` once a run has asked enough.
    pub fn solver(&mut self) -> Option<&Solver> {
        self.questions = self.questions.checked_sub(1)?;
        Some(self.solver.get_or_init(|| Solver::new(Assume::CloudTrail)))
    }

    /// All findings, in the order in which they were made.
    pub fn into_found(self) -> Vec<Diagnostic> {
        self.found
    }
}

/// The macros of a run, each seen once.
pub type Macros<'v, 'a> = MacroTrees<'v, 'a>;
