//! Conversion of rows that Athena and CloudTrail Lake export into the original records, exactly or not at all.
//! A row has a whole record as text, or its members in columns with names in lower case. The latter is converted only
//! if everything in it can be restored; otherwise the reason is reported.

mod columns;
pub(super) mod csv;
#[cfg(test)]
mod tests;
mod text;

use super::json::string_end;
use super::records::OF_RECORDS;
use columns::{ColumnType, Member};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Kind of an object in a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ObjectKind {
    /// A record, or anything else.
    Plain,
    /// A row.
    Row,
    /// A single column of a row, as the API of CloudTrail Lake returns them.
    Column,
}

/// A value in a row.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Cell<'r> {
    Nothing,
    Text(Cow<'r, str>),
    Value(Value),
}

/// Maximum size of a single column.
const SMALL: usize = 300;

/// Kind of an object, by its first distinctive key.
#[inline]
pub fn object_kind(object: &[u8]) -> ObjectKind {
    // Fast path for nearly all records.
    if object.starts_with(b"{\"eventVersion\"") && object.len() > SMALL {
        return ObjectKind::Plain;
    }
    object_kind_by_keys(object)
}

fn object_kind_by_keys(object: &[u8]) -> ObjectKind {
    let blank = |at: usize| {
        let rest = object.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
    };
    let (mut at, mut first) = (blank(1), true);
    loop {
        if object.get(at) != Some(&b'"') {
            return ObjectKind::Plain;
        }
        let Some((end, _)) = string_end(object, at + 1) else { return ObjectKind::Plain };
        let key = object.get(at + 1..end).unwrap_or_default();
        let value = blank(blank(end + 1) + 1);
        let is_text = object.get(value) == Some(&b'"');
        let value_end = match object.get(value) {
            Some(b'"') => string_end(object, value + 1).map(|(end, _)| end + 1),
            Some(b'{' | b'[') | None => None,
            Some(_) => memchr::memchr2(b',', b'}', &object[value..]).map(|len| value + len),
        };
        let next = value_end.map(blank);
        let is_only = first && next.is_some_and(|next| object.get(next) == Some(&b'}'));
        let is_whole = is_text && std::str::from_utf8(key).is_ok_and(columns::is_whole);
        match () {
            () if is_whole => return ObjectKind::Row,
            () if OF_RECORDS.contains(&key) && is_only => return ObjectKind::Column,
            () if OF_RECORDS.contains(&key) => return ObjectKind::Plain,
            () if is_row_key(key) && is_only => return ObjectKind::Column,
            () if is_row_key(key) => return ObjectKind::Row,
            () => {}
        }
        match next {
            Some(next) if object.get(next) == Some(&b',') => (at, first) = (blank(next + 1), false),
            _ => return ObjectKind::Plain,
        }
    }
}

/// Whether only rows have this key.
pub(super) fn is_row_key(key: &[u8]) -> bool {
    columns::is_lower(key) && key != b"eventdata"
}

/// The record of a row that is a JSON object.
pub fn of_object(object: &[u8]) -> Result<String, String> {
    let row: Map<String, Value> = serde_json::from_slice(object).map_err(|_| "the row is not JSON")?;
    let cell = |value: Value| match value {
        Value::Null => Cell::Nothing,
        Value::String(text) => Cell::Text(Cow::Owned(text)),
        value => Cell::Value(value),
    };
    let cells: Vec<(String, Cell<'_>)> = row.into_iter().map(|(name, value)| (name, cell(value))).collect();
    record(cells.iter().map(|(name, cell)| (name.as_str(), cell)))
}

/// The record of a row of CSV.
pub fn of_csv(header: &[String], row: &[u8]) -> Result<String, String> {
    let row = std::str::from_utf8(row).map_err(|_| "the row is not UTF-8")?;
    let cells = csv::cells(row).ok_or("the row's quotes are wrong")?;
    if cells.len() != header.len() {
        return Err(format!("the row has {} columns, the header {}", cells.len(), header.len()));
    }
    record(header.iter().map(String::as_str).zip(&cells))
}

/// The records of a CSV text, if it is an export; the error is a byte offset and a message.
pub fn of_csv_text(text: &str) -> Option<Result<Vec<String>, (usize, String)>> {
    csv::is_export(text.as_bytes()).filter(|is_export| *is_export)?;
    let (mut splitter, mut rows) = (csv::Splitter::new(0), Vec::new());
    splitter.feed(text.as_bytes(), 0, &mut rows);
    if splitter.finish(text.as_bytes(), &mut rows) {
        return Some(Err((text.len(), "the file ends inside a row".to_owned())));
    }
    let header = csv::names(text[rows.first()?.clone()].as_bytes());
    if let Err(reason) = columns_of(&header) {
        return Some(Err((0, reason)));
    }
    let made = rows.into_iter().skip(1).map(|row| {
        let start = row.start;
        of_csv(&header, text[row].as_bytes()).map_err(|reason| (start, reason))
    });
    Some(made.collect())
}

/// The usual columns that are missing; the error is the reason why these columns hold no record.
pub fn columns_of(header: &[String]) -> Result<Vec<String>, String> {
    let names = header.iter().map(String::as_str);
    if names.clone().any(columns::is_whole) {
        return Ok(Vec::new());
    }
    let (core, usual) = columns::missing(names);
    if core.is_empty() { Ok(usual) } else { Err(without(&core)) }
}

fn without(columns: &[String]) -> String {
    format!(
        "no records can be made of rows without {}; export all columns, or `eventjson` of CloudTrail Lake",
        columns.join(", ")
    )
}

type Cells<'r> = (&'r str, &'r Cell<'r>);

