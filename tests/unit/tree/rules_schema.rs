//! The JSON Schema for rules files against the loader: each refuses the keys and types that the other refuses.

use jsonschema::Validator;
use rulec::analysis::{Inputs, LoadResult, Options, falco_verdicts};
use rulec::diag::FalcoCode;
use rulec::schema::PluginSet;
use rulec::sema::environment::Environment;
use rulec::source::{SourceFile, SourceMap};
use rulec::syntax::items::{ItemKind, KINDS};
use rulec::syntax::token::PRIORITIES;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const SCHEMA: &str = include_str!("../../../grammar/rules.schema.json");

/// What stands for each kind of item among the schema's definitions.
fn definition(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::EngineVersion => "engineVersion",
        ItemKind::PluginVersions => "pluginVersions",
        ItemKind::List => "list",
        ItemKind::Macro => "macro",
        ItemKind::Rule => "rule",
    }
}

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft7::meta::validate(&schema()).expect("a schema of draft 7");
    jsonschema::draft7::new(&schema()).unwrap()
}

/// The documents of a file as editors' YAML parsers see them, if they can read it.
fn documents(text: &str) -> Option<Vec<Value>> {
    serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).ok()).collect()
}

/// What the schema has to say about a file.
fn faults(validator: &Validator, text: &str) -> Option<Vec<String>> {
    let fault = |error: jsonschema::ValidationError<'_>| format!("{}: {error}", error.instance_path());
    let documents = documents(text)?;
    Some(documents.iter().flat_map(|document| validator.iter_errors(document).map(fault)).collect())
}

/// Falco's words for what is wrong with keys, types and names.
const CODES: [FalcoCode; 5] = [
    FalcoCode::ErrYamlValidate,
    FalcoCode::UnknownKey,
    FalcoCode::UnknownItem,
    FalcoCode::InvalidListName,
    FalcoCode::InvalidMacroName,
];

/// True if Falco takes the keys and types of a file without a word, and what it says if not.
fn keys_and_types(result: &LoadResult) -> Result<(), String> {
    let said = result.errors.iter().chain(&result.warnings).find(|says| CODES.contains(&says.code));
    match said {
        Some(says) => Err(says.message.clone()),
        None if result.schema_valid == Some(false) => Err(result.schema_warnings.join("; ")),
        None => Ok(()),
    }
}

fn verdict(name: &str, text: &str) -> Option<LoadResult> {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new(name, text));
    let plugins = "cloudtrail,json,k8saudit,okta,gcpaudit,github,container";
    let environment =
        Environment { plugins: Arc::new(PluginSet::parse(plugins).unwrap()), ..Environment::default() };
    let inputs = Inputs { sources, options: Options { environment, ..Options::default() } };
    falco_verdicts(&inputs).ok()?.pop()
}

