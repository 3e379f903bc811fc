//! What each field shows of a record, one row a field. A field is defined here and nowhere else.

use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// A JSON pointer to a member.
pub type Pointer = &'static str;

/// A field: its name and what it shows.
#[derive(Debug)]
pub struct Row {
    /// The name, without argument.
    pub name: &'static str,
    /// Where the value comes from.
    pub meaning: Meaning,
}

/// Where the value of a field comes from.
#[derive(Debug)]
pub enum Meaning {
    /// From the case whose guard holds: guards exclude each other. Without such a case the field is absent.
    Cases(&'static [Case]),
    /// From the member that the argument names: the text of a string, the JSON of anything else. Without keys it is the
    /// whole record.
    Argument,
    /// From nowhere: the plugin has the field and never fills it.
    Never {
        /// The member that an author expects.
        meant: Option<Pointer>,
    },
    /// From code: `eval` makes it, and nothing else can say what it is.
    Opaque {
        /// Why it is no row of members.
        reason: &'static str,
        /// The member without which it is absent; if there is none, it always has a value.
        needs: Option<Pointer>,
    },
}

/// A guard, and the values of which the first that is not absent counts.
#[derive(Debug)]
pub struct Case {
    /// When the case applies.
    pub when: Guard,
    /// The values, in order.
    pub first_of: &'static [Shown],
}

/// A condition on one member, whose place is a pointer or what a pointer was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guard<P = Pointer> {
    /// No condition.
    Always,
    /// The member is a string, one of these.
    Is(P, &'static [&'static str]),
    /// The member is not there, no string, or another one.
    IsNot(P, &'static [&'static str]),
    /// The member is there.
    There(P),
    /// The member is not there.
    Missing(P),
}

impl<P> Guard<P> {
    /// The same condition on another form of the place.
    pub fn map<Q>(self, place: impl FnOnce(P) -> Q) -> Guard<Q> {
        match self {
            Guard::Always => Guard::Always,
            Guard::Is(at, texts) => Guard::Is(place(at), texts),
            Guard::IsNot(at, texts) => Guard::IsNot(place(at), texts),
            Guard::There(at) => Guard::There(place(at)),
            Guard::Missing(at) => Guard::Missing(place(at)),
        }
    }
}

/// One value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown {
    /// A view of a member; absent if the member is.
    Member(Pointer, View),
    /// A text.
    Text(&'static str),
    /// A number.
    Number(u64),
    /// A truth value.
    Bool(bool),
    /// The texts in a row; absent if one of them is.
    Concat(&'static [Shown]),
    /// The sum of members as numbers; absent if all of them are.
    Sum(&'static [Pointer]),
    /// Of the elements of a list the texts of one member: those that are not empty, or that of one element. An argument
    /// of the field is the position of that element.
    Each(Pointer, &'static str, Option<usize>),
}

/// How a member is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// The text of a string; empty for anything else.
    Text,
    /// The text of a string; absent for anything else.
    OnlyText,
    /// [`View::Text`], shortened by [`short`].
    Short,
    /// Of [`View::Text`] the last of exactly so many parts between these bytes; absent if there are more or fewer.
    Last(u8, u8),
    /// The JSON without blanks.
    Compact,
    /// `true` for true, `false` for anything else.
    Flag,
    /// A number; 0 for what is none.
    Number,
    /// The JSON of the elements of a list, with commas between them; absent if there are none.
    Elements,
}

/// The domain of services, which [`View::Short`] cuts off if something stands before it.
pub const DOMAIN: &str = ".amazonaws.com";

/// The row of a field. `jevt.*` are other names of `json.*`.
pub fn row(name: &str) -> Option<&'static Row> {
    static BY_NAME: OnceLock<FxHashMap<&str, &Row>> = OnceLock::new();
    let by_name = BY_NAME.get_or_init(|| ROWS.iter().map(|row| (row.name, row)).collect());
    by_name.get(name).copied()
}

/// All rows.
pub fn rows() -> &'static [Row] {
    ROWS
}

