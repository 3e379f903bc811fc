//! Falco's own verdicts: rule files and what Falco said of them, from a folder outside this repository.
//!
//! Runs when `RULEC_CONFORMANCE` names the folder; `.ci/run` sets it where the data is at hand.

use crate::unit::recorded::{conditions, folder, lines, without_order};
use rulec::analysis::{Inputs, LoadResult, Options, compile_rules, describe, falco_verdicts};
use rulec::diag::FalcoSays;
use rulec::eval::{Engine, Event, Matching, holds, records};
use rulec::schema::PluginSet;
use rulec::sema::environment::Environment;
use rulec::sema::ir::Rule;
use rulec::source::{SourceFile, SourceMap};
use serde_json::Value;
use std::sync::Arc;

fn environment(plugins: &str) -> Environment {
    let names = match plugins {
        "all" => "cloudtrail,json,k8saudit,okta,gcpaudit,container",
        _ => "cloudtrail,json,container",
    };
    Environment { plugins: Arc::new(PluginSet::parse(names).unwrap()), ..Environment::default() }
}

fn codes(warnings: &[FalcoSays]) -> Vec<String> {
    let mut codes: Vec<String> = warnings.iter().map(|says| says.code.name().to_owned()).collect();
    codes.sort();
    codes
}

fn messages(warnings: &[FalcoSays]) -> Vec<String> {
    let mut all: Vec<String> =
        warnings.iter().map(|says| format!("{}: {}", says.code, says.message)).collect();
    all.sort();
    all
}

fn expected(file: &Value, message: bool) -> Vec<String> {
    let one = |warning: &Value| match message {
        true => format!("{}: {}", warning["code"].as_str().unwrap(), warning["message"].as_str().unwrap()),
        false => warning["code"].as_str().unwrap().to_owned(),
    };
    let mut all: Vec<String> = file["warnings"].as_array().unwrap().iter().map(one).collect();
    all.sort();
    all
}

#[derive(Default)]
struct Tally {
    cases: usize,
    verdicts: Vec<String>,
    messages: Vec<String>,
    contexts: Vec<String>,
    schema: Vec<String>,
}

impl Tally {
    fn file(&mut self, id: &str, ours: &LoadResult, falco: &Value) {
        let error = falco["errors"].get(0);
        let our_error = ours.errors.first();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let want =
            (falco["successful"].as_bool().unwrap(), error.map(|e| text(&e["code"])), expected(falco, false));
        let have = (ours.successful, our_error.map(|e| e.code.name().to_owned()), codes(&ours.warnings));
        if want != have {
            self.verdicts
                .push(format!("{id}: falco {want:?}, ours {have:?} {:?}", our_error.map(|e| &e.message)));
            return;
        }
        let want = (error.map(|e| text(&e["message"])), expected(falco, true));
        let have = (our_error.map(|e| e.message.clone()), messages(&ours.warnings));
        if want != have {
            self.messages.push(format!("{id}:\n    falco {want:?}\n    ours  {have:?}"));
        }
        if let (Some(error), Some(ours)) = (error, our_error) {
            let ours = locations(ours);
            if error["locations"] != ours {
                self.contexts.push(format!("{id}:\n    falco {}\n    ours  {ours}", error["locations"]));
            }
        }
        let want = falco["schema_valid"].as_bool();
        let warnings: Vec<String> =
            falco["schema_warnings"].as_array().map(|all| all.iter().map(text).collect()).unwrap_or_default();
        if (want, &warnings) != (ours.schema_valid, &ours.schema_warnings) {
            self.schema.push(format!(
                "{id}: falco {want:?} {warnings:?}, ours {:?} {:?}",
                ours.schema_valid, ours.schema_warnings
            ));
        }
    }
}

fn locations(says: &FalcoSays) -> Value {
    says.context
        .iter()
        .map(|at| serde_json::json!([at.item_type, at.item_name, at.name, at.line, at.column, at.offset]))
        .collect()
}

