//! All files, open in the editor or on disk, as sets that load together.
//!
//! Each root is a set of all rules files that `rulec check` would load there. A file outside of all roots is a set of
//! its own. The editor's text of an open file takes precedence.

use super::background;
use super::position::Encoding;
use super::set::{FileSet, FileSetKind, SetFile, is_rules, read, shown};
use super::settings::ClientSettings;
use super::text::{self, Edit};
use crate::files::settings::{self, Settings};
use crate::files::{self, Failure};
use crate::ide::doc::Doc;
use crate::render::uri;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// All sets.
#[derive(Debug, Default)]
pub struct Workspace {
    /// The sets, roots first.
    pub sets: Vec<FileSet>,
    /// True if files appeared or disappeared, or a rulec.toml changed.
    pub is_rearranged: bool,
    /// Messages about what could not be read or used.
    pub complaints: Vec<String>,
    asked: ClientSettings,
    roots: Vec<PathBuf>,
    next: u32,
    by_uri: HashMap<String, FileIndex>,
}

/// The indices of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileIndex {
    /// Index of the set.
    pub set: usize,
    /// Index of the file in it.
    pub file: usize,
}

impl Workspace {
    /// A workspace of these roots with the client's settings. Reads the disk.
    pub fn load(&mut self, roots: Vec<PathBuf>, asked: ClientSettings) {
        self.roots = roots.iter().map(|root| files::normal(root)).collect();
        self.asked = asked;
        self.reload();
    }

    /// The roots.
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// Reads the disk again. Open files keep their text.
    pub fn reload(&mut self) {
        let old = std::mem::take(&mut self.sets);
        let ids: HashMap<PathBuf, u32> = old
            .iter()
            .filter_map(|set| match &set.kind {
                FileSetKind::Root(root) => Some((root.clone(), set.id)),
                _ => None,
            })
            .collect();
        let (open, closed): (Vec<SetFile>, Vec<SetFile>) =
            old.into_iter().flat_map(|set| set.files).partition(|file| file.version.is_some());
        let mut known: HashMap<PathBuf, SetFile> = closed
            .into_iter()
            .chain(open.clone())
            .filter_map(|file| Some((file.path.clone()?, file)))
            .collect();
        for root in self.roots.clone() {
            let id = ids.get(&root).copied();
            let set = self.root(root, id, &mut known, &open);
            self.sets.push(set);
        }
        self.index();
        for file in open {
            if self.find(&file.uri).is_none() {
                self.place(file);
            }
        }
        self.index();
    }

    /// The set of a root, from disk and from the known files.
    fn root(
        &mut self,
        root: PathBuf,
        id: Option<u32>,
        known: &mut HashMap<PathBuf, SetFile>,
        open: &[SetFile],
    ) -> FileSet {
        let config = self.config(&root, open);
        let places = match config.config.rules.is_empty() {
            true => vec![root.clone()],
            false => config.default_roots().iter().map(|place| files::normal(place)).collect(),
        };
        let mut set = self.set(FileSetKind::Root(root.clone()), config);
        set.id = id.unwrap_or(set.id);
        let mut seen = HashSet::new();
        for place in &places {
            let found: Vec<_> = match place.is_dir() {
                true => files::walk::yaml_files(place, &set.config).collect(),
                false => vec![Ok(place.clone())],
            };
            for path in found {
                match path {
                    Ok(path) if files::is_test(&path) => set.test_files.push(path),
                    Ok(path) if files::is_something_else(&path) => {}
                    Ok(path) => {
                        let is_named = path == *place;
                        if let Some(file) = read(&path, is_named, &root, known)
                            && seen.insert(std::fs::canonicalize(&path).unwrap_or(path))
                        {
                            set.files.push(file);
                        }
                    }
                    Err(Failure(message)) => self.complaints.push(message),
                }
            }
        }
        set.places = places;
        set.tests = Arc::new(background::tests(&set.test_files, &background::open_texts(open.iter())));
        set
    }

