//! `eventbridge`: patterns match what rules fire on, by a matcher of our own and by moto's where it is at hand.

use super::random;
use super::support::{artifact, compiled, conditions, events, python, run, sets, usual};
use rulec::backend::eventbridge::{LONGEST, patterns, says};
use rulec::backend::fit;
use rulec::eval::{Event, holds};
use rulec::sema::ir::Rule;
use serde_json::Value;
use std::collections::BTreeSet;

/// Whether an event matches a pattern.
fn matches(pattern: &Value, event: &Value) -> bool {
    pattern.as_object().unwrap().iter().all(|(key, wanted)| match wanted {
        Value::Array(all) if key == "$or" => all.iter().any(|one| matches(one, event)),
        Value::Array(matchers) => matchers.iter().any(|matcher| leaf(matcher, event.get(key))),
        inner => {
            let empty = serde_json::json!({});
            // Below what is not there, nothing is there.
            matches(inner, event.get(key).filter(|value| value.is_object()).unwrap_or(&empty))
        }
    })
}

fn leaf(matcher: &Value, value: Option<&Value>) -> bool {
    // Of a list, one element is enough.
    if let Some(Value::Array(all)) = value
        && !all.is_empty()
    {
        return all.iter().any(|one| leaf(matcher, Some(one)));
    }
    let rule = match matcher {
        Value::Object(rule) => rule,
        plain => return value == Some(plain),
    };
    let (name, arg) = rule.iter().next().unwrap();
    let text = value.and_then(Value::as_str);
    match name.as_str() {
        "exists" => value.is_some_and(|value| !value.is_object()) == arg.as_bool().unwrap(),
        "prefix" | "suffix" => {
            let fold = arg.get("equals-ignore-case").is_some();
            let part = arg.get("equals-ignore-case").unwrap_or(arg).as_str().unwrap();
            let lower = |text: &str| if fold { text.to_ascii_lowercase() } else { text.to_owned() };
            let (part, text) = (lower(part), text.map(lower));
            text.is_some_and(
                |text| if name == "prefix" { text.starts_with(&part) } else { text.ends_with(&part) },
            )
        }
        "equals-ignore-case" => text.is_some_and(|text| text.eq_ignore_ascii_case(arg.as_str().unwrap())),
        "wildcard" => text.is_some_and(|text| {
            let plain = |piece: &str| piece.replace('\u{1}', "\\").replace('\u{2}', "*");
            let marked = arg.as_str().unwrap().replace("\\\\", "\u{1}").replace("\\*", "\u{2}");
            let pieces: Vec<String> = marked.split('*').map(plain).collect();
            let mut rest = text.strip_prefix(&*pieces[0]);
            for piece in &pieces[1..pieces.len() - 1] {
                rest = rest.and_then(|rest| rest.find(&**piece).map(|at| &rest[at + piece.len()..]));
            }
            rest.is_some_and(|rest| rest.ends_with(&*pieces[pieces.len() - 1]))
        }),
        "numeric" => {
            let (op, number) = (arg[0].as_str().unwrap(), arg[1].as_f64().unwrap());
            value.and_then(Value::as_f64).is_some_and(|value| match op {
                "=" => value == number,
                "<" => value < number,
                "<=" => value <= number,
                ">" => value > number,
                ">=" => value >= number,
                other => panic!("{other}"),
            })
        }
        "anything-but" => value.is_some_and(|_| match arg {
            Value::Array(others) => !others.iter().any(|other| value == Some(other)),
            other => !leaf(other, value),
        }),
        other => panic!("{other}"),
    }
}

/// Whether a pattern compares a member that is a list in this event: EventBridge looks at its elements, and Falco at its JSON.
fn compares_list(pattern: &Value, event: &Value) -> bool {
    pattern.as_object().unwrap().iter().any(|(key, wanted)| match (wanted, event.get(key)) {
        (Value::Array(all), _) if key == "$or" => all.iter().any(|one| compares_list(one, event)),
        (Value::Array(_), found) => found.is_some_and(Value::is_array),
        (inner, Some(found)) => compares_list(inner, found),
        (_, None) => false,
    })
}

/// A record as EventBridge delivers it.
fn delivered(text: &str) -> Value {
    let record: Value = serde_json::from_str(text).unwrap();
    let kind = match record["eventType"].as_str() {
        Some("AwsConsoleSignIn") => "AWS Console Sign In via CloudTrail",
        Some("AwsServiceEvent") => "AWS Service Event via CloudTrail",
        _ => "AWS API Call via CloudTrail",
    };
    serde_json::json!({ "detail-type": kind, "detail": record })
}

