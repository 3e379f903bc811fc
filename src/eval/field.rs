//! Fields of conditions: rows of [`crate::cloudtrail::fields`], bound to the places of a record that they are read from.

mod info;

use super::event::{View, whole_of};
use super::generic::{self, Generic};
use super::json::{self, PathId, Paths};
use super::value::Value;
use super::views::{self, Text};
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::fields::{self, Guard, Meaning, Pointer};
use crate::sema::ir::FieldRef;
use info::Info;
use std::borrow::Cow;

/// Extraction of a field's value.
#[derive(Clone, Debug)]
pub(super) enum Field {
    /// Never there.
    Absent,
    /// The text at a path.
    Text(PathId),
    /// Another view of the value at a path.
    Member(PathId, fields::View),
    /// One of several values.
    Cases(Box<[Case]>),
    /// A list of texts, or the element at a position as one.
    List(Box<[Case]>, Option<usize>),
    /// `ec2.name`
    InstanceName(PathId),
    /// `ct.info`
    Info(Box<Info>),
    /// `evt.plugininfo`
    PluginInfo(Box<Info>),
    /// `json.value`
    Pointer(PathId),
    /// `json.obj`
    Document,
    /// `json.rawtime`
    RawTime,
    /// `evt.*`
    Generic(Generic),
}

/// A guard, and the values of which the first that is there counts.
#[derive(Clone, Debug)]
pub(super) struct Case {
    when: Guard<PathId>,
    first_of: Box<[Shown]>,
}

/// One value.
#[derive(Clone, Debug)]
enum Shown {
    Member(PathId, fields::View),
    Text(&'static str),
    Number(u64),
    Bool(bool),
    Concat(Box<[Shown]>),
    Sum(Box<[PathId]>),
    Each(PathId, &'static str, Option<usize>),
}

/// Binds a field without argument.
pub(super) fn named(name: &str, paths: &mut Paths) -> Field {
    bind(&FieldRef::plain(name), paths)
}

/// Binds a field of the source `aws_cloudtrail`.
pub(super) fn bind(field: &FieldRef, paths: &mut Paths) -> Field {
    let arg = field.arg.as_deref();
    let Some(row) = fields::row(&field.name) else { return Field::Absent };
    match (row.member(), &row.meaning) {
        (Some((pointer, fields::View::Text)), _) => Field::Text(at(pointer, paths)),
        (Some((pointer, view)), _) => Field::Member(at(pointer, paths), view),
        (None, Meaning::Cases(cases)) => {
            let cases = cases.iter().map(|case| Case::bind(case, paths)).collect();
            match (field.list, arg.map(str::parse)) {
                (false, _) => Field::Cases(cases),
                (true, None) => Field::List(cases, None),
                (true, Some(Ok(index))) => Field::List(cases, Some(index)),
                (true, Some(Err(_))) => Field::Absent,
            }
        }
        (None, Meaning::Argument) => {
            Field::Pointer(paths.path(MemberPath::parse(arg.unwrap_or_default()).keys()))
        }
        (None, Meaning::Never { .. }) => Field::Absent,
        (None, Meaning::Opaque { needs, .. }) => opaque(row.name, *needs, paths),
    }
}

fn opaque(name: &str, needs: Option<Pointer>, paths: &mut Paths) -> Field {
    match (name, needs) {
        ("ct.info", _) => Field::Info(Box::new(Info::bind(paths))),
        ("evt.plugininfo", _) => Field::PluginInfo(Box::new(Info::bind(paths))),
        ("ec2.name", Some(items)) => Field::InstanceName(at(items, paths)),
        ("json.obj" | "jevt.obj", _) => Field::Document,
        ("json.rawtime" | "jevt.rawtime", _) => Field::RawTime,
        _ => Generic::named(name).map_or(Field::Absent, Field::Generic),
    }
}

pub(super) fn at(pointer: Pointer, paths: &mut Paths) -> PathId {
    paths.path(MemberPath::of(pointer).keys())
}

impl Case {
    fn bind(case: &fields::Case, paths: &mut Paths) -> Case {
        let first_of = case.first_of.iter().map(|shown| Shown::bind(shown, paths)).collect();
        Case { when: case.when.map(|pointer| at(pointer, paths)), first_of }
    }
}

impl Shown {
    fn bind(shown: &fields::Shown, paths: &mut Paths) -> Shown {
        match *shown {
            fields::Shown::Member(pointer, view) => Shown::Member(at(pointer, paths), view),
            fields::Shown::Text(text) => Shown::Text(text),
            fields::Shown::Number(number) => Shown::Number(number),
            fields::Shown::Bool(truth) => Shown::Bool(truth),
            fields::Shown::Concat(parts) => {
                Shown::Concat(parts.iter().map(|part| Shown::bind(part, paths)).collect())
            }
            fields::Shown::Sum(all) => Shown::Sum(all.iter().map(|pointer| at(pointer, paths)).collect()),
            fields::Shown::Each(list, member, index) => Shown::Each(at(list, paths), member, index),
        }
    }

    /// The value, with what follows a NUL.
    fn value<'e>(&self, view: View<'e>) -> Option<Value<'e>> {
        Some(match self {
            Shown::Member(path, fields::View::Number) => Value::Number(views::number(view.get(*path)?)),
            Shown::Number(number) => Value::Number(*number),
            Shown::Bool(truth) => Value::Bool(*truth),
            Shown::Sum(all) => {
                let numbers = all.iter().filter_map(|path| view.get(*path)).map(views::number);
                Value::Number(numbers.reduce(u64::wrapping_add)?)
            }
            _ => Value::Text(self.text(view)?),
        })
    }

