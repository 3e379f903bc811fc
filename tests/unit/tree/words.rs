//! The words in the grammars for editors are those of the parser. `cargo bless` writes them anew.

use rulec::schema::PluginSet;
use rulec::syntax::items::KINDS;
use rulec::syntax::token::{MODIFIERS, OPERATORS, Op, PRIORITIES, Rhs, TRANSFORMERS};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Keys of exceptions and plugin versions, which the parser reads one by one.
const NESTED: [&str; 6] = ["name", "fields", "comps", "values", "version", "alternatives"];

/// What stands behind `(?#NAME)` in the TextMate grammar, and some of it in the words of the tree-sitter grammars.
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
        ("number-operators", operators(|op| op.rhs() == Rhs::Number)),
        ("string-operators", operators(|op| op.rhs() == Rhs::String && !op.is_word())),
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

/// Compares a file with what it should be, or writes it.
fn keep_current(path: &Path, value: &Value) {
    let new = serde_json::to_string_pretty(value).unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, new).unwrap();
        return;
    }
    assert!(fs::read_to_string(path).unwrap() == new, "{} is not current; run `cargo bless`", path.display());
}

fn grammars() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar")
}

#[test]
fn textmate() {
    let path = grammars().join("falco.tmLanguage.json");
    let mut grammar: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let mut used = BTreeSet::new();
    renew(&mut grammar, &words(), &mut used);
    // The others are those of `symbol-operators`.
    let unused = |name: &&str| ["number-operators", "string-operators"].contains(name);
    let all: BTreeSet<String> = words().into_keys().filter(|name| !unused(name)).map(str::to_owned).collect();
    assert_eq!(used, all, "words that the grammar has no place for");
    keep_current(&path, &grammar);
}

#[test]
fn tree_sitter() {
    let names = [
        ("unary", "unary"),
        ("numberOperators", "number-operators"),
        ("symbolOperators", "string-operators"),
        ("wordOperators", "word-operators"),
        ("listOperators", "list-operators"),
        ("modifiers", "modifiers"),
        ("transformers", "transformers"),
    ];
    let words = words();
    let own = names.map(|(own, name)| (own.to_owned(), Value::from(words[name].clone())));
    keep_current(&grammars().join("tree-sitter/words.json"), &Value::Object(own.into_iter().collect()));
}
