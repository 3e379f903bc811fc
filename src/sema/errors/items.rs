//! Findings about YAML, items and their keys.

use super::{fault, fault_at_document, fault_below, found, warning};
use crate::diag::{Diagnostic, Edit, FalcoCode, Fix};
use crate::nearest::nearest;
use crate::sema::checks::*;
use crate::sema::collect::{ListInfo, MacroInfo, RuleInfo};
use crate::sema::environment::Environment;
use crate::sema::report::{BAD_CONVERSION, ContextStep, Fault};
use crate::source::{FileId, SourceFile, Span, Text};
use crate::syntax::items::{Item, ItemKind, KINDS, KeyError, KeyErrorKind, key_text};
use crate::syntax::token::PRIORITIES;
use crate::syntax::yaml::{Node, Stream, Value, YamlError};

type Boxed<'a> = Box<Fault<'a>>;

/// A YAML syntax error.
pub fn yaml<'a>(error: &YamlError) -> Fault<'a> {
    let (line, column, _) = error.mark;
    let falco = format!("yaml-cpp: error at line {}, column {}: {}", line + 1, column + 1, error.yaml_cpp);
    let mut diagnostic = found(&YAML_SYNTAX, error.span, error.message.clone());
    if let Some(opened) = error.opened {
        diagnostic = diagnostic.label(opened, "opened here");
    }
    // A step with an empty span would stand for a node without content.
    let mark = Span::new(error.span.file, error.mark.2, error.mark.2 + 1);
    fault_below(FalcoCode::ErrYamlParse, falco, diagnostic, vec![ContextStep::new("value for", "", mark)])
        .into_inner()
}

/// Text that only yaml-cpp accepts; the stream is what it made of it.
pub fn lax_yaml(error: &YamlError, stream: &Stream) -> Diagnostic {
    let mut diagnostic = found(&LAX_YAML, error.span, format!("this is no YAML: {}", error.message));
    if let Some(opened) = error.opened {
        diagnostic = diagnostic.label(opened, "opened here");
    }
    let starts = stream.documents.iter().skip(1).map(|document| document.root.span);
    match starts.filter(|start| start.start <= error.span.end).last() {
        Some(start) => diagnostic
            .label(Span { end: start.start + 1, ..start }, "Falco begins a new document here")
            .help("indent the lines of an item alike, and begin every item in the same column"),
        None => diagnostic.help("Falco's parser accepts it, other tools do not"),
    }
}

/// Text behind an empty document.
pub fn unread_document(rest: Span) -> Diagnostic {
    let first = Span { end: (rest.start + 3).min(rest.end), ..rest };
    found(&UNREAD_DOCUMENT, first, "Falco stops reading before this: the document before it is empty")
        .help("remove the empty document, or the `---` or `~` that makes it")
}

/// A mapping key that is no scalar.
pub fn complex_key<'a>(error: &YamlError) -> Fault<'a> {
    let (line, column, _) = error.mark;
    let falco = format!("yaml-cpp: error at line {}, column {}: {}", line + 1, column + 1, error.yaml_cpp);
    let diagnostic = found(&COMPLEX_KEY, error.span, "a mapping key must be a plain text")
        .help("if this is a template, put it in quotes");
    fault_at_document(FalcoCode::ErrYamlParse, falco, diagnostic)
}

/// Bytes that are not UTF-8.
pub fn invalid_utf8(id: FileId, file: &SourceFile) -> Option<Diagnostic> {
    let bad = file.invalid_utf8?;
    let message = format!("the file is not UTF-8: byte 0x{:02X} at offset {}", bad.byte, bad.offset);
    Some(
        found(&INVALID_UTF8, Span::point(id, bad.offset), message)
            .at("nothing from here on was read")
            .help("save the file as UTF-8"),
    )
}

/// The root of a document is not a sequence.
pub fn not_rules<'a>(root: &Node) -> Fault<'a> {
    let (falco, what) = match root.value() {
        Value::Map(_) => ("Rules content is not yaml array of objects", "a mapping"),
        _ => ("Rules content is not yaml", "a text"),
    };
    let item = Item::new(root);
    // The first key or line will do: the whole file need not be shown.
    let first = item.and_then(|item| item.entries.first()).map(|(key, _)| key.span);
    let span = first.unwrap_or(root.span);
    let mut diagnostic =
        found(&NOT_A_RULES_FILE, span, format!("a rules file is a list of items, this is {what}"));
    if item.is_some_and(|item| item.kind().is_some()) {
        diagnostic = diagnostic.help("put `- ` before the first key and indent the others by two spaces");
    }
    fault_below(FalcoCode::ErrYamlValidate, falco, diagnostic, Vec::new()).into_inner()
}

