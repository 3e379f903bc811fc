//! `list-for-repeated-equality`

use crate::diag::Diagnostic;
use crate::lint::written::{Own, inner};
use crate::lint::{Context, Lint, LintRule, Macros};
use crate::schema::SourceFields;
use crate::sema::environment::Environment;
use crate::sema::values::{Family, family};
use crate::syntax::ast::{Constant, Expr, ExprKind, OperandKind, Right};
use crate::syntax::lexer::is_bare;
use crate::syntax::token::Op;
use rustc_hash::FxHashSet;
use std::ops::Range;

crate::declare_check! {
    /// One field compared with one value after the other.
    ///
    /// ## What it does
    /// Reports three or more comparisons of the same text field with `=` side by side in an `or`.
    ///
    /// ## Why it matters
    /// `in` says the same with less to read and less to get wrong, and Falco looks the value up instead of comparing
    /// one after the other.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail changed
    ///   desc: Someone stopped, deleted or changed a trail.
    ///   condition: ct.name = StopLogging or ct.name = DeleteTrail or ct.name = UpdateTrail
    ///   output: trail changed (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail changed
    ///   desc: Someone stopped, deleted or changed a trail.
    ///   condition: ct.name in (StopLogging, DeleteTrail, UpdateTrail)
    ///   output: trail changed (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub LIST_FOR_REPEATED_EQUALITY = "RC0607", "list-for-repeated-equality", Style, Info;
}

/// See [`LIST_FOR_REPEATED_EQUALITY`].
pub struct ListForRepeatedEquality;

impl Lint for ListForRepeatedEquality {
    fn check(&self) -> &'static crate::diag::Check {
        &LIST_FOR_REPEATED_EQUALITY
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        look(&Own::of_rule(rule), Some(rule.view.fields), cx);
    }

    fn macros(&self, macros: &Macros<'_, '_>, cx: &mut Context<'_>) {
        Own::of_macros(macros).for_each(|own| look(&own, None, cx));
    }
}

fn look(own: &Own<'_, '_>, fields: Option<&SourceFields>, cx: &mut Context<'_>) {
    own.tree.walk(&mut |expr| {
        let ExprKind::Or(parts) = &expr.kind else { return };
        let mut at = 0;
        while at + 2 < parts.len() {
            let Some((left, _)) = equality(&parts[at], own) else {
                at += 1;
                continue;
            };
            let same = |part: &&Expr<'_>| equality(part, own).is_some_and(|(other, _)| other == left);
            let count = parts[at..].iter().take_while(same).count();
            let name = left.split('[').next().unwrap_or_default();
            if count > 2 && is_text(name, fields, cx.environment) {
                report(own, left, &parts[at..at + count], cx);
            }
            at += count;
        }
    });
}

/// The left side as written and the value, if a part compares a field with one text.
fn equality<'e>(part: &'e Expr<'_>, own: &Own<'e, '_>) -> Option<(&'e str, &'e Constant<'e>)> {
    let ExprKind::Comparison(check) = &part.kind else { return None };
    match (&check.left.kind, check.op, check.modifier, &check.right) {
        (OperandKind::Field { .. }, Op::Eq | Op::EqEq, None, Right::Const(value)) => {
            let place = &check.left.place;
            Some((own.slice(place.start as usize..place.end as usize).trim_end(), value))
        }
        _ => None,
    }
}

/// A field that holds one text. A macro may be used in rules of any source that has the field.
fn is_text(name: &str, fields: Option<&SourceFields>, environment: &Environment) -> bool {
    let text = |fields: &SourceFields| {
        fields
            .field(name)
            .map(|field| !field.list && !field.flags.conversation && family(field.ty) == Family::Text)
    };
    match fields {
        Some(fields) => text(fields) == Some(true),
        None => {
            let mut known = environment
                .plugins
                .sources()
                .filter_map(|source| text(environment.fields(source)?))
                .peekable();
            known.peek().is_some() && known.all(|text| text)
        }
    }
}

fn report(own: &Own<'_, '_>, left: &str, parts: &[Expr<'_>], cx: &mut Context<'_>) {
    let [first, .., last] = parts else { return };
    let text = &*own.text.text;
    let range = inner(first, text).start..inner(last, text).end;
    let Some(place) = own.verbatim(cx.sources, range) else { return };
    let message = format!("`{left}` is compared with {} values one by one", parts.len());
    let mut found =
        Diagnostic::new(&LIST_FOR_REPEATED_EQUALITY, place, message).help(format!("write `{left} in (…)`"));
    if let Some(list) = list(own, left, parts)
        && own.takes_commas(cx.sources, place)
    {
        found = found.fix(format!("write `{left} in (…)`"), place, list);
    }
    cx.report(found);
}

/// The same as one comparison, if nothing but `or` stands between the parts.
fn list(own: &Own<'_, '_>, left: &str, parts: &[Expr<'_>]) -> Option<String> {
    let text = &*own.text.text;
    let ranges: Vec<Range<usize>> = parts.iter().map(|part| inner(part, text)).collect();
    let bare = ranges.windows(2).all(|pair| own.slice(pair[0].end..pair[1].start).trim() == "or");
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    let mut list = format!("{left} in (");
    for part in parts {
        let (_, value) = equality(part, own)?;
        let written = own.slice(value.place.start as usize..value.place.end as usize).trim();
        // An unquoted text goes further after `=` than in a list.
        if !value.quoted && !written.chars().all(is_bare) {
            return None;
        }
        if seen.insert(&value.text) {
            list.push_str(if seen.len() > 1 { ", " } else { "" });
            list.push_str(written);
        }
    }
    list.push(')');
    bare.then_some(list)
}
