//! The output of `falco -L` for rules, macros and lists.

use super::collect::{Collected, ListInfo, MacroInfo, RuleInfo};
use super::environment::Environment;
use super::event_types;
use super::exceptions::{self, Exception, ExceptionEntry};
use super::lists::Lists;
use super::outputs;
use super::print;
use super::text::Composite;
use crate::schema::SourceFields;
use crate::source::Text;
use crate::syntax::ast::{Comparison, Expr, ExprKind, Operand, OperandKind, Right};
use crate::syntax::condition::{self, DEFAULT_DEPTH, Parsed, RULE_DEPTH};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Describes what was collected. The files must have loaded without error. `dropped` names the rules that were
/// skipped for an unknown field. The `Err` is the message with which Falco dies.
pub fn describe(
    collected: &Collected<'_>,
    environment: &Environment,
    dropped: &BTreeSet<String>,
) -> Result<Value, String> {
    let mut lists = Lists::new(collected);
    let texts: Vec<Composite<'_>> = collected
        .macros
        .items
        .iter()
        .map(|info| lists.substitute(Composite::joined(&info.condition)))
        .collect();
    let parsed: Vec<Parsed<'_>> = texts.iter().map(|text| condition::parse(&text.text, RULE_DEPTH)).collect();
    let mut describer =
        Describer { collected, environment, parsed: &parsed, lists, macros_used: vec![false; parsed.len()] };
    let mut rules = Vec::new();
    for rule in
        collected.rules.items.iter().filter(|rule| !rule.unknown_source && !dropped.contains(rule.name))
    {
        rules.push(describer.rule(rule)?);
    }
    describer.mark_macros();
    let macros: Vec<Value> = (0..parsed.len()).map(|at| describer.macro_(at)).collect::<Result<_, _>>()?;
    let lists: Vec<Value> =
        collected.lists.items.iter().enumerate().map(|(at, info)| describer.list(at, info)).collect();
    let plugins: Vec<Value> = collected
        .plugins
        .iter()
        .map(|requirement| {
            let choice = |choice: &super::requirements::PluginChoice<'_>| {
                json!({"name": choice.name, "version": &*choice.version_text.value})
            };
            let mut choices = requirement.choices.iter();
            let mut first = choices.next().map(choice).unwrap_or_default();
            first["alternatives"] = choices.map(choice).collect();
            first
        })
        .collect();
    Ok(sorted(json!({
        "required_engine_version": collected.engine_version.to_string(),
        "required_plugin_versions": plugins,
        "rules": rules,
        "macros": macros,
        "lists": lists,
    })))
}

/// Keys in alphabetical order, as Falco prints them.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        other => other,
    }
}

struct Describer<'d, 't, 'a> {
    collected: &'d Collected<'a>,
    environment: &'d Environment,
    parsed: &'d [Parsed<'t>],
    lists: Lists<'a>,
    macros_used: Vec<bool>,
}

type Names = BTreeSet<String>;

/// The fields and operators of a compiled condition.
#[derive(Default)]
struct Parts {
    fields: Names,
    operators: Names,
    /// True if a comparison has no field on its left.
    fieldless: bool,
}

