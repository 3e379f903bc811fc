//! Comparison of the event parser with yaml-cpp's reading on texts that both accept.

#![allow(clippy::unwrap_used)]

use super::tree::Builder;
use super::{Node, Value, cpp};
use crate::source::FileId;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// A tree without positions.
fn shape(node: &Node) -> String {
    match node.value() {
        Value::Null => "~".to_owned(),
        Value::Scalar(scalar) => format!("{:?}", scalar.text.value),
        Value::Seq(items) => format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(", ")),
        Value::Map(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| format!("{}: {}", shape(key), shape(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        Value::Shared(node) => shape(node),
    }
}

fn shapes(builder: &Builder<'_>) -> Vec<String> {
    let roots = builder.documents.iter().map(|document| shape(&document.root));
    roots.take_while(|root| root != "~").collect()
}

/// Both readings, if both accept the text and nothing is doubtful.
fn read_twice(text: &str) -> Option<(Vec<String>, Vec<String>)> {
    let mut one = Builder::new(FileId(0), text);
    one.run(0, text.len()).ok()?;
    let mut other = Builder::new(FileId(0), text);
    other.take(cpp::read(text).ok()?).ok()?;
    // As a whole document a block scalar may have lines without indentation in YAML; no rules file is one.
    let scalar = |document: &super::Document| document.root.as_scalar().is_some();
    let comparable = !one.doubtful
        && !super::begins_with_end(text)
        && !one.documents.iter().chain(&other.documents).any(scalar);
    comparable.then(|| (shapes(&one), shapes(&other)))
}

#[test]
fn recorded_files() {
    let Some(folder) = std::env::var_os("RULEC_CONFORMANCE").map(std::path::PathBuf::from) else { return };
    let mut compared = 0;
    for name in ["designed.jsonl", "random.jsonl", "mutated.jsonl"] {
        let text = std::fs::read_to_string(folder.join("load").join(name)).unwrap();
        for case in text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
            for file in case["files"].as_array().unwrap() {
                if let Some((one, other)) = read_twice(file["text"].as_str().unwrap()) {
                    compared += 1;
                    assert_eq!(one, other, "{}", case["id"]);
                }
            }
        }
    }
    println!("{compared} files read alike");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4096, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default()
    })]

    #[test]
    fn random_texts(parts in prop::collection::vec(prop::sample::select(vec![
        "- ", "\n", "\n  ", "\n    ", "a", "é", "b: ", "c:\n", "'", "\"x\"", "\\n", "[a", "]", "{a: b", "}", ", ", "|\n", ">\n", "|2-\n",
        "&a ", "*a", "!t ", " # c", "---\n", "\n...\n", "d: e", " ", "~", "\n\n", "\n- ", "\n  - ", "a b\n   c",
    ]), 0..24)) {
        let text = format!("- {}", parts.concat());
        if let Some((one, other)) = read_twice(&text) {
            prop_assert_eq!(one, other, "{:?}", text);
        }
    }
}
