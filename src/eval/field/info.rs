//! Summaries of events from several fields: `ct.info` and `evt.plugininfo`.

use super::super::event::View;
use super::super::json::{PathId, Paths, Raw};
use super::super::value::Value;
use super::super::views::short;
use super::{Field, at, named};

/// The fields in `ct.info` and `evt.plugininfo`.
#[derive(Clone, Debug)]
pub(in crate::eval) struct Info {
    user: Field,
    ip: Field,
    name: Field,
    error: Field,
    read_only: Field,
    bytes: Field,
    /// The first that has a value is shown.
    details: [(&'static str, Field); 4],
    block: PathId,
    identity: PathId,
    /// Source, region and name, which must be strings.
    strings: [PathId; 3],
}

impl Info {
    pub fn bind(paths: &mut Paths) -> Info {
        let details = [
            (" URI=", "s3.uri"),
            (" Bucket=", "s3.bucket"),
            (" Key=", "s3.key"),
            (" Host=", "ct.request.host"),
        ];
        Info {
            user: named("ct.user", paths),
            ip: named("ct.srcip", paths),
            name: named("ct.name", paths),
            error: named("ct.error", paths),
            read_only: named("ct.readonly", paths),
            bytes: named("s3.bytes", paths),
            details: details.map(|(label, name)| (label, named(name, paths))),
            block: at("/requestParameters/PublicAccessBlockConfiguration", paths),
            identity: at("/userIdentity/type", paths),
            strings: ["/eventSource", "/awsRegion", "/eventName"].map(|pointer| at(pointer, paths)),
        }
    }

    /// The summary of an event.
    pub fn text(&self, view: View<'_>) -> Vec<u8> {
        let missing = |what: &str| format!("<invalid cloudtrail event: {what} field missing>").into_bytes();
        let Some(user) = self.user.whole(view) else { return missing("userIdentity") };
        let Some(ip) = self.ip.whole(view) else { return missing("eventSource") };
        let Some(name) = self.name.whole(view) else { return missing("eventName") };
        let mut text = user.to_vec();
        if user != ip {
            text.extend_from_slice(b" via ");
            text.extend_from_slice(&ip);
        }
        text.push(b' ');
        if self.error.whole(view).is_some() {
            text.push(b'!');
        }
        let writes = self.read_only.whole(view).as_deref() == Some(b"false");
        text.extend_from_slice(if writes { "→ " } else { "← " }.as_bytes());
        text.extend_from_slice(&name);
        self.add_details(view, &name, &mut text);
        text
    }

    fn add_details(&self, view: View<'_>, name: &[u8], text: &mut Vec<u8>) {
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
        if let Some(Value::Number(size)) = self.bytes.value(view) {
            text.extend_from_slice(format!(" Size={size}").as_bytes());
        }
        let mut found = self.details.iter().filter_map(|(label, field)| Some((label, field.whole(view)?)));
        if let Some((label, value)) = found.next() {
            text.extend_from_slice(label.as_bytes());
            text.extend_from_slice(&value);
        }
    }

    /// The summary that the plugin prints for an event.
    pub fn plugin_text(&self, view: View<'_>) -> Vec<u8> {
        let invalid = |what: &str| format!("<invalid JSON: event did not contain {what}>").into_bytes();
        let [source, region, name] = self.strings.map(|path| view.get(path).and_then(Raw::text));
        let Some(source) = source else { return invalid("a source") };
        let Some(region) = region else { return invalid("a region") };
        let Some(name) = name else { return invalid("an eventName") };
        let mut text = region.to_vec();
        match self.user.whole(view) {
            Some(user) if user.is_empty() => {}
            Some(user) => {
                text.push(b' ');
                text.extend_from_slice(&user);
            }
            None if self.user.has_case(view) => text.extend_from_slice(b"<NA>"),
            None if view.get(self.identity).and_then(Raw::text).is_some() => {
                text.extend_from_slice(b"<unknown user type>");
            }
            None => {}
        }
        for part in [&*short(source), &*name, &*self.text(view)] {
            text.push(b' ');
            text.extend_from_slice(part);
        }
        text
    }
}
