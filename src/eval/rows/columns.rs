//! The columns of CloudTrail tables, and the members of records that they hold.

use ColumnType::{Flag, Json, List, Map, Struct, Text, Time};

/// Type of a column or of a member in it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum ColumnType {
    /// A text.
    Text,
    /// A time as text, for which CloudTrail Lake has its own format.
    Time,
    /// `true` or `false`.
    Flag,
    /// Any JSON, as text.
    Json,
    /// Texts by arbitrary keys.
    Map,
    /// An object with known members.
    Struct(&'static [Member]),
    /// A list of such objects.
    List(&'static [Member]),
}

/// A member of a record by its name in the record; tables write all names in lower case.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Member {
    pub name: &'static str,
    pub kind: ColumnType,
}

const fn is(name: &'static str, kind: ColumnType) -> Member {
    Member { name, kind }
}

/// Required columns: rules test whether these members are present.
const CORE: [&str; 8] = [
    "eventTime",
    "eventType",
    "eventSource",
    "eventName",
    "userIdentity",
    "errorCode",
    "requestParameters",
    "responseElements",
];

/// Columns whose absence is reported.
const USUAL: [&str; 11] = [
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorMessage",
    "additionalEventData",
    "eventID",
    "resources",
    "readOnly",
    "recipientAccountId",
    "vpcEndpointId",
    "eventCategory",
];

/// Columns that hold the whole record as text.
pub(super) const WHOLE: [&str; 2] = ["eventJson", "eventData"];

const ALL: [Member; 29] = [
    is("eventVersion", Text),
    is("userIdentity", Struct(&IDENTITY)),
    is("eventTime", Time),
    is("eventSource", Text),
    is("eventName", Text),
    is("awsRegion", Text),
    is("sourceIPAddress", Text),
    is("userAgent", Text),
    is("errorCode", Text),
    is("errorMessage", Text),
    is("requestParameters", Json),
    is("responseElements", Json),
    is("additionalEventData", Json),
    is("requestID", Text),
    is("eventID", Text),
    is("readOnly", Flag),
    is("resources", List(&RESOURCE)),
    is("eventType", Text),
    is("apiVersion", Text),
    is("managementEvent", Flag),
    is("recipientAccountId", Text),
    is("serviceEventDetails", Json),
    is("sharedEventID", Text),
    is("vpcEndpointId", Text),
    is("vpcEndpointAccountId", Text),
    is("eventCategory", Text),
    is("sessionCredentialFromConsole", Text),
    is("edgeDeviceDetails", Json),
    is("tlsDetails", Struct(&TLS)),
];

/// Only records that are late or were changed have an `addendum`.
const ADDENDUM: Member = is(
    "addendum",
    Struct(&[
        is("reason", Text),
        is("updatedFields", Text),
        is("originalRequestID", Text),
        is("originalEventID", Text),
    ]),
);

const IDENTITY: [Member; 12] = [
    is("type", Text),
    is("principalId", Text),
    is("arn", Text),
    is("accountId", Text),
    is("invokedBy", Text),
    is("accessKeyId", Text),
    is("userName", Text),
    is("identityProvider", Text),
    is("credentialId", Text),
    is("onBehalfOf", Struct(&[is("userId", Text), is("identityStoreArn", Text)])),
    is("sessionContext", Struct(&SESSION)),
    is(
        "inScopeOf",
        Struct(&[
            is("sourceArn", Text),
            is("sourceAccount", Text),
            is("issuerType", Text),
            is("credentialsIssuedTo", Text),
        ]),
    ),
];

const SESSION: [Member; 7] = [
    is("attributes", Struct(&[is("creationDate", Time), is("mfaAuthenticated", Text)])),
    is(
        "sessionIssuer",
        Struct(&[
            is("type", Text),
            is("principalId", Text),
            is("arn", Text),
            is("accountId", Text),
            is("userName", Text),
        ]),
    ),
    is("webIdFederationData", Struct(&[is("federatedProvider", Text), is("attributes", Map)])),
    is("sourceIdentity", Text),
    is("ec2RoleDelivery", Text),
    is("ec2IssuedInVpc", Text),
    is("assumedRoot", Text),
];

const RESOURCE: [Member; 4] =
    [is("ARN", Text), is("ARNPrefix", Text), is("accountId", Text), is("type", Text)];

const TLS: [Member; 4] = [
    is("tlsVersion", Text),
    is("cipherSuite", Text),
    is("clientProvidedHostHeader", Text),
    is("keyExchange", Text),
];

/// The member of a record that a column holds; `None` for columns of partitions and the user's own.
pub(super) fn column(name: &str) -> Option<&'static Member> {
    member(&ALL, name).or_else(|| ADDENDUM.name.eq_ignore_ascii_case(name).then_some(&ADDENDUM))
}

/// The member of this name, ignoring case.
pub(super) fn member(of: &'static [Member], name: &str) -> Option<&'static Member> {
    of.iter().find(|member| member.name.eq_ignore_ascii_case(name))
}

/// Whether a key is a column's name in lower case and no member of a record.
pub(super) fn is_lower(key: &[u8]) -> bool {
    std::str::from_utf8(key).is_ok_and(|key| {
        let is_column = column(key).is_some_and(|member| member.name != key);
        key.bytes().all(|byte| byte.is_ascii_lowercase()) && (is_column || is_whole(key))
    })
}

/// Whether a column holds the whole record.
pub(super) fn is_whole(name: &str) -> bool {
    WHOLE.iter().any(|whole| whole.eq_ignore_ascii_case(name))
}

/// Missing columns: the required ones, and those whose absence is reported.
pub(super) fn missing<'n>(names: impl Iterator<Item = &'n str> + Clone) -> (Vec<String>, Vec<String>) {
    let lacks = |wanted: &&str| !names.clone().any(|name| name.eq_ignore_ascii_case(wanted));
    let lower = |wanted: &str| wanted.to_ascii_lowercase();
    let of = |all: &[&'static str]| all.iter().copied().filter(lacks).map(lower).collect();
    (of(&CORE), of(&USUAL))
}
