//! Conditions written outside of rules files, read by the same parser, lists and types as those inside.

use crate::sema::collect::{Collected, Policy, collect};
use crate::sema::compile::compile;
use crate::schema::Type;
use crate::sema::ir::{Atom, FieldRef, Origin, Pred, Term, Test};
use crate::sema::lower::Lowering;
use crate::sema::report::Report;
use crate::sema::view::{RuleView, Sink};
use crate::sema::world::World;
use crate::source::{SourceFile, SourceMap, Span};
use crate::syntax::yaml;
use std::sync::Arc;

/// The event source of everything here.
pub const SOURCE: &str = crate::eval::SOURCE;

/// Reads a condition on CloudTrail events, in which `events` is the list of these names. The `Err` is the first thing
/// that is wrong.
pub fn read(condition: &str, events: &[&str]) -> Result<Pred, String> {
    let mut text = String::new();
    if !events.is_empty() {
        text += &format!("- list: events\n  items: {}\n", json(&events));
    }
    text += &rule("control", condition);
    let rule = lowered(&[SourceFile::new("control", text)])?.into_iter().next();
    rule.map(|(_, condition)| condition).ok_or_else(|| "the condition is too large".to_owned())
}

/// A rule that is nothing but a condition, as YAML.
pub fn rule(name: &str, condition: &str) -> String {
    let (name, condition) = (json(&name), json(&condition));
    format!(
        "- rule: {name}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n  source: {SOURCE}\n"
    )
}

/// Every string of JSON is one of YAML.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The conditions of the rules in files, by name.
pub fn lowered(files: &[SourceFile]) -> Result<Vec<(String, Pred)>, String> {
    let mut sources = SourceMap::default();
    for file in files {
        sources.add(file.clone());
    }
    let world = World::default();
    let streams: Vec<_> = sources.files().map(|(id, file)| (id, yaml::parse(id, file))).collect();
    let mut report = Report::without_context(&sources);
    let mut collected = Collected::default();
    for (id, stream) in &streams {
        collect(&mut collected, *id, stream, &world, Policy::All, &mut report);
    }
    let mut conditions = Conditions::default();
    compile(&collected, &world, Policy::All, &mut report, &mut conditions);
    let is_error = |found: &&crate::diag::Diagnostic| found.severity == crate::diag::Severity::Error;
    if let Some(error) = report.found.iter().find(is_error) {
        return Err(error.message.clone());
    }
    Ok(conditions.found)
}

#[derive(Default)]
struct Conditions {
    lowering: Lowering,
    found: Vec<(String, Pred)>,
}

impl<'a> Sink<'a> for Conditions {
    fn rule(&mut self, view: &RuleView<'_, 'a>) {
        if let Ok((rule, _)) = self.lowering.rule(view) {
            self.found.push((rule.name, rule.condition));
        }
    }
}

/// `not ct.error exists`, written nowhere.
pub fn succeeded() -> Pred {
    let field = FieldRef { name: Arc::from("ct.error"), arg: None, ty: Type::Charbuf, list: false };
    let origin = Origin { span: Span::default(), via: Vec::new() };
    let atom = Atom { left: Term::Field(field), test: Test::Exists, origin };
    Pred::Not(Box::new(Pred::Atom(Arc::new(atom))))
}