#[test]
fn keys_are_those_of_the_parser() {
    let schema = schema();
    let names = |value: &Value| -> Vec<String> {
        let mut names: Vec<String> = value["properties"].as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    let sorted = |names: &[&str]| {
        let mut names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        names.sort();
        names
    };
    for &kind in KINDS {
        let item = &schema["definitions"][definition(kind)];
        assert_eq!(names(item), sorted(kind.keys()), "{kind:?}");
        let changes = match kind {
            ItemKind::Rule => &schema["definitions"]["ruleOverride"],
            _ => &item["properties"]["override"],
        };
        if changes.is_null() {
            continue;
        }
        assert_eq!(names(changes), sorted(kind.replaceable()), "{kind:?}");
        for (key, change) in changes["properties"].as_object().unwrap() {
            let appends = change["$ref"] == json!("#/definitions/appendOrReplace");
            assert_eq!(appends, kind.appendable().contains(&key.as_str()), "{kind:?} {key}");
        }
    }
    let properties = &schema["definitions"]["rule"]["properties"];
    let priorities: Vec<&str> = PRIORITIES.iter().map(|&(name, _)| name).collect();
    assert_eq!(properties["priority"]["enum"], json!(priorities));
    let plugins = PluginSet::default();
    let sources: Vec<&str> = plugins.sources().collect();
    assert_eq!(properties["source"]["examples"], json!(sources));
    assert_eq!(properties["source"]["default"], json!(sources[0]));
}

/// Every key is described, whatever kind of item it belongs to.
#[test]
fn keys_are_described() {
    let schema = schema();
    let definitions = &schema["definitions"];
    for (name, item) in definitions.as_object().unwrap() {
        for (key, value) in item["properties"].as_object().into_iter().flatten() {
            let place = value["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
            let value = place.map_or(value, |place| schema.pointer(place).unwrap());
            assert!(value["description"].is_string(), "{name}.{key}");
        }
    }
}

/// A file that uses every key, and what must not be in its place.
/// The schema of test files knows the templates.
#[test]
fn templates_of_tests() {
    let schema: Value = serde_json::from_str(include_str!("../../../grammar/test.schema.json")).unwrap();
    let mut templates = vec!["none"];
    templates.extend(rulec::testing::template::templates().iter().map(|template| template.name));
    assert_eq!(schema["properties"]["template"]["enum"], json!(templates));
}

const SAMPLE: &str = include_str!("../../data/schema/sample.yaml");
const REFUSED: &str = include_str!("../../data/schema/refused.txt");

#[test]
fn own_samples() {
    let validator = validator();
    assert_eq!(faults(&validator, SAMPLE).unwrap(), [""; 0]);
    keys_and_types(&verdict("sample.yaml", SAMPLE).unwrap()).unwrap();
    for text in REFUSED.split("\n---\n") {
        let said = keys_and_types(&verdict("refused.yaml", text).unwrap());
        assert!(said.is_err(), "Falco takes\n{text}");
        assert!(!faults(&validator, text).unwrap().is_empty(), "the schema takes\n{text}");
    }
}

/// Every key of the sample misspelt, and every value replaced by one of another type: the schema refuses what the loader
/// refuses, and takes the rest.
#[test]
fn mutated_samples() {
    let validator = validator();
    let document = documents(SAMPLE).unwrap().remove(0);
    let mut seen = [0; 2];
    let mut differences = Vec::new();
    for (place, mutant) in mutants(&document) {
        let text = serde_yaml::to_string(&mutant).unwrap();
        let Some(result) = verdict("mutant.yaml", &text) else { continue };
        if stopped(&result) || IGNORED.iter().any(|words| place.ends_with(words)) {
            continue;
        }
        let (falco, schema) = (keys_and_types(&result), faults(&validator, &text).unwrap());
        seen[usize::from(falco.is_ok())] += 1;
        if falco.is_ok() != schema.is_empty() {
            differences.push(format!("{place}: Falco: {falco:?}, schema: {schema:?}"));
        }
    }
    println!("{} mutants refused, {} taken", seen[0], seen[1]);
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(seen[0] > 200 && seen[1] > 20, "{seen:?}");
}

/// What Falco takes as if it were not there. An editor should say that it is odd.
const IGNORED: [&str; 2] = ["/comps := null", "/comps := {\"a\":1}"];

/// True if Falco stopped for another reason than keys and types, before it had seen everything.
fn stopped(result: &LoadResult) -> bool {
    result.errors.iter().any(|error| error.code != FalcoCode::ErrYamlValidate)
}

/// The document with one value replaced or one key misspelt, in every place.
fn mutants(value: &Value) -> Vec<(String, Value)> {
    let others = [
        json!(null),
        json!("words"),
        json!(""),
        json!(7),
        json!(true),
        json!([]),
        json!(["a"]),
        json!({"a": 1}),
    ];
    let mut mutants: Vec<_> = others.into_iter().map(|other| (format!(" := {other}"), other)).collect();
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                for (place, mutant) in self::mutants(item) {
                    let mut items = items.clone();
                    items[at] = mutant;
                    mutants.push((format!("/{at}{place}"), Value::Array(items)));
                }
            }
        }
        Value::Object(entries) => {
            for (key, entry) in entries {
                for (place, mutant) in self::mutants(entry) {
                    let mut entries = entries.clone();
                    entries[key] = mutant;
                    mutants.push((format!("/{key}{place}"), Value::Object(entries)));
                }
                let misspelt = entries.iter().map(|(name, entry)| {
                    let name = if name == key { format!("{name}s") } else { name.clone() };
                    (name, entry.clone())
                });
                mutants.push((format!("/{key} misspelt"), Value::Object(misspelt.collect())));
            }
        }
        _ => {}
    }
    mutants
}

