//! `console-login-error-code`.

use crate::diag::{Check, Diagnostic, Edit, Fix};
use crate::lint::event_names::member;
use crate::lint::places::not_around;
use crate::lint::rules::checks::{ABSENT_COMPARISON, NEVER_EXTRACTED_FIELD};
use crate::lint::{Context, Lint, LintRule};
use crate::sema::ir::{Term, Test};

crate::declare_check! {
    /// A rule on console sign-ins that tells failed ones by their error code, which they do not have.
    ///
    /// ## What it does
    /// Reports rules on `ConsoleLogin` alone that ask for an error code, or for none, and look at nothing else that
    /// tells success from failure.
    ///
    /// ## Why it matters
    /// A failed sign-in is no failed call: its record has no `errorCode`. The outcome is in
    /// `responseElements.ConsoleLogin`, `Success` or `Failure`, and the reason in `errorMessage`. So `ct.error exists`
    /// never holds, and `not ct.error exists` holds for failed sign-ins as well.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console sign-in failed
    ///   desc: Someone was refused at the console.
    ///   condition: ct.name = "ConsoleLogin" and ct.error exists
    ///   output: sign-in failed (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Console sign-in failed
    ///   desc: Someone was refused at the console.
    ///   condition: ct.name = "ConsoleLogin" and json.value[/responseElements/ConsoleLogin] = "Failure"
    ///   output: sign-in failed (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub CONSOLE_LOGIN_ERROR_CODE = "RC0429", "console-login-error-code", CloudTrail, Warning
        yields_to [ABSENT_COMPARISON, NEVER_EXTRACTED_FIELD];
}

/// The lint.
pub struct ConsoleLoginErrorCode;

impl Lint for ConsoleLoginErrorCode {
    fn check(&self) -> &'static Check {
        &CONSOLE_LOGIN_ERROR_CODE
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let error = rule.atoms.iter().find(|atom| atom.member == Some("/errorCode"));
        let Some(error) = error.filter(|_| rule.is_cloudtrail()) else { return };
        if !is_sign_in_rule(rule, cx) {
            return;
        }
        let (message, outcome, span) = if rule.wants_failures() {
            let span = matches!(error.atom.test, Test::Exists).then(|| error.span());
            ("a failed `ConsoleLogin` has no error code, so this never holds", "Failure", span)
        } else if rule.keeps_failures_out() && !reads_outcome(rule) {
            let message = "a failed `ConsoleLogin` has no error code, so failed sign-ins are not left out";
            (message, "Success", not_around(rule, error))
        } else {
            return;
        };
        // Without quotation marks, so that it fits into a scalar of any style.
        let text = format!("json.value[/responseElements/ConsoleLogin] = {outcome}");
        let mut diagnostic = Diagnostic::new(&CONSOLE_LOGIN_ERROR_CODE, error.span(), message)
            .at("says nothing about a sign-in")
            .help(format!("use `{text}`"));
        diagnostic.fix = span.map(|span| {
            let title = format!("write `{text}`");
            Fix { title, edits: vec![Edit { span, text }], safe: false }
        });
        cx.report(diagnostic);
    }
}

/// A rule that fires on console sign-ins and nothing else.
pub(super) fn is_sign_in_rule(rule: &LintRule<'_, '_>, cx: &Context<'_>) -> bool {
    let mut names = rule.name_tests(cx.environment).names.iter().filter(|name| !name.excluded).peekable();
    names.peek().is_some()
        && names.all(|name| name.name == "ConsoleLogin")
        && !rule.may_fire("AnotherEvent", "signin.amazonaws.com")
}

/// True if the condition looks at what tells success from failure besides the error code.
pub(super) fn reads_outcome(rule: &LintRule<'_, '_>) -> bool {
    rule.atoms.iter().any(|atom| {
        let mut reads = false;
        atom.atom.left.fields(&mut |field| {
            let path = member(field).unwrap_or_default();
            reads |= path == "/errorMessage"
                || path.starts_with("/responseElements")
                || field.name.starts_with("ct.response")
                || (&*field.name == "json.obj" || &*field.name == "jevt.obj");
        });
        reads || matches!(&atom.atom.left, Term::Field(field) if &*field.name == "evt.plugininfo" || &*field.name == "ct.info")
    })
}