    /// The set of one file outside of all roots.
    fn single(&mut self, file: SetFile) {
        let start = file.path.clone().or_else(|| self.roots.first().cloned());
        let config = start.map_or_else(Settings::default, |start| self.config(&start, &[]));
        let kind = if is_rules(&file) { FileSetKind::Single } else { FileSetKind::Other };
        let mut set = self.set(kind, config);
        set.files.push(file);
        self.sets.push(set);
    }

    fn set(&mut self, kind: FileSetKind, mut config: Settings) -> FileSet {
        self.next += 1;
        let settings = Arc::new(self.asked.settings(&mut config, &mut self.complaints));
        FileSet {
            id: self.next,
            kind,
            files: Vec::new(),
            config,
            settings,
            is_stale: true,
            test_files: Vec::new(),
            tests: Arc::default(),
            controls: None,
            wants_controls: true,
            places: Vec::new(),
        }
    }

    /// The rulec.toml that applies to a path, with the editor's text.
    fn config(&mut self, start: &Path, open: &[SetFile]) -> Settings {
        let asked = self.asked.config.as_ref().map(|path| match self.roots.first() {
            Some(root) => root.join(path),
            None => PathBuf::from(path),
        });
        let Some(path) = asked.or_else(|| settings::find(start)) else { return Settings::default() };
        let path = files::normal(&path);
        let is_it = |file: &&SetFile| file.path.as_ref() == Some(&path);
        let mut all = open.iter().chain(self.sets.iter().flat_map(|set| &set.files));
        if let Some(file) = all.find(|file| is_it(file) && file.version.is_some()) {
            return settings::of(&path, file.doc.text());
        }
        settings::read(&path).unwrap_or_else(|Failure(message)| {
            self.complaints.push(message);
            Settings::default()
        })
    }

    /// The indices of a file.
    pub fn find(&self, uri: &str) -> Option<FileIndex> {
        if let Some(at) = self.by_uri.get(uri) {
            return Some(*at);
        }
        // The same file may have another URI.
        let path = files::normal(&uri::to_path(uri)?);
        self.by_uri.get(&uri::of_path(&path)).copied()
    }

    /// Rebuilds the indices; required after files were added, removed or renamed.
    fn index(&mut self) {
        self.is_rearranged = true;
        self.by_uri.clear();
        for (set, files) in self.sets.iter().enumerate() {
            for (file, named) in files.files.iter().enumerate() {
                self.by_uri.insert(named.uri.clone(), FileIndex { set, file });
                if let Some(path) = &named.path {
                    self.by_uri.insert(uri::of_path(path), FileIndex { set, file });
                }
            }
        }
    }

    /// The file at these indices.
    pub fn file(&self, at: FileIndex) -> &SetFile {
        &self.sets[at.set].files[at.file]
    }

    /// Handles the opening of a file.
    pub fn open(&mut self, uri: &str, version: i32, text: &str) {
        if let Some(at) = self.find(uri) {
            let set = &mut self.sets[at.set];
            let file = &mut set.files[at.file];
            text::replace(&mut file.doc, text);
            (file.uri, file.version, file.invalid) = (uri.to_owned(), Some(version), None);
            set.is_stale = true;
            return self.index();
        }
        let path = uri::to_path(uri).map(|path| files::normal(&path));
        let name = path.as_ref().map_or_else(|| uri.to_owned(), |path| self.name(path));
        let doc = Arc::new(Doc::new(name, text));
        self.place(SetFile { uri: uri.to_owned(), path, version: Some(version), doc, invalid: None });
    }

    /// Adds a set for a file that is in none.
    fn place(&mut self, file: SetFile) {
        let wanted = |path: &PathBuf| !files::is_something_else(path) && is_rules(&file);
        if let Some(path) = file.path.clone().filter(wanted)
            && let Some(set) = self.sets.iter_mut().find(|set| set.rank(&path).is_some())
        {
            set.insert(file);
        } else {
            self.single(file);
        }
        self.index();
    }

