//! Files that load together, and their settings.

use super::text;
use crate::files;
use crate::files::settings::Settings;
use crate::files::walk::skips;
use crate::ide::controls::Controls;
use crate::ide::lens::Tests;
use crate::ide::{self, Snapshot, doc::Doc};
use crate::render::uri;
use crate::source::{InvalidUtf8, SourceFile};
use crate::syntax::sniff::looks_like_rules;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file of a set.
#[derive(Debug, Clone)]
pub struct SetFile {
    /// The client's URI of the file, or the one it would use.
    pub uri: String,
    /// Its path, if it exists on disk.
    pub path: Option<PathBuf>,
    /// The client's version, while the file is open.
    pub version: Option<i32>,
    /// The text.
    pub doc: Arc<Doc>,
    /// The offset at which the bytes on disk stop being UTF-8.
    pub invalid: Option<InvalidUtf8>,
}

/// Files that load together.
#[derive(Debug)]
pub struct FileSet {
    /// Stable while its files change.
    pub id: u32,
    /// What it is for.
    pub kind: FileSetKind,
    /// The files in load order.
    pub files: Vec<SetFile>,
    /// The rulec.toml that applies to them.
    pub config: Settings,
    /// The settings that apply to them.
    pub settings: Arc<ide::Settings>,
    /// True if it changed since the last analysis.
    pub is_stale: bool,
    /// Its test files.
    pub test_files: Vec<PathBuf>,
    /// The tests in them.
    pub tests: Arc<Tests>,
    /// The controls that its rules cover, as far as they are computed.
    pub controls: Option<Arc<Controls>>,
    /// True if the controls have to be computed again.
    pub wants_controls: bool,
    /// The directories and files that contain its rules.
    pub places: Vec<PathBuf>,
}

/// The origin of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileSetKind {
    /// A directory of the client's workspace.
    Root(PathBuf),
    /// One rules file.
    Single,
    /// One file without rules, at least for now.
    Other,
}

impl FileSet {
    /// A snapshot of the set.
    pub fn snapshot(&self) -> Snapshot {
        let docs = self.files.iter().map(|file| file.doc.clone()).collect();
        Snapshot { docs, settings: self.settings.clone() }
    }

    /// True if its findings are shown.
    pub fn has_rules(&self) -> bool {
        self.kind != FileSetKind::Other
    }

    /// True if it has rules, or the typed text begins like rules.
    pub fn may_have_rules(&self) -> bool {
        let begins = |file: &SetFile| {
            let text = file.doc.text();
            let mut lines = text.lines().map(|line| line.trim_start_matches(['\u{feff}', ' ', '\t']));
            let first = lines.find(|line| !line.is_empty() && !line.starts_with('#') && *line != "---");
            let is_something_else = file.path.as_deref().is_some_and(files::is_something_else);
            !is_something_else && first.is_none_or(|line| line.starts_with('-'))
        };
        self.has_rules() || self.files.iter().all(begins)
    }

    /// The position of a path in load order, if its file is loaded.
    pub fn rank(&self, path: &Path) -> Option<usize> {
        let is_below = |place: &Path| {
            path.starts_with(place) && files::is_yaml(path) && !skips(place, path, &self.config)
        };
        self.places.iter().position(|place| place == path || is_below(place))
    }

    /// Inserts a file at its position in load order.
    pub fn insert(&mut self, file: SetFile) {
        let key = |path: Option<&PathBuf>| path.and_then(|path| Some((self.rank(path)?, path.clone())));
        let own = key(file.path.as_ref());
        let at = self.files.partition_point(|other| key(other.path.as_ref()) < own);
        self.files.insert(at, file);
        self.is_stale = true;
    }
}

/// A path for display: relative to a root that contains it.
pub fn shown(root: Option<&Path>, path: &Path) -> String {
    let inside = root.and_then(|root| path.strip_prefix(root).ok()).unwrap_or(path);
    inside.to_string_lossy().into_owned()
}

/// True if the content looks like rules and the path is not of another known kind.
pub fn is_rules(file: &SetFile) -> bool {
    let is_something_else = file.path.as_deref().is_some_and(files::is_something_else);
    !is_something_else && looks_like_rules(&file.doc.text())
}

/// The file at a path, from the editor or from disk; `None` if it cannot be read or has no rules.
pub fn read(
    path: &Path,
    is_named: bool,
    root: &Path,
    known: &mut HashMap<PathBuf, SetFile>,
) -> Option<SetFile> {
    let old = known.remove(path);
    if let Some(file) = &old
        && file.version.is_some()
    {
        return (is_named || is_rules(file)).then(|| file.clone());
    }
    let bytes = std::fs::read(path).ok().filter(|bytes| u32::try_from(bytes.len()).is_ok())?;
    let source = SourceFile::from_bytes("", bytes);
    if !is_named && !looks_like_rules(&source.text) {
        return None;
    }
    let doc = match old {
        Some(SetFile { mut doc, .. }) => {
            text::replace(&mut doc, &source.text);
            doc
        }
        None => Arc::new(Doc::new(shown(Some(root), path), &source.text)),
    };
    let path = Some(path.to_owned());
    Some(SetFile {
        uri: uri::of_path(path.as_deref()?),
        path,
        version: None,
        doc,
        invalid: source.invalid_utf8,
    })
}
