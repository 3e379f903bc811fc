//! The format of `controls.yaml`: controls of a benchmark as written.

use crate::bundled;
use crate::source::{FileId, SourceFile};
use crate::syntax::yaml::{self, Node};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A catalogue of controls in all versions and scopes.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Short name; `NAME-VERSION` names a benchmark.
    pub name: String,
    /// Title in English.
    pub title: String,
    /// Title in Japanese.
    #[serde(default)]
    pub title_ja: String,
    /// All versions, oldest first.
    pub versions: Vec<String>,
    /// The version that is used if none is named.
    pub default: String,
    /// Assumptions of every proof.
    #[serde(default)]
    pub presumes: Vec<Words>,
    /// The controls.
    pub controls: Vec<ControlEntry>,
    /// Controls on states that no event shows.
    #[serde(default)]
    pub posture: Vec<Posture>,
    /// The file, to find the places of problems.
    #[serde(skip)]
    file: Option<SourceFile>,
}

/// A sentence in both languages.
#[derive(Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// English.
    pub en: String,
    /// Japanese.
    pub ja: String,
}

/// One control.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct ControlEntry {
    /// Its number in the default version.
    pub id: String,
    /// Title in English.
    pub title: String,
    /// Title in Japanese.
    #[serde(default)]
    pub title_ja: String,
    /// Its number in each version that has it.
    pub numbers: BTreeMap<String, String>,
    /// Events of the benchmark.
    #[serde(default)]
    pub events: Vec<Events>,
    /// Events beyond the benchmark.
    #[serde(default)]
    pub hardening: Vec<Events>,
    /// Its condition in each scope.
    pub scopes: Scopes,
    /// Errata of the published texts.
    #[serde(default)]
    pub errata: Vec<Erratum>,
    /// Template of a rule for it.
    pub rule: Template,
}

/// Events of one source.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// Event source.
    pub source: String,
    /// The first version that has them; `None` for all versions.
    #[serde(default)]
    pub since: Option<String>,
    /// Event names.
    pub names: Vec<String>,
}

/// The condition of a control in each scope; `events` in it is the list of its event names.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct Scopes {
    /// Calls that changed something: the intent of the control.
    pub changes: String,
    /// All calls, successful or not.
    pub attempts: String,
    /// The published filter.
    pub literal: String,
}

/// A mistake in the published texts.
#[derive(Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Erratum {
    /// The versions that have it.
    pub versions: Vec<String>,
    /// Description in English.
    pub en: String,
    /// Description in Japanese.
    pub ja: String,
}

/// A rule without its condition.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Name.
    pub name: String,
    /// Description.
    pub desc: String,
    /// Output.
    pub output: String,
    /// Priority.
    pub priority: String,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A control on a state of the account.
#[derive(Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Posture {
    /// Its number in the default version.
    pub id: String,
    /// Title in English.
    pub title: String,
    /// Title in Japanese.
    #[serde(default)]
    pub title_ja: String,
    /// Its number in each version that has it.
    pub numbers: BTreeMap<String, String>,
    /// Why no rule can cover it, in English.
    pub en: String,
    /// Why no rule can cover it, in Japanese.
    pub ja: String,
}

/// The error of a data file that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CatalogueError {
    /// The file.
    pub file: String,
    /// 1-based line and column, if known.
    pub place: Option<(u32, u32)>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Reads a YAML data file in a format of rulec.
pub(super) fn read<T: for<'d> Deserialize<'d>>(name: &str, text: &str) -> Result<T, CatalogueError> {
    serde_yaml::from_str(text).map_err(|error| {
        let place = error.location().map(|at| (at.line() as u32, at.column() as u32));
        let message = error.to_string();
        // The place is shown in front of the message.
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        CatalogueError { file: name.to_owned(), place, message }
    })
}

impl Catalogue {
    /// The controls of the CIS AWS Foundations Benchmark.
    pub fn bundled() -> Result<Catalogue, CatalogueError> {
        Catalogue::parse("controls.yaml", bundled::CIS_AWS_CONTROLS)
    }

    /// Parses a catalogue. Its conditions are parsed by [`super::Benchmark::new`].
    pub fn parse(name: &str, text: &str) -> Result<Catalogue, CatalogueError> {
        let mut catalogue: Catalogue = read(name, text)?;
        catalogue.file = Some(SourceFile::new(name, text));
        catalogue.check()?;
        Ok(catalogue)
    }

    /// The names of its benchmarks.
    pub fn benchmarks(&self) -> impl Iterator<Item = String> {
        self.versions.iter().map(|version| format!("{}-{version}", self.name))
    }

    /// The version of a benchmark's name; the default version without a name.
    pub fn version(&self, benchmark: Option<&str>) -> Option<&str> {
        let wanted = match benchmark {
            None => &*self.default,
            Some(name) if name == self.name => &*self.default,
            Some(name) => name.strip_prefix(&*self.name)?.strip_prefix('-')?,
        };
        self.versions.iter().map(|version| &**version).find(|&version| version == wanted)
    }

    /// An error at the value under these keys and indices, or at the nearest value above it.
    pub(super) fn problem(&self, path: &[&str], message: impl Into<String>) -> CatalogueError {
        let message = message.into();
        let Some(file) = &self.file else {
            return CatalogueError { file: String::new(), place: None, message };
        };
        let stream = yaml::parse(FileId(0), file);
        let mut node = stream.documents.first().map(|document| &document.root);
        for step in path {
            let inner = node.and_then(|node| child(node, step));
            node = inner.or(node);
        }
        let place = node.map(|node| file.position(node.span.start as usize));
        CatalogueError { file: file.name.clone(), place: place.map(|at| (at.line, at.column)), message }
    }

    /// Checks beyond the types: names that a condition cannot hold, and versions that do not exist.
    fn check(&self) -> Result<(), CatalogueError> {
        if !self.versions.contains(&self.default) {
            return Err(self.problem(&["default"], "the default is none of the versions"));
        }
        if self.controls.is_empty() {
            return Err(self.problem(&["controls"], "there are no controls"));
        }
        let mut ids = BTreeSet::new();
        for (at, entry) in self.controls.iter().enumerate() {
            let at = at.to_string();
            if !ids.insert(&entry.id) {
                return Err(self.problem(&["controls", &at, "id"], format!("`{}` is there twice", entry.id)));
            }
            if let Some(version) = entry.numbers.keys().find(|version| !self.versions.contains(version)) {
                let message = format!("`{version}` is none of the versions");
                return Err(self.problem(&["controls", &at, "numbers"], message));
            }
            for (key, groups) in [("events", &entry.events), ("hardening", &entry.hardening)] {
                for (group, events) in groups.iter().enumerate() {
                    self.check_events(events, &["controls", &at, key, &group.to_string()])?;
                }
            }
        }
        Ok(())
    }

    fn check_events(&self, events: &Events, path: &[&str]) -> Result<(), CatalogueError> {
        if let Some(bad) = events.names.iter().chain([&events.source]).find(|name| !is_plain(name)) {
            let message = format!("`{bad}` is no name: letters, digits and `.:_-` only");
            return Err(self.problem(path, message));
        }
        match &events.since {
            Some(since) if !self.versions.contains(since) => {
                Err(self.problem(path, format!("`{since}` is none of the versions")))
            }
            _ => Ok(()),
        }
    }
}

/// Names are pasted into conditions as text.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:_-".contains(&byte))
}

fn child<'n>(node: &'n Node, step: &str) -> Option<&'n Node> {
    match step.parse::<usize>() {
        Ok(at) => node.as_seq()?.get(at),
        Err(_) => node.get(step),
    }
}
