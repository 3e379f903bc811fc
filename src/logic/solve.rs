//! The search: a SAT solver picks literals, and each place accepts them or returns a conflict.

use super::atom::{AtomId, PlaceId, RecordPlace};
use super::formula::{Arena, FALSE, Formula, Gate, TRUE};
use super::lower::{FormulaCache, lower};
use super::pair;
use super::place::{self, Literals, PlaceValue};
use super::record::{self, Built};
use super::{Assume, Reason, Satisfiability, facts};
use crate::sema::ir::Pred;
use batsat::{Callbacks, Lit, Solver, SolverInterface, SolverOpts, clause, lbool};
use rustc_hash::{FxHashMap, FxHashSet};

/// Maximum number of rounds between the SAT solver and the places.
const MAX_ROUNDS: usize = 2_000;
/// Maximum number of clauses that the SAT solver learns per question.
const MAX_CLAUSES: usize = 20_000;
/// Maximum number of cached values of places.
const MAX_REMEMBERED: usize = 100_000;

/// Memory of a solver across questions.
#[derive(Debug)]
pub struct Memory {
    assume: Assume,
    pub arena: Arena,
    known: FormulaCache,
    facts: FxHashMap<PlaceId, Formula>,
    /// Values of places by literals and required member.
    verdicts: FxHashMap<(PlaceId, Literals, Option<Box<str>>), PlaceValue>,
    /// Conflicting literals, by one of their atoms.
    lemmas: FxHashMap<AtomId, Vec<Literals>>,
    answers: FxHashMap<Formula, Satisfiability>,
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

/// A formula encoded for the SAT solver.
struct Question {
    sat: Solver<Budget>,
    formula: Formula,
    /// Variables by gate.
    vars: FxHashMap<usize, Lit>,
    /// Gates by atom.
    atoms: FxHashMap<AtomId, usize>,
}

impl Memory {
    pub fn new(assume: Assume) -> Memory {
        Memory {
            assume,
            arena: Arena::default(),
            known: FormulaCache::default(),
            facts: FxHashMap::default(),
            verdicts: FxHashMap::default(),
            lemmas: FxHashMap::default(),
            answers: FxHashMap::default(),
        }
    }

    /// The formula of a condition.
    pub fn formula(&mut self, pred: &Pred) -> Formula {
        lower(pred, &mut self.arena, &mut self.known)
    }

