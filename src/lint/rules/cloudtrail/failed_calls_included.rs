//! `failed-calls-included`.

use super::console_login_error_code::{is_sign_in_rule, reads_outcome};
use crate::diag::{Check, Diagnostic};
use crate::lint::intent::says;
use crate::lint::{Context, Lint, LintRule};

crate::declare_check! {
    /// A rule that speaks of successful calls and fires for failed ones too.
    ///
    /// ## What it does
    /// Reports a rule whose name or description speaks of successful calls, while its condition asks neither for an error
    /// code or message nor for anything in the response.
    ///
    /// ## Why it matters
    /// CloudTrail records calls that AWS refused like others, with an error code. The rule reports them as if they had
    /// succeeded.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped successfully
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = "StopLogging"
    ///   output: trail stopped (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped successfully
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = "StopLogging" and not ct.error exists
    ///   output: trail stopped (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub FAILED_CALLS_INCLUDED = "RC0428", "failed-calls-included", CloudTrail, Warning;
}

const WORDS: [&str; 3] = ["successful", "successfully", "succeeded"];

/// The lint.
pub struct FailedCallsIncluded;

impl Lint for FailedCallsIncluded {
    fn check(&self) -> &'static Check {
        &FAILED_CALLS_INCLUDED
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        if !rule.is_cloudtrail() || rule.compares("/errorCode") || reads_outcome(rule) {
            return;
        }
        let Some(words) = says(rule, &WORDS, &WORDS) else { return };
        let help = match is_sign_in_rule(rule, cx) {
            true => "add `and json.value[/responseElements/ConsoleLogin] = \"Success\"`",
            false => "add `and not ct.error exists`",
        };
        let message = format!("rule `{}` speaks of success, and fires for failed calls too", rule.rule.name);
        let diagnostic = Diagnostic::new(&FAILED_CALLS_INCLUDED, words, message)
            .at("only successful calls are meant")
            .label(rule.rule.condition_span, "nothing here leaves failed ones out")
            .help(help);
        cx.report(diagnostic);
    }
}
