//! Samples: a few files in one text, with a cursor.

use rulec::analysis::{Inputs, analyze, compile_rules, findings};
use rulec::config::Levels;
use rulec::diag::Diagnostic;
use rulec::ide::doc::Doc;
use rulec::ide::{Settings, Snapshot, TextChange};
use rulec::logic::{Assume, Implied, Solver};
use rulec::source::{SourceFile, SourceMap};
use std::ops::Range;
use std::sync::Arc;

/// Files, and where the cursor is.
pub struct Sample {
    pub snapshot: Snapshot,
    pub doc: usize,
    pub offset: usize,
}

/// Reads a sample. Without a first `@ NAME` there is one file.
pub fn sample(text: &str) -> Sample {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("@ ") {
            Some(name) => files.push((name.trim().to_owned(), String::new())),
            None if files.is_empty() => files.push(("rules.yaml".to_owned(), line.to_owned())),
            None => files.last_mut().unwrap().1 += line,
        }
    }
    let (mut doc, mut offset) = (0, 0);
    let mut docs = Vec::new();
    for (at, (name, text)) in files.into_iter().enumerate() {
        if let Some(cursor) = text.find("$0") {
            (doc, offset) = (at, cursor);
        }
        docs.push(Arc::new(Doc::new(name, &text.replacen("$0", "", 1))));
    }
    Sample { snapshot: Snapshot { docs, settings: Arc::new(Settings::default()) }, doc, offset }
}

/// The line of a range with the range underlined.
pub fn underlined(doc: &Doc, range: Range<usize>) -> String {
    let text = doc.text();
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[range.start..].find('\n').map_or(text.len(), |at| range.start + at);
    let width = text[range.start..range.end.min(end)].chars().count().max(1);
    let indent = text[start..range.start].chars().count();
    let more = if range.end > end { " …" } else { "" };
    format!("{}\n{}{}{more}", &text[start..end], " ".repeat(indent), "^".repeat(width))
}

/// The files after changes.
pub fn changed(snapshot: &Snapshot, changes: &[TextChange]) -> Vec<String> {
    let mut texts: Vec<String> = snapshot.docs.iter().map(|doc| doc.text()).collect();
    let mut changes: Vec<&TextChange> = changes.iter().collect();
    changes.sort_by_key(|change| (change.doc, change.range.start, change.range.end));
    for pair in changes.windows(2) {
        assert!(pair[0].doc != pair[1].doc || pair[0].range.end <= pair[1].range.start, "{changes:?}");
    }
    for change in changes.iter().rev() {
        texts[change.doc].replace_range(change.range.clone(), &change.text);
    }
    texts
}

/// The texts of the files.
pub fn texts(snapshot: &Snapshot) -> Vec<String> {
    snapshot.docs.iter().map(|doc| doc.text()).collect()
}

fn inputs(texts: &[String]) -> Inputs {
    let mut sources = SourceMap::default();
    for (at, text) in texts.iter().enumerate() {
        sources.add(SourceFile::new(format!("{at}.yaml"), text.as_str()));
    }
    Inputs { sources, ..Inputs::default() }
}

/// What `rulec check` finds in files; the file of a span is its number.
pub fn findings_of(texts: &[String]) -> Vec<Diagnostic> {
    findings(&mut analyze(inputs(texts)), &Levels::default())
}

/// Both sets of files have the same rules, and they fire on the same events.
pub fn same_rules(before: &[String], after: &[String]) {
    let (old, new) = (compile_rules(inputs(before)), compile_rules(inputs(after)));
    assert!(!old.rules.is_empty(), "{:?}", old.analysis.diagnostics);
    assert_eq!(old.rules.len(), new.rules.len(), "{}", after.join("\n"));
    let solver = Solver::new(Assume::None);
    for (a, b) in old.rules.iter().zip(&new.rules) {
        let same = solver.equivalent(&a.condition, &b.condition);
        assert!(matches!(same, Implied::Yes), "{} and {}\n{}", a.name, b.name, after.join("\n"));
    }
}
