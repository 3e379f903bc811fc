//! Findings about documents and their items: YAML that cannot be read, and what is no item.

use super::{fault, fault_at_document, fault_below, found, warning};
use crate::diag::{Diagnostic, FalcoCode};
use crate::nearest::nearest;
use crate::sema::checks::*;
use crate::sema::report::{ContextStep, Fault};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::items::{Item, KINDS, key_text};
use crate::syntax::yaml::{Node, Stream, Value, YamlError};

/// A YAML syntax error.
pub fn yaml<'a>(error: &YamlError) -> Fault<'a> {
    let (line, column, _) = error.mark;
    let falco = format!("yaml-cpp: error at line {}, column {}: {}", line + 1, column + 1, error.yaml_cpp);
    let mut diagnostic = found(&YAML_SYNTAX, error.span, error.message.clone());
    if let Some(opened) = error.opened {
        diagnostic = diagnostic.label(opened, "opened here");
    }
    // A step with an empty span would stand for a node without content.
    let mark = Span::new(error.span.file, error.mark.2, error.mark.2 + 1);
    *fault_below(FalcoCode::ErrYamlParse, falco, diagnostic, vec![ContextStep::new("value for", "", mark)])
}

/// Text that only yaml-cpp accepts; the stream is what it made of it.
pub fn lax_yaml(error: &YamlError, stream: &Stream) -> Diagnostic {
    let mut diagnostic = found(&LAX_YAML, error.span, format!("this is not YAML: {}", error.message));
    if let Some(opened) = error.opened {
        diagnostic = diagnostic.label(opened, "opened here");
    }
    let mut starts = stream.documents.iter().skip(1).map(|document| document.root.span);
    match starts.rfind(|start| start.start <= error.span.end) {
        Some(start) => diagnostic
            .label(Span { end: start.start, ..start }, "Falco begins a new document here")
            .help("indent the lines of an item alike, and begin every item in the same column"),
        None => diagnostic.help("Falco's parser accepts it, other tools do not"),
    }
}

/// Text behind an empty document.
pub fn unread_document(rest: Span) -> Diagnostic {
    let first = Span { end: rest.start, ..rest };
    found(&UNREAD_DOCUMENT, first, "Falco stops reading before this: the document before it is empty")
        .help("remove the empty document, or the `---` or `~` that makes it")
}

/// A mapping key that is no scalar.
pub fn complex_key<'a>(error: &YamlError) -> Fault<'a> {
    let (line, column, _) = error.mark;
    let falco = format!("yaml-cpp: error at line {}, column {}: {}", line + 1, column + 1, error.yaml_cpp);
    let diagnostic = found(&COMPLEX_KEY, error.span, "a mapping key must be a plain text")
        .help("if this is a template, put it in quotes");
    fault_at_document(FalcoCode::ErrYamlParse, falco, diagnostic)
}

/// Bytes that are not UTF-8.
pub fn invalid_utf8(id: FileId, file: &SourceFile) -> Option<Diagnostic> {
    let bad = file.invalid_utf8?;
    let message = format!("the file is not UTF-8: byte 0x{:02X} at offset {}", bad.byte, bad.offset);
    Some(
        found(&INVALID_UTF8, Span::point(id, bad.offset), message)
            .at("nothing from here on was read")
            .help("save the file as UTF-8"),
    )
}

/// The root of a document is not a sequence.
pub fn not_rules<'a>(root: &Node) -> Fault<'a> {
    let (falco, what) = match root.value() {
        Value::Map(_) => ("Rules content is not yaml array of objects", "a mapping"),
        _ => ("Rules content is not yaml", "a text"),
    };
    let item = Item::new(root);
    // The first key or line will do: the whole file need not be shown.
    let first = item.and_then(|item| item.entries.first()).map(|(key, _)| key.span);
    let span = first.unwrap_or(root.span);
    let mut diagnostic =
        found(&NOT_A_RULES_FILE, span, format!("a rules file is a list of items, this is {what}"));
    if item.is_some_and(|item| item.kind().is_some()) {
        diagnostic = diagnostic.help("put `- ` before the first key and indent the others by two spaces");
    }
    *fault_below(FalcoCode::ErrYamlValidate, falco, diagnostic, Vec::new())
}

/// An element that is not a mapping.
pub fn not_an_item<'a>(node: &Node) -> Fault<'a> {
    let message = "Unexpected element type. Each element should be a yaml associative array.";
    let diagnostic = found(&ITEM_NOT_MAPPING, node.span, "an item must be a mapping such as `- rule: name`");
    fault(FalcoCode::ErrYamlValidate, message, diagnostic)
}

/// An item of no known kind.
pub fn unknown_item<'a>(item: Item<'_>) -> Fault<'a> {
    let first = item.entries.first().map(|(key, _)| key);
    let name = first.and_then(key_text).unwrap_or_default();
    let span = first.map_or(item.node.span, |key| key.span);
    let mut diagnostic = found(&UNKNOWN_ITEM, span, "this item is no rule, macro or list; Falco ignores it");
    if let Some(kind) = nearest(name, KINDS.iter().map(|kind| kind.key())) {
        diagnostic =
            diagnostic.help(format!("did you mean `{kind}`?")).fix(format!("write `{kind}`"), span, kind);
        diagnostic.fix.iter_mut().for_each(|fix| fix.safe = false);
    }
    warning(&UNKNOWN_ITEM, "Unknown top level item", diagnostic)
}
