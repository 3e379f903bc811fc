//! Alerts, one line each, as Falco prints them.

use crate::eval::{Alert, time};
use crate::sema::ir::Rule;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// Formats of alerts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// `HH:MM:SS.nnnnnnnnn: Priority output`
    Text,
    /// The same with visible control characters.
    Terminal,
    /// One JSON object each.
    Json,
    /// A table with the columns of [`COLUMNS`].
    Csv,
}

/// The columns of the table.
pub const COLUMNS: [&str; 6] = ["time", "priority", "rule", "source", "tags", "output"];

/// Appends an alert of a rule, and a line break.
pub fn write(format: Format, rule: &Rule, alert: Alert, out: &mut Vec<u8>) {
    match format {
        Format::Text | Format::Terminal => {
            let (clock, priority) = (time::text(alert.time, "%T.%9f"), rule.priority.name());
            let text = match format {
                Format::Terminal => super::visible(&alert.output),
                _ => Cow::Borrowed(alert.output.as_str()),
            };
            out.extend_from_slice(format!("{clock}: {priority} {text}\n").as_bytes());
        }
        Format::Json => {
            // Writing to memory cannot fail, and every key is a string.
            let _ = serde_json::to_writer(&mut *out, &Line { rule, alert: &alert });
            out.push(b'\n');
        }
        Format::Csv => {
            let tags = rule.tags.join(" ");
            let time = iso(alert.time);
            let row = [&time, rule.priority.name(), &rule.name, &rule.source, &tags, &alert.output];
            out.extend(csv_row(row));
        }
    }
}

/// One row of a table.
pub fn csv_row<'a>(row: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let _ = writer.write_record(row);
    writer.into_inner().unwrap_or_default()
}

/// `YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ` of nanoseconds since 1970.
pub fn iso(nanos: i64) -> String {
    time::text(nanos, "%FT%T.%9fZ")
}

struct Line<'a> {
    rule: &'a Rule,
    alert: &'a Alert,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(7))?;
        map.serialize_entry("time", &iso(self.alert.time))?;
        map.serialize_entry("rule", &self.rule.name)?;
        map.serialize_entry("priority", self.rule.priority.name())?;
        map.serialize_entry("source", &self.rule.source)?;
        map.serialize_entry("tags", &self.rule.tags)?;
        map.serialize_entry("output", &self.alert.output)?;
        map.serialize_entry("output_fields", &Fields(&self.alert.fields))?;
        map.end()
    }
}

struct Fields<'a>(&'a [(String, serde_json::Value)]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
