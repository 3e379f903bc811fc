//! Growing selections: word, comparison, clause, condition, key, item.

use super::Snapshot;
use super::cursor::{self, Spot};
use super::index::NameIndex;
use super::reference;
use crate::syntax::ast::Expr;
use crate::syntax::ast::ExprKind;
use crate::syntax::condition::{DEFAULT_DEPTH, parse};
use crate::syntax::yaml::{Node, Value};
use std::ops::Range;

/// The ranges around an offset, innermost first, each inside the next.
pub fn ranges(snapshot: &Snapshot, doc: usize, offset: usize) -> Vec<Range<usize>> {
    let index = NameIndex::new(snapshot);
    let Some((placed, at)) = reference::piece_at(snapshot, doc, offset) else { return Vec::new() };
    let mut found: Vec<Range<usize>> = Vec::new();
    found.extend(reference::mark_at(placed, at).map(|mark| mark.span.range()));
    if let Some(cursor) = cursor::cursor(snapshot, &index, doc, offset)
        && let Spot::Condition(flat, inside) = &cursor.spot
    {
        let parsed = parse(&flat.text, DEFAULT_DEPTH);
        let mut clauses = Vec::new();
        around(&parsed.expr, &flat.text, *inside, &mut clauses);
        found.extend(clauses.into_iter().map(|range| flat.range(range)));
        found.push(flat.range(super::lines::trimmed(&flat.text, 0..flat.text.len())));
    }
    for document in &placed.piece.stream().documents {
        nodes(&document.root, at, &mut found);
    }
    let text = placed.piece.text();
    found.push(0..text.trim_end().len());
    found.retain(|range| {
        range.start <= at && at <= range.end && text.get(range.clone()).is_some_and(|it| !it.is_empty())
    });
    found.sort_by_key(|range| (range.end - range.start, range.start));
    found.dedup();
    let mut nested: Vec<Range<usize>> = Vec::new();
    for range in found {
        if nested.last().is_none_or(|inner| range.start <= inner.start && inner.end <= range.end) {
            nested.push(range);
        }
    }
    nested.into_iter().map(|range| placed.start + range.start..placed.start + range.end).collect()
}

/// The parts of a condition around a place, without and with their parentheses.
fn around(expr: &Expr<'_>, text: &str, at: usize, found: &mut Vec<Range<usize>>) {
    expr.walk(&mut |part| {
        if matches!(part.kind, ExprKind::Hole) {
            return;
        }
        let mut range = extent(part, text);
        found.push(range.clone());
        while let Some(group) = group(&range, text) {
            found.push(group.clone());
            range = group;
        }
    });
    found.retain(|range| range.start <= at && at <= range.end);
}

/// A part of a condition with the parentheses around its first and last part, without those around itself.
pub fn extent(expr: &Expr<'_>, text: &str) -> Range<usize> {
    let place = expr.place.start as usize..expr.place.end as usize;
    let range = match &expr.kind {
        ExprKind::And(parts) | ExprKind::Or(parts) => match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => whole(first, text).start..whole(last, text).end,
            _ => place,
        },
        _ => place,
    };
    super::lines::trimmed(text, range)
}

/// A part of a condition with all parentheses around it.
pub fn whole(expr: &Expr<'_>, text: &str) -> Range<usize> {
    let mut range = extent(expr, text);
    while let Some(group) = group(&range, text) {
        range = group;
    }
    range
}

/// The parentheses around a range, if there are any.
pub fn group(range: &Range<usize>, text: &str) -> Option<Range<usize>> {
    let before = text.get(..range.start)?.trim_end().strip_suffix('(')?;
    let after = text.get(range.end..)?.trim_start().strip_prefix(')')?;
    Some(before.len()..text.len() - after.len())
}

/// The YAML nodes around a place; a key counts with its value.
fn nodes(node: &Node, at: usize, found: &mut Vec<Range<usize>>) {
    let holds = |range: &Range<usize>| range.start <= at && at <= range.end;
    let range = node.span.range();
    if !holds(&range) {
        return;
    }
    found.push(range);
    match node.value() {
        Value::Seq(items) => items.iter().for_each(|item| nodes(item, at, found)),
        Value::Map(pairs) => {
            for (key, value) in pairs {
                let both = key.span.to(value.span).range();
                if holds(&both) {
                    found.push(both);
                    nodes(key, at, found);
                    nodes(value, at, found);
                }
            }
        }
        _ => {}
    }
}
