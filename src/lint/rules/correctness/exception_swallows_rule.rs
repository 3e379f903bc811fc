//! `exception-swallows-rule`

use crate::diag::Diagnostic;
use crate::eval::SOURCE;
use crate::lint::quick_model::QuickModel;
use crate::lint::{Context, Lint, LintRule};
use crate::sema::ir::{Atom, Pred, Term, Test};
use crate::sema::predicate::conjuncts;
use crate::source::Text;
use crate::syntax::token::Op;
use std::sync::Arc;

crate::declare_check! {
    /// An exception that leaves nothing of its rule.
    ///
    /// ## What it does
    /// Reports values of an exception that every event of the rule has, because the condition asks for them, and
    /// comparisons that hold for every event that has the field, such as `contains ""`.
    ///
    /// ## Why it matters
    /// The rule loads and never fires again.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging and not ct.error exists
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    ///   exceptions:
    ///     - name: known_events
    ///       fields: ct.name
    ///       comps: in
    ///       values: [StopLogging]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging and not ct.error exists
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    ///   exceptions:
    ///     - name: known_users
    ///       fields: ct.user
    ///       comps: in
    ///       values: [deployment]
    /// ```
    pub EXCEPTION_SWALLOWS_RULE = "RC0316", "exception-swallows-rule", Correctness, Warning;
}

/// See [`EXCEPTION_SWALLOWS_RULE`].
pub struct ExceptionSwallowsRule;

/// A condition of more clauses than this is looked at no further.
const MOST_CLAUSES: usize = 64;
/// Pairs of values that are compared.
const MOST_PAIRS: usize = 10_000;

impl Lint for ExceptionSwallowsRule {
    fn check(&self) -> &'static crate::diag::Check {
        &EXCEPTION_SWALLOWS_RULE
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let Some(Parts { condition, exceptions }) = Parts::of(rule) else { return };
        let clauses: Vec<_> = atoms(condition).take(MOST_CLAUSES).collect();
        for (name, part) in exceptions {
            let Pred::Not(excluded) = part else { continue };
            let tuples = match &**excluded {
                Pred::Or(tuples) => tuples,
                one => std::slice::from_ref(one),
            };
            for tuple in tuples {
                let comparisons: Vec<_> = atoms(tuple).collect();
                let only_atoms = matches!(tuple, Pred::Atom(_))
                    || matches!(tuple, Pred::And(parts) if parts.len() == comparisons.len());
                let Some(first) = comparisons.first().filter(|_| only_atoms) else { continue };
                let always = |atom: &&Arc<Atom>| holds_if_present(atom);
                let implied = |atom: &&Arc<Atom>| clauses.iter().any(|clause| implies(clause, atom));
                if comparisons.iter().all(implied) {
                    cx.report(asked_for(name, first, &clauses));
                } else if comparisons.iter().all(always) {
                    cx.report(any_value(name, first));
                }
            }
        }
    }

    fn sound_rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let Some(Parts { condition, exceptions }) = Parts::of(rule) else { return };
        let whole = &rule.rule.condition;
        let suspicious = rule.rule.source == SOURCE && QuickModel::of(whole, true).is_none();
        if suspicious && cx.is_never(whole) && !cx.is_never(condition) {
            proved(condition, &exceptions, cx);
        }
    }
}

/// A condition, and what exceptions with values add to it.
struct Parts<'r> {
    condition: &'r Pred,
    exceptions: Vec<(&'r Text, &'r Pred)>,
}

