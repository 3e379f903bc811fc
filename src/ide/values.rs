//! Values that a field can have, and other words of its world: event names, sources, identities, tags.

use super::completion::Here;
use super::marks;
use super::offer::{Completion, Out, Sort};
use super::topic::Topic;
use crate::bundled;
use crate::lint::rules::IDENTITY_TYPES;
use crate::schema::{SourceFields, Type, event_names, event_types};
use crate::sema::values::{Family, family};
use crate::syntax::ast::{Check, Expr, ExprKind, Operand, OperandKind, Right};
use crate::syntax::condition::{DEFAULT_DEPTH, parse, parse_operand};
use crate::syntax::items::Kind;
use crate::syntax::token::{Op, Transformer};
use crate::syntax::yaml::Node;
use std::collections::BTreeSet;

/// The type of an operand after its transformers.
pub fn type_of(operand: &Operand<'_>, fields: &SourceFields) -> Option<(Type, bool)> {
    match &operand.kind {
        OperandKind::Field { .. } => {
            let text = operand.kind.field_text()?;
            let found = fields.resolve(&text).ok()?;
            Some((found.ty, found.field.list))
        }
        OperandKind::Call { transformer, args, arg } => match transformer {
            Transformer::Len => Some((Type::Uint64, false)),
            Transformer::Join | Transformer::Concat => Some((Type::Charbuf, false)),
            Transformer::Getopt => Some((Type::Charbuf, arg.is_none())),
            _ => args.first().and_then(|arg| type_of(arg, fields)),
        },
        OperandKind::List(_) => Some((Type::Charbuf, true)),
        OperandKind::Const(_) => Some((Type::Charbuf, false)),
    }
}

/// The member of a CloudTrail record that a left side shows, as a dotted path.
fn member(left: &str, fields: &SourceFields) -> Option<String> {
    let (operand, _) = parse_operand(left).ok()?;
    let mut operand = &operand;
    // In lower case a name is no value, but still what is meant.
    while let OperandKind::Call { args, .. } = &operand.kind {
        operand = args.first()?;
    }
    match &operand.kind {
        OperandKind::Field { name: "json.value" | "jevt.value", arg: Some(arg) } => {
            Some(arg.text.trim_start_matches('/').replace('/', "."))
        }
        OperandKind::Field { name, .. } => fields.field(name)?.plain_path().map(str::to_owned),
        _ => None,
    }
}

/// Adds the values that are known of a field. `condition` is the condition and the place in it.
pub(super) fn of_field(here: &Here<'_, '_>, left: &str, condition: Option<(&str, usize)>, out: &mut Out) {
    let world = &here.snapshot.settings.options.world;
    for source in &here.cursor.sources {
        let Some(fields) = world.fields(source) else { continue };
        let Some((operand, _)) = parse_operand(left).ok() else { continue };
        if let OperandKind::Field { name: "evt.type" | "syscall.type", .. } = operand.kind {
            for event in event_types().iter().filter(|event| event.listed) {
                out.word(&event.name, Sort::Value, "event type");
            }
        }
        if type_of(&operand, fields).is_some_and(|(ty, _)| family(ty) == Family::Bool) {
            out.word("true", Sort::Value, "");
            out.word("false", Sort::Value, "");
        }
        let short = matches!(operand.kind, OperandKind::Field { name: "ct.shortsrc", .. });
        match member(left, fields).as_deref() {
            Some("eventName") => event_names(here, condition, fields, out),
            Some("eventSource") => event_sources(short, out),
            Some("userIdentity.type") => {
                for kind in IDENTITY_TYPES {
                    out.word(kind, Sort::Value, "type of identity");
                }
            }
            _ => {}
        }
    }
}

fn event_sources(short: bool, out: &mut Out) {
    for source in event_names::sources() {
        let label = if short { source.trim_end_matches(".amazonaws.com") } else { source };
        out.value(1, label, "event source", || Topic::EventSource(source.to_owned()));
    }
}

/// The names that the event sources that the condition asks for can write; all, if it asks for none.
fn event_names(here: &Here<'_, '_>, condition: Option<(&str, usize)>, fields: &SourceFields, out: &mut Out) {
    let mut sources: Vec<String> = Vec::new();
    if let Some((text, at)) = condition {
        let parsed = parse(text, DEFAULT_DEPTH);
        tested(here, &parsed.expr, at as u32, fields, 0, &mut sources);
    }
    let known: BTreeSet<&'static str> =
        sources.iter().filter_map(|source| event_names::source(source)).collect();
    let all: Vec<&'static str> =
        if known.is_empty() { event_names::sources().collect() } else { known.into_iter().collect() };
    for source in all {
        for name in event_names::names_of(source) {
            out.value(0, name, source, || Topic::Event((*name).to_owned()));
        }
    }
}

/// Collects the event sources that must hold where `at` is: those of the same `and`, on the way there.
fn tested(
    here: &Here<'_, '_>,
    expr: &Expr<'_>,
    at: u32,
    fields: &SourceFields,
    depth: usize,
    sources: &mut Vec<String>,
) {
    match &expr.kind {
        ExprKind::And(parts) => {
            for part in parts {
                match &part.kind {
                    ExprKind::Check(check) => sources.extend(source_values(check, fields)),
                    ExprKind::Macro(name) => of_macro(here, name, fields, depth, sources),
                    _ if part.place.start <= at && at <= part.place.end => {
                        tested(here, part, at, fields, depth, sources);
                    }
                    _ => {}
                }
            }
        }
        ExprKind::Or(parts) => {
            // A branch without its own end reaches to the next one.
            let next = parts.partition_point(|part| part.place.start <= at);
            if let Some(part) = next.checked_sub(1).and_then(|part| parts.get(part)) {
                tested(here, part, at, fields, depth, sources);
            }
        }
        ExprKind::Check(check) => sources.extend(source_values(check, fields)),
        ExprKind::Macro(name) => of_macro(here, name, fields, depth, sources),
        ExprKind::Not(_) | ExprKind::Hole => {}
    }
}