/// The patterns of a rule, if it can be said.
fn of(rule: &Rule) -> Option<Vec<Value>> {
    let one = std::slice::from_ref(rule);
    let fitted = fit::all(one, None, &mut Vec::new(), &says);
    patterns(&fitted.first()?.1).ok()
}

/// Random rules that can be said.
fn drawn() -> Vec<(String, Rule)> {
    let (rules, _) = random::taken(random::wanted(), |rule| of(rule).is_some());
    rules.into_iter().map(|rule| (rule.name.clone(), rule)).collect()
}

#[test]
fn patterns_match_what_rules_fire_on() {
    let events: Vec<String> =
        events().into_iter().filter(|text| usual(&serde_json::from_str(text).unwrap())).collect();
    let (mut said, mut matched, mut lists, mut kinds) = (0, 0, 0, BTreeSet::new());
    for (name, rule) in conditions().into_iter().chain(drawn()) {
        let Some(patterns) = of(&rule) else { continue };
        said += 1;
        for pattern in &patterns {
            assert!(pattern.to_string().len() <= LONGEST, "{name}");
            for word in
                ["anything-but", "wildcard", "suffix", "prefix", "exists", "numeric", "$or", "ignore-case"]
            {
                kinds.extend(pattern.to_string().contains(word).then_some(word));
            }
        }
        for text in &events {
            let Ok(event) = Event::new(text.as_bytes(), 1) else { continue };
            let fires = holds(&rule.condition, &event);
            let delivered = delivered(text);
            if patterns.iter().any(|pattern| compares_list(pattern, &delivered)) {
                lists += 1;
                continue;
            }
            let matches = patterns.iter().any(|pattern| matches(pattern, &delivered));
            assert_eq!(fires, matches, "{name}\n{patterns:?}\n{text}");
            matched += usize::from(matches);
        }
    }
    assert!(
        said > 20 && matched > 100 && kinds.len() == 8,
        "{said} conditions, {matched} matches, {kinds:?}"
    );
    println!(
        "{said} conditions said, {matched} matches on {} events; {lists} times a list was compared",
        events.len()
    );
}

#[test]
fn the_forms_are_json_with_all_rules() {
    for set in sets().iter().take(2) {
        let compiled = compiled(&set.files);
        for form in ["patterns", "terraform", "cloudformation"] {
            let artifact = artifact(&compiled, "eventbridge", form, None);
            let document: Value = serde_json::from_str(&artifact.text).unwrap();
            let count = match form {
                "patterns" => document.as_object().unwrap().len(),
                "terraform" => document["resource"]["aws_cloudwatch_event_rule"].as_object().unwrap().len(),
                _ => document["Resources"].as_object().unwrap().len() - 1,
            };
            assert!(
                artifact.rules > 5 && count >= artifact.rules,
                "{form} of {}: {count} of {}",
                set.name,
                artifact.rules
            );
        }
    }
}

#[test]
fn moto_matches_what_rules_fire_on() {
    if python("moto").is_none() {
        return;
    }
    let mut events = events();
    events
        .retain(|text| usual(&serde_json::from_str(text).unwrap()) && Event::new(text.as_bytes(), 1).is_ok());
    let (mut all, mut expected, mut lists) = (serde_json::Map::new(), BTreeSet::new(), BTreeSet::new());
    for (at, (_, rule)) in conditions().into_iter().chain(drawn()).enumerate() {
        let Some(patterns) = of(&rule) else { continue };
        let name = format!("{at}: {}", rulec::backend::write::condition(&rule.condition).unwrap());
        for text in &events {
            let delivered = delivered(text);
            let row = (name.clone(), delivered["detail"]["eventID"].as_str().unwrap().to_owned());
            if patterns.iter().any(|pattern| compares_list(pattern, &delivered)) {
                lists.insert(row);
            } else if holds(&rule.condition, &Event::new(text.as_bytes(), 1).unwrap()) {
                expected.insert(row);
            }
        }
        all.insert(name, patterns.into());
    }
    let delivered: Vec<String> = events.iter().map(|text| delivered(text).to_string()).collect();
    let rules = all.len();
    let Some(rows) = run("moto", &[Value::Object(all).to_string(), delivered.join("\n")]) else { return };
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = rows.iter().map(|row| (text(row, "rule"), text(row, "event_id")));
    let found: BTreeSet<_> = rows.filter(|row| !lists.contains(row)).collect();
    let different: Vec<_> = found.symmetric_difference(&expected).collect();
    for (name, id) in different.iter().take(10) {
        println!("{name} on {:?}", events.iter().find(|text| text.contains(&format!("\"{id}\""))));
    }
    assert!(different.is_empty(), "{} of {} differ", different.len(), expected.len());
    println!("moto: {rules} rules, {} equal matches", found.len());
}
