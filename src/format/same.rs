//! Comparison of formatted text with its original: trees, comments and conditions, white space aside.

use super::clauses::parsed;
use super::lists::Lists;
use crate::source::Span;
use crate::syntax::ast::{Constant, Expr, ExprKind, Operand, OperandKind, Right};
use crate::syntax::items::{Item, ItemKind, key_text};
use crate::syntax::yaml::{Document, Node, Stream, Value};

/// One side of a comparison.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub text: &'a str,
    pub stream: &'a Stream,
}

/// The place of a difference.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// In the item with this index among all items of all documents.
    Item(usize),
    /// Somewhere else.
    Elsewhere,
}

/// The first difference in meaning.
pub(super) fn difference(old: Side<'_>, new: Side<'_>, lists: &Lists) -> Option<Difference> {
    let (a, b) = (old.stream, new.stream);
    let mut count = 0;
    for (at, document) in a.documents.iter().enumerate() {
        let Some(other) = b.documents.get(at) else { return Some(Difference::Elsewhere) };
        if let Some(difference) = in_document(old, document, new, other, &mut count, lists) {
            return Some(difference);
        }
    }
    let same = a.documents.len() == b.documents.len()
        && complaints(a) == complaints(b)
        && a.unclosed.is_some() == b.unclosed.is_some()
        && comments(old) == comments(new);
    (!same).then_some(Difference::Elsewhere)
}

fn complaints(stream: &Stream) -> Vec<(&str, &str)> {
    stream.errors.iter().map(|error| (&*error.message, &*error.yaml_cpp)).collect()
}

/// The comments without trailing blanks, sorted, since keys move with theirs.
fn comments<'a>(side: Side<'a>) -> Vec<&'a str> {
    let slice = |span: &Span| side.text.get(span.range()).unwrap_or_default().trim_end();
    let mut all: Vec<&str> = side.stream.comments.iter().map(slice).collect();
    all.sort_unstable();
    all
}

fn in_document(
    old: Side<'_>,
    a: &Document,
    new: Side<'_>,
    b: &Document,
    count: &mut usize,
    lists: &Lists,
) -> Option<Difference> {
    if a.complete != b.complete {
        return Some(Difference::Elsewhere);
    }
    let (Value::Seq(items), Value::Seq(others)) = (&a.root.value, &b.root.value) else {
        return (!same_node(old, &a.root, new, &b.root)).then_some(Difference::Elsewhere);
    };
    for (at, item) in items.iter().enumerate() {
        let same = others.get(at).is_some_and(|other| same_item(old, item, new, other, lists));
        if !same {
            return Some(Difference::Item(*count + at));
        }
    }
    *count += items.len();
    (items.len() != others.len()).then_some(Difference::Elsewhere)
}

fn same_item(old: Side<'_>, a: &Node, new: Side<'_>, b: &Node, lists: &Lists) -> bool {
    let (Value::Map(pairs), Value::Map(others)) = (&a.value, &b.value) else {
        return same_node(old, a, new, b);
    };
    let kind = Item::of(a, pairs).kind();
    let has_condition = matches!(kind, Some(ItemKind::Rule | ItemKind::Macro));
    let sorted = |pairs| {
        let mut pairs: Vec<&(Node, Node)> = Iterator::collect(<[(Node, Node)]>::iter(pairs));
        pairs.sort_by_key(|(key, _)| key_text(key));
        pairs
    };
    let same_value = |key: &Node, a: &Node, b: &Node| match (&a.value, &b.value) {
        (Value::Scalar(a), Value::Scalar(b)) if has_condition && key_text(key) == Some("condition") => {
            a.text.value == b.text.value || same_condition(&a.text.value, &b.text.value, lists)
        }
        _ => same_node(old, a, new, b),
    };
    let (pairs, others) = (sorted(pairs), sorted(others));
    pairs.len() == others.len()
        && pairs.iter().zip(&others).all(|((key, value), (other, new_value))| {
            same_node(old, key, new, other) && same_value(key, value, new_value)
        })
}

