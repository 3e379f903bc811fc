//! Falco's JSON schema for rules files, checked and reported as its validator (valijson, weak types) does.
//!
//! The result decides nothing: Falco logs it and loads the file by its own rules. Only the output that imitates Falco
//! needs it, where wording and order matter. Constraints are checked in the order type, anyOf, enum, items, number of
//! properties, properties by name, required; errors are listed from the inside out.

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

use super::yaml::{Node, Value};
use crate::source::Span;
use std::collections::HashMap;
use std::fmt::Write;

/// The maximum number of nodes visited below anchors and aliases: enough for any file written by hand, and a bound
/// for one that is built to expand.
const MAX_SHARED_VISITS: usize = 200_000;

/// The maximum number of messages for one document.
const MAX_ERRORS: usize = 100_000;

/// The messages Falco prints for one document, innermost error first; empty if it is valid.
///
/// Beyond the maximum number of errors or visited nodes, the messages found so far are returned.
pub fn validate(root: &Node) -> Vec<String> {
    let mut validator = Validator::default();
    validator.check(root, &DOCUMENT);
    validator.errors
}

/// The type that the schema requires of a value.
enum SchemaType {
    Any,
    Text,
    Boolean,
    Integer,
    /// An element of `items`: integer or string.
    IntegerOrText,
    OneOf(&'static [&'static str]),
    List(&'static SchemaType),
    Map(&'static Object),
}

struct Object {
    /// In byte order, which is the order of the errors.
    properties: &'static [(&'static str, &'static SchemaType)],
    required: &'static [&'static str],
    min_properties: usize,
}

static DOCUMENT: SchemaType = SchemaType::List(&ITEM);

static TEXTS: SchemaType = SchemaType::List(&SchemaType::Text);

/// Rules, macros, lists and requirements share one flat object.
static ITEM: SchemaType = SchemaType::Map(&Object {
    properties: &[
        ("append", &SchemaType::Boolean),
        ("capture", &SchemaType::Boolean),
        ("capture_duration", &SchemaType::Integer),
        ("condition", &SchemaType::Text),
        ("desc", &SchemaType::Text),
        ("enabled", &SchemaType::Boolean),
        ("exceptions", &SchemaType::List(&EXCEPTION)),
        ("items", &SchemaType::List(&SchemaType::IntegerOrText)),
        ("list", &SchemaType::Text),
        ("macro", &SchemaType::Text),
        ("output", &SchemaType::Text),
        ("override", &OVERRIDE),
        ("priority", &PRIORITY),
        ("required_engine_version", &SchemaType::Text),
        ("required_plugin_versions", &SchemaType::List(&PLUGIN)),
        ("rule", &SchemaType::Text),
        ("skip-if-unknown-filter", &SchemaType::Boolean),
        ("source", &SchemaType::Text),
        ("tags", &TEXTS),
        ("warn_evttypes", &SchemaType::Boolean),
    ],
    required: &[],
    min_properties: 0,
});

static PRIORITY: SchemaType = SchemaType::OneOf(&[
    "EMERGENCY",
    "ALERT",
    "CRITICAL",
    "ERROR",
    "WARNING",
    "NOTICE",
    "INFO",
    "INFORMATIONAL",
    "DEBUG",
]);

static OPERATION: SchemaType = SchemaType::OneOf(&["append", "replace"]);

static OVERRIDE: SchemaType = SchemaType::Map(&Object {
    properties: &[
        ("capture", &OPERATION),
        ("capture_duration", &OPERATION),
        ("condition", &OPERATION),
        ("desc", &OPERATION),
        ("enabled", &OPERATION),
        ("exceptions", &OPERATION),
        ("items", &OPERATION),
        ("output", &OPERATION),
        ("priority", &OPERATION),
        ("skip-if-unknown-filter", &OPERATION),
        ("tags", &OPERATION),
        ("warn_evttypes", &OPERATION),
    ],
    required: &[],
    min_properties: 1,
});

static EXCEPTION: SchemaType = SchemaType::Map(&Object {
    properties: &[
        ("comps", &SchemaType::Any),
        ("fields", &SchemaType::Any),
        ("name", &SchemaType::Text),
        ("values", &SchemaType::Any),
    ],
    required: &["name"],
    min_properties: 0,
});

static PLUGIN: SchemaType = SchemaType::Map(&Object {
    properties: &[
        ("alternatives", &SchemaType::List(&ALTERNATIVE)),
        ("name", &SchemaType::Text),
        ("version", &SchemaType::Text),
    ],
    required: &["name", "version"],
    min_properties: 0,
});

static ALTERNATIVE: SchemaType = SchemaType::Map(&Object {
    properties: &[("name", &SchemaType::Text), ("version", &SchemaType::Text)],
    required: &["name", "version"],
    min_properties: 0,
});

#[derive(Default)]
struct Validator {
    errors: Vec<String>,
    path: Vec<PathSegment>,
    /// The types that anchored nodes are known to have, so that an alias costs nothing; by the span of the node.
    valid: HashMap<Span, Vec<&'static SchemaType>>,
    /// The number of anchors or aliases around the current node.
    sharing: usize,
    visits: usize,
}

enum PathSegment {
    Index(usize),
    Property(&'static str),
}

impl Validator {
    /// True if `node` has the type `shape`; if not, the errors are recorded.
    fn check(&mut self, node: &Node, shape: &'static SchemaType) -> bool {
        if let SchemaType::Any = shape {
            return true;
        }
        let Value::Shared(shared) = &node.value else { return self.check_value(&node.value, shape) };
        let known = self.valid.get(&shared.span).into_iter().flatten();
        if known.copied().any(|known| std::ptr::eq(known, shape)) {
            return true;
        }
        self.sharing += 1;
        let valid = self.check(shared, shape);
        self.sharing -= 1;
        if valid {
            self.valid.entry(shared.span).or_default().push(shape);
        }
        valid
    }

