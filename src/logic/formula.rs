//! Formulas over prims, each kept once.

use super::atom::{Place, PlaceId, Prim, PrimId, Ready};
use crate::cloudtrail::MemberPath;
use rustc_hash::FxHashMap;

/// A formula: the number of its node, twice; odd if it is denied.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct F(pub u32);

/// What is always true: node 0.
pub const TRUE: F = F(0);
/// What is never true.
pub const FALSE: F = F(1);

impl std::ops::Not for F {
    type Output = F;
    fn not(self) -> F {
        F(self.0 ^ 1)
    }
}

impl F {
    /// The number of the node.
    pub fn node(self) -> usize {
        (self.0 >> 1) as usize
    }
    /// The node is not denied.
    pub fn positive(self) -> bool {
        self.0 & 1 == 0
    }
}

/// A node of a formula.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    /// Always.
    True,
    /// A prim.
    Prim(PrimId),
    /// All of them, sorted.
    And(Box<[F]>),
}

/// All places, prims and nodes that were ever met.
#[derive(Debug)]
pub struct Arena {
    /// Places by number.
    pub places: Vec<Place>,
    /// Prims by number.
    pub prims: Vec<Prim>,
    /// Prims made ready, by number.
    pub ready: Vec<Ready>,
    /// Nodes by number.
    pub nodes: Vec<Node>,
    place_ids: FxHashMap<Place, PlaceId>,
    prim_ids: FxHashMap<Prim, PrimId>,
    node_ids: FxHashMap<Node, u32>,
}

impl Default for Arena {
    fn default() -> Arena {
        let mut node_ids = FxHashMap::default();
        node_ids.insert(Node::True, 0);
        Arena {
            places: Vec::new(),
            prims: Vec::new(),
            ready: Vec::new(),
            nodes: vec![Node::True],
            place_ids: FxHashMap::default(),
            prim_ids: FxHashMap::default(),
            node_ids,
        }
    }
}

impl Arena {
    /// The number of a place.
    pub fn place(&mut self, place: Place) -> PlaceId {
        if let Some(&id) = self.place_ids.get(&place) {
            return id;
        }
        let id = self.places.len() as PlaceId;
        self.places.push(place.clone());
        self.place_ids.insert(place, id);
        id
    }

    /// The number of the place at these keys.
    pub fn member(&mut self, path: &MemberPath<'_>) -> PlaceId {
        self.place(Place::Member(path.keys().map(Box::from).collect()))
    }

    /// The formula that is a prim.
    pub fn prim(&mut self, prim: Prim) -> F {
        let id = match self.prim_ids.get(&prim) {
            Some(&id) => id,
            None => {
                let id = self.prims.len() as PrimId;
                self.ready.push(Ready::new(&prim.check));
                self.prims.push(prim.clone());
                self.prim_ids.insert(prim, id);
                id
            }
        };
        self.node(Node::Prim(id))
    }

    fn node(&mut self, node: Node) -> F {
        if let Some(&id) = self.node_ids.get(&node) {
            return F(id << 1);
        }
        let id = self.nodes.len() as u32;
        self.nodes.push(node.clone());
        self.node_ids.insert(node, id);
        F(id << 1)
    }

    /// All of them.
    pub fn and(&mut self, parts: impl IntoIterator<Item = F>) -> F {
        let mut all: Vec<F> = Vec::new();
        for part in parts {
            match &self.nodes[part.node()] {
                Node::And(inner) if part.positive() => all.extend_from_slice(inner),
                _ => all.push(part),
            }
        }
        all.sort_unstable();
        all.dedup();
        all.retain(|&part| part != TRUE);
        // A formula and its opposite are neighbours.
        if all.contains(&FALSE) || all.windows(2).any(|pair| pair[0] == !pair[1]) {
            return FALSE;
        }
        match all[..] {
            [] => TRUE,
            [one] => one,
            _ => self.node(Node::And(all.into())),
        }
    }

    /// Any of them.
    pub fn or(&mut self, parts: impl IntoIterator<Item = F>) -> F {
        !self.and(parts.into_iter().map(|part| !part))
    }

    /// The nodes that a formula is made of, each once.
    pub fn nodes_of(&self, formula: F) -> Vec<usize> {
        let mut seen = rustc_hash::FxHashSet::default();
        let mut found = vec![formula.node()];
        seen.insert(formula.node());
        let mut at = 0;
        while let Some(&node) = found.get(at) {
            if let Node::And(parts) = &self.nodes[node] {
                found.extend(parts.iter().map(|part| part.node()).filter(|&part| seen.insert(part)));
            }
            at += 1;
        }
        found
    }
}
