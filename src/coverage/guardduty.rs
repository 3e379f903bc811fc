//! GuardDuty finding types and the controls they address. They never count as proof.

use super::catalogue::{CatalogueError, read};
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

/// How much of a control a finding type reports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Extent {
    /// Activity that often accompanies events of the control.
    Adjacent,
    /// Some events of the control.
    Partial,
    /// All events of the control.
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
    /// Name of the type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its severity.
    pub severity: Severity,
    /// Whether it is based on data events only.
    #[serde(default)]
    pub data: bool,
    /// Controls that it addresses fully.
    #[serde(default)]
    pub full: Vec<String>,
    /// Controls that it addresses in part.
    #[serde(default)]
    pub partial: Vec<String>,
    /// Controls whose events it accompanies.
    #[serde(default)]
    pub adjacent: Vec<String>,
}

impl Finding {
    /// How much of a control it reports.
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
struct FindingFile {
    findings: Vec<FindingEntry>,
}

/// The name of a known type, or a type in full.
#[derive(Deserialize)]
#[serde(untagged)]
enum FindingEntry {
    Known(String),
    Whole(Finding),
}

/// All finding types that are based on CloudTrail.
pub fn all() -> Result<Vec<Finding>, CatalogueError> {
    let file: FindingFile = read("guardduty.yaml", bundled::GUARDDUTY)?;
    Ok(file
        .findings
        .into_iter()
        .filter_map(|entry| match entry {
            FindingEntry::Whole(finding) => Some(finding),
            FindingEntry::Known(_) => None,
        })
        .collect())
}

/// Reads a file of finding types.
pub fn parse(name: &str, text: &str) -> Result<Vec<Finding>, CatalogueError> {
    let file: FindingFile = read(name, text)?;
    let known = all()?;
    file.findings
        .into_iter()
        .map(|entry| match entry {
            FindingEntry::Whole(finding) => Ok(finding),
            FindingEntry::Known(kind) => {
                let found = known.iter().find(|finding| finding.kind == kind).cloned();
                let message = format!("there is no finding type named `{kind}`");
                found.ok_or_else(|| CatalogueError { file: name.to_owned(), place: None, message })
            }
        })
        .collect()
}