impl Row {
    /// The member that the field shows, if it shows one, whatever else the record holds.
    pub fn member(&self) -> Option<(Pointer, View)> {
        match self.meaning {
            Meaning::Cases([Case { when: Guard::Always, first_of: [Shown::Member(pointer, view)] }]) => {
                Some((*pointer, *view))
            }
            _ => None,
        }
    }

    /// The field has the same value in all records, or never one.
    pub fn is_constant(&self) -> bool {
        match self.meaning {
            Meaning::Cases([Case { when: Guard::Always, first_of: [shown] }]) => {
                matches!(shown, Shown::Text(_) | Shown::Number(_) | Shown::Bool(_))
            }
            Meaning::Cases(_) | Meaning::Argument | Meaning::Opaque { .. } => false,
            Meaning::Never { .. } => true,
        }
    }

    /// A value is made of several members, or of parts of one.
    pub fn is_derived(&self) -> bool {
        let Meaning::Cases(cases) = self.meaning else { return false };
        cases.iter().flat_map(|case| case.first_of).any(Shown::is_derived)
    }
}

impl Shown {
    /// It is made of several members, or of parts of one.
    pub fn is_derived(&self) -> bool {
        matches!(self, Shown::Concat(_) | Shown::Sum(_) | Shown::Each(..) | Shown::Member(_, View::Elements))
    }
}

/// The fields that show one member, whatever else the record holds, and how.
pub fn showing(pointer: &str) -> impl Iterator<Item = (&'static Row, View)> {
    let shown = |row: &'static Row| Some((row, row.member()?));
    ROWS.iter()
        .filter_map(shown)
        .filter(move |(_, (own, _))| *own == pointer)
        .map(|(row, (_, view))| (row, view))
}

/// The service without its domain.
pub fn short(source: &str) -> &str {
    source.strip_suffix(DOMAIN).filter(|short| !short.is_empty()).unwrap_or(source)
}

macro_rules! row {
    ($name:literal: $view:expr, $pointer:expr) => {
        row!($name => Guard::Always, [Shown::Member($pointer, $view)])
    };
    ($name:literal $(=> $when:expr, [$($shown:expr),+])+) => {
        Row {
            name: $name,
            meaning: Meaning::Cases(&[$(Case { when: $when, first_of: &[$($shown),+] }),+]),
        }
    };
    ($name:literal never $meant:expr) => {
        Row { name: $name, meaning: Meaning::Never { meant: $meant } }
    };
    ($name:literal opaque $needs:expr, $reason:expr) => {
        Row { name: $name, meaning: Meaning::Opaque { reason: $reason, needs: $needs } }
    };
}

use Guard::{Always, Is, IsNot, Missing, There};
use Shown::{Concat, Each, Member, Sum};
use View::{Compact, Elements, Flag, Last, Number, OnlyText, Short, Text};

const USER: Pointer = "/userIdentity/type";
const USER_NAME: Shown = Member("/userIdentity/userName", Text);
const BYTES_IN: Pointer = "/additionalEventData/bytesTransferredIn";
const BYTES_OUT: Pointer = "/additionalEventData/bytesTransferredOut";
const BUCKET: Pointer = "/requestParameters/bucketName";
const KEY: Pointer = "/requestParameters/key";
/// Launched instances.
const INSTANCES: Pointer = "/responseElements/instancesSet/items";
const IMAGE: Shown = Member("/requestParameters/imageId", Text);
const FAST_IMAGE: Shown = Member("/requestParameters/DescribeFastLaunchImagesRequest/ImageId/content", Text);
const SPOT_IMAGE: Shown = Member("/requestParameters/launchSpecification/imageId", Text);
const TIME: &str = "it is made of the event's time";
const FIRST: &str = "it depends on the events before";

