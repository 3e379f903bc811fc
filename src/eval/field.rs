//! Fields of conditions, bound to the places of a record they are read from.

use super::cloudtrail::{self, Images, Info, User};
use super::event::{View, cut};
use super::generic::{self, Generic};
use super::json::{self, PathId, Paths};
use super::value::Value;
use crate::cloudtrail::MemberPath;
use crate::schema::plugins::bundled_plugins;
use crate::sema::ir::FieldRef;
use std::borrow::Cow;

/// How to get a field's value.
#[derive(Clone, Debug)]
pub(super) enum Field {
    /// Never there.
    Absent,
    /// The text at a path.
    Text(PathId),
    /// `ct.shortsrc`
    Short(PathId),
    /// `ct.user`
    User(User),
    /// `ct.originaluser`
    OriginalUser { kind: PathId, arn: PathId, principal: PathId, name: PathId },
    /// The first path that is there.
    Account(PathId, PathId),
    /// The value as compact JSON.
    Compact(PathId),
    /// `true` if the value is true, else `false`.
    Flag(PathId),
    /// `ct.resources`
    Resources(PathId),
    /// `s3.uri`
    Uri(PathId, PathId),
    /// A number.
    Number(PathId),
    /// `s3.bytes`
    Sum(PathId, PathId),
    /// `s3.cnt.*`: 1 if the event has this name (`None`: neither of the two that have their own).
    Count(PathId, Option<&'static str>),
    /// `ec2.name`
    InstanceName(PathId),
    /// `ec2.imageids`, one of them or all.
    Images(Box<Images>, Option<usize>),
    /// `ec2.imageid`: that of the first instance
    Image(Box<Images>),
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

/// Binds a field of the source `aws_cloudtrail`.
pub(super) fn bind(field: &FieldRef, paths: &mut Paths) -> Field {
    let arg = field.arg.as_deref();
    let mut at = |dotted: &str| paths.path(dotted.split('.'));
    match &*field.name {
        "ct.shortsrc" => Field::Short(at("eventSource")),
        "ct.user" => Field::User(User::bind(paths)),
        "ct.originaluser" => Field::OriginalUser {
            kind: at("userIdentity.type"),
            arn: at("userIdentity.arn"),
            principal: at("userIdentity.principalId"),
            name: at("userIdentity.userName"),
        },
        "ct.user.accountid" => Field::Account(at("userIdentity.accountId"), at("recipientAccountId")),
        "ct.response" => Field::Compact(at("responseElements")),
        "ct.request" => Field::Compact(at("requestParameters")),
        "ct.additionaleventdata" => Field::Compact(at("additionalEventData")),
        "ct.managementevent" => Field::Flag(at("managementEvent")),
        "ct.readonly" => Field::Flag(at("readOnly")),
        "ct.sessioncredentialfromconsole" => Field::Flag(at("sessionCredentialFromConsole")),
        "ct.resources" => Field::Resources(at("resources")),
        "ct.info" => Field::Info(Box::new(Info::bind(paths))),
        "ct.request.documentname" => Field::Absent,
        "s3.uri" => Field::Uri(at("requestParameters.bucketName"), at("requestParameters.key")),
        "s3.bytes" => Field::Sum(
            at("additionalEventData.bytesTransferredIn"),
            at("additionalEventData.bytesTransferredOut"),
        ),
        "s3.bytes.in" => Field::Number(at("additionalEventData.bytesTransferredIn")),
        "s3.bytes.out" => Field::Number(at("additionalEventData.bytesTransferredOut")),
        "s3.cnt.get" => Field::Count(at("eventName"), Some("GetObject")),
        "s3.cnt.put" => Field::Count(at("eventName"), Some("PutObject")),
        "s3.cnt.other" => Field::Count(at("eventName"), None),
        "ec2.name" => Field::InstanceName(at("requestParameters.tagSpecificationSet.items")),
        "ec2.imageid" => Field::Image(Box::new(Images::bind(paths))),
        "ec2.imageids" => match arg.map(str::parse) {
            None => Field::Images(Box::new(Images::bind(paths)), None),
            Some(Ok(index)) => Field::Images(Box::new(Images::bind(paths)), Some(index)),
            Some(Err(_)) => Field::Absent,
        },
        "json.value" | "jevt.value" => {
            Field::Pointer(paths.path(MemberPath::parse(arg.unwrap_or_default()).keys()))
        }
        "json.obj" | "jevt.obj" => Field::Document,
        "json.rawtime" | "jevt.rawtime" => Field::RawTime,
        "evt.plugininfo" => Field::PluginInfo(Box::new(Info::bind(paths))),
        name => match Generic::named(name) {
            Some(generic) => Field::Generic(generic),
            None => plain_path(name).map_or(Field::Absent, |path| Field::Text(at(&path))),
        },
    }
}

/// The path that the field list gives a field of the plugin.
fn plain_path(name: &str) -> Option<String> {
    let plugin = bundled_plugins().iter().find(|plugin| plugin.name == "cloudtrail")?;
    let schema = plugin.schema();
    schema.fields.iter().find(|field| field.name == name)?.plain_path().map(str::to_owned)
}

impl Field {
    /// The value, `None` if it is absent.
    pub fn value<'e>(&'e self, view: View<'e>) -> Option<Value<'e>> {
        Some(match self {
            Field::Absent => return None,
            Field::Number(path) => Value::Number(cloudtrail::number(view.get(*path)?)),
            Field::Sum(one, other) => match (view.get(*one), view.get(*other)) {
                (None, None) => return None,
                (one, other) => {
                    let number = |raw: Option<_>| raw.map_or(0, cloudtrail::number);
                    Value::Number(number(one).wrapping_add(number(other)))
                }
            },
            Field::Count(name, wanted) => {
                let name = view.whole(*name).unwrap_or_default();
                let counts = match wanted {
                    Some(wanted) => *name == *wanted.as_bytes(),
                    None => !matches!(&*name, b"GetObject" | b"PutObject"),
                };
                return counts.then_some(Value::Number(1));
            }
            Field::Images(images, index) => Value::List(images.list(view, *index)?),
            Field::Generic(generic) => return generic.value(view),
            _ => return self.text(view).map(Value::Text),
        })
    }

    /// The value of a field that is a text.
    #[inline]
    pub fn text<'e>(&'e self, view: View<'e>) -> Option<Cow<'e, [u8]>> {
        match self {
            Field::Text(path) => view.text(*path),
            _ => self.made_text(view),
        }
    }

    fn made_text<'e>(&'e self, view: View<'e>) -> Option<Cow<'e, [u8]>> {
        Some(match self {
            Field::Text(path) => view.text(*path)?,
            Field::Short(path) => cut(cloudtrail::short(view.whole(*path)?)),
            Field::User(user) => cut(user.text(view)?),
            Field::OriginalUser { kind, arn, principal, name } => {
                cut(cloudtrail::original_user(view, *kind, *arn, *principal, *name)?)
            }
            Field::Account(own, recipient) => view.text(*own).or_else(|| view.text(*recipient))?,
            Field::Compact(path) => view.compact(view.get(*path)?),
            Field::Flag(path) => match view.get(*path)?.0 {
                b"true" => Cow::Borrowed(b"true"),
                _ => Cow::Borrowed(b"false"),
            },
            Field::Resources(path) => cut(cloudtrail::resources(view.get(*path)?)?),
            Field::Uri(bucket, key) => cut(cloudtrail::uri(view, *bucket, *key)?),
            Field::InstanceName(items) => cut(cloudtrail::instance_name(view.get(*items)?)?),
            Field::Image(images) => images.list(view, Some(0))?.into_iter().next()?,
            Field::Info(info) => cut(Cow::Owned(info.text(view))),
            Field::PluginInfo(info) => cut(Cow::Owned(info.plugin_text(view))),
            Field::Pointer(path) => {
                let value = readable(view).then(|| view.get(*path)).flatten()?;
                if value.starts(b'"') { view.text_of(value) } else { view.compact(value) }
            }
            Field::Document => {
                let text = readable(view).then(|| json::indent(view.event.record())).flatten()?;
                cut(Cow::Owned(text))
            }
            Field::RawTime if readable(view) => Cow::Owned(view.event.time.to_string().into_bytes()),
            Field::Generic(generic) => match generic.value(view)? {
                Value::Text(text) => text,
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Roughly how long it takes, in comparisons of plain texts.
    pub fn cost(&self) -> u32 {
        match self {
            Field::Text(_) | Field::Flag(_) | Field::Absent | Field::Account(..) => 1,
            Field::Generic(generic) => generic.cost(),
            Field::Compact(_) | Field::Resources(_) | Field::InstanceName(_) => 10,
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

/// How numbers of a field are padded with zeros in an output.
pub(super) fn digits(field: &FieldRef) -> usize {
    generic::digits(&field.name)
}
