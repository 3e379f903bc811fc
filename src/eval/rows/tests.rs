//! Records printed as tables print them and converted back: equal, or refused.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::{ObjectKind, object_kind, of_csv, of_csv_text, of_object};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// The columns of the table that the documentation of Athena creates.
const COLUMNS: [&str; 28] = [
    "eventversion",
    "useridentity",
    "eventtime",
    "eventsource",
    "eventname",
    "awsregion",
    "sourceipaddress",
    "useragent",
    "errorcode",
    "errormessage",
    "requestparameters",
    "responseelements",
    "additionaleventdata",
    "requestid",
    "eventid",
    "readonly",
    "resources",
    "eventtype",
    "apiversion",
    "recipientaccountid",
    "serviceeventdetails",
    "sharedeventid",
    "vpcendpointid",
    "vpcendpointaccountid",
    "eventcategory",
    "sessioncredentialfromconsole",
    "edgedevicedetails",
    "tlsdetails",
];
const JSON: [&str; 5] = [
    "requestparameters",
    "responseelements",
    "additionaleventdata",
    "serviceeventdetails",
    "edgedevicedetails",
];
const ISSUER: [&str; 5] = ["type", "principalid", "arn", "accountid", "username"];

/// A member by its name in lower case.
fn of<'v>(value: &'v Value, lower: &str) -> &'v Value {
    let found =
        value.as_object().and_then(|map| map.iter().find(|(name, _)| name.to_ascii_lowercase() == lower));
    found.map_or(&Value::Null, |(_, value)| value)
}

/// A member of a struct, and how it is printed.
type PrintedMember<'p> = (&'p str, &'p dyn Fn(&Value) -> String);

/// A struct as Athena prints it: all its members, in order.
fn printed(value: &Value, members: &[PrintedMember<'_>]) -> String {
    if value.is_null() {
        return "null".into();
    }
    let parts: Vec<String> =
        members.iter().map(|(name, print)| format!("{name}={}", print(of(value, name)))).collect();
    format!("{{{}}}", parts.join(", "))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("null").to_owned()
}

fn texts(value: &Value, names: &[&str]) -> String {
    let print: &dyn Fn(&Value) -> String = &text;
    printed(value, &names.iter().map(|name| (*name, print)).collect::<Vec<_>>())
}

fn map(value: &Value) -> String {
    let Some(map) = value.as_object() else { return "null".into() };
    let parts: Vec<String> = map.iter().map(|(key, value)| format!("{key}={}", text(value))).collect();
    format!("{{{}}}", parts.join(", "))
}

fn identity(value: &Value) -> String {
    let attributes = |value: &Value| texts(value, &["mfaauthenticated", "creationdate"]);
    let issuer = |value: &Value| texts(value, &ISSUER);
    let web = |value: &Value| printed(value, &[("federatedprovider", &text), ("attributes", &map)]);
    let session = |value: &Value| {
        printed(
            value,
            &[
                ("attributes", &attributes),
                ("sessionissuer", &issuer),
                ("ec2roledelivery", &text),
                ("webidfederationdata", &web),
            ],
        )
    };
    let behalf = |value: &Value| texts(value, &["userid", "identitystorearn"]);
    printed(
        value,
        &[
            ("type", &text),
            ("principalid", &text),
            ("arn", &text),
            ("accountid", &text),
            ("invokedby", &text),
            ("accesskeyid", &text),
            ("username", &text),
            ("onbehalfof", &behalf),
            ("sessioncontext", &session),
        ],
    )
}

fn resources(value: &Value) -> String {
    let all = value.as_array().unwrap().iter();
    format!("[{}]", all.map(|one| texts(one, &["arn", "accountid", "type"])).collect::<Vec<_>>().join(", "))
}

/// The printed cell of a column; `None` if it is empty.
fn cell(record: &Value, column: &str) -> Option<String> {
    let value = of(record, column);
    match (column, value) {
        (_, Value::Null) => None,
        ("useridentity", _) => Some(identity(value)),
        ("resources", _) => Some(resources(value)),
        ("tlsdetails", _) => Some(texts(value, &["tlsversion", "ciphersuite", "clientprovidedhostheader"])),
        (_, Value::String(text)) => Some(text.clone()),
        _ => Some(value.to_string()),
    }
}

fn csv(record: &Value) -> String {
    let quoted = |text: String| format!("\"{}\"", text.replace('"', "\"\""));
    let cells: Vec<String> =
        COLUMNS.iter().map(|column| cell(record, column).map(quoted).unwrap_or_default()).collect();
    cells.join(",") + "\n"
}

fn header() -> Vec<String> {
    COLUMNS.iter().map(|&name| name.to_owned()).collect()
}

/// A row as `UNLOAD` writes it: JSON with names in lower case, and JSON inside of texts.
fn unloaded(record: &Value) -> String {
    fn lower(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                map.iter().map(|(key, value)| (key.to_ascii_lowercase(), lower(value))).collect()
            }
            Value::Array(all) => all.iter().map(lower).collect(),
            other => other.clone(),
        }
    }
    let mut row = Map::new();
    for (key, value) in record.as_object().unwrap() {
        let key = key.to_ascii_lowercase();
        let value = match value {
            value if JSON.contains(&&*key) && !value.is_null() => value.to_string().into(),
            Value::Bool(flag) => flag.to_string().into(),
            Value::Object(map) if key == "useridentity" => {
                let mut identity = lower(value);
                // Keys of maps stay as they are.
                let web = |value: &Value| value.get("webIdFederationData")?.get("attributes").cloned();
                if let Some(attributes) = map.get("sessionContext").and_then(web) {
                    identity["sessioncontext"]["webidfederationdata"]["attributes"] = attributes;
                }
                identity
            }
            other => lower(other),
        };
        if key != "managementevent" {
            row.insert(key, value);
        }
    }
    Value::Object(row).to_string()
}