    /// An event on which a formula holds.
    pub fn find(&mut self, formula: Formula) -> Satisfiability {
        if formula == FALSE {
            return Satisfiability::Never;
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

    fn search(&mut self, formula: Formula) -> Satisfiability {
        let formula = self.with_facts(formula);
        if formula == FALSE {
            return Satisfiability::Never;
        }
        let mut question = Question::new(formula, &self.arena);
        for atom in question.atoms.keys() {
            for lemma in self.lemmas.get(atom).into_iter().flatten() {
                if lemma.iter().all(|(atom, _)| question.atoms.contains_key(atom)) {
                    let mut clause = clause_against(lemma, &question.vars, &question.atoms);
                    question.sat.add_clause_reuse(&mut clause);
                }
            }
        }
        let mut open = None;
        for _ in 0..MAX_ROUNDS {
            let status = question.sat.solve_limited(&[]);
            if status == lbool::FALSE {
                return open.map_or(Satisfiability::Never, Satisfiability::Unknown);
            }
            if status != lbool::TRUE {
                return Satisfiability::Unknown(Reason::Steps);
            }
            let literals = question.implicant(&self.arena);
            match self.attempt(&literals) {
                Attempt::Found(found) => return found,
                Attempt::Conflict(conflict) => {
                    question.deny(&conflict);
                    if let Some(&(atom, _)) = conflict.first() {
                        self.lemmas.entry(atom).or_default().push(conflict);
                    }
                }
                Attempt::Open(literals, reason) => {
                    question.deny(&literals);
                    open = Some(reason);
                }
            }
        }
        Satisfiability::Unknown(Reason::Steps)
    }

    /// The formula with the facts about its places.
    fn with_facts(&mut self, formula: Formula) -> Formula {
        let mut seen = FxHashSet::default();
        let mut whole = formula;
        loop {
            let mut fresh: Vec<PlaceId> = Vec::new();
            for node in self.arena.nodes_of(whole) {
                if let Gate::Atom(atom) = self.arena.nodes[node] {
                    fresh.push(self.arena.atoms[atom as usize].place);
                }
            }
            let mut at = 0;
            while let Some(&place) = fresh.get(at) {
                at += 1;
                match self.arena.places[place as usize].clone() {
                    RecordPlace::Member(keys) if keys.len() > 1 => {
                        fresh.push(self.arena.place(RecordPlace::Member(keys[..keys.len() - 1].into())));
                    }
                    RecordPlace::Pair(sides) => fresh.extend([sides.0.place, sides.1.place]),
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

    fn attempt(&mut self, literals: &[(AtomId, bool)]) -> Attempt {
        let mut by_place: FxHashMap<PlaceId, Literals> = FxHashMap::default();
        // Places that must contain members, with one such member and the literal that requires it.
        let mut containers: FxHashMap<PlaceId, Need> = FxHashMap::default();
        for &(atom, wanted) in literals {
            let place = self.arena.atoms[atom as usize].place;
            by_place.entry(place).or_default().push((atom, wanted));
            if !wanted {
                continue;
            }
            if let RecordPlace::Member(keys) = self.arena.places[place as usize].clone() {
                for len in 1..keys.len() {
                    let above = self.arena.place(RecordPlace::Member(keys[..len].into()));
                    let need = || Need { member: keys[len].clone(), cause: (atom, wanted) };
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
                PlaceValue::Value(_) => {}
                PlaceValue::None => return Attempt::Conflict(self.smallest(*place, literals, need)),
                PlaceValue::Unknown(reason) => {
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
                PlaceValue::Value(value) => value,
                _ => None,
            };
            record::Wish { place, literals, value, container: need.is_some() }
        });
        let wishes: Vec<record::Wish> = values.collect();
        match record::build(&mut self.arena, &wishes, self.assume) {
            Built::Witness(witness) => Attempt::Found(Satisfiability::Witness(witness)),
            Built::No(reason) => Attempt::Open(literals.to_vec(), reason),
        }
    }

    fn verdict(&mut self, place: PlaceId, literals: &Literals, member: Option<&str>) -> PlaceValue {
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

    /// A minimal set of the literals that has no common value.
    fn smallest(&mut self, place: PlaceId, literals: &Literals, need: Option<&Need>) -> Literals {
        let mut kept = literals.clone();
        let need = need.filter(|_| self.verdict(place, literals, None) != PlaceValue::None);
        let member = need.map(|need| &*need.member);
        let mut at = 0;
        while at < kept.len() {
            let mut fewer = kept.clone();
            fewer.remove(at);
            match self.verdict(place, &fewer, member) {
                PlaceValue::None => kept = fewer,
                _ => at += 1,
            }
        }
        kept.extend(need.map(|need| need.cause));
        kept
    }
}

/// A member that a place must contain, and the literal that requires it.
struct Need {
    member: Box<str>,
    cause: (AtomId, bool),
}

enum Attempt {
    Found(Satisfiability),
    /// Proved to conflict.
    Conflict(Literals),
    /// Neither found nor disproved.
    Open(Literals, Reason),
}

impl Question {
    fn new(formula: Formula, arena: &Arena) -> Question {
        let mut sat = Solver::new(SolverOpts::default(), Budget(0));
        let (mut vars, mut atoms) = (FxHashMap::default(), FxHashMap::default());
        let nodes = arena.nodes_of(formula);
        for &node in &nodes {
            vars.insert(node, Lit::new(sat.new_var(lbool::FALSE, true), true));
            if let Gate::Atom(atom) = arena.nodes[node] {
                atoms.insert(atom, node);
            }
        }
        let lit = |f: Formula| if f.positive() { vars[&f.node()] } else { !vars[&f.node()] };
        for &node in &nodes {
            let own = vars[&node];
            match &arena.nodes[node] {
                Gate::True => drop(sat.add_clause_reuse(&mut vec![own])),
                Gate::Atom(_) => {}
                Gate::And(parts) => {
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
        Question { sat, formula, vars, atoms }
    }

    fn deny(&mut self, literals: &[(AtomId, bool)]) {
        let mut clause = clause_against(literals, &self.vars, &self.atoms);
        self.sat.add_clause_reuse(&mut clause);
    }

    /// Literals of the model that suffice for the formula, preferring the least restrictive ones.
    fn implicant(&self, arena: &Arena) -> Literals {
        // Parts have lower numbers than the gates that contain them.
        let mut nodes: Vec<usize> = self.vars.keys().copied().collect();
        nodes.sort_unstable();
        let mut costs: FxHashMap<usize, u32> = FxHashMap::default();
        for &node in &nodes {
            let cost = |part: &Formula| costs.get(&part.node()).copied().unwrap_or(0);
            let total = match &arena.nodes[node] {
                Gate::True => 0,
                Gate::Atom(atom) => match &arena.places[arena.atoms[*atom as usize].place as usize] {
                    RecordPlace::Member(_) | RecordPlace::Number if self.is_true(node) => 3,
                    RecordPlace::Member(_) | RecordPlace::Number => 1,
                    RecordPlace::Pair(_) => 50,
                    RecordPlace::Derived(_) => 500,
                },
                Gate::And(parts) if self.is_true(node) => {
                    parts.iter().fold(0, |sum: u32, part| sum.saturating_add(cost(part)))
                }
                Gate::And(parts) => self.wrong(parts).map(cost).min().unwrap_or(0),
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
                Gate::True => {}
                Gate::Atom(atom) => literals.push((*atom, self.is_true(node))),
                Gate::And(parts) if self.is_true(node) => open.extend(parts.iter().map(|part| part.node())),
                Gate::And(parts) => {
                    let cheapest = self.wrong(parts).min_by_key(|part| costs.get(&part.node()));
                    open.extend(cheapest.map(|part| part.node()));
                }
            }
        }
        literals.sort_unstable();
        literals
    }

    /// Parts that are false in the model.
    fn wrong<'p>(&self, parts: &'p [Formula]) -> impl Iterator<Item = &'p Formula> {
        parts.iter().filter(|part| self.is_true(part.node()) != part.positive())
    }

    fn is_true(&self, node: usize) -> bool {
        self.vars.get(&node).is_some_and(|&lit| self.sat.value_lit(lit) == lbool::TRUE)
    }
}

fn clause_against(
    literals: &[(AtomId, bool)],
    vars: &FxHashMap<usize, Lit>,
    atoms: &FxHashMap<AtomId, usize>,
) -> Vec<Lit> {
    let lit = |&(atom, wanted): &(AtomId, bool)| {
        let lit = *vars.get(atoms.get(&atom)?)?;
        Some(if wanted { !lit } else { lit })
    };
    literals.iter().filter_map(lit).collect()
}
