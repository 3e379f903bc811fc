//! Documentation of a thing as Markdown, for hovers and completions.

use super::index::NameIndex;
use super::keys::{self, Absent};
use super::outline::Role;
use super::{Snapshot, expand};
use crate::bundled;
use crate::cloudtrail::MemberPath;
use crate::coverage::Catalogue;
use crate::lint;
use crate::render::page;
use crate::schema::{Field, Type, aws_facts, event_names};
use crate::sema::types;
use crate::syntax::items::ItemKind;
use crate::syntax::token::{Modifier, Op, Rhs, TRANSFORMERS, Transformer};
use crate::syntax::yaml::Node;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::sync::OnceLock;

/// The subject of a hover or of a completion's documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Topic {
    /// A field, with or without its argument, of an event source.
    Field(String, String),
    /// A rule by name.
    Rule(String),
    /// A macro by name.
    Macro(String),
    /// A list by name.
    List(String),
    /// The name of an AWS event.
    Event(String),
    /// An event source of AWS.
    EventSource(String),
    /// An operator.
    Operator(String),
    /// A modifier of an operator.
    Modifier(String),
    /// A transformer.
    Transformer(String),
    /// `and`, `or` or `not`.
    Keyword(String),
    /// A key of an item: the key that determines the item's kind, and the key.
    Key(String, String),
    /// A key of an exception.
    ExceptionKey(String),
    /// A key of a plugin in `required_plugin_versions`.
    PluginKey(String),
    /// A check by name or code.
    Check(String),
}

/// The maximum number of list items or event names shown.
const SHOWN: usize = 40;

/// The topic as Markdown; `None` if nothing is known about it.
pub fn markdown(snapshot: &Snapshot, index: &NameIndex<'_>, topic: &Topic) -> Option<String> {
    match topic {
        Topic::Field(name, source) => field(snapshot, name, source),
        Topic::Rule(name) => rule(snapshot, index, name),
        Topic::Macro(name) => macro_(snapshot, index, name),
        Topic::List(name) => list(snapshot, index, name),
        Topic::Event(name) => event(name),
        Topic::EventSource(name) => event_source(name),
        Topic::Operator(text) => Op::from_text(text).map(operator),
        Topic::Modifier(text) => Modifier::from_text(text).map(modifier),
        Topic::Transformer(text) => {
            let all = TRANSFORMERS.iter().copied();
            all.into_iter().find(|it| it.text() == text).map(transformer)
        }
        Topic::Keyword(word) => keyword(word),
        Topic::Key(kind, name) => {
            let kind = crate::syntax::items::KINDS.iter().find(|known| known.key() == kind)?;
            keys::find(*kind, name).map(key)
        }
        Topic::ExceptionKey(name) => keys::EXCEPTION.iter().find(|key| key.name == name).map(key),
        Topic::PluginKey(name) => keys::PLUGIN.iter().find(|key| key.name == name).map(key),
        Topic::Check(name) => lint::find(name).map(page::markdown),
    }
}

fn field(snapshot: &Snapshot, name: &str, source: &str) -> Option<String> {
    let fields = snapshot.settings.options.environment.fields(source)?;
    let resolved = fields.resolve(name).ok().map(|found| found.field);
    let field = resolved.or_else(|| fields.field(name.split('[').next().unwrap_or_default()))?;
    let mut text = format!("```falco\n{}: {}\n```\n\n", signature(field), type_of(field));
    text += &sentence(&field.desc);
    if field.flags.deprecated {
        text += "\n\n**Deprecated.**";
    }
    match (&field.path, argument(name)) {
        (_, Some(pointer)) if pointer.starts_with('/') => {
            let _ = write!(text, "\n\nJSON: `{}`", MemberPath::parse(pointer).dotted());
        }
        (Some(path), _) => {
            let _ = write!(text, "\n\nJSON: `{}`", path.replace(", ", "`, `"));
        }
        _ => {}
    }
    let pointers = match (argument(name), &field.path) {
        (Some(argument), _) => vec![MemberPath::parse(argument)],
        (None, Some(paths)) => paths.split(", ").map(MemberPath::of_dotted).collect(),
        (None, None) => Vec::new(),
    };
    if let Some(example) = example(&pointers) {
        let _ = write!(text, "\n\nExample: `{} = {}`", name, quoted(example));
    }
    let _ = write!(text, "\n\nSource: `{source}`, class `{}`", field.class);
    Some(text)
}

/// A value as conditions write it.
fn quoted(value: &str) -> String {
    match value.chars().all(crate::syntax::lexer::is_bare) {
        true => value.to_owned(),
        false => format!("\"{value}\""),
    }
}

/// The name of a field with its argument, as conditions write it.
pub fn signature(field: &Field) -> String {
    match (field.arg.required, field.arg.allowed()) {
        (true, _) => format!("{}[…]", field.name),
        (false, true) => format!("{}, {}[…]", field.name, field.name),
        (false, false) => field.name.clone(),
    }
}

