use super::*;
use crate::source::{FileId, Span, Text};
use crate::syntax::yaml::{Scalar, Style};
use std::sync::Arc;

fn node(value: Value) -> Node {
    Node { span: Span::default(), value }
}

/// A node from a literal in JSON.
fn tree(json: &serde_json::Value) -> Node {
    use serde_json::Value as Json;
    node(match json {
        Json::Null => Value::Null,
        Json::Array(items) => Value::Seq(items.iter().map(tree).collect()),
        Json::Object(map) => Value::Map(map.iter().map(|(key, value)| (scalar(key), tree(value))).collect()),
        Json::String(text) => return scalar(text),
        other => return scalar(&other.to_string()),
    })
}

fn scalar(text: &str) -> Node {
    let span = Span::point(FileId(0), 0);
    let text = Text { value: text.into(), span, content: 0, map: Box::default() };
    node(Value::Scalar(Scalar { text, style: Style::Plain }))
}

fn errors(json: serde_json::Value) -> Vec<String> {
    validate(&tree(&json)).into_iter().map(|error| error.replacen("failed for ", "", 1)).collect()
}

const TYPE: &str = "Value type not permitted by 'type' constraint.";

#[test]
fn valid_documents() {
    let rule = serde_json::json!({
        "rule": "r", "desc": 5, "condition": "a", "output": "o", "priority": "INFO", "enabled": true,
        "tags": ["a", 1], "capture_duration": " +012", "exceptions": [{"name": "e", "values": {"a": [null]}}],
        "override": {"tags": "append"}
    });
    let plugins = serde_json::json!({"required_plugin_versions":
        [{"name": "a", "version": 1, "alternatives": [{"name": "b", "version": "2"}]}]});
    assert_eq!(errors(serde_json::json!([rule, plugins, {"list": "l", "items": [1, "a"]}])), [""; 0]);
    assert_eq!(errors(serde_json::json!([])), [""; 0]);
}

#[test]
fn errors_from_the_inside_out() {
    assert_eq!(errors(serde_json::json!(null)), [format!("<root>: {TYPE}")]);
    assert_eq!(
        errors(serde_json::json!([{"items": [["a"]]}])),
        [
            &format!("<root>[0][items][0]: {TYPE}"),
            "<root>[0][items][0]: Failed to validate against child schema #0.",
            &format!("<root>[0][items][0]: {TYPE}"),
            "<root>[0][items][0]: Failed to validate against child schema #1.",
            "<root>[0][items][0]: Failed to validate against any schemas allowed by anyOf constraint.",
            "<root>[0][items]: Failed to validate item #0 in array.",
            "<root>[0]: Failed to validate against schema associated with property name 'items'.",
            "<root>: Failed to validate item #0 in array.",
        ]
    );
    assert_eq!(
        errors(serde_json::json!([{"bogus": 1, "override": {"desc": null, "x": 1}}])),
        [
            &format!("<root>[0][override][desc]: {TYPE}"),
            "<root>[0][override][desc]: Failed to match against any enum values.",
            "<root>[0][override]: Failed to validate against schema associated with property name 'desc'.",
            "<root>[0][override]: Object contains a property that could not be validated using 'properties' or \
             'additionalProperties' constraints: 'x'.",
            "<root>[0]: Failed to validate against schema associated with property name 'override'.",
            "<root>[0]: Object contains a property that could not be validated using 'properties' or \
             'additionalProperties' constraints: 'bogus'.",
            "<root>: Failed to validate item #0 in array.",
        ]
    );
    assert_eq!(
        errors(serde_json::json!([{"exceptions": [{}], "override": {}}])),
        [
            "<root>[0][exceptions][0]: Missing required property 'name'.",
            "<root>[0][exceptions]: Failed to validate item #0 in array.",
            "<root>[0]: Failed to validate against schema associated with property name 'exceptions'.",
            "<root>[0][override]: Object should have no fewer than 1 properties.",
            "<root>[0]: Failed to validate against schema associated with property name 'override'.",
            "<root>: Failed to validate item #0 in array.",
        ]
    );
}

#[test]
fn a_key_given_twice_has_no_name() {
    let twice = Value::Map(vec![(scalar("rule"), scalar("a")), (scalar("rule"), scalar("b"))]);
    let errors = validate(&node(Value::Seq(vec![node(twice)])));
    assert!(errors[0].ends_with("constraints: ''."), "{errors:?}");
}

#[test]
fn integers() {
    for text in ["0", "010", "-1", "+5", " 12", "4294967296"] {
        assert!(is_integer(text), "{text:?}");
    }
    for text in ["", "0x10", "12 ", "1e3", "99999999999999999999", "+", "- 1", "1_000"] {
        assert!(!is_integer(text), "{text:?}");
    }
}

/// An alias bomb of valid nodes is checked once, one of invalid nodes ends.
#[test]
fn aliases_are_bounded() {
    for bad in [false, true] {
        let shared = |value| node(Value::Shared(Arc::new(node(value))));
        let items =
            Value::Seq((0..1000).map(|_| if bad { node(Value::Null) } else { scalar("a") }).collect());
        let list = shared(Value::Map(vec![(scalar("list"), scalar("l")), (scalar("items"), node(items))]));
        let errors = validate(&node(Value::Seq(vec![list; 10_000])));
        assert_eq!(errors.is_empty(), !bad);
        assert!(errors.len() < MAX_ERRORS + 20_000);
    }
}
