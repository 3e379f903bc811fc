//! `plugin-version-too-low`

use crate::diag::Diagnostic;
use crate::lint::versions::{self, Since};
use crate::lint::{Context, Lint, LintAtom, LintRule};
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

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let plugins = &rule.view.macros.collected.plugins;
        if plugins.len() > MOST_REQUIREMENTS {
            return;
        }
        // Every entry has to be met, so the highest version counts.
        let choices = plugins.iter().flat_map(|plugin| &plugin.choices);
        let Some(asked) = choices.filter(|choice| choice.name == PLUGIN).max_by_key(|choice| choice.version)
        else {
            return;
        };
        let mut known = versions::all().iter().filter(|since| since.part_of == PLUGIN);
        if !known.any(|since| asked.version <= since.lacking) {
            return;
        }
        for LintAtom { atom, .. } in &rule.atoms {
            atom.left.fields(&mut |field| {
                let since = versions::of(PLUGIN, &field.name);
                if let Some(since) = since.filter(|since| asked.version <= since.lacking) {
                    cx.report_once(since.name, finding(since, asked, atom.origin.span));
                }
            });
        }
    }
}

/// The plugin whose history is known.
const PLUGIN: &str = "cloudtrail";
/// Nobody asks for more plugins than this.
const MOST_REQUIREMENTS: usize = 100;

fn finding(since: &Since, choice: &PluginChoice<'_>, used: Span) -> Diagnostic {
    let Since { part_of, name, having, .. } = since;
    let asked = &choice.version_text.value;
    let message = format!("version {asked} of plugin `{part_of}` has no field `{name}`");
    Diagnostic::new(&PLUGIN_VERSION_TOO_LOW, choice.version_text.span, message)
        .at("too low")
        .label(used, "used here")
        .help(format!("ask for {having}"))
}
