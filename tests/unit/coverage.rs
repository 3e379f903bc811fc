//! Coverage: our own rulesets are full, every change to them is named, and what is shown is proved.

use rulec::analysis::{Inputs, compile_rules};
use rulec::bundled;
use rulec::config::Levels;
use rulec::coverage::{
    self, Benchmark, Catalogue, Count, Coverage, Purpose, Scope, Status, Verdict, guardduty, policies,
    suggest,
};
use rulec::eval::{Engine, Event, Matching, holds};
use rulec::logic::Assume;
use rulec::render::coverage::{CoverageReport, Lang, terminal};
use rulec::sema::ir::{Atom, Pred, Rule, Term, Test};
use rulec::source::{SourceFile, SourceMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// The files of a ruleset, in load order.
fn files(directory: &str) -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets").join(directory);
    let mut paths: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        path.to_string_lossy().ends_with(".yaml") && !path.to_string_lossy().ends_with(".test.yaml")
    });
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

fn compiled(files: &[(String, String)]) -> (SourceMap, Vec<Rule>) {
    let mut sources = SourceMap::default();
    for (name, text) in files {
        sources.add(SourceFile::new(name.as_str(), text.as_str()));
    }
    let compiled = compile_rules(Inputs { sources, ..Inputs::default() });
    (compiled.analysis.sources, compiled.rules)
}

fn benchmark(version: &str, scope: Scope) -> Benchmark {
    Benchmark::new(&Catalogue::bundled().unwrap(), version, scope).unwrap()
}

fn cover(rules: &[Rule], benchmark: &Benchmark) -> Coverage {
    coverage::cover(rules, benchmark, &Count::default(), &[], Assume::CloudTrail).unwrap()
}

const SCOPES: [Scope; 3] = [Scope::Changes, Scope::Attempts, Scope::Literal];

#[test]
fn our_rulesets_are_full() {
    let catalogue = Catalogue::bundled().unwrap();
    for (directory, scopes) in [("cis-aws/rules", &SCOPES[..1]), ("cis-aws/literal", &SCOPES[..])] {
        let (_, rules) = compiled(&files(directory));
        for (version, scope) in catalogue.versions.iter().flat_map(|v| scopes.iter().map(move |s| (v, *s))) {
            let benchmark = benchmark(version, scope);
            let coverage = cover(&rules, &benchmark);
            for (control, covered) in benchmark.controls.iter().zip(&coverage.controls) {
                assert_eq!(
                    covered.verdict,
                    Verdict::Full,
                    "{directory} {version} {scope:?} {}: {covered:#?}",
                    control.id
                );
                assert!(covered.events.iter().all(|event| event.status == Status::Covered));
            }
        }
    }
}

#[test]
fn the_articles_verdicts() {
    let (_, rules_text, policies_text) = bundled::PROFILES[0];
    let (_, rules) = compiled(&[("rules.yaml".to_owned(), rules_text.to_owned())]);
    let policies = policies::parse("policies.yaml", policies_text).unwrap();
    let count = Count { policies: Some(&policies), ..Count::default() };
    assert!(count.silent(&rules).is_empty());
    let benchmark = benchmark("3.0.0", Scope::Changes);
    let findings = guardduty::all().unwrap();
    let coverage = coverage::cover(&rules, &benchmark, &count, &findings, Assume::CloudTrail).unwrap();
    let mut table = String::new();
    for (control, covered) in benchmark.controls.iter().zip(&coverage.controls) {
        let touched = |event: &&coverage::EventCovered| event.status >= Status::Conditional;
        let touched = covered.events.iter().filter(touched).count();
        table += &format!(
            "{} {} {} {touched}/{}\n",
            control.id,
            covered.purpose.mark(),
            covered.verdict.name(),
            covered.events.len()
        );
        let expected = if control.id == "4.1" { Purpose::Partial } else { Purpose::Full };
        assert_eq!(covered.purpose, expected, "{}", control.id);
    }
    insta::assert_snapshot!(table);
}

