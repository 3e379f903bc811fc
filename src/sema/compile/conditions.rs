//! Findings about the condition of one rule.

use super::facts::TracedFact;
use super::rules::{Rules, Subject};
use crate::sema::errors;
use crate::sema::event_types;
use crate::sema::report::{ConditionPlace, Crash, Fault, Report};
use crate::sema::text::Located;
use crate::sema::types::{self, TypeErrorKind, TypeFact};
use crate::source::Span;
use crate::syntax::ast::Expr;
use std::ops::Range;

impl<'t, 'a> Rules<'_, 't, 'a> {
    pub(super) fn check(
        &mut self,
        it: &Subject<'_, 'a>,
        expr: &Expr<'_>,
        report: &mut Report<'_>,
    ) -> Option<Crash> {
        let own = types::facts(expr, it.fields, &|name| self.macros.index(name));
        let found = if own.is_empty() { Vec::new() } else { self.facts.flatten(own, it.fields) };
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
        // A hole may replace the very comparison that is missing.
        if report.errors() == it.errors_before && it.rule.warn_evttypes {
            let resolve = |name: &str| self.macros.index(name).map(|at| (at, &self.macros.parsed[at].expr));
            if event_types::too_many(expr, &resolve) {
                report.fault(it.rule.span.file, &it.base[..1], errors::no_event_type(it.rule));
            }
        }
        None
    }

    /// The place of a fact in the files, and the macro use it came through.
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

    /// Reports a finding of Falco's at a byte of the fact's text.
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

    /// Reports warnings about the condition as a whole, which precede its compilation.
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

    /// Reports type errors; true if there are any. The `Err` ends the rule: it is skipped, or Falco crashes.
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

    /// Reports fields by their older names, which Falco accepts.
    fn older_names(&self, it: &Subject<'_, 'a>, found: &[TracedFact], report: &mut Report<'_>) {
        for found in found {
            let TypeFact::Older(older, newer, place) = &found.fact else { continue };
            let (place, via) = self.located(it, found, place);
            report.add(errors::older_name(older, newer, place, via));
        }
    }

    /// Reports suspicious constants. Falco reaches them only if nothing is refused; they are reported either way.
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
}
