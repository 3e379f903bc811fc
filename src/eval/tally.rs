//! Counting what rules say of a log, in bounded memory.

use rustc_hash::FxHashSet;
use std::hash::{DefaultHasher, Hasher};

/// Up to how many distinct values are counted.
pub const MOST_DISTINCT: usize = 1000;

/// What a rule said.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// How often it fired.
    pub matches: u64,
    /// Times of the earliest and the latest event, in nanoseconds since 1970.
    pub seen: Option<(i64, i64)>,
    /// Its users.
    pub users: Distinct,
    /// Its source addresses.
    pub addresses: Distinct,
}

/// How many different values there are: exact up to [`MOST_DISTINCT`]. Holds hashes of 64 bits.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Distinct {
    known: FxHashSet<u64>,
    more: bool,
}

impl Tally {
    /// The rule fired on an event of this time by this user from this address.
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

    /// Adds what was counted elsewhere; the order of adding does not matter.
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
    /// How many there are, and whether that is all.
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
