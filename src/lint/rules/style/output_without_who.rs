//! `output-without-who`

use crate::diag::Diagnostic;
use crate::lint::{Context, Lint, LintRule};

crate::declare_check! {
    /// An alert on CloudTrail that says neither who nor where.
    ///
    /// ## What it does
    /// Reports outputs of CloudTrail rules with no field for the user, the source address or the region.
    ///
    /// ## Why it matters
    /// Whoever gets the alert asks this first, and has to look for the event by its time.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: trail stopped (event=%ct.name)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: trail stopped (event=%ct.name user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub OUTPUT_WITHOUT_WHO = "RC0602", "output-without-who", Style, Info;
}

/// See [`OUTPUT_WITHOUT_WHO`].
pub struct OutputWithoutWho;

impl Lint for OutputWithoutWho {
    fn check(&self) -> &'static crate::diag::Check {
        &OUTPUT_WITHOUT_WHO
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let info = rule.view.info;
        if info.source != "aws_cloudtrail" || info.output.iter().any(|part| says_who(&part.value)) {
            return;
        }
        let message =
            format!("the output of rule `{}` names no user, source address or region", rule.rule.name);
        cx.report(
            Diagnostic::new(&OUTPUT_WITHOUT_WHO, info.output_span, message)
                .help("add `user=%ct.user ip=%ct.srcip region=%ct.region`"),
        );
    }
}

/// How fields begin that tell who or where; the last three hold everything.
const WHO: [&str; 11] = [
    "ct.user",
    "ct.originaluser",
    "ct.srcip",
    "ct.region",
    "json.value[/userIdentity",
    "json.value[/sourceIPAddress",
    "json.value[/awsRegion",
    "jevt.value[/userIdentity",
    "ct.info",
    "evt.plugininfo",
    "json.obj",
];

fn says_who(output: &str) -> bool {
    memchr::memchr_iter(b'%', output.as_bytes()).any(|at| {
        let field = &output[at + 1..];
        // Within transformers the field comes after the last parenthesis that opens.
        let word = field.split([' ', ')', '%']).next().unwrap_or_default();
        let mut parts = word.split(['(', ',']).map(|part| part.trim_start_matches('*'));
        // `%12ct.user` has a width.
        parts.any(|part| {
            let part = part.trim_start_matches(|c: char| c.is_ascii_digit());
            // `ct.useragent` is no user.
            WHO.iter().any(|who| part.starts_with(who)) && !part.starts_with("ct.useragent")
        })
    })
}
