//! A test made from a real record: the members that make a rule fire, with stand-ins for identifying texts.
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

/// The event of a recorded test.
#[derive(Debug, Clone, Default)]
pub struct RecordedEvent {
    /// The members, as in the record.
    pub members: Map<String, Value>,
    /// Members of the template that the record lacks.
    pub remove: Vec<String>,
    /// The template, if it is not the default for the members.
    pub template: Option<&'static str>,
}

/// A recorded test.
#[derive(Debug)]
pub struct Recorded {
    /// The rule that fires.
    pub rule: String,
    /// The event.
    pub event: RecordedEvent,
    /// The number of members before and after.
    pub members: (usize, usize),
    /// The number of replaced texts.
    pub replaced: usize,
}

/// The reason why a record does not become a test.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// The record cannot be a test at all.
    Unusable(String),
    /// The rule fires only if these members keep their texts.
    Needed(Vec<String>),
}

/// The check that the rule still fires, with its remaining budget.
struct Trial<'s> {
    suite: &'s Suite,
    rule: usize,
    /// Bytes of records left to evaluate: a huge record ends as a large test, not as a long wait.
    left: usize,
}

/// About a second's worth.
const BUDGET: usize = 100 << 20;

impl Trial<'_> {
    fn fires(&mut self, event: &RecordedEvent) -> bool {
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

/// Makes a test of a record that the rule fires on. Members in `keep`, as dotted paths, are not changed.
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

/// The share of a condition that holds for an event: 1 for all of it.
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analysis::{Inputs, compile_rules};
    use crate::source::{FileId, SourceFile, SourceMap};
    use crate::testing::{file, run};
    use proptest::prelude::*;
    use serde_json::json;

    /// A text in every value and in no condition.
    const SECRET: &str = "zq7zq";
    const MEMBERS: [(&str, &str); 8] = [
        ("userIdentity", "arn"),
        ("userIdentity", "userName"),
        ("userIdentity", "principalId"),
        ("requestParameters", "name"),
        ("requestParameters", "roleArn"),
        ("responseElements", "url"),
        ("responseElements", "text"),
        ("additionalEventData", "x"),
    ];

    /// A text that contains the secret, and the parts that a condition may search for: at its start, inside, at its
    /// end.
    fn value() -> impl Strategy<Value = (String, [String; 3])> {
        let wrapped = prop::sample::select(vec![
            ("pre-", "-post"),
            ("arn:aws:iam::111122223333:user/", "/tail"),
            ("arn:aws:s3:::", "/key/x.gz"),
            ("AROAQ7ZLMNOPQRSTUVWXY:", "-1"),
            ("https://", ".example.net/?a=b"),
            ("{\"Statement\": \"", "\"}"),
            ("", "@example.net"),
            ("控制台 ", " é"),
        ]);
        wrapped.prop_map(|(before, after)| {
            let tail: String = after.chars().skip(1).collect();
            (format!("{before}{SECRET}{after}"), [before.to_owned(), tail.clone(), after.to_owned()])
        })
    }

    fn comparison(at: usize, how: usize, pieces: &[String; 3]) -> String {
        let (above, name) = MEMBERS[at];
        let field = format!("json.value[/{above}/{name}]");
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        match how {
            0 if !pieces[0].is_empty() => format!("{field} startswith \"{}\"", quoted(&pieces[0])),
            1 if !pieces[1].is_empty() => format!("{field} contains \"{}\"", quoted(&pieces[1])),
            2 => format!("{field} endswith \"{}\"", quoted(&pieces[2])),
            3 => format!("not {field} = \"something else\""),
            _ => format!("{field} exists"),
        }
    }

    proptest! {
        #[test]
        fn no_secret_is_in_a_test_that_passes(
            values in prop::collection::vec(value(), MEMBERS.len()),
            asked in prop::collection::vec((0..MEMBERS.len(), 0..5_usize), 1..5),
            any in any::<bool>(),
        ) {
            let mut record = json!({
                "eventVersion": "1.11", "eventTime": "2026-01-15T12:34:56Z", "eventType": "AwsApiCall",
                "eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey", "awsRegion": "us-east-1",
                "userIdentity": {"type": "IAMUser"},
            });
            for ((above, name), (text, _)) in MEMBERS.iter().zip(&values) {
                record[above][name] = json!(text);
            }
            let parts: Vec<String> = asked.iter().map(|&(at, how)| comparison(at, how, &values[at].1)).collect();
            let condition = parts.join(if any { " or " } else { " and " });
            let rules = json!([{
                "rule": "R", "desc": "d", "output": "o", "priority": "INFO", "source": "aws_cloudtrail",
                "condition": format!("ct.name = CreateAccessKey and ({condition})"),
            }]);
            let mut sources = SourceMap::default();
            sources.add(SourceFile::new("r.yaml", rules.to_string()));
            let suite = Suite::new(compile_rules(Inputs { sources, ..Inputs::default() }));
            prop_assert_eq!(suite.engine.rules().len(), 1, "{}", condition);
            let made = super::record(&suite, 0, &record.to_string(), &[]);
            let text = alone(&made.map_err(|refused| TestCaseError::fail(format!("{condition}: {refused:?}")))?);
            prop_assert!(!text.contains("zq"), "{}\n{}", condition, text);
            let source = SourceFile::new("t.test.yaml", text.as_str());
            let parsed = file::parse(FileId(0), &source).unwrap();
            let (outcomes, problems) = run(&suite, &parsed, &|_| true, &mut |_| Err(String::new()), None);
            let passes = outcomes.len() == 1 && outcomes[0].failures.is_empty() && problems.is_empty();
            prop_assert!(passes, "{}\n{}", condition, text);
        }
    }
}
