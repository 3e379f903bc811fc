//! Levels: the severity that the user sets for a check.

use crate::diag::{Check, Diagnostic, Severity};
use std::collections::BTreeMap;

/// The severity that the user sets for a check, or that its findings are hidden.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Hidden.
    Allow,
    /// An info.
    Info,
    /// A warning.
    Warn,
    /// An error.
    Deny,
}

impl Level {
    /// Reads `allow`, `info`, `warn` or `deny`.
    pub fn parse(text: &str) -> Option<Level> {
        Some(match text {
            "allow" => Level::Allow,
            "info" => Level::Info,
            "warn" => Level::Warn,
            "deny" => Level::Deny,
            _ => return None,
        })
    }

    fn severity(self) -> Option<Severity> {
        match self {
            Level::Allow => None,
            Level::Info => Some(Severity::Info),
            Level::Warn => Some(Severity::Warning),
            Level::Deny => Some(Severity::Error),
        }
    }
}

/// The levels that are set.
#[derive(Debug, Default, Clone)]
pub struct Levels {
    by_code: BTreeMap<&'static str, Level>,
    /// True if warnings fail the run; they stay warnings.
    pub deny_warnings: bool,
}

impl Levels {
    /// Sets the level of one check.
    pub fn set(&mut self, check: &'static Check, level: Level) {
        self.by_code.insert(check.code, level);
    }

    /// Adds the levels of `other`, which win.
    pub fn extend(&mut self, other: &Levels) {
        self.by_code.extend(&other.by_code);
        self.deny_warnings |= other.deny_warnings;
    }

    /// Sets the severity of each finding. Drops findings of checks that are allowed, or off without a level.
    pub fn apply(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain_mut(|diagnostic| match self.by_code.get(diagnostic.check.code) {
            None => diagnostic.check.on,
            Some(level) => match level.severity() {
                Some(severity) => {
                    diagnostic.severity = severity;
                    true
                }
                None => false,
            },
        });
    }

    /// True if the findings fail the run.
    pub fn fails(&self, diagnostics: &[Diagnostic]) -> bool {
        let limit = if self.deny_warnings { Severity::Warning } else { Severity::Error };
        diagnostics.iter().any(|diagnostic| diagnostic.severity >= limit)
    }
}
