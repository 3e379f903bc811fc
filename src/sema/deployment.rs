//! The effect of a `falco.yaml` on rules that load: which are enabled, and what is appended to their outputs.

use super::ir::Priority;
use crate::source::{Span, Text};
use std::collections::BTreeSet;

/// The part of a `falco.yaml` that affects rules. The default changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Deployment {
    /// `rules`: enabled and disabled after loading, in this order.
    pub selections: Vec<Selection>,
    /// `priority`: less urgent rules do not run.
    pub min_priority: Option<Priority>,
    /// `append_output`, in this order.
    pub appended: Vec<Appended>,
    /// `rule_matching: all`: each rule that matches an event fires, not only the first.
    pub all_matches: bool,
}

/// Rules that are enabled or disabled.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// True to enable.
    pub enable: bool,
    /// The name to match; `*` stands for any text.
    pub rule: Option<String>,
    /// The tag to match.
    pub tag: Option<String>,
    /// Where it is written.
    pub span: Span,
}

impl Selection {
    /// True if it selects this rule.
    pub fn is_about(&self, name: &str, tags: &BTreeSet<&str>) -> bool {
        self.rule.as_ref().is_some_and(|pattern| matches(pattern, name))
            || self.tag.as_ref().is_some_and(|tag| tags.contains(&tag.as_str()))
    }
}

/// What is appended to the outputs of some rules.
#[derive(Clone, Debug, Default)]
pub struct Appended {
    /// Only to rules of this source.
    pub source: Option<String>,
    /// Only to rules that have all of these tags.
    pub tags: Vec<String>,
    /// Only to the rule of this name.
    pub rule: Option<String>,
    /// Text of the output.
    pub output: Option<Text>,
    /// Additional fields.
    pub fields: Vec<Field>,
    /// Where it is written.
    pub span: Span,
}

/// A field in addition to the output.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its output template.
    pub template: Text,
    /// True if the value of its single field is not converted to text.
    pub raw: bool,
}

impl Deployment {
    /// True if a rule runs, given whether its files leave it `enabled`.
    pub fn runs(&self, enabled: bool, name: &str, tags: &BTreeSet<&str>, priority: Priority) -> bool {
        let mut on = enabled;
        for selection in &self.selections {
            if selection.is_about(name, tags) {
                on = selection.enable;
            }
        }
        on && self.min_priority.is_none_or(|least| priority <= least)
    }

    /// The additions to the output of a rule.
    pub fn appended<'d>(
        &'d self,
        source: &'d str,
        name: &'d str,
        tags: &'d BTreeSet<&str>,
    ) -> impl Iterator<Item = &'d Appended> {
        self.appended.iter().filter(move |entry| entry.is_about(source, name, tags))
    }
}

impl Appended {
    /// True if it applies to this rule.
    pub fn is_about(&self, source: &str, name: &str, tags: &BTreeSet<&str>) -> bool {
        self.source.as_ref().is_none_or(|wanted| wanted == source)
            && self.rule.as_ref().is_none_or(|wanted| wanted == name)
            && self.tags.iter().all(|tag| tags.contains(&tag.as_str()))
    }
}

/// Falco's wildcards: the text after a star is searched for once, from the left, and must reach the end.
fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern, text);
    loop {
        let Some(star) = pattern.find('*') else { return pattern == text };
        let Some(rest) = text.strip_prefix(&pattern[..star]) else { return false };
        let after = pattern[star..].trim_start_matches('*');
        if after.is_empty() {
            return true;
        }
        let literal = &after[..after.find('*').unwrap_or(after.len())];
        let Some(at) = rest.find(literal) else { return false };
        text = &rest[at + literal.len()..];
        pattern = &after[literal.len()..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_those_of_falco() {
        for (pattern, text, expected) in [
            ("Root sign-in", "Root sign-in", true),
            ("Root", "Root sign-in", false),
            ("*", "", true),
            ("Root*", "Root sign-in", true),
            ("*sign*in", "Root sign-in", true),
            ("**in", "Root sign-in", true),
            // The search stops at the first `aa`.
            ("*aa", "aaxaa", false),
            ("*aa*", "aaxaa", true),
            ("R*t*x", "Root", false),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn the_last_selection_that_is_about_a_rule_counts() {
        let select = |enable, rule: Option<&str>, tag: Option<&str>| Selection {
            enable,
            rule: rule.map(str::to_owned),
            tag: tag.map(str::to_owned),
            ..Selection::default()
        };
        let deployment = Deployment {
            selections: vec![select(false, Some("*"), None), select(true, None, Some("cis"))],
            min_priority: Some(Priority::Notice),
            ..Deployment::default()
        };
        assert!(deployment.runs(true, "a", &["cis"].into(), Priority::Notice));
        assert!(deployment.runs(false, "a", &["cis"].into(), Priority::Error));
        assert!(!deployment.runs(true, "a", &["cis"].into(), Priority::Debug));
        assert!(!deployment.runs(true, "a", &["other"].into(), Priority::Error));
        assert!(Deployment::default().runs(true, "a", &BTreeSet::new(), Priority::Debug));
    }
}
