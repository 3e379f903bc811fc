//! `duplicate-list-item`

use crate::diag::{Diagnostic, Edit, Fix};
use crate::lint::rules::checks::{
    ABSENT_COMPARISON, CASE_MISMATCH, EVENT_SOURCE_MISMATCH, UNKNOWN_EVENT_NAME, UNKNOWN_EVENT_SOURCE,
    UNKNOWN_IDENTITY_TYPE,
};
use crate::lint::written::Own;
use crate::lint::{Context, Lint, LintRule, Macros};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Comparison, Constant, Right};
use crate::syntax::items::{Item, ItemKind};
use crate::syntax::token::Op;
use crate::syntax::yaml;
use rustc_hash::FxHashSet;

crate::declare_check! {
    /// A value stands twice in one list.
    ///
    /// ## What it does
    /// Reports an item of a `list`, or a value in parentheses, that stands there already.
    ///
    /// ## Why it matters
    /// The second one does nothing. Often it was copied and should have become another value, which is missing now.
    /// Values that two lists have in common are not reported.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped or deleted a trail.
    ///   condition: ct.name in (StopLogging, DeleteTrail, StopLogging)
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped or deleted a trail.
    ///   condition: ct.name in (StopLogging, DeleteTrail, UpdateTrail)
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub DUPLICATE_LIST_ITEM = "RC0310", "duplicate-list-item", Correctness, Info
        yields_to [ABSENT_COMPARISON, CASE_MISMATCH, EVENT_SOURCE_MISMATCH, UNKNOWN_EVENT_NAME, UNKNOWN_EVENT_SOURCE, UNKNOWN_IDENTITY_TYPE];
}

/// See [`DUPLICATE_LIST_ITEM`].
pub struct DuplicateListItem;

impl Lint for DuplicateListItem {
    fn check(&self) -> &'static crate::diag::Check {
        &DUPLICATE_LIST_ITEM
    }

    fn item(&self, item: Item<'_>, cx: &mut Context<'_>) {
        if item.kind() != Some(ItemKind::List) {
            return;
        }
        let Some(yaml::Value::Seq(items)) = item.get("items").map(|node| node.value()) else { return };
        let text = |at: usize| match items[at].value() {
            yaml::Value::Scalar(scalar) => &*scalar.text.value,
            _ => "",
        };
        let name = item.text("list").map(|name| &*name.value).unwrap_or_default();
        duplicates(items.len(), text, &mut |first, second| {
            let (first, before, place) = (items[first].span, items[second - 1].span, items[second].span);
            // An alias stands for text in another place.
            if text(second).is_empty() || !item.node.span.contains(place) {
                return;
            }
            let message = format!("`{}` stands twice in list `{name}`", text(second));
            // Where the list stands beside `oneof`, how often a value is there counts.
            let fix = removal(cx.sources, before, place, false);
            cx.report(finding(place, message, first, fix));
        });
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
    let Right::List(values, _) = &check.right else { return };
    duplicates(values.len(), |at| &*values[at].text, &mut |first, second| {
        let place = own.text.locate(values[second].place.clone());
        let Some(other) = other(own, values, first, second) else { return };
        if place.item.is_some() {
            return;
        }
        let before = own.span(values[second - 1].place.start as usize..values[second - 1].place.end as usize);
        let safe = matches!(check.op, Op::In | Op::Intersects | Op::Pmatch) && check.modifier.is_none();
        let fix = removal(cx.sources, before, place.span, safe);
        let message = format!("`{}` stands twice among these values", values[second].text);
        cx.report(finding(place.span, message, other, fix));
    });
}

/// The place of the first one, if it is another than that of the second: a list can be named twice.
fn other(own: &Own<'_, '_>, values: &[Constant<'_>], first: usize, second: usize) -> Option<Span> {
    let first = own.text.locate(values[first].place.clone());
    let second = own.text.locate(values[second].place.clone());
    let (first, second) = (first.item.unwrap_or(first.span), second.item.unwrap_or(second.span));
    (first != second).then_some(first)
}

fn finding(place: Span, message: String, first: Span, fix: Option<Fix>) -> Diagnostic {
    let mut found = Diagnostic::new(&DUPLICATE_LIST_ITEM, place, message)
        .at("again")
        .label(first, "first here")
        .help("remove it, or write the value that was meant");
    found.fix = fix;
    found
}

/// Takes a value out together with what stands between it and the one before.
fn removal(sources: &SourceMap, before: Span, place: Span, safe: bool) -> Option<Fix> {
    if before.file != place.file || before.end > place.start {
        return None;
    }
    let text = &*sources.file(place.file).text;
    let gap = text.get(before.end as usize..place.start as usize)?;
    let after = text.get(place.end as usize..)?.lines().next().unwrap_or_default().trim_start();
    let plain = gap.contains([',', '-']) && gap.trim_matches([' ', '\t', '\r', '\n', ',', '-']).is_empty();
    if !plain || after.starts_with('#') {
        return None;
    }
    let edits = vec![Edit { span: Span { start: before.end, ..place }, text: String::new() }];
    Some(Fix { title: "remove it".to_owned(), edits, safe })
}

/// Calls `found` with the place of each value that stands at an earlier place too, and with that earlier one.
fn duplicates<'t>(count: usize, text: impl Fn(usize) -> &'t str, found: &mut dyn FnMut(usize, usize)) {
    let earlier = |at: usize| (0..at).find(|&first| text(first) == text(at));
    if count > 64 {
        let mut seen = FxHashSet::default();
        let again = (0..count).filter(|&at| !seen.insert(text(at)));
        // Thousands of equal values are one mistake.
        let again: Vec<usize> = again.take(100).collect();
        return again.into_iter().for_each(|at| {
            if let Some(first) = earlier(at) {
                found(first, at);
            }
        });
    }
    // Most values differ in length or letters: only where they do not, all others are looked at.
    let mut seen = [0_u64; 4];
    for at in 0..count {
        let bytes = text(at).as_bytes();
        let letter = |at: usize| bytes.get(at).copied().map_or(0, usize::from);
        let sum = bytes.len() * 37 + letter(0) * 5 + letter(bytes.len() / 2) * 11;
        let sum = sum + letter(bytes.len().saturating_sub(1)) * 3 + letter(bytes.len() / 3) * 17;
        let (word, bit) = (sum / 64 % 4, 1 << (sum % 64));
        if seen[word] & bit == 0 {
            seen[word] |= bit;
        } else if let Some(first) = earlier(at) {
            found(first, at);
        }
    }
}
