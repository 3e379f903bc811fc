//! Rules of EventBridge with a topic as target, for two tools.

use crate::sema::ir::Rule;
use serde_json::{Map, Value, json};

type Compiled<'r> = [(&'r Rule, Vec<Value>)];

/// A unique name of letters and digits.
fn named(rule: &Rule, at: usize, part: usize) -> String {
    let words: String = rule.name.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let part = if part == 0 { String::new() } else { format!("Part{}", part + 1) };
    format!("R{}{words}{part}", at + 1)
}

fn description(rule: &Rule) -> String {
    rule.description.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect()
}

/// Terraform in JSON.
pub fn terraform(all: &Compiled<'_>) -> Value {
    let (mut rules, mut targets) = (Map::new(), Map::new());
    // Terraform interpolates `${` in JSON too.
    let escaped = |text: String| text.replace("${", "$${").replace("%{", "%%{");
    for (at, (rule, patterns)) in all.iter().enumerate() {
        for (part, pattern) in patterns.iter().enumerate() {
            let name = named(rule, at, part);
            rules.insert(
                name.clone(),
                json!({
                    "name": name,
                    "description": escaped(description(rule)),
                    "event_pattern": escaped(pattern.to_string()),
                }),
            );
            targets.insert(
                name.clone(),
                json!({
                    "rule": format!("${{aws_cloudwatch_event_rule.{name}.name}}"),
                    "arn": "${aws_sns_topic.cloudtrail_rules.arn}",
                }),
            );
        }
    }
    json!({
        "resource": {
            "aws_sns_topic": { "cloudtrail_rules": { "name": "cloudtrail-rules" } },
            "aws_cloudwatch_event_rule": rules,
            "aws_cloudwatch_event_target": targets,
        },
    })
}

/// A CloudFormation template.
pub fn cloudformation(all: &Compiled<'_>) -> Value {
    let mut resources = Map::new();
    resources.insert("Topic".into(), json!({ "Type": "AWS::SNS::Topic" }));
    for (at, (rule, patterns)) in all.iter().enumerate() {
        for (part, pattern) in patterns.iter().enumerate() {
            resources.insert(
                named(rule, at, part),
                json!({
                    "Type": "AWS::Events::Rule",
                    "Properties": {
                        "Description": description(rule),
                        "EventPattern": pattern,
                        "Targets": [{ "Id": "topic", "Arn": { "Ref": "Topic" } }],
                    },
                }),
            );
        }
    }
    json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": resources })
}