    fn text<'e>(&self, view: View<'e>) -> Option<Text<'e>> {
        match self {
            Shown::Member(path, how) => member(view, *path, *how),
            Shown::Text(text) => Some(Cow::Borrowed(text.as_bytes())),
            Shown::Concat(parts) => {
                let parts = parts.iter().map(|part| part.text(view));
                Some(Cow::Owned(parts.collect::<Option<Vec<_>>>()?.concat()))
            }
            Shown::Each(list, key, index) => {
                let element = view.get(*list)?.elements().nth(index.unwrap_or(0))?;
                element.get(key.as_bytes()).map(whole_of)
            }
            Shown::Number(_) | Shown::Bool(_) | Shown::Sum(_) => None,
        }
    }

    fn list<'e>(&self, view: View<'e>, index: Option<usize>) -> Option<Vec<Text<'e>>> {
        match (self, index) {
            (Shown::Each(list, key, _), None) => {
                let members = view.get(*list)?.elements().filter_map(|element| element.get(key.as_bytes()));
                let texts = members.map(whole_of).filter(|text| !text.is_empty());
                let all: Vec<Text<'e>> = texts.map(|text| view.cut(text)).collect();
                (!all.is_empty()).then_some(all)
            }
            (Shown::Each(list, key, _), index) => {
                Some(vec![view.cut(Shown::Each(*list, key, index).text(view)?)])
            }
            (_, None | Some(0)) => Some(vec![view.cut(self.text(view)?)]),
            _ => None,
        }
    }
}

/// A text that shows a member, with what follows a NUL.
#[inline]
fn member(view: View<'_>, path: PathId, how: fields::View) -> Option<Text<'_>> {
    let raw = view.get(path)?;
    Some(match how {
        fields::View::Text => whole_of(raw),
        fields::View::OnlyText => raw.text()?,
        fields::View::Short => views::short(whole_of(raw)),
        fields::View::Last(separator, count) => views::last(whole_of(raw), separator, count)?,
        fields::View::Compact => json::compact(raw.0),
        fields::View::Flag if raw.0 == b"true" => Cow::Borrowed(b"true"),
        fields::View::Flag => Cow::Borrowed(b"false"),
        fields::View::Elements => views::elements(raw)?,
        fields::View::Number => return None,
    })
}

/// The case that applies.
fn applying<'c>(cases: &'c [Case], view: View<'_>) -> Option<&'c Case> {
    // One member decides between all cases of a field: it is read once.
    let mut known = None;
    let mut is = |path: PathId, texts: &[&str]| {
        let text = match known.take() {
            Some((of, text)) if of == path => text,
            _ => view.get(path).and_then(|raw| raw.text()),
        };
        let is = text.as_deref().is_some_and(|text| texts.iter().any(|one| one.as_bytes() == text));
        known = Some((path, text));
        is
    };
    cases.iter().find(|case| match case.when {
        Guard::Always => true,
        Guard::Is(path, texts) => is(path, texts),
        Guard::IsNot(path, texts) => !is(path, texts),
        Guard::There(path) => view.get(path).is_some(),
        Guard::Missing(path) => view.get(path).is_none(),
    })
}

/// The first value that is there of the case that applies.
fn first<'c, T>(cases: &'c [Case], view: View<'_>, value: impl Fn(&'c Shown) -> Option<T>) -> Option<T> {
    applying(cases, view)?.first_of.iter().find_map(value)
}

