//! Rules to compile, and ways to compile them.

use rulec::analysis::{Compiled, Inputs, Options, compile_rules};
use rulec::backend::fit::Approximate;
use rulec::backend::{Artifact, CompileJob, Settings, find};
use rulec::sema::ir::Rule;
use rulec::source::{SourceFile, SourceMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles texts as files that load together.
pub fn compiled(files: &[(String, String)]) -> Compiled {
    let mut sources = SourceMap::default();
    for (name, text) in files {
        sources.add(SourceFile::new(name.as_str(), text.as_str()));
    }
    compile_rules(Inputs { sources, options: Options::default() })
}

/// The rules of one text.
pub fn rules(text: &str) -> Compiled {
    compiled(&[("rules.yaml".to_owned(), text.to_owned())])
}

/// One rule with this condition.
pub fn rule(condition: &str) -> Option<Rule> {
    let condition = serde_json::Value::from(condition);
    let text = format!(
        "- rule: r\n  desc: d\n  condition: {condition}\n  output: o %ct.name\n  priority: INFO\n  source: aws_cloudtrail\n"
    );
    rules(&text).rules.pop()
}

/// Rules compiled for a target in one of its forms.
pub fn artifact(compiled: &Compiled, target: &str, form: &str, approximate: Option<Approximate>) -> Artifact {
    let target = find(target).unwrap();
    let form = target.forms().iter().find(|known| known.name == form).unwrap().name;
    let job = CompileJob {
        analysis: &compiled.analysis,
        options: &Options::default(),
        rules: &compiled.rules,
        form,
        approximate,
        since: None,
        until: None,
        settings: &Settings::default(),
    };
    target.compile(&job).unwrap()
}

/// Files that load together, with a name for the set.
pub struct Set {
    pub name: String,
    pub files: Vec<(String, String)>,
}

/// Our own rulesets, and others' where `RULEC_CORPUS` names the folder.
pub fn sets() -> Vec<Set> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets");
    let mut sets: Vec<Set> = ["cis-aws/rules", "cis-aws/literal", "sysdig-managed"]
        .iter()
        .map(|name| directory(&root.join(name)))
        .collect();
    if let Some(corpus) = std::env::var_os("RULEC_CORPUS").map(PathBuf::from) {
        for folder in ["official", "wild"] {
            for path in yaml(&corpus.join(folder)) {
                sets.push(Set { name: path.display().to_string(), files: vec![read(&path)] });
            }
        }
    }
    sets
}

/// The rules files of a directory.
pub fn directory(path: &Path) -> Set {
    let files = yaml(path).iter().map(|path| read(path)).collect();
    Set { name: path.display().to_string(), files }
}

fn yaml(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.ends_with(".yaml") && !name.ends_with(".test.yaml") && name != "policies.yaml"
        })
        .collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> (String, String) {
    (path.display().to_string(), std::fs::read_to_string(path).unwrap())
}

/// How many of the known conditions are tried where not all are: `RULEC_CONDITIONS`.
pub fn conditions_wanted() -> usize {
    std::env::var("RULEC_CONDITIONS").ok().and_then(|most| most.parse().ok()).unwrap_or(150)
}

/// Conditions on CloudTrail that are known to load: of our rulesets, the recorded ones and some of each kind.
pub fn conditions() -> Vec<(String, Rule)> {
    let mut all: Vec<(String, Rule)> = Vec::new();
    for set in sets() {
        let rules = compiled(&set.files).rules.into_iter().filter(|rule| rule.source == "aws_cloudtrail");
        all.extend(rules.map(|rule| (rule.name.clone(), rule)));
    }
    all.extend(EACH_KIND.iter().map(|text| ((*text).to_owned(), rule(text).expect(text))));
    let Some(folder) = std::env::var_os("RULEC_CONFORMANCE").map(PathBuf::from) else { return all };
    for name in ["conditions.jsonl", "random-conditions.jsonl"] {
        let text = std::fs::read_to_string(folder.join("eval").join(name)).unwrap();
        for line in text.lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let condition = case["condition"].as_str().unwrap();
            all.extend(rule(condition).map(|rule| (condition.to_owned(), rule)));
        }
    }
    all
}

