//! Policies as in Sysdig: named sets of rules with a severity.

use super::catalogue::{CatalogueError, read};
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
    /// Severity of its alerts.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// Whether it is enabled.
    #[serde(default = "on")]
    pub enabled: bool,
    /// Names of its rules.
    #[serde(default)]
    pub rules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    policies: Vec<Policy>,
}

fn on() -> bool {
    true
}

/// Reads a file of policies in YAML, or in Terraform for Sysdig's provider.
pub fn parse(name: &str, text: &str) -> Result<Vec<Policy>, CatalogueError> {
    if is_terraform(name) {
        return of_terraform(name, text);
    }
    read(name, text).map(|file: PolicyFile| file.policies)
}

fn of_terraform(name: &str, text: &str) -> Result<Vec<Policy>, CatalogueError> {
    let file = SourceFile::new(name, text);
    let found = terraform::policies(&file).map_err(|finding| {
        let place = file.position(finding.primary.span.start as usize);
        CatalogueError {
            file: name.to_owned(),
            place: Some((place.line, place.column)),
            message: finding.message,
        }
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
