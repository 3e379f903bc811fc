//! `unknown-event-source`.

use crate::diag::{Check, Diagnostic, Severity};
use crate::lint::event_names::{Form, equals, known_source};
use crate::lint::places::rewrite;
use crate::lint::rules::checks::{ABSENT_COMPARISON, CASE_MISMATCH};
use crate::lint::{Context, Lint, LintAtom, LintRule};
use crate::schema::aws_facts;
use crate::schema::event_names::{self, DATE};

crate::declare_check! {
    /// An event source that no AWS service writes.
    ///
    /// ## What it does
    /// Reports an event source that is not known: a misspelt one, a name without `.amazonaws.com` in `ct.src`, a name
    /// with it in `ct.shortsrc`, and what services are called by but do not write (`cloudwatchlogs`, where records say
    /// `logs`). In an exclusion it is only worth an info.
    ///
    /// ## Why it matters
    /// The comparison is never true. The table of sources is of November 2026; sources that `known-events` in
    /// `rulec.toml` names are known too.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: User created
    ///   desc: Someone created a user.
    ///   condition: ct.src = "iam" and ct.name = "CreateUser"
    ///   output: user created (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: User created
    ///   desc: Someone created a user.
    ///   condition: ct.src = "iam.amazonaws.com" and ct.name = "CreateUser"
    ///   output: user created (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub UNKNOWN_EVENT_SOURCE = "RC0422", "unknown-event-source", CloudTrail, Warning
        yields_to [ABSENT_COMPARISON, CASE_MISMATCH];
}

/// The lint.
pub struct UnknownEventSource;

impl Lint for UnknownEventSource {
    fn check(&self) -> &'static Check {
        &UNKNOWN_EVENT_SOURCE
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        if !rule.is_cloudtrail() {
            return;
        }
        for atom in &rule.atoms {
            let Some(form) = atom.source else { continue };
            for (at, text) in equals(atom.atom).iter().enumerate() {
                if !text.is_empty() && known_source(form, text).is_none() {
                    judge(atom, form, at, text, cx);
                }
            }
        }
    }
}

fn judge(atom: &LintAtom<'_, '_>, form: Form, at: usize, text: &str, cx: &mut Context<'_>) {
    let full = match form {
        Form::Full => text.to_owned(),
        Form::Short => format!("{text}.amazonaws.com"),
    };
    let span = atom.place_of(at);
    let known = cx.environment.known_events.is_source(&full) || aws_facts::retired_source(&full).is_some();
    if known {
        return;
    }
    let (message, meant) = match form {
        Form::Full => match event_names::source(&format!("{text}.amazonaws.com")) {
            Some(source) => {
                (format!("`{text}` is the short form of the event source `{source}`"), Some(source))
            }
            None => (format!("no event source `{text}` is known (as of {DATE})"), meant(cx, text)),
        },
        Form::Short => match event_names::source(text) {
            Some(source) => (format!("`ct.shortsrc` has no domain, `{text}` has"), Some(source)),
            None => (format!("no event source `{full}` is known (as of {DATE})"), meant(cx, &full)),
        },
    };
    let mut diagnostic = Diagnostic::new(&UNKNOWN_EVENT_SOURCE, span, message).at("no such event source");
    match meant.map(|source| form.of(source)) {
        Some(meant) => {
            diagnostic = diagnostic.help(format!("did you mean `{meant}`?"));
            diagnostic.fix = rewrite(cx, span, text, meant);
        }
        None => {
            let help = "correct it, or name it in `known-events` in `rulec.toml` if AWS has it by now";
            diagnostic = diagnostic.help(help);
        }
    }
    if atom.excludes() {
        diagnostic.severity = Severity::Info;
        diagnostic.message.push_str(", so there is nothing to exclude");
    }
    cx.report(diagnostic);
}

fn meant(cx: &mut Context<'_>, source: &str) -> Option<&'static str> {
    let domain = |source: &str| format!("{source}.amazonaws.com");
    aws_facts::meant_source(source)
        .or_else(|| aws_facts::meant_source(&domain(source)))
        .or_else(|| event_names::nearest_source(source).filter(|_| cx.may_search()))
}
