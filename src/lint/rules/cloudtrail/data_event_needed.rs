//! `data-event-needed`.

use crate::diag::{Check, Diagnostic};
use crate::lint::event_names::Verdict;
use crate::lint::{Context, Lint, LintRule};
use crate::schema::aws_facts;

crate::declare_check! {
    /// A rule that waits for data events, which trails do not record by themselves.
    ///
    /// ## What it does
    /// Reports a comparison with the name of a data event: reading and writing objects of S3, items of DynamoDB, messages
    /// of SNS and SQS, invoking a Lambda function and their like.
    ///
    /// ## Why it matters
    /// A trail records management events only, unless its event selectors ask for more. Without them the rule is silent
    /// whatever happens. Allow the finding, with that as the reason, once the trail is set up.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Secret object read
    ///   desc: Someone read an object of the secret bucket.
    ///   condition: ct.src = "s3.amazonaws.com" and ct.name = "GetObject" and s3.bucket = "secrets"
    ///   output: object read (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// # rulec: allow data-event-needed -- the trail records data events of this bucket
    /// - rule: Secret object read
    ///   desc: Someone read an object of the secret bucket.
    ///   condition: ct.src = "s3.amazonaws.com" and ct.name = "GetObject" and s3.bucket = "secrets"
    ///   output: object read (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub DATA_EVENT_NEEDED = "RC0425", "data-event-needed", CloudTrail, Info;
}

/// The lint.
pub struct DataEventNeeded;

impl Lint for DataEventNeeded {
    fn check(&self) -> &'static Check {
        &DATA_EVENT_NEEDED
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let asked = rule.name_tests(cx.environment);
        let mut spoken = None;
        for name in &asked.names {
            // The first of a list speaks for it.
            if name.excluded || !matches!(name.verdict, Verdict::Known) || spoken == Some(name.atom) {
                continue;
            }
            let data = aws_facts::data_event_sources(name.name);
            if data.is_empty() {
                continue;
            }
            let Some(source) =
                data.iter().find(|source| !asked.tests_source || rule.may_fire(name.name, source))
            else {
                continue;
            };
            spoken = Some(name.atom);
            let message = format!("`{}` of `{source}` is a data event", name.name);
            let span = rule.atoms[name.atom].place_of(name.at);
            let diagnostic = Diagnostic::new(&DATA_EVENT_NEEDED, span, message)
                .at("not recorded unless the trail asks for it")
                .help("have the trail record these data events, and allow this finding");
            cx.report(diagnostic);
        }
    }
}
