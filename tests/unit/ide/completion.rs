//! What can stand at a place, in whole and in broken files.

use super::support::sample;
use rulec::ide::completion::{Completion, complete};
use std::fmt::Write as _;

/// The text, and the first `count` completions.
fn shown(text: &str, count: usize) -> String {
    let sample = sample(text);
    let found = complete(&sample.snapshot, sample.doc, sample.offset);
    let mut out = format!("{}\n----\n", text.trim_end());
    for item in found.items.iter().take(count) {
        let insert = if item.insert == item.label { String::new() } else { format!(" => {:?}", item.insert) };
        let detail = if item.detail.is_empty() { String::new() } else { format!("  ({})", item.detail) };
        let replaced = sample.snapshot.docs[sample.doc].text()[item.replace.clone()].to_owned();
        let over = if replaced.is_empty() { String::new() } else { format!(" over {replaced:?}") };
        let _ = writeln!(out, "{:?} {}{detail}{insert}{over}", item.kind, item.label);
    }
    if found.items.len() > count {
        let more = if found.incomplete { " or more" } else { "" };
        let _ = writeln!(out, "… {} in all{more}", found.items.len());
    }
    out
}

fn labels(text: &str) -> Vec<String> {
    let sample = sample(text);
    let found = complete(&sample.snapshot, sample.doc, sample.offset);
    found.items.into_iter().map(|Completion { label, .. }| label).collect()
}

/// A rule with this condition.
fn rule(condition: &str) -> String {
    format!(
        "- rule: R\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n  source: aws_cloudtrail\n"
    )
}

#[test]
fn keys() {
    insta::assert_snapshot!("keys_of_a_rule", shown("- rule: R\n  desc: d\n  $0\n  priority: INFO\n", 20));
    insta::assert_snapshot!("key_half_typed", shown("- rule: R\n  con$0\n  priority: INFO\n", 20));
    insta::assert_snapshot!("key_that_has_a_value", shown("- rule: R\n  con$0d: x = y\n", 20));
    insta::assert_snapshot!("keys_of_a_list", shown("- list: l\n  $0", 20));
    insta::assert_snapshot!(
        "keys_of_an_exception",
        shown("- rule: R\n  exceptions:\n    - name: e\n      $0\n", 20)
    );
    insta::assert_snapshot!(
        "keys_of_override",
        shown("- rule: R\n  condition: and x\n  override:\n    $0\n", 20)
    );
    let plugins = "- required_plugin_versions:\n    - name: json\n      $0\n";
    insta::assert_snapshot!("keys_of_a_plugin", shown(plugins, 20));
    insta::assert_snapshot!("plugins", shown(&plugins.replace("json\n      $0", "j$0"), 20));
    insta::assert_snapshot!(
        "operation",
        shown("- rule: R\n  condition: and x\n  override:\n    condition: $0\n", 20)
    );
    insta::assert_snapshot!(
        "operation_in_braces",
        shown("- rule: R\n  condition: and x\n  override: {condition: a$0}\n", 20)
    );
    insta::assert_snapshot!(
        "key_in_braces",
        shown("- rule: R\n  condition: and x\n  override: {con$0}\n", 20)
    );
}

#[test]
fn items() {
    insta::assert_snapshot!("new_item", shown("- list: l\n  items: [a]\n\n$0", 20));
    insta::assert_snapshot!("new_item_behind_a_dash", shown("- list: l\n  items: [a]\n\n- $0", 20));
    insta::assert_snapshot!("new_item_half_typed", shown("- list: l\n  items: [a]\n\nmac$0", 20));
    assert_eq!(labels("$0").first().map(String::as_str), Some("list"));
}

#[test]
fn conditions() {
    insta::assert_snapshot!("fields", shown(&rule("ct.user.i$0"), 4));
    insta::assert_snapshot!(
        "fields_in_a_folded_text",
        shown(&rule(">\n    ct.name = X\n    and ct.user.ide$0"), 4)
    );
    insta::assert_snapshot!("operators", shown(&rule("ct.name $0"), 30));
    insta::assert_snapshot!("operators_of_a_list", shown(&rule("ct.resources.arn $0"), 30));
    insta::assert_snapshot!("operators_of_a_number", shown(&rule("len(ct.name) $0"), 30));
    insta::assert_snapshot!("operator_half_typed", shown(&rule("ct.name in$0"), 30));
    insta::assert_snapshot!("after_a_comparison", shown(&rule("ct.name = X $0"), 30));
    insta::assert_snapshot!(
        "names_of_the_source",
        shown(&rule("ct.src = \"iam.amazonaws.com\" and ct.name = \"CreateU$0\""), 5)
    );
    insta::assert_snapshot!("names_of_all_sources", shown(&rule("ct.name = CreateUser$0"), 3));
    insta::assert_snapshot!(
        "names_by_a_macro",
        shown(
            &format!(
                "- macro: in_iam\n  condition: ct.src = iam.amazonaws.com\n{}",
                rule("in_iam and ct.name in (Delete, $0)")
            ),
            3
        )
    );
    insta::assert_snapshot!(
        "names_by_a_list",
        shown(
            &format!(
                "- list: sources\n  items: [kms.amazonaws.com]\n{}",
                rule("(ct.src in (sources) and ct.name = Sch$0) or ct.src = iam.amazonaws.com")
            ),
            3
        )
    );
    insta::assert_snapshot!("sources_of_a_name", shown(&rule("ct.name = StopLogging and ct.src = $0"), 2));
    insta::assert_snapshot!("event_sources", shown(&rule("ct.src = iam$0"), 3));
    insta::assert_snapshot!("identity_types", shown(&rule("ct.user.identitytype = $0"), 4));
    insta::assert_snapshot!("pointer", shown(&rule("json.value[/userI$0] = x"), 3));
}

