//! What is taken as given: well-formed, never against a control, and absent is a value.

use super::{and, check, one};
use rulec::logic::{Assume, Satisfiability, Solver, restrict};
use rulec::sema::ir::Pred;

#[test]
fn lists_are_read_whole() {
    let usual: toml::Table = toml::from_str(rulec::bundled::USUAL_NAMES).unwrap();
    assert!(["services", "reads"].iter().all(|list| usual[*list].as_array().unwrap().len() > 3));
    let solver = Solver::new(Assume::CloudTrail);
    assert_eq!(solver.find(&one("not ct.name exists")), Satisfiability::Never);
    let anything = Solver::new(Assume::None);
    assert!(matches!(anything.find(&one("not ct.name exists")), Satisfiability::Witness(_)));
    assert_eq!(anything.find(&one("not ct.eventtype exists")), Satisfiability::Never);
}

/// The states of the table's columns, as conditions that only they meet.
const STATES: [&str; 4] = [
    "not ct.error exists",
    "json.value[/errorCode] = null and ct.error = \"\"",
    "ct.error = \"\" and json.value[/errorCode] = \"\"",
    "ct.error = x",
];

#[test]
fn absent_is_a_value() {
    let table = include_str!("../../data/absent.txt");
    for solver in [Solver::new(Assume::CloudTrail), Solver::new(Assume::None)] {
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let (truths, condition) = line.split_at(9);
            let pred = one(condition.trim());
            for (truth, state) in truths.split_whitespace().zip(STATES) {
                let question = and(&[&pred, &one(state)]);
                let found = solver.find(&question);
                check(&question, &found, condition);
                match truth {
                    "1" => {
                        assert!(
                            matches!(found, Satisfiability::Witness(_)),
                            "{condition} where {state}: {found:?}"
                        )
                    }
                    _ => assert_eq!(found, Satisfiability::Never, "{condition} where {state}"),
                }
            }
        }
    }
}

/// Each event of the benchmark, and its denied form, stays possible.
#[test]
fn no_event_of_the_benchmark_is_ruled_out() {
    let solver = Solver::new(Assume::CloudTrail);
    for (source, names) in [
        ("iam", "CreatePolicy DeleteRolePolicy AttachUserPolicy"),
        ("signin", "ConsoleLogin"),
        ("cloudtrail", "CreateTrail StopLogging"),
        ("kms", "DisableKey ScheduleKeyDeletion"),
        ("s3", "PutBucketPolicy DeleteBucketCors"),
        ("config", "StopConfigurationRecorder"),
        ("ec2", "AuthorizeSecurityGroupIngress CreateNetworkAcl CreateRoute CreateVpc"),
        ("organizations", "AcceptHandshake UpdatePolicy"),
    ] {
        for name in names.split(' ') {
            for more in [
                "not ct.error exists",
                "ct.error = AccessDenied",
                "ct.readonly = false",
                "ct.user.identitytype = Root",
            ] {
                let condition = format!("ct.src = {source}.amazonaws.com and ct.name = {name} and {more}");
                let pred = one(&condition);
                let found = solver.find(&pred);
                check(&pred, &found, &condition);
                assert!(matches!(found, Satisfiability::Witness(_)), "{condition}: {found:?}");
            }
        }
    }
}

#[test]
fn witnesses_are_plausible() {
    let solver = Solver::new(Assume::CloudTrail);
    let Satisfiability::Witness(witness) =
        solver.find(&one("ct.name startswith Delete and ct.src = s3.amazonaws.com and not ct.error exists"))
    else {
        panic!("no witness");
    };
    let record = &witness.record;
    assert!(rulec::schema::event_names::known("s3.amazonaws.com", record["eventName"].as_str().unwrap()));
    for key in
        ["eventVersion", "eventTime", "awsRegion", "sourceIPAddress", "userAgent", "requestID", "eventID"]
    {
        assert!(record[key].is_string(), "{key}");
    }
    assert_eq!(record["userIdentity"]["accountId"], "111122223333");
}

#[test]
fn restriction_decides_name_and_source() {
    let pred = one(
        "(ct.name in (CreateUser, DeleteUser) and ct.src = iam.amazonaws.com and not ct.error exists) or (ct.shortsrc = s3 and ct.readonly = true)",
    );
    assert!(matches!(restrict(&pred, "PutObject", "kms.amazonaws.com"), Pred::Const(false)));
    assert!(matches!(restrict(&pred, "CreateUser", "iam.amazonaws.com"), Pred::Not(_)));
    assert!(matches!(restrict(&pred, "CreateUser", "s3.amazonaws.com"), Pred::Atom(_)));
    assert!(matches!(restrict(&one("ct.name exists"), "a", "b"), Pred::Const(true)));
}
