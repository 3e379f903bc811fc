//! Conditions as a whole: a SAT solver picks literals, the places say whether they go together.

use super::atom::{Place, PlaceId, PrimId};
use super::formula::{Arena, F, FALSE, Node, TRUE};
use super::lower::{Known, lower};
use super::pair;
use super::place::{self, Literals, Verdict};
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
    /// Answers of places, by their literals and the member that they must have.
    verdicts: FxHashMap<(PlaceId, Literals, Option<Box<str>>), Verdict>,
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
        // Places that need members, one that they need, and the literal that asks for it.
        let mut containers: FxHashMap<PlaceId, Need> = FxHashMap::default();
        for &(prim, wanted) in literals {
            let place = self.arena.prims[prim as usize].place;
            by_place.entry(place).or_default().push((prim, wanted));
            if !wanted {
                continue;
            }
            if let Place::Member(keys) = self.arena.places[place as usize].clone() {
                for len in 1..keys.len() {
                    let above = self.arena.place(Place::Member(keys[..len].into()));
                    let need = || Need { member: keys[len].clone(), cause: (prim, wanted) };
                    containers.entry(above).or_insert_with(need);
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
            let need = containers.get(place);
            match self.verdict(*place, literals, need.map(|need| &*need.member)) {
                Verdict::Value(_) => {}
                Verdict::None => return Attempt::Conflict(self.smallest(*place, literals, need)),
                Verdict::Unknown(reason) => {
                    let mut all = literals.clone();
                    all.extend(need.map(|need| need.cause));
                    open = Some((all, reason));
                }
            }
        }
        for (place, own) in &places {
            if let Some(conflict) = pair::conflict(&self.arena, *place, own, literals) {
                return Attempt::Conflict(conflict);
            }
        }
        if let Some((literals, reason)) = open {
            return Attempt::Open(literals, reason);
        }
        let values = places.into_iter().map(|(place, literals)| {
            let need = containers.get(&place);
            let value = match self.verdict(place, &literals, need.map(|need| &*need.member)) {
                Verdict::Value(value) => value,
                _ => None,
            };
            record::Wish { place, literals, value, container: need.is_some() }
        });
        let wishes: Vec<record::Wish> = values.collect();
        match record::build(&mut self.arena, &wishes, self.assume) {
            Built::Witness(witness) => Attempt::Found(Found::Witness(witness)),
            Built::No(reason) => Attempt::Open(literals.to_vec(), reason),
        }
    }

    fn verdict(&mut self, place: PlaceId, literals: &Literals, member: Option<&str>) -> Verdict {
        let key = (place, literals.clone(), member.map(Box::from));
        if let Some(verdict) = self.verdicts.get(&key) {
            return verdict.clone();
        }
        let verdict = place::value(&self.arena, place, literals, member);
        if self.verdicts.len() < MAX_REMEMBERED {
            self.verdicts.insert(key, verdict.clone());
        }
        verdict
    }

    /// As few literals as still have no value together.
    fn smallest(&mut self, place: PlaceId, literals: &Literals, need: Option<&Need>) -> Literals {
        let mut kept = literals.clone();
        let need = need.filter(|_| self.verdict(place, literals, None) != Verdict::None);
        let member = need.map(|need| &*need.member);
        let mut at = 0;
        while at < kept.len() {
            let mut fewer = kept.clone();
            fewer.remove(at);
            match self.verdict(place, &fewer, member) {
                Verdict::None => kept = fewer,
                _ => at += 1,
            }
        }
        kept.extend(need.map(|need| need.cause));
        kept
    }
}

/// A place needs this member, because of this literal.
struct Need {
    member: Box<str>,
    cause: (PrimId, bool),
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
        // Parts have lower numbers than what they are part of.
        let mut nodes: Vec<usize> = self.vars.keys().copied().collect();
        nodes.sort_unstable();
        let mut costs: FxHashMap<usize, u32> = FxHashMap::default();
        for &node in &nodes {
            let cost = |part: &F| costs.get(&part.node()).copied().unwrap_or(0);
            let total = match &arena.nodes[node] {
                Node::True => 0,
                Node::Prim(prim) => match &arena.places[arena.prims[*prim as usize].place as usize] {
                    Place::Member(_) | Place::Number if self.is_true(node) => 3,
                    Place::Member(_) | Place::Number => 1,
                    Place::Pair(_) => 50,
                    Place::Made(_) => 500,
                },
                Node::And(parts) if self.is_true(node) => {
                    parts.iter().fold(0, |sum: u32, part| sum.saturating_add(cost(part)))
                }
                Node::And(parts) => self.wrong(parts).map(cost).min().unwrap_or(0),
            };
            costs.insert(node, total);
        }
        let (mut literals, mut done) = (Literals::new(), FxHashSet::default());
        let mut open = vec![self.formula.node()];
        while let Some(node) = open.pop() {
            if !done.insert(node) {
                continue;
            }
            match &arena.nodes[node] {
                Node::True => {}
                Node::Prim(prim) => literals.push((*prim, self.is_true(node))),
                Node::And(parts) if self.is_true(node) => open.extend(parts.iter().map(|part| part.node())),
                Node::And(parts) => {
                    let cheapest = self.wrong(parts).min_by_key(|part| costs.get(&part.node()));
                    open.extend(cheapest.map(|part| part.node()));
                }
            }
        }
        literals.sort_unstable();
        literals
    }

    /// The parts that the model makes false.
    fn wrong<'p>(&self, parts: &'p [F]) -> impl Iterator<Item = &'p F> {
        parts.iter().filter(|part| self.is_true(part.node()) != part.positive())
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
