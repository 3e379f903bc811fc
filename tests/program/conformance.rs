//! Alerts of `rulec scan` and those of a real Falco.

use crate::recorded::{conditions, folder, lines, without_order};
use serde_json::Value;
use std::path::Path;

/// Alerts of the program itself, all rules speaking, from rules as [`compile`] takes them.
fn scanned(rules: &[(String, String, String)], log: &Path) -> Vec<Value> {
    let directory = tempfile::tempdir().unwrap();
    let quoted = |text: &str| Value::from(text).to_string();
    let mut text = String::new();
    for (name, condition, output) in rules {
        let (condition, output) = (quoted(condition), quoted(output));
        text += &format!(
            "- rule: {name}\n  desc: d\n  source: aws_cloudtrail\n  priority: INFO\n  condition: {condition}\n  output: {output}\n"
        );
    }
    std::fs::write(directory.path().join("rules.yaml"), text).unwrap();
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_rulec"))
        .args(["scan", "--rules", "rules.yaml", "--format", "json", "--rule-matching", "all"])
        .arg(std::path::absolute(log).unwrap())
        .current_dir(directory.path())
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    let out = String::from_utf8(ran.stdout).unwrap();
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn scan_says_what_falco_says() {
    let Some(folder) = folder().map(|folder| folder.join("eval")) else { return };
    let log = folder.join("events.json");
    let mut wrong = Vec::new();
    for (name, expected) in
        [("conditions.jsonl", "matches.json"), ("random-conditions.jsonl", "random-matches.json")]
    {
        let expected: Value =
            serde_json::from_str(&std::fs::read_to_string(folder.join(expected)).unwrap()).unwrap();
        let rules: Vec<_> = conditions(&folder, name)
            .into_iter()
            .map(|(id, condition)| (id, condition, "%json.value[/eventID]".to_owned()))
            .collect();
        let mut found: std::collections::BTreeMap<&str, Vec<&str>> =
            rules.iter().map(|(id, ..)| (id.as_str(), Vec::new())).collect();
        let alerts = scanned(&rules, &log);
        for alert in &alerts {
            found.get_mut(alert["rule"].as_str().unwrap()).unwrap().push(alert["output"].as_str().unwrap());
        }
        for (id, events) in found {
            if Value::from(events.clone()) != expected[id] {
                wrong.push(format!("{id}\n  falco {}\n  ours  {events:?}", expected[id]));
            }
        }
        println!("scan, {name}: {} of {} conditions differ", wrong.len(), rules.len());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let cases: Vec<Value> = lines(folder.join("outputs.jsonl"));
    let cases: Vec<&Value> = cases.iter().filter(|case| case.get("error").is_none()).collect();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rules: Vec<_> = cases
        .iter()
        .map(|case| (text(&case["id"]), "evt.num > 0".to_owned(), text(&case["output"])))
        .collect();
    let alerts = scanned(&rules, &log);
    assert_eq!(alerts.len(), 66 * cases.len());
    for case in &cases {
        let ours = alerts.iter().filter(|alert| alert["rule"] == case["id"]);
        let mut ids: Vec<_> = case["events"].as_object().unwrap().keys().collect();
        ids.sort();
        for (id, alert) in ids.into_iter().zip(ours) {
            let want = &case["events"][id];
            if want["text"] != alert["output"]
                || without_order(&want["fields"]) != without_order(&alert["output_fields"])
            {
                wrong.push(format!("{} {id}\n  falco {want}\n  ours  {alert}", case["output"]));
            }
        }
    }
    println!("scan, outputs: {} of {} differ", wrong.len(), alerts.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