/// Conditions of each kind.
const EACH_KIND: &[&str] = &[
    "ct.name = CreateUser",
    "ct.name != CreateUser",
    "not ct.name = CreateUser",
    "not ct.error = AccessDenied",
    "not ct.error != AccessDenied",
    "ct.error exists",
    "not ct.error exists",
    "ct.name in (CreateUser, DeleteUser, ConsoleLogin)",
    "ct.name startswith Create",
    "ct.name endswith User",
    "ct.name contains eat",
    "not ct.name contains eat",
    "ct.name icontains USER",
    "ct.name glob \"C*\"",
    "ct.name iglob \"*user\"",
    "ct.name glob \"?reate*\"",
    "ct.name regex \"(Create|Delete)[A-Z].*\"",
    "ct.user.accountid < 2",
    "ct.user.accountid >= 1 and ct.user.accountid <= 1.5",
    "ct.name = oneof (CreateUser, DeleteUser)",
    "ct.name startswith anyof (Create, Delete)",
    "ct.name contains allof (Create, User)",
    "ct.shortsrc = iam",
    "ct.shortsrc != iam",
    "ct.shortsrc in (iam, s3)",
    "ct.user = root",
    "ct.user != root",
    "not ct.user exists",
    "ct.user.accountid = 111122223333",
    "ct.readonly = true",
    "ct.readonly != true",
    "not ct.readonly = false",
    "ct.managementevent exists",
    "tolower(ct.name) = createuser",
    "toupper(ct.user) startswith R",
    "len(ct.name) > 10",
    "json.value[/userIdentity/type] = Root",
    "not json.value[/userIdentity/invokedBy] exists",
    "json.value[/additionalEventData/MFAUsed] != Yes",
    "s3.bytes.in > 100",
    "s3.bytes.in <= 100 or s3.bytes.out != 0",
    "not s3.bytes > 5",
    "s3.cnt.get = 1",
    "s3.uri startswith s3",
    "evt.num > 0",
    "evt.source = aws_cloudtrail and ct.region = us-east-1",
    "ct.name = val(ct.error)",
    "ct.user != val(ct.request.username)",
    "basename(ct.user.arn) = maria",
    "ec2.imageids in (ami-1, ami-2)",
    "not ec2.imageids intersects (ami-1, ami-2)",
    "ec2.imageids exists or ec2.imageids[1] exists",
    "len(ec2.imageids) >= 1",
    "ec2.imageid = ami-1",
    "ct.request.name pmatch (/a, \"/b*/c\")",
    "b64(ct.user) exists or b64(ct.name) = x",
    "evt.time.s startswith 10 and evt.datetime.s < 2025 or evt.time endswith .000000000",
    "evt.rawtime.s > 1",
    "join(\"-\", (ct.src, ct.name)) = \"iam.amazonaws.com-CreateUser\"",
    "ct.resources contains arn",
    "concat(ct.src, \":\", ct.name) = \"iam.amazonaws.com:CreateUser\"",
    "(ct.name = A or not (ct.src = B and ct.error exists)) and not ct.user in (c, d)",
];

