//! Findings and fixes of embedded files, moved to their host files.

use super::open;
use crate::diag::{Diagnostic, Edit};
use crate::fix;
use crate::source::{FileId, SourceFile, SourceMap};
use std::collections::BTreeSet;

/// Moves findings to the host files. A fix is kept only if it can be made there.
pub fn to_host(sources: &SourceMap, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is_inside = |found: &Diagnostic| {
        let edits = found.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        let labels = found.labels.iter().map(|label| label.span);
        edits.chain(labels).chain([found.primary.span]).any(|span| sources.file(span.file).origin.is_some())
    };
    if !diagnostics.iter().any(is_inside) {
        return diagnostics;
    }
    let inner = fix::apply(sources, &diagnostics).texts;
    let mut moved: Vec<Diagnostic> = diagnostics.into_iter().map(|found| moved(sources, found)).collect();
    let outer = fix::apply(sources, &moved).texts;
    let holders: BTreeSet<FileId> =
        inner.keys().filter_map(|&id| Some(sources.file(id).origin.as_ref()?.file)).collect();
    for &id in &holders {
        let wanted = sources
            .files()
            .filter(|(_, file)| file.origin.as_ref().is_some_and(|origin| origin.file == id))
            .map(|(inside, file)| inner.get(&inside).map_or(&*file.text, |text| text.as_str()));
        let is_made = outer.get(&id).is_some_and(|text| holds(sources.file(id), text, wanted));
        if !is_made {
            for found in &mut moved {
                found.fix.take_if(|fix| fix.edits.iter().any(|edit| edit.span.file == id));
            }
        }
    }
    moved
}

fn moved(sources: &SourceMap, mut found: Diagnostic) -> Diagnostic {
    if let Some(fix) = &mut found.fix {
        let edits: Option<Vec<Edit>> = fix.edits.iter().map(|edit| moved_edit(sources, edit)).collect();
        match edits {
            Some(edits) => fix.edits = edits,
            None => found.fix = None,
        }
    }
    found.primary.span = sources.outward(found.primary.span);
    found.labels.iter_mut().for_each(|label| label.span = sources.outward(label.span));
    found
}

fn moved_edit(sources: &SourceMap, edit: &Edit) -> Option<Edit> {
    let file = sources.file(edit.span.file);
    let Some(origin) = &file.origin else { return Some(edit.clone()) };
    let (span, text) = origin.edit(edit.span.range(), &edit.text, file.text.len())?;
    Some(Edit { span, text })
}

/// True if the new text of a host file embeds exactly these texts in place of the previous ones.
fn holds<'t>(old: &SourceFile, new: &str, wanted: impl Iterator<Item = &'t str>) -> bool {
    let inside = |text: &str| {
        let file = SourceFile::new(old.name.as_str(), text);
        let found = open(FileId::default(), &file).unwrap_or_default();
        let items = found.items.iter().map(|item| item.file());
        let mut texts: Vec<String> =
            found.files.into_iter().chain(items).map(|file| file.text.to_string()).collect();
        texts.sort();
        (texts, found.findings.len())
    };
    let ((before, troubles), (mut after, more)) = (inside(&old.text), inside(new));
    if before.len() != after.len() || troubles != more {
        return false;
    }
    for text in wanted {
        match after.binary_search_by(|known| known.as_str().cmp(text)) {
            Ok(at) => drop(after.remove(at)),
            Err(_) => return false,
        }
    }
    true
}
