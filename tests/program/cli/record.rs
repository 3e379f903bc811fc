//! `rulec test --record`: tests made of real records, small and without what tells of anybody.

use super::program::{Ran, rulec, with};
use serde_json::{Value, json};
use std::fs;

/// What must not be in any test that is made: an account, people, addresses, keys, names of things.
const SECRETS: [&str; 14] = [
    "998877665544",
    "jdoe",
    "AKIAQ7ZLMNOPQRSTUVWX",
    "AROAQ7ZLMNOPQRSTUVWXY",
    "ASIAQ7ZLMNOPQRSTUVWX",
    "172.31.7.9",
    "8.8.4.4",
    "acme",
    "jane.doe@corp.example.net",
    "FwoGZXIvYXdzEJr",
    "i-0abcdef1234567890",
    "c0ffee00-aaaa-bbbb-cccc-0123456789ab",
    "payroll",
    "s3cr3t",
];

fn event() -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAQ7ZLMNOPQRSTUVWXY:jdoe",
            "arn": "arn:aws:sts::998877665544:assumed-role/acme-admin/jdoe",
            "accountId": "998877665544",
            "accessKeyId": "ASIAQ7ZLMNOPQRSTUVWX",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": "AROAQ7ZLMNOPQRSTUVWXY",
                    "arn": "arn:aws:iam::998877665544:role/acme-admin",
                    "accountId": "998877665544",
                    "userName": "acme-admin"
                },
                "attributes": {"creationDate": "2026-01-15T11:00:00Z", "mfaAuthenticated": "false"}
            }
        },
        "eventTime": "2026-01-15T12:34:56Z",
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateAccessKey",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "172.31.7.9",
        "userAgent": "acme-tool/3.1 (jdoe)",
        "requestParameters": {
            "userName": "jdoe",
            "path": "/payroll/",
            "tags": [{"key": "owner", "value": "jane.doe@corp.example.net"}, {"key": "host", "value": "i-0abcdef1234567890"}],
            "sessionToken": "FwoGZXIvYXdzEJr//////////wEaDHh",
            "cidr": "8.8.4.4/32",
            "998877665544": {"note": "s3cr3t"}
        },
        "responseElements": {"accessKey": {"accessKeyId": "AKIAQ7ZLMNOPQRSTUVWX", "userName": "jdoe", "status": "Active"}},
        "requestID": "c0ffee00-aaaa-bbbb-cccc-0123456789ab",
        "eventID": "c0ffee00-aaaa-bbbb-cccc-0123456789ab",
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "998877665544",
        "eventCategory": "Management",
        "owner@acme": {"note": "s3cr3t"}
    })
}

fn rule(condition: &str) -> String {
    format!(
        "- rule: Recorded\n  desc: d\n  condition: >\n    {condition}\n  output: o %ct.user\n  priority: INFO\n  source: aws_cloudtrail\n  tags: [aws]\n"
    )
}

fn record(condition: &str, args: &[&str]) -> Ran {
    let log = json!({"Records": [{"eventName": "Other", "eventTime": "2026-01-15T12:34:56Z", "eventType": "AwsApiCall"}, event()]});
    let directory = with(&[("a.yaml", &rule(condition)), ("log.json", &log.to_string())]);
    let all = [&["test", "--rules", "a.yaml", "--record", "log.json", "--rule", "Recorded"], args].concat();
    let ran = rulec(directory.path(), &all);
    if ran.code == 0 {
        // What is printed is a test file that passes.
        fs::write(directory.path().join("new.test.yaml"), &ran.out).unwrap();
        let again = rulec(directory.path(), &["test", "--rules", "a.yaml", "new.test.yaml"]);
        assert_eq!(
            (again.code, again.err.as_str()),
            (0, "1 test passed in 1 file\n"),
            "{}\n{}",
            ran.out,
            again.out
        );
    }
    ran
}

/// The `event` of the test that is made of the record for a condition, without any secret.
fn made(condition: &str) -> Value {
    let ran = record(condition, &[]);
    assert_eq!(ran.code, 0, "{condition}: {}", ran.err);
    for secret in SECRETS.iter().filter(|secret| !condition.contains(*secret)) {
        assert!(!ran.out.contains(secret), "{secret} is in\n{}", ran.out);
    }
    let file: Value = serde_yaml::from_str(&ran.out).unwrap();
    assert_eq!(file["tests"][0]["fires"], json!(["Recorded"]));
    file["tests"][0]["event"].clone()
}

