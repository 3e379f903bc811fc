//! Automata of shell patterns, for whole texts and for components of paths.

use super::{Fate, StateId};
use crate::syntax::glob::{self, Glob, GlobToken};
use rustc_hash::FxHashMap;

/// Maximum number of states.
const MAX_STATES: usize = 1 << 14;

/// A sequence of patterns, one per component of a path, or one pattern for the whole text.
pub struct GlobMachine {
    globs: Vec<Glob>,
    path: bool,
    states: Vec<Set>,
    known: FxHashMap<Set, StateId>,
}

/// A state: the pattern, positions in it, and whether the component has begun.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Set {
    glob: usize,
    places: Vec<u16>,
    begun: bool,
}

impl GlobMachine {
    /// A pattern for whole texts.
    pub fn glob(pattern: &[u8], fold: bool) -> GlobMachine {
        GlobMachine::new(vec![glob::parse(pattern, fold)], false)
    }

    /// A path prefix of `pmatch`.
    pub fn below(prefix: &[u8]) -> GlobMachine {
        let parts = prefix.split(|&byte| byte == b'/').filter(|part| !part.is_empty());
        let component = |part: &[u8]| match part.iter().any(|byte| matches!(byte, b'?' | b'*' | b'[')) {
            true => glob::parse(part, false),
            false => Glob { tokens: part.iter().map(|&byte| GlobToken::Byte(byte)).collect() },
        };
        GlobMachine::new(parts.map(component).collect(), true)
    }

    fn new(globs: Vec<Glob>, path: bool) -> GlobMachine {
        GlobMachine { globs, path, states: Vec::new(), known: FxHashMap::default() }
    }

    /// Positions with those reachable without a byte.
    fn closed(&self, glob: usize, mut places: Vec<u16>) -> Vec<u16> {
        let Some(glob) = self.globs.get(glob) else { return Vec::new() };
        let mut at = 0;
        while let Some(&place) = places.get(at) {
            if glob.tokens.get(usize::from(place)) == Some(&GlobToken::Any) && !places.contains(&(place + 1))
            {
                places.push(place + 1);
            }
            at += 1;
        }
        places.sort_unstable();
        places
    }

    fn at_start(&self, glob: usize) -> Set {
        Set { glob, places: self.closed(glob, vec![0]), begun: false }
    }

    fn intern(&mut self, set: Set) -> Option<StateId> {
        if let Some(&state) = self.known.get(&set) {
            return Some(state);
        }
        if self.states.len() >= MAX_STATES {
            return None;
        }
        let state = self.states.len() as StateId;
        self.states.push(set.clone());
        self.known.insert(set, state);
        Some(state)
    }

    fn matched(&self, set: &Set) -> bool {
        self.globs
            .get(set.glob)
            .is_some_and(|glob| set.places.iter().any(|&place| usize::from(place) == glob.tokens.len()))
    }
}

impl super::Machine for GlobMachine {
    fn start(&mut self) -> StateId {
        let set = self.at_start(0);
        self.intern(set).unwrap_or(0)
    }

    fn step(&mut self, state: StateId, byte: u8) -> Option<StateId> {
        let set = self.states.get(state as usize)?.clone();
        if self.path {
            if set.glob == self.globs.len() {
                return Some(state);
            }
            if byte == b'/' {
                if !set.begun {
                    return Some(state);
                }
                let next = match self.matched(&set) {
                    true => self.at_start(set.glob + 1),
                    false => Set { places: Vec::new(), ..set },
                };
                return self.intern(next);
            }
        }
        let glob = self.globs.get(set.glob)?;
        let mut places = Vec::new();
        for &place in &set.places {
            let next = match glob.tokens.get(usize::from(place)) {
                Some(GlobToken::Any) => place,
                Some(GlobToken::One) => place + 1,
                Some(GlobToken::Byte(wanted)) if *wanted == byte => place + 1,
                Some(GlobToken::Set(of)) if of.contains(byte) => place + 1,
                _ => continue,
            };
            if !places.contains(&next) {
                places.push(next);
            }
        }
        let places = self.closed(set.glob, places);
        self.intern(Set { places, begun: true, ..set })
    }

    fn accepts(&self, state: StateId) -> bool {
        let Some(set) = self.states.get(state as usize) else { return false };
        match self.path {
            false => self.matched(set),
            true => {
                set.glob == self.globs.len()
                    || set.glob + 1 == self.globs.len() && set.begun && self.matched(set)
            }
        }
    }

    fn fate(&self, state: StateId) -> Fate {
        match self.states.get(state as usize) {
            Some(set) if self.path && set.glob == self.globs.len() => Fate::Sure,
            Some(set) if set.places.is_empty() => Fate::Dead,
            Some(set) if !self.path => {
                let tokens = &self.globs[0].tokens;
                let last = tokens.len().checked_sub(1).filter(|&last| tokens[last] == GlobToken::Any);
                let sure = last.is_some_and(|last| set.places.contains(&(last as u16)));
                if sure { Fate::Sure } else { Fate::Open }
            }
            _ => Fate::Open,
        }
    }

    fn class(&self, byte: u8) -> u64 {
        let mut class = u64::from(self.path && byte == b'/');
        for token in self.globs.iter().flat_map(|glob| &glob.tokens) {
            let takes = match token {
                GlobToken::Byte(wanted) => *wanted == byte,
                GlobToken::Set(of) => of.contains(byte),
                _ => continue,
            };
            class = class.rotate_left(5).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (u64::from(takes) + 1);
        }
        class
    }
}