/// A record with what rules and controls look at.
fn record(name: &str, source: &str, changes: &[(&str, serde_json::Value)]) -> serde_json::Value {
    let mut record = serde_json::json!({
        "eventVersion": "1.11",
        "userIdentity": { "type": "IAMUser", "userName": "alice", "arn": "arn:aws:iam::111122223333:user/alice" },
        "eventTime": "2026-01-15T09:30:00Z",
        "eventSource": source,
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.10",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": { "note": "a" },
        "responseElements": {},
        "additionalEventData": {},
        "eventID": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        "readOnly": false,
        "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333"
    });
    for (path, value) in changes {
        let (parent, key) = path.rsplit_once('/').unwrap();
        let parent = record.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            parent.remove(key)
        } else {
            parent.insert(key.to_owned(), value.clone())
        };
    }
    record
}

/// Events in which everything varies that our rules, the controls and the clauses below ask about.
fn vocabulary(benchmark: &Benchmark) -> Vec<String> {
    let text = |text: &str| serde_json::Value::from(text);
    let errors = [
        serde_json::Value::Null,
        text("AccessDenied"),
        text("Client.UnauthorizedOperation"),
        text("Throttled"),
    ];
    let varied = [
        vec![],
        vec![("/awsRegion", text("eu-west-1"))],
        vec![("/userIdentity/userName", text("bob"))],
        vec![("/userIdentity/userName", serde_json::Value::Null)],
        vec![("/sourceIPAddress", text("delivery.logs.amazonaws.com"))],
        vec![("/userAgent", text("terraform/1.9"))],
        vec![("/requestParameters", serde_json::json!({}))],
        vec![("/readOnly", true.into())],
        vec![("/userIdentity/invokedBy", text("s3.amazonaws.com"))],
        vec![("/eventType", text("AwsServiceEvent"))],
        // What a renamed constant asks for.
        vec![("/sourceIPAddress", text("delivery.logs.amazonaws.comElse"))],
        vec![("/eventType", text("AwsServiceEventElse"))],
    ];
    let rows = benchmark.controls.iter().flat_map(|control| &control.rows);
    let mut names: Vec<(&str, &str)> = rows.map(|row| (&*row.name, &*row.source)).collect();
    names.extend([("HeadBucket", "s3.amazonaws.com"), ("HeadBucketElse", "s3.amazonaws.com")]);
    names.push(("GetUser", "iam.amazonaws.com"));
    names.sort_unstable();
    names.dedup();
    let mut events = Vec::new();
    for (name, source) in names {
        let is_login = name == "ConsoleLogin";
        let kinds = if is_login { &["IAMUser", "Root", "AssumedRole"][..] } else { &["IAMUser", "Root"] };
        let results: &[&str] = if is_login { &["Success", "Failure", ""] } else { &[""] };
        let used: &[&str] = if is_login { &["Yes", "No", ""] } else { &[""] };
        // Rules about sign-in overlap, so what slips through all of them may need two things at once.
        let pairs = varied.iter().flat_map(|a| varied.iter().map(move |b| [&a[..], b].concat()));
        let varied: Vec<_> = if is_login { pairs.collect() } else { varied.to_vec() };
        for ((error, varied), (kind, (result, mfa))) in
            errors.iter().flat_map(|e| varied.iter().map(move |v| (e, v))).flat_map(|a| {
                let inner = kinds.iter().flat_map(move |k| {
                    results.iter().flat_map(move |r| used.iter().map(move |m| (k, (r, m))))
                });
                inner.map(move |b| (a, b))
            })
        {
            let mut changes = vec![("/errorCode", error.clone()), ("/userIdentity/type", text(kind))];
            if !result.is_empty() {
                changes.push(("/responseElements/ConsoleLogin", text(result)));
            }
            if !mfa.is_empty() {
                changes.push(("/additionalEventData/MFAUsed", text(mfa)));
            }
            changes.extend(varied.iter().cloned());
            events.push(record(name, source, &changes).to_string());
        }
    }
    events
}

