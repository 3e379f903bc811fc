//! Replacement of identifying texts of an event by stand-ins, so that the rule still fires.

use super::standin::{StandIns, is_account, shape};
use super::{RecordedEvent, Refused, Trial, write};
use crate::cloudtrail::MemberPath;
use crate::sema::ir::{Pred, Term, Test};
use crate::syntax::token::Op;
use rustc_hash::FxHashMap;
use serde_json::Value;

/// Members that AWS fills with its own words.
const OPEN: [&str; 26] = [
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "eventType",
    "eventCategory",
    "apiVersion",
    "errorCode",
    "resources.type",
    "userIdentity.type",
    "userIdentity.sessionContext.sessionIssuer.type",
    "userIdentity.sessionContext.attributes.mfaAuthenticated",
    "userIdentity.sessionContext.attributes.creationDate",
    "responseElements.ConsoleLogin",
    "additionalEventData.MFAUsed",
    "additionalEventData.MobileVersion",
    "additionalEventData.SignatureVersion",
    "additionalEventData.CipherSuite",
    "additionalEventData.AuthenticationMethod",
    "tlsDetails.tlsVersion",
    "tlsDetails.cipherSuite",
    "insightDetails.state",
    "insightDetails.insightType",
    "sharedEventID.type",
    "sessionCredentialFromConsole",
];

/// The maximum number of the condition's constants tried in place of a text.
const CONSTANTS: usize = 64;
/// The minimum length of a pattern's part to be searched for.
const SHORT: usize = 3;

/// A text of the event, with the member and path that determine its stand-in.
struct EventText {
    text: String,
    member: String,
    path: String,
}

/// The event with stand-ins, and the number of replaced texts. The rule still fires on it.
pub(super) fn anonymise(
    event: RecordedEvent,
    condition: &Pred,
    keep: &[String],
    trial: &mut Trial<'_>,
) -> Result<(RecordedEvent, usize), Refused> {
    let mut found = Vec::new();
    collect(&Value::Object(event.members.clone()), "", "", keep, &mut found);
    // Plain names come first, so that longer texts contain them in the same form.
    found.sort_by_key(|found| found.text.contains([':', '/']));
    let constants = constants(condition);
    let mut names = StandIns::default();
    names.literals = literals(&constants);
    names.literals.extend(keys(condition));
    names.originals = found.iter().map(|found| found.text.as_str()).collect::<Vec<_>>().join("\n");
    let first: FxHashMap<&str, String> =
        found.iter().map(|it| (it.text.as_str(), names.of(&it.member, &it.text))).collect();
    let replaced = |all: &FxHashMap<&str, String>| all.iter().filter(|(old, new)| **old != **new).count();
    let together = with(&event, &first, keep);
    if trial.fires(&together) {
        return Ok((together, replaced(&first)));
    }
    let mut chosen: FxHashMap<&str, String> = FxHashMap::default();
    let mut needed: Vec<String> = Vec::new();
    for it in &found {
        if chosen.contains_key(it.text.as_str()) {
            continue;
        }
        let mut candidates: Vec<String> = first.get(it.text.as_str()).cloned().into_iter().collect();
        candidates.push(names.around_literals(&it.member, &it.text));
        candidates.extend(Some(shape(&it.text)).filter(|shape| *shape != it.text));
        candidates.extend(constants.iter().take(CONSTANTS).map(|(_, text)| text.clone()));
        let fits = candidates.into_iter().find(|candidate| {
            let mut tried = chosen.clone();
            tried.insert(&it.text, candidate.clone());
            !trial.is_over() && trial.fires(&with(&event, &tried, keep))
        });
        match fits {
            Some(candidate) => drop(chosen.insert(&it.text, candidate)),
            None => needed.push(it.path.clone()),
        }
    }
    if needed.is_empty() {
        let event = with(&event, &chosen, keep);
        return Ok((event, replaced(&chosen)));
    }
    needed.sort();
    needed.dedup();
    Err(Refused::Needed(needed))
}

