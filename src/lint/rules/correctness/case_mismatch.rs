//! `case-mismatch`.

use crate::cloudtrail::members;
use crate::diag::{Check, Diagnostic, Severity};
use crate::lint::event_names::{Form, Verdict, equals, known_source};
use crate::lint::places::rewrite;
use crate::lint::{Context, Lint, LintAtom, LintRule};
use crate::schema::event_names;

crate::declare_check! {
    /// A value that is right but for its capital letters.
    ///
    /// ## What it does
    /// Reports event names, event sources, kinds of identities and other values of which all are known (`Success` and
    /// `Failure` of a sign-in, `true` and `false` of a flag), where the text in the condition differs from the real one
    /// in letter case alone. In an exclusion it is only worth an info.
    ///
    /// ## Why it matters
    /// `=`, `!=` and `in` compare letter by letter, so the comparison is never true. (Where several spellings have to be
    /// matched, `icontains` and `iglob` do not look at letter case.)
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = "stopLogging"
    ///   output: trail stopped (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = "StopLogging"
    ///   output: trail stopped (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub CASE_MISMATCH = "RC0308", "case-mismatch", Correctness, Warning;
}

/// The lint.
pub struct CaseMismatch;

impl Lint for CaseMismatch {
    fn check(&self) -> &'static Check {
        &CASE_MISMATCH
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        if !rule.is_cloudtrail() {
            return;
        }
        for asked in &rule.name_tests(cx.environment).names {
            if let Verdict::Unknown(source) = asked.verdict
                && let Some(real) = event_names::ignoring_case(asked.name)
                && source.is_none_or(|source| event_names::known(source, real))
            {
                found(&rule.atoms[asked.atom], asked.at, asked.name, real, cx);
            }
        }
        for atom in &rule.atoms {
            if let Some(form) = atom.source {
                for (at, text) in equals(atom.atom).iter().enumerate() {
                    if let Some(real) = lower_source(form, text) {
                        found(atom, at, text, real, cx);
                    }
                }
                continue;
            }
            let Some(path) = atom.member else { continue };
            let Some(member) = members::at(path) else { continue };
            for (at, text) in equals(atom.atom).iter().enumerate() {
                let same = member.values.iter().find(|value| value.eq_ignore_ascii_case(text));
                if let Some(real) = same.filter(|value| **value != &**text) {
                    found(atom, at, text, real, cx);
                }
            }
        }
    }
}

/// Sources are in lower case.
fn lower_source(form: Form, text: &str) -> Option<&'static str> {
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    Some(form.of(known_source(form, &text.to_ascii_lowercase())?))
}

fn found(atom: &LintAtom<'_, '_>, at: usize, text: &str, real: &str, cx: &mut Context<'_>) {
    let span = atom.place_of(at);
    let message = format!("`{text}` is spelled `{real}` in records, and letter case counts");
    let mut diagnostic = Diagnostic::new(&CASE_MISMATCH, span, message).at("never equal");
    diagnostic.fix = rewrite(cx, span, text, real);
    if diagnostic.fix.is_none() {
        diagnostic = diagnostic.help(format!("write `{real}`"));
    }
    if atom.excludes() {
        diagnostic.severity = Severity::Info;
    }
    cx.report(diagnostic);
}
