//! Plugins, engine version and benchmark: the one place where what was asked for and rulec.toml become options of the
//! analysis.

use super::Failure;
use super::settings::Settings;
use crate::analysis::Options;
use crate::config::{Problem, Setting};
use crate::coverage::{Benchmark, Catalogue, Scope};
use crate::lint::{self, meta::INVALID_CONFIG};
use crate::schema::PluginSet;
use crate::sema::requirements::Version;
use crate::sema::world::{ENGINE_VERSION, World};
use std::sync::Arc;

/// The plugins and the engine version that were asked for, by flags or in an editor.
#[derive(Debug, Default, Clone, Copy)]
pub struct Asked<'a> {
    /// Each as `NAME` or `NAME@VERSION`; if there are none, those of rulec.toml count.
    pub plugins: &'a [String],
    /// The version; without it, that of rulec.toml counts.
    pub engine_version: Option<&'a str>,
}

/// The options for an analysis. What is wrong in what was asked for is a failure, what is wrong in rulec.toml a
/// finding there.
pub fn options(asked: Asked<'_>, settings: &mut Settings) -> Result<Options, Failure> {
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
            engine_version(text).map_err(|reason| Failure::new(format!("engine-version: {reason}")))?;
            Some(text.to_owned())
        }
        None => usable(config.engine_version.as_slice(), engine_version, &mut problems).pop(),
    };
    settings.problems.extend(problems);
    let plugins = match plugins {
        Some(plugins) => plugin_set(&plugins)?,
        None => PluginSet::default(),
    };
    let engine_version = version.as_deref().and_then(Version::parse).unwrap_or(ENGINE_VERSION);
    let known_events = Arc::new(settings.config.known_events.clone());
    let world = World { engine_version, plugins: Arc::new(plugins), known_events };
    Ok(Options { world, ..Options::default() })
}

/// The benchmark of rulec.toml. A wrong name there is a finding.
pub fn benchmark(settings: &mut Settings) -> Option<Benchmark> {
    let Setting { value, range } = settings.config.benchmark.clone()?;
    match bundled(Some(&value), Scope::Changes) {
        Ok(benchmark) => Some(benchmark),
        Err(Failure(message)) => {
            settings.problems.push(Problem { check: &INVALID_CONFIG, range, message, help: None });
            None
        }
    }
}

/// A benchmark that comes with rulec.
pub fn bundled(name: Option<&str>, scope: Scope) -> Result<Benchmark, Failure> {
    of_catalogue(&Catalogue::bundled().map_err(|problem| Failure::new(problem.to_string()))?, name, scope)
}

/// The benchmark of this name; without one, the newest.
pub fn of_catalogue(catalogue: &Catalogue, name: Option<&str>, scope: Scope) -> Result<Benchmark, Failure> {
    let Some(version) = catalogue.version(name) else {
        let name = name.unwrap_or_default();
        let known: Vec<String> = catalogue.benchmarks().collect();
        // `cis-aws-3.0` is as near to 1.3.0 as to 3.0.0.
        let begins =
            known.iter().map(String::as_str).find(|known| !name.is_empty() && known.starts_with(name));
        let hint = match begins.or_else(|| lint::nearest(name, known.iter().map(String::as_str))) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("there are {}", known.join(", ")),
        };
        return Err(Failure::new(format!("there is no benchmark named `{name}`; {hint}")));
    };
    Benchmark::new(catalogue, version, scope).map_err(|problem| Failure::new(problem.to_string()))
}

/// These plugins; those rulec takes for granted if there are none.
pub fn plugin_set(asked: &[String]) -> Result<PluginSet, Failure> {
    if asked.is_empty() {
        return Ok(PluginSet::default());
    }
    PluginSet::parse(&asked.join(",")).map_err(|error| Failure::new(format!("plugins: {error}")))
}

/// The settings that pass the test; the others become problems.
fn usable(
    settings: &[Setting],
    test: fn(&str) -> Result<(), String>,
    problems: &mut Vec<Problem>,
) -> Vec<String> {
    let mut usable = Vec::new();
    for Setting { value, range } in settings {
        match test(value) {
            Ok(()) => usable.push(value.clone()),
            Err(message) => {
                problems.push(Problem { check: &INVALID_CONFIG, range: range.clone(), message, help: None });
                // A plugin with a bad version is still wanted: without it, its rules would be complained about too.
                usable.extend(
                    value.split_once('@').map(|(name, _)| name.to_owned()).filter(|name| test(name).is_ok()),
                );
            }
        }
    }
    usable
}

/// Whether this is a plugin that rulec knows, as `NAME` or `NAME@VERSION`.
fn plugin(text: &str) -> Result<(), String> {
    PluginSet::parse(text).map(|_| ()).map_err(|error| error.to_string())
}

fn engine_version(text: &str) -> Result<(), String> {
    if is_version(text) { Ok(()) } else { Err(format!("`{text}` is not a version like `0.63.0`")) }
}

fn is_version(text: &str) -> bool {
    text.split('.').count() == 3 && text.split('.').all(|part| part.parse::<u32>().is_ok())
}
