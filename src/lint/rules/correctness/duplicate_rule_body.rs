//! `duplicate-rule-body`

use crate::diag::Diagnostic;
use crate::lint::{Context, Lint, Ruleset};
use crate::sema::ir::{Pred, Rule, Test};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

crate::declare_check! {
    /// Two rules with the same condition.
    ///
    /// ## What it does
    /// Reports a rule whose condition, macros and lists put in place, is that of an earlier rule of the same source.
    /// Rules that are switched off are left out.
    ///
    /// ## Why it matters
    /// By default Falco stops at the first rule that matches an event: the second never fires, whatever its priority
    /// and output. With `rule_matching: all` both fire on every event. It is often a copy that was never finished.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    ///
    /// - rule: Trail deleted
    ///   desc: Someone deleted a trail.
    ///   condition: ct.name = StopLogging
    ///   output: trail deleted (user=%ct.user)
    ///   priority: CRITICAL
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    ///
    /// - rule: Trail deleted
    ///   desc: Someone deleted a trail.
    ///   condition: ct.name = DeleteTrail
    ///   output: trail deleted (user=%ct.user)
    ///   priority: CRITICAL
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub DUPLICATE_RULE_BODY = "RC0315", "duplicate-rule-body", Correctness, Warning;
}

/// See [`DUPLICATE_RULE_BODY`].
pub struct DuplicateRuleBody;

impl Lint for DuplicateRuleBody {
    fn check(&self) -> &'static crate::diag::Check {
        &DUPLICATE_RULE_BODY
    }

    fn ruleset(&self, set: &Ruleset<'_, '_>, cx: &mut Context<'_>) {
        let mut first: FxHashMap<u64, &Rule> = FxHashMap::default();
        first.reserve(set.rules.len());
        for rule in set.rules.iter().filter(|rule| rule.enabled) {
            let mut hasher = FxHasher::default();
            rule.source.hash(&mut hasher);
            hash(&rule.condition, &mut hasher);
            let earlier = *first.entry(hasher.finish()).or_insert(rule);
            let other = !std::ptr::eq(earlier, rule) && earlier.source == rule.source;
            if !other || cx.is_claimed(rule.name_span) || !same(&earlier.condition, &rule.condition) {
                continue;
            }
            let message = format!("rule `{}` has the condition of rule `{}`", rule.name, earlier.name);
            cx.report(
                Diagnostic::new(&DUPLICATE_RULE_BODY, rule.name_span, message)
                    .at("never reached under first-match")
                    .label(earlier.name_span, "the same condition")
                    .help("change its condition, or remove one of the two"),
            );
        }
    }
}

/// What equal conditions have in common. Long lists are shared by all who use them, so their place will do.
fn hash(pred: &Pred, hasher: &mut FxHasher) {
    match pred {
        Pred::Const(truth) => truth.hash(hasher),
        Pred::And(parts) | Pred::Or(parts) => {
            (parts.len(), matches!(pred, Pred::And(_))).hash(hasher);
            parts.iter().for_each(|part| hash(part, hasher));
        }
        Pred::Not(inner) => {
            "not".hash(hasher);
            hash(inner, hasher);
        }
        Pred::Atom(atom) => {
            atom.left.hash(hasher);
            match &atom.test {
                Test::Values { op, modifier, values } if values.len() > 1 => {
                    (op, modifier, Arc::as_ptr(values).cast::<()>() as usize).hash(hasher);
                }
                test => test.hash(hasher),
            }
        }
    }
}

fn same(one: &Pred, other: &Pred) -> bool {
    match (one, other) {
        (Pred::Const(one), Pred::Const(other)) => one == other,
        (Pred::And(one), Pred::And(other)) | (Pred::Or(one), Pred::Or(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Pred::Not(one), Pred::Not(other)) => same(one, other),
        (Pred::Atom(one), Pred::Atom(other)) => one.left == other.left && one.test == other.test,
        _ => false,
    }
}
