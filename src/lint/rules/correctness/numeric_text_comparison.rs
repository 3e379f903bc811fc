//! `numeric-text-comparison`.

use crate::diag::{Check, Diagnostic};
use crate::lint::rules::checks::{CONSOLE_LOGIN_ERROR_CODE, FAILED_CALLS_EXCLUDED, NEVER_EXTRACTED_FIELD};
use crate::lint::{Context, Lint, LintRule};
use crate::schema::Type;
use crate::sema::ir::{Term, Test};
use crate::syntax::token::Op;

crate::declare_check! {
    /// A text compared with a number by size.
    ///
    /// ## What it does
    /// Reports `<`, `<=`, `>` and `>=` with a number, where the left side is a text: `json.value` always is one.
    ///
    /// ## Why it matters
    /// Texts are compared letter by letter: `9` is greater than `10`, and `1000` is less than `5`. Numbers of the
    /// same length compare well; all others do not.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Many instances started
    ///   desc: Someone started more than five instances at once.
    ///   condition: ct.name = "RunInstances" and json.value[/requestParameters/instancesSet/items/0/maxCount] > 5
    ///   output: many instances started (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Many instances started
    ///   desc: Someone started more than five instances at once.
    ///   condition: >
    ///     ct.name = "RunInstances"
    ///     and json.value[/requestParameters/instancesSet/items/0/maxCount] regex "[6-9]|[1-9][0-9]+"
    ///   output: many instances started (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub NUMERIC_TEXT_COMPARISON = "RC0317", "numeric-text-comparison", Correctness, Warning
        yields_to [NEVER_EXTRACTED_FIELD, CONSOLE_LOGIN_ERROR_CODE, FAILED_CALLS_EXCLUDED];
}

/// The lint.
pub struct NumericTextComparison;

impl Lint for NumericTextComparison {
    fn check(&self) -> &'static Check {
        &NUMERIC_TEXT_COMPARISON
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        for atom in &rule.atoms {
            let Test::Values { op: Op::Lt | Op::Le | Op::Gt | Op::Ge, values, .. } = &atom.atom.test else {
                continue;
            };
            let Term::Field(field) = &atom.atom.left else { continue };
            let Some(number) = values.first().filter(|value| value.parse::<f64>().is_ok()) else { continue };
            if field.ty != Type::Charbuf {
                continue;
            }
            let message =
                format!("`{}` is a text, so it is compared with `{number}` letter by letter", field.text());
            let diagnostic = Diagnostic::new(&NUMERIC_TEXT_COMPARISON, atom.span(), message)
                .at("`9` is greater than `10` here")
                .help("match the digits with `regex`, or compare with `=` or `in`");
            cx.report(diagnostic);
        }
    }
}
