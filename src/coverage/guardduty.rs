//! GuardDuty finding types: what they address beside the rules. They never count as proof.

use super::catalogue::{Problem, read};
use crate::bundled;
use serde::Deserialize;

/// Severities, least urgent first.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs)]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// The name, as written in files.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "Info",
            Severity::Low => "Low",
            Severity::Medium => "Medium",
            Severity::High => "High",
            Severity::Critical => "Critical",
        }
    }
}

/// How far a finding goes for a control.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Extent {
    /// It reports something that often goes with it.
    Adjacent,
    /// It reports some of it.
    Partial,
    /// It reports whatever the control asks to see.
    Full,
}

impl Extent {
    /// `adjacent`, `partial` or `full`.
    pub fn name(self) -> &'static str {
        match self {
            Extent::Adjacent => "adjacent",
            Extent::Partial => "partial",
            Extent::Full => "full",
        }
    }
}

/// A finding type and the controls it addresses, by their numbers in the default version.
#[derive(Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its severity.
    pub severity: Severity,
    /// It rests on data events alone.
    #[serde(default)]
    pub data: bool,
    /// Controls that it addresses fully.
    #[serde(default)]
    pub full: Vec<String>,
    /// Controls that it addresses in part.
    #[serde(default)]
    pub partial: Vec<String>,
    /// Controls that it comes near to.
    #[serde(default)]
    pub adjacent: Vec<String>,
}

impl Finding {
    /// How far it goes for a control.
    pub fn extent(&self, control: &str) -> Option<Extent> {
        let has = |controls: &[String]| controls.iter().any(|known| known == control);
        let known = [
            (Extent::Full, &self.full),
            (Extent::Partial, &self.partial),
            (Extent::Adjacent, &self.adjacent),
        ];
        known.into_iter().find(|(_, controls)| has(controls)).map(|(extent, _)| extent)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    findings: Vec<Entry>,
}

/// The name of a known type, or a type in full.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Known(String),
    Whole(Finding),
}

/// All finding types that rest on CloudTrail.
pub fn all() -> Result<Vec<Finding>, Problem> {
    let file: File = read("guardduty.yaml", bundled::GUARDDUTY)?;
    Ok(file
        .findings
        .into_iter()
        .filter_map(|entry| match entry {
            Entry::Whole(finding) => Some(finding),
            Entry::Known(_) => None,
        })
        .collect())
}

/// Reads a file of finding types.
pub fn parse(name: &str, text: &str) -> Result<Vec<Finding>, Problem> {
    let file: File = read(name, text)?;
    let known = all()?;
    file.findings
        .into_iter()
        .map(|entry| match entry {
            Entry::Whole(finding) => Ok(finding),
            Entry::Known(kind) => {
                let found = known.iter().find(|finding| finding.kind == kind).cloned();
                let message = format!("there is no finding type named `{kind}`");
                found.ok_or_else(|| Problem { file: name.to_owned(), place: None, message })
            }
        })
        .collect()
}
