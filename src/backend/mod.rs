//! Rules for other engines: each target says what it can of a condition and refuses the rest at its place.
//!
//! ```text
//! Rule -> fit (what the target cannot say: refused, or approximated) -> the target's own form -> text
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
    /// The name to ask for it by.
    fn name(&self) -> &'static str;

    /// What comes of it, in a few words.
    fn summary(&self) -> &'static str;

    /// The forms that it can be written in, the usual one first.
    fn forms(&self) -> &'static [Form];

    /// Compiles rules. The error is a setting that makes no sense.
    fn compile(&self, job: &CompileJob<'_>) -> Result<Artifact, String>;
}

/// A form in which a target is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Form {
    /// The name to ask for it by.
    pub name: &'static str,
    /// What it is, in a few words.
    pub summary: &'static str,
}

/// What to compile.
#[derive(Debug)]
pub struct CompileJob<'j> {
    /// The files of the rules.
    pub analysis: &'j Analysis,
    /// How they were read.
    pub options: &'j Options,
    /// The rules, in evaluation order.
    pub rules: &'j [Rule],
    /// The form, one of the target's.
    pub form: &'static str,
    /// What to do with what the target cannot say; refuse it if there is nothing else.
    pub approximate: Option<Approximate>,
    /// Only events at or after this time, in nanoseconds since 1970.
    pub since: Option<i64>,
    /// Only events before this time.
    pub until: Option<i64>,
    /// What else a target wants to know.
    pub settings: &'j Settings,
}

/// What some of the targets ask for.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Events within the period that raise an alarm: of a rule, or without a name of all others.
    pub thresholds: Vec<(Option<String>, u32)>,
    /// The log group, table or files that the events are in.
    pub from: Option<String>,
}

/// What a target made of rules.
#[derive(Clone, Debug, Default)]
pub struct Artifact {
    /// The text.
    pub text: String,
    /// What could not be said, or only roughly.
    pub diagnostics: Vec<Diagnostic>,
    /// How many rules are in it.
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