impl<'t, 'a> Describer<'_, 't, 'a> {
    fn rule(&mut self, rule: &RuleInfo<'a>) -> Result<Value, String> {
        let raw = Composite::joined(&rule.condition);
        let expanded =
            exceptions::expand(raw.clone(), &rule.exceptions).map_err(|fault| fault.message.clone())?;
        let text = self.lists.substitute(expanded);
        let parsed = condition::parse(&text.text, RULE_DEPTH);
        self.mark(&parsed.expr);
        let parts = self.parts(&parsed.expr)?;
        let written = outputs::text(rule);
        let output = outputs::without_container_info(outputs::whole(rule, self.environment));
        let empty = SourceFields::default();
        let fields = self.environment.fields(rule.source).unwrap_or(&empty);
        let output_fields = output_fields(&output.text, fields);
        let (macros, lists) = self.named(&raw.text)?;
        let events = match rule.source {
            "syscall" => self.events(&parsed.expr),
            _ => ["asyncevent".to_owned(), "pluginevent".to_owned()].into(),
        };
        Ok(json!({
            "info": {
                "name": rule.name,
                "condition": raw.text,
                "priority": rule.priority,
                "output": written.text,
                "description": joined(&rule.description),
                "enabled": rule.enabled,
                "source": rule.source,
                "capture": rule.capture,
                "capture_duration": rule.capture_duration,
                "tags": rule.tags,
            },
            "details": {
                "macros": macros,
                "lists": lists,
                "condition_operators": parts.operators,
                "condition_fields": parts.fields,
                "output_fields": output_fields,
                "exception_fields": exception_fields(&rule.exceptions),
                "exception_names": names(rule.exceptions.iter().map(|exception| &*exception.name.value)),
                "exception_operators": names(rule.exceptions.iter().flat_map(|exception| exception.comps.texts())),
                "events": events,
                "condition_compiled": print::condition(&parsed.expr, &|name| self.body(name)),
                "output_compiled": output.text,
                "plugins": self.plugins(rule.source, &parts.fields, &output_fields),
            },
        }))
    }

    fn macro_(&self, at: usize) -> Result<Value, String> {
        let info: &MacroInfo<'a> = &self.collected.macros.items[at];
        let raw = Composite::joined(&info.condition);
        let expr = &self.parsed[at].expr;
        let parts = self.parts(expr)?;
        let (macros, lists) = self.named(&raw.text)?;
        Ok(json!({
            "info": {"name": info.name, "condition": raw.text},
            "details": {
                "used": self.macros_used[at],
                "macros": macros,
                "lists": lists,
                "condition_operators": parts.operators,
                "condition_fields": parts.fields,
                "events": self.events(expr),
                "condition_compiled": print::condition(expr, &|name| self.body(name)),
                "plugins": [],
            },
        }))
    }

    fn list(&self, at: usize, info: &ListInfo<'a>) -> Value {
        let compiled: Vec<&str> = self.lists.items(at).collect();
        let (items, lists): (Vec<&str>, Vec<&str>) =
            info.items.iter().map(|item| &*item.value).partition(|item| compiled.contains(item));
        json!({
            "info": {"name": info.name, "items": items},
            "details": {
                "used": self.lists.is_used(at),
                "lists": names(lists.into_iter()),
                "items_compiled": compiled,
                "plugins": [],
            },
        })
    }

    fn body(&self, name: &str) -> Option<&Expr<'t>> {
        self.collected.macros.index_of(name).map(|at| &self.parsed[at].expr)
    }

    fn mark(&mut self, expr: &Expr<'_>) {
        let mut found = Vec::new();
        expr.walk(&mut |part| {
            if let ExprKind::Macro(name) = part.kind {
                found.extend(self.collected.macros.index_of(name));
            }
        });
        found.into_iter().for_each(|at| self.macros_used[at] = true);
    }

    fn mark_macros(&mut self) {
        for at in 0..self.parsed.len() {
            self.mark(&self.parsed[at].expr);
        }
    }

    /// The macros and lists that the condition itself names. Falco parses it once more for this, without substituting
    /// lists and with the smaller depth, and dies if that fails.
    fn named(&self, raw: &str) -> Result<(Names, Names), String> {
        let parsed = condition::parse(raw, DEFAULT_DEPTH);
        if let Some(error) = parsed.errors.first() {
            return Err(format!("Runtime error: {}. Exiting.", super::errors::syntax_message(&error.kind)));
        }
        let (mut macros, mut lists) = (Names::new(), Names::new());
        parsed.expr.walk(&mut |part| match &part.kind {
            ExprKind::Macro(name) => {
                macros.extend(self.collected.macros.index_of(name).map(|_| (*name).to_owned()));
            }
            ExprKind::Comparison(check) => {
                if let Right::List(values, _) = &check.right {
                    let known =
                        values.iter().filter(|value| self.collected.lists.index_of(&value.text).is_some());
                    lists.extend(known.map(|value| value.text.clone().into_owned()));
                }
            }
            _ => {}
        });
        Ok((macros, lists))
    }

    fn parts(&self, expr: &Expr<'_>) -> Result<Parts, String> {
        let mut parts = Parts::default();
        let mut seen = BTreeSet::new();
        collect_parts(expr, &mut parts);
        let mut todo = self.macro_indices(expr);
        while let Some(at) = todo.pop() {
            if seen.insert(at) {
                collect_parts(&self.parsed[at].expr, &mut parts);
                todo.extend(self.macro_indices(&self.parsed[at].expr));
            }
        }
        if parts.fieldless {
            return Err(
                "Runtime error: can't find field info in binary check expression. Exiting.".to_owned()
            );
        }
        Ok(parts)
    }

    fn macro_indices(&self, expr: &Expr<'_>) -> Vec<usize> {
        let mut found = Vec::new();
        expr.walk(&mut |part| {
            if let ExprKind::Macro(name) = part.kind {
                found.extend(self.collected.macros.index_of(name));
            }
        });
        found
    }

    fn events(&self, expr: &Expr<'_>) -> Names {
        let resolve = |name: &str| self.collected.macros.index_of(name).map(|at| (at, &self.parsed[at].expr));
        event_types::names(expr, &resolve)
    }

    fn plugins(&self, source: &str, condition: &Names, output: &[String]) -> Names {
        let bare = |field: &String| field.split('[').next().unwrap_or_default().to_owned();
        let used: BTreeSet<String> = condition.iter().chain(output).map(bare).collect();
        let plays = |plugin: &&crate::schema::Plugin| {
            plugin.source.as_deref() == Some(source)
                || plugin.reads(source)
                    && plugin.schema().fields.iter().any(|field| used.contains(&field.name))
        };
        self.environment.plugins.plugins().iter().filter(plays).map(|plugin| plugin.name.clone()).collect()
    }
}

