//! Where values stand, how they are rewritten there, and how several of them read in a message.

use super::context::{Context, LintAtom, LintRule};
use crate::diag::{Edit, Fix};
use crate::source::Span;
use crate::syntax::ast::ExprKind;

impl LintAtom<'_, '_> {
    /// The place of a constant: the item of a list that it came from, or where it stands in the condition.
    pub fn place_of(&self, at: usize) -> Span {
        match self.values().get(at) {
            Some(value) => {
                let place = self.place(value);
                place.item.unwrap_or(place.span)
            }
            None => self.span(),
        }
    }
}

/// A fix that changes what the rule does: at `span`, `old` becomes `new`. Quotes around it stay.
pub fn rewrite(cx: &Context<'_>, span: Span, old: &str, new: &str) -> Option<Fix> {
    let text = cx.sources.slice(span);
    let at = text.find(old)?;
    let around = (&text[..at], &text[at + old.len()..]);
    let bare = matches!(around, ("", "") | ("\"", "\"") | ("'", "'") | ("'\"", "\"'") | ("\"'", "'\""));
    let plain = new.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    if old.is_empty() || !bare || !plain {
        return None;
    }
    let start = span.start as usize + at;
    let edits = vec![Edit { span: Span::new(span.file, start, start + old.len()), text: new.to_owned() }];
    Some(Fix { title: format!("write `{new}`"), edits, safe: false })
}

/// `a`, `a` or `b`, and how many more there are after a few.
pub fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    const FEW: usize = 4;
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [few @ .., last] if names.len() <= FEW => format!("{} or {last}", few.join(", ")),
        _ => format!("{} and {} more", names[..FEW - 1].join(", "), names.len() - (FEW - 1)),
    }
}

/// The place of the `not` with its comparison, if it stands right before it.
pub fn not_around(rule: &LintRule<'_, '_>, atom: &LintAtom<'_, '_>) -> Option<Span> {
    let tree = match atom.written.within {
        Some(at) => rule.view.macros.get(at)?.tree,
        None => rule.view.tree,
    };
    let mut found = None;
    tree.walk(&mut |expr| {
        if let ExprKind::Not(inner) = &expr.kind
            && std::ptr::eq(&**inner, atom.written.expr)
        {
            found = Some(expr.place.clone());
        }
    });
    Some(atom.written.text.locate(found?).span)
}
