//! `plugin-version-too-low`

use super::versions::{self, Since};
use crate::diag::Diagnostic;
use crate::lint::{Context, Lint, Ruleset};
use crate::sema::requirements::PluginChoice;
use crate::source::Span;

crate::declare_check! {
    /// The rules use a field that the plugin version they ask for does not have.
    ///
    /// ## What it does
    /// Reports a version under `required_plugin_versions` that is older than a field which the rules use in conditions.
    /// Only fields whose first version is certain are looked at: `ct.managementevent`, `ct.request`, `ct.response`,
    /// `ct.additionaleventdata`, `iam.role` and `iam.policy`.
    ///
    /// ## Why it matters
    /// A plugin of the version that is asked for passes, and then Falco refuses the rule for a field it does not know.
    ///
    /// ## Avoid
    /// ```yaml
    /// - required_plugin_versions:
    ///     - name: cloudtrail
    ///       version: 0.10.0
    ///
    /// - rule: Policy opened
    ///   desc: A policy allows everyone.
    ///   condition: ct.name = PutBucketPolicy and ct.request contains '"Principal":"*"'
    ///   output: policy opened (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - required_plugin_versions:
    ///     - name: cloudtrail
    ///       version: 0.12.0
    ///
    /// - rule: Policy opened
    ///   desc: A policy allows everyone.
    ///   condition: ct.name = PutBucketPolicy and ct.request contains '"Principal":"*"'
    ///   output: policy opened (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub PLUGIN_VERSION_TOO_LOW = "RC0511", "plugin-version-too-low", Portability, Warning;
}

/// See [`PLUGIN_VERSION_TOO_LOW`].
pub struct PluginVersionTooLow;

impl Lint for PluginVersionTooLow {
    fn check(&self) -> &'static crate::diag::Check {
        &PLUGIN_VERSION_TOO_LOW
    }

    fn ruleset(&self, set: &Ruleset<'_, '_>, cx: &mut Context<'_>) {
        let choices = || set.collected.plugins.iter().flat_map(|plugin| &plugin.choices);
        // Every entry has to be met, so the highest version counts.
        let asked = |plugin: &str| {
            choices().filter(|choice| choice.name == plugin).max_by_key(|choice| choice.version)
        };
        let mut lacking: Vec<(&Since, &PluginChoice<'_>)> = Vec::new();
        for since in versions::all().iter().filter(|since| since.part_of != "engine") {
            if let Some(choice) = asked(since.part_of).filter(|choice| choice.version <= since.lacking) {
                lacking.push((since, choice));
            }
        }
        // Of each version the newest field is spoken of, where it is used first.
        let mut newest: Option<(&Since, &PluginChoice<'_>, Span)> = None;
        for rule in set.rules {
            if lacking.is_empty() {
                break;
            }
            rule.condition.atoms(&mut |atom| {
                atom.left.fields(&mut |field| {
                    let at = lacking.iter().position(|(since, _)| *since.name == *field.name);
                    let Some((since, choice)) = at.map(|at| lacking.swap_remove(at)) else { return };
                    if newest.is_none_or(|(known, ..)| known.having < since.having) {
                        newest = Some((since, choice, atom.origin.span));
                    }
                });
            });
        }
        if let Some((since, choice, used)) = newest {
            cx.report(finding(since, choice, used));
        }
    }
}

fn finding(since: &Since, choice: &PluginChoice<'_>, used: Span) -> Diagnostic {
    let Since { part_of, name, having, .. } = since;
    let asked = &choice.version_text.value;
    let message = format!("version {asked} of plugin `{part_of}` has no field `{name}`");
    Diagnostic::new(&PLUGIN_VERSION_TOO_LOW, choice.version_text.span, message)
        .at("too low")
        .label(used, "used here")
        .help(format!("ask for {having}"))
}
