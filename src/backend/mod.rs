//! Compilation of rules for other engines. What a target cannot express is reported at its place.
//!
//! ```text
//! Rule -> fit (comparisons that cannot be expressed: refused, or approximated) -> the target's own form -> text
//! ```

pub mod clause;
pub mod cloudwatch;
pub mod eventbridge;
mod falco;
pub mod fit;
mod json;
mod sigma;
pub mod sql;
pub mod write;

use crate::analysis::{Analysis, Options};
use crate::diag::Diagnostic;
use crate::sema::ir::Rule;
use fit::Approximate;

/// An engine that rules can be compiled for.
pub trait Target: Sync {
    /// Name on the command line.
    fn name(&self) -> &'static str;

    /// Summary of its artifact in a few words.
    fn summary(&self) -> &'static str;

    /// Forms of the artifact, the default one first.
    fn forms(&self) -> &'static [Form];

    /// Compiles rules. The error is an invalid setting.
    fn compile(&self, job: &CompileJob<'_>) -> Result<Artifact, String>;
}

/// A form of a target's artifact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Form {
    /// Name on the command line.
    pub name: &'static str,
    /// Summary in a few words.
    pub summary: &'static str,
}

/// Input of a compilation.
#[derive(Debug)]
pub struct CompileJob<'j> {
    /// The files of the rules.
    pub analysis: &'j Analysis,
    /// Options of their analysis.
    pub options: &'j Options,
    /// The rules, in evaluation order.
    pub rules: &'j [Rule],
    /// The form, one of the target's.
    pub form: &'static str,
    /// Replacement of comparisons that the target cannot express; `None` refuses their rules.
    pub approximate: Option<Approximate>,
    /// Only events at or after this time, in nanoseconds since 1970.
    pub since: Option<i64>,
    /// Only events before this time.
    pub until: Option<i64>,
    /// Settings of single targets.
    pub settings: &'j Settings,
}

/// Settings that only some targets use.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Number of events within the period that raises an alarm, by rule; `None` is for all other rules.
    pub thresholds: Vec<(Option<String>, u32)>,
    /// The log group, table or files that the events are in.
    pub from: Option<String>,
}

/// Result of a compilation.
#[derive(Clone, Debug, Default)]
pub struct Artifact {
    /// The text.
    pub text: String,
    /// Findings about comparisons that are refused or approximated.
    pub diagnostics: Vec<Diagnostic>,
    /// Number of rules in it.
    pub rules: usize,
}

/// All targets.
pub static TARGETS: &[&dyn Target] = &[
    &falco::Falco,
    &json::Json,
    &cloudwatch::CloudWatch,
    &sql::DUCKDB,
    &sql::SPARK,
    &sql::ATHENA,
    &sql::TRINO,
    &eventbridge::EventBridge,
    &sigma::Sigma,
];

/// The target of this name.
pub fn find(name: &str) -> Option<&'static dyn Target> {
    TARGETS.iter().copied().find(|target| target.name() == name)
}
