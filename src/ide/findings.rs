//! The findings of every file of a snapshot.

use super::incremental::Incremental;
use super::{DocRange, Snapshot, TextChange};
use crate::diag::{Diagnostic, Fix, Severity};
use crate::source::Span;
use std::ops::Range;
use std::sync::Arc;

/// What is found in one file.
#[derive(Debug, Clone)]
pub struct DocFindings {
    /// The findings in order of their places.
    pub diagnostics: Arc<[Finding]>,
}

/// A finding. Its places are bytes of the files of the snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The name of the check.
    pub check: &'static str,
    /// Its severity after levels were applied.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where.
    pub range: Range<usize>,
    /// Other places that matter, and a few words on each.
    pub related: Vec<(DocRange, String)>,
    /// A change that mends it.
    pub fix: Option<FindingFix>,
    /// How the place may be shown.
    pub tag: Option<Tag>,
}

/// A change that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingFix {
    /// What it does, imperative.
    pub title: String,
    /// It cannot change what a loaded rule means.
    pub safe: bool,
    /// The changes, which do not overlap.
    pub changes: Vec<TextChange>,
}

/// How the place of a finding may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Faded: it has no effect.
    Unnecessary,
    /// Struck out: it will be gone.
    Deprecated,
}

/// Finds what is wrong, again and again.
#[derive(Default)]
pub struct Analyzer {
    incremental: Incremental,
    before: Vec<Arc<[Finding]>>,
}

impl Analyzer {
    /// What is found in each file of the snapshot, in their order.
    pub fn update(&mut self, snapshot: &Snapshot) -> Vec<DocFindings> {
        let mut found: Vec<Vec<Finding>> = snapshot.docs.iter().map(|_| Vec::new()).collect();
        for diagnostic in self.incremental.update(snapshot) {
            if let Some(of_doc) = found.get_mut(diagnostic.primary.span.file.0 as usize) {
                of_doc.push(Finding::new(diagnostic));
            }
        }
        let before = std::mem::take(&mut self.before);
        let mut before = before.into_iter();
        let with_before = found.into_iter().map(|found| match before.next() {
            Some(before) if *before == *found => DocFindings { diagnostics: before },
            _ => DocFindings { diagnostics: found.into() },
        });
        let all: Vec<DocFindings> = with_before.collect();
        self.before = all.iter().map(|of_doc| of_doc.diagnostics.clone()).collect();
        all
    }
}

impl Finding {
    /// A finding whose files are those of the snapshot, in the same order.
    fn new(diagnostic: Diagnostic) -> Finding {
        let related = diagnostic.labels.into_iter().map(|label| (place(label.span), label.text)).collect();
        Finding {
            check: diagnostic.check.name,
            severity: diagnostic.severity,
            message: diagnostic.message,
            help: diagnostic.help,
            range: diagnostic.primary.span.range(),
            related,
            fix: diagnostic.fix.map(FindingFix::new),
            tag: Tag::of(diagnostic.check.name),
        }
    }
}

impl FindingFix {
    fn new(fix: Fix) -> FindingFix {
        let changes = fix.edits.into_iter().map(|edit| {
            let DocRange { doc, range } = place(edit.span);
            TextChange { doc, range, text: edit.text }
        });
        FindingFix { title: fix.title, safe: fix.safe, changes: changes.collect() }
    }
}

impl Tag {
    /// That of a check.
    pub fn of(check: &str) -> Option<Tag> {
        if check.starts_with("deprecated-") {
            Some(Tag::Deprecated)
        } else {
            (check.starts_with("unused-") || check == "dead-clause").then_some(Tag::Unnecessary)
        }
    }
}

fn place(span: Span) -> DocRange {
    DocRange { doc: span.file.0 as usize, range: span.range() }
}
