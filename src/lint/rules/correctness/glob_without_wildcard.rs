//! `glob-without-wildcard`

use crate::diag::Diagnostic;
use crate::lint::written::Own;
use crate::lint::{Context, Lint, LintRule, Macros};
use crate::syntax::ast::{Comparison, Right};
use crate::syntax::token::Op;

crate::declare_check! {
    /// A pattern without a wildcard.
    ///
    /// ## What it does
    /// Reports `glob` and `iglob` with a pattern that has neither `*` nor `?` nor brackets.
    ///
    /// ## Why it matters
    /// A pattern must match the whole value, so this one asks whether the two are equal. Whoever looks for a part of
    /// the value finds nothing. If equality is meant, `=` says so and is quicker.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Policy written
    ///   desc: Someone wrote a policy.
    ///   condition: ct.name glob "PutBucketPolicy"
    ///   output: policy written (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Policy written
    ///   desc: Someone wrote a policy.
    ///   condition: ct.name glob "Put*Policy"
    ///   output: policy written (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub GLOB_WITHOUT_WILDCARD = "RC0311", "glob-without-wildcard", Correctness, Warning;
}

/// See [`GLOB_WITHOUT_WILDCARD`].
pub struct GlobWithoutWildcard;

impl Lint for GlobWithoutWildcard {
    fn check(&self) -> &'static crate::diag::Check {
        &GLOB_WITHOUT_WILDCARD
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let own = Own::of_rule(rule);
        for atom in rule.atoms.iter().filter(|atom| atom.written.within.is_none()) {
            look(&own, atom.written.check, cx);
        }
    }

    fn macros(&self, macros: &Macros<'_, '_>, cx: &mut Context<'_>) {
        for own in Own::of_macros(macros) {
            own.checks(&mut |_, check| look(&own, check, cx));
        }
    }
}

fn look(own: &Own<'_, '_>, check: &Comparison<'_>, cx: &mut Context<'_>) {
    if !matches!(check.op, Op::Glob | Op::Iglob) {
        return;
    }
    let values = match &check.right {
        Right::Const(value) | Right::Word(value) => std::slice::from_ref(value),
        Right::List(values, _) => values,
        _ => return,
    };
    for value in values.iter().filter(|value| !value.text.contains(['*', '?', '[', '\\'])) {
        let place = own.text.locate(value.place.clone());
        let place = place.item.unwrap_or(place.span);
        let mut found =
            Diagnostic::new(&GLOB_WITHOUT_WILDCARD, place, format!("`{}` has no wildcard", value.text))
                .at("must be the whole value");
        let op = own.verbatim(cx.sources, check.op_place.start as usize..check.op_place.end as usize);
        found = match op {
            Some(op) if check.op == Op::Glob && check.modifier.is_none() => {
                found.help("write `=`, or add `*` where other text may stand").fix("write `=`", op, "=")
            }
            _ => found.help("add `*` where other text may stand, or compare for equality"),
        };
        cx.report(found);
    }
}
