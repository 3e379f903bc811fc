//! Findings about the grammar of conditions.

use super::{fault, found};
use super::{shown, unsafe_fix};
use crate::diag::{Diagnostic, FalcoCode};
use crate::nearest::nearest;
use crate::sema::checks::*;
use crate::sema::report::Fault;
use crate::sema::text::Composite;
use crate::source::Span;
use crate::syntax::condition::{SyntaxError, SyntaxErrorKind as Syntax};
use crate::syntax::token::{OPERATORS, Op};

const TRANSFORMERS: &str =
    "'val', 'tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'";

/// Falco's message for a syntax error.
pub fn syntax_message(trouble: &Syntax) -> String {
    match trouble {
        Syntax::Empty => "filter input string is empty".to_owned(),
        Syntax::Leftover(last) => format!("unexpected token after '{}', expecting 'or', 'and'", last.trim_end()),
        Syntax::BlankAfter(word) => format!("expected blank or '(' after '{word}'"),
        Syntax::NoCheck => "expected a '(' token, a field check, or an identifier".to_owned(),
        Syntax::Unclosed(_) => "expected a ')' token".to_owned(),
        Syntax::UnclosedTransformer(_) => "expected a ')' token closing the transformer".to_owned(),
        Syntax::UnclosedList(_) => "expected ')'".to_owned(),
        Syntax::NoFieldArgument => {
            "expected a valid field argument: a quoted string or a bare string".to_owned()
        }
        Syntax::UnclosedBracket(_) => "expected a ']' token".to_owned(),
        Syntax::NoOperator => {
            let operators: Vec<String> = OPERATORS.iter().map(|op| format!("'{}'", op.text())).collect();
            format!("expected a valid check operator: one of {}", operators.join(", "))
        }
        Syntax::NoNumber => {
            format!("expected a number value or a field with a valid transformer: {TRANSFORMERS}")
        }
        Syntax::NoString => {
            format!("expected a string value or a field with a valid transformer: {TRANSFORMERS}")
        }
        Syntax::NoListItem => "expected a string value".to_owned(),
        Syntax::NoList => {
            format!("expected a list, an identifier, or a field with a valid transformer: {TRANSFORMERS}")
        }
        Syntax::NoFieldInVal => "expected a field within 'val' transformer".to_owned(),
        Syntax::NoTransformerArgument => {
            "expected field transformer argument: field, transformer, quoted string, number, or transformer list"
                .to_owned()
        }
        Syntax::NoListArgument => {
            "expected transformer list argument: field, transformer, quoted string, or number".to_owned()
        }
        Syntax::Escape(message) => message.clone(),
        Syntax::TooDeep(max) => format!("exceeded max depth limit of {max}"),
    }
}

