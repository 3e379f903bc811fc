//! Which findings are dropped because another check says more about the same place.

use super::context::Reported;
use super::{Lint, rules};
use crate::diag::Check;
use crate::source::Span;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// All lints, each after those of the checks that it yields to.
pub fn order() -> &'static [&'static dyn Lint] {
    static ORDER: LazyLock<Vec<&'static dyn Lint>> = LazyLock::new(|| {
        let mut order = Vec::with_capacity(rules::LINTS.len());
        rules::LINTS.iter().for_each(|lint| place(*lint, &mut Vec::new(), &mut order));
        order
    });
    &ORDER
}

/// Adds a lint after all that it yields to. `open` are those that wait for it, where a circle would end.
fn place(lint: &'static dyn Lint, open: &mut Vec<&'static Check>, order: &mut Vec<&'static dyn Lint>) {
    let check = lint.check();
    if open.contains(&check) || order.iter().any(|placed| placed.check() == check) {
        return;
    }
    open.push(check);
    let first = |lint: &&&dyn Lint| check.yields_to.contains(&lint.check());
    rules::LINTS.iter().filter(first).for_each(|first| place(*first, open, order));
    open.pop();
    order.push(lint);
}

/// Drops each finding that overlaps a kept one of a check it yields to, among `found` and `earlier` ones.
pub fn drop_yielding(found: &mut Vec<Reported>, earlier: &[Reported]) {
    let mut places: FxHashMap<&'static str, Places> = FxHashMap::default();
    for over in found.iter().flat_map(|it| it.diagnostic.check.yields_to) {
        places.entry(over.code).or_default();
    }
    if places.is_empty() || found.len() + earlier.len() < 2 {
        return;
    }
    for it in earlier {
        if let Some(places) = places.get_mut(it.diagnostic.check.code) {
            places.add(it.diagnostic.primary.span);
        }
    }
    places.values_mut().for_each(Places::sort);
    let mut keep = vec![true; found.len()];
    for lint in order() {
        let check = lint.check();
        let own = || found.iter().enumerate().filter(|(_, it)| it.diagnostic.check == check);
        if !places.contains_key(check.code) && check.yields_to.is_empty() {
            continue;
        }
        for (at, it) in own() {
            let span = it.diagnostic.primary.span;
            let overlaps = |over: &&Check| places.get(over.code).is_some_and(|it| it.overlap(span));
            keep[at] = !check.yields_to.iter().any(overlaps);
        }
        if let Some(places) = places.get_mut(check.code) {
            own().filter(|(at, _)| keep[*at]).for_each(|(_, it)| places.add(it.diagnostic.primary.span));
            places.sort();
        }
    }
    let mut keep = keep.into_iter();
    found.retain(|_| keep.next().unwrap_or(true));
}

/// The places of a check's findings.
#[derive(Default)]
struct Places {
    /// In order, each once, with the end of whichever reaches farthest up to here in its file.
    spans: Vec<(Span, u32)>,
}

impl Places {
    fn add(&mut self, span: Span) {
        self.spans.push((span, 0));
    }

    fn sort(&mut self) {
        self.spans.sort_unstable_by_key(|(span, _)| (span.file, span.start, span.end));
        self.spans.dedup_by_key(|(span, _)| *span);
        let mut reach = (None, 0);
        for (span, end) in &mut self.spans {
            let before = if reach.0 == Some(span.file) { reach.1 } else { 0 };
            *end = before.max(span.end);
            reach = (Some(span.file), *end);
        }
    }

    /// One of them is this place or has a byte in common with it.
    fn overlap(&self, place: Span) -> bool {
        let last = place.end.saturating_sub(1).max(place.start);
        let end = self.spans.partition_point(|(span, _)| (span.file, span.start) <= (place.file, last));
        let before = self.spans[..end].iter().rev();
        let mut near = before.take_while(|(span, reach)| span.file == place.file && *reach >= place.start);
        near.any(|(span, _)| *span == place || (span.start < place.end && place.start < span.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn span(file: u32, start: usize, end: usize) -> Span {
        Span::new(FileId(file), start, end)
    }

    /// The search finds what looking at every place finds.
    #[test]
    fn overlaps_are_found() {
        let mut state = 1_u64;
        let mut below = |limit: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 33) % limit) as usize
        };
        for _ in 0..2_000 {
            let spans: Vec<Span> = (0..below(8))
                .map(|_| {
                    let start = below(12);
                    span(below(2) as u32, start, start + below(6))
                })
                .collect();
            let mut places = Places::default();
            spans.iter().for_each(|span| places.add(*span));
            places.sort();
            let start = below(12);
            let place = span(below(2) as u32, start, start + below(6));
            let shares = |other: &&Span| {
                other.file == place.file && other.start < place.end && place.start < other.end
            };
            let expected = spans.contains(&place) || spans.iter().any(|other| shares(&other));
            assert_eq!(places.overlap(place), expected, "{place:?} in {spans:?}");
        }
    }

    /// Every lint comes after those it yields to, so that there is no circle.
    #[test]
    fn order_is_an_order() {
        let order: Vec<&Check> = order().iter().map(|lint| lint.check()).collect();
        assert_eq!(order.len(), rules::LINTS.len());
        for (at, check) in order.iter().enumerate() {
            for over in check.yields_to {
                assert!(order[..at].contains(over), "{} yields to {}", check.name, over.name);
            }
        }
    }
}
