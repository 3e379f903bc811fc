//! `full`: findings with their source text, for people.

mod terminal;

use super::{Report, visible};
use crate::diag::{Diagnostic, Label, Severity};
use crate::source::{FileId, SourceMap, Span, floor_char_boundary};
use codespan_reporting::diagnostic::{self as codespan, LabelStyle};
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::{self, Config};
use std::ops::Range;
use terminal::Terminal;

/// Maximum length of a line that is shown: longer ones are generated.
const LONGEST_LINE: usize = 1000;

/// Renders a report.
pub fn render(report: &Report<'_>) -> String {
    let files = SourceFiles(report.sources);
    let config = Config { start_context_lines: 2, end_context_lines: 1, ..Config::default() };
    let mut out = Terminal::new(report.color);
    for d in report.diagnostics {
        let shown = to_codespan(report.sources, d);
        if term::emit_to_write_style(&mut out, &config, &files, &shown).is_err() {
            // A finding is shown even if its place cannot be drawn.
            out.line(&format!("{}[{}]: {}", d.severity, d.check.name, visible(&d.message)));
        }
    }
    out.text()
}

fn to_codespan(sources: &SourceMap, d: &Diagnostic) -> codespan::Diagnostic<usize> {
    let severity = match d.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Info => codespan::Severity::Note,
    };
    let secondary = d.labels.iter().map(|label| (LabelStyle::Secondary, label));
    let all: Vec<_> = std::iter::once((LabelStyle::Primary, &d.primary)).chain(secondary).collect();
    let mut notes = Vec::new();
    let labels = if all.iter().all(|(_, label)| is_readable(sources, label.span)) {
        all.into_iter().map(|(style, label)| to_label(sources, style, label)).collect()
    } else {
        notes.push(format!("at {}", place(sources, d.primary.span)));
        Vec::new()
    };
    notes.extend(d.help.as_ref().map(|help| format!("help: {}", visible_lines(help))));
    if let Some(fix) = &d.fix {
        let how = if fix.safe { " (`--fix` does)" } else { "" };
        notes.push(format!("fix: {}{how}", visible_lines(&fix.title)));
    }
    codespan::Diagnostic {
        severity,
        code: Some(d.check.name.into()),
        message: visible(&d.message).into_owned(),
        labels,
        notes,
    }
}

fn to_label(sources: &SourceMap, style: LabelStyle, label: &Label) -> codespan::Label<usize> {
    let text = &sources.file(label.span.file).text;
    let start = floor_char_boundary(text, label.span.start as usize);
    let mut end = floor_char_boundary(text, label.span.end as usize).max(start);
    // A span with a line break at its end would be drawn into the next line.
    let trimmed = text[start..end].trim_end_matches(['\n', '\r', ' ']).len();
    if trimmed > 0 {
        end = start + trimmed;
    }
    codespan::Label::new(style, label.span.file.0 as usize, start..end).with_message(visible(&label.text))
}

fn is_readable(sources: &SourceMap, span: Span) -> bool {
    let file = sources.file(span.file);
    let ends = [span.start, span.end].map(|offset| file.line_index(offset as usize));
    ends.iter().all(|&line| file.line_range(line).len() <= LONGEST_LINE)
}

fn place(sources: &SourceMap, span: Span) -> String {
    let file = sources.file(span.file);
    let at = file.position(span.start as usize);
    format!("{}:{}:{}", visible(&file.name), at.line, at.column)
}

/// Like [`visible`], but keeps line breaks, which notes can have.
fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// The source map as the file database of codespan-reporting.
struct SourceFiles<'a>(&'a SourceMap);

impl<'a> Files<'a> for SourceFiles<'_> {
    type FileId = usize;
    type Name = String;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<String, Error> {
        Ok(visible(&self.file(id)?.name).into_owned())
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: usize, offset: usize) -> Result<usize, Error> {
        Ok(self.file(id)?.line_index(offset))
    }

    fn line_range(&'a self, id: usize, line: usize) -> Result<Range<usize>, Error> {
        let file = self.file(id)?;
        let starts = file.line_starts();
        let given = starts.get(line).ok_or(Error::LineTooLarge { given: line, max: starts.len() - 1 })?;
        let end = starts.get(line + 1).map_or(file.text.len(), |&end| end as usize);
        Ok(*given as usize..end)
    }
}

impl SourceFiles<'_> {
    fn file(&self, id: usize) -> Result<&crate::source::SourceFile, Error> {
        let id = u32::try_from(id).map_err(|_| Error::FileMissing)?;
        Ok(self.0.file(FileId(id)))
    }
}
