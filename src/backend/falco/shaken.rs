//! Items as written, without macros and lists that no rule uses.

use super::super::CompileJob;
use super::{items, verbatim};
use crate::analysis::{Inputs, describe};
use crate::source::FileId;
use crate::syntax::items::ItemKind;
use crate::syntax::yaml::Stream;
use serde_json::Value;
use std::collections::BTreeSet;

/// The file. The error is the reason why it cannot be written.
pub fn text(job: &CompileJob<'_>, streams: &[(FileId, Stream)]) -> Result<String, String> {
    let used = used(job)?;
    let kept = items(streams).filter(|(_, item)| match item.kind() {
        Some(ItemKind::Macro) => item.text("macro").is_ok_and(|name| used.macros.contains(&*name.value)),
        Some(ItemKind::List) => item.text("list").is_ok_and(|name| used.lists.contains(&*name.value)),
        Some(_) => true,
        None => false,
    });
    let texts: Vec<String> = kept.map(|(node, _)| verbatim(node.span, &job.analysis.sources)).collect();
    Ok(texts.join("\n"))
}

/// Names of macros and lists that rules use, directly or not.
#[derive(Default)]
struct Used {
    macros: BTreeSet<String>,
    lists: BTreeSet<String>,
}

fn used(job: &CompileJob<'_>) -> Result<Used, String> {
    let sources = job.analysis.sources.clone();
    let described = describe(&Inputs { sources, options: job.options.clone() })?;
    let mut used = Used::default();
    let mut open: Vec<&Value> = entries(&described, "rules").collect();
    while let Some(entry) = open.pop() {
        for name in names(entry, "macros") {
            if used.macros.insert(name.to_owned()) {
                open.extend(named(&described, "macros", name));
            }
        }
        for name in names(entry, "lists") {
            if used.lists.insert(name.to_owned()) {
                open.extend(named(&described, "lists", name));
            }
        }
    }
    Ok(used)
}

fn entries<'d>(described: &'d Value, kind: &str) -> impl Iterator<Item = &'d Value> {
    described[kind].as_array().into_iter().flatten()
}

fn named<'d>(described: &'d Value, kind: &str, name: &str) -> Option<&'d Value> {
    entries(described, kind).find(|entry| entry["info"]["name"] == name)
}

fn names<'d>(entry: &'d Value, kind: &str) -> impl Iterator<Item = &'d str> {
    entry["details"][kind].as_array().into_iter().flatten().filter_map(Value::as_str)
}
