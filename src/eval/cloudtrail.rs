//! The fields of the cloudtrail plugin that are more than the text at one path.
//!
//! Here a NUL is a byte like others; only what leaves the plugin ends there.

use super::event::{View, cut, whole_of};
use super::json::{PathId, Paths, Raw, compact};
use std::borrow::Cow;

type Text<'e> = Cow<'e, [u8]>;

/// Where `ct.user` is read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct User {
    kind: PathId,
    name: PathId,
    invoked_by: PathId,
    issuer: PathId,
}

impl User {
    pub fn bind(paths: &mut Paths) -> User {
        let mut at = |dotted: &str| paths.path(dotted.split('.'));
        User {
            kind: at("userIdentity.type"),
            name: at("userIdentity.userName"),
            invoked_by: at("userIdentity.invokedBy"),
            issuer: at("userIdentity.sessionContext.sessionIssuer.userName"),
        }
    }

    /// Who acted, by the kind of identity.
    pub fn text<'e>(&self, view: View<'e>) -> Option<Text<'e>> {
        match &*view.get(self.kind)?.text()? {
            b"Root" | b"IAMUser" => view.whole(self.name),
            b"AWSService" => view.whole(self.invoked_by),
            b"AssumedRole" => Some(view.whole(self.issuer).unwrap_or(Cow::Borrowed(b"AssumedRole"))),
            b"AWSAccount" => Some(Cow::Borrowed(b"AWSAccount")),
            b"FederatedUser" => Some(Cow::Borrowed(b"FederatedUser")),
            _ => None,
        }
    }

    /// What `evt.plugininfo` says of a user that is not there.
    fn missing(&self, view: View<'_>) -> &'static str {
        match view.get(self.kind).and_then(Raw::text).as_deref() {
            Some(b"Root" | b"IAMUser" | b"AWSService") => "<NA>",
            Some(_) => "<unknown user type>",
            None => "",
        }
    }
}

pub(super) fn original_user(
    view: View<'_>,
    kind: PathId,
    arn: PathId,
    principal: PathId,
    name: PathId,
) -> Option<Text<'_>> {
    if view.whole(kind).as_deref() != Some(b"AssumedRole") {
        return view.whole(name);
    }
    let part = |path, separator: u8, count: usize| {
        let text = view.whole(path)?;
        let parts: Vec<&[u8]> = text.split(|&byte| byte == separator).collect();
        (parts.len() == count).then(|| Cow::Owned(parts[count - 1].to_vec()))
    };
    part(arn, b'/', 3).or_else(|| part(principal, b':', 2))
}

/// The service without its domain.
pub(super) fn short(text: Text<'_>) -> Text<'_> {
    const DOMAIN: &[u8] = b".amazonaws.com";
    if text.len() <= DOMAIN.len() || !text.ends_with(DOMAIN) {
        return text;
    }
    let len = text.len() - DOMAIN.len();
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..len]),
        Cow::Owned(mut text) => {
            text.truncate(len);
            Cow::Owned(text)
        }
    }
}

/// The elements as JSON, joined by commas.
pub(super) fn resources<'e>(raw: Raw<'e>) -> Option<Text<'e>> {
    let all: Vec<Text<'e>> = raw.elements().map(|element| compact(element.0)).collect();
    if all.is_empty() {
        return None;
    }
    let mut text = all.join(&b","[..]);
    if text.last() == Some(&b',') {
        text.pop();
    }
    Some(Cow::Owned(text))
}

/// `s3://bucket/key`, if both are texts.
pub(super) fn uri(view: View<'_>, bucket: PathId, key: PathId) -> Option<Text<'_>> {
    let text = |path| {
        let raw = view.get(path)?;
        raw.starts(b'"').then(|| whole_of(raw))
    };
    let (bucket, key) = (text(bucket)?, text(key)?);
    Some(Cow::Owned([b"s3://", &*bucket, b"/", &*key].concat()))
}

/// A number as the plugin converts it: floats are cut, negative ones wrap, the rest is 0.
pub(super) fn number(raw: Raw<'_>) -> u64 {
    let Ok(text) = std::str::from_utf8(raw.0) else { return 0 };
    if text.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(number) = text.parse()
    {
        return number;
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+')) {
        return 0;
    }
    let float: f64 = text.parse().unwrap_or(0.0);
    if float < 9_223_372_036_854_775_808.0 {
        float as i64 as u64
    } else {
        ((float - 9_223_372_036_854_775_808.0) as i64 as u64) ^ (1 << 63)
    }
}

/// The name tag of the last instance that has one.
pub(super) fn instance_name<'e>(items: Raw<'e>) -> Option<Text<'e>> {
    let mut name = None;
    let is = |raw: Option<Raw<'e>>, text: &[u8]| raw.and_then(Raw::text).as_deref() == Some(text);
    for item in items.elements().filter(|item| is(item.get(b"resourceType"), b"instance")) {
        let tags = item.get(b"tags");
        let tag = tags.and_then(|tags| tags.elements().find(|tag| is(tag.get(b"key"), b"Name")));
        if let Some(tag) = tag {
            name = tag.get(b"value").map(|value| whole_of(value)).or(name);
        }
    }
    name.filter(|name| !name.is_empty())
}

/// Where `ec2.imageids` is read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Images {
    instances: PathId,
    requested: [PathId; 3],
}

