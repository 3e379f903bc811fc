//! Rules with all macros, lists and exceptions resolved, and the required versions.

use super::super::fit::refused;
use super::super::{CompileJob, write};
use super::{items, verbatim};
use crate::diag::Diagnostic;
use crate::sema::ir::{OutputPart, Rule};
use crate::source::FileId;
use crate::syntax::items::ItemKind;
use crate::syntax::yaml::{Stream, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Keys without effect on the condition, copied as they are.
const CARRIED: [&str; 4] = ["capture", "capture_duration", "warn_evttypes", "skip-if-unknown-filter"];

/// The file, and findings for rules that cannot be in it.
pub fn text(job: &CompileJob<'_>, streams: &[(FileId, Stream)]) -> (String, Vec<Diagnostic>) {
    let mut blocks = required(job, streams);
    let carried = carried(streams);
    let mut diagnostics = Vec::new();
    for rule in job.rules {
        match block(rule, carried.get(rule.name.as_str())) {
            Ok(block) => blocks.push(block),
            Err(reason) => diagnostics.push(refused(rule, &reason)),
        }
    }
    (blocks.join("\n"), diagnostics)
}

/// Required versions of engine and plugins, each once.
fn required(job: &CompileJob<'_>, streams: &[(FileId, Stream)]) -> Vec<String> {
    let is = |kind| matches!(kind, Some(ItemKind::EngineVersion | ItemKind::PluginVersions));
    let mut seen = BTreeSet::new();
    let written = items(streams).filter(|(_, item)| is(item.kind()));
    let texts = written.map(|(node, _)| verbatim(node.span, &job.analysis.sources));
    texts.filter(|text| seen.insert(text.clone())).collect()
}

/// The last values of the copied keys, by rule.
fn carried(streams: &[(FileId, Stream)]) -> BTreeMap<&str, BTreeMap<&'static str, String>> {
    let mut all: BTreeMap<&str, BTreeMap<&'static str, String>> = BTreeMap::new();
    for (_, item) in items(streams).filter(|(_, item)| item.kind() == Some(ItemKind::Rule)) {
        let Ok(name) = item.text("rule") else { continue };
        for key in CARRIED {
            if let Some(Value::Scalar(scalar)) = item.get(key).map(|node| node.value()) {
                all.entry(&*name.value).or_default().insert(key, scalar.text.value.to_string());
            }
        }
    }
    all
}

fn block(rule: &Rule, carried: Option<&BTreeMap<&'static str, String>>) -> Result<String, String> {
    let condition = write::condition(&rule.condition)?;
    let mut out = format!("- rule: {}\n", scalar(&rule.name));
    let mut line = |key: &str, value: &str| {
        out.push_str(&format!("  {key}: {value}\n"));
    };
    line("desc", &prose(&rule.description));
    line("condition", &prose(&condition));
    line("output", &prose(&output(&rule.output)));
    line("priority", &rule.priority.name().to_ascii_uppercase());
    line("source", &scalar(&rule.source));
    if !rule.enabled {
        line("enabled", "false");
    }
    if !rule.tags.is_empty() {
        let tags: Vec<String> = rule.tags.iter().map(|tag| scalar(tag)).collect();
        line("tags", &format!("[{}]", tags.join(", ")));
    }
    for (key, value) in carried.into_iter().flatten() {
        line(key, value);
    }
    Ok(out)
}

/// An output as text.
fn output(parts: &[OutputPart]) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            OutputPart::Text(text) => out.push_str(text),
            OutputPart::Term { text, width, .. } => {
                out.push('%');
                if let Some(width) = width {
                    out.push_str(&width.to_string());
                }
                out.push_str(text);
            }
        }
    }
    // Falco removes a leading `*`.
    if out.starts_with('*') { format!("*{out}") } else { out }
}

/// A scalar folded over several lines, if that does not change the text.
fn prose(text: &str) -> String {
    let plain = |c: char| (' '..='~').contains(&c) || c > '\u{a0}' && c.is_alphanumeric();
    let folds = text.len() > 60
        && text.chars().all(plain)
        && !text.contains("  ")
        && !text.starts_with(' ')
        && !text.ends_with(' ');
    if !folds {
        return scalar(text);
    }
    let mut out = String::from(">-");
    let mut length = usize::MAX;
    for word in text.split(' ') {
        if length.saturating_add(word.len()) >= 110 {
            out.push_str("\n    ");
            length = 4;
        } else {
            out.push(' ');
            length += 1;
        }
        out.push_str(word);
        length += word.len();
    }
    out
}

/// A scalar of one line.
fn scalar(text: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.split(' ').all(|part| !part.is_empty() && part.chars().all(word))
        && !words.contains(&text.to_ascii_lowercase().as_str());
    // JSON strings are valid YAML.
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
