//! Lints on rules that load, the catalogue of all checks, and suppressions.

mod context;
mod event_names;
mod intent;
pub mod meta;
mod places;
mod quick_model;
pub mod rules;
mod run;
pub mod suppress;
pub mod targets;
mod versions;
mod written;
mod yields;

pub use context::{Context, ItemFindings, LintAtom, LintRule, Macros, Ruleset};
pub use run::{Clock, Lints, Timing};

use crate::coverage;
use crate::diag::Check;
use crate::nearest::nearest;
use crate::syntax::items::Item;

/// A search for one kind of mistake. Lints keep no state; what they share is in the [`Context`].
pub trait Lint: Sync {
    /// The check that it reports.
    fn check(&self) -> &'static Check;

    /// Checks an item as it stands in its file.
    fn item(&self, _item: Item<'_>, _cx: &mut Context<'_>) {}

    /// Checks a rule that loads.
    fn rule(&self, _rule: &LintRule<'_, '_>, _cx: &mut Context<'_>) {}

    /// Checks a rule that loads and about which no lint warned that it does not do what was meant. Proofs belong here:
    /// they cost more.
    fn sound_rule(&self, _rule: &LintRule<'_, '_>, _cx: &mut Context<'_>) {}

    /// Checks all macros, after all rules.
    fn macros(&self, _macros: &Macros<'_, '_>, _cx: &mut Context<'_>) {}

    /// Checks all rules together.
    fn ruleset(&self, _set: &Ruleset<'_, '_>, _cx: &mut Context<'_>) {}
}

/// Every check, in the order of their codes' declaration.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    // One entry per file that declares checks.
    let declared = crate::sema::checks::CHECKS.iter().copied().chain([
        coverage::checks::CHECKS,
        targets::CHECKS,
        meta::CHECKS,
        crate::embedded::CHECKS,
    ]);
    declared.flatten().copied().chain(rules::LINTS.iter().map(|lint| lint.check()))
}

/// The check with this name or `RC` code.
pub fn find(name_or_code: &str) -> Option<&'static Check> {
    checks().find(|check| check.name == name_or_code || check.code.eq_ignore_ascii_case(name_or_code))
}

/// The name of the check that was probably meant.
pub fn did_you_mean(name: &str) -> Option<&'static str> {
    nearest(name, checks().map(|check| check.name))
}
