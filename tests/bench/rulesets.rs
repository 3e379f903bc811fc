//! Rulesets of the usual kind: 25 as they are written, and as many as wanted made from the AWS event names.

use crate::records::Random;
use rulec::internals::analysis::{Inputs, Options, compile_rules};
use rulec::internals::sema::ir::Rule;
use rulec::internals::source::{SourceFile, SourceMap};

const OUTPUT: &str = "%ct.name by %ct.user from %ct.srcip in %ct.region, error %ct.error";

const CONDITIONS: [&str; 25] = [
    r#"ct.name = "ConsoleLogin" and not ct.error exists and ct.user.identitytype != "AssumedRole" and json.value[/responseElements/ConsoleLogin] = "Success" and json.value[/additionalEventData/MFAUsed] = "No""#,
    r#"ct.name = "ConsoleLogin" and ct.user.identitytype = "Root" and not ct.error exists"#,
    r#"ct.user.identitytype = "Root" and not ct.user.identitytype = "AWSService" and ct.eventtype != "AwsServiceEvent" and not ct.error exists"#,
    r#"ct.name in (StopLogging, DeleteTrail, UpdateTrail) and not ct.error exists"#,
    r#"ct.name = "CreateAccessKey" and not ct.error exists"#,
    r#"ct.name in (AttachRolePolicy, AttachUserPolicy, AttachGroupPolicy) and json.value[/requestParameters/policyArn] = "arn:aws:iam::aws:policy/AdministratorAccess" and not ct.error exists"#,
    r#"ct.name in (PutBucketPolicy, PutBucketAcl, PutBucketCors, PutBucketLifecycle, PutBucketReplication, DeleteBucketPolicy) and not ct.error exists"#,
    r#"ct.name = "PutBucketPolicy" and ct.request contains "Principal\":\"*" and not ct.error exists"#,
    r#"ct.name in (AuthorizeSecurityGroupIngress, AuthorizeSecurityGroupEgress, RevokeSecurityGroupIngress, RevokeSecurityGroupEgress, CreateSecurityGroup, DeleteSecurityGroup)"#,
    r#"ct.name = "AuthorizeSecurityGroupIngress" and json.value[/requestParameters/ipPermissions/items/0/ipRanges/items/0/cidrIp] = "0.0.0.0/0""#,
    r#"ct.name in (CreateNetworkAcl, CreateNetworkAclEntry, DeleteNetworkAcl, DeleteNetworkAclEntry, ReplaceNetworkAclEntry)"#,
    r#"ct.name in (CreateCustomerGateway, DeleteCustomerGateway, AttachInternetGateway, CreateInternetGateway, DeleteInternetGateway)"#,
    r#"ct.name in (CreateRoute, CreateRouteTable, ReplaceRoute, ReplaceRouteTableAssociation, DeleteRouteTable, DeleteRoute)"#,
    r#"ct.name in (CreateVpc, DeleteVpc, ModifyVpcAttribute, AcceptVpcPeeringConnection, CreateVpcPeeringConnection)"#,
    r#"ct.src = "kms.amazonaws.com" and ct.name in (DisableKey, ScheduleKeyDeletion) and not ct.error exists"#,
    r#"ct.src = "config.amazonaws.com" and ct.name in (StopConfigurationRecorder, DeleteDeliveryChannel, PutDeliveryChannel)"#,
    r#"ct.error in (AccessDenied, UnauthorizedOperation) and ct.user.identitytype != "AWSService""#,
    r#"ct.error endswith UnauthorizedOperation or ct.error startswith AccessDenied"#,
    r#"ct.name = "RunInstances" and not ct.region in (us-east-1, eu-west-1) and not ct.error exists"#,
    r#"ct.src = "iam.amazonaws.com" and (ct.name startswith Create or ct.name startswith Delete or ct.name startswith Put) and ct.readonly = false"#,
    r#"ct.name startswith UpdateFunctionCode and not ct.error exists"#,
    r#"ct.name = "GetObject" and s3.bucket in (secrets, payroll) and not ct.user endswith "-bot""#,
    r#"ct.src = "organizations.amazonaws.com" and ct.readonly = false"#,
    r#"ct.useragent icontains "kali" or ct.useragent icontains "parrot" or ct.useragent icontains "pentoo""#,
    r#"ct.src = "guardduty.amazonaws.com" and ct.name in (DeleteDetector, UpdateDetector, DisassociateFromMasterAccount)"#,
];

/// The 25 rules.
#[allow(dead_code)]
pub fn few() -> Vec<Rule> {
    compile(few_text())
}

/// So many rules.
#[allow(dead_code)]
pub fn many(count: usize) -> Vec<Rule> {
    compile(many_text(count))
}

/// The 25 rules as a file.
pub fn few_text() -> String {
    text(CONDITIONS.iter().map(|condition| (*condition).to_owned()))
}

/// So many rules as a file: most ask for event names, one in twenty for something else.
pub fn many_text(count: usize) -> String {
    let mut random = Random::new(7);
    let mut names = Vec::new();
    let mut source = "";
    for line in rulec::internals::bundled::AWS_EVENTS.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix(' ') {
            Some(listed) => names.extend(listed.split_whitespace().map(|name| (source, name))),
            None => source = line,
        }
    }
    let mut conditions: Vec<String> = CONDITIONS.iter().map(|condition| (*condition).to_owned()).collect();
    while conditions.len() < count {
        let (source, name) = names[random.below(names.len())];
        let (_, other) = names[random.below(names.len())];
        let at = conditions.len();
        conditions.push(match random.below(20) {
            0 => format!("ct.useragent icontains tool{at} or ct.srcip startswith 198.51.{}.", at % 256),
            1..=6 => format!("ct.name = \"{name}\" and not ct.error exists"),
            7..=10 => format!("ct.name in (\"{name}\", \"{other}\") and ct.user.identitytype != AWSService"),
            11..=13 => format!("ct.src = \"{source}\" and ct.name = \"{name}\" and ct.readonly = false"),
            14..=15 => format!("ct.name = \"{name}\" and ct.request contains \"value{at}\""),
            16 => format!("ct.error exists and ct.user.arn glob \"*:user/person{at}*\""),
            17 => format!("ct.user.identitytype = Root and ct.name = \"{name}\" and ct.region != us-east-1"),
            18 => format!("ct.name = \"{name}\" and ct.useragent regex \".*(curl|wget)/{at}.*\""),
            _ => format!("s3.bucket = \"bucket-{at}\" or iam.role = \"role-{at}\""),
        });
    }
    text(conditions.into_iter().take(count))
}

fn text(conditions: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for (at, condition) in conditions.enumerate() {
        text += &format!(
            "- rule: r{at}\n  desc: d\n  source: aws_cloudtrail\n  priority: INFO\n  condition: >\n    {condition}\n  output: \"{OUTPUT}\"\n"
        );
    }
    text
}

fn compile(text: String) -> Vec<Rule> {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("rules.yaml", text));
    let compiled = compile_rules(Inputs { sources, options: Options::default() });
    assert!(
        compiled
            .analysis
            .diagnostics
            .iter()
            .all(|found| found.severity != rulec::internals::diag::Severity::Error)
    );
    compiled.rules
}
