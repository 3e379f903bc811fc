//! `cloudwatch`: patterns match what the rules fire on, and the published patterns are those of our literal rules.

use super::matcher::matches;
use super::random;
use super::support::{artifact, compiled, conditions, directory, events, python, rule, rules, run, usual};
use rulec::backend::cloudwatch::pattern::parse;
use rulec::backend::cloudwatch::{LONGEST, import, patterns};
use rulec::backend::fit::{self, Approximate};
use rulec::eval::{Event, holds};
use rulec::logic::{Assume, Implied, Solver};
use rulec::sema::ir::{Pred, Rule};
use std::collections::BTreeSet;
use std::path::Path;

/// What the benchmark asks for, with the rule of ours that says it. Names of events in the order of the alphabet.
const PUBLISHED: &[(&str, &str)] = &[
    (
        "CIS 4.1 Denied API Calls",
        r#"{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") && ($.sourceIPAddress != "delivery.logs.amazonaws.com") && ($.eventName != "HeadBucket") }"#,
    ),
    (
        "CIS 4.2 Console Sign-in Without MFA",
        r#"{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }"#,
    ),
    (
        "CIS 4.3 Root User Activity",
        r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }"#,
    ),
    (
        "CIS 4.5 CloudTrail Configuration Calls",
        "{ ($.eventName = CreateTrail) || ($.eventName = DeleteTrail) || ($.eventName = StartLogging) || ($.eventName = StopLogging) || ($.eventName = UpdateTrail) }",
    ),
    (
        "CIS 4.6 Failed Console Sign-in",
        r#"{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }"#,
    ),
    (
        "CIS 4.7 KMS Key Removal Calls",
        "{($.eventSource = kms.amazonaws.com) && (($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion)) }",
    ),
    (
        "CIS 4.9 AWS Config Configuration Calls",
        "{ ($.eventSource = config.amazonaws.com) && (($.eventName=DeleteDeliveryChannel)||($.eventName=PutConfigurationRecorder)||($.eventName=PutDeliveryChannel)||($.eventName=StopConfigurationRecorder)) }",
    ),
    // As it is since version 5.0.0.
    (
        "CIS 4.10 Security Group Calls",
        "{ ($.eventName = AuthorizeSecurityGroupEgress) || ($.eventName = AuthorizeSecurityGroupIngress) || ($.eventName = CreateSecurityGroup) || ($.eventName = DeleteSecurityGroup) || ($.eventName = ModifySecurityGroupRules) || ($.eventName = RevokeSecurityGroupEgress) || ($.eventName = RevokeSecurityGroupIngress) }",
    ),
    (
        "CIS 4.11 Network ACL Calls",
        "{ ($.eventName = CreateNetworkAcl) || ($.eventName = CreateNetworkAclEntry) || ($.eventName = DeleteNetworkAcl) || ($.eventName = DeleteNetworkAclEntry) || ($.eventName = ReplaceNetworkAclAssociation) || ($.eventName = ReplaceNetworkAclEntry) }",
    ),
    (
        "CIS 4.12 Network Gateway Calls",
        "{ ($.eventName = AttachInternetGateway) || ($.eventName = CreateCustomerGateway) || ($.eventName = CreateInternetGateway) || ($.eventName = DeleteCustomerGateway) || ($.eventName = DeleteInternetGateway) || ($.eventName = DetachInternetGateway) }",
    ),
];

