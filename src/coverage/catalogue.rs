//! `controls.yaml`: the controls of a benchmark, as they are written.

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
    /// The version that counts when none is named.
    pub default: String,
    /// What a proof takes as given.
    #[serde(default)]
    pub presumes: Vec<Words>,
    /// The controls.
    pub controls: Vec<Entry>,
    /// States that no event shows.
    #[serde(default)]
    pub posture: Vec<Posture>,
    /// The file and its text, to find places in.
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
pub struct Entry {
    /// Its number in the default version.
    pub id: String,
    /// Title in English.
    pub title: String,
    /// Title in Japanese.
    #[serde(default)]
    pub title_ja: String,
    /// Its number in each version that has it.
    pub numbers: BTreeMap<String, String>,
    /// The events that it names.
    #[serde(default)]
    pub events: Vec<Events>,
    /// Events beyond the benchmark.
    #[serde(default)]
    pub hardening: Vec<Events>,
    /// Its condition in each scope.
    pub scopes: Scopes,
    /// What was wrong in what was published.
    #[serde(default)]
    pub errata: Vec<Erratum>,
    /// How a rule for it looks.
    pub rule: Template,
}

/// Events of one source.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// Event source.
    pub source: String,
    /// The first version that has them; all, without one.
    #[serde(default)]
    pub since: Option<String>,
    /// Event names.
    pub names: Vec<String>,
}

/// The condition of a control in each scope; `events` in it is the list of its event names.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct Scopes {
    /// What was changed: the intent.
    pub changes: String,
    /// What was called, whether it succeeded or not.
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
    /// What it is, in English.
    pub en: String,
    /// What it is, in Japanese.
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

/// A control that asks for a state.
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
    /// Why no rule can see it, in English.
    pub en: String,
    /// Why no rule can see it, in Japanese.
    pub ja: String,
}

/// Why a data file cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// 1-based line and column, if it is about a place.
    pub place: Option<(u32, u32)>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Reads a data file of ours.
pub(super) fn read<T: for<'d> Deserialize<'d>>(name: &str, text: &str) -> Result<T, Problem> {
    serde_yaml::from_str(text).map_err(|error| {
        let place = error.location().map(|at| (at.line() as u32, at.column() as u32));
        let message = error.to_string();
        // The place is told in front.
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        Problem { file: name.to_owned(), place, message }
    })
}

impl Catalogue {
    /// The controls of the CIS AWS Foundations Benchmark.
    pub fn bundled() -> Result<Catalogue, Problem> {
        Catalogue::parse("controls.yaml", bundled::CIS_AWS_CONTROLS)
    }

    /// Reads a catalogue. Its conditions are read when a benchmark is made of it.
    pub fn parse(name: &str, text: &str) -> Result<Catalogue, Problem> {
        let mut catalogue: Catalogue = read(name, text)?;
        catalogue.file = Some(SourceFile::new(name, text));
        catalogue.check()?;
        Ok(catalogue)
    }

    /// The names of its benchmarks.
    pub fn benchmarks(&self) -> impl Iterator<Item = String> {
        self.versions.iter().map(|version| format!("{}-{version}", self.name))
    }

    /// The version that a benchmark's name means; the default without a name.
    pub fn version(&self, benchmark: Option<&str>) -> Option<&str> {
        let wanted = match benchmark {
            None => &*self.default,
            Some(name) if name == self.name => &*self.default,
            Some(name) => name.strip_prefix(&*self.name)?.strip_prefix('-')?,
        };
        self.versions.iter().map(|version| &**version).find(|&version| version == wanted)
    }

    /// A problem at the value that these keys and indices lead to, or as near to it as there is something.
    pub(super) fn problem(&self, path: &[&str], message: impl Into<String>) -> Problem {
        let message = message.into();
        let Some(file) = &self.file else { return Problem { file: String::new(), place: None, message } };
        let stream = yaml::parse(FileId(0), file);
        let mut node = stream.documents.first().map(|document| &document.root);
        for step in path {
            let inner = node.and_then(|node| child(node, step));
            node = inner.or(node);
        }
        let place = node.map(|node| file.position(node.span.start as usize));
        Problem { file: file.name.clone(), place: place.map(|at| (at.line, at.column)), message }
    }

    /// What serde cannot see: names that would not survive in a condition, and versions that do not exist.
    fn check(&self) -> Result<(), Problem> {
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

    fn check_events(&self, events: &Events, path: &[&str]) -> Result<(), Problem> {
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

/// Names go into conditions as text.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:_-".contains(&byte))
}

fn child<'n>(node: &'n Node, step: &str) -> Option<&'n Node> {
    match step.parse::<usize>() {
        Ok(at) => node.as_seq()?.get(at),
        Err(_) => node.get(step),
    }
}
