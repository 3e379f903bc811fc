//! Suppressions: `# rulec: allow NAME, … -- reason` comments and the findings they silence.

mod parse;

use super::meta::{MALFORMED_SUPPRESSION, UNKNOWN_CHECK, UNUSED_SUPPRESSION};
use crate::diag::{Check, Diagnostic, Edit, Fix, Group, Severity};
use crate::source::{FileId, SourceFile, SourceMap, Span};
use parse::{Comment, Verb};
use std::ops::Range;

/// What stands where in one file, as far as suppressions care.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The file.
    pub file: FileId,
    /// Spans of the comments, `#` included, line break excluded.
    pub comments: &'a [Span],
    /// Spans of the top-level items, in order.
    pub items: &'a [Span],
}

/// Drops the findings that comments allow, and adds those about the comments themselves.
pub fn apply<'a>(
    sources: &SourceMap,
    scopes: impl IntoIterator<Item = Scope<'a>>,
    diagnostics: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut complaints = Vec::new();
    for scope in scopes {
        read(sources, scope, &mut found, &mut complaints);
    }
    let broken: Vec<FileId> = diagnostics
        .iter()
        .filter(|d| d.check.group == Group::Yaml && d.severity == Severity::Error)
        .map(|d| d.primary.span.file)
        .collect();
    let mut kept = silence(sources, &mut found, diagnostics);
    // Complaints about comments can be suppressed like any other finding, but not by what they are about:
    // so those that are about `unused-suppression` itself come last and stay.
    let (about_self, others): (Vec<usize>, Vec<usize>) =
        (0..found.len()).partition(|&at| found[at].allows(&UNUSED_SUPPRESSION));
    // Behind a YAML error nothing is found, so nothing there can be called unused.
    complaints.extend(others.iter().map(|&at| &found[at]).filter_map(|s| s.unused(sources, &broken)));
    kept.extend(silence(sources, &mut found, complaints));
    kept.extend(about_self.iter().map(|&at| &found[at]).filter_map(|s| s.unused(sources, &broken)));
    kept
}

/// A comment that allows something somewhere.
struct Suppression {
    comment: Span,
    names: Vec<Name>,
    /// Start of the comment's text that `--fix` keeps: reason, if any.
    tail: Span,
    target: Target,
}

struct Name {
    check: &'static Check,
    span: Span,
    used: bool,
}

enum Target {
    /// Findings that touch these lines (0-based).
    Lines(Range<usize>),
    /// Findings that start in this range of bytes.
    Bytes(Range<usize>),
    /// All of the file.
    File,
    /// Nothing follows the comment.
    Nothing,
}

impl Suppression {
    fn allows(&self, check: &'static Check) -> bool {
        self.names.iter().any(|name| name.check == check)
    }

    fn covers(&self, file: &SourceFile, span: Span) -> bool {
        if span.file != self.comment.file {
            return false;
        }
        match &self.target {
            Target::File => true,
            Target::Nothing => false,
            Target::Bytes(range) => range.contains(&(span.start as usize)),
            Target::Lines(lines) => {
                let last = span.end.saturating_sub(1).max(span.start);
                let (first, last) = (file.line_index(span.start as usize), file.line_index(last as usize));
                first < lines.end && lines.start <= last
            }
        }
    }

    /// The complaint about the names that silenced nothing, if there are any.
    fn unused(&self, sources: &SourceMap, broken: &[FileId]) -> Option<Diagnostic> {
        if broken.contains(&self.comment.file) {
            return None;
        }
        let unused: Vec<&Name> = self.names.iter().filter(|name| !name.used).collect();
        let first = unused.first()?;
        let list = unused.iter().map(|name| format!("`{}`", name.check.name)).collect::<Vec<_>>().join(", ");
        let whole = unused.len() == self.names.len();
        let span = if whole { self.comment } else { first.span };
        let mut diagnostic =
            Diagnostic::new(&UNUSED_SUPPRESSION, span, format!("suppression of {list} suppresses nothing"));
        if !whole {
            for name in &unused[1..] {
                diagnostic = diagnostic.label(name.span, "this one neither");
            }
        }
        if matches!(self.target, Target::Nothing) {
            diagnostic = diagnostic.help("put the comment before an item, or at the end of a line");
        }
        diagnostic.fix = Some(self.removal(sources, whole));
        Some(diagnostic)
    }

    /// The edit that removes the unused names, or the comment when none is left.
    fn removal(&self, sources: &SourceMap, whole: bool) -> Fix {
        let file = sources.file(self.comment.file);
        if whole {
            let edit = Edit { span: whole_comment(file, self.comment), text: String::new() };
            return Fix { title: "remove the comment".into(), edits: vec![edit], safe: true };
        }
        let start = self.names.first().map_or(self.comment.start, |name| name.span.start);
        let kept = self.names.iter().filter(|name| name.used);
        let text = kept.map(|name| sources.slice(name.span)).collect::<Vec<_>>().join(", ");
        let span = Span { start, end: self.tail.start, ..self.comment };
        Fix { title: "remove the unused names".into(), edits: vec![Edit { span, text }], safe: true }
    }
}

