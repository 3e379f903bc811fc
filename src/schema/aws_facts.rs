//! Facts about AWS events beyond their names: how calls are logged, which are data events, which are retired.

use crate::bundled;
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// A name that no log contains, and the events that are logged instead.
#[derive(Debug)]
pub struct Logged {
    /// The reason why it is not logged.
    pub kind: NonEventKind,
    /// The events, most usual first; none for a permission.
    pub events: Vec<&'static str>,
}

/// The kinds of names that are no events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NonEventKind {
    /// A call that is logged under another name.
    Api,
    /// An IAM action whose calls have other names.
    Action,
    /// An IAM action without a call.
    Permission,
}

/// The events that `source` logs for `name`, if their names differ.
pub fn logged_as(source: &str, name: &str) -> Option<&'static Logged> {
    let all = facts().logged.get(name)?;
    all.iter().find(|(other, _)| *other == source).map(|(_, logged)| logged)
}

/// The sources that log `name` under another name.
pub fn stand_ins(name: &str) -> impl Iterator<Item = (&'static str, &'static Logged)> {
    facts().logged.get(name).into_iter().flatten().map(|(source, logged)| (*source, logged))
}

/// The sources for which `name` is a data event.
pub fn data_event_sources(name: &str) -> &'static [&'static str] {
    facts().data.get(name).map_or(&[], Vec::as_slice)
}

/// The reason why `source` no longer writes `name`.
pub fn retired(source: &str, name: &str) -> Option<&'static str> {
    let reason = |name: &str| {
        let all = facts().retired.get(name)?;
        all.iter().find(|(other, _)| *other == source).map(|(_, reason)| *reason)
    };
    reason(name).or_else(|| reason("*"))
}

/// The reason why `source` no longer writes any event.
pub fn retired_source(source: &str) -> Option<&'static str> {
    retired(source, "*")
}

/// True if any source retired `name`, so that [`retired`] can have an answer.
pub fn may_be_retired(name: &str) -> bool {
    facts().retired.contains_key(name)
}

/// The first source of a service that writes under several; any other source unchanged.
pub fn service(source: &'static str) -> &'static str {
    facts().same.get(source).copied().unwrap_or(source)
}

/// The source of a service, by one of the service's names.
pub fn meant_source(source: &str) -> Option<&'static str> {
    facts().meant.get(source).copied()
}

/// A table keyed by source and name.
type BySource<T> = Vec<(&'static str, T)>;

#[derive(Default)]
struct Facts {
    logged: FxHashMap<&'static str, BySource<Logged>>,
    data: FxHashMap<&'static str, Vec<&'static str>>,
    retired: FxHashMap<&'static str, BySource<&'static str>>,
    same: FxHashMap<&'static str, &'static str>,
    meant: FxHashMap<&'static str, &'static str>,
}

fn facts() -> &'static Facts {
    static FACTS: OnceLock<Facts> = OnceLock::new();
    FACTS.get_or_init(|| {
        let mut facts = Facts::default();
        by_source(bundled::AWS_LOGGED_AS, |source, line| {
            let mut words = line.split_ascii_whitespace();
            let kind = match words.next() {
                Some("api") => NonEventKind::Api,
                Some("action") => NonEventKind::Action,
                _ => NonEventKind::Permission,
            };
            if let Some(name) = words.next() {
                let logged = Logged { kind, events: words.collect() };
                facts.logged.entry(name).or_default().push((source, logged));
            }
        });
        by_source(bundled::AWS_DATA_EVENTS, |source, line| {
            for name in line.split_ascii_whitespace() {
                facts.data.entry(name).or_default().push(source);
            }
        });
        let mut reason = "";
        by_source(bundled::AWS_RETIRED, |source, line| {
            let Some(names) = line.strip_prefix("  ") else {
                reason = line.trim();
                return;
            };
            for name in names.split_ascii_whitespace() {
                facts.retired.entry(name).or_default().push((source, reason));
            }
        });
        for line in lines(bundled::AWS_SOURCES) {
            let mut words = line.split_ascii_whitespace();
            match (words.next(), words.next()) {
                (Some("same"), Some(first)) => facts.same.extend(words.map(|other| (other, first))),
                (Some("meant"), Some(wrong)) => facts.meant.extend(words.next().map(|right| (wrong, right))),
                _ => {}
            }
        }
        facts
    })
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// Calls `visit` with each indented line and the source above it.
fn by_source(text: &'static str, mut visit: impl FnMut(&'static str, &'static str)) {
    let mut source = "";
    for line in lines(text) {
        if line.starts_with(' ') { visit(source, line) } else { source = line }
    }
}

#[cfg(test)]
mod tests {
    use super::super::event_names;
    use super::*;

    #[test]
    fn facts_are_about_known_events() {
        for (name, all) in &facts().logged {
            for (source, logged) in all {
                assert!(event_names::is_source(source), "{source}");
                assert_eq!(logged.events.is_empty(), logged.kind == NonEventKind::Permission, "{name}");
                assert!(
                    logged.kind != NonEventKind::Api || event_names::known(source, name),
                    "{source} {name}"
                );
                for event in &logged.events {
                    assert!(event_names::known(source, event), "{source} {event}");
                    assert!(logged_as(source, event).is_none(), "{source} {event} is not logged itself");
                }
            }
        }
        for (name, sources) in &facts().data {
            assert!(sources.iter().all(|source| event_names::known(source, name)), "{name}");
        }
        for (name, all) in facts().retired.iter().filter(|(name, _)| **name != "*") {
            assert!(all.iter().all(|(source, _)| event_names::known(source, name)), "{name}");
        }
        for (name, all) in facts().retired.iter().filter(|(name, _)| **name == "*") {
            assert!(all.iter().all(|(source, _)| !event_names::is_source(source)), "{name}");
        }
        assert!(facts().same.iter().all(|(a, b)| event_names::is_source(a) && event_names::is_source(b)));
        assert!(facts().meant.iter().all(|(a, b)| !event_names::is_source(a) && event_names::is_source(b)));
    }

    #[test]
    fn questions() {
        let lifecycle = logged_as("s3.amazonaws.com", "PutLifecycleConfiguration");
        assert_eq!(lifecycle.map(|logged| logged.events.as_slice()), Some(&["PutBucketLifecycle"][..]));
        assert!(logged_as("elasticfilesystem.amazonaws.com", "PutLifecycleConfiguration").is_none());
        assert_eq!(stand_ins("CreateFunction").count(), 1);
        assert!(data_event_sources("GetObject").contains(&"s3.amazonaws.com"));
        assert!(data_event_sources("CreateUser").is_empty());
        assert!(retired("rds.amazonaws.com", "CreateDBSecurityGroup").is_some());
        assert!(retired("rds.amazonaws.com", "CreateDBInstance").is_none());
        assert!(retired("qldb.amazonaws.com", "CreateLedger").is_some());
        assert!(retired_source("rds.amazonaws.com").is_none());
        assert!(may_be_retired("CreateDBSecurityGroup") && !may_be_retired("CreateDBInstance"));
        assert_eq!(service("s3express.amazonaws.com"), "s3.amazonaws.com");
        assert_eq!(service("iam.amazonaws.com"), "iam.amazonaws.com");
        assert_eq!(meant_source("stepfunctions.amazonaws.com"), Some("states.amazonaws.com"));
    }
}
