//! Plugins, engine version and benchmark: the one place where flags, editor settings and `rulec.toml` become options of
//! the analysis.

use super::settings::Settings;
use super::{Failure, falco, unreadable};
use crate::analysis::Options;
use crate::config::{ConfigProblem, Setting};
use crate::coverage::{Benchmark, Catalogue, Scope};
use crate::lint::meta::INVALID_CONFIG;
use crate::nearest::nearest;
use crate::schema::{Plugin, PluginSet, Schema, bundled_plugins};
use crate::sema::environment::{ENGINE_VERSION, Environment};
use crate::sema::requirements::Version;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// The plugins and the engine version that flags or an editor set; they win over `rulec.toml`.
#[derive(Debug, Default, Clone, Copy)]
pub struct EngineSettings<'a> {
    /// Each as `NAME` or `NAME@VERSION`; without any, those of `rulec.toml` count.
    pub plugins: &'a [String],
    /// The version; without it, that of `rulec.toml` counts.
    pub engine_version: Option<&'a str>,
    /// A `falco.yaml`, whose plugins count if none are set.
    pub falco_config: Option<&'a Path>,
    /// Field lists of other plugins, as `[SOURCE=]FILE`.
    pub schemas: &'a [String],
}

/// Why a setting of a flag or an editor cannot be used.
#[derive(Debug)]
pub enum SettingError {
    /// `plugins` names one that rulec does not know, or a version that is none.
    Plugins(String),
    /// `engine-version` is no version.
    EngineVersion(String),
    /// `schema` names a file that is no list of fields, or leaves its source open.
    Schema(String),
    /// A file that a setting names cannot be read.
    File(Failure),
}

impl SettingError {
    /// The setting at fault and what is wrong with it; without a name, what is wrong with a file.
    pub fn parts(&self) -> (Option<&'static str>, &str) {
        match self {
            SettingError::Plugins(reason) => (Some("plugins"), reason),
            SettingError::EngineVersion(reason) => (Some("engine-version"), reason),
            SettingError::Schema(reason) => (Some("schema"), reason),
            SettingError::File(Failure(reason)) => (None, reason),
        }
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            (Some(name), reason) => write!(f, "{name}: {reason}"),
            (None, reason) => f.write_str(reason),
        }
    }
}

impl From<Failure> for SettingError {
    fn from(failure: Failure) -> SettingError {
        SettingError::File(failure)
    }
}

/// The options for an analysis. An error in the flags is returned, an error in `rulec.toml` becomes a finding there.
pub fn options(asked: EngineSettings<'_>, settings: &mut Settings) -> Result<Options, SettingError> {
    let config = &settings.config;
    let mut problems = Vec::new();
    let plugins = if asked.plugins.is_empty() {
        let usable = |all: &Vec<Setting>| usable(all, plugin, &mut problems);
        config.plugins.as_ref().map(usable)
    } else {
        plugin_set(asked.plugins)?;
        Some(asked.plugins.to_vec())
    };
    let version = match asked.engine_version {
        Some(text) => {
            engine_version(text).map_err(SettingError::EngineVersion)?;
            Some(text.to_owned())
        }
        None => usable(config.engine_version.as_slice(), engine_version, &mut problems).pop(),
    };
    settings.problems.extend(problems);
    let (own, problems) = own_plugins(asked.schemas, settings)?;
    settings.problems.extend(problems);
    let configured = asked.falco_config.map(falco::configuration).transpose()?;
    let mut plugins = match (plugins, &configured) {
        (Some(plugins), None) => plugin_set(&plugins)?,
        (Some(plugins), Some(_)) if !asked.plugins.is_empty() => plugin_set(&plugins)?,
        (_, Some(configured)) => {
            let names = configured.config.loaded_plugins().0;
            PluginSet::new(names.iter().filter_map(|name| known(&name.value, &[])).collect())
        }
        (None, None) => PluginSet::default(),
    };
    for plugin in own {
        plugins = plugins.with(plugin);
    }
    let deployment = configured.map(|configured| configured.config.deployment()).unwrap_or_default();
    let engine_version = version.as_deref().and_then(Version::parse).unwrap_or(ENGINE_VERSION);
    let known_events = Arc::new(settings.config.known_events.clone());
    let environment = Environment {
        engine_version,
        plugins: Arc::new(plugins),
        known_events,
        deployment: Arc::new(deployment),
    };
    Ok(Options { environment, ..Options::default() })
}

/// The plugin of this name, if its fields are known.
pub fn known(name: &str, own: &[Plugin]) -> Option<Plugin> {
    own.iter().chain(bundled_plugins()).find(|plugin| plugin.name == name).cloned()
}

