//! `never-true`.

use crate::diag::{Check, Diagnostic};
use crate::eval::SOURCE;
use crate::lint::quick_model::QuickModel;
use crate::lint::rules::checks::EXCEPTION_SWALLOWS_RULE;
use crate::lint::{Context, Lint, LintRule};
use crate::logic::contradict;
use crate::sema::ir::Pred;
use crate::source::Span;
use crate::syntax::ast::ExprKind;

crate::declare_check! {
    /// A condition that holds on no event.
    ///
    /// ## What it does
    /// Reports a rule whose condition contradicts itself, so that no CloudTrail record can make it fire. This is proved,
    /// from the operators and from what is true of every record; it does not depend on which event names AWS has.
    ///
    /// ## Why it matters
    /// The rule loads and looks like cover, and it will never say anything.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Root signs in
    ///   desc: The root user signed in to the console.
    ///   condition: ct.name = "ConsoleLogin" and ct.name = "SwitchRole"
    ///   output: root signed in (user=%ct.user source=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Root signs in
    ///   desc: The root user signed in to the console.
    ///   condition: ct.name = "ConsoleLogin" and ct.user.identitytype = "Root"
    ///   output: root signed in (user=%ct.user source=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub NEVER_TRUE = "RC0340", "never-true", Correctness, Warning
        yields_to [EXCEPTION_SWALLOWS_RULE];
}

/// The lint.
pub struct NeverTrue;

impl Lint for NeverTrue {
    fn check(&self) -> &'static Check {
        &NEVER_TRUE
    }

    fn sound_rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let condition = &rule.rule.condition;
        if rule.rule.source != SOURCE || rule.can_hold() {
            return;
        }
        if !cx.is_never(condition) {
            return;
        }
        let core = core(rule, cx);
        let name = &rule.rule.name;
        let mut places = core.into_iter();
        let Some(first) = places.next() else { return };
        let mut diagnostic = Diagnostic::new(&NEVER_TRUE, first, format!("rule `{name}` can never fire"));
        let others: Vec<Span> = places.collect();
        diagnostic = match others.is_empty() {
            true => diagnostic.at("no event makes this true"),
            false => diagnostic.at("no event makes this true together with the rest marked"),
        };
        for other in others {
            diagnostic = diagnostic.label(other, "contradicts it");
        }
        cx.report(diagnostic);
    }
}

/// The clauses that contradict each other, as few as can be.
fn core(rule: &LintRule<'_, '_>, cx: &mut Context<'_>) -> Vec<Span> {
    let text = rule.view.text;
    if let (ExprKind::And(exprs), Pred::And(parts)) = (&rule.view.tree.kind, &rule.rule.condition) {
        let mut kept: Vec<usize> = (0..parts.len()).collect();
        for leave_out in (0..parts.len()).rev() {
            let rest: Vec<usize> = kept.iter().copied().filter(|&at| at != leave_out).collect();
            let all = || rest.iter().map(|&at| (&parts[at], true));
            if contradict(all())
                || QuickModel::of_all(all()).is_none()
                    && cx.is_never(&Pred::And(rest.iter().map(|&at| parts[at].clone()).collect()))
            {
                kept = rest;
            }
        }
        return kept.iter().map(|&at| text.locate(exprs[at].place.clone()).span).collect();
    }
    vec![text.locate(rule.view.tree.place.clone()).span]
}
