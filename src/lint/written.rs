//! What stands in the author's file: the text of rules and macros, the extent of its parts with their parentheses,
//! and the places where it may be edited.

use super::context::{LintRule, Macros};
use crate::sema::text::Composite;
use crate::source::{SourceMap, Span, Text};
use crate::syntax::ast::{Comparison, Expr, ExprKind};
use std::ops::Range;

/// A condition as one item has it: that of a rule without its macros, or that of a macro.
#[derive(Clone, Copy)]
pub struct Own<'v, 'a> {
    /// The tree.
    pub tree: &'v Expr<'v>,
    /// The text its places are in.
    pub text: &'v Composite<'a>,
    /// The scalars it was put together from.
    pub parts: &'v [&'a Text],
}

impl<'v, 'a> Own<'v, 'a> {
    /// The condition of a rule.
    pub fn of_rule(rule: &LintRule<'v, 'a>) -> Own<'v, 'a> {
        Own { tree: rule.view.tree, text: rule.view.text, parts: &rule.view.info.condition }
    }

    /// The conditions of all macros.
    pub fn of_macros(macros: &Macros<'v, 'a>) -> impl Iterator<Item = Own<'v, 'a>> + use<'v, 'a> {
        macros.iter().map(|it| Own { tree: it.tree, text: it.text, parts: &it.info.condition })
    }

    /// Calls `visit` on every comparison.
    pub fn checks(&self, visit: &mut impl FnMut(&'v Expr<'v>, &'v Comparison<'v>)) {
        self.tree.walk(&mut |expr| {
            if let ExprKind::Comparison(check) = &expr.kind {
                visit(expr, check);
            }
        });
    }

    /// The text of a range.
    pub fn slice(&self, range: Range<usize>) -> &'v str {
        self.text.text.get(range).unwrap_or_default()
    }

    /// The place in the file of a range of the text.
    pub fn span(&self, range: Range<usize>) -> Span {
        self.text.locate(range.start as u32..range.end as u32).span
    }

    /// The place of a range if the author wrote there what Falco reads, blanks aside: no list, no escape.
    pub fn verbatim(&self, sources: &SourceMap, range: Range<usize>) -> Option<Span> {
        let place = self.text.locate(range.start as u32..range.end as u32);
        let same = sources.slice(place.span).split_whitespace().eq(self.slice(range).split_whitespace());
        (place.item.is_none() && same).then_some(place.span)
    }

    /// True if a word may end here: what follows is no letter that would join it.
    pub fn is_end(&self, at: usize) -> bool {
        self.slice(at..self.text.text.len()).chars().next().is_none_or(|c| c == ')' || c.is_whitespace())
    }

    /// The place of a range if its first and last character are the author's own: text may be put around it.
    pub fn edges(&self, sources: &SourceMap, range: Range<usize>) -> Option<Span> {
        let first = self.slice(range.clone()).chars().next()?.len_utf8();
        let last = self.slice(range.clone()).chars().next_back()?.len_utf8();
        let start = self.verbatim(sources, range.start..range.start + first)?;
        let end = self.verbatim(sources, range.end - last..range.end)?;
        (start.file == end.file && start.end <= end.end).then(|| start.to(end))
    }

    /// True if a comma may be written at a place: it ends a plain scalar within brackets or braces.
    pub fn takes_commas(&self, sources: &SourceMap, place: Span) -> bool {
        let Some(part) = self.parts.iter().find(|part| part.span.contains(place)) else { return false };
        let text = &*sources.file(place.file).text;
        let quoted = sources.slice(part.span).starts_with(['"', '\'', '|', '>']);
        let mut rest = text.get(part.span.end as usize..).unwrap_or_default().trim_start();
        while let Some(comment) = rest.strip_prefix('#') {
            rest = comment.split_once('\n').map_or("", |(_, after)| after.trim_start());
        }
        quoted || !rest.starts_with([',', '}', ']'])
    }
}

/// Where a condition begins and ends, without parentheses around the whole of it.
pub fn inner(expr: &Expr<'_>, text: &str) -> Range<usize> {
    let place = expr.place.start as usize..expr.place.end as usize;
    match &expr.kind {
        // The place of a chain leaves out what stands around its first and last part.
        ExprKind::And(parts) | ExprKind::Or(parts) => match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => operand(first, text).start..operand(last, text).end,
            _ => place,
        },
        _ => place.start..place.start + text.get(place).unwrap_or_default().trim_end().len(),
    }
}

/// The same with all parentheses around it.
pub fn outer(expr: &Expr<'_>, text: &str) -> Range<usize> {
    let mut range = inner(expr, text);
    while let Some(grouped) = group(&range, text) {
        range = grouped;
    }
    range
}

/// A part of an `and` or `or` with all that belongs to it: parentheses, and `not not`, which leaves no trace in the tree.
fn operand(expr: &Expr<'_>, text: &str) -> Range<usize> {
    let mut range = outer(expr, text);
    loop {
        let before = text.get(..range.start).unwrap_or_default().trim_end();
        let Some(rest) = before.strip_suffix("not") else { return range };
        if rest.ends_with(|c: char| !c.is_whitespace() && c != '(') {
            return range;
        }
        range.start = rest.len();
        while let Some(grouped) = group(&range, text) {
            range = grouped;
        }
    }
}

/// The parentheses around a range, if some stand there.
pub fn group(range: &Range<usize>, text: &str) -> Option<Range<usize>> {
    let before = text.get(..range.start)?.trim_end().strip_suffix('(')?;
    let after = text.get(range.end..)?.trim_start().strip_prefix(')')?;
    Some(before.len()..text.len() - after.len())
}
