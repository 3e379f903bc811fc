//! Removal of members that the rule does not need to fire.

use super::{RecordedEvent, Trial};
use crate::testing::template::{self, NONE};
use serde_json::{Map, Value};

/// A step from a value to one inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum MemberStep {
    Key(String),
    At(usize),
}

/// The maximum number of passes: a removal can make another possible.
const ROUNDS: usize = 3;

/// The whole record as the event of a test on which the rule fires.
pub(super) fn start(members: &Map<String, Value>, trial: &mut Trial<'_>) -> Option<RecordedEvent> {
    let plain = RecordedEvent { members: members.clone(), ..RecordedEvent::default() };
    let added = added(&plain);
    let without = RecordedEvent { remove: added, ..plain.clone() };
    let alone = RecordedEvent { template: Some(NONE), ..plain.clone() };
    [plain, without, alone].into_iter().find(|event| trial.fires(event))
}

/// The members that the template adds, as dotted paths.
fn added(event: &RecordedEvent) -> Vec<String> {
    let given = super::write::flat(&event.members);
    let whole = template::complete(&given, None, &[]).unwrap_or_default();
    let mut paths = Vec::new();
    differ(&whole, &event.members, "", &mut paths);
    paths
}

fn differ(whole: &Map<String, Value>, own: &Map<String, Value>, above: &str, paths: &mut Vec<String>) {
    for (key, value) in whole {
        let path = super::write::join(above, key);
        match (value, own.get(key)) {
            (_, None) => paths.push(path),
            (Value::Object(whole), Some(Value::Object(own))) => differ(whole, own, &path, paths),
            _ => {}
        }
    }
}

/// The event without members that the rule does not need. The event's name stays.
pub(super) fn minimise(event: RecordedEvent, trial: &mut Trial<'_>) -> RecordedEvent {
    let mut best = event;
    for _ in 0..ROUNDS {
        let before = (best.members.clone(), best.remove.len());
        let removed: Vec<usize> = (0..best.remove.len()).collect();
        shorten(&mut best, &removed, trial);
        let keys = best.members.keys().filter(|key| *key != "eventName").cloned().map(MemberStep::Key);
        let keys: Vec<MemberStep> = keys.collect();
        drop_children(&mut best, &[], &keys, trial);
        if before == (best.members.clone(), best.remove.len()) {
            break;
        }
    }
    best
}

/// Drops entries of `remove`, half by half from the end.
fn shorten(best: &mut RecordedEvent, entries: &[usize], trial: &mut Trial<'_>) {
    if entries.is_empty() || trial.is_over() {
        return;
    }
    let mut tried = best.clone();
    for &at in entries.iter().rev() {
        tried.remove.remove(at);
    }
    if trial.fires(&tried) {
        *best = tried;
    } else if let (left, right @ [_, ..]) = entries.split_at(entries.len() / 2)
        && !left.is_empty()
    {
        shorten(best, right, trial);
        shorten(best, left, trial);
    }
}

/// Drops members of a value, all at once or half by half from the end, so that earlier positions stay valid; then
/// does the same inside those that are needed.
fn drop_children(
    best: &mut RecordedEvent,
    parent: &[MemberStep],
    children: &[MemberStep],
    trial: &mut Trial<'_>,
) {
    if children.is_empty() || trial.is_over() {
        return;
    }
    let mut tried = best.clone();
    for child in children.iter().rev() {
        take_out(&mut tried.members, parent, child);
    }
    if trial.fires(&tried) {
        *best = tried;
        return;
    }
    if let [only] = children {
        let path: Vec<MemberStep> = parent.iter().chain([only]).cloned().collect();
        let inside = inside(&best.members, &path);
        drop_children(best, &path, &inside, trial);
        return;
    }
    let (left, right) = children.split_at(children.len() / 2);
    drop_children(best, parent, right, trial);
    drop_children(best, parent, left, trial);
}

/// The members or elements of the value at a path.
fn inside(members: &Map<String, Value>, path: &[MemberStep]) -> Vec<MemberStep> {
    let Some((MemberStep::Key(first), rest)) = path.split_first() else { return Vec::new() };
    let value = rest.iter().try_fold(members.get(first), |value, step| {
        let next = match (value?, step) {
            (Value::Object(members), MemberStep::Key(key)) => members.get(key),
            (Value::Array(elements), MemberStep::At(at)) => elements.get(*at),
            _ => None,
        };
        next.map(Some)
    });
    match value.flatten() {
        Some(Value::Object(members)) => members.keys().cloned().map(MemberStep::Key).collect(),
        Some(Value::Array(elements)) => (0..elements.len()).map(MemberStep::At).collect(),
        _ => Vec::new(),
    }
}

fn take_out(members: &mut Map<String, Value>, parent: &[MemberStep], child: &MemberStep) {
    let Some((MemberStep::Key(first), rest)) = parent.split_first() else {
        if let MemberStep::Key(key) = child {
            members.shift_remove(key);
        }
        return;
    };
    let mut value = members.get_mut(first);
    for step in rest {
        value = match (value, step) {
            (Some(Value::Object(members)), MemberStep::Key(key)) => members.get_mut(key),
            (Some(Value::Array(elements)), MemberStep::At(at)) => elements.get_mut(*at),
            _ => None,
        };
    }
    match (value, child) {
        (Some(Value::Object(members)), MemberStep::Key(key)) => drop(members.shift_remove(key)),
        (Some(Value::Array(elements)), MemberStep::At(at)) if *at < elements.len() => {
            drop(elements.remove(*at))
        }
        _ => {}
    }
}
