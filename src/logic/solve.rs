//! Conditions as a whole: a SAT solver picks literals, the places say whether they go together.

use super::formula::{Arena, F, FALSE, Node, TRUE};
use super::lower::{Known, lower};
use super::place::{self, Literals, Verdict};
use super::prim::{Place, PlaceId, PrimId};
use super::record::{self, Built};
use super::{Assume, Found, Reason, facts};
use crate::sema::ir::Pred;
use batsat::{Callbacks, Lit, Solver, SolverInterface, SolverOpts, clause, lbool};
use rustc_hash::{FxHashMap, FxHashSet};

/// Rounds between the SAT solver and the places.
const MAX_ROUNDS: usize = 2_000;
/// Clauses that the SAT solver may learn in one question.
const MAX_CLAUSES: usize = 20_000;
/// Places whose answers are remembered.
const MAX_REMEMBERED: usize = 100_000;

/// What a solver knows and has learned.
#[derive(Debug)]
pub struct Memory {
    assume: Assume,
    pub arena: Arena,
    known: Known,
    facts: FxHashMap<PlaceId, F>,
    /// Answers of places, by their literals and whether they must have members.
    verdicts: FxHashMap<(PlaceId, Literals, bool), Verdict>,
    /// Literals that do not go together, by one of their prims.
    lemmas: FxHashMap<PrimId, Vec<Literals>>,
    answers: FxHashMap<F, Found>,
}

struct Budget(usize);

impl Callbacks for Budget {
    fn on_new_clause(&mut self, _: &[Lit], _: clause::Kind) {
        self.0 += 1;
    }
    fn stop(&self) -> bool {
        self.0 > MAX_CLAUSES
    }
}

/// A question as the SAT solver sees it.
struct Question {
    sat: Solver<Budget>,
    formula: F,
    /// Variables by node.
    vars: FxHashMap<usize, Lit>,
    /// Nodes by prim.
    prims: FxHashMap<PrimId, usize>,
}

impl Memory {
    pub fn new(assume: Assume) -> Memory {
        Memory {
            assume,
            arena: Arena::default(),
            known: Known::default(),
            facts: FxHashMap::default(),
            verdicts: FxHashMap::default(),
            lemmas: FxHashMap::default(),
            answers: FxHashMap::default(),
        }
    }

    /// The formula of a condition.
    pub fn formula(&mut self, pred: &Pred) -> F {
        lower(pred, &mut self.arena, &mut self.known)
    }

    /// An event on which a formula holds.
    pub fn find(&mut self, formula: F) -> Found {
        if formula == FALSE {
            return Found::Never;
        }
        if let Some(found) = self.answers.get(&formula) {
            return found.clone();
        }
        let found = self.search(formula);
        if self.answers.len() < MAX_REMEMBERED {
            self.answers.insert(formula, found.clone());
        }
        found
    }

    fn search(&mut self, formula: F) -> Found {
        let formula = self.with_facts(formula);
        if formula == FALSE {
            return Found::Never;
        }
        let mut question = Question::new(formula, &self.arena);
        for prim in question.prims.keys() {
            for lemma in self.lemmas.get(prim).into_iter().flatten() {
                if lemma.iter().all(|(prim, _)| question.prims.contains_key(prim)) {
                    let mut clause = clause_against(lemma, &question.vars, &question.prims);
                    question.sat.add_clause_reuse(&mut clause);
                }
            }
        }
        let mut open = None;
        for _ in 0..MAX_ROUNDS {
            let status = question.sat.solve_limited(&[]);
            if status == lbool::FALSE {
                return open.map_or(Found::Never, Found::Unknown);
            }
            if status != lbool::TRUE {
                return Found::Unknown(Reason::Steps);
            }
            let literals = question.implicant(&self.arena);
            match self.attempt(&literals) {
                Attempt::Found(found) => return found,
                Attempt::Conflict(conflict) => {
                    question.deny(&conflict);
                    if let Some(&(prim, _)) = conflict.first() {
                        self.lemmas.entry(prim).or_default().push(conflict);
                    }
                }
                Attempt::Open(literals, reason) => {
                    question.deny(&literals);
                    open = Some(reason);
                }
            }
        }
        Found::Unknown(Reason::Steps)
    }

