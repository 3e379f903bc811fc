//! The tables of `rulec scan --by control`.

use super::alert::{csv_row, iso};
use super::scan::{short, shown};
use super::table::table;
use super::visible;
use crate::eval::tally::{Distinct, Tally};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Version of the JSON; raised by incompatible changes.
const SCHEMA_VERSION: u32 = 1;

/// Alerts by the controls that their rules cover.
#[derive(Debug)]
pub struct ByControl<'a> {
    /// Name of the benchmark.
    pub benchmark: &'a str,
    /// All controls, in their order.
    pub groups: Vec<Group<'a>>,
    /// Rules with alerts that cover no control, with their tallies.
    pub others: Vec<(&'a str, &'a Tally)>,
}

/// One control.
#[derive(Debug)]
pub struct Group<'a> {
    /// Its number.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its rules with alerts, with their tallies.
    pub rules: Vec<(&'a str, &'a Tally)>,
}

impl ByControl<'_> {
    /// A table for people, for a terminal of this width. A rule that covers several controls is listed under each.
    pub fn text(&self, width: Option<u16>) -> String {
        let mut rows = vec![["", "control", "alerts", "first", "last", "users", "sources"].map(String::from)];
        let mut quiet = Vec::new();
        for (id, title, rules) in self.rows() {
            if rules.is_empty() {
                quiet.push(id);
                continue;
            }
            let sum = sum(rules);
            let seen =
                |pick: fn((i64, i64)) -> i64| sum.seen.map(|seen| short(pick(seen))).unwrap_or_default();
            let (first, last) = (seen(|seen| seen.0), seen(|seen| seen.1));
            let alerts = sum.matches.to_string();
            rows.push([
                id.into(),
                title.into(),
                alerts,
                first,
                last,
                shown(&sum.users),
                shown(&sum.addresses),
            ]);
            for (name, tally) in rules {
                let name = format!("  {}", visible(name));
                let empty = String::new;
                rows.push([empty(), name, tally.matches.to_string(), empty(), empty(), empty(), empty()]);
            }
        }
        let mut out = if rows.len() > 1 { table(rows, &[2, 5, 6], width) } else { String::new() };
        if !quiet.is_empty() {
            let gap = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{gap}no alerts: {}", quiet.join(", "));
        }
        out
    }

    /// One JSON object, see docs/json.md.
    pub fn json(&self) -> String {
        let controls = self.groups.iter().map(|group| {
            let mut value = group_json(&group.rules);
            value["id"] = json!(group.id);
            value["title"] = json!(group.title);
            value
        });
        let value = json!({
            "schema_version": SCHEMA_VERSION,
            "benchmark": self.benchmark,
            "controls": controls.collect::<Vec<_>>(),
            "others": group_json(&self.others),
        });
        format!("{value}\n")
    }

    /// One row for each control and rule of it with alerts.
    pub fn csv(&self) -> Vec<u8> {
        let mut out = csv_row(["control", "title", "rule", "alerts", "first", "last"]);
        for (id, title, rules) in self.rows() {
            for (rule, tally) in rules {
                let seen =
                    |pick: fn((i64, i64)) -> i64| tally.seen.map(|seen| iso(pick(seen))).unwrap_or_default();
                let (first, last) = (seen(|seen| seen.0), seen(|seen| seen.1));
                out.extend(csv_row([id, title, *rule, &tally.matches.to_string(), &first, &last]));
            }
        }
        out
    }

    fn rows(&self) -> impl Iterator<Item = (&str, &str, &[(&str, &Tally)])> {
        let groups = self.groups.iter().map(|group| (&*group.id, &*group.title, &*group.rules));
        let others = (!self.others.is_empty()).then_some(("-", "no control", &*self.others));
        groups.chain(others)
    }
}

fn sum(rules: &[(&str, &Tally)]) -> Tally {
    let mut sum = Tally::default();
    rules.iter().for_each(|(_, tally)| sum.merge(tally));
    sum
}

fn group_json(rules: &[(&str, &Tally)]) -> Value {
    let sum = sum(rules);
    let distinct = |distinct: &Distinct| {
        let (count, exact) = distinct.count();
        json!({ "count": count, "exact": exact })
    };
    let rules = rules.iter().map(|(name, tally)| json!({ "rule": name, "alerts": tally.matches }));
    json!({
        "alerts": sum.matches,
        "first": sum.seen.map(|(first, _)| iso(first)),
        "last": sum.seen.map(|(_, last)| iso(last)),
        "users": distinct(&sum.users),
        "sources": distinct(&sum.addresses),
        "rules": rules.collect::<Vec<_>>(),
    })
}
