//! Searches directories. Hidden directories, `node_modules` and paths that git ignores are skipped by default; the path
//! where a search starts is always read.

use super::settings::Settings;
use super::{Failure, is_yaml, normal, unreadable};
use ignore::gitignore::Gitignore;
use ignore::{DirEntry, Error, Match, Walk, WalkBuilder};
use std::error::Error as _;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The YAML files below a directory, in order of their names.
pub fn yaml_files(root: &Path, settings: &Settings) -> impl Iterator<Item = Result<PathBuf, Failure>> {
    files_below(root, settings, is_yaml)
}

/// The files below a directory that have such names, in order of their names.
pub fn files_below(
    root: &Path,
    settings: &Settings,
    is_wanted: fn(&Path) -> bool,
) -> impl Iterator<Item = Result<PathBuf, Failure>> {
    walk(root, settings).filter_map(move |entry| match entry {
        Ok(entry) => {
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            (is_file && is_wanted(entry.path())).then(|| Ok(entry.into_path()))
        }
        Err(error) => failure(error, is_wanted).map(Err),
    })
}

/// A directory and all readable ones below it.
pub fn directories(root: &Path, settings: &Settings) -> impl Iterator<Item = PathBuf> {
    let entries = walk(root, settings).filter_map(Result::ok);
    entries.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir())).map(DirEntry::into_path)
}

/// True if a search from `root` skips this path below it. The path need not exist.
pub fn skips(root: &Path, path: &Path, settings: &Settings) -> bool {
    let (root, path) = (normal(root), normal(path));
    let Ok(inside) = path.strip_prefix(&root) else { return false };
    let is_skipped = |part: Component<'_>| skips_directory(Path::new(part.as_os_str()), settings);
    inside.parent().is_some_and(|above| above.components().any(is_skipped))
        || settings.excludes(&path)
        || (!settings.config.no_ignore && is_git_ignored(&path, false) && !is_git_ignored(&root, true))
}

fn walk(root: &Path, settings: &Settings) -> Walk {
    let is_git_used = !settings.config.no_ignore && !is_git_ignored(&normal(root), true);
    let settings = settings.clone();
    let is_wanted = move |entry: &DirEntry| {
        let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
        !(is_directory && skips_directory(entry.path(), &settings) || settings.excludes(entry.path()))
    };
    WalkBuilder::new(root)
        .standard_filters(false)
        .git_ignore(is_git_used)
        .parents(is_git_used)
        .follow_links(true)
        .sort_by_file_name(|a, b| a.cmp(b))
        .filter_entry(is_wanted)
        .build()
}

/// True for the names of skipped directories. `.git` is always skipped.
fn skips_directory(path: &Path, settings: &Settings) -> bool {
    let name = path.file_name().unwrap_or_default();
    let is_hidden = name.as_encoded_bytes().starts_with(b".");
    name == ".git" || (!settings.config.no_ignore && (is_hidden || name == "node_modules"))
}

/// True if a `.gitignore` of its repository excludes this absolute path or a directory above it. Personal
/// settings of git are ignored, so that everybody loads the same files.
fn is_git_ignored(path: &Path, is_directory: bool) -> bool {
    let above = path.ancestors().skip(1);
    let Some(top) = above.into_iter().find(|above| above.join(".git").exists()) else { return false };
    let mut place = top.to_owned();
    let mut ignores = Vec::new();
    for part in path.strip_prefix(top).unwrap_or(path) {
        let ignore = place.join(".gitignore");
        if ignore.is_file() {
            ignores.push(Gitignore::new(ignore).0);
        }
        place.push(part);
        let is_directory = is_directory || place != path;
        // The innermost file with a matching pattern decides.
        let decision = ignores.iter().rev().map(|ignore| ignore.matched(&place, is_directory));
        if let Some(Match::Ignore(_)) = decision.into_iter().find(|decision| !decision.is_none()) {
            return true;
        }
    }
    false
}

/// The failure to read an entry; `None` if the search can go on.
fn failure(error: Error, is_wanted: fn(&Path) -> bool) -> Option<Failure> {
    // An error without a depth is one in a `.gitignore`, which git ignores too.
    error.depth()?;
    let (path, error) = parts(error)?;
    if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink()) && !is_wanted(&path) {
        // A dangling link without a wanted name.
        return None;
    }
    // The message of the walker repeats the path.
    let reason = error.source().and_then(|inner| inner.downcast_ref()).unwrap_or(&error);
    Some(unreadable(&path, reason))
}

/// The path and the operating system's error; `None` for a link to a directory above, which is searched anyway.
fn parts(error: Error) -> Option<(PathBuf, io::Error)> {
    match error {
        Error::WithPath { path, err } => Some((path, err.into_io_error()?)),
        Error::WithDepth { err, .. } => parts(*err),
        _ => None,
    }
}
