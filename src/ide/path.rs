//! The path from the top of a piece to a place in it, by lines and brackets alone, since the piece may not be YAML.

use super::lines::{self, Line};
use std::ops::Range;

/// A step from the top of a piece to a place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PathStep {
    Element,
    Key(Range<usize>),
}

#[derive(Debug, Default)]
pub(super) struct Path {
    /// Outermost first.
    pub steps: Vec<PathStep>,
    /// True if a key is or could be here.
    pub key: Option<Range<usize>>,
    /// Index of the line of the innermost key.
    pub row: Option<usize>,
    /// Start of the value that contains the place.
    pub value: usize,
}

impl Path {
    /// The path to a place on a line.
    pub fn find(text: &str, lines: &[Line], row: usize, at: usize) -> Path {
        let line = &lines[row];
        let column = at - line.range.start;
        let mut path = Path { value: line.value.start, ..Path::default() };
        let mut steps: Vec<(usize, PathStep)> = Vec::new();
        let mut limit = column;
        let content = line.indent.min(column);
        match &line.key {
            Some(key) if at > key.end => {
                path.row = Some(row);
                steps.push((line.indent, PathStep::Key(key.clone())));
                limit = line.indent;
            }
            Some(key) if at >= key.start => {
                path.key = Some(key.clone());
                limit = line.indent;
            }
            _ => {
                let is_blank = line.is_blank();
                path.key = Some(if is_blank { at..at } else { word_at(text, line, at) });
                limit = if is_blank { limit } else { content };
            }
        }
        climb(&line.dashes, &mut limit, &mut steps);
        for above in (0..row).rev() {
            let line = &lines[above];
            let is_element = matches!(steps.last(), Some((_, PathStep::Element)));
            // The elements of a key may be indented no more than the key.
            let reaches =
                line.indent < limit || (is_element && line.indent == limit && line.dashes.is_empty());
            if let Some(key) = line.key.clone().filter(|_| reaches) {
                if !steps.iter().any(|(_, step)| matches!(step, PathStep::Key(_))) {
                    path.row = Some(above);
                    if steps.is_empty() {
                        path.value = line.value.start;
                    }
                }
                limit = line.indent;
                steps.push((limit, PathStep::Key(key)));
            }
            climb(&line.dashes, &mut limit, &mut steps);
            if limit == 0 && steps.last().is_some_and(|(_, step)| *step == PathStep::Element) {
                break;
            }
        }
        path.steps = steps.into_iter().rev().map(|(_, step)| step).collect();
        path
    }

    /// The keys on the path; `None` for an element.
    pub fn names<'t>(&self, text: &'t str) -> Vec<Option<&'t str>> {
        let name = |step: &PathStep| match step {
            PathStep::Element => None,
            PathStep::Key(key) => Some(text.get(key.clone()).unwrap_or_default()),
        };
        self.steps.iter().map(name).collect()
    }
}

/// Adds the dashes of a line that are further left.
fn climb(dashes: &[usize], limit: &mut usize, steps: &mut Vec<(usize, PathStep)>) {
    for &dash in dashes.iter().rev() {
        if dash < *limit {
            *limit = dash;
            steps.push((dash, PathStep::Element));
        }
    }
}

/// The word on a line at the place, or an empty range at the place.
fn word_at(text: &str, line: &Line, at: usize) -> Range<usize> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let before = &text[line.range.start..at];
    let start = at - (before.len() - before.trim_end_matches(is_word).len());
    let after = &text[at..line.range.end.max(at)];
    let end = at + after.find(|c| !is_word(c)).unwrap_or(after.len());
    // The dash of an element is no word.
    let start = start.max(line.dashes.last().map_or(0, |dash| line.range.start + dash + 1)).min(at);
    start..end
}

/// The keys of the mapping of a line, without that of the line itself.
pub(super) fn siblings<'s>(text: &'s str, lines: &[Line], row: usize, at: usize) -> Vec<&'s str> {
    let line = &lines[row];
    let column = if line.is_blank() { at - line.range.start } else { line.indent };
    let starts = |at: usize| lines[at].dashes.last().is_some_and(|&dash| dash < column);
    let ends = |at: usize| {
        let line = &lines[at];
        !line.is_blank() && line.first_column() < column
    };
    let mut first = row;
    while first > 0 && !(starts(first) && lines[first].indent == column) && !(ends(first) && first != row) {
        first -= 1;
    }
    let mut last = row + 1;
    while last < lines.len() && !ends(last) {
        last += 1;
    }
    let there = (first..last).filter(|&at| at != row && lines[at].indent == column);
    there.filter_map(|at| text.get(lines[at].key.clone()?)).collect()
}

pub(super) struct Flow<'s> {
    /// Keys and elements on the path from the outermost bracket.
    pub names: Vec<Option<&'s str>>,
    /// The bracket that contains the place.
    pub word: Range<usize>,
    /// True if a key is expected at the place.
    pub is_key: bool,
    /// The keys before it in its mapping.
    pub keys: Vec<&'s str>,
}

/// Reads a list or mapping in brackets up to a place; `None` if it is closed before.
pub(super) fn flow(text: &str, open: usize, at: usize) -> Option<Flow<'_>> {
    struct Level<'s> {
        map: bool,
        key: Option<&'s str>,
        keys: Vec<&'s str>,
        start: usize,
    }
    let mut levels: Vec<Level<'_>> = Vec::new();
    let bytes = text.as_bytes();
    let mut place = open;
    while place < at {
        let here = place;
        place += 1;
        match bytes[here] {
            quote @ (b'"' | b'\'')
                if levels.last().is_some_and(|level| text[level.start..here].trim().is_empty()) =>
            {
                let close = text[place..at].find(quote as char);
                place = close.map_or(at, |close| place + close + 1);
            }
            bracket @ (b'[' | b'{') => {
                levels.push(Level { map: bracket == b'{', key: None, keys: Vec::new(), start: place });
            }
            b']' | b'}' => {
                levels.pop();
                levels.last()?;
            }
            b',' => {
                let level = levels.last_mut()?;
                level.keys.extend(level.key.take());
                level.start = place;
            }
            b':' if bytes.get(place).is_none_or(u8::is_ascii_whitespace) => {
                let level = levels.last_mut()?;
                if level.map && level.key.is_none() {
                    let key = lines::unquoted(text, lines::trimmed(text, level.start..here));
                    level.key = text.get(key);
                    level.start = place;
                }
            }
            _ => {}
        }
    }
    let names = levels.iter().enumerate().filter_map(|(depth, level)| {
        let inner = depth + 1 < levels.len();
        match (level.map, level.key) {
            (true, Some(key)) => Some(Some(key)),
            // A mapping in a list is one element, which the list has added already.
            (true, None) => None,
            (false, _) => Some(None).filter(|_| inner || !level.map),
        }
    });
    let names: Vec<_> = names.collect();
    let last = levels.last()?;
    let is_key = last.map && last.key.is_none();
    let rest = &text[at..];
    let stop = rest.find([',', ']', '}', '\n', '\r']).unwrap_or(rest.len());
    let stop = if is_key { rest[..stop].find(':').unwrap_or(stop) } else { stop };
    let start = last.start + (text[last.start..at].len() - text[last.start..at].trim_start().len());
    let end = (at + rest[..stop].trim_end().len()).max(at);
    Some(Flow { names, word: start..end, is_key, keys: last.keys.clone() })
}
