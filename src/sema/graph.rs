//! The dependency graph of rules, macros and lists, as Falco resolves them.

use super::collect::Collected;
use super::exceptions::{self, Exception};
use super::lists::Lists;
use super::names;
use super::text::Composite;
use crate::source::Span;
use crate::syntax::condition::{self, RULE_DEPTH};
use crate::syntax::items::ItemKind;
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, EdgeRef, Reversed};
use rustc_hash::{FxHashMap, FxHashSet};

/// A rule, macro or list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphNode {
    /// Which of the three.
    pub kind: ItemKind,
    /// Its name.
    pub name: String,
    /// Its last definition; `None` for a macro that is used but not defined.
    pub span: Option<Span>,
    /// True for a rule and for everything that a rule uses, directly or not.
    pub used: bool,
}

/// The part of the user that uses the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Via {
    /// Its condition.
    Condition,
    /// The values of its exception of this name.
    Exception(String),
    /// The items of the list.
    Items,
}

/// An edge leads from the user to what it uses. Nodes are in load order, rules first, then macros and lists.
pub type Graph = DiGraph<GraphNode, Via>;

/// The graph of everything that was collected.
pub fn graph(collected: &Collected<'_>) -> Graph {
    let mut builder = Builder::new(collected);
    for rule in &collected.rules.items {
        builder.condition(ItemKind::Rule, rule.name, &rule.condition);
        rule.exceptions.iter().for_each(|exception| builder.exception(rule.name, exception));
    }
    for info in &collected.macros.items {
        builder.condition(ItemKind::Macro, info.name, &info.condition);
    }
    for info in &collected.lists.items {
        for item in &info.items {
            // A list is expanded only in lists that changed after its first definition.
            let inner = collected.lists.get(&item.value).filter(|inner| inner.index < info.visibility);
            if let Some(inner) = inner {
                builder.edge((ItemKind::List, info.name), (ItemKind::List, inner.name), Via::Items);
            }
        }
    }
    let mut graph = builder.graph;
    mark_used(&mut graph);
    graph
}

fn mark_used(graph: &mut Graph) {
    let rules: Vec<NodeIndex> = graph.node_indices().filter(|&at| graph[at].kind == ItemKind::Rule).collect();
    reached(graph, &rules, Direction::Outgoing).into_iter().for_each(|at| graph[at].used = true);
}

/// Everything reachable from some nodes, they included: what they use (`Outgoing`), or who uses them (`Incoming`).
pub fn reached(graph: &Graph, from: &[NodeIndex], direction: Direction) -> FxHashSet<NodeIndex> {
    let mut found = FxHashSet::default();
    let mut search = Dfs::empty(graph);
    for &start in from {
        search.move_to(start);
        match direction {
            Direction::Outgoing => found.extend(std::iter::from_fn(|| search.next(graph))),
            Direction::Incoming => found.extend(std::iter::from_fn(|| search.next(Reversed(graph)))),
        }
    }
    found
}

/// The subgraph of these nodes, in their order.
pub fn part(graph: &Graph, nodes: &FxHashSet<NodeIndex>) -> Graph {
    let mut part = Graph::new();
    let kept: FxHashMap<NodeIndex, NodeIndex> = graph
        .node_indices()
        .filter(|at| nodes.contains(at))
        .map(|at| (at, part.add_node(graph[at].clone())))
        .collect();
    for edge in graph.edge_references() {
        if let (Some(&from), Some(&to)) = (kept.get(&edge.source()), kept.get(&edge.target())) {
            part.add_edge(from, to, edge.weight().clone());
        }
    }
    part
}

struct Builder<'c, 'a> {
    collected: &'c Collected<'a>,
    lists: Lists<'a>,
    graph: Graph,
    nodes: FxHashMap<(ItemKind, String), NodeIndex>,
    edges: FxHashSet<(NodeIndex, NodeIndex, Via)>,
}

impl<'c, 'a> Builder<'c, 'a> {
    fn new(collected: &'c Collected<'a>) -> Self {
        let lists = Lists::new(collected);
        let (graph, nodes, edges) = (Graph::new(), FxHashMap::default(), FxHashSet::default());
        let mut builder = Builder { collected, lists, graph, nodes, edges };
        for rule in &collected.rules.items {
            builder.node(ItemKind::Rule, rule.name, Some(rule.name_span));
        }
        for info in &collected.macros.items {
            builder.node(ItemKind::Macro, info.name, Some(info.name_span));
        }
        for info in &collected.lists.items {
            builder.node(ItemKind::List, info.name, Some(info.name_span));
        }
        builder
    }

    fn node(&mut self, kind: ItemKind, name: &str, span: Option<Span>) -> NodeIndex {
        let graph = &mut self.graph;
        let new = || graph.add_node(GraphNode { kind, name: name.to_owned(), span, used: false });
        *self.nodes.entry((kind, name.to_owned())).or_insert_with(new)
    }

    fn edge(&mut self, from: (ItemKind, &str), to: (ItemKind, &str), via: Via) {
        // Only an undefined macro is a node: any other unknown word is a value.
        let (from, to) = (self.node(from.0, from.1, None), self.node(to.0, to.1, None));
        if self.edges.insert((from, to, via.clone())) {
            self.graph.add_edge(from, to, via);
        }
    }

    /// Adds the lists substituted in a condition, and the macros in the resulting text.
    fn condition(&mut self, kind: ItemKind, name: &'c str, parts: &[&'a crate::source::Text]) {
        self.lists.take_touched();
        let text = self.lists.substitute(Composite::joined(parts));
        for list in self.lists.take_touched() {
            self.edge((kind, name), (ItemKind::List, list), Via::Condition);
        }
        let parsed = condition::parse(&text.text, RULE_DEPTH);
        for used in names::uses(&parsed.expr) {
            // After a syntax error a word may be anything.
            if parsed.errors.is_empty() || self.collected.macros.index_of(used.name).is_some() {
                self.edge((kind, name), (ItemKind::Macro, used.name), Via::Condition);
            }
        }
    }

    fn exception(&mut self, rule: &'c str, exception: &Exception<'a>) {
        let nothing = Composite::with_capacity(0);
        let Ok(text) = exceptions::expand(nothing, std::slice::from_ref(exception)) else { return };
        self.lists.substitute(text);
        for list in self.lists.take_touched() {
            let via = Via::Exception(exception.name.value.to_string());
            self.edge((ItemKind::Rule, rule), (ItemKind::List, list), via);
        }
    }
}
