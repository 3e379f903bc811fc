//! Everything collected, compiled: lists put in place, macros resolved, conditions and outputs checked.

use super::checks;
use super::collect::{Collected, ErrorPolicy, MacroInfo, RuleInfo};
use super::compiled::{MacroTrees, RuleOutcome, RuleView, Sink};
use super::environment::Environment;
use super::errors;
use super::event_types;
use super::exceptions;
use super::lists::Lists;
use super::names::{self, NameErrorKind};
use super::outputs;
use super::report::{ConditionPlace, ContextStep, Crash, Fault, Report};
use super::text::{Composite, Located};
use super::types::{self, TypeErrorKind, TypeFact};
use crate::schema::{SourceFields, SourceId};
use crate::source::Span;
use crate::syntax::ast::{Expr, TextRange};
use crate::syntax::condition::{self, Parsed, RULE_DEPTH, SyntaxError};
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::Arc;

/// The most findings that the macros of one rule can add: a macro used over and over is not worth more.
const MAX_FACTS: usize = 1000;

/// Compiles what was collected. Stops at the first error if the policy is Falco's. Returns how Falco
/// would crash, if it would before its first error. The sink sees what compiles.
pub fn compile<'a>(
    collected: &Collected<'a>,
    environment: &Environment,
    policy: ErrorPolicy,
    report: &mut Report<'_>,
    sink: &mut dyn Sink<'a>,
) -> Option<Crash> {
    let before = report.errors();
    let mut lists = Lists::new(collected);
    let texts: Vec<Composite<'a>> = collected
        .macros
        .items
        .iter()
        .map(|info| lists.substitute(Composite::joined(&info.condition)))
        .collect();
    let parsed: Vec<Parsed<'_>> = texts.iter().map(|text| condition::parse(&text.text, RULE_DEPTH)).collect();
    let macros = Macros::new(collected, &texts, &parsed);
    macros.report(report);
    let stop = |report: &Report<'_>| policy == ErrorPolicy::First && report.errors() > before;
    if stop(report) {
        return None;
    }
    let mut rules = Rules {
        collected,
        environment,
        macros: &macros,
        lists: &mut lists,
        facts: FxHashMap::default(),
        sink: &mut *sink,
        used: macros.used.clone(),
        named: Vec::new(),
    };
    for rule in &collected.rules.items {
        if rule.unknown_source || !rules.sink.wants(rule) {
            continue;
        }
        let crash = rules.look_at(rule, policy, report);
        if crash.is_some() && policy == ErrorPolicy::First {
            return crash;
        }
        if stop(report) {
            return None;
        }
    }
    let used = rules.used;
    sink.macros(&macros.trees());
    // Falco speaks of what is unused only when nothing else is wrong; we know a little more about our own
    // holes, but an unused name in a broken file is no news either.
    if report.errors() == before {
        unused(collected, &used, &lists, report);
    }
    None
}

fn unused(collected: &Collected<'_>, used: &[bool], lists: &Lists<'_>, report: &mut Report<'_>) {
    for (info, _) in collected.macros.items.iter().zip(used).filter(|(_, used)| !**used) {
        let base = [ContextStep::new("macro", info.name, info.span)];
        report.fault(info.span.file, &base, errors::unused_macro(info));
    }
    for (at, info) in collected.lists.items.iter().enumerate() {
        if !lists.is_used(at) {
            let base = [ContextStep::new("list", info.name, info.span)];
            report.fault(info.span.file, &base, errors::unused_list(info));
        }
    }
}

/// All macros, parsed.
struct Macros<'t, 'a> {
    collected: &'t Collected<'a>,
    texts: &'t [Composite<'a>],
    parsed: &'t [Parsed<'t>],
    errors: Vec<Option<names::NameError>>,
    used: Vec<bool>,
}

