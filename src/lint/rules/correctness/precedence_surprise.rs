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
        look(&Own::of_rule(rule), cx);
    }

    fn macros(&self, macros: &Macros<'_, '_>, cx: &mut Context<'_>) {
        for own in Own::of_macros(macros) {
            look(&own, cx);
        }
    }
}

fn look(own: &Own<'_, '_>, cx: &mut Context<'_>) {
    match joined_to_last(own) {
        Some((part, before)) => appended(own, part, before, cx),
        None => mixed(own, cx),
    }
}

/// Reports what was appended with `and`, while what stands before it is an `or`.
fn appended(own: &Own<'_, '_>, part: &Text, before: Range<usize>, cx: &mut Context<'_>) {
    let at = whole(part);
    let mut found = Diagnostic::new(
        &PRECEDENCE_SURPRISE,
        at,
        "what is appended joins only the last part of the `or` before it",
    )
    .at("appended")
    .label(own.span(before), "not restricted by it")
    .help("put the condition it is appended to in parentheses");
    if let [first, _] = own.parts {
        let [open, close] = parenthesise(whole(first));
        let title = "put the first condition in parentheses".to_owned();
        found.fix = Some(Fix { title, edits: vec![open, close], safe: false });
    }
    cx.report(found);
}

/// A part that begins with `and`, in which an `or` ends whose last arm begins before it; and the other arms.
fn joined_to_last<'a>(own: &Own<'_, 'a>) -> Option<(&'a Text, Range<usize>)> {
    let text = &*own.text.text;
    let mut found = None;
    own.tree.walk(&mut |expr| {
        let ExprKind::Or(arms) = &expr.kind else { return };
        let [before @ .., last] = &**arms else { return };
        let (Some(before), ExprKind::And(_), None) = (before.last(), &last.kind, &found) else { return };
        let range = inner(last, text);
        if group(&range, text).is_some() || range.is_empty() {
            return;
        }
        let (start, end) = (own.span(range.start..range.start), own.span(range.end - 1..range.end - 1));
        let later = own.parts.get(1..).unwrap_or_default();
        let part =
            later.iter().find(|part| part.span.contains(end)).filter(|part| !part.span.contains(start));
        let starts_with_and = |part: &&&Text| {
            let rest = part.value.trim_start().strip_prefix("and");
            rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == '('))
        };
        if let Some(part) = part.filter(starts_with_and) {
            found = Some((*part, inner(expr, text).start..outer(before, text).end));
        }
    });
    found
}

/// The place of a scalar's text.
fn whole(part: &Text) -> Span {
    part.span_of(0..part.value.trim_end().len())
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
        let lone = |range: &Range<usize>| {
            own.parts.len() > 1 && own.parts.iter().any(|part| part.value.trim() == own.slice(range.clone()))
        };
        let bare: Vec<_> = ranges.filter(|range| group(range, text).is_none() && !lone(range)).collect();
        let Some(first) = bare.first() else { return };
        let Some(place) = own.edges(cx.sources, first.clone()) else { return };
        let mut found = Diagnostic::new(&PRECEDENCE_SURPRISE, place, "`and` binds tighter than `or`")
            .at("one part of the `or`")
            .help("put it in parentheses");
        found.severity = Severity::Info;
        let places: Option<Vec<Span>> = bare.into_iter().map(|range| own.edges(cx.sources, range)).collect();
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
