//! Engine and plugin versions that rules files ask for.

use super::collect::{Collector, Outcome};
use super::environment::Environment;
use super::errors;
use super::report::{ContextStep, Fault};
use crate::source::{Span, Text};
use crate::syntax::items::{Item, ItemKind};
use crate::syntax::yaml::{self, Node, Value};
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

    /// Reads a version that a user gives: three numbers and nothing else. The error says what is wrong.
    pub fn exact(text: &str) -> Result<Version, String> {
        let numbers = || text.split('.').map(|part| part.parse::<u32>().ok());
        let well_formed = numbers().count() == 3 && numbers().all(|number| number.is_some());
        let version = well_formed.then(|| Version::parse(text)).flatten();
        version.ok_or_else(|| format!("`{text}` is not a version like `0.63.0`"))
    }

    /// True if something at this version serves a rule that asks for `wanted`.
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

/// A plugin that would do.
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

impl<'a> Collector<'_, 'a, '_> {
    pub(super) fn engine_version(&mut self, item: Item<'a>) -> Outcome<'a> {
        let key = ItemKind::EngineVersion.key();
        let text = item.text(key).map_err(|problem| errors::key(problem, ItemKind::EngineVersion))?;
        let running = self.environment.engine_version;
        let wanted = match yaml::to_u32(&text.value) {
            Some(minor) => Version(running.0, minor, running.2),
            None => Version::parse(&text.value).ok_or_else(|| errors::engine_version_text(text))?,
        };
        if !running.satisfies(wanted) {
            return Err(errors::engine_too_old(text, wanted, running));
        }
        self.collected.engine_version = self.collected.engine_version.max(match yaml::to_u32(&text.value) {
            Some(minor) => Version(running.0, minor, 0),
            None => wanted,
        });
        Ok(())
    }

    pub(super) fn plugin_versions(&mut self, item: Item<'a>) -> Outcome<'a> {
        let Some(node) = item.get(ItemKind::PluginVersions.key()) else { return Ok(()) };
        let Value::Seq(entries) = node.value() else {
            return Err(errors::plugin_versions_not_sequence(node));
        };
        for entry in entries {
            let step =
                |name: &str| ContextStep::new("required plugin versions entry", name.to_owned(), entry.span);
            let first = choice(entry, "Plugin version must be a mapping", &step)?;
            let mut choices = vec![first];
            let item = Item::new(entry).and_then(|item| item.get("alternatives"));
            if let Some(alternatives) = item {
                let Value::Seq(elements) = alternatives.value() else {
                    return Err(errors::plugin_alternatives_not_sequence(
                        alternatives,
                        vec![step(first.name)],
                    ));
                };
                for element in elements {
                    let alternative = |name: &str| {
                        ContextStep::new(
                            "required plugin versions alternative",
                            name.to_owned(),
                            element.span,
                        )
                    };
                    choices.push(
                        choice(element, "Plugin version alternative must be a mapping", &alternative)
                            .map_err(|mut fault| {
                                if let Some(steps) = &mut fault.steps {
                                    steps.insert(0, step(first.name));
                                }
                                fault
                            })?,
                    );
                }
            }
            self.plugin_requirement(choices, step(first.name))?;
        }
        Ok(())
    }

    fn plugin_requirement(&mut self, choices: Vec<PluginChoice<'a>>, step: ContextStep<'a>) -> Outcome<'a> {
        let mut seen: Vec<&str> = Vec::new();
        let mut checked = Vec::with_capacity(choices.len());
        for choice in choices {
            let Some(version) = Version::parse(&choice.version_text.value) else {
                return Err(errors::plugin_version_text(&choice, step));
            };
            if seen.contains(&choice.name) {
                return Err(errors::plugin_twice(&choice, step));
            }
            seen.push(choice.name);
            checked.push(PluginChoice { version, ..choice });
        }
        self.collected.plugins.push(PluginRequirement { choices: checked });
        Ok(())
    }
}

fn choice<'a>(
    node: &'a Node,
    not_mapping: &'static str,
    step: &dyn Fn(&str) -> ContextStep<'a>,
) -> Result<PluginChoice<'a>, Box<Fault<'a>>> {
    let Some(entry) = Item::new(node) else {
        return Err(errors::plugin_not_mapping(node, not_mapping, step("")));
    };
    let name = entry
        .text("name")
        .map_err(|problem| errors::key_within(problem, ItemKind::PluginVersions, vec![step("")]))?;
    let version_text = entry
        .text("version")
        .map_err(|problem| errors::key_within(problem, ItemKind::PluginVersions, vec![step(&name.value)]))?;
    Ok(PluginChoice { name: &name.value, version_text, version: Version::default(), span: name.span })
}

/// A plugin requirement that the loaded plugins do not meet. Falco ends at the first, without a result.
#[derive(Debug)]
pub struct Unmet {
    /// Falco's message.
    pub falco: String,
    /// The entry that decided.
    pub span: Span,
}

/// The requirements that are not met: of each entry the first plugin that is loaded decides.
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
