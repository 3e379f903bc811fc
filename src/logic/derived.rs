//! Comparisons that look at several places of a record at once.

use super::atom::{Check, Place, PrimId, Side, View, number};
use super::formula::{Arena, F, Node};
use super::record::at;
use super::source::{Value, sources};
use crate::sema::ir::Term;
use crate::sema::pattern::Pattern;
use crate::sema::pattern::ordered;
use crate::syntax::token::{Op, Transformer};
use serde_json::Value as Json;
use std::borrow::Cow;

/// A value that is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shown {
    /// A text.
    Text(Vec<u8>),
    /// A number.
    Number(u64),
    /// A list of texts.
    List(Vec<Vec<u8>>),
}

/// Not settled here.
#[derive(Debug)]
pub struct NotKnown;

/// What a side shows of a record.
pub fn side(arena: &Arena, side: &Side, record: &Json, num: u64) -> Option<Shown> {
    let value = match &arena.places[side.place as usize] {
        Place::Number => return Some(Shown::Number(num)),
        Place::Member(keys) => at(record, keys)?,
        _ => return None,
    };
    let text = match side.view {
        View::There | View::IsText => return None,
        View::Number => return Some(Shown::Number(number(value))),
        View::Text => value.as_str().unwrap_or_default().to_owned(),
        View::Pointer => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        View::Compact => value.to_string(),
        View::Flag => (*value == Json::Bool(true)).to_string(),
    };
    let start: Cow<'_, [u8]> = Cow::Owned(text.into_bytes());
    let text = side.maps.iter().try_fold(start, |text, map| map.apply(text))?;
    Some(if side.len { Shown::Number(text.len() as u64) } else { Shown::Text(text.into_owned()) })
}

/// Whether a prim holds for a record; `None` if that is not known here.
pub fn prim_holds(arena: &mut Arena, prim: PrimId, record: &Json, num: u64) -> Option<bool> {
    let asked = arena.prims[prim as usize].clone();
    match arena.places[asked.place as usize].clone() {
        Place::Member(keys) => Some(asked.holds(&arena.ready[prim as usize], at(record, &keys))),
        Place::Number => Some(asked.holds(&arena.ready[prim as usize], Some(&Json::from(num)))),
        Place::Pair(sides) => {
            let Check::Pair(op) = asked.check else { return None };
            let (one, other) = (side(arena, &sides.0, record, num), side(arena, &sides.1, record, num));
            match (one, other) {
                (Some(Shown::Text(one)), Some(Shown::Text(other))) => {
                    Some(Pattern::new(op, &other).matches(&one))
                }
                (Some(Shown::Number(one)), Some(Shown::Number(other))) => Some(ordered(op, one, other)),
                // The comparison is only asked for together with both being there.
                (Some(_), Some(_)) => Some(false),
                _ if [&sides.0, &sides.1].iter().any(|side| is_made(arena, side)) => None,
                _ => Some(false),
            }
        }
        Place::Made(term) => {
            let value = value(arena, &term, record, num).ok()?;
            let Some(value) = value else { return Some(false) };
            match (&asked.check, value) {
                (Check::Any, _) => Some(true),
                (check @ Check::Text(..), Shown::Text(text)) => {
                    Some(check.text_holds(&arena.ready[prim as usize], &text))
                }
                (Check::Number(op, with), Shown::Number(number)) => Some(ordered(*op, number, *with)),
                (Check::List(op, among), Shown::List(all)) => {
                    let has = |one: &Vec<u8>| among.iter().any(|other| **other == **one);
                    Some(if *op == Op::In { all.iter().all(has) } else { all.iter().any(has) })
                }
                _ => None,
            }
        }
    }
}

fn is_made(arena: &Arena, side: &Side) -> bool {
    matches!(arena.places[side.place as usize], Place::Made(_))
}

fn formula_holds(arena: &mut Arena, formula: F, record: &Json, num: u64) -> Option<bool> {
    let truth = match arena.nodes[formula.node()].clone() {
        Node::True => true,
        Node::Prim(prim) => prim_holds(arena, prim, record, num)?,
        Node::And(parts) => {
            let mut all = true;
            for part in parts {
                all &= formula_holds(arena, part, record, num)?;
            }
            all
        }
    };
    Some(truth == formula.positive())
}

/// The value of any term.
fn term_value(arena: &mut Arena, term: &Term, record: &Json, num: u64) -> Result<Option<Shown>, NotKnown> {
    for source in sources(term, arena) {
        if !formula_holds(arena, source.when, record, num).ok_or(NotKnown)? {
            continue;
        }
        return match source.value {
            Value::View(side) => match arena.places[side.place as usize].clone() {
                Place::Made(inner) if inner == *term => value(arena, term, record, num),
                Place::Made(_) => Err(NotKnown),
                _ => Ok(self::side(arena, &side, record, num)),
            },
            Value::Text(text) => Ok(Some(Shown::Text(text))),
            Value::Number(number) => Ok(Some(Shown::Number(number))),
            Value::Bool(_) => Err(NotKnown),
        };
    }
    Ok(None)
}

