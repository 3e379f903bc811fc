//! `missing-tags`

use crate::diag::Diagnostic;
use crate::lint::{Context, Lint, LintRule};

crate::declare_check! {
    /// A rule without tags.
    ///
    /// ## What it does
    /// Reports rules that have no tags, not even from an override.
    ///
    /// ## Why it matters
    /// Tags choose rules (`falco -t`, `falco -T`), and whoever gets the alert sorts and routes by them.
    ///
    /// Falco's [style guide](https://falco.org/docs/concepts/rules/style-guide/) wants maturity, workload and ATT&CK phase.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws, mitre_defense_evasion, T1562.008]
    /// ```
    pub MISSING_TAGS = "RC0600", "missing-tags", Style, Info;
}

/// See [`MISSING_TAGS`].
pub struct MissingTags;

impl Lint for MissingTags {
    fn check(&self) -> &'static crate::diag::Check {
        &MISSING_TAGS
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        if rule.view.info.tags.is_empty() {
            let message = format!("rule `{}` has no tags", rule.rule.name);
            let found = Diagnostic::new(&MISSING_TAGS, rule.rule.name_span, message);
            cx.report(found.help("add `tags`, such as `[aws, mitre_defense_evasion]`"));
        }
    }
}