/// A file of records for whoever has no other: one of each template that comes with rulec, and some that lack things.
pub fn events() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets/templates");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut record: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (key, value) in [
            ("eventTime", "2024-05-01T10:00:00Z"),
            ("eventType", "AwsApiCall"),
            ("eventName", "DeleteUser"),
            ("eventSource", "iam.amazonaws.com"),
        ] {
            if !record[key].is_string() {
                record[key] = value.into();
            }
        }
        all.push(record.clone());
        for (key, value) in [
            ("errorCode", serde_json::json!("AccessDenied")),
            ("errorCode", serde_json::json!("Client.UnauthorizedOperation")),
            ("eventName", serde_json::json!("CreateUser")),
            ("eventName", serde_json::json!("")),
            ("readOnly", serde_json::json!(true)),
            ("requestParameters", serde_json::Value::Null),
            ("requestParameters", serde_json::json!({"imageId": "ami-1", "name": "//b1/c/d"})),
            (
                "responseElements",
                serde_json::json!({"instancesSet": {"items": [{"imageId": "ami-2"}, {"imageId": 5}, {"imageId": "ami-1"}, {}]}}),
            ),
            ("responseElements", serde_json::json!({"instancesSet": {"items": [{"imageId": ""}]}})),
            ("resources", serde_json::json!([{"ARN": "arn:aws:s3:::b"}, {"type": "AWS::S3::Bucket"}])),
            (
                "additionalEventData",
                serde_json::json!({"MFAUsed": "No", "bytesTransferredIn": 101, "bytesTransferredOut": 0}),
            ),
        ] {
            let mut other = record.clone();
            other[key] = value;
            all.push(other);
        }
        for key in ["userIdentity", "eventName", "readOnly", "sourceIPAddress"] {
            let mut other = record.clone();
            other.as_object_mut().unwrap().remove(key);
            all.push(other);
        }
    }
    if let Some(folder) = std::env::var_os("RULEC_CONFORMANCE").map(PathBuf::from) {
        let bytes = std::fs::read(folder.join("eval/events.json")).unwrap();
        let found = rulec::eval::records(&bytes);
        // Others read JSON more strictly than the plugin, and the bytes must be text.
        let texts = found.filter_map(|range| std::str::from_utf8(&bytes[range]).ok());
        let values = texts.filter_map(|text| serde_json::from_str::<serde_json::Value>(text).ok());
        all.extend(values.filter(serde_json::Value::is_object));
    }
    // A text ends at a NUL for Falco alone, and engines write the exponents of numbers in their own ways; CloudTrail
    // writes neither.
    all.retain(|record| !record.to_string().contains("\\u0000") && !has_exponent(record));
    // Each is told from the others by its id.
    for (at, record) in all.iter_mut().enumerate() {
        record["eventID"] = format!("event-{at}").into();
    }
    all.iter().map(|record| record.to_string()).collect()
}

fn has_exponent(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Number(number) => number.to_string().contains('e'),
        serde_json::Value::Array(all) => all.iter().any(has_exponent),
        serde_json::Value::Object(all) => all.values().any(has_exponent),
        _ => false,
    }
}

/// A record as AWS writes it: what Falco reads as a text is one where it is there, no number is written oddly.
pub fn usual(record: &serde_json::Value) -> bool {
    let all = [
        "/eventName",
        "/eventSource",
        "/errorCode",
        "/sourceIPAddress",
        "/userAgent",
        "/awsRegion",
        "/eventID",
        "/userIdentity/type",
        "/userIdentity/userName",
        "/userIdentity/arn",
        "/userIdentity/principalId",
        "/userIdentity/accountId",
        "/userIdentity/invokedBy",
        "/recipientAccountId",
        "/errorMessage",
        "/requestID",
        "/userIdentity/sessionContext/sessionIssuer/userName",
        "/requestParameters/bucketName",
        "/requestParameters/key",
        "/requestParameters/userName",
        "/requestParameters/roleName",
        "/requestParameters/policyName",
        "/requestParameters/name",
        "/apiVersion",
        "/eventType",
        "/eventCategory",
        "/vpcEndpointId",
        "/sharedEventID",
        "/serviceEventDetails",
        "/requestParameters/policy",
        "/requestParameters/groupName",
    ];
    let texts = all.iter().all(|at| record.pointer(at).is_none_or(|value| value.is_string()));
    let flags = ["/readOnly", "/managementEvent"]
        .iter()
        .all(|at| record.pointer(at).is_none_or(|value| value.is_boolean()));
    let numbers = ["/additionalEventData/bytesTransferredIn", "/additionalEventData/bytesTransferredOut"];
    texts && flags && numbers.iter().all(|at| record.pointer(at).is_none_or(|value| value.is_u64()))
}

/// The Python of `RULEC_PYTHON`, which has the engines; without it, that is told.
pub fn python(engine: &str) -> Option<OsString> {
    let python = std::env::var_os("RULEC_PYTHON");
    if python.is_none() {
        eprintln!("RULEC_PYTHON is not set: nothing was run on {engine}");
    }
    python
}

/// What a real engine makes of texts, if there is a Python that has it.
pub fn run(engine: &str, queries: &[String]) -> Option<Vec<serde_json::Value>> {
    let python = python(engine)?;
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/unit/backend/engines.py");
    let mut command = Command::new(python);
    command.env("PYTHONDONTWRITEBYTECODE", "1").arg(script).arg(engine);
    for (at, query) in queries.iter().enumerate() {
        let path = folder.path().join(format!("{at}.sql"));
        std::fs::write(&path, query).unwrap();
        command.arg(path);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{engine}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}