    fn check_value(&mut self, value: &Value, shape: &'static SchemaType) -> bool {
        if self.exhausted() {
            return true;
        }
        match shape {
            SchemaType::Any => true,
            SchemaType::Text => is_text(value) || self.type_error(),
            SchemaType::Boolean => matches!(text(value), Some("true" | "false")) || self.type_error(),
            SchemaType::Integer => text(value).is_some_and(is_integer) || self.type_error(),
            SchemaType::IntegerOrText => is_text(value) || self.any_of_error(),
            SchemaType::OneOf(choices) => self.one_of(value, choices),
            SchemaType::List(shape) => match value {
                Value::Seq(nodes) => self.list(nodes, shape),
                Value::Map(pairs) if pairs.is_empty() => true,
                _ => self.type_error(),
            },
            SchemaType::Map(object) => match value {
                Value::Map(pairs) => self.object(pairs, object),
                Value::Seq(nodes) if nodes.is_empty() => self.object(&[], object),
                _ => self.type_error(),
            },
        }
    }

    /// Counts a visit; true if a maximum is reached.
    fn exhausted(&mut self) -> bool {
        self.visits += usize::from(self.sharing > 0);
        self.visits > MAX_SHARED_VISITS || self.errors.len() > MAX_ERRORS
    }

    fn one_of(&mut self, value: &Value, choices: &[&str]) -> bool {
        let mut valid = is_text(value) || self.type_error();
        if !text(value).is_some_and(|text| choices.contains(&text)) {
            valid = self.error("Failed to match against any enum values.");
        }
        valid
    }

    fn list(&mut self, nodes: &[Node], shape: &'static SchemaType) -> bool {
        let mut valid = true;
        for (index, node) in nodes.iter().enumerate() {
            self.path.push(PathSegment::Index(index));
            let fits = self.check(node, shape);
            self.path.pop();
            if !fits {
                valid = self.error(&format!("Failed to validate item #{index} in array."));
            }
        }
        valid
    }

    fn object(&mut self, pairs: &[(Node, Node)], object: &'static Object) -> bool {
        let mut valid = true;
        if pairs.len() < object.min_properties {
            let least = object.min_properties;
            valid = self.error(&format!("Object should have no fewer than {least} properties."));
        }
        let mut found: Vec<Option<&Node>> = vec![None; object.properties.len()];
        let mut matched = 0;
        let mut unknown = None;
        for (key, node) in pairs {
            let key = key_text(key);
            match object.properties.binary_search_by(|&(name, _)| name.cmp(key)) {
                Ok(at) if found[at].is_none() => {
                    found[at] = Some(node);
                    matched += 1;
                }
                Ok(_) => {}
                Err(_) => {
                    unknown.get_or_insert(key);
                }
            }
        }
        for (&(name, shape), node) in object.properties.iter().zip(&found) {
            let Some(node) = node else { continue };
            self.path.push(PathSegment::Property(name));
            let fits = self.check(node, shape);
            self.path.pop();
            if !fits {
                valid = self.error(&format!(
                    "Failed to validate against schema associated with property name '{name}'."
                ));
            }
        }
        // The validator compares numbers of properties: a duplicate key is one too many, but the validator cannot
        // name it.
        if matched != pairs.len() {
            valid = self.error(&format!(
                "Object contains a property that could not be validated using 'properties' or \
                 'additionalProperties' constraints: '{}'.",
                unknown.unwrap_or_default()
            ));
        }
        for name in object.required {
            let known = object.properties.iter().position(|(property, _)| property == name);
            if known.is_none_or(|at| found[at].is_none()) {
                valid = self.error(&format!("Missing required property '{name}'."));
            }
        }
        valid
    }

    fn type_error(&mut self) -> bool {
        self.error("Value type not permitted by 'type' constraint.")
    }

    fn any_of_error(&mut self) -> bool {
        for schema in 0..2 {
            self.type_error();
            self.error(&format!("Failed to validate against child schema #{schema}."));
        }
        self.error("Failed to validate against any schemas allowed by anyOf constraint.")
    }

    /// Records an error at the current place. Always false, for the caller to return.
    fn error(&mut self, description: &str) -> bool {
        let mut message = String::from("failed for <root>");
        for step in &self.path {
            // Writing to a string cannot fail.
            let _ = match step {
                PathSegment::Index(index) => write!(message, "[{index}]"),
                PathSegment::Property(name) => write!(message, "[{name}]"),
            };
        }
        message.push_str(": ");
        message.push_str(description);
        self.errors.push(message);
        false
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Scalar(scalar) => Some(&scalar.text.value),
        _ => None,
    }
}

/// Weak types: every scalar is a string, and so is an empty collection, but not null.
fn is_text(value: &Value) -> bool {
    match value {
        Value::Scalar(_) => true,
        Value::Seq(nodes) => nodes.is_empty(),
        Value::Map(pairs) => pairs.is_empty(),
        Value::Null | Value::Shared(_) => false,
    }
}

/// True for what `std::istream >> int64_t` reads to the end: leading space and a sign, then decimal digits.
fn is_integer(text: &str) -> bool {
    let digits = text.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    // Rust also accepts `+5` and leading zeros, and refuses an overflow.
    digits.parse::<i64>().is_ok()
}

/// A key as yaml-cpp converts it to a string.
fn key_text(key: &Node) -> &str {
    match key.value() {
        Value::Scalar(scalar) => &scalar.text.value,
        Value::Null => "null",
        _ => "",
    }
}
