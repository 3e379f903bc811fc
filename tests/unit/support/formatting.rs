//! What must hold for any text that is formatted: it says the same, and formatting it again changes nothing.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use rulec::internals::analysis::{self, Inputs, LoadResult};
use rulec::internals::config::Levels;
use rulec::internals::format::{self, Options, SkipReason};
use rulec::internals::schema::PluginSet;
use rulec::internals::sema::environment::Environment;
use rulec::internals::source::{FileId, SourceFile, SourceMap};
use rulec::internals::syntax::yaml::{self, Node, Value};
use std::sync::{Arc, LazyLock};

/// A formatted text, and what was left in it: line and reason.
pub struct Seen {
    pub text: String,
    pub skipped: Vec<(u32, SkipReason)>,
}

/// What came of one of several files.
pub struct Result {
    pub is_changed: bool,
    pub left: Vec<SkipReason>,
}

static WORLD: LazyLock<Environment> = LazyLock::new(|| Environment {
    plugins: Arc::new(PluginSet::parse("cloudtrail,json,k8saudit,okta,gcpaudit,container").unwrap()),
    ..Environment::default()
});

/// Default options that know the lists of all these files.
pub fn options(texts: &[&str]) -> Options {
    let mut options = Options::default();
    texts.iter().for_each(|text| options.lists.add_file(&SourceFile::new("", *text)));
    options
}

pub fn holds(text: &str) -> Seen {
    holds_with(text, &Options::default())
}

/// Formats a text, and fails if it says anything else then.
pub fn holds_with(text: &str, options: &Options) -> Seen {
    let seen = format_once(text, options);
    says_the_same(&[text], &[&seen.text]);
    seen
}

/// The same with files that are loaded one after the other.
pub fn hold_together(texts: &[&str], options: &Options) -> Vec<Result> {
    let seen: Vec<Seen> = texts.iter().map(|text| format_once(text, options)).collect();
    let new: Vec<&str> = seen.iter().map(|seen| &*seen.text).collect();
    says_the_same(texts, &new);
    let result = |(seen, old): (&Seen, &&str)| Result {
        is_changed: seen.text != **old,
        left: seen.skipped.iter().map(|(_, why)| *why).collect(),
    };
    seen.iter().zip(texts).map(result).collect()
}

fn format_once(text: &str, options: &Options) -> Seen {
    let file = SourceFile::new("rules.yaml", text);
    let formatted = format::document(&file, options);
    for edit in &formatted.edits {
        assert!(text.get(edit.span.range()).is_some(), "{edit:?} in {text:?}");
    }
    let edits = formatted.edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start);
    assert!(edits, "edits overlap: {:?}", formatted.edits);
    let new = formatted.text(&file);
    let again = SourceFile::new("rules.yaml", &*new);
    let twice = format::document(&again, options).text(&again);
    assert!(new == twice, "formatting once more changes it:\n{text}\n--- once\n{new}\n--- twice\n{twice}");
    let skipped = formatted
        .skipped
        .iter()
        .map(|left| (file.position(left.span.start as usize).line, left.why))
        .collect();
    Seen { text: new, skipped }
}

fn says_the_same(old: &[&str], new: &[&str]) {
    for (old, new) in old.iter().zip(new) {
        let (a, b) = (comments(old), comments(new));
        assert_eq!(a, b, "the comments differ\n{old}\n---\n{new}");
        let (a, b) = (values(old), values(new));
        assert_eq!(a, b, "the values differ\n{old}\n---\n{new}");
    }
    let (a, b) = (verdict(old), verdict(new));
    assert_eq!(a, b, "Falco's verdict differs\n{}\n---\n{}", old.join("\n%\n"), new.join("\n%\n"));
}

fn comments(text: &str) -> Vec<String> {
    let stream = yaml::parse(FileId(0), &SourceFile::new("", text));
    let mut all: Vec<String> =
        stream.comments.iter().map(|span| text[span.range()].trim_end().to_owned()).collect();
    all.sort();
    all
}

