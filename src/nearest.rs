//! "Did you mean": the known name that is spelled most like a wrong one.
//!
//! [`nearest`] compares with every name. [`Index`] serves large sets: a spelling mistake changes few letters, so names
//! whose letter counts differ much are not compared. It keeps a 64-bit set for each name; a lookup reads the sets of
//! all names of about the right length, which for 16,000 names takes a few microseconds.

/// Longest name of an [`Index`], and longest differing part of two names, in bytes.
const LONGEST: usize = 96;

/// The known name nearest to `name`, if it is close enough to be a slip. Among equally near ones the one that shares
/// the longer beginning wins, then the first.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let mut best: Option<((usize, usize), &str)> = None;
    for known in known.into_iter().filter(|known| *known != name) {
        let limit = best.map_or_else(|| limit(name), |((distance, _), _)| distance);
        if let Some(rank) = rank(name, known, limit)
            && best.is_none_or(|(best, _)| rank < best)
        {
            best = Some((rank, known));
        }
    }
    best.map(|(_, known)| known)
}

/// Maximum number of edits between a slip and the name that is meant. A very short name has letter case only.
pub fn limit(name: &str) -> usize {
    match name.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        6..=10 => 2,
        _ => 3,
    }
}

/// Edits, then how little of the beginning is shared.
fn rank(name: &str, known: &str, limit: usize) -> Option<(usize, usize)> {
    let distance = distance(name, known, limit)?;
    let shared = name.bytes().zip(known.bytes()).take_while(|(a, b)| a == b).count();
    Some((distance, name.len() - shared))
}

/// An index over names that the caller keeps; it knows them by number.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Letter set and number of each name, by length.
    rows: Vec<(u64, u32)>,
    /// Where in `rows` the names of each length start.
    starts: Vec<u32>,
}

impl Index {
    /// An index over names with their numbers.
    pub fn new<'a>(names: impl Iterator<Item = (u32, &'a str)>) -> Index {
        let mut by_length: Vec<Vec<(u64, u32)>> = vec![Vec::new(); LONGEST + 1];
        for (number, name) in names {
            if let Some(rows) = by_length.get_mut(name.len()) {
                rows.push((letters(name), number));
            }
        }
        let mut this = Index::default();
        for rows in by_length {
            this.starts.push(this.rows.len() as u32);
            this.rows.extend(rows);
        }
        this.starts.push(this.rows.len() as u32);
        this
    }

    /// The number of the name nearest to `query`, at most `limit` edits away; ties as for [`nearest`].
    ///
    /// `name` returns the name with a number, or nothing if that name is not wanted.
    pub fn find<'a>(&self, query: &str, limit: usize, name: impl Fn(u32) -> Option<&'a str>) -> Option<u32> {
        let set = letters(query);
        let (low, high) = (query.len().saturating_sub(limit), (query.len() + limit).min(LONGEST));
        let (start, end) = (*self.starts.get(low)?, *self.starts.get(high + 1)?);
        let mut best: Option<((usize, usize), u32)> = None;
        for &(other, number) in &self.rows[start as usize..end as usize] {
            let limit = best.map_or(limit, |((distance, _), _)| distance);
            // One edit takes away at most one letter and adds at most one.
            if more_than(set & !other, limit) || more_than(other & !set, limit) {
                continue;
            }
            let Some(name) = name(number) else { continue };
            if let Some(rank) = rank(query, name, limit)
                && best.is_none_or(|best| (rank, number) < best)
            {
                best = Some((rank, number));
            }
        }
        best.map(|(_, number)| number)
    }
}

/// More than so few bits are set. Counting them all would take longer.
fn more_than(mut bits: u64, few: usize) -> bool {
    for _ in 0..few {
        bits &= bits.wrapping_sub(1);
    }
    bits != 0
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

/// Number of edits (insert, delete, replace, swap neighbours) between two names, case ignored; `None` if more than
/// `limit`.
pub fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    if a.is_ascii() && b.is_ascii() {
        return edits(a.as_bytes(), b.as_bytes(), u8::eq_ignore_ascii_case, limit);
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    edits(&a, &b, char::eq_ignore_ascii_case, limit)
}

fn edits<T>(a: &[T], b: &[T], equal: fn(&T, &T) -> bool, limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    // What both begin and end with costs nothing.
    let begin = a.iter().zip(b).take_while(|(a, b)| equal(a, b)).count();
    let (a, b) = (&a[begin..], &b[begin..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| equal(a, b)).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    if a.len() > LONGEST || b.len() > LONGEST {
        return None;
    }

    let same = |i: usize, j: usize| equal(&a[i], &b[j]);
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
    fn a_slip_is_close() {
        let known = ["in", "glob", "contains", "icontains", "Überwachung", "macro_b", "macro_a"];
        let find = |name: &str| nearest(name, known);
        assert_eq!(find("contians"), Some("contains"));
        assert_eq!(find("IN"), Some("in"));
        assert_eq!(find("on"), None);
        assert_eq!(find("globe"), Some("glob"));
        assert_eq!(find("Uberwachung"), Some("Überwachung"));
        assert_eq!(find("macro_c"), Some("macro_b"));
        assert_eq!(find("macro_b"), Some("macro_a"));
        assert_eq!(find("nothing like it"), None);
        let long = "x".repeat(300);
        assert_eq!(nearest(&format!("{long}y"), [long.as_str()]), Some(long.as_str()));
    }

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
        let index = Index::new(names.iter().enumerate().map(|(at, name)| (at as u32, *name)));
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
