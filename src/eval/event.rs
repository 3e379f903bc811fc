//! One event: a record with the ranges of its values, which are parsed on demand.

use super::json::{self, PathId, Paths, Raw, Slot};
use super::time;
use std::borrow::Cow;
use std::sync::OnceLock;

/// The reason why a record is no event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Skipped {
    /// The plugin ignores it: no `eventTime`, no `eventType`, or an Insight record.
    NotAnEvent(&'static str),
    /// Invalid JSON at this byte.
    NotJson(usize),
}

/// Values of the machine and the run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Host {
    /// The machine's name: `evt.hostname`.
    pub name: String,
}

impl Default for Host {
    fn default() -> Host {
        Host { name: "localhost".to_owned() }
    }
}

/// One event whose fields are extracted on demand.
#[derive(Debug)]
pub struct Event<'r> {
    record: &'r [u8],
    host: &'r Host,
    /// Tag of the paths of the slots.
    tag: usize,
    slots: Vec<Slot>,
    /// Whether keys are escaped, so that slots are not reliable.
    odd: bool,
    /// Whether the record may contain a raw NUL, which ends a text.
    nul: bool,
    /// Number of the event among all that were produced, from 1: `evt.num`.
    pub num: u64,
    /// Nanoseconds since 1970: `eventTime`.
    pub time: i64,
    /// The time of the first event, from which `evt.reltime` counts. This event's own unless set.
    pub first: i64,
}

pub(super) const TIME: &[&str] = &["eventTime"];
pub(super) const TYPE: &[&str] = &["eventType"];

/// The paths that every event needs.
pub(super) fn paths() -> Paths {
    let mut paths = Paths::default();
    paths.path(TIME.iter().copied());
    paths.path(TYPE.iter().copied());
    paths
}

impl<'r> Event<'r> {
    /// Reads one record: one element of `Records`. Events that an engine reads are faster to evaluate.
    pub fn new(record: &'r [u8], num: u64) -> Result<Event<'r>, Skipped> {
        static PATHS: OnceLock<Paths> = OnceLock::new();
        let paths = PATHS.get_or_init(|| {
            let mut paths = paths();
            paths.finish();
            paths
        });
        static HOST: OnceLock<Host> = OnceLock::new();
        Event::read(record, num, paths, HOST.get_or_init(Host::default))
    }

    pub(super) fn read(
        record: &'r [u8],
        num: u64,
        paths: &Paths,
        host: &'r Host,
    ) -> Result<Event<'r>, Skipped> {
        let mut record = record;
        while let [0, rest @ ..] | [rest @ .., 0] = record {
            record = rest;
        }
        if u32::try_from(record.len()).is_err() {
            return Err(Skipped::NotAnEvent("too large"));
        }
        let mut slots = vec![Slot::default(); paths.count()];
        let odd = json::scan(record, paths, &mut slots).map_err(Skipped::NotJson)?;
        let nul = memchr::memchr(0, record).is_some();
        let mut event = Event { record, host, tag: paths.tag(), slots, odd, nul, num, time: 0, first: 0 };
        // The first two paths of every engine.
        let text = |event: &Event<'r>, slot: usize, key: &[&str]| {
            let raw = match event.odd {
                true => event.walk(key.iter().map(|key| key.as_bytes())),
                false => event.slots.get(slot).and_then(|slot| slot.of(record)).map(Raw),
            };
            raw.and_then(Raw::text)
        };
        let time = text(&event, 1, TIME).ok_or(Skipped::NotAnEvent("`eventTime` is missing or no text"))?;
        let kind = text(&event, 2, TYPE).ok_or(Skipped::NotAnEvent("`eventType` is missing or no text"))?;
        if *kind == *b"AwsCloudTrailInsight" {
            return Err(Skipped::NotAnEvent("an Insight record"));
        }
        let time = time::rfc3339(&time).ok_or(Skipped::NotAnEvent("`eventTime` is no RFC 3339 time"))?;
        (event.time, event.first) = (time, time);
        Ok(event)
    }

    /// The record's text.
    pub fn record(&self) -> &'r [u8] {
        self.record
    }

    fn walk<'k>(&self, keys: impl IntoIterator<Item = &'k [u8]>) -> Option<Raw<'r>> {
        let start = self.record.iter().position(|byte| !byte.is_ascii_whitespace())?;
        keys.into_iter().try_fold(Raw(self.record.get(start..)?), |value, key| value.get(key))
    }
}

/// An event seen through the paths of an engine, or of a single condition.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'e> {
    pub event: &'e Event<'e>,
    pub paths: &'e Paths,
    pub host: &'e Host,
    /// Whether the event's slots can be used.
    slots: bool,
}

impl<'e> View<'e> {
    pub fn new(event: &'e Event<'e>, paths: &'e Paths) -> View<'e> {
        let slots = event.tag == paths.tag() && !event.odd;
        View { event, paths, host: event.host, slots }
    }

    /// The value at a path.
    #[inline]
    pub fn get(self, path: PathId) -> Option<Raw<'e>> {
        if self.slots {
            let found = self.event.slots.get(path as usize)?.of(self.event.record);
            return match found {
                Some(text) => Some(Raw(text)),
                None => self.in_array(path),
            };
        }
        self.walk(path)
    }

    fn walk(self, path: PathId) -> Option<Raw<'e>> {
        match self.paths.split(path) {
            None => self.event.walk([]),
            Some((parent, key)) => self.walk(parent)?.get(key),
        }
    }

    /// Slots only follow objects; an array on the way is handled here.
    fn in_array(self, path: PathId) -> Option<Raw<'e>> {
        if self.paths.through_index(path) { self.walk(path) } else { None }
    }

    /// The text at a path: not there, there but no string (`Some` of nothing), or its text.
    #[inline]
    pub fn text(self, path: PathId) -> Option<Cow<'e, [u8]>> {
        Some(self.text_of(self.get(path)?))
    }

    /// The text of a value; empty if it is no string.
    #[inline]
    pub fn text_of(self, raw: Raw<'e>) -> Cow<'e, [u8]> {
        self.cut(whole_of(raw))
    }

    /// A text of the event up to its first NUL.
    #[inline]
    pub fn cut(self, text: Cow<'e, [u8]>) -> Cow<'e, [u8]> {
        match text {
            Cow::Borrowed(text) if !self.event.nul => Cow::Borrowed(text),
            text => cut(text),
        }
    }

    /// The text at a path as the plugin sees it, with what follows a NUL.
    pub fn whole(self, path: PathId) -> Option<Cow<'e, [u8]>> {
        self.get(path).map(whole_of)
    }
}

/// The text of a value; empty if it is no string.
pub(super) fn whole_of(raw: Raw<'_>) -> Cow<'_, [u8]> {
    raw.text().unwrap_or(Cow::Borrowed(b""))
}

/// A text up to its first NUL: Falco's texts are C strings.
pub(super) fn cut(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match memchr::memchr(0, &text) {
        None => text,
        Some(end) => match text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
            Cow::Owned(mut text) => {
                text.truncate(end);
                Cow::Owned(text)
            }
        },
    }
}
