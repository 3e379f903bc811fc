//! What a record looks like before anything is asked of it.

use super::formula::Arena;
use super::place;
use super::prim::PrimId;
use crate::bundled;
use crate::schema::event_names;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::sync::OnceLock;

/// The file as it is read.
#[derive(Deserialize, Default)]
struct File {
    record: Map<String, Json>,
    services: Vec<String>,
    reads: Vec<String>,
    events: Map<String, Json>,
    identities: Map<String, Json>,
}

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    // A test reads it strictly; a broken one would only make records bare.
    FILE.get_or_init(|| serde_json::from_str(bundled::CLOUDTRAIL_RECORD).unwrap_or_default())
}

/// What is asked of the members that shape the rest.
pub struct Asked<'a> {
    pub name: &'a [(PrimId, bool)],
    pub source: &'a [(PrimId, bool)],
    pub kind: &'a [(PrimId, bool)],
}

/// A record without anything that could be left out.
pub fn bare() -> Map<String, Json> {
    let mut record = file().record.clone();
    record.retain(|key, value| value.is_string() && key != "userAgent");
    record
}

/// A record of an event that fits, by somebody who fits.
pub fn full(arena: &Arena, asked: &Asked<'_>) -> Map<String, Json> {
    let file = file();
    let mut record = file.record.clone();
    if let Some((name, source)) = event(arena, asked) {
        let reads = file.reads.iter().any(|prefix| name.starts_with(prefix.as_str()));
        record.insert("readOnly".to_owned(), Json::Bool(reads));
        if let Some(Json::Object(more)) = file.events.get(&name) {
            record.extend(more.clone());
        }
        record.insert("eventSource".to_owned(), Json::from(source));
        record.insert("eventName".to_owned(), Json::from(name));
    }
    let fits = |kind: &&String| place::holds(arena, asked.kind, Some(&Json::from(kind.as_str())));
    let kind = file.identities.keys().find(fits).or(file.identities.keys().next());
    if let Some(identity) = kind.and_then(|kind| file.identities.get(kind)) {
        record.insert("userIdentity".to_owned(), identity.clone());
    }
    record
}

/// A name and a source that go together, if there are such.
fn event(arena: &Arena, asked: &Asked<'_>) -> Option<(String, String)> {
    let file = file();
    let name_fits = |name: &str| place::holds(arena, asked.name, Some(&Json::from(name)));
    let source_fits = |source: &str| place::holds(arena, asked.source, Some(&Json::from(source)));
    let pair = |name: &str, source: &str| Some((name.to_owned(), source.to_owned()));
    let usual = |key: &str| file.record.get(key).and_then(Json::as_str).unwrap_or_default();
    if name_fits(usual("eventName")) && source_fits(usual("eventSource")) {
        return pair(usual("eventName"), usual("eventSource"));
    }
    let services: Vec<String> =
        file.services.iter().map(|service| format!("{service}.amazonaws.com")).collect();
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
