//! The words of a condition are those that the parser reads.

use rulec::ide::condition_words::{WordKind, scan};
use rulec::syntax::ast::{Expr, ExprKind, Operand, OperandKind, Right};
use rulec::syntax::condition::{RULE_DEPTH, parse};
use std::path::Path;

fn collect(operand: &Operand<'_>, text: &str, found: &mut Vec<(u32, String, &'static str)>) {
    let place = operand.place.clone();
    match &operand.kind {
        OperandKind::Field { .. } => {
            found.push((place.start, text[place.start as usize..place.end as usize].to_owned(), "field"));
        }
        OperandKind::Call { transformer, args, arg } => {
            found.push((place.start, transformer.text().to_owned(), "transformer"));
            args.iter().for_each(|arg| collect(arg, text, found));
            if let Some(arg) = arg {
                let range = arg.place.start as usize - 1..arg.place.end as usize + 1;
                found.push((arg.place.start, text[range].to_owned(), "value"));
            }
        }
        OperandKind::List(items) => items.iter().for_each(|item| collect(item, text, found)),
        OperandKind::Const(value) => {
            let range = value.place.start as usize..value.place.end as usize;
            found.push((value.place.start, text[range].to_owned(), "value"));
        }
    }
}

/// What the parser finds: the text of fields, macros, operators and constants, in order.
fn parsed(text: &str) -> Option<Vec<(String, &'static str)>> {
    let parsed = parse(text, RULE_DEPTH);
    if !parsed.errors.is_empty() {
        return None;
    }
    let mut found = Vec::new();
    parsed.expr.walk(&mut |part: &Expr<'_>| match &part.kind {
        ExprKind::Macro(name) => found.push((part.place.start, (*name).to_owned(), "macro")),
        ExprKind::Comparison(check) => {
            collect(&check.left, text, &mut found);
            found.push((check.op_place.start, check.op.text().to_owned(), "op"));
            match &check.right {
                Right::Const(value) | Right::Word(value) => {
                    let range = value.place.start as usize..value.place.end as usize;
                    found.push((value.place.start, text[range].to_owned(), "value"));
                }
                Right::List(values, _) => {
                    for value in values {
                        let range = value.place.start as usize..value.place.end as usize;
                        found.push((value.place.start, text[range].to_owned(), "value"));
                    }
                }
                Right::Operand(right) => collect(right, text, &mut found),
                Right::None | Right::Hole => {}
            }
        }
        _ => {}
    });
    found.sort();
    Some(found.into_iter().map(|(_, text, what)| (text, what)).collect())
}

fn scanned(text: &str) -> Vec<(String, &'static str)> {
    let what = |what| match what {
        WordKind::Field => "field",
        WordKind::Macro => "macro",
        WordKind::Op(_) => "op",
        WordKind::Value => "value",
        WordKind::Transformer(_) => "transformer",
        WordKind::Unknown => "unknown",
        _ => "",
    };
    let words = scan(text).words.into_iter().map(|word| (text[word.range].to_owned(), what(word.what)));
    words.filter(|(_, what)| !what.is_empty()).collect()
}

#[test]
fn words_are_those_of_the_parser() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/conditions.txt");
    let text = std::fs::read_to_string(file).unwrap();
    let (mut compared, mut different) = (0, Vec::new());
    // Falco reads an empty list where the first escape is bad.
    let odd = |line: &&str| line.starts_with('#') || *line == "x.y in (\"\\q\")";
    for line in text.lines().filter(|line| !odd(line)) {
        if let Some(parsed) = parsed(line) {
            compared += 1;
            if scanned(line) != parsed {
                different.push(format!("{line}\n{:?}\n{parsed:?}", scanned(line)));
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n\n"));
    assert!(compared > 50, "{compared}");
}