/// The type of a field in words.
pub fn type_of(field: &Field) -> String {
    if field.list { format!("list of {}", field.ty) } else { field.ty.to_string() }
}

fn argument(name: &str) -> Option<&str> {
    let (_, rest) = name.split_once('[')?;
    Some(rest.trim_end_matches(']').trim_matches(['"', '\'']))
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// An example value of a record's member, from the templates for tests.
fn example(paths: &[MemberPath<'_>]) -> Option<&'static str> {
    static RECORDS: OnceLock<Vec<serde_json::Value>> = OnceLock::new();
    let records = RECORDS.get_or_init(|| {
        let templates = bundled::TEMPLATES.iter().filter_map(|(_, text)| serde_json::from_str(text).ok());
        templates
            .filter_map(|mut template: serde_json::Value| Some(template.get_mut("record")?.take()))
            .collect()
    });
    let at =
        |path: &MemberPath<'_>| records.iter().find_map(|record| record.pointer(path.pointer())?.as_str());
    paths.iter().find_map(at).filter(|text| !text.is_empty())
}

fn operator(op: Op) -> String {
    let right = match op.rhs() {
        Rhs::None => "",
        Rhs::Number => " number",
        Rhs::String => " value",
        Rhs::List => " (value, …)",
    };
    let mut text = format!("```falco\nfield {}{right}\n```\n\n{}", op.text(), sentence(op.summary()));
    let on: Vec<&str> = [
        ("text", Type::Charbuf, false),
        ("numbers", Type::Uint64, false),
        ("booleans", Type::Bool, false),
        ("addresses", Type::Ipaddr, false),
        ("networks", Type::Ipnet, false),
        ("bytes", Type::Bytebuf, false),
        ("lists", Type::Charbuf, true),
    ]
    .into_iter()
    .filter(|&(_, ty, list)| types::applies(op, ty, list))
    .map(|(name, ..)| name)
    .collect();
    let _ = write!(text, "\n\nWorks on: {}", on.join(", "));
    if op == Op::Ne {
        text += "\n\nFalse if the field is absent; `not field = value` is true then.";
    }
    if op.rhs() == Rhs::String {
        text += "\n\nWith `oneof`, `anyof` or `allof` it takes a list.";
    }
    text
}

fn modifier(modifier: Modifier) -> String {
    let about = match modifier {
        Modifier::Oneof => "Exactly one of the values matches.",
        Modifier::Anyof => "At least one of the values matches.",
        Modifier::Allof => "All of the values match.",
    };
    format!("```falco\nfield contains {} (value, …)\n```\n\n{about}", modifier.text())
}

fn transformer(transformer: Transformer) -> String {
    let arguments = match transformer {
        Transformer::Join => "separator, list",
        Transformer::Concat => "text, …",
        Transformer::Getopt => "list, letters",
        _ => "field",
    };
    format!("```falco\n{}({arguments})\n```\n\n{}", transformer.text(), sentence(transformer.summary()))
}

fn keyword(word: &str) -> Option<String> {
    Some(match word {
        "and" => "True if both sides are. Binds tighter than `or`.".to_owned(),
        "or" => "True if one of the sides is. Binds less than `and`.".to_owned(),
        "not" => "True if what follows is false, as it is for every comparison with an absent field. Binds tighter than \
                  `and`."
            .to_owned(),
        _ => return None,
    })
}

fn key(key: &keys::Key) -> String {
    let default = match key.absent {
        Absent::Required => "Required.".to_owned(),
        Absent::Value(value) if value.starts_with('`') || value == "none" => format!("Default: {value}."),
        Absent::Value(value) => format!("Default: `{value}`."),
        Absent::Optional => "Optional.".to_owned(),
    };
    format!("**{}**: {}\n\n{}\n\n{default}", key.name, key.ty, key.about)
}

fn rule(snapshot: &Snapshot, index: &NameIndex<'_>, name: &str) -> Option<String> {
    let found = index.all(ItemKind::Rule, name);
    let first = found.iter().find(|found| found.entry.role == Role::Defines).or(found.first())?;
    let node = first.entry.node.and_then(|at| super::outline::items(first.placed.piece.stream()).nth(at));
    let value = |key: &str| {
        let text = node?.get(key).and_then(Node::as_scalar)?;
        Some(text.text.value.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let mut text = format!("**rule** {name}");
    if let Some(desc) = value("desc") {
        let _ = write!(text, "\n\n{desc}");
    }
    let facts: Vec<String> = [("priority", "WARNING"), ("source", "syscall")]
        .iter()
        .filter_map(|(key, _)| Some(format!("{key} `{}`", value(key)?)))
        .collect();
    if !facts.is_empty() {
        let _ = write!(text, "\n\n{}", facts.join(", "));
    }
    match expand::rule(snapshot, index, name) {
        Some(condition) => {
            let _ = write!(text, "\n\nCompiles to\n```falco\n{condition}\n```");
        }
        None => text += "\n\nIt does not compile, or comes to more than can be shown.",
    }
    changed(&found, &mut text);
    Some(text)
}

fn changed(found: &[super::index::IndexedItem<'_>], text: &mut String) {
    let changes = found.iter().filter(|found| found.entry.role == Role::Changes).count();
    if changes > 0 {
        let times = if changes == 1 { "once".to_owned() } else { format!("{changes} times") };
        let _ = write!(text, "\n\nChanged {times} by later items.");
    }
}

fn macro_(snapshot: &Snapshot, index: &NameIndex<'_>, name: &str) -> Option<String> {
    let found = index.all(ItemKind::Macro, name);
    let first = found.first()?;
    let mut text = format!("**macro** `{name}`");
    let written = first
        .entry
        .node
        .and_then(|at| super::outline::items(first.placed.piece.stream()).nth(at))
        .and_then(|item| item.get("condition")?.as_scalar())
        .map(|scalar| scalar.text.value.trim().to_owned());
    if let Some(written) = &written {
        let _ = write!(text, "\n```falco\n{written}\n```");
    }
    if let Some(condition) = expand::macro_(snapshot, index, name)
        && written.is_none_or(|written| !written.split_whitespace().eq(condition.split_whitespace()))
    {
        let _ = write!(text, "\n\nStands for\n```falco\n{condition}\n```");
    }
    changed(&found, &mut text);
    Some(text)
}

fn list(snapshot: &Snapshot, index: &NameIndex<'_>, name: &str) -> Option<String> {
    let found = index.all(ItemKind::List, name);
    found.first()?;
    let items = expand::list(snapshot, index, name);
    let count = if items.len() == 1 { "1 item".to_owned() } else { format!("{} items", items.len()) };
    let mut text = format!("**list** `{name}`, {count}");
    if !items.is_empty() {
        let shown: Vec<String> = items.iter().take(SHOWN).map(|item| format!("`{item}`")).collect();
        let more = if items.len() > SHOWN { ", …" } else { "" };
        let _ = write!(text, "\n\n{}{more}", shown.join(", "));
    }
    changed(&found, &mut text);
    Some(text)
}

fn event(name: &str) -> Option<String> {
    let sources: Vec<&str> = event_names::sources_of(name).collect();
    let stand_ins: Vec<_> = aws_facts::stand_ins(name).collect();
    if sources.is_empty() && stand_ins.is_empty() {
        return None;
    }
    let mut text = format!("**event** `{name}`");
    if !sources.is_empty() {
        let shown: Vec<String> = sources.iter().take(SHOWN).map(|source| format!("`{source}`")).collect();
        let _ = write!(text, "\n\nWritten by {}", shown.join(", "));
    }
    for (source, logged) in stand_ins {
        if !logged.events.is_empty() {
            let events: Vec<String> = logged.events.iter().map(|event| format!("`{event}`")).collect();
            let _ = write!(text, "\n\nOf `{source}` it is logged as {}", events.join(", "));
        }
    }
    let data = aws_facts::data_event_sources(name);
    if !data.is_empty() {
        let _ = write!(
            text,
            "\n\nA data event of `{}`: trails log it only if they are told to.",
            data.join("`, `")
        );
    }
    for reason in sources.iter().filter_map(|source| aws_facts::retired(source, name)).take(1) {
        let _ = write!(text, "\n\nRetired: {reason}");
    }
    if let Some((benchmark, controls)) = controls_of(name) {
        let shown: Vec<String> = controls.iter().map(|(id, title)| format!("- {id} {title}")).collect();
        let _ = write!(text, "\n\nControls of {benchmark} that name it:\n{}", shown.join("\n"));
    }
    Some(text)
}

fn event_source(name: &str) -> Option<String> {
    let source = event_names::source(name)?;
    let names = event_names::names_of(source);
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    Some(format!(
        "**event source** `{name}`\n\nKnown to write {} events: {}{more}",
        names.len(),
        shown.join(", ")
    ))
}

type Numbers = Vec<(String, String)>;

/// The controls that name an event, by number and title, and the benchmark.
pub fn controls_of(event: &str) -> Option<(&'static str, &'static [(String, String)])> {
    static CONTROLS: OnceLock<(String, FxHashMap<String, Numbers>)> = OnceLock::new();
    let (benchmark, controls) = CONTROLS.get_or_init(|| {
        let Ok(catalogue) = Catalogue::bundled() else { return (String::new(), FxHashMap::default()) };
        let mut controls: FxHashMap<String, Numbers> = FxHashMap::default();
        for entry in &catalogue.controls {
            let Some(id) = entry.numbers.get(&catalogue.default) else { continue };
            for name in entry.events.iter().flat_map(|events| &events.names) {
                let all = controls.entry(name.clone()).or_default();
                if !all.iter().any(|(known, _)| known == id) {
                    all.push((id.clone(), entry.title.clone()));
                }
            }
        }
        (format!("{} {}", catalogue.title, catalogue.default), controls)
    });
    controls.get(event).map(|controls| (benchmark.as_str(), controls.as_slice()))
}
