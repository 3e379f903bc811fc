//! The members that AWS documents for a record, and what is known of them: `rulesets/aws/cloudtrail-members.txt`.

use super::path::MemberPath;
use crate::bundled;
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// A member of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// The JSON pointer to it.
    pub pointer: String,
    /// What AWS writes there.
    pub kind: Kind,
    /// In how many records it is.
    pub presence: Presence,
    /// Values that it can have, as `json.value` shows them; empty if they are not documented.
    pub values: Vec<&'static str>,
    /// It never has another value.
    pub is_closed: bool,
    /// Why the record is known to be so.
    pub evidence: Option<&'static str>,
}

/// What a member is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A string.
    Text,
    /// A truth value.
    Flag,
    /// A number.
    Number,
    /// An object, all members of which are documented.
    Object,
    /// An object with members that depend on the event.
    Open,
    /// An array.
    List,
}

/// In how many records a member is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Presence {
    /// In some.
    Some,
    /// In nearly all. Nothing follows from that.
    Usual,
    /// In all, as a string that is not empty.
    Always,
}

/// All members, those of an object behind it.
pub fn all() -> &'static [Member] {
    static ALL: OnceLock<Vec<Member>> = OnceLock::new();
    // The tests read the file strictly; a line that is left out makes fewer things known.
    ALL.get_or_init(|| read(bundled::CLOUDTRAIL_MEMBERS, &mut |_| {}))
}

/// The member at a JSON pointer.
pub fn at(pointer: &str) -> Option<&'static Member> {
    static BY_POINTER: OnceLock<FxHashMap<&str, &Member>> = OnceLock::new();
    let by_pointer = || all().iter().map(|member| (member.pointer.as_str(), member)).collect();
    BY_POINTER.get_or_init(by_pointer).get(pointer).copied()
}

/// How many records have the member at a JSON pointer.
pub fn presence(pointer: &str) -> Presence {
    at(pointer).map_or(Presence::Some, |member| member.presence)
}

/// Reads a tree of members and reports each line that is none.
fn read(text: &'static str, wrong: &mut dyn FnMut(&str)) -> Vec<Member> {
    let mut all: Vec<Member> = Vec::new();
    let mut above: Vec<&str> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let words = line.trim_start();
        match (words.strip_prefix("- "), all.last_mut()) {
            (Some(evidence), Some(member)) => member.evidence = Some(evidence),
            _ => {
                above.truncate((line.len() - words.len()) / 2);
                above.push(words.split_whitespace().next().unwrap_or_default());
                match member(&above, words) {
                    Some(member) => all.push(member),
                    None => wrong(line),
                }
            }
        }
    }
    all
}

fn member(keys: &[&str], line: &'static str) -> Option<Member> {
    let mut words = line.split_whitespace().skip(1).peekable();
    let kind = match words.next()? {
        "text" => Kind::Text,
        "flag" => Kind::Flag,
        "number" => Kind::Number,
        "object" => Kind::Object,
        "open" => Kind::Open,
        "list" => Kind::List,
        _ => return None,
    };
    let presence = match words.peek() {
        Some(&"always") => Presence::Always,
        Some(&"usual") => Presence::Usual,
        _ => Presence::Some,
    };
    let mut words = words.skip(usize::from(presence != Presence::Some));
    let is_closed = match words.next() {
        None => false,
        Some("such") => false,
        Some("only") => true,
        Some(_) => return None,
    };
    let pointer = MemberPath::of_keys(keys).pointer().to_owned();
    Some(Member { pointer, kind, presence, values: words.collect(), is_closed, evidence: None })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_whole() {
        let all = read(bundled::CLOUDTRAIL_MEMBERS, &mut |line| panic!("no member: {line}"));
        for member in &all {
            let given = member.presence == Presence::Always || member.is_closed;
            assert_eq!(given, member.evidence.is_some(), "{}", member.pointer);
            assert!(member.presence != Presence::Always || member.kind == Kind::Text);
            assert!(!member.is_closed || !member.values.is_empty());
            let (above, _) = member.pointer.rsplit_once('/').unwrap();
            let inside = all.iter().find(|other| other.pointer == above);
            assert!(above.is_empty() || matches!(inside.unwrap().kind, Kind::Object | Kind::Open));
            assert_eq!(all.iter().filter(|other| other.pointer == member.pointer).count(), 1);
        }
        assert_eq!(at("/userIdentity/type").unwrap().values[1], "IAMUser");
        assert_eq!(presence("/eventName"), Presence::Always);
        assert_eq!(presence("/no/such"), Presence::Some);
    }
}
