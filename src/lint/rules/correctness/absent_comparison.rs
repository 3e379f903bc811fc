//! `absent-comparison`.

use crate::diag::{Check, Diagnostic, Edit, Fix, Severity};
use crate::lint::event_names::equals;
use crate::lint::places::not_around;
use crate::lint::rules::checks::NEVER_EXTRACTED_FIELD;
use crate::lint::{Context, Lint, LintAtom, LintRule};
use crate::sema::ir::{FieldRef, Term, Test};
use crate::source::Span;
use crate::syntax::token::Op;

crate::declare_check! {
    /// A comparison with what an absent field looks like in outputs.
    ///
    /// ## What it does
    /// Reports fields of CloudTrail records that are compared with `<NA>`, and fields that are never empty compared with
    /// an empty text. `= "<NA>"` never holds and `not … = "<NA>"` always does: both are warnings. `!= "<NA>"` and
    /// `!= ""` hold whenever the field is there and are only worth an info: `exists` says so.
    ///
    /// ## Why it matters
    /// `<NA>` is how an output shows a field that is absent. In a condition an absent field is equal to nothing and
    /// different from nothing: every comparison with it is false. `ct.error = "<NA>"`, meant as "the call succeeded",
    /// keeps a rule from ever firing.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = "StopLogging" and ct.error = "<NA>"
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
    ///   condition: ct.name = "StopLogging" and not ct.error exists
    ///   output: trail stopped (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub ABSENT_COMPARISON = "RC0300", "absent-comparison", Correctness, Warning
        yields_to [NEVER_EXTRACTED_FIELD];
}

/// Fields that records may have with an empty text, by name or how it begins. Members read by `json.value` may as well.
const MAY_BE_EMPTY: [&str; 8] = [
    "json.",
    "jevt.",
    "ct.request",
    "ct.response",
    "ct.user.principalid",
    "ct.useragent",
    "ct.serviceeventdetails",
    "ct.edgedevicedetails",
];

/// The lint.
pub struct AbsentComparison;

impl Lint for AbsentComparison {
    fn check(&self) -> &'static Check {
        &ABSENT_COMPARISON
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        if !rule.is_cloudtrail() {
            return;
        }
        for atom in &rule.atoms {
            let Term::Field(field) = &atom.atom.left else { continue };
            let values = equals(atom.atom);
            for (at, value) in values.iter().enumerate() {
                if !stands_for_absence(field, value) {
                    continue;
                }
                // Who asks for presence as well means what it says.
                if value.is_empty() && asks_for_presence(rule, field) {
                    continue;
                }
                if values.len() == 1 {
                    let diagnostic = alone(rule, atom, field, value);
                    cx.report(diagnostic);
                } else {
                    let message =
                        format!("an absent `{}` is equal to nothing, `\"{value}\"` included", field.text());
                    let diagnostic = Diagnostic::new(&ABSENT_COMPARISON, atom.place_of(at), message)
                        .at("never equal")
                        .help(format!("ask for `not {} exists` instead", field.text()));
                    cx.report(diagnostic);
                }
            }
        }
    }
}

fn stands_for_absence(field: &FieldRef, value: &str) -> bool {
    match value {
        // Falco itself warns of `jevt.value` with this text.
        "<NA>" => !field.name.starts_with("jevt."),
        "" => !MAY_BE_EMPTY.iter().any(|start| field.name.starts_with(start)),
        _ => false,
    }
}

fn asks_for_presence(rule: &LintRule<'_, '_>, field: &FieldRef) -> bool {
    let same = |term: &Term| matches!(term, Term::Field(other) if other == field);
    rule.atoms.iter().any(|atom| atom.atom.test == Test::Exists && same(&atom.atom.left))
}

/// The only value of its comparison.
fn alone(rule: &LintRule<'_, '_>, atom: &LintAtom<'_, '_>, field: &FieldRef, value: &str) -> Diagnostic {
    let field = field.text();
    let unequal = matches!(atom.atom.test, Test::Values { op: Op::Ne, .. });
    let exists = format!("{field} exists");
    let not_exists = format!("not {field} exists");
    let (message, label, meant, span) = match (unequal, atom.negated) {
        (false, false) => (
            format!("`{field}` is never equal to `\"{value}\"`: a field is absent, not `\"{value}\"`"),
            "never true",
            not_exists,
            Some(atom.span()),
        ),
        (false, true) => (
            format!("`{field}` is never equal to `\"{value}\"`, so this leaves nothing out"),
            "never true, so its opposite always is",
            exists,
            not_around(rule, atom),
        ),
        (true, false) => (
            format!("`{field} != \"{value}\"` only asks whether the field is there"),
            "true for every value",
            exists,
            Some(atom.span()),
        ),
        (true, true) => (
            format!("`not {field} != \"{value}\"` only asks whether the field is absent"),
            "true for every value",
            not_exists,
            not_around(rule, atom),
        ),
    };
    let mut diagnostic = Diagnostic::new(&ABSENT_COMPARISON, atom.span(), message).at(label);
    if unequal {
        diagnostic.severity = Severity::Info;
    }
    diagnostic.fix = span.map(|span| fix(span, &meant));
    match diagnostic.fix {
        Some(_) => diagnostic,
        None => diagnostic.help(format!("use `{meant}`")),
    }
}

fn fix(span: Span, text: &str) -> Fix {
    let edits = vec![Edit { span, text: text.to_owned() }];
    Fix { title: format!("write `{text}`"), edits, safe: false }
}
