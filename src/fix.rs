//! Applying fixes: text and edits in, new text out. Whole fixes only, never two that touch the same place.

use crate::diag::{Diagnostic, Edit, Fix};
use crate::source::{FileId, SourceMap};
use std::collections::BTreeMap;

/// What [`apply`] did.
#[derive(Debug, Default)]
pub struct Applied {
    /// New text of each file that changed.
    pub texts: BTreeMap<FileId, String>,
    /// Number of fixes applied.
    pub count: usize,
}

/// True if `--fix` may apply this fix: it is safe, and its edits lie inside files that are wholly text.
pub fn is_applicable(fix: &Fix, sources: &SourceMap) -> bool {
    fix.safe && is_whole(fix, sources)
}

/// True if the fix has edits and all of them lie inside files that are wholly text.
pub fn is_whole(fix: &Fix, sources: &SourceMap) -> bool {
    !fix.edits.is_empty() && fix.edits.iter().all(|edit| is_inside(edit, sources))
}

/// Applies the applicable fixes of `diagnostics`, in order. A fix that touches the place of an earlier
/// one is left out as a whole: what it would do there may no longer be right.
pub fn apply(sources: &SourceMap, diagnostics: &[Diagnostic]) -> Applied {
    let mut chosen: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    let mut count = 0;
    for fix in diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref()) {
        if !is_applicable(fix, sources) || collides(fix, &chosen) {
            continue;
        }
        for edit in &fix.edits {
            chosen.entry(edit.span.file).or_default().push(edit);
        }
        count += 1;
    }
    let mut applied = Applied { texts: BTreeMap::new(), count };
    for (file, edits) in chosen {
        let old = &sources.file(file).text;
        let new = edited(old, edits);
        if new != **old {
            applied.texts.insert(file, new);
        }
    }
    applied
}

/// The text after edits that do not touch each other, given in any order.
pub fn edited(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(&edit.text);
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn is_inside(edit: &Edit, sources: &SourceMap) -> bool {
    let file = sources.file(edit.span.file);
    // The text of a file that is not UTF-8 is only its beginning; writing it back would cut the file.
    file.invalid_utf8.is_none() && file.text.get(edit.span.range()).is_some()
}

fn collides(fix: &Fix, chosen: &BTreeMap<FileId, Vec<&Edit>>) -> bool {
    let among_themselves = fix.edits.iter().enumerate().any(|(at, edit)| {
        let others = &fix.edits[at + 1..];
        others.iter().any(|other| touch(edit, other))
    });
    among_themselves
        || fix.edits.iter().any(|edit| {
            let others = chosen.get(&edit.span.file);
            others.is_some_and(|others| others.iter().any(|other| touch(edit, other)))
        })
}

/// Two edits that meet at a point also touch: the order of their texts would be arbitrary.
fn touch(a: &Edit, b: &Edit) -> bool {
    a.span.file == b.span.file && a.span.start <= b.span.end && b.span.start <= a.span.end
}
