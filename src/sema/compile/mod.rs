//! Everything collected, compiled: lists substituted, macros resolved, conditions and outputs checked.

mod conditions;
mod facts;
mod macros;
mod rules;

use super::collect::{Collected, ErrorPolicy};
use super::compiled::Sink;
use super::environment::Environment;
use super::errors;
use super::lists::Lists;
use super::report::{ContextStep, Crash, Report};
use super::text::Composite;
use crate::syntax::condition::{self, Parsed, RULE_DEPTH};
use facts::MacroFacts;
use macros::Macros;
use rules::Rules;

/// Compiles what was collected. Stops at the first error if the policy is Falco's. Returns Falco's crash if it comes
/// before its first error. The sink receives what compiles.
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
        facts: MacroFacts::new(&macros),
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
    // Falco reports unused names only if nothing else is wrong, and rulec does the same.
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
