//! The items of a rules file and their keys, read from the YAML tree as Falco reads them.
//!
//! Nothing is decoded ahead of time: whoever needs a key asks for it and gets the value or the
//! problem, so that problems come up in Falco's order.

use super::yaml::{self, Node, Value};
use crate::source::{Span, Text};

/// What an item is, decided by the first of these keys that is present, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
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
pub const KINDS: &[Kind] = &[Kind::EngineVersion, Kind::PluginVersions, Kind::List, Kind::Macro, Kind::Rule];

/// The usual order of a rule's keys, that of Falco's style guide. All others may stand anywhere among them.
pub const RULE_ORDER: [&str; 6] = ["rule", "desc", "condition", "output", "priority", "tags"];

impl Kind {
    /// The kind that a key makes an item one of.
    fn of_key(key: &str) -> Option<Kind> {
        // Nearly all keys begin otherwise.
        match key.as_bytes().first()? {
            b'r' | b'l' | b'm' => KINDS.iter().copied().find(|kind| kind.key() == key),
            _ => None,
        }
    }

    /// The key that makes an item one of this kind.
    pub fn key(self) -> &'static str {
        match self {
            Kind::EngineVersion => "required_engine_version",
            Kind::PluginVersions => "required_plugin_versions",
            Kind::List => "list",
            Kind::Macro => "macro",
            Kind::Rule => "rule",
        }
    }

    /// All keys an item of this kind may have.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Kind::EngineVersion => &["required_engine_version"],
            Kind::PluginVersions => &["required_plugin_versions"],
            Kind::List => &["list", "items", "append", "override"],
            Kind::Macro => &["macro", "condition", "append", "override"],
            Kind::Rule => &[
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
            Kind::List => &["items"],
            Kind::Macro => &["condition"],
            Kind::Rule => &["condition", "desc", "exceptions", "output", "tags"],
            _ => &[],
        }
    }

    /// The keys that `override` can replace.
    pub fn replaceable(self) -> &'static [&'static str] {
        match self {
            Kind::List => &["items"],
            Kind::Macro => &["condition"],
            Kind::Rule => &[
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

/// A mapping whose keys are asked for by name.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The mapping.
    pub node: &'a Node,
    /// Its entries, duplicates included.
    pub entries: &'a [(Node, Node)],
    kind: Option<Kind>,
}

/// Why a key could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The key is not there.
    Missing,
    /// It has no value.
    Null,
    /// A scalar is wanted.
    NotScalar,
    /// The value is the empty string.
    Empty,
    /// Not a boolean as YAML 1.1 writes them.
    NotBool,
    /// Not an unsigned number.
    NotNumber,
    /// A sequence is wanted.
    NotSequence,
    /// An element of a sequence is not a scalar.
    ElementNotScalar,
}

/// A key that could not be read, and where.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// What is wrong.
    pub trouble: Trouble,
    /// The key.
    pub key: &'a str,
    /// The key as written, if it is there.
    pub key_span: Option<Span>,
    /// The value, the element, or the item where the key is missing.
    pub span: Span,
    /// The sequence an element stands in.
    pub within: Option<Span>,
}

/// A key's value or why there is none.
pub type Read<'a, T> = Result<T, Problem<'a>>;

impl<'a> Item<'a> {
    /// The node as an item, if it is a mapping.
    pub fn new(node: &'a Node) -> Option<Item<'a>> {
        match node.value() {
            Value::Map(entries) => Some(Item::of(node, entries)),
            _ => None,
        }
    }

    /// The same of a mapping whose pairs are at hand.
    pub fn of(node: &'a Node, entries: &'a [(Node, Node)]) -> Item<'a> {
        let kinds = entries.iter().filter_map(|(name, _)| Kind::of_key(key_text(name)?));
        Item { node, entries, kind: kinds.min() }
    }

    /// What kind of item it is.
    pub fn kind(&self) -> Option<Kind> {
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

    /// Where its first key stands.
    fn first_key(&self) -> Option<Span> {
        self.entries.first().map(|(key, _)| key.span)
    }

    /// A required scalar that is not empty.
    pub fn text(&self, key: &'a str) -> Read<'a, &'a Text> {
        let Some((name, node)) = self.entry(key) else {
            return Err(self.problem(Trouble::Missing, key, self.first_key(), self.node.span));
        };
        let fail = |trouble| Err(self.problem(trouble, key, Some(name.span), node.span));
        match node.value() {
            Value::Null => fail(Trouble::Null),
            Value::Scalar(scalar) if scalar.text.value.is_empty() => fail(Trouble::Empty),
            Value::Scalar(scalar) => Ok(&scalar.text),
            _ => fail(Trouble::NotScalar),
        }
    }

    /// A scalar that may be absent.
    pub fn optional_text(&self, key: &'a str) -> Read<'a, Option<&'a Text>> {
        self.entry(key).map(|_| self.text(key)).transpose()
    }

    /// A boolean that may be absent.
    pub fn flag(&self, key: &'a str) -> Read<'a, Option<bool>> {
        self.converted(key, Trouble::NotBool, yaml::to_bool)
    }

    /// An unsigned number that may be absent.
    pub fn number(&self, key: &'a str) -> Read<'a, Option<u32>> {
        self.converted(key, Trouble::NotNumber, yaml::to_u32)
    }

    fn converted<T>(
        &self,
        key: &'a str,
        trouble: Trouble,
        convert: fn(&str) -> Option<T>,
    ) -> Read<'a, Option<T>> {
        let Some(text) = self.optional_text(key)? else { return Ok(None) };
        match convert(&text.value) {
            Some(value) => Ok(Some(value)),
            None => Err(self.problem(trouble, key, self.key_span(key), text.span)),
        }
    }

    /// A required sequence of scalars; empty strings are fine.
    pub fn texts(&self, key: &'a str) -> Read<'a, Vec<&'a Text>> {
        let Some((name, node)) = self.entry(key) else {
            return Err(self.problem(Trouble::Missing, key, self.first_key(), self.node.span));
        };
        let Value::Seq(elements) = node.value() else {
            return Err(self.problem(Trouble::NotSequence, key, Some(name.span), node.span));
        };
        let text = |element: &'a Node| match element.value() {
            Value::Scalar(scalar) => Ok(&scalar.text),
            _ => {
                let within = Some(node.span);
                Err(Problem {
                    within,
                    ..self.problem(Trouble::ElementNotScalar, key, Some(name.span), element.span)
                })
            }
        };
        elements.iter().map(text).collect()
    }

    fn problem(&self, trouble: Trouble, key: &'a str, key_span: Option<Span>, span: Span) -> Problem<'a> {
        Problem { trouble, key, key_span, span, within: None }
    }
}

/// The text of a mapping key. Null is a key too: `~: x`.
pub fn key_text(node: &Node) -> Option<&str> {
    match node.value() {
        Value::Scalar(scalar) => Some(&scalar.text.value),
        _ => None,
    }
}
