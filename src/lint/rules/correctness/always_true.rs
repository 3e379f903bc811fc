//! `always-true`.

use crate::diag::{Check, Diagnostic};
use crate::eval::SOURCE;
use crate::lint::quick_model::QuickModel;
use crate::lint::rules::checks::EXCEPTION_SWALLOWS_RULE;
use crate::lint::{Context, Lint, LintRule};
use crate::sema::ir::Pred;

crate::declare_check! {
    /// A condition that holds on every event.
    ///
    /// ## What it does
    /// Reports a rule that fires on each CloudTrail record, whatever is in it. This is proved.
    ///
    /// ## Why it matters
    /// Such a rule drowns all others; under first-match it also hides every rule after it. The usual cause is an `or`
    /// between exclusions: everything differs from one of two names.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Unusual region
    ///   desc: A call in a region that we do not use.
    ///   condition: ct.region != "eu-west-1" or ct.region != "eu-central-1"
    ///   output: unusual region (user=%ct.user source=%ct.srcip region=%ct.region)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Unusual region
    ///   desc: A call in a region that we do not use.
    ///   condition: not ct.region in ("eu-west-1", "eu-central-1")
    ///   output: unusual region (user=%ct.user source=%ct.srcip region=%ct.region)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub ALWAYS_TRUE = "RC0341", "always-true", Correctness, Warning
        yields_to [EXCEPTION_SWALLOWS_RULE];
}

/// The lint.
pub struct AlwaysTrue;

impl Lint for AlwaysTrue {
    fn check(&self) -> &'static Check {
        &ALWAYS_TRUE
    }

    fn sound_rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let condition = &rule.rule.condition;
        if rule.rule.source != SOURCE || QuickModel::of(condition, false).is_some() {
            return;
        }
        if !cx.is_never(&Pred::Not(Box::new(condition.clone()))) {
            return;
        }
        let place = rule.view.text.locate(rule.view.tree.place.clone()).span;
        let message = format!("rule `{}` fires on every event", rule.rule.name);
        cx.report(Diagnostic::new(&ALWAYS_TRUE, place, message).at("this is always true"));
    }
}
