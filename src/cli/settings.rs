//! The `rulec.toml` of a command.

use super::Failure;
use super::args::Load;
use crate::files::falco::{self, Configured};
use crate::files::settings::{find, read};
use crate::files::walk::directories;
use std::path::{Path, PathBuf};

pub use crate::files::settings::Settings;

/// Reads the file of `--config`, or the nearest one above the first path or the current directory. Flags override it.
pub fn load(args: &Load) -> Result<Settings, Failure> {
    let mut settings = match path(args) {
        Some(path) => read(&path)?,
        None => Settings::default(),
    };
    settings.config.no_ignore |= args.no_ignore;
    Ok(settings)
}

fn path(args: &Load) -> Option<PathBuf> {
    if args.no_config {
        return None;
    }
    let first = match args.paths.first().map(|path| path.as_path()) {
        None => Path::new("."),
        Some(path) if path == Path::new("-") => {
            args.stdin_filename.as_deref().map_or(Path::new("."), Path::new)
        }
        Some(path) => path,
    };
    args.config.clone().or_else(|| find(first))
}

/// All paths that a command reads: its own or those of `rulec.toml` or a `falco.yaml`, these files, and `more`. Directories
/// come with all directories that are searched below them.
pub fn watched(args: &Load, more: &[PathBuf]) -> Vec<PathBuf> {
    // An unreadable `rulec.toml` can be repaired while the command watches.
    let settings = load(args).unwrap_or_default();
    let mut paths = match &args.falco_config {
        Some(path) => falco::configuration(path).map(|all| named(&all)).unwrap_or_default(),
        None if args.paths.is_empty() => settings.default_roots(),
        None => args.paths.clone(),
    };
    paths.extend_from_slice(more);
    let below: Vec<PathBuf> = paths.iter().flat_map(|path| directories(path, &settings)).collect();
    paths.extend(below);
    paths.extend(args.falco_config.clone());
    let schemas = args.schema.iter().map(|schema| schema.split_once('=').map_or(&**schema, |(_, file)| file));
    paths.extend(schemas.map(PathBuf::from));
    paths.extend(settings.file.map(|(name, _)| PathBuf::from(name)));
    paths.extend(args.config.clone());
    paths
}

/// The files that a falco.yaml includes, and the rules files and directories that it names.
fn named(all: &Configured) -> Vec<PathBuf> {
    let rules = all.config.rules_files.iter().flatten().map(|file| PathBuf::from(&file.value));
    all.paths.iter().flatten().cloned().chain(rules).collect()
}
