//! `json`: the rules as typed predicates without macros, lists or exceptions. Described in docs/compile.md.

use super::{Artifact, CompileJob, Form, Target};
use crate::sema::ir::{Atom, FieldRef, Origin, OutputPart, Pred, Rule, Term, Test};
use crate::source::{SourceMap, Span};
use serde_json::{Value, json};

/// Version of the format, raised on incompatible changes.
pub const SCHEMA_VERSION: u32 = 1;

/// The target.
pub struct Json;

impl Target for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn summary(&self) -> &'static str {
        "the rules typed and resolved, for programs"
    }

    fn forms(&self) -> &'static [Form] {
        &[Form { name: "document", summary: "one JSON document" }]
    }

    fn compile(&self, job: &CompileJob<'_>) -> Result<Artifact, String> {
        let sources = &job.analysis.sources;
        let rules: Vec<Value> = job.rules.iter().map(|each| rule(each, sources)).collect();
        let document = json!({ "schema_version": SCHEMA_VERSION, "rules": rules });
        let text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())? + "\n";
        Ok(Artifact { text, diagnostics: Vec::new(), rules: job.rules.len() })
    }
}

fn rule(rule: &Rule, sources: &SourceMap) -> Value {
    json!({
        "name": rule.name,
        "description": rule.description,
        "source": rule.source,
        "priority": rule.priority.name(),
        "enabled": rule.enabled,
        "tags": rule.tags,
        "place": place(rule.name_span, sources),
        "condition": pred(&rule.condition, sources),
        "output": rule.output.iter().map(output).collect::<Vec<_>>(),
    })
}

fn pred(of: &Pred, sources: &SourceMap) -> Value {
    let all = |parts: &[Pred]| parts.iter().map(|part| pred(part, sources)).collect::<Vec<_>>();
    match of {
        Pred::Const(truth) => json!({ "kind": "constant", "value": truth }),
        Pred::And(parts) => json!({ "kind": "and", "parts": all(parts) }),
        Pred::Or(parts) => json!({ "kind": "or", "parts": all(parts) }),
        Pred::Not(inner) => json!({ "kind": "not", "part": pred(inner, sources) }),
        Pred::Atom(atom) => comparison(atom, sources),
    }
}

fn comparison(atom: &Atom, sources: &SourceMap) -> Value {
    let mut object = json!({ "kind": "comparison", "left": term(&atom.left) });
    let (ty, list) = atom.left.type_of();
    object["type"] = json!({ "name": ty.to_string(), "list": list });
    match &atom.test {
        Test::Exists => object["operator"] = json!("exists"),
        Test::Values { op, modifier, values } => {
            object["operator"] = json!(op.canonical());
            if let Some(modifier) = modifier {
                object["modifier"] = json!(modifier.text());
            }
            object["values"] = json!(&**values);
        }
        Test::Term { op, term: right } => {
            object["operator"] = json!(op.canonical());
            object["right"] = term(right);
        }
    }
    let Origin { span, via } = &atom.origin;
    object["place"] = place(*span, sources);
    if !via.is_empty() {
        object["via"] = via.iter().map(|&span| place(span, sources)).collect();
    }
    object
}

fn term(of: &Term) -> Value {
    let all = |terms: &[Term]| terms.iter().map(term).collect::<Vec<_>>();
    match of {
        Term::Field(of) => field(of),
        Term::Call { transformer, args, arg } => {
            let mut object = json!({ "kind": "call", "transformer": transformer.text(), "args": all(args) });
            if let Some(arg) = arg {
                object["arg"] = json!(arg);
            }
            object
        }
        Term::List(terms) => json!({ "kind": "list", "items": all(terms) }),
        Term::Const(value) => json!({ "kind": "text", "value": value }),
    }
}

fn field(field: &FieldRef) -> Value {
    let mut object = json!({ "kind": "field", "name": &*field.name });
    if let Some(arg) = &field.arg {
        object["arg"] = json!(&**arg);
    }
    object["type"] = json!({ "name": field.ty.to_string(), "list": field.list });
    object["member"] = json!(field.member.strip_prefix('/').unwrap_or(&field.member));
    object
}

fn output(part: &OutputPart) -> Value {
    match part {
        OutputPart::Text(text) => json!({ "kind": "text", "value": text }),
        OutputPart::Term { term: of, text, width } => {
            let mut object = json!({ "kind": "value", "key": text, "term": term(of) });
            if let Some(width) = width {
                object["width"] = json!(width);
            }
            object
        }
    }
}

fn place(span: Span, sources: &SourceMap) -> Value {
    let span = sources.outward(span);
    let file = sources.file(span.file);
    let start = file.position(span.start as usize);
    json!({ "file": file.name, "line": start.line, "column": start.column })
}
