//! Findings to text, one file per format. Pure: what is printed where is the caller's affair.

pub mod alert;
pub mod by_control;
pub mod concise;
pub mod coverage;
pub mod falco;
pub mod fingerprint;
mod format;
pub mod full;
pub mod github;
pub mod gitlab;
pub mod graph;
mod html;
pub mod json;
pub mod lsp;
pub mod page;
pub mod sarif;
pub mod scan;
pub mod scan_page;
pub mod table;
pub mod testing;
pub mod uri;

pub use format::{Command, Format, render};

use crate::diag::{Diagnostic, Severity};
use crate::source::SourceMap;
use std::borrow::Cow;

/// What is reported.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The files.
    pub sources: &'a SourceMap,
    /// The findings, in the order to show them.
    pub diagnostics: &'a [Diagnostic],
    /// The numbers.
    pub summary: Summary,
    /// Use colours; only `full` does.
    pub color: bool,
    /// Absolute directory that relative file names start from; only `lsp` and `gitlab` need it.
    pub base: Option<&'a str>,
}

/// The numbers of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Rules files read.
    pub files: usize,
    /// YAML files in directories that are no rules files.
    pub skipped: usize,
    /// Rules defined.
    pub rules: usize,
    /// Macros defined.
    pub macros: usize,
    /// Lists defined.
    pub lists: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are neither.
    pub infos: usize,
    /// Findings that `--fix` would mend.
    pub fixable: usize,
}

impl Summary {
    /// Counts the findings.
    #[doc(hidden)]
    pub fn count(mut self, sources: &SourceMap, diagnostics: &[Diagnostic]) -> Summary {
        let of = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
        self.errors = of(Severity::Error);
        self.warnings = of(Severity::Warning);
        self.infos = of(Severity::Info);
        let fixes = diagnostics.iter().filter_map(|d| d.fix.as_ref());
        self.fixable = fixes.filter(|fix| crate::fix::is_applicable(fix, sources)).count();
        self
    }

    /// The summary as one line, without a line break.
    pub fn line(&self) -> String {
        let found = [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "info")];
        let found: Vec<String> =
            found.iter().filter(|(count, _)| *count > 0).map(|&(count, word)| counted(count, word)).collect();
        let found = if found.is_empty() { "no problems".to_owned() } else { found.join(", ") };
        let mut line = format!(
            "{found} in {} ({}, {}, {})",
            counted(self.files, "file"),
            counted(self.rules, "rule"),
            counted(self.macros, "macro"),
            counted(self.lists, "list"),
        );
        if self.skipped > 0 {
            line += &format!("; skipped {} without rules", counted(self.skipped, "YAML file"));
        }
        if self.fixable > 0 {
            line += &format!("; `--fix` mends {}", self.fixable);
        }
        line
    }
}

/// `1 file`, `2 files`, `2 fixes`.
pub fn counted(count: usize, word: &str) -> String {
    let plural = match word {
        _ if count == 1 => "",
        word if word.ends_with('x') => "es",
        _ => "s",
    };
    format!("{count} {word}{plural}")
}

/// Text from a file made safe for a terminal: control characters and those that reorder text are
/// shown as such, so that a rules file cannot dress up what rulec says of it.
pub fn visible(text: &str) -> Cow<'_, str> {
    let harmless = |c: char| visible_char(c) == c;
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(visible_char).collect())
}

/// See [`visible`]. A line break is a control character too.
pub fn visible_char(c: char) -> char {
    match c {
        '\t' => ' ',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            '\u{fffd}'
        }
        _ => c,
    }
}
