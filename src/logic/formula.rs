//! Formulas over atoms, each stored once.

use super::atom::{Atom, AtomId, CompiledTest, PlaceId, RecordPlace};
use crate::cloudtrail::MemberPath;
use rustc_hash::FxHashMap;

/// A formula: twice the number of its gate, plus 1 if negated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Formula(pub u32);

/// The true formula: gate 0.
pub const TRUE: Formula = Formula(0);
/// The false formula.
pub const FALSE: Formula = Formula(1);

impl std::ops::Not for Formula {
    type Output = Formula;
    fn not(self) -> Formula {
        Formula(self.0 ^ 1)
    }
}

impl Formula {
    /// Number of the gate.
    pub fn node(self) -> usize {
        (self.0 >> 1) as usize
    }
    /// Whether it is not negated.
    pub fn positive(self) -> bool {
        self.0 & 1 == 0
    }
}

/// A gate of a formula.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Gate {
    /// Constant true.
    True,
    /// A atom.
    Atom(AtomId),
    /// Conjunction of sorted formulas.
    And(Box<[Formula]>),
}

/// All places, atoms and gates in use.
#[derive(Debug)]
pub struct Arena {
    /// Places by number.
    pub places: Vec<RecordPlace>,
    /// Atoms by number.
    pub atoms: Vec<Atom>,
    /// Compiled tests of atoms, by number.
    pub ready: Vec<CompiledTest>,
    /// Nodes by number.
    pub nodes: Vec<Gate>,
    place_ids: FxHashMap<RecordPlace, PlaceId>,
    atom_ids: FxHashMap<Atom, AtomId>,
    node_ids: FxHashMap<Gate, u32>,
}

impl Default for Arena {
    fn default() -> Arena {
        let mut node_ids = FxHashMap::default();
        node_ids.insert(Gate::True, 0);
        Arena {
            places: Vec::new(),
            atoms: Vec::new(),
            ready: Vec::new(),
            nodes: vec![Gate::True],
            place_ids: FxHashMap::default(),
            atom_ids: FxHashMap::default(),
            node_ids,
        }
    }
}

impl Arena {
    /// The number of a place.
    pub fn place(&mut self, place: RecordPlace) -> PlaceId {
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
        self.place(RecordPlace::Member(path.keys().map(Box::from).collect()))
    }

    /// The formula of an atom.
    pub fn atom(&mut self, atom: Atom) -> Formula {
        let id = match self.atom_ids.get(&atom) {
            Some(&id) => id,
            None => {
                let id = self.atoms.len() as AtomId;
                self.ready.push(CompiledTest::new(&atom.check));
                self.atoms.push(atom.clone());
                self.atom_ids.insert(atom, id);
                id
            }
        };
        self.node(Gate::Atom(id))
    }

    fn node(&mut self, node: Gate) -> Formula {
        if let Some(&id) = self.node_ids.get(&node) {
            return Formula(id << 1);
        }
        let id = self.nodes.len() as u32;
        self.nodes.push(node.clone());
        self.node_ids.insert(node, id);
        Formula(id << 1)
    }

    /// Conjunction.
    pub fn and(&mut self, parts: impl IntoIterator<Item = Formula>) -> Formula {
        let mut all: Vec<Formula> = Vec::new();
        for part in parts {
            match &self.nodes[part.node()] {
                Gate::And(inner) if part.positive() => all.extend_from_slice(inner),
                _ => all.push(part),
            }
        }
        all.sort_unstable();
        all.dedup();
        all.retain(|&part| part != TRUE);
        // A formula and its negation are neighbours.
        if all.contains(&FALSE) || all.windows(2).any(|pair| pair[0] == !pair[1]) {
            return FALSE;
        }
        match all[..] {
            [] => TRUE,
            [one] => one,
            _ => self.node(Gate::And(all.into())),
        }
    }

    /// Disjunction.
    pub fn or(&mut self, parts: impl IntoIterator<Item = Formula>) -> Formula {
        !self.and(parts.into_iter().map(|part| !part))
    }

    /// The gates of a formula, each once.
    pub fn nodes_of(&self, formula: Formula) -> Vec<usize> {
        let mut seen = rustc_hash::FxHashSet::default();
        let mut found = vec![formula.node()];
        seen.insert(formula.node());
        let mut at = 0;
        while let Some(&node) = found.get(at) {
            if let Gate::And(parts) = &self.nodes[node] {
                found.extend(parts.iter().map(|part| part.node()).filter(|&part| seen.insert(part)));
            }
            at += 1;
        }
        found
    }
}
