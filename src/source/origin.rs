//! Texts that stand inside other files: where each of their bytes is in the outer file, and which edits reach it.

use super::{FileId, Span};
use std::ops::Range;

/// Where the text of a file stands in the file that holds it.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The file that holds it.
    pub file: FileId,
    /// Its bytes there, in the order of the text.
    pub runs: Vec<Run>,
    /// How edits of the text can be made there.
    pub edits: Edits,
    /// It is a single item: all such items are read as one file.
    pub is_item: bool,
}

/// A part of a text and where it is in the outer file. It ends where the next one begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// Offset in the text.
    pub at: u32,
    /// Where it begins in the outer file.
    pub start: u32,
    /// Where it ends there.
    pub end: u32,
    /// It stands there byte by byte; otherwise all of it is at all of that place.
    pub exact: bool,
}

/// How edits of a text reach the outer file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edits {
    /// Not at all.
    None,
    /// Inside a part that stands there as it is, by text that needs no escapes.
    Words,
    /// Anywhere: each line there has these blanks before it.
    Lines(Box<str>),
}

impl Origin {
    /// The place in the outer file of a place in the text.
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

    /// The edit of the outer file that makes this edit of the text, which is `len` bytes long. Whether it does is
    /// for the caller to see: blanks at the ends of lines can be in the way.
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
