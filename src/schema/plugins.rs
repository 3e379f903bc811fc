//! Which plugins are taken as loaded, and so which sources and fields there are.

use super::classes::{Class, ClassKind, SourceFields, SourceId};
use super::field::{EventType, Schema};
use super::load::{self, LoadError};
use crate::bundled;
use crate::nearest::nearest;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// The source that is always there.
pub const SYSCALL: &str = "syscall";

/// A plugin that is taken as loaded.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// Name, such as `cloudtrail`.
    pub name: String,
    /// Version, such as `0.17.1`.
    pub version: String,
    /// Event source it produces.
    pub source: Option<String>,
    /// Event sources it declares to read. If empty: its own, or every source if it has none.
    pub extract_sources: Vec<String>,
    fields: FieldList,
}

#[derive(Clone, Debug)]
enum FieldList {
    Bundled(usize),
    Own(Arc<Schema>),
}

impl Plugin {
    /// A plugin with a field list that the user gave.
    pub fn new(name: &str, version: &str, schema: Schema) -> Plugin {
        Plugin {
            name: name.to_owned(),
            version: version.to_owned(),
            source: schema.source.clone(),
            extract_sources: schema.extract_sources.clone(),
            fields: FieldList::Own(Arc::new(schema)),
        }
    }

    /// Its field list.
    pub fn schema(&self) -> Arc<Schema> {
        match &self.fields {
            FieldList::Bundled(at) => bundled_schema(*at),
            FieldList::Own(schema) => Arc::clone(schema),
        }
    }

    /// True if its fields can be used in rules of `source`.
    pub fn reads(&self, source: &str) -> bool {
        match (self.extract_sources.is_empty(), &self.source) {
            (false, _) => self.extract_sources.iter().any(|other| other == source),
            (true, Some(own)) => own == source,
            (true, None) => true,
        }
    }
}

/// What is wrong with a list of plugins: lower case, no full stop, names in backticks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PluginSetError {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for PluginSetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "; {help}"))
    }
}

impl std::error::Error for PluginSetError {}

/// The plugins that are taken as loaded, in load order.
#[derive(Clone, Debug)]
pub struct PluginSet {
    plugins: Vec<Plugin>,
    sources: Vec<(String, OnceLock<SourceFields>)>,
}

impl Default for PluginSet {
    /// All bundled plugins at their bundled versions.
    fn default() -> PluginSet {
        PluginSet::new(bundled_plugins().to_vec())
    }
}

impl PluginSet {
    /// These plugins, in load order.
    pub fn new(plugins: Vec<Plugin>) -> PluginSet {
        let mut names = vec![SYSCALL];
        for source in plugins.iter().filter_map(|plugin| plugin.source.as_deref()) {
            if !names.contains(&source) {
                names.push(source);
            }
        }
        let sources = names.into_iter().map(|name| (name.to_owned(), OnceLock::new())).collect();
        PluginSet { plugins, sources }
    }

    /// Bundled plugins by name, `NAME[@VERSION]` separated by commas; nothing at all stands for no plugin.
    pub fn parse(text: &str) -> Result<PluginSet, PluginSetError> {
        let mut plugins: Vec<Plugin> = Vec::new();
        for entry in text.split(',').map(str::trim).filter(|_| !text.trim().is_empty()) {
            let (name, version) = match entry.split_once('@') {
                Some((name, version)) => (name.trim(), Some(version.trim())),
                None => (entry, None),
            };
            let Some(known) = bundled_plugins().iter().find(|plugin| plugin.name == name) else {
                return Err(unknown_plugin(name));
            };
            if plugins.iter().any(|plugin| plugin.name == name) {
                let message = format!("plugin `{name}` is given twice");
                return Err(PluginSetError { message, help: None });
            }
            let mut plugin = known.clone();
            if let Some(version) = version {
                if !is_version(version) {
                    let message = format!("`{version}` is not a version of plugin `{name}`");
                    let help = Some(format!("write three numbers, as in `{name}@{}`", known.version));
                    return Err(PluginSetError { message, help });
                }
                plugin.version = version.to_owned();
            }
            plugins.push(plugin);
        }
        Ok(PluginSet::new(plugins))
    }

    /// The same plugins and one more, which replaces one of the same name.
    pub fn with(&self, plugin: Plugin) -> PluginSet {
        let mut plugins = self.plugins.clone();
        match plugins.iter_mut().find(|other| other.name == plugin.name) {
            Some(other) => *other = plugin,
            None => plugins.push(plugin),
        }
        PluginSet::new(plugins)
    }

    /// The plugins, in load order.
    pub fn plugins(&self) -> &[Plugin] {
        &self.plugins
    }

