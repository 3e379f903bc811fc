//! The fields that every event has: `evt.*`.

use super::event::View;
use super::time;
use super::value::Value;

macro_rules! generic {
    ($($variant:ident $name:literal;)+) => {
        /// A field of the engine itself.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Generic { $($variant),+ }

        impl Generic {
            /// The field of this name.
            pub fn named(name: &str) -> Option<Generic> {
                match name { $($name => Some(Generic::$variant),)+ _ => None }
            }
        }
    };
}

generic! {
    Num "evt.num";
    Time "evt.time";
    TimeSeconds "evt.time.s";
    TimeIso "evt.time.iso8601";
    Datetime "evt.datetime";
    DatetimeSeconds "evt.datetime.s";
    RawTime "evt.rawtime";
    RawTimeSeconds "evt.rawtime.s";
    RawTimeNanos "evt.rawtime.ns";
    RelTime "evt.reltime";
    RelTimeSeconds "evt.reltime.s";
    RelTimeNanos "evt.reltime.ns";
    Hostname "evt.hostname";
}

const SECOND: u64 = 1_000_000_000;

impl Generic {
    /// The value, `None` if it is absent. Local time is UTC.
    pub fn value<'e>(self, view: View<'e>) -> Option<Value<'e>> {
        let event = view.event;
        let raw = event.time as u64;
        let rel = raw.wrapping_sub(event.first as u64);
        let time = |pattern: &str| Value::owned(time::text(event.time, pattern));
        Some(match self {
            Generic::Num => Value::Number(event.num),
            Generic::Time => time("%T.%9f"),
            Generic::TimeSeconds => time("%T"),
            Generic::TimeIso => time("%FT%T.%9f+0000"),
            Generic::Datetime => time("%F %T.%9f"),
            Generic::DatetimeSeconds => time("%F %T"),
            Generic::RawTime => Value::Number(raw),
            Generic::RawTimeSeconds => Value::Number(raw / SECOND),
            Generic::RawTimeNanos => Value::Number(raw % SECOND),
            Generic::RelTime => Value::Number(rel),
            Generic::RelTimeSeconds => Value::Number(rel / SECOND),
            Generic::RelTimeNanos => Value::Number(rel % SECOND),
            Generic::Hostname => Value::text(&view.host.name),
        })
    }

    /// Approximate time.
    pub fn cost(self) -> u32 {
        match self {
            Generic::Num => 1,
            _ => 10,
        }
    }
}

/// Minimum number of digits in an output.
pub(super) fn digits(name: &str) -> usize {
    match name {
        "evt.rawtime.ns" | "evt.reltime" | "evt.reltime.ns" => 9,
        _ => 0,
    }
}

/// A time of day or a date: `output_fields` has the event's time instead of the text.
pub(super) fn is_clock(name: &str) -> bool {
    matches!(name, "evt.time" | "evt.time.s" | "evt.time.iso8601" | "evt.datetime" | "evt.datetime.s")
}

/// Whether it depends on earlier events.
pub(super) fn is_relative(name: &str) -> bool {
    matches!(name, "evt.num" | "evt.reltime" | "evt.reltime.s" | "evt.reltime.ns")
}
