//! `no-event-name`

use crate::diag::Diagnostic;
use crate::lint::{Context, Lint, LintRule};
use crate::sema::ir::{Atom, FieldRef, Term, Test};
use crate::sema::predicate::truth;
use crate::syntax::token::Op;

crate::declare_check! {
    /// A CloudTrail rule that looks at every event.
    ///
    /// ## What it does
    /// Reports rules that an event of any name, from any service, may match: no `ct.name`, `ct.src` or `ct.shortsrc` is
    /// asked for in every way to satisfy the condition.
    ///
    /// ## Why it matters
    /// Such a rule costs time on every event, most of which have nothing to do with it, and a name that AWS invents
    /// tomorrow may set it off. Where every event is meant, say so in a suppression.
    ///
    /// Falco's [style guide](https://falco.org/docs/concepts/rules/style-guide/) asks the same of `evt.type`.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Caller from outside
    ///   desc: A user was created from an address that is not ours.
    ///   condition: not ct.srcip startswith "10."
    ///   output: caller from outside (user=%ct.user ip=%ct.srcip)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Caller from outside
    ///   desc: A user was created from an address that is not ours.
    ///   condition: ct.name = CreateUser and not ct.srcip startswith "10."
    ///   output: caller from outside (user=%ct.user ip=%ct.srcip)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub NO_EVENT_NAME = "RC0551", "no-event-name", Performance, Info;
}

/// See [`NO_EVENT_NAME`].
pub struct NoEventName;

impl Lint for NoEventName {
    fn check(&self) -> &'static crate::diag::Check {
        &NO_EVENT_NAME
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let it = rule.rule;
        if it.source != "aws_cloudtrail" || !it.enabled || truth(&it.condition, &comparison) == Some(false) {
            return;
        }
        let message = format!("rule `{}` asks for no event name or source", it.name);
        cx.report(Diagnostic::new(&NO_EVENT_NAME, it.name_span, message).at("runs on every event").help(
            "ask for `ct.name` or `ct.src` first, or say why not: `# rulec: allow no-event-name -- reason`",
        ));
    }
}

/// Truth of a comparison for an event whose name and source equal no constant and contain none. Every event has both.
fn comparison(atom: &Atom) -> Option<bool> {
    let mut left = &atom.left;
    while let Term::Call { args, .. } = left {
        let [only] = &**args else { return None };
        left = only;
    }
    if !matches!(left, Term::Field(field) if names_the_event(field)) {
        return None;
    }
    match &atom.test {
        Test::Exists => Some(true),
        Test::Values { modifier: Some(_), .. } | Test::Term { .. } => None,
        Test::Values { op, values, .. } => match (op, &**values) {
            (Op::Eq | Op::EqEq | Op::In | Op::Intersects | Op::Pmatch, _) => Some(false),
            (Op::Ne, _) => Some(true),
            (Op::Regex, _) => regex(values),
            (_, [value]) if value.bytes().all(|byte| byte == b'*') => Some(true),
            (Op::Contains | Op::Icontains | Op::Startswith | Op::Endswith | Op::Glob | Op::Iglob, _) => {
                Some(false)
            }
            _ => None,
        },
    }
}

/// A pattern that says nothing of the name lets any pass; one with letters in it wants those.
fn regex(values: &[Box<str>]) -> Option<bool> {
    let letters = |value: &str| value.bytes().any(|byte| byte.is_ascii_alphanumeric());
    if values.iter().all(|value| letters(value) && !value.contains('[')) { Some(false) } else { None }
}

fn names_the_event(field: &FieldRef) -> bool {
    match &*field.name {
        "ct.name" | "ct.src" | "ct.shortsrc" => true,
        "json.value" | "jevt.value" => matches!(&*field.member, "/eventName" | "/eventSource"),
        _ => false,
    }
}
