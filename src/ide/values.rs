//! Known values of fields: event names, sources, identities, tags.

use super::completion::CompletionRequest;
use super::offer::{Completion, CompletionKind, Out};
use super::topic::Topic;
use super::{marks, tested};
use crate::bundled;
use crate::cloudtrail::{fields, members};
use crate::eval::SOURCE;
use crate::schema::{SourceFields, Type, event_names, event_types};
use crate::sema::values::{Family, family};
use crate::syntax::ast::{Operand, OperandKind};
use crate::syntax::condition::parse_operand;
use crate::syntax::token::Transformer;
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

/// Adds the known values of a field. `condition` is the condition and the place in it.
pub(super) fn of_field(
    here: &CompletionRequest<'_, '_>,
    left: &str,
    condition: Option<(&str, usize)>,
    out: &mut Out,
) {
    let environment = &here.snapshot.settings.options.environment;
    for source in &here.cursor.sources {
        let Some(fields) = environment.fields(source) else { continue };
        let Some((operand, _)) = parse_operand(left).ok() else { continue };
        if let OperandKind::Field { name: "evt.type" | "syscall.type", .. } = operand.kind {
            for event in event_types().iter().filter(|event| event.listed) {
                out.word(&event.name, CompletionKind::Value, "event type");
            }
        }
        if type_of(&operand, fields).is_some_and(|(ty, _)| family(ty) == Family::Bool) {
            out.word("true", CompletionKind::Value, "");
            out.word("false", CompletionKind::Value, "");
        }
        let asked = |wanted: &str| {
            condition.map_or_else(Vec::new, |condition| tested::tested(here, condition, fields, wanted))
        };
        let short = matches!(operand.kind, OperandKind::Field { name, .. } if tested::is_short(name));
        match tested::member(left, fields).as_deref() {
            Some("/eventName") => event_names(&asked("/eventSource"), out),
            Some("/eventSource") => event_sources(short, &asked("/eventName"), out),
            Some(pointer) if *source == SOURCE => {
                let values = members::at(pointer).into_iter().flat_map(|member| &member.values);
                let what = if pointer == "/userIdentity/type" { "type of identity" } else { "" };
                values.for_each(|value| out.word(value, CompletionKind::Value, what));
            }
            _ => {}
        }
    }
}

/// The event sources; first those that write an event that the condition asks for.
fn event_sources(short: bool, asked: &[String], out: &mut Out) {
    let writers: BTreeSet<&str> = asked.iter().flat_map(|name| event_names::sources_of(name)).collect();
    for source in event_names::sources() {
        let label = if short { fields::short(source) } else { source };
        let rank = u32::from(!writers.contains(source));
        out.value(rank, label, "event source", || Topic::EventSource(source.to_owned()));
    }
}

/// The event names of the sources that the condition asks for; all names if it asks for no source.
fn event_names(asked: &[String], out: &mut Out) {
    let known: BTreeSet<&str> = asked.iter().filter_map(|source| event_names::source(source)).collect();
    let all: Vec<&str> =
        if known.is_empty() { event_names::sources().collect() } else { known.into_iter().collect() };
    for source in all {
        for name in event_names::names_of(source) {
            out.value(0, name, source, || Topic::Event((*name).to_owned()));
        }
    }
}

/// The plugins that are known.
pub(super) fn plugins(out: &mut Out) {
    for plugin in crate::schema::plugins::bundled_plugins() {
        out.word(&plugin.name, CompletionKind::Value, &plugin.version);
    }
}

/// Elements of a list: event names if the list contains some or is compared with them.
pub(super) fn elements(here: &CompletionRequest<'_, '_>, out: &mut Out) {
    let marks = here.cursor.placed.piece.marks();
    let items = marks.iter().filter(|mark| mark.kind == marks::MarkKind::Item);
    let texts: Vec<&str> = items.map(|mark| mark.text(&here.cursor.placed.piece)).collect();
    let are =
        |test: fn(&str) -> bool| texts.iter().filter(|text| test(text)).count() * 2 >= texts.len().max(1);
    let name = here.cursor.placed.piece.outline().entries.first().map_or("", |entry| &entry.name);
    if are(event_names::is_source) {
        event_sources(false, &[], out);
    } else if are(event_names::is_name) || texts.len() <= 1 && name.contains("event") {
        event_names(&[], out);
    }
}

/// Tags of other rules, and the tactics and techniques of ATT&CK.
pub(super) fn tags(here: &CompletionRequest<'_, '_>, out: &mut Out) {
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
pub(super) fn arguments(here: &CompletionRequest<'_, '_>, field: &str, out: &mut Out) {
    if !matches!(field, "json.value" | "jevt.value") || !here.cursor.sources.contains(&SOURCE) {
        return;
    }
    let environment = &here.snapshot.settings.options.environment;
    let fields = environment.fields(SOURCE).into_iter().flat_map(|fields| fields.fields());
    let documented = members::all().iter().map(|member| member.pointer.clone());
    let pointers: BTreeSet<String> = fields.filter_map(|field| field.pointer()).chain(documented).collect();
    for pointer in &pointers {
        out.word(pointer, CompletionKind::Value, "JSON pointer");
    }
}
