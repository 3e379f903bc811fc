//! Findings about keys of items and their values.

use super::{BoxedFault, fault_below, found, warning};
use crate::diag::{Diagnostic, FalcoCode};
use crate::nearest::nearest;
use crate::sema::checks::*;
use crate::sema::report::{ContextStep, Fault};
use crate::source::{Span, Text};
use crate::syntax::items::{ItemKind, KeyError, KeyErrorKind, key_text};
use crate::syntax::token::PRIORITIES;
use crate::syntax::yaml::Node;

/// A key that items of this kind do not have.
pub fn unknown_key<'a>(key: &Node, kind: ItemKind) -> Fault<'a> {
    let name = key_text(key).unwrap_or_default();
    let what = kind.key();
    let mut diagnostic =
        found(&UNKNOWN_KEY, key.span, format!("a {what} has no key `{name}`; Falco ignores it"));
    if matches!(kind, ItemKind::EngineVersion | ItemKind::PluginVersions) {
        diagnostic.message = format!("`{name}` does not belong to `{what}`; Falco ignores it");
    }
    let lower = name.to_ascii_lowercase().replace('_', "-");
    let same = |key: &&&str| key.replace('_', "-") == lower;
    let known = kind.keys();
    if let Some(known) = known.iter().find(same).copied().or_else(|| nearest(name, known.iter().copied())) {
        diagnostic = diagnostic.help(format!("did you mean `{known}`?")).fix(
            format!("write `{known}`"),
            key.span,
            known,
        );
        diagnostic.fix.iter_mut().for_each(|fix| fix.safe = false);
    }
    warning(&UNKNOWN_KEY, format!("Unknown key '{name}'. The key will be ignored."), diagnostic)
}

/// The same key twice.
pub fn duplicate_key(key: &Node, name: &str, first: Span) -> Diagnostic {
    found(&DUPLICATE_KEY, key.span, format!("`{name}` stands twice in this mapping"))
        .at("Falco ignores this one")
        .label(first, "and takes this one")
        .help("remove one of them")
}

/// A key that could not be read.
pub fn key<'a>(problem: KeyError<'a>, kind: ItemKind) -> BoxedFault<'a> {
    key_within(problem, kind, Vec::new())
}

/// The same, below other steps.
pub fn key_within<'a>(
    problem: KeyError<'a>,
    kind: ItemKind,
    mut steps: Vec<ContextStep<'a>>,
) -> BoxedFault<'a> {
    let KeyError { kind: trouble, key, span, .. } = problem;
    let at_key = problem.key_span.unwrap_or(span);
    let value = || ContextStep::new("value for", key, span);
    let (falco, diagnostic) = match trouble {
        KeyErrorKind::Missing => {
            let head = problem.key_span.unwrap_or(Span { end: span.start + first_byte(span), ..span });
            let message = match (kind, key) {
                (ItemKind::Rule, "enabled") => {
                    "this rule has no condition, output, desc or priority".to_owned()
                }
                _ => format!("`{key}` is missing"),
            };
            let mut diagnostic = found(&MISSING_KEY, head, message);
            diagnostic = match (kind, key) {
                (ItemKind::Rule, "enabled") => diagnostic
                    .help("write the rule in full, or change an earlier one with `override` or `enabled`"),
                _ => diagnostic.help(format!("add `{key}:`")),
            };
            (format!("Item has no mapping for key '{key}'"), diagnostic)
        }
        KeyErrorKind::Null => (
            format!("Mapping for key '{key}' is empty"),
            found(&EMPTY_VALUE, at_key, format!("`{key}` has no value"))
                .help("give it a value or remove the key"),
        ),
        KeyErrorKind::Empty => {
            steps.push(value());
            let diagnostic = found(&EMPTY_VALUE, span, format!("`{key}` must not be empty"));
            ("Value must be non-empty".to_owned(), diagnostic)
        }
        KeyErrorKind::NotScalar => {
            steps.push(value());
            let diagnostic = found(&WRONG_TYPE, span, format!("`{key}` must be a text")).at("not a text");
            ("Value is not a scalar value".to_owned(), diagnostic)
        }
        KeyErrorKind::NotBool => {
            steps.push(value());
            let diagnostic =
                found(&WRONG_TYPE, span, format!("`{key}` must be `true` or `false`")).at("neither of them");
            ("Can't decode YAML scalar value".to_owned(), diagnostic)
        }
        KeyErrorKind::NotNumber => {
            steps.push(value());
            let diagnostic =
                found(&WRONG_TYPE, span, format!("`{key}` must be a whole number of milliseconds"));
            ("Can't decode YAML scalar value".to_owned(), diagnostic)
        }
        KeyErrorKind::NotSequence if span.start == span.end => {
            steps.push(value());
            let diagnostic = found(&EMPTY_VALUE, at_key, format!("`{key}` has no value"))
                .help("write a list; `[]` is an empty one");
            ("Value is not a sequence".to_owned(), diagnostic)
        }
        KeyErrorKind::NotSequence => {
            steps.push(value());
            let diagnostic = found(&WRONG_TYPE, span, format!("`{key}` must be a list"))
                .help("write `[a, b]` or one `- item` a line");
            ("Value is not a sequence".to_owned(), diagnostic)
        }
        KeyErrorKind::ElementNotScalar => {
            steps.push(ContextStep::new("value for", key, problem.within.unwrap_or(span)));
            steps.push(ContextStep::new("list item", "", span));
            let diagnostic = found(&WRONG_TYPE, span, format!("each element of `{key}` must be a text"));
            ("sequence value is not scalar".to_owned(), diagnostic)
        }
    };
    fault_below(FalcoCode::ErrYamlValidate, falco, diagnostic, steps)
}

/// Missing keys are shown at the first key of their item; if it has none, at its first byte.
fn first_byte(span: Span) -> u32 {
    (span.end - span.start).min(1)
}

/// A priority that is none.
pub fn priority<'a>(text: &'a Text) -> BoxedFault<'a> {
    let mut diagnostic = found(&INVALID_PRIORITY, text.span, format!("`{}` is no priority", text.value));
    let upper = text.value.to_ascii_uppercase();
    let near = match &*upper {
        "WARN" => Some("WARNING"),
        "ERR" => Some("ERROR"),
        "CRIT" | "HIGH" => Some("CRITICAL"),
        "EMERG" => Some("EMERGENCY"),
        "MEDIUM" => Some("WARNING"),
        "LOW" => Some("NOTICE"),
        _ => nearest(&upper, PRIORITIES.iter().map(|&(name, _)| name)),
    };
    diagnostic = match near {
        Some(near) => {
            let mut diagnostic = diagnostic.help(format!("did you mean `{near}`?")).fix(
                format!("write `{near}`"),
                text.span,
                near,
            );
            diagnostic.fix.iter_mut().for_each(|fix| fix.safe = false);
            diagnostic
        }
        None => {
            diagnostic.help("use EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFORMATIONAL or DEBUG")
        }
    };
    fault_below(
        FalcoCode::ErrYamlValidate,
        "Invalid priority",
        diagnostic,
        vec![ContextStep::new("rule priority", "", text.span)],
    )
}