#[test]
fn only_what_matters_is_left() {
    assert_eq!(made("ct.name = CreateAccessKey"), json!({"eventName": "CreateAccessKey"}));
    assert_eq!(
        made("ct.name = CreateAccessKey and ct.user.identitytype = AssumedRole and not ct.error exists"),
        json!({"eventName": "CreateAccessKey", "userIdentity.type": "AssumedRole"})
    );
    // One of two ways is enough, and what the template says by itself is not repeated.
    assert_eq!(made("ct.region = us-east-1 or ct.name = CreateAccessKey").as_object().unwrap().len(), 1);
    // What the record has not and the template has is taken out.
    let ran = record("ct.name = CreateAccessKey and not ct.user exists and ct.srcip exists", &[]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let without = "ct.name = CreateAccessKey and not json.value[/userIdentity/userName] exists";
    assert_eq!(record(without, &[]).code, 0);
}

#[test]
fn what_tells_of_somebody_has_a_stand_in() {
    let of = |condition: &str, member: &str| {
        made(&format!("ct.name = CreateAccessKey and {condition}"))[member].clone()
    };
    assert_eq!(of("ct.request.username exists", "requestParameters.userName"), "alice");
    assert_eq!(of("json.value[/requestParameters/cidr] exists", "requestParameters.cidr"), "192.0.2.1/32");
    let key = of(
        "json.value[/responseElements/accessKey/accessKeyId] exists",
        "responseElements.accessKey.accessKeyId",
    );
    assert_eq!(key, "AKIAEXAMPLEEXAMPLE01");
    let tags = of("json.value[/requestParameters/tags/1/value] exists", "requestParameters.tags");
    assert_eq!(tags[1], json!({"value": "i-00000000000000001"}));
    let tags = of("json.value[/requestParameters/tags/0/value] contains \"@\"", "requestParameters.tags");
    assert_eq!(tags, json!([{"value": "user-1@example.com"}]));
    let token = of("json.value[/requestParameters/sessionToken] exists", "requestParameters.sessionToken");
    assert_eq!(token, "session-token-1");
    // Keys tell of somebody too.
    let keys = made("ct.name = CreateAccessKey and json.obj contains note");
    assert_eq!(keys["requestParameters.111122223333.note"], "note-1", "{keys}");
    let named = made("json.value[/requestParameters/998877665544/note] exists and ct.name exists");
    assert_eq!(named["requestParameters.998877665544.note"], "note-1", "the condition names the key");
}

#[test]
fn the_same_has_the_same_stand_in() {
    let both = made(
        "ct.name = CreateAccessKey and json.value[/userIdentity/sessionContext/sessionIssuer/accountId] exists \
         and json.value[/userIdentity/sessionContext/sessionIssuer/userName] = \"acme-admin\" \
         and ct.user.arn contains \"assumed-role\" and json.value[/responseElements/accessKey/userName] exists \
         and ct.request.username exists and json.value[/userIdentity/principalId] contains \"AROA\"",
    );
    assert_eq!(both["requestParameters.userName"], both["responseElements.accessKey.userName"]);
    // A literal of the condition stays as it is.
    assert_eq!(both["userIdentity.sessionContext.sessionIssuer.userName"], "acme-admin");
    let equal = made(
        "ct.name = CreateAccessKey and ct.request.username = val(json.value[/responseElements/accessKey/userName])",
    );
    assert_eq!(equal["requestParameters.userName"], "alice");
    assert_eq!(equal["responseElements.accessKey.userName"], "alice");
}

#[test]
fn what_the_condition_looks_for_stays() {
    let of = |condition: &str, member: &str| {
        made(&format!("ct.name = CreateAccessKey and {condition}"))[member].clone()
    };
    let user = "requestParameters.userName";
    assert_eq!(of("ct.request.username startswith jd", user).as_str().unwrap().get(..2), Some("jd"));
    let arn = of("ct.user.arn glob \"arn:aws:sts::*:assumed-role/acme-*\"", "userIdentity.arn");
    let arn = arn.as_str().unwrap();
    assert!(arn.starts_with("arn:aws:sts::111122223333:assumed-role/acme-"), "{arn}");
    // Part of an address is as much as the condition looks for.
    assert_eq!(of("ct.srcip startswith 172.31.", "sourceIPAddress"), "172.31.0.0");
    // A shape is kept where nothing else will do.
    let shaped = of("ct.request.username regex \"^[a-z]{4}$\"", user);
    assert_eq!(shaped, "xxxx");
}

#[test]
fn what_has_no_stand_in_is_said() {
    // Nothing but the text itself has this hash-like form.
    let condition = "ct.name = CreateAccessKey and ct.request.username regex \"^j.o[e]$\"";
    let ran = record(condition, &[]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("`requestParameters.userName`") && ran.err.contains("--keep"), "{}", ran.err);
    assert!(!ran.err.contains("jdoe"), "{}", ran.err);
    let kept = record(condition, &["--keep", "requestParameters.userName"]);
    assert_eq!(kept.code, 0, "{}", kept.err);
    assert!(kept.out.contains("requestParameters.userName: jdoe"), "{}", kept.out);
}

#[test]
fn no_record_will_do() {
    let ran = record("ct.name = CreateAccessKey and ct.user.identitytype = Root", &[]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert_eq!(
        ran.err,
        "`Recorded` fires on none of 2 events in log.json\n\
         the closest record is record 2 of log.json; `rulec explain-match` shows why it does not match\n"
    );
    let directory = with(&[("a.yaml", &rule("ct.name = x")), ("empty.json", "")]);
    let ran = rulec(directory.path(), &["test", "--record", "empty.json", "--rule", "Recorded"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, "`Recorded` fires on none of 0 events in empty.json\n"));
    let ran = rulec(directory.path(), &["test", "--record", "empty.json", "--rule", "Recordet"]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (2, "error: there is no rule named `Recordet`; did you mean `Recorded`?\n")
    );
    assert_eq!(rulec(directory.path(), &["test", "--record", "nosuch", "--rule", "Recorded"]).code, 2);
    assert_eq!(rulec(directory.path(), &["test", "--record", "empty.json"]).code, 2);
    assert_eq!(rulec(directory.path(), &["test", "--rule", "Recorded"]).code, 2);
}

const TESTS: &str = "\
# Ours.
tests:   # all of them
  - name: first   # a comment
    event: {eventName: x, eventSource: y}
    silent: [Recorded]

  # About the second.
  - name: \"Recorded on CreateAccessKey\"
    event: {eventName: x, eventSource: y}
    silent:
      - Recorded   # for now
      # More to come.
  # The end.
";

#[test]
fn a_test_is_added_to_a_file() {
    for (old, crlf) in [(TESTS.to_owned(), false), (TESTS.replace('\n', "\r\n"), true)] {
        let rule = rule("ct.name = CreateAccessKey");
        let directory = with(&[("a.yaml", &rule), ("a.test.yaml", &old), ("log.json", &event().to_string())]);
        let add = || {
            let args = ["test", "--record", "log.json", "--rule", "Recorded", "--append", "a.test.yaml"];
            let ran = rulec(directory.path(), &args);
            assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
            fs::read_to_string(directory.path().join("a.test.yaml")).unwrap()
        };
        let new = add();
        let added = "\n  - name: \"Recorded on CreateAccessKey (2)\"\n    event:\n      eventName: CreateAccessKey\n    fires: [Recorded]\n";
        let expected =
            TESTS.replace("      # More to come.\n", &format!("      # More to come.\n{}", &added[1..]));
        assert_eq!(new.replace("\r\n", "\n").replace('"', ""), expected.replace('"', ""));
        assert_eq!(new.matches('\r').count(), if crlf { new.matches('\n').count() } else { 0 });
        assert_eq!(rulec(directory.path(), &["test"]).err, "3 tests passed in 1 file\n");
        add();
        assert_eq!(rulec(directory.path(), &["test"]).err, "4 tests passed in 1 file\n");
        let names = fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(names, 3, "no temporary file is left");
    }
}

#[test]
fn files_that_no_test_can_be_added_to() {
    let rule = rule("ct.name = CreateAccessKey");
    let flow = "tests: [{name: a, event: {eventName: x, eventSource: y}, silent: [Recorded]}]\n";
    let files = [
        ("a.yaml", &*rule),
        ("log.json", &event().to_string()),
        ("flow.test.yaml", flow),
        ("x.test.yaml", "x: [\n"),
    ];
    let directory = with(&files);
    let add = |name: &str| {
        rulec(directory.path(), &["test", "--record", "log.json", "--rule", "Recorded", "--append", name])
    };
    for name in ["flow.test.yaml", "x.test.yaml"] {
        let before = fs::read_to_string(directory.path().join(name)).unwrap();
        assert_eq!(add(name).code, 2);
        assert_eq!(fs::read_to_string(directory.path().join(name)).unwrap(), before);
    }
    assert_eq!(add("new.test.yaml").code, 0);
    assert_eq!(rulec(directory.path(), &["test", "new.test.yaml"]).err, "1 test passed in 1 file\n");
}
