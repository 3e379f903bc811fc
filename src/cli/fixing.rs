//! Fixes files in memory, round by round, and shows the difference.

use crate::analysis::{Inputs, analyze, findings};
use crate::config::Levels;
use crate::fix;
use crate::source::{FileId, SourceFile, SourceMap};
use similar::TextDiff;

/// Maximum number of rounds. A fix can uncover another finding; more rounds would mean that two fixes undo each other.
const ROUNDS: usize = 10;

/// Files after their fixes.
#[derive(Debug)]
pub struct Fixed {
    /// All files, with their new texts.
    pub sources: SourceMap,
    /// Those that changed.
    pub changed: Vec<FileId>,
    /// Number of fixes.
    pub count: usize,
}

/// Applies fixes until there is none left.
pub fn fix(inputs: &Inputs, levels: &Levels) -> Fixed {
    let mut sources = inputs.sources.clone();
    let mut count = 0;
    for _ in 0..ROUNDS {
        let mut analysis = analyze(Inputs { sources: sources.clone(), options: inputs.options.clone() });
        let diagnostics = findings(&mut analysis, levels);
        let applied = fix::apply(&sources, &diagnostics);
        if applied.texts.is_empty() {
            break;
        }
        count += applied.count;
        for (id, text) in applied.texts {
            let name = sources.file(id).name.clone();
            sources.replace(id, SourceFile::new(name, text));
        }
    }
    let pairs = inputs.sources.given().zip(sources.given());
    let changed = pairs.filter(|((_, old), (_, new))| old.text != new.text).map(|((id, _), _)| id).collect();
    Fixed { sources, changed, count }
}

/// The changes as a unified diff that `patch -p1` takes.
pub fn diff(old: &SourceMap, fixed: &Fixed) -> String {
    let mut out = String::new();
    for &id in &fixed.changed {
        let (old, new) = (old.file(id), fixed.sources.file(id));
        let name = old.name.trim_start_matches('/');
        let diff = TextDiff::from_lines(&*old.text, &*new.text);
        out += &diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string();
    }
    out
}
