//! The text of a test, alone or at the end of a test file.

use super::{Recorded, RecordedEvent};
use crate::diag::Edit;
use crate::fix;
use crate::source::{SourceFile, Span};
use crate::syntax::yaml::Value as Yaml;
use crate::testing::bless::{plain, quoted};
use crate::testing::file::{NodeStep, Parsed};
use serde_json::{Map, Value};

/// The members of a test's `event`, each with its whole path, so that no value is a non-empty mapping.
pub(super) fn flat(members: &Map<String, Value>) -> Map<String, Value> {
    let mut all = Map::new();
    add(members, "", &mut all);
    all
}

fn add(members: &Map<String, Value>, above: &str, all: &mut Map<String, Value>) {
    for (key, value) in members {
        let path = join(above, key);
        match value {
            Value::Object(inside) if !inside.is_empty() => add(inside, &path, all),
            value => drop(all.insert(path, value.clone())),
        }
    }
}

/// A path with one more key; dots in keys are escaped with a backslash.
pub(super) fn join(above: &str, key: &str) -> String {
    let key = key.replace('\\', "\\\\").replace('.', "\\.");
    if above.is_empty() { key } else { format!("{above}.{key}") }
}

/// The lines of a test in a list, the first with its dash.
fn lines(recorded: &Recorded, name: &str) -> Vec<String> {
    let RecordedEvent { members, remove, template } = &recorded.event;
    let mut lines = vec![format!("- name: {}", plain(name)), "  event:".to_owned()];
    for (path, value) in flat(members) {
        let value = match &value {
            Value::String(text) => plain(text),
            other => quoted(other),
        };
        lines.push(format!("    {}: {value}", plain(&path)));
    }
    if let Some(template) = template {
        lines.push(format!("  template: {template}"));
    }
    if !remove.is_empty() {
        let paths: Vec<String> = remove.iter().map(|path| plain(path)).collect();
        lines.push(format!("  remove: [{}]", paths.join(", ")));
    }
    lines.push(format!("  fires: [{}]", plain(&recorded.rule)));
    lines
}

/// The name of the test, which uses nothing of the record but the event's name.
fn name(recorded: &Recorded) -> String {
    let event = recorded.event.members.get("eventName").and_then(Value::as_str);
    format!("{} on {}", recorded.rule, event.unwrap_or("a record"))
}

/// A test file of one test.
pub fn alone(recorded: &Recorded) -> String {
    let lines = lines(recorded, &name(recorded));
    lines.iter().fold("tests:\n".to_owned(), |text, line| text + "  " + line + "\n")
}

/// The text of a test file with a test appended; the rest stays unchanged. The `Err` is the reason why that is
/// impossible.
pub fn append(source: &SourceFile, parsed: &Parsed, recorded: &Recorded) -> Result<String, String> {
    let wanted = name(recorded);
    let taken = |name: &String| parsed.file.tests.iter().any(|test| test.name == *name);
    let names = (2..).map(|number| format!("{wanted} ({number})"));
    let name = std::iter::once(wanted.clone()).chain(names).find(|name| !taken(name)).unwrap_or(wanted);
    let text = &*source.text;
    let tests = parsed.node(&[NodeStep::Key("tests")]);
    let items = match tests.map(|node| &node.value) {
        Some(Yaml::Seq(items)) if !text[tests.map_or(0..0, |node| node.span.range())].starts_with('[') => {
            items
        }
        _ => return Err("its tests are not written as a list of lines that begin with `-`".to_owned()),
    };
    let Some(last) = items.last() else { return Err("it has no test yet".to_owned()) };
    let start = last.span.start as usize;
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let dash = text[line..start].rfind('-').map(|at| line + at);
    let Some(dash) = dash.filter(|&dash| text[line..dash].trim().is_empty()) else {
        return Err("its last test does not begin on a line of its own".to_owned());
    };
    let indent = &text[line..dash];
    let end = end_of_item(text, last.span.end as usize, indent.len());
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut new = String::new();
    if end > 0 && !text[..end].ends_with('\n') {
        new += line_break;
    }
    // Tests are separated as the existing ones are.
    let spaced = items.len() > 1 && text[..line].trim_end_matches([' ', '\r']).ends_with("\n\n")
        || text[..line].ends_with("\r\n\r\n");
    if spaced {
        new += line_break;
    }
    for line in lines(recorded, &name) {
        new += &format!("{indent}{line}{line_break}");
    }
    let edit = Edit { span: Span::point(parsed.span.file, end), text: new };
    Ok(fix::edited(text, vec![&edit]))
}

/// The end of the lines of a list's item, including comments indented like its content.
fn end_of_item(text: &str, end: usize, indent: usize) -> usize {
    let body = text[..end.min(text.len())].trim_end().len();
    let mut at = text[body..].find('\n').map_or(text.len(), |found| body + found + 1);
    let mut rest = at;
    for line in text[at..].split_inclusive('\n') {
        rest += line.len();
        let inner = line.trim_start_matches(' ');
        match inner.trim() {
            "" => {}
            _ if inner.starts_with('#') && line.len() - inner.len() > indent => at = rest,
            _ => break,
        }
    }
    at
}
