//! `rulec scan`, `rulec test` and `rulec explain-match` on logs as other services hand them on.

use super::program::{rulec, rulec_with, with};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;

const RULES: &str = "\
- rule: Key Made
  desc: d
  condition: ct.name = CreateAccessKey and not ct.error exists
  output: key by %ct.user from %ct.srcip of %json.value[/requestParameters/userName] (%evt.num)
  priority: WARNING
  source: aws_cloudtrail
";

fn record(name: &str) -> Value {
    json!({
        "eventVersion": "1.09",
        "userIdentity": { "type": "IAMUser", "userName": "ann", "accountId": "111122223333" },
        "eventTime": "2026-03-01T10:00:01Z", "eventSource": "iam.amazonaws.com", "eventName": name,
        "awsRegion": "us-east-1", "sourceIPAddress": "192.0.2.1", "userAgent": "cli",
        "requestParameters": { "userName": "bob" }, "responseElements": null, "eventID": "1",
        "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true,
        "recipientAccountId": "111122223333", "eventCategory": "Management"
    })
}

fn records() -> [Value; 3] {
    ["CreateAccessKey", "ListRoles", "CreateAccessKey"].map(record)
}

const WANT: &str = "\
10:00:01.000000000: Warning key by ann from 192.0.2.1 of bob (1)
10:00:01.000000000: Warning key by ann from 192.0.2.1 of bob (3)
";

fn envelope(record: &Value) -> Value {
    json!({
        "version": "0", "id": "i", "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam",
        "account": "111122223333", "time": "2026-03-01T10:00:01Z", "region": "us-east-1",
        "resources": ["arn:aws:iam::111122223333:user/bob"], "detail": record
    })
}

fn lines(values: impl IntoIterator<Item = Value>) -> String {
    values.into_iter().map(|value| value.to_string() + "\n").collect()
}

const HEADER: &str = "eventversion,useridentity,eventtime,eventsource,eventname,awsregion,sourceipaddress,useragent,\
    errorcode,errormessage,requestparameters,responseelements,additionaleventdata,requestid,eventid,readonly,\
    resources,eventtype,apiversion,recipientaccountid,vpcendpointid,eventcategory,year";

fn row(record: &Value) -> String {
    let text = |name: &str| format!("\"{}\"", record[name].as_str().unwrap());
    let request = record["requestParameters"].to_string().replace('"', "\"\"");
    [
        text("eventVersion"),
        "\"{type=IAMUser, principalid=null, arn=null, accountid=111122223333, invokedby=null, username=ann}\"".into(),
        text("eventTime"),
        text("eventSource"),
        text("eventName"),
        text("awsRegion"),
        text("sourceIPAddress"),
        text("userAgent"),
        String::new(),
        String::new(),
        format!("\"{request}\""),
        String::new(),
        String::new(),
        String::new(),
        text("eventID"),
        "\"false\"".into(),
        String::new(),
        text("eventType"),
        String::new(),
        text("recipientAccountId"),
        String::new(),
        text("eventCategory"),
        "\"2026\"".into(),
    ]
    .join(",")
}

fn athena() -> String {
    let header: Vec<String> = HEADER.split(',').map(|name| format!("\"{name}\"")).collect();
    let rows: Vec<String> = records().iter().map(row).collect();
    format!("{}\n{}\n", header.join(","), rows.join("\n"))
}

/// A row of JSON, as `UNLOAD` writes it.
fn unloaded(record: &Value) -> Value {
    let identity =
        json!({ "type": "IAMUser", "principalid": null, "accountid": "111122223333", "username": "ann" });
    let mut row = json!({ "year": "2026", "useridentity": identity });
    for (name, value) in record.as_object().unwrap() {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Null => continue,
            other => other.to_string(),
        };
        if !matches!(&**name, "userIdentity" | "managementEvent") {
            row[name.to_ascii_lowercase()] = text.into();
        }
    }
    row
}

fn forms() -> Vec<(&'static str, String)> {
    let all = records();
    let whole = |record: &Value| json!({ "eventJson": record.to_string() });
    let row = |record: &Value| json!([{ "eventTime": "2026-03-01 10:00:01.000" }, whole(record)]);
    let answer = json!({
        "QueryStatus": "FINISHED", "QueryStatistics": { "ResultsCount": 3 },
        "QueryResultRows": all.iter().map(row).collect::<Vec<_>>()
    });
    let quoted = |record: &Value| format!("\"{}\"\n", record.to_string().replace('"', "\"\""));
    vec![
        ("plain.json", lines(all.clone())),
        ("envelopes.json", lines(all.iter().map(envelope))),
        ("envelope-array.json", Value::from_iter(all.iter().map(envelope)).to_string()),
        ("envelopes-pretty.json", all.iter().map(|one| format!("{:#}\n", envelope(one))).collect()),
        ("event-data.json", lines(all.iter().map(|one| json!({ "eventData": one })))),
        (
            "event-data-text.json",
            lines(all.iter().map(|one| json!({ "id": "1", "eventData": one.to_string() }))),
        ),
        ("event-json.json", lines(all.iter().map(whole))),
        ("answer.json", answer.to_string()),
        ("answer-pretty.json", format!("{answer:#}")),
        ("lake.csv", format!("eventJson\n{}", all.iter().map(quoted).collect::<String>())),
        ("athena.csv", athena()),
        ("athena-bom.csv", format!("\u{feff}{}", athena().replace('\n', "\r\n").trim_end())),
        ("unloaded.json", lines(all.iter().map(unloaded))),
        ("rows.json", Value::from_iter(all.iter().map(unloaded)).to_string()),
    ]
}