#[test]
fn names() {
    let with = |condition: &str| {
        format!(
            "- list: my_list\n  items: [a, b]\n- macro: my_macro\n  condition: ct.name = X\n{}",
            rule(condition)
        )
    };
    insta::assert_snapshot!("macro", shown(&with("my$0"), 5));
    insta::assert_snapshot!("list", shown(&with("ct.name in (my$0)"), 5));
    insta::assert_snapshot!("list_without_parentheses", shown(&with("ct.name in my$0"), 5));
    insta::assert_snapshot!(
        "list_in_a_list",
        shown("- list: one\n  items: [a]\n- list: two\n  items: [on$0]\n", 3)
    );
}

#[test]
fn other_values() {
    insta::assert_snapshot!("priorities", shown("- rule: R\n  priority: $0\n", 20));
    insta::assert_snapshot!("sources", shown("- rule: R\n  source: aws$0\n", 20));
    insta::assert_snapshot!("tags", shown("- rule: A\n  tags: [mine]\n- rule: B\n  tags: [m$0]\n", 4));
    insta::assert_snapshot!("technique", shown("- rule: B\n  tags: [T1078$0]\n", 9));
    let output = |text: &str| format!("- rule: R\n  output: >\n    {text}\n  source: aws_cloudtrail\n");
    insta::assert_snapshot!("output", shown(&output("who=%ct.user.id$0 did"), 3));
    insta::assert_snapshot!("output_percent", shown(&output("who=%$0"), 2));
    insta::assert_snapshot!("output_transformer", shown(&output("who=%toupper(ct.na$0"), 2));
    insta::assert_snapshot!("checks", shown("# rulec: allow unused-$0\n- rule: R\n", 5));
    insta::assert_snapshot!(
        "exception_values",
        shown(
            "- rule: R\n  source: aws_cloudtrail\n  exceptions:\n    - name: e\n      fields: [ct.src]\n      comps: [=]\n      values:\n        - [kms$0]\n",
            3
        )
    );
    insta::assert_snapshot!(
        "exception_fields",
        shown(
            "- rule: R\n  source: aws_cloudtrail\n  exceptions:\n    - name: e\n      fields: [ct.user.id$0]\n",
            3
        )
    );
}

/// Files that are no YAML yet.
#[test]
fn broken_files() {
    let broken = |text: &str| shown(text, 3);
    insta::assert_snapshot!("broken_key", broken("- rule: R\n  desc: [a\n  con$0\n- rule: S\n  desc: d\n"));
    insta::assert_snapshot!(
        "broken_condition",
        broken(
            "- rule: R\n  condition: ct.src = kms.amazonaws.com and (ct.name in (\"Sch$0\n  output: o\n  cond\n  source: aws_cloudtrail\n"
        )
    );
    insta::assert_snapshot!(
        "broken_output",
        broken("- rule: R\n  output: \"who %ct.user.id$0\n  source: aws_cloudtrail\n- list: x\n")
    );
    insta::assert_snapshot!(
        "broken_items",
        broken("- list: one\n  items: [a]\n- list: two\n  items: [on$0\n- list: three\n  items: [b]\n")
    );
    insta::assert_snapshot!(
        "indented_list",
        broken("  - rule: R\n    source: aws_cloudtrail\n    condition: ct.user.ide$0\n")
    );
    insta::assert_snapshot!(
        "elements_in_the_column_of_the_key",
        broken("- rule: R\n  source: aws_cloudtrail\n  exceptions:\n  - name: e\n    fi$0\n")
    );
    insta::assert_snapshot!(
        "windows_line_ends",
        broken(
            "- rule: R\r\n  source: aws_cloudtrail\r\n  condition: >\r\n    ct.name = x\r\n    and ct.user.ide$0\r\n"
        )
    );
}
