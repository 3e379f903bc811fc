//! SQL targets: the rows that real engines return are the events that rules fire on.
//!
//! `RULEC_PYTHON` names a Python that has `duckdb`, `pyspark` and `sqlglot`; without it nothing is run.

use super::random;
use super::support::{artifact, compiled, conditions, conditions_wanted, events, python, rules, run, sets};
use rulec::analysis::{Analysis, Compiled};
use rulec::backend::{CompileJob, Settings, find};
use rulec::eval::{Event, holds};
use rulec::sema::ir::Rule;
use std::collections::{BTreeMap, BTreeSet};

/// A sample of the known conditions, this many or all.
fn sample(most: usize) -> Vec<Rule> {
    let rules: Vec<Rule> =
        conditions().into_iter().map(|(_, rule)| rule).filter(|rule| rule.enabled).collect();
    let every = (rules.len() / most).max(1);
    rules.into_iter().step_by(every).collect()
}

/// Rules by number, in parts of which each is a query.
fn numbered(mut rules: Vec<Rule>) -> Vec<Compiled> {
    for (at, rule) in rules.iter_mut().enumerate() {
        rule.name = format!("rule {at}");
    }
    let compiled = |rules: &[Rule]| Compiled { rules: rules.to_vec(), ..Compiled::default() };
    rules.chunks(100).map(compiled).collect()
}

/// A query for rules, and the rules that are in it.
fn query<'r>(engine: &str, rules: &'r [Rule], settings: &Settings) -> (String, Vec<&'r Rule>) {
    let job = CompileJob {
        analysis: &Analysis::default(),
        options: &Default::default(),
        rules,
        form: "query",
        approximate: None,
        since: None,
        until: None,
        settings,
    };
    let artifact = find(engine).unwrap().compile(&job).unwrap();
    let left_out: BTreeSet<&str> =
        artifact.diagnostics.iter().map(|found| left_out(&found.message)).collect();
    let said = rules.iter().filter(|rule| !left_out.contains(rule.name.as_str())).collect::<Vec<_>>();
    assert_eq!(said.len(), artifact.rules);
    (artifact.text, said)
}

fn same_rows(engine: &str) {
    if python(engine).is_none() {
        return;
    }
    let known = sample(conditions_wanted());
    let known_count = known.len();
    let (drawn, not_taken) = random::taken(random::wanted(), |rule| {
        !query(engine, std::slice::from_ref(rule), &Settings::default()).1.is_empty()
    });
    let drawn_count = drawn.len();
    println!("{engine}: {drawn_count} random conditions, {not_taken} others refused");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.jsonl");
    let events = events();
    std::fs::write(&file, events.join("\n") + "\n").unwrap();
    let settings = Settings { from: Some(file.display().to_string()), ..Settings::default() };
    let (mut expected, mut queries, mut names) = (BTreeSet::new(), Vec::new(), BTreeMap::new());
    for part in numbered(known.into_iter().chain(drawn).collect()) {
        let (text, said) = query(engine, &part.rules, &settings);
        queries.push(text);
        for rule in said {
            names.insert(
                rule.name.clone(),
                rulec::backend::write::condition(&rule.condition).unwrap_or_default(),
            );
            for text in &events {
                let Ok(event) = Event::new(text.as_bytes(), 1) else { continue };
                if holds(&rule.condition, &event) {
                    let record: serde_json::Value = serde_json::from_str(text).unwrap();
                    expected.insert((rule.name.clone(), record["eventID"].as_str().unwrap().to_owned()));
                }
            }
        }
    }
    let count = names.len();
    let refused = known_count + drawn_count - count;
    assert!(count > 20 && expected.len() > 100, "{count} conditions, {} rows", expected.len());
    let Some(rows) = run(engine, &queries) else { return };
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
    let found: BTreeSet<(String, String)> =
        rows.iter().map(|row| (text(row, "rule"), text(row, "event_id"))).collect();
    assert_eq!(found.len(), rows.len(), "{engine} tells of an event twice");
    let show = |rows: Vec<&(String, String)>| {
        let line = |(rule, id): &(String, String)| {
            let event = events.iter().find(|text| text.contains(&format!("\"{id}\""))).unwrap();
            format!("{}\n    {event}", names[rule])
        };
        rows.into_iter().take(8).map(line).collect::<Vec<_>>().join("\n")
    };
    let (missing, more): (Vec<_>, Vec<_>) =
        (expected.difference(&found).collect(), found.difference(&expected).collect());
    assert!(
        missing.is_empty() && more.is_empty(),
        "{engine}: {} rows missing, {} too many\nmissing:\n{}\ntoo many:\n{}",
        missing.len(),
        more.len(),
        show(missing),
        show(more)
    );
    println!(
        "{engine}: {count} conditions, {drawn_count} of them random, {refused} known ones refused, {} equal rows on {} events",
        found.len(),
        events.len()
    );
}

/// The rule that a message is about.
fn left_out(message: &str) -> &str {
    message.split('`').nth(1).unwrap()
}

#[test]
fn duckdb_returns_what_rules_fire_on() {
    same_rows("duckdb");
}

#[test]
fn spark_returns_what_rules_fire_on() {
    same_rows("spark");
}

#[test]
fn trino_and_athena_can_be_parsed() {
    for engine in ["trino", "athena"] {
        let (mut queries, mut rules) = (Vec::new(), 0);
        for set in sets().into_iter().map(|set| compiled(&set.files)).chain(numbered(sample(400))) {
            for form in ["query", "views"] {
                let artifact = artifact(&set, engine, form, None);
                rules += artifact.rules;
                if artifact.rules > 0 {
                    queries.push(artifact.text);
                }
            }
        }
        assert!(rules > 50, "{engine} says {rules} rules");
        let Some(rows) = run(engine, &queries) else { return };
        assert_eq!(rows.len(), queries.len());
        println!("{engine}: {} texts with {rules} rules can be parsed", rows.len());
    }
}

#[test]
fn values_cannot_leave_their_quotes() {
    let text = "- rule: a'b\\\n  desc: d\n  condition: ct.name = \"x' OR 1=1 --\" or json.value[\"/a'b\"] = \"\\\\'\"\n  output: o\n  priority: INFO\n  source: aws_cloudtrail\n";
    let compiled = rules(text);
    assert_eq!(compiled.rules.len(), 1);
    let duckdb = artifact(&compiled, "duckdb", "query", None).text;
    assert!(
        duckdb.contains("'x'' OR 1=1 --'") && duckdb.contains("'/a''b'") && duckdb.contains("'a''b\\'"),
        "{duckdb}"
    );
    let spark = artifact(&compiled, "spark", "query", None);
    assert!(spark.diagnostics.len() == 1, "Spark has no way to name the member");
}
