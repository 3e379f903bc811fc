//! The tables of `rulec scan`.

use super::alert::{csv_row, iso};
use super::table::table;
use super::{counted, visible};
use crate::eval::profile::Cost;
use crate::eval::tally::{Distinct, Tally};
use crate::eval::time;
use crate::sema::ir::Rule;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Version of the JSON; raised by incompatible changes.
const SCHEMA_VERSION: u32 = 1;

/// Counts of a scan. `records` is the sum of `events`, `outside`, `skipped` and `bad`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Counts {
    /// Logs read, even if only in part.
    pub files: u64,
    /// Files that are no logs: digests, and files in directories with other names.
    pub other_files: u64,
    /// Logs that could not be read to the end.
    pub broken_files: u64,
    /// Bytes of logs after decompression.
    pub bytes: u64,
    /// Records found.
    pub records: u64,
    /// Records that are events.
    pub events: u64,
    /// Records of times, accounts or regions that are not selected.
    pub outside: u64,
    /// Records that the plugin ignores.
    pub skipped: u64,
    /// Records that cannot be read.
    pub bad: u64,
    /// Pieces of text that belong to no record.
    pub stray: u64,
    /// Events that a rule fired on.
    pub matched: u64,
    /// Alerts.
    pub alerts: u64,
}

impl Counts {
    /// Adds other counts.
    pub fn add(&mut self, other: &Counts) {
        self.files += other.files;
        self.other_files += other.other_files;
        self.broken_files += other.broken_files;
        self.bytes += other.bytes;
        self.records += other.records;
        self.events += other.events;
        self.outside += other.outside;
        self.skipped += other.skipped;
        self.bad += other.bad;
        self.stray += other.stray;
        self.matched += other.matched;
        self.alerts += other.alerts;
    }

    /// True if something could not be read.
    pub fn has_problems(&self) -> bool {
        self.broken_files + self.bad + self.stray > 0
    }

    /// The counts in one line.
    pub fn line(&self) -> String {
        let count = |count: u64, word: &str| counted(usize::try_from(count).unwrap_or(usize::MAX), word);
        let mut line = format!(
            "{} from {} of {} in {} ({}, {} bytes)",
            count(self.alerts, "alert"),
            self.matched,
            count(self.events, "event"),
            count(self.files, "file"),
            count(self.records, "record"),
            self.bytes
        );
        let rest = [
            (self.outside, "left-out record"),
            (self.skipped, "skipped record"),
            (self.bad, "bad record"),
            (self.stray, "stray text"),
            (self.broken_files, "broken file"),
            (self.other_files, "other file"),
        ];
        for (number, what) in rest.into_iter().filter(|(number, _)| *number > 0) {
            let _ = write!(line, "; {}", count(number, what));
        }
        line
    }
}

/// The data of the tables.
#[derive(Debug)]
pub struct Summary<'a> {
    /// What was read.
    pub counts: Counts,
    /// The scan was interrupted.
    pub interrupted: bool,
    /// The rules that ran, in order, with their alerts.
    pub rules: Vec<(&'a Rule, &'a Tally)>,
    /// Times, with `--timings`.
    pub timings: Option<Vec<Timing<'a>>>,
}

/// The time of one rule.
#[derive(Debug)]
pub struct Timing<'a> {
    /// The rule.
    pub rule: &'a str,
    /// The time of the whole rule.
    pub cost: Cost,
    /// Its comparisons: place, text and time.
    pub parts: Vec<(String, &'a str, Cost)>,
}

