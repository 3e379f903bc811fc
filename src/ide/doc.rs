//! A file in pieces, one for each top-level item: an edit makes new pieces where it was and keeps all others.

use super::marks::{self, Mark};
use super::outline::{self, Outline};
use super::units::{self, Reading};
use crate::source::{FileId, SourceFile, Span, floor_char_boundary};
use crate::syntax::items::ItemKind;
use crate::syntax::yaml::{self, Stream};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

/// A file.
#[derive(Debug, Default, Clone)]
pub struct Doc {
    /// The name to show.
    pub name: Arc<str>,
    /// Its pieces in order. Together they are the text; none is empty.
    pub pieces: Vec<Placed>,
    names: OnceLock<Vec<Named>>,
}

/// An item by its name, for quick search: one can be looked for without a look at its piece.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    /// Of kind and name.
    pub hash: u64,
    /// Index of the piece.
    pub piece: u32,
    /// Index of the item in the outline of the piece.
    pub entry: u32,
    /// Its kind.
    pub kind: ItemKind,
}

/// What [`Named`] keeps of a name.
pub fn hash_of(kind: ItemKind, name: &str) -> u64 {
    FxBuildHasher.hash_one((kind, name))
}

/// A piece and its place in the file.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Offset of its first byte in the file.
    pub start: usize,
    /// 0-based line of the file on which it begins.
    pub line: usize,
    /// The piece.
    pub piece: Arc<Piece>,
}

/// A top-level item with what follows it, up to the next one; or what stands before the first. Never changed: a change
/// makes another piece with another id, so what is known of a piece by its id stays true.
#[derive(Debug)]
pub struct Piece {
    /// Never used for two pieces of different texts. All spans in the piece name it as their file.
    pub id: FileId,
    /// The text, as a file of its own.
    pub source: SourceFile,
    stream: OnceLock<Stream>,
    facts: OnceLock<Facts>,
    outline: OnceLock<Outline>,
    marks: OnceLock<Vec<Mark>>,
}

/// What is read off a piece once.
#[derive(Debug)]
struct Facts {
    reading: Reading,
    speaks: bool,
}

/// A place for people and protocols: 0-based line, and the byte in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineByte {
    /// 0-based line.
    pub line: usize,
    /// 0-based byte in the line.
    pub byte: usize,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Piece {
    /// A piece of this text, with an id of its own.
    pub fn new(text: impl Into<Arc<str>>) -> Piece {
        let id = FileId(NEXT.fetch_add(1, Ordering::Relaxed));
        Piece {
            id,
            source: SourceFile::new("", text),
            stream: OnceLock::new(),
            facts: OnceLock::new(),
            outline: OnceLock::new(),
            marks: OnceLock::new(),
        }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// Its YAML, read once.
    pub fn stream(&self) -> &Stream {
        self.stream.get_or_init(|| yaml::parse(self.id, &self.source))
    }

    /// How it has to be read for findings.
    pub fn reading(&self) -> Reading {
        self.facts().reading
    }

    /// True if a comment in it says something to rulec.
    pub fn speaks_to_rulec(&self) -> bool {
        self.facts().speaks
    }

    /// Its top-level items.
    pub fn items(&self) -> impl Iterator<Item = Span> + '_ {
        let documents = self.stream().documents.iter();
        documents.flat_map(|document| document.root.as_seq().unwrap_or_default()).map(|item| item.span)
    }

    fn facts(&self) -> &Facts {
        self.facts.get_or_init(|| Facts {
            reading: units::reading(self),
            speaks: self
                .stream()
                .comments
                .iter()
                .any(|comment| self.text().get(comment.range()).is_some_and(|text| text.contains("rulec"))),
        })
    }

    /// What it defines, read once.
    pub fn outline(&self) -> &Outline {
        self.outline.get_or_init(|| outline::read(self))
    }

    /// Its words, read once.
    pub fn marks(&self) -> &[Mark] {
        self.marks.get_or_init(|| marks::read(self))
    }

    fn lines(&self) -> usize {
        self.source.line_starts().len() - 1
    }
}

