//! Tests of rules: test files in, results out. Pure; files come from a function of the caller.
//!
//! ```text
//! *.test.yaml -> file -> template -> eval -> Outcome -> (explanation, coverage, bless)
//! ```

pub mod bless;
pub mod coverage;
pub mod explanation;
pub mod file;
mod judge;
pub mod logs;
pub mod record;
pub mod template;

use crate::analysis::Compiled;
use crate::diag::Diagnostic;
use crate::eval::{self, Engine, Event, Skipped};
use crate::nearest::nearest;
use crate::sema::ir::{Atom, Rule};
use crate::source::{SourceMap, Span};
use coverage::Coverage;
use explanation::{LineColumn, Reason};
use file::{Case, Matching, NodeStep, Parsed, meant, problem};
use judge::Judge;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::OnceLock;

/// Rules that tests are about.
#[derive(Debug)]
pub struct Suite {
    /// The rules files.
    pub sources: SourceMap,
    /// The rules.
    pub engine: Engine,
    by_name: HashMap<String, usize>,
    places: OnceLock<Vec<Vec<(LineColumn, String)>>>,
}

/// The result of a test.
#[derive(Debug)]
pub struct Outcome {
    /// Its index among the tests of its file.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// The number of events.
    pub events: usize,
    /// The rules that fired, in load order.
    pub fired: Vec<String>,
    /// Their outputs for the first event on which they fired.
    pub said: BTreeMap<String, eval::Alert>,
    /// The unmet expectations.
    pub failures: Vec<Failure>,
}

/// An unmet expectation.
#[derive(Debug)]
pub struct Failure {
    /// The expectation.
    pub span: Span,
    /// The message.
    pub message: String,
    /// Expected and actual text, for outputs.
    pub differs: Option<(String, String)>,
    /// The explanation of what the rule did.
    pub why: Option<Explanation>,
}

/// Why a rule fires on an event or does not.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// The rule.
    pub rule: String,
    /// Its name in the rules file.
    pub at: LineColumn,
    /// True if its condition holds.
    pub fires: bool,
    /// The condition, part by part.
    pub condition: Reason,
    /// The record, as given or completed.
    pub event: Value,
}

/// An event and its text.
#[derive(Debug)]
struct Given<'r> {
    record: &'r str,
    event: Event<'r>,
}

impl Suite {
    /// A suite of rules that loaded without errors.
    pub fn new(compiled: Compiled) -> Suite {
        let engine = Engine::new(compiled.rules);
        let names = engine.rules().iter().enumerate().map(|(at, rule)| (rule.name.clone(), at));
        let by_name = names.collect();
        Suite { by_name, sources: compiled.analysis.sources, engine, places: OnceLock::new() }
    }

    /// The rule of this name; the `Err` is the name that was probably meant.
    pub fn rule(&self, name: &str) -> Result<usize, Option<&str>> {
        let found = self.by_name.get(name).copied();
        found.ok_or_else(|| nearest(name, self.engine.rules().iter().map(|rule| &*rule.name)))
    }

    /// The place and text of every comparison of each rule's condition, in order.
    fn places(&self) -> &[Vec<(LineColumn, String)>] {
        self.places.get_or_init(|| {
            let place = |atom: &Atom| {
                (explanation::at(&self.sources, atom.origin.span), explanation::text(atom, &self.sources))
            };
            let of_rule = |rule: &Rule| {
                let mut places = Vec::new();
                rule.condition.atoms(&mut |atom| places.push(place(atom)));
                places
            };
            self.engine.rules().iter().map(of_rule).collect()
        })
    }

    /// The explanation of a rule's result for a record. The `Err` is the reason why the plugin makes no event of it.
    pub fn explain(&self, rule: usize, record: &str) -> Result<Explanation, String> {
        let event = self.engine.event(record.as_bytes(), 1).map_err(|skipped| skipped_because(&skipped))?;
        Ok(self.explanation(rule, &Given { record, event }))
    }

    fn explanation(&self, rule: usize, given: &Given<'_>) -> Explanation {
        let rule = &self.engine.rules()[rule];
        let condition = explanation::why(&rule.condition, &given.event, &self.sources);
        Explanation {
            rule: rule.name.clone(),
            at: explanation::at(&self.sources, rule.name_span),
            fires: condition.holds && silent_because(rule).is_none(),
            condition,
            // Only a record of more than a hundred levels stays text.
            event: serde_json::from_str(given.record).unwrap_or_else(|_| Value::from(given.record)),
        }
    }
}

/// The reason why a rule that loads fires on no event.
pub fn silent_because(rule: &Rule) -> Option<String> {
    if !rule.enabled {
        return Some("it is disabled".to_owned());
    }
    (rule.source != eval::SOURCE).then(|| format!("its source is `{}`, not `{}`", rule.source, eval::SOURCE))
}

fn skipped_because(skipped: &Skipped) -> String {
    match skipped {
        Skipped::NotAnEvent(why) => format!("the cloudtrail plugin makes no event of this record: {why}"),
        Skipped::NotJson(at) => format!("this record is not JSON, at byte {at}"),
    }
}

/// Reads the file at a path relative to the test file; the `Err` is the reason why that is impossible.
pub type Read<'a> = dyn FnMut(&str) -> Result<String, String> + 'a;

