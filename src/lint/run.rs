//! Runs all lints over what compiles.

use super::context::{Context, LintRule, Macros, RuleFindings, Ruleset};
use super::{Lint, rules};
use crate::diag::Diagnostic;
use crate::syntax::items::Item;
use crate::syntax::yaml::Stream;
use std::time::Duration;

/// Tells the time, for whoever wants to know where it goes.
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
    clock: Option<Clock>,
    times: Vec<Duration>,
}

impl<'c> Lints<'c> {
    /// Nothing seen yet. With a clock, each lint's time is taken.
    pub fn new(context: Context<'c>, clock: Option<Clock>) -> Lints<'c> {
        Lints { context, clock, times: vec![Duration::ZERO; rules::LINTS.len()] }
    }

    /// The items of a file as they stand. What is found of them rests on nothing else.
    pub fn items(&mut self, stream: &Stream, keep: bool) -> Option<RuleFindings> {
        let mark = self.context.begin_rule();
        let items = stream.documents.iter().flat_map(|document| document.root.as_seq().unwrap_or_default());
        for item in items.filter_map(Item::new) {
            self.each(|lint, context| lint.item(item, context));
        }
        keep.then(|| self.context.of_rule(&mark))
    }

    /// A rule that loads. What is found of it is told if it is to be kept.
    pub fn rule(&mut self, rule: &LintRule<'_, '_>, keep: bool) -> Option<RuleFindings> {
        let mark = self.context.begin_rule();
        self.each(|lint, context| lint.rule(rule, context));
        if self.context.is_rule_claimed() {
            self.context.claim(rule.rule.condition_span);
        }
        let kept = keep.then(|| self.context.of_rule(&mark));
        self.context.end_rule();
        kept
    }

    /// What was found of a rule before, when it was as it is now.
    pub fn recall(&mut self, findings: &RuleFindings) {
        self.context.recall(findings);
    }

    /// All macros, after all rules.
    pub fn macros(&mut self, macros: &Macros<'_, '_>) {
        self.context.end_rules();
        self.each(|lint, context| lint.macros(macros, context));
    }

    /// Everything together; then what was found.
    pub fn finish(mut self, set: &Ruleset<'_, '_>) -> (Vec<Diagnostic>, Vec<Timing>) {
        self.context.end_rules();
        self.each(|lint, context| lint.ruleset(set, context));
        let names = rules::LINTS.iter().map(|lint| lint.check().name);
        let timings = match self.clock {
            Some(_) => names.zip(self.times).map(|(name, time)| Timing { name, time }).collect(),
            None => Vec::new(),
        };
        (self.context.into_found(), timings)
    }

    fn each(&mut self, mut run: impl FnMut(&dyn Lint, &mut Context<'c>)) {
        for (at, lint) in rules::LINTS.iter().enumerate() {
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
