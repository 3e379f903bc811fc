//! One version of a catalogue in one scope, with its conditions parsed.

use super::catalogue::{Catalogue, CatalogueError, ControlEntry, Erratum, Events, Posture, Template, Words};
use super::condition;
use crate::logic::{event, restrict};
use crate::sema::ir::Pred;

/// The events that a control requires to be covered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Scope {
    /// Calls that changed something: the intent of the control.
    #[default]
    Changes,
    /// All calls, successful or not.
    Attempts,
    /// The published filter, literally.
    Literal,
}

impl Scope {
    /// `changes`, `attempts` or `literal`.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Changes => "changes",
            Scope::Attempts => "attempts",
            Scope::Literal => "literal",
        }
    }
}

/// The controls of one version in one scope.
#[derive(Clone, Debug)]
pub struct Benchmark {
    /// `cis-aws-3.0.0`
    pub name: String,
    /// Title and version, in English.
    pub title: String,
    /// Title and version, in Japanese.
    pub title_ja: String,
    /// Scope.
    pub scope: Scope,
    /// Assumptions of every proof.
    pub presumes: Vec<Words>,
    /// The controls of this version, in order.
    pub controls: Vec<Control>,
    /// Controls on states that no event shows: number in this version and entry of the catalogue.
    pub posture: Vec<(String, Posture)>,
}

/// A control of one version in one scope.
#[derive(Clone, Debug)]
pub struct Control {
    /// Its number in this version.
    pub id: String,
    /// Its number in the default version, by which rules and findings refer to it.
    pub key: String,
    /// Title in English.
    pub title: String,
    /// Title in Japanese.
    pub title_ja: String,
    /// Its condition as written; `events` is the list of its event names.
    pub text: String,
    /// Its condition.
    pub condition: Pred,
    /// The events that it names.
    pub rows: Vec<Row>,
    /// Events beyond the benchmark.
    pub hardening: Vec<Row>,
    /// Errata of the published texts of this version.
    pub errata: Vec<Erratum>,
    /// Template of a rule for it.
    pub rule: Template,
}

/// An event by name and source.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its source.
    pub source: String,
}

impl Benchmark {
    /// Parses the conditions of a version of the catalogue.
    pub fn new(catalogue: &Catalogue, version: &str, scope: Scope) -> Result<Benchmark, CatalogueError> {
        let mut controls = Vec::new();
        for (at, entry) in catalogue.controls.iter().enumerate() {
            if let Some(id) = entry.numbers.get(version) {
                controls.push(control(catalogue, at, entry, id, version, scope)?);
            }
        }
        let title = |title: &str| format!("{title} {version}");
        let title_ja = if catalogue.title_ja.is_empty() { &catalogue.title } else { &catalogue.title_ja };
        let posture = catalogue.posture.iter();
        Ok(Benchmark {
            name: format!("{}-{version}", catalogue.name),
            title: title(&catalogue.title),
            title_ja: title(title_ja),
            scope,
            presumes: catalogue.presumes.clone(),
            controls,
            posture: posture
                .filter_map(|entry| Some((entry.numbers.get(version)?.clone(), entry.clone())))
                .collect(),
        })
    }
}

fn control(
    catalogue: &Catalogue,
    at: usize,
    entry: &ControlEntry,
    id: &str,
    version: &str,
    scope: Scope,
) -> Result<Control, CatalogueError> {
    let rows = rows(catalogue, &entry.events, version);
    let hardening = rows_beyond(catalogue, entry, version, &rows);
    let text = match scope {
        Scope::Changes => &entry.scopes.changes,
        Scope::Attempts => &entry.scopes.attempts,
        Scope::Literal => &entry.scopes.literal,
    };
    let at = at.to_string();
    let path = ["controls", &at, "scopes", scope.name()];
    let names: Vec<&str> = rows.iter().map(|row| &*row.name).collect();
    let condition = condition::read(text, &names)
        .map_err(|message| catalogue.problem(&path, format!("control {}: {message}", entry.id)))?;
    for row in &rows {
        if matches!(restrict(&condition, &row.name, &row.source), Pred::Const(false)) {
            let message = format!("control {} never asks for `{}` of {}", entry.id, row.name, row.source);
            return Err(catalogue.problem(&path, message));
        }
    }
    let title_ja = if entry.title_ja.is_empty() { &entry.title } else { &entry.title_ja };
    Ok(Control {
        id: id.to_owned(),
        key: entry.id.clone(),
        title: entry.title.clone(),
        title_ja: title_ja.clone(),
        text: text.split_whitespace().collect::<Vec<_>>().join(" "),
        condition,
        rows,
        hardening,
        errata: entry
            .errata
            .iter()
            .filter(|erratum| erratum.versions.iter().any(|v| v == version))
            .cloned()
            .collect(),
        rule: entry.rule.clone(),
    })
}

fn rows(catalogue: &Catalogue, groups: &[Events], version: &str) -> Vec<Row> {
    let order = |version: &str| catalogue.versions.iter().position(|known| known == version);
    let there = |group: &&Events| group.since.as_deref().is_none_or(|since| order(since) <= order(version));
    let mut rows: Vec<Row> = Vec::new();
    for group in groups.iter().filter(there) {
        for name in &group.names {
            let row = Row { name: name.clone(), source: group.source.clone() };
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    rows
}

/// Hardening events that are not events of the benchmark.
fn rows_beyond(catalogue: &Catalogue, entry: &ControlEntry, version: &str, inside: &[Row]) -> Vec<Row> {
    let mut beyond = rows(catalogue, &entry.hardening, version);
    beyond.retain(|row| !inside.contains(row));
    beyond
}

impl Row {
    /// The condition that an event has this name and source.
    pub fn condition(&self) -> Pred {
        event(&self.name, &self.source)
    }
}
