//! The canonical shape of rules files: white space in, edits out, and never a changed meaning.
//!
//! Each item is written anew from its tree. The result is read again and compared with the file; an item that
//! would say anything else, and what cannot be read, stays as it is, byte for byte.

mod clauses;
mod flow;
mod layout;
mod lists;
mod order;
mod regions;
mod same;
mod scalars;
mod writer;

pub use lists::Lists;

use crate::config::Layout;
use crate::diag::Edit;
use crate::fix;
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::yaml::{self, Stream};
use regions::{FileLines, Region, RegionKind};
use same::{Difference, Side};
use std::collections::HashSet;
use std::ops::Range;

/// How to format.
#[derive(Debug, Default, Clone)]
pub struct Options {
    /// What `rulec.toml` says of it.
    pub layout: Layout,
    /// Lists of other files that the conditions may name. Those of the file itself are known.
    pub lists: Lists,
}

/// What came of it.
#[derive(Debug, Default, Clone)]
pub struct Formatted {
    /// The changes, in order; they do not touch each other's lines. Their file is `FileId(0)`.
    pub edits: Vec<Edit>,
    /// What was left as it is.
    pub skipped: Vec<Skipped>,
}

/// Lines that were left as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where.
    pub span: Span,
    /// Why.
    pub why: SkipReason,
}

/// Why lines were left as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// They are not YAML.
    NotYaml,
    /// They are no items of a list.
    NotItems,
    /// A condition that cannot be read by itself.
    Condition,
    /// The file is not UTF-8.
    NotText,
    /// YAML out of the ordinary, which might not say the same in another shape.
    Unusual,
}

impl SkipReason {
    /// In words, after "left as it is: ".
    pub fn text(self) -> &'static str {
        match self {
            SkipReason::NotYaml => "not YAML",
            SkipReason::NotItems => "not an item of a list",
            SkipReason::Condition => "the condition cannot be read",
            SkipReason::NotText => "not UTF-8",
            SkipReason::Unusual => "YAML that might not mean the same in another shape",
        }
    }
}

impl Formatted {
    /// The whole text after the edits.
    pub fn text(&self, file: &SourceFile) -> String {
        fix::edited(&file.text, self.edits.iter().collect())
    }
}

/// Formats a file.
pub fn document(file: &SourceFile, options: &Options) -> Formatted {
    format(file, options, None)
}

/// Formats the items and comments that these lines touch, counted from 0.
pub fn range(file: &SourceFile, options: &Options, lines: Range<usize>) -> Formatted {
    let starts = file.line_starts();
    let at = |line: usize| starts.get(line).map_or(file.text.len(), |&start| start as usize);
    format(file, options, Some(at(lines.start)..at(lines.end.max(lines.start + 1))))
}

/// An item that differs only beside others takes a round; of more than these, the file is left alone.
const ROUNDS: usize = 32;

fn format(file: &SourceFile, options: &Options, only: Option<Range<usize>>) -> Formatted {
    let stream = yaml::parse(FileId(0), file);
    let whole = |why| {
        let span = Span::new(FileId(0), 0, file.line_range(0).end);
        Formatted { edits: Vec::new(), skipped: vec![Skipped { span, why }] }
    };
    // A carriage return alone ends a line in YAML, and nearly nowhere else.
    let lone = file.text.replace("\r\n", "\n").contains('\r');
    if file.invalid_utf8.is_some() {
        return whole(SkipReason::NotText);
    }
    if lone {
        return whole(SkipReason::Unusual);
    }
    let mut lists = options.lists.clone();
    lists.add(&stream);
    let page = FileLines::new(file, &stream);
    let Some(regions) = page.regions(&stream) else { return whole(SkipReason::Unusual) };
    let job = FileFormatter {
        file,
        stream: &stream,
        page: &page,
        regions: &regions,
        layout: &options.layout,
        lists,
        only,
    };
    let mut frozen: HashSet<usize> = HashSet::new();
    // Falco takes what runs on to the end of the file for one text; its author did not mean that.
    if let Some(quote) = stream.unclosed {
        frozen.extend(job.item_at(quote.start as usize));
    }
    for round in 0..ROUNDS {
        let formatted = job.run(&frozen);
        let Some(difference) = job.difference(&formatted.text(file)) else { return formatted };
        let before = frozen.len();
        if round == 0 {
            frozen.extend(job.different());
        }
        if let Difference::Item(index) = difference
            && !frozen.insert(index)
            && frozen.len() == before
        {
            // What is before an item can be to blame as well.
            frozen.extend(index.checked_sub(1));
        }
        if frozen.len() == before {
            break;
        }
    }
    whole(SkipReason::Unusual)
}

struct FileFormatter<'a> {
    file: &'a SourceFile,
    stream: &'a Stream,
    page: &'a FileLines<'a>,
    regions: &'a [Region<'a>],
    layout: &'a Layout,
    lists: Lists,
    only: Option<Range<usize>>,
}

