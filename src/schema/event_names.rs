//! The event names that AWS services are known to write, by event source.
//!
//! The list is good but not complete: a name that is missing may exist, so it deserves a warning, not an error.

use crate::bundled;
use crate::nearest::{self, Index, limit};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;
use std::sync::OnceLock;

/// The date of the list.
pub const DATE: &str = "November 2026";

/// True if `source` is known to write `name`.
pub fn known(source: &str, name: &str) -> bool {
    names_of(source).binary_search(&name).is_ok()
}

/// True if any source is known to write `name`.
pub fn is_name(name: &str) -> bool {
    table().heads.contains_key(name)
}

/// True if the source is known.
pub fn is_source(source: &str) -> bool {
    table().source(source).is_some()
}

/// The known source of this name.
pub fn source(name: &str) -> Option<&'static str> {
    let table = table();
    table.by_source.get_key_value(name).map(|(source, _)| *source)
}

/// Every known source, sorted.
pub fn sources() -> impl Iterator<Item = &'static str> {
    table().sources.iter().map(|(source, _)| *source)
}

/// The sources known to write `name`, sorted.
pub fn sources_of(name: &str) -> impl Iterator<Item = &'static str> {
    let table = table();
    let first = table.heads.get(name).map(|&(first, _)| first);
    let places = std::iter::successors(first, |&at| Some(table.next[at as usize]).filter(|&at| at != NONE));
    places.map(|at| table.writers[at as usize])
}

/// The names that `source` is known to write, sorted; none if the source is unknown.
pub fn names_of(source: &str) -> &'static [&'static str] {
    let table = table();
    table.source(source).map_or(&[], |range| &table.names[range])
}

/// The known name most similar to `name`, if one is close. Fast enough for every name of a large set.
pub fn nearest(name: &str) -> Option<&'static str> {
    closest(name, |_| true)
}

/// As [`nearest()`], among the names of one source.
pub fn nearest_in(source: &str, name: &str) -> Option<&'static str> {
    let names = names_of(source);
    closest(name, |other| names.binary_search(&other).is_ok())
}

fn closest(name: &str, wanted: impl Fn(&'static str) -> bool) -> Option<&'static str> {
    static INDEX: OnceLock<Index> = OnceLock::new();
    let table = table();
    let index = INDEX.get_or_init(|| {
        // One entry for each distinct name, in file order, so that ties are decided deterministically.
        let first =
            |&(at, name): &(usize, &&str)| table.heads.get(*name).is_some_and(|head| head.0 == at as u32);
        let distinct = table.names.iter().enumerate().filter(first);
        Index::new(distinct.map(|(at, name)| (at as u32, *name)))
    });
    let named = |at: u32| Some(table.names[at as usize]).filter(|name| wanted(name));
    let at = index.find(name, limit(name), named)?;
    Some(table.names[at as usize])
}

/// The known name that differs from `name` in letter case only.
pub fn ignoring_case(name: &str) -> Option<&'static str> {
    static INDEX: OnceLock<FxHashMap<String, &'static str>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        let mut index = FxHashMap::default();
        for name in &table().names {
            index.entry(name.to_ascii_lowercase()).or_insert(*name);
        }
        index
    });
    index.get(name.to_ascii_lowercase().as_str()).copied().filter(|found| *found != name)
}

/// Event names that the user adds to the list.
#[derive(Clone, Debug, Default)]
pub struct KnownEvents {
    by_name: FxHashMap<String, Vec<String>>,
    sources: FxHashSet<String>,
}

impl KnownEvents {
    /// Adds an event.
    pub fn insert(&mut self, source: &str, name: &str) {
        self.sources.insert(source.to_owned());
        let sources = self.by_name.entry(name.to_owned()).or_default();
        if !sources.iter().any(|other| other == source) {
            sources.push(source.to_owned());
        }
    }

    /// The sources that write `name`.
    pub fn sources_of(&self, name: &str) -> &[String] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// True if the source is among them.
    pub fn is_source(&self, source: &str) -> bool {
        self.sources.contains(source)
    }
}

/// The known source most similar to `source`, if one is close.
pub fn nearest_source(source: &str) -> Option<&'static str> {
    nearest::nearest(source, sources())
}

const NONE: u32 = u32::MAX;

