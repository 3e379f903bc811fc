//! A test made of a real record: the members that make a rule fire, with stand-ins for what nobody else is to read.
//!
//! ```text
//! record -> minimise -> anonymise -> text of a test -> read and run once more
//! ```

mod anonymise;
mod minimise;
mod standin;
mod write;

pub use write::{alone, append};

use super::{Suite, silent_because, template};
use crate::eval;
use serde_json::{Map, Value};

/// What a test says of its event.
#[derive(Debug, Clone, Default)]
pub struct Event {
    /// The members, as in the record.
    pub members: Map<String, Value>,
    /// Members of the template that the record has not, and must not have.
    pub remove: Vec<String>,
    /// The template, if it is not the one that the members ask for.
    pub template: Option<&'static str>,
}

/// A test in the making.
#[derive(Debug)]
pub struct Recorded {
    /// The rule that fires.
    pub rule: String,
    /// The event.
    pub event: Event,
    /// How many members the record had, and how many are left.
    pub members: (usize, usize),
    /// How many texts have stand-ins.
    pub replaced: usize,
}

/// Why no test came of a record.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// The record cannot be a test at all.
    Unusable(String),
    /// The rule fires on these members only as they are.
    Needed(Vec<String>),
}

/// Whether the rule still fires, and how much may still be tried.
struct Trial<'s> {
    suite: &'s Suite,
    rule: usize,
    /// Bytes of records left to be looked at: a huge record ends as a large test, not as a long wait.
    left: usize,
}

/// About a second's worth.
const BUDGET: usize = 200 << 20;

impl Trial<'_> {
    fn fires(&mut self, event: &Event) -> bool {
        let given = write::flat(&event.members);
        let Ok(record) = template::complete(&given, event.template, &event.remove) else { return false };
        let text = Value::Object(record).to_string();
        self.left = self.left.saturating_sub(text.len());
        let engine = &self.suite.engine;
        let condition = &engine.rules()[self.rule].condition;
        engine.event(text.as_bytes(), 1).is_ok_and(|event| eval::holds(condition, &event))
    }

    fn is_over(&self) -> bool {
        self.left == 0
    }
}

/// Makes a test of a record that the rule fires on. What is in `keep`, members with dots, is left as it is.
pub fn record(suite: &Suite, rule: usize, record: &str, keep: &[String]) -> Result<Recorded, Refused> {
    let of_rule = &suite.engine.rules()[rule];
    if let Some(reason) = silent_because(of_rule) {
        return Err(Refused::Unusable(format!("`{}` never fires: {reason}", of_rule.name)));
    }
    let unusable =
        |error: serde_json::Error| Refused::Unusable(format!("the record cannot be read: {error}"));
    let members: Map<String, Value> = serde_json::from_str(record).map_err(unusable)?;
    let before = write::flat(&members).len();
    let mut trial = Trial { suite, rule, left: BUDGET };
    let Some(whole) = minimise::start(&members, &mut trial) else {
        let reason = "the rule fires on the record, but not on one that is written as a test";
        return Err(Refused::Unusable(reason.to_owned()));
    };
    let small = minimise::minimise(whole, &mut trial);
    let left = write::flat(&small.members).len();
    trial.left = BUDGET;
    let (event, replaced) = anonymise::anonymise(small, &of_rule.condition, keep, &mut trial)?;
    Ok(Recorded { rule: of_rule.name.clone(), event, members: (before, left), replaced })
}

/// How much of a condition holds for an event: 1 if all does.
pub fn closeness(why: &eval::Why) -> f64 {
    let sure = |holds: bool| if holds { 1.0 } else { 0.0 };
    match why {
        eval::Why::All(_, parts) if !parts.is_empty() => {
            parts.iter().map(closeness).sum::<f64>() / parts.len() as f64
        }
        eval::Why::Any(_, parts) => parts.iter().map(closeness).fold(0.0, f64::max),
        other => sure(other.holds()),
    }
}
