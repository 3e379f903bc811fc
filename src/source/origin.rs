//! Texts inside other files: the place of each byte in the host file, and the edits that can be made there.

use super::{FileId, Span};
use std::ops::Range;

/// The place of a text in its host file.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The host file.
    pub file: FileId,
    /// Its bytes in the host file, in the order of the text.
    pub runs: Vec<Run>,
    /// Which edits of the text can be made in the host file.
    pub edits: Edits,
    /// True for a single item; consecutive ones are read as one file.
    pub is_item: bool,
}

/// A part of a text and its place in the host file. It ends where the next one begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// Offset in the text.
    pub at: u32,
    /// Where it begins in the host file.
    pub start: u32,
    /// Where it ends there.
    pub end: u32,
    /// True if it stands there byte by byte; otherwise each of its bytes maps to the whole place.
    pub exact: bool,
}

/// Which edits of a text can be made in its host file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edits {
    /// None.
    None,
    /// Those inside an exact run whose new text needs no escapes.
    Words,
    /// All; each line in the host file is indented by this.
    Lines(Box<str>),
}

impl Origin {
    /// The place in the host file of a range of the text.
    pub fn outward(&self, range: Range<usize>) -> Span {
        let start = self.at(range.start);
        let end = if range.end > range.start { self.end_of(range.end) } else { start };
        Span::new(self.file, start, end.max(start))
    }

    /// Where the byte at this offset of the text begins.
    fn at(&self, offset: usize) -> usize {
        let Some(run) = self.run(offset) else { return 0 };
        let (start, end) = (run.start as usize, run.end as usize);
        if run.exact { (start + offset - run.at as usize).min(end) } else { start }
    }

    /// Where the text before this offset ends.
    fn end_of(&self, offset: usize) -> usize {
        let Some(run) = self.run(offset.saturating_sub(1)) else { return 0 };
        let (start, end) = (run.start as usize, run.end as usize);
        if run.exact { (start + offset - run.at as usize).min(end) } else { end }
    }

    fn run(&self, offset: usize) -> Option<&Run> {
        let after = self.runs.partition_point(|run| run.at as usize <= offset);
        self.runs.get(after.saturating_sub(1))
    }

    /// The edit of the host file that makes this edit of the text, which is `len` bytes long. The caller must check the
    /// result: blanks at the ends of lines can spoil it.
    pub fn edit(&self, range: Range<usize>, text: &str, len: usize) -> Option<(Span, String)> {
        match &self.edits {
            Edits::None => None,
            Edits::Words => {
                let run = self.run(range.start).filter(|run| run.exact)?;
                let held = run.at as usize + (run.end - run.start) as usize;
                let plain =
                    |c: char| !c.is_control() && !matches!(c, '"' | '\'' | '\\' | '{' | '}' | '$' | '#');
                let fits = range.end <= held && range.start < range.end && text.chars().all(plain);
                fits.then(|| (self.outward(range), text.to_owned()))
            }
            Edits::Lines(indent) => {
                let place = Span::new(self.file, self.at(range.start), self.at(range.end));
                let lines = text.replace('\n', &format!("\n{indent}"));
                // The text ends at the left edge of the line after it.
                let text = match range.start == len {
                    true => format!("{indent}{}", lines.strip_suffix(&**indent).unwrap_or(&lines)),
                    false => lines,
                };
                Some((place, text))
            }
        }
    }
}