fn compare(name: &str) {
    let Some(folder) = folder() else { return };
    let mut tally = Tally::default();
    for case in lines(folder.join("load").join(name)) {
        let id = case["id"].as_str().unwrap();
        let mut sources = SourceMap::default();
        for file in case["files"].as_array().unwrap() {
            sources.add(SourceFile::new(file["name"].as_str().unwrap(), file["text"].as_str().unwrap()));
        }
        let environment = environment(case["plugins"].as_str().unwrap());
        let ours =
            falco_verdicts(&Inputs { sources, options: Options { environment, ..Options::default() } });
        let result = &case["result"];
        tally.cases += 1;
        match (result["files"].as_array(), ours) {
            (Some(files), Ok(ours)) => {
                if files.len() != ours.len() {
                    tally.verdicts.push(format!("{id}: {} files, ours {}", files.len(), ours.len()));
                }
                files.iter().zip(&ours).for_each(|(falco, ours)| tally.file(id, ours, falco));
            }
            (None, Err(_)) => {}
            (None, Ok(ours)) => tally
                .verdicts
                .push(format!("{id}: Falco dies, ours {:?}", ours.first().map(|r| r.successful))),
            (Some(_), Err(fatal)) => {
                tally.verdicts.push(format!("{id}: Falco does not die: {}", fatal.message))
            }
        }
    }
    let Tally { cases, verdicts, messages, contexts, schema } = tally;
    let show = |what: &str, list: &[String]| {
        let limit = std::env::var("RULEC_SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(10);
        println!("{name}: {} of {cases} differ in {what}", list.len());
        list.iter().take(limit).for_each(|line| println!("  {line}"));
    };
    show("verdict", &verdicts);
    show("messages", &messages);
    show("context", &contexts);
    show("schema warnings", &schema);
    assert!(verdicts.is_empty(), "{} verdicts differ from Falco's", verdicts.len());
    assert!(messages.len() * 50 <= cases, "more than 2 % of the messages differ from Falco's");
}

#[test]
fn designed_files_load_as_in_falco() {
    compare("designed.jsonl");
}

#[test]
fn random_conditions_load_as_in_falco() {
    compare("random.jsonl");
}

#[test]
fn mutated_files_load_as_in_falco() {
    compare("mutated.jsonl");
}

#[test]
fn descriptions_are_those_of_falco() {
    let Some(folder) = folder().map(|folder| folder.join("describe")) else { return };
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let index: Vec<Value> = serde_json::from_str(&read("index.json")).unwrap();
    let mut wrong = Vec::new();
    for case in &index {
        let id = case["id"].as_str().unwrap();
        let want: Value = serde_json::from_str(&read(&format!("{id}.json"))).unwrap();
        let mut sources = SourceMap::default();
        let name = format!("{id}.yaml");
        sources.add(SourceFile::new(&*name, read(&name)));
        let options =
            Options { environment: environment(case["config"].as_str().unwrap()), ..Options::default() };
        match (describe(&Inputs { sources, options }), want["error"].get(0)) {
            (Ok(ours), None) if without_order(&ours) == without_order(&want) => {}
            (Err(message), Some(error)) if *error == message => {}
            (ours, _) => wrong.push(format!("{id}:\n  falco {want}\n  ours  {ours:?}")),
        }
    }
    println!("describe: {} of {} differ", wrong.len(), index.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Compiles rules `(name, condition, output)`, all of them or it fails.
fn compile(rules: &[(String, String, String)]) -> Vec<Rule> {
    let quoted = |text: &str| Value::from(text).to_string();
    let mut text = String::new();
    for (name, condition, output) in rules {
        text += &format!(
            "- rule: {name}\n  desc: d\n  source: aws_cloudtrail\n  priority: INFO\n  condition: {}\n  output: {}\n",
            quoted(condition),
            quoted(output)
        );
    }
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("rules.yaml", text));
    let compiled = compile_rules(Inputs {
        sources,
        options: Options { environment: environment("default"), ..Options::default() },
    });
    assert_eq!(compiled.rules.len(), rules.len());
    compiled.rules
}

/// Calls `visit` with each event of a log.
fn events<'l>(engine: &'l Engine, log: &'l [u8], mut visit: impl FnMut(&str, &Event<'_>)) {
    let (mut num, mut first, mut skipped) = (0, 0, 0);
    for range in records(log) {
        let Ok(mut event) = engine.event(&log[range.clone()], num + 1) else {
            skipped += 1;
            continue;
        };
        num += 1;
        first = if num == 1 { event.time } else { first };
        event.first = first;
        let text = std::str::from_utf8(&log[range]).unwrap();
        let id = text.split("\"eventID\":\"").nth(1).unwrap().split('"').next().unwrap();
        visit(id, &event);
    }
    assert_eq!((num, skipped), (66, 4));
}

