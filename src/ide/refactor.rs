//! Refactorings that keep the meaning: extract a macro or list, inline a macro.

use super::actions::{Action, ActionKind};
use super::condition_words::{self, WordKind};
use super::cursor::{self, Cursor, Flat, Spot};
use super::doc::{Doc, Placed};
use super::index::{NameIndex, is_separator};
use super::reference::{self, Referent};
use super::rename::is_plain;
use super::selection::{extent, group, whole};
use super::{Snapshot, TextChange, lines, outline};
use crate::syntax::ast::{Constant, Expr, ExprKind, Right};
use crate::syntax::condition::{DEFAULT_DEPTH, parse};
use crate::syntax::items::ItemKind;
use crate::syntax::lexer;
use crate::syntax::yaml::{Node, Style, Value as Yaml};
use std::ops::Range;

/// The width at which conditions are broken.
const WIDTH: usize = 100;

/// A condition that is whole in one item, and its selected part.
struct Selected<'c, 's> {
    cursor: &'c Cursor<'s>,
    text: &'c str,
    range: Range<usize>,
}

/// Calls `make` for the selected part of a condition. A condition that later items append to is not offered: the
/// appended text may bind to a part of it.
fn selected<T>(
    snapshot: &Snapshot,
    index: &NameIndex<'_>,
    doc: usize,
    range: Range<usize>,
    make: impl FnOnce(&Selected<'_, '_>, &Flat<'_>) -> Option<T>,
) -> Option<T> {
    let first = cursor::cursor(snapshot, index, doc, range.start)?;
    let last = cursor::cursor(snapshot, index, doc, range.end)?;
    let (Spot::Condition(flat, start), Spot::Condition(other, end)) = (&first.spot, &last.spot) else {
        return None;
    };
    let outline = first.placed.piece.outline();
    let [entry] = &outline.entries[..] else { return None };
    let alone = index.all(entry.kind, &entry.name).len() == 1 && entry.role == outline::Role::Defines;
    if outline.broken || !alone || flat.text != other.text || first.placed.start != last.placed.start {
        return None;
    }
    let range = if start == end { *start..*end } else { lines::trimmed(&flat.text, *start..*end.max(start)) };
    make(&Selected { cursor: &first, text: &flat.text, range }, flat)
}

/// Extracts the selected clause into a macro.
pub fn extract_macro(
    snapshot: &Snapshot,
    index: &NameIndex<'_>,
    doc: usize,
    range: Range<usize>,
) -> Option<Action> {
    selected(snapshot, index, doc, range, |selected, flat| {
        let text = selected.text;
        let parsed = parse(text, DEFAULT_DEPTH);
        if !parsed.errors.is_empty() {
            return None;
        }
        let unit = unit(&parsed.expr, text, &selected.range)?;
        let mut body = unit.clone();
        while let Some(inner) = ungrouped(text, &body, &parsed.expr) {
            body = inner;
        }
        let condition = one_line(text.get(body)?)?;
        let name = free_name(index, "extracted");
        let item = format!("- macro: {name}\n  condition: >\n{}\n", wrapped(&condition).join("\n"));
        let (place, item) = before_item(snapshot.docs.get(doc)?, selected.cursor.placed, &item)?;
        let used = spaced(text, &unit, &name);
        Some(Action {
            title: "extract a macro".to_owned(),
            kind: ActionKind::Extract,
            changes: vec![
                TextChange { doc, range: place..place, text: item },
                TextChange { doc, range: placed_range(selected.cursor.placed, flat, unit), text: used },
            ],
            finding: None,
            preferred: false,
        })
    })
}

fn placed_range(placed: &Placed, flat: &Flat<'_>, range: Range<usize>) -> Range<usize> {
    let range = flat.range(range);
    placed.start + range.start..placed.start + range.end
}

/// The selected part of a condition: a node, or neighbours in a chain. An empty selection selects the comparison
/// around it.
fn unit(expr: &Expr<'_>, text: &str, selected: &Range<usize>) -> Option<Range<usize>> {
    let mut found: Option<Range<usize>> = None;
    expr.walk(&mut |part| {
        if selected.is_empty() {
            let range = extent(part, text);
            let is_comparison = matches!(part.kind, ExprKind::Comparison(_));
            if is_comparison && range.start <= selected.start && selected.end <= range.end {
                found = Some(range);
            }
            return;
        }
        let bare = extent(part, text);
        let mut range = bare.clone();
        loop {
            let binds = is_chain(part) && range == bare && negated(text, range.start);
            if range == *selected && !binds {
                found = Some(range.clone());
            }
            match group(&range, text) {
                Some(outer) => range = outer,
                None => break,
            }
        }
        if let ExprKind::And(parts) | ExprKind::Or(parts) = &part.kind {
            let starts = parts.iter().map(|part| whole(part, text).start);
            let ends = parts.iter().map(|part| whole(part, text).end);
            let from = starts.clone().position(|start| start == selected.start);
            let to = ends.clone().position(|end| end == selected.end);
            if from.zip(to).is_some_and(|(from, to)| from < to) && !negated(text, selected.start) {
                found = Some(selected.clone());
            }
        }
    });
    found
}

fn is_chain(expr: &Expr<'_>) -> bool {
    matches!(expr.kind, ExprKind::And(_) | ExprKind::Or(_))
}

/// True if `not` stands before a place. The tree does not keep double negations.
fn negated(text: &str, at: usize) -> bool {
    text[..at].trim_end().ends_with("not")
}

/// A range without the pair of parentheses that encloses it.
fn ungrouped(text: &str, range: &Range<usize>, expr: &Expr<'_>) -> Option<Range<usize>> {
    let body = text.get(range.clone())?;
    if !body.starts_with('(') || !body.ends_with(')') {
        return None;
    }
    let inner = lines::trimmed(text, range.start + 1..range.end - 1);
    let mut is_node = false;
    expr.walk(&mut |part| {
        let mut part = extent(part, text);
        loop {
            is_node |= part == inner;
            match group(&part, text) {
                Some(outer) => part = outer,
                None => break,
            }
        }
    });
    is_node.then_some(inner)
}

/// A text on one line; `None` if a quoted value holds a line break.
fn one_line(text: &str) -> Option<String> {
    let values = condition_words::scan(text).words;
    let broken = |word: &condition_words::Word| {
        word.what == WordKind::Value && text[word.range.clone()].contains(['\n', '\r', '\t'])
    };
    if values.iter().any(broken) {
        return None;
    }
    let mut line = String::new();
    let mut from = 0;
    // Blanks inside quotes are part of the value.
    for word in values.iter().filter(|word| word.what == WordKind::Value) {
        squeeze(&text[from..word.range.start], &mut line);
        line += &text[word.range.clone()];
        from = word.range.end;
    }
    squeeze(&text[from..], &mut line);
    Some(line.trim().to_owned())
}

fn squeeze(text: &str, line: &mut String) {
    let mut blank = false;
    for c in text.chars() {
        if lexer::is_blank(c) || lexer::is_space(c) {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank) {
            line.push(' ');
        }
        line.push(c);
    }
    if blank {
        line.push(' ');
    }
}

/// A condition as lines of a block scalar, broken before `and` and `or`.
fn wrapped(condition: &str) -> Vec<String> {
    let mut out = vec![String::from("    ")];
    let words = condition_words::scan(condition).words;
    let mut from = 0;
    let joins = words.iter().filter(|word| word.what == WordKind::Keyword && word.before.depth == 0);
    for word in joins.filter(|word| &condition[word.range.clone()] != "not") {
        let part = condition[from..word.range.start].trim_end();
        if let Some(line) = out.last_mut() {
            line.push_str(part);
        }
        out.push(String::from("    "));
        from = word.range.start;
    }
    if let Some(line) = out.last_mut() {
        line.push_str(&condition[from..]);
    }
    // A blank at the start of a line would keep its line break.
    out.iter().map(|line| format!("    {}", line.trim())).collect()
}

/// A name that no file uses.
fn free_name(index: &NameIndex<'_>, base: &str) -> String {
    let taken = |name: &str| {
        index.has(ItemKind::Macro, name)
            || index.has(ItemKind::List, name)
            || !index.list_uses(name).is_empty()
    };
    let numbered = (2..10_000).map(|number| format!("{base}_{number}"));
    std::iter::once(base.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

/// A name with the blanks that separate it from its neighbours.
fn spaced(text: &str, range: &Range<usize>, name: &str) -> String {
    let joined = |c: Option<char>| c.is_some_and(|c| !lexer::is_space(c) && !matches!(c, '(' | ')' | ','));
    let before = if joined(text[..range.start].chars().next_back()) { " " } else { "" };
    let after = if joined(text[range.end..].chars().next()) { " " } else { "" };
    format!("{before}{name}{after}")
}

/// The position for a new item before the item of a piece, and its text with the indentation of the list. Comments
/// directly above an item belong to it.
fn before_item(doc: &Doc, placed: &Placed, item: &str) -> Option<(usize, String)> {
    let first = lines::lines(placed.piece.text()).find(|line| !line.dashes.is_empty())?;
    let column = *first.dashes.first()?;
    let mut row = doc.line_byte(placed.start + first.range.start).line;
    while let Some(above) = row.checked_sub(1).and_then(|above| doc.line(above)) {
        if !doc.slice(above).trim_start().starts_with('#') {
            break;
        }
        row -= 1;
    }
    let indent = " ".repeat(column);
    let lines =
        item.lines().map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") });
    Some((doc.line(row)?.start, lines.collect::<Vec<_>>().join("\n") + "\n\n"))
}

/// Extracts the selected values of a comparison into a list; an empty selection takes all values.
pub fn extract_list(
    snapshot: &Snapshot,
    index: &NameIndex<'_>,
    doc: usize,
    range: Range<usize>,
) -> Option<Action> {
    selected(snapshot, index, doc, range, |selected, flat| {
        let text = selected.text;
        let parsed = parse(text, DEFAULT_DEPTH);
        if !parsed.errors.is_empty() {
            return None;
        }
        let mut chosen = None;
        parsed.expr.walk(&mut |part| {
            if let ExprKind::Comparison(check) = &part.kind
                && let Right::List(values, place) = &check.right
                && place.start as usize <= selected.range.start
                && selected.range.end <= place.end as usize
            {
                chosen = covered(values, &selected.range).map(|(from, to)| values[from..=to].to_vec());
            }
        });
        let values: Vec<Constant<'_>> = chosen.filter(|values| values.len() > 1)?;
        let items: Option<Vec<String>> = values.iter().map(|value| item_of(index, text, value)).collect();
        let items = items?;
        let name = free_name(index, "extracted_list");
        let line = format!("  items: [{}]", items.join(", "));
        let listed = match line.len() <= WIDTH {
            true => line,
            false => format!("  items:\n    - {}", items.join("\n    - ")),
        };
        let (place, item) = before_item(
            snapshot.docs.get(doc)?,
            selected.cursor.placed,
            &format!("- list: {name}\n{listed}\n"),
        )?;
        let replaced = values.first()?.place.start as usize..values.last()?.place.end as usize;
        let used = spaced(text, &replaced, &name);
        Some(Action {
            title: "extract a list".to_owned(),
            kind: ActionKind::Extract,
            changes: vec![
                TextChange { doc, range: place..place, text: item },
                TextChange { doc, range: placed_range(selected.cursor.placed, flat, replaced), text: used },
            ],
            finding: None,
            preferred: false,
        })
    })
}

/// The first and last value that a selection overlaps or touches.
fn covered(values: &[Constant<'_>], range: &Range<usize>) -> Option<(usize, usize)> {
    if range.is_empty() {
        return Some((0, values.len().checked_sub(1)?));
    }
    let touched = |value: &Constant<'_>| {
        (value.place.start as usize) < range.end && range.start < value.place.end as usize
    };
    Some((values.iter().position(touched)?, values.iter().rposition(touched)?))
}

/// A value as a list element that Falco substitutes as the same text; `None` if another list's name is part of it.
fn item_of(index: &NameIndex<'_>, text: &str, value: &Constant<'_>) -> Option<String> {
    let raw = text.get(value.place.start as usize..value.place.end as usize)?;
    let mut words = raw.as_bytes().split(|&byte| is_separator(byte));
    let is_list = |word: &[u8]| std::str::from_utf8(word).is_ok_and(|word| index.has(ItemKind::List, word));
    if words.any(is_list) || raw.contains(['\n', '\r']) {
        return None;
    }
    let inner = reference::unquoted(raw);
    let bare = !inner.is_empty() && inner.chars().all(lexer::is_bare) && !inner.contains('\\');
    // Without its quotes it must not be the name of a list.
    let item = if value.quoted && bare && !index.has(ItemKind::List, inner) { inner } else { raw };
    Some(if is_plain(item) { item.to_owned() } else { format!("'{}'", item.replace('\'', "''")) })
}

/// Replaces the use of a macro by its condition.
pub fn inline_macro(snapshot: &Snapshot, index: &NameIndex<'_>, doc: usize, offset: usize) -> Option<Action> {
    let at = reference::at(snapshot, index, doc, offset)?;
    let Some(Referent::Named(ItemKind::Macro, name)) = at.target else { return None };
    if at.mark.kind != super::marks::MarkKind::Macro {
        return None;
    }
    let [found] = index.all(ItemKind::Macro, name)[..] else { return None };
    let item = outline::items(found.placed.piece.stream()).nth(found.entry.node?)?;
    let written = &item.get("condition")?.as_scalar()?.text.value;
    let parsed = parse(written, DEFAULT_DEPTH);
    let mut loops = false;
    parsed.expr.walk(&mut |part| loops |= matches!(part.kind, ExprKind::Macro(used) if used == name));
    if !parsed.errors.is_empty() || loops || found.entry.role != outline::Role::Defines {
        return None;
    }
    let body = one_line(written)?;
    let body = match parsed.expr.kind {
        ExprKind::Comparison(_) | ExprKind::Macro(_) => body,
        _ => format!("({body})"),
    };
    let inside = at.mark.span.start as usize;
    let (style, within) = style_at(at.placed, inside)?;
    let text = written_in(style, within, &body)?;
    Some(Action {
        title: format!("inline the macro `{name}`"),
        kind: ActionKind::Inline,
        changes: vec![TextChange { doc, range: at.range, text }],
        finding: None,
        preferred: false,
    })
}

/// The style of the scalar around a place of a piece, and whether it stands in brackets or braces.
fn style_at(placed: &Placed, at: usize) -> Option<(Style, bool)> {
    fn find(node: &Node, text: &str, at: usize, flow: bool) -> Option<(Style, bool)> {
        let range = node.span.range();
        if at < range.start || range.end <= at {
            return None;
        }
        let flow = flow || text.get(range).is_some_and(|text| text.starts_with(['[', '{']));
        match node.value() {
            Yaml::Scalar(scalar) => Some((scalar.style, flow)),
            Yaml::Seq(items) => items.iter().find_map(|item| find(item, text, at, flow)),
            Yaml::Map(pairs) => pairs.iter().find_map(|(_, value)| find(value, text, at, flow)),
            _ => None,
        }
    }
    let documents = &placed.piece.stream().documents;
    documents.iter().find_map(|document| find(&document.root, placed.piece.text(), at, false))
}

/// A text, escaped for the scalar it is put into; `None` if the scalar cannot contain it.
fn written_in(style: Style, flow: bool, text: &str) -> Option<String> {
    match style {
        Style::Double => Some(text.replace('\\', "\\\\").replace('"', "\\\"")),
        Style::Single => Some(text.replace('\'', "''")),
        Style::Literal | Style::Folded => Some(text.to_owned()),
        Style::Plain => {
            let ends = text.contains(": ") || text.contains(" #") || text.ends_with(':');
            let brackets = flow && text.contains([',', '[', ']', '{', '}']);
            (!ends && !brackets).then(|| text.to_owned())
        }
    }
}
