//! Questions about rules files while they are written, and the answers as plain structs: no protocol, and no files read.
//!
//! ```text
//! editor's changes -> Doc (pieces, kept where unchanged) -> Snapshot -> findings, hover, completion, …
//! ```

pub mod doc;
pub mod incremental;
mod units;

use crate::analysis::Options;
use crate::config::Levels;
use doc::Doc;
use std::sync::Arc;

/// What holds for all files of a workspace.
#[derive(Debug, Default, Clone)]
pub struct Settings {
    /// Plugins, engine version, benchmark.
    pub options: Options,
    /// Levels of checks.
    pub levels: Levels,
}

/// All files at one moment. Cheap to clone: unchanged pieces are shared with the moments before and after.
#[derive(Debug, Default, Clone)]
pub struct Snapshot {
    /// The files in load order.
    pub docs: Vec<Arc<Doc>>,
    /// What holds for all of them.
    pub settings: Arc<Settings>,
}
