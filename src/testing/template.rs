//! From the few members that a test is about to a whole record.

use crate::bundled;
use crate::nearest::nearest;
use crate::schema::event_names;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::OnceLock;

/// The template that adds nothing.
pub const NONE: &str = "none";

/// A template: a whole record without its user, or a user.
#[derive(Deserialize, Debug)]
pub struct Template {
    /// Name.
    #[serde(skip)]
    pub name: &'static str,
    /// Names of the events that it is taken for by itself.
    events: Vec<String>,
    record: Map<String, Value>,
}

/// What is wrong with an event, at one of its keys or as a whole.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The key it is about.
    pub key: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// All templates.
pub fn templates() -> &'static [Template] {
    static TEMPLATES: OnceLock<Vec<Template>> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        // What is bundled is read by a test.
        let read = |&(name, text): &(&'static str, &str)| {
            let template: Template = serde_json::from_str(text).ok()?;
            Some(Template { name, ..template })
        };
        bundled::TEMPLATES.iter().filter_map(read).collect()
    })
}

impl Template {
    fn named(name: &str) -> Option<&'static Template> {
        templates().iter().find(|template| template.name == name)
    }

    /// The type of user it stands for.
    fn identity(&self) -> Option<&str> {
        self.record.get(USER)?.get("type")?.as_str()
    }
}

const USER: &str = "userIdentity";
/// First words of the names of calls that change nothing.
const READING: [&str; 7] = ["BatchGet", "Describe", "Get", "Head", "List", "Lookup", "Select"];

/// Whether there is a template of this name; else the name that was probably meant.
pub fn check_name(name: &str) -> Result<(), Option<&'static str>> {
    if name == NONE || Template::named(name).is_some() {
        return Ok(());
    }
    Err(nearest(name, templates().iter().map(|template| template.name)))
}

/// The record for an event of a test: its own members first, in their order, then those of the
/// template. Members of `remove`, named by paths with dots, are taken out at the end.
pub fn complete(
    event: &Map<String, Value>,
    template: Option<&str>,
    remove: &[String],
) -> Result<Map<String, Value>, Wrong> {
    let mut record = nested(event)?;
    if template != Some(NONE) {
        let chosen = template.and_then(Template::named);
        let of_user = chosen.filter(|template| template.identity().is_some());
        let of_call = chosen.filter(|template| template.identity().is_none());
        fill_user(&mut record, of_user);
        fill_call(&mut record, of_call, remove)?;
    }
    for path in remove {
        take_out(&mut record, path);
    }
    Ok(record)
}

fn fill_user(record: &mut Map<String, Value>, chosen: Option<&Template>) {
    let given = record.get(USER);
    let Some(template) = chosen.or_else(|| match given.and_then(|user| user.get("type")) {
        // The members of one type of user would make nonsense of another.
        Some(kind) => templates().iter().find(|template| template.identity() == kind.as_str()),
        None => Template::named("iam-user"),
    }) else {
        return;
    };
    fill(record, &template.record);
}

fn fill_call(
    record: &mut Map<String, Value>,
    chosen: Option<&Template>,
    remove: &[String],
) -> Result<(), Wrong> {
    let name = record.get("eventName").and_then(Value::as_str).map(str::to_owned);
    let source = record.get("eventSource");
    if name.is_none() && !record.contains_key("eventName") && source.is_some() {
        return Err(Wrong {
            key: Some("eventSource".to_owned()),
            message: "`eventSource` without `eventName`".to_owned(),
            help: Some("name the event too".to_owned()),
        });
    }
    let by_name = || {
        let is = |template: &&Template| template.events.iter().any(|event| Some(event) == name.as_ref());
        // Another service may have an event of the same name.
        let same = |template: &&Template| {
            source.is_none_or(|source| template.record.get("eventSource") == Some(source))
        };
        templates().iter().find(is).filter(same)
    };
    let Some(template) = chosen.or_else(by_name).or(templates().first()) else { return Ok(()) };
    if let Some(name) = &name {
        let of_template = template.record.get("eventName").and_then(Value::as_str);
        let known = of_template == Some(name) || template.events.contains(name);
        if source.is_none() && !known && !remove.iter().any(|path| path == "eventSource") {
            record.insert("eventSource".to_owned(), Value::from(source_of(name)?));
        }
        if !record.contains_key("readOnly") {
            let reads = READING.iter().any(|word| name.starts_with(word));
            record.insert("readOnly".to_owned(), Value::Bool(reads));
        }
    }
    fill(record, &template.record);
    record.entry("readOnly").or_insert(Value::Bool(true));
    Ok(())
}

