//! `falco-json`: the result that Falco prints with `json_output`, on one line, with sorted keys.

use crate::analysis::LoadResult;
use crate::diag::{FalcoSays, Location};
use crate::source::SourceMap;
use serde_json::{Map, Value, json};

/// Length of a snippet on either side of its place, in bytes.
const REACH: usize = 80;

/// Renders the results of a load.
pub fn render(results: &[LoadResult], sources: &SourceMap) -> String {
    let results: Vec<Value> = results.iter().map(|result| load_result(result, sources)).collect();
    format!("{}\n", json!({"falco_load_results": results}))
}

fn load_result(result: &LoadResult, sources: &SourceMap) -> Value {
    let errors: Vec<Value> = result.errors.iter().map(|says| finding(says, sources)).collect();
    let warnings: Vec<Value> = result.warnings.iter().map(|says| finding(says, sources)).collect();
    let mut value = Map::new();
    value.insert("errors".into(), errors.into());
    value.insert("name".into(), result.name.as_str().into());
    if let Some(valid) = result.schema_valid {
        value.insert("schema_valid".into(), valid.into());
        value.insert("schema_warnings".into(), result.schema_warnings.clone().into());
    }
    value.insert("successful".into(), result.successful.into());
    value.insert("warnings".into(), warnings.into());
    Value::Object(value)
}

fn finding(says: &FalcoSays, sources: &SourceMap) -> Value {
    let locations: Vec<Value> = says.context.iter().map(location).collect();
    let mut value = Map::new();
    value.insert("code".into(), says.code.name().into());
    value.insert("codedesc".into(), says.code.description().into());
    value.insert("context".into(), json!({"locations": locations, "snippet": snippet(says, sources)}));
    if let Some(field) = &says.deprecated_field {
        value.insert("deprecated_field".into(), field.as_str().into());
    }
    value.insert("message".into(), says.message.as_str().into());
    Value::Object(value)
}

fn location(location: &Location) -> Value {
    json!({
        "item_name": location.item_name,
        "item_type": location.item_type,
        "position": {
            "column": location.column,
            "line": location.line,
            "name": location.name,
            "offset": location.offset,
        },
    })
}

/// The line around the last location with a caret under it.
///
/// Falco adds the offset of a condition in the file to the offset within the condition, so the place
/// is usually after the end of a condition and the caret under its last character.
pub fn snippet(says: &FalcoSays, sources: &SourceMap) -> String {
    let Some(location) = says.context.last() else { return "<No context available>\n".into() };
    let file = sources.files().find(|(_, file)| file.name == location.name);
    let content = match (&says.snippet_of, file) {
        (Some(text), _) if !text.is_empty() => text.as_bytes(),
        (_, Some((_, file))) => file.text.as_bytes(),
        (_, None) => return format!("<No context for file + {}>\n", location.name),
    };
    let Some(last) = content.len().checked_sub(1) else { return "<No context available>\n".into() };
    let mut at = location.offset.min(content.len());
    while at > 0 && (at > last || content[at] == b'\n') {
        at -= 1;
    }
    let (mut from, mut to) = (at, at);
    while from > 0 && content[from] != b'\n' && at - from < REACH {
        from -= 1;
    }
    while to < last && content[to] != b'\n' && to - at < REACH {
        to += 1;
    }
    if content[from] == b'\n' {
        from += 1;
    }
    if content[to] == b'\n' && to > 0 {
        to -= 1;
    }
    let mut line = content.get(from..=to).unwrap_or_default().to_vec();
    if at.saturating_sub(from) >= REACH && line.len() >= 3 {
        line[..3].copy_from_slice(b"...");
    }
    if to.saturating_sub(at) >= REACH && line.len() >= 3 {
        let end = line.len() - 3;
        line[end..].copy_from_slice(b"...");
    }
    let caret = " ".repeat(at.saturating_sub(from));
    // A cut by bytes can split a character, which Falco's JSON shows as U+FFFD too.
    format!("{}\n{caret}^\n", String::from_utf8_lossy(&line))
}