/// An element that is not a mapping.
pub fn not_an_item<'a>(node: &Node) -> Fault<'a> {
    let message = "Unexpected element type. Each element should be a yaml associative array.";
    let diagnostic = found(&ITEM_NOT_MAPPING, node.span, "an item must be a mapping such as `- rule: name`");
    fault(FalcoCode::ErrYamlValidate, message, diagnostic)
}

/// An item of no known kind.
pub fn unknown_item<'a>(item: Item<'_>) -> Fault<'a> {
    let first = item.entries.first().map(|(key, _)| key);
    let name = first.and_then(key_text).unwrap_or_default();
    let span = first.map_or(item.node.span, |key| key.span);
    let mut diagnostic = found(&UNKNOWN_ITEM, span, "this item is no rule, macro or list; Falco ignores it");
    if let Some(kind) = nearest(&name, KINDS.iter().map(|kind| kind.key())) {
        diagnostic =
            diagnostic.help(format!("did you mean `{kind}`?")).fix(format!("write `{kind}`"), span, kind);
        diagnostic.fix.iter_mut().for_each(|fix| fix.safe = false);
    }
    warning(&UNKNOWN_ITEM, "Unknown top level item", diagnostic)
}

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
pub fn key<'a>(problem: KeyError<'a>, kind: ItemKind) -> Boxed<'a> {
    key_within(problem, kind, Vec::new())
}

/// The same, below other steps.
pub fn key_within<'a>(problem: KeyError<'a>, kind: ItemKind, mut steps: Vec<ContextStep<'a>>) -> Boxed<'a> {
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

/// A list name that conditions cannot hold.
pub fn list_name<'a>(name: &Text) -> Fault<'a> {
    let falco =
        "List has an invalid name. List names should match a regular expression: ([^()\"'[:space:]=,]+)";
    let diagnostic = found(&INVALID_LIST_NAME, name.span, format!("`{}` is no name for a list", name.value))
        .help("use letters, digits and `_`, without blanks, quotes, parentheses, `=` and `,`");
    warning(&INVALID_LIST_NAME, falco, diagnostic)
}

/// A macro name that conditions cannot hold.
pub fn macro_name<'a>(name: &Text) -> Fault<'a> {
    let falco =
        "Macro has an invalid name. Macro names should match a regular expression: ([a-zA-Z]+[a-zA-Z0-9_]*)";
    let diagnostic =
        found(&INVALID_MACRO_NAME, name.span, format!("`{}` is no name for a macro", name.value))
            .at("no condition can refer to it")
            .help("begin with a letter and use letters, digits and `_`");
    warning(&INVALID_MACRO_NAME, falco, diagnostic)
}

/// A priority that is none.
pub fn priority<'a>(text: &'a Text) -> Boxed<'a> {
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

/// `append: true` and `override` in one item.
pub fn append_and_override<'a>(item: Item<'_>) -> Boxed<'a> {
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
pub fn override_sequence<'a>(node: &Node, key: &Node, empty: bool) -> Boxed<'a> {
    let diagnostic =
        found(&INVALID_OVERRIDE, node.span, "`override` must be a mapping such as `{condition: append}`");
    if empty {
        let diagnostic = found(&FALCO_CRASH, key.span.to(node.span), "Falco 0.44 crashes on `override: []`")
            .help("write a mapping such as `{condition: append}`, or remove the key");
        return Box::new(Fault { diagnostic, code: None, message: "SIGABRT".to_owned(), steps: None });
    }
    let falco =
        "invalid node; this may result from using a map iterator as a sequence iterator, or vice-versa";
    Box::new(fault_at_document(FalcoCode::ErrValidate, falco, diagnostic))
}

/// An operation of `override` that is no text.
pub fn override_not_scalar<'a>(node: &Node) -> Boxed<'a> {
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
) -> Boxed<'a> {
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
pub fn cannot_replace<'a>(item: Item<'a>, key: &Node, name: &'a str, kind: ItemKind) -> Boxed<'a> {
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
) -> Boxed<'a> {
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
pub fn override_undefined<'a>(item: Item<'_>, how: &str, key: &str) -> Boxed<'a> {
    let span = item.key_span("override").unwrap_or(item.node.span);
    let diagnostic =
        found(&INVALID_OVERRIDE, span, format!("`override` says `{key}: {how}`, but there is no `{key}`"))
            .help(format!("add `{key}:` or remove it from `override`"));
    let falco = format!("An {how} override for '{key}' was specified but '{key}' is not defined");
    Box::new(fault(FalcoCode::ErrYamlValidate, falco, diagnostic))
}

