//! Policies in the manner of Sysdig: which rules are acted on, and how urgent they are.

use super::catalogue::{Problem, read};
use super::guardduty::Severity;
use crate::embedded::{is_terraform, terraform};
use crate::source::SourceFile;
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

/// Reads a file of policies: ours, or Terraform with policies of Sysdig's.
pub fn parse(name: &str, text: &str) -> Result<Vec<Policy>, Problem> {
    if is_terraform(name) {
        return of_terraform(name, text);
    }
    read(name, text).map(|file: File| file.policies)
}

fn of_terraform(name: &str, text: &str) -> Result<Vec<Policy>, Problem> {
    let file = SourceFile::new(name, text);
    let found = terraform::policies(&file).map_err(|finding| {
        let place = file.position(finding.primary.span.start as usize);
        Problem { file: name.to_owned(), place: Some((place.line, place.column)), message: finding.message }
    })?;
    let policy = |policy: terraform::SysdigPolicy| Policy {
        name: policy.name,
        severity: policy.severity.map(|severity| match severity {
            0..=3 => Severity::High,
            4 | 5 => Severity::Medium,
            6 => Severity::Low,
            _ => Severity::Info,
        }),
        enabled: policy.enabled,
        rules: policy.rules,
    };
    Ok(found.into_iter().map(policy).collect())
}
