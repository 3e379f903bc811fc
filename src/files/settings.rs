//! Finds and reads `rulec.toml`.

use super::{Failure, normal, unreadable};
use crate::config::{self, Config, ConfigProblem};
use crate::source::{SourceFile, SourceMap};
use std::fs;
use std::path::{Path, PathBuf};

/// A `rulec.toml`, or the defaults without one.
#[derive(Debug, Default, Clone)]
pub struct Settings {
    /// Its settings.
    pub config: Config,
    /// Errors in it.
    pub problems: Vec<ConfigProblem>,
    /// Its name and text; `None` without a file.
    pub file: Option<(String, String)>,
    /// Its directory, absolute.
    directory: PathBuf,
}

impl Settings {
    /// True if a path in a directory is excluded.
    pub fn excludes(&self, path: &Path) -> bool {
        let path = normal(path);
        let Ok(inside) = path.strip_prefix(&self.directory) else { return false };
        self.config.exclude.matches(&inside.to_string_lossy().replace('\\', "/"))
    }

    /// The same settings with `no-ignore`.
    pub fn without_ignoring(&self) -> Settings {
        let mut settings = self.clone();
        settings.config.no_ignore = true;
        settings
    }

    /// The paths to read if none is given.
    pub fn default_roots(&self) -> Vec<PathBuf> {
        if self.config.rules.is_empty() {
            return vec![PathBuf::from(".")];
        }
        self.config.rules.iter().map(|root| self.beside(&root.value)).collect()
    }

    /// A path of the file, relative to it.
    pub fn beside(&self, path: &str) -> PathBuf {
        shown(&normal(&self.directory.join(path)))
    }

    /// Adds the file to the sources and returns its errors as findings.
    pub fn diagnostics(&self, sources: &mut SourceMap) -> Vec<crate::diag::Diagnostic> {
        let Some((name, text)) = &self.file else { return Vec::new() };
        if self.problems.is_empty() {
            return Vec::new();
        }
        let id = sources.add(SourceFile::new(name.as_str(), text.as_str()));
        self.problems.iter().map(|problem| problem.in_file(id)).collect()
    }
}

/// Reads a `rulec.toml`.
pub fn read(path: &Path) -> Result<Settings, Failure> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::new(format!("cannot read {}: it is not UTF-8", path.display())))?;
    Ok(of(path, text))
}

/// The settings of a `rulec.toml` with this text.
pub fn of(path: &Path, text: String) -> Settings {
    let (config, problems) = config::parse(&text);
    let directory = normal(path).parent().map(Path::to_owned).unwrap_or_default();
    let name = path.to_string_lossy().into_owned();
    Settings { config, problems, file: Some((name, text)), directory }
}

/// The nearest `rulec.toml` in this path or above it.
pub fn find(start: &Path) -> Option<PathBuf> {
    let start = normal(start);
    let found = start.ancestors().map(|above| above.join(config::FILE_NAME)).find(|path| path.is_file());
    found.map(|path| shown(&path))
}

/// The path relative to the current directory, if it is below that.
fn shown(path: &Path) -> PathBuf {
    let here = normal(Path::new("."));
    match path.strip_prefix(&here) {
        Ok(inside) if inside.as_os_str().is_empty() => PathBuf::from("."),
        Ok(inside) => inside.to_owned(),
        Err(_) => path.to_owned(),
    }
}