impl Field {
    /// The value, `None` if it is absent.
    pub fn value<'e>(&'e self, view: View<'e>) -> Option<Value<'e>> {
        Some(match self {
            Field::Member(path, fields::View::Number) => Value::Number(views::number(view.get(*path)?)),
            Field::Cases(cases) => match first(cases, view, |shown| shown.value(view))? {
                Value::Text(text) => Value::Text(view.cut(text)),
                other => other,
            },
            Field::List(cases, index) => Value::List(first(cases, view, |shown| shown.list(view, *index))?),
            Field::Generic(generic) => return generic.value(view),
            _ => return self.text(view).map(Value::Text),
        })
    }

    /// The value of a field that is a text.
    #[inline]
    pub fn text<'e>(&'e self, view: View<'e>) -> Option<Text<'e>> {
        match self {
            Field::Text(path) => view.text(*path),
            _ => self.whole(view).map(|text| view.cut(text)),
        }
    }

    /// The text with its part after a NUL, which the plugin cuts only from its results.
    pub fn whole<'e>(&self, view: View<'e>) -> Option<Text<'e>> {
        Some(match self {
            Field::Text(path) => view.whole(*path)?,
            Field::Member(path, how) => member(view, *path, *how)?,
            Field::Cases(cases) => first(cases, view, |shown| shown.text(view))?,
            Field::InstanceName(items) => views::instance_name(view.get(*items)?)?,
            Field::Info(info) => Cow::Owned(info.text(view)),
            Field::PluginInfo(info) => Cow::Owned(info.plugin_text(view)),
            Field::Pointer(path) => {
                let value = readable(view).then(|| view.get(*path)).flatten()?;
                value.text().unwrap_or_else(|| json::compact(value.0))
            }
            Field::Document => {
                Cow::Owned(readable(view).then(|| json::indent(view.event.record())).flatten()?)
            }
            Field::RawTime if readable(view) => Cow::Owned(view.event.time.to_string().into_bytes()),
            Field::Generic(generic) => match generic.value(view)? {
                Value::Text(text) => text,
                _ => return None,
            },
            _ => return None,
        })
    }

    /// One of its cases applies, if it has cases.
    pub fn has_case(&self, view: View<'_>) -> bool {
        matches!(self, Field::Cases(cases) if applying(cases, view).is_some())
    }

    /// Approximate time, in comparisons of plain texts.
    pub fn cost(&self) -> u32 {
        match self {
            Field::Text(_) | Field::Absent | Field::Member(_, fields::View::Flag) => 1,
            Field::Generic(generic) => generic.cost(),
            Field::Member(_, fields::View::Compact | fields::View::Elements) | Field::InstanceName(_) => 10,
            Field::Document => 200,
            Field::Info(_) | Field::PluginInfo(_) => 50,
            _ => 3,
        }
    }
}

/// The json plugin reads only what starts with a bracket.
fn readable(view: View<'_>) -> bool {
    matches!(view.event.record().first(), Some(b'{' | b'['))
}

/// Number of digits to which an output pads numbers of a field.
pub(super) fn digits(field: &FieldRef) -> usize {
    generic::digits(&field.name)
}
