//! The records of a log file that a test names, in any supported form.

use crate::eval::rows::{self, ObjectKind};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(rename = "Records", borrow)]
    records: Option<Vec<&'a RawValue>>,
    /// An envelope of EventBridge.
    #[serde(rename = "detail-type", borrow)]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    /// An export of CloudTrail Lake.
    #[serde(rename = "eventData", borrow)]
    data: Option<&'a RawValue>,
    /// An answer of CloudTrail Lake's API: rows of single columns.
    #[serde(rename = "QueryResultRows", borrow)]
    rows: Option<Vec<Vec<&'a RawValue>>>,
}

/// The records of a file: one record, several one after the other, an array of them, the `Records` of a log file,
/// envelopes of EventBridge, or rows of a table. The `Err` is a message and the byte offset.
pub fn split(text: &str) -> Result<Vec<Cow<'_, str>>, (usize, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(records) = rows::of_csv_text(text) {
        return Ok(records?.into_iter().map(Cow::Owned).collect());
    }
    let found = objects(text)?;
    let at = |object: &str| object.as_ptr() as usize - text.as_ptr() as usize;
    let mut records = Vec::new();
    for object in found {
        match rows::object_kind(object.as_bytes()) {
            ObjectKind::Row => {
                let made = rows::of_object(object.as_bytes()).map_err(|reason| (at(object), reason))?;
                records.push(Cow::Owned(made));
            }
            _ => records.push(Cow::Borrowed(object)),
        }
    }
    Ok(records)
}

/// The objects that are records or rows.
fn objects(text: &str) -> Result<Vec<&str>, (usize, String)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let mut found = Vec::new();
    loop {
        let start = values.byte_offset();
        let value = match values.next() {
            None => break,
            Some(Ok(value)) => value,
            Some(Err(error)) => return Err((offset(text, &error), plain(&error))),
        };
        let here = |_| (start, "this is neither a record nor a list of records".to_owned());
        match value.get().as_bytes().first() {
            Some(b'{') => match serde_json::from_str::<Log<'_>>(value.get()) {
                Ok(Log { records: Some(records), .. }) => {
                    found.extend(records.iter().map(|record| record.get()))
                }
                Ok(Log { rows: Some(rows), .. }) => {
                    let is_row = |object: &&str| rows::object_kind(object.as_bytes()) == ObjectKind::Row;
                    found.extend(rows.iter().flatten().map(|column| column.get()).filter(is_row));
                }
                Ok(log) => found.push(inner(log, value)),
                Err(error) => return Err(here(error)),
            },
            Some(b'[') => {
                let all: Vec<&RawValue> = serde_json::from_str(value.get()).map_err(here)?;
                found.extend(all.into_iter().map(|one| match serde_json::from_str(one.get()) {
                    Ok(log) => inner(log, one),
                    Err(_) => one.get(),
                }));
            }
            _ => return Err((start, "a record is an object".to_owned())),
        }
    }
    match found.iter().find(|record| !record.starts_with('{')) {
        Some(_) => Err((0, "a record is an object".to_owned())),
        None => Ok(found),
    }
}

/// The record in an envelope; `None` if the object is no record.
fn inner<'t>(log: Log<'t>, value: &'t RawValue) -> &'t str {
    let data = log.data.filter(|data| data.get().starts_with('{'));
    log.kind.and(log.detail).or(data).unwrap_or(value).get()
}

fn offset(text: &str, error: &serde_json::Error) -> usize {
    let line: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    (line + error.column().saturating_sub(1)).min(text.len())
}

/// The error without its position, which is reported separately.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(words, _)| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form() {
        let (a, b) = (r#"{"eventName":"A","userIdentity":{}}"#, r#"{ "eventName": "B" }"#);
        for text in [
            format!("{a}\n{b}\n"),
            format!("{a}{b}"),
            format!("[{a},\n{b}]"),
            format!(r#"{{"x": 1, "Records": [ {a}, {b} ]}}"#),
            format!("\u{feff}{a}\r\n\r\n{b}"),
        ] {
            assert_eq!(split(&text), Ok(vec![a.into(), b.into()]), "{text}");
        }
        assert_eq!(split(""), Ok(vec![]));
    }

    #[test]
    fn what_is_no_record() {
        for text in
            ["1", "[1]", "{\"Records\": [null]}", "{\"Records\": 3}", "{", "x", "[[{}]]", "{}\n{\"a\":}"]
        {
            assert!(split(text).is_err(), "{text}");
        }
        assert_eq!(split("{}\n{\"a\":}").map_err(|(at, _)| at), Err(8));
    }
}
