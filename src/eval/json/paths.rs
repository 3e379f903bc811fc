//! The paths that a set of rules looks at, as a tree of keys with a small perfect hash at each node.

use crate::cloudtrail::MemberPath;
use crate::cloudtrail::path::index;
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A path: the number of its last node.
pub type PathId = u32;

/// The path of the whole document.
pub const ROOT: PathId = 0;

/// No path.
pub(super) const NONE: PathId = u32::MAX;

/// A tree of keys.
#[derive(Debug)]
pub struct Paths {
    nodes: Vec<PathNode>,
    known: FxHashMap<(PathId, Box<[u8]>), PathId>,
    tag: usize,
}

#[derive(Debug, Default)]
struct PathNode {
    parent: PathId,
    key: Box<[u8]>,
    /// This key or one before it could be an index.
    indexed: bool,
    children: Vec<PathId>,
    /// Another child of the same parent with the same hash input.
    next: PathId,
    table: Box<[PathId]>,
    seed: u64,
    shift: u32,
}

impl Default for Paths {
    fn default() -> Paths {
        Paths {
            nodes: vec![PathNode { next: NONE, ..PathNode::default() }],
            known: FxHashMap::default(),
            tag: 0,
        }
    }
}

impl Paths {
    /// The path of these keys, new or known.
    pub fn path<K: AsRef<str>>(&mut self, keys: impl IntoIterator<Item = K>) -> PathId {
        keys.into_iter().fold(ROOT, |parent, key| self.below(parent, key.as_ref().as_bytes()))
    }

    fn below(&mut self, parent: PathId, key: &[u8]) -> PathId {
        if let Some(&id) = self.known.get(&(parent, Box::from(key))) {
            return id;
        }
        let id = self.nodes.len() as PathId;
        let indexed = self.nodes[parent as usize].indexed || index(key).is_some();
        self.nodes.push(PathNode { parent, key: key.into(), indexed, next: NONE, ..PathNode::default() });
        self.nodes[parent as usize].children.push(id);
        self.known.insert((parent, key.into()), id);
        id
    }

    /// The member that a path leads to.
    pub fn member(&self, mut id: PathId) -> MemberPath<'static> {
        let mut keys = Vec::new();
        while let Some((parent, key)) = self.split(id) {
            keys.push(String::from_utf8_lossy(key));
            id = parent;
        }
        MemberPath::of_keys(keys.iter().rev())
    }

    /// Identifies a finished tree; 0 before [`Paths::finish`].
    pub fn tag(&self) -> usize {
        self.tag
    }

    /// Number of paths.
    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    /// The path without its last key, and that key; `None` for the root.
    pub fn split(&self, id: PathId) -> Option<(PathId, &[u8])> {
        let node = self.nodes.get(id as usize)?;
        (id != ROOT).then_some((node.parent, &*node.key))
    }

    /// A key on the way could be an index into an array.
    pub fn through_index(&self, id: PathId) -> bool {
        self.nodes.get(id as usize).is_some_and(|node| node.indexed)
    }

    /// Prepares looking up children; call it when all paths are there.
    pub fn finish(&mut self) {
        static TAGS: AtomicUsize = AtomicUsize::new(1);
        self.tag = TAGS.fetch_add(1, Ordering::Relaxed);
        for at in 0..self.nodes.len() {
            let mut heads: Vec<(u64, PathId)> = Vec::new();
            for child in self.nodes[at].children.clone() {
                let key = &self.nodes[child as usize].key;
                let hash = input(key, 0, key.len());
                match heads.iter_mut().find(|(known, _)| *known == hash) {
                    Some((_, head)) => {
                        self.nodes[child as usize].next = *head;
                        *head = child;
                    }
                    None => heads.push((hash, child)),
                }
            }
            let node = &mut self.nodes[at];
            (node.table, node.seed, node.shift) = perfect(&heads);
        }
    }

    /// The node of a key below another, or [`NONE`].
    #[inline]
    pub(super) fn child(&self, parent: PathId, text: &[u8], start: usize, end: usize) -> PathId {
        let Some(node) = self.nodes.get(parent as usize).filter(|node| !node.table.is_empty()) else {
            return NONE;
        };
        let at = input(text, start, end - start).wrapping_mul(node.seed) >> node.shift;
        let mut found = node.table.get(at as usize).copied().unwrap_or(NONE);
        while let Some(child) = self.nodes.get(found as usize) {
            if text.get(start..end) == Some(&*child.key) {
                return found;
            }
            found = child.next;
        }
        NONE
    }
}

/// Input of the hash: the first eight bytes and the length.
#[inline]
fn input(text: &[u8], start: usize, len: usize) -> u64 {
    let word = match text.get(start..start + 8).and_then(|bytes| bytes.try_into().ok()) {
        Some(bytes) => u64::from_le_bytes(bytes),
        None => {
            let mut bytes = [0; 8];
            let rest = text.get(start..).unwrap_or_default();
            bytes[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(bytes)
        }
    };
    let kept = if len >= 8 { word } else { word & !(u64::MAX << (8 * len)) };
    kept ^ (len as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// A table without collisions, the multiplier and the shift that lead into it.
fn perfect(heads: &[(u64, PathId)]) -> (Box<[PathId]>, u64, u32) {
    if heads.is_empty() {
        return (Box::default(), 0, 0);
    }
    let mut bits = (heads.len() * 2).next_power_of_two().trailing_zeros().max(1);
    let mut seed: u64 = 0x2545_F491_4F6C_DD1D;
    loop {
        for _ in 0..1000 {
            seed = seed.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F) | 1;
            let mut table = vec![NONE; 1 << bits].into_boxed_slice();
            let free = heads.iter().all(|&(hash, id)| {
                let cell = &mut table[(hash.wrapping_mul(seed) >> (64 - bits)) as usize];
                std::mem::replace(cell, id) == NONE
            });
            if free {
                return (table, seed, 64 - bits);
            }
        }
        bits += 1;
    }
}
