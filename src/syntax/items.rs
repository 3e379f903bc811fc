//! The items of a rules file and their keys, read from the YAML tree as Falco reads them.
//!
//! Nothing is decoded ahead of time: a key is decoded when it is requested, so that errors come up in Falco's order.

use super::yaml::{self, Node, Value};
use crate::source::{Span, Text};

/// The kind of an item, decided by the first of these keys that is present, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ItemKind {
    /// `required_engine_version`
    EngineVersion,
    /// `required_plugin_versions`
    PluginVersions,
    /// `list`
    List,
    /// `macro`
    Macro,
    /// `rule`
    Rule,
}

/// The kinds in the order in which Falco looks for their keys.
pub const KINDS: &[ItemKind] =
    &[ItemKind::EngineVersion, ItemKind::PluginVersions, ItemKind::List, ItemKind::Macro, ItemKind::Rule];

/// The usual order of a rule's keys, that of Falco's style guide. All others may stand anywhere among them.
pub const RULE_ORDER: [&str; 6] = ["rule", "desc", "condition", "output", "priority", "tags"];

impl ItemKind {
    /// The kind that a key identifies.
    fn of_key(key: &str) -> Option<ItemKind> {
        // Most keys begin with another letter.
        match key.as_bytes().first()? {
            b'r' | b'l' | b'm' => KINDS.iter().copied().find(|kind| kind.key() == key),
            _ => None,
        }
    }

    /// The key that identifies this kind.
    pub fn key(self) -> &'static str {
        match self {
            ItemKind::EngineVersion => "required_engine_version",
            ItemKind::PluginVersions => "required_plugin_versions",
            ItemKind::List => "list",
            ItemKind::Macro => "macro",
            ItemKind::Rule => "rule",
        }
    }

    /// All keys an item of this kind may have.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            ItemKind::EngineVersion => &["required_engine_version"],
            ItemKind::PluginVersions => &["required_plugin_versions"],
            ItemKind::List => &["list", "items", "append", "override"],
            ItemKind::Macro => &["macro", "condition", "append", "override"],
            ItemKind::Rule => &[
                "rule",
                "desc",
                "condition",
                "output",
                "priority",
                "source",
                "enabled",
                "tags",
                "exceptions",
                "capture",
                "capture_duration",
                "warn_evttypes",
                "skip-if-unknown-filter",
                "append",
                "override",
            ],
        }
    }

    /// The keys that `override` can append to.
    pub fn appendable(self) -> &'static [&'static str] {
        match self {
            ItemKind::List => &["items"],
            ItemKind::Macro => &["condition"],
            ItemKind::Rule => &["condition", "desc", "exceptions", "output", "tags"],
            _ => &[],
        }
    }

    /// The keys that `override` can replace.
    pub fn replaceable(self) -> &'static [&'static str] {
        match self {
            ItemKind::List => &["items"],
            ItemKind::Macro => &["condition"],
            ItemKind::Rule => &[
                "capture",
                "capture_duration",
                "condition",
                "desc",
                "enabled",
                "exceptions",
                "output",
                "priority",
                "skip-if-unknown-filter",
                "tags",
                "warn_evttypes",
            ],
            _ => &[],
        }
    }
}

/// A mapping with lookup by key.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The mapping.
    pub node: &'a Node,
    /// Its entries, duplicates included.
    pub entries: &'a [(Node, Node)],
    kind: Option<ItemKind>,
}

/// The reason why a key could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyErrorKind {
    /// The key is absent.
    Missing,
    /// It has no value.
    Null,
    /// The value is not a scalar.
    NotScalar,
    /// The value is the empty string.
    Empty,
    /// Not a boolean as YAML 1.1 writes them.
    NotBool,
    /// Not an unsigned number.
    NotNumber,
    /// The value is not a sequence.
    NotSequence,
    /// An element of a sequence is not a scalar.
    ElementNotScalar,
}

/// A key that could not be read, and where.
#[derive(Clone, Copy, Debug)]
pub struct KeyError<'a> {
    /// The reason.
    pub kind: KeyErrorKind,
    /// The key.
    pub key: &'a str,
    /// The key as written, if it is there.
    pub key_span: Option<Span>,
    /// The value, the element, or the item where the key is missing.
    pub span: Span,
    /// The sequence an element stands in.
    pub within: Option<Span>,
}

/// A key's value, or the error.
pub type Read<'a, T> = Result<T, KeyError<'a>>;

