//! Files on disk: rules files in load order, `rulec.toml`, `falco.yaml`, and the analysis options that follow from them.

pub mod engine;
pub mod falco;
pub mod settings;
pub mod walk;

use crate::config;
use crate::diag::Diagnostic;
use crate::embedded;
use crate::source::{SourceFile, SourceMap};
use crate::syntax::sniff::looks_like_rules;
use settings::Settings;
use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use walk::{files_below, yaml_files};

/// Why a command cannot go on, in words for the user.
#[derive(Debug)]
pub struct Failure(pub String);

impl Failure {
    /// A failure with this message.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure(message.into())
    }

    /// A failure of the operating system.
    pub fn io(what: &str, error: &std::io::Error) -> Failure {
        let reason = error.to_string();
        // The error number at the end repeats the words.
        let reason = reason.split(" (os error").next().unwrap_or_default();
        Failure(format!("{what}: {reason}"))
    }
}

/// The rules files that were read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The rules files, in load order.
    pub sources: SourceMap,
    /// Where each is on disk; `None` for standard input.
    pub paths: Vec<Option<PathBuf>>,
    /// Number of YAML files that are no rules files.
    pub skipped: usize,
    /// Findings in the `falco.yaml` that names them.
    pub findings: Vec<Diagnostic>,
    /// If there are no rules files: the first one in an ignored path.
    pub ignored: Option<String>,
}

/// Options of [`read`].
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions<'a> {
    /// Name of standard input.
    pub stdin_filename: Option<&'a str>,
    /// Settings that exclude paths in directories.
    pub settings: &'a Settings,
    /// Reads each file as often as it is given and under any name, as Falco does.
    pub as_given: bool,
}

/// Reads the files under `roots`.
pub fn read(roots: &[PathBuf], options: ReadOptions<'_>) -> Result<Loaded, Failure> {
    // Falco ignores no paths.
    let all = options.settings.without_ignoring();
    let options = if options.as_given { ReadOptions { settings: &all, ..options } } else { options };
    let mut reader = RulesReader { options, loaded: Loaded::default(), seen: HashSet::new(), stdin: false };
    for root in roots {
        reader.root(root)?;
    }
    let mut loaded = reader.loaded;
    if loaded.paths.is_empty() && !options.settings.config.no_ignore {
        loaded.ignored = first_ignored(roots, ReadOptions { settings: &all, ..options });
    }
    Ok(loaded)
}

/// The first rules file in the directories of `roots`, ignored paths included.
fn first_ignored(roots: &[PathBuf], options: ReadOptions<'_>) -> Option<String> {
    let mut reader = RulesReader { options, loaded: Loaded::default(), seen: HashSet::new(), stdin: false };
    let mut files = roots.iter().filter(|root| root.is_dir()).flat_map(|root| {
        let found = files_below(root, options.settings, may_hold_rules).filter_map(Result::ok);
        found.map(move |path| (root, path))
    });
    files.find_map(|(root, path)| {
        // Unreadable files are skipped here.
        reader.below(root, &path).ok()?;
        reader.loaded.sources.files().next().map(|(_, file)| file.name.clone())
    })
}

/// The message that files in ignored paths were skipped.
pub fn ignored(what: &str, example: &str) -> String {
    format!("skipped {what} in hidden or ignored paths, such as {example}; `--no-ignore` reads them")
}

/// The test files under `roots`: files that are given, under any name, and files in directories by their names.
pub fn tests(roots: &[PathBuf], settings: &Settings) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for root in roots {
        let metadata = fs::metadata(root).map_err(|error| unreadable(root, &error))?;
        let paths = match metadata.is_dir() {
            true => yaml_files(root, settings).collect::<Result<_, _>>()?,
            false => vec![root.clone()],
        };
        for path in paths.iter().filter(|path| !metadata.is_dir() || is_test(path)) {
            if seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())) {
                found.push(shown_below(root, path).to_owned());
            }
        }
    }
    Ok(found)
}

/// A path as it is shown, found below a directory.
fn shown_below<'p>(root: &Path, path: &'p Path) -> &'p Path {
    if root == Path::new(".") { path.strip_prefix(".").unwrap_or(path) } else { path }
}