impl<'t, 'a> Macros<'t, 'a> {
    fn new(collected: &'t Collected<'a>, texts: &'t [Composite<'a>], parsed: &'t [Parsed<'t>]) -> Self {
        let uses: Vec<Vec<names::Use<'t>>> = parsed.iter().map(|parsed| names::uses(&parsed.expr)).collect();
        let errors = names::resolve(&collected.macros, &uses);
        let mut used = vec![false; texts.len()];
        for used_here in uses.iter().flatten() {
            if let Some(at) = collected.macros.index_of(used_here.name) {
                used[at] = true;
            }
        }
        Macros { collected, texts, parsed, errors, used }
    }

    fn trees(&self) -> MacroTrees<'_, 'a> {
        MacroTrees { collected: self.collected, texts: self.texts, parsed: self.parsed }
    }

    fn info(&self, at: usize) -> &'t MacroInfo<'a> {
        &self.collected.macros.items[at]
    }

    /// Syntax errors of all macros first, then names that cannot be resolved, as Falco.
    fn report(&self, report: &mut Report<'_>) {
        for (at, parsed) in self.parsed.iter().enumerate() {
            let info = self.info(at);
            let condition = info.condition.first().map_or(info.span, |text| text.span);
            let base = [
                ContextStep::new("macro", info.name, info.span),
                ContextStep::new("macro condition", "", condition),
            ];
            syntax_errors(parsed, &self.texts[at], &base, report);
        }
        for (at, error) in self.errors.iter().enumerate() {
            let Some(error) = error else { continue };
            if matches!(&error.kind, NameErrorKind::Undefined(name) if self.is_broken(name)) {
                continue;
            }
            let info = self.info(at);
            let located = self.texts[error.within].locate(error.place.clone());
            let via = (error.within != at).then_some(info.name_span);
            let fault = match &error.kind {
                NameErrorKind::Undefined(name) => {
                    errors::undefined_macro(name, located, via, self.candidates(name, report))
                }
                NameErrorKind::Loop(name) => errors::macro_loop(name, located, via),
            };
            let raw = Composite::joined(&info.condition);
            let place = ConditionPlace {
                text: &raw.text,
                parsed: &self.texts[at].text,
                at: Some(error.root_place.start as usize),
            };
            let base = [ContextStep::new("macro", info.name, info.span)];
            report.fault_in_condition(info.span.file, &base, fault, &place);
        }
    }

    /// True if a macro of this name stands somewhere, but could not be read: that was said already.
    fn is_broken(&self, name: &str) -> bool {
        self.collected.broken_macros.contains(name)
    }

    /// The macros that may have been meant by a name: itself if it exists but cannot be seen.
    fn candidates(&self, name: &str, report: &mut Report<'_>) -> impl Iterator<Item = &'t str> + use<'t, 'a> {
        let macros = &self.collected.macros;
        let range = match macros.index_of(name) {
            Some(at) => at..at + 1,
            None if report.may_search() => 0..macros.items.len(),
            None => 0..0,
        };
        macros.items[range].iter().map(|info| info.name)
    }
}

/// True if a syntax error follows a name at once: the name is part of it, and no macro.
fn runs_into_error(text: &str, name: &TextRange, errors: &[SyntaxError]) -> bool {
    let between = |error: &SyntaxError| text.get(name.end as usize..error.place.start as usize);
    errors.iter().any(|error| between(error).is_some_and(|between| between.trim().is_empty()))
}

fn syntax_errors(
    parsed: &Parsed<'_>,
    text: &Composite<'_>,
    base: &[ContextStep<'_>],
    report: &mut Report<'_>,
) {
    for error in &parsed.errors {
        let fault = errors::condition_syntax(error, text);
        let place = ConditionPlace { text: &text.text, parsed: &text.text, at: Some(error.at as usize) };
        let file = base[0].span.file;
        report.fault_in_condition(file, base, fault, &place);
    }
}

struct Rules<'c, 't, 'a> {
    sink: &'c mut dyn Sink<'a>,
    collected: &'t Collected<'a>,
    environment: &'c Environment,
    macros: &'c Macros<'t, 'a>,
    lists: &'c mut Lists<'a>,
    /// Facts of a macro's own text under a source, computed once.
    facts: FxHashMap<(usize, SourceId), Arc<Vec<TracedFact>>>,
    /// Which macros are used.
    used: Vec<bool>,
    /// The macros that the rule at hand names.
    named: Vec<usize>,
}

/// A rule's condition while it is checked.
struct Subject<'s, 'a> {
    rule: &'s RuleInfo<'a>,
    /// The condition with its exceptions, lists by name: what Falco shows.
    raw: &'s Composite<'a>,
    /// With the items of lists: what is parsed.
    text: &'s Composite<'a>,
    fields: &'s SourceFields,
    /// Falco's context down to the condition.
    base: &'s [ContextStep<'s>],
    /// Errors of the report before this rule.
    errors_before: usize,
}

/// A fact of a condition with the macros it came through: the innermost text and the use in the rule.
#[derive(Clone)]
struct TracedFact {
    fact: TypeFact,
    /// The macro in whose text the fact stands; `None` for the rule's own.
    within: Option<usize>,
    /// The use of the outermost macro in the rule's text.
    via: Option<Range<u32>>,
}