/// Runs the tests of a file whose names `wanted` accepts. Tests that cannot run become findings.
pub fn run(
    suite: &Suite,
    parsed: &Parsed,
    wanted: &dyn Fn(&str) -> bool,
    read: &mut Read<'_>,
    mut coverage: Option<&mut Coverage>,
) -> (Vec<Outcome>, Vec<Diagnostic>) {
    let (mut outcomes, mut problems) = (Vec::new(), Vec::new());
    for (index, case) in parsed.file.tests.iter().enumerate().filter(|(_, case)| wanted(&case.name)) {
        let runner = Runner { suite, parsed, case, index };
        let unknown = runner.unknown_rules();
        if !unknown.is_empty() {
            problems.extend(unknown);
            continue;
        }
        match runner.records(read).and_then(|records| runner.run(&records, coverage.as_deref_mut())) {
            Ok(outcome) => outcomes.push(outcome),
            Err(problem) => problems.push(*problem),
        }
    }
    (outcomes, problems)
}

struct Runner<'a> {
    suite: &'a Suite,
    parsed: &'a Parsed,
    case: &'a Case,
    index: usize,
}

impl Runner<'_> {
    fn span(&self, key: &str, inside: Option<NodeStep<'_>>) -> Span {
        let path = [NodeStep::Key("tests"), NodeStep::At(self.index), NodeStep::Key(key)];
        match inside {
            Some(step) => self.parsed.span(&[path[0], path[1], path[2], step]),
            None => self.parsed.span(&path),
        }
    }

    /// Every rule with an expectation, and the place of its name.
    fn named(&self) -> Vec<(&str, Span)> {
        let case = self.case;
        let lists = [("fires", &case.fires), ("silent", &case.silent), ("exactly", &case.exactly)];
        let mut named = Vec::new();
        for (key, list) in lists {
            let items = list.iter().flatten().enumerate();
            named.extend(items.map(|(at, name)| (name.as_str(), self.span(key, Some(NodeStep::At(at))))));
        }
        for (key, names) in [
            ("output", case.output.keys().collect::<Vec<_>>()),
            ("output_fields", case.output_fields.keys().collect()),
        ] {
            named.extend(names.iter().map(|name| (name.as_str(), self.key_span(key, name))));
        }
        named
    }

    fn key_span(&self, key: &str, name: &str) -> Span {
        let path = [NodeStep::Key("tests"), NodeStep::At(self.index), NodeStep::Key(key)];
        self.parsed.pair(&path, name).map_or_else(|| self.span(key, None), |(name, _)| name.span)
    }

    fn unknown_rules(&self) -> Vec<Diagnostic> {
        let unknown = |(name, span): (&str, Span)| {
            let hint = self.suite.rule(name).err()?;
            Some(meant(problem(span, format!("there is no rule named `{name}`")), hint))
        };
        self.named().into_iter().filter_map(unknown).collect()
    }

    fn records(&self, read: &mut Read<'_>) -> Result<Vec<String>, Box<Diagnostic>> {
        if let Some(path) = &self.case.events {
            let wrong = |message: String| Box::new(problem(self.span("events", None), message));
            let text = read(path).map_err(|reason| wrong(format!("cannot read `{path}`: {reason}")))?;
            let records = logs::split(&text).map_err(|(place, reason)| {
                let line = text.as_bytes().iter().take(place).filter(|&&byte| byte == b'\n').count() + 1;
                wrong(format!("`{path}`, line {line}: {reason}"))
            })?;
            return Ok(records.into_iter().map(Cow::into_owned).collect());
        }
        let event = self.case.event.as_ref();
        let template = self.case.template.as_deref().or(self.parsed.file.template.as_deref());
        let record = event
            .map_or(Ok(Default::default()), |event| template::complete(event, template, &self.case.remove));
        match record {
            Ok(record) => Ok(vec![Value::Object(record).to_string()]),
            Err(wrong) => {
                let inside = wrong.key.as_deref().map(NodeStep::Key);
                let found = problem(self.span("event", inside), wrong.message);
                Err(Box::new(wrong.help.into_iter().fold(found, Diagnostic::help)))
            }
        }
    }

    fn run(&self, records: &[String], coverage: Option<&mut Coverage>) -> Result<Outcome, Box<Diagnostic>> {
        let engine = &self.suite.engine;
        let (mut given, mut skipped) = (Vec::new(), None);
        for (at, record) in records.iter().enumerate() {
            match engine.event(record.as_bytes(), at as u64 + 1) {
                Ok(event) => given.push(Given { record, event }),
                Err(reason) => skipped = Some(reason),
            }
        }
        if given.is_empty() {
            let key = if self.case.events.is_some() { "events" } else { "event" };
            let reason =
                skipped.as_ref().map_or("there is no record in the file".to_owned(), skipped_because);
            return Err(Box::new(problem(self.span(key, None), reason)));
        }
        let matching = match self.case.rule_matching.unwrap_or(self.parsed.file.rule_matching) {
            Matching::All => eval::Matching::All,
            Matching::First => eval::Matching::First,
        };
        // Each rule that fired, and the first event it fired on.
        let mut fired: BTreeMap<usize, usize> = BTreeMap::new();
        for (at, given) in given.iter().enumerate() {
            for rule in engine.matches(&given.event, matching) {
                fired.entry(rule).or_insert(at);
            }
        }
        if let Some(coverage) = coverage {
            given.iter().for_each(|given| coverage.add(&given.event, self.suite));
            fired.keys().for_each(|&rule| coverage.fired(&engine.rules()[rule].name));
        }
        let name = |rule: usize| engine.rules()[rule].name.clone();
        let said = fired.iter().map(|(&rule, &at)| (name(rule), engine.alert(rule, &given[at].event)));
        Ok(Outcome {
            index: self.index,
            name: self.case.name.clone(),
            span: self.span("name", None),
            events: given.len(),
            fired: fired.keys().map(|&rule| name(rule)).collect(),
            said: said.collect(),
            failures: Judge { runner: self, given: &given, fired: &fired, matching, told: HashSet::new() }
                .all(),
        })
    }
}
