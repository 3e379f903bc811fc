//! Conditions as Falco prints compiled ones, for `-L`; not meant to be parsed again.

use crate::syntax::ast::{Comparison, Constant, Expr, ExprKind, Operand, OperandKind, Right};
use std::borrow::Cow;

/// A lookup of macro conditions.
pub type Macros<'m, 't> = dyn Fn(&str) -> Option<&'m Expr<'t>> + 'm;

/// The maximum length of one condition: nested macros can double it with every level.
const LONGEST: usize = 64 << 20;

/// A condition with its macros expanded; names without a macro stay.
pub fn condition(expr: &Expr<'_>, macros: &Macros<'_, '_>) -> String {
    let mut text = String::new();
    expression(expr, macros, &mut text, 0);
    text
}

fn expression(expr: &Expr<'_>, macros: &Macros<'_, '_>, text: &mut String, depth: usize) {
    if text.len() > LONGEST || depth > 20_000 {
        return;
    }
    match &expr.kind {
        ExprKind::And(parts) => chain(parts, " and ", macros, text, depth),
        ExprKind::Or(parts) => chain(parts, " or ", macros, text, depth),
        ExprKind::Not(inner) => {
            text.push_str("not ");
            expression(inner, macros, text, depth + 1);
        }
        ExprKind::Macro(name) => match macros(name) {
            Some(body) => expression(body, macros, text, depth + 1),
            None => text.push_str(name),
        },
        ExprKind::Comparison(check) => print_check(check, text),
        ExprKind::Hole => {}
    }
}

fn chain(parts: &[Expr<'_>], word: &str, macros: &Macros<'_, '_>, text: &mut String, depth: usize) {
    text.push('(');
    for (at, part) in parts.iter().enumerate() {
        text.push_str(if at > 0 { word } else { "" });
        expression(part, macros, text, depth + 1);
    }
    text.push(')');
}

/// The operator of a check with its modifier.
pub fn operator(check: &Comparison<'_>) -> String {
    match check.modifier {
        Some(modifier) => format!("{} {}", check.op.text(), modifier.text()),
        None => check.op.text().to_owned(),
    }
}

fn print_check(check: &Comparison<'_>, text: &mut String) {
    text.push_str(&operand(&check.left));
    text.push(' ');
    text.push_str(&operator(check));
    match &check.right {
        Right::None | Right::Hole => {}
        // A word where a list is expected is a list of one, but Falco prints it bare.
        Right::Const(value) | Right::Word(value) => {
            text.push(' ');
            text.push_str(&escaped(&value.text));
        }
        Right::List(values, _) => print_list(values, text),
        Right::Operand(right) => {
            text.push(' ');
            text.push_str(&operand(right));
        }
    }
}

fn print_list(values: &[Constant<'_>], text: &mut String) {
    text.push_str(" (");
    for (at, value) in values.iter().enumerate() {
        text.push_str(if at > 0 { ", " } else { "" });
        text.push_str(&escaped(&value.text));
    }
    text.push(')');
}

/// A field, transformer, list or constant.
pub fn operand(operand: &Operand<'_>) -> String {
    let all = |args: &[Operand<'_>]| args.iter().map(self::operand).collect::<Vec<_>>().join(",");
    let bracket = |arg: &Option<Constant<'_>>| match arg {
        Some(arg) if arg.text.is_empty() => "[\"\"]".to_owned(),
        Some(arg) => format!("[{}]", escaped(&arg.text)),
        None => String::new(),
    };
    match &operand.kind {
        OperandKind::Field { name, arg } => format!("{name}{}", bracket(arg)),
        OperandKind::Call { transformer, args, arg } => {
            format!("{}({}){}", transformer.text(), all(args), bracket(arg))
        }
        OperandKind::List(elements) => format!("({})", all(elements)),
        OperandKind::Const(value) => escaped(&value.text).into_owned(),
    }
}

/// Falco quotes a text only for these characters; commas and parentheses are not among them.
fn escaped(text: &str) -> Cow<'_, str> {
    let special =
        |c: char| matches!(c, '\u{8}' | '\u{c}' | '\n' | '\r' | '\t' | ' ' | '=' | '\\' | '"' | '\'' | '\0');
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    Cow::Owned(quoted)
}