impl<'a> Item<'a> {
    /// The node as an item, if it is a mapping.
    pub fn new(node: &'a Node) -> Option<Item<'a>> {
        match node.value() {
            Value::Map(entries) => Some(Item::of(node, entries)),
            _ => None,
        }
    }

    /// The item of a mapping whose pairs are known.
    pub fn of(node: &'a Node, entries: &'a [(Node, Node)]) -> Item<'a> {
        let kinds = entries.iter().filter_map(|(name, _)| ItemKind::of_key(key_text(name)?));
        Item { node, entries, kind: kinds.min() }
    }

    /// The kind of the item, if a key identifies it.
    pub fn kind(&self) -> Option<ItemKind> {
        self.kind
    }

    /// Key and value; of duplicate keys the first, as yaml-cpp does.
    pub fn entry(&self, key: &str) -> Option<&'a (Node, Node)> {
        self.entries.iter().find(|(name, _)| key_text(name) == Some(key))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The span of a key as written.
    pub fn key_span(&self, key: &str) -> Option<Span> {
        self.entry(key).map(|(name, _)| name.span)
    }

    /// The span of its first key.
    fn first_key(&self) -> Option<Span> {
        self.entries.first().map(|(key, _)| key.span)
    }

    /// A required scalar that is not empty.
    pub fn text(&self, key: &'a str) -> Read<'a, &'a Text> {
        let Some((name, node)) = self.entry(key) else {
            return Err(self.key_error(KeyErrorKind::Missing, key, self.first_key(), self.node.span));
        };
        let fail = |trouble| Err(self.key_error(trouble, key, Some(name.span), node.span));
        match node.value() {
            Value::Null => fail(KeyErrorKind::Null),
            Value::Scalar(scalar) if scalar.text.value.is_empty() => fail(KeyErrorKind::Empty),
            Value::Scalar(scalar) => Ok(&scalar.text),
            _ => fail(KeyErrorKind::NotScalar),
        }
    }

    /// A scalar that may be absent.
    pub fn optional_text(&self, key: &'a str) -> Read<'a, Option<&'a Text>> {
        self.entry(key).map(|_| self.text(key)).transpose()
    }

    /// A boolean that may be absent.
    pub fn flag(&self, key: &'a str) -> Read<'a, Option<bool>> {
        self.converted(key, KeyErrorKind::NotBool, yaml::to_bool)
    }

    /// An unsigned number that may be absent.
    pub fn number(&self, key: &'a str) -> Read<'a, Option<u32>> {
        self.converted(key, KeyErrorKind::NotNumber, yaml::to_u32)
    }

    fn converted<T>(
        &self,
        key: &'a str,
        trouble: KeyErrorKind,
        convert: fn(&str) -> Option<T>,
    ) -> Read<'a, Option<T>> {
        let Some(text) = self.optional_text(key)? else { return Ok(None) };
        match convert(&text.value) {
            Some(value) => Ok(Some(value)),
            None => Err(self.key_error(trouble, key, self.key_span(key), text.span)),
        }
    }

    /// A required sequence of scalars; empty strings are fine.
    pub fn texts(&self, key: &'a str) -> Read<'a, Vec<&'a Text>> {
        let Some((name, node)) = self.entry(key) else {
            return Err(self.key_error(KeyErrorKind::Missing, key, self.first_key(), self.node.span));
        };
        let Value::Seq(elements) = node.value() else {
            return Err(self.key_error(KeyErrorKind::NotSequence, key, Some(name.span), node.span));
        };
        let text = |element: &'a Node| match element.value() {
            Value::Scalar(scalar) => Ok(&scalar.text),
            _ => {
                let within = Some(node.span);
                Err(KeyError {
                    within,
                    ..self.key_error(KeyErrorKind::ElementNotScalar, key, Some(name.span), element.span)
                })
            }
        };
        elements.iter().map(text).collect()
    }

    fn key_error(
        &self,
        trouble: KeyErrorKind,
        key: &'a str,
        key_span: Option<Span>,
        span: Span,
    ) -> KeyError<'a> {
        KeyError { kind: trouble, key, key_span, span, within: None }
    }
}

/// The text of a mapping key. Null is a key too: `~: x`.
pub fn key_text(node: &Node) -> Option<&str> {
    match node.value() {
        Value::Scalar(scalar) => Some(&scalar.text.value),
        _ => None,
    }
}
