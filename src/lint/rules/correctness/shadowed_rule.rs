//! `shadowed-rule`.

use crate::diag::{Check, Diagnostic};
use crate::eval::SOURCE;
use crate::lint::quick_model::QuickModel;
use crate::lint::rules::checks::DUPLICATE_RULE_BODY;
use crate::lint::{Context, Lint, Ruleset};
use crate::logic::{Implied, contradict};
use crate::schema::Type;
use crate::sema::ir::{Atom, Pred, Rule, Term, Test};
use crate::sema::predicate::conjuncts;
use crate::syntax::token::Op;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

crate::declare_check! {
    /// A rule that an earlier rule always hides.
    ///
    /// ## What it does
    /// Reports a rule when an earlier enabled rule fires on every event on which it would. This is proved.
    ///
    /// ## Why it matters
    /// By default Falco stops at the first rule that matches an event (`rule_matching: first`), so the later rule never
    /// speaks, whatever its priority.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail changed
    ///   desc: A trail was stopped or deleted.
    ///   condition: ct.src = "cloudtrail.amazonaws.com" and ct.name in (StopLogging, DeleteTrail)
    ///   output: trail changed (user=%ct.user source=%ct.srcip region=%ct.region)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    ///
    /// - rule: Trail deleted
    ///   desc: A trail was deleted.
    ///   condition: ct.src = "cloudtrail.amazonaws.com" and ct.name = "DeleteTrail"
    ///   output: trail deleted (user=%ct.user source=%ct.srcip region=%ct.region)
    ///   priority: CRITICAL
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail deleted
    ///   desc: A trail was deleted.
    ///   condition: ct.src = "cloudtrail.amazonaws.com" and ct.name = "DeleteTrail"
    ///   output: trail deleted (user=%ct.user source=%ct.srcip region=%ct.region)
    ///   priority: CRITICAL
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    ///
    /// - rule: Trail changed
    ///   desc: A trail was stopped or deleted.
    ///   condition: ct.src = "cloudtrail.amazonaws.com" and ct.name in (StopLogging, DeleteTrail)
    ///   output: trail changed (user=%ct.user source=%ct.srcip region=%ct.region)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub SHADOWED_RULE = "RC0343", "shadowed-rule", Correctness, Warning
        yields_to [DUPLICATE_RULE_BODY];
}

/// Longer lists of values are no way to find a rule.
const VALUES: usize = 64;
/// The most earlier rules that are looked at for one rule.
const LOOKS: usize = 64;
/// The most of them that are given to `logic`.
const CANDIDATES: usize = 3;

/// How deep clauses are compared with each other.
const LEVELS: usize = 12;

/// The lint.
pub struct ShadowedRule;

impl Lint for ShadowedRule {
    fn check(&self) -> &'static Check {
        &SHADOWED_RULE
    }

    fn ruleset(&self, set: &Ruleset<'_, '_>, cx: &mut Context<'_>) {
        let mut index = RulesByDemand::default();
        let on = |rule: &Rule| rule.enabled && rule.source == SOURCE;
        for (at, rule) in set.rules.iter().enumerate().filter(|(_, rule)| on(rule)) {
            // A rule that does not do what was meant will change.
            if set.is_mistaken(rule) {
                continue;
            }
            let demands = demands(&rule.condition);
            let candidates = index.candidates(&demands);
            let hidden = match candidates.is_empty() {
                true => None,
                false => QuickModel::of(&rule.condition, true)
                    .and_then(|sample| shadow(rule, &sample, candidates, set.rules, cx)),
            };
            match hidden {
                // What it hides is hidden by the other too.
                Some(earlier) => report(rule, earlier, cx),
                None => index.add(at as u32, &demands),
            }
        }
    }
}

fn shadow<'r>(
    rule: &Rule,
    sample: &QuickModel<'_>,
    candidates: Vec<u32>,
    rules: &[&'r Rule],
    cx: &mut Context<'_>,
) -> Option<&'r Rule> {
    let condition = |at: u32| &rules[at as usize].condition;
    let mut candidates = candidates.into_iter().filter(|&at| {
        // One event on which only the later rule fires is enough.
        sample.holds(condition(at)) != Some(false)
    });
    let mut doubtful = Vec::new();
    let plain = candidates.find(|&at| {
        let plain = plainly_implies(&rule.condition, condition(at), LEVELS);
        let other = || QuickModel::of_all([(&rule.condition, true), (condition(at), false)]);
        if !plain && doubtful.len() < CANDIDATES && other().is_none() {
            doubtful.push(at);
        }
        plain
    });
    let proved = |&at: &u32| {
        if contradict([(&rule.condition, true), (condition(at), false)]) {
            return true;
        }
        let solver = cx.solver();
        solver.is_some_and(|solver| solver.implies(&rule.condition, &[condition(at)]) == Implied::Yes)
    };
    plain.or_else(|| doubtful.into_iter().find(proved)).map(|at| rules[at as usize])
}

