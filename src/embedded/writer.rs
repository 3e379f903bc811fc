//! YAML that records where each of its bytes was written in the host file.

use super::item::{HostText, Tree};
use crate::source::{Edits, FileId, Origin, Run, SourceFile};

/// A text under construction, and its runs.
#[derive(Debug, Default)]
pub struct HostTextWriter {
    text: String,
    runs: Vec<Run>,
}

/// A byte range of the host file.
pub type HostRange = (u32, u32);

impl HostTextWriter {
    /// Adds text that the host file does not contain, on behalf of a range of it.
    pub fn made(&mut self, text: &str, (start, end): HostRange) {
        if !text.is_empty() {
            self.runs.push(Run { at: self.text.len() as u32, start, end, exact: false });
            self.text.push_str(text);
        }
    }

    /// Adds text that the host file contains unchanged at `start`.
    fn exact(&mut self, text: &str, start: u32) {
        let (at, len) = (self.text.len() as u32, text.len() as u32);
        match self.runs.last_mut() {
            Some(run) if run.exact && run.end == start => run.end += len,
            _ => self.runs.push(Run { at, start, end: start + len, exact: true }),
        }
        self.text.push_str(text);
    }

    /// Adds the author's text unchanged.
    pub fn plain(&mut self, text: &HostText) {
        self.pieces(text, |c| c.is_control().then(|| " ".to_owned()));
    }

    /// Adds the author's text in double quotes.
    pub fn quoted(&mut self, text: &HostText) {
        let inner = text.runs.first().map_or(text.start, |run| run.start);
        self.made("\"", (text.start, inner.max(text.start)));
        self.pieces(text, escaped);
        let after = text.runs.last().map_or(text.end, |run| run.end);
        self.made("\"", (after.min(text.end), text.end));
    }

    /// Adds other text in double quotes, on behalf of the author's.
    pub fn quoted_as(&mut self, value: &str, text: &HostText) {
        let other = HostText { value: value.to_owned(), runs: Vec::new(), ..*text };
        self.quoted(&other);
    }

    fn pieces(&mut self, text: &HostText, change: impl Fn(char) -> Option<String>) {
        for (at, run) in text.runs.iter().enumerate() {
            let end = text.runs.get(at + 1).map_or(text.value.len(), |next| next.at as usize);
            let part = text.value.get(run.at as usize..end).unwrap_or_default();
            let mut same = 0;
            for (offset, c) in part.char_indices() {
                let place = match run.exact {
                    true => (run.start + offset as u32, run.start + (offset + c.len_utf8()) as u32),
                    false => (run.start, run.end),
                };
                match change(c) {
                    None if run.exact => {}
                    new => {
                        self.exact_part(&part[same..offset], run, same);
                        same = offset + c.len_utf8();
                        self.made(new.as_deref().unwrap_or(&part[offset..same]), place);
                    }
                }
            }
            self.exact_part(&part[same..], run, same);
        }
        if text.runs.is_empty() {
            let new: String =
                text.value.chars().map(|c| change(c).unwrap_or_else(|| c.to_string())).collect();
            self.made(&new, (text.start, text.end));
        }
    }

    fn exact_part(&mut self, part: &str, run: &Run, offset: usize) {
        if !part.is_empty() {
            self.exact(part, run.start + offset as u32);
        }
    }

    /// Adds a list in brackets.
    pub fn list<T>(
        &mut self,
        items: impl Iterator<Item = T>,
        place: HostRange,
        write: impl Fn(&mut HostTextWriter, T),
    ) {
        self.made("[", place);
        for (at, item) in items.enumerate() {
            self.made(if at > 0 { ", " } else { "" }, place);
            write(self, item);
        }
        self.made("]", place);
    }

    /// Adds a value of an exception.
    pub fn tree(&mut self, tree: &Tree, place: HostRange) {
        match tree {
            Tree::Text(text) => self.quoted(text),
            Tree::Json(text) => self.plain(text),
            Tree::List(items) => self.list(items.iter(), place, |out, item| out.tree(item, place)),
        }
    }

    /// The text as an embedded file.
    pub fn file(self, name: &str, file: FileId) -> SourceFile {
        let origin = Origin { file, runs: self.runs, edits: Edits::Words, is_item: true };
        SourceFile::inside(name, self.text, origin)
    }
}

/// The escape of a character in double quotes; `None` if it needs none.
fn escaped(c: char) -> Option<String> {
    Some(match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        c if c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') =>
        {
            format!("\\u{:04x}", u32::from(c))
        }
        _ => return None,
    })
}
