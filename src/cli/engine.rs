//! Plugins and engine version: the one place where flags and rulec.toml become options of the analysis.

use super::Failure;
use super::args::Load;
use super::settings::Settings;
use crate::analysis::Options;
use crate::config::{Problem, Setting};
use crate::lint::meta::INVALID_CONFIG;
use crate::schema::PluginSet;
use crate::sema::requirements::Version;
use crate::sema::world::{ENGINE_VERSION, World};
use std::sync::Arc;

/// The options for an analysis; flags count more than rulec.toml. What is wrong in a flag is a
/// failure, what is wrong in rulec.toml a finding there.
pub fn options(args: &Load, settings: &mut Settings) -> Result<Options, Failure> {
    let config = &settings.config;
    let mut problems = Vec::new();
    let plugins = if args.plugins.is_empty() {
        let usable = |all: &Vec<Setting>| usable(all, plugin, &mut problems);
        config.plugins.as_ref().map(usable)
    } else {
        plugin_set(&args.plugins)?;
        Some(args.plugins.clone())
    };
    let engine_version = match &args.engine_version {
        Some(text) => {
            engine_version(text).map_err(|reason| Failure::new(format!("--engine-version: {reason}")))?;
            Some(text.clone())
        }
        None => usable(config.engine_version.as_slice(), engine_version, &mut problems).pop(),
    };
    settings.problems.extend(problems);
    let plugins = match plugins {
        Some(plugins) => plugin_set(&plugins)?,
        None => PluginSet::default(),
    };
    let engine_version = engine_version.as_deref().and_then(Version::parse).unwrap_or(ENGINE_VERSION);
    let known_events = Arc::new(settings.config.known_events.clone());
    let world = World { engine_version, plugins: Arc::new(plugins), known_events };
    Ok(Options { world, ..Options::default() })
}

/// The plugins of the flag; those rulec takes for granted without it.
pub fn plugin_set(flag: &[String]) -> Result<PluginSet, Failure> {
    if flag.is_empty() {
        return Ok(PluginSet::default());
    }
    PluginSet::parse(&flag.join(",")).map_err(|error| Failure::new(format!("--plugins: {error}")))
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
