//! `no-event-name`

use crate::diag::Diagnostic;
use crate::lint::{Context, Lint, LintRule};
use crate::sema::ir::{Atom, FieldRef, Pred, Term, Test};
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
        if it.source != "aws_cloudtrail" || !it.enabled || !unheard_of(&it.condition).may_hold {
            return;
        }
        let message = format!("rule `{}` asks for no event name or source", it.name);
        cx.report(Diagnostic::new(&NO_EVENT_NAME, it.name_span, message).at("runs on every event").help(
            "ask for `ct.name` or `ct.src` first, or say why not: `# rulec: allow no-event-name -- reason`",
        ));
    }
}

/// What a condition can be for an event with a name and source that nobody has heard of.
#[derive(Clone, Copy)]
struct Can {
    may_hold: bool,
    may_fail: bool,
}

const EITHER: Can = Can { may_hold: true, may_fail: true };
const NEVER: Can = Can { may_hold: false, may_fail: true };
const ALWAYS: Can = Can { may_hold: true, may_fail: false };

fn unheard_of(pred: &Pred) -> Can {
    match pred {
        Pred::Const(true) => ALWAYS,
        Pred::Const(false) => NEVER,
        Pred::And(parts) => parts.iter().map(unheard_of).fold(ALWAYS, |all, part| Can {
            may_hold: all.may_hold && part.may_hold,
            may_fail: all.may_fail || part.may_fail,
        }),
        Pred::Or(parts) => parts.iter().map(unheard_of).fold(NEVER, |any, part| Can {
            may_hold: any.may_hold || part.may_hold,
            may_fail: any.may_fail && part.may_fail,
        }),
        Pred::Not(inner) => {
            let inner = unheard_of(inner);
            Can { may_hold: inner.may_fail, may_fail: inner.may_hold }
        }
        Pred::Atom(atom) => comparison(atom),
    }
}

/// A comparison with a name that equals no constant and holds none: every event has a name and a source.
fn comparison(atom: &Atom) -> Can {
    let mut left = &atom.left;
    while let Term::Call { args, .. } = left {
        let [only] = &**args else { return EITHER };
        left = only;
    }
    if !matches!(left, Term::Field(field) if names_the_event(field)) {
        return EITHER;
    }
    match &atom.test {
        Test::Exists => ALWAYS,
        Test::Values { modifier: Some(_), .. } | Test::Term { .. } => EITHER,
        Test::Values { op, values, .. } => match (op, &**values) {
            (Op::Eq | Op::EqEq | Op::In | Op::Intersects | Op::Pmatch, _) => NEVER,
            (Op::Ne, _) => ALWAYS,
            (Op::Regex, _) => regex(values),
            (_, [value]) if value.bytes().all(|byte| byte == b'*') => ALWAYS,
            (Op::Contains | Op::Icontains | Op::Startswith | Op::Endswith | Op::Glob | Op::Iglob, _) => NEVER,
            _ => EITHER,
        },
    }
}

/// A pattern that says nothing of the name lets any pass; one with letters in it wants those.
fn regex(values: &[Box<str>]) -> Can {
    let letters = |value: &str| value.bytes().any(|byte| byte.is_ascii_alphanumeric());
    if values.iter().all(|value| letters(value) && !value.contains('[')) { NEVER } else { EITHER }
}

fn names_the_event(field: &FieldRef) -> bool {
    match &*field.name {
        "ct.name" | "ct.src" | "ct.shortsrc" => true,
        "json.value" | "jevt.value" => matches!(&*field.member, "/eventName" | "/eventSource"),
        _ => false,
    }
}