/// The value of a made term.
fn value(arena: &mut Arena, term: &Term, record: &Json, num: u64) -> Result<Option<Shown>, NotKnown> {
    let get = |path: &str| path.split('.').try_fold(record, |value, key| value.get(key));
    match term {
        Term::Field(field) => Ok(match &*field.name {
            "s3.uri" => {
                let text = |path| get(path).and_then(Json::as_str);
                let parts = text("requestParameters.bucketName").zip(text("requestParameters.key"));
                parts.map(|(bucket, key)| Shown::Text(format!("s3://{bucket}/{key}").into_bytes()))
            }
            "s3.bytes" => {
                let sizes =
                    ["In", "Out"].map(|way| get(&format!("additionalEventData.bytesTransferred{way}")));
                let sum = sizes.iter().flatten().fold(0u64, |sum, size| sum.wrapping_add(number(size)));
                sizes.iter().any(Option::is_some).then_some(Shown::Number(sum))
            }
            "ct.resources" => {
                let all = get("resources").and_then(Json::as_array).filter(|all| !all.is_empty());
                all.map(|all| {
                    let texts: Vec<String> = all.iter().map(Json::to_string).collect();
                    Shown::Text(texts.join(",").into_bytes())
                })
            }
            "ec2.imageid" => match images(record, Some(0)) {
                Some(Shown::List(all)) => all.into_iter().next().map(Shown::Text),
                other => other,
            },
            "ec2.imageids" => match field.arg.as_deref().map(str::parse) {
                None => images(record, None),
                Some(Ok(index)) => images(record, Some(index)),
                Some(Err(_)) => None,
            },
            _ => return Err(NotKnown),
        }),
        Term::Call { transformer: Transformer::Concat, args, .. } => {
            let mut whole = Vec::new();
            for arg in args {
                match term_value(arena, arg, record, num)? {
                    Some(Shown::Text(text)) => whole.extend(text),
                    Some(_) => return Err(NotKnown),
                    None => return Ok(None),
                }
            }
            Ok(Some(Shown::Text(whole)))
        }
        _ => Err(NotKnown),
    }
}

/// The images of the launched instances, else the one asked for.
fn images(record: &Json, index: Option<usize>) -> Option<Shown> {
    let get = |path: &str| path.split('.').try_fold(record, |value, key| value.get(key));
    let text = |value: &Json| value.as_str().unwrap_or_default().as_bytes().to_vec();
    let Some(items) = get("responseElements.instancesSet.items") else {
        if index.is_some_and(|index| index > 0) {
            return None;
        }
        let paths = [
            "requestParameters.imageId",
            "requestParameters.DescribeFastLaunchImagesRequest.ImageId.content",
            "requestParameters.launchSpecification.imageId",
        ];
        return paths.iter().find_map(|path| get(path)).map(|image| Shown::List(vec![text(image)]));
    };
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(index) = index {
        return items.get(index)?.get("imageId").map(|image| Shown::List(vec![text(image)]));
    }
    let all: Vec<Vec<u8>> = items
        .iter()
        .filter_map(|item| item.get("imageId"))
        .map(text)
        .filter(|image| !image.is_empty())
        .collect();
    (!all.is_empty()).then_some(Shown::List(all))
}

/// What every text of a made term looks like.
pub fn shape(term: &Term) -> Option<&'static str> {
    match term {
        Term::Field(field) if &*field.name == "s3.uri" => Some("s3://(.|\n)*/(.|\n)*"),
        _ => None,
    }
}

/// What texts are made of a made term, if it can be any.
pub enum Shape {
    /// Those that a pattern describes.
    Like(&'static str),
    /// JSON objects.
    Json,
}

/// What the texts that are tried for a made term look like.
pub fn plain_shape(term: &Term) -> Option<Shape> {
    let Term::Field(field) = term else { return None };
    match &*field.name {
        "s3.uri" => Some(Shape::Like("s3://[^/]+/(.|\n)*")),
        "ct.resources" => Some(Shape::Json),
        _ => None,
    }
}

/// Members and the values they are given together.
pub type Hint = Vec<(&'static str, Json)>;

/// Values of members that may make comparisons of a made term come out as wanted. `text` is one that it could have.
pub fn hints(term: &Term, checks: &[&Check], text: Option<&str>) -> Vec<Hint> {
    let Term::Field(field) = term else { return Vec::new() };
    let image = |text: &str| vec![("requestParameters.imageId", Json::from(text))];
    match &*field.name {
        "s3.bytes" => {
            let mut all = Vec::new();
            for check in checks {
                let Check::Number(_, with) = check else { continue };
                for number in [*with, with.saturating_add(1), with.saturating_sub(1)] {
                    for way in
                        ["additionalEventData.bytesTransferredIn", "additionalEventData.bytesTransferredOut"]
                    {
                        all.push(vec![(way, Json::from(number))]);
                    }
                }
            }
            all
        }
        "ec2.imageids" => {
            let lists = checks.iter().filter_map(|check| match check {
                Check::List(_, all) => Some(all.iter().filter_map(|text| std::str::from_utf8(text).ok())),
                _ => None,
            });
            lists.flatten().chain(["ami-0123456789abcdef0"]).map(image).collect()
        }
        "ec2.imageid" => text.map(image).into_iter().collect(),
        "s3.uri" => {
            let parts = text.and_then(|text| text.strip_prefix("s3://")?.split_once('/'));
            let hint = parts.map(|(bucket, key)| {
                vec![
                    ("requestParameters.bucketName", Json::from(bucket)),
                    ("requestParameters.key", Json::from(key)),
                ]
            });
            hint.into_iter().collect()
        }
        "ct.resources" => {
            let all = text.and_then(|text| serde_json::from_str::<Json>(&format!("[{text}]")).ok());
            all.map(|all| vec![("resources", all)]).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
