//! Automata of regular expressions.

use super::{Fate, Machine, StateId};
use crate::syntax::re2;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};

/// Maximum size of an automaton in bytes.
const MAX_SIZE: usize = 1 << 21;

/// The automaton of a pattern that must match the whole text.
pub struct Dfa {
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
}

impl Dfa {
    /// `None` if it would be too large.
    pub fn of_pattern(pattern: &[u8]) -> Option<Dfa> {
        let hir = re2::check_bytes(pattern).ok()?.to_full_hir();
        let nfa = thompson::Compiler::new()
            .configure(thompson::Config::new().nfa_size_limit(Some(MAX_SIZE)).utf8(false))
            .build_from_hir(&hir)
            .ok()?;
        let config = dense::Config::new()
            .match_kind(MatchKind::All)
            .start_kind(StartKind::Anchored)
            .dfa_size_limit(Some(MAX_SIZE))
            .determinize_size_limit(Some(MAX_SIZE));
        let dfa = dense::Builder::new().configure(config).build_from_nfa(&nfa).ok()?;
        let start = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
        Some(Dfa { dfa, start })
    }

    fn id(state: StateId) -> StateID {
        StateID::new(state as usize).unwrap_or_default()
    }
}

impl Machine for Dfa {
    fn start(&mut self) -> StateId {
        self.start.as_u32()
    }
    fn step(&mut self, state: StateId, byte: u8) -> Option<StateId> {
        Some(self.dfa.next_state(Dfa::id(state), byte).as_u32())
    }
    fn accepts(&self, state: StateId) -> bool {
        self.dfa.is_match_state(self.dfa.next_eoi_state(Dfa::id(state)))
    }
    fn fate(&self, state: StateId) -> Fate {
        if self.dfa.is_dead_state(Dfa::id(state)) { Fate::Dead } else { Fate::Open }
    }
    fn class(&self, byte: u8) -> u64 {
        u64::from(self.dfa.byte_classes().get(byte))
    }
}