/// A sequence of numbers, always the same for a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

const CLAUSES: [&str; 8] = [
    "ct.region = \"us-east-1\"",
    "ct.user != \"bob\"",
    "ct.user exists",
    "not ct.useragent startswith \"terraform\"",
    "json.value[/requestParameters/note] exists",
    "ct.readonly = false",
    "ct.region in (us-east-1, us-west-2) and ct.useragent icontains \"CLI\"",
    "(ct.user = \"alice\" or ct.region = \"eu-west-1\")",
];

fn clause(text: &str) -> Pred {
    let rule = format!(
        "- rule: r\n  desc: d\n  condition: {}\n  output: o\n  priority: INFO\n  source: aws_cloudtrail\n",
        serde_json::to_string(text).unwrap()
    );
    compiled(&[("clause.yaml".to_owned(), rule)]).1.remove(0).condition
}

/// Rewrites the constants of comparisons with a field.
fn rewritten(pred: &Pred, change: &dyn Fn(&Atom) -> Option<Vec<Box<str>>>) -> Pred {
    let all = |parts: &[Pred]| parts.iter().map(|part| rewritten(part, change)).collect();
    match pred {
        Pred::Const(truth) => Pred::Const(*truth),
        Pred::And(parts) => Pred::And(all(parts)),
        Pred::Or(parts) => Pred::Or(all(parts)),
        Pred::Not(inner) => Pred::Not(Box::new(rewritten(inner, change))),
        Pred::Atom(atom) => match (change(atom), &atom.test) {
            (Some(values), _) if values.is_empty() => Pred::Const(false),
            (Some(values), Test::Values { op, modifier, .. }) => {
                let test = Test::Values { op: *op, modifier: *modifier, values: values.into() };
                Pred::Atom(Arc::new(Atom { test, ..(**atom).clone() }))
            }
            _ => pred.clone(),
        },
    }
}

fn values(atom: &Atom) -> Vec<Box<str>> {
    match &atom.test {
        Test::Values { values, .. } => values.to_vec(),
        _ => Vec::new(),
    }
}

fn is_name(atom: &Atom) -> bool {
    matches!(&atom.left, Term::Field(field) if &*field.name == "ct.name")
}

/// Changes one rule, and says how.
fn mutate(rule: &mut Rule, random: &mut Random) -> String {
    match random.below(4) {
        0 => {
            rule.enabled = false;
            "disabled".to_owned()
        }
        1 => {
            let text = CLAUSES[random.below(CLAUSES.len())];
            rule.condition = Pred::And(vec![rule.condition.clone(), clause(text)]);
            format!("and {text}")
        }
        kind => {
            // Drop or rename a constant.
            let mut all = Vec::new();
            rule.condition.atoms(&mut |atom| {
                let wanted = kind == 3 || is_name(atom);
                all.extend(
                    values(atom).into_iter().filter(|_| wanted).map(|value| (atom.left.clone(), value)),
                );
            });
            if all.is_empty() {
                return "as it was".to_owned();
            }
            let (left, value) = all.swap_remove(random.below(all.len()));
            rule.condition = rewritten(&rule.condition, &|atom| {
                let mut values = values(atom);
                let at = values.iter().position(|known| *known == value).filter(|_| atom.left == left)?;
                if kind == 2 {
                    values.remove(at);
                } else {
                    values[at] = format!("{value}Else").into();
                }
                Some(values)
            });
            format!("{} {value}", if kind == 2 { "without" } else { "renamed" })
        }
    }
}

