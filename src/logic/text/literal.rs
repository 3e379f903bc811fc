//! Automata of plain texts: sets, prefixes, suffixes, substrings, order, length and UTF-8.

use super::{Fate, Machine, StateId};
use crate::syntax::token::Op;
use rustc_hash::FxHashMap;

const OTHER: u64 = 256;

fn class_in(text: &[u8], byte: u8) -> u64 {
    if text.contains(&byte) { u64::from(byte) } else { OTHER }
}

/// One of these texts.
pub struct Among {
    next: FxHashMap<(StateId, u8), StateId>,
    ends: Vec<bool>,
    bytes: [bool; 256],
}

const DEAD: StateId = StateId::MAX;

impl Among {
    /// The automaton of a set.
    pub fn new(all: &[Box<[u8]>]) -> Among {
        let mut set = Among { next: FxHashMap::default(), ends: vec![false], bytes: [false; 256] };
        for text in all {
            let mut state = 0;
            for &byte in &**text {
                set.bytes[usize::from(byte)] = true;
                let fresh = set.ends.len() as StateId;
                state = *set.next.entry((state, byte)).or_insert(fresh);
                if state == fresh {
                    set.ends.push(false);
                }
            }
            set.ends[state as usize] = true;
        }
        set
    }
}

impl Machine for Among {
    fn start(&mut self) -> StateId {
        if self.ends.len() == 1 && !self.ends[0] { DEAD } else { 0 }
    }
    fn step(&mut self, state: StateId, byte: u8) -> Option<StateId> {
        Some(self.next.get(&(state, byte)).copied().unwrap_or(DEAD))
    }
    fn accepts(&self, state: StateId) -> bool {
        self.ends.get(state as usize).copied().unwrap_or(false)
    }
    fn fate(&self, state: StateId) -> Fate {
        if state == DEAD { Fate::Dead } else { Fate::Open }
    }
    fn class(&self, byte: u8) -> u64 {
        if self.bytes[usize::from(byte)] { u64::from(byte) } else { OTHER }
    }
}

/// A prefix.
pub struct Starts(Box<[u8]>);

impl Starts {
    /// The automaton of a prefix.
    pub fn new(text: &[u8]) -> Starts {
        Starts(text.into())
    }
}

impl Machine for Starts {
    fn start(&mut self) -> StateId {
        0
    }
    fn step(&mut self, state: StateId, byte: u8) -> Option<StateId> {
        Some(match self.0.get(state as usize) {
            Some(&wanted) if wanted == byte => state + 1,
            None if state != DEAD => state,
            _ => DEAD,
        })
    }
    fn accepts(&self, state: StateId) -> bool {
        state as usize == self.0.len()
    }
    fn fate(&self, state: StateId) -> Fate {
        match state {
            DEAD => Fate::Dead,
            _ if self.accepts(state) => Fate::Sure,
            _ => Fate::Open,
        }
    }
    fn class(&self, byte: u8) -> u64 {
        class_in(&self.0, byte)
    }
}

/// The failure function of Knuth, Morris and Pratt.
fn failures(text: &[u8]) -> Vec<usize> {
    let mut fail = vec![0; text.len() + 1];
    let mut matched = 0;
    for at in 1..text.len() {
        while matched > 0 && text[at] != text[matched] {
            matched = fail[matched];
        }
        matched += usize::from(text[at] == text[matched]);
        fail[at + 1] = matched;
    }
    fail
}

fn advance(text: &[u8], fail: &[usize], mut matched: usize, byte: u8) -> usize {
    loop {
        if text.get(matched) == Some(&byte) {
            return matched + 1;
        }
        if matched == 0 {
            return 0;
        }
        matched = fail[matched];
    }
}

/// A suffix.
pub struct Ends {
    text: Box<[u8]>,
    fail: Vec<usize>,
}

impl Ends {
    /// The automaton of a suffix.
    pub fn new(text: &[u8]) -> Ends {
        Ends { text: text.into(), fail: failures(text) }
    }
}

impl Machine for Ends {
    fn start(&mut self) -> StateId {
        0
    }
    fn step(&mut self, state: StateId, byte: u8) -> Option<StateId> {
        Some(advance(&self.text, &self.fail, state as usize, byte) as StateId)
    }
    fn accepts(&self, state: StateId) -> bool {
        state as usize == self.text.len()
    }
    fn fate(&self, _: StateId) -> Fate {
        if self.text.is_empty() { Fate::Sure } else { Fate::Open }
    }
    fn class(&self, byte: u8) -> u64 {
        class_in(&self.text, byte)
    }
}

/// A substring, optionally ignoring ASCII case.
pub struct Contains {
    text: Box<[u8]>,
    fail: Vec<usize>,
    fold: bool,
}

impl Contains {
    /// The automaton of a substring.
    pub fn new(text: &[u8], fold: bool) -> Contains {
        let text = if fold { text.to_ascii_lowercase() } else { text.to_vec() };
        Contains { fail: failures(&text), text: text.into(), fold }
    }
    fn seen(&self, byte: u8) -> u8 {
        if self.fold { byte.to_ascii_lowercase() } else { byte }
    }
}

