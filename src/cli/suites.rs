//! Rules for tests: loaded once for each set of paths, and only whole.

use super::settings::Settings;
use super::{Failure, files, output};
use crate::analysis::{Inputs, Options, compile_rules};
use crate::diag::Severity;
use crate::render::{self, Format, Report, Summary};
use crate::testing::Suite;
use std::collections::HashMap;
use std::path::PathBuf;

/// The suites of a run.
#[derive(Debug)]
pub struct Suites<'a> {
    settings: &'a Settings,
    options: Options,
    loaded: HashMap<Vec<PathBuf>, usize>,
    suites: Vec<Suite>,
}

impl<'a> Suites<'a> {
    /// None yet.
    pub fn new(settings: &'a Settings, options: Options) -> Suites<'a> {
        Suites { settings, options, loaded: HashMap::new(), suites: Vec::new() }
    }

    /// The number of the suite of these rules files and directories.
    pub fn of(&mut self, roots: &[PathBuf]) -> Result<usize, Failure> {
        let key: Vec<PathBuf> = roots.iter().map(|root| files::normal(root)).collect();
        if let Some(&at) = self.loaded.get(&key) {
            return Ok(at);
        }
        self.suites.push(load(roots, self.settings, &self.options)?);
        let at = self.suites.len() - 1;
        self.loaded.insert(key, at);
        Ok(at)
    }

    /// All suites, by number.
    pub fn all(&self) -> &[Suite] {
        &self.suites
    }
}

fn load(roots: &[PathBuf], settings: &Settings, options: &Options) -> Result<Suite, Failure> {
    let loaded = files::read(roots, files::How { stdin_filename: None, settings, as_given: false })?;
    let shown: Vec<String> = roots.iter().map(|root| root.display().to_string()).collect();
    let shown = shown.join(", ");
    if loaded.paths.is_empty() {
        return Err(Failure::new(format!("there are no rules files in {shown}")));
    }
    let compiled = compile_rules(Inputs { sources: loaded.sources, options: options.clone() });
    let analysis = &compiled.analysis;
    let errors: Vec<_> =
        analysis.diagnostics.iter().filter(|found| found.severity == Severity::Error).cloned().collect();
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