/// All scalars in order, by key, conditions without their white space.
fn values(text: &str) -> Vec<String> {
    let stream = yaml::parse(FileId(0), &SourceFile::new("", text));
    let mut all = Vec::new();
    for document in &stream.documents {
        match &document.root.value {
            Value::Seq(items) => items.iter().for_each(|item| {
                let mut one = Vec::new();
                scalars(item, "", 0, &mut one);
                // Keys may have moved.
                one.sort();
                all.extend(one);
            }),
            _ => scalars(&document.root, "", 0, &mut all),
        }
        all.push("---".to_owned());
    }
    all.extend(stream.errors.iter().map(|error| format!("{} {}", error.message, error.yaml_cpp)));
    all
}

fn scalars(node: &Node, key: &str, level: usize, all: &mut Vec<String>) {
    match &node.value {
        Value::Null => all.push(format!("{level} {key} null")),
        Value::Scalar(scalar) if level == 1 && key == "condition" => {
            let text: String = scalar.text.value.chars().filter(|c| !c.is_whitespace()).collect();
            all.push(format!("{level} {key} {text}"));
        }
        Value::Scalar(scalar) => all.push(format!("{level} {key} {:?}", scalar.text.value)),
        Value::Seq(items) => items.iter().enumerate().for_each(|(at, item)| {
            scalars(item, &format!("{key}[{at}]"), level + 1, all);
        }),
        Value::Map(pairs) => pairs.iter().for_each(|(name, value)| {
            let name = name.as_scalar().map_or("?", |scalar| &scalar.text.value);
            scalars(
                value,
                &if level == 0 { name.to_owned() } else { format!("{key}.{name}") },
                level + 1,
                all,
            );
        }),
        Value::Shared(inner) if inner.span == node.span => scalars(inner, key, level, all),
        Value::Shared(_) => all.push(format!("{level} {key} alias")),
    }
}

/// What Falco says of the files, places left out, and what it tells about them.
fn verdict(texts: &[&str]) -> Vec<String> {
    let mut sources = SourceMap::default();
    for (at, text) in texts.iter().enumerate() {
        sources.add(SourceFile::new(format!("{at}.yaml"), *text));
    }
    let inputs =
        Inputs { sources, options: analysis::Options { environment: WORLD.clone(), ..Default::default() } };
    let mut said = match analysis::falco_verdicts(&inputs) {
        Ok(results) => results.iter().map(words).collect(),
        Err(fatal) => vec![fatal.message],
    };
    said.push(match analysis::describe(&inputs) {
        Ok(value) => {
            let mut value = value;
            squeeze(&mut value);
            value.to_string()
        }
        Err(message) => without_place(&message),
    });
    said
}

/// All findings of `rulec check` without their places.
pub fn findings(text: &str) -> Vec<String> {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("rules.yaml", text));
    let options = analysis::Options { environment: WORLD.clone(), ..Default::default() };
    let mut analysis = analysis::analyze(Inputs { sources, options });
    let found = analysis::findings(&mut analysis, &Levels::default());
    let mut found: Vec<String> =
        found.iter().map(|found| format!("{} {}", found.check.name, found.message)).collect();
    found.sort();
    found
}

fn words(result: &LoadResult) -> String {
    let mut warnings: Vec<String> =
        result.warnings.iter().map(|says| format!("{}: {}", says.code, says.message)).collect();
    warnings.sort();
    let error = result.errors.first().map(|says| format!("{}: {}", says.code, without_place(&says.message)));
    let mut schema = result.schema_warnings.clone();
    schema.sort();
    format!("{} {error:?} {warnings:?} {:?} {schema:?}", result.successful, result.schema_valid)
}

/// yaml-cpp's messages hold a place; all else must be the same.
fn without_place(message: &str) -> String {
    match message.split_once("error at line ") {
        Some((before, after)) => format!("{before}{}", after.split_once(": ").map_or("", |(_, text)| text)),
        None => message.to_owned(),
    }
}

/// Takes the white space out of condition texts.
fn squeeze(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                match value {
                    serde_json::Value::String(text) if key == "condition" => {
                        *text = text.chars().filter(|c| !c.is_whitespace()).collect();
                    }
                    value => squeeze(value),
                }
            }
        }
        serde_json::Value::Array(all) => all.iter_mut().for_each(squeeze),
        _ => {}
    }
}