/// Files on which Falco judges how something is written, where a schema sees only what it means: `True`, `08`, `13.0`,
/// a key given twice.
const AS_WRITTEN: [&str; 10] = [
    "yaml-039",
    "rulekey-043",
    "rulekey-044",
    "rulekey-081",
    "rulekey-083",
    "rulekey-096",
    "rulekey-097",
    "rulekey-098",
    "engver-027",
    "engver-032",
];

/// Files that Falco was asked about, in the folder named by `RULEC_CONFORMANCE`.
#[test]
fn conformance() {
    let Some(folder) = std::env::var_os("RULEC_CONFORMANCE") else { return };
    let validator = validator();
    let cases = std::fs::read_to_string(PathBuf::from(folder).join("load/designed.jsonl")).unwrap();
    let (mut same, mut differences) = (0, Vec::new());
    for case in cases.lines() {
        let case: Value = serde_json::from_str(case).unwrap();
        let verdicts = case["result"]["files"].as_array().into_iter().flatten();
        for (file, verdict) in case["files"].as_array().unwrap().iter().zip(verdicts) {
            let text = file["text"].as_str().unwrap();
            let id = case["id"].as_str().unwrap();
            if verdict["schema_valid"].is_null() || AS_WRITTEN.contains(&id) {
                continue;
            }
            let Some(faults) = faults(&validator, text) else { continue };
            let falco = recorded(verdict);
            if falco.iter().any(|says| says.contains("LOAD_ERR") && !says.contains("LOAD_ERR_YAML_VALIDATE"))
            {
                continue;
            }
            if falco.is_empty() == faults.is_empty() {
                same += 1;
            } else {
                differences.push(format!("{id}: Falco: {falco:?}, schema: {faults:?}"));
            }
        }
    }
    println!("{same} files judged alike");
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// What Falco said of the keys and types of a file, and errors that kept it from looking.
fn recorded(verdict: &Value) -> Vec<String> {
    let kept = |says: &&Value| {
        let code = says["code"].as_str().unwrap();
        code.starts_with("LOAD_ERR") || CODES.iter().any(|known| known.name() == code)
    };
    let of = |key: &str| verdict[key].as_array().cloned().unwrap_or_default();
    let mut said: Vec<String> =
        of("errors").iter().chain(&of("warnings")).filter(kept).map(Value::to_string).collect();
    if verdict["schema_valid"] == json!(false) {
        said.push(verdict["schema_warnings"].to_string());
    }
    said
}

fn files(folder: PathBuf) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.insert(path, text);
            }
        }
    }
    files
}

#[test]
fn own_rulesets() {
    let validator = validator();
    for (path, text) in files(Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets/cis-aws")) {
        if path.parent().is_some_and(|folder| folder.ends_with("rules") || folder.ends_with("literal")) {
            let tests = path.to_string_lossy().ends_with(".test.yaml");
            assert_eq!(faults(&validator, &text).unwrap().is_empty(), !tests, "{}", path.display());
        }
    }
}

/// Rules files of others, in the folder named by `RULEC_CORPUS`: the loader and the schema are of one mind, and Falco's own
/// files are valid.
#[test]
fn corpus() {
    let Some(folder) = std::env::var_os("RULEC_CORPUS") else { return };
    let validator = validator();
    for (path, text) in files(PathBuf::from(folder)) {
        let name = path.display();
        let faults = faults(&validator, &text).unwrap();
        let official = path.parent().is_some_and(|folder| folder.ends_with("official"));
        assert!(!official || faults.is_empty(), "{name}: {faults:?}");
        let Some(result) = verdict("f.yaml", &text) else { continue };
        let falco = keys_and_types(&result);
        println!("{name}: {} faults, {falco:?}", faults.len());
        assert_eq!(falco.is_ok(), faults.is_empty(), "{name}: {faults:?}");
    }
}