#[test]
fn every_form_says_the_same() {
    let dir = with(&[("rules.yaml", RULES)]);
    for (name, text) in forms() {
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(text.as_bytes()).unwrap();
        let packed = gz.finish().unwrap();
        for (name, bytes) in [(name.to_owned(), text.as_bytes()), (format!("{name}.gz"), &packed)] {
            fs::write(dir.path().join(&name), bytes).unwrap();
            let ran = rulec(dir.path(), &["scan", "--strict", "--rules", "rules.yaml", &name]);
            // What stands beside the records of an answer counts as records that are no events; numbers stay.
            assert_eq!((ran.code, &*ran.out), (0, WANT), "{name}: {}", ran.err);
            let ran = rulec_with(dir.path(), &["scan", "--strict", "--rules", "rules.yaml", "-"], bytes);
            assert_eq!((ran.code, &*ran.out), (0, WANT), "{name} from standard input: {}", ran.err);
        }
        let args = ["explain-match", "--rules", "rules.yaml", "--rule", "Key Made", name];
        for (record, code) in [("1", 0), ("2", 1), ("3", 0)] {
            let ran = rulec(dir.path(), &[&args[..], &["--record", record]].concat());
            assert_eq!(ran.code, code, "{name}, record {record}: {}{}", ran.out, ran.err);
        }
        let test = format!("rules: [rules.yaml]\ntests:\n- name: t\n  events: {name}\n  fires: [Key Made]\n");
        fs::write(dir.path().join("t.test.yaml"), test).unwrap();
        let ran = rulec(dir.path(), &["test", "t.test.yaml"]);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
    }
    // In directories, exports are found by their names.
    let ran = rulec(dir.path(), &["scan", "--rules", "rules.yaml", "."]);
    assert_eq!(ran.out.lines().count(), 2 * 2 * forms().len(), "{}", ran.err);
}

#[test]
fn what_no_record_can_be_made_of() {
    let dir = with(&[("rules.yaml", RULES)]);
    let good = athena();
    let lake = good.replace("\"{\"\"userName\"\":\"\"bob\"\"}\"", "\"{userName=bob}\"");
    let cut = &good[..good.len() - 9];
    let columns = json!({ "QueryResultRows": [[{ "eventName": "CreateAccessKey" }, { "awsRegion": "x" }]] });
    let cases: [(&str, String, usize, &str); 7] = [
        ("columns.json", columns.to_string(), 0, "`SELECT eventJson` has whole records"),
        ("lake.csv", lake, 0, "record 1, byte"),
        ("cut.csv", cut.to_owned(), 1, "record 3, byte"),
        (
            "no-core.csv",
            good.replace("errorcode", "other"),
            0,
            "byte 0: no records can be made of rows without errorcode",
        ),
        (
            "no-usual.csv",
            good.replace("awsregion", "other"),
            2,
            "byte 0: the rows have no awsregion; rules see records",
        ),
        ("other.csv", "name,count\na,1\n".to_owned(), 0, "byte 0: text outside of any JSON object"),
        (
            "no-time.json",
            "{\"eventname\":\"x\",\"eventtype\":\"y\"}\n".to_owned(),
            0,
            "no records can be made of rows without eventtime",
        ),
    ];
    for (name, text, alerts, want) in cases {
        fs::write(dir.path().join(name), text).unwrap();
        let ran = rulec(dir.path(), &["scan", "--strict", "--rules", "rules.yaml", name]);
        assert_eq!((ran.code, ran.out.lines().count()), (2, alerts), "{name}: {}", ran.err);
        assert!(ran.err.contains(want), "{name}: {}", ran.err);
    }
    let args = ["explain-match", "--rules", "rules.yaml", "--rule", "Key Made", "lake.csv", "--record", "1"];
    let ran = rulec(dir.path(), &args);
    assert!(ran.code == 2 && ran.err.contains("line 2: `requestparameters` is not JSON"), "{}", ran.err);
}
