//! `redundant-parentheses`

use crate::diag::{Diagnostic, Edit, Fix};
use crate::lint::written::{Own, group, inner};
use crate::lint::{Context, Lint, LintRule, Macros};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind};
use std::ops::Range;

crate::declare_check! {
    /// Parentheses that group nothing.
    ///
    /// ## What it does
    /// Reports parentheses around a single comparison or macro, around a whole condition, and twice around the same.
    /// Off by default.
    ///
    /// ## Why it matters
    /// They are noise to some readers. They do no harm, and Falco's
    /// [style guide](https://falco.org/docs/concepts/rules/style-guide/) prefers too many to too few.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ((ct.name = StopLogging) and not ct.error exists)
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging and not ct.error exists
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub REDUNDANT_PARENTHESES = "RC0608", "redundant-parentheses", Style, Info, off;
}

/// See [`REDUNDANT_PARENTHESES`].
pub struct RedundantParentheses;

impl Lint for RedundantParentheses {
    fn check(&self) -> &'static crate::diag::Check {
        &REDUNDANT_PARENTHESES
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        look(&Own::of_rule(rule), cx);
    }

    fn macros(&self, macros: &Macros<'_, '_>, cx: &mut Context<'_>) {
        Own::of_macros(macros).for_each(|own| look(&own, cx));
    }
}

fn look(own: &Own<'_, '_>, cx: &mut Context<'_>) {
    let text = &*own.text.text;
    // What is appended later joins the whole: parentheses around the first part are needed then.
    let whole = own.parts.len() == 1;
    own.tree.walk(&mut |expr| {
        let begins = expr.place.start as usize;
        let before = text.as_bytes()[..begins.min(text.len())].iter().rev();
        let last = before.copied().find(|byte| !byte.is_ascii_whitespace() && *byte != b'\x0b');
        if last.is_none_or(|byte| byte.is_ascii() && byte != b'(') {
            return;
        }
        let chain = matches!(expr.kind, ExprKind::And(_) | ExprKind::Or(_));
        let needed = chain && !(whole && std::ptr::eq(expr, own.tree));
        let mut range = inner(expr, text);
        let mut depth = 0;
        while let Some(grouped) = group(&range, text) {
            depth += 1;
            if depth > usize::from(needed) {
                report(own, expr, &range, &grouped, cx);
            }
            range = grouped;
        }
    });
}

fn report(
    own: &Own<'_, '_>,
    expr: &Expr<'_>,
    within: &Range<usize>,
    grouped: &Range<usize>,
    cx: &mut Context<'_>,
) {
    let open = own.verbatim(cx.sources, grouped.start..grouped.start + 1);
    let close = own.verbatim(cx.sources, grouped.end - 1..grouped.end);
    let (Some(open), Some(close), true) = (open, close, open != close) else { return };
    let why = match expr.kind {
        ExprKind::And(_) | ExprKind::Or(_) => "these parentheses group what stands alone",
        _ => "these parentheses group nothing",
    };
    // A word must not run into what stood before the parenthesis: `not(a)`.
    let before = own.text.text[..grouped.start].chars().next_back();
    let inserted = if before.is_none_or(|c| c == '(' || c.is_whitespace()) { "" } else { " " };
    let appended = if own.is_end(grouped.end) { "" } else { " " };
    let blank = |from: Span, to: Span| Span { start: from.start, end: to.end, ..from };
    let mut found = Diagnostic::new(&REDUNDANT_PARENTHESES, blank(open, close), why).help("leave them out");
    let edits =
        vec![Edit { span: open, text: inserted.to_owned() }, Edit { span: close, text: appended.to_owned() }];
    let lone = !own.slice(within.clone()).is_empty();
    found.fix = lone.then(|| Fix { title: "leave them out".to_owned(), edits, safe: true });
    cx.report(found);
}
