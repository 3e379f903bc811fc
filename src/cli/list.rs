//! `rulec list`.

use super::{CommandResult, Failure, engine, output};
use crate::backend::{TARGETS, Target};
use crate::diag::FalcoCode;
use crate::lint;
use crate::nearest::nearest;
use crate::render::json;
use crate::render::table::table;
use crate::schema::{Field, PluginSet, Type, event_names, event_types};
use crate::sema::types;
use crate::syntax::token::{OPERATORS, Op, Rhs};
use clap::ValueEnum;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::ExitCode;

/// List what rulec knows
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec list checks                            every check with its code and default severity
  rulec list fields --source aws_cloudtrail    the fields for CloudTrail")]
pub struct ListArgs {
    /// What to list
    #[arg(value_enum, value_name = "WHAT")]
    what: What,

    /// How to show the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: ListFormat,

    /// Only the fields or events of this source
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,

    /// Plugins to list the fields and sources of
    #[arg(long, value_name = "NAME[@VERSION]", value_delimiter = ',')]
    plugins: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum What {
    /// The fields: name, type, argument, sources, what they hold
    Fields,
    /// The event sources of rules: name, plugin, version
    Sources,
    /// The events that AWS services are known to write: source, name; with `--source syscall` the event types
    Events,
    /// The operators of conditions: name, right-hand side, types that it takes, what it does
    Operators,
    /// The checks: code, name, default severity, group, what they find
    Checks,
    /// The targets of `rulec compile`: name, output, forms
    Targets,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum ListFormat {
    /// A table
    Text,
    /// JSON, see docs/json.md
    Json,
}

/// Columns and rows; the names of the columns are the keys in JSON.
struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

/// Runs the command.
pub fn run(args: &ListArgs) -> CommandResult {
    let table = match args.what {
        What::Checks => checks(),
        What::Fields => fields(&engine::plugin_set(&args.plugins)?, args.source.as_deref())?,
        What::Sources => sources(&engine::plugin_set(&args.plugins)?),
        What::Events => events(args.source.as_deref())?,
        What::Operators => operators(),
        What::Targets => targets(),
    };
    let text = match args.format {
        ListFormat::Text => as_text(table),
        ListFormat::Json => json::to_text(&as_json(&table)),
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn checks() -> Table {
    let mut rows: Vec<Vec<String>> = lint::checks()
        .map(|check| {
            let falco = check.falco.map_or("", FalcoCode::name);
            let severity = check.severity.name();
            let row = [check.code, check.name, severity, check.group.name(), falco, check.summary()];
            row.map(str::to_owned).to_vec()
        })
        .collect();
    rows.sort();
    Table { columns: &["code", "name", "severity", "group", "falco", "summary"], rows }
}

fn fields(plugins: &PluginSet, only: Option<&str>) -> Result<Table, Failure> {
    let all: Vec<&str> = plugins.sources().collect();
    if let Some(source) = only.filter(|source| !all.contains(source)) {
        return Err(unknown_source(source, nearest(source, all)));
    }
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for source in all.iter().filter(|&&source| only.is_none_or(|only| only == source)) {
        let of_source = plugins.classes(source).into_iter().flat_map(|fields| fields.fields());
        for field in of_source.filter(|field| field.listed && seen.insert(field.name.clone())) {
            let sources = plugins.sources_with(&field.name).join(", ");
            let name = field.name.clone();
            rows.push(vec![name, type_of(field), argument(field).to_owned(), sources, field.desc.clone()]);
        }
    }
    Ok(Table { columns: &["name", "type", "argument", "sources", "description"], rows })
}

fn type_of(field: &Field) -> String {
    if field.list { format!("{} list", field.ty) } else { field.ty.to_string() }
}

fn argument(field: &Field) -> &'static str {
    match (field.arg.required, field.arg.allowed()) {
        (true, _) => "required",
        (false, true) => "optional",
        (false, false) => "",
    }
}

fn sources(plugins: &PluginSet) -> Table {
    let row = |source: &str| {
        let plugin = plugins.plugins().iter().find(|plugin| plugin.source.as_deref() == Some(source));
        let (name, version) = plugin.map_or(("", ""), |plugin| (&plugin.name, &plugin.version));
        [source, name, version].map(str::to_owned).to_vec()
    };
    Table { columns: &["name", "plugin", "version"], rows: plugins.sources().map(row).collect() }
}

fn targets() -> Table {
    let row = |target: &&dyn Target| {
        let forms: Vec<&str> = target.forms().iter().map(|form| form.name).collect();
        [target.name(), target.summary(), &forms.join(", ")].map(str::to_owned).to_vec()
    };
    Table { columns: &["name", "summary", "forms"], rows: TARGETS.iter().map(row).collect() }
}

fn operators() -> Table {
    let row = |op: &Op| {
        let right = match op.rhs() {
            Rhs::None => "",
            Rhs::Number => "number",
            Rhs::String => "text, or `oneof`, `anyof` or `allof` with a list",
            Rhs::List => "list",
        };
        let works = |(_, ty, list): &&(&str, Type, bool)| types::applies(*op, *ty, *list);
        let on: Vec<&str> = SHOWN_TYPES.iter().filter(works).map(|(name, ..)| *name).collect();
        vec![op.text().to_owned(), right.to_owned(), on.join(", "), op.summary().to_owned()]
    };
    Table { columns: &["name", "right", "types", "summary"], rows: OPERATORS.iter().map(row).collect() }
}

/// The types of plugin fields, and raw bytes.
const SHOWN_TYPES: &[(&str, Type, bool)] = &[
    ("text", Type::Charbuf, false),
    ("number", Type::Uint64, false),
    ("boolean", Type::Bool, false),
    ("address", Type::Ipaddr, false),
    ("network", Type::Ipnet, false),
    ("bytes", Type::Bytebuf, false),
    ("list", Type::Charbuf, true),
];

fn events(only: Option<&str>) -> Result<Table, Failure> {
    if only == Some("syscall") {
        let rows = event_types().iter().map(|event| vec!["syscall".to_owned(), event.name.clone()]);
        return Ok(Table { columns: &["source", "name"], rows: rows.collect() });
    }
    if let Some(source) = only.filter(|source| !event_names::is_source(source)) {
        return Err(unknown_source(source, event_names::nearest_source(source)));
    }
    let sources = event_names::sources().filter(|&source| only.is_none_or(|only| only == source));
    let rows = sources.flat_map(|source| {
        event_names::names_of(source).iter().map(move |name| vec![source.to_owned(), (*name).to_owned()])
    });
    Ok(Table { columns: &["source", "name"], rows: rows.collect() })
}

fn unknown_source(source: &str, meant: Option<&str>) -> Failure {
    let hint = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    Failure::new(format!("there is no source named `{source}`{hint}"))
}

fn as_json(table: &Table) -> Vec<Value> {
    let object = |row: &Vec<String>| {
        let entries = table.columns.iter().zip(row);
        // A missing value is null, not an empty string.
        entries
            .map(|(key, text)| ((*key).to_owned(), if text.is_empty() { Value::Null } else { json!(text) }))
            .collect()
    };
    table.rows.iter().map(|row| Value::Object(object(row))).collect()
}

fn as_text(list: Table) -> String {
    let heads = list.columns.iter().map(|name| name.to_uppercase()).collect();
    table(std::iter::once(heads).chain(list.rows), &[], output::width())
}