/// The one service that writes events of this name.
fn source_of(name: &str) -> Result<&'static str, Wrong> {
    let sources: Vec<&str> = event_names::sources_of(name).collect();
    let (message, help) = match &*sources {
        [only] => return Ok(only),
        [] => {
            let meant = event_names::nearest(name).map(|meant| format!("; or did you mean `{meant}`?"));
            let help = format!("add `eventSource`{}", meant.unwrap_or_default());
            (format!("no service is known to write `{name}`"), help)
        }
        some => {
            let shown: Vec<String> = some.iter().take(4).map(|source| format!("`{source}`")).collect();
            let more = if some.len() > 4 { " and others" } else { "" };
            let help = format!("add `eventSource`: it may be {}{more}", shown.join(", "));
            (format!("several services write `{name}`"), help)
        }
    };
    Err(Wrong { key: Some("eventName".to_owned()), message, help: Some(help) })
}

/// Adds what is not there; objects are filled member by member.
fn fill(record: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (key, value) in from {
        match (record.get_mut(key), value) {
            (None, value) => {
                record.insert(key.clone(), value.clone());
            }
            (Some(Value::Object(old)), Value::Object(new)) => fill(old, new),
            (Some(_), _) => {}
        }
    }
}

/// Puts `a.b: c` as `a: {b: c}`. A backslash before a dot makes it part of the key.
fn nested(event: &Map<String, Value>) -> Result<Map<String, Value>, Wrong> {
    let mut record = Map::new();
    for (path, value) in event {
        let mut keys = steps(path);
        let last = keys.pop().unwrap_or_default();
        let mut inside = &mut record;
        for key in keys {
            let next = inside.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(next) = next else { return Err(twice(path, &key)) };
            inside = next;
        }
        match (inside.get_mut(&last), value) {
            (None, value) => {
                inside.insert(last, value.clone());
            }
            (Some(Value::Object(old)), Value::Object(new))
                if new.keys().all(|key| !old.contains_key(key)) =>
            {
                old.extend(new.clone());
            }
            _ => return Err(twice(path, &last)),
        }
    }
    Ok(record)
}

fn twice(path: &str, key: &str) -> Wrong {
    Wrong {
        key: Some(path.to_owned()),
        message: format!("`{path}` and another key both say what `{key}` is"),
        help: Some("leave one of them out".to_owned()),
    }
}

fn take_out(record: &mut Map<String, Value>, path: &str) {
    let mut keys = steps(path);
    let last = keys.pop().unwrap_or_default();
    let inside = keys.iter().try_fold(record, |inside, key| inside.get_mut(key)?.as_object_mut());
    if let Some(inside) = inside {
        inside.shift_remove(&last);
    }
}

