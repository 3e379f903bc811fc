//! Warnings about fields and constants that Falco accepts.

use super::checker::{Checker, each_field};
use super::facts::{TypeFact, Warning, WarningKind};
use crate::syntax::ast::{Comparison, Constant, Operand, Right, TextRange};
use crate::syntax::token::{Op, TRANSFORMERS};
use std::borrow::Cow;

impl Checker<'_> {
    /// Adds warnings that do not depend on types.
    pub(super) fn field_facts(&mut self, check: &Comparison<'_>, place: &TextRange) {
        let Some(name) = last_field(&check.left) else { return };
        let na = |value: &Constant<'_>| value.text == "<NA>";
        let compared = match &check.right {
            Right::Const(value) | Right::Word(value) => na(value),
            Right::List(values, _) => values.iter().any(na),
            _ => false,
        };
        let op = matches!(check.op, Op::Eq | Op::EqEq | Op::Ne | Op::In | Op::Intersects | Op::Pmatch);
        if compared
            && op
            && check.modifier.is_none()
            && (name.starts_with("ka.") || name.starts_with("jevt."))
        {
            self.facts.push(TypeFact::UnsafeNa(place.clone()));
        }
        each_field(&check.left, &mut |name, at| {
            if let Some(field) = deprecated(name) {
                self.facts.push(TypeFact::Deprecated(field, at.clone()));
            }
        });
    }

    pub(super) fn constant_warnings(&mut self, value: &Constant<'_>, op: Op) {
        let mut warn = |kind| {
            let warning = Warning { kind, text: value.text.clone().into_owned(), place: value.place.clone() };
            self.facts.push(TypeFact::Warning(warning));
        };
        if op == Op::Regex && is_plain_regex(&value.text) {
            warn(WarningKind::PlainRegex);
        }
        if !value.text.contains(['.', '(']) {
            return;
        }
        let is_space = crate::syntax::lexer::is_space;
        let squeezed: Cow<'_, str> = match value.text.contains(is_space) {
            true => value.text.chars().filter(|&c| !is_space(c)).collect(),
            false => Cow::Borrowed(&value.text),
        };
        if squeezed.contains('.') && self.fields.resolves(&squeezed) {
            warn(WarningKind::Field);
        }
        if squeezed.ends_with(')')
            && TRANSFORMERS.iter().any(|transformer| {
                squeezed.strip_prefix(transformer.text()).is_some_and(|rest| rest.starts_with('('))
            })
        {
            warn(WarningKind::Transformer);
        }
    }
}

fn last_field<'a>(operand: &Operand<'a>) -> Option<&'a str> {
    let mut last = None;
    each_field(operand, &mut |name, _| last = Some(name));
    last
}

/// Fields whose use Falco 0.45 warns about.
pub const DEPRECATED: &[(&str, &str)] = &[
    (
        "evt.dir",
        "due to the drop of enter events, 'evt.dir = <' always evaluates to true, and 'evt.dir = >' always \
         evaluates to false. The rule expression can be simplified by removing the condition on 'evt.dir'",
    ),
    ("evt.latency", NO_LATENCY),
    ("evt.latency.s", NO_LATENCY),
    ("evt.latency.ns", NO_LATENCY),
    ("evt.latency.human", NO_LATENCY),
    ("evt.wait_latency", NO_LATENCY),
];

const NO_LATENCY: &str = "field is not available due to the drop of enter events.";

fn deprecated(name: &str) -> Option<&'static str> {
    if !name.starts_with("evt.") {
        return None;
    }
    DEPRECATED.iter().map(|&(field, _)| field).find(|field| *field == name)
}

/// True if a pattern has no special character except for an anchor or `.*` at an end.
fn is_plain_regex(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if b".+*?^$()[]{}|\\".contains(&byte) {
            let anchor = (byte == b'^' && at == 0) || (byte == b'$' && at + 1 == bytes.len());
            let any = byte == b'.'
                && bytes.get(at + 1).is_some_and(|next| b"+*?".contains(next))
                && ((at == 0 && bytes.len() > 1) || at + 2 == bytes.len());
            if !anchor && !any {
                return false;
            }
            at += usize::from(any);
        }
        at += 1;
    }
    true
}
