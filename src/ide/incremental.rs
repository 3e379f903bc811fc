//! All findings of a workspace, again and again while it is edited: what has not changed is not looked at again.

use super::Snapshot;
use super::doc::{Doc, Piece};
use super::units::Units;
use crate::analysis::memory::Memory;
use crate::analysis::{Unit, examine};
use crate::diag::Diagnostic;
use crate::lint::suppress::{self, Scope};
use crate::source::{FileId, SourceFile, SourceMap, Span};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Pieces that are no more are forgotten once there are so many of them more than of others.
const GARBAGE: usize = 10_000;

/// What was found before, and of what.
#[derive(Debug, Default)]
pub struct Incremental {
    snapshot: Snapshot,
    sources: SourceMap,
    memory: Memory,
    units: Units,
}

impl Incremental {
    /// What `rulec check` finds in these files, in the order of their places, suppressions and levels applied. The
    /// files of all spans are the docs of the snapshot by number.
    pub fn update(&mut self, snapshot: &Snapshot) -> Vec<Diagnostic> {
        self.forget(snapshot);
        self.snapshot = snapshot.clone();
        let pieces: Vec<Vec<(usize, Arc<Piece>)>> =
            snapshot.docs.iter().map(|doc| self.units.of(doc)).collect();
        self.units.end();
        let mut places: FxHashMap<FileId, (usize, usize)> = FxHashMap::default();
        for (at, (doc, pieces)) in snapshot.docs.iter().zip(&pieces).enumerate() {
            for (start, piece) in pieces {
                places.insert(piece.id, (at, *start));
                if !self.sources.has(piece.id) {
                    self.sources.add_as(piece.id, SourceFile::new(&*doc.name, piece.source.text.clone()));
                }
            }
        }
        let units: Vec<Unit<'_>> =
            snapshot.docs.iter().zip(&pieces).map(|(doc, pieces)| unit(doc, pieces)).collect();
        let settings = &snapshot.settings;
        let examined = examine(&self.sources, &units, &settings.options, true, Some(&mut self.memory));
        let mut found = examined.diagnostics;
        let moved = |span: Span| {
            let (doc, start) = places.get(&span.file).copied().unwrap_or_default();
            Span::new(FileId(doc as u32), start + span.start as usize, start + span.end as usize)
        };
        found.iter_mut().for_each(|found| found.map_spans(&moved));
        let mut kept = suppressed(snapshot, &pieces, found);
        settings.levels.apply(&mut kept);
        kept.sort_by_cached_key(Diagnostic::sort_key);
        kept
    }

    /// Forgets everything if it was found under other conditions, and the texts that have piled up.
    fn forget(&mut self, snapshot: &Snapshot) {
        let names =
            |snapshot: &Snapshot| snapshot.docs.iter().map(|doc| doc.name.clone()).collect::<Vec<_>>();
        let same = Arc::ptr_eq(&self.snapshot.settings, &snapshot.settings)
            && names(&self.snapshot) == names(snapshot);
        let live: usize = snapshot.docs.iter().map(|doc| doc.pieces.len()).sum();
        if !same || self.sources.len() > 2 * live + GARBAGE {
            (self.sources, self.memory) = Default::default();
        }
    }
}

fn unit<'s>(doc: &'s Doc, pieces: &'s [(usize, Arc<Piece>)]) -> Unit<'s> {
    Unit { name: &doc.name, pieces: pieces.iter().map(|(_, piece)| (piece.id, piece.stream())).collect() }
}

/// Suppressions are comments, and where they count is a question of lines: docs that have any are looked at whole.
fn suppressed(
    snapshot: &Snapshot,
    pieces: &[Vec<(usize, Arc<Piece>)>],
    found: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut sources = SourceMap::default();
    let mut places = Vec::new();
    for (at, (doc, pieces)) in snapshot.docs.iter().zip(pieces).enumerate() {
        let speaks = pieces.iter().any(|(_, piece)| piece.speaks_to_rulec());
        sources.add(SourceFile::new(&*doc.name, if speaks { doc.text() } else { String::new() }));
        if speaks {
            let moved = |start: &usize, span: Span| {
                Span::new(FileId(at as u32), start + span.start as usize, start + span.end as usize)
            };
            let comments: Vec<Span> = pieces
                .iter()
                .flat_map(|(start, piece)| {
                    piece.stream().comments.iter().map(move |&span| moved(start, span))
                })
                .collect();
            let items: Vec<Span> = pieces
                .iter()
                .flat_map(|(start, piece)| piece.items().map(move |span| moved(start, span)))
                .collect();
            places.push((FileId(at as u32), comments, items));
        }
    }
    let scopes = places.iter().map(|(file, comments, items)| Scope { file: *file, comments, items });
    suppress::apply(&sources, scopes, found)
}
