//! Snippets for whole items.

use super::offer::{Completion, CompletionKind, Out};

const RULE: &str = "rule: ${1:Name}\n  desc: ${2:What happened.}\n  condition: >\n    ${3:ct.name = \"CreateUser\"}\n  output: >\n    ${4:text} (user=%ct.user ip=%ct.srcip region=%ct.region)\n  priority: ${5|WARNING,EMERGENCY,ALERT,CRITICAL,ERROR,NOTICE,INFORMATIONAL,DEBUG|}\n  source: ${6:aws_cloudtrail}\n  tags: [${7:aws}]\n$0";
const MACRO: &str = "macro: ${1:name}\n  condition: ${2:condition}\n$0";
const LIST: &str = "list: ${1:name}\n  items: [${2:item}]\n$0";
const OVERRIDE: &str = "rule: ${1:Name}\n  condition: ${2:and not condition}\n  override:\n    condition: ${3|append,replace|}\n$0";
const VERSIONS: &str = "required_engine_version: ${1:0.50.0}\n$0";
const PLUGINS: &str =
    "required_plugin_versions:\n    - name: ${1:cloudtrail}\n      version: ${2:0.12.0}\n$0";

const ITEMS: [(&str, &str, &str); 6] = [
    ("rule", "a new rule", RULE),
    ("macro", "a new macro", MACRO),
    ("list", "a new list", LIST),
    ("override", "a change to a rule of an earlier file", OVERRIDE),
    ("required_engine_version", "the engine version that the file needs", VERSIONS),
    ("required_plugin_versions", "the plugins that the file needs", PLUGINS),
];

/// Adds whole items. `before` is the text before them on the line.
pub(super) fn items(out: &mut Out, before: &str) {
    let dash = if before.trim_end().ends_with('-') { "" } else { "- " };
    for (label, about, text) in ITEMS {
        add(out, label, about, format!("{dash}{text}"));
    }
}

/// Adds what can follow the dash of an item.
pub(super) fn first_keys(out: &mut Out) {
    for (label, about, text) in ITEMS {
        add(out, label, about, text.to_owned());
    }
}

/// Adds an exception.
pub(super) fn exception(out: &mut Out, dash: &str) {
    let text = "name: ${1:name}\n  fields: [${2:ct.user}]\n  comps: [${3:=}]\n  values:\n    - [${4:value}]";
    add(out, "exception", "when the rule does not fire", format!("{dash}{text}"));
}

fn add(out: &mut Out, label: &str, about: &str, insert: String) {
    let completion = Completion {
        kind: CompletionKind::Snippet,
        detail: about.to_owned(),
        insert,
        snippet: true,
        ..out.plain(label)
    };
    out.ranked(0, completion);
}