/// A syntax error in a condition.
pub fn condition_syntax<'a>(error: &SyntaxError, text: &Composite<'_>) -> Fault<'a> {
    let word = &text.text[error.place.start as usize..error.place.end as usize];
    let located = text.locate(error.place.clone());
    let open = |at: u32| text.locate(at..at + 1).span;
    let before = text.text[..error.place.start as usize].trim_end();
    let after = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let diagnostic = |message: String| found(&CONDITION_SYNTAX, located.span, message);
    let expected = |what: &str| match word {
        "" => diagnostic(format!("the condition ends where {what} is expected")),
        word => diagnostic(format!("expected {what}, found `{}`", first_line(word))),
    };
    let diagnostic = match &error.kind {
        Syntax::Empty => diagnostic("the condition is empty".to_owned()),
        Syntax::BlankAfter(word) => diagnostic(format!("nothing follows `{word}`"))
            .help(format!("put a check or a macro after `{word}`, or remove it")),
        Syntax::NoCheck => no_check(word, expected("a check, a macro or `(`")),
        Syntax::Leftover(_) | Syntax::Unclosed(_) if matches!(after, "and" | "or") && !word.is_empty() => {
            let start = (before.len() - after.len()) as u32;
            let span = text.locate(start..before.len() as u32).span;
            found(&CONDITION_SYNTAX, span, format!("nothing stands before this `{after}`")).help(format!(
                "put a check or a macro before it, or remove it; Falco takes `{after}` for a macro"
            ))
        }
        Syntax::Leftover(_) | Syntax::Unclosed(_)
            if matches!(after, "AND" | "OR" | "NOT") && !word.is_empty() =>
        {
            let span = text.locate((before.len() - after.len()) as u32..before.len() as u32).span;
            let lower = after.to_ascii_lowercase();
            let diagnostic = found(&CONDITION_SYNTAX, span, format!("Falco takes `{after}` for a macro"))
                .help("keywords are in lower case");
            unsafe_fix(diagnostic, format!("write `{lower}`"), span, lower)
        }
        Syntax::Leftover(last) => leftover(word, last.trim_end(), located.span),
        Syntax::Unclosed(_) if matches!(word, "&&" | "||") => {
            let connective = if word == "&&" { "and" } else { "or" };
            let diagnostic = expected("`)`").help(format!("write `{connective}`"));
            unsafe_fix(diagnostic, format!("write `{connective}`"), located.span, connective)
        }
        Syntax::Unclosed(at) if *at == error.place.start => diagnostic("this `(` is never closed".to_owned()),
        Syntax::Unclosed(at) if is_list(&text.text[..*at as usize]) => expected("`,` or `)`")
            .label(open(*at), "the list begins here")
            .help("put a comma between values, and quotes around a value with blanks"),
        Syntax::Unclosed(at) => expected("`)`").label(open(*at), "opened here"),
        Syntax::UnclosedTransformer(at) => expected("`)` or `,`").label(open(*at), "opened here"),
        Syntax::UnclosedList(at) => expected("`)` or `,`").label(open(*at), "opened here"),
        Syntax::NoFieldArgument => expected("an argument between `[` and `]`")
            .help("quote an argument with blanks or brackets: `[\"…\"]`"),
        Syntax::UnclosedBracket(at) => expected("`]`").label(open(*at), "opened here"),
        Syntax::NoOperator => no_operator(word, located.span, expected("an operator")),
        Syntax::NoNumber => {
            expected("a number").help("`<`, `<=`, `>` and `>=` take a number, or a field as `val(field)`")
        }
        Syntax::NoString if word.starts_with('(') && after == "regex" => {
            expected("a text").help("put the regular expression in quotes")
        }
        Syntax::NoString if word.starts_with('(') => {
            expected("a text").help("to compare with several texts use `in (…)`, or `= anyof (…)`")
        }
        Syntax::NoString | Syntax::NoListItem if word.starts_with(['"', '\'']) => {
            unclosed_quote(word, &text.text[error.place.start as usize..], located.span)
        }
        Syntax::NoString => expected("a text"),
        Syntax::NoListItem => expected("a text").help("remove the comma or add an item"),
        Syntax::NoList => expected("a list").help("write the values in parentheses: `in (a, b)`"),
        Syntax::NoFieldInVal => expected("a field").help("`val()` takes one field and nothing else"),
        Syntax::NoTransformerArgument => expected("a field, a transformer, a number or a text in quotes"),
        Syntax::NoListArgument => expected("a field, a transformer, a number or a text in quotes"),
        Syntax::Escape(message) => diagnostic(message.clone())
            .help("known escapes are \\b \\f \\n \\r \\t \\\\ \\/ \\\" \\' and \\xHH"),
        Syntax::TooDeep(max) => {
            diagnostic(format!("the condition is nested too deeply (Falco's limit is {max})"))
        }
    };
    fault(FalcoCode::ErrCompileCondition, syntax_message(&error.kind), shown(diagnostic, located, None))
}

pub(super) fn first_line(word: &str) -> &str {
    word.lines().next().unwrap_or_default()
}

