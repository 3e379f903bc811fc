//! Work that takes longer than a keystroke, in background threads: proofs of controls, and runs of tests.

use super::session::{Session, SessionEvent};
use super::set::{FileSet, FileSetKind, SetFile};
use crate::analysis::{Inputs, Options, compile_rules};
use crate::diag::Severity;
use crate::files;
use crate::files::settings::Settings;
use crate::ide::controls::controls;
use crate::ide::lens::Tests;
use crate::render::uri;
use crate::source::{FileId, SourceFile, SourceMap};
use crate::syntax::sniff::looks_like_rules;
use crate::testing::{self, Suite};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

/// Above this number of items, controls are not computed while the user types.
const MANY: usize = 2000;
const STACK: usize = 16 << 20;

impl Session {
    /// Computes the controls that the rules of the sets cover, if the client shows them: once for each state of the
    /// files on disk, one set at a time.
    pub fn look_for_controls(&mut self) {
        let shows = |part: &str| self.client.can(&format!("/textDocument/{part}"));
        let is_wanted =
            self.asked.code_lens && shows("codeLens") || self.asked.inlay_hints && shows("inlayHint");
        let is_due = |set: &&mut FileSet| {
            set.wants_controls && matches!(set.kind, FileSetKind::Root(_) | FileSetKind::Single)
        };
        if !is_wanted || self.proves {
            return;
        }
        let Some(set) = self.workspace.sets.iter_mut().find(is_due) else { return };
        set.wants_controls = false;
        let (id, snapshot, events) = (set.id, set.snapshot(), self.events.clone());
        if snapshot.docs.iter().map(|doc| doc.pieces.len()).sum::<usize>() > MANY {
            return;
        }
        let work = move || {
            let found = catch_unwind(AssertUnwindSafe(|| controls(&snapshot))).unwrap_or_default();
            let _ = events.send(SessionEvent::Controls(id, Box::new(found)));
        };
        self.proves = thread::Builder::new().name("controls".into()).stack_size(STACK).spawn(work).is_ok();
    }

    /// Stores computed controls, and asks the client to refresh.
    pub fn found_controls(&mut self, id: u32, found: crate::ide::controls::Controls) {
        self.proves = false;
        let Some(set) = self.workspace.sets.iter_mut().find(|set| set.id == id) else { return };
        if set.controls.as_deref() == Some(&found) {
            return;
        }
        set.controls = Some(Arc::new(found));
        for part in ["codeLens", "inlayHint"] {
            if self.client.can(&format!("/workspace/{part}/refreshSupport")) {
                self.ask(&format!("workspace/{part}/refresh"), &Value::Null);
            }
        }
    }
}

/// The tests of some files, from the editor or from disk.
pub fn tests(paths: &[PathBuf], open: &HashMap<PathBuf, String>) -> Tests {
    let text = |path: &PathBuf| open.get(path).cloned().or_else(|| std::fs::read_to_string(path).ok());
    let texts: Vec<String> = paths.iter().map(|path| text(path).unwrap_or_default()).collect();
    Tests::read(texts.iter().map(String::as_str))
}

/// A run of the tests of one rule.
pub struct TestRun {
    /// The rule.
    pub rule: String,
    /// Each test file with the names of its tests of the rule.
    pub tests: Vec<(PathBuf, Vec<String>)>,
    /// The texts of open files.
    pub open: HashMap<PathBuf, String>,
    /// Settings of the rulec.toml.
    pub config: Settings,
    /// Plugins and engine.
    pub options: Options,
}

impl TestRun {
    /// Runs the tests. The `Err` is the reason why they cannot run.
    pub fn run(&self) -> Result<Value, String> {
        let (mut passed, mut failed) = (0, Vec::new());
        for (path, names) in &self.tests {
            let text = self.text(path)?;
            let source = SourceFile::new(path.to_string_lossy(), text);
            let first = |problems: &[crate::diag::Diagnostic]| match problems.first() {
                Some(problem) => format!("{}: {}", path.display(), problem.message),
                None => format!("{}: nothing to run", path.display()),
            };
            let parsed = testing::file::parse(FileId(0), &source).map_err(|problems| first(&problems))?;
            let suite = self.suite(path, &parsed.file.rules)?;
            let directory = path.parent().unwrap_or(Path::new(""));
            let mut read = |name: &str| self.text(&directory.join(name));
            let wanted = |name: &str| names.iter().any(|wanted| wanted == name);
            let (outcomes, problems) = testing::run(&suite, &parsed, &wanted, &mut read, None);
            if !problems.is_empty() {
                return Err(first(&problems));
            }
            for outcome in outcomes {
                if outcome.failures.is_empty() {
                    passed += 1;
                    continue;
                }
                let messages: Vec<&str> = outcome.failures.iter().map(|failure| &*failure.message).collect();
                let line = source.line_index(outcome.span.start as usize);
                let uri = uri::of_path(path);
                failed.push(json!({"name": outcome.name, "uri": uri, "line": line, "messages": messages}));
            }
        }
        Ok(json!({"rule": self.rule, "passed": passed, "failed": failed}))
    }

    fn text(&self, path: &Path) -> Result<String, String> {
        let path = files::normal(path);
        if let Some(text) = self.open.get(&path) {
            return Ok(text.clone());
        }
        std::fs::read_to_string(&path).map_err(|error| files::unreadable(&path, &error).0)
    }

    /// The rules files of a test file: those it names, or those beside it.
    fn suite(&self, test: &Path, named: &[String]) -> Result<Suite, String> {
        let beside = test.parent().unwrap_or(Path::new("")).to_owned();
        let roots = if named.is_empty() {
            vec![beside]
        } else {
            named.iter().map(|name| beside.join(name)).collect()
        };
        let mut sources = SourceMap::default();
        for root in roots {
            let is_directory = root.is_dir();
            let paths = match is_directory {
                true => files::walk::yaml_files(&root, &self.config).filter_map(Result::ok).collect(),
                false => vec![root],
            };
            for path in paths.iter().filter(|path| !files::is_something_else(path)) {
                let text = self.text(path)?;
                if !is_directory || looks_like_rules(&text) {
                    sources.add(SourceFile::new(path.to_string_lossy(), text));
                }
            }
        }
        let compiled = compile_rules(Inputs { sources, options: self.options.clone() });
        let mut found = compiled.analysis.diagnostics.iter();
        match found.find(|found| found.severity == Severity::Error) {
            Some(error) => Err(format!("the rules do not load: {}", error.message)),
            None => Ok(Suite::new(compiled)),
        }
    }
}

/// The texts of all open files.
pub fn open_texts<'f>(all: impl Iterator<Item = &'f SetFile>) -> HashMap<PathBuf, String> {
    let open = all.filter(|file| file.version.is_some());
    open.filter_map(|file| Some((file.path.clone()?, file.doc.text()))).collect()
}
