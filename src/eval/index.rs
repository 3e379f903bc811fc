//! Selection of the rules that can fire on an event, by a few of its values.

use super::compare::{Comparison, Matcher};
use super::event::View;
use super::field::Field;
use super::json::{PathId, Paths};
use super::plan::{Graph, NodeId, PlanNode};
use super::term::Expr;
use crate::cloudtrail::members::{self, Presence};
use crate::sema::pattern::{Pattern, Set};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Rules by the value they need.
type ByValue = FxHashMap<Box<[u8]>, Vec<u32>>;

/// Rules by what an event must have for them to fire.
#[derive(Debug, Default)]
pub(super) struct RuleIndex {
    by_value: Vec<(PathId, ByValue)>,
    by_presence: Vec<(PathId, Vec<u32>)>,
    always: Vec<u32>,
}

/// Required value at a path.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Need {
    /// Any value.
    Present,
    /// One of these texts.
    Values(BTreeSet<Box<[u8]>>),
}

/// Requirements, at least one of which must be met.
type Needs = BTreeMap<PathId, Need>;

/// Builds the index of rules: their numbers and conditions.
pub(super) fn build(rules: &[(u32, NodeId)], graph: &Graph, paths: &mut Paths) -> RuleIndex {
    let name = paths.path(["eventName"]);
    // The presence of a member of nearly every record excludes no rule.
    let is_common = |path: PathId| members::presence(paths.member(path).pointer()) != Presence::Some;
    let mut index = RuleIndex::default();
    for &(rule, root) in rules {
        let judge = NeedFinder { graph, name, is_common: &is_common };
        let Some(needs) = judge.needs(root, false) else {
            index.always.push(rule);
            continue;
        };
        for (path, need) in needs {
            match need {
                Need::Values(values) => {
                    let map = entry(&mut index.by_value, path);
                    values.into_iter().for_each(|value| map.entry(value).or_default().push(rule));
                }
                Need::Present => entry(&mut index.by_presence, path).push(rule),
            }
        }
    }
    index
}

fn entry<T: Default>(list: &mut Vec<(PathId, T)>, path: PathId) -> &mut T {
    let at = match list.iter().position(|(known, _)| *known == path) {
        Some(at) => at,
        None => {
            list.push((path, T::default()));
            list.len() - 1
        }
    };
    &mut list[at].1
}

/// Search for the requirements of rules.
struct NeedFinder<'g> {
    graph: &'g Graph,
    name: PathId,
    is_common: &'g dyn Fn(PathId) -> bool,
}

impl NeedFinder<'_> {
    /// Requirements of which every event meets at least one if the node is true on it, or false if `negated`; `None`
    /// if there are no useful ones.
    fn needs(&self, node: NodeId, negated: bool) -> Option<Needs> {
        match &self.graph.nodes[node as usize] {
            PlanNode::Const(_) => None,
            PlanNode::Not(child) => self.needs(*child, !negated),
            PlanNode::Atom(_) if negated => None,
            PlanNode::Atom(atom) => {
                let (path, need) = of_comparison(&self.graph.comparisons[*atom as usize])?;
                let tells = need != Need::Present || !(self.is_common)(path);
                tells.then(|| Needs::from([(path, need)]))
            }
            PlanNode::And(children) | PlanNode::Or(children) => {
                let mut each = children.iter().map(|&child| self.needs(child, negated));
                match (&self.graph.nodes[node as usize], negated) {
                    // All have to hold, so the best of one child will do.
                    (PlanNode::And(_), false) | (PlanNode::Or(_), true) => {
                        each.flatten().min_by_key(|needs| self.rank(needs))
                    }
                    _ => each.try_fold(Needs::new(), |all, needs| Some(either(all, needs?))),
                }
            }
        }
    }

    /// Rank of requirements: the most selective first.
    fn rank(&self, needs: &Needs) -> (u8, usize) {
        let rank = |(path, need): (&PathId, &Need)| match need {
            Need::Values(values) => (u8::from(*path != self.name), values.len()),
            Need::Present => (2, 1),
        };
        needs.iter().map(rank).fold((0, 0), |(worst, sum), (kind, count)| (worst.max(kind), sum + count))
    }
}

fn either(mut all: Needs, more: Needs) -> Needs {
    for (path, need) in more {
        match (all.get_mut(&path), need) {
            (Some(Need::Values(values)), Need::Values(more)) => values.extend(more),
            (Some(known), _) => *known = Need::Present,
            (None, need) => {
                all.insert(path, need);
            }
        }
    }
    all
}

fn of_comparison(comparison: &Comparison) -> Option<(PathId, Need)> {
    let mut expr = &comparison.left;
    while let Expr::Map(_, inner) | Expr::Len(inner) = expr {
        expr = inner;
    }
    let Expr::Field(field) = expr else { return None };
    let path = match field {
        Field::Text(path) | Field::Member(path, _) | Field::InstanceName(path) | Field::Pointer(path) => {
            *path
        }
        _ => return None,
    };
    let values = match (&comparison.left, &comparison.check) {
        (Expr::Field(Field::Text(_)), Matcher::Text(Pattern::Equal(value))) => [value.clone()].into(),
        (Expr::Field(Field::Text(_)), Matcher::Among(Set::Few(values))) => values.iter().cloned().collect(),
        (Expr::Field(Field::Text(_)), Matcher::Among(Set::Many(values))) => values.iter().cloned().collect(),
        _ => return Some((path, Need::Present)),
    };
    Some((path, Need::Values(values)))
}

impl RuleIndex {
    /// The rules that may fire, in order.
    pub fn candidates(&self, view: View<'_>) -> Vec<u32> {
        let mut found = Vec::new();
        for (path, map) in &self.by_value {
            if let Some(rules) = view.text(*path).and_then(|text| map.get(&*text)) {
                found.extend_from_slice(rules);
            }
        }
        for (path, rules) in &self.by_presence {
            if view.get(*path).is_some() {
                found.extend_from_slice(rules);
            }
        }
        if found.is_empty() {
            return self.always.clone();
        }
        found.extend_from_slice(&self.always);
        found.sort_unstable();
        found.dedup();
        found
    }
}