static ROWS: &[Row] = &[
    row!("ct.id": Text, "/eventID"),
    row!("ct.error": Text, "/errorCode"),
    row!("ct.errormessage": Text, "/errorMessage"),
    row!("ct.time": Text, "/eventTime"),
    row!("ct.src": Text, "/eventSource"),
    row!("ct.shortsrc": Short, "/eventSource"),
    row!("ct.name": Text, "/eventName"),
    row!("ct.user"
        => Is(USER, &["Root", "IAMUser"]), [USER_NAME]
        => Is(USER, &["AWSService"]), [Member("/userIdentity/invokedBy", Text)]
        => Is(USER, &["AssumedRole"]), [
            Member("/userIdentity/sessionContext/sessionIssuer/userName", Text),
            Shown::Text("AssumedRole")
        ]
        => Is(USER, &["AWSAccount"]), [Shown::Text("AWSAccount")]
        => Is(USER, &["FederatedUser"]), [Shown::Text("FederatedUser")]),
    row!("ct.originaluser"
    => IsNot(USER, &["AssumedRole"]), [USER_NAME]
    => Is(USER, &["AssumedRole"]), [
        Member("/userIdentity/arn", Last(b'/', 3)),
        Member("/userIdentity/principalId", Last(b':', 2))
    ]),
    row!("ct.user.accountid"
        => Always, [Member("/userIdentity/accountId", Text), Member("/recipientAccountId", Text)]),
    row!("ct.user.identitytype": Text, USER),
    row!("ct.user.principalid": Text, "/userIdentity/principalId"),
    row!("ct.user.arn": Text, "/userIdentity/arn"),
    row!("ct.region": Text, "/awsRegion"),
    row!("ct.response.subnetid": Text, "/responseElements/subnetId"),
    row!("ct.response.reservationid": Text, "/responseElements/reservationId"),
    row!("ct.response": Compact, "/responseElements"),
    row!("ct.request.availabilityzone": Text, "/requestParameters/availabilityZone"),
    row!("ct.request.cluster": Text, "/requestParameters/cluster"),
    row!("ct.request.functionname": Text, "/requestParameters/functionName"),
    row!("ct.request.groupname": Text, "/requestParameters/groupName"),
    row!("ct.request.host": Text, "/requestParameters/Host"),
    row!("ct.request.name": Text, "/requestParameters/name"),
    row!("ct.request.policy": Text, "/requestParameters/policy"),
    row!("ct.request.reason": Text, "/requestParameters/reason"),
    row!("ct.request.target": Text, "/requestParameters/target"),
    row!("ct.request.documentname" never Some("/requestParameters/documentName")),
    row!("ct.request.serialnumber": Text, "/requestParameters/serialNumber"),
    row!("ct.request.servicename": Text, "/requestParameters/serviceName"),
    row!("ct.request.subnetid": Text, "/requestParameters/subnetId"),
    row!("ct.request.taskdefinition": Text, "/requestParameters/taskDefinition"),
    row!("ct.request.username": Text, "/requestParameters/userName"),
    row!("ct.request": Compact, "/requestParameters"),
    row!("ct.srcip": Text, "/sourceIPAddress"),
    row!("ct.useragent": Text, "/userAgent"),
    row!("ct.info" opaque None, "it is a summary of many members"),
    row!("ct.managementevent": Flag, "/managementEvent"),
    row!("ct.readonly": Flag, "/readOnly"),
    row!("ct.requestid": Text, "/requestID"),
    row!("ct.eventtype": Text, "/eventType"),
    row!("ct.apiversion": Text, "/apiVersion"),
    row!("ct.resources": Elements, "/resources"),
    row!("ct.recipientaccountid": Text, "/recipientAccountId"),
    row!("ct.serviceeventdetails": Text, "/serviceEventDetails"),
    row!("ct.sharedeventid": Text, "/sharedEventID"),
    row!("ct.vpcendpointid": Text, "/vpcEndpointId"),
    row!("ct.eventcategory": Text, "/eventCategory"),
    row!("ct.addendum.reason": Text, "/addendum/reason"),
    row!("ct.addendum.updatedfields": Text, "/addendum/updatedFields"),
    row!("ct.addendum.originalrequestid": Text, "/addendum/originalRequestID"),
    row!("ct.addendum.originaleventid": Text, "/addendum/originalEventID"),
    row!("ct.sessioncredentialfromconsole": Flag, "/sessionCredentialFromConsole"),
    row!("ct.edgedevicedetails": Text, "/edgeDeviceDetails"),
    row!("ct.tlsdetails.tlsversion": Text, "/tlsDetails/tlsVersion"),
    row!("ct.tlsdetails.ciphersuite": Text, "/tlsDetails/cipherSuite"),
    row!("ct.tlsdetails.clientprovidedhostheader": Text, "/tlsDetails/clientProvidedHostHeader"),
    row!("ct.additionaleventdata": Compact, "/additionalEventData"),
    row!("s3.uri"
    => Always, [Concat(&[
        Shown::Text("s3://"),
        Member(BUCKET, OnlyText),
        Shown::Text("/"),
        Member(KEY, OnlyText),
    ])]),
    row!("s3.bucket": Text, BUCKET),
    row!("s3.key": Text, KEY),
    row!("s3.bytes" => Always, [Sum(&[BYTES_IN, BYTES_OUT])]),
    row!("s3.bytes.in": Number, BYTES_IN),
    row!("s3.bytes.out": Number, BYTES_OUT),
    row!("s3.cnt.get" => Is("/eventName", &["GetObject"]), [Shown::Number(1)]),
    row!("s3.cnt.put" => Is("/eventName", &["PutObject"]), [Shown::Number(1)]),
    row!("s3.cnt.other" => IsNot("/eventName", &["GetObject", "PutObject"]), [Shown::Number(1)]),
    row!("ec2.name" opaque Some("/requestParameters/tagSpecificationSet/items"), "it is one of many tags"),
    row!("ec2.imageid"
        => There(INSTANCES), [Each(INSTANCES, "imageId", Some(0))]
        => Missing(INSTANCES), [IMAGE, FAST_IMAGE, SPOT_IMAGE]),
    row!("ec2.imageids"
        => There(INSTANCES), [Each(INSTANCES, "imageId", None)]
        => Missing(INSTANCES), [IMAGE, FAST_IMAGE, SPOT_IMAGE]),
    row!("ecr.repository": Text, "/requestParameters/repositoryName"),
    row!("ecr.imagetag": Text, "/requestParameters/imageTag"),
    row!("iam.role": Text, "/requestParameters/roleName"),
    row!("iam.policy": Text, "/requestParameters/policyName"),
    Row { name: "json.value", meaning: Meaning::Argument },
    row!("json.obj" opaque None, "it is the whole record"),
    row!("json.rawtime" opaque None, TIME),
    Row { name: "jevt.value", meaning: Meaning::Argument },
    row!("jevt.obj" opaque None, "it is the whole record"),
    row!("jevt.rawtime" opaque None, TIME),
    row!("evt.num" opaque None, FIRST),
    row!("evt.time" opaque None, TIME),
    row!("evt.time.s" opaque None, TIME),
    row!("evt.time.iso8601" opaque None, TIME),
    row!("evt.datetime" opaque None, TIME),
    row!("evt.datetime.s" opaque None, TIME),
    row!("evt.rawtime" opaque None, TIME),
    row!("evt.rawtime.s" opaque None, TIME),
    row!("evt.rawtime.ns" opaque None, TIME),
    row!("evt.reltime" opaque None, FIRST),
    row!("evt.reltime.s" opaque None, FIRST),
    row!("evt.reltime.ns" opaque None, FIRST),
    row!("evt.pluginname" => Always, [Shown::Text("cloudtrail")]),
    row!("evt.plugininfo" opaque None, "it is a summary of many members"),
    row!("evt.source" => Always, [Shown::Text("aws_cloudtrail")]),
    row!("evt.is_async" => Always, [Shown::Bool(false)]),
    row!("evt.asynctype" never None),
    row!("evt.hostname" opaque None, "it is the name of the machine that runs Falco"),
];

#[cfg(test)]
#[path = "fields_test.rs"]
mod tests;