/// Aliases are compared by name; their nodes are compared where they are defined.
fn same_node(old: Side<'_>, a: &Node, new: Side<'_>, b: &Node) -> bool {
    if properties(old, a) != properties(new, b) {
        return false;
    }
    match (&a.value, &b.value) {
        (Value::Null, Value::Null) => true,
        (Value::Scalar(a), Value::Scalar(b)) => a.text.value == b.text.value,
        (Value::Seq(a), Value::Seq(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_node(old, a, new, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            let same = |((key, value), (other, new_value)): (&(Node, Node), &(Node, Node))| {
                same_node(old, key, new, other) && same_node(old, value, new, new_value)
            };
            a.len() == b.len() && a.iter().zip(b).all(same)
        }
        (Value::Shared(inner), Value::Shared(other)) => {
            let here = a.span == inner.span;
            here == (b.span == other.span) && (!here || same_node(old, inner, new, other))
        }
        _ => false,
    }
}

/// Tag, anchor or alias of a node.
fn properties<'a>(side: Side<'a>, node: &Node) -> Vec<&'a str> {
    let slice = side.text.get(node.span.range()).unwrap_or_default();
    let words = |text: &'a str| text.split_whitespace().filter(|word| word.starts_with(['!', '&', '*']));
    match &node.value {
        Value::Scalar(scalar) => {
            let len = scalar.text.span.start.saturating_sub(node.span.start) as usize;
            words(slice.get(..len).unwrap_or_default()).collect()
        }
        Value::Shared(inner) if inner.span != node.span => words(slice).take(1).collect(),
        _ => words(slice).take_while(|word| slice.starts_with(word)).take(1).collect(),
    }
}

/// True if two conditions have the same tree and lists are substituted in the same places of both.
pub(super) fn same_condition(a: &str, b: &str, lists: &Lists) -> bool {
    lists.same_words(a, b)
        && parsed(a, |_, a, added| {
            parsed(b, |_, b, other| Some(added == other && same_expr(a, b))).filter(|&same| same)
        })
        .is_some()
}

fn same_expr(a: &Expr<'_>, b: &Expr<'_>) -> bool {
    match (&a.kind, &b.kind) {
        (ExprKind::And(a), ExprKind::And(b)) | (ExprKind::Or(a), ExprKind::Or(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_expr(a, b))
        }
        (ExprKind::Not(a), ExprKind::Not(b)) => same_expr(a, b),
        (ExprKind::Macro(a), ExprKind::Macro(b)) => a == b,
        (ExprKind::Comparison(a), ExprKind::Comparison(b)) => {
            a.op == b.op
                && a.modifier == b.modifier
                && same_operand(&a.left, &b.left)
                && same_right(&a.right, &b.right)
        }
        _ => false,
    }
}

fn same_right(a: &Right<'_>, b: &Right<'_>) -> bool {
    match (a, b) {
        (Right::None, Right::None) => true,
        (Right::Const(a), Right::Const(b)) | (Right::Word(a), Right::Word(b)) => same_constant(a, b),
        (Right::List(a, _), Right::List(b, _)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_constant(a, b))
        }
        (Right::Operand(a), Right::Operand(b)) => same_operand(a, b),
        _ => false,
    }
}

fn same_constant(a: &Constant<'_>, b: &Constant<'_>) -> bool {
    a.text == b.text && a.quoted == b.quoted
}

fn same_operand(a: &Operand<'_>, b: &Operand<'_>) -> bool {
    let same_arg = |a: &Option<Constant<'_>>, b: &Option<Constant<'_>>| match (a, b) {
        (Some(a), Some(b)) => same_constant(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    let all = |a: &[Operand<'_>], b: &[Operand<'_>]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_operand(a, b))
    };
    match (&a.kind, &b.kind) {
        (OperandKind::Field { name: a, arg: x }, OperandKind::Field { name: b, arg: y }) => {
            a == b && same_arg(x, y)
        }
        (
            OperandKind::Call { transformer: a, args: x, arg: s },
            OperandKind::Call { transformer: b, args: y, arg: t },
        ) => a == b && all(x, y) && same_arg(s, t),
        (OperandKind::List(a), OperandKind::List(b)) => all(a, b),
        (OperandKind::Const(a), OperandKind::Const(b)) => same_constant(a, b),
        _ => false,
    }
}
