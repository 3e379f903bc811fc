//! Which rules can fire on an event at all, found by a few values of the event.

use super::compare::{Check, Comparison};
use super::event::View;
use super::field::Field;
use super::json::{PathId, Paths};
use super::plan::{Graph, Node, NodeId};
use super::term::Expr;
use crate::sema::pattern::{Pattern, Set};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Rules by the value they need.
type ByValue = FxHashMap<Box<[u8]>, Vec<u32>>;

/// Rules by what an event must have for them to fire.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_value: Vec<(PathId, ByValue)>,
    by_presence: Vec<(PathId, Vec<u32>)>,
    always: Vec<u32>,
}

/// What the value at a path has to be.
#[derive(Clone, Debug)]
enum Need {
    /// There.
    Present,
    /// One of these texts.
    Values(BTreeSet<Box<[u8]>>),
}

type Needs = BTreeMap<PathId, Need>;

/// Members that nearly every record has: that they are there tells nothing.
const COMMON: [&str; 12] = [
    "awsRegion",
    "eventCategory",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "managementEvent",
    "readOnly",
    "recipientAccountId",
    "sourceIPAddress",
    "userAgent",
];
/// Objects of which nearly every record has the usual members.
const COMMON_OBJECTS: [&str; 1] = ["userIdentity"];

/// Builds the index of rules: their numbers and conditions.
pub(super) fn build(rules: &[(u32, NodeId)], graph: &Graph, paths: &mut Paths) -> Index {
    let name = paths.path(["eventName"]);
    let mut common: BTreeSet<PathId> = COMMON.iter().map(|key| paths.path([*key])).collect();
    common.extend(COMMON_OBJECTS.iter().map(|key| paths.path([*key])));
    let is_common = |path: PathId| {
        common.contains(&path) || paths.split(path).is_some_and(|(parent, _)| common.contains(&parent))
    };
    let mut index = Index::default();
    for &(rule, root) in rules {
        let needs = needs(root, false, graph);
        // The best reason to leave a rule out comes first.
        let best = needs.into_iter().min_by_key(|(path, need)| match need {
            Need::Values(_) if *path == name => (0, 0),
            Need::Values(values) => (1, values.len()),
            Need::Present if !is_common(*path) => (2, 0),
            Need::Present => (3, 0),
        });
        match best {
            Some((path, Need::Values(values))) => {
                let map = entry(&mut index.by_value, path);
                values.into_iter().for_each(|value| map.entry(value).or_default().push(rule));
            }
            Some((path, Need::Present)) if !is_common(path) => {
                entry(&mut index.by_presence, path).push(rule);
            }
            _ => index.always.push(rule),
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

/// What holds of every event for which the node is true, or false if `negated`.
fn needs(node: NodeId, negated: bool, graph: &Graph) -> Needs {
    match &graph.nodes[node as usize] {
        Node::Const(_) => Needs::new(),
        Node::Not(child) => needs(*child, !negated, graph),
        Node::Atom(_) if negated => Needs::new(),
        Node::Atom(atom) => of_comparison(&graph.comparisons[*atom as usize]),
        Node::And(children) | Node::Or(children) => {
            let mut each = children.iter().map(|&child| needs(child, negated, graph));
            let Some(first) = each.next() else { return Needs::new() };
            match (&graph.nodes[node as usize], negated) {
                (Node::And(_), false) | (Node::Or(_), true) => each.fold(first, both),
                _ => each.fold(first, either),
            }
        }
    }
}

fn both(mut one: Needs, other: Needs) -> Needs {
    for (path, need) in other {
        match (one.get(&path), &need) {
            (Some(Need::Values(_)), Need::Present) => {}
            (Some(Need::Values(known)), Need::Values(values)) if known.len() <= values.len() => {}
            _ => {
                one.insert(path, need);
            }
        }
    }
    one
}

fn either(one: Needs, mut other: Needs) -> Needs {
    let join = |(path, need): (PathId, Need)| {
        let need = match (need, other.remove(&path)?) {
            (Need::Values(mut values), Need::Values(more)) => {
                values.extend(more);
                Need::Values(values)
            }
            _ => Need::Present,
        };
        Some((path, need))
    };
    one.into_iter().filter_map(join).collect()
}

fn of_comparison(comparison: &Comparison) -> Needs {
    let mut expr = &comparison.left;
    while let Expr::Map(_, inner) | Expr::Len(inner) = expr {
        expr = inner;
    }
    let Expr::Field(field) = expr else { return Needs::new() };
    let path = match field {
        Field::Text(path)
        | Field::Short(path)
        | Field::Compact(path)
        | Field::Flag(path)
        | Field::Number(path)
        | Field::Resources(path)
        | Field::InstanceName(path)
        | Field::Pointer(path) => *path,
        _ => return Needs::new(),
    };
    let values = match (&comparison.left, &comparison.check) {
        (Expr::Field(Field::Text(_)), Check::Text(Pattern::Equal(value))) => [value.clone()].into(),
        (Expr::Field(Field::Text(_)), Check::Among(Set::Few(values))) => values.iter().cloned().collect(),
        (Expr::Field(Field::Text(_)), Check::Among(Set::Many(values))) => values.iter().cloned().collect(),
        _ => return [(path, Need::Present)].into(),
    };
    [(path, Need::Values(values))].into()
}

impl Index {
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
        found
    }
}
