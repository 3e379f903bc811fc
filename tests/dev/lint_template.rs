//! `example-lint`.

use crate::diag::{Check, Diagnostic};
use crate::lint::{Context, Lint, LintRule};

crate::declare_check! {
    /// A rule that is called `Avoid`.
    ///
    /// ## What it does
    /// Reports rules that are called `Avoid`. Replace this page, its examples and the code below.
    ///
    /// ## Why it matters
    /// What happens to a user who ignores the finding.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Avoid
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = "StopLogging"
    ///   output: trail stopped (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Prefer
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = "StopLogging"
    ///   output: trail stopped (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub EXAMPLE_LINT = "RC9999", "example-lint", Style, Info;
}

/// See [`EXAMPLE_LINT`].
pub struct ExampleLint;

impl Lint for ExampleLint {
    fn check(&self) -> &'static Check {
        &EXAMPLE_LINT
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        if rule.rule.name == "Avoid" {
            let (place, message) = (rule.rule.name_span, "a rule is called `Avoid`");
            let found = Diagnostic::new(&EXAMPLE_LINT, place, message);
            cx.report(found.help("call it `Prefer`"));
        }
    }
}
