//! Flow collections: on one line, wrapped at the width, or one element a line where the author broke them so.

use super::regions::{is_absent, is_flow};
use super::writer::ItemWriter;
use crate::syntax::yaml::{Node, Value};

/// Writes a flow sequence after a key that moved from the first column to the second.
pub(super) fn list(writer: &mut ItemWriter<'_>, node: &Node, items: &[Node], (old, column): (usize, usize)) {
    let end = node.span.end as usize;
    let inner = column + writer.layout.indent;
    let pieces: Option<Vec<String>> = items.iter().map(|item| text(writer, item)).collect();
    let Some(pieces) = pieces.filter(|_| !writer.has_comment(end)) else {
        return writer.copy(node.span, old, column);
    };
    let whole = format!("[{}]", pieces.join(", "));
    let alone = is_vertical(writer, items);
    if !alone && (whole.chars().count() < writer.room() || pieces.is_empty()) {
        writer.out.push(' ');
        writer.out += &whole;
        return writer.copied(end);
    }
    writer.out += " [";
    let mut width = 0;
    for (at, piece) in pieces.iter().enumerate() {
        let last = at + 1 == pieces.len();
        let comma = if last && !(alone && has_comma(writer, items, end)) { "" } else { "," };
        let len = piece.chars().count() + comma.len();
        if at == 0 || alone || width + 1 + len > writer.layout.line_width {
            writer.out.push('\n');
            writer.out += &" ".repeat(inner);
            width = inner + len;
        } else {
            writer.out.push(' ');
            width += 1 + len;
        }
        writer.out += piece;
        writer.out += comma;
    }
    // Deeper than the key, as YAML requires, though Falco does not.
    writer.out += &format!("\n{}]", " ".repeat(inner));
    writer.copied(end);
}

/// Writes a flow mapping on one line, or unchanged.
pub(super) fn map(writer: &mut ItemWriter<'_>, node: &Node, (old, column): (usize, usize)) {
    let end = node.span.end as usize;
    match text(writer, node) {
        Some(whole) if !writer.has_comment(end) && whole.chars().count() < writer.room() => {
            writer.out.push(' ');
            writer.out += &whole;
            writer.copied(end);
        }
        _ => writer.copy(node.span, old, column),
    }
}

/// The node on one line; `None` if it has more than plain elements.
fn text(writer: &ItemWriter<'_>, node: &Node) -> Option<String> {
    let slice = writer.slice(node.span);
    match &node.value {
        _ if is_absent(node) => None,
        Value::Seq(items) if is_flow(node, writer.page.text) => {
            let all: Option<Vec<String>> = items.iter().map(|item| text(writer, item)).collect();
            Some(format!("[{}]", all?.join(", ")))
        }
        Value::Map(pairs) if is_flow(node, writer.page.text) => {
            let pair = |(key, value): &(Node, Node)| {
                matches!(key.value, Value::Scalar(_))
                    .then(|| Some(format!("{}: {}", text(writer, key)?, text(writer, value)?)))?
            };
            let all: Option<Vec<String>> = pairs.iter().map(pair).collect();
            Some(format!("{{{}}}", all?.join(", ")))
        }
        Value::Seq(_) | Value::Map(_) => None,
        _ => (!slice.contains('\n')).then(|| slice.to_owned()),
    }
}

/// True if each element begins a line.
fn is_vertical(writer: &ItemWriter<'_>, items: &[Node]) -> bool {
    let first =
        |item: &Node| writer.page.before(item.span.start as usize).trim_matches([' ', '\t']).is_empty();
    items.len() > 1 && items.iter().all(first)
}

/// True if a comma stands after the last element.
fn has_comma(writer: &ItemWriter<'_>, items: &[Node], end: usize) -> bool {
    let last = items.last().map_or(end, |item| item.span.end as usize);
    writer.page.text.get(last..end).is_some_and(|text| text.contains(','))
}
