//! `rulec graph`.

use super::program::{rulec, with};
use serde_json::Value;
use std::collections::BTreeSet;

/// Every way to use something: by a condition, a macro, a list in a list, an exception, an append, a text that a list
/// stands in; and names that want to be escaped.
const RULES: &str = r#"
- list: inner
  items: [StopLogging]
- list: outer
  items: [inner, DeleteTrail]
- list: admins
  items: [alice]
- list: "odd \"<b>[l]; `x` & y\\"
  items: [x]
- list: later
  items: [z]
- macro: denied
  condition: ct.error exists
- macro: stopping
  condition: ct.name in (outer) and not denied
- macro: sign_in
  condition: ct.name = ConsoleLogin
- macro: lonely
  condition: ct.name in (later) and sign_in
- rule: "Trail \"stopped\" <i>; # 🔥 &amp; 控制台 [x](y) | \\n `code`"
  desc: d
  condition: stopping
  output: o %ct.user
  priority: INFO
  source: aws_cloudtrail
  exceptions:
    - name: known people
      fields: [ct.user]
      comps: [in]
      values: [[admins]]
- rule: Other
  desc: d
  condition: ct.name = x
  output: o %ct.user
  priority: INFO
  source: aws_cloudtrail
- rule: Other
  condition: and not denied
  override: {condition: append}
"#;
const ODD: &str = "Trail \"stopped\" <i>; # 🔥 &amp; 控制台 [x](y) | \\n `code`";

fn graph(args: &[&str]) -> Value {
    let directory = with(&[("a.yaml", RULES)]);
    let ran = rulec(directory.path(), &[&["graph", "--format", "json", "a.yaml"], args].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

fn name(node: &Value) -> String {
    format!("{} {}", node["kind"].as_str().unwrap(), node["name"].as_str().unwrap())
}

fn edges(graph: &Value) -> BTreeSet<String> {
    let edge = |edge: &Value| {
        let node = |key: &str| name(&graph["nodes"][edge[key].as_u64().unwrap() as usize]);
        let exception = edge["exception"].as_str().map(|name| format!(" {name}")).unwrap_or_default();
        format!("{} -> {} ({}{exception})", node("from"), node("to"), edge["via"].as_str().unwrap())
    };
    graph["edges"].as_array().unwrap().iter().map(edge).collect()
}

fn nodes(graph: &Value) -> Vec<String> {
    graph["nodes"].as_array().unwrap().iter().map(name).collect()
}

#[test]
fn who_uses_whom() {
    let all = graph(&[]);
    assert_eq!(all["schema_version"], 1);
    let expected = [
        format!("rule {ODD} -> list admins (exception known people)"),
        format!("rule {ODD} -> macro stopping (condition)"),
        "rule Other -> macro denied (condition)".to_owned(),
        "list outer -> list inner (items)".to_owned(),
        "macro lonely -> list later (condition)".to_owned(),
        "macro lonely -> macro sign_in (condition)".to_owned(),
        "macro stopping -> list outer (condition)".to_owned(),
        "macro stopping -> macro denied (condition)".to_owned(),
    ];
    assert_eq!(edges(&all), expected.into_iter().collect());
    let unused: Vec<String> =
        all["nodes"].as_array().unwrap().iter().filter(|node| node["used"] == false).map(name).collect();
    let odd = "list odd \"<b>[l]; `x` & y\\".to_owned();
    assert_eq!(unused, ["macro sign_in", "macro lonely", &odd, "list later"]);
    assert_eq!((&all["nodes"][1]["file"], &all["nodes"][1]["line"]), (&"a.yaml".into(), &31.into()));
}

#[test]
fn cones() {
    let rule = graph(&["--rule", ODD]);
    assert_eq!(
        nodes(&rule),
        [&format!("rule {ODD}"), "macro denied", "macro stopping", "list inner", "list outer", "list admins"]
    );
    assert_eq!(edges(&rule).len(), 5);
    assert_eq!(
        nodes(&graph(&["--list", "inner"])),
        [&format!("rule {ODD}"), "macro stopping", "list inner", "list outer"]
    );
    assert_eq!(nodes(&graph(&["--macro", "denied"])).len(), 4);
    assert_eq!(nodes(&graph(&["--rule", "Other", "--list", "later"])).len(), 4);
    let directory = with(&[("a.yaml", RULES)]);
    let ran = rulec(directory.path(), &["graph", "--macro", "stoping", "a.yaml"]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (2, "error: there is no macro named `stoping`; did you mean `stopping`?\n")
    );
}

#[test]
fn dot_and_mermaid() {
    let directory = with(&[("a.yaml", RULES)]);
    let shown = |format: &str| rulec(directory.path(), &["graph", "--format", format, "a.yaml"]).out;
    insta::assert_snapshot!(shown("dot"));
    insta::assert_snapshot!(shown("mermaid"));
}

#[test]
fn rules_that_do_not_load() {
    let broken = "- macro: a\n  condition: nowhere and b\n- macro: b\n  condition: a\n- rule: r\n  condition: a and (\n";
    let directory = with(&[("a.yaml", broken), ("b.yaml", "- list: [\n")]);
    let ran = rulec(directory.path(), &["graph", "--format", "mermaid"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("macro nowhere (not defined)"), "{}", ran.out);
    assert!(ran.err.contains("do not load"), "{}", ran.err);
    let empty = with(&[]);
    let ran = rulec(empty.path(), &["graph", "--output", "out.dot"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert!(std::fs::read_to_string(empty.path().join("out.dot")).unwrap().starts_with("digraph"));
}

#[test]
fn more_than_mermaid_draws() {
    let rules = |count: usize| {
        let macros = |at: usize| format!("- macro: m{at}\n  condition: ct.name = x\n");
        let names: Vec<String> = (0..count).map(|at| format!("m{at}")).collect();
        let all: String = (0..count).map(macros).collect();
        format!(
            "{all}- rule: r\n  desc: d\n  condition: {}\n  output: o\n  priority: INFO\n  source: aws_cloudtrail\n",
            names.join(" or ")
        )
    };
    for (count, told) in [(499, false), (500, true)] {
        let directory = with(&[("a.yaml", &rules(count))]);
        let ran = rulec(directory.path(), &["graph", "--format", "mermaid"]);
        assert_eq!((ran.code, ran.err.contains("fewer than 500 arrows")), (0, told), "{}", ran.err);
    }
}
