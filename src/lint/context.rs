//! What a lint sees.

use super::event_names::{Asked, Form, compared, reads_source};
use super::quick_model::{Members, Sample};
use crate::diag::{Diagnostic, Group, Severity};
use crate::logic::{Assume, Solver};
use crate::sema::collect::Collected;
use crate::sema::compiled::{MacroTrees, RuleView};
use crate::sema::environment::Environment;
use crate::sema::ir::{Atom, Rule, Test};
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
        signed_atoms(&rule.condition, true, &mut |atom, positive| {
            let negated = !positive;
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

/// Everything together.
pub struct Ruleset<'s, 'a> {
    /// The rules that load, in evaluation order.
    pub rules: &'s [&'s Rule],
    /// The items after appends and overrides.
    pub collected: &'s Collected<'a>,
}

/// Findings so far, and what all lints share. What is found of a rule rests on that rule alone and on the macros and
/// lists it uses, so that it can be kept while they stay as they are.
pub struct Context<'c> {
    /// The files.
    pub sources: &'c SourceMap,
    /// The engine.
    pub environment: &'c Environment,
    found: Vec<Diagnostic>,
    /// Which of them are told once in a run: their places in `found`, and what they are about.
    once: Vec<(usize, &'static str)>,
    /// How many of those there were before the rule at hand.
    once_before: usize,
    /// What was claimed by the rule at hand, and when no rule is looked at, by anybody.
    claimed: FxHashSet<Span>,
    claimed_before: Vec<Span>,
    warned: bool,
    searches: usize,
    solver: &'c OnceCell<Solver>,
    questions: usize,
    /// What the conditions of the rules have in common where they are equal, and the names of the rules.
    pub(super) bodies: Vec<(u64, Span)>,
}

/// All that the lints found of one rule.
#[derive(Debug, Default, Clone)]
pub struct RuleFindings {
    found: Vec<Diagnostic>,
    once: Vec<(usize, &'static str)>,
    claimed: Vec<Span>,
    bodies: Vec<(u64, Span)>,
}

impl<'c> Context<'c> {
    /// Nothing found yet. The solver is made when it is first needed.
    pub fn new(
        sources: &'c SourceMap,
        environment: &'c Environment,
        solver: &'c OnceCell<Solver>,
    ) -> Context<'c> {
        Context {
            sources,
            environment,
            found: Vec::new(),
            once: Vec::new(),
            once_before: 0,
            claimed: FxHashSet::default(),
            claimed_before: Vec::new(),
            warned: false,
            searches: SEARCHES,
            solver,
            questions: QUESTIONS,
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

    /// Adds a finding of which the run tells only the first that is about `what`.
    pub fn report_once(&mut self, what: &'static str, diagnostic: Diagnostic) {
        if !self.once[self.once_before..].iter().any(|&(_, told)| told == what) {
            self.once.push((self.found.len(), what));
            self.report(diagnostic);
        }
    }

    /// A new rule is looked at: it knows nothing of what was claimed in others.
    pub(super) fn begin_rule(&mut self) -> Mark {
        self.warned = false;
        self.once_before = self.once.len();
        Mark { found: self.found.len(), once: self.once.len(), bodies: self.bodies.len() }
    }

    /// The rule was looked at.
    pub(super) fn end_rule(&mut self) {
        self.claimed_before.extend(self.claimed.drain());
    }

    /// All that was found of the rule at hand since it began.
    pub(super) fn of_rule(&self, since: &Mark) -> RuleFindings {
        RuleFindings {
            found: self.found[since.found..].to_vec(),
            once: self.once[since.once..].iter().map(|&(at, what)| (at - since.found, what)).collect(),
            claimed: self.claimed.iter().copied().collect(),
            bodies: self.bodies[since.bodies..].to_vec(),
        }
    }

    /// Adds what was found of a rule before.
    pub(super) fn recall(&mut self, findings: &RuleFindings) {
        let base = self.found.len();
        self.found.extend(findings.found.iter().cloned());
        self.once.extend(findings.once.iter().map(|&(at, what)| (base + at, what)));
        self.claimed_before.extend(&findings.claimed);
        self.bodies.extend(&findings.bodies);
    }

    /// All rules were looked at: what they claimed counts for all that comes now.
    pub(super) fn end_rules(&mut self) {
        self.claimed.extend(self.claimed_before.drain(..));
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
        let mut told = FxHashSet::default();
        let mut repeated = self.once.into_iter().filter(|&(_, what)| !told.insert(what)).map(|(at, _)| at);
        let Some(mut next) = repeated.next() else { return self.found };
        let mut kept = Vec::with_capacity(self.found.len());
        for (at, found) in self.found.into_iter().enumerate() {
            if at == next {
                next = repeated.next().unwrap_or(usize::MAX);
            } else {
                kept.push(found);
            }
        }
        kept
    }
}

/// Where the findings of a rule begin.
pub(super) struct Mark {
    found: usize,
    once: usize,
    bodies: usize,
}

/// The macros of a run, each seen once.
pub type Macros<'v, 'a> = MacroTrees<'v, 'a>;