impl Machine for Contains {
    fn start(&mut self) -> StateId {
        0
    }
    fn step(&mut self, state: StateId, byte: u8) -> Option<StateId> {
        if self.accepts(state) {
            return Some(state);
        }
        Some(advance(&self.text, &self.fail, state as usize, self.seen(byte)) as StateId)
    }
    fn accepts(&self, state: StateId) -> bool {
        state as usize == self.text.len()
    }
    fn fate(&self, state: StateId) -> Fate {
        if self.accepts(state) { Fate::Sure } else { Fate::Open }
    }
    fn class(&self, byte: u8) -> u64 {
        class_in(&self.text, self.seen(byte))
    }
}

/// Texts before a text, or before or equal.
pub struct Order {
    text: Box<[u8]>,
    equal: bool,
}

const LESS: StateId = StateId::MAX - 1;

impl Order {
    /// The automaton of texts before this one, including it if `equal`.
    pub fn new(text: &[u8], equal: bool) -> Order {
        Order { text: text.into(), equal }
    }
}

impl Machine for Order {
    fn start(&mut self) -> StateId {
        0
    }
    fn step(&mut self, state: StateId, byte: u8) -> Option<StateId> {
        if matches!(state, DEAD | LESS) {
            return Some(state);
        }
        Some(match self.text.get(state as usize) {
            Some(&with) if byte == with => state + 1,
            Some(&with) if byte < with => LESS,
            _ => DEAD,
        })
    }
    fn accepts(&self, state: StateId) -> bool {
        match state {
            LESS => true,
            DEAD => false,
            _ => self.equal || (state as usize) < self.text.len(),
        }
    }
    fn fate(&self, state: StateId) -> Fate {
        match state {
            LESS => Fate::Sure,
            DEAD => Fate::Dead,
            _ => Fate::Open,
        }
    }
    fn class(&self, byte: u8) -> u64 {
        // Bytes between two adjacent bytes of the text are equivalent.
        let below =
            self.text.iter().filter(|&&with| with < byte).max().map_or(0, |&with| u64::from(with) + 1);
        if self.text.contains(&byte) { u64::from(byte) + 1000 } else { below }
    }
}

/// Texts by number of bytes.
pub struct Length {
    op: Op,
    len: u64,
}

impl Length {
    /// The automaton of a length. Lengths beyond the counted ones exceed any record.
    pub fn new(op: Op, len: u64) -> Length {
        Length { op, len: len.min(u64::from(DEAD) - 1) }
    }
}

impl Machine for Length {
    fn start(&mut self) -> StateId {
        0
    }
    fn step(&mut self, state: StateId, _: u8) -> Option<StateId> {
        Some(if u64::from(state) > self.len { state } else { state + 1 })
    }
    fn accepts(&self, state: StateId) -> bool {
        crate::sema::pattern::ordered(self.op, u64::from(state), self.len)
    }
    fn fate(&self, state: StateId) -> Fate {
        match (u64::from(state) > self.len, self.accepts(state)) {
            (false, _) => Fate::Open,
            (true, true) => Fate::Sure,
            (true, false) => Fate::Dead,
        }
    }
    fn class(&self, _: u8) -> u64 {
        0
    }
}

/// Valid UTF-8 without NUL: all possible texts of a record.
pub struct Utf8;

impl Machine for Utf8 {
    fn start(&mut self) -> StateId {
        0
    }
    fn step(&mut self, state: StateId, byte: u8) -> Option<StateId> {
        // States: 0 between characters, 1 to 3 continuation bytes to come, then the narrowed first ones.
        Some(match (state, byte) {
            (0, 1..=0x7F) => 0,
            (0, 0xC2..=0xDF) => 1,
            (0, 0xE0) => 4,
            (0, 0xED) => 5,
            (0, 0xE1..=0xEF) => 2,
            (0, 0xF0) => 6,
            (0, 0xF1..=0xF3) => 3,
            (0, 0xF4) => 7,
            (1..=3, 0x80..=0xBF) => state - 1,
            (4, 0xA0..=0xBF) | (5, 0x80..=0x9F) => 1,
            (6, 0x90..=0xBF) | (7, 0x80..=0x8F) => 2,
            _ => DEAD,
        })
    }
    fn accepts(&self, state: StateId) -> bool {
        state == 0
    }
    fn fate(&self, state: StateId) -> Fate {
        if state == DEAD { Fate::Dead } else { Fate::Open }
    }
    fn class(&self, byte: u8) -> u64 {
        match byte {
            0 => 0,
            1..=0x7F => 1,
            0x80..=0x8F => 2,
            0x90..=0x9F => 3,
            0xA0..=0xBF => 4,
            0xC0 | 0xC1 => 0,
            0xC2..=0xDF => 5,
            0xE0 => 6,
            0xED => 7,
            0xE1..=0xEF => 8,
            0xF0 => 9,
            0xF1..=0xF3 => 10,
            0xF4 => 11,
            0xF5.. => 0,
        }
    }
}
