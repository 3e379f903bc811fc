//! Many rules against many controls, event by event: as coverage asks.

use super::compile;
use rulec::logic::{Assume, Implied, Solver, restrict};
use rulec::sema::ir::Pred;

/// So many rules of a usual shape, made of a few parts.
fn rules(count: usize) -> Vec<String> {
    let names = [
        "CreateUser",
        "DeleteTrail",
        "StopLogging",
        "PutBucketPolicy",
        "DisableKey",
        "CreateRoute",
        "CreateVpc",
    ];
    (0..count)
        .map(|at| {
            let (name, other) = (names[at % 7], names[(at / 7) % 7]);
            match at % 5 {
                0 => format!("ct.name = {name} and not ct.error exists"),
                1 => format!("ct.name in ({name}, {other}) and ct.user.identitytype != \"R{at}\""),
                2 => format!("ct.name startswith {} and ct.request.name = n{at}", &name[..4]),
                3 => format!("(ct.name = {name} or ct.name = {other}) and ct.region in (us-east-1, r{at}) and not ct.error exists"),
                _ => format!("ct.src endswith .amazonaws.com and ct.name = {name} and not ct.user startswith u{at}"),
            }
        })
        .collect()
}

/// `RULEC_LOGIC_RULES` sets how many rules; how long it took is said, not judged.
#[test]
fn rules_against_controls_event_by_event() {
    let count = std::env::var("RULEC_LOGIC_RULES").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let rules = compile(&rules(count));
    let events: Vec<(&str, &str)> = ["iam", "cloudtrail", "s3", "kms", "ec2"]
        .iter()
        .flat_map(|service| {
            ["CreateUser", "DeleteTrail", "StopLogging", "PutBucketPolicy", "DisableKey", "CreateRoute"]
                .map(|name| (name, *service))
        })
        .collect();
    let controls = compile(&[
        "ct.name in (CreateUser, DeleteTrail, StopLogging, PutBucketPolicy, DisableKey, CreateRoute)"
            .to_owned(),
        "ct.name in (CreateUser, DeleteTrail, StopLogging) and not ct.error exists".to_owned(),
        "ct.name = DisableKey and ct.user.identitytype = Root".to_owned(),
    ]);
    let solver = Solver::new(Assume::CloudTrail);
    let start = std::time::Instant::now();
    let (mut asked, mut yes) = (0, 0);
    for control in &controls {
        for (name, service) in &events {
            let source = format!("{service}.amazonaws.com");
            let wanted = restrict(control, name, &source);
            if matches!(wanted, Pred::Const(false)) {
                continue;
            }
            let left: Vec<Pred> = rules
                .iter()
                .map(|rule| restrict(rule, name, &source))
                .filter(|rule| !matches!(rule, Pred::Const(false)))
                .collect();
            let left: Vec<&Pred> = left.iter().collect();
            asked += 1;
            match solver.implies(&wanted, &left) {
                Implied::Yes => yes += 1,
                Implied::No(_) => {}
                Implied::Unknown(reason) => panic!("{reason}"),
            }
        }
    }
    println!("{count} rules, {asked} questions, {yes} covered: {:?}", start.elapsed());
    assert!(asked >= 50 && yes > 0);
}
