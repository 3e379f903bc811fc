//! `precedence-surprise`

use crate::diag::{Diagnostic, Edit, Fix, Severity};
use crate::lint::written::{Own, group, inner, outer};
use crate::lint::{Context, Lint, LintRule, Macros};
use crate::source::{Span, Text};
use crate::syntax::ast::{Expr, ExprKind};
use std::ops::Range;

crate::declare_check! {
    /// `and` binds tighter than `or`, and no parentheses say so.
    ///
    /// ## What it does
    /// Reports `a or b and c` without parentheses, as info, and a condition appended with `and` to one that ends in `or`,
    /// as warning. Conditions in which every part of an `or` is an `and` are left alone.
    ///
    /// ## Why it matters
    /// `a or b and c` means `a or (b and c)`. What is appended joins the last part only: `not ct.error exists`
    /// appended to `a or b` leaves `a` as it was.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped or deleted a trail.
    ///   condition: ct.name = StopLogging or ct.name = DeleteTrail
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    ///
    /// - rule: Trail stopped
    ///   override: {condition: append}
    ///   condition: and not ct.error exists
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped or deleted a trail.
    ///   condition: (ct.name = StopLogging or ct.name = DeleteTrail)
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    ///
    /// - rule: Trail stopped
    ///   override: {condition: append}
    ///   condition: and not ct.error exists
    /// ```
    pub PRECEDENCE_SURPRISE = "RC0313", "precedence-surprise", Correctness, Warning;
}

/// See [`PRECEDENCE_SURPRISE`].
pub struct PrecedenceSurprise;

impl Lint for PrecedenceSurprise {
    fn check(&self) -> &'static crate::diag::Check {
        &PRECEDENCE_SURPRISE
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let own = Own::of_rule(rule);
        if own.parts.len() > 1 {
            appended(&own, cx);
        }
        mixed(&own, cx);
    }

    fn macros(&self, macros: &Macros<'_, '_>, cx: &mut Context<'_>) {
        for own in Own::of_macros(macros) {
            if own.parts.len() > 1 {
                appended(&own, cx);
            }
            mixed(&own, cx);
        }
    }
}

/// What was appended with `and`, while what stands before it is an `or`.
fn appended(own: &Own<'_, '_>, cx: &mut Context<'_>) {
    let [first, later @ ..] = own.parts else { return };
    let starts_with_and = |part: &&&Text| {
        let word = part.value.trim_start().strip_prefix("and");
        word.is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == '('))
    };
    for part in later.iter().filter(starts_with_and) {
        let at = part.span_of(0..part.value.trim_end().len());
        // The `or` that reaches from before this part into it, with nothing around it.
        let Some(or) = reaching(own, at) else { continue };
        let base = first.span_of(0..first.value.trim_end().len());
        let mut found = Diagnostic::new(
            &PRECEDENCE_SURPRISE,
            at,
            "what is appended joins only the last part of the `or` before it",
        )
        .at("appended")
        .label(own.span(or), "not restricted by it")
        .help("put the condition it is appended to in parentheses");
        if later.len() == 1 {
            let edits = vec![
                Edit { span: Span { end: base.start, ..base }, text: "(".to_owned() },
                Edit { span: Span { start: base.end, ..base }, text: ")".to_owned() },
            ];
            let title = "put the first condition in parentheses".to_owned();
            found.fix = Some(Fix { title, edits, safe: false });
        }
        cx.report(found);
        return;
    }
}

/// The range of the parts before the last of an `or` whose last part begins before `at` and ends after its start.
fn reaching(own: &Own<'_, '_>, at: Span) -> Option<Range<usize>> {
    let text = &*own.text.text;
    let mut found = None;
    own.tree.walk(&mut |expr| {
        let ExprKind::Or(parts) = &expr.kind else { return };
        let [before @ .., last] = &**parts else { return };
        let (Some(before), ExprKind::And(_)) = (before.last(), &last.kind) else { return };
        let range = inner(last, text);
        let inside = |offset: usize| own.span(offset..offset + 1);
        let (start, end) = (inside(range.start), inside(range.end.saturating_sub(1)));
        let begins_before = start.file != at.file || !at.contains(start);
        if group(&range, text).is_none() && begins_before && at.contains(end) && found.is_none() {
            found = Some(inner(expr, text).start..outer(before, text).end);
        }
    });
    found
}

/// An `or` with parts that are bare `and`s beside parts that are none.
fn mixed(own: &Own<'_, '_>, cx: &mut Context<'_>) {
    own.tree.walk(&mut |expr| {
        let ExprKind::Or(parts) = &expr.kind else { return };
        let is_and = |part: &&Expr<'_>| matches!(part.kind, ExprKind::And(_));
        if !parts.iter().any(|part| is_and(&part)) || parts.iter().all(|part| is_and(&part)) {
            return;
        }
        let text = &*own.text.text;
        let ranges = parts.iter().filter(is_and).map(|part| inner(part, text));
        // Whoever appends with `or` sees that it is an `or`.
        let whole = |range: &Range<usize>| {
            own.parts.len() > 1
                && own.parts.iter().any(|part| part.value.trim() == own.slice(range.clone()))
        };
        let bare: Vec<_> = ranges.filter(|range| group(range, text).is_none() && !whole(range)).collect();
        let Some(first) = bare.first() else { return };
        let Some(place) = own.edges(cx.sources, first.clone()) else { return };
        // What was appended is spoken of already.
        if own.parts.iter().any(|part| cx.is_claimed(part.span_of(0..part.value.trim_end().len()))) {
            return;
        }
        let mut found = Diagnostic::new(&PRECEDENCE_SURPRISE, place, "`and` binds tighter than `or`")
            .at("one part of the `or`")
            .help("put it in parentheses");
        found.severity = Severity::Info;
        let places: Option<Vec<Span>> =
            bare.into_iter().map(|range| own.edges(cx.sources, range)).collect();
        found.fix = places.map(|places| Fix {
            title: "add parentheses".to_owned(),
            edits: places.into_iter().flat_map(parenthesise).collect(),
            safe: true,
        });
        cx.report(found);
    });
}

fn parenthesise(place: Span) -> [Edit; 2] {
    [
        Edit { span: Span { end: place.start, ..place }, text: "(".to_owned() },
        Edit { span: Span { start: place.end, ..place }, text: ")".to_owned() },
    ]
}
