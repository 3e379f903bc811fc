//! An automaton for a subset of compact JSON, enough to build a value with a wanted text.

use super::{Fate, Machine, StateId};
use rustc_hash::FxHashMap;

/// Objects or arrays up to a nesting depth.
pub struct Json {
    root: u8,
    depth: usize,
    states: Vec<JsonState>,
    known: FxHashMap<JsonState, StateId>,
}

/// A state: open brackets, and what comes next.
#[derive(Clone, PartialEq, Eq, Hash)]
struct JsonState {
    open: Vec<u8>,
    next: Next,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Next {
    /// The opening byte of the whole value.
    Root,
    Value,
    /// A value or the end of an empty array.
    First,
    /// A key or the end of an empty object.
    FirstKey,
    Key,
    InKey,
    KeyEscape,
    Colon,
    InText,
    TextEscape,
    /// After a leading 0.
    Zero,
    Digits(u8),
    /// Inside a literal, after some of its letters.
    Word(u8, u8),
    After,
    Never,
}

const WORDS: [&[u8]; 3] = [b"true", b"false", b"null"];
const MAX_STATES: usize = 1 << 16;
const NEVER: StateId = 0;

impl Json {
    /// Objects (`{`) or arrays (`[`).
    pub fn new(root: u8, depth: usize) -> Json {
        let mut json = Json { root, depth, states: Vec::new(), known: FxHashMap::default() };
        json.intern(JsonState { open: Vec::new(), next: Next::Never });
        json
    }

    fn intern(&mut self, at: JsonState) -> Option<StateId> {
        if let Some(&state) = self.known.get(&at) {
            return Some(state);
        }
        if self.states.len() >= MAX_STATES {
            return None;
        }
        let state = self.states.len() as StateId;
        self.states.push(at.clone());
        self.known.insert(at, state);
        Some(state)
    }

    fn value(&self, at: &mut JsonState, byte: u8) -> Next {
        match byte {
            b'"' => Next::InText,
            b'0' => Next::Zero,
            b'1'..=b'9' => Next::Digits(1),
            b't' => Next::Word(0, 1),
            b'f' => Next::Word(1, 1),
            b'n' => Next::Word(2, 1),
            b'{' | b'[' if at.open.len() < self.depth => {
                at.open.push(byte);
                if byte == b'{' { Next::FirstKey } else { Next::First }
            }
            _ => Next::Never,
        }
    }

    fn after(&self, at: &mut JsonState, byte: u8) -> Next {
        match (at.open.last(), byte) {
            (Some(b'{'), b',') => Next::Key,
            (Some(b'['), b',') => Next::Value,
            (Some(b'{'), b'}') | (Some(b'['), b']') => {
                at.open.pop();
                Next::After
            }
            _ => Next::Never,
        }
    }

    fn next(&self, at: &mut JsonState, byte: u8) -> Next {
        match (at.next, byte) {
            (Next::Root, _) if byte == self.root => self.value(at, byte),
            (Next::First, b']') | (Next::FirstKey, b'}') => self.after(at, byte),
            (Next::Value | Next::First, _) => self.value(at, byte),
            (Next::Key | Next::FirstKey, b'"') => Next::InKey,
            (Next::InKey, b'"') => Next::Colon,
            (Next::InKey, b'\\') => Next::KeyEscape,
            (Next::InText, b'"') => Next::After,
            (Next::InText, b'\\') => Next::TextEscape,
            (Next::InKey | Next::InText, 0x20..) => at.next,
            (Next::KeyEscape, b'"' | b'\\' | b'n' | b't' | b'r') => Next::InKey,
            (Next::TextEscape, b'"' | b'\\' | b'n' | b't' | b'r') => Next::InText,
            (Next::Colon, b':') => Next::Value,
            (Next::Digits(digits), b'0'..=b'9') if digits < 15 => Next::Digits(digits + 1),
            (Next::Word(word, seen), _) => {
                let text = WORDS[usize::from(word)];
                match text.get(usize::from(seen)) {
                    Some(&wanted) if wanted != byte => Next::Never,
                    Some(_) if usize::from(seen) + 1 == text.len() => Next::After,
                    _ => Next::Word(word, seen + 1),
                }
            }
            (Next::Zero | Next::Digits(_) | Next::After, _) => self.after(at, byte),
            _ => Next::Never,
        }
    }
}

impl Machine for Json {
    fn start(&mut self) -> StateId {
        self.intern(JsonState { open: Vec::new(), next: Next::Root }).unwrap_or(NEVER)
    }

    fn step(&mut self, state: StateId, byte: u8) -> Option<StateId> {
        let mut at = self.states.get(state as usize)?.clone();
        at.next = self.next(&mut at, byte);
        if at.next == Next::Never {
            return Some(NEVER);
        }
        self.intern(at)
    }

    fn accepts(&self, state: StateId) -> bool {
        self.states.get(state as usize).is_some_and(|at| at.open.is_empty() && at.next == Next::After)
    }

    fn fate(&self, state: StateId) -> Fate {
        if state == NEVER { Fate::Dead } else { Fate::Open }
    }

    fn class(&self, byte: u8) -> u64 {
        match byte {
            0..0x20 => 0,
            b'1'..=b'9' => 1,
            b'{' | b'}' | b'[' | b']' | b'"' | b':' | b',' | b'\\' | b'0' => u64::from(byte) + 2,
            _ if WORDS.iter().any(|word| word.contains(&byte)) => u64::from(byte) + 2,
            _ => 2,
        }
    }
}