    /// Handles a change of a file.
    pub fn change(&mut self, uri: &str, version: i32, edits: &[Edit], encoding: Encoding) {
        let Some(at) = self.find(uri) else { return };
        let set = &mut self.sets[at.set];
        let file = &mut set.files[at.file];
        text::change(&mut file.doc, edits, encoding);
        file.version = Some(version);
        set.is_stale = true;
        if set.kind == FileSetKind::Other && is_rules(&set.files[at.file]) {
            let file = self.sets.remove(at.set).files.remove(at.file);
            self.place(file);
        }
        self.config_changed(uri);
    }

    /// Applies a changed rulec.toml at once; the files it names are read when it is saved.
    fn config_changed(&mut self, uri: &str) {
        let Some(at) = self.find(uri) else { return };
        let file = self.file(at).clone();
        let is_its = |set: &FileSet| match (&set.config.file, &file.path) {
            (Some((name, _)), Some(path)) => Path::new(name) == path,
            _ => false,
        };
        for set in self.sets.iter_mut().filter(|set| is_its(set)) {
            let Some(path) = &file.path else { continue };
            self.is_rearranged = true;
            set.config = settings::of(path, file.doc.text());
            set.settings = Arc::new(self.asked.settings(&mut set.config, &mut self.complaints));
            set.is_stale = true;
        }
    }

    /// Handles the closing of a file: the text on disk applies again.
    pub fn close(&mut self, uri: &str) {
        let Some(at) = self.find(uri) else { return };
        let file = self.sets[at.set].files.remove(at.file);
        self.sets[at.set].is_stale = true;
        if !matches!(self.sets[at.set].kind, FileSetKind::Root(_)) {
            self.sets.remove(at.set);
        }
        self.index();
        if let Some(path) = &file.path {
            let known = HashMap::from([(path.clone(), SetFile { version: None, ..file.clone() })]);
            self.take_from_disk(path, known);
        }
    }

    /// Handles a change of a file on disk.
    pub fn touched(&mut self, path: &Path) {
        let path = files::normal(path);
        if files::is_test(&path) {
            return self.test_touched(&path);
        }
        let at = self.find(&uri::of_path(&path));
        if at.is_some_and(|at| self.file(at).version.is_some()) {
            return;
        }
        let known = at.map(|at| {
            self.sets[at.set].is_stale = true;
            self.sets[at.set].files.remove(at.file)
        });
        self.index();
        self.take_from_disk(&path, known.map(|file| (path.clone(), file)).into_iter().collect());
    }

    /// Handles the saving of a file, which may change controls and tests.
    pub fn saved(&mut self, uri: &str) {
        let Some(at) = self.find(uri) else { return };
        self.sets[at.set].wants_controls = true;
        if self.file(at).path.as_deref().is_some_and(files::is_test) {
            self.read_tests();
        }
    }

    fn read_tests(&mut self) {
        let open = background::open_texts(self.sets.iter().flat_map(|set| &set.files));
        for set in &mut self.sets {
            set.tests = Arc::new(background::tests(&set.test_files, &open));
        }
    }

    /// Handles the appearance, change or removal of a test file.
    fn test_touched(&mut self, path: &Path) {
        for set in &mut self.sets {
            set.test_files.retain(|known| known != path);
            if path.is_file() && set.rank(path).is_some() {
                set.test_files.push(path.to_owned());
            }
            set.test_files.sort();
        }
        self.read_tests();
    }

    /// Adds a file to its root, if it exists and belongs to one.
    fn take_from_disk(&mut self, path: &Path, mut known: HashMap<PathBuf, SetFile>) {
        if files::is_something_else(path) {
            return;
        }
        let Some(set) = self.sets.iter_mut().find(|set| set.rank(path).is_some()) else { return };
        let FileSetKind::Root(root) = set.kind.clone() else { return };
        let is_named = set.places.iter().any(|place| place == path);
        let Some(file) = read(path, is_named, &root, &mut known) else { return };
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        let is_it = |other: &SetFile| other.path.as_deref().is_some_and(|other| real(other) == real(path));
        if !set.files.iter().any(is_it) {
            set.insert(file);
        }
        self.index();
    }

    /// A path for display: relative to its root.
    fn name(&self, path: &Path) -> String {
        let root = self.roots.iter().find(|root| path.starts_with(root));
        shown(root.map(PathBuf::as_path), path)
    }
}