fn literal() -> rulec::analysis::Compiled {
    compiled(&directory(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets/cis-aws/literal")).files)
}

/// A pattern as a condition, compiled.
fn imported(pattern: &str) -> Pred {
    let condition = import::condition(&parse(pattern).unwrap()).unwrap();
    rule(&condition).unwrap_or_else(|| panic!("{condition} does not load")).condition
}

fn proved(answer: Implied, what: &str) {
    match answer {
        Implied::Yes => {}
        Implied::No(witness) => panic!("{what}: they differ on {}", witness.text()),
        Implied::Unknown(reason) => panic!("{what}: {reason}"),
    }
}

#[test]
fn published_patterns_are_our_literal_rules() {
    let literal = literal();
    let solver = Solver::new(Assume::CloudTrail);
    for (name, pattern) in published() {
        let Some(rule) = literal.rules.iter().find(|rule| rule.name.starts_with(&name)) else {
            panic!("there is no rule {name}")
        };
        let theirs = imported(&pattern);
        if name == "CIS 4.10 " && !pattern.contains("ModifySecurityGroupRules") {
            // Before version 5.0.0 the benchmark had one event less.
            let one_more = imported("{ $.eventName = ModifySecurityGroupRules }");
            let theirs = Pred::Or(vec![theirs, one_more]);
            proved(solver.equivalent(&rule.condition, &theirs), &name);
            continue;
        }
        proved(solver.equivalent(&rule.condition, &theirs), &name);
    }
}

/// What the benchmark asks for, by the control that it is for.
fn published() -> Vec<(String, String)> {
    let known = PUBLISHED.iter().map(|(name, pattern)| ((*name).to_owned(), (*pattern).to_owned()));
    known.chain(benchmark_file()).collect()
}

/// Every pattern of the benchmark, where a file of them is at hand beside the corpus.
fn benchmark_file() -> Vec<(String, String)> {
    let Some(corpus) = std::env::var_os("RULEC_CORPUS") else { return Vec::new() };
    let Ok(text) = std::fs::read_to_string(Path::new(&corpus).with_file_name("cis").join("controls.yaml"))
    else {
        return Vec::new();
    };
    let (mut id, mut found) = (String::new(), Vec::new());
    for line in text.lines() {
        if let Some(text) = line.trim().strip_prefix("- id: ") {
            id = text.trim_matches('"').to_owned();
        }
        if let Some(text) = line.trim().strip_prefix("filter_pattern: \"") {
            let text: String = serde_json::from_str(&format!("\"{text}")).unwrap();
            found.push((format!("CIS {id} "), text));
        }
    }
    assert!(found.len() >= 15, "{} patterns in the file", found.len());
    found
}

#[test]
fn patterns_read_back_as_the_rules_they_are_of() {
    let literal = literal();
    let artifact = artifact(&literal, "cloudwatch", "patterns", None);
    assert!(artifact.diagnostics.is_empty(), "{:?}", artifact.diagnostics);
    assert_eq!(artifact.rules, literal.rules.len());
    let solver = Solver::new(Assume::CloudTrail);
    for rule in &literal.rules {
        let patterns = patterns(&rule.condition).unwrap();
        assert!(patterns.iter().all(|pattern| pattern.len() <= LONGEST));
        let back: Vec<_> = patterns.iter().map(|pattern| imported(pattern)).collect();
        let back = Pred::Or(back);
        proved(solver.equivalent(&rule.condition, &back), &rule.name);
    }
}

/// The patterns of a rule, if it can be said.
fn of(rule: &Rule) -> Option<Vec<String>> {
    let one = std::slice::from_ref(rule);
    let fitted = fit::all(one, None, &mut Vec::new(), &rulec::backend::cloudwatch::says);
    patterns(&fitted.first()?.1).ok()
}

/// Random rules that can be said.
fn drawn() -> Vec<Rule> {
    random::taken(random::wanted(), |rule| of(rule).is_some()).0
}

/// A matcher in another language, by what is documented, on all patterns, and a library on those that it can read.
#[test]
fn other_matchers_match_what_rules_fire_on() {
    if python("other matchers").is_none() {
        return;
    }
    let mut events = events();
    events
        .retain(|text| usual(&serde_json::from_str(text).unwrap()) && Event::new(text.as_bytes(), 1).is_ok());
    let mut all: Vec<(String, Vec<String>, Pred)> = Vec::new();
    for (name, pattern) in published() {
        let condition = imported(&pattern);
        all.push((name, vec![pattern], condition));
    }
    for rule in conditions().into_iter().map(|(_, rule)| rule).chain(drawn()) {
        all.extend(of(&rule).map(|patterns| (rule.name, patterns, rule.condition)));
    }
    let (mut given, mut expected) = (serde_json::Map::new(), BTreeSet::new());
    for (at, (name, patterns, condition)) in all.into_iter().enumerate() {
        let name = format!("{at}: {name}");
        for text in &events {
            if holds(&condition, &Event::new(text.as_bytes(), 1).unwrap()) {
                let record: serde_json::Value = serde_json::from_str(text).unwrap();
                expected.insert((name.clone(), record["eventID"].as_str().unwrap().to_owned()));
            }
        }
        given.insert(name, patterns.into());
    }
    let texts = [serde_json::Value::Object(given.clone()).to_string(), events.join("\n")];
    let Some(rows) = run("cloudwatch", &texts) else { return };
    for matcher in ["ours", "library"] {
        let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
        let of_matcher = || rows.iter().filter(|row| row["by"] == matcher);
        let read: BTreeSet<_> = of_matcher().map(|row| text(row, "rule")).collect();
        let found: BTreeSet<_> = of_matcher()
            .filter(|row| row["event_id"].is_string())
            .map(|row| (text(row, "rule"), text(row, "event_id")))
            .collect();
        let expected: BTreeSet<_> =
            expected.iter().filter(|(rule, _)| read.contains(rule)).cloned().collect();
        let different: Vec<_> = found.symmetric_difference(&expected).collect();
        for (name, id) in different.iter().take(10) {
            let event = events.iter().find(|text| text.contains(&format!("\"{id}\"")));
            println!("{matcher}: {name} {}\non {event:?}", given[name]);
        }
        assert!(different.is_empty(), "{matcher}: {} of {} differ", different.len(), expected.len());
        assert!(matcher == "library" || read.len() == given.len());
        println!("{matcher}: {} rules, {} equal matches", read.len(), found.len());
    }
}

#[test]
fn patterns_match_what_rules_fire_on() {
    let events: Vec<String> =
        events().into_iter().filter(|text| usual(&serde_json::from_str(text).unwrap())).collect();
    let (mut said, mut unsaid, mut matched) = (0, 0, 0);
    let drawn = drawn().into_iter().map(|rule| (rule.name.clone(), rule));
    for (name, rule) in conditions().into_iter().chain(drawn) {
        for approximate in [None, Some(Approximate::Over), Some(Approximate::Under)] {
            let mut diagnostics = Vec::new();
            let one = [rule.clone()];
            let fitted = fit::all(&one, approximate, &mut diagnostics, &rulec::backend::cloudwatch::says);
            let Some((_, pred)) = fitted.first() else {
                unsaid += usize::from(approximate.is_none());
                assert!(!diagnostics.is_empty() || !rule.enabled, "{name}");
                continue;
            };
            if approximate.is_some() && diagnostics.is_empty() {
                continue;
            }
            let Ok(patterns) = patterns(pred) else { continue };
            said += usize::from(approximate.is_none());
            let parsed: Vec<_> = patterns.iter().map(|pattern| parse(pattern).unwrap()).collect();
            for text in &events {
                let Ok(event) = Event::new(text.as_bytes(), 1) else { continue };
                let record: serde_json::Value = serde_json::from_str(text).unwrap();
                let fires = holds(&rule.condition, &event);
                let count = parsed.iter().filter(|pattern| matches(pattern, &record)).count();
                assert!(count <= 1, "{name}: two patterns of a rule match one event");
                let right = match approximate {
                    None => fires == (count == 1),
                    Some(Approximate::Over) => !fires || count == 1,
                    Some(Approximate::Under) => fires || count == 0,
                };
                assert!(right, "{name}: fires {fires}, {count} match, {approximate:?}\n{patterns:?}\n{text}");
                matched += count;
            }
        }
    }
    assert!(said > 20 && matched > 100, "{said} conditions said, {unsaid} not, {matched} matches");
    println!(
        "{said} conditions said exactly, {unsaid} refused, {matched} matches on {} events",
        events.len()
    );
}

#[test]
fn long_patterns_are_split_and_no_event_counts_twice() {
    let names: Vec<String> = (0..80).map(|at| format!("SomeRatherLongEventName{at}")).collect();
    let long = format!("ct.src = iam.amazonaws.com and ct.name in ({})", names.join(", "));
    let texts = patterns(&rule(&long).unwrap().condition).unwrap();
    assert!(texts.len() > 1 && texts.iter().all(|text| text.len() <= LONGEST));
    let record =
        serde_json::json!({"eventSource": "iam.amazonaws.com", "eventName": "SomeRatherLongEventName41"});
    assert_eq!(texts.iter().filter(|text| matches(&parse(text).unwrap(), &record)).count(), 1);
    // Errors may be there beside names, so these parts would overlap.
    let mixed = format!("ct.name in ({}) or ct.error exists", names.join(", "));
    assert!(patterns(&rule(&mixed).unwrap().condition).unwrap_err().contains("1024"));
}

#[test]
fn what_cannot_be_said_is_refused_at_its_place() {
    let text = "- macro: shouted\n  condition: ct.name icontains USER\n- rule: A\n  desc: d\n  condition: ct.src = iam.amazonaws.com and shouted\n  output: o\n  priority: INFO\n  source: aws_cloudtrail\n";
    let compiled = rules(text);
    let refused = artifact(&compiled, "cloudwatch", "patterns", None);
    assert_eq!((refused.rules, refused.diagnostics.len()), (0, 1));
    let found = &refused.diagnostics[0];
    assert_eq!(found.check.name, "not-in-target");
    assert_eq!(compiled.analysis.sources.slice(found.primary.span), "ct.name icontains USER");
    assert_eq!(compiled.analysis.sources.slice(found.labels[0].span), "shouted");
    let over = artifact(&compiled, "cloudwatch", "patterns", Some(Approximate::Over));
    assert_eq!((over.rules, over.diagnostics[0].check.name), (1, "approximated"));
    assert!(over.text.contains(r#"{ ($.eventSource = "iam.amazonaws.com") }"#), "{}", over.text);
    let under = artifact(&compiled, "cloudwatch", "patterns", Some(Approximate::Under));
    assert_eq!(under.rules, 0, "nothing is left of it");
}

#[test]
fn the_forms_hold_the_patterns() {
    let literal = literal();
    let cloudformation = artifact(&literal, "cloudwatch", "cloudformation", None).text;
    let template: serde_json::Value = serde_json::from_str(&cloudformation).unwrap();
    let resources = template["Resources"].as_object().unwrap();
    let of = |kind: &str| resources.values().filter(|one| one["Type"] == kind).count();
    assert_eq!(of("AWS::CloudWatch::Alarm"), literal.rules.len());
    assert!(of("AWS::Logs::MetricFilter") >= literal.rules.len());
    let alarm = resources.values().find(|one| one["Type"] == "AWS::CloudWatch::Alarm").unwrap();
    assert_eq!(
        (&alarm["Properties"]["Statistic"], &alarm["Properties"]["Period"]),
        (&"Sum".into(), &300.into())
    );
    let terraform = artifact(&literal, "cloudwatch", "terraform", None).text;
    assert_eq!(terraform.matches("aws_cloudwatch_metric_alarm\"").count(), literal.rules.len());
    assert_eq!(
        artifact(&literal, "cloudwatch", "cli", None).text.matches("put-metric-alarm").count(),
        literal.rules.len()
    );
}

#[test]
fn broken_patterns_say_where() {
    for (text, at) in [
        ("", 0),
        ("{", 1),
        ("{ $.a }", 6),
        ("{ $.a = }", 8),
        ("{ $.a = 1 } x", 12),
        ("{ $.a[*] = 1 }", 5),
        ("{ $.a < x }", 7),
        ("{ $.a = \"x }", 8),
        ("{ ($.a = 1 }", 11),
        ("{ $ = 1 }", 3),
        ("{ $.a NOT }", 10),
        ("{ $.a IS }", 9),
        ("{ $.a = %x% }", 8),
    ] {
        assert_eq!(parse(text).unwrap_err().at, at, "{text}: {}", parse(text).unwrap_err().why);
    }
    assert!(parse(&format!("{{ {}$.a = 1 }}", "(".repeat(100_000))).is_err());
}
