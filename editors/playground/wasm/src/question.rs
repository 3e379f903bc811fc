//! What a page can ask, and the answers: those of `rulec check`, `rulec coverage` and `rulec explain`.

use rulec::analysis::{Compiled, Inputs, analyze, compile_rules, findings};
use rulec::config::Levels;
use rulec::coverage::suggest::suggest;
use rulec::coverage::{Benchmark, Catalogue, Count, Scope, cover};
use rulec::lint;
use rulec::logic::Assume;
use rulec::render::coverage::{CoverageReport, Lang, json};
use rulec::render::{Format, Report, Summary, page, render};
use rulec::source::{SourceFile, SourceMap};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The name of the one file there is.
const FILE: &str = "rules.yaml";

/// A question.
#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Question {
    /// The findings of a rules file.
    Check { text: String },
    /// The controls that it covers.
    Coverage { text: String, benchmark: String, scope: String },
    /// The page of a check.
    Explain { check: String },
    /// The names of all benchmarks and the one to begin with.
    Benchmarks,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    /// The summary as a line, and the report of `--format json`.
    Check {
        line: String,
        report: Box<RawValue>,
    },
    /// The report of `--format json`, and a rule for each control that is not full.
    Coverage {
        report: Box<RawValue>,
        suggestions: Vec<Suggested>,
    },
    /// Markdown.
    Explain(String),
    Benchmarks {
        names: Vec<String>,
        default: String,
    },
    /// The question cannot be answered.
    Error(String),
}

#[derive(Serialize)]
struct Suggested {
    control: String,
    text: String,
}

/// Answers a question.
pub fn answer(question: &[u8]) -> String {
    let answered = serde_json::from_slice(question).map_err(|error| error.to_string()).and_then(answered);
    // Texts and numbers always become JSON.
    serde_json::to_string(&answered.unwrap_or_else(Answer::Error)).unwrap_or_default()
}

fn answered(question: Question) -> Result<Answer, String> {
    match question {
        Question::Check { text } => check(text),
        Question::Coverage { text, benchmark, scope } => coverage(text, &benchmark, &scope),
        Question::Explain { check } => {
            let check = lint::find(&check).ok_or_else(|| format!("there is no check named `{check}`"))?;
            Ok(Answer::Explain(page::markdown(check)))
        }
        Question::Benchmarks => {
            let catalogue = catalogue()?;
            let names = catalogue.benchmarks().collect();
            Ok(Answer::Benchmarks { names, default: format!("{}-{}", catalogue.name, catalogue.default) })
        }
    }
}

fn inputs(text: String) -> Inputs {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new(FILE, text));
    Inputs { sources, ..Inputs::default() }
}

fn check(text: String) -> Result<Answer, String> {
    let mut analysis = analyze(inputs(text));
    let diagnostics = findings(&mut analysis, &Levels::default());
    let mut summary = Summary { files: analysis.sources.len(), ..Summary::default() };
    for facts in &analysis.files {
        summary.rules += facts.counts.rules;
        summary.macros += facts.counts.macros;
        summary.lists += facts.counts.lists;
    }
    let sources = &analysis.sources;
    let summary = summary.count(sources, &diagnostics);
    let report = Report { sources, diagnostics: &diagnostics, summary, color: false, base: None };
    Ok(Answer::Check { line: summary.line(), report: raw(render(Format::Json, &report))? })
}

fn coverage(text: String, benchmark: &str, scope: &str) -> Result<Answer, String> {
    let catalogue = catalogue()?;
    let version = catalogue
        .version(Some(benchmark))
        .ok_or_else(|| format!("there is no benchmark named `{benchmark}`"))?;
    let scopes = [Scope::Changes, Scope::Attempts, Scope::Literal];
    let scope = scopes
        .into_iter()
        .find(|known| known.name() == scope)
        .ok_or_else(|| format!("there is no scope named `{scope}`"))?;
    let benchmark = Benchmark::new(&catalogue, version, scope).map_err(|problem| problem.to_string())?;
    let Compiled { analysis, rules, .. } = compile_rules(inputs(text));
    let (sources, count, assume) = (&analysis.sources, Count::default(), Assume::CloudTrail);
    let coverage = cover(&rules, &benchmark, &count, &[], assume).map_err(|error| error.to_string())?;
    let suggestions = suggest(&benchmark, &coverage, &rules, sources, &count, assume)
        .map_err(|error| error.to_string())?
        .into_iter()
        .filter_map(|suggestion| {
            let control = benchmark.controls.get(suggestion.control)?;
            Some(Suggested { control: control.id.clone(), text: suggestion.text })
        })
        .collect();
    let report = json::render(&CoverageReport {
        sources,
        rules: &rules,
        benchmark: &benchmark,
        coverage: &coverage,
        findings: false,
        lang: Lang::En,
        color: false,
    });
    Ok(Answer::Coverage { report: raw(report)?, suggestions })
}

fn catalogue() -> Result<Catalogue, String> {
    Catalogue::bundled().map_err(|problem| problem.to_string())
}

fn raw(json: String) -> Result<Box<RawValue>, String> {
    RawValue::from_string(json).map_err(|error| error.to_string())
}
