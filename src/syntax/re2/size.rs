//! The size of RE2's program for a pattern, and RE2's memory limit.

use super::PatternNode;
use super::class::{Class, RUNE_MAX};
use std::collections::HashMap;

/// The maximum number of instructions: two thirds of RE2's 8 MB go to the forward program, a quarter of that to its
/// instructions of 8 bytes each, less the program's own fields.
const MAX_INSTRUCTIONS: u64 = ((8 << 20) * 2 / 3 - 432) / 4 / 8;

/// The instructions of every program: fail, match, and the two of the unanchored prefix.
const FIXED: u64 = 4;

/// True if RE2 reports "pattern too large - compile failed".
pub fn too_large(root: &PatternNode) -> bool {
    instructions(root).saturating_add(FIXED) > MAX_INSTRUCTIONS
}

/// The instructions of a node, counted repetitions expanded.
fn instructions(node: &PatternNode) -> u64 {
    match node {
        PatternNode::Empty | PatternNode::LineStart | PatternNode::LineEnd => 1,
        PatternNode::Literal(rune) => encoded_length(*rune) as u64,
        PatternNode::Class(class) => class_instructions(class),
        PatternNode::Repeat { min, max, sub } => {
            let (min, once) = (u64::from(*min), instructions(sub));
            match max {
                None => once.saturating_mul(min.max(1)).saturating_add(1),
                Some(0) => 1,
                Some(max) => {
                    let optional = u64::from(*max).saturating_sub(min);
                    once.saturating_mul(min).saturating_add(once.saturating_add(1).saturating_mul(optional))
                }
            }
        }
        PatternNode::Group(sub) => instructions(sub).saturating_add(2),
        PatternNode::Concat(nodes) => {
            nodes.iter().fold(0, |sum: u64, node| sum.saturating_add(instructions(node)))
        }
        PatternNode::Alternate(nodes) => {
            nodes.iter().fold(nodes.len() as u64 - 1, |sum: u64, node| sum.saturating_add(instructions(node)))
        }
    }
}

/// The instructions of a class: its UTF-8 byte ranges with common suffixes shared, and a branch for each.
fn class_instructions(class: &Class) -> u64 {
    let folds =
        (b'a'..=b'z').all(|byte| class.contains(u32::from(byte)) == class.contains(u32::from(byte - 32)));
    let mut suffixes = Suffixes::default();
    for &(low, high) in &class.ranges {
        // With both cases in the class the lower one represents both.
        if !(folds && u32::from('A') <= low && high <= u32::from('Z')) {
            suffixes.add(low, high);
        }
    }
    (suffixes.count + suffixes.heads.saturating_sub(1)).max(1)
}

#[derive(Default)]
struct Suffixes {
    /// Continuation bytes by their range and what follows them.
    known: HashMap<(u8, u8, u64), u64>,
    count: u64,
    heads: u64,
}

impl Suffixes {
    fn add(&mut self, low: u32, high: u32) {
        // RE2 expands this range with overlong forms: three leading bytes, three continuations.
        if (low, high) == (0x80, RUNE_MAX) {
            self.count += 6;
            self.heads += 3;
            return;
        }
        for limit in [0x7F, 0x7FF, 0xFFFF] {
            if low <= limit && limit < high {
                self.add(low, limit);
                self.add(limit + 1, high);
                return;
            }
        }
        if high > 0x7F {
            for bits in [6, 12, 18] {
                let mask = (1 << bits) - 1;
                if low & !mask == high & !mask {
                    continue;
                }
                if low & mask != 0 {
                    self.add(low, low | mask);
                    self.add((low | mask) + 1, high);
                    return;
                }
                if high & mask != mask {
                    self.add(low, (high & !mask) - 1);
                    self.add(high & !mask, high);
                    return;
                }
            }
        }
        self.sequence(low, high);
    }

    /// Adds a range whose ends differ only in whole continuation bytes.
    fn sequence(&mut self, low: u32, high: u32) {
        let mut next = 0;
        for place in 0..encoded_length(low) - 1 {
            let byte = |rune: u32| (rune >> (6 * place)) as u8 & 0x3F;
            let fresh = self.count + 1;
            let id = *self.known.entry((byte(low), byte(high), next)).or_insert(fresh);
            if id == fresh {
                self.count += 1;
            }
            next = id;
        }
        self.count += 1;
        self.heads += 1;
    }
}

fn encoded_length(rune: u32) -> usize {
    match rune {
        0..=0x7F => 1,
        0x80..=0x7FF => 2,
        0x800..=0xFFFF => 3,
        _ => 4,
    }
}
