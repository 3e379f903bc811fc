//! Findings about operators and constants.

use super::{found, warning};
use super::{in_our_style, shown};
use crate::diag::Diagnostic;
use crate::nearest::nearest;
use crate::schema::Type;
use crate::sema::checks::*;
use crate::sema::report::Fault;
use crate::sema::text::Located;
use crate::sema::types::{Warning, WarningKind};
use crate::sema::values::{BadValue, Family, family};
use crate::source::Span;
use crate::syntax::token::Op;

pub(super) fn operator(op: Op, ty: Type, list: bool, span: Span) -> Diagnostic {
    let text = op.text();
    if list {
        return found(&OPERATOR_TYPE, span, format!("`{text}` does not work on a list"))
            .help("use `in` (all elements) or `intersects` (at least one)");
    }
    let (what, help) = match family(ty) {
        Family::Number | Family::Port => ("a number", "use `=`, `!=`, `<`, `<=`, `>`, `>=` or `in`"),
        Family::Bool => ("a boolean", "use `=`, `!=` or `in`"),
        Family::Address | Family::Network => ("an address", "use `=`, `!=` or `in`"),
        Family::Bytes => ("raw bytes", "use `=`, `contains`, `startswith`, `endswith` or `in`"),
        Family::Text => ("a text", "use `contains` or `startswith`"),
        Family::Other => ("this type", "use `exists`"),
    };
    found(&OPERATOR_TYPE, span, format!("`{text}` does not work on {what}")).help(help)
}

pub(super) fn value(text: &str, ty: Type, bad: &BadValue, span: Span) -> Diagnostic {
    let falco = match bad {
        BadValue::Regex { message, hint, .. } => {
            let mut diagnostic =
                found(&INVALID_REGEX, span, format!("invalid regular expression: {message}"));
            diagnostic.help = hint.clone();
            return diagnostic;
        }
        BadValue::EventType(name) => {
            let known = crate::schema::event_types().iter().map(|event| event.name.as_str());
            let diagnostic = found(&INVALID_VALUE, span, format!("there is no event type `{name}`"));
            return match nearest(name, known) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help("see `rulec list events --source syscall`"),
            };
        }
        BadValue::Unfit(falco) => falco,
    };
    let shown: String = text.chars().take(40).collect();
    let (message, help) = if falco.contains("too long") {
        (format!("a value has at most 255 bytes, this one has {}", text.len()), "")
    } else if falco.contains("NUL") {
        ("a value cannot contain a NUL byte".to_owned(), "")
    } else if falco.contains("hex strings only") {
        (format!("`{shown}` is not an even number of hex digits"), "")
    } else {
        match family(ty) {
            Family::Number => (
                format!("`{shown}` is not a whole number"),
                "write decimal digits; hex, fractions and exponents are not accepted",
            ),
            Family::Bool => (format!("`{shown}` is not a boolean"), "write `true` or `false`"),
            Family::Address => (format!("`{shown}` is not an IP address"), ""),
            Family::Network => {
                (format!("`{shown}` is not a network"), "write address and length: `10.0.0.0/8`")
            }
            Family::Port => {
                (format!("`{shown}` is not a port"), "write a number or a well-known service name")
            }
            _ => (in_our_style(falco), ""),
        }
    };
    let diagnostic = found(&INVALID_VALUE, span, message);
    if help.is_empty() { diagnostic } else { diagnostic.help(help) }
}

/// A constant that Falco warns about.
pub fn constant_warning<'a>(finding: &Warning, located: Located, via: Option<Span>) -> Fault<'a> {
    let text = &finding.text;
    let span = located.span;
    let (check, falco, diagnostic) = match finding.kind {
        WarningKind::PlainRegex => (
            &REGEX_THAT_IS_A_STRING,
            format!(
                "regex check with '{text}' may be optimized with simpler operators such as '=', 'contains', \
                 'startswith', 'endswith'"
            ),
            found(&REGEX_THAT_IS_A_STRING, span, format!("`{text}` does not need a regular expression"))
                .help(plainly(text)),
        ),
        WarningKind::Field => (
            &MISUSED_FIELD_AS_VALUE,
            format!("'{text}' may be a valid field misused as a const string value"),
            found(
                &MISUSED_FIELD_AS_VALUE,
                span,
                format!("`{text}` is compared as a text, but it is the name of a field"),
            )
            .help(format!("to compare with the field write `val({})`", text.trim())),
        ),
        WarningKind::Transformer => (
            &MISUSED_FIELD_AS_VALUE,
            format!("'{text}' may be a valid field transformer misused as a const string value"),
            found(
                &MISUSED_FIELD_AS_VALUE,
                span,
                format!("`{text}` is compared as a text, but it looks like a transformer"),
            )
            .help("remove the quotes to use the transformer"),
        ),
    };
    warning(check, falco, shown(diagnostic, located, via))
}

/// The operator that replaces a regular expression without special characters.
fn plainly(regex: &str) -> String {
    let inner = regex.trim_start_matches('^').trim_end_matches('$');
    let (inner, before) = inner.strip_prefix(".*").map_or((inner, false), |inner| (inner, true));
    let (inner, after) = inner.strip_suffix(".*").map_or((inner, false), |inner| (inner, true));
    let op = match (before, after) {
        _ if inner.contains(['.', '+', '?', '*']) => {
            return "use `=`, `contains`, `startswith` or `endswith`".to_owned();
        }
        (false, false) => {
            return format!(
                "a regular expression must match the whole value: write `= \"{inner}\"`, or use `contains` to match a part"
            );
        }
        (true, true) => "contains",
        (true, false) => "endswith",
        (false, true) => "startswith",
    };
    format!("write `{op} \"{inner}\"`")
}
