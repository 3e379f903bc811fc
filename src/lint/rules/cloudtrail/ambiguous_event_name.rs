//! `ambiguous-event-name`.

use crate::diag::{Check, Diagnostic};
use crate::lint::event_names::Verdict;
use crate::lint::places::one_of;
use crate::lint::{Context, Lint, LintRule};
use crate::schema::{aws_facts, event_names};
use crate::sema::ir::Term;

crate::declare_check! {
    /// An event name that several services write, in a condition that names none of them.
    ///
    /// ## What it does
    /// Reports an event name without an event source, when more than one service writes it. Sources of one service,
    /// such as those of S3, count as one. A condition that reads a member only one service has (`s3.bucket`,
    /// `iam.policy`) is left alone.
    ///
    /// ## Why it matters
    /// `CreatePolicy` exists in IAM, Organizations, IoT and others. The rule fires for all of them, and its output
    /// looks for members that only one of them has.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Policy created
    ///   desc: Someone created an IAM policy.
    ///   condition: ct.name = "CreatePolicy"
    ///   output: policy created (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Policy created
    ///   desc: Someone created an IAM policy.
    ///   condition: ct.src = "iam.amazonaws.com" and ct.name = "CreatePolicy"
    ///   output: policy created (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub AMBIGUOUS_EVENT_NAME = "RC0423", "ambiguous-event-name", CloudTrail, Info;
}

/// Fields that records of one service have, by the part before the dot.
const OF_ONE_SERVICE: [&str; 4] = ["s3.", "ec2.", "ecr.", "iam."];

/// Services that are meant most often: named first.
const USUAL: [&str; 6] = [
    "iam.amazonaws.com",
    "ec2.amazonaws.com",
    "s3.amazonaws.com",
    "lambda.amazonaws.com",
    "organizations.amazonaws.com",
    "rds.amazonaws.com",
];

/// The lint.
pub struct AmbiguousEventName;

impl Lint for AmbiguousEventName {
    fn check(&self) -> &'static Check {
        &AMBIGUOUS_EVENT_NAME
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let asked = rule.name_tests(cx.environment);
        if asked.tests_source {
            return;
        }
        let mut spoken = None;
        for name in &asked.names {
            // The first of a list speaks for it.
            if name.excluded || !matches!(name.verdict, Verdict::Known) || spoken == Some(name.atom) {
                continue;
            }
            // Nobody has another service in mind with `GetObject`; that it is a data event is said elsewhere.
            if !aws_facts::data_event_sources(name.name).is_empty() {
                continue;
            }
            let mut services = event_names::sources_of(name.name).map(aws_facts::service);
            let Some(first) = services.next() else { continue };
            if services.all(|service| service == first) || reads_one_service(rule) {
                continue;
            }
            spoken = Some(name.atom);
            let mut services: Vec<&str> = rule.sources_of(asked, name.name).map(aws_facts::service).collect();
            let rank =
                |service: &str| USUAL.iter().position(|usual| *usual == service).unwrap_or(USUAL.len());
            services.sort_unstable_by_key(|service| (rank(service), *service));
            services.dedup();
            if services.len() < 2 {
                continue;
            }
            let count = services.len();
            let message = format!("{count} services write `{}`, and the condition names none", name.name);
            let diagnostic =
                Diagnostic::new(&AMBIGUOUS_EVENT_NAME, rule.atoms[name.atom].place_of(name.at), message)
                    .at("whichever service it is")
                    .help(format!("compare `ct.src` as well: with {}", one_of(services)));
            cx.report(diagnostic);
        }
    }
}

fn reads_one_service(rule: &LintRule<'_, '_>) -> bool {
    rule.atoms.iter().any(|atom| match &atom.atom.left {
        Term::Field(field) => OF_ONE_SERVICE.iter().any(|space| field.name.starts_with(space)),
        _ => false,
    })
}