/// Reads the comments of one file.
fn read(
    sources: &SourceMap,
    scope: Scope<'_>,
    found: &mut Vec<Suppression>,
    complaints: &mut Vec<Diagnostic>,
) {
    let file = sources.file(scope.file);
    for &span in scope.comments {
        let Some(comment) = parse::comment(sources.slice(span), span) else { continue };
        let Comment { verb, names, tail } = match comment {
            Ok(comment) => comment,
            Err(problem) => {
                complaints.push(
                    Diagnostic::new(&MALFORMED_SUPPRESSION, problem.span, problem.message)
                        .help("write `# rulec: allow NAME, … -- reason`"),
                );
                continue;
            }
        };
        let late = scope.items.first().is_some_and(|first| first.start < span.start);
        if verb == Verb::AllowFile && late {
            complaints.push(
                Diagnostic::new(&MALFORMED_SUPPRESSION, span, "`allow-file` stands after the first item")
                    .help("move it to the top of the file, or use `allow` before one item"),
            );
            continue;
        }
        let mut known = Vec::new();
        for (name, span) in names {
            match super::find(&name) {
                Some(check) => known.push(Name { check, span, used: false }),
                None => complaints.push(unknown(&name, span)),
            }
        }
        if known.is_empty() {
            continue;
        }
        let target = if verb == Verb::AllowFile { Target::File } else { target(file, scope, span) };
        found.push(Suppression { comment: span, names: known, tail, target });
    }
}

/// The complaint about a name that belongs to no check.
pub fn unknown(name: &str, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(&UNKNOWN_CHECK, span, format!("there is no check named `{name}`"));
    match super::did_you_mean(name) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None => diagnostic.help("`rulec list checks` shows every name"),
    }
}

fn silence(
    sources: &SourceMap,
    suppressions: &mut [Suppression],
    diagnostics: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let is_kept = |diagnostic: &Diagnostic| {
        let mut kept = true;
        let span = diagnostic.primary.span;
        let file = sources.file(span.file);
        // Every comment that covers the finding counts as used, not only the first.
        for suppression in suppressions.iter_mut().filter(|s| s.covers(file, span)) {
            for name in suppression.names.iter_mut().filter(|name| name.check == diagnostic.check) {
                name.used = true;
                kept = false;
            }
        }
        kept
    };
    let mut is_kept = is_kept;
    diagnostics.into_iter().filter(|diagnostic| is_kept(diagnostic)).collect()
}

/// What a comment at this place is about.
fn target(file: &SourceFile, scope: Scope<'_>, comment: Span) -> Target {
    let line = file.line_index(comment.start as usize);
    let before = &file.text[file.line_range(line).start..comment.start as usize];
    if !before.trim().is_empty() {
        // A block scalar cannot hold comments: the one on its header speaks for its lines.
        let opens_block = before.split_whitespace().next_back().is_some_and(is_block_header);
        let end = if opens_block { block_end(file, line) } else { line + 1 };
        return Target::Lines(line..end);
    }
    let Some(next) = next_content(file, line + 1) else { return Target::Nothing };
    let start = file.line_range(next).start;
    let starts_here = |item: &&Span| file.line_index(item.start as usize) == next;
    if let Some(item) = scope.items.iter().find(starts_here) {
        return Target::Bytes(start..(item.end as usize).max(start + 1));
    }
    if scope.items.iter().any(|item| item.range().contains(&start)) {
        // Inside an item the comment speaks for the entry that follows.
        let last = block_end(file, next) - 1;
        return Target::Bytes(start..file.line_range(last).end.max(start + 1));
    }
    Target::Nothing
}

fn is_block_header(word: &str) -> bool {
    let mut rest = word.chars();
    matches!(rest.next(), Some('|' | '>'))
        && rest.all(|c| matches!(c, '+' | '-') || c.is_ascii_digit())
        && word.len() <= 3
}

/// The first line at or after `line` that is neither blank nor a comment.
fn next_content(file: &SourceFile, line: usize) -> Option<usize> {
    (line..file.line_starts().len()).find(|&line| {
        let text = file.text[file.line_range(line)].trim_start();
        !text.is_empty() && !text.starts_with('#')
    })
}

/// One past the last line that belongs to the entry starting on `line`, by indentation.
fn block_end(file: &SourceFile, line: usize) -> usize {
    let indent = |line: usize| {
        let text = &file.text[file.line_range(line)];
        let body = text.trim_start_matches([' ', '\t']);
        (!body.trim().is_empty()).then_some(text.len() - body.len())
    };
    let own = indent(line).unwrap_or(0);
    let mut end = line + 1;
    for next in line + 1..file.line_starts().len() {
        match indent(next) {
            Some(deeper) if deeper > own => end = next + 1,
            Some(_) => break,
            None => {}
        }
    }
    end
}

/// The comment with what would be left over: its whole line, or the blanks before it.
fn whole_comment(file: &SourceFile, comment: Span) -> Span {
    let line = file.line_index(comment.start as usize);
    let range = file.line_range(line);
    let before = &file.text[range.start..comment.start as usize];
    let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
    if before.trim().is_empty() {
        let next = file.line_starts().get(line + 1).map_or(range.end, |&start| start as usize);
        return Span::new(comment.file, range.start, next);
    }
    Span::new(comment.file, comment.start as usize - blanks, comment.end as usize)
}
