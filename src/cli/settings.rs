//! The rulec.toml that counts for a command.

use super::Failure;
use super::args::Load;
use crate::files::settings::{find, read};
use std::path::{Path, PathBuf};

pub use crate::files::settings::Settings;

/// That of `--config`, else the one above the first path, or above the current directory.
pub fn load(args: &Load) -> Result<Settings, Failure> {
    if args.no_config {
        return Ok(Settings::default());
    }
    let first = match args.paths.first().map(|path| path.as_path()) {
        None => Path::new("."),
        Some(path) if path == Path::new("-") => {
            args.stdin_filename.as_deref().map_or(Path::new("."), Path::new)
        }
        Some(path) => path,
    };
    args.config.clone().or_else(|| find(first)).map_or_else(|| Ok(Settings::default()), |path| read(&path))
}

/// What a command reads: its paths, or what rulec.toml names in their stead, and rulec.toml.
pub fn watched(args: &Load) -> Vec<PathBuf> {
    // A rulec.toml that cannot be read now may be mended.
    let settings = load(args).unwrap_or_default();
    let mut paths = if args.paths.is_empty() { settings.default_roots() } else { args.paths.clone() };
    paths.extend(settings.file.map(|(name, _)| PathBuf::from(name)));
    paths.extend(args.config.clone());
    paths
}
