//! Policies in the manner of Sysdig: which rules are acted on, and how urgent they are.

use super::catalogue::{Problem, read};
use super::guardduty::Severity;
use serde::Deserialize;

/// A named set of rules.
#[derive(Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Name.
    pub name: String,
    /// How urgent its alerts are.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// It is on.
    #[serde(default = "on")]
    pub enabled: bool,
    /// Names of its rules.
    #[serde(default)]
    pub rules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    policies: Vec<Policy>,
}

fn on() -> bool {
    true
}

/// Reads a file of policies.
pub fn parse(name: &str, text: &str) -> Result<Vec<Policy>, Problem> {
    read(name, text).map(|file: File| file.policies)
}
