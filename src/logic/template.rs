//! Templates of records, before literals are applied.

use super::atom::AtomId;
use super::formula::Arena;
use super::place;
use crate::bundled;
use crate::schema::event_names;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::sync::OnceLock;

/// Members of a record for some events.
#[derive(Deserialize)]
struct Template {
    events: Vec<String>,
    record: Map<String, Json>,
}

/// Usual values, which are preferred and prove nothing.
#[derive(Deserialize, Debug, Default)]
struct Usual {
    /// Services in order of preference, without their domain.
    services: Vec<String>,
    /// Prefixes of the names of read-only actions.
    reads: Vec<String>,
}

fn usual_names() -> &'static Usual {
    static USUAL: OnceLock<Usual> = OnceLock::new();
    // The tests read the file strictly; without it a record would only be less like a real one.
    USUAL.get_or_init(|| toml::from_str(bundled::USUAL_NAMES).unwrap_or_default())
}

/// Templates of events, the one for any event first, and templates of identities.
fn templates() -> &'static (Vec<Template>, Vec<Template>) {
    static TEMPLATES: OnceLock<(Vec<Template>, Vec<Template>)> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        // Tests read them strictly; without a template a record is only less realistic.
        let read = |(_, text): &(&str, &str)| serde_json::from_str::<Template>(text).ok();
        let all = bundled::TEMPLATES.iter().filter_map(read);
        all.partition(|template| template.record.contains_key("eventName"))
    })
}

fn any_event() -> Map<String, Json> {
    templates().0.first().map(|template| template.record.clone()).unwrap_or_default()
}

/// Literals on the members that determine the template.
pub struct EventConstraints<'a> {
    pub name: &'a [(AtomId, bool)],
    pub source: &'a [(AtomId, bool)],
    pub kind: &'a [(AtomId, bool)],
}

/// A record with only the required members.
pub fn bare() -> Map<String, Json> {
    let mut record = any_event();
    record.retain(|key, value| value.is_string() && key != "userAgent");
    record
}

/// A record from a template of the event and one of the identity that satisfy the literals.
pub fn full(arena: &Arena, asked: &EventConstraints<'_>) -> Map<String, Json> {
    let (events, identities) = templates();
    let mut record = any_event();
    if let Some((name, source)) = event(arena, asked) {
        if let Some(own) = events.iter().find(|event| event.events.contains(&name)) {
            record = own.record.clone();
        }
        let reads = usual_names().reads.iter().any(|prefix| name.starts_with(prefix.as_str()));
        record.insert("readOnly".to_owned(), Json::Bool(reads));
        record.insert("eventSource".to_owned(), Json::from(source));
        record.insert("eventName".to_owned(), Json::from(name));
    }
    let fits = |identity: &&Template| {
        let kind = identity.record.get("userIdentity").and_then(|user| user.get("type"));
        place::holds(arena, asked.kind, kind)
    };
    match identities.iter().find(fits) {
        Some(identity) => record.extend(identity.record.clone()),
        None => {
            let account = record.get("recipientAccountId").cloned().unwrap_or_default();
            let members = [("accountId".to_owned(), account)].into_iter().collect();
            record.insert("userIdentity".to_owned(), Json::Object(members));
        }
    }
    record
}

/// An event name and its source that satisfy the literals, if known.
fn event(arena: &Arena, asked: &EventConstraints<'_>) -> Option<(String, String)> {
    let record = any_event();
    let name_fits = |name: &str| place::holds(arena, asked.name, Some(&Json::from(name)));
    let source_fits = |source: &str| place::holds(arena, asked.source, Some(&Json::from(source)));
    let pair = |name: &str, source: &str| Some((name.to_owned(), source.to_owned()));
    let usual = |key: &str| record.get(key).and_then(Json::as_str).unwrap_or_default();
    if name_fits(usual("eventName")) && source_fits(usual("eventSource")) {
        return pair(usual("eventName"), usual("eventSource"));
    }
    let services: Vec<String> =
        usual_names().services.iter().map(|service| format!("{service}.amazonaws.com")).collect();
    let named = place::named(arena, asked.name);
    for name in named.iter().filter(|name| name_fits(name)) {
        let known = services.iter().map(String::as_str).filter(|source| event_names::known(source, name));
        let mut known: Vec<&str> = known.collect();
        event_names::sources_of(name).for_each(|source| known.push(source));
        if let Some(source) = known.into_iter().find(|source| source_fits(source)) {
            return pair(name, source);
        }
    }
    let sources = place::named(arena, asked.source);
    let mut sources: Vec<&str> = sources.iter().chain(&services).map(String::as_str).collect();
    event_names::sources().for_each(|source| sources.push(source));
    for source in sources.into_iter().filter(|source| source_fits(source)) {
        if let Some(name) = event_names::names_of(source).iter().find(|name| name_fits(name)) {
            return pair(name, source);
        }
    }
    None
}
