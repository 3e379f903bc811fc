//! Maps of a text before it is compared, and automata of their preimages.

use super::{Fate, Machine, StateId};
use crate::cloudtrail::fields;
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// A map from texts to texts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Map {
    /// ASCII letters in lower case.
    Lower,
    /// ASCII letters in upper case.
    Upper,
    /// The text after the last slash.
    Basename,
    /// `ct.shortsrc`: without `.amazonaws.com`, unless that is the whole text.
    Short,
    /// The last of exactly this number of parts separated by this byte; absent for other numbers.
    Last(u8, u8),
}

const DOMAIN: &[u8] = fields::DOMAIN.as_bytes();

impl Map {
    /// The image of a text; `None` if it has none.
    pub fn apply(self, text: Cow<'_, [u8]>) -> Option<Cow<'_, [u8]>> {
        Some(match self {
            Map::Lower => Cow::Owned(text.to_ascii_lowercase()),
            Map::Upper => Cow::Owned(text.to_ascii_uppercase()),
            Map::Basename => {
                let from = memchr::memrchr(b'/', &text).map_or(0, |at| at + 1);
                Cow::Owned(text[from..].to_vec())
            }
            Map::Short => match text.strip_suffix(DOMAIN) {
                Some(short) if !short.is_empty() => Cow::Owned(short.to_vec()),
                _ => text,
            },
            Map::Last(separator, count) => {
                let parts: Vec<&[u8]> = text.split(|&byte| byte == separator).collect();
                let last = parts.last().filter(|_| parts.len() == usize::from(count))?;
                Cow::Owned(last.to_vec())
            }
        })
    }
}

/// The texts whose image is in the set of another automaton.
pub struct Mapped {
    map: Map,
    inner: Box<dyn Machine>,
    states: Vec<Stage>,
    known: FxHashMap<Stage, StateId>,
}

/// A state: that of the inner automaton and pending input.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Stage {
    inner: StateId,
    /// For `Short`: state of the inner automaton before the matched part of the domain.
    before: StateId,
    /// For `Short`: length of the matched part. For `Last`: number of finished parts.
    count: u8,
    /// For `Short`: whether the matched part starts the text.
    first: bool,
}

const MAX_STATES: usize = 1 << 16;

impl Mapped {
    /// The automaton of a map before another automaton.
    pub fn new(map: Map, inner: Box<dyn Machine>) -> Mapped {
        Mapped { map, inner, states: Vec::new(), known: FxHashMap::default() }
    }

    fn intern(&mut self, stage: Stage) -> Option<StateId> {
        if let Some(&state) = self.known.get(&stage) {
            return Some(state);
        }
        if self.states.len() >= MAX_STATES {
            return None;
        }
        let state = self.states.len() as StateId;
        self.states.push(stage);
        self.known.insert(stage, state);
        Some(state)
    }

    fn short(&mut self, stage: Stage, byte: u8) -> Option<Stage> {
        let inner = self.inner.step(stage.inner, byte)?;
        let mut next = Stage { inner, ..stage };
        loop {
            if DOMAIN.get(usize::from(next.count)) == Some(&byte) {
                next.count += 1;
                return Some(next);
            }
            if next.count == 0 {
                return Some(Stage { before: inner, first: false, ..next });
            }
            // The longest shorter match that is a suffix of the matched part; the inner automaton advances up to it.
            let matched = &DOMAIN[..usize::from(next.count)];
            let keep = (0..matched.len()).rev().find(|&len| matched.ends_with(&DOMAIN[..len])).unwrap_or(0);
            for &byte in &matched[..matched.len() - keep] {
                next.before = self.inner.step(next.before, byte)?;
            }
            (next.count, next.first) = (keep as u8, false);
        }
    }

    /// The state of the inner automaton that decides; `None` if there is no image.
    fn decides(&self, state: StateId) -> Option<StateId> {
        let stage = self.states.get(state as usize)?;
        match self.map {
            Map::Short if usize::from(stage.count) == DOMAIN.len() && !stage.first => Some(stage.before),
            Map::Last(_, count) if stage.count + 1 != count => None,
            _ => Some(stage.inner),
        }
    }
}

impl Machine for Mapped {
    fn start(&mut self) -> StateId {
        let inner = self.inner.start();
        self.intern(Stage { inner, before: inner, count: 0, first: true }).unwrap_or(0)
    }

    fn step(&mut self, state: StateId, byte: u8) -> Option<StateId> {
        let stage = *self.states.get(state as usize)?;
        let next = match self.map {
            Map::Lower => Stage { inner: self.inner.step(stage.inner, byte.to_ascii_lowercase())?, ..stage },
            Map::Upper => Stage { inner: self.inner.step(stage.inner, byte.to_ascii_uppercase())?, ..stage },
            Map::Basename if byte == b'/' => Stage { inner: self.inner.start(), ..stage },
            Map::Basename => Stage { inner: self.inner.step(stage.inner, byte)?, ..stage },
            Map::Short => self.short(stage, byte)?,
            Map::Last(separator, count) if byte == separator => {
                Stage { inner: self.inner.start(), count: (stage.count + 1).min(count), ..stage }
            }
            Map::Last(..) => Stage { inner: self.inner.step(stage.inner, byte)?, ..stage },
        };
        self.intern(next)
    }

    fn accepts(&self, state: StateId) -> bool {
        self.decides(state).is_some_and(|inner| self.inner.accepts(inner))
    }

    fn fate(&self, state: StateId) -> Fate {
        let Some(stage) = self.states.get(state as usize) else { return Fate::Open };
        match self.map {
            Map::Lower | Map::Upper => self.inner.fate(stage.inner),
            Map::Last(_, count) if stage.count >= count => Fate::Dead,
            _ => Fate::Open,
        }
    }

    fn class(&self, byte: u8) -> u64 {
        match self.map {
            Map::Lower => self.inner.class(byte.to_ascii_lowercase()),
            Map::Upper => self.inner.class(byte.to_ascii_uppercase()),
            Map::Basename => self.inner.class(byte).wrapping_mul(3) ^ u64::from(byte == b'/'),
            Map::Last(separator, _) => self.inner.class(byte).wrapping_mul(3) ^ u64::from(byte == separator),
            Map::Short => {
                let own = DOMAIN.iter().position(|&of| of == byte).map_or(0, |at| at as u64 + 1);
                self.inner.class(byte).wrapping_mul(31) ^ own
            }
        }
    }
}
