//! The files that a `falco.yaml` names, found as Falco finds them.

use super::engine::known;
use super::{Failure, Loaded, unreadable};
use crate::config::falco::{self, FalcoConfig};
use crate::diag::Diagnostic;
use crate::embedded::NOT_CHECKED;
use crate::lint::meta::{INVALID_FALCO_CONFIG, SKIPPED_RULES_FILE};
use crate::schema::Plugin;
use crate::source::{FileId, SourceFile, SourceMap, Span, Spanned};
use std::fs;
use std::path::{Path, PathBuf};

/// A `falco.yaml` with the files that it includes.
#[derive(Debug, Default)]
pub struct Configured {
    /// Their settings, merged.
    pub config: FalcoConfig,
    /// The files. None of them is a rules file.
    pub sources: SourceMap,
    /// The path of each.
    pub paths: Vec<Option<PathBuf>>,
    /// Findings in them.
    pub findings: Vec<Diagnostic>,
}

/// Reads a `falco.yaml` and its `config_files`. Relative paths start at the current directory, as in Falco.
pub fn configuration(path: &Path) -> Result<Configured, Failure> {
    let mut all = Configured::default();
    all.config = all.read(path)?;
    for include in std::mem::take(&mut all.config.config_files) {
        let place = PathBuf::from(&include.path.value);
        // Falco ignores entries that do not exist.
        for file in if place.is_dir() { files_in(&place)? } else { vec![place] } {
            if file.is_file() {
                let other = all.read(&file)?;
                all.config.include(other, include.strategy);
            }
        }
    }
    Ok(all)
}

impl Configured {
    fn read(&mut self, path: &Path) -> Result<FalcoConfig, Failure> {
        let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
        if u32::try_from(bytes.len()).is_err() {
            return Err(Failure::new(format!("{} is larger than 4 GiB", path.display())));
        }
        let id = self.sources.add(SourceFile::from_bytes(path.to_string_lossy(), bytes));
        self.paths.push(Some(path.to_owned()));
        let (config, found) = falco::parse(id, self.sources.file(id));
        self.findings.extend(found);
        Ok(config)
    }
}

/// Reads the rules files of a `falco.yaml`, in its order and as often as it names them. `own` are plugins whose field
/// lists the user gave.
pub fn read(path: &Path, own: &[Plugin]) -> Result<Loaded, Failure> {
    let Configured { config, mut sources, mut paths, mut findings } = configuration(path)?;
    let (plugins, missing) = config.loaded_plugins();
    findings.extend(missing);
    for plugin in plugins.iter().filter(|plugin| known(&plugin.value, own).is_none()) {
        let message =
            format!("the fields of plugin `{}` are not known, so rules for it are not checked", plugin.value);
        let finding = Diagnostic::new(&NOT_CHECKED, plugin.span, message);
        findings.push(finding.help("give the list of its fields with `--schema`"));
    }
    let mut load: Vec<FileId> = Vec::new();
    let entries = config.rules_files.as_deref().unwrap_or_default();
    // An entry with a variable may exist where Falco runs.
    let is_unknown = findings.iter().any(|finding| finding.check == &NOT_CHECKED);
    if !is_unknown && !entries.iter().any(|entry| Path::new(&entry.value).exists()) {
        let span = entries.first().map_or(Span::default(), |entry| entry.span);
        let message = "there is no rules file, so Falco does not start";
        findings.push(Diagnostic::new(&INVALID_FALCO_CONFIG, span, message));
    }
    for entry in entries {
        let place = Path::new(&entry.value);
        let files = match (place.is_dir(), place.exists()) {
            (true, _) => files_in(place)?,
            (false, true) => vec![place.to_owned()],
            (false, false) => {
                findings.push(
                    skipped(entry, "does not exist")
                        .help("write an absolute path: Falco reads a relative one from where it is started"),
                );
                continue;
            }
        };
        let is_file = !place.is_dir();
        for file in files {
            if !is_yaml_to_falco(&file) {
                if is_file {
                    findings.push(skipped(entry, "does not end in `.yaml` or `.yml`"));
                }
                continue;
            }
            let bytes = fs::read(&file).map_err(|error| unreadable(&file, &error))?;
            if u32::try_from(bytes.len()).is_err() {
                return Err(Failure::new(format!("{} is larger than 4 GiB", file.display())));
            }
            load.push(sources.add(SourceFile::from_bytes(file.to_string_lossy(), bytes)));
            paths.push(Some(file));
        }
    }
    sources.set_load(load);
    Ok(Loaded { sources, paths, findings, ..Loaded::default() })
}

fn skipped(entry: &Spanned<String>, why: &str) -> Diagnostic {
    Diagnostic::new(&SKIPPED_RULES_FILE, entry.span, format!("Falco ignores `{}`: it {why}", entry.value))
}

/// The files directly in a directory, in order of their names.
fn files_in(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(|error| unreadable(directory, &error))? {
        let path = entry.map_err(|error| unreadable(directory, &error))?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    Ok(files)
}

/// True for the names of YAML files by Falco's rule, which is case-sensitive.
fn is_yaml_to_falco(path: &Path) -> bool {
    let name = path.to_string_lossy();
    name.ends_with(".yaml") || name.ends_with(".yml")
}
