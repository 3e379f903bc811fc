//! `negated-inequality`.

use crate::cloudtrail::members::{self, Presence};
use crate::diag::{Check, Diagnostic, Edit, Fix};
use crate::lint::event_names::{compared, reads_source};
use crate::lint::places::not_around;
use crate::lint::rules::checks::{
    ABSENT_COMPARISON, CONSOLE_LOGIN_ERROR_CODE, FAILED_CALLS_EXCLUDED, NEVER_EXTRACTED_FIELD,
};
use crate::lint::{Context, Lint, LintAtom, LintRule};
use crate::sema::ir::{Atom, Term, Test};
use crate::source::Span;
use crate::syntax::token::Op;

crate::declare_check! {
    /// `not … != …`: more than `=`, where the field is absent.
    ///
    /// ## What it does
    /// Reports `!=` behind `not`, on a field that a CloudTrail record can lack. On fields that every record has
    /// (`ct.name`, `ct.src`, `ct.region`) the two say the same, which is a matter of style.
    ///
    /// ## Why it matters
    /// An absent field is different from nothing: `ct.user != "alice"` is false without a user, so `not ct.user !=
    /// "alice"` is true for alice and for every record without a user. That is seldom what was meant.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Alice stops a trail
    ///   desc: Alice stopped a trail.
    ///   condition: ct.name = "StopLogging" and not ct.user != "alice"
    ///   output: trail stopped (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Alice stops a trail
    ///   desc: Alice stopped a trail.
    ///   condition: ct.name = "StopLogging" and ct.user = "alice"
    ///   output: trail stopped (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub NEGATED_INEQUALITY = "RC0309", "negated-inequality", Correctness, Warning
        yields_to [NEVER_EXTRACTED_FIELD, ABSENT_COMPARISON, CONSOLE_LOGIN_ERROR_CODE, FAILED_CALLS_EXCLUDED];
}

/// The lint.
pub struct NegatedInequality;

impl Lint for NegatedInequality {
    fn check(&self) -> &'static Check {
        &NEGATED_INEQUALITY
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        if !rule.is_cloudtrail() {
            return;
        }
        for atom in rule.atoms.iter().filter(|atom| atom.negated) {
            let Test::Values { op: Op::Ne, .. } = atom.atom.test else { continue };
            let Term::Field(field) = &atom.atom.left else { continue };
            if is_always_there(atom.atom) {
                continue;
            }
            let field = field.text();
            let message = format!("`not {field} != …` is also true where `{field}` is absent");
            let mut diagnostic = Diagnostic::new(&NEGATED_INEQUALITY, atom.span(), message)
                .at("false without the field, so its opposite is true");
            diagnostic.fix = fix(rule, atom);
            let help = match diagnostic.fix {
                Some(_) => format!("if absence is meant, say `not {field} exists or {field} = …`"),
                None => format!("compare with `=`, and say `not {field} exists` if absence is meant"),
            };
            cx.report(diagnostic.help(help));
        }
    }
}

/// Every record of an API call has it.
fn is_always_there(atom: &Atom) -> bool {
    let always = |path| path == "/userIdentity/type" || members::presence(path) == Presence::Always;
    reads_source(atom).is_some() || compared(atom).is_some_and(always)
}

/// Takes away the `not` that stands right before it, and the `!`.
fn fix(rule: &LintRule<'_, '_>, atom: &LintAtom<'_, '_>) -> Option<Fix> {
    let not = not_around(rule, atom)?;
    let operator = atom.written.text.locate(atom.written.check.op_place.clone()).span;
    let here = atom.span();
    if not.file != here.file || not.start >= here.start || operator.end.saturating_sub(operator.start) != 2 {
        return None;
    }
    let before = Span::new(not.file, not.start as usize, here.start as usize);
    let edits =
        vec![Edit { span: before, text: String::new() }, Edit { span: operator, text: "=".to_owned() }];
    Some(Fix { title: "write `=` without `not`".to_owned(), edits, safe: false })
}
