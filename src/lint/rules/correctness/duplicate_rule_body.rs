//! `duplicate-rule-body`

use crate::diag::Diagnostic;
use crate::lint::{Context, Lint, LintRule, Ruleset};
use crate::sema::ir::{FieldRef, Pred, Rule, Term, Test};
use crate::sema::predicate::same;
use crate::source::Span;
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

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        if rule.rule.enabled {
            let mut hasher = FxHasher::default();
            rule.rule.source.hash(&mut hasher);
            hash(&rule.rule.condition, &mut hasher);
            cx.keep_condition(hasher.finish(), rule.rule.name_span);
        }
    }

    fn ruleset(&self, set: &Ruleset<'_, '_>, cx: &mut Context<'_>) {
        let mut bodies: FxHashMap<u64, Span> = FxHashMap::default();
        bodies.reserve(set.conditions.len());
        let mut pairs = Vec::new();
        for &(hash, name) in &set.conditions {
            let first = *bodies.entry(hash).or_insert(name);
            if first != name {
                pairs.push((first, name));
            }
        }
        if pairs.is_empty() {
            return;
        }
        let rules: FxHashMap<Span, &Rule> = set.rules.iter().map(|&rule| (rule.name_span, rule)).collect();
        for (first, second) in pairs {
            let (Some(first), Some(second)) = (rules.get(&first), rules.get(&second)) else { continue };
            if first.source != second.source || !same(&first.condition, &second.condition) {
                continue;
            }
            let message = format!("rule `{}` has the condition of rule `{}`", second.name, first.name);
            cx.report(
                Diagnostic::new(&DUPLICATE_RULE_BODY, second.name_span, message)
                    .at("never reached under first-match")
                    .label(first.name_span, "the same condition")
                    .help("change its condition, or remove one of the two"),
            );
        }
    }
}

/// What equal conditions have in common. Fields and values are kept once for all rules, so their places will do.
fn hash(pred: &Pred, hasher: &mut FxHasher) {
    match pred {
        Pred::Const(truth) => truth.hash(hasher),
        Pred::And(parts) | Pred::Or(parts) => {
            (parts.len(), matches!(pred, Pred::And(_))).hash(hasher);
            parts.iter().for_each(|part| hash(part, hasher));
        }
        Pred::Not(inner) => {
            hasher.write_u8(1);
            hash(inner, hasher);
        }
        Pred::Atom(atom) => {
            match &atom.left {
                Term::Field(FieldRef { name, arg, .. }) => {
                    (place(name), arg.as_ref().map(place)).hash(hasher);
                }
                term => term.hash(hasher),
            }
            match &atom.test {
                Test::Values { op, modifier, values } => (op, modifier, place(values)).hash(hasher),
                test => test.hash(hasher),
            }
        }
    }
}

fn place<T: ?Sized>(shared: &Arc<T>) -> usize {
    Arc::as_ptr(shared).cast::<()>() as usize
}