impl Doc {
    /// A file of this text.
    pub fn new(name: impl Into<Arc<str>>, text: &str) -> Doc {
        let pieces = split(text).map(|range| placed(Arc::new(Piece::new(&text[range])))).collect();
        let mut doc = Doc { name: name.into(), pieces, names: OnceLock::new() };
        doc.place(0);
        doc
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|placed| placed.piece.text()).collect()
    }

    /// Its length in bytes.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.pieces.last().map_or(0, Placed::end)
    }

    /// The piece that holds `offset`; at the end of the file the last one. `None` if the file is empty.
    pub fn piece_at(&self, offset: usize) -> Option<&Placed> {
        let at = self.pieces.partition_point(|placed| placed.start <= offset);
        self.pieces.get(at.saturating_sub(1))
    }

    /// Line and byte of an offset, clamped to the file.
    pub fn line_byte(&self, offset: usize) -> LineByte {
        let Some(placed) = self.piece_at(offset) else { return LineByte { line: 0, byte: 0 } };
        let source = &placed.piece.source;
        let offset = floor_char_boundary(&source.text, offset - placed.start);
        let line = source.line_index(offset);
        LineByte { line: placed.line + line, byte: offset - source.line_starts()[line] as usize }
    }

    /// The byte range of a 0-based line without its line break; `None` beyond the last line.
    pub fn line(&self, line: usize) -> Option<Range<usize>> {
        let at = self.pieces.partition_point(|placed| placed.line <= line);
        let Some(placed) = self.pieces.get(at.saturating_sub(1)) else {
            return (line == 0).then_some(0..0);
        };
        let inside = line - placed.line;
        (inside < placed.piece.source.line_starts().len()).then(|| {
            let range = placed.piece.source.line_range(inside);
            placed.start + range.start..placed.start + range.end
        })
    }

    /// The text of a range that lies within one line.
    pub fn slice(&self, range: Range<usize>) -> &str {
        let text = self.piece_at(range.start).and_then(|placed| {
            placed.piece.text().get(range.start - placed.start..range.end.checked_sub(placed.start)?)
        });
        text.unwrap_or_default()
    }

    /// Puts `text` in the place of a range. The range is clamped to the file and to character boundaries.
    pub fn edit(&mut self, range: Range<usize>, text: &str) {
        let range = self.clamp(range.start)..self.clamp(range.end.max(range.start));
        // What the edit touches, and the piece before: it may have to take in what is an item no more.
        let first = self.pieces.partition_point(|placed| placed.end() < range.start).saturating_sub(1);
        let last = self.pieces.partition_point(|placed| placed.start <= range.end).max(first);
        let names = self.names.take();
        let old: Vec<Placed> = self.pieces.drain(first..last).collect();
        let base = old.first().map_or(0, |placed| placed.start);
        let before: String = old.iter().map(|placed| placed.piece.text()).collect();
        let (start, end) = (range.start - base, range.end - base);
        let changed = [&before[..start], text, &before[end..]].concat();
        let fresh = split(&changed).map(|range| {
            let text = &changed[range];
            let kept = old.iter().find(|placed| placed.piece.text() == text);
            placed(kept.map_or_else(|| Arc::new(Piece::new(text)), |kept| kept.piece.clone()))
        });
        let fresh: Vec<Placed> = fresh.collect();
        let next = first + fresh.len();
        self.pieces.splice(first..first, fresh);
        self.place(first);
        if let Some(names) = names {
            self.names = OnceLock::from(self.renamed(names, first, last, next));
        }
    }

    /// Its items by name, in order. Kept through edits.
    pub fn names(&self) -> &[Named] {
        self.names.get_or_init(|| (0..self.pieces.len()).flat_map(|at| self.names_of(at)).collect())
    }

    fn names_of(&self, at: usize) -> impl Iterator<Item = Named> {
        let entries = self.pieces[at].piece.outline().entries.iter().enumerate();
        entries.map(move |(entry, it)| Named {
            hash: hash_of(it.kind, &it.name),
            piece: at as u32,
            entry: entry as u32,
            kind: it.kind,
        })
    }

    /// The names after the pieces `first..last` have become `first..next`.
    fn renamed(&self, mut names: Vec<Named>, first: usize, last: usize, next: usize) -> Vec<Named> {
        let from = names.partition_point(|named| (named.piece as usize) < first);
        let to = names.partition_point(|named| (named.piece as usize) < last);
        for named in &mut names[to..] {
            named.piece = (named.piece as usize - last + next) as u32;
        }
        let fresh: Vec<Named> = (first..next).flat_map(|at| self.names_of(at)).collect();
        names.splice(from..to, fresh);
        names
    }

    fn clamp(&self, offset: usize) -> usize {
        let offset = offset.min(self.len());
        let Some(placed) = self.piece_at(offset) else { return 0 };
        placed.start + floor_char_boundary(placed.piece.text(), offset - placed.start)
    }

    /// Gives the pieces from this one on their places.
    fn place(&mut self, first: usize) {
        let (mut start, mut line) = match first.checked_sub(1).map(|before| &self.pieces[before]) {
            Some(before) => (before.end(), before.line + before.piece.lines()),
            None => (0, 0),
        };
        for placed in &mut self.pieces[first..] {
            (placed.start, placed.line) = (start, line);
            start += placed.piece.text().len();
            line += placed.piece.lines();
        }
    }
}

impl Placed {
    /// One past its last byte in the file.
    pub fn end(&self) -> usize {
        self.start + self.piece.text().len()
    }

    /// Where a span of the piece lies in the file.
    pub fn range_of(&self, span: Span) -> Range<usize> {
        self.start + span.start as usize..self.start + span.end as usize
    }
}

fn placed(piece: Arc<Piece>) -> Placed {
    Placed { start: 0, line: 0, piece }
}

/// Cuts a text before each line that begins an item: a dash in the first column with a blank or the line's end behind it.
fn split(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let begins_item = move |at: usize| matches!(bytes.get(at + 1), None | Some(b' ' | b'\t' | b'\n' | b'\r'));
    let mut cuts: Vec<usize> = memchr::memchr_iter(b'-', bytes)
        .filter(|&at| at > 0 && matches!(bytes[at - 1], b'\n' | b'\r') && begins_item(at))
        .collect();
    cuts.push(text.len());
    let mut from = 0;
    cuts.into_iter().filter_map(move |to| {
        let range = std::mem::replace(&mut from, to)..to;
        (!range.is_empty()).then_some(range)
    })
}
