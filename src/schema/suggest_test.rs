//! What is proposed for a field that does not exist.

use crate::schema::PluginSet;

fn suggest(name: &str) -> String {
    let set = PluginSet::default();
    let fields = set.classes("aws_cloudtrail").unwrap();
    fields.suggest(name).map_or(String::new(), |field| field.name.clone())
}

fn pointer(name: &str) -> String {
    let set = PluginSet::default();
    set.classes("aws_cloudtrail").unwrap().suggest_pointer(name).unwrap_or_default()
}

#[test]
fn spelling() {
    assert_eq!(suggest("ct.nmae"), "ct.name");
    assert_eq!(suggest("ct.Name"), "ct.name");
    assert_eq!(suggest("cf.name"), "ct.name");
    assert_eq!(suggest("ct.usr"), "ct.user");
    assert_eq!(suggest("ct.user.accountidd"), "ct.user.accountid");
    assert_eq!(suggest("json.vlaue[/a]"), "json.value");
    assert_eq!(suggest("ct.zzz"), "");
    assert_eq!(suggest("nothing"), "");
}

#[test]
fn members() {
    assert_eq!(suggest("ct.eventName"), "ct.name");
    assert_eq!(suggest("ct.sourceipaddress"), "ct.srcip");
    assert_eq!(suggest("ct.errorcode"), "ct.error");
    assert_eq!(suggest("ct.request.rolename"), "iam.role");
    assert_eq!(suggest("ct.bucketname"), "s3.bucket");
    assert_eq!(suggest("ct.useridentity.type"), "ct.user.identitytype");
}

#[test]
fn older_dialect() {
    assert_eq!(suggest("aws.eventName"), "ct.name");
    assert_eq!(suggest("aws.errorCode"), "ct.error");
    assert_eq!(suggest("aws.sourceIP"), "ct.srcip");
    assert_eq!(suggest("aws.user"), "ct.user");
    assert_eq!(suggest("aws.requestParameters.roleName"), "iam.role");
    assert_eq!(pointer("aws.requestParameters.policyArn"), "json.value[/requestParameters/policyArn]");
    let set = PluginSet::default();
    let fields = set.classes("aws_cloudtrail").unwrap();
    for name in super::older_names().values() {
        assert!(fields.field(name).is_some(), "{name}");
    }
}

#[test]
fn pointers() {
    assert_eq!(pointer("ct.request.policyarn"), "json.value[/requestParameters/policyArn]");
    assert_eq!(pointer("ct.request.Made_Up"), "json.value[/requestParameters/Made_Up]");
    assert_eq!(pointer("ct.response.instancesset.items"), "json.value[/responseElements/instancesSet/items]");
    assert_eq!(
        pointer("ct.user.sessioncontext.attributes.mfaauthenticated"),
        "json.value[/userIdentity/sessionContext/attributes/mfaAuthenticated]"
    );
    assert_eq!(pointer("ct.additionaleventdata.mfaused"), "json.value[/additionalEventData/MFAUsed]");
    assert_eq!(pointer("ct.tlsdetails.other"), "json.value[/tlsDetails/other]");
    assert_eq!(pointer("ct.eventversion"), "json.value[/eventVersion]");
    assert_eq!(pointer("ct.policyarn"), "");
    assert_eq!(pointer("ct.resources.arn"), "");
    assert_eq!(pointer("ct.request."), "");
    let set = PluginSet::parse("cloudtrail").unwrap();
    assert_eq!(set.classes("aws_cloudtrail").unwrap().suggest_pointer("ct.request.policyarn"), None);
}

#[test]
fn members_file() {
    assert!(super::members().len() > 500);
    assert!(super::members()["requestparameters"].top);
    assert!(!super::members()["policyarn"].top);
}