fn sample() -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLE:ann", "accountId": "111122223333",
            "arn": "arn:aws:sts::111122223333:assumed-role/Deploy/ann", "accessKeyId": "ASIAEXAMPLE",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role", "principalId": "AROAEXAMPLE", "accountId": "111122223333",
                    "arn": "arn:aws:iam::111122223333:role/Deploy", "userName": "Deploy"
                },
                "webIdFederationData": {
                    "federatedProvider": "arn:aws:iam::111122223333:oidc-provider/example.com",
                    "attributes": { "example.com:Sub": "ann" }
                },
                "attributes": { "creationDate": "2026-03-01T09:00:00Z", "mfaAuthenticated": "false" }
            }
        },
        "eventTime": "2026-03-01T10:00:01Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "PutObject",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "",
        "requestParameters": { "bucketName": "b", "key": "a \"quoted\"\nkey", "n": 12, "list": [true, null] },
        "responseElements": null,
        "requestID": "r1",
        "eventID": "e1",
        "readOnly": false,
        "resources": [
            { "type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/a" },
            { "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::b", "accountId": "111122223333" }
        ],
        "eventType": "AwsApiCall",
        "managementEvent": false,
        "recipientAccountId": "111122223333",
        "eventCategory": "Data",
        "tlsDetails": { "tlsVersion": "TLSv1.3", "cipherSuite": "c", "clientProvidedHostHeader": "h" }
    })
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_row_is_the_record_again() {
    let record = sample();
    assert_eq!(value(&of_csv(&header(), csv(&record).as_bytes()).unwrap()), record);
    let row = unloaded(&record);
    assert_eq!(object_kind(row.as_bytes()), ObjectKind::Row);
    assert_eq!(value(&of_object(row.as_bytes()).unwrap()), record);
    let file = format!("{}\n{}{}", COLUMNS.join(","), csv(&record), csv(&record));
    assert_eq!(of_csv_text(&file).unwrap().unwrap().len(), 2);
}