/// Which rules fire on which events.
fn fires(rule: &Rule, events: &[Event<'_>]) -> Vec<bool> {
    let engine = Engine::new(vec![rule.clone()]);
    events.iter().map(|event| !engine.matches(event, Matching::First).is_empty()).collect()
}

#[test]
fn mutations_are_what_brute_force_says() {
    let (_, rules) = compiled(&files("cis-aws/rules"));
    let mut benchmark = benchmark("3.0.0", Scope::Changes);
    benchmark.controls.iter_mut().for_each(|control| control.hardening.clear());
    let texts = vocabulary(&benchmark);
    let events: Vec<Event<'_>> = texts.iter().map(|text| Event::new(text.as_bytes(), 1).unwrap()).collect();
    let usual: Vec<Vec<bool>> = rules.iter().map(|rule| fires(rule, &events)).collect();
    let asked: Vec<Vec<Vec<usize>>> = benchmark
        .controls
        .iter()
        .map(|control| {
            let of = |row: Pred| {
                let goal = Pred::And(vec![control.condition.clone(), row]);
                (0..events.len()).filter(|&at| holds(&goal, &events[at])).collect::<Vec<_>>()
            };
            let whole = of(Pred::Const(true));
            control.rows.iter().map(|row| of(row.condition())).chain([whole]).collect()
        })
        .collect();
    assert!(asked.iter().flatten().all(|events| !events.is_empty()));
    // The two rules that are about no event in particular.
    let specific = |at: usize| !["API Call Denied", "Root User Active"].contains(&&*rules[at].name);
    let mut random = Random(0x5EED_C0FE);
    let count = std::env::var("RULEC_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(40);
    for round in 0..count {
        let at = random.below(rules.len());
        let mut changed = rules.clone();
        let how = format!("{round}: {} {}", rules[at].name, mutate(&mut changed[at], &mut random));
        let mut fired = usual.clone();
        fired[at] = fires(&changed[at], &events);
        let coverage = cover(&changed, &benchmark);
        for ((control, covered), asked) in benchmark.controls.iter().zip(&coverage.controls).zip(&asked) {
            let heard = |event: &usize| fired.iter().any(|fired| fired[*event]);
            let (whole, rows) = asked.split_last().unwrap();
            for (event, asked) in covered.events.iter().zip(rows) {
                let about =
                    |event: &usize| (0..rules.len()).any(|rule| specific(rule) && fired[rule][*event]);
                let expected = match (asked.iter().all(heard), asked.iter().any(about)) {
                    (true, _) => Status::Covered,
                    (false, true) => Status::Conditional,
                    (false, false) => Status::Missing,
                };
                assert_eq!(event.status, expected, "{how}: {} {:?}", control.id, event.row);
                assert_eq!(event.witness.is_some(), expected != Status::Covered, "{how}");
            }
            let expected = match whole.iter().all(heard) {
                true => Verdict::Full,
                false if rows.is_empty() && whole.iter().any(heard) => Verdict::Partial,
                false if covered.events.iter().any(|event| event.status >= Status::Conditional) => {
                    Verdict::Partial
                }
                false => Verdict::None,
            };
            assert_eq!(covered.verdict, expected, "{how}: {}", control.id);
        }
    }
}

/// The gaps of a report: control, event, status.
fn gaps(benchmark: &Benchmark, coverage: &Coverage) -> Vec<(String, String, Status)> {
    let mut found = Vec::new();
    for (control, covered) in benchmark.controls.iter().zip(&coverage.controls) {
        for event in covered.events.iter().filter(|event| event.status != Status::Covered) {
            found.push((control.id.clone(), event.row.name.clone(), event.status));
        }
        if covered.verdict != Verdict::Full && covered.events.is_empty() {
            found.push((control.id.clone(), String::new(), Status::Unknown));
        }
    }
    found
}

#[test]
fn a_dropped_event_is_the_only_gap() {
    let (_, rules) = compiled(&files("cis-aws/rules"));
    let mut benchmark = benchmark("5.0.0", Scope::Changes);
    benchmark.controls.iter_mut().for_each(|control| control.hardening.clear());
    let mut dropped = 0;
    for control in benchmark.controls.iter().filter(|control| control.rows.len() > 1) {
        for row in &control.rows {
            let mut changed = rules.clone();
            let tag = format!("cis_{}", control.key);
            for rule in changed.iter_mut().filter(|rule| rule.tags.contains(&tag)) {
                rule.condition = rewritten(&rule.condition, &|atom| {
                    let left: Vec<_> =
                        values(atom).into_iter().filter(|value| **value != *row.name).collect();
                    is_name(atom).then_some(left)
                });
            }
            let coverage = cover(&changed, &benchmark);
            let expected = vec![(control.id.clone(), row.name.clone(), Status::Missing)];
            assert_eq!(gaps(&benchmark, &coverage), expected);
            dropped += 1;
        }
    }
    assert_eq!(dropped, 91);
}

#[test]
fn a_disabled_rule_leaves_its_own_gap() {
    let (_, rules) = compiled(&files("cis-aws/rules"));
    let mut benchmark = benchmark("3.0.0", Scope::Changes);
    benchmark.controls.iter_mut().for_each(|control| control.hardening.clear());
    for at in 0..rules.len() {
        let mut changed = rules.clone();
        changed[at].enabled = false;
        let found = gaps(&benchmark, &cover(&changed, &benchmark));
        let tag = rules[at].tags.iter().find_map(|tag| tag.strip_prefix("cis_")).unwrap();
        assert!(!found.is_empty() && found.iter().all(|(id, ..)| id == tag), "{}: {found:?}", rules[at].name);
    }
}

#[test]
fn suggestions_close_random_gaps() {
    let benchmark = benchmark("3.0.0", Scope::Changes);
    let mut random = Random(0xBEEF_5EED);
    let mut with_macro = 0;
    for round in 0..12 {
        let mut kept = files("cis-aws/rules");
        for (_, text) in &mut kept {
            let mut items: Vec<String> = text.split("\n- ").map(str::to_owned).collect();
            items.retain(|item| !item.starts_with("rule: ") || random.below(4) > 0);
            let items = items.into_iter().map(|item| {
                let mut lines: Vec<&str> = item.lines().collect();
                lines.retain(|line| !line.starts_with("    - ") || random.below(4) > 0);
                lines.join("\n") + "\n"
            });
            *text = items.collect::<Vec<_>>().join("\n- ");
        }
        let (sources, rules) = compiled(&kept);
        let coverage = cover(&rules, &benchmark);
        let suggestions =
            suggest::suggest(&benchmark, &coverage, &rules, &sources, &Count::default(), Assume::CloudTrail)
                .unwrap();
        let open = coverage.controls.iter().filter(|covered| covered.verdict != Verdict::Full).count();
        assert_eq!(suggestions.len(), open);
        let texts: Vec<String> = suggestions.into_iter().map(|suggestion| suggestion.text).collect();
        with_macro += texts.iter().filter(|text| text.contains("_change\n    and ct.name")).count();
        kept.push(("zz.yaml".to_owned(), texts.join("\n")));
        let mut all = SourceMap::default();
        for (name, text) in &kept {
            all.add(SourceFile::new(name.as_str(), text.as_str()));
        }
        let last = all.files().last().unwrap().0;
        let mut analysis = rulec::analysis::analyze(Inputs { sources: all, ..Inputs::default() });
        let found = rulec::analysis::findings(&mut analysis, &Levels::default());
        let wrong: Vec<_> = found.iter().filter(|found| found.primary.span.file == last).collect();
        let about: Vec<_> = wrong.iter().map(|found| (found.check.name, &found.message)).collect();
        assert!(wrong.is_empty(), "round {round}: {about:?}\n{}", texts.join("\n"));
        let (_, rules) = compiled(&kept);
        let after = cover(&rules, &benchmark);
        assert_eq!(gaps(&benchmark, &after), [], "round {round}:\n{}", texts.join("\n"));
    }
    assert!(with_macro > 0);
}

#[test]
fn the_article_in_full() {
    let (_, rules_text, policies_text) = bundled::PROFILES[0];
    let (sources, rules) = compiled(&[("rules.yaml".to_owned(), rules_text.to_owned())]);
    let policies = policies::parse("policies.yaml", policies_text).unwrap();
    let count = Count { policies: Some(&policies), ..Count::default() };
    let benchmark = benchmark("3.0.0", Scope::Changes);
    let findings = guardduty::all().unwrap();
    let coverage = coverage::cover(&rules, &benchmark, &count, &findings, Assume::CloudTrail).unwrap();
    insta::assert_snapshot!(shown(&sources, &rules, &benchmark, &coverage));
}

fn shown(sources: &SourceMap, rules: &[Rule], benchmark: &Benchmark, coverage: &Coverage) -> String {
    let report = CoverageReport {
        sources,
        rules,
        benchmark,
        coverage,
        load_errors: &[],
        hypothetical: false,
        findings: true,
        lang: Lang::En,
        color: false,
    };
    terminal::render(&report)
}

/// The rules of the plugin's own repository, where they are.
#[test]
fn the_official_rules() {
    let Some(corpus) = std::env::var_os("RULEC_CORPUS") else {
        println!("RULEC_CORPUS is not set: nothing to compare with");
        return;
    };
    let text = fs::read_to_string(Path::new(&corpus).join("official/aws_cloudtrail_rules.yaml")).unwrap();
    let (sources, rules) = compiled(&[("aws_cloudtrail_rules.yaml".to_owned(), text)]);
    let benchmark = benchmark("3.0.0", Scope::Changes);
    let coverage = cover(&rules, &benchmark);
    let mut table = shown(&sources, &rules, &benchmark, &coverage);
    for (control, covered) in benchmark.controls.iter().zip(&coverage.controls) {
        if let Some(witness) = &covered.witness {
            table +=
                &format!("\n{}\n{}\n", control.id, serde_json::to_string_pretty(&witness.record).unwrap());
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn what_it_takes_as_given() {
    // `MFAUsed` is Yes or No, so what is not Yes is No; without that fact it may be anything.
    let (_, rules) = compiled(&[(
        "r.yaml".to_owned(),
        "- rule: r\n  desc: d\n  condition: ct.name = \"ConsoleLogin\" and json.value[/additionalEventData/MFAUsed] = \"No\"\n  \
         output: o\n  priority: INFO\n  source: aws_cloudtrail\n"
            .to_owned(),
    )]);
    let mut benchmark = benchmark("3.0.0", Scope::Literal);
    benchmark.controls.retain(|control| control.id == "4.2");
    let verdict = |assume| {
        let coverage = coverage::cover(&rules, &benchmark, &Count::default(), &[], assume).unwrap();
        coverage.controls[0].verdict
    };
    assert_eq!(verdict(Assume::CloudTrail), Verdict::Full);
    assert_eq!(verdict(Assume::None), Verdict::Partial);
}

#[test]
fn a_rule_for_any_event_is_incidental_until_it_covers() {
    let with = |condition: &str| {
        let text = format!(
            "- rule: r\n  desc: d\n  condition: {}\n  output: o\n  priority: INFO\n  source: aws_cloudtrail\n",
            serde_json::to_string(condition).unwrap()
        );
        let (_, rules) = compiled(&[("r.yaml".to_owned(), text)]);
        let coverage = cover(&rules, &benchmark("3.0.0", Scope::Changes));
        let key = &coverage.controls[6].events[0];
        (key.status, key.rules.len(), key.incidental.len())
    };
    assert_eq!(with("ct.user = \"alice\""), (Status::Missing, 0, 1));
    assert_eq!(with("ct.error exists"), (Status::Missing, 0, 0));
    assert_eq!(with("ct.src = \"kms.amazonaws.com\""), (Status::Covered, 1, 0));
    // Names of a form: somebody may come up with another one.
    assert_eq!(with("ct.name startswith \"Disable\" and ct.user = \"alice\""), (Status::Missing, 0, 1));
    assert_eq!(
        with("ct.name regex \"(Dis|En)ableKey\" and ct.user = \"alice\""),
        (Status::Conditional, 1, 0)
    );
    assert_eq!(with("ct.name = \"DisableKey\" and ct.user = \"alice\""), (Status::Conditional, 1, 0));
}
