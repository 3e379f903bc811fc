//! The keys of a rule in their usual order, with the comments above them.

use super::writer::WrittenItem;
use crate::syntax::items::{Item, ItemKind, RULE_ORDER, key_text};
use crate::syntax::yaml::{Node, Value};

/// Reorders the keys to `rule`, `desc`, `condition`, `output`, `priority`, `tags`; other keys keep their position
/// among them.
pub(super) fn ordered(node: &Node, written: &WrittenItem, column: usize) -> Option<String> {
    let Value::Map(pairs) = &node.value else { return None };
    if Item::of(node, pairs).kind() != Some(ItemKind::Rule) || written.keys.len() != pairs.len() {
        return None;
    }
    let place = |at: usize| {
        let key = key_text(&pairs[at].0)?;
        RULE_ORDER.iter().position(|known| *known == key)
    };
    let slots: Vec<usize> = (0..pairs.len()).filter(|&at| place(at).is_some()).collect();
    let mut sorted = slots.clone();
    sorted.sort_by_key(|&at| place(at));
    let twice = sorted.windows(2).any(|pair| place(pair[0]) == place(pair[1]));
    // An alias must not come before its anchor.
    if sorted == slots || twice || pairs.iter().any(|(_, value)| is_shared(value)) {
        return None;
    }
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    slots.iter().zip(&sorted).for_each(|(&slot, &at)| order[slot] = at);
    let lead = " ".repeat(column) + "- ";
    let inner = " ".repeat(column + 2);
    let chunk = |at: usize| -> Option<String> {
        let end = written.keys.get(at + 1).copied().unwrap_or(written.text.len() - 1);
        let text = written.text.get(written.keys[at]..end)?;
        // The first key follows its dash, the others begin with a line break.
        Some(if at == 0 { format!("\n{inner}{text}") } else { text.to_owned() })
    };
    let mut out = lead;
    for (slot, &at) in order.iter().enumerate() {
        let text = chunk(at)?;
        if slot > 0 {
            out += &text;
        } else {
            let text = text.trim_start();
            if text.starts_with('#') {
                return None;
            }
            out += text;
        }
    }
    out.push('\n');
    Some(out)
}

fn is_shared(node: &Node) -> bool {
    match &node.value {
        Value::Shared(_) => true,
        Value::Seq(items) => items.iter().any(is_shared),
        Value::Map(pairs) => pairs.iter().any(|(key, value)| is_shared(key) || is_shared(value)),
        _ => false,
    }
}