    /// The event sources that rules can have, `syscall` first.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|(name, _)| name.as_str())
    }

    /// The version at which this plugin is taken as loaded.
    pub fn version_of(&self, name: &str) -> Option<&str> {
        self.plugins.iter().find(|plugin| plugin.name == name).map(|plugin| plugin.version.as_str())
    }

    /// The fields of a source, or `None` if no loaded plugin produces it.
    pub fn classes(&self, source: &str) -> Option<&SourceFields> {
        let at = self.sources.iter().position(|(name, _)| name == source)?;
        let (name, fields) = &self.sources[at];
        Some(fields.get_or_init(|| {
            let mut classes = Class::of(&generic_schema(), ClassKind::Generic);
            if name == SYSCALL {
                classes.extend(Class::of(&syscall_schema(), ClassKind::Builtin));
            }
            for plugin in self.plugins.iter().filter(|plugin| plugin.reads(name)) {
                classes.extend(Class::of(&plugin.schema(), ClassKind::Plugin));
            }
            SourceFields::new(SourceId::nth(at), classes)
        }))
    }

    /// The sources that have a field of this name; an argument in brackets is ignored.
    pub fn sources_with(&self, field: &str) -> Vec<&str> {
        let name = field.split('[').next().unwrap_or_default();
        self.sources()
            .filter(|source| self.classes(source).is_some_and(|fields| fields.field(name).is_some()))
            .collect()
    }
}

/// The plugins whose field lists are bundled.
pub fn bundled_plugins() -> &'static [Plugin] {
    static PLUGINS: OnceLock<Vec<Plugin>> = OnceLock::new();
    PLUGINS.get_or_init(|| {
        let heads = bundled::PLUGIN_SCHEMAS.iter().enumerate().filter_map(|(at, text)| {
            let head = load::head(text).ok()?;
            let plugin = head.plugin?;
            Some(Plugin {
                name: plugin.name,
                version: plugin.version,
                source: head.source,
                extract_sources: head.extract_sources,
                fields: FieldList::Bundled(at),
            })
        });
        heads.collect()
    })
}

/// Every name that `evt.type` accepts, sorted.
pub fn event_types() -> &'static [EventType] {
    static TYPES: OnceLock<Arc<Schema>> = OnceLock::new();
    &TYPES.get_or_init(syscall_schema).event_types
}

/// The event type of this name.
pub fn event_type(name: &str) -> Option<&'static EventType> {
    let types = event_types();
    types.binary_search_by(|event| event.name.as_str().cmp(name)).ok().map(|at| &types[at])
}

fn generic_schema() -> Arc<Schema> {
    static SCHEMA: OnceLock<Arc<Schema>> = OnceLock::new();
    Arc::clone(SCHEMA.get_or_init(|| parse_bundled(bundled::GENERIC_SCHEMA)))
}

fn syscall_schema() -> Arc<Schema> {
    static SCHEMA: OnceLock<Arc<Schema>> = OnceLock::new();
    Arc::clone(SCHEMA.get_or_init(|| parse_bundled(bundled::SYSCALL_SCHEMA)))
}

fn bundled_schema(at: usize) -> Arc<Schema> {
    static SCHEMAS: [OnceLock<Arc<Schema>>; bundled::PLUGIN_SCHEMAS.len()] =
        [const { OnceLock::new() }; bundled::PLUGIN_SCHEMAS.len()];
    let parse = || parse_bundled(bundled::PLUGIN_SCHEMAS[at]);
    Arc::clone(SCHEMAS[at].get_or_init(parse))
}

/// A bundled file always parses, which a test sees to; should it not, its fields are unknown.
fn parse_bundled(text: &str) -> Arc<Schema> {
    Arc::new(Schema::parse(text).unwrap_or_else(|LoadError(_)| Schema::default()))
}

/// Falco's `x.y.z`, with whatever a pre-release or build adds.
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = core.split('.').collect();
    parts.len() == 3
        && parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()) && part.parse::<u32>().is_ok())
}

fn unknown_plugin(name: &str) -> PluginSetError {
    let plugins = bundled_plugins();
    let known: Vec<&str> = plugins.iter().map(|plugin| plugin.name.as_str()).collect();
    let list = format!("known plugins are {}", known.join(", "));
    if name.is_empty() {
        return PluginSetError { message: "a plugin name is missing".to_owned(), help: Some(list) };
    }
    // A source is easily taken for its plugin.
    let same_source = plugins.iter().find(|plugin| plugin.source.as_deref() == Some(name));
    let meant = same_source.or_else(|| {
        let near = nearest(name, known.iter().copied())?;
        plugins.iter().find(|plugin| plugin.name == near)
    });
    let help = match meant {
        Some(plugin) => format!("did you mean `{}`? {list}", plugin.name),
        None => list,
    };
    PluginSetError { message: format!("unknown plugin `{name}`"), help: Some(help) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "plugins_test.rs"]
mod tests;