#[test]
fn numbers_stay_as_they_are_written() {
    let row =
        unloaded(&sample()).replacen("requestparameters\":\"{", "requestparameters\":\"{\\\"m\\\":0.10,", 1);
    assert!(of_object(row.as_bytes()).unwrap().contains(r#"{"m":0.10,"#));
}

#[test]
fn cloudtrail_lake() {
    let record = sample().to_string();
    let row = json!({ "eventJson": record }).to_string();
    assert_eq!(object_kind(row.as_bytes()), ObjectKind::Row);
    assert_eq!(of_object(row.as_bytes()).unwrap(), record);
    let row = json!({ "id": "1", "eventData": record }).to_string();
    assert_eq!(object_kind(row.as_bytes()), ObjectKind::Row);
    assert_eq!(object_kind(br#"{"eventName":"x"}"#), ObjectKind::Column);
    assert_eq!(object_kind(br#"{"eventname" : "x" }"#), ObjectKind::Column);
    assert_eq!(object_kind(record.as_bytes()), ObjectKind::Plain);
    // Times and maps as CloudTrail Lake has them.
    let mut row = value(&unloaded(&sample()));
    row["eventtime"] = "2026-03-01 10:00:01.000".into();
    let made = of_object(row.to_string().as_bytes()).unwrap();
    assert_eq!(value(&made)["eventTime"], "2026-03-01T10:00:01Z");
    row["requestparameters"] = json!({ "bucketName": "b" });
    assert!(of_object(row.to_string().as_bytes()).unwrap_err().contains("export `eventjson`"));
    row["requestparameters"] = "{bucketName=b}".into();
    assert!(of_object(row.to_string().as_bytes()).unwrap_err().contains("export `eventjson`"));
}

#[test]
fn what_cannot_be_restored_is_refused() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut record = sample();
        change(&mut record);
        of_csv(&header(), csv(&record).as_bytes()).unwrap_err()
    };
    let of = |path: &'static str, text: &'static str| {
        refused(&|record: &mut Value| *record.pointer_mut(path).unwrap() = text.into())
    };
    let twice = "more than one way";
    assert!(of("/userIdentity/principalId", "a, b=c").contains("has a member"));
    assert!(of("/userIdentity/principalId", "a, username=c").contains(twice));
    assert!(of("/userIdentity/principalId", "a}").contains(twice));
    let null = refused(&|record: &mut Value| {
        record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = "role/null".into();
        record["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] = "null".into();
    });
    assert!(null.contains(twice), "{null}");
    let second = refused(&|record: &mut Value| {
        record["userIdentity"]["sessionContext"]["webIdFederationData"]["attributes"]["b:c"] = "d".into();
    });
    assert!(second.contains(twice), "{second}");
    assert!(of("/resources/0/ARN", "b/x, type=y").contains(twice));
    // A key of an object that looks like one resource more; the request has it too.
    let key = "x, accountid=1, type=t}, {arn=y";
    let forged = refused(&|record: &mut Value| {
        record["resources"][0]["ARN"] = format!("arn:aws:s3:::b/{key}").into();
        record["requestParameters"]["key"] = key.into();
    });
    assert!(forged.contains(twice), "{forged}");
    let row = |name: &str| csv(&sample()).replacen("1.11", name, 1);
    assert!(of_csv(&header()[1..], row("1").as_bytes()).unwrap_err().contains("28 columns"));
    let without: Vec<String> = header().into_iter().filter(|name| name != "errorcode").collect();
    assert!(super::columns_of(&without).unwrap_err().contains("errorcode"));
    assert_eq!(super::columns_of(&header()), Ok(vec![]));
}

fn nasty() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b/",
        ", ",
        "arn=",
        "type=",
        "accountid=1",
        "x=",
        "}",
        "{",
        "null",
        "/null",
        "}, {",
        "[",
        "]",
        "\"",
        ",",
        "=",
        ":",
    ]);
    prop::collection::vec(piece, 1..7).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// With any user-chosen names, the result is the record or an error.
    #[test]
    fn exact_or_refused(names in prop::collection::vec(nasty(), 6), absent in any::<u8>()) {
        let mut record = sample();
        record["requestParameters"] = json!({ "key": names[0], "other": names[1] });
        record["resources"][0]["ARN"] = format!("arn:aws:s3:::b/{}", names[0]).into();
        record["resources"][1]["accountId"] = "1".into();
        record["userIdentity"]["principalId"] = names[2].as_str().into();
        record["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] = names[3].as_str().into();
        let issuer = format!("role/{}", names[3]);
        record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = issuer.into();
        record["userIdentity"]["sessionContext"]["webIdFederationData"]["attributes"]["example.com:Sub"] = names[4].as_str().into();
        record["userAgent"] = names[5].as_str().into();
        if absent & 1 == 1 {
            record["userIdentity"].as_object_mut().unwrap().remove("sessionContext");
        }
        if absent & 2 == 2 {
            record["resources"].as_array_mut().unwrap().pop();
        }
        // The name `null` is recognised by other members with it, but not for a principal.
        prop_assume!(names[2] != "null");
        if let Ok(made) = of_csv(&header(), csv(&record).as_bytes()) {
            prop_assert_eq!(value(&made), record.clone());
        }
        prop_assert_eq!(value(&of_object(unloaded(&record).as_bytes()).unwrap()), record);
    }
}

/// The records and their places do not depend on how a log of rows is cut into reads.
#[test]
fn reads_do_not_matter() {
    use crate::eval::log::Batches;
    struct Steps<'t>(&'t [u8], usize);
    impl std::io::Read for Steps<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let len = self.1.min(self.0.len()).min(buffer.len());
            buffer[..len].copy_from_slice(&self.0[..len]);
            self.0 = &self.0[len..];
            Ok(len)
        }
    }
    let broken = csv(&sample()).replace("AROAEXAMPLE:ann", "a}");
    let rows = csv(&sample()) + &broken + "\n" + &csv(&sample());
    let table = |times: usize| format!("{}\n{}", COLUMNS.join(","), rows.repeat(times));
    let lines =
        |times: usize| (unloaded(&sample()) + "\n{\"eventname\":\"x\",\"year\":\"1\"}\n").repeat(times);
    let read = |text: &str, step: usize, live: bool| {
        let (mut records, mut problems) = (Vec::new(), Vec::new());
        for batch in Batches::new(Steps(text.as_bytes(), step), live) {
            assert!(batch.text.capacity() < 2 << 20, "{}", batch.text.capacity());
            for (number, range) in &batch.records {
                let place = batch.place(*number, range, 0);
                records.push((*number, place, batch.text[range.clone()].to_vec()));
            }
            problems.extend(batch.problems);
        }
        (records, problems)
    };
    for (text, step) in [(table(3), 1), (lines(3), 1), (table(700), 1000), (lines(700), 1000)] {
        let whole = read(&text, usize::MAX, false);
        assert_eq!(whole, read(&text, step, true));
        assert_eq!(whole, read(&text, step, false));
        let (records, problems) = whole;
        assert!(!problems.is_empty() && records.len() % problems.len() == 0, "{}", records.len());
        for (_, place, record) in &records {
            assert_eq!(value(std::str::from_utf8(record).unwrap()), sample());
            let rest = &text[*place as usize..];
            assert!(
                rest.starts_with("\"1.11\",") || rest.starts_with("{\"eventversion\""),
                "{}",
                &rest[..40]
            );
        }
    }
}
