//! What must hold for any input whatever: nothing panics, and every span can be shown.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use rulec::internals::analysis::{self, Inputs, Options};
use rulec::internals::config::Levels;
use rulec::internals::diag::Diagnostic;
use rulec::internals::render::{self, Format, Report, Summary};
use rulec::internals::schema::PluginSet;
use rulec::internals::sema::environment::Environment;
use rulec::internals::source::{SourceFile, SourceMap, Span};
use std::sync::Arc;

/// The plugins of the samples.
pub fn environment() -> Environment {
    Environment {
        plugins: Arc::new(PluginSet::parse("cloudtrail,json,k8saudit").unwrap()),
        ..Environment::default()
    }
}

/// Analyses files as rulec and as Falco, checks all spans and renders everything. Returns the findings.
pub fn survives(files: &[&[u8]], environment: &Environment) -> Vec<Diagnostic> {
    let (sources, found) = analyzes(files, environment);
    renders(&sources, &found);
    found
}

/// The same without rendering, which takes the most time.
pub fn analyzes(files: &[&[u8]], environment: &Environment) -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::default();
    for (at, bytes) in files.iter().enumerate() {
        sources.add(SourceFile::from_bytes(format!("{at}.yaml"), bytes.to_vec()));
    }
    let inputs =
        Inputs { sources, options: Options { environment: environment.clone(), ..Options::default() } };
    if let Ok(results) = analysis::falco_verdicts(&inputs) {
        render::falco::render(&results, &inputs.sources);
    }
    let mut analysis = analysis::analyze(inputs);
    for facts in &analysis.files {
        let spans = facts.comments.iter().chain(&facts.items);
        spans.for_each(|&span| in_file(&analysis.sources, span, "a comment or item"));
    }
    spans(&analysis.sources, &analysis.diagnostics);
    let found = analysis::findings(&mut analysis, &Levels::default());
    spans(&analysis.sources, &found);
    rulec::internals::fix::apply(&analysis.sources, &found);
    (analysis.sources, found)
}

/// Every span of every finding lies inside its file, on character boundaries.
pub fn spans(sources: &SourceMap, diagnostics: &[Diagnostic]) {
    for found in diagnostics {
        let name = found.check.name;
        in_file(sources, found.primary.span, name);
        found.labels.iter().for_each(|label| in_file(sources, label.span, name));
        let edits = found.fix.iter().flat_map(|fix| &fix.edits);
        edits.for_each(|edit| in_file(sources, edit.span, name));
    }
}

fn in_file(sources: &SourceMap, span: Span, what: &str) {
    assert!((span.file.0 as usize) < sources.files().count(), "{what}: no such file: {span:?}");
    let file = sources.file(span.file);
    let good = span.start <= span.end && file.text.get(span.range()).is_some();
    assert!(good, "{what}: {span:?} is not in {} bytes of {}", file.text.len(), file.name);
}

/// Every format can be rendered, and the line-based ones keep their promise of whole lines.
pub fn renders(sources: &SourceMap, diagnostics: &[Diagnostic]) {
    let summary = Summary::default().count(sources, diagnostics);
    let report = Report { sources, diagnostics, summary, color: false, base: Some("/rules") };
    for &format in Format::ALL {
        let text = render::render(format, &report);
        assert!(text.is_empty() || text.ends_with('\n'), "{format:?} ends within a line");
    }
    render::render(Format::Full, &Report { color: true, ..report });
}
