//! The rules files of a command: those of its paths, of `rulec.toml` or of a `falco.yaml`.

use super::args::Load;
use super::settings::Settings;
use super::{Failure, engine, files, output};
use crate::diag::Severity;
use crate::files::Loaded;
use crate::render::{self, Format, Report, Summary};

/// Reads the rules files. `as_given` reads them as Falco would.
pub fn read(load: &Load, settings: &Settings, as_given: bool) -> Result<Loaded, Failure> {
    if let Some(path) = &load.falco_config {
        return files::falco::read(path, &engine::own_plugins(load, settings)?);
    }
    let roots = if load.paths.is_empty() { settings.default_roots() } else { load.paths.clone() };
    let stdin_filename = load.stdin_filename.as_deref();
    let loaded = files::read(&roots, files::ReadOptions { stdin_filename, settings, as_given })?;
    if let Some(example) = &loaded.ignored {
        output::note(&files::ignored("rules", example));
    }
    Ok(loaded)
}

/// Reads the rules files for commands that use the rules. Findings in a `falco.yaml` are shown, and end the command if
/// Falco would not start.
pub fn sound(load: &Load, settings: &Settings) -> Result<Loaded, Failure> {
    let loaded = read(load, settings, false)?;
    tell(&loaded)?;
    Ok(loaded)
}

/// Shows the findings in a `falco.yaml`.
pub fn tell(loaded: &Loaded) -> Result<(), Failure> {
    if loaded.findings.is_empty() {
        return Ok(());
    }
    let (sources, diagnostics) = (&loaded.sources, &loaded.findings);
    let report = Report { sources, diagnostics, summary: Summary::default(), color: false, base: None };
    output::note(render::render(Format::Full, &report).trim_end());
    match diagnostics.iter().any(|found| found.severity == Severity::Error) {
        true => Err(Failure::new("Falco refuses this configuration")),
        false => Ok(()),
    }
}
