//! Rules files as block scalars of other YAML: Helm values, ConfigMaps, whatever holds them.

use super::{Extracted, NOT_CHECKED, UNREADABLE_INPUT, of_scalar};
use crate::diag::Diagnostic;
use crate::source::{SourceFile, Text};
use crate::syntax::sniff::looks_like_rules;
use crate::syntax::yaml::{Node, Stream, Value};
use memchr::memmem;
use rustc_hash::FxHashSet;

/// The first words of an item, wherever it stands.
const ITEMS: [&str; 5] =
    ["- rule:", "- macro:", "- list:", "- required_engine_version:", "- required_plugin_versions:"];

/// A key that every text with an item contains.
const WORDS: [&str; 5] = ["rule", "macro", "list", "required_engine_version", "required_plugin_versions"];

/// True if the text may contain an item.
pub fn mentions_items(text: &str) -> bool {
    WORDS.iter().any(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// The rules files in the scalars of a YAML file; `None` if it has none and contains nothing that looks like one.
pub fn read(file: &SourceFile, stream: &Stream) -> Option<Extracted> {
    let mut found = Extracted::default();
    for document in &stream.documents {
        walk(file, &document.root, &mut found.files);
    }
    if found.files.is_empty() && (stream.errors.is_empty() || !opens_block_of_items(&file.text)) {
        return None;
    }
    if let Some(error) = stream.errors.first() {
        found.findings.push(match file.text.contains("{{") {
            true => Diagnostic::new(
                &NOT_CHECKED,
                error.span,
                "this is a template, so the rules in it are not checked",
            )
            .help("check what `helm template` makes of it"),
            false => Diagnostic::new(
                &UNREADABLE_INPUT,
                error.span,
                format!("this file holds rules and is not YAML: {}", error.message),
            ),
        });
    }
    Some(found)
}

/// All rules files below a node. Those of one mapping load in the order of their names, as Falco reads a directory.
fn walk(file: &SourceFile, root: &Node, files: &mut Vec<SourceFile>) {
    let (mut open, mut seen) = (vec![root], FxHashSet::default());
    while let Some(node) = open.pop() {
        // The target of an alias is read where it is defined.
        if !seen.insert(node.node().span) {
            continue;
        }
        match node.value() {
            Value::Map(pairs) => {
                let mut held: Vec<(&str, SourceFile)> = Vec::new();
                for (key, value) in pairs {
                    let Some(key) = key.as_scalar() else { continue };
                    match value.as_scalar().filter(|scalar| looks_like_rules(&scalar.text.value)) {
                        Some(scalar) if seen.insert(scalar.text.span) => {
                            let name = format!("{} in {}", key.text.value, file.name);
                            held.push((&*key.text.value, of_scalar(name, file, scalar)));
                        }
                        _ => {}
                    }
                }
                held.sort_by_key(|&(name, _)| name);
                files.extend(held.into_iter().map(|(_, file)| file));
                open.extend(pairs.iter().rev().map(|(_, value)| value));
            }
            Value::Seq(items) => open.extend(items.iter().rev()),
            _ => {}
        }
    }
}

/// The indentation of each line of a literal scalar.
pub fn indent(file: &SourceFile, text: &Text) -> Option<Box<str>> {
    let content = text.content as usize;
    let line = file.line_range(file.line_index(content)).start;
    let blanks = file.text.get(line..content)?;
    (!blanks.is_empty() && blanks.bytes().all(|byte| byte == b' ')).then(|| blanks.into())
}

/// True if a block scalar appears to begin with an item, judged line by line.
fn opens_block_of_items(text: &str) -> bool {
    let mut opened = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if opened && ITEMS.iter().any(|item| line.starts_with(item)) {
            return true;
        }
        let last = line.rsplit(char::is_whitespace).next().unwrap_or_default();
        opened = line.contains(':') && last.starts_with(['|', '>']) && last.len() <= 3;
    }
    false
}
