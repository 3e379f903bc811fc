//! Which pieces of a file can be read each by itself without a difference to the file read whole.

use super::doc::{Doc, Piece};
use crate::syntax::yaml::{Node, Value};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How many pieces behind a broken one are read together with it before the file is read whole.
const JOINED: usize = 4;

/// Pieces that were put together, kept while the pieces they were made of stay.
#[derive(Debug, Default)]
pub struct Units {
    joined: FxHashMap<Vec<u32>, Joined>,
    run: u32,
}

#[derive(Debug)]
struct Joined {
    piece: Arc<Piece>,
    run: u32,
}

impl Units {
    /// The texts to read, each with its place in the file: the file's pieces; a broken one together with what follows,
    /// as an error may end only there; or the whole, where one piece speaks of what stands in another.
    pub fn of(&mut self, doc: &Doc) -> Vec<(usize, Arc<Piece>)> {
        let mut found = Vec::with_capacity(doc.pieces.len());
        let mut readings = doc.pieces.iter().map(|placed| placed.piece.reading());
        let head = readings.next();
        if head == Some(Reading::Whole)
            || readings.any(|reading| matches!(reading, Reading::Whole | Reading::Head))
        {
            return self.join(doc, 0, doc.pieces.len()).into_iter().collect();
        }
        let mut at = 0;
        while let Some(placed) = doc.pieces.get(at) {
            if placed.piece.reading() != Reading::Broken {
                found.push((placed.start, placed.piece.clone()));
                at += 1;
                continue;
            }
            let ends = (at + 1..=at + JOINED).map(|end| end.min(doc.pieces.len()));
            let mut fitting = ends.filter_map(|end| Some((end, self.join(doc, at, end)?)));
            let fits = fitting.find(|(end, (start, piece))| {
                (*end == doc.pieces.len() && at == 0) || ends_well(piece, doc.pieces[end - 1].start - start)
            });
            let Some((end, joined)) = fits else {
                return self.join(doc, 0, doc.pieces.len()).into_iter().collect();
            };
            found.push(joined);
            at = end;
        }
        found
    }

    /// Forgets what this run had no use for.
    pub fn end(&mut self) {
        let run = self.run;
        self.joined.retain(|_, joined| joined.run == run);
        self.run += 1;
    }

    fn join(&mut self, doc: &Doc, from: usize, to: usize) -> Option<(usize, Arc<Piece>)> {
        let pieces = &doc.pieces[from..to];
        let start = pieces.first()?.start;
        if let [only] = pieces {
            return Some((start, only.piece.clone()));
        }
        let key: Vec<u32> = pieces.iter().map(|placed| placed.piece.id.0).collect();
        let fresh = || {
            let text: String = pieces.iter().map(|placed| placed.piece.text()).collect();
            Joined { piece: Arc::new(Piece::new(text)), run: 0 }
        };
        let joined = self.joined.entry(key).or_insert_with(fresh);
        joined.run = self.run;
        Some((start, joined.piece.clone()))
    }
}

/// How a piece has to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// By itself.
    Alone,
    /// By itself, if nothing stands before it: it has no item.
    Head,
    /// There is an error, and nobody knows where it ends.
    Broken,
    /// The file as a whole: open quotes or brackets, anchors, several documents, or no list at all.
    Whole,
}

/// How this piece has to be read.
pub fn reading(piece: &Piece) -> Reading {
    let (stream, text) = (piece.stream(), piece.text());
    let item = text.starts_with('-') && !text.starts_with("---");
    // What begins a line like this ends a document, or says how to read one.
    let marked = || ["---", "...", "%"].iter().any(|mark| text.lines().any(|line| line.starts_with(mark)));
    if stream.documents.len() > 1
        || stream.documents.iter().any(|document| is_shared(&document.root))
        || (item && marked())
        || stream.refused
        || stream.unclosed.is_some()
        || stream.lax.is_some()
        || stream.unread.is_some()
        || stream.errors.iter().any(|error| error.to_end)
    {
        return Reading::Whole;
    }
    if !stream.errors.is_empty() {
        return Reading::Broken;
    }
    let root = stream.documents.first().map_or(&Value::Null, |document| document.root.value());
    match root {
        Value::Null if !item => Reading::Head,
        Value::Seq(_) if item => Reading::Alone,
        _ => Reading::Whole,
    }
}

/// True if errors in a text end before its last item, which was read in full from `last` on.
fn ends_well(piece: &Piece, last: usize) -> bool {
    let stream = piece.stream();
    let reaches = |at: usize| at > last + 1;
    let read = stream.documents.last().and_then(|document| document.root.as_seq()?.last());
    stream.unclosed.is_none()
        && stream.lax.is_none()
        && !stream.refused
        && !stream.errors.iter().any(|error| error.to_end || reaches(error.span.start as usize))
        && read.is_some_and(|item| item.span.start as usize > last)
}

fn is_shared(node: &Node) -> bool {
    match &node.value {
        Value::Shared(_) => true,
        Value::Seq(items) => items.iter().any(is_shared),
        Value::Map(pairs) => pairs.iter().any(|(key, value)| is_shared(key) || is_shared(value)),
        Value::Null | Value::Scalar(_) => false,
    }
}
