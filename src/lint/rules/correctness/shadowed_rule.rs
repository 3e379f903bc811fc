//! `shadowed-rule`.

use crate::diag::{Check, Diagnostic};
use crate::eval::SOURCE;
use crate::lint::sample::{Sample, base, same};
use crate::lint::{Context, Lint, Ruleset};
use crate::logic::Implied;
use crate::schema::SourceFields;
use crate::sema::ir::{Pred, Rule, Term, Test};
use crate::syntax::token::Op;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

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
    pub SHADOWED_RULE = "RC0343", "shadowed-rule", Correctness, Warning;
}

/// Members by whose values rules are found.
const KEYS: [&str; 5] = ["eventName", "eventSource", "awsRegion", "userIdentity.type", "errorCode"];
/// The most places in the index for one rule.
const PLACES: usize = 256;
/// The most earlier rules that are looked at for one rule.
const LOOKS: usize = 64;
/// The most of them that are given to `logic`.
const CANDIDATES: usize = 3;

/// The lint.
pub struct ShadowedRule;

impl Lint for ShadowedRule {
    fn check(&self) -> &'static Check {
        &SHADOWED_RULE
    }

    fn ruleset(&self, set: &Ruleset<'_, '_>, cx: &mut Context<'_>) {
        let Some(fields) = cx.world.fields(SOURCE) else { return };
        let mut index = Index::default();
        let on = |rule: &Rule| rule.enabled && rule.source == SOURCE;
        for (at, rule) in set.rules.iter().enumerate().filter(|(_, rule)| on(rule)) {
            // A rule that does not do what was meant will change.
            if cx.is_claimed(rule.condition_span) {
                continue;
            }
            let sample = Sample::of(&rule.condition, true, fields);
            match sample.and_then(|sample| shadow(rule, &sample, &index, set.rules, fields, cx)) {
                // What it hides is hidden by the other too.
                Some(earlier) => report(rule, earlier, cx),
                None => index.add(at as u32, rule, fields),
            }
        }
    }
}

fn shadow<'r>(
    rule: &Rule,
    sample: &Sample<'_>,
    index: &Index,
    rules: &'r [Rule],
    fields: &SourceFields,
    cx: &mut Context<'_>,
) -> Option<&'r Rule> {
    let condition = |at: u32| &rules[at as usize].condition;
    let fits = |&at: &u32| {
        // One event on which only the later rule fires is enough.
        sample.holds(condition(at), fields) != Some(false)
            && Sample::of_all([(&rule.condition, true), (condition(at), false)], fields).is_none()
    };
    let candidates: Vec<u32> = index.candidates(sample).take(LOOKS).filter(fits).take(CANDIDATES).collect();
    candidates.into_iter().map(|at| &rules[at as usize]).find(|earlier| {
        let solver = cx.solver();
        solver.is_some_and(|solver| solver.implies(&rule.condition, &[&earlier.condition]) == Implied::Yes)
    })
}

fn report(rule: &Rule, earlier: &Rule, cx: &mut Context<'_>) {
    if cx.is_claimed(rule.name_span) {
        return;
    }
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

/// Rules by the values they ask for.
#[derive(Default)]
struct Index {
    /// By which of [`KEYS`] a rule asks for, and the values.
    places: FxHashMap<(u8, u64), Vec<u32>>,
    /// The combinations of keys that occur.
    masks: Vec<u8>,
}

impl Index {
    fn add(&mut self, at: u32, rule: &Rule, fields: &SourceFields) {
        let mut asked: Vec<(usize, &[Box<str>])> = Vec::new();
        demands(&rule.condition, fields, &mut asked);
        asked.sort_by_key(|(key, values)| (*key, values.len()));
        asked.dedup_by_key(|(key, _)| *key);
        while asked.iter().map(|(_, values)| values.len()).product::<usize>() > PLACES {
            let longest = asked.iter().enumerate().max_by_key(|(_, (_, values))| values.len());
            let Some((longest, _)) = longest else { break };
            asked.remove(longest);
        }
        let mask = asked.iter().fold(0, |mask, (key, _)| mask | 1 << key);
        if !self.masks.contains(&mask) {
            self.masks.push(mask);
        }
        let mut hashers = vec![FxHasher::default()];
        for (_, values) in &asked {
            let longer = |hasher: &FxHasher| {
                let hasher = hasher.clone();
                values.iter().map(move |value| hashed(hasher.clone(), value))
            };
            hashers = hashers.iter().flat_map(longer).collect();
        }
        for hasher in hashers {
            let rules = self.places.entry((mask, hasher.finish())).or_default();
            if rules.last() != Some(&at) {
                rules.push(at);
            }
        }
    }

    /// The rules that ask for nothing but what the sample has, as far as keys can tell.
    fn candidates<'i>(&'i self, sample: &'i Sample<'_>) -> impl Iterator<Item = u32> + 'i {
        let values = KEYS.map(|key| sample.text(key));
        self.masks.iter().flat_map(move |&mask| {
            let mut hasher = Some(FxHasher::default());
            for (key, value) in values.iter().enumerate().filter(|(key, _)| mask & (1 << key) != 0) {
                let _ = key;
                hasher = hasher.zip(*value).map(|(hasher, value)| hashed(hasher, value));
            }
            let rules = hasher.and_then(|hasher| self.places.get(&(mask, hasher.finish())));
            rules.into_iter().flatten().copied()
        })
    }
}

fn hashed(mut hasher: FxHasher, value: &str) -> FxHasher {
    value.hash(&mut hasher);
    hasher
}

/// The values that keys must have for the condition to hold.
fn demands<'p>(pred: &'p Pred, fields: &SourceFields, asked: &mut Vec<(usize, &'p [Box<str>])>) {
    match pred {
        Pred::And(parts) => parts.iter().for_each(|part| demands(part, fields, asked)),
        Pred::Atom(atom) => {
            let (Term::Field(field), Test::Values { op, modifier: None, values }) = (&atom.left, &atom.test)
            else {
                return;
            };
            // Of several fields that show one member, only the member as it is.
            let whole = &*field.name != "ct.shortsrc";
            if whole && matches!(op, Op::Eq | Op::EqEq | Op::In | Op::Intersects) {
                let own = base(field, fields);
                asked.extend(KEYS.iter().position(|key| same(key, own)).map(|key| (key, &**values)));
            }
        }
        _ => {}
    }
}