#[derive(Default)]
struct EventTable {
    /// Sources, sorted, with the range of their names in `names`.
    sources: Vec<(&'static str, Range<usize>)>,
    /// Position of each source.
    by_source: FxHashMap<&'static str, u32>,
    /// The names of all sources, one source after the other.
    names: Vec<&'static str>,
    /// The source of each of them.
    writers: Vec<&'static str>,
    /// First and last index of each name.
    heads: FxHashMap<&'static str, (u32, u32)>,
    /// The next index with the same name, or `NONE`.
    next: Vec<u32>,
}

impl EventTable {
    fn source(&self, source: &str) -> Option<Range<usize>> {
        let at = *self.by_source.get(source)?;
        Some(self.sources[at as usize].1.clone())
    }
}

fn table() -> &'static EventTable {
    static TABLE: OnceLock<EventTable> = OnceLock::new();
    TABLE.get_or_init(|| read(bundled::AWS_EVENTS))
}

fn read(text: &'static str) -> EventTable {
    let mut table = EventTable::default();
    table.heads.reserve(20_000);
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if !line.starts_with(' ') {
            table.by_source.insert(line, table.sources.len() as u32);
            table.sources.push((line, table.names.len()..table.names.len()));
            continue;
        }
        for name in line.split_ascii_whitespace() {
            let at = table.names.len() as u32;
            table.names.push(name);
            table.writers.extend(table.sources.last().map(|(source, _)| *source));
            table.next.push(NONE);
            let place = table.heads.entry(name).or_insert((at, at));
            if place.1 != at {
                table.next[place.1 as usize] = at;
                place.1 = at;
            }
        }
        if let Some((_, range)) = table.sources.last_mut() {
            range.end = table.names.len();
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_sorted_and_complete() {
        let sources: Vec<&str> = sources().collect();
        assert!(bundled::AWS_EVENTS.contains(&format!("Made in {DATE} ")));
        assert_eq!(sources.len(), 377);
        assert!(sources.is_sorted());
        assert!(sources.iter().all(|source| source.ends_with(".amazonaws.com")));
        assert!(sources.iter().all(|source| names_of(source).is_sorted()));
        assert_eq!(table().names.len(), 20_537);
        assert_eq!(table().heads.len(), 16_437);
    }

    #[test]
    fn names_and_sources() {
        assert!(known("signin.amazonaws.com", "ConsoleLogin"));
        assert!(!known("iam.amazonaws.com", "ConsoleLogin"));
        assert!(!known("nosuch.amazonaws.com", "ConsoleLogin"));
        assert!(is_name("StopLogging") && !is_name("StopLoging"));
        assert!(is_source("iam.amazonaws.com") && !is_source("iam"));
        assert_eq!(sources_of("StopLogging").collect::<Vec<_>>(), ["cloudtrail.amazonaws.com"]);
        assert!(sources_of("CreatePolicy").any(|source| source == "iam.amazonaws.com"));
        assert!(sources_of("CreatePolicy").all(|source| known(source, "CreatePolicy")));
        assert_eq!(sources_of("StopLoging").count(), 0);
    }

    #[test]
    fn nearest_names() {
        assert_eq!(nearest("StopLoging"), Some("StopLogging"));
        assert_eq!(nearest("stoplogging"), Some("StopLogging"));
        assert_eq!(nearest("DescribeOrgnanizationalUnit"), Some("DescribeOrganizationalUnit"));
        assert_eq!(nearest("NothingLikeThisAtAll"), None);
        assert_eq!(nearest(""), None);
        assert_eq!(ignoring_case("consolelogin"), Some("ConsoleLogin"));
        assert_eq!(ignoring_case("ConsoleLogin"), None);
        assert_eq!(nearest_in("iam.amazonaws.com", "CreateUsr"), Some("CreateUser"));
        assert_eq!(nearest_source("iam.amazonaw.com"), Some("iam.amazonaws.com"));
    }

    #[test]
    fn one_slip_is_always_mended() {
        for name in table().names.iter().step_by(97).filter(|name| name.len() >= 4) {
            let middle = name.len() / 2;
            let left_out = format!("{}{}", &name[..middle], &name[middle + 1..]);
            let replaced = format!("{}~{}", &name[..middle], &name[middle + 1..]);
            let mut swapped = name.as_bytes().to_vec();
            swapped.swap(middle - 1, middle);
            let swapped = String::from_utf8(swapped).unwrap_or_default();
            for slip in [left_out, replaced, swapped] {
                let found = nearest(&slip).and_then(|found| nearest::distance(&slip, found, 1));
                assert!(found.is_some(), "{name} as {slip}");
            }
        }
    }
}
