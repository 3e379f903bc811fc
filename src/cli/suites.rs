//! Rules for tests: loaded once for each set of paths, and only whole.

use super::args::Load;
use super::settings::Settings;
use super::{Failure, files, inputs, output};
use crate::analysis::{Inputs, Options, compile_rules, errors};
use crate::render::{self, Format, Report, Summary};
use crate::testing::Suite;
use std::collections::HashMap;
use std::path::PathBuf;

/// The suites of a run.
#[derive(Debug)]
pub struct Suites<'a> {
    settings: &'a Settings,
    options: Options,
    falco_config: Option<PathBuf>,
    loaded: HashMap<Vec<PathBuf>, usize>,
    suites: Vec<Suite>,
}

impl<'a> Suites<'a> {
    /// None yet. With a falco.yaml, there is only its own.
    pub fn new(settings: &'a Settings, options: Options, load: &Load) -> Suites<'a> {
        let falco_config = load.falco_config.clone();
        Suites { settings, options, falco_config, loaded: HashMap::new(), suites: Vec::new() }
    }

    /// The number of the suite of these rules files and directories.
    pub fn of(&mut self, roots: &[PathBuf]) -> Result<usize, Failure> {
        let falco_config = self.falco_config.clone();
        let roots = if falco_config.is_some() { &[] } else { roots };
        let key: Vec<PathBuf> = roots.iter().map(|root| files::normal(root)).collect();
        if let Some(&at) = self.loaded.get(&key) {
            return Ok(at);
        }
        let paths = roots.to_vec();
        let wanted = Load { paths, falco_config, ..Load::default() };
        self.suites.push(load(&wanted, self.settings, &self.options)?);
        let at = self.suites.len() - 1;
        self.loaded.insert(key, at);
        Ok(at)
    }

    /// All suites, by number.
    pub fn all(&self) -> &[Suite] {
        &self.suites
    }
}

fn load(wanted: &Load, settings: &Settings, options: &Options) -> Result<Suite, Failure> {
    let loaded = inputs::sound(wanted, settings)?;
    let roots = wanted.paths.iter().chain(&wanted.falco_config);
    let shown: Vec<String> = roots.map(|root| root.display().to_string()).collect();
    let shown = shown.join(", ");
    if loaded.sources.is_empty() {
        return Err(Failure::new(format!("there are no rules files in {shown}")));
    }
    let mut compiled = compile_rules(Inputs { sources: loaded.sources, options: options.clone() });
    let errors = errors(&mut compiled.analysis);
    let analysis = &compiled.analysis;
    if !errors.is_empty() {
        let summary = Summary::default();
        let report =
            Report { sources: &analysis.sources, diagnostics: &errors, summary, color: false, base: None };
        output::note(render::render(Format::Full, &report).trim_end());
        return Err(Failure::new(format!("the rules of {shown} do not load")));
    }
    if let Some(large) = compiled.too_large.first() {
        return Err(Failure::new(format!("the condition of `{}` is too large to be tested", large.name)));
    }
    Ok(Suite::new(compiled))
}
