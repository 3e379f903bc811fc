//! Where the values of fields and transformers come from: places of the record, or constants.

use super::atom::{Check, Place, PlaceId, Prim, Side, TextCheck, View};
use super::formula::{Arena, F, TRUE};
use super::text::Map;
use crate::cloudtrail::MemberPath;
use crate::schema::plugins::bundled_plugins;
use crate::sema::ir::{FieldRef, Term};
use crate::syntax::token::Transformer;
use std::borrow::Cow;
use std::sync::OnceLock;

/// One way in which a term has a value.
#[derive(Clone, Debug)]
pub struct Source {
    /// When the value comes from here.
    pub when: F,
    /// The value.
    pub value: Value,
}

/// A value, as far as it is known.
#[derive(Clone, Debug)]
pub enum Value {
    /// What a view shows of a place.
    View(Side),
    /// A text.
    Text(Vec<u8>),
    /// A number.
    Number(u64),
    /// A truth value.
    Bool(bool),
}

/// The sources of a term. They exclude each other; if none applies, the term is absent.
pub fn sources(term: &Term, arena: &mut Arena) -> Vec<Source> {
    match term {
        Term::Field(field) => of_field(field, arena),
        Term::Const(text) => vec![always(Value::Text(text.as_bytes().to_vec()))],
        Term::List(_) => made(term, arena),
        Term::Call { transformer, args, arg: None } if args.len() == 1 => {
            let map = match transformer {
                Transformer::Tolower => Some(Map::Lower),
                Transformer::Toupper => Some(Map::Upper),
                Transformer::Basename => Some(Map::Basename),
                Transformer::Len => None,
                Transformer::Val => return sources(&args[0], arena),
                _ => return made(term, arena),
            };
            if args[0].type_of().1 {
                return made(term, arena);
            }
            let inner = sources(&args[0], arena);
            let through: Option<Vec<Source>> = inner.into_iter().map(|source| mapped(source, map)).collect();
            through.unwrap_or_else(|| made(term, arena))
        }
        Term::Call { .. } => made(term, arena),
    }
}

/// Keys of a path that is followed.
const MAX_KEYS: usize = 100;

fn always(value: Value) -> Source {
    Source { when: TRUE, value }
}

/// A source after one more map, or its length if there is none.
fn mapped(source: Source, map: Option<Map>) -> Option<Source> {
    let value = match (source.value, map) {
        (Value::View(mut side), _) if side.view != View::Number && !side.len => {
            side.maps.extend(map);
            side.len = map.is_none();
            Value::View(side)
        }
        (Value::Text(text), Some(map)) => Value::Text(map.apply(Cow::Owned(text))?.into_owned()),
        (Value::Text(text), None) => Value::Number(text.len() as u64),
        _ => return None,
    };
    Some(Source { value, ..source })
}

/// The path that the field list gives a field of the plugin.
fn plain_path(name: &str) -> Option<&'static str> {
    static PATHS: OnceLock<Vec<(String, String)>> = OnceLock::new();
    let paths = PATHS.get_or_init(|| {
        let plugin = bundled_plugins().iter().find(|plugin| plugin.name == "cloudtrail");
        let fields = plugin.map(|plugin| plugin.schema().fields.clone()).unwrap_or_default();
        let paths =
            fields.iter().filter_map(|field| Some((field.name.clone(), field.plain_path()?.to_owned())));
        paths.collect()
    });
    paths.iter().find(|(field, _)| field == name).map(|(_, path)| path.as_str())
}

