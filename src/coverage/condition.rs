//! Conditions written outside of rules files, compiled like those inside.

use crate::diag::Severity;
use crate::sema::collect::{Collected, ErrorPolicy, collect};
use crate::sema::compile::compile;
use crate::sema::compiled::{RuleView, Sink};
use crate::sema::environment::Environment;
use crate::sema::ir::{Pred, Rule};
use crate::sema::lower::Lowering;
use crate::sema::report::Report;
use crate::source::{SourceFile, SourceMap};
use crate::syntax::yaml;

/// The event source of all conditions here.
pub const SOURCE: &str = crate::eval::SOURCE;

/// Compiles a condition on CloudTrail events, in which `events` is the list of these names. The error is the message
/// of the first finding.
pub fn read(condition: &str, events: &[&str]) -> Result<Pred, String> {
    let mut text = String::new();
    if !events.is_empty() {
        text += &format!("- list: events\n  items: {}\n", json(&events));
    }
    text += &rule("control", condition);
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("control", text));
    let rule = lowered(&sources)?.into_iter().next();
    rule.map(|rule| rule.condition).ok_or_else(|| "the condition is too large".to_owned())
}

/// A rule with this condition and placeholders for the other keys, as YAML.
pub fn rule(name: &str, condition: &str) -> String {
    let (name, condition) = (json(&name), json(&condition));
    format!(
        "- rule: {name}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n  source: {SOURCE}\n"
    )
}

/// A JSON string, which YAML reads as the same text.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The compiled rules of files; the error is the message of the first finding.
pub(super) fn lowered(sources: &SourceMap) -> Result<Vec<Rule>, String> {
    let (rules, error) = compiled(sources);
    error.map_or(Ok(rules), Err)
}

fn compiled(sources: &SourceMap) -> (Vec<Rule>, Option<String>) {
    let environment = Environment::default();
    let streams: Vec<_> = sources.files().map(|(id, file)| (id, yaml::parse(id, file))).collect();
    let mut report = Report::without_context(sources);
    let mut collected = Collected::default();
    for (id, stream) in &streams {
        collect(&mut collected, *id, stream, &environment, ErrorPolicy::All, &mut report);
    }
    let mut conditions = Conditions::default();
    compile(&collected, &environment, ErrorPolicy::All, &mut report, &mut conditions);
    let error = report.found.iter().find(|found| found.severity == Severity::Error);
    (conditions.rules, error.map(|error| error.message.clone()))
}

#[derive(Default)]
struct Conditions {
    lowering: Lowering,
    rules: Vec<Rule>,
}

impl<'a> Sink<'a> for Conditions {
    fn rule(&mut self, view: &RuleView<'_, 'a>) {
        if let Ok((rule, _)) = self.lowering.rule(view) {
            self.rules.push(rule);
        }
    }
}

/// Definitions in a user's files.
#[derive(Debug, Default)]
pub struct Definitions {
    /// Names of rules, macros and lists.
    pub names: Vec<String>,
    /// Macros that a rule on CloudTrail can use, with their conditions.
    pub macros: Vec<(String, Pred)>,
}

/// Collects names and macros of files. Items with errors are left out.
pub fn definitions(sources: &SourceMap) -> Definitions {
    let mut definitions = Definitions::default();
    let streams: Vec<_> = sources.files().map(|(id, file)| (id, yaml::parse(id, file))).collect();
    let mut report = Report::without_context(sources);
    let mut collected = Collected::default();
    for (id, stream) in &streams {
        collect(&mut collected, *id, stream, &Environment::default(), ErrorPolicy::All, &mut report);
    }
    let macros: Vec<&str> = collected.macros.items.iter().map(|info| info.name).collect();
    let lists = collected.lists.items.iter().map(|info| info.name);
    let rules = collected.rules.items.iter().map(|info| info.name);
    definitions.names = macros.iter().copied().chain(lists).chain(rules).map(str::to_owned).collect();
    // A rule whose condition is only a macro has the macro's condition.
    let mut sources = sources.clone();
    let text: String = macros.iter().map(|name| rule(&format!("{name} alone"), name)).collect();
    let probe = sources.add(SourceFile::new("macros", text));
    let of_probe = compiled(&sources).0.into_iter().filter(|rule| rule.span.file == probe);
    definitions.macros = of_probe
        .filter_map(|rule| Some((rule.name.strip_suffix(" alone")?.to_owned(), rule.condition)))
        .collect();
    definitions
}