fn matches_as_in_falco(name: &str, expected: &str) {
    let Some(folder) = folder().map(|folder| folder.join("eval")) else { return };
    let log = std::fs::read(folder.join("events.json")).unwrap();
    let expected: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join(expected)).unwrap()).unwrap();
    let conditions = conditions(&folder, name);
    let sources: Vec<_> = conditions
        .iter()
        .map(|(id, condition)| (id.clone(), condition.clone(), "%evt.num".to_owned()))
        .collect();
    let engine = Engine::new(compile(&sources));
    let mut found = vec![(Vec::new(), Vec::new()); conditions.len()];
    events(&engine, &log, |id, event| {
        for rule in engine.matches(event, Matching::All) {
            found[rule].0.push(id.to_owned());
        }
        for (rule, (_, naive)) in engine.rules().iter().zip(&mut found) {
            if holds(&rule.condition, event) {
                naive.push(id.to_owned());
            }
        }
    });
    let mut wrong = Vec::new();
    for (rule, (planned, naive)) in engine.rules().iter().zip(found) {
        let (_, condition) = conditions.iter().find(|(id, _)| *id == rule.name).unwrap();
        let want: Vec<String> = expected[&rule.name]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect();
        let differ = |have: &[String]| -> Vec<String> {
            let missing = want.iter().filter(|id| !have.contains(id)).map(|id| format!("-{id}"));
            let extra = have.iter().filter(|id| !want.contains(id)).map(|id| format!("+{id}"));
            missing.chain(extra).collect()
        };
        let (planned, naive) = (differ(&planned), differ(&naive));
        if !planned.is_empty() || !naive.is_empty() {
            wrong.push(format!("{}: {condition}\n  plan {planned:?}\n  walk {naive:?}", rule.name));
        }
    }
    println!("{name}: {} of {} conditions differ", wrong.len(), conditions.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn designed_conditions_match_as_in_falco() {
    matches_as_in_falco("conditions.jsonl", "matches.json");
}

#[test]
fn random_conditions_match_as_in_falco() {
    matches_as_in_falco("random-conditions.jsonl", "random-matches.json");
}

#[test]
fn outputs_are_those_of_falco() {
    let Some(folder) = folder().map(|folder| folder.join("eval")) else { return };
    let log = std::fs::read(folder.join("events.json")).unwrap();
    let cases: Vec<Value> = lines(folder.join("outputs.jsonl"));
    let cases: Vec<&Value> = cases.iter().filter(|case| case.get("error").is_none()).collect();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let sources: Vec<_> = cases
        .iter()
        .map(|case| (text(&case["id"]), "evt.num > 0".to_owned(), text(&case["output"])))
        .collect();
    let engine = Engine::new(compile(&sources));
    let mut wrong = Vec::new();
    let mut count = 0;
    events(&engine, &log, |id, event| {
        for rule in engine.matches(event, Matching::All) {
            let alert = engine.alert(rule, event);
            let name = &engine.rules()[rule].name;
            let case = cases.iter().find(|case| case["id"] == **name).unwrap();
            let want = &case["events"][id];
            let fields = Value::Object(alert.fields.into_iter().collect());
            count += 1;
            if want["text"] != alert.output || without_order(&want["fields"]) != without_order(&fields) {
                wrong.push(format!(
                    "{name} {id} {}:\n  falco {want}\n  ours  {:?} {fields}",
                    case["output"], alert.output
                ));
            }
        }
    });
    println!("outputs: {} of {count} differ", wrong.len());
    assert_eq!(count, 66 * cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
