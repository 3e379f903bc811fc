//! Conversion of findings to diagnostics, and the record of those that the client has.

use super::client::Client;
use super::position::Encoding;
use super::set::{FileSet, SetFile};
use super::worker::Task;
use crate::config;
use crate::diag::Diagnostic;
use crate::diag::Severity;
use crate::files;
use crate::ide::doc::Doc;
use crate::ide::findings::{Finding, Tag};
use crate::sema::errors;
use crate::source::{FileId, SourceFile};
use crate::testing;
use gen_lsp_types as lsp;
use serde_json::json;
use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;

/// The findings of a file, and those that the client has.
#[derive(Debug, Default)]
pub struct FileDiagnostics {
    /// The text that was analysed.
    pub doc: Option<Arc<Doc>>,
    /// Its findings.
    pub findings: Arc<[Finding]>,
    /// The findings as diagnostics.
    pub items: Arc<[lsp::Diagnostic]>,
    /// Changes whenever `items` does.
    pub result: u64,
    /// The version and result that were published; `None` before the first time.
    pub published: Option<(Option<i32>, u64)>,
    /// True if the client pulls the diagnostics of this file, so that they are not published.
    pub is_pulled: bool,
    /// The last result that the client pulled.
    pub reported: u64,
}

/// The URL prefix of the pages of checks.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/lints/");

/// The context of a conversion.
#[derive(Debug, Clone, Copy)]
pub struct Show<'a> {
    /// The client.
    pub client: &'a Client,
    /// The set of the file, as it was analysed.
    pub task: &'a Task,
    /// The maximum number of diagnostics.
    pub limit: usize,
}

impl Show<'_> {
    /// The findings of a file as diagnostics. Above the maximum, the most severe are kept.
    pub fn all(self, doc: &Doc, findings: &[Finding]) -> Vec<lsp::Diagnostic> {
        let mut kept: Vec<&Finding> = findings.iter().collect();
        if kept.len() > self.limit {
            kept.sort_by_key(|finding| Reverse(finding.severity));
            kept.truncate(self.limit);
            kept.sort_by_key(|finding| (finding.range.start, finding.range.end));
        }
        kept.into_iter().map(|finding| self.one(doc, finding)).collect()
    }

    fn one(self, doc: &Doc, finding: &Finding) -> lsp::Diagnostic {
        let encoding = self.client.encoding;
        let mut diagnostic = plain(encoding, doc, finding.check, finding.severity, &finding.range);
        diagnostic.message = message(&finding.message, finding.help.as_deref()).into();
        diagnostic.tags = finding.tag.map(|tag| {
            vec![match tag {
                Tag::Unnecessary => lsp::DiagnosticTag::Unnecessary,
                Tag::Deprecated => lsp::DiagnosticTag::Deprecated,
            }]
        });
        let related = finding.related.iter().filter_map(|(place, words)| {
            let (uri, doc) = (self.task.uris.get(place.doc)?, self.task.snapshot.docs.get(place.doc)?);
            let location =
                lsp::Location { uri: uri.as_str().into(), range: encoding.range(doc, &place.range) };
            Some(lsp::DiagnosticRelatedInformation { location, message: words.clone() })
        });
        let related: Vec<_> = related.collect();
        diagnostic.related_information = (!related.is_empty() && self.shows_related()).then_some(related);
        diagnostic.data = finding.fix.as_ref().map(|fix| json!({"fix": fix.title, "safe": fix.safe}));
        diagnostic
    }

    fn shows_related(self) -> bool {
        let can = |request: &str| self.client.can(&format!("/textDocument/{request}/relatedInformation"));
        can("publishDiagnostics") || can("diagnostic")
    }
}

/// A diagnostic with nothing but its place and kind.
pub fn plain(
    encoding: Encoding,
    doc: &Doc,
    check: &str,
    severity: Severity,
    range: &Range<usize>,
) -> lsp::Diagnostic {
    lsp::Diagnostic {
        range: encoding.range(doc, range),
        severity: Some(match severity {
            Severity::Error => lsp::DiagnosticSeverity::Error,
            Severity::Warning => lsp::DiagnosticSeverity::Warning,
            Severity::Info => lsp::DiagnosticSeverity::Information,
        }),
        code: Some(check.to_owned().into()),
        code_description: Some(lsp::CodeDescription { href: format!("{PAGES}{check}.md").as_str().into() }),
        source: Some("rulec".into()),
        ..lsp::Diagnostic::default()
    }
}

/// The message and the help.
pub fn message(message: &str, help: Option<&str>) -> String {
    match help {
        Some(help) => format!("{message}\nhelp: {help}"),
        None => message.to_owned(),
    }
}

/// The findings of a file without rules: a rulec.toml, or a file of tests.
pub fn of_other(set: &FileSet, file: &SetFile, encoding: Encoding) -> Vec<lsp::Diagnostic> {
    let Some(path) = &file.path else { return Vec::new() };
    let is_config = path.file_name().is_some_and(|name| name == config::FILE_NAME);
    let found = if is_config {
        return of_config(set, &file.doc, encoding);
    } else if files::is_test(path) {
        let source = SourceFile::new(&*file.doc.name, file.doc.text());
        testing::file::parse(FileId::default(), &source).err().unwrap_or_default()
    } else {
        Vec::new()
    };
    found.iter().map(|found| of_source(&file.doc, found, encoding)).collect()
}

/// The diagnostic for a file on disk that is not UTF-8.
pub fn of_invalid(file: &SetFile, encoding: Encoding) -> Option<lsp::Diagnostic> {
    let invalid = file.invalid?;
    let mut source = SourceFile::new("", file.doc.text());
    source.invalid_utf8 = Some(invalid);
    let found = errors::invalid_utf8(FileId::default(), &source)?;
    Some(of_source(&file.doc, &found, encoding))
}

/// The findings about the rulec.toml of a set.
pub fn of_config(set: &FileSet, doc: &Doc, encoding: Encoding) -> Vec<lsp::Diagnostic> {
    let mut found: Vec<Diagnostic> =
        set.config.problems.iter().map(|problem| problem.in_file(FileId::default())).collect();
    set.settings.levels.apply(&mut found);
    found.iter().map(|found| of_source(doc, found, encoding)).collect()
}

fn of_source(doc: &Doc, found: &Diagnostic, encoding: Encoding) -> lsp::Diagnostic {
    let mut diagnostic = plain(encoding, doc, found.check.name, found.severity, &found.primary.span.range());
    diagnostic.message = message(&found.message, found.help.as_deref()).into();
    diagnostic
}
