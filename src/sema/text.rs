//! The text of a condition or output as Falco assembles it, with the origin of each byte.
//!
//! A condition consists of the author's text, appended text, the text of exceptions, and the items of lists in place
//! of their names. Falco parses the result; findings point at the author's text.

use crate::source::{Span, Text};
use std::borrow::Cow;
use std::ops::Range;

/// A text made of runs, each with its origin.
#[derive(Clone, Debug)]
pub struct Composite<'a> {
    /// The whole text.
    pub text: Cow<'a, str>,
    runs: Vec<Run<'a>>,
}

#[derive(Clone, Debug)]
struct Run<'a> {
    start: u32,
    origin: Origin<'a>,
}

/// The origin of a run of bytes.
#[derive(Clone, Debug)]
pub enum Origin<'a> {
    /// Byte `i` of the run is byte `.1 + i` of this text.
    Written(&'a Text, u32),
    /// Added by Falco on behalf of this place.
    Made(Span),
    /// An item of a list: the place of the list's name, and the item.
    Item(Span, Option<Span>),
}

/// A place in a file, and the list item that Falco's text has there, if any.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Located {
    /// The place in the author's text.
    pub span: Span,
    /// The list item that the text at this place came from.
    pub item: Option<Span>,
}

impl<'a> Composite<'a> {
    /// The text of one scalar.
    pub fn of(text: &'a Text) -> Composite<'a> {
        let run = Run { start: 0, origin: Origin::Written(text, 0) };
        Composite { text: Cow::Borrowed(&text.value), runs: vec![run] }
    }

    /// Parts joined by one space, as Falco appends.
    pub fn joined(parts: &[&'a Text]) -> Composite<'a> {
        let mut rest = parts.iter();
        let Some(first) = rest.next() else { return Composite { text: Cow::Borrowed(""), runs: Vec::new() } };
        let mut joined = Composite::of(first);
        for part in rest {
            joined.push_made(" ", Span::point(part.span.file, part.span.start as usize));
            joined.push(part);
        }
        joined
    }

    /// Adds a scalar.
    pub fn push(&mut self, text: &'a Text) {
        self.push_origin(&text.value, Origin::Written(text, 0));
    }

    /// Adds text that Falco generates on behalf of `place`.
    pub fn push_made(&mut self, text: &str, place: Span) {
        self.push_origin(text, Origin::Made(place));
    }

    /// Adds text with its origin.
    pub fn push_origin(&mut self, text: &str, origin: Origin<'a>) {
        self.runs.push(Run { start: self.text.len() as u32, origin });
        self.text.to_mut().push_str(text);
    }

    /// Adds a part of another text with its origins.
    pub fn push_part(&mut self, from: &Composite<'a>, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let base = self.text.len() as u32;
        self.text.to_mut().push_str(&from.text[range.clone()]);
        let first = from.run_at(range.start);
        for run in from.runs[first..].iter().take_while(|run| (run.start as usize) < range.end) {
            let cut = (range.start as u32).saturating_sub(run.start);
            let start = base + (run.start + cut) - range.start as u32;
            let origin = match run.origin {
                Origin::Written(text, offset) => Origin::Written(text, offset + cut),
                ref other => other.clone(),
            };
            self.runs.push(Run { start, origin });
        }
    }

    /// Cuts the text at a character boundary.
    pub fn truncate(&mut self, len: usize) {
        self.text.to_mut().truncate(len);
        let runs = self.runs.partition_point(|run| (run.start as usize) < len);
        self.runs.truncate(runs);
    }

    /// An empty text that takes `capacity` bytes without growing.
    pub fn with_capacity(capacity: usize) -> Composite<'a> {
        Composite { text: Cow::Owned(String::with_capacity(capacity)), runs: Vec::new() }
    }

    fn run_at(&self, offset: usize) -> usize {
        self.runs.partition_point(|run| run.start as usize <= offset).saturating_sub(1)
    }

    /// The place of a range in the author's text.
    pub fn locate(&self, range: Range<u32>) -> Located {
        if let Some(span) = self.within_one(&range) {
            return Located { span, item: None };
        }
        let Some(start) = self.at(range.start as usize) else {
            return Located { span: Span::default(), item: None };
        };
        if range.end <= range.start {
            return start;
        }
        let last = self.text[..(range.end as usize).min(self.text.len())].char_indices().next_back();
        let end = last.map(|(at, _)| at).filter(|&at| at >= range.start as usize);
        match end.and_then(|at| self.char_at(at)) {
            Some(end) => Located { span: start_to(start.span, end.span), item: start.item.or(end.item) },
            None => start,
        }
    }

    /// The place of a range within one run of written text, the common case.
    fn within_one(&self, range: &Range<u32>) -> Option<Span> {
        let at = self.run_at(range.start as usize);
        let Run { start, origin: Origin::Written(text, from) } = self.runs.get(at)? else { return None };
        let ends = self.runs.get(at + 1).is_none_or(|next| range.end <= next.start);
        let inside = range.start < range.end && range.end as usize <= self.text.len() && ends;
        let place = |offset: u32| (*from + (offset - start)) as usize;
        inside.then(|| text.span_of(place(range.start)..place(range.end)))
    }

    /// The place of the character at `offset`.
    fn char_at(&self, offset: usize) -> Option<Located> {
        let run = self.runs.get(self.run_at(offset))?;
        let within = offset - run.start as usize;
        Some(match run.origin {
            Origin::Written(text, from) => {
                let at = from as usize + within;
                let len = self.text[offset..].chars().next().map_or(0, char::len_utf8);
                Located { span: text.span_of(at..at + len), item: None }
            }
            Origin::Made(span) => Located { span, item: None },
            Origin::Item(span, item) => Located { span, item },
        })
    }

    /// The place of the byte at `offset`, an empty span in written text.
    fn at(&self, offset: usize) -> Option<Located> {
        let run = self.runs.get(self.run_at(offset))?;
        Some(match run.origin {
            Origin::Written(text, from) => {
                let at = text.at(from as usize + (offset - run.start as usize));
                Located { span: Span::point(text.span.file, at), item: None }
            }
            Origin::Made(span) => Located { span, item: None },
            Origin::Item(span, item) => Located { span, item },
        })
    }
}

fn start_to(start: Span, end: Span) -> Span {
    if end.file == start.file && end.end >= start.start { Span { end: end.end, ..start } } else { start }
}
