//! The client's settings: the section `rulec` of its configuration.

use crate::config::{Level, Levels};
use crate::coverage::Scope;
use crate::files::Failure;
use crate::files::engine::{self, EngineSettings};
use crate::files::settings::Settings;
use crate::ide;
use crate::lint;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Client settings; `Default` means none were given.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientSettings {
    /// `config`: the rulec.toml to use instead of the one found above the files.
    pub config: Option<String>,
    /// `plugins`: replaces that of rulec.toml.
    pub plugins: Vec<String>,
    /// `engineVersion`: replaces that of rulec.toml.
    pub engine_version: Option<String>,
    /// `benchmark`: replaces that of rulec.toml.
    pub benchmark: Option<String>,
    /// `levels`: overrides those of rulec.toml.
    pub levels: Map<String, Value>,
    /// `maxDiagnostics`: the maximum number of findings reported for one file.
    pub max_diagnostics: usize,
    /// `codeLens.enable`.
    pub code_lens: bool,
    /// `inlayHints.enable`.
    pub inlay_hints: bool,
}

impl Default for ClientSettings {
    fn default() -> ClientSettings {
        ClientSettings {
            config: None,
            plugins: Vec::new(),
            engine_version: None,
            benchmark: None,
            levels: Map::new(),
            max_diagnostics: 1000,
            code_lens: true,
            inlay_hints: true,
        }
    }
}

impl ClientSettings {
    /// Reads the section. What cannot be used is left out and complained about.
    pub fn read(section: &Value, complaints: &mut Vec<String>) -> ClientSettings {
        let mut asked = ClientSettings::default();
        let Some(section) = section.as_object() else { return asked };
        for (key, value) in section.iter().filter(|(_, value)| !value.is_null()) {
            let is_read = match (key.as_str(), value) {
                ("config", Value::String(text)) => {
                    asked.config = Some(text.clone()).filter(|text| !text.is_empty());
                    true
                }
                ("plugins", Value::Array(all)) => {
                    asked.plugins = all.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
                    asked.plugins.len() == all.len()
                }
                ("engineVersion", Value::String(text)) => {
                    asked.engine_version = Some(text.clone()).filter(|text| !text.is_empty());
                    true
                }
                ("benchmark", Value::String(text)) => {
                    asked.benchmark = Some(text.clone()).filter(|text| !text.is_empty());
                    true
                }
                ("levels", Value::Object(levels)) => {
                    asked.levels = levels.clone();
                    true
                }
                ("maxDiagnostics", Value::Number(number)) => {
                    let number = number.as_u64().and_then(|number| usize::try_from(number).ok());
                    asked.max_diagnostics = number.unwrap_or(asked.max_diagnostics);
                    number.is_some()
                }
                ("codeLens", value) => switch(value, &mut asked.code_lens),
                ("inlayHints", value) => switch(value, &mut asked.inlay_hints),
                // The client's own affairs, such as where the program is.
                _ => true,
            };
            if !is_read {
                complaints.push(format!("the setting `rulec.{key}` cannot be {value}"));
            }
        }
        asked
    }

    /// What holds for the files of a rulec.toml; what is wrong in that is left there.
    pub fn settings(&self, config: &mut Settings, complaints: &mut Vec<String>) -> ide::Settings {
        let engine_version = self.engine_version.as_deref();
        let wanted = EngineSettings { plugins: &self.plugins, engine_version, ..EngineSettings::default() };
        let mut complain = |message: &str| complaints.push(format!("rulec: {message}"));
        let mut options = engine::options(wanted, config).unwrap_or_else(|error| {
            complain(&error.to_string());
            engine::options(EngineSettings::default(), config).unwrap_or_default()
        });
        let benchmark = match &self.benchmark {
            Some(name) => engine::bundled(Some(name), Scope::Changes)
                .map_err(|Failure(message)| complain(&message))
                .ok(),
            None => engine::benchmark(config),
        };
        options.benchmark = benchmark.map(Arc::new);
        let mut levels = config.config.levels.clone();
        levels.extend(&self.levels(complaints));
        ide::Settings { options, levels }
    }

    fn levels(&self, complaints: &mut Vec<String>) -> Levels {
        let mut levels = Levels::default();
        for (name, value) in &self.levels {
            match (lint::find(name), value.as_str().and_then(Level::parse)) {
                (Some(check), Some(level)) => levels.set(check, level),
                (None, _) => complaints.push(format!("`rulec.levels`: there is no check named `{name}`")),
                (_, None) => {
                    complaints.push(format!("`rulec.levels.{name}` is `allow`, `info`, `warn` or `deny`"))
                }
            }
        }
        levels
    }
}

/// Reads `{"enable": true}`, or the value alone.
fn switch(value: &Value, switch: &mut bool) -> bool {
    match value.get("enable").unwrap_or(value).as_bool() {
        Some(value) => {
            *switch = value;
            true
        }
        None => false,
    }
}
