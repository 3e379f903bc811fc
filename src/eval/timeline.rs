//! Alerts over time in bounded memory, in any order of arrival.

use crate::sema::ir::Priority;
use std::collections::BTreeMap;

/// Maximum number of spans.
const MOST: usize = 1024;

/// Number of alerts by priority, the most urgent first.
pub type Alerts = [u64; Priority::ALL.len()];

/// Alerts over time, counted in spans that grow with the covered period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timeline {
    /// Length of a span in seconds; a power of 2.
    width: i64,
    spans: BTreeMap<i64, Alerts>,
}

impl Default for Timeline {
    fn default() -> Timeline {
        Timeline { width: 1, spans: BTreeMap::new() }
    }
}

impl Timeline {
    /// Counts an alert of this priority at this time, in nanoseconds since 1970.
    pub fn add(&mut self, time: i64, priority: Priority) {
        let span = time.div_euclid(1_000_000_000).div_euclid(self.width);
        let at = Priority::ALL.iter().position(|one| *one == priority).unwrap_or_default();
        self.spans.entry(span).or_default()[at] += 1;
        self.shrink();
    }

    /// Adds another timeline; the order of additions does not matter.
    pub fn merge(&mut self, other: &Timeline) {
        self.widen(other.width);
        let by = self.width / other.width;
        for (span, alerts) in &other.spans {
            add(self.spans.entry(span.div_euclid(by)).or_default(), alerts);
        }
        self.shrink();
    }

    /// The alerts in at most `most` spans of equal length, from the first alert to the last, with start and length of
    /// the spans in seconds.
    pub fn columns(&self, most: usize) -> (i64, i64, Vec<Alerts>) {
        let (Some((&first, _)), Some((&last, _))) =
            (self.spans.first_key_value(), self.spans.last_key_value())
        else {
            return (0, self.width, Vec::new());
        };
        let most = i64::try_from(most.max(1)).unwrap_or(i64::MAX);
        let mut by = 1;
        while last.div_euclid(by) - first.div_euclid(by) >= most {
            by *= 2;
        }
        let start = first.div_euclid(by);
        let len = usize::try_from(last.div_euclid(by) - start + 1).unwrap_or(1);
        let mut columns = vec![Alerts::default(); len];
        for (span, alerts) in &self.spans {
            let at = usize::try_from(span.div_euclid(by) - start).unwrap_or_default();
            if let Some(column) = columns.get_mut(at) {
                add(column, alerts);
            }
        }
        let width = self.width.saturating_mul(by);
        (start.saturating_mul(width), width, columns)
    }

    /// Merges spans until there are few enough.
    fn shrink(&mut self) {
        while self.spans.len() > MOST {
            self.widen(self.width * 2);
        }
    }

    fn widen(&mut self, width: i64) {
        if width <= self.width {
            return;
        }
        let by = width / self.width;
        self.width = width;
        for (span, alerts) in std::mem::take(&mut self.spans) {
            add(self.spans.entry(span.div_euclid(by)).or_default(), &alerts);
        }
    }
}

fn add(to: &mut Alerts, more: &Alerts) {
    to.iter_mut().zip(more).for_each(|(to, more)| *to += more);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The result does not depend on the distribution over threads, and nothing is lost.
        #[test]
        fn order_does_not_matter(times in prop::collection::vec((any::<i64>(), 0usize..8), 0..4000), cut in 0usize..4000) {
            let of = |all: &[(i64, usize)]| {
                let mut timeline = Timeline::default();
                all.iter().for_each(|(time, at)| timeline.add(*time, Priority::ALL[*at]));
                timeline
            };
            let whole = of(&times);
            let (a, b) = times.split_at(cut.min(times.len()));
            let (mut parts, a) = (of(b), of(a));
            parts.merge(&a);
            prop_assert_eq!(&parts, &whole);
            prop_assert!(whole.spans.len() <= MOST);
            let (_, _, columns) = whole.columns(90);
            prop_assert!(columns.len() <= 90);
            prop_assert_eq!(columns.iter().flatten().sum::<u64>(), times.len() as u64);
        }
    }

    #[test]
    fn columns_begin_at_the_first_alert() {
        let mut timeline = Timeline::default();
        for second in [100, 101, 163] {
            timeline.add(second * 1_000_000_000, Priority::Warning);
        }
        let (start, width, columns) = timeline.columns(64);
        assert_eq!((start, width, columns.len()), (100, 1, 64));
        let (start, width, columns) = timeline.columns(10);
        assert_eq!((start, width, columns.len()), (96, 8, 9));
        assert_eq!(columns[0][4], 2);
    }
}
