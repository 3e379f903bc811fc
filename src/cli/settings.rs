//! The rulec.toml that counts for a command.

use super::Failure;
use super::args::Load;
use crate::files::settings::{find, read};
use std::path::Path;

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
