//! The canonical shape of a rules file.

use super::Place;
use super::finding::place;
use crate::format::{Options, document};
use crate::source::{SourceFile, SourceMap};

/// The result of [`format()`].
#[derive(Clone, Debug)]
pub struct Formatted {
    /// The text in its new shape.
    pub text: String,
    /// What was left as it is.
    pub skipped: Vec<Skipped>,
}

/// Lines that were left as they are.
#[derive(Clone, Debug)]
pub struct Skipped {
    /// Where.
    pub place: Place,
    /// Why.
    pub reason: &'static str,
}

/// Formats a rules file as `rulec fmt` does. The text means the same afterwards.
///
/// ```
/// let formatted = rulec::format("rules.yaml", "- list:   l\n  items: [a,b]\n");
/// assert_eq!(formatted.text, "- list: l\n  items: [a, b]\n");
/// ```
pub fn format(name: impl Into<String>, text: &str) -> Formatted {
    let mut sources = SourceMap::default();
    let id = sources.add(SourceFile::new(name, text));
    let formatted = document(sources.file(id), &Options::default());
    let skipped = formatted.skipped.iter();
    Formatted {
        text: formatted.text(sources.file(id)),
        skipped: skipped
            .map(|skipped| Skipped { place: place(&sources, skipped.span), reason: skipped.why.text() })
            .collect(),
    }
}
