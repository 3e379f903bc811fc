//! What is known of every event before anything is asked.

use super::Assume;
use super::atom::{Check, Place, PlaceId, Prim, TextCheck, View};
use super::formula::{Arena, F, TRUE};
use super::place;
use super::source::there;
use crate::bundled;
use crate::cloudtrail::MemberPath;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::Value as Json;
use std::sync::OnceLock;

/// One line of the list of facts.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Fact {
    at: String,
    #[serde(default)]
    always: bool,
    #[serde(default)]
    values: Vec<String>,
    #[allow(dead_code)]
    because: String,
}

/// What is usual, of which nothing follows.
#[derive(Deserialize, Debug, Default)]
pub struct Usual {
    /// Services in order of preference, without their domain.
    pub services: Vec<String>,
    /// How the names of actions begin that only read.
    pub reads: Vec<String>,
}

#[derive(Deserialize, Debug, Default)]
struct File {
    usual: Usual,
    fact: Vec<Fact>,
}

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    // The tests read the list strictly; a broken one would only make fewer things certain.
    FILE.get_or_init(|| toml::from_str(bundled::CLOUDTRAIL_FACTS).unwrap_or_default())
}

/// What is usual.
pub fn usual() -> &'static Usual {
    &file().usual
}

/// The type of what the plugin takes for no event.
const INSIGHT: &str = "AwsCloudTrailInsight";

fn facts() -> &'static FxHashMap<&'static str, &'static Fact> {
    static FACTS: OnceLock<FxHashMap<&str, &Fact>> = OnceLock::new();
    FACTS.get_or_init(|| file().fact.iter().map(|fact| (fact.at.as_str(), fact)).collect())
}

/// What is known of a place.
pub fn fact(place: PlaceId, assume: Assume, arena: &mut Arena) -> F {
    let Place::Member(keys) = &arena.places[place as usize] else { return TRUE };
    let path = MemberPath::of_keys(keys);
    let path = path.pointer();
    let mut parts = Vec::new();
    // Without these two there is no event at all.
    if path == "/eventTime" || path == "/eventType" {
        parts.push(text(place, arena));
    }
    if path == "/eventType" {
        parts.push(!among(place, View::Text, &[INSIGHT], arena));
    }
    if let (Assume::CloudTrail, Some(fact)) = (assume, facts().get(path)) {
        if fact.always {
            parts.push(text(place, arena));
            parts.push(!among(place, View::Text, &[""], arena));
        }
        if !fact.values.is_empty() {
            let values: Vec<&str> = fact.values.iter().map(String::as_str).collect();
            let one = among(place, View::Pointer, &values, arena);
            let is_there = there(place, arena);
            parts.push(arena.or([!is_there, one]));
        }
    }
    arena.and(parts)
}

/// The path at which a record is none that there can be, if there is one.
pub fn broken(record: &Json, assume: Assume) -> Option<String> {
    let text = |path: &str| record.pointer(path).and_then(Json::as_str);
    if !text("/eventTime").is_some_and(place::is_time) {
        return Some("/eventTime".to_owned());
    }
    if text("/eventType").is_none_or(|kind| kind == INSIGHT) {
        return Some("/eventType".to_owned());
    }
    let fits = |fact: &Fact| {
        let value = record.pointer(&fact.at);
        let shown = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        match fact.always {
            true => text(&fact.at).is_some_and(|text| !text.is_empty()),
            false => shown.is_none_or(|shown| fact.values.contains(&shown)),
        }
    };
    let broken = facts().values().filter(|&&fact| assume == Assume::CloudTrail && !fits(fact));
    broken.map(|fact| fact.at.clone()).min()
}

fn text(place: PlaceId, arena: &mut Arena) -> F {
    arena.prim(Prim { place, view: View::IsText, check: Check::Any })
}

fn among(place: PlaceId, view: View, texts: &[&str], arena: &mut Arena) -> F {
    let mut all: Vec<Box<[u8]>> = texts.iter().map(|text| text.as_bytes().into()).collect();
    all.sort();
    arena.prim(Prim { place, view, check: Check::Text(Vec::new(), TextCheck::Among(all.into())) })
}
