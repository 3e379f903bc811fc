//! The key `override` of an item.

use crate::sema::errors;
use crate::sema::report::FaultResult;
use crate::syntax::items::{Item, ItemKind, key_text};
use crate::syntax::yaml::Value;

/// The keys that an item's `override` appends to and replaces.
#[derive(Debug, Default)]
pub(super) struct Overrides<'a> {
    /// Keys with `append`.
    pub append: Vec<&'a str>,
    /// Keys with `replace`.
    pub replace: Vec<&'a str>,
}

impl Overrides<'_> {
    /// True if `override` is absent or empty.
    pub fn is_empty(&self) -> bool {
        self.append.is_empty() && self.replace.is_empty()
    }
}

/// Reads `override`.
pub(super) fn overrides<'a>(item: Item<'a>, kind: ItemKind) -> FaultResult<'a, Overrides<'a>> {
    let mut found = Overrides::default();
    let Some((name, node)) = item.entry("override") else { return Ok(found) };
    let entries = match node.value() {
        Value::Map(entries) => entries,
        Value::Seq(elements) => return Err(errors::override_sequence(node, name, elements.is_empty())),
        _ => return Ok(found),
    };
    for (key, operation) in entries {
        let Some(name) = key_text(key).or(matches!(key.value(), Value::Null).then_some("null")) else {
            continue;
        };
        let said = match operation.value() {
            Value::Scalar(scalar) => &*scalar.text.value,
            Value::Null => "null",
            _ => return Err(errors::override_not_scalar(operation)),
        };
        let (appendable, replaceable) =
            (kind.appendable().contains(&name), kind.replaceable().contains(&name));
        match said {
            "append" if appendable => found.append.push(name),
            "append" => return Err(errors::cannot_append(item, key, name, kind, replaceable)),
            "replace" if replaceable => found.replace.push(name),
            "replace" => return Err(errors::cannot_replace(item, key, name, kind)),
            _ => {
                return Err(errors::override_operation(item, operation, name, said, appendable, replaceable));
            }
        }
    }
    Ok(found)
}