/// True if a parenthesis after this text opens a list of values.
fn is_list(before: &str) -> bool {
    let word = before.trim_end().rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    ["in", "intersects", "pmatch", "oneof", "anyof", "allof"].contains(&word)
}

fn unclosed_quote(word: &str, rest: &str, span: Span) -> Diagnostic {
    let diagnostic = found(&CONDITION_SYNTAX, span, "this quote is never closed");
    match word.chars().next() {
        Some(quote) if rest.contains(&format!("\\{quote}")) => {
            diagnostic.help(format!("a backslash before a quote keeps the text open, even `\\\\{quote}`"))
        }
        Some(quote) => diagnostic.help(format!("add `{quote}` where the text ends")),
        None => diagnostic,
    }
}

fn leftover(word: &str, last: &str, span: Span) -> Diagnostic {
    if word.starts_with(')') {
        return found(&CONDITION_SYNTAX, span, "this `)` closes nothing")
            .help("remove it or add a `(` before");
    }
    let message =
        format!("expected `and` or `or` after `{}`, found `{}`", first_line(last), first_line(word));
    let diagnostic = found(&CONDITION_SYNTAX, span, message);
    match word {
        "&&" => unsafe_fix(diagnostic.help("write `and`"), "write `and`".to_owned(), span, "and"),
        "||" => unsafe_fix(diagnostic.help("write `or`"), "write `or`".to_owned(), span, "or"),
        "AND" | "And" => {
            unsafe_fix(diagnostic.help("keywords are in lower case"), "write `and`".to_owned(), span, "and")
        }
        "OR" | "Or" => {
            unsafe_fix(diagnostic.help("keywords are in lower case"), "write `or`".to_owned(), span, "or")
        }
        "and" | "or" if last == ")" => diagnostic.help(
            "a group that follows `and(` or `or(` without a blank ends the chain: put a blank before its `(`",
        ),
        _ if last.bytes().all(|b| b.is_ascii_digit())
            && word.starts_with(|c: char| c.is_ascii_alphabetic()) =>
        {
            diagnostic.help("a number has no unit: write decimal digits only")
        }
        _ if last == "~" => diagnostic.help("to match a regular expression write `regex`"),
        _ if word.starts_with('.') => {
            diagnostic.help(format!("to compare with a field write `val({last}{word})`"))
        }
        _ if word.starts_with('(') && TRANSFORMERS.contains(&format!("'{last}'")) => {
            diagnostic.help(format!("no blank may stand between `{last}` and `(`"))
        }
        _ if Op::from_text(word).is_some() || word.starts_with(['=', '!', '<', '>']) => {
            diagnostic.help(format!("a field has a dot in its name; `{last}` alone is a macro"))
        }
        _ => diagnostic,
    }
}

fn no_check(word: &str, diagnostic: Diagnostic) -> Diagnostic {
    match word {
        _ if word.starts_with('!') => diagnostic.help("negation is `not`"),
        _ if word.starts_with(['"', '\'']) => diagnostic.help("a check begins with a field"),
        _ => diagnostic,
    }
}

fn no_operator(word: &str, span: Span, diagnostic: Diagnostic) -> Diagnostic {
    let known = match word {
        "like" | "matches" => Some("glob"),
        "is" | "equals" | "eq" => Some("="),
        "has" | "include" | "includes" => Some("contains"),
        "~" | "=~" | "~=" => Some("regex"),
        "ne" | "<>" => Some("!="),
        _ => nearest(word, OPERATORS.iter().map(|op| op.text())),
    };
    match known {
        Some(op) => {
            unsafe_fix(diagnostic.help(format!("did you mean `{op}`?")), format!("write `{op}`"), span, op)
        }
        None if word == "not" => diagnostic.help("put `not` before the field: `not ct.name in (…)`"),
        None if Op::from_text(word).is_some() => diagnostic.help(format!("`{word}` needs a blank after it")),
        None => diagnostic.help("see `rulec list operators`"),
    }
}
