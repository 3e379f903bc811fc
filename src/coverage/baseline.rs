//! An earlier report to compare a new one with. Only what got worse is reported.

use super::catalogue::CatalogueError;
use super::{Benchmark, Coverage};
use serde::Deserialize;

/// The part of a `json` report that is compared.
#[derive(Deserialize, Clone, Debug)]
pub struct Baseline {
    /// Name of the benchmark.
    pub benchmark: String,
    /// Its scope.
    pub scope: String,
    controls: Vec<BaselineControl>,
}

#[derive(Deserialize, Clone, Debug)]
struct BaselineControl {
    id: String,
    verdict: String,
    #[serde(default)]
    events: Vec<BaselineEvent>,
}

#[derive(Deserialize, Clone, Debug)]
struct BaselineEvent {
    name: String,
    source: String,
    status: String,
}

/// A status that was better in the earlier report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Regression {
    /// Number of the control.
    pub control: String,
    /// The event; `None` for the control as a whole.
    pub event: Option<String>,
    /// The earlier status.
    pub before: String,
    /// The status now; `None` if the control or event is gone.
    pub now: Option<&'static str>,
}

const VERDICTS: [&str; 4] = ["unknown", "none", "partial", "full"];
const STATUSES: [&str; 4] = ["unknown", "missing", "conditional", "covered"];

/// Reads an earlier report.
pub fn parse(name: &str, text: &str) -> Result<Baseline, CatalogueError> {
    let problem = |place, message| CatalogueError { file: name.to_owned(), place, message };
    let baseline: Baseline = serde_json::from_str(text).map_err(|error| {
        let place = (error.line() > 0).then(|| (error.line() as u32, error.column() as u32));
        let message = error.to_string();
        problem(place, message.split(" at line ").next().unwrap_or_default().to_owned())
    })?;
    for control in &baseline.controls {
        let odd = |word: &str, known: &[&str]| !known.contains(&word);
        let event = control.events.iter().find(|event| odd(&event.status, &STATUSES));
        if odd(&control.verdict, &VERDICTS) || event.is_some() {
            let word = event.map_or(&control.verdict, |event| &event.status);
            return Err(problem(None, format!("control {}: there is no verdict `{word}`", control.id)));
        }
    }
    Ok(baseline)
}

impl Baseline {
    /// All statuses that were better before. Both reports must be of the same benchmark.
    pub fn regressions(&self, benchmark: &Benchmark, coverage: &Coverage) -> Vec<Regression> {
        let mut regressions = Vec::new();
        let now = |id: &str| {
            let mut pairs = benchmark.controls.iter().zip(&coverage.controls);
            pairs.find(|(control, _)| control.id == id).map(|(_, covered)| covered)
        };
        for before in &self.controls {
            let covered = now(&before.id);
            let mut compare =
                |event: Option<&BaselineEvent>, was: &str, is: Option<&'static str>, order: &[&str]| {
                    let rank = |word: &str| order.iter().position(|known| *known == word);
                    if is.map_or(Some(0), rank) < rank(was) {
                        let event = event.map(|event| event.name.clone());
                        regressions.push(Regression {
                            control: before.id.clone(),
                            event,
                            before: was.to_owned(),
                            now: is,
                        });
                    }
                };
            compare(None, &before.verdict, covered.map(|covered| covered.verdict.name()), &VERDICTS);
            for event in &before.events {
                let same =
                    |now: &&super::EventCovered| now.row.name == event.name && now.row.source == event.source;
                let is = covered.and_then(|covered| covered.events.iter().find(same));
                compare(Some(event), &event.status, is.map(|event| event.status.name()), &STATUSES);
            }
        }
        regressions
    }
}
