//! The tests of our own rulesets, run by the program.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const RULESETS: [&str; 2] = ["rules", "literal"];

/// The files of a ruleset of `rulesets/cis-aws`, in load order.
fn files(name: &str) -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets/cis-aws").join(name);
    let mut paths: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| !path.to_string_lossy().ends_with(".test.yaml"));
    paths.sort();
    paths
        .iter()
        .map(|path| (path.to_string_lossy().into_owned(), fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn their_tests_pass_and_every_rule_fires() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_rulec"))
        .args(["test", "--coverage", "--format", "json", "rulesets/cis-aws"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let coverage = &said["coverage"];
    assert_eq!(coverage["never_fired"], serde_json::json!([]));
    let rules: usize =
        RULESETS.iter().flat_map(|name| files(name)).map(|(_, text)| text.matches("- rule: ").count()).sum();
    assert_eq!(
        (coverage["rules"].as_u64(), coverage["fired"].as_u64()),
        (Some(rules as u64), Some(rules as u64))
    );
    // Each is silent on something that it could have been about.
    let mut silent = BTreeSet::new();
    for name in RULESETS {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets/cis-aws").join(name);
        for entry in fs::read_dir(directory).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let lists = text.lines().filter_map(|line| line.trim().strip_prefix("silent: ["));
            silent.extend(lists.flat_map(|list| {
                list.trim_end_matches(']').split(", ").map(str::to_owned).collect::<Vec<_>>()
            }));
        }
    }
    for (_, text) in RULESETS.iter().flat_map(|name| files(name)) {
        for rule in text.lines().filter_map(|line| line.strip_prefix("- rule: ")) {
            assert!(silent.contains(rule), "no test has {rule} silent");
        }
    }
}
