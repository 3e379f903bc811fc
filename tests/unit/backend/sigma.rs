//! `sigma`: rules that pySigma takes, and that say of events what ours do.

use super::random;
use super::support::{artifact, conditions, events, python, run, usual};
use rulec::analysis::Compiled;
use rulec::eval::{Event, holds};
use rulec::sema::ir::Rule;
use std::collections::BTreeSet;

#[test]
fn pysigma_says_what_rules_fire_on() {
    if python("pySigma").is_none() {
        return;
    }
    let mut rules: Vec<Rule> =
        conditions().into_iter().map(|(_, rule)| rule).filter(|rule| rule.enabled).collect();
    let alone = |rule: &Rule| Compiled { rules: vec![rule.clone()], ..Compiled::default() };
    rules.extend(
        random::taken(random::wanted(), |rule| artifact(&alone(rule), "sigma", "rules", None).rules == 1).0,
    );
    for (at, rule) in rules.iter_mut().enumerate() {
        rule.name = format!("rule {at}");
    }
    let compiled = Compiled { rules, ..Compiled::default() };
    let artifact = artifact(&compiled, "sigma", "rules", None);
    assert!(artifact.rules > 20, "{} rules", artifact.rules);
    let mut events = events();
    events
        .retain(|text| usual(&serde_json::from_str(text).unwrap()) && Event::new(text.as_bytes(), 1).is_ok());
    let Some(rows) = run("sigma", &[artifact.text, events.join("\n")]) else { return };
    let titles: BTreeSet<&str> = rows.iter().filter_map(|row| row["title"].as_str()).collect();
    assert_eq!(titles.len(), artifact.rules, "pySigma takes all of them");
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
    let matched = rows.iter().filter(|row| row.get("rule").is_some());
    let found: BTreeSet<(String, String)> =
        matched.map(|row| (text(row, "rule"), text(row, "event_id"))).collect();
    let mut expected = BTreeSet::new();
    for rule in compiled.rules.iter().filter(|rule| titles.contains(rule.name.as_str())) {
        for text in &events {
            let Ok(event) = Event::new(text.as_bytes(), 1) else { continue };
            if holds(&rule.condition, &event) {
                let record: serde_json::Value = serde_json::from_str(text).unwrap();
                expected.insert((rule.name.clone(), record["eventID"].as_str().unwrap().to_owned()));
            }
        }
    }
    let different: Vec<_> = found.symmetric_difference(&expected).take(5).collect();
    let words = |name: &str| {
        compiled
            .rules
            .iter()
            .find(|rule| rule.name == name)
            .map(|rule| format!("{:?}", rulec::backend::write::condition(&rule.condition)))
    };
    let shown: Vec<_> = different
        .iter()
        .map(|(name, id)| (words(name), id, events.iter().find(|text| text.contains(&format!("\"{id}\"")))))
        .collect();
    assert!(different.is_empty(), "{shown:#?}");
    println!("sigma: {} rules, {} equal matches", titles.len(), found.len());
}
