//! Rules that load, for the commands that make something of them.

use super::args::Load;
use super::settings::{self, Settings};
use super::{Failure, engine, inputs, output};
use crate::analysis::{Compiled, Inputs, Options, compile_rules, errors, load_anyway};
use crate::diag::{Diagnostic, Severity};
use crate::render;
use crate::source::SourceMap;

/// Rules and how they were read.
pub struct Rules {
    /// The rules and the files they are in.
    pub compiled: Compiled,
    /// How they were read.
    pub options: Options,
    /// The rulec.toml that counted.
    pub settings: Settings,
}

/// Loads rules. `None` if there are errors, which were printed; `nothing` ends the sentence about them.
pub fn load(load: &Load, nothing: &str) -> Result<Option<Rules>, Failure> {
    let mut settings = settings::load(load)?;
    let loaded = inputs::sound(load, &settings)?;
    let options = engine::options(load, &mut settings)?;
    let mut compiled = compile_rules(Inputs { sources: loaded.sources, options: options.clone() });
    let mut sources = SourceMap::default();
    let mut config = settings.diagnostics(&mut sources);
    config.retain(|found| found.severity == Severity::Error);
    if !config.is_empty() {
        show(&sources, &config);
        output::note(&format!("error: the settings have errors, so {nothing}"));
        return Ok(None);
    }
    let errors = errors(&mut compiled.analysis);
    if !errors.is_empty() {
        let sources = &compiled.analysis.sources;
        show(sources, &errors);
        if !load_anyway(&errors, sources, &options) {
            output::note(&format!("error: the rules have errors, so {nothing}"));
            return Ok(None);
        }
    }
    if let Some(large) = compiled.too_large.first() {
        return Err(Failure::new(format!("the condition of rule `{}` is too large", large.name)));
    }
    Ok(Some(Rules { compiled, options, settings }))
}

/// Why Falco refuses to load the rules; empty if it loads them. Takes the diagnostics out of the analysis.
pub fn load_errors(compiled: &mut Compiled, options: &Options) -> Vec<Diagnostic> {
    let errors = errors(&mut compiled.analysis);
    match errors.is_empty() || load_anyway(&errors, &compiled.analysis.sources, options) {
        true => Vec::new(),
        false => errors,
    }
}

/// Prints diagnostics on standard error.
pub fn show(sources: &SourceMap, diagnostics: &[Diagnostic]) {
    let summary = render::Summary::default().count(sources, diagnostics);
    let report = render::Report { sources, diagnostics, summary, color: false, base: None };
    output::note(render::render(render::Format::Full, &report).trim_end());
}