    /// The formula and what is known of the places that it is about.
    fn with_facts(&mut self, formula: F) -> F {
        let mut seen = FxHashSet::default();
        let mut whole = formula;
        loop {
            let mut fresh: Vec<PlaceId> = Vec::new();
            for node in self.arena.nodes_of(whole) {
                if let Node::Prim(prim) = self.arena.nodes[node] {
                    fresh.push(self.arena.prims[prim as usize].place);
                }
            }
            let mut at = 0;
            while let Some(&place) = fresh.get(at) {
                at += 1;
                match self.arena.places[place as usize].clone() {
                    Place::Member(keys) if keys.len() > 1 => {
                        fresh.push(self.arena.place(Place::Member(keys[..keys.len() - 1].into())));
                    }
                    Place::Pair(sides) => fresh.extend([sides.0.place, sides.1.place]),
                    _ => {}
                }
            }
            fresh.retain(|place| seen.insert(*place));
            let mut parts = vec![whole];
            for place in fresh {
                let fact = match self.facts.get(&place) {
                    Some(&fact) => fact,
                    None => {
                        let fact = facts::fact(place, self.assume, &mut self.arena);
                        self.facts.insert(place, fact);
                        fact
                    }
                };
                parts.push(fact);
            }
            if parts.iter().skip(1).all(|&fact| fact == TRUE) {
                return whole;
            }
            whole = self.arena.and(parts);
        }
    }

    fn attempt(&mut self, literals: &[(PrimId, bool)]) -> Attempt {
        let mut by_place: FxHashMap<PlaceId, Literals> = FxHashMap::default();
        // Places that need members, and the literal that asks for one.
        let mut containers: FxHashMap<PlaceId, (PrimId, bool)> = FxHashMap::default();
        for &(prim, wanted) in literals {
            let place = self.arena.prims[prim as usize].place;
            by_place.entry(place).or_default().push((prim, wanted));
            if !wanted {
                continue;
            }
            if let Place::Member(keys) = self.arena.places[place as usize].clone() {
                for len in 1..keys.len() {
                    let above = self.arena.place(Place::Member(keys[..len].into()));
                    containers.entry(above).or_insert((prim, wanted));
                }
            }
        }
        for &place in containers.keys() {
            by_place.entry(place).or_default();
        }
        let mut places: Vec<(PlaceId, Literals)> = by_place.into_iter().collect();
        places.sort();
        let mut open = None;
        for (place, literals) in &places {
            let cause = containers.get(place).copied();
            match self.verdict(*place, literals, cause.is_some()) {
                Verdict::Value(_) => {}
                Verdict::None => return Attempt::Conflict(self.smallest(*place, literals, cause)),
                Verdict::Unknown(reason) => {
                    let mut all = literals.clone();
                    all.extend(cause);
                    open = Some((all, reason));
                }
            }
        }
        if let Some((literals, reason)) = open {
            return Attempt::Open(literals, reason);
        }
        let values = places.into_iter().map(|(place, literals)| {
            let container = containers.contains_key(&place);
            let value = match self.verdict(place, &literals, container) {
                Verdict::Value(value) => value,
                _ => None,
            };
            record::Wish { place, literals, value, container }
        });
        let wishes: Vec<record::Wish> = values.collect();
        match record::build(&mut self.arena, &wishes) {
            Built::Witness(witness) => Attempt::Found(Found::Witness(witness)),
            Built::No(reason) => Attempt::Open(literals.to_vec(), reason),
        }
    }

    fn verdict(&mut self, place: PlaceId, literals: &Literals, container: bool) -> Verdict {
        let key = (place, literals.clone(), container);
        if let Some(verdict) = self.verdicts.get(&key) {
            return verdict.clone();
        }
        let verdict = place::value(&self.arena, place, literals, container);
        if self.verdicts.len() < MAX_REMEMBERED {
            self.verdicts.insert(key, verdict.clone());
        }
        verdict
    }

    /// As few literals as still have no value together.
    fn smallest(&mut self, place: PlaceId, literals: &Literals, cause: Option<(PrimId, bool)>) -> Literals {
        let mut kept = literals.clone();
        let container = cause.is_some() && self.verdict(place, &kept, false) != Verdict::None;
        let mut at = 0;
        while at < kept.len() {
            let mut fewer = kept.clone();
            fewer.remove(at);
            match self.verdict(place, &fewer, container) {
                Verdict::None => kept = fewer,
                _ => at += 1,
            }
        }
        kept.extend(cause.filter(|_| container));
        kept
    }
}

enum Attempt {
    Found(Found),
    /// Proven not to go together.
    Conflict(Literals),
    /// Not settled.
    Open(Literals, Reason),
}

