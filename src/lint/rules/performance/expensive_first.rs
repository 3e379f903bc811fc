//! `expensive-first`

use crate::diag::{Check as Entry, Diagnostic, Edit, Fix};
use crate::lint::written::{Own, inner};
use crate::lint::{Context, Lint, LintRule, Macros};
use crate::syntax::ast::{Comparison, Expr, ExprKind, OperandKind};
use crate::syntax::token::Op;

crate::declare_check! {
    /// A costly comparison before a cheap one that most events fail.
    ///
    /// ## What it does
    /// Reports an `and` in which a comparison of event name, source or type with `=` or `in` comes after a costly one:
    /// `regex`, `glob`, or a search in a text that is a whole piece of the event.
    ///
    /// ## Why it matters
    /// Falco compares from left to right and stops at the first part that is false. With the event name first, the
    /// costly part is looked at for few events instead of all. The order changes nothing else.
    ///
    /// Falco's [style guide](https://falco.org/docs/concepts/rules/style-guide/) asks for it too.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Bucket opened
    ///   desc: A bucket policy allows everyone.
    ///   condition: ct.request regex ".*Principal.*[*].*" and ct.name = PutBucketPolicy
    ///   output: bucket opened (user=%ct.user bucket=%s3.bucket)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Bucket opened
    ///   desc: A bucket policy allows everyone.
    ///   condition: ct.name = PutBucketPolicy and ct.request regex ".*Principal.*[*].*"
    ///   output: bucket opened (user=%ct.user bucket=%s3.bucket)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub EXPENSIVE_FIRST = "RC0550", "expensive-first", Performance, Info;
}

/// See [`EXPENSIVE_FIRST`].
pub struct ExpensiveFirst;

impl Lint for ExpensiveFirst {
    fn check(&self) -> &'static Entry {
        &EXPENSIVE_FIRST
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        look(&Own::of_rule(rule), cx);
    }

    fn macros(&self, macros: &Macros<'_, '_>, cx: &mut Context<'_>) {
        Own::of_macros(macros).for_each(|own| look(&own, cx));
    }
}

/// Fields of which a comparison rules out most events.
const SELECTIVE: [&str; 4] = ["ct.name", "ct.src", "ct.shortsrc", "evt.type"];
/// Fields that are a whole piece of the event.
const LONG: [&str; 8] = [
    "ct.request",
    "ct.response",
    "ct.resources",
    "ct.additionaleventdata",
    "ct.serviceeventdetails",
    "json.obj",
    "jevt.obj",
    "evt.plugininfo",
];

fn look(own: &Own<'_, '_>, cx: &mut Context<'_>) {
    own.tree.walk(&mut |expr| {
        let ExprKind::And(parts) = &expr.kind else { return };
        let Some(first) = parts.iter().position(costly) else { return };
        let Some(last) = parts.iter().rposition(selective).filter(|&last| last > first) else { return };
        let text = &*own.text.text;
        let place = |at: usize| own.verbatim(cx.sources, inner(&parts[at], text));
        let (Some(here), Some(there)) = (place(first), place(last)) else { return };
        let mut found =
            Diagnostic::new(&EXPENSIVE_FIRST, here, "a costly comparison comes before a cheap one")
                .at("costly")
                .label(there, "cheap, and false for most events")
                .help("compare event name, source or type first");
        // Parts of both kinds change places among themselves; whatever is in parentheses stays there.
        let moving: Vec<usize> =
            (first..=last).filter(|&at| costly(&parts[at]) || selective(&parts[at])).collect();
        let (cheap, dear): (Vec<usize>, Vec<usize>) = moving.iter().partition(|&&at| selective(&parts[at]));
        let movable = |at: usize| own.is_end(inner(&parts[at], text).end);
        let places: Option<Vec<_>> = moving.iter().map(|&at| place(at).filter(|_| movable(at))).collect();
        found.fix = places.map(|places| {
            let texts = cheap.iter().chain(&dear).map(|&at| {
                let place = place(at).unwrap_or_default();
                cx.sources.slice(place).to_owned()
            });
            let edits = places.iter().zip(texts).map(|(&span, text)| Edit { span, text }).collect();
            Fix { title: "change their order".to_owned(), edits, safe: true }
        });
        cx.report(found);
    });
}

/// The comparison of a part that is one, `not` aside.
fn check<'e>(part: &'e Expr<'_>) -> Option<&'e Comparison<'e>> {
    match &part.kind {
        ExprKind::Comparison(check) => Some(check),
        _ => None,
    }
}

fn field<'e>(check: &'e Comparison<'_>) -> Option<&'e str> {
    match &check.left.kind {
        OperandKind::Field { name, .. } => Some(name),
        _ => None,
    }
}

fn selective(part: &Expr<'_>) -> bool {
    check(part).is_some_and(|check| {
        matches!(check.op, Op::Eq | Op::EqEq | Op::In)
            && field(check).is_some_and(|field| SELECTIVE.contains(&field))
    })
}

fn costly(part: &Expr<'_>) -> bool {
    let part = match &part.kind {
        ExprKind::Not(inner) => inner,
        _ => part,
    };
    check(part).is_some_and(|check| match check.op {
        Op::Regex | Op::Glob | Op::Iglob => true,
        Op::Contains | Op::Icontains | Op::Startswith | Op::Endswith => {
            field(check).is_some_and(|field| LONG.contains(&field))
        }
        _ => false,
    })
}
