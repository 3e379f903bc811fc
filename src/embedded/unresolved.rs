//! Items that depend on values only Sysdig or Terraform know: they are left out and reported.

use super::NOT_CHECKED;
use super::item::EmbeddedItem;
use crate::diag::Diagnostic;
use crate::nearest::nearest;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::condition::{self, RULE_DEPTH};
use crate::syntax::items::ItemKind;
use rustc_hash::FxHashSet;

/// Removes items that cannot be checked and reports each.
pub fn leave_out(items: &mut Vec<EmbeddedItem>, is_elsewhere: &impl Fn(&str) -> bool) -> Vec<Diagnostic> {
    let mut left_out = Vec::new();
    let is_named = |item: &EmbeddedItem| matches!(item.kind, ItemKind::Macro | ItemKind::List);
    let defined: FxHashSet<(ItemKind, String)> =
        items.iter().filter(|item| !item.append).map(|item| (item.kind, item.name.value.clone())).collect();
    let is_there =
        |kind: ItemKind, name: &str| defined.contains(&(kind, name.to_owned())) || is_elsewhere(name);
    let mut holes: FxHashSet<String> = FxHashSet::default();
    items.retain(|item| {
        let finding = match item.is_hole {
            true => None,
            false => missing(item, &defined, &is_there),
        };
        let is_lost = item.is_hole || finding.is_some();
        if is_lost && is_named(item) {
            holes.insert(item.name.value.clone());
        }
        left_out.extend(finding);
        !is_lost
    });
    // Each round removes at least one item.
    while !holes.is_empty() {
        let mut more = FxHashSet::default();
        items.retain(|item| {
            let own = item.append && holes.contains(&item.name.value) && is_named(item);
            let hole = item.words().find(|(word, _)| holes.contains(*word));
            if let Some((word, span)) = hole {
                let message = format!("this {} is not checked, because `{word}` is not", item.kind.key());
                left_out.push(Diagnostic::new(&NOT_CHECKED, span, message));
            }
            let is_lost = own || hole.is_some();
            if is_lost && is_named(item) && !holes.contains(&item.name.value) {
                more.insert(item.name.value.clone());
            }
            !is_lost
        });
        holes = more;
    }
    left_out
}

/// The finding about a dependency that none of the files defines: the target of an append, or a macro. Sysdig may
/// have it.
fn missing(
    item: &EmbeddedItem,
    defined: &FxHashSet<(ItemKind, String)>,
    is_there: &impl Fn(ItemKind, &str) -> bool,
) -> Option<Diagnostic> {
    let (kind, name) = (item.kind.key(), &item.name.value);
    if item.append && !is_there(item.kind, name) {
        let message =
            format!("{kind} `{name}` is not in these files, so what is appended to it is not checked");
        return Some(not_there(item.place(&item.name), message));
    }
    let (wanted, span) = macros(item).into_iter().find(|(wanted, _)| !is_there(ItemKind::Macro, wanted))?;
    let message = format!("macro `{wanted}` is not in these files, so this {kind} is not checked");
    let macros = defined.iter().filter(|(kind, _)| *kind == ItemKind::Macro);
    let mut known: Vec<&str> = macros.map(|(_, name)| name.as_str()).collect();
    known.sort_unstable();
    Some(match nearest(&wanted, known) {
        Some(known) => Diagnostic::new(&NOT_CHECKED, span, message).help(format!("did you mean `{known}`?")),
        None => not_there(span, message),
    })
}

fn not_there(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(&NOT_CHECKED, span, message).help("name the file that defines it, too")
}

/// The macros that a condition uses, with their places.
fn macros(item: &EmbeddedItem) -> Vec<(String, Span)> {
    let Some(text) = item.text("condition") else { return Vec::new() };
    // An appended condition begins with `and` or `or`.
    let trimmed = text.value.trim_start();
    let joined = ["and ", "or "].into_iter().find(|word| item.append && trimmed.starts_with(word));
    let skipped = text.value.len() - trimmed.len() + joined.map_or(0, str::len);
    let parsed = condition::parse(text.value.get(skipped..).unwrap_or_default(), RULE_DEPTH);
    let mut open: Vec<&Expr<'_>> = vec![&parsed.expr];
    let mut found = Vec::new();
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::And(all) | ExprKind::Or(all) => open.extend(all.iter().rev()),
            ExprKind::Not(inner) => open.push(inner),
            ExprKind::Macro(name) => {
                let place = skipped + expr.place.start as usize..skipped + expr.place.end as usize;
                found.push(((*name).to_owned(), item.span_of(text, place.start, place.end)));
            }
            ExprKind::Comparison(_) | ExprKind::Hole => {}
        }
    }
    found
}
