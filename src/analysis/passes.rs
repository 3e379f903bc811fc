//! The steps for a rule that compiles: lowering to a predicate, and lints.

use super::memory::{Kept, Memory, words};
use crate::lint::{ItemFindings, LintRule, Lints};
use crate::sema::collect::RuleInfo;
use crate::sema::compiled::{MacroTrees, RuleOutcome, RuleView, Sink};
use crate::sema::ir::Rule;
use crate::sema::lower::{Lowering, TooLarge};
use std::sync::Arc;

/// The state of these steps and their results.
pub(super) struct Passes<'c, 'm> {
    pub lowering: Lowering,
    pub rules: Vec<Arc<Rule>>,
    pub too_large: Vec<TooLarge>,
    pub lints: Option<Lints<'c>>,
    /// Results of earlier runs, if the caller keeps them.
    pub memory: Option<&'m mut Memory>,
    /// The result for the current rule.
    pub last: Option<Made>,
}

/// The result for a rule that loads.
#[derive(Debug, Clone)]
pub(super) enum Made {
    /// A predicate and the findings of lints.
    Rule(Arc<Rule>, Option<ItemFindings>),
    /// A condition that is too large for a predicate.
    TooLarge(TooLarge),
}

impl Passes<'_, '_> {
    fn add(&mut self, made: Made) {
        match made {
            Made::Rule(rule, _) => self.rules.push(rule),
            Made::TooLarge(too_large) => self.too_large.push(too_large),
        }
    }
}

impl<'a> Sink<'a> for Passes<'_, '_> {
    fn rule(&mut self, view: &RuleView<'_, 'a>) {
        let keep = self.memory.is_some();
        let lowering = match &mut self.memory {
            Some(memory) => memory.lowering(),
            None => &mut self.lowering,
        };
        let made = match lowering.rule(view) {
            Ok((rule, written)) => {
                let lints = self.lints.as_mut();
                let found = lints.and_then(|lints| lints.rule(&LintRule::new(view, &rule, &written), keep));
                Made::Rule(Arc::new(rule), found)
            }
            Err(too_large) => Made::TooLarge(too_large),
        };
        if keep {
            self.last = Some(made.clone());
        }
        self.add(made);
    }

    fn macros(&mut self, macros: &MacroTrees<'_, 'a>) {
        if let Some(lints) = &mut self.lints {
            lints.macros(macros);
        }
    }

    fn keeps(&self) -> bool {
        self.memory.is_some()
    }

    fn recall(&mut self, rule: &RuleInfo<'a>, broken: bool) -> Option<Arc<RuleOutcome>> {
        let kept = self.memory.as_mut()?.rule(rule, broken)?;
        if let (Some(lints), Some(Made::Rule(rule, Some(findings)))) = (&mut self.lints, &kept.made) {
            lints.recall(findings, Some(rule));
        }
        if let Some(made) = &kept.made {
            match made {
                Made::Rule(rule, _) => self.rules.push(rule.clone()),
                Made::TooLarge(too_large) => self.too_large.push(too_large.clone()),
            }
        }
        Some(kept.outcome.clone())
    }

    fn keep(&mut self, rule: &RuleInfo<'a>, broken: bool, outcome: RuleOutcome) {
        let made = self.last.take();
        if let Some(memory) = &mut self.memory {
            memory.keep(rule, broken, Kept { outcome: Arc::new(outcome), words: words(rule), made });
        }
    }
}
