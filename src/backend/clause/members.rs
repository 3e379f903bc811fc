//! The members of a record that a field shows.

use super::{Clause, MemberTest, ValueKind, any, equal, every, leaf};
use crate::cloudtrail::fields::{self, Case, Guard, Meaning, Pointer, Shown, View};
use crate::cloudtrail::{MemberPath, members};
use crate::sema::ir::FieldRef;
use std::borrow::Cow;

/// The source of a value.
pub enum Source {
    /// One member.
    Member(Vec<String>, ValueKind),
    /// The service, without its domain.
    Short(Vec<String>),
    /// No member: always this.
    Text(&'static str),
}

/// The members a field shows, each with when it does; they exclude each other.
pub fn sources(field: &FieldRef) -> Result<Vec<(Clause, Source)>, String> {
    let row = fields::row(&field.name);
    if let Some((pointer, View::Text)) = row.and_then(fields::Row::member)
        && members::at(pointer).is_some_and(|member| member.kind == members::Kind::Open)
    {
        return Err(format!(
            "`{}` is mostly an object, which Falco reads as an empty text and the target does not",
            field.name
        ));
    }
    let none =
        || format!("the target has nothing like `{}`, which is no single member of the record", field.name);
    match row.map(|row| &row.meaning) {
        Some(Meaning::Cases(cases)) => {
            let all: Option<Vec<_>> = cases.iter().map(of_case).collect();
            Ok(all.ok_or_else(none)?.into_iter().flatten().collect())
        }
        Some(Meaning::Argument) => {
            let pointer = MemberPath::parse(field.arg.as_deref().unwrap_or_default());
            let keys: Vec<String> = pointer.keys().map(Cow::into_owned).collect();
            if keys.is_empty() || keys.iter().any(String::is_empty) {
                return Err("the target has no whole record to compare".to_owned());
            }
            let kind = if is_text(pointer.pointer()) { ValueKind::Text } else { ValueKind::Any };
            Ok(vec![(Clause::Const(true), Source::Member(keys, kind))])
        }
        Some(Meaning::Opaque { reason, .. }) => {
            Err(format!("the target has nothing like `{}`: {reason}", field.name))
        }
        Some(Meaning::Never { .. }) | None => Err(none()),
    }
}

/// The values of a case, each under its guard and the absence of those before it.
fn of_case(case: &Case) -> Option<Vec<(Clause, Source)>> {
    let mut when = guard(case.when);
    let mut all = Vec::new();
    for shown in case.first_of {
        let source = match *shown {
            Shown::Member(pointer, View::Text) => Source::Member(path(pointer), ValueKind::Text),
            Shown::Member(pointer, View::Flag) => Source::Member(path(pointer), ValueKind::Flag),
            Shown::Member(pointer, View::Number) => Source::Member(path(pointer), ValueKind::Number),
            Shown::Member(pointer, View::Short) => Source::Short(path(pointer)),
            Shown::Text(text) => Source::Text(text),
            _ => return None,
        };
        let missing = match &source {
            Source::Member(path, kind) => leaf(path, *kind, MemberTest::Missing),
            Source::Short(path) => leaf(path, ValueKind::Text, MemberTest::Missing),
            Source::Text(_) => Clause::Const(false),
        };
        all.push((when.clone(), source));
        when = every(vec![when, missing]);
    }
    Some(all)
}

fn guard(guard: Guard) -> Clause {
    let is = |path: &[String], texts: &[&str]| {
        any(texts.iter().map(|text| equal(path, ValueKind::Text, text, false)).collect())
    };
    match guard.map(path) {
        Guard::Always => Clause::Const(true),
        Guard::Is(path, texts) => is(&path, texts),
        Guard::IsNot(path, texts) => super::negated(is(&path, texts)),
        Guard::There(path) => leaf(&path, ValueKind::Any, MemberTest::Exists),
        Guard::Missing(path) => leaf(&path, ValueKind::Any, MemberTest::Missing),
    }
}

fn path(pointer: Pointer) -> Vec<String> {
    MemberPath::of(pointer).keys().map(Cow::into_owned).collect()
}

/// A member that is a text wherever CloudTrail writes it: it is documented so, or a field shows it so.
fn is_text(pointer: &str) -> bool {
    let mut views = fields::showing(pointer);
    match members::at(pointer) {
        // A flag that AWS writes as a text may still be a truth value.
        Some(member) => {
            member.kind == members::Kind::Text
                && views.all(|(_, view)| matches!(view, View::Text | View::Short))
        }
        None => views.any(|(row, view)| view == View::Text && row.name.starts_with("ct.")),
    }
}