impl Question {
    fn new(formula: F, arena: &Arena) -> Question {
        let mut sat = Solver::new(SolverOpts::default(), Budget(0));
        let (mut vars, mut prims) = (FxHashMap::default(), FxHashMap::default());
        let nodes = arena.nodes_of(formula);
        for &node in &nodes {
            vars.insert(node, Lit::new(sat.new_var(lbool::FALSE, true), true));
            if let Node::Prim(prim) = arena.nodes[node] {
                prims.insert(prim, node);
            }
        }
        let lit = |f: F| if f.positive() { vars[&f.node()] } else { !vars[&f.node()] };
        for &node in &nodes {
            let own = vars[&node];
            match &arena.nodes[node] {
                Node::True => drop(sat.add_clause_reuse(&mut vec![own])),
                Node::Prim(_) => {}
                Node::And(parts) => {
                    let mut all = vec![own];
                    for &part in parts {
                        sat.add_clause_reuse(&mut vec![!own, lit(part)]);
                        all.push(!lit(part));
                    }
                    sat.add_clause_reuse(&mut all);
                }
            }
        }
        sat.add_clause_reuse(&mut vec![lit(formula)]);
        Question { sat, formula, vars, prims }
    }

    fn deny(&mut self, literals: &[(PrimId, bool)]) {
        let mut clause = clause_against(literals, &self.vars, &self.prims);
        self.sat.add_clause_reuse(&mut clause);
    }

    /// Enough literals of the model to make the formula true, the least demanding ones.
    fn implicant(&self, arena: &Arena) -> Literals {
        let mut picker = Picker {
            question: self,
            arena,
            costs: FxHashMap::default(),
            done: FxHashSet::default(),
            picked: FxHashMap::default(),
        };
        picker.pick(self.formula.node());
        let mut literals: Literals = picker.picked.into_iter().collect();
        literals.sort_unstable();
        literals.dedup();
        literals
    }

    fn is_true(&self, node: usize) -> bool {
        self.vars.get(&node).is_some_and(|&lit| self.sat.value_lit(lit) == lbool::TRUE)
    }
}

fn clause_against(
    literals: &[(PrimId, bool)],
    vars: &FxHashMap<usize, Lit>,
    prims: &FxHashMap<PrimId, usize>,
) -> Vec<Lit> {
    let lit = |&(prim, wanted): &(PrimId, bool)| {
        let lit = *vars.get(prims.get(&prim)?)?;
        Some(if wanted { !lit } else { lit })
    };
    literals.iter().filter_map(lit).collect()
}

struct Picker<'q> {
    question: &'q Question,
    arena: &'q Arena,
    costs: FxHashMap<usize, u32>,
    done: FxHashSet<usize>,
    picked: FxHashMap<PrimId, bool>,
}

impl Picker<'_> {
    /// How demanding it is to make a node what it is in the model.
    fn cost(&mut self, node: usize) -> u32 {
        if let Some(&cost) = self.costs.get(&node) {
            return cost;
        }
        let truth = self.question.is_true(node);
        let cost = match &self.arena.nodes[node] {
            Node::True => 0,
            Node::Prim(prim) => match &self.arena.places[self.arena.prims[*prim as usize].place as usize] {
                Place::Member(_) | Place::Number => {
                    if truth {
                        3
                    } else {
                        1
                    }
                }
                Place::Pair(_) => 50,
                Place::Made(_) => 500,
            },
            Node::And(parts) if truth => {
                parts.iter().fold(0, |sum: u32, part| sum.saturating_add(self.cost(part.node())))
            }
            Node::And(parts) => {
                let wrong = parts.iter().filter(|part| self.question.is_true(part.node()) != part.positive());
                wrong.map(|part| self.cost(part.node())).min().unwrap_or(0)
            }
        };
        self.costs.insert(node, cost);
        cost
    }

    fn pick(&mut self, node: usize) {
        if !self.done.insert(node) {
            return;
        }
        let truth = self.question.is_true(node);
        match &self.arena.nodes[node] {
            Node::True => {}
            Node::Prim(prim) => drop(self.picked.insert(*prim, truth)),
            Node::And(parts) if truth => parts.iter().for_each(|part| self.pick(part.node())),
            Node::And(parts) => {
                let wrong = parts.iter().filter(|part| self.question.is_true(part.node()) != part.positive());
                let cheapest = wrong.min_by_key(|part| self.cost(part.node()));
                if let Some(part) = cheapest {
                    self.pick(part.node());
                }
            }
        }
    }
}