impl<'t, 'a> Rules<'_, 't, 'a> {
    /// Compiles a rule, or recalls what came of it.
    fn look_at(
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
        for used_here in names::uses(&parsed.expr) {
            match self.collected.macros.index_of(used_here.name) {
                Some(at) => {
                    self.used[at] = true;
                    self.named.push(at);
                    self.defined_later(rule, at, &text, &used_here.place, policy, report);
                }
                None if self.macros.is_broken(used_here.name) => {}
                None if runs_into_error(&text.text, &used_here.place, &parsed.errors) => {}
                None => {
                    let located = text.locate(used_here.place.clone());
                    let fault = errors::undefined_macro(
                        used_here.name,
                        located,
                        None,
                        self.macros.candidates(used_here.name, report),
                    );
                    let place = ConditionPlace {
                        text: &raw.text,
                        parsed: &text.text,
                        at: Some(used_here.place.start as usize),
                    };
                    report.fault_in_condition(file, &base, fault, &place);
                }
            }
            if stop(report) {
                return None;
            }
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

    /// Falco loads file by file: a rule cannot use a macro that only a later file defines.
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

    fn check(&mut self, it: &Subject<'_, 'a>, expr: &Expr<'_>, report: &mut Report<'_>) -> Option<Crash> {
        let own = types::facts(expr, it.fields, &|name| self.index(name));
        let found = if own.is_empty() { Vec::new() } else { self.flatten(own, it.fields) };
        self.whole_condition(it, &found, report);
        let refused = match self.refused(it, &found, report) {
            Ok(refused) => refused,
            Err(ended) => return ended,
        };
        self.constants(it, &found, refused, report);
        self.older_names(it, &found, report);
        let event_code = found.iter().any(|found| matches!(&found.fact, TypeFact::EventCodeCrash));
        if it.rule.source != "syscall" {
            return None;
        }
        if event_code {
            report.add(errors::event_code_crash(it.rule.condition_span));
            return Some(Crash { falco: errors::EVENT_CODE_CRASH.to_owned() });
        }
        // A hole may stand for the very check that is missing.
        if report.errors() == it.errors_before && it.rule.warn_evttypes {
            let resolve = |name: &str| self.index(name).map(|at| (at, &self.macros.parsed[at].expr));
            if event_types::too_many(expr, &resolve) {
                report.fault(it.rule.span.file, &it.base[..1], errors::no_event_type(it.rule));
            }
        }
        None
    }

    /// The place of a fact in the files, and the use of the macro it came through.
    fn located(
        &self,
        it: &Subject<'_, 'a>,
        found: &TracedFact,
        place: &Range<u32>,
    ) -> (Located, Option<Span>) {
        match found.within {
            Some(at) => {
                let via = found.via.clone().map(|via| it.text.locate(via).span);
                (self.macros.texts[at].locate(place.clone()), via)
            }
            None => (it.text.locate(place.clone()), None),
        }
    }

    /// Reports a finding of Falco's at a byte of the text that the fact stands in.
    fn at(
        &self,
        it: &Subject<'_, 'a>,
        found: &TracedFact,
        at: Option<u32>,
        fault: Fault<'_>,
        report: &mut Report<'_>,
    ) {
        let parsed = found.within.map_or(&it.text.text, |at| &self.macros.texts[at].text);
        let at = ConditionPlace { text: &it.raw.text, parsed, at: at.map(|at| at as usize) };
        report.fault_in_condition(it.rule.span.file, it.base, fault, &at);
    }

    /// Warnings about the condition as a whole come before it is compiled.
    fn whole_condition(&self, it: &Subject<'_, 'a>, found: &[TracedFact], report: &mut Report<'_>) {
        let unsafe_na = found.iter().find_map(|found| match &found.fact {
            TypeFact::UnsafeNa(place) => Some((found, place)),
            _ => None,
        });
        if let Some((found, place)) = unsafe_na {
            let (place, via) = self.located(it, found, place);
            self.at(it, found, None, errors::unsafe_na(place, via), report);
        }
        let mut deprecated: Vec<&str> = Vec::new();
        for found in found {
            let TypeFact::Deprecated(name, place) = &found.fact else { continue };
            if deprecated.contains(name) {
                continue;
            }
            deprecated.push(name);
            let (place, via) = self.located(it, found, place);
            self.at(it, found, None, errors::deprecated_field(name, place, via), report);
            report.deprecated_field(name);
        }
    }

    /// Reports what Falco refuses; true if there is any. The `Err` ends the rule: it is dropped, or Falco dies.
    fn refused(
        &self,
        it: &Subject<'_, 'a>,
        found: &[TracedFact],
        report: &mut Report<'_>,
    ) -> Result<bool, Option<Crash>> {
        let mut refused = false;
        for found in found {
            let TypeFact::Error(error) = &found.fact else { continue };
            let (place, via) = self.located(it, found, &error.place);
            let fault = errors::type_error(
                error,
                place,
                via,
                it.rule.source,
                it.fields,
                self.environment,
                &mut report.hints,
            );
            if let TypeErrorKind::Crash { falco, at_run_time, .. } = error.kind {
                report.add(fault.diagnostic);
                if !at_run_time {
                    return Err(Some(Crash { falco: falco.to_owned() }));
                }
                continue;
            }
            if it.rule.skip_if_unknown_filter && errors::is_skippable(&fault.message) {
                self.at(it, found, Some(error.falco_at), errors::skipped(it.rule, fault), report);
                return Err(None);
            }
            self.at(it, found, Some(error.falco_at), fault, report);
            refused = true;
        }
        Ok(refused)
    }

    /// Fields by their older names. Falco takes both.
    fn older_names(&self, it: &Subject<'_, 'a>, found: &[TracedFact], report: &mut Report<'_>) {
        for found in found {
            let TypeFact::Older(older, newer, place) = &found.fact else { continue };
            let (place, via) = self.located(it, found, place);
            report.add(errors::older_name(older, newer, place, via));
        }
    }

    /// Constants that look like something else. Falco gets to them only when nothing is refused; the
    /// author wants to know either way.
    fn constants(&self, it: &Subject<'_, 'a>, found: &[TracedFact], refused: bool, report: &mut Report<'_>) {
        for found in found {
            let TypeFact::Warning(warning) = &found.fact else { continue };
            let (place, via) = self.located(it, found, &warning.place);
            let fault = errors::constant_warning(warning, place, via);
            if refused {
                report.add(fault.diagnostic);
            } else {
                self.at(it, found, Some(warning.place.start), fault, report);
            }
        }
    }

    /// The facts of a text with those of its macros in their place.
    fn flatten(&mut self, own: Vec<TypeFact>, fields: &SourceFields) -> Vec<TracedFact> {
        let mut found = Vec::with_capacity(own.len());
        for fact in own {
            match fact {
                TypeFact::Macro(at, place) => {
                    let inner = self.macro_facts(at, fields);
                    let room = MAX_FACTS.saturating_sub(found.len());
                    found.extend(
                        inner
                            .iter()
                            .take(room)
                            .map(|found| TracedFact { via: Some(place.clone()), ..found.clone() }),
                    );
                }
                fact => found.push(TracedFact { fact, within: None, via: None }),
            }
        }
        found
    }

    /// The facts of a macro and of the macros it leads to, computed once for each source.
    fn macro_facts(&mut self, root: usize, fields: &SourceFields) -> Arc<Vec<TracedFact>> {
        let source = fields.id;
        let mut todo = vec![(root, None::<Vec<TypeFact>>)];
        while let Some((at, own)) = todo.pop() {
            if self.facts.contains_key(&(at, source)) {
                continue;
            }
            if self.macros.errors[at].is_some() {
                self.facts.insert((at, source), Arc::default());
                continue;
            }
            let Some(own) = own else {
                let own = types::facts(&self.macros.parsed[at].expr, fields, &|name| self.index(name));
                let inner: Vec<usize> = own
                    .iter()
                    .filter_map(|fact| if let TypeFact::Macro(at, _) = fact { Some(*at) } else { None })
                    .collect();
                todo.push((at, Some(own)));
                todo.extend(inner.into_iter().map(|inner| (inner, None)));
                continue;
            };
            let mut found = Vec::new();
            for fact in own {
                match fact {
                    TypeFact::Macro(inner, _) => {
                        let room = MAX_FACTS.saturating_sub(found.len());
                        found.extend(
                            self.facts
                                .get(&(inner, source))
                                .into_iter()
                                .flat_map(|all| all.iter())
                                .take(room)
                                .cloned(),
                        );
                    }
                    fact => found.push(TracedFact { fact, within: Some(at), via: None }),
                }
            }
            self.facts.insert((at, source), Arc::new(found));
        }
        self.facts.get(&(root, source)).cloned().unwrap_or_default()
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.collected.macros.index_of(name)
    }
}
