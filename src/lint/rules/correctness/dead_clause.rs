//! `dead-clause`.

use crate::diag::{Check, Diagnostic};
use crate::eval::SOURCE;
use crate::lint::quick_model::{Members, QuickModel};
use crate::lint::rules::checks::{ALWAYS_TRUE, EXCEPTION_SWALLOWS_RULE, NEVER_TRUE};
use crate::lint::{Context, Lint, LintRule};
use crate::logic::contradict;
use crate::sema::ir::Pred;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind};

crate::declare_check! {
    /// A clause that changes nothing.
    ///
    /// ## What it does
    /// Reports an arm of an `or` that can never be true where it stands, and a clause of an `and` that follows from the
    /// others. Both are proved. It looks at the text of the rule itself, not inside the macros it uses.
    ///
    /// ## Why it matters
    /// The author meant the clause to do something. An arm that is never true is cover that is not there.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail changed
    ///   desc: A trail was stopped, deleted or changed.
    ///   condition: >
    ///     ct.src = "cloudtrail.amazonaws.com"
    ///     and (ct.name in (StopLogging, DeleteTrail) or (ct.src = "s3.amazonaws.com" and ct.name = "DeleteBucket"))
    ///   output: trail changed (user=%ct.user source=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail changed
    ///   desc: A trail was stopped, deleted or changed.
    ///   condition: >
    ///     (ct.src = "cloudtrail.amazonaws.com" and ct.name in (StopLogging, DeleteTrail))
    ///     or (ct.src = "s3.amazonaws.com" and ct.name = "DeleteBucket")
    ///   output: trail changed (user=%ct.user source=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub DEAD_CLAUSE = "RC0342", "dead-clause", Correctness, Warning
        yields_to [ALWAYS_TRUE, EXCEPTION_SWALLOWS_RULE, NEVER_TRUE];
}

/// Conditions with more comparisons than this are not looked into.
const MAX_ATOMS: usize = 200;

/// The lint.
pub struct DeadClause;

impl Lint for DeadClause {
    fn check(&self) -> &'static Check {
        &DEAD_CLAUSE
    }

    fn sound_rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        if rule.rule.source != SOURCE || rule.atoms.len() > MAX_ATOMS {
            return;
        }
        let members = rule.members();
        if members.all_apart {
            return;
        }
        Walk { rule, cx, members, given: Vec::new(), looked_at: 0 }
            .walk(rule.view.tree, &rule.rule.condition);
    }
}

struct Walk<'w, 'v, 'a, 'c> {
    rule: &'w LintRule<'v, 'a>,
    cx: &'w mut Context<'c>,
    members: &'w Members<'v>,
    /// What holds wherever the clause at hand matters.
    given: Vec<&'v Pred>,
    /// The members that this looks at.
    looked_at: u128,
}

impl<'v> Walk<'_, 'v, '_, '_> {
    fn walk(&mut self, expr: &Expr<'_>, pred: &'v Pred) {
        match (&expr.kind, pred) {
            (ExprKind::Not(expr), Pred::Not(pred)) => self.walk(expr, pred),
            (ExprKind::And(exprs), Pred::And(preds)) if exprs.len() == preds.len() => {
                let mut left: Vec<bool> = vec![true; preds.len()];
                let members: Vec<u128> = preds.iter().map(|pred| self.members.in_part(pred).0).collect();
                let of_rest = |at: usize, left: &[bool]| {
                    let rest = (0..preds.len()).filter(|&other| other != at && left[other]);
                    rest.fold(0, |all, other| all | members[other])
                };
                // Of two that say the same, the later is the one too many.
                for at in (0..preds.len()).rev() {
                    if members[at] & (of_rest(at, &left) | self.looked_at) == 0 {
                        continue;
                    }
                    let rest = (0..preds.len()).filter(|&other| other != at && left[other]);
                    let mut all: Vec<&Pred> = rest.map(|other| &preds[other]).collect();
                    all.extend(&self.given);
                    if self.excluded(&all, &preds[at], false) {
                        left[at] = false;
                        self.implied(&exprs[at]);
                    }
                }
                for at in (0..preds.len()).filter(|&at| left[at]) {
                    let before = (self.given.len(), self.looked_at);
                    self.looked_at |= of_rest(at, &left);
                    let rest = (0..preds.len()).filter(|&other| other != at && left[other]);
                    self.given.extend(rest.map(|other| &preds[other]));
                    self.walk(&exprs[at], &preds[at]);
                    self.given.truncate(before.0);
                    self.looked_at = before.1;
                }
            }
            (ExprKind::Or(exprs), Pred::Or(preds)) if exprs.len() == preds.len() => {
                for (expr, pred) in exprs.iter().zip(preds) {
                    let (members, twice) = self.members.in_part(pred);
                    let suspicious = twice || members & self.looked_at != 0;
                    let given = self.given.clone();
                    match suspicious && self.excluded(&given, pred, true) {
                        true => self.dead(expr),
                        false => self.walk(expr, pred),
                    }
                }
            }
            _ => {}
        }
    }

    /// Proved that what is given keeps a clause from coming out so.
    fn excluded(&mut self, given: &[&'v Pred], pred: &'v Pred, wanted: bool) -> bool {
        let all = || given.iter().map(|&given| (given, true)).chain([(pred, wanted)]);
        if QuickModel::of_all(all()).is_some() {
            return false;
        }
        if contradict(all()) {
            return true;
        }
        let all = all().map(|(pred, wanted)| match wanted {
            true => pred.clone(),
            false => Pred::Not(Box::new(pred.clone())),
        });
        let all = Pred::And(all.collect());
        self.cx.is_never(&all)
    }

    fn place(&self, expr: &Expr<'_>) -> Span {
        self.rule.view.text.locate(expr.place.clone()).span
    }

    /// Text that an exception added.
    fn is_exception(&self, place: Span) -> bool {
        let own = self.rule.rule.condition_span;
        !self.rule.view.info.exceptions.is_empty()
            && (place.file != own.file || place.start < own.start || own.end < place.end)
    }

    fn dead(&mut self, expr: &Expr<'_>) {
        let place = self.place(expr);
        let message = match self.is_exception(place) {
            true => "this exception can never apply",
            false => "this arm of the `or` can never be true here",
        };
        let diagnostic = Diagnostic::new(&DEAD_CLAUSE, place, message).at("never true");
        self.cx.report(diagnostic.help("remove it, or move it to where it can be true"));
    }

    fn implied(&mut self, expr: &Expr<'_>) {
        let place = self.place(expr);
        if self.is_exception(place) {
            let message = "this exception can never apply";
            self.cx.report(Diagnostic::new(&DEAD_CLAUSE, place, message).at("the rule never matches this"));
            return;
        }
        let mut diagnostic = Diagnostic::new(&DEAD_CLAUSE, place, "this clause follows from the others");
        diagnostic.severity = crate::diag::Severity::Info;
        self.cx.report(diagnostic.at("changes nothing").help("remove it, or say what was meant"));
    }
}