/// Plugins from the field lists that flags and `rulec.toml` name, and errors in `rulec.toml`.
pub fn own_plugins(
    asked: &[String],
    settings: &Settings,
) -> Result<(Vec<Plugin>, Vec<ConfigProblem>), SettingError> {
    let (mut plugins, mut problems) = (Vec::new(), Vec::new());
    for Setting { value, range } in &settings.config.schemas {
        let (source, path) = source_and_path(value);
        match schema(source, &settings.beside(path)) {
            Ok(plugin) => plugins.push(plugin),
            Err(error) => {
                let message = error.to_string();
                problems.push(ConfigProblem {
                    check: &INVALID_CONFIG,
                    range: range.clone(),
                    message,
                    help: None,
                });
            }
        }
    }
    for asked in asked {
        let (source, path) = source_and_path(asked);
        plugins.push(schema(source, Path::new(path))?);
    }
    Ok((plugins, problems))
}

/// Splits `[SOURCE=]FILE`. A path can contain `=`; a source has neither dot nor slash.
fn source_and_path(text: &str) -> (Option<&str>, &str) {
    match text.split_once('=') {
        Some((source, path)) if !source.is_empty() && !source.contains(['/', '\\', '.']) => {
            (Some(source), path)
        }
        _ => (None, text),
    }
}

fn schema(source: Option<&str>, path: &Path) -> Result<Plugin, SettingError> {
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let path = path.display();
    let mut schema = Schema::parse(&text)
        .map_err(|error| SettingError::Schema(format!("{path} is no list of fields: {error}")))?;
    if let Some(source) = source {
        schema.source = Some(source.to_owned());
    }
    if schema.source.is_none() && schema.extract_sources.is_empty() {
        let message = format!("{path} does not say which source its fields are for; write SOURCE={path}");
        return Err(SettingError::Schema(message));
    }
    let (name, version) = match &schema.plugin {
        Some(plugin) => (plugin.name.clone(), plugin.version.clone()),
        None => (schema.source.clone().unwrap_or_default(), "0.0.0".to_owned()),
    };
    Ok(Plugin::new(&name, &version, schema))
}

/// The benchmark of `rulec.toml`. An unknown name becomes a finding there.
pub fn benchmark(settings: &mut Settings) -> Option<Benchmark> {
    let Setting { value, range } = settings.config.benchmark.clone()?;
    match bundled(Some(&value), Scope::Changes) {
        Ok(benchmark) => Some(benchmark),
        Err(Failure(message)) => {
            settings.problems.push(ConfigProblem { check: &INVALID_CONFIG, range, message, help: None });
            None
        }
    }
}

/// A benchmark that comes with rulec.
pub fn bundled(name: Option<&str>, scope: Scope) -> Result<Benchmark, Failure> {
    of_catalogue(&Catalogue::bundled().map_err(|problem| Failure::new(problem.to_string()))?, name, scope)
}

/// The benchmark of this name, or the newest one.
pub fn of_catalogue(catalogue: &Catalogue, name: Option<&str>, scope: Scope) -> Result<Benchmark, Failure> {
    let Some(version) = catalogue.version(name) else {
        let name = name.unwrap_or_default();
        let known: Vec<String> = catalogue.benchmarks().collect();
        // By distance, `cis-aws-3.0` is as near to 1.3.0 as to 3.0.0.
        let begins =
            known.iter().map(String::as_str).find(|known| !name.is_empty() && known.starts_with(name));
        let hint = match begins.or_else(|| nearest(name, known.iter().map(String::as_str))) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("there are {}", known.join(", ")),
        };
        return Err(Failure::new(format!("there is no benchmark named `{name}`; {hint}")));
    };
    Benchmark::new(catalogue, version, scope).map_err(|problem| Failure::new(problem.to_string()))
}

/// These plugins, or without any the bundled ones.
pub fn plugin_set(asked: &[String]) -> Result<PluginSet, SettingError> {
    if asked.is_empty() {
        return Ok(PluginSet::default());
    }
    PluginSet::parse(&asked.join(",")).map_err(|error| SettingError::Plugins(error.to_string()))
}

/// The settings that pass the test. The others become problems.
fn usable(
    settings: &[Setting],
    test: fn(&str) -> Result<(), String>,
    problems: &mut Vec<ConfigProblem>,
) -> Vec<String> {
    let mut usable = Vec::new();
    for Setting { value, range } in settings {
        match test(value) {
            Ok(()) => usable.push(value.clone()),
            Err(message) => {
                problems.push(ConfigProblem {
                    check: &INVALID_CONFIG,
                    range: range.clone(),
                    message,
                    help: None,
                });
                // A plugin with a bad version is still loaded: otherwise each of its rules would be a finding too.
                usable.extend(
                    value.split_once('@').map(|(name, _)| name.to_owned()).filter(|name| test(name).is_ok()),
                );
            }
        }
    }
    usable
}

/// Checks that this is a known plugin, as `NAME` or `NAME@VERSION`.
fn plugin(text: &str) -> Result<(), String> {
    PluginSet::parse(text).map(|_| ()).map_err(|error| error.to_string())
}

fn engine_version(text: &str) -> Result<(), String> {
    Version::exact(text).map(|_| ())
}
