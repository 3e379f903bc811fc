//! Findings with their places spelled out.

use crate::analysis::{Analysis, findings as all_findings};
use crate::config::Levels;
use crate::diag::{self, Diagnostic, Severity};
use crate::lint;
use crate::render::{self, Format, Summary, page};
use crate::source::{SourceMap, Span};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

/// The result of [`Ruleset::check`](super::Ruleset::check).
#[derive(Clone, Debug)]
pub struct Report {
    /// The findings, in the order of the files.
    pub findings: Vec<Finding>,
    /// Counts of files, items and findings.
    pub summary: Summary,
    sources: SourceMap,
    diagnostics: Vec<Diagnostic>,
}

/// A finding.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The name of the check, such as `unknown-field`.
    pub check: &'static str,
    /// The code of the check, such as `RC0001`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// Where, and a few words about the place, which may be empty.
    pub place: Place,
    /// The words at the place.
    pub label: String,
    /// Other places that matter.
    pub labels: Vec<Label>,
    /// What to do, as an imperative.
    pub help: Option<String>,
    /// A change that mends it.
    pub fix: Option<Fix>,
}

/// A range in a file. Lines and columns count from 1, columns in characters; the end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of the file, as it was given.
    pub file: String,
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The line of the end.
    pub end_line: u32,
    /// The column of the end.
    pub end_column: u32,
    /// The same in bytes of the text.
    pub bytes: Range<usize>,
}

/// A place with a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// The words.
    pub text: String,
}

/// A change that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative.
    pub title: String,
    /// True if it cannot change what a loaded rule means.
    pub safe: bool,
    /// Replacements that do not overlap.
    pub edits: Vec<Edit>,
}

/// A replacement of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub place: Place,
    /// The new text.
    pub text: String,
}

impl Report {
    pub(super) fn of(mut analysis: Analysis) -> Report {
        let diagnostics = all_findings(&mut analysis, &Levels::default());
        let files = analysis.files.iter().map(|facts| facts.on_disk).collect::<BTreeSet<_>>().len();
        let mut summary = Summary { files, ..Summary::default() };
        for facts in &analysis.files {
            summary.rules += facts.counts.rules;
            summary.macros += facts.counts.macros;
            summary.lists += facts.counts.lists;
        }
        let sources = analysis.sources;
        let summary = summary.count(&sources, &diagnostics);
        Report { findings: findings(&sources, &diagnostics), summary, sources, diagnostics }
    }

    /// The findings as `rulec check --format` prints them, without colours.
    pub fn render(&self, format: Format) -> String {
        let Report { sources, diagnostics, summary, .. } = self;
        render::render(
            format,
            &render::Report { sources, diagnostics, summary: *summary, color: false, base: None },
        )
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { check, severity, message, place: Place { file, line, column, .. }, .. } = self;
        write!(f, "{file}:{line}:{column}: {severity}[{check}] {message}")
    }
}

/// The page of a check as Markdown, by its name or code. `None` if there is no such check.
///
/// ```
/// assert!(rulec::explain("unused-macro").is_some_and(|page| page.starts_with("# ")));
/// ```
pub fn explain(check: &str) -> Option<String> {
    lint::find(check).map(page::markdown)
}

pub(super) fn findings(sources: &SourceMap, diagnostics: &[Diagnostic]) -> Vec<Finding> {
    diagnostics.iter().map(|diagnostic| finding(sources, diagnostic)).collect()
}

fn finding(sources: &SourceMap, diagnostic: &Diagnostic) -> Finding {
    let label = |label: &diag::Label| Label { place: place(sources, label.span), text: label.text.clone() };
    let edit = |edit: &diag::Edit| Edit { place: place(sources, edit.span), text: edit.text.clone() };
    let fix = |fix: &diag::Fix| Fix {
        title: fix.title.clone(),
        safe: fix.safe,
        edits: fix.edits.iter().map(edit).collect(),
    };
    Finding {
        check: diagnostic.check.name,
        code: diagnostic.check.code,
        severity: diagnostic.severity,
        message: diagnostic.message.clone(),
        place: place(sources, diagnostic.primary.span),
        label: diagnostic.primary.text.clone(),
        labels: diagnostic.labels.iter().map(label).collect(),
        help: diagnostic.help.clone(),
        fix: diagnostic.fix.as_ref().map(fix),
    }
}

pub(super) fn place(sources: &SourceMap, span: Span) -> Place {
    let span = sources.outward(span);
    let file = sources.file(span.file);
    let (start, end) = (file.position(span.start as usize), file.position(span.end as usize));
    Place {
        file: file.name.clone(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        bytes: span.range(),
    }
}
