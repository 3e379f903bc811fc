//! Comparisons that a target cannot express: reported at their place, refused or approximated.

use crate::cloudtrail::fields;
use crate::diag::Diagnostic;
use crate::eval::{Event, SOURCE, holds};
use crate::lint::targets::{APPROXIMATED, NOT_IN_TARGET};
use crate::sema::ir::{Atom, Origin, Pred, Rule, Term, Test};
use crate::sema::predicate::{and, not, or};
use crate::sema::values::constant_from_one;
use crate::syntax::token::Modifier;
use std::sync::Arc;

/// Replacement of a comparison that cannot be expressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Approximate {
    /// A condition that holds on more events.
    Over,
    /// A condition that holds on fewer.
    Under,
}

impl Approximate {
    fn words(self) -> &'static str {
        match self {
            Approximate::Over => "more",
            Approximate::Under => "fewer",
        }
    }
}

/// A condition that the target can express, and the findings about it.
#[derive(Debug)]
pub struct Fitted {
    /// The condition; `None` if the rule is refused.
    pub pred: Option<Pred>,
    /// One finding per refused or approximated comparison.
    pub diagnostics: Vec<Diagnostic>,
}

/// Whether a target can express a comparison, or its negation (`false`); the error is the reason.
pub type CanExpress<'s> = dyn Fn(&Atom, bool) -> Result<(), String> + 's;

/// Enabled rules on CloudTrail, each with its condition as the target can express it.
pub fn all<'r>(
    rules: &'r [Rule],
    approximate: Option<Approximate>,
    diagnostics: &mut Vec<Diagnostic>,
    says: &CanExpress<'_>,
) -> Vec<(&'r Rule, Pred)> {
    let mut fitted = Vec::new();
    for rule in rules.iter().filter(|rule| rule.enabled) {
        if rule.source != SOURCE {
            let reason = format!("it is for the source `{}`, and this target is for `{SOURCE}`", rule.source);
            diagnostics.push(refused(rule, &reason));
            continue;
        }
        let Fitted { pred, diagnostics: found } = rule_for(rule, approximate, says);
        diagnostics.extend(found);
        fitted.extend(pred.map(|pred| (rule, pred)));
    }
    fitted
}

/// The finding for a rule that is refused as a whole.
pub fn refused(rule: &Rule, reason: &str) -> Diagnostic {
    Diagnostic::new(&NOT_IN_TARGET, rule.name_span, format!("rule `{}` is left out: {reason}", rule.name))
}

/// A rule's condition as a target can express it.
pub fn rule_for(rule: &Rule, approximate: Option<Approximate>, says: &CanExpress<'_>) -> Fitted {
    let mut fitter = Fitter { rule, approximate, says, diagnostics: Vec::new() };
    let pred = fitter.part(&rule.condition, true);
    let mut diagnostics = fitter.diagnostics;
    let unsaid = !diagnostics.is_empty();
    if unsaid && approximate.is_none() {
        return Fitted { pred: None, diagnostics };
    }
    if let (true, Pred::Const(_)) = (unsaid, &pred) {
        for found in &mut diagnostics {
            found.check = &NOT_IN_TARGET;
            found.severity = NOT_IN_TARGET.severity;
        }
        diagnostics
            .push(refused(rule, "without what the target cannot say, nothing is left of its condition"));
        return Fitted { pred: None, diagnostics };
    }
    Fitted { pred: Some(pred), diagnostics }
}

struct Fitter<'f> {
    rule: &'f Rule,
    approximate: Option<Approximate>,
    says: &'f CanExpress<'f>,
    diagnostics: Vec<Diagnostic>,
}

impl Fitter<'_> {
    /// `positive` if the whole condition gets wider when this part does.
    fn part(&mut self, pred: &Pred, positive: bool) -> Pred {
        match pred {
            Pred::Const(truth) => Pred::Const(*truth),
            Pred::And(parts) => and(self.all(parts, positive)),
            Pred::Or(parts) => or(self.all(parts, positive)),
            Pred::Not(inner) => not(self.part(inner, !positive)),
            Pred::Atom(atom) => self.atom(atom, positive),
        }
    }

    /// All parts, without a shortcut, so that every problem is reported.
    fn all(&mut self, parts: &[Pred], positive: bool) -> Vec<Pred> {
        parts.iter().map(|part| self.part(part, positive)).collect()
    }

    fn atom(&mut self, atom: &Arc<Atom>, positive: bool) -> Pred {
        if let Some(truth) = known(atom) {
            return Pred::Const(truth);
        }
        let Err(reason) = (self.says)(atom, positive) else { return Pred::Atom(Arc::clone(atom)) };
        let (check, message) = match self.approximate {
            None => (&NOT_IN_TARGET, format!("rule `{}` is left out: {reason}", self.rule.name)),
            Some(approximate) => (
                &APPROXIMATED,
                format!(
                    "rule `{}` fires on {} events than it should: {reason}",
                    self.rule.name,
                    approximate.words()
                ),
            ),
        };
        self.diagnostics.push(placed(Diagnostic::new(check, atom.origin.span, message), &atom.origin));
        Pred::Const(positive == (self.approximate == Some(Approximate::Over)))
    }
}

/// Adds labels for the uses of macros.
fn placed(mut diagnostic: Diagnostic, origin: &Origin) -> Diagnostic {
    for &used in origin.via.iter().rev().take(3) {
        diagnostic = diagnostic.label(used, "used here");
    }
    diagnostic
}

/// Truth of a comparison on every event, if it does not depend on the record.
pub fn known(atom: &Atom) -> Option<bool> {
    if let Some(truth) = counted(atom) {
        return Some(truth);
    }
    let mut constant = true;
    let mut look = |name: &str| constant &= fields::row(name).is_some_and(fields::Row::is_constant);
    atom.left.fields(&mut |field| look(&field.name));
    if let Test::Term { term, .. } = &atom.test {
        term.fields(&mut |field| look(&field.name));
    }
    let event = Event::new(ANY_EVENT, 1).ok().filter(|_| constant)?;
    Some(holds(&Pred::Atom(Arc::new(atom.clone())), &event))
}

/// Any valid record, for comparisons that do not depend on it.
const ANY_EVENT: &[u8] = br#"{"eventTime":"2024-01-01T00:00:00Z","eventType":"AwsApiCall"}"#;

/// Truth of a comparison of `evt.num` that is the same for all numbers from 1.
fn counted(atom: &Atom) -> Option<bool> {
    match &atom.left {
        Term::Field(field) if &*field.name == "evt.num" => {}
        _ => return None,
    }
    match &atom.test {
        Test::Exists => Some(true),
        Test::Values { op, modifier: None | Some(Modifier::Anyof), values } => constant_from_one(*op, values),
        _ => None,
    }
}
