//! `event-source-mismatch`.

use crate::diag::{Check, Diagnostic};
use crate::lint::event_names::Verdict;
use crate::lint::places::one_of;
use crate::lint::{Context, Lint, LintRule};
use crate::schema::event_names;

crate::declare_check! {
    /// An event that the source in the condition does not write.
    ///
    /// ## What it does
    /// Reports an event name together with an event source, when other sources write that event and this one does not.
    /// What the condition allows is found by trying the name with each source that writes it. The table of names is
    /// of November 2026; `known-events` in `rulec.toml` adds to it.
    ///
    /// ## Why it matters
    /// No record has both, so this name never makes the rule fire.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail deleted
    ///   desc: Someone deleted a trail.
    ///   condition: ct.src = "iam.amazonaws.com" and ct.name = "DeleteTrail"
    ///   output: trail deleted (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail deleted
    ///   desc: Someone deleted a trail.
    ///   condition: ct.src = "cloudtrail.amazonaws.com" and ct.name = "DeleteTrail"
    ///   output: trail deleted (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub EVENT_SOURCE_MISMATCH = "RC0420", "event-source-mismatch", CloudTrail, Warning;
}

/// The lint.
pub struct EventSourceMismatch;

impl Lint for EventSourceMismatch {
    fn check(&self) -> &'static Check {
        &EVENT_SOURCE_MISMATCH
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        for asked in &rule.name_tests(cx.environment).names {
            let Verdict::Elsewhere(allowed) = asked.verdict else { continue };
            let name = asked.name;
            let own = cx.environment.known_events.sources_of(name).iter().map(String::as_str);
            let known = event_names::sources_of(name).map(|source| -> &str { source });
            let writers = one_of(known.chain(own));
            let message = match allowed {
                "" => format!("`{name}` is written by {writers}, which the condition leaves out"),
                _ => format!("`{name}` is written by {writers}, not by `{allowed}`"),
            };
            let diagnostic =
                Diagnostic::new(&EVENT_SOURCE_MISMATCH, rule.atoms[asked.atom].place_of(asked.at), message)
                    .at("not written by this source")
                    .help(format!("ask for the source that writes it (names as of {})", event_names::DATE));
            cx.report(diagnostic);
        }
    }
}
