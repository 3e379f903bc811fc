//! Findings about items that change earlier ones: `append`, `override`, and `enabled`.

use super::{BoxedFault, fault, fault_at_document, fault_below, found, warning};
use crate::diag::{Diagnostic, Edit, FalcoCode, Fix};
use crate::nearest::nearest;
use crate::sema::checks::*;
use crate::sema::report::{BAD_CONVERSION, ContextStep, Fault};
use crate::source::{Span, Text};
use crate::syntax::items::{Item, ItemKind, key_text};
use crate::syntax::yaml::Node;

/// `append: true`.
pub fn deprecated_append<'a>(item: Item<'_>, kind: ItemKind) -> Fault<'a> {
    let span = item.key_span("append").unwrap_or(item.node.span);
    let falco = "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.";
    let keys: Vec<&str> = kind.appendable().iter().copied().filter(|key| item.get(key).is_some()).collect();
    let diagnostic = found(&DEPRECATED_APPEND, span, "`append: true` is deprecated").help(format!(
        "write `override: {{{}}}`",
        keys.iter().map(|key| format!("{key}: append")).collect::<Vec<_>>().join(", ")
    ));
    let value = item.get("append").map(|value| value.span);
    let fix = value.filter(|_| !keys.is_empty()).map(|value| Fix {
        title: "use `override`".to_owned(),
        edits: vec![Edit {
            span: span.to(value),
            text: format!(
                "override: {{{}}}",
                keys.iter().map(|key| format!("{key}: append")).collect::<Vec<_>>().join(", ")
            ),
        }],
        // `override` complains about keys that `append: true` ignores.
        safe: item.entries.iter().all(|(key, _)| {
            key_text(key).is_some_and(|key| {
                key == "append"
                    || keys.contains(&key)
                    || key == kind.key()
                    || !kind.replaceable().contains(&key)
            })
        }) && item.get("override").is_none(),
    });
    warning(&DEPRECATED_APPEND, falco, Diagnostic { fix, ..diagnostic })
}

/// A rule switched on or off without `override`.
pub fn deprecated_enabled<'a>(item: Item<'_>, value: &Text) -> Fault<'a> {
    let falco = "The standalone 'enabled' key usage is deprecated. The correct approach requires also a 'replace' \
                 entry under the 'override' key (i.e. 'enabled: replace').";
    let span = item.key_span("enabled").unwrap_or(value.span);
    let diagnostic = found(&DEPRECATED_ENABLED, span, "switching a rule without `override` is deprecated")
        .help("add `override: {enabled: replace}`");
    let fix = (item.entries.len() == 2).then(|| Fix {
        title: "add `override`".to_owned(),
        edits: vec![Edit {
            span: Span::point(span.file, span.start as usize),
            text: "override: {enabled: replace}\n  ".to_owned(),
        }],
        safe: false,
    });
    warning(&DEPRECATED_ENABLED, falco, Diagnostic { fix, ..diagnostic })
}

/// `append: true` and `override` in one item.
pub fn append_and_override<'a>(item: Item<'_>) -> BoxedFault<'a> {
    let falco = "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. 'condition: \
                 append') under 'override' instead.";
    let span = item.key_span("append").unwrap_or(item.node.span);
    let mut diagnostic = found(&INVALID_OVERRIDE, span, "`append: true` and `override` exclude each other");
    if let Some(other) = item.key_span("override") {
        diagnostic = diagnostic.label(other, "`override` stands here");
    }
    Box::new(fault(FalcoCode::ErrYamlValidate, falco, diagnostic.help("remove `append`")))
}

/// `override` that is a sequence. Falco dies on an empty one.
pub fn override_sequence<'a>(node: &Node, key: &Node, empty: bool) -> BoxedFault<'a> {
    let diagnostic =
        found(&INVALID_OVERRIDE, node.span, "`override` must be a mapping such as `{condition: append}`");
    if empty {
        let diagnostic = found(&FALCO_CRASH, key.span.to(node.span), "Falco 0.45 crashes on `override: []`")
            .help("write a mapping such as `{condition: append}`, or remove the key");
        return Box::new(Fault { diagnostic, code: None, message: "SIGABRT".to_owned(), steps: None });
    }
    let falco =
        "invalid node; this may result from using a map iterator as a sequence iterator, or vice-versa";
    Box::new(fault_at_document(FalcoCode::ErrValidate, falco, diagnostic))
}

/// An operation of `override` that is no text.
pub fn override_not_scalar<'a>(node: &Node) -> BoxedFault<'a> {
    let diagnostic = found(&INVALID_OVERRIDE, node.span, "an override operation is one word")
        .help("write `append` or `replace`");
    Box::new(fault_at_document(FalcoCode::ErrValidate, BAD_CONVERSION, diagnostic))
}

fn override_steps<'a>(item: Item<'a>, last: ContextStep<'a>) -> Vec<ContextStep<'a>> {
    vec![ContextStep::new("overrides", "", item.node.span), last]
}

/// A key that cannot be appended to.
pub fn cannot_append<'a>(
    item: Item<'a>,
    key: &Node,
    name: &'a str,
    kind: ItemKind,
    replaceable: bool,
) -> BoxedFault<'a> {
    let mut diagnostic = found(&INVALID_OVERRIDE, key.span, format!("`{name}` cannot be appended to"));
    diagnostic = if replaceable {
        diagnostic.help("use `replace` instead")
    } else {
        diagnostic.help(format!("a {} can append to {}", kind.key(), kind.appendable().join(", ")))
    };
    let falco = format!("Key '{name}' cannot be appended to, use 'replace' instead");
    fault_below(
        FalcoCode::ErrYamlValidate,
        falco,
        diagnostic,
        override_steps(item, ContextStep::new("overrides", name, key.span)),
    )
}

