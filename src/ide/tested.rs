//! What a condition asks for beside the place where something is typed: the event sources or names of the same `and`.

use super::completion::CompletionRequest;
use super::{expand, outline};
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::fields::{self, DOMAIN, Row, View};
use crate::schema::SourceFields;
use crate::syntax::ast::{Comparison, Expr, ExprKind, OperandKind, Right};
use crate::syntax::condition::{DEFAULT_DEPTH, parse, parse_operand};
use crate::syntax::items::ItemKind;
use crate::syntax::token::Op;
use std::cell::Cell;

/// How deep macros are followed, and how many names in all: macros of macros can double with every step.
const DEPTH: usize = 8;
const NAMES: usize = 200;

/// The member of a CloudTrail record that a left side shows, as a JSON pointer.
pub(super) fn member(left: &str, fields: &SourceFields) -> Option<String> {
    let (operand, _) = parse_operand(left).ok()?;
    let mut operand = &operand;
    // In lower case a name is no value, but still what is meant.
    while let OperandKind::Call { args, .. } = &operand.kind {
        operand = args.first()?;
    }
    match &operand.kind {
        OperandKind::Field { name: "json.value" | "jevt.value", arg: Some(arg) } => {
            Some(MemberPath::parse(&arg.text).pointer().to_owned())
        }
        OperandKind::Field { name, .. } => fields.field(name)?.pointer(),
        _ => None,
    }
}

/// The field shows the event source without its domain.
pub(super) fn is_short(name: &str) -> bool {
    matches!(fields::row(name).and_then(Row::member), Some((_, View::Short)))
}

/// The values of which a member must have one where `at` is; none if any will do.
pub(super) fn tested(
    here: &CompletionRequest<'_, '_>,
    (text, at): (&str, usize),
    fields: &SourceFields,
    wanted: &str,
) -> Vec<String> {
    let parsed = parse(text, DEFAULT_DEPTH);
    Tested { here, fields, wanted, names: Cell::new(NAMES) }.on_the_way(&parsed.expr, at as u32)
}

struct Tested<'t, 'c, 's> {
    here: &'t CompletionRequest<'c, 's>,
    fields: &'t SourceFields,
    wanted: &'t str,
    /// Names that may still be looked into.
    names: Cell<usize>,
}

impl Tested<'_, '_, '_> {
    /// Of an `and` all parts, of an `or` the one that holds the place.
    fn on_the_way(&self, expr: &Expr<'_>, at: u32) -> Vec<String> {
        match &expr.kind {
            ExprKind::And(parts) => {
                let of_part = |part: &Expr<'_>| match part.place.start <= at && at <= part.place.end {
                    true => self.on_the_way(part, at),
                    false => self.whole(part, 0),
                };
                parts.iter().flat_map(of_part).collect()
            }
            ExprKind::Or(parts) => {
                // A branch that is being typed reaches to the next one.
                let next = parts.partition_point(|part| part.place.start <= at);
                let part = next.checked_sub(1).and_then(|part| parts.get(part));
                part.map_or_else(Vec::new, |part| self.on_the_way(part, at))
            }
            _ => self.whole(expr, 0),
        }
    }

    /// What holds wherever the expression does.
    fn whole(&self, expr: &Expr<'_>, depth: usize) -> Vec<String> {
        match &expr.kind {
            ExprKind::And(parts) => parts.iter().flat_map(|part| self.whole(part, depth)).collect(),
            ExprKind::Or(parts) => {
                let all: Vec<Vec<String>> = parts.iter().map(|part| self.whole(part, depth)).collect();
                if all.iter().any(Vec::is_empty) { Vec::new() } else { all.concat() }
            }
            ExprKind::Comparison(check) => self.values(check),
            ExprKind::Macro(name) if depth < DEPTH && self.may_look() => self.of_macro(name, depth),
            _ => Vec::new(),
        }
    }

    fn may_look(&self) -> bool {
        let left = self.names.get();
        self.names.set(left.saturating_sub(1));
        left > 0
    }

    fn of_macro(&self, name: &str, depth: usize) -> Vec<String> {
        let Some(found) = self.here.index.definitions(ItemKind::Macro, name).last() else {
            return Vec::new();
        };
        let item = found.entry.node.and_then(|at| outline::items(found.placed.piece.stream()).nth(at));
        let condition = item.and_then(|item| item.get("condition")?.as_scalar());
        let Some(condition) = condition else { return Vec::new() };
        self.whole(&parse(&condition.text.value, DEFAULT_DEPTH).expr, depth + 1)
    }

    fn values(&self, check: &Comparison<'_>) -> Vec<String> {
        let OperandKind::Field { name, .. } = &check.left.kind else { return Vec::new() };
        let text = check.left.kind.field_text().unwrap_or_default();
        let asks = matches!(check.op, Op::Eq | Op::EqEq | Op::In) && check.modifier.is_none();
        if !asks || member(&text, self.fields).as_deref() != Some(self.wanted) {
            return Vec::new();
        }
        let values: Vec<&str> = match &check.right {
            Right::Const(value) | Right::Word(value) => vec![&value.text],
            Right::List(values, _) => values.iter().map(|value| &*value.text).collect(),
            _ => Vec::new(),
        };
        let mut all = Vec::new();
        for value in values {
            match self.here.index.has(ItemKind::List, value) && self.may_look() {
                true => all.extend(expand::list(self.here.snapshot, self.here.index, value)),
                false if is_short(name) => all.push(format!("{value}{DOMAIN}")),
                false => all.push(value.to_owned()),
            }
        }
        all
    }
}
