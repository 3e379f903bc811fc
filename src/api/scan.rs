//! Rules on logs.

use super::{Error, Ruleset};
use crate::eval::log::{Batch, Batches, Kind};
use crate::eval::{Engine, Event, Matching, Skipped};
use crate::render::alert::iso;
use serde_json::Value;
use std::io::Read;

/// The result of [`Ruleset::scan`].
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// The alerts, in the order of the records.
    pub alerts: Vec<Alert>,
    /// Records that are events for the rules.
    pub events: u64,
    /// Records that Falco's plugin makes no event of, such as Insight records.
    pub skipped: u64,
    /// What cannot be read as a record.
    pub problems: Vec<Problem>,
}

/// What a rule says of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The record's `eventTime` as `YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ`.
    pub time: String,
    /// The name of the rule.
    pub rule: String,
    /// Its priority as Falco writes it, such as `Warning`.
    pub priority: &'static str,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its output, fields filled in.
    pub output: String,
    /// The fields of the output and their values, in order.
    pub fields: Vec<(String, Value)>,
}

/// A piece of a log that is no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its place in bytes of the log.
    pub offset: u64,
    /// What is wrong with it.
    pub message: String,
}

impl Ruleset {
    /// Runs the rules on CloudTrail records as Falco with its plugins would. The log is what `rulec scan` reads once it is
    /// decompressed: a file of S3, one record or an array or lines of them, envelopes of EventBridge, rows of a table.
    ///
    /// ```
    /// use rulec::{Matching, Options, Ruleset};
    ///
    /// let rules = "
    /// - rule: Trail stopped
    ///   desc: Somebody stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: a trail was stopped in %ct.region
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    /// ";
    /// let log = br#"{"Records": [{"eventTime": "2026-01-02T03:04:05Z", "eventType": "AwsApiCall",
    ///     "eventName": "StopLogging", "awsRegion": "eu-west-1"}]}"#;
    /// let ruleset = Ruleset::load([("rules.yaml", rules)], &Options::default())?;
    /// let scan = ruleset.scan(&log[..], Matching::First)?;
    /// assert_eq!(scan.alerts[0].output, "a trail was stopped in eu-west-1");
    /// # Ok::<(), rulec::Error>(())
    /// ```
    pub fn scan(&self, log: impl Read, matching: Matching) -> Result<Scan, Error> {
        let engine = &self.suite()?.engine;
        let (mut scan, mut first) = (Scan::default(), None);
        for batch in Batches::new(log, false) {
            scan.batch(engine, &batch, matching, &mut first);
        }
        Ok(scan)
    }
}

impl Scan {
    fn batch(&mut self, engine: &Engine, batch: &Batch, matching: Matching, first: &mut Option<i64>) {
        for problem in &batch.problems {
            let message = match problem.kind {
                Kind::Stray => "text outside of records".to_owned(),
                _ => problem.message.clone(),
            };
            self.problems.push(Problem { offset: problem.offset, message });
        }
        for (number, range) in &batch.records {
            match engine.event(batch.text.get(range.clone()).unwrap_or_default(), self.events + 1) {
                Ok(mut event) => {
                    event.first = *first.get_or_insert(event.time);
                    self.event(engine, &event, matching);
                }
                Err(Skipped::NotAnEvent(_)) => self.skipped += 1,
                Err(Skipped::NotJson(at)) => self.problems.push(Problem {
                    offset: batch.place(*number, range, at),
                    message: "the record is not JSON".to_owned(),
                }),
            }
        }
    }

    fn event(&mut self, engine: &Engine, event: &Event<'_>, matching: Matching) {
        self.events += 1;
        for at in engine.matches(event, matching) {
            let Some(rule) = engine.rules().get(at) else { continue };
            let said = engine.alert(at, event);
            self.alerts.push(Alert {
                time: iso(said.time),
                rule: rule.name.clone(),
                priority: rule.priority.name(),
                tags: rule.tags.clone(),
                output: said.output,
                fields: said.fields,
            });
        }
    }
}
