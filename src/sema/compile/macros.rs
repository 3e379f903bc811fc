//! All macros, parsed, and their errors.

use crate::sema::collect::{Collected, MacroInfo};
use crate::sema::compiled::MacroTrees;
use crate::sema::errors;
use crate::sema::names::{self, NameErrorKind};
use crate::sema::report::{ConditionPlace, ContextStep, Report};
use crate::sema::text::Composite;
use crate::syntax::condition::Parsed;

/// All macros, parsed.
pub(super) struct Macros<'t, 'a> {
    pub(super) collected: &'t Collected<'a>,
    pub(super) texts: &'t [Composite<'a>],
    pub(super) parsed: &'t [Parsed<'t>],
    pub(super) errors: Vec<Option<names::NameError>>,
    pub(super) used: Vec<bool>,
}

impl<'t, 'a> Macros<'t, 'a> {
    pub(super) fn new(
        collected: &'t Collected<'a>,
        texts: &'t [Composite<'a>],
        parsed: &'t [Parsed<'t>],
    ) -> Self {
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

    pub(super) fn trees(&self) -> MacroTrees<'_, 'a> {
        MacroTrees { collected: self.collected, texts: self.texts, parsed: self.parsed }
    }

    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.collected.macros.index_of(name)
    }

    pub(super) fn info(&self, at: usize) -> &'t MacroInfo<'a> {
        &self.collected.macros.items[at]
    }

    /// Reports syntax errors of all macros, then unresolved names, as Falco does.
    pub(super) fn report(&self, report: &mut Report<'_>) {
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

    /// True if a macro of this name exists but could not be read, which is reported already.
    pub(super) fn is_broken(&self, name: &str) -> bool {
        self.collected.broken_macros.contains(name)
    }

    /// The macros that may have been meant by a name: itself if it exists but is not visible.
    pub(super) fn candidates(
        &self,
        name: &str,
        report: &mut Report<'_>,
    ) -> impl Iterator<Item = &'t str> + use<'t, 'a> {
        let macros = &self.collected.macros;
        let range = match macros.index_of(name) {
            Some(at) => at..at + 1,
            None if report.may_search() => 0..macros.items.len(),
            None => 0..0,
        };
        macros.items[range].iter().map(|info| info.name)
    }
}

pub(super) fn syntax_errors(
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