fn of_macro(here: &Here<'_, '_>, name: &str, fields: &SourceFields, depth: usize, sources: &mut Vec<String>) {
    if depth >= 8 {
        return;
    }
    let Some(found) = here.index.definitions(Kind::Macro, name).last() else { return };
    let item = found.entry.node.and_then(|at| super::outline::items(found.placed.piece.stream()).nth(at));
    let Some(scalar) = item.and_then(|item| item.get("condition")?.as_scalar()) else { return };
    let parsed = parse(&scalar.text.value, DEFAULT_DEPTH);
    // Whatever the macro asks for as a whole.
    if !matches!(parsed.expr.kind, ExprKind::Or(_)) {
        tested(here, &parsed.expr, u32::MAX, fields, depth + 1, sources);
    }
}

fn source_values(check: &Check<'_>, fields: &SourceFields) -> Vec<String> {
    let OperandKind::Field { name, .. } = &check.left.kind else { return Vec::new() };
    let text = check.left.kind.field_text().unwrap_or_default();
    if !matches!(check.op, Op::Eq | Op::EqEq | Op::In)
        || member(&text, fields).as_deref() != Some("eventSource")
    {
        return Vec::new();
    }
    let values: Vec<&str> = match &check.right {
        Right::Const(value) | Right::Word(value) => vec![&value.text],
        Right::List(values, _) => values.iter().map(|value| &*value.text).collect(),
        _ => Vec::new(),
    };
    let whole = |value: &&str| match *name {
        "ct.shortsrc" => format!("{value}.amazonaws.com"),
        _ => (*value).to_owned(),
    };
    values.iter().map(whole).collect()
}

/// The plugins that are known.
pub(super) fn plugins(out: &mut Out) {
    for plugin in crate::schema::plugins::bundled_plugins() {
        out.word(&plugin.name, Sort::Value, &plugin.version);
    }
}

/// Elements of a list: event names if the list has some, or is used for them.
pub(super) fn elements(here: &Here<'_, '_>, out: &mut Out) {
    let marks = here.cursor.placed.piece.marks();
    let items = marks.iter().filter(|mark| mark.sort == marks::Sort::Item);
    let texts: Vec<&str> = items.map(|mark| mark.text(&here.cursor.placed.piece)).collect();
    let are =
        |test: fn(&str) -> bool| texts.iter().filter(|text| test(text)).count() * 2 >= texts.len().max(1);
    let name = here.cursor.placed.piece.outline().entries.first().map_or("", |entry| &entry.name);
    if are(event_names::is_source) {
        event_sources(false, out);
    } else if are(event_names::is_name) || texts.len() <= 1 && name.contains("event") {
        for source in event_names::sources() {
            for name in event_names::names_of(source) {
                out.value(0, name, source, || Topic::Event((*name).to_owned()));
            }
        }
    }
}

/// Tags of other rules, and the tactics and techniques of ATT&CK.
pub(super) fn tags(here: &Here<'_, '_>, out: &mut Out) {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let own = here.cursor.placed.piece.id;
    let pieces = here.snapshot.docs.iter().flat_map(|doc| &doc.pieces);
    for placed in pieces.filter(|placed| placed.piece.id != own) {
        for item in super::outline::items(placed.piece.stream()) {
            let tags = item.get("tags").and_then(Node::as_seq).unwrap_or_default();
            used.extend(tags.iter().filter_map(|tag| tag.as_scalar()).map(|scalar| &*scalar.text.value));
        }
    }
    for tag in used.iter().filter(|tag| !tag.is_empty()) {
        let completion = Completion { detail: "used".to_owned(), ..out.plain(tag) };
        out.ranked(0, completion);
    }
    let mut base = "";
    for line in bundled::MITRE_ATTACK.lines().filter_map(|line| line.strip_prefix(' ')) {
        let mut words = line.split_ascii_whitespace();
        let Some(id) = words.next() else { continue };
        base = if id.starts_with('T') { id } else { base };
        let is_tactic = id.starts_with("TA");
        let mut add = |tag: String, detail: &str| {
            if out.fits(&tag) && !used.contains(tag.as_str()) {
                let completion = Completion { detail: format!("ATT&CK {detail}"), ..out.plain(&tag) };
                out.ranked(2, completion);
            }
        };
        if is_tactic {
            words.for_each(|name| add(format!("mitre_{name}"), id));
        } else {
            add(base.to_owned(), "technique");
            words.for_each(|sub| add(format!("{base}{sub}"), "sub-technique"));
        }
    }
}

/// Arguments of a field: pointers to members of CloudTrail records.
pub(super) fn arguments(here: &Here<'_, '_>, field: &str, out: &mut Out) {
    if !matches!(field, "json.value" | "jevt.value") || !here.cursor.sources.contains(&"aws_cloudtrail") {
        return;
    }
    let world = &here.snapshot.settings.options.world;
    let fields = world.fields("aws_cloudtrail").into_iter().flat_map(|fields| fields.fields());
    let pointers: BTreeSet<String> = fields.filter_map(|field| field.pointer()).collect();
    for pointer in &pointers {
        out.word(pointer, Sort::Value, "JSON pointer");
    }
}
