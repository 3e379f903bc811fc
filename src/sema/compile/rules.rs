//! Compilation of rules in order: exceptions, output, condition and its macros.

use super::facts::MacroFacts;
use super::macros::{Macros, syntax_errors};
use crate::schema::SourceFields;
use crate::sema::checks;
use crate::sema::collect::{Collected, ErrorPolicy, RuleInfo};
use crate::sema::compiled::{RuleOutcome, RuleView, Sink};
use crate::sema::environment::Environment;
use crate::sema::errors;
use crate::sema::exceptions;
use crate::sema::lists::Lists;
use crate::sema::names;
use crate::sema::outputs;
use crate::sema::report::{ConditionPlace, ContextStep, Crash, Report};
use crate::sema::text::Composite;
use crate::syntax::ast::TextRange;
use crate::syntax::condition::{self, Parsed, RULE_DEPTH, SyntaxError};
use std::ops::Range;

pub(super) struct Rules<'c, 't, 'a> {
    pub(super) sink: &'c mut dyn Sink<'a>,
    pub(super) collected: &'t Collected<'a>,
    pub(super) environment: &'c Environment,
    pub(super) macros: &'c Macros<'t, 'a>,
    pub(super) lists: &'c mut Lists<'a>,
    pub(super) facts: MacroFacts<'c, 't, 'a>,
    /// True for each used macro.
    pub(super) used: Vec<bool>,
    /// The macros that the current rule names.
    pub(super) named: Vec<usize>,
}

/// The condition of a rule while it is checked.
pub(super) struct Subject<'s, 'a> {
    pub(super) rule: &'s RuleInfo<'a>,
    /// The condition with its exceptions, lists by name: the text that Falco shows.
    pub(super) raw: &'s Composite<'a>,
    /// The same with lists substituted: the parsed text.
    pub(super) text: &'s Composite<'a>,
    pub(super) fields: &'s SourceFields,
    /// Falco's context down to the condition.
    pub(super) base: &'s [ContextStep<'s>],
    /// Number of errors before this rule.
    pub(super) errors_before: usize,
}

