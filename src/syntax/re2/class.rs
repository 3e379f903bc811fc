//! Sets of code points as RE2's character classes keep them.

/// The largest code point.
pub const RUNE_MAX: u32 = 0x10FFFF;

/// A set of code points: ranges in ascending order, neither overlapping nor touching.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Class {
    /// The ranges, both ends included.
    pub ranges: Vec<(u32, u32)>,
}

impl Class {
    /// The union of ranges in any order.
    pub fn new(mut ranges: Vec<(u32, u32)>) -> Class {
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (low, high) in ranges {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        Class { ranges: merged }
    }

    /// The complement. The line break is no exception: Falco's RE2 has `ClassNL` set.
    pub fn negated(&self) -> Class {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = 0;
        for &(low, high) in &self.ranges {
            if next < low {
                ranges.push((next, low - 1));
            }
            next = high + 1;
        }
        if next <= RUNE_MAX {
            ranges.push((next, RUNE_MAX));
        }
        Class { ranges }
    }

    /// The class of `.`: everything but the line break.
    pub fn dot() -> Class {
        Class::new(vec![(u32::from(b'\n'), u32::from(b'\n'))]).negated()
    }

    /// The only member, if there is exactly one.
    pub fn single(&self) -> Option<u32> {
        match self.ranges[..] {
            [(low, high)] if low == high => Some(low),
            _ => None,
        }
    }

    /// True if the set holds `rune`.
    pub fn contains(&self, rune: u32) -> bool {
        let at = self.ranges.partition_point(|&(_, high)| high < rune);
        self.ranges.get(at).is_some_and(|&(low, _)| low <= rune)
    }
}

/// The ranges of a POSIX class such as `alpha`. All are ASCII in RE2.
pub fn posix(name: &[u8]) -> Option<&'static [(u32, u32)]> {
    POSIX.iter().find(|(known, _)| known.as_bytes() == name).map(|&(_, ranges)| ranges)
}

type Ranges = &'static [(u32, u32)];

/// The names that may stand in `[[:name:]]`, `[[:^name:]]`.
pub const POSIX: [(&str, Ranges); 14] = [
    ("alnum", &[(0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)]),
    ("alpha", &[(0x41, 0x5A), (0x61, 0x7A)]),
    ("ascii", &[(0x00, 0x7F)]),
    ("blank", &[(0x09, 0x09), (0x20, 0x20)]),
    ("cntrl", &[(0x00, 0x1F), (0x7F, 0x7F)]),
    ("digit", &[(0x30, 0x39)]),
    ("graph", &[(0x21, 0x7E)]),
    ("lower", &[(0x61, 0x7A)]),
    ("print", &[(0x20, 0x7E)]),
    ("punct", &[(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)]),
    ("space", &[(0x09, 0x0D), (0x20, 0x20)]),
    ("upper", &[(0x41, 0x5A)]),
    ("word", &[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)]),
    ("xdigit", &[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)]),
];