impl FileFormatter<'_> {
    /// The item that holds a byte.
    fn item_at(&self, offset: usize) -> Option<usize> {
        let region = self.regions.iter().find(|region| region.range.contains(&offset))?;
        if let RegionKind::Item(item) = &region.what { Some(item.index) } else { None }
    }

    /// All edits, `frozen` items left alone.
    fn run(&self, frozen: &HashSet<usize>) -> Formatted {
        let mut formatted = Formatted::default();
        let crlf = self.file.text.find('\n').is_some_and(|at| self.file.text[..at].ends_with('\r'));
        let mut is_after_frozen = false;
        for (at, region) in self.regions.iter().enumerate() {
            let touched = self
                .only
                .as_ref()
                .is_none_or(|only| region.range.start < only.end && only.start < region.range.end);
            if !touched {
                is_after_frozen =
                    matches!(&region.what, RegionKind::Item(item) if frozen.contains(&item.index));
                continue;
            }
            let new = match &region.what {
                RegionKind::Item(item) => {
                    let new = self.item(item, region, frozen, &mut formatted.skipped);
                    is_after_frozen = new.is_none();
                    new
                }
                RegionKind::Between { columns, other } => {
                    if let Some(span) = other {
                        let why = if self.stream.errors.is_empty() {
                            SkipReason::NotItems
                        } else {
                            SkipReason::NotYaml
                        };
                        formatted.skipped.push(Skipped { span: *span, why });
                    }
                    let is_last = at + 1 == self.regions.len();
                    // The end of what stays as it is may reach into the blank lines below.
                    (other.is_none() && !is_after_frozen)
                        .then(|| between(&self.file.text[region.range.clone()], *columns, at == 0, is_last))
                }
            };
            let Some(new) = new else { continue };
            let new = if crlf { new.replace('\n', "\r\n") } else { new };
            formatted.edits.extend(edit(&self.file.text, region.range.clone(), &new));
        }
        formatted
    }

    fn item(
        &self,
        item: &regions::ItemRegion<'_>,
        region: &Region<'_>,
        frozen: &HashSet<usize>,
        skipped: &mut Vec<Skipped>,
    ) -> Option<String> {
        let written = (!frozen.contains(&item.index))
            .then(|| writer::item(item, region.range.clone(), self.page, self.layout, &self.lists));
        let Some(written) = written.flatten() else {
            skipped.push(Skipped { span: item.node.span, why: SkipReason::Unusual });
            return None;
        };
        skipped.extend(written.unread.iter().map(|&span| Skipped { span, why: SkipReason::Condition }));
        let ordered =
            self.layout.key_order.then(|| order::ordered(item.node, &written, item.column)).flatten();
        Some(ordered.unwrap_or(written.text))
    }

    fn difference(&self, text: &str) -> Option<Difference> {
        if *text == *self.file.text {
            return None;
        }
        if self.stream.errors.is_empty() && !yaml::is_accepted(text) {
            return Some(Difference::Elsewhere);
        }
        let old = Side { text: &self.file.text, stream: self.stream };
        same::difference(old, Side { text, stream: &read(text) }, &self.lists)
    }

    /// The items that say something else even by themselves.
    fn different(&self) -> Vec<usize> {
        let is_different = |region: &&Region<'_>| {
            let RegionKind::Item(item) = &region.what else { return false };
            let new = self.item(item, region, &HashSet::new(), &mut Vec::new());
            let old = &self.file.text[region.range.clone()];
            new.is_some_and(|new| {
                let (a, b) = (read(old), read(&new));
                let (old, new) = (Side { text: old, stream: &a }, Side { text: &new, stream: &b });
                (a.errors.is_empty() && !yaml::is_accepted(new.text))
                    || same::difference(old, new, &self.lists).is_some()
            })
        };
        let index = |region: &Region<'_>| {
            if let RegionKind::Item(item) = &region.what { Some(item.index) } else { None }
        };
        self.regions.iter().filter(is_different).filter_map(index).collect()
    }
}

fn read(text: &str) -> Stream {
    yaml::parse(FileId(0), &SourceFile::new("", text))
}

/// What stands between items: comments at the column of the items, at most one blank line at a time.
fn between(text: &str, columns: (usize, usize), is_first: bool, is_last: bool) -> String {
    let mut column = columns.0;
    let mut out = String::new();
    let mut blank = false;
    for line in text.lines() {
        let line = line.trim_matches([' ', '\t', '\r']);
        if line.is_empty() {
            blank = !(is_first && out.is_empty());
            continue;
        }
        if std::mem::take(&mut blank) {
            out.push('\n');
        }
        if line.starts_with('#') {
            out += &" ".repeat(column);
        } else {
            column = columns.1;
        }
        out += line;
        out.push('\n');
    }
    if blank && !is_last {
        out.push('\n');
    }
    out
}

/// The change of one piece, lines that are the same at its ends left out.
fn edit(text: &str, range: Range<usize>, new: &str) -> Option<Edit> {
    let old = text.get(range.clone())?;
    if old == new {
        return None;
    }
    let same = |a: &mut dyn Iterator<Item = &str>, b: &mut dyn Iterator<Item = &str>| -> usize {
        a.zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a.len()).sum()
    };
    let lines = |text| -> Vec<&str> { str::split_inclusive(text, '\n').collect() };
    let (a, b) = (lines(old), lines(new));
    let head = same(&mut a.iter().copied(), &mut b.iter().copied());
    let (a, b) = (lines(&old[head..]), lines(&new[head..]));
    let tail = same(&mut a.iter().rev().copied(), &mut b.iter().rev().copied());
    let span = Span::new(FileId(0), range.start + head, range.end - tail);
    Some(Edit { span, text: new[head..new.len() - tail].to_owned() })
}
