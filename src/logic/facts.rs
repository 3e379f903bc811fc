//! Facts about every event.

use super::Assume;
use super::atom::{Atom, PlaceId, RecordPlace, TextTest, ValueTest, View};
use super::formula::{Arena, Formula, TRUE};
use super::place;
use super::source::there;
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::members::{self, Member, Presence};
use serde_json::Value as Json;

/// The event type that the plugin ignores.
const INSIGHT: &str = "AwsCloudTrailInsight";

/// The fact about a place.
pub fn fact(place: PlaceId, assume: Assume, arena: &mut Arena) -> Formula {
    let RecordPlace::Member(keys) = &arena.places[place as usize] else { return TRUE };
    let path = MemberPath::of_keys(keys);
    let path = path.pointer();
    let mut parts = Vec::new();
    // The plugin drops records without these two.
    if path == "/eventTime" || path == "/eventType" {
        parts.push(text(place, arena));
    }
    if path == "/eventType" {
        parts.push(!among(place, View::Text, &[INSIGHT], arena));
    }
    if let (Assume::CloudTrail, Some(member)) = (assume, members::at(path)) {
        if member.presence == Presence::Always {
            parts.push(text(place, arena));
            parts.push(!among(place, View::Text, &[""], arena));
        }
        if member.is_closed {
            let one = among(place, View::Pointer, &member.values, arena);
            let is_there = there(place, arena);
            parts.push(arena.or([!is_there, one]));
        }
    }
    arena.and(parts)
}

/// The first path at which a record contradicts the facts.
pub fn broken(record: &Json, assume: Assume) -> Option<String> {
    let text = |path: &str| record.pointer(path).and_then(Json::as_str);
    if !text("/eventTime").is_some_and(place::is_time) {
        return Some("/eventTime".to_owned());
    }
    if text("/eventType").is_none_or(|kind| kind == INSIGHT) {
        return Some("/eventType".to_owned());
    }
    let fits = |member: &Member| {
        let value = record.pointer(&member.pointer);
        let shown = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let has_text = || text(&member.pointer).is_some_and(|text| !text.is_empty());
        (member.presence != Presence::Always || has_text())
            && (!member.is_closed || shown.is_none_or(|shown| member.values.contains(&&*shown)))
    };
    let broken = members::all().iter().filter(|member| assume == Assume::CloudTrail && !fits(member));
    broken.map(|member| member.pointer.clone()).min()
}

fn text(place: PlaceId, arena: &mut Arena) -> Formula {
    arena.atom(Atom { place, view: View::IsText, check: ValueTest::Any })
}

fn among(place: PlaceId, view: View, texts: &[&str], arena: &mut Arena) -> Formula {
    let mut all: Vec<Box<[u8]>> = texts.iter().map(|text| text.as_bytes().into()).collect();
    all.sort();
    arena.atom(Atom { place, view, check: ValueTest::Text(Vec::new(), TextTest::Among(all.into())) })
}
