//! Field lists as JSON.
//!
//! A bundled file is an object with one field per line; members with their default value are left out:
//!
//! ```json
//! {
//!  "title": "for people", "from": "where the facts come from",
//!  "plugin": {"name": "cloudtrail", "version": "0.17.1"},
//!  "source": "aws_cloudtrail",
//!  "extract_sources": [],
//!  "class": "cloudtrail",
//!  "fields": [
//!   {"name": "s3.bytes.in", "type": "UINT64", "flags": ["hidden"], "path": "a.b", "desc": "bytes uploaded"}
//!  ]
//! }
//! ```
//!
//! * `type`: an engine type, `CHARBUF` if left out. `list`: true for lists.
//! * `arg`: words out of `required`, `allowed`, `index`, `key`. `custom`: see [`Custom`].
//! * `flags`: see [`Flags`]. `listed`: given only if it does not follow from the flags. `print`: `NA` if left out.
//! * `path`: where the value stands in the event, see [`Field::path`]. `desc`: always given.
//!
//! Several classes stand in `classes`, each an object with `class` and `fields`. System calls add `event_types` (names
//! grouped by what they share) and `event_params` (names grouped by type).
//!
//! A plugin's own `get_fields` array is accepted as well: `type`, `name`, `desc`, `isList`, `arg` with `isRequired`,
//! `isIndex` and `isKey`, `properties`, `addOutput`.

use super::field::{Arg, Custom, EventType, Field, Flags, PluginHead, Print, Schema, Type};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The reason why a field list cannot be used: lower case, no full stop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadError(pub String);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LoadError {}

impl From<serde_json::Error> for LoadError {
    fn from(error: serde_json::Error) -> LoadError {
        LoadError(error.to_string())
    }
}

/// The plugin and sources of a list, without its fields, which are skipped.
#[derive(Deserialize, Debug)]
pub struct Head {
    /// The plugin.
    pub plugin: Option<PluginHead>,
    /// Event source the plugin produces.
    pub source: Option<String>,
    /// Event sources the plugin declares to read.
    #[serde(default)]
    pub extract_sources: Vec<String>,
}

#[derive(Deserialize)]
struct RawFile<'a> {
    plugin: Option<PluginHead>,
    source: Option<String>,
    #[serde(default)]
    extract_sources: Vec<String>,
    #[serde(borrow, default)]
    class: Cow<'a, str>,
    #[serde(borrow, default)]
    fields: Vec<RawField<'a>>,
    #[serde(borrow, default)]
    classes: Vec<RawClass<'a>>,
    #[serde(default)]
    event_types: Vec<RawEventTypes>,
    #[serde(default)]
    event_params: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct RawClass<'a> {
    #[serde(borrow)]
    class: Cow<'a, str>,
    #[serde(borrow)]
    fields: Vec<RawField<'a>>,
}

#[derive(Deserialize)]
struct RawField<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, rename = "type", default)]
    ty: Option<Cow<'a, str>>,
    #[serde(default, alias = "isList")]
    list: bool,
    #[serde(borrow, default)]
    arg: Option<RawArg<'a>>,
    #[serde(borrow, default)]
    custom: Option<Cow<'a, str>>,
    #[serde(default, alias = "properties")]
    flags: Vec<String>,
    #[serde(default, rename = "addOutput")]
    add_output: bool,
    listed: Option<bool>,
    #[serde(borrow, default)]
    print: Option<Cow<'a, str>>,
    path: Option<String>,
    desc: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawArg<'a> {
    Words(#[serde(borrow)] Cow<'a, str>),
    #[serde(rename_all = "camelCase")]
    Object {
        #[serde(default)]
        is_required: bool,
        #[serde(default)]
        is_index: bool,
        #[serde(default)]
        is_key: bool,
    },
}

#[derive(Deserialize)]
struct RawEventTypes {
    kind: String,
    #[serde(default = "yes")]
    listed: bool,
    #[serde(default)]
    syscall: bool,
    #[serde(default)]
    dirs: String,
    names: Vec<String>,
}

fn yes() -> bool {
    true
}

