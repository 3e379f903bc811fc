//! Rules for other engines.

use super::finding::findings;
use super::{Error, Finding, Ruleset};
use crate::analysis;
use crate::backend::fit::Approximate;
use crate::backend::{Job, Settings, TARGETS, find};
use crate::config::Levels;
use crate::lint::targets::{APPROXIMATED, NOT_IN_TARGET};

/// How to compile.
#[derive(Clone, Debug, Default)]
pub struct CompileOptions {
    /// The form, one of those that the target has; without it, the first of them.
    pub form: Option<String>,
    /// What takes the place of what the target cannot express. Without it, such rules are left out.
    pub approximate: Option<Approximate>,
    /// The log group, table or files that the events are in.
    pub from: Option<String>,
}

/// The result of [`Ruleset::compile`].
#[derive(Clone, Debug)]
pub struct Artifact {
    /// The text for the engine.
    pub text: String,
    /// How many rules are in it.
    pub rules: usize,
    /// What the target cannot express, at its place in the rules.
    pub findings: Vec<Finding>,
}

/// The names of the targets and their forms.
///
/// ```
/// assert!(rulec::targets().any(|(name, forms)| name == "cloudwatch" && forms.contains(&"terraform")));
/// ```
pub fn targets() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    TARGETS.iter().map(|target| (target.name(), target.forms().iter().map(|form| form.name).collect()))
}

impl Ruleset {
    /// Compiles the rules for another engine, as `rulec compile` does.
    ///
    /// ```
    /// use rulec::{CompileOptions, Options, Ruleset};
    ///
    /// let rules = "
    /// - rule: Trail stopped
    ///   desc: Somebody stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: '%ct.user stopped a trail'
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    /// ";
    /// let ruleset = Ruleset::load([("rules.yaml", rules)], &Options::default())?;
    /// let artifact = ruleset.compile("cloudwatch", &CompileOptions::default())?;
    /// assert!(artifact.text.contains(r#"$.eventName = "StopLogging""#));
    /// # Ok::<(), rulec::Error>(())
    /// ```
    pub fn compile(&self, target: &str, options: &CompileOptions) -> Result<Artifact, Error> {
        let target =
            find(target).ok_or_else(|| Error::Argument(format!("there is no target named `{target}`")))?;
        let mut forms = target.forms().iter();
        let form = match &options.form {
            None => forms.next(),
            Some(name) => forms.find(|form| form.name == name),
        };
        let form = form.ok_or_else(|| {
            let asked = options.form.as_deref().unwrap_or_default();
            Error::Argument(format!("target {} has no form named `{asked}`", target.name()))
        })?;
        let mut compiled = self.compiled()?;
        let artifact = target
            .compile(&Job {
                analysis: &compiled.analysis,
                options: &self.options,
                rules: &compiled.rules,
                form: form.name,
                approximate: options.approximate,
                since: None,
                until: None,
                settings: &Settings { thresholds: Vec::new(), from: options.from.clone() },
            })
            .map_err(Error::Argument)?;
        compiled.analysis.diagnostics = artifact.diagnostics;
        let mut found = analysis::findings(&mut compiled.analysis, &Levels::default());
        found.retain(|found| [&NOT_IN_TARGET, &APPROXIMATED].contains(&found.check));
        let findings = findings(&compiled.analysis.sources, &found);
        Ok(Artifact { text: artifact.text, rules: artifact.rules, findings })
    }
}