fn record<'r>(cells: impl Iterator<Item = Cells<'r>> + Clone) -> Result<String, String> {
    if let Some(whole) = cells.clone().find_map(|cell| whole(cell).transpose()) {
        return whole;
    }
    let mut known: Vec<(&'static Member, &Cell<'_>)> = Vec::new();
    for (name, cell) in cells.clone() {
        let Some(member) = columns::column(name) else { continue };
        if known.iter().any(|(other, _)| *other == member) {
            return Err(format!("the row has two columns `{}`", member.name.to_ascii_lowercase()));
        }
        known.push((member, cell));
    }
    let held = known.iter().filter(|(_, cell)| **cell != Cell::Nothing).map(|(member, _)| member.name);
    let needed = ["eventTime", "eventType", "eventSource", "eventName", "userIdentity"];
    let lacks = needed.iter().filter(|&&name| !held.clone().any(|held| held == name));
    let lacks: Vec<String> = lacks.map(|name| name.to_ascii_lowercase()).collect();
    if !lacks.is_empty() {
        return Err(without(&lacks));
    }
    joined_lists(&known)?;
    let mut out = String::from("{");
    for (member, cell) in &known {
        if let Some(value) = value(member, cell)? {
            push(&mut out, member.name, &value);
        }
    }
    for missing in completed(&known) {
        push(&mut out, missing.0, missing.1);
    }
    out.push('}');
    Ok(out)
}

/// Members that every record has and tables omit.
fn completed(known: &[(&'static Member, &Cell<'_>)]) -> Vec<(&'static str, &'static str)> {
    let cell = |name: &str| known.iter().find(|(member, _)| member.name == name).map(|(_, cell)| *cell);
    let is_there = |name: &str| cell(name).is_some_and(|cell| *cell != Cell::Nothing);
    let mut more = Vec::new();
    for name in ["requestParameters", "responseElements"] {
        if !is_there(name) {
            more.push((name, "null"));
        }
    }
    if !is_there("managementEvent")
        && let Some(Cell::Text(category)) = cell("eventCategory")
    {
        more.push(("managementEvent", if category == "Management" { "true" } else { "false" }));
    }
    more
}

fn push(out: &mut String, name: &str, value: &str) {
    if out.len() > 1 {
        out.push(',');
    }
    *out += &format!("\"{name}\":{value}");
}

/// The record that a column holds as a text.
fn whole((name, cell): Cells<'_>) -> Result<Option<String>, String> {
    match cell {
        Cell::Text(text) if columns::is_whole(name) => {
            let is_object =
                serde_json::from_str::<&RawValue>(text).is_ok_and(|raw| raw.get().starts_with('{'));
            let wrong = || format!("what `{name}` holds is no record");
            if is_object { Ok(Some(text.trim().to_owned())) } else { Err(wrong()) }
        }
        _ => Ok(None),
    }
}

