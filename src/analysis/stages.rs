//! Errors that Falco reports before a later file repairs them: it compiles after each file, and stops at the first error.

use super::Unit;
use super::memory::{spread, words};
use crate::diag::Diagnostic;
use crate::sema::collect::{Collected, ErrorPolicy, RuleInfo, collect};
use crate::sema::compile::compile;
use crate::sema::compiled::{RuleView, Sink, word};
use crate::sema::environment::Environment;
use crate::sema::errors;
use crate::sema::report::Report;
use crate::source::SourceMap;
use crate::syntax::items::ItemKind;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// The errors that a later file repairs: of each state before a file, the first that is not known already. Only states
/// before a file that changes earlier definitions are compiled, and only the rules that depend on these.
pub(super) fn mended(
    sources: &SourceMap,
    units: &[Unit<'_>],
    environment: &Environment,
    all: &Collected<'_>,
    known: &[Diagnostic],
    broken: &mut BTreeSet<String>,
) -> Vec<Diagnostic> {
    let key = |found: &Diagnostic| found.falco.as_ref().map(|says| (says.code, says.message.clone()));
    let mut missed = Vec::new();
    let Some(last) = all.changes.iter().map(|change| change.unit).max() else { return missed };
    let mut affected = Affected::new(all);
    let mut known: FxHashSet<_> = known.iter().filter_map(key).collect();
    let mut collected = Collected::default();
    for (at, unit) in (0..last).zip(units) {
        let mut report = Report::new(sources);
        let readable = unit.pieces.iter().all(|(_, stream)| stream.errors.is_empty());
        for &(id, stream) in unit.pieces.iter().filter(|_| readable) {
            collected.part_of(id, at);
            if report.errors() == 0 {
                collect(&mut collected, id, stream, environment, ErrorPolicy::First, &mut report);
            }
        }
        let refused = !readable || report.errors() > 0;
        if let (false, Some(rules)) = (refused, affected.by(at + 1)) {
            compile(&collected, environment, ErrorPolicy::First, &mut report, &mut Only(rules));
        }
        let is_error = |found: &&Diagnostic| found.falco.as_ref().is_some_and(|says| says.code.is_error());
        if let Some(error) = report.found.iter().find(is_error)
            && key(error).is_some_and(|key| known.insert(key))
        {
            missed.push(errors::mended_too_late(error.clone(), unit.name));
        }
        broken.extend(report.into_broken());
        // After a file that cannot be read, nothing can be said about the next ones.
        if refused {
            break;
        }
    }
    missed
}

/// The rules that a file affects by its changes.
struct Affected<'c, 'a> {
    all: &'c Collected<'a>,
    /// The words of each rule's condition, computed on demand.
    words: Option<FxHashMap<&'a str, Vec<u64>>>,
}

impl<'c, 'a> Affected<'c, 'a> {
    fn new(all: &'c Collected<'a>) -> Self {
        Affected { all, words: None }
    }

    /// The rules that depend on the changes of a file, by its number; `None` if it changes nothing.
    fn by(&mut self, unit: u32) -> Option<FxHashSet<&'a str>> {
        let changes = || self.all.changes.iter().filter(|change| change.unit == unit);
        changes().next()?;
        let mut rules: FxHashSet<&str> =
            changes().filter(|change| change.kind == ItemKind::Rule).map(|change| change.name).collect();
        let mut names: FxHashSet<u64> = changes()
            .filter(|change| change.kind != ItemKind::Rule)
            .map(|change| word(change.name.as_bytes()))
            .collect();
        if !names.is_empty() {
            spread(self.all, &mut names);
            let of_rule = |rule: &RuleInfo<'a>| (rule.name, words(rule));
            let words = self.words.get_or_insert_with(|| self.all.rules.items.iter().map(of_rule).collect());
            let resting = words.iter().filter(|(_, words)| words.iter().any(|word| names.contains(word)));
            rules.extend(resting.map(|(name, _)| name));
        }
        Some(rules)
    }
}

/// A sink for these rules only.
struct Only<'a>(FxHashSet<&'a str>);

impl<'a> Sink<'a> for Only<'_> {
    fn rule(&mut self, _: &RuleView<'_, 'a>) {}

    fn wants(&self, rule: &RuleInfo<'a>) -> bool {
        self.0.contains(rule.name)
    }
}
