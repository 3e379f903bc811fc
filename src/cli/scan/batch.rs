//! Runs rules on one batch of records.

use super::filter::Filter;
use crate::eval::log::{Batch, LogProblem, LogProblemKind};
use crate::eval::profile::{Costs, Profiler};
use crate::eval::tally::Tally;
use crate::eval::timeline::Timeline;
use crate::eval::{Engine, Event, Matching, Skipped};
use crate::render::alert::{self, Format};
use crate::render::scan::Counts;
use crate::render::scan_page::{Listed, keep_urgent};
use crate::sema::ir::Priority;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// Options for every batch.
#[derive(Debug)]
pub struct Job {
    /// The rules.
    pub engine: Engine,
    /// Which of several matching rules fire.
    pub matching: Matching,
    /// The format of alerts; `None` writes none.
    pub format: Option<Format>,
    /// Count the alerts of each rule.
    pub tally: bool,
    /// Measures rules, with `--timings`.
    pub profiler: Option<Profiler>,
    /// The events to read.
    pub asked: Arc<Filter>,
    /// Keep the data of a page.
    pub page: bool,
}

/// The result of a batch, or of opening a log.
#[derive(Debug, Default)]
pub struct Done {
    /// Alerts as text.
    pub output: Vec<u8>,
    /// What was read.
    pub counts: Counts,
    /// Parts that could not be read, in order.
    pub problems: Vec<LogProblem>,
    /// Alerts of the rules, by index.
    pub tallies: BTreeMap<usize, Tally>,
    /// The most urgent priority among the alerts.
    pub worst: Option<Priority>,
    /// Alerts over time, and those on the list of a page.
    pub timeline: Timeline,
    pub listed: Vec<Listed>,
    /// Measured time, with `--timings`.
    pub costs: Option<Costs>,
}

/// Position of a batch in the sequence of all events.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// Number of events before it.
    pub before: u64,
    /// Time of the very first event.
    pub first: Option<i64>,
}

/// The result for a log that could not be opened.
pub fn unopened(message: String) -> Done {
    let problem = LogProblem { offset: 0, record: None, message, kind: LogProblemKind::End };
    let counts = Counts { broken_files: 1, ..Counts::default() };
    Done { problems: vec![problem], counts, ..Done::default() }
}

/// Maximum number of problems kept per log; all are counted.
pub const MOST_PROBLEMS: usize = 10;

impl Done {
    /// Appends the result of the next batch of the same log.
    pub fn append(&mut self, next: Done) {
        self.output.extend(next.output);
        self.counts.add(&next.counts);
        self.problems.extend(next.problems);
        self.problems.truncate(MOST_PROBLEMS);
        for (rule, tally) in &next.tallies {
            self.tallies.entry(*rule).or_default().merge(tally);
        }
        self.worst = self.worst.into_iter().chain(next.worst).min();
        self.timeline.merge(&next.timeline);
        self.listed.extend(next.listed);
        keep_urgent(&mut self.listed);
        match (&mut self.costs, next.costs) {
            (Some(costs), Some(more)) => costs.merge(&more),
            (costs, more) => *costs = costs.take().or(more),
        }
    }
}

impl Job {
    /// Runs rules that do not depend on the number of earlier events.
    pub fn run(&self, batch: &Batch) -> Done {
        let mut done = self.start(batch);
        for (number, range) in &batch.records {
            let record = batch.text.get(range.clone()).unwrap_or_default();
            match self.engine.event(record, 1) {
                Ok(event) if self.asked.wants(&event) => self.event(&event, &mut done),
                Ok(_) => done.counts.outside += 1,
                Err(why) => skip(why, *number, |at| batch.place(*number, range, at), &mut done),
            }
        }
        finish(done)
    }

    /// Runs rules that depend on the number of earlier events. `stand` takes the number of events and the time of the
    /// first, and returns their position.
    pub fn run_numbered(&self, batch: &Batch, stand: impl FnOnce(u64, Option<i64>) -> Standing) -> Done {
        let mut done = self.start(batch);
        let mut events = Vec::with_capacity(batch.records.len());
        for (number, range) in &batch.records {
            let record = batch.text.get(range.clone()).unwrap_or_default();
            match self.engine.event(record, 1) {
                Ok(event) if self.asked.wants(&event) => events.push(event),
                Ok(_) => done.counts.outside += 1,
                Err(why) => skip(why, *number, |at| batch.place(*number, range, at), &mut done),
            }
        }
        let standing = stand(events.len() as u64, events.first().map(|event| event.time));
        for (event, num) in events.iter_mut().zip(standing.before + 1..) {
            event.num = num;
            event.first = standing.first.unwrap_or(event.time);
            self.event(event, &mut done);
        }
        finish(done)
    }

    fn start(&self, batch: &Batch) -> Done {
        let mut done = Done { problems: batch.problems.clone(), ..Done::default() };
        done.counts.bytes = batch.read;
        done.counts.records = batch.records.len() as u64;
        for problem in &batch.problems {
            match problem.kind {
                LogProblemKind::Record => {
                    done.counts.records += 1;
                    done.counts.bad += 1;
                }
                LogProblemKind::Stray => done.counts.stray += 1,
                LogProblemKind::End => done.counts.broken_files += 1,
            }
        }
        done.costs = self.profiler.as_ref().map(Profiler::costs);
        done
    }

    fn event(&self, event: &Event<'_>, done: &mut Done) {
        done.counts.events += 1;
        if let (Some(profiler), Some(costs)) = (&self.profiler, &mut done.costs) {
            let start = Instant::now();
            let clock = || u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
            // It parsed before, so it parses again.
            let _ = profiler.measure(event.record(), event.num, Some(event.first), &clock, costs);
        }
        let fired = self.engine.matches(event, self.matching);
        done.counts.matched += u64::from(!fired.is_empty());
        for at in fired {
            let Some(rule) = self.engine.rules().get(at) else { continue };
            done.counts.alerts += 1;
            done.worst = Some(done.worst.map_or(rule.priority, |worst| worst.min(rule.priority)));
            if self.tally {
                done.tallies.entry(at).or_default().add(event.time, &self.engine.who(event));
            }
            if self.format.is_none() && !self.page {
                continue;
            }
            let said = self.engine.alert(at, event);
            if self.page {
                done.timeline.add(event.time, rule.priority);
                done.listed.push(Listed::new(rule.priority, &said));
            }
            if let Some(format) = self.format {
                alert::write(format, rule, said, &mut done.output);
            }
        }
    }
}

fn skip(why: Skipped, number: u64, place: impl Fn(usize) -> u64, done: &mut Done) {
    match why {
        Skipped::NotAnEvent(_) => done.counts.skipped += 1,
        Skipped::NotJson(at) => {
            done.counts.bad += 1;
            let (offset, message) = (place(at), "the record is not JSON".to_owned());
            done.problems.push(LogProblem {
                offset,
                record: Some(number),
                message,
                kind: LogProblemKind::Record,
            });
        }
    }
}

fn finish(mut done: Done) -> Done {
    done.problems.sort_by_key(|problem| problem.offset);
    done.problems.truncate(MOST_PROBLEMS);
    // A log counts as broken at most once.
    done.counts.broken_files = done.counts.broken_files.min(1);
    done
}