/// Refuses lists as texts that a user-chosen name may have lengthened: the request contains that name too.
fn joined_lists(known: &[(&'static Member, &Cell<'_>)]) -> Result<(), String> {
    let is_joined = |(member, cell): &(&Member, &Cell<'_>)| match cell {
        Cell::Text(text) => matches!(member.kind, ColumnType::Json) && text::may_be_joined(text),
        _ => false,
    };
    let is_list = |(member, cell): &(&Member, &Cell<'_>)| matches!((member.kind, cell), (ColumnType::List(_), Cell::Text(text)) if text.contains("}, {"));
    match known.iter().any(is_list) && known.iter().any(is_joined) {
        true => Err("`resources` can be read in more than one way; export it as JSON".to_owned()),
        false => Ok(()),
    }
}

/// The JSON of a column's value; `None` if it is empty.
fn value(member: &Member, cell: &Cell<'_>) -> Result<Option<String>, String> {
    let value = match (member.kind, cell) {
        (_, Cell::Nothing) => return Ok(None),
        (ColumnType::Json, Cell::Text(text)) => return json(text).map(Some).ok_or_else(|| no_json(member)),
        (ColumnType::Json, _) => return Err(no_json(member)),
        (kind @ (ColumnType::Struct(_) | ColumnType::List(_)), Cell::Text(text)) => {
            match serde_json::from_str(text) {
                Ok(value) => renamed(&value, kind),
                Err(_) => text::read(text, kind).and_then(|value| renamed(&value, kind)),
            }
        }
        (kind, Cell::Text(text)) => renamed(&Value::String(text.to_string()), kind),
        (kind, Cell::Value(value)) => renamed(value, kind),
    };
    let lower = member.name.to_ascii_lowercase();
    value.map(|value| Some(value.to_string())).map_err(|reason| format!("`{lower}` {reason}"))
}

/// The text of an object, a list or `null`.
fn json(text: &str) -> Option<String> {
    let raw: &RawValue = serde_json::from_str(text).ok()?;
    (raw.get().starts_with(['{', '[']) || raw.get() == "null").then(|| raw.get().to_owned())
}

fn no_json(member: &Member) -> String {
    let lower = member.name.to_ascii_lowercase();
    format!(
        "`{lower}` is not JSON: in a map of texts, as CloudTrail Lake has it, what the values were is lost; \
         export `eventjson`"
    )
}

/// A value with the member names of records, without empty members.
fn renamed(value: &Value, kind: ColumnType) -> Result<Value, String> {
    let wrong = || Err("does not hold what it should".to_owned());
    match (kind, value) {
        (ColumnType::Text, Value::String(_)) | (ColumnType::Flag, Value::Bool(_)) => Ok(value.clone()),
        (ColumnType::Flag, Value::String(text)) => match &**text {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => wrong(),
        },
        (ColumnType::Time, Value::String(text)) => match time(text) {
            Some(text) => Ok(text.into()),
            None => Err("is no time as records have it".to_owned()),
        },
        (ColumnType::Map, Value::Object(map)) if map.values().all(Value::is_string) => Ok(value.clone()),
        (ColumnType::List(members), Value::Array(all)) => {
            all.iter().map(|element| renamed(element, ColumnType::Struct(members))).collect()
        }
        (ColumnType::Struct(members), Value::Object(map)) => {
            let mut out = Map::new();
            for (name, value) in map.iter().filter(|(_, value)| !value.is_null()) {
                let Some(member) = columns::member(members, name) else {
                    return Err(format!("has a member `{name}`, whose name in records is lost"));
                };
                if out.insert(member.name.to_owned(), renamed(value, member.kind)?).is_some() {
                    return Err(format!("has two members `{name}`"));
                }
            }
            Ok(Value::Object(out))
        }
        _ => wrong(),
    }
}

/// `2026-03-01T00:00:00Z`, also from `2026-03-01 00:00:00.000`.
fn time(text: &str) -> Option<String> {
    let Some((date, clock)) = text.split_once(' ') else { return Some(text.to_owned()) };
    let clock = clock.strip_suffix(" UTC").unwrap_or(clock);
    let (clock, part) = clock.split_once('.').unwrap_or((clock, ""));
    let is_whole = part.bytes().all(|byte| byte == b'0');
    let written = format!("{date}T{clock}Z");
    (is_whole && super::time::rfc3339(written.as_bytes()).is_some()).then_some(written)
}
