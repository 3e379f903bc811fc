//! `unknown-event-name`.

use crate::diag::{Check, Diagnostic, Severity};
use crate::lint::event_names::{NameTest, Verdict};
use crate::lint::places::{one_of, rewrite};
use crate::lint::rules::checks::{ABSENT_COMPARISON, CASE_MISMATCH, EVENT_SOURCE_MISMATCH};
use crate::lint::{Context, Lint, LintRule};
use crate::schema::aws_facts::{Logged, NonEventKind};
use crate::schema::event_names::{self, DATE};
use crate::source::Span;

crate::declare_check! {
    /// An event name that CloudTrail never writes.
    ///
    /// ## What it does
    /// Reports an event name that no service is known to write, or none that the condition allows. Often it is an IAM
    /// action, or the name of an API call that is logged under another one: S3's `PutLifecycleConfiguration` is
    /// logged as `PutBucketLifecycle`, Lambda's `CreateFunction` as `CreateFunction20150331`. Otherwise the nearest
    /// name is shown. In an exclusion such a name is only worth an info: it excludes nothing.
    ///
    /// ## Why it matters
    /// The rule loads and never fires for this name. The table of names is of November 2026 and lags AWS: add a name
    /// that is newer to `known-events` in `rulec.toml`.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Bucket lifecycle changed
    ///   desc: Someone changed the lifecycle of a bucket.
    ///   condition: ct.src = "s3.amazonaws.com" and ct.name = "PutLifecycleConfiguration"
    ///   output: lifecycle changed (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Bucket lifecycle changed
    ///   desc: Someone changed the lifecycle of a bucket.
    ///   condition: ct.src = "s3.amazonaws.com" and ct.name = "PutBucketLifecycle"
    ///   output: lifecycle changed (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub UNKNOWN_EVENT_NAME = "RC0421", "unknown-event-name", CloudTrail, Warning
        yields_to [ABSENT_COMPARISON, CASE_MISMATCH, EVENT_SOURCE_MISMATCH];
}

/// The lint.
pub struct UnknownEventName;

impl Lint for UnknownEventName {
    fn check(&self) -> &'static Check {
        &UNKNOWN_EVENT_NAME
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        for asked in &rule.name_tests(cx.environment).names {
            if asked.name.is_empty() || matches!(asked.verdict, Verdict::Known | Verdict::Elsewhere(_)) {
                continue;
            }
            let span = rule.atoms[asked.atom].place_of(asked.at);
            let mut diagnostic = match asked.verdict {
                Verdict::LoggedAs(source, logged) => stand_in(cx, span, asked, source, logged),
                Verdict::Unknown(source) => unknown(cx, span, asked, source),
                Verdict::Known | Verdict::Elsewhere(_) => continue,
            };
            if asked.excluded {
                diagnostic.severity = Severity::Info;
                diagnostic.message.push_str(", so there is nothing to exclude");
            }
            cx.report(diagnostic);
        }
    }
}

fn stand_in(cx: &Context<'_>, span: Span, asked: &NameTest<'_>, source: &str, logged: &Logged) -> Diagnostic {
    let name = asked.name;
    let events = one_of(logged.events.iter().copied());
    let message = match logged.kind {
        NonEventKind::Api => format!("CloudTrail logs the call `{name}` of `{source}` as {events}"),
        NonEventKind::Action => format!("`{name}` is an IAM action; `{source}` logs its calls as {events}"),
        NonEventKind::Permission => format!("`{name}` is a permission without a call, so it is never logged"),
    };
    let mut diagnostic = Diagnostic::new(&UNKNOWN_EVENT_NAME, span, message).at("never logged");
    diagnostic = match logged.events.as_slice() {
        [] => diagnostic.help("ask for the calls that need the permission"),
        [one] => {
            diagnostic.fix = rewrite(cx, span, name, one);
            diagnostic
        }
        _ => diagnostic.help(format!("ask for {events}")),
    };
    diagnostic
}

fn unknown(cx: &mut Context<'_>, span: Span, asked: &NameTest<'_>, source: Option<&str>) -> Diagnostic {
    let name = asked.name;
    let message = match source {
        Some(source) => format!("`{source}` is not known to write `{name}` (as of {DATE})"),
        None => format!("no event `{name}` is known (as of {DATE})"),
    };
    let mut diagnostic = Diagnostic::new(&UNKNOWN_EVENT_NAME, span, message).at("not in the table of names");
    let meant = match source {
        _ if !cx.may_search() => None,
        Some(source) => event_names::nearest_in(source, name).or_else(|| event_names::nearest(name)),
        None => event_names::nearest(name),
    };
    match meant {
        Some(meant) => {
            diagnostic = diagnostic.help(format!("did you mean `{meant}`?"));
            diagnostic.fix = rewrite(cx, span, name, meant);
        }
        None => {
            let help = "correct it, or add it to `known-events` in `rulec.toml` if AWS has it by now";
            diagnostic = diagnostic.help(help);
        }
    }
    diagnostic
}