fn of_field(field: &FieldRef, arena: &mut Arena) -> Vec<Source> {
    let viewed =
        |place, view, maps: &[Map]| Value::View(Side { place, view, maps: maps.to_vec(), len: false });
    let mut at = |dotted: &str| arena.member(&MemberPath::of_dotted(dotted));
    let view = match &*field.name {
        "ct.shortsrc" => viewed(at("eventSource"), View::Text, &[Map::Short]),
        "ct.user" => return user(arena),
        "ct.originaluser" => return original_user(arena),
        "ct.user.accountid" => {
            let (own, other) = (at("userIdentity.accountId"), at("recipientAccountId"));
            let has_own = there(own, arena);
            return vec![
                Source { when: has_own, value: viewed(own, View::Text, &[]) },
                Source { when: !has_own, value: viewed(other, View::Text, &[]) },
            ];
        }
        "ct.response" => viewed(at("responseElements"), View::Compact, &[]),
        "ct.request" => viewed(at("requestParameters"), View::Compact, &[]),
        "ct.additionaleventdata" => viewed(at("additionalEventData"), View::Compact, &[]),
        "ct.managementevent" => viewed(at("managementEvent"), View::Flag, &[]),
        "ct.readonly" => viewed(at("readOnly"), View::Flag, &[]),
        "ct.sessioncredentialfromconsole" => viewed(at("sessionCredentialFromConsole"), View::Flag, &[]),
        "ct.request.documentname" | "evt.asynctype" => return Vec::new(),
        "s3.bytes.in" => viewed(at("additionalEventData.bytesTransferredIn"), View::Number, &[]),
        "s3.bytes.out" => viewed(at("additionalEventData.bytesTransferredOut"), View::Number, &[]),
        "s3.cnt.get" => return count(&["GetObject"], true, arena),
        "s3.cnt.put" => return count(&["PutObject"], true, arena),
        "s3.cnt.other" => return count(&["GetObject", "PutObject"], false, arena),
        "json.value" | "jevt.value" => {
            let text = field.arg.as_deref().unwrap_or_default();
            if text.is_empty() {
                return made(&Term::Field(field.clone()), arena);
            }
            let path = MemberPath::parse(text);
            // Nothing is nested so deep; neither shall a made-up record be.
            if path.keys().count() > MAX_KEYS {
                return made(&Term::Field(field.clone()), arena);
            }
            viewed(arena.member(&path), View::Pointer, &[])
        }
        "evt.num" => viewed(arena.place(Place::Number), View::Number, &[]),
        "evt.pluginname" => Value::Text(b"cloudtrail".to_vec()),
        "evt.source" => Value::Text(b"aws_cloudtrail".to_vec()),
        "evt.is_async" => Value::Bool(false),
        name => match plain_path(name).filter(|_| !is_made(name)) {
            Some(path) => viewed(at(path), View::Text, &[]),
            None => return made(&Term::Field(field.clone()), arena),
        },
    };
    vec![always(view)]
}

/// Fields that are more than the text at the path their list names.
fn is_made(name: &str) -> bool {
    matches!(
        name,
        "ct.resources" | "ct.info" | "s3.uri" | "s3.bytes" | "ec2.name" | "ec2.imageid" | "ec2.imageids"
    )
}

/// The place is there.
pub fn there(place: PlaceId, arena: &mut Arena) -> F {
    arena.prim(Prim { place, view: View::There, check: Check::Any })
}

fn text_is(place: PlaceId, texts: &[&str], arena: &mut Arena) -> F {
    let mut all: Vec<Box<[u8]>> = texts.iter().map(|text| text.as_bytes().into()).collect();
    all.sort();
    let check = Check::Text(Vec::new(), TextCheck::Among(all.into()));
    arena.prim(Prim { place, view: View::Text, check })
}

fn count(names: &[&str], among: bool, arena: &mut Arena) -> Vec<Source> {
    let name = arena.member(&MemberPath::of("/eventName"));
    let is = text_is(name, names, arena);
    vec![Source { when: if among { is } else { !is }, value: Value::Number(1) }]
}

/// `ct.user`, by the kind of identity.
fn user(arena: &mut Arena) -> Vec<Source> {
    let mut at = |dotted: &str| arena.member(&MemberPath::of_dotted(dotted));
    let (kind, name, service, issuer) = (
        at("userIdentity.type"),
        at("userIdentity.userName"),
        at("userIdentity.invokedBy"),
        at("userIdentity.sessionContext.sessionIssuer.userName"),
    );
    let viewed = |place| Value::View(Side { place, view: View::Text, maps: Vec::new(), len: false });
    let [own, service_is, role, has_issuer] = [
        text_is(kind, &["IAMUser", "Root"], arena),
        text_is(kind, &["AWSService"], arena),
        text_is(kind, &["AssumedRole"], arena),
        there(issuer, arena),
    ];
    let mut sources = vec![
        Source { when: own, value: viewed(name) },
        Source { when: service_is, value: viewed(service) },
        Source { when: arena.and([role, has_issuer]), value: viewed(issuer) },
        Source { when: arena.and([role, !has_issuer]), value: Value::Text(b"AssumedRole".to_vec()) },
    ];
    for fixed in ["AWSAccount", "FederatedUser"] {
        let when = text_is(kind, &[fixed], arena);
        sources.push(Source { when, value: Value::Text(fixed.as_bytes().to_vec()) });
    }
    sources
}

