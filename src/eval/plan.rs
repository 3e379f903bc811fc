//! Many conditions as one graph. Equal parts are one node, evaluated at most once per event.

use super::compare::{self, Comparison};
use super::event::View;
use super::json::Paths;
use crate::sema::ir::{Pred, Term, Test};
use rustc_hash::FxHashMap;

/// Number of a node.
pub(super) type NodeId = u32;

/// A node. Children come before their parents.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum PlanNode {
    Const(bool),
    And(Box<[NodeId]>),
    Or(Box<[NodeId]>),
    Not(NodeId),
    /// A comparison.
    Atom(u32),
}

/// Builder of a graph.
#[derive(Default)]
pub(super) struct Builder {
    nodes: Vec<PlanNode>,
    costs: Vec<u32>,
    known: FxHashMap<PlanNode, NodeId>,
    comparisons: Vec<Comparison>,
    atoms: FxHashMap<(Term, Test), u32>,
}

/// The finished graph.
#[derive(Debug)]
pub(super) struct Graph {
    pub nodes: Vec<PlanNode>,
    pub comparisons: Vec<Comparison>,
    /// Position of a node's result in the cache.
    cached: Vec<u32>,
    /// Number of cached results.
    pub results: usize,
}

const NOT_CACHED: u32 = u32::MAX;

impl Builder {
    /// Adds a condition.
    pub fn add(&mut self, pred: &Pred, paths: &mut Paths) -> NodeId {
        match pred {
            Pred::Const(truth) => self.node(PlanNode::Const(*truth), 0),
            Pred::And(parts) => self.chain(parts, paths, true),
            Pred::Or(parts) => self.chain(parts, paths, false),
            Pred::Not(inner) => {
                let inner = self.add(inner, paths);
                match self.nodes[inner as usize] {
                    PlanNode::Const(truth) => self.node(PlanNode::Const(!truth), 0),
                    PlanNode::Not(again) => again,
                    _ => self.node(PlanNode::Not(inner), self.costs[inner as usize]),
                }
            }
            Pred::Atom(atom) => {
                let key = (atom.left.clone(), atom.test.clone());
                let at = match self.atoms.get(&key) {
                    Some(&at) => at,
                    None => {
                        let at = self.comparisons.len() as u32;
                        self.comparisons.push(compare::bind(atom, paths));
                        self.atoms.insert(key, at);
                        at
                    }
                };
                let cost = self.comparisons[at as usize].cost();
                self.node(PlanNode::Atom(at), cost)
            }
        }
    }

    fn chain(&mut self, parts: &[Pred], paths: &mut Paths, and: bool) -> NodeId {
        let mut children: Vec<NodeId> = Vec::with_capacity(parts.len());
        for part in parts {
            let child = self.add(part, paths);
            match &self.nodes[child as usize] {
                PlanNode::Const(truth) if *truth == and => {}
                PlanNode::Const(truth) => return self.node(PlanNode::Const(*truth), 0),
                PlanNode::And(inner) if and => children.extend(inner),
                PlanNode::Or(inner) if !and => children.extend(inner),
                _ => children.push(child),
            }
        }
        // Evaluation has no side effects, so the order is free: cheap parts come first.
        children.sort_by_key(|&child| (self.costs[child as usize], child));
        children.dedup();
        let cost = children.iter().fold(0u32, |sum, &child| sum.saturating_add(self.costs[child as usize]));
        match (&*children, and) {
            ([], _) => self.node(PlanNode::Const(and), 0),
            ([only], _) => *only,
            (_, true) => self.node(PlanNode::And(children.into()), cost),
            (_, false) => self.node(PlanNode::Or(children.into()), cost),
        }
    }

    fn node(&mut self, node: PlanNode, cost: u32) -> NodeId {
        if let Some(&id) = self.known.get(&node) {
            return id;
        }
        let id = self.nodes.len() as NodeId;
        self.known.insert(node.clone(), id);
        self.nodes.push(node);
        self.costs.push(cost);
        id
    }

    /// The graph for these conditions.
    pub fn finish(self, roots: &[NodeId]) -> Graph {
        let mut uses = vec![0u32; self.nodes.len()];
        let mut reached = vec![false; self.nodes.len()];
        let mut open: Vec<NodeId> = Vec::new();
        for &root in roots {
            uses[root as usize] += 1;
            open.push(root);
        }
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut reached[node as usize], true) {
                continue;
            }
            let children = match &self.nodes[node as usize] {
                PlanNode::And(children) | PlanNode::Or(children) => &**children,
                PlanNode::Not(child) => std::slice::from_ref(child),
                PlanNode::Const(_) | PlanNode::Atom(_) => &[],
            };
            for &child in children {
                uses[child as usize] += 1;
                open.push(child);
            }
        }
        let mut results = 0;
        let cached = uses.iter().zip(&self.costs).map(|(&uses, &cost)| {
            // A lookup of a result takes about as long as a comparison of a plain text.
            if uses < 2 || cost < 3 {
                return NOT_CACHED;
            }
            results += 1;
            results - 1
        });
        let cached = cached.collect();
        Graph { nodes: self.nodes, comparisons: self.comparisons, cached, results: results as usize }
    }
}

/// Results for one event, two bits each: known, true.
pub(super) struct Cache<'c>(pub &'c mut [u64]);

impl Cache<'_> {
    /// Number of words for a number of results.
    pub fn words(results: usize) -> usize {
        results.div_ceil(32)
    }

    fn get(&self, at: u32) -> Option<bool> {
        let bits = self.0.get(at as usize / 32)? >> (at % 32 * 2);
        (bits & 1 != 0).then_some(bits & 2 != 0)
    }

    fn set(&mut self, at: u32, result: bool) {
        if let Some(word) = self.0.get_mut(at as usize / 32) {
            *word |= (1 | u64::from(result) << 1) << (at % 32 * 2);
        }
    }
}

impl Graph {
    /// Whether the node's condition holds.
    pub fn holds<'e>(&'e self, node: NodeId, view: View<'e>, cache: &mut Cache<'_>) -> bool {
        let kept = self.cached[node as usize];
        if kept != NOT_CACHED
            && let Some(result) = cache.get(kept)
        {
            return result;
        }
        let result = match &self.nodes[node as usize] {
            PlanNode::Const(truth) => *truth,
            PlanNode::Atom(atom) => self.comparisons[*atom as usize].holds(view),
            PlanNode::Not(child) => !self.holds(*child, view, cache),
            PlanNode::And(children) => children.iter().all(|&child| self.holds(child, view, cache)),
            PlanNode::Or(children) => children.iter().any(|&child| self.holds(child, view, cache)),
        };
        if kept != NOT_CACHED {
            cache.set(kept, result);
        }
        result
    }
}
