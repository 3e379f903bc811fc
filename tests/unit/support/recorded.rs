//! What a real Falco said, from a folder outside of this repository that `RULEC_CONFORMANCE` names.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use serde_json::Value;
use std::path::{Path, PathBuf};

pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("RULEC_CONFORMANCE").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("RULEC_CONFORMANCE is not set: nothing to compare with");
    }
    folder
}

pub fn lines(path: PathBuf) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Key order does not matter; Falco's own order of names in a set is arbitrary and was sorted in the data.
pub fn without_order(value: &Value) -> String {
    fn sort(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let sorted: std::collections::BTreeMap<_, _> =
                    map.iter().map(|(k, v)| (k.clone(), sort(v))).collect();
                serde_json::to_value(sorted).unwrap()
            }
            Value::Array(all) => all.iter().map(sort).collect(),
            other => other.clone(),
        }
    }
    sort(value).to_string()
}

/// Conditions with an id, without those that end Falco.
pub fn conditions(folder: &Path, name: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let cases = lines(folder.join(name)).into_iter().filter(|case| case.get("crash").is_none());
    cases.map(|case| (text(&case["id"]), text(&case["condition"]))).collect()
}
