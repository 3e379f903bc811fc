//! The most similar name in a large set, found by a scan over letter counts.
//!
//! A spelling mistake changes few letters, so names whose letter counts differ much need no closer look.
//! One name is a 64-bit set here; a lookup reads the sets of all names of about the right length, which for
//! 16,000 names takes a few microseconds.

/// Longest name that is compared, in bytes.
const LONGEST: usize = 96;

/// An index over names that the caller keeps; it knows them by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Nearest {
    /// Letter set and number of each name, by length.
    rows: Vec<(u64, u32)>,
    /// Where in `rows` the names of each length start.
    starts: Vec<u32>,
}

impl Nearest {
    pub(super) fn new<'a>(names: impl Iterator<Item = (u32, &'a str)>) -> Nearest {
        let mut by_length: Vec<Vec<(u64, u32)>> = vec![Vec::new(); LONGEST + 1];
        for (number, name) in names {
            if let Some(rows) = by_length.get_mut(name.len()) {
                rows.push((letters(name), number));
            }
        }
        let mut this = Nearest::default();
        for rows in by_length {
            this.starts.push(this.rows.len() as u32);
            this.rows.extend(rows);
        }
        this.starts.push(this.rows.len() as u32);
        this
    }

    /// The number of the name nearest to `query`, at most `limit` edits away. Among equals the one that shares the
    /// longer beginning wins, then the first by number.
    ///
    /// `name` gives the name with a number, or nothing if that name is not wanted.
    pub(super) fn find<'a>(
        &self,
        query: &str,
        limit: usize,
        name: impl Fn(u32) -> Option<&'a str>,
    ) -> Option<u32> {
        let set = letters(query);
        let (low, high) = (query.len().saturating_sub(limit), (query.len() + limit).min(LONGEST));
        let (start, end) = (*self.starts.get(low)?, *self.starts.get(high + 1)?);
        let mut best: Option<(usize, usize, u32)> = None;
        for &(other, number) in &self.rows[start as usize..end as usize] {
            let limit = best.map_or(limit, |(distance, ..)| distance);
            // One edit takes away at most one letter and adds at most one.
            if more_than(set & !other, limit) || more_than(other & !set, limit) {
                continue;
            }
            let Some(name) = name(number) else { continue };
            if let Some(distance) = distance(query, name, limit) {
                let shared = query.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
                let rank = (distance, LONGEST - shared.min(LONGEST), number);
                if best.is_none_or(|best| rank < best) {
                    best = Some(rank);
                }
            }
        }
        best.map(|(_, _, number)| number)
    }
}

/// More than so few bits are set. Counting them all would take longer.
fn more_than(mut bits: u64, few: usize) -> bool {
    for _ in 0..few {
        bits &= bits.wrapping_sub(1);
    }
    bits != 0
}

/// How many edits a name of this length may be away and still be meant.
pub(super) fn limit(length: usize) -> usize {
    (length / 4).clamp(1, 3)
}

/// Which letters occur at least once and at least twice, case ignored, and which other bytes occur, roughly.
fn letters(name: &str) -> u64 {
    let mut set = 0u64;
    for byte in name.bytes() {
        let byte = byte.to_ascii_lowercase();
        if byte.is_ascii_lowercase() {
            let bit = 1 << (byte - b'a');
            set |= if set & bit == 0 { bit } else { bit << 26 };
        } else {
            set |= 1 << (52 + byte % 12);
        }
    }
    set
}

/// Edits (insert, delete, replace, swap neighbours) between two names, case ignored; `None` if more than `limit`.
pub(super) fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() > LONGEST || b.len() > LONGEST || a.len().abs_diff(b.len()) > limit {
        return None;
    }
    // What both begin and end with costs nothing.
    let equal = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
    let begin = a.iter().zip(b).take_while(equal).count();
    let (a, b) = (&a[begin..], &b[begin..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(equal).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);

    let same = |i: usize, j: usize| a[i].eq_ignore_ascii_case(&b[j]);
    // Cells farther than `limit` from the diagonal cannot be part of the answer; they stay at this value.
    let far = limit as u8 + 1;
    let (mut before, mut last, mut row) = ([far; LONGEST + 1], [far; LONGEST + 1], [far; LONGEST + 1]);
    for (j, cell) in last.iter_mut().enumerate().take(b.len().min(limit) + 1) {
        *cell = j as u8;
    }
    for i in 0..a.len() {
        let (low, high) = (i.saturating_sub(limit), (i + 1 + limit).min(b.len()));
        row[low] = if low == 0 { (i as u8 + 1).min(far) } else { far };
        let mut least = row[low];
        for j in low..high {
            let mut cost = (last[j] + u8::from(!same(i, j))).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && same(i, j - 1) && same(i - 1, j) {
                cost = cost.min(before[j - 1] + 1);
            }
            row[j + 1] = cost.min(far);
            least = least.min(cost);
        }
        if high < b.len() {
            row[high + 1] = far;
        }
        if least as usize > limit {
            return None;
        }
        (before, last, row) = (last, row, before);
    }
    let distance = last[b.len()] as usize;
    (distance <= limit).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        for (a, b, expected) in [
            ("ct.nmae", "ct.name", Some(1)),
            ("ct.name", "CT.Name", Some(0)),
            ("abc", "abcd", Some(1)),
            ("abc", "xbcy", Some(2)),
            ("abcdef", "uvwxyz", None),
            ("", "abc", Some(3)),
            ("abc", "", Some(3)),
            ("abcdef", "bcdefa", Some(2)),
            ("badcfe", "abcdef", Some(3)),
            ("abcdefgh", "abcd", None),
            ("xabcdefgh", "abcdefgh", Some(1)),
            ("ca", "abc", Some(3)),
        ] {
            assert_eq!(distance(a, b, 3), expected, "{a} {b}");
        }
    }

    #[test]
    fn finds_the_nearest() {
        let names = ["DescribeInstances", "DescribeInstanceStatus", "CreateUser", "DeleteUser"];
        let index = Nearest::new(names.iter().enumerate().map(|(at, name)| (at as u32, *name)));
        let find =
            |query: &str| index.find(query, 3, |at| Some(names[at as usize])).map(|at| names[at as usize]);
        assert_eq!(find("DescribeInstance"), Some("DescribeInstances"));
        assert_eq!(find("CreatUser"), Some("CreateUser"));
        assert_eq!(find("createuser"), Some("CreateUser"));
        assert_eq!(find("SomethingElse"), None);
        assert_eq!(find(""), None);
        assert_eq!(find(&"x".repeat(500)), None);
    }
}
