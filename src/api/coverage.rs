//! Benchmarks and what rules cover of them.

use super::{Error, Ruleset};
use crate::analysis::{Compiled, compile_rules};
use crate::coverage::suggest::{Suggestion, suggest};
use crate::coverage::{Benchmark, Catalogue, Confirmed, Count, Covered, Disagreement, EventCovered};
use crate::coverage::{Scope, Status, Verdict, cover};
use crate::logic::Assume;
use crate::render::coverage::{CoverageReport, Lang, json};
use crate::sema::ir::Rule;
use serde_json::Value;

/// The benchmarks that rulec knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benchmarks {
    /// Their names, such as `cis-aws-3.0.0`.
    pub names: Vec<String>,
    /// The name of the one that counts if none is named.
    pub default: String,
}

/// The result of [`Ruleset::coverage`].
#[derive(Clone, Debug)]
pub struct Coverage {
    /// The name of the benchmark.
    pub benchmark: String,
    /// Its controls, in order.
    pub controls: Vec<Control>,
    /// The report as `rulec coverage --format json` prints it.
    pub json: String,
}

/// What the rules cover of a control.
#[derive(Clone, Debug)]
pub struct Control {
    /// Its number.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What is proved.
    pub verdict: Verdict,
    /// The rules that cover it together if it is covered; otherwise those that cover some of it.
    pub rules: Vec<String>,
    /// A record that the control asks for and that no rule fires on.
    pub witness: Option<Value>,
    /// Why the verdict is unknown.
    pub reason: Option<String>,
    /// Its events.
    pub events: Vec<Event>,
    /// Rules that would close the gap, as YAML. None if the control is covered.
    pub suggestion: Option<String>,
}

/// What the rules cover of one event of a control.
#[derive(Clone, Debug)]
pub struct Event {
    /// The event name.
    pub name: String,
    /// The event source.
    pub source: String,
    /// What is proved.
    pub status: Status,
    /// The rules that cover it, or that fire on some of it.
    pub rules: Vec<String>,
    /// A record of this event that no rule fires on.
    pub witness: Option<Value>,
}

/// The benchmarks that rulec knows.
///
/// ```
/// assert!(rulec::benchmarks()?.names.contains(&"cis-aws-3.0.0".to_owned()));
/// # Ok::<(), rulec::Error>(())
/// ```
pub fn benchmarks() -> Result<Benchmarks, Error> {
    let catalogue = catalogue()?;
    let default = format!("{}-{}", catalogue.name, catalogue.default);
    Ok(Benchmarks { names: catalogue.benchmarks().collect(), default })
}

impl Ruleset {
    /// Proves which controls of a benchmark the rules cover, as `rulec coverage` does. Rules that do not load count for
    /// nothing. Without a name, the benchmark is the default of [`benchmarks`].
    ///
    /// ```
    /// use rulec::{Options, Ruleset, Scope, Verdict};
    ///
    /// let rules = "
    /// - rule: Console sign-in without MFA
    ///   desc: Somebody signed in.
    ///   condition: ct.name = ConsoleLogin
    ///   output: '%ct.user signed in'
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    /// ";
    /// let ruleset = Ruleset::load([("rules.yaml", rules)], &Options::default())?;
    /// let coverage = ruleset.coverage(Some("cis-aws-3.0.0"), Scope::Changes)?;
    /// let sign_in = coverage.controls.iter().find(|control| control.id == "4.2").unwrap();
    /// assert_eq!(sign_in.verdict, Verdict::Full);
    /// # Ok::<(), rulec::Error>(())
    /// ```
    pub fn coverage(&self, benchmark: Option<&str>, scope: Scope) -> Result<Coverage, Error> {
        let benchmark = named(benchmark, scope)?;
        let Compiled { analysis, rules, .. } = compile_rules(self.inputs());
        let (sources, count, assume) = (&analysis.sources, Count::default(), Assume::CloudTrail);
        let coverage = cover(&rules, &benchmark, &count, &[], assume).map_err(internal)?;
        let suggestions =
            suggest(&benchmark, &coverage, &rules, sources, &count, assume).map_err(internal)?;
        let json = json::render(&CoverageReport {
            load_errors: &[],
            hypothetical: false,
            sources,
            rules: &rules,
            benchmark: &benchmark,
            coverage: &coverage,
            findings: false,
            lang: Lang::En,
            color: false,
        });
        let controls = benchmark.controls.iter().zip(&coverage.controls).enumerate();
        let controls = controls
            .map(|(at, (asked, covered))| Control {
                id: asked.id.clone(),
                title: asked.title.clone(),
                suggestion: suggestion(&suggestions, at),
                ..control(&rules, covered)
            })
            .collect();
        Ok(Coverage { benchmark: benchmark.name, controls, json })
    }
}

fn catalogue() -> Result<Catalogue, Error> {
    Catalogue::bundled().map_err(|problem| Error::Internal(problem.to_string()))
}

fn named(name: Option<&str>, scope: Scope) -> Result<Benchmark, Error> {
    let catalogue = catalogue()?;
    let Some(version) = catalogue.version(name) else {
        let known: Vec<String> = catalogue.benchmarks().collect();
        let (name, known) = (name.unwrap_or_default(), known.join(", "));
        return Err(Error::Argument(format!("there is no benchmark named `{name}`; there are {known}")));
    };
    Benchmark::new(&catalogue, version, scope).map_err(|problem| Error::Internal(problem.to_string()))
}

fn suggestion(all: &[Suggestion], control: usize) -> Option<String> {
    all.iter().find(|suggestion| suggestion.control == control).map(|suggestion| suggestion.text.clone())
}

fn control(rules: &[Rule], covered: &Covered) -> Control {
    Control {
        id: String::new(),
        title: String::new(),
        verdict: covered.verdict,
        rules: names(rules, &covered.rules),
        witness: record(covered.witness.as_ref()),
        reason: covered.reason.clone(),
        events: covered.events.iter().map(|event| of_event(rules, event)).collect(),
        suggestion: None,
    }
}

fn of_event(rules: &[Rule], event: &EventCovered) -> Event {
    Event {
        name: event.row.name.clone(),
        source: event.row.source.clone(),
        status: event.status,
        rules: names(rules, &event.rules),
        witness: record(event.witness.as_ref()),
    }
}

fn names(rules: &[Rule], indices: &[usize]) -> Vec<String> {
    indices.iter().filter_map(|&at| rules.get(at)).map(|rule| rule.name.clone()).collect()
}

fn record(witness: Option<&Confirmed>) -> Option<Value> {
    witness.map(|witness| witness.record.clone())
}

fn internal(disagreement: Disagreement) -> Error {
    Error::Internal(format!("a proof was not confirmed\n{disagreement}"))
}