fn steps(path: &str) -> Vec<String> {
    let (mut steps, mut step, mut chars) = (Vec::new(), String::new(), path.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => step.push(chars.next().unwrap_or('\\')),
            '.' => steps.push(std::mem::take(&mut step)),
            c => step.push(c),
        }
    }
    steps.push(step);
    steps
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::eval::Event;
    use serde_json::json;

    fn of(event: Value, template: Option<&str>, remove: &[&str]) -> Result<Value, Wrong> {
        let remove: Vec<String> = remove.iter().map(|&path| path.to_owned()).collect();
        complete(event.as_object().unwrap(), template, &remove).map(Value::Object)
    }

    #[test]
    fn every_template_is_read_and_makes_an_event() {
        assert_eq!(templates().len(), bundled::TEMPLATES.len());
        for template in templates() {
            let record = of(json!({}), Some(template.name), &[]).unwrap();
            assert!(Event::new(record.to_string().as_bytes(), 1).is_ok(), "{}", template.name);
            assert!(record.get("errorCode").is_none() && record.get("errorMessage").is_none());
            let all = event_names::sources_of("PutObject").collect::<Vec<_>>();
            assert!(all.contains(&"s3.amazonaws.com"));
            for name in &template.events {
                let own = template.record["eventSource"].as_str().unwrap();
                assert!(event_names::known(own, name), "{own} {name}");
            }
        }
    }

    #[test]
    fn the_event_says_which_template() {
        let record =
            of(json!({"eventName": "ConsoleLogin", "userIdentity.type": "Root"}), None, &[]).unwrap();
        assert_eq!(record["eventSource"], "signin.amazonaws.com");
        assert_eq!(record["eventType"], "AwsConsoleSignIn");
        assert_eq!(record["userIdentity"]["arn"], "arn:aws:iam::111122223333:root");
        assert!(record["userIdentity"].get("userName").is_none());
        let record = of(json!({"eventName": "PutObject"}), None, &[]).unwrap();
        assert_eq!((&record["eventCategory"], &record["readOnly"]), (&json!("Data"), &json!(false)));
        let record = of(json!({"eventName": "StopLogging"}), Some("assumed-role"), &[]).unwrap();
        assert_eq!(record["eventSource"], "cloudtrail.amazonaws.com");
        assert_eq!(record["userIdentity"]["type"], "AssumedRole");
        let record = of(json!({"eventName": "StopLogging", "userIdentity": {"type": "New"}}), None, &[]);
        assert_eq!(record.unwrap()["userIdentity"], json!({"type": "New"}));
        let record =
            of(json!({"eventName": "GetObject", "eventSource": "x.amazonaws.com"}), None, &[]).unwrap();
        assert_eq!(record["eventCategory"], "Management");
    }

    #[test]
    fn own_members_come_first_and_can_be_null_or_gone() {
        let event =
            json!({"eventName": "StopLogging", "requestParameters": {"name": "t"}, "userAgent": null});
        let record = of(event, None, &["userIdentity.arn", "no.such", "eventID"]).unwrap();
        let keys: Vec<&String> = record.as_object().unwrap().keys().collect();
        assert_eq!(keys[..3], ["eventName", "requestParameters", "userAgent"]);
        assert!(record["userAgent"].is_null() && record.get("eventID").is_none());
        assert!(record["userIdentity"].get("arn").is_none());
        assert_eq!(of(json!({"a": 1}), Some(NONE), &[]).unwrap(), json!({"a": 1}));
    }

    #[test]
    fn dots_and_what_they_run_into() {
        let record = of(json!({"a.b": 1, "a.c": 2, "a": {"d": 3}, "x\\.y": 4}), Some(NONE), &[]).unwrap();
        assert_eq!(record, json!({"a": {"b": 1, "c": 2, "d": 3}, "x.y": 4}));
        for event in [json!({"a": 1, "a.b": 2}), json!({"a.b": 1, "a": 2}), json!({"a.b": 1, "a": {"b": 2}})]
        {
            assert!(of(event, Some(NONE), &[]).unwrap_err().message.contains("another key"));
        }
    }

    #[test]
    fn a_service_is_not_guessed() {
        let several = of(json!({"eventName": "CreatePolicy"}), None, &[]).unwrap_err();
        assert!(several.message.contains("several"), "{several:?}");
        let none = of(json!({"eventName": "StopLoging"}), None, &[]).unwrap_err();
        assert!(none.help.unwrap().contains("`StopLogging`"));
        assert!(of(json!({"eventName": "CreatePolicy"}), None, &["eventSource"]).is_ok());
        assert!(of(json!({"eventSource": "iam.amazonaws.com"}), None, &[]).is_err());
    }
}