impl Schema {
    /// Reads a field list in either shape. From an array only the fields are known; the caller adds plugin and source.
    pub fn parse(text: &str) -> Result<Schema, LoadError> {
        if text.trim_start().starts_with('[') {
            let raw: Vec<RawField<'_>> = serde_json::from_str(text)?;
            let mut schema = Schema::default();
            add_fields(&mut schema, "", raw)?;
            return finish(schema);
        }
        let raw: RawFile<'_> = serde_json::from_str(text)?;
        let mut schema = Schema {
            plugin: raw.plugin,
            source: raw.source,
            extract_sources: raw.extract_sources,
            ..Schema::default()
        };
        add_fields(&mut schema, &raw.class, raw.fields)?;
        for class in raw.classes {
            add_fields(&mut schema, &class.class, class.fields)?;
        }
        add_events(&mut schema, raw.event_types, raw.event_params)?;
        finish(schema)
    }
}

/// Reads the head of a bundled list.
pub fn head(text: &str) -> Result<Head, LoadError> {
    Ok(serde_json::from_str(text)?)
}

fn add_fields(schema: &mut Schema, class: &str, fields: Vec<RawField<'_>>) -> Result<(), LoadError> {
    let class: Arc<str> = class.into();
    schema.fields.reserve(fields.len());
    for raw in fields {
        let field = field(&class, raw)?;
        schema.fields.push(field);
    }
    Ok(())
}

fn field(class: &Arc<str>, raw: RawField<'_>) -> Result<Field, LoadError> {
    let name = raw.name.into_owned();
    let fail = |what: String| Err(LoadError(format!("field `{name}`: {what}")));
    if name.is_empty() {
        return fail("the name is empty".into());
    }
    let ty = match raw.ty {
        None => Type::Charbuf,
        Some(text) => match Type::parse(&text) {
            Some(ty) => ty,
            None => return fail(format!("unknown type `{text}`")),
        },
    };
    let mut arg = Arg::default();
    match raw.arg {
        None => {}
        Some(RawArg::Object { is_required, is_index, is_key }) => {
            arg = Arg { required: is_required, index: is_index, key: is_key, custom: None };
        }
        Some(RawArg::Words(words)) => {
            for word in words.split_whitespace() {
                match word {
                    "required" => arg.required = true,
                    "index" => arg.index = true,
                    "key" => arg.key = true,
                    // Redundant beside `custom`, but readable.
                    "allowed" => {}
                    _ => return fail(format!("unknown argument kind `{word}`")),
                }
            }
        }
    }
    if let Some(custom) = raw.custom {
        arg.custom = Custom::parse(&custom);
        if arg.custom.is_none() {
            return fail(format!("unknown argument syntax `{custom}`"));
        }
    }
    if arg.required && !arg.allowed_beyond_required() {
        return fail("a required argument must be an index or a key".into());
    }
    let mut flags = Flags { suggested: raw.add_output, ..Flags::default() };
    for flag in &raw.flags {
        // Unknown properties of a plugin have no meaning in rules.
        flags.set(flag);
    }
    let print = match raw.print {
        None => Print::Na,
        Some(text) => match Print::parse(&text) {
            Some(print) => print,
            None => return fail(format!("unknown print format `{text}`")),
        },
    };
    let listed = raw.listed.unwrap_or(!(flags.hidden || flags.deprecated || flags.print_only));
    let (list, path, desc, class) = (raw.list, raw.path, raw.desc, Arc::clone(class));
    Ok(Field { name, ty, list, arg, flags, listed, print, class, desc, path })
}

impl Arg {
    fn allowed_beyond_required(&self) -> bool {
        self.index || self.key || self.custom.is_some()
    }
}

fn add_events(
    schema: &mut Schema,
    types: Vec<RawEventTypes>,
    params: BTreeMap<String, String>,
) -> Result<(), LoadError> {
    for group in types {
        let (kind, dirs): (Arc<str>, Arc<str>) = (group.kind.into(), group.dirs.into());
        for name in group.names.iter().flat_map(|line| line.split_whitespace()) {
            schema.event_types.push(EventType {
                name: name.to_owned(),
                kind: Arc::clone(&kind),
                listed: group.listed,
                syscall: group.syscall,
                dirs: Arc::clone(&dirs),
            });
        }
    }
    schema.event_types.sort_by(|a, b| a.name.cmp(&b.name));
    for (ty, names) in params {
        let Some(ty) = Type::parse(&ty) else {
            return Err(LoadError(format!("unknown type `{ty}`")));
        };
        schema.event_params.extend(names.split_whitespace().map(|name| (name.to_owned(), ty)));
    }
    Ok(())
}

fn finish(schema: Schema) -> Result<Schema, LoadError> {
    let mut names: Vec<&str> = schema.fields.iter().map(|field| field.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(LoadError(format!("field `{}` is listed twice", pair[0]))),
        None => Ok(schema),
    }
}
