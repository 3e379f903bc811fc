//! Clauses of rules in their files.

use crate::source::{SourceMap, Span};

/// A line of a file and the part of it that belongs to a clause.
pub struct Line<'s> {
    /// The text before, without the indentation.
    pub before: &'s str,
    /// The part of the clause.
    pub clause: &'s str,
    /// The text after it.
    pub after: &'s str,
}

/// Maximum number of lines that are shown of a clause.
const LINES: usize = 4;

/// `FILE:LINE` of a span.
pub fn at(sources: &SourceMap, span: Span) -> String {
    let span = sources.outward(span);
    let file = sources.file(span.file);
    format!("{}:{}", file.name, file.position(span.start as usize).line)
}

/// The lines of a span.
pub fn lines(sources: &SourceMap, span: Span) -> Vec<Line<'_>> {
    let span = sources.outward(span);
    let file = sources.file(span.file);
    let (first, last) = (file.line_index(span.start as usize), file.line_index(span.end as usize));
    let mut lines = Vec::new();
    for line in (first..=last).take(LINES) {
        let range = file.line_range(line);
        let text = file.text.get(range.clone()).unwrap_or_default();
        let indent = range.start + (text.len() - text.trim_start().len());
        let start = (span.start as usize).clamp(indent, range.end.max(indent));
        let end = (span.end as usize).clamp(start, range.end.max(start));
        let part = |from: usize, to: usize| file.text.get(from..to).unwrap_or_default();
        lines.push(Line {
            before: part(indent, start),
            clause: part(start, end),
            after: part(end, range.end),
        });
    }
    lines
}

/// The clause on one line.
pub fn text(sources: &SourceMap, span: Span) -> String {
    sources.slice(span).split_whitespace().collect::<Vec<_>>().join(" ")
}
