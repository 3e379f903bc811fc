//! Editor features for rules files as plain data: no protocol, no file access.
//!
//! ```text
//! editor's changes -> Doc (pieces, kept where unchanged) -> Snapshot -> findings, hover, completion, …
//!                      Piece -> outline, marks (read once)      |
//!                                                               +-> Index (names of all files)
//! ```

pub mod doc;
pub mod findings;
pub mod incremental;
mod units;

pub mod actions;
pub mod completion;
pub mod condition_words;
pub mod controls;
pub mod cursor;
pub mod expand;
pub mod folding;
pub mod hints;
pub mod hover;
pub mod index;
pub mod keys;
pub mod lens;
pub mod lines;
pub mod marks;
pub mod navigation;
mod offer;
pub mod outline;
mod path;
pub mod refactor;
pub mod reference;
pub mod rename;
pub mod selection;
mod snippets;
pub mod symbols;
mod tested;
pub mod tokens;
pub mod topic;
mod values;

use crate::analysis::Options;
use crate::config::Levels;
use doc::Doc;
use std::ops::Range;
use std::sync::Arc;

/// Settings of all files of a workspace.
#[derive(Debug, Default, Clone)]
pub struct Settings {
    /// Plugins, engine version, benchmark.
    pub options: Options,
    /// Levels of checks.
    pub levels: Levels,
}

/// All files at one moment. Cheap to clone: unchanged pieces are shared between snapshots.
#[derive(Debug, Default, Clone)]
pub struct Snapshot {
    /// The files in load order.
    pub docs: Vec<Arc<Doc>>,
    /// The settings of all files.
    pub settings: Arc<Settings>,
}

/// A byte range of one of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocRange {
    /// Index of the file.
    pub doc: usize,
    /// The bytes.
    pub range: Range<usize>,
}

/// A replacement of text in one of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChange {
    /// Index of the file.
    pub doc: usize,
    /// The replaced range; empty to insert.
    pub range: Range<usize>,
    /// The new text.
    pub text: String,
}
