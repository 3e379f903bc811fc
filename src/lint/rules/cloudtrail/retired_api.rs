//! `retired-api`.

use crate::diag::{Check, Diagnostic, Severity};
use crate::lint::event_names::{Form, Verdict, equals};
use crate::lint::{Context, Lint, LintRule};
use crate::schema::aws_facts;
use crate::sema::ir::Atom;
use crate::sema::predicate::truth;
use std::borrow::Cow;

crate::declare_check! {
    /// A call or a service that AWS has ended.
    ///
    /// ## What it does
    /// Reports event names and event sources of what AWS has switched off for everyone: services such as Macie Classic
    /// or OpsWorks, and the calls that only made sense in EC2-Classic. A rule that waits for nothing else can never fire
    /// again; that is a warning.
    ///
    /// ## Why it matters
    /// The rule looks like cover for something that cannot happen. What came after has other events, and they may
    /// not be covered.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Database opened
    ///   desc: Someone let others reach a database.
    ///   condition: ct.src = "rds.amazonaws.com" and ct.name = "AuthorizeDBSecurityGroupIngress"
    ///   output: database opened (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Database opened
    ///   desc: Someone let others reach a database.
    ///   condition: ct.src = "ec2.amazonaws.com" and ct.name = "AuthorizeSecurityGroupIngress"
    ///   output: database opened (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub RETIRED_API = "RC0424", "retired-api", CloudTrail, Info;
}

/// The lint.
pub struct RetiredApi;

impl Lint for RetiredApi {
    fn check(&self) -> &'static Check {
        &RETIRED_API
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let asked = rule.name_tests(cx.environment);
        let wanted = || asked.names.iter().filter(|name| !name.excluded);
        if wanted().any(|name| aws_facts::may_be_retired(name.name)) {
            let found: Vec<_> = wanted()
                .filter(|name| matches!(name.verdict, Verdict::Known))
                .filter_map(|name| {
                    let mut reasons =
                        rule.sources_of(asked, name.name).map(|source| aws_facts::retired(source, name.name));
                    let first = reasons.next()??;
                    reasons.all(|reason| reason.is_some()).then_some((name, first))
                })
                .collect();
            let all = found.len() == wanted().count();
            for (name, reason) in found {
                let message = format!("`{}` is not called any more: {reason}", name.name);
                let span = rule.atoms[name.atom].place_of(name.at);
                let mut diagnostic = Diagnostic::new(&RETIRED_API, span, message).at("never logged again");
                if all {
                    diagnostic.severity = Severity::Warning;
                }
                cx.report(diagnostic.help("remove it, and cover what came after"));
            }
        }
        if asked.tests_source {
            sources(rule, cx);
        }
    }
}

fn sources(rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
    for atom in &rule.atoms {
        let Some(form) = atom.source else { continue };
        for (at, text) in equals(atom.atom).iter().enumerate() {
            let full = match form {
                Form::Full => Cow::Borrowed(&**text),
                Form::Short => Cow::Owned(format!("{text}.amazonaws.com")),
            };
            let Some(reason) = aws_facts::retired_source(&full) else { continue };
            let message = format!("`{full}` writes nothing any more: {reason}");
            let mut diagnostic =
                Diagnostic::new(&RETIRED_API, atom.place_of(at), message).at("never logged again");
            let needs = |other: &Atom| std::ptr::eq(other, &**atom.atom).then_some(false);
            if equals(atom.atom).len() == 1 && truth(&rule.rule.condition, &needs) == Some(false) {
                diagnostic.severity = Severity::Warning;
            }
            cx.report(diagnostic.help("remove it, and cover what came after"));
        }
    }
}
