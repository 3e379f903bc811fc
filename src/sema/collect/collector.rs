//! The state of collecting one file, shared by the readers of all kinds of items.

use super::definitions::RuleInfo;
use super::{Change, Collected, ErrorPolicy};
use crate::sema::environment::Environment;
use crate::sema::exceptions::{self, Exception};
use crate::sema::report::{ContextStep, Fault, FaultResult, Report};
use crate::source::{FileId, Span};
use crate::syntax::items::{Item, ItemKind};

/// What an item's reader returns: the first thing Falco would stop at.
pub(super) struct Collector<'c, 'a, 'm> {
    pub(super) collected: &'c mut Collected<'a>,
    pub(super) file: FileId,
    pub(super) environment: &'c Environment,
    pub(super) policy: ErrorPolicy,
    pub(super) report: &'c mut Report<'m>,
}

impl<'a> Collector<'_, 'a, '_> {
    pub(super) fn warn(&mut self, base: &[ContextStep<'a>], fault: Fault<'a>) {
        self.report.fault(self.file, base, fault);
    }

    /// Reports all faults of an item but the last, which the caller reports.
    pub(super) fn report_faults(
        &mut self,
        base: &[ContextStep<'a>],
        mut faults: Vec<Fault<'a>>,
    ) -> FaultResult<'a> {
        let Some(last) = faults.pop() else { return Ok(()) };
        for fault in faults {
            self.report.fault(self.file, base, fault);
        }
        Err(Box::new(last))
    }

    /// Records that the definition at `earlier` is changed.
    pub(super) fn changes(&mut self, kind: ItemKind, name: &'a str, earlier: Span) {
        let unit = self.collected.unit(self.file);
        if self.collected.unit(earlier.file) != unit {
            self.collected.changes.push(Change { unit, kind, name });
        }
    }

    /// The next number in the order of definitions and appends.
    pub(super) fn number(&mut self) -> u32 {
        self.collected.next += 1;
        self.collected.next - 1
    }

    pub(super) fn exceptions(
        &mut self,
        item: Item<'a>,
        append: bool,
        base: &[ContextStep<'a>],
    ) -> FaultResult<'a, Vec<Exception<'a>>> {
        let (file, report) = (self.file, &mut *self.report);
        exceptions::read(item, append, &mut |fault| report.fault(file, base, fault))
    }

    pub(super) fn define_rule(&mut self, rule: RuleInfo<'a>) {
        self.number();
        self.collected.rules.define(rule.name, rule);
    }
}
