//! Tests of rules.

use super::finding::{findings, place};
use super::{Error, Finding, Place, Ruleset};
use crate::source::{SourceFile, SourceMap};
use crate::testing::{self, Read, file};

/// The result of [`Ruleset::test`].
#[derive(Clone, Debug, Default)]
pub struct Tested {
    /// The tests that were run, in order.
    pub outcomes: Vec<Outcome>,
    /// What keeps tests from being run.
    pub findings: Vec<Finding>,
}

/// The result of one test.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The name of the test.
    pub name: String,
    /// Where the name stands.
    pub place: Place,
    /// The rules that fired, in load order.
    pub fired: Vec<String>,
    /// The expectations that are not met; none if the test passes.
    pub unmet: Vec<Unmet>,
}

/// An expectation that is not met.
#[derive(Clone, Debug)]
pub struct Unmet {
    /// The expectation.
    pub place: Place,
    /// What is not so.
    pub message: String,
    /// Expected and actual text, for outputs.
    pub differs: Option<(String, String)>,
}

impl Tested {
    /// True if every test was run and passes.
    pub fn passed(&self) -> bool {
        self.findings.is_empty() && self.outcomes.iter().all(|outcome| outcome.unmet.is_empty())
    }
}

impl Ruleset {
    /// Runs the tests of a test file on these rules, whatever its `rules` names. `read` returns the text of a file with events
    /// that a test names, or says why there is none.
    ///
    /// ```
    /// use rulec::{Options, Ruleset};
    ///
    /// let rules = "
    /// - rule: Trail stopped
    ///   desc: Somebody stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: '%ct.user stopped a trail'
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    /// ";
    /// let tests = "
    /// tests:
    ///   - name: a trail is stopped
    ///     event: { eventName: StopLogging }
    ///     fires: [Trail stopped]
    ///   - name: a trail is started
    ///     event: { eventName: StartLogging }
    ///     fires: [Trail stopped]
    /// ";
    /// let ruleset = Ruleset::load([("rules.yaml", rules)], &Options::default())?;
    /// let tested = ruleset.test("trails.test.yaml", tests, &mut |_| Err("there are no other files".into()))?;
    /// assert!(tested.outcomes[0].unmet.is_empty());
    /// assert_eq!(tested.outcomes[1].unmet[0].place.line, 8);
    /// # Ok::<(), rulec::Error>(())
    /// ```
    pub fn test(
        &self,
        name: impl Into<String>,
        text: impl Into<Vec<u8>>,
        read: &mut Read<'_>,
    ) -> Result<Tested, Error> {
        let suite = self.suite()?;
        let mut sources = SourceMap::default();
        let id = sources.add(SourceFile::from_bytes(name, text.into()));
        let parsed = match file::parse(id, sources.file(id)) {
            Ok(parsed) => parsed,
            Err(found) => {
                return Ok(Tested { outcomes: Vec::new(), findings: findings(&sources, &found) });
            }
        };
        let (outcomes, found) = testing::run(suite, &parsed, &|_| true, read, None);
        let outcomes = outcomes.into_iter().map(|outcome| told(&sources, outcome)).collect();
        Ok(Tested { outcomes, findings: findings(&sources, &found) })
    }
}

fn told(sources: &SourceMap, outcome: testing::Outcome) -> Outcome {
    let unmet = |failure: testing::Failure| Unmet {
        place: place(sources, failure.span),
        message: failure.message,
        differs: failure.differs,
    };
    Outcome {
        name: outcome.name,
        place: place(sources, outcome.span),
        fired: outcome.fired,
        unmet: outcome.failures.into_iter().map(unmet).collect(),
    }
}