impl Images {
    pub fn bind(paths: &mut Paths) -> Images {
        let mut at = |dotted: &str| paths.path(dotted.split('.'));
        Images {
            instances: at("responseElements.instancesSet.items"),
            requested: [
                at("requestParameters.imageId"),
                at("requestParameters.DescribeFastLaunchImagesRequest.ImageId.content"),
                at("requestParameters.launchSpecification.imageId"),
            ],
        }
    }

    /// The images of the launched instances, else the one asked for.
    pub fn list<'e>(&self, view: View<'e>, index: Option<usize>) -> Option<Vec<Text<'e>>> {
        let Some(instances) = view.get(self.instances) else {
            if index.is_some_and(|index| index > 0) {
                return None;
            }
            let image = self.requested.iter().find_map(|&path| view.whole(path))?;
            return Some(vec![cut(image)]);
        };
        if let Some(index) = index {
            let image = instances.elements().nth(index)?.get(b"imageId")?;
            return Some(vec![cut(whole_of(image))]);
        }
        let images = instances.elements().filter_map(|item| item.get(b"imageId"));
        let images: Vec<Text<'e>> =
            images.map(|image| whole_of(image)).filter(|image| !image.is_empty()).map(cut).collect();
        (!images.is_empty()).then_some(images)
    }
}

/// Where `ct.info` and `evt.plugininfo` are read from.
#[derive(Clone, Debug)]
pub(super) struct Info {
    user: User,
    region: PathId,
    source: PathId,
    name: PathId,
    ip: PathId,
    error: PathId,
    read_only: PathId,
    block: PathId,
    bytes: [PathId; 2],
    bucket: PathId,
    key: PathId,
    host: PathId,
}

impl Info {
    pub fn bind(paths: &mut Paths) -> Info {
        let user = User::bind(paths);
        let mut at = |dotted: &str| paths.path(dotted.split('.'));
        Info {
            user,
            region: at("awsRegion"),
            source: at("eventSource"),
            name: at("eventName"),
            ip: at("sourceIPAddress"),
            error: at("errorCode"),
            read_only: at("readOnly"),
            block: at("requestParameters.PublicAccessBlockConfiguration"),
            bytes: [
                at("additionalEventData.bytesTransferredIn"),
                at("additionalEventData.bytesTransferredOut"),
            ],
            bucket: at("requestParameters.bucketName"),
            key: at("requestParameters.key"),
            host: at("requestParameters.Host"),
        }
    }

    /// The summary of an event.
    pub fn text(&self, view: View<'_>) -> Vec<u8> {
        let missing = |what: &str| format!("<invalid cloudtrail event: {what} field missing>").into_bytes();
        let Some(user) = self.user.text(view) else { return missing("userIdentity") };
        let Some(ip) = view.whole(self.ip) else { return missing("eventSource") };
        let Some(name) = view.whole(self.name) else { return missing("eventName") };
        let mut text = user.to_vec();
        if user != ip {
            text.extend_from_slice(b" via ");
            text.extend_from_slice(&ip);
        }
        text.push(b' ');
        if view.get(self.error).is_some() {
            text.push(b'!');
        }
        let writes = view.get(self.read_only).is_some_and(|raw| raw.0 != b"true");
        text.extend_from_slice(if writes { "→ " } else { "← " }.as_bytes());
        text.extend_from_slice(&name);
        self.details(view, &name, &mut text);
        text
    }

    fn details(&self, view: View<'_>, name: &[u8], text: &mut Vec<u8>) {
        if name == b"PutBucketPublicAccessBlock" {
            if view.get(self.block).is_some_and(|raw| raw.starts(b'{')) {
                // The plugin looks for the four at the wrong place and never finds them.
                text.extend_from_slice(
                    b" BlockPublicAcls=false BlockPublicPolicy=false IgnorePublicAcls=false \
                      RestrictPublicBuckets=false ",
                );
            }
            return;
        }
        let sizes = self.bytes.map(|path| view.get(path).map(number));
        if sizes.iter().any(Option::is_some) {
            let size = sizes.iter().flatten().fold(0, |sum: u64, size| sum.wrapping_add(*size));
            text.extend_from_slice(format!(" Size={size}").as_bytes());
        }
        let found = uri(view, self.bucket, self.key)
            .map(|uri| (" URI=", uri))
            .or_else(|| Some((" Bucket=", view.whole(self.bucket)?)))
            .or_else(|| Some((" Key=", view.whole(self.key)?)))
            .or_else(|| Some((" Host=", view.whole(self.host)?)));
        if let Some((label, value)) = found {
            text.extend_from_slice(label.as_bytes());
            text.extend_from_slice(&value);
        }
    }

    /// What the plugin prints for an event.
    pub fn plugin_text(&self, view: View<'_>) -> Vec<u8> {
        let string = |path| {
            let raw = view.get(path)?;
            raw.starts(b'"').then(|| whole_of(raw))
        };
        let invalid = |what: &str| format!("<invalid JSON: event did not contain {what}>").into_bytes();
        let Some(source) = string(self.source) else { return invalid("a source") };
        let Some(region) = string(self.region) else { return invalid("a region") };
        let Some(name) = string(self.name) else { return invalid("an eventName") };
        let mut text = region.to_vec();
        match self.user.text(view) {
            Some(user) if user.is_empty() => {}
            Some(user) => {
                text.push(b' ');
                text.extend_from_slice(&user);
            }
            None => text.extend_from_slice(self.user.missing(view).as_bytes()),
        }
        for part in [&*short(source), &*name, &*self.text(view)] {
            text.push(b' ');
            text.extend_from_slice(part);
        }
        text
    }
}
