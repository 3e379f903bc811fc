//! Counts of a rule's alerts in bounded memory.

use rustc_hash::FxHashSet;
use std::hash::{DefaultHasher, Hasher};

/// Maximum number of distinct values that are counted.
pub const MOST_DISTINCT: usize = 1000;

/// Counts of one rule.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Number of alerts.
    pub matches: u64,
    /// Times of the earliest and the latest event, in nanoseconds since 1970.
    pub seen: Option<(i64, i64)>,
    /// Distinct users.
    pub users: Distinct,
    /// Distinct source addresses.
    pub addresses: Distinct,
}

/// Number of distinct values, exact up to [`MOST_DISTINCT`], by 64-bit hashes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Distinct {
    known: FxHashSet<u64>,
    more: bool,
}

impl Tally {
    /// Counts an alert on an event of this time by this user from this address.
    pub fn add(&mut self, time: i64, [user, address]: &[Option<impl AsRef<[u8]>>; 2]) {
        self.matches += 1;
        self.saw(time, time);
        if let Some(user) = user {
            self.users.add(user.as_ref());
        }
        if let Some(address) = address {
            self.addresses.add(address.as_ref());
        }
    }

    /// Adds another count; the order of additions does not matter.
    pub fn merge(&mut self, other: &Tally) {
        self.matches += other.matches;
        if let Some((first, last)) = other.seen {
            self.saw(first, last);
        }
        self.users.merge(&other.users);
        self.addresses.merge(&other.addresses);
    }

    fn saw(&mut self, first: i64, last: i64) {
        self.seen = Some(match self.seen {
            None => (first, last),
            Some((earliest, latest)) => (earliest.min(first), latest.max(last)),
        });
    }
}

impl Distinct {
    /// Number of distinct values, and whether it is exact.
    pub fn count(&self) -> (usize, bool) {
        if self.more { (MOST_DISTINCT + 1, false) } else { (self.known.len(), true) }
    }

    fn add(&mut self, value: &[u8]) {
        if !self.more {
            let mut hasher = DefaultHasher::new();
            hasher.write(value);
            self.insert(hasher.finish());
        }
    }

    fn merge(&mut self, other: &Distinct) {
        self.more |= other.more;
        other.known.iter().for_each(|&hash| self.insert(hash));
    }

    fn insert(&mut self, hash: u64) {
        self.known.insert(hash);
        self.more |= self.known.len() > MOST_DISTINCT;
        if self.more {
            self.known = FxHashSet::default();
        }
    }
}
