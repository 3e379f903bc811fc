//! The word lists of the TextMate grammar are those of the parser. `cargo bless` writes them anew.
#![allow(clippy::unwrap_used, clippy::panic)]

use rulec::schema::PluginSet;
use rulec::syntax::items::KINDS;
use rulec::syntax::token::{MODIFIERS, OPERATORS, Op, PRIORITIES, Rhs, TRANSFORMERS};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Keys of exceptions and plugin versions, which the parser reads one by one.
const NESTED: [&str; 6] = ["name", "fields", "comps", "values", "version", "alternatives"];

/// What stands in the grammar behind `(?#NAME)`.
fn words() -> BTreeMap<&'static str, Vec<String>> {
    let operators = |wanted: fn(Op) -> bool| -> Vec<String> {
        OPERATORS.iter().filter(|&&op| wanted(op)).map(|op| op.text().to_owned()).collect()
    };
    let own = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect::<Vec<String>>();
    let mut keys: Vec<&str> = KINDS.iter().flat_map(|kind| kind.keys()).copied().chain(NESTED).collect();
    let mut seen = BTreeSet::new();
    keys.retain(|key| seen.insert(*key));
    BTreeMap::from([
        ("kinds", own(KINDS.iter().map(|kind| kind.key()).collect())),
        ("keys", own(keys)),
        ("unary", operators(|op| op.rhs() == Rhs::None)),
        ("list-operators", operators(|op| op.rhs() == Rhs::List)),
        ("word-operators", operators(|op| op.rhs() == Rhs::String && op.is_word())),
        ("symbol-operators", operators(|op| !op.is_word())),
        ("modifiers", own(MODIFIERS.iter().map(|modifier| modifier.text()).collect())),
        ("transformers", own(TRANSFORMERS.iter().map(|transformer| transformer.text()).collect())),
        ("priorities", own(PRIORITIES.iter().map(|&(name, _)| name).collect())),
        ("sources", own(PluginSet::default().sources().collect())),
    ])
}

/// Puts the words behind every `(?#NAME)` of every pattern; notes the names.
fn renew(value: &mut Value, words: &BTreeMap<&'static str, Vec<String>>, used: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => *text = renewed(text, words, used),
        Value::Array(items) => items.iter_mut().for_each(|item| renew(item, words, used)),
        Value::Object(entries) => entries.values_mut().for_each(|entry| renew(entry, words, used)),
        _ => {}
    }
}

fn renewed(text: &str, words: &BTreeMap<&'static str, Vec<String>>, used: &mut BTreeSet<String>) -> String {
    let mut parts = text.split("(?#");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let Some((name, rest)) = part.split_once(")(?:") else {
            out += &format!("(?#{part}");
            continue;
        };
        let Some(words) = words.get(name) else { panic!("there are no words called {name}") };
        used.insert(name.to_owned());
        let (_, rest) = rest.split_once(')').unwrap();
        // Words are letters, digits, `_`, `-`, `=`, `!`, `<` and `>`: nothing to escape.
        out += &format!("(?#{name})(?:{}){rest}", words.join("|"));
    }
    out
}

#[test]
fn words_are_those_of_the_parser() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/falco.tmLanguage.json");
    let old = fs::read_to_string(&path).unwrap();
    let mut grammar: Value = serde_json::from_str(&old).unwrap();
    let (words, mut used) = (words(), BTreeSet::new());
    renew(&mut grammar, &words, &mut used);
    let all: BTreeSet<String> = words.keys().map(|&name| name.to_owned()).collect();
    assert_eq!(used, all, "words that the grammar has no place for");
    let new = serde_json::to_string_pretty(&grammar).unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, new).unwrap();
        return;
    }
    assert!(old == new, "{} is not current; run `cargo bless`", path.display());
}