/// Every text that may identify somebody, with its place; numbers if they are accounts.
fn collect(value: &Value, path: &str, member: &str, keep: &[String], found: &mut Vec<EventText>) {
    if OPEN.contains(&path) || is_kept(path, keep) {
        return;
    }
    let mut push =
        |text: String| found.push(EventText { text, member: member.to_owned(), path: path.to_owned() });
    match value {
        Value::String(text) => push(text.clone()),
        Value::Number(number) if is_account(&number.to_string()) => push(number.to_string()),
        Value::Array(elements) => {
            elements.iter().for_each(|element| collect(element, path, member, keep, found));
        }
        Value::Object(members) => {
            for (key, value) in members {
                if speaks(key) {
                    found.push(EventText {
                        text: key.clone(),
                        member: "key".to_owned(),
                        path: path.to_owned(),
                    });
                }
                collect(value, &write::join(path, key), key, keep, found);
            }
        }
        _ => {}
    }
}

fn is_kept(path: &str, keep: &[String]) -> bool {
    keep.iter().any(|kept| {
        path == kept || path.strip_prefix(kept.as_str()).is_some_and(|rest| rest.starts_with('.'))
    })
}

/// True for a key that is not a member's name but the account's own data.
fn speaks(key: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    !key.chars().all(is_word) || digits >= 8 || key.len() > 64
}

/// The event with some texts replaced.
fn with(event: &RecordedEvent, texts: &FxHashMap<&str, String>, keep: &[String]) -> RecordedEvent {
    match replaced(&Value::Object(event.members.clone()), "", texts, keep) {
        Value::Object(members) => RecordedEvent { members, ..event.clone() },
        _ => event.clone(),
    }
}

fn replaced(value: &Value, path: &str, texts: &FxHashMap<&str, String>, keep: &[String]) -> Value {
    if OPEN.contains(&path) || is_kept(path, keep) {
        return value.clone();
    }
    match value {
        Value::String(text) => {
            texts.get(text.as_str()).map_or(value.clone(), |new| Value::from(new.as_str()))
        }
        Value::Number(number) => {
            let new = texts.get(&*number.to_string()).and_then(|new| new.parse::<u64>().ok());
            new.map_or(value.clone(), Value::from)
        }
        Value::Array(elements) => {
            Value::Array(elements.iter().map(|element| replaced(element, path, texts, keep)).collect())
        }
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                let new = texts.get(key.as_str()).filter(|_| speaks(key));
                (new.unwrap_or(key).clone(), replaced(value, &write::join(path, key), texts, keep))
            };
            Value::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

/// The constants of a condition, each with its operator.
fn constants(condition: &Pred) -> Vec<(Op, String)> {
    let mut all = Vec::new();
    condition.atoms(&mut |atom| {
        let mut term = |term: &Term| of_term(term, &mut all);
        term(&atom.left);
        match &atom.test {
            Test::Exists => {}
            Test::Term { term: right, .. } => term(right),
            Test::Values { op, values, .. } => all.extend(values.iter().map(|text| (*op, text.to_string()))),
        }
    });
    all
}

fn of_term(term: &Term, all: &mut Vec<(Op, String)>) {
    match term {
        Term::Field(_) => {}
        Term::Const(text) => all.push((Op::Eq, text.to_string())),
        Term::Call { args, .. } | Term::List(args) => args.iter().for_each(|arg| of_term(arg, all)),
    }
}

/// The keys that arguments of fields name, in lower case.
fn keys(condition: &Pred) -> Vec<String> {
    let mut all = Vec::new();
    condition.atoms(&mut |atom| {
        atom.left.fields(&mut |field| {
            for path in field.arg.iter().map(|arg| MemberPath::parse(arg)) {
                all.extend(path.keys().filter(|key| !key.is_empty()).map(|key| key.to_ascii_lowercase()));
            }
        });
    });
    all
}

/// The texts that a condition searches for, in lower case; for patterns the parts without wildcards.
fn literals(constants: &[(Op, String)]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (op, text) in constants {
        let text = text.to_ascii_lowercase();
        let is_wild = |c: char| {
            matches!(c, '*' | '?' | '[' | ']' | '\\' | '^' | '$' | '(' | ')' | '|' | '+' | '{' | '}')
        };
        match op {
            Op::Glob | Op::Iglob | Op::Regex => {
                let pieces = text.split(|c| is_wild(c) || *op == Op::Regex && c == '.');
                all.extend(pieces.filter(|piece| piece.len() >= SHORT).map(str::to_owned));
            }
            _ if text.is_empty() => {}
            _ => all.push(text),
        }
    }
    all
}