impl<'r> Parts<'r> {
    fn of(rule: &'r LintRule<'_, '_>) -> Option<Parts<'r>> {
        // The condition comes first, then `not` and each exception with values.
        let Pred::And(parts) = &rule.rule.condition else { return None };
        let [condition, parts @ ..] = &**parts else { return None };
        let with_values = rule.view.info.exceptions.iter().filter(|exception| !exception.values.is_empty());
        let exceptions: Vec<_> = with_values.map(|exception| exception.name).zip(parts).collect();
        (!exceptions.is_empty()).then_some(Parts { condition, exceptions })
    }
}

/// Reports a condition of which the exceptions leave nothing, which takes a proof.
fn proved(condition: &Pred, exceptions: &[(&Text, &Pred)], cx: &mut Context<'_>) {
    let mut alone = |part: &Pred| cx.is_never(&Pred::And(vec![condition.clone(), part.clone()]));
    let guilty = exceptions.iter().find(|(_, part)| alone(part)).map(|(name, _)| name);
    let (place, message) = match (guilty, exceptions) {
        (Some(name), _) => {
            (name.span, format!("exception `{}` excludes every event that the rule asks for", name.value))
        }
        (None, [(first, _), ..]) => {
            (first.span, "the exceptions together exclude every event that the rule asks for".to_owned())
        }
        (None, []) => return,
    };
    let found = Diagnostic::new(&EXCEPTION_SWALLOWS_RULE, place, message);
    cx.report(found.help("narrow the exception, or remove it"));
}

fn asked_for(name: &Text, atom: &Atom, clauses: &[&Arc<Atom>]) -> Diagnostic {
    let message = format!("exception `{}` excludes every event that the rule asks for", name.value);
    let mut found = Diagnostic::new(&EXCEPTION_SWALLOWS_RULE, name.span, message)
        .help("narrow the exception, or remove it");
    if let Some(clause) = clauses.iter().find(|clause| implies(clause, atom)) {
        found = found.label(clause.origin.span, "asked for here");
    }
    found
}

fn any_value(name: &Text, atom: &Atom) -> Diagnostic {
    let field = match &atom.left {
        Term::Field(field) => field.text(),
        _ => "the field".to_owned(),
    };
    let message = format!("exception `{}` excludes every event that has `{field}`", name.value);
    Diagnostic::new(&EXCEPTION_SWALLOWS_RULE, name.span, message).help("write the values that are meant")
}

/// The comparisons that have to hold together.
fn atoms(pred: &Pred) -> impl Iterator<Item = &Arc<Atom>> {
    conjuncts(pred).filter_map(|part| match part {
        Pred::Atom(atom) => Some(atom),
        _ => None,
    })
}

/// Operator and constants of a comparison of a field that has one value.
fn constants(atom: &Atom) -> Option<(Op, &[Box<str>])> {
    match (&atom.left, &atom.test) {
        (Term::Field(field), Test::Values { op, modifier: None, values }) if !field.list => {
            Some((*op, values))
        }
        _ => None,
    }
}

/// True of every event that has the field.
fn holds_if_present(atom: &Atom) -> bool {
    let Some((op, [value])) = constants(atom) else { return matches!(atom.test, Test::Exists) };
    match op {
        Op::Contains | Op::Icontains | Op::Startswith | Op::Endswith => value.is_empty(),
        Op::Glob | Op::Iglob => &**value == "*",
        Op::Regex => &**value == ".*",
        Op::Pmatch => &**value == "/",
        _ => false,
    }
}

/// True if every event of `clause` is one of `other`: by values that both name, nothing deeper.
fn implies(clause: &Atom, other: &Atom) -> bool {
    if clause.left != other.left {
        return false;
    }
    if clause.test == other.test || holds_if_present(other) {
        return true;
    }
    let (Some((Op::Eq | Op::EqEq | Op::In, known)), Some((op, values))) =
        (constants(clause), constants(other))
    else {
        return false;
    };
    let holds = |known: &str| match (op, values) {
        (Op::Eq | Op::EqEq | Op::In, values) => values.iter().any(|value| **value == *known),
        (Op::Contains, [part]) => known.contains(&**part),
        (Op::Startswith, [part]) => known.starts_with(&**part),
        (Op::Endswith, [part]) => known.ends_with(&**part),
        _ => false,
    };
    // Numbers can be written in several ways, and texts in one: an equal text is an equal value in either case.
    !known.is_empty() && known.len() * values.len() <= MOST_PAIRS && known.iter().all(|known| holds(known))
}