/// A key of an overriding item that `override` does not name.
pub fn key_without_override<'a>(item: Item<'a>, key: &'a str) -> Boxed<'a> {
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

fn nothing<'a>(falco: &str, what: &str, kind: ItemKind, name: &'a Text, known: &[&str]) -> Boxed<'a> {
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
pub fn nothing_to_append<'a>(kind: ItemKind, name: &'a Text, known: &[&str]) -> Boxed<'a> {
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
pub fn nothing_to_replace<'a>(kind: ItemKind, name: &'a Text, known: &[&str]) -> Boxed<'a> {
    let falco =
        "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists";
    nothing(falco, "override", kind, name, known)
}

/// A rule to switch that is not there.
pub fn nothing_to_enable<'a>(name: &'a Text, known: &[&str]) -> Boxed<'a> {
    let falco = "Rule has 'enabled' key but no rule by that name already exists";
    nothing(falco, "switch on or off", ItemKind::Rule, name, known)
}

/// `append: true` with nothing to append.
pub fn append_without_values<'a>(item: Item<'_>) -> Boxed<'a> {
    let falco = "Appended rule must have exceptions or condition property";
    let span = item.key_span("append").unwrap_or(item.node.span);
    let diagnostic = found(&MISSING_KEY, span, "there is nothing to append")
        .help("add `condition` or `exceptions`; with `override` other keys can be changed too");
    Box::new(fault(FalcoCode::ErrValidate, falco, diagnostic))
}

/// A rule of the same name for another source.
pub fn different_source<'a>(name: &'a Text, source: Option<&Text>, previous: &RuleInfo<'_>) -> Boxed<'a> {
    let said = source.map_or("syscall", |source| &source.value);
    let span = source.map_or(name.span, |source| source.span);
    let message = format!("rule `{}` is for source `{}`, not `{said}`", name.value, previous.source);
    let mut diagnostic = found(&DIFFERENT_SOURCE, span, message).label(previous.name_span, "defined here");
    diagnostic = match source {
        Some(_) => diagnostic.help("give the rule another name or the same source"),
        None => {
            diagnostic.help(format!("add `source: {}`; without it Falco takes `syscall`", previous.source))
        }
    };
    Box::new(fault(FalcoCode::ErrValidate, "Rule has been re-defined with a different source", diagnostic))
}

/// A source that nobody provides.
pub fn unknown_source<'a>(source: &str, span: Span, environment: &Environment) -> Fault<'a> {
    let mut diagnostic =
        found(&UNKNOWN_SOURCE, span, format!("no loaded plugin provides the source `{source}`"))
            .at("Falco skips the rule");
    let sources: Vec<&str> = environment.plugins.sources().collect();
    diagnostic = match nearest(source, sources.iter().copied()) {
        Some(near) => {
            let mut diagnostic =
                diagnostic.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near);
            diagnostic.fix.iter_mut().for_each(|fix| fix.safe = false);
            diagnostic
        }
        None => diagnostic.help(format!("sources with these plugins: {}", sources.join(", "))),
    };
    warning(&UNKNOWN_SOURCE, format!("Unknown source {source}, skipping"), diagnostic)
}

/// A macro nobody uses.
pub fn unused_macro<'a>(info: &MacroInfo<'_>) -> Fault<'a> {
    let diagnostic = found(&UNUSED_MACRO, info.name_span, format!("macro `{}` is never used", info.name))
        .help("remove it, or say why it stays: `# rulec: allow unused-macro -- reason`");
    warning(&UNUSED_MACRO, "Macro not referred to by any other rule/macro", diagnostic)
}

/// A list nobody uses.
pub fn unused_list<'a>(info: &ListInfo<'_>) -> Fault<'a> {
    let diagnostic = found(&UNUSED_LIST, info.name_span, format!("list `{}` is never used", info.name))
        .help("remove it, or say why it stays: `# rulec: allow unused-list -- reason`");
    warning(&UNUSED_LIST, "List not referred to by any other rule/macro", diagnostic)
}

trait IntoInner<'a> {
    fn into_inner(self) -> Fault<'a>;
}

impl<'a> IntoInner<'a> for Box<Fault<'a>> {
    fn into_inner(self) -> Fault<'a> {
        *self
    }
}
