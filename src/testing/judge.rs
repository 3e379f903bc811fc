//! Comparison of results with the expectations of a test.

use super::file::NodeStep;
use super::{Failure, Given, Runner, silent_because};
use crate::eval;
use crate::source::Span;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};

/// The comparison of one test's results with its expectations.
pub(super) struct Judge<'j> {
    pub runner: &'j Runner<'j>,
    pub given: &'j [Given<'j>],
    pub fired: &'j BTreeMap<usize, usize>,
    pub matching: eval::Matching,
    /// Rules that are explained already.
    pub told: HashSet<usize>,
}

impl Judge<'_> {
    /// The unmet expectations.
    pub fn all(mut self) -> Vec<Failure> {
        let (runner, case) = (self.runner, self.runner.case);
        let mut failures = Vec::new();
        for (key, list) in [("fires", &case.fires), ("exactly", &case.exactly)] {
            for (at, name) in list.iter().flatten().enumerate() {
                failures.extend(self.must_fire(name, runner.span(key, Some(NodeStep::At(at)))));
            }
        }
        for (at, name) in case.silent.iter().flatten().enumerate() {
            let rule = self.index(name).filter(|rule| self.fired.contains_key(rule));
            let span = runner.span("silent", Some(NodeStep::At(at)));
            failures.extend(rule.map(|rule| self.failure(span, format!("`{name}` fires"), rule)));
        }
        if let Some(exactly) = &case.exactly {
            let span = runner.span("exactly", None);
            for &rule in self.fired.keys() {
                let name = &runner.suite.engine.rules()[rule].name;
                if !exactly.contains(name) {
                    let message = format!("`{name}` fires too, and is not in `exactly`");
                    failures.push(self.failure(span, message, rule));
                }
            }
        }
        for (name, expected) in &case.output {
            failures.extend(self.output(name, expected));
        }
        for (name, fields) in &case.output_fields {
            failures.extend(self.output_fields(name, fields));
        }
        failures
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.runner.suite.rule(name).ok()
    }

    fn must_fire(&mut self, name: &str, span: Span) -> Option<Failure> {
        let rule = self.index(name).filter(|rule| !self.fired.contains_key(rule))?;
        let engine = &self.runner.suite.engine;
        let mut message = format!("`{name}` does not fire");
        if let Some(reason) = silent_because(&engine.rules()[rule]) {
            message += &format!(": {reason}");
        } else if self.matching == eval::Matching::First
            && let Some(first) = self.given.iter().find_map(|given| {
                let all = engine.matches(&given.event, eval::Matching::All);
                all.contains(&rule).then(|| all.first().copied())?
            })
        {
            let first = &engine.rules()[first].name;
            message += &format!(": `{first}` comes first, and `rule_matching` is `first`");
        } else if self.given.len() > 1 {
            message += &format!(" on any of the {} events; this is the first", self.given.len());
        }
        Some(self.failure(span, message, rule))
    }

    fn failure(&mut self, span: Span, message: String, rule: usize) -> Failure {
        let given = &self.given[self.fired.get(&rule).copied().unwrap_or(0)];
        let why = self.told.insert(rule).then(|| self.runner.suite.explanation(rule, given));
        Failure { span, message, differs: None, why }
    }

    /// The outputs of the rule for each event it fires on.
    fn alerts(&self, rule: usize) -> Vec<eval::Alert> {
        let engine = &self.runner.suite.engine;
        let fires = |given: &&Given<'_>| engine.matches(&given.event, self.matching).contains(&rule);
        self.given.iter().filter(fires).map(|given| engine.alert(rule, &given.event)).collect()
    }

    fn output(&mut self, name: &str, expected: &str) -> Option<Failure> {
        let span = self.runner.key_span("output", name);
        if let Some(silent) = self.must_fire(name, span) {
            return Some(silent);
        }
        let alerts = self.alerts(self.index(name)?);
        let actual = alerts.first()?.output.clone();
        let differs = alerts.iter().all(|alert| alert.output != expected);
        let message = format!("the output of `{name}` is another");
        differs.then(|| Failure { span, message, differs: Some((expected.to_owned(), actual)), why: None })
    }

    fn output_fields(&mut self, name: &str, fields: &Map<String, Value>) -> Vec<Failure> {
        let span = self.runner.key_span("output_fields", name);
        if let Some(silent) = self.must_fire(name, span) {
            return vec![silent];
        }
        let alerts = self.index(name).map(|rule| self.alerts(rule)).unwrap_or_default();
        let value = |alert: &eval::Alert, key: &str| {
            alert.fields.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone())
        };
        let meets =
            |alert: &&eval::Alert| fields.iter().all(|(key, want)| value(alert, key).as_ref() == Some(want));
        if alerts.iter().any(|alert| meets(&alert)) {
            return Vec::new();
        }
        let Some(first) = alerts.first() else { return Vec::new() };
        let path = [
            NodeStep::Key("tests"),
            NodeStep::At(self.runner.index),
            NodeStep::Key("output_fields"),
            NodeStep::Key(name),
        ];
        let wrong = fields.iter().filter(|(key, want)| value(first, key).as_ref() != Some(want));
        wrong
            .map(|(key, want)| {
                let span = self.runner.parsed.pair(&path, key).map_or(span, |(key, _)| key.span);
                let (message, actual) = match value(first, key) {
                    Some(actual) => {
                        (format!("`{key}` in the output of `{name}` is another"), actual.to_string())
                    }
                    None => (format!("`{key}` is not in the output of `{name}`"), "nothing".to_owned()),
                };
                Failure { span, message, differs: Some((want.to_string(), actual)), why: None }
            })
            .collect()
    }
}
