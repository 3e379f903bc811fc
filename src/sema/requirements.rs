//! Required engine and plugin versions.

use super::environment::Environment;
use crate::source::{Span, Text};
use std::fmt;

/// A version of three numbers.
#[derive(Hash, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Version(pub u32, pub u32, pub u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl Version {
    /// Reads `x.y.z` as C's `sscanf("%u.%u.%u")` does: blanks and a sign before a number, anything after
    /// the third; negative numbers wrap.
    pub fn parse(text: &str) -> Option<Version> {
        let (major, rest) = scan_number(text)?;
        let (minor, rest) = scan_number(rest.strip_prefix('.')?)?;
        let (patch, _) = scan_number(rest.strip_prefix('.')?)?;
        Some(Version(major, minor, patch))
    }

    /// Reads a version that a user gives: three numbers and nothing else. The error is the message.
    pub fn exact(text: &str) -> Result<Version, String> {
        let numbers = || text.split('.').map(|part| part.parse::<u32>().ok());
        let well_formed = numbers().count() == 3 && numbers().all(|number| number.is_some());
        let version = well_formed.then(|| Version::parse(text)).flatten();
        version.ok_or_else(|| format!("`{text}` is not a version like `0.63.0`"))
    }

    /// True if this version satisfies the required one.
    pub fn satisfies(self, wanted: Version) -> bool {
        self.0 == wanted.0 && self >= wanted
    }
}

fn scan_number(text: &str) -> Option<(u32, &str)> {
    let text = text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let len = digits.bytes().take_while(u8::is_ascii_digit).count();
    if len == 0 {
        return None;
    }
    // strtoul saturates at 64 bits, the assignment keeps the low 32.
    let value = digits[..len].parse::<u64>().unwrap_or(u64::MAX);
    let value = if negative && value != u64::MAX { value.wrapping_neg() } else { value };
    Some((value as u32, &digits[len..]))
}

/// One entry of `required_plugin_versions`.
#[derive(Debug, Clone)]
pub struct PluginRequirement<'a> {
    /// The plugin and its alternatives: name, version as written and as numbers, place.
    pub choices: Vec<PluginChoice<'a>>,
}

/// An acceptable plugin.
#[derive(Debug, Clone, Copy)]
pub struct PluginChoice<'a> {
    /// Its name.
    pub name: &'a str,
    /// The version as written.
    pub version_text: &'a Text,
    /// The version.
    pub version: Version,
    /// The entry.
    pub span: Span,
}

/// A plugin requirement that the loaded plugins do not meet. Falco ends at the first, without a result.
#[derive(Debug)]
pub struct Unmet {
    /// Falco's message.
    pub falco: String,
    /// The entry that decided.
    pub span: Span,
}

/// The unmet requirements: for each entry the first loaded plugin decides.
pub fn unmet(requirements: &[PluginRequirement<'_>], environment: &Environment) -> Vec<Unmet> {
    let decide = |requirement: &PluginRequirement<'_>| {
        let loaded = requirement
            .choices
            .iter()
            .find_map(|choice| Some((choice, environment.plugin_version(choice.name)?)));
        match loaded {
            Some((choice, have)) if have.satisfies(choice.version) => None,
            Some((choice, have)) => Some(Unmet {
                falco: format!(
                    "Plugin '{}' version '{have}' is not compatible with required plugin version '{}'",
                    choice.name, choice.version_text.value
                ),
                span: choice.version_text.span,
            }),
            None => {
                let names: Vec<String> = requirement
                    .choices
                    .iter()
                    .map(|choice| format!("{} (>= {})", choice.name, choice.version_text.value))
                    .collect();
                let span = requirement.choices.first().map(|choice| choice.span).unwrap_or_default();
                Some(Unmet {
                    falco: format!(
                        "Plugin requirement not satisfied, must load one of: {}",
                        names.join(", ")
                    ),
                    span,
                })
            }
        }
    };
    requirements.iter().filter_map(decide).collect()
}