impl<'t, 'a> Rules<'_, 't, 'a> {
    /// Compiles a rule, or returns its kept result.
    pub(super) fn look_at(
        &mut self,
        rule: &'t RuleInfo<'a>,
        policy: ErrorPolicy,
        report: &mut Report<'_>,
    ) -> Option<Crash> {
        if !self.sink.keeps() {
            return self.rule(rule, policy, report);
        }
        let broken = report.is_broken(rule.name);
        if let Some(outcome) = self.sink.recall(rule, broken) {
            let at = |name: &str| self.collected.macros.index_of(name);
            outcome.macros.iter().filter_map(|name| at(name)).for_each(|at| self.used[at] = true);
            outcome.lists.iter().for_each(|name| self.lists.mark_used(name));
            report.recall(rule.name, &outcome);
            return None;
        }
        let (before, errors) = (report.found.len(), report.errors());
        self.lists.take_touched();
        self.named.clear();
        let crash = self.rule(rule, policy, report);
        let found = report.found[before..].to_vec();
        let outcome = RuleOutcome {
            all_names: found.iter().any(|found| found.check == &checks::UNDEFINED_MACRO),
            found,
            errors: report.errors() - errors,
            broken: report.is_broken(rule.name),
            macros: self.named.iter().map(|&at| self.macros.info(at).name.into()).collect(),
            lists: self.lists.take_touched().into_iter().map(Into::into).collect(),
        };
        self.sink.keep(rule, broken, outcome);
        crash
    }

    fn rule(
        &mut self,
        rule: &'t RuleInfo<'a>,
        policy: ErrorPolicy,
        report: &mut Report<'_>,
    ) -> Option<Crash> {
        let before = report.errors();
        let stop = |report: &Report<'_>| policy == ErrorPolicy::First && report.errors() > before;
        let file = rule.span.file;
        let base = [ContextStep::new("rule", rule.name, rule.span)];
        let fields = self.environment.fields(rule.source)?;
        let raw = match exceptions::expand(Composite::joined(&rule.condition), &rule.exceptions) {
            Ok(text) => text,
            Err(fault) => {
                if fault.code.is_none() {
                    let crash = Crash { falco: fault.message.clone() };
                    report.add(fault.diagnostic);
                    return Some(crash);
                }
                report.fault(file, &base, *fault);
                return None;
            }
        };
        let good_output = outputs::check(rule, fields, &base, self.environment, report);
        if stop(report) || (!good_output && rule.skip_if_unknown_filter) {
            return None;
        }
        let text = self.lists.substitute(raw.clone());
        let parsed = condition::parse(&text.text, RULE_DEPTH);
        let condition_base = [base[0].clone(), ContextStep::new("rule condition", "", rule.condition_span)];
        syntax_errors(&parsed, &text, &condition_base, report);
        if stop(report) {
            return None;
        }
        if !self.resolve_macros(rule, &raw, &text, &parsed, policy, report) || stop(report) {
            return None;
        }
        let subject =
            Subject { rule, raw: &raw, text: &text, fields, base: &condition_base, errors_before: before };
        let crash = self.check(&subject, &parsed.expr, report);
        if crash.is_none() && !report.is_broken(rule.name) {
            let (tree, macros) = (&parsed.expr, self.macros.trees());
            self.sink.rule(&RuleView {
                info: rule,
                raw: &raw,
                text: &text,
                tree,
                fields,
                macros,
                environment: self.environment,
            });
        }
        crash
    }

    /// Records the macros that a condition uses and reports those that are missing or defined later. False if the
    /// policy is Falco's and one is missing.
    fn resolve_macros(
        &mut self,
        rule: &'t RuleInfo<'a>,
        raw: &Composite<'a>,
        text: &Composite<'a>,
        parsed: &Parsed<'_>,
        policy: ErrorPolicy,
        report: &mut Report<'_>,
    ) -> bool {
        let before = report.errors();
        for used_here in names::uses(&parsed.expr) {
            match self.macros.index(used_here.name) {
                Some(at) => {
                    self.used[at] = true;
                    self.named.push(at);
                    self.defined_later(rule, at, text, &used_here.place, policy, report);
                }
                None if self.macros.is_broken(used_here.name) => {}
                None if runs_into_error(&text.text, &used_here.place, &parsed.errors) => {}
                None => {
                    let located = text.locate(used_here.place.clone());
                    let candidates = self.macros.candidates(used_here.name, report);
                    let fault = errors::undefined_macro(used_here.name, located, None, candidates);
                    let at = Some(used_here.place.start as usize);
                    let place = ConditionPlace { text: &raw.text, parsed: &text.text, at };
                    let base = [ContextStep::new("rule", rule.name, rule.span)];
                    report.fault_in_condition(rule.span.file, &base, fault, &place);
                }
            }
            if policy == ErrorPolicy::First && report.errors() > before {
                return false;
            }
        }
        true
    }

    /// Reports a macro that only a later file defines: Falco loads file by file.
    fn defined_later(
        &self,
        rule: &RuleInfo<'a>,
        at: usize,
        text: &Composite<'a>,
        place: &Range<u32>,
        policy: ErrorPolicy,
        report: &mut Report<'_>,
    ) {
        let info = self.macros.info(at);
        let unit = |file| self.collected.unit(file);
        if policy == ErrorPolicy::All && unit(info.first_file) > unit(rule.span.file) {
            let located = text.locate(place.clone());
            if unit(located.span.file) < unit(info.first_file) {
                report.refuse(rule.name, errors::macro_in_later_file(info, located));
            }
        }
    }
}

/// True if a syntax error follows a name immediately: the name is part of it, not a macro.
fn runs_into_error(text: &str, name: &TextRange, errors: &[SyntaxError]) -> bool {
    let between = |error: &SyntaxError| text.get(name.end as usize..error.place.start as usize);
    errors.iter().any(|error| between(error).is_some_and(|between| between.trim().is_empty()))
}
