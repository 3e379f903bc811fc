//! `failed-calls-excluded`.

use super::console_login_error_code::is_sign_in_rule;
use crate::diag::{Check, Diagnostic};
use crate::lint::intent::says;
use crate::lint::rules::checks::{ABSENT_COMPARISON, NEVER_EXTRACTED_FIELD};
use crate::lint::{Context, Lint, LintRule};

crate::declare_check! {
    /// A rule that speaks of failed calls and leaves them out.
    ///
    /// ## What it does
    /// Reports a rule whose name or description speaks of failed or denied calls, while its condition cannot hold for a
    /// record with an error code.
    ///
    /// ## Why it matters
    /// A call that AWS refuses has an error code (except at the console's sign-in). With `not ct.error exists` the rule
    /// fires for what succeeded and stays silent for what it is named after.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Failed attempt to stop a trail
    ///   desc: Someone was refused when stopping a trail.
    ///   condition: ct.name = "StopLogging" and not ct.error exists
    ///   output: trail not stopped (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Failed attempt to stop a trail
    ///   desc: Someone was refused when stopping a trail.
    ///   condition: ct.name = "StopLogging" and ct.error exists
    ///   output: trail not stopped (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub FAILED_CALLS_EXCLUDED = "RC0427", "failed-calls-excluded", CloudTrail, Warning
        yields_to [ABSENT_COMPARISON, NEVER_EXTRACTED_FIELD];
}

const IN_NAME: [&str; 6] = ["denied", "failed", "failing", "failure", "failures", "unsuccessful"];
const IN_DESCRIPTION: [&str; 2] = ["failed", "unsuccessful"];

/// The lint.
pub struct FailedCallsExcluded;

impl Lint for FailedCallsExcluded {
    fn check(&self) -> &'static Check {
        &FAILED_CALLS_EXCLUDED
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let error = rule.atoms.iter().find(|atom| atom.member == Some("/errorCode"));
        let Some(error) = error.filter(|_| rule.is_cloudtrail()) else { return };
        let Some(words) = says(rule, &IN_NAME, &IN_DESCRIPTION) else { return };
        if !rule.keeps_failures_out() || is_sign_in_rule(rule, cx) {
            return;
        }
        let message =
            format!("rule `{}` speaks of failed calls, and its condition leaves them out", rule.rule.name);
        let diagnostic = Diagnostic::new(&FAILED_CALLS_EXCLUDED, error.span(), message)
            .at("failed calls have an error code")
            .label(words, "failed calls are meant")
            .help("ask for `ct.error exists`, or say what the rule finds");
        cx.report(diagnostic);
    }
}
