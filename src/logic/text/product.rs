//! Search for the shortest text that is in some sets and not in others, or a proof that there is none.

use super::{Fate, Machine, StateId};
use rustc_hash::FxHashMap;

/// Result of a search.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Search {
    /// The shortest text.
    Text(Vec<u8>),
    /// No text.
    Empty,
    /// Too many states.
    TooMany,
}

/// Maximum number of steps of a search.
const MAX_STEPS: usize = 1 << 20;

/// Bytes in the order in which they are tried, so that witnesses are easy to read.
fn preferred() -> impl Iterator<Item = u8> {
    let good = b'a'..=b'z';
    let fair = (b'A'..=b'Z').chain(b'0'..=b'9').chain(*b"-_./:*@ ,=+\"{}[]()");
    let liked: Vec<u8> = good.chain(fair).collect();
    let rest: Vec<u8> = (0x20..=0x7E)
        .chain(0x80..=0xFF)
        .chain(0..0x20)
        .chain([0x7F])
        .filter(|byte| !liked.contains(byte))
        .collect();
    liked.into_iter().chain(rest)
}

/// One byte of each class.
fn representatives(machines: &[(Box<dyn Machine>, bool)]) -> Vec<u8> {
    let mut seen = FxHashMap::default();
    let class = |byte: u8| machines.iter().map(|(machine, _)| machine.class(byte)).collect::<Vec<u64>>();
    preferred().filter(|&byte| seen.insert(class(byte), ()).is_none()).collect()
}

/// The shortest text that is in the sets marked true and not in those marked false.
pub fn shortest(machines: &mut [(Box<dyn Machine>, bool)]) -> Search {
    let bytes = representatives(machines);
    let start: Box<[StateId]> = machines.iter_mut().map(|(machine, _)| machine.start()).collect();
    let hopeless = |machines: &[(Box<dyn Machine>, bool)], states: &[StateId]| {
        machines.iter().zip(states).any(|((machine, wanted), &state)| match machine.fate(state) {
            Fate::Open => false,
            Fate::Dead => *wanted,
            Fate::Sure => !*wanted,
        })
    };
    let accepts = |machines: &[(Box<dyn Machine>, bool)], states: &[StateId]| {
        machines.iter().zip(states).all(|((machine, wanted), &state)| machine.accepts(state) == *wanted)
    };
    if hopeless(machines, &start) {
        return Search::Empty;
    }
    let mut known: FxHashMap<Box<[StateId]>, ()> = FxHashMap::default();
    known.insert(start.clone(), ());
    // Each entry: its states, where it came from, and by which byte.
    let mut queue: Vec<(Box<[StateId]>, usize, u8)> = vec![(start, usize::MAX, 0)];
    let (mut at, mut steps) = (0, 0);
    while at < queue.len() {
        if accepts(machines, &queue[at].0) {
            return Search::Text(text(&queue, at));
        }
        for &byte in &bytes {
            steps += machines.len();
            if steps > MAX_STEPS {
                return Search::TooMany;
            }
            let states = queue[at].0.iter().zip(machines.iter_mut());
            let next: Option<Box<[StateId]>> =
                states.map(|(&state, (machine, _))| machine.step(state, byte)).collect();
            let Some(next) = next else { return Search::TooMany };
            if !hopeless(machines, &next) && known.insert(next.clone(), ()).is_none() {
                queue.push((next, at, byte));
            }
        }
        at += 1;
    }
    Search::Empty
}

fn text(queue: &[(Box<[StateId]>, usize, u8)], mut at: usize) -> Vec<u8> {
    let mut text = Vec::new();
    while let Some((_, before, byte)) = queue.get(at).filter(|entry| entry.1 != usize::MAX) {
        text.push(*byte);
        at = *before;
    }
    text.reverse();
    text
}
