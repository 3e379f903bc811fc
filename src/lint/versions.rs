//! What came with which version.

use crate::bundled;
use crate::sema::requirements::Version;
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// One thing that older versions lack.
#[derive(Clone, Copy, Debug)]
pub struct Since {
    /// `engine`, or a plugin.
    pub part_of: &'static str,
    /// Its name in rules.
    pub name: &'static str,
    /// The last version known to lack it.
    pub lacking: Version,
    /// A version known to have it.
    pub having: Version,
}

/// All that is known.
pub fn all() -> &'static [Since] {
    static TABLE: OnceLock<Vec<Since>> = OnceLock::new();
    TABLE.get_or_init(|| bundled::SINCE.lines().filter_map(read).collect())
}

/// What is known of one thing.
pub fn of(part_of: &str, name: &str) -> Option<&'static Since> {
    static BY_NAME: OnceLock<FxHashMap<&'static str, Vec<&'static Since>>> = OnceLock::new();
    let by_name = BY_NAME.get_or_init(|| {
        let mut by_name: FxHashMap<_, Vec<_>> = FxHashMap::default();
        all().iter().for_each(|since| by_name.entry(since.name).or_default().push(since));
        by_name
    });
    by_name.get(name)?.iter().copied().find(|since| since.part_of == part_of)
}

fn read(line: &'static str) -> Option<Since> {
    let mut words = line.split(' ');
    let (part_of, name) = (words.next().filter(|word| *word != "#")?, words.next()?);
    let mut version = || words.next().and_then(Version::parse);
    Some(Since { part_of, name, lacking: version()?, having: version()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_counts() {
        let lines = bundled::SINCE.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(all().len(), lines.count());
        assert!(all().iter().all(|since| since.lacking < since.having));
    }
}