/// One condition follows from another clause by clause: the usual case, and cheap to see.
fn plainly_implies(a: &Pred, b: &Pred, levels: usize) -> bool {
    let Some(levels) = levels.checked_sub(1) else { return false };
    match (a, b) {
        (_, Pred::Const(true)) | (Pred::Const(false), _) => true,
        (Pred::Atom(a), Pred::Atom(b)) => Arc::ptr_eq(a, b) || atom_implies(a, b),
        (Pred::Not(a), Pred::Not(b)) => plainly_implies(b, a, levels),
        (_, Pred::And(parts)) => parts.iter().all(|part| plainly_implies(a, part, levels)),
        (Pred::Or(parts), _) => parts.iter().all(|part| plainly_implies(part, b, levels)),
        (Pred::And(parts), _) if parts.iter().any(|part| plainly_implies(part, b, levels)) => true,
        (_, Pred::Or(parts)) => parts.iter().any(|part| plainly_implies(a, part, levels)),
        _ => false,
    }
}

/// The same comparison, or one with fewer of the same values.
fn atom_implies(a: &Atom, b: &Atom) -> bool {
    if a.left != b.left {
        return false;
    }
    let equal = |op: Op| matches!(op, Op::Eq | Op::EqEq | Op::In);
    match (&a.test, &b.test) {
        (
            Test::Values { op: one, modifier: None, values: few },
            Test::Values { op: other, modifier: None, values: many },
        ) if equal(*one) && equal(*other) && matches!(&a.left, Term::Field(field) if !field.list) => {
            Arc::ptr_eq(few, many) || few.iter().all(|value| many.contains(value))
        }
        (one, other) => one == other,
    }
}

fn report(rule: &Rule, earlier: &Rule, cx: &mut Context<'_>) {
    let message = format!(
        "rule `{}` never speaks: `{}` comes first and fires whenever it would",
        rule.name, earlier.name
    );
    let diagnostic = Diagnostic::new(&SHADOWED_RULE, rule.name_span, message)
        .at("hidden under `rule_matching: first`")
        .label(earlier.name_span, "this rule matches first")
        .help("move the narrower rule before the wider one, or exclude it there");
    cx.report(diagnostic);
}

/// Rules by a value they ask for.
#[derive(Default)]
struct RulesByDemand {
    places: FxHashMap<u64, Vec<u32>>,
    /// Rules that ask for no value.
    anywhere: Vec<u32>,
}

/// A member and the values it may have.
type Demand<'p> = (&'p str, &'p [Box<str>]);

/// Members by which nearly all rules are told apart from few others, the best last; any other member is better.
const COMMON: [&str; 4] = ["/awsRegion", "/userIdentity/type", "/eventSource", "/eventName"];

impl RulesByDemand {
    fn add(&mut self, at: u32, demands: &[Demand<'_>]) {
        let common = |base: &str| COMMON.iter().position(|common| *common == base).unwrap_or(COMMON.len());
        let Some((base, values)) = demands.iter().max_by_key(|(base, _)| common(base)) else {
            self.anywhere.push(at);
            return;
        };
        for value in *values {
            let rules = self.places.entry(hashed(base, value)).or_default();
            if rules.last() != Some(&at) {
                rules.push(at);
            }
        }
    }

    /// The rules that ask for nothing else of the members that both look at, as far as one value tells.
    fn candidates(&self, demands: &[Demand<'_>]) -> Vec<u32> {
        let first = |(base, values): &Demand<'_>| Some(hashed(base, values.first()?));
        let asked = demands.iter().filter_map(first).filter_map(|key| self.places.get(&key));
        asked.chain([&self.anywhere]).flatten().take(LOOKS).copied().collect()
    }
}

fn hashed(base: &str, value: &str) -> u64 {
    let mut hasher = FxHasher::default();
    base.hash(&mut hasher);
    value.hash(&mut hasher);
    hasher.finish()
}

/// The values that members must have for the condition to hold.
fn demands<'p>(pred: &'p Pred) -> Vec<Demand<'p>> {
    let atoms = conjuncts(pred).filter_map(|part| match part {
        Pred::Atom(atom) => Some((&atom.left, &atom.test)),
        _ => None,
    });
    let demand = |(left, test): (&'p Term, &'p Test)| {
        let (Term::Field(field), Test::Values { op, modifier: None, values }) = (left, test) else {
            return None;
        };
        // Of several fields that show one member, only the member as it is.
        let whole = &*field.name != "ct.shortsrc" && field.ty == Type::Charbuf && !field.list;
        let equal = matches!(op, Op::Eq | Op::EqEq | Op::In | Op::Intersects);
        (whole && equal && values.len() <= VALUES).then_some((&*field.member, &**values))
    };
    atoms.filter_map(demand).collect()
}