impl Summary<'_> {
    /// A table for people, for a terminal of this width.
    pub fn text(&self, width: Option<u16>) -> String {
        let mut rows =
            vec![["rule", "priority", "alerts", "first", "last", "users", "sources"].map(String::from)];
        let (fired, silent): (Vec<_>, Vec<_>) = self.rules.iter().partition(|(_, tally)| tally.matches > 0);
        for (rule, tally) in fired {
            let seen =
                |pick: fn((i64, i64)) -> i64| tally.seen.map(|seen| short(pick(seen))).unwrap_or_default();
            rows.push([
                visible(&rule.name).into_owned(),
                rule.priority.name().to_owned(),
                tally.matches.to_string(),
                seen(|seen| seen.0),
                seen(|seen| seen.1),
                shown(&tally.users),
                shown(&tally.addresses),
            ]);
        }
        let mut out = if rows.len() > 1 { table(rows, &[2, 5, 6], width) } else { String::new() };
        if !silent.is_empty() {
            let _ = writeln!(out, "{}never fired:", if out.is_empty() { "" } else { "\n" });
            for (rule, _) in silent {
                let _ = writeln!(out, "  {}", visible(&rule.name));
            }
        }
        if let Some(timings) = &self.timings {
            out += if out.is_empty() { "" } else { "\n" };
            out += &timing_table(timings, width);
        }
        out
    }

    /// One JSON object, see docs/json.md.
    pub fn json(&self) -> String {
        let distinct = |distinct: &Distinct| {
            let (count, exact) = distinct.count();
            json!({ "count": count, "exact": exact })
        };
        let rule = |(rule, tally): &(&Rule, &Tally)| {
            json!({
                "rule": rule.name,
                "priority": rule.priority.name(),
                "tags": rule.tags,
                "alerts": tally.matches,
                "first": tally.seen.map(|(first, _)| iso(first)),
                "last": tally.seen.map(|(_, last)| iso(last)),
                "users": distinct(&tally.users),
                "sources": distinct(&tally.addresses),
            })
        };
        let mut value = json!({
            "schema_version": SCHEMA_VERSION,
            "interrupted": self.interrupted,
            "counts": self.counts,
            "rules": self.rules.iter().map(rule).collect::<Vec<Value>>(),
        });
        if let Some(timings) = &self.timings {
            value["timings"] = timings.iter().map(timing_json).collect();
        }
        format!("{value}\n")
    }

    /// A row for each rule.
    pub fn csv(&self) -> Vec<u8> {
        let mut out = csv_row(["rule", "priority", "alerts", "first", "last", "users", "sources"]);
        for (rule, tally) in &self.rules {
            let seen =
                |pick: fn((i64, i64)) -> i64| tally.seen.map(|seen| iso(pick(seen))).unwrap_or_default();
            out.extend(csv_row([
                rule.name.as_str(),
                rule.priority.name(),
                &tally.matches.to_string(),
                &seen(|seen| seen.0),
                &seen(|seen| seen.1),
                &shown(&tally.users),
                &shown(&tally.addresses),
            ]));
        }
        out
    }
}

fn timing_json(timing: &Timing<'_>) -> Value {
    let cost =
        |cost: &Cost| json!({ "nanoseconds": cost.time, "evaluated": cost.evaluated, "held": cost.held });
    let part = |(place, text, of): &(String, &str, Cost)| {
        let mut value = cost(of);
        value["place"] = place.as_str().into();
        value["text"] = (*text).into();
        value
    };
    let mut value = cost(&timing.cost);
    value["rule"] = timing.rule.into();
    value["conditions"] = timing.parts.iter().map(part).collect();
    value
}

/// Rules and their comparisons, the slowest first.
fn timing_table(timings: &[Timing<'_>], width: Option<u16>) -> String {
    let mut rows = vec![["ms", "evaluated", "held", "condition", "at"].map(String::from)];
    let mut row = |cost: &Cost, what: String, place: &str| {
        let time = format!("{:.3}", cost.time as f64 / 1e6);
        rows.push([
            time,
            cost.evaluated.to_string(),
            cost.held.to_string(),
            what,
            visible(place).into_owned(),
        ]);
    };
    let mut sorted: Vec<&Timing<'_>> = timings.iter().collect();
    sorted.sort_by_key(|timing| std::cmp::Reverse(timing.cost.time));
    for timing in sorted {
        row(&timing.cost, visible(timing.rule).into_owned(), "");
        let mut parts: Vec<_> = timing.parts.iter().collect();
        parts.sort_by_key(|(_, _, cost)| std::cmp::Reverse(cost.time));
        for (place, text, cost) in parts {
            let text: String = visible(text).chars().take(60).collect();
            row(cost, format!("  {text}"), place);
        }
    }
    table(rows, &[0, 1, 2], width)
}

pub(super) fn short(nanos: i64) -> String {
    time::text(nanos, "%FT%TZ")
}

pub(super) fn shown(distinct: &Distinct) -> String {
    let (count, exact) = distinct.count();
    if exact { count.to_string() } else { format!("≥ {count}") }
}
