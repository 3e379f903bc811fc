//! What a page can ask, and the answers: those of `rulec check`, `rulec coverage` and `rulec explain`.

use rulec::{Format, Options, Ruleset, Scope, benchmarks, explain};
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
            let page = explain(&check).ok_or_else(|| format!("there is no check named `{check}`"))?;
            Ok(Answer::Explain(page))
        }
        Question::Benchmarks => {
            let known = benchmarks().map_err(|error| error.to_string())?;
            Ok(Answer::Benchmarks { names: known.names, default: known.default })
        }
    }
}

fn ruleset(text: String) -> Result<Ruleset, String> {
    Ruleset::load([(FILE, text)], &Options::default()).map_err(|error| error.to_string())
}

fn check(text: String) -> Result<Answer, String> {
    let report = ruleset(text)?.check();
    Ok(Answer::Check { line: report.summary.line(), report: raw(report.render(Format::Json))? })
}

fn coverage(text: String, benchmark: &str, scope: &str) -> Result<Answer, String> {
    let scopes = [Scope::Changes, Scope::Attempts, Scope::Literal];
    let scope = scopes
        .into_iter()
        .find(|known| known.name() == scope)
        .ok_or_else(|| format!("there is no scope named `{scope}`"))?;
    let coverage = ruleset(text)?.coverage(Some(benchmark), scope).map_err(|error| error.to_string())?;
    let controls = coverage.controls.into_iter();
    let suggestions = controls
        .filter_map(|control| Some(Suggested { control: control.id, text: control.suggestion? }))
        .collect();
    Ok(Answer::Coverage { report: raw(coverage.json)?, suggestions })
}

fn raw(json: String) -> Result<Box<RawValue>, String> {
    RawValue::from_string(json).map_err(|error| error.to_string())
}
