//! Rules, macros and lists as Sysdig's interface exports them, in JSON or YAML.

use super::item::{EmbeddedItem, Exception, HostText, Tree};
use super::runs;
use super::{Extracted, UNREADABLE_INPUT};
use crate::diag::Diagnostic;
use crate::source::{FileId, SourceFile};
use crate::syntax::items::ItemKind;
use crate::syntax::yaml::{Node, Stream, Value, to_bool};
use rustc_hash::FxHashSet;

/// The key that makes an object a rule.
pub const MARK: &str = "\"ruleType\"";

/// The items anywhere in the file; `None` if it has none.
pub fn read(id: FileId, file: &SourceFile, stream: &Stream) -> Option<Extracted> {
    let reader = ExportReader { id, file };
    let mut found = Extracted::default();
    let mut open: Vec<&Node> = stream.documents.iter().rev().map(|document| &document.root).collect();
    let mut seen = FxHashSet::default();
    while let Some(node) = open.pop() {
        if !seen.insert(node.node().span) {
            continue;
        }
        match node.value() {
            Value::Map(pairs) => match reader.item(node) {
                Some(item) => found.items.push(item),
                None => open.extend(pairs.iter().rev().map(|(_, value)| value)),
            },
            Value::Seq(items) => open.extend(items.iter().rev()),
            _ => {}
        }
    }
    if found.items.is_empty() && (stream.errors.is_empty() || !file.text.contains(MARK)) {
        return None;
    }
    found.findings.extend(stream.errors.first().map(|error| {
        let message = format!("this file holds rules and cannot be read: {}", error.message);
        Diagnostic::new(&UNREADABLE_INPUT, error.span, message)
    }));
    Some(found)
}

struct ExportReader<'f> {
    id: FileId,
    file: &'f SourceFile,
}

impl ExportReader<'_> {
    fn item(&self, node: &Node) -> Option<EmbeddedItem> {
        let name = self.text(node.get("name")?)?;
        let details = node.get("details");
        let is_falco = |details: &Node| {
            let kind = details.get("ruleType").and_then(Node::as_scalar);
            kind.is_some_and(|kind| &*kind.text.value == "FALCO")
        };
        let inner = |node: &Node, key: &str| node.get(key).and_then(|outer| outer.get(key)).cloned();
        let mut texts = Vec::new();
        let (kind, about, list) = match details {
            Some(details) if is_falco(details) => {
                let places = [("desc", node.get("description")), ("output", details.get("output"))];
                let more = [("priority", details.get("priority")), ("source", details.get("source"))];
                let condition = inner(details, "condition");
                texts.extend(condition.and_then(|condition| Some(("condition", self.text(&condition)?))));
                let others = places.into_iter().chain(more);
                texts.extend(others.filter_map(|(key, value)| Some((key, self.text(value?)?))));
                (ItemKind::Rule, details, node.get("tags").cloned())
            }
            Some(_) => return None,
            None => match (inner(node, "condition"), inner(node, "items")) {
                (Some(condition), _) => {
                    texts.push(("condition", self.text(&condition)?));
                    (ItemKind::Macro, node, None)
                }
                (None, Some(items)) => (ItemKind::List, node, Some(items)),
                (None, None) => return None,
            },
        };
        let append = about.get("append").and_then(Node::as_scalar);
        let texts_of = |node: Node| {
            node.as_seq().unwrap_or_default().iter().filter_map(|item| self.text(item)).collect()
        };
        let exceptions = about.get("exceptions").and_then(Node::as_seq).unwrap_or_default();
        let item = EmbeddedItem {
            kind,
            file: self.id,
            shown: self.file.name.clone(),
            name,
            texts,
            list: list.map(texts_of),
            exceptions: exceptions.iter().filter_map(|node| self.exception(node)).collect(),
            append: append.and_then(|scalar| to_bool(&scalar.text.value)).unwrap_or(false),
            comments: Vec::new(),
            is_hole: false,
        };
        Some(item.complete())
    }

    fn exception(&self, node: &Node) -> Option<Exception> {
        let name = self.text(node.get("name")?)?;
        let keys = ["fields", "comps", "values"];
        let keys = keys.into_iter().filter_map(|key| Some((key, self.tree(node.get(key)?, 0)?)));
        Some(Exception { name, keys: keys.collect() })
    }

    /// A value of an exception. Tuples are two lists deep; deeper nesting has no meaning.
    fn tree(&self, node: &Node, depth: usize) -> Option<Tree> {
        match node.as_seq() {
            Some(_) if depth > 8 => None,
            Some(items) => {
                Some(Tree::List(items.iter().filter_map(|item| self.tree(item, depth + 1)).collect()))
            }
            None => self.text(node).map(Tree::Text),
        }
    }

    /// A text that is not empty.
    fn text(&self, node: &Node) -> Option<HostText> {
        let text = &node.as_scalar()?.text;
        (!text.value.is_empty()).then(|| HostText {
            value: text.value.to_string(),
            runs: runs(self.file, text),
            start: text.span.start,
            end: text.span.end,
        })
    }
}
