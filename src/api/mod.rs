//! The library for other programs: rules files as texts in, plain data out. No function reads a disk, a clock or the
//! environment.

mod compile;
mod coverage;
mod error;
mod finding;
mod format;
mod scan;
mod test;

pub use compile::{Artifact, CompileOptions, targets};
pub use coverage::{Benchmarks, Control, Coverage, Event, benchmarks};
pub use error::Error;
pub use finding::{Edit, Finding, Fix, Label, Place, Report, explain};
pub use format::{Formatted, Skipped, format};
pub use scan::{Alert, Problem, Scan};
pub use test::{Outcome, Tested, Unmet};

use crate::analysis::{self, Compiled, Inputs};
use crate::schema::PluginSet;
use crate::sema::environment::{ENGINE_VERSION, Environment};
use crate::sema::requirements::Version;
use crate::source::{SourceFile, SourceMap};
use crate::testing::Suite;
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// Assumptions about the engine that will load the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The plugins that are loaded, each as `NAME` or `NAME@VERSION`. If there are none, `cloudtrail` and `json` are.
    pub plugins: Vec<String>,
    /// The version of Falco's engine, such as `0.63.0`. Without it, that of Falco 0.45.
    pub engine_version: Option<String>,
}

/// Rules files in load order.
///
/// ```
/// use rulec::{Options, Ruleset};
///
/// let rules = "
/// - rule: Trail stopped
///   desc: Somebody stopped a trail.
///   condition: ct.name = StopLoging
///   output: '%ct.user stopped a trail'
///   priority: WARNING
///   source: aws_cloudtrail
///   tags: [aws]
/// ";
/// let ruleset = Ruleset::load([("rules.yaml", rules)], &Options::default())?;
/// let report = ruleset.check();
/// let found = &report.findings[0];
/// assert_eq!((found.check, found.place.line), ("unknown-event-name", 4));
/// # Ok::<(), rulec::Error>(())
/// ```
#[derive(Debug)]
pub struct Ruleset {
    sources: SourceMap,
    options: analysis::Options,
    suite: OnceLock<Result<Suite, Error>>,
}

impl Ruleset {
    /// Takes rules files as pairs of a name and a text, in load order. Bytes that are not UTF-8 become a finding.
    ///
    /// Files that hold rules among other things are taken apart by their names and contents: Kubernetes manifests, Helm
    /// values, Terraform, exports of Sysdig.
    ///
    /// ```
    /// use rulec::{Error, Options, Ruleset};
    ///
    /// let options = Options { plugins: vec!["cloudtrial".into()], ..Options::default() };
    /// let error = Ruleset::load([("rules.yaml", "")], &options).unwrap_err();
    /// assert!(matches!(error, Error::Argument(_)));
    /// ```
    pub fn load<N: Into<String>, T: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (N, T)>,
        options: &Options,
    ) -> Result<Ruleset, Error> {
        let mut sources = SourceMap::default();
        for (name, text) in files {
            sources.add(SourceFile::from_bytes(name, text.into()));
        }
        let options =
            analysis::Options { environment: environment(options)?, ..analysis::Options::default() };
        Ok(Ruleset { sources, options, suite: OnceLock::new() })
    }

    /// Finds everything that `rulec check` finds. Comments in the rules that suppress findings count.
    ///
    /// ```
    /// use rulec::{Format, Options, Ruleset, Severity};
    ///
    /// let files = [("a.yaml", "- macro: m\n  condition: ct.nam = x\n"), ("b.yaml", "- list: l\n  items: [")];
    /// let report = Ruleset::load(files, &Options::default())?.check();
    /// assert!(report.findings.iter().any(|found| found.severity == Severity::Error));
    /// assert!(report.render(Format::Concise).contains("b.yaml:2:10: error"));
    /// # Ok::<(), rulec::Error>(())
    /// ```
    pub fn check(&self) -> Report {
        Report::of(analysis::analyze(self.inputs()))
    }

    /// Describes rules, macros and lists as `falco -L` does.
    ///
    /// ```
    /// use rulec::{Options, Ruleset};
    ///
    /// let ruleset = Ruleset::load([("l.yaml", "- list: admins\n  items: [alice]\n")], &Options::default())?;
    /// assert_eq!(ruleset.describe()?["lists"][0]["info"]["name"], "admins");
    /// # Ok::<(), rulec::Error>(())
    /// ```
    pub fn describe(&self) -> Result<Value, Error> {
        analysis::describe(&self.inputs()).map_err(Error::Refused)
    }

    fn inputs(&self) -> Inputs {
        Inputs { sources: self.sources.clone(), options: self.options.clone() }
    }

    /// The rules, if all of them load.
    fn compiled(&self) -> Result<Compiled, Error> {
        let mut compiled = analysis::compile_rules(self.inputs());
        let errors = analysis::errors(&mut compiled.analysis);
        if !analysis::load_anyway(&errors, &compiled.analysis.sources, &self.options) {
            return Err(Error::Rules(finding::findings(&compiled.analysis.sources, &errors)));
        }
        match compiled.too_large.first() {
            Some(large) => {
                Err(Error::Refused(format!("the condition of rule `{}` is too large", large.name)))
            }
            None => Ok(compiled),
        }
    }

    /// The rules, compiled once for events.
    fn suite(&self) -> Result<&Suite, Error> {
        self.suite.get_or_init(|| self.compiled().map(Suite::new)).as_ref().map_err(Error::clone)
    }
}

fn environment(options: &Options) -> Result<Environment, Error> {
    let plugins = match options.plugins.as_slice() {
        [] => PluginSet::default(),
        plugins => {
            PluginSet::parse(&plugins.join(",")).map_err(|error| Error::Argument(error.to_string()))?
        }
    };
    let version = options.engine_version.as_deref().map(Version::exact).transpose();
    let engine_version = version.map_err(Error::Argument)?.unwrap_or(ENGINE_VERSION);
    Ok(Environment { engine_version, plugins: Arc::new(plugins), ..Environment::default() })
}