/// `ct.originaluser`: of a role the session's name, which ends the ARN or the principal.
fn original_user(arena: &mut Arena) -> Vec<Source> {
    let mut at = |dotted: &str| arena.member(&MemberPath::of_dotted(dotted));
    let (kind, name, arn, principal) = (
        at("userIdentity.type"),
        at("userIdentity.userName"),
        at("userIdentity.arn"),
        at("userIdentity.principalId"),
    );
    let role = text_is(kind, &["AssumedRole"], arena);
    let viewed =
        |place, maps: &[Map]| Value::View(Side { place, view: View::Text, maps: maps.to_vec(), len: false });
    let of_arn = Map::Last(b'/', 3);
    let any = Check::Text(vec![of_arn], TextCheck::Any);
    let has_arn = arena.prim(Prim { place: arn, view: View::Text, check: any });
    vec![
        Source { when: !role, value: viewed(name, &[]) },
        Source { when: arena.and([role, has_arn]), value: viewed(arn, &[of_arn]) },
        Source { when: arena.and([role, !has_arn]), value: viewed(principal, &[Map::Last(b':', 2)]) },
    ]
}

/// What cannot be followed back: a place of its own, under what must at least be there.
fn made(term: &Term, arena: &mut Arena) -> Vec<Source> {
    let place = arena.place(Place::Made(term.clone()));
    let number = term.type_of().0 != crate::schema::Type::Charbuf;
    let view = if number { View::Number } else { View::Text };
    let when = needed(term, arena);
    vec![Source { when, value: Value::View(Side { place, view, maps: Vec::new(), len: false }) }]
}

/// What must be there for a made term to have a value.
fn needed(term: &Term, arena: &mut Arena) -> F {
    match term {
        Term::Field(field) => {
            let mut there_at = |dotted: &str| {
                let place = arena.member(&MemberPath::of_dotted(dotted));
                there(place, arena)
            };
            match &*field.name {
                "s3.uri" => {
                    let parts = ["requestParameters.bucketName", "requestParameters.key"];
                    let parts = parts.map(|part| arena.member(&MemberPath::of_dotted(part)));
                    let texts =
                        parts.map(|place| arena.prim(Prim { place, view: View::IsText, check: Check::Any }));
                    arena.and(texts)
                }
                "s3.bytes" => {
                    let parts = [
                        there_at("additionalEventData.bytesTransferredIn"),
                        there_at("additionalEventData.bytesTransferredOut"),
                    ];
                    arena.or(parts)
                }
                "ct.resources" => there_at("resources"),
                "ec2.name" => there_at("requestParameters.tagSpecificationSet.items"),
                "ec2.imageid" | "ec2.imageids" => {
                    let parts = [
                        there_at("responseElements.instancesSet.items"),
                        there_at("requestParameters.imageId"),
                        there_at("requestParameters.DescribeFastLaunchImagesRequest.ImageId.content"),
                        there_at("requestParameters.launchSpecification.imageId"),
                    ];
                    arena.or(parts)
                }
                _ => TRUE,
            }
        }
        Term::Const(_) => TRUE,
        Term::List(terms) | Term::Call { args: terms, .. } => {
            let parts: Vec<F> = terms.iter().map(|term| present(term, arena)).collect();
            arena.and(parts)
        }
    }
}

/// The term has a value.
pub fn present(term: &Term, arena: &mut Arena) -> F {
    let sources = sources(term, arena);
    let parts: Vec<F> = sources.into_iter().map(|source| has_value(&source, arena)).collect();
    arena.or(parts)
}

/// Made terms that have a value if and only if what they need is there.
fn total(term: &Term) -> bool {
    match term {
        Term::Field(field) => {
            let name = &*field.name;
            name.starts_with("evt.")
                || matches!(name, "ct.info" | "s3.uri" | "s3.bytes")
                || matches!(name, "json.obj" | "jevt.obj" | "json.rawtime" | "jevt.rawtime")
                || matches!(name, "json.value" | "jevt.value") && field.arg.as_deref() == Some("")
        }
        Term::Const(_) | Term::List(_) => true,
        Term::Call { transformer, .. } => matches!(transformer, Transformer::Concat | Transformer::Join),
    }
}

/// The source applies and has a value.
pub fn has_value(source: &Source, arena: &mut Arena) -> F {
    let Value::View(Side { place, view, maps, .. }) = &source.value else { return source.when };
    let partial = maps.iter().any(|map| matches!(map, Map::Last(..)));
    let has = match &arena.places[*place as usize] {
        Place::Number => TRUE,
        Place::Made(term) if total(term) && !partial => TRUE,
        _ if partial => {
            let check = Check::Text(maps.clone(), TextCheck::Any);
            arena.prim(Prim { place: *place, view: *view, check })
        }
        _ => there(*place, arena),
    };
    arena.and([source.when, has])
}