fn collect_parts(expr: &Expr<'_>, parts: &mut Parts) {
    expr.walk(&mut |part| {
        let ExprKind::Comparison(check) = &part.kind else { return };
        parts.operators.insert(print::operator(check));
        let mut any = false;
        fields_of(&check.left, &mut |field| {
            any = true;
            parts.fields.insert(field);
        });
        parts.fieldless |= !any;
        right_fields(check, parts);
    });
}

fn right_fields(check: &Comparison<'_>, parts: &mut Parts) {
    if let Right::Operand(right) = &check.right {
        fields_of(right, &mut |field| {
            parts.fields.insert(field);
        });
    }
}

/// Calls `visit` with each field as `name` or `name[arg]`, the argument unescaped.
fn fields_of(operand: &Operand<'_>, visit: &mut impl FnMut(String)) {
    match &operand.kind {
        OperandKind::Field { name, arg } => visit(match arg {
            Some(arg) if !arg.text.is_empty() => format!("{name}[{}]", arg.text),
            _ => (*name).to_owned(),
        }),
        OperandKind::Call { args, .. } | OperandKind::List(args) => {
            args.iter().for_each(|arg| fields_of(arg, visit));
        }
        OperandKind::Const(_) => {}
    }
}

/// The fields of an output in order: of a transformer first its fields, then itself.
fn output_fields(text: &str, fields: &SourceFields) -> Vec<String> {
    let mut found = Vec::new();
    for token in outputs::tokens(text, fields) {
        if let OperandKind::Call { .. } = token.operand.kind {
            inner_fields(&token.operand, &mut found);
        }
        found.push(print::operand(&token.operand));
    }
    found
}

fn inner_fields(operand: &Operand<'_>, found: &mut Vec<String>) {
    match &operand.kind {
        OperandKind::Field { .. } => found.push(print::operand(operand)),
        OperandKind::Call { args, .. } | OperandKind::List(args) => {
            args.iter().for_each(|arg| inner_fields(arg, found));
        }
        OperandKind::Const(_) => {}
    }
}

fn exception_fields(exceptions: &[Exception<'_>]) -> Names {
    fn add(entry: &ExceptionEntry<'_>, names: &mut Names) {
        match entry {
            ExceptionEntry::One(text) => drop(names.insert(text.value.to_string())),
            ExceptionEntry::Many(entries, _) => entries.iter().for_each(|entry| add(entry, names)),
            ExceptionEntry::Empty => {}
        }
    }
    let mut names = Names::new();
    exceptions
        .iter()
        .filter(|exception| !exception.values.is_empty())
        .for_each(|exception| add(&exception.fields, &mut names));
    names
}

fn names<'n>(all: impl Iterator<Item = &'n str>) -> Names {
    all.map(str::to_owned).collect()
}

fn joined(parts: &[&Text]) -> String {
    parts.iter().map(|part| &*part.value).collect::<Vec<_>>().join(" ")
}