/// The absolute path without `.` and `..`, symbolic links left alone.
pub fn normal(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut normal = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            part => normal.push(part),
        }
    }
    normal
}

struct RulesReader<'a> {
    options: ReadOptions<'a>,
    loaded: Loaded,
    seen: HashSet<PathBuf>,
    stdin: bool,
}

impl RulesReader<'_> {
    fn root(&mut self, root: &Path) -> Result<(), Failure> {
        if root == Path::new("-") {
            return self.stdin();
        }
        let metadata = fs::metadata(root).map_err(|error| unreadable(root, &error))?;
        if metadata.is_dir() {
            return self.directory(root);
        }
        if is_something_else(root) && !self.options.as_given {
            self.loaded.skipped += 1;
            return Ok(());
        }
        self.file(root, root, true)
    }

    fn stdin(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.stdin, true) {
            return Err(Failure::new("standard input can be read only once"));
        }
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::io("cannot read standard input", &error))?;
        let name = self.options.stdin_filename.unwrap_or("<stdin>");
        self.add(name.to_owned(), bytes, None)
    }

    fn directory(&mut self, root: &Path) -> Result<(), Failure> {
        let is_wanted = if self.options.as_given { is_yaml } else { may_hold_rules };
        files_below(root, self.options.settings, is_wanted).try_for_each(|path| self.below(root, &path?))
    }

    /// A file that was found below a directory.
    fn below(&mut self, root: &Path, path: &Path) -> Result<(), Failure> {
        if is_something_else(path) {
            self.loaded.skipped += 1;
            return Ok(());
        }
        // A directory can be full of logs: a file is read only if its beginning looks like an export.
        if !is_yaml(path) && !embedded::may_hold_items(&beginning(path)?) {
            return Ok(());
        }
        self.file(path, shown_below(root, path), false)
    }

    fn file(&mut self, path: &Path, shown: &Path, is_named: bool) -> Result<(), Failure> {
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if !self.options.as_given && self.seen.contains(&real) {
            return Ok(());
        }
        let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
        if !is_named && !self.is_wanted(shown, &text_of(&bytes)) {
            self.loaded.skipped += 1;
            return Ok(());
        }
        self.seen.insert(real);
        self.add(shown.to_string_lossy().into_owned(), bytes, Some(path.to_owned()))
    }

    fn is_wanted(&self, shown: &Path, text: &str) -> bool {
        looks_like_rules(text)
            || (!self.options.as_given && embedded::holds_rules(&shown.to_string_lossy(), text))
    }

    fn add(&mut self, name: String, bytes: Vec<u8>, path: Option<PathBuf>) -> Result<(), Failure> {
        // Spans are 32 bits wide.
        if u32::try_from(bytes.len()).is_err() {
            return Err(Failure::new(format!("{name} is larger than 4 GiB")));
        }
        let file = match self.options.as_given {
            true => SourceFile::from_bytes_lossy(name, &bytes),
            false => SourceFile::from_bytes(name, bytes),
        };
        self.loaded.sources.add(file);
        self.loaded.paths.push(path);
        Ok(())
    }
}

/// The failure for a path that cannot be read.
pub fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::io(&format!("cannot read {}", path.display()), error)
}

fn text_of(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// True for the names of YAML files.
pub fn is_yaml(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("yaml") || extension.eq_ignore_ascii_case("yml")
}

fn is_terraform(path: &Path) -> bool {
    embedded::is_terraform(&path.to_string_lossy())
}

/// True for the names of files that can be rules files or hold some.
fn may_hold_rules(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    is_yaml(path) || is_terraform(path) || extension.eq_ignore_ascii_case("json")
}

/// The first part of a file; all of Terraform, which is never a log.
fn beginning(path: &Path) -> Result<Vec<u8>, Failure> {
    let limit = if is_terraform(path) { u64::MAX } else { 1 << 16 };
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|error| unreadable(path, &error))
}

/// True for the names of rulec's own files, which hold no rules.
pub fn is_something_else(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name == config::FILE_NAME || is_test(path)
}

/// True for the names of test files.
pub fn is_test(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".test.yaml") || name.ends_with(".test.yml")
}
