//! The members of a record that a field shows.

use super::{Check, Clause, Kind, any, equal, every, leaf, path};
use crate::cloudtrail::MemberPath;
use crate::schema::Field;
use crate::schema::plugins::{Plugin, bundled_plugins};
use crate::sema::ir::FieldRef;
use std::borrow::Cow;

/// Where a value comes from.
pub enum Source {
    /// One member.
    Member(Vec<String>, Kind),
    /// The service, without its domain.
    Short(Vec<String>),
    /// No member: always this.
    Text(&'static str),
}

/// The members a field shows, each with when it does; they exclude each other.
pub fn sources(field: &FieldRef) -> Result<Vec<(Clause, Source)>, String> {
    let always = |source| Ok(vec![(Clause::Const(true), source)]);
    let member = |dotted: &str, kind| Source::Member(path(dotted), kind);
    match &*field.name {
        "ct.shortsrc" => always(Source::Short(path("eventSource"))),
        "ct.user" => Ok(user()),
        "ct.user.accountid" => {
            let own = path("userIdentity.accountId");
            let check = |check| leaf(&own, Kind::Text, check);
            Ok(vec![
                (check(Check::Exists), Source::Member(own.clone(), Kind::Text)),
                (check(Check::Missing), member("recipientAccountId", Kind::Text)),
            ])
        }
        "ct.managementevent" => always(member("managementEvent", Kind::Flag)),
        "ct.readonly" => always(member("readOnly", Kind::Flag)),
        "ct.sessioncredentialfromconsole" => always(member("sessionCredentialFromConsole", Kind::Flag)),
        "s3.bytes.in" => always(member("additionalEventData.bytesTransferredIn", Kind::Number)),
        "s3.bytes.out" => always(member("additionalEventData.bytesTransferredOut", Kind::Number)),
        "json.value" | "jevt.value" => {
            let pointer = field.arg.as_deref().unwrap_or_default();
            let keys: Vec<String> = MemberPath::parse(pointer).keys().map(Cow::into_owned).collect();
            if keys.is_empty() || keys.iter().any(String::is_empty) {
                return Err("the target has no whole record to compare".to_owned());
            }
            let kind = if is_text(&keys.join(".")) { Kind::Text } else { Kind::Any };
            always(Source::Member(keys, kind))
        }
        "ct.serviceeventdetails" | "ct.edgedevicedetails" => Err(format!(
            "`{}` is mostly an object, which Falco reads as an empty text and the target does not",
            field.name
        )),
        name => match plain_path(name) {
            Some(dotted) => always(member(&dotted, Kind::Text)),
            None => {
                Err(format!("the target has nothing like `{name}`, which is no single member of the record"))
            }
        },
    }
}

fn user() -> Vec<(Clause, Source)> {
    let kind = path("userIdentity.type");
    let is = |text: &str| equal(&kind, Kind::Text, text, false);
    let issuer = path("userIdentity.sessionContext.sessionIssuer.userName");
    let issued = |check| leaf(&issuer, Kind::Text, check);
    let member = |dotted: &str| Source::Member(path(dotted), Kind::Text);
    vec![
        (any(vec![is("Root"), is("IAMUser")]), member("userIdentity.userName")),
        (is("AWSService"), member("userIdentity.invokedBy")),
        (is("AssumedRole"), Source::Member(issuer.clone(), Kind::Text)),
        (every(vec![is("AssumedRole"), issued(Check::Missing)]), Source::Text("AssumedRole")),
        (is("AWSAccount"), Source::Text("AWSAccount")),
        (is("FederatedUser"), Source::Text("FederatedUser")),
    ]
}

/// Members that are texts wherever CloudTrail writes them, though they are asked for by their path.
fn is_text(dotted: &str) -> bool {
    const OTHERS: [&str; 8] = [
        "userIdentity.userName",
        "userIdentity.invokedBy",
        "userIdentity.accessKeyId",
        "userIdentity.sessionContext.sessionIssuer.userName",
        "userIdentity.sessionContext.sessionIssuer.arn",
        "userIdentity.sessionContext.attributes.mfaAuthenticated",
        "additionalEventData.MFAUsed",
        "responseElements.ConsoleLogin",
    ];
    /// Members that fields show and that are, or may be, something else.
    const NO_TEXTS: [&str; 5] = [
        "managementEvent",
        "readOnly",
        "sessionCredentialFromConsole",
        "serviceEventDetails",
        "edgeDeviceDetails",
    ];
    let plugin = bundled_plugins().iter().find(|plugin| plugin.name == "cloudtrail");
    let shows = |plugin: &Plugin| {
        let of_field = |field: &Field| plain_path(&field.name).as_deref() == Some(dotted);
        plugin.schema().fields.iter().filter(|field| field.name.starts_with("ct.")).any(of_field)
    };
    OTHERS.contains(&dotted) || plugin.is_some_and(shows) && !NO_TEXTS.contains(&dotted)
}

/// The path of a field that shows the text of one member.
pub fn plain_path(name: &str) -> Option<String> {
    let whole =
        ["ct.response", "ct.request", "ct.additionaleventdata", "ct.resources", "ct.request.documentname"];
    if whole.contains(&name) {
        return None;
    }
    let plugin = bundled_plugins().iter().find(|plugin| plugin.name == "cloudtrail")?;
    let schema = plugin.schema();
    let field = schema.fields.iter().find(|field| field.name == name)?;
    field.plain_path().filter(|_| !field.list).map(str::to_owned)
}
