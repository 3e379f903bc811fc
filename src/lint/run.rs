//! Runs all lints over what compiles.

use super::context::{Context, ItemFindings, LintRule, Macros, Reported, Ruleset};
use super::{Lint, yields};
use crate::diag::Diagnostic;
use crate::sema::collect::Collected;
use crate::sema::ir::Rule;
use crate::source::Span;
use crate::syntax::items::Item;
use crate::syntax::yaml::Stream;
use rustc_hash::FxHashSet;
use std::time::Duration;

/// A clock for whoever measures lints.
pub type Clock = fn() -> Duration;

/// What a lint cost.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Name of its check.
    pub name: &'static str,
    /// The time spent in it.
    pub time: Duration,
}

/// A run over one set of files.
pub struct Lints<'c> {
    context: Context<'c>,
    reported: Vec<Reported>,
    conditions: Vec<(u64, Span)>,
    mistaken: FxHashSet<Span>,
    clock: Option<Clock>,
    times: Vec<Duration>,
}

impl<'c> Lints<'c> {
    /// A run without findings. With a clock, each lint's time is taken.
    pub fn new(context: Context<'c>, clock: Option<Clock>) -> Lints<'c> {
        Lints {
            context,
            reported: Vec::new(),
            conditions: Vec::new(),
            mistaken: FxHashSet::default(),
            clock,
            times: vec![Duration::ZERO; yields::order().len()],
        }
    }

    /// Runs over the items of a file as they stand. Their findings rest on nothing else; they are returned if `keep`.
    pub fn items(&mut self, stream: &Stream, keep: bool) -> Option<ItemFindings> {
        let items = stream.documents.iter().flat_map(|document| document.root.as_seq().unwrap_or_default());
        for item in items.filter_map(Item::new) {
            self.each(|lint, context| lint.item(item, context));
        }
        yields::drop_yielding(&mut self.context.item.reported, &[]);
        self.take(keep, None)
    }

    /// Runs over a rule that loads. Its findings are returned if `keep`.
    pub fn rule(&mut self, rule: &LintRule<'_, '_>, keep: bool) -> Option<ItemFindings> {
        self.each(|lint, context| lint.rule(rule, context));
        yields::drop_yielding(&mut self.context.item.reported, &[]);
        self.each(|lint, context| {
            if !context.item.is_mistaken() {
                lint.sound_rule(rule, context);
            }
        });
        self.take(keep, Some(rule.rule.name_span))
    }

    /// Adds the findings of an item that is as it was when they were made.
    pub fn recall(&mut self, findings: &ItemFindings, rule: Option<&Rule>) {
        self.add(findings.clone(), rule.map(|rule| rule.name_span));
    }

    /// Runs over all macros, after all rules.
    pub fn macros(&mut self, macros: &Macros<'_, '_>) {
        self.each(|lint, context| lint.macros(macros, context));
        yields::drop_yielding(&mut self.context.item.reported, &self.reported);
        self.take(false, None);
    }

    /// Runs over all rules together, then returns all findings in the order in which they were made.
    pub fn finish(mut self, rules: &[&Rule], collected: &Collected<'_>) -> (Vec<Diagnostic>, Vec<Timing>) {
        let (conditions, mistaken) =
            (std::mem::take(&mut self.conditions), std::mem::take(&mut self.mistaken));
        let set = Ruleset { rules, collected, conditions, mistaken };
        self.each(|lint, context| lint.ruleset(&set, context));
        yields::drop_yielding(&mut self.context.item.reported, &self.reported);
        self.take(false, None);
        let names = yields::order().iter().map(|lint| lint.check().name);
        let timings = match self.clock {
            Some(_) => names.zip(self.times).map(|(name, time)| Timing { name, time }).collect(),
            None => Vec::new(),
        };
        let mut seen = FxHashSet::default();
        let first = self.reported.into_iter().filter(|it| it.once.is_none_or(|subject| seen.insert(subject)));
        (first.map(|it| it.diagnostic).collect(), timings)
    }

    /// Moves the findings of the item at hand to those of the run.
    fn take(&mut self, keep: bool, rule: Option<Span>) -> Option<ItemFindings> {
        let mut findings = std::mem::take(&mut self.context.item);
        findings.reported.shrink_to_fit();
        let kept = keep.then(|| findings.clone());
        self.add(findings, rule);
        kept
    }

    fn add(&mut self, findings: ItemFindings, rule: Option<Span>) {
        if findings.is_mistaken() {
            self.mistaken.extend(rule);
        }
        self.conditions.extend(findings.condition);
        self.reported.extend(findings.reported);
    }

    fn each(&mut self, mut run: impl FnMut(&dyn Lint, &mut Context<'c>)) {
        for (at, lint) in yields::order().iter().enumerate() {
            let Some(clock) = self.clock else {
                run(*lint, &mut self.context);
                continue;
            };
            let start = clock();
            run(*lint, &mut self.context);
            self.times[at] += clock().saturating_sub(start);
        }
    }
}