/// A key that cannot be replaced.
pub fn cannot_replace<'a>(item: Item<'a>, key: &Node, name: &'a str, kind: ItemKind) -> BoxedFault<'a> {
    let diagnostic = found(&INVALID_OVERRIDE, key.span, format!("`{name}` cannot be replaced"))
        .help(format!("a {} can replace {}", kind.key(), kind.replaceable().join(", ")));
    let falco = format!("Key '{name}' cannot be replaced");
    fault_below(
        FalcoCode::ErrYamlValidate,
        falco,
        diagnostic,
        override_steps(item, ContextStep::new("overrides", name, key.span)),
    )
}

/// An operation other than `append` and `replace`.
pub fn override_operation<'a>(
    item: Item<'a>,
    operation: &Node,
    name: &'a str,
    said: &str,
    appendable: bool,
    replaceable: bool,
) -> BoxedFault<'a> {
    let mut falco = format!("Invalid override operation for key '{name}': '{said}'. Allowed values are: ");
    falco.push_str(if appendable { "append " } else { "" });
    falco.push_str(if replaceable { "replace " } else { "" });
    let help = match (appendable, replaceable) {
        (true, true) => "write `append` or `replace`",
        (false, true) => "write `replace`",
        _ => "this key cannot be overridden",
    };
    let diagnostic =
        found(&INVALID_OVERRIDE, operation.span, format!("`{said}` is no override operation")).help(help);
    fault_below(
        FalcoCode::ErrYamlValidate,
        falco,
        diagnostic,
        override_steps(item, ContextStep::new("value for", name, operation.span)),
    )
}

/// A key named under `override` that the item does not have.
pub fn override_undefined<'a>(item: Item<'_>, how: &str, key: &str) -> BoxedFault<'a> {
    let span = item.key_span("override").unwrap_or(item.node.span);
    let diagnostic =
        found(&INVALID_OVERRIDE, span, format!("`override` says `{key}: {how}`, but there is no `{key}`"))
            .help(format!("add `{key}:` or remove it from `override`"));
    let falco = format!("An {how} override for '{key}' was specified but '{key}' is not defined");
    Box::new(fault(FalcoCode::ErrYamlValidate, falco, diagnostic))
}

/// A key of an overriding item that `override` does not name.
pub fn key_without_override<'a>(item: Item<'a>, key: &'a str) -> BoxedFault<'a> {
    let span = item.key_span(key).unwrap_or(item.node.span);
    let diagnostic =
        found(&INVALID_OVERRIDE, span, format!("`override` does not say what to do with `{key}`"))
            .help(format!("add `{key}: replace` under `override`, or remove the key"));
    let falco = format!("Unexpected key '{key}': no corresponding entry under 'override' is defined.");
    fault_below(
        FalcoCode::ErrYamlValidate,
        falco,
        diagnostic,
        vec![ContextStep::new("overrides", key, item.node.span)],
    )
}

fn nothing<'a>(falco: &str, what: &str, kind: ItemKind, name: &'a Text, known: &[&str]) -> BoxedFault<'a> {
    let noun = kind.key();
    let message = format!("there is no {noun} `{}` to {what}", name.value);
    let mut diagnostic = found(&NOTHING_TO_OVERRIDE, name.span, message);
    diagnostic = match nearest(&name.value, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => {
            diagnostic.help(format!("define the {noun} before this item, in this file or one loaded earlier"))
        }
    };
    Box::new(fault(FalcoCode::ErrValidate, falco, diagnostic))
}

/// An append to nothing.
pub fn nothing_to_append<'a>(kind: ItemKind, name: &'a Text, known: &[&str]) -> BoxedFault<'a> {
    let falco = match kind {
        ItemKind::List => {
            "List uses 'append' or 'override.items: append' but no list by that name already exists"
        }
        ItemKind::Macro => {
            "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists"
        }
        _ => "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists",
    };
    nothing(falco, "append to", kind, name, known)
}

/// A replacement in nothing.
pub fn nothing_to_replace<'a>(kind: ItemKind, name: &'a Text, known: &[&str]) -> BoxedFault<'a> {
    let falco =
        "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists";
    nothing(falco, "override", kind, name, known)
}

/// A rule to switch that is not there.
pub fn nothing_to_enable<'a>(name: &'a Text, known: &[&str]) -> BoxedFault<'a> {
    let falco = "Rule has 'enabled' key but no rule by that name already exists";
    nothing(falco, "switch on or off", ItemKind::Rule, name, known)
}

/// `append: true` with nothing to append.
pub fn append_without_values<'a>(item: Item<'_>) -> BoxedFault<'a> {
    let falco = "Appended rule must have exceptions or condition property";
    let span = item.key_span("append").unwrap_or(item.node.span);
    let diagnostic = found(&MISSING_KEY, span, "there is nothing to append")
        .help("add `condition` or `exceptions`; with `override` other keys can be changed too");
    Box::new(fault(FalcoCode::ErrValidate, falco, diagnostic))
}
