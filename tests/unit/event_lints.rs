//! Lints on what CloudTrail writes: right for every known event, with fixes that end and leave no finding behind.

use rulec::analysis::{Inputs, Options, analyze, findings};
use rulec::config::{self, Levels};
use rulec::diag::{Diagnostic, Group, Severity};
use rulec::schema::{aws_facts, event_names};
use rulec::sema::environment::Environment;
use rulec::source::{SourceFile, SourceMap};
use rulec::{fix, lint};
use std::fs;
use std::path::Path;
use std::sync::Arc;

fn sources(text: &str) -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("rules.yaml", text));
    sources
}

fn found_with(text: &str, options: Options) -> Vec<Diagnostic> {
    findings(&mut analyze(Inputs { sources: sources(text), options }), &Levels::default())
}

fn found(text: &str) -> Vec<Diagnostic> {
    found_with(text, Options::default())
}

fn rule(name: &str, condition: &str) -> String {
    format!(
        "- rule: {name}\n  desc: d\n  condition: {condition}\n  output: '%ct.user'\n  priority: INFO\n  \
         source: aws_cloudtrail\n  tags: [aws]\n"
    )
}

fn count(found: &[Diagnostic], check: &str) -> usize {
    found.iter().filter(|found| found.check.name == check && found.severity == Severity::Warning).count()
}

#[test]
fn every_known_event_is_accepted_and_every_stand_in_is_not() {
    let (mut text, mut stand_ins) = (String::new(), 0);
    for source in event_names::sources() {
        let (wrong, right): (Vec<&str>, Vec<&str>) = event_names::names_of(source)
            .iter()
            .partition(|name| aws_facts::logged_as(source, name).is_some());
        stand_ins += wrong.len();
        text += &rule(source, &format!("ct.src = {source} and ct.name in ({})", right.join(", ")));
        for name in wrong {
            text += &rule(&format!("{source} {name}"), &format!("ct.src = {source} and ct.name = {name}"));
        }
    }
    let found = found(&text);
    assert!(stand_ins > 40, "{stand_ins}");
    assert_eq!(count(&found, "unknown-event-name"), stand_ins);
    for check in ["event-source-mismatch", "unknown-event-source", "case-mismatch"] {
        assert_eq!(count(&found, check), 0, "{check}");
    }
}

#[test]
fn one_letter_less_is_noticed() {
    let mut text = String::new();
    let mut wrong = 0;
    for name in event_names::names_of("iam.amazonaws.com") {
        let short = &name[..name.len() - 1];
        if !event_names::is_name(short) && aws_facts::stand_ins(short).next().is_none() {
            wrong += 1;
            text += &rule(name, &format!("ct.src = iam.amazonaws.com and ct.name = {short}"));
        }
    }
    let found = found(&text);
    assert!(wrong > 100);
    assert_eq!(count(&found, "unknown-event-name"), wrong);
    let fixes = found.iter().filter(|found| found.check.name == "unknown-event-name" && found.fix.is_some());
    assert_eq!(fixes.count(), wrong);
}

/// The blocks of YAML of all specs about such lints.
fn examples() -> Vec<String> {
    let mut blocks = Vec::new();
    for check in lint::checks().filter(|check| [Group::CloudTrail, Group::Correctness].contains(&check.group))
    {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/spec/lints/{}.md", check.name));
        let text = fs::read_to_string(path).unwrap();
        blocks.extend(
            text.split("```yaml\n").skip(1).map(|rest| rest.split_once("\n```").unwrap().0.to_owned() + "\n"),
        );
    }
    blocks
}

#[test]
fn fixes_end_and_leave_nothing_behind() {
    let mut applied = 0;
    let others = ["absent-comparison", "case-mismatch", "negated-inequality"];
    let ours = |found: &Diagnostic| {
        let about_events = found.check.group == Group::CloudTrail || others.contains(&found.check.name);
        about_events && found.fix.is_some()
    };
    for example in examples() {
        let mut text = example;
        for round in 0.. {
            assert!(round < 6, "the fixes of this do not end:\n{text}");
            let mut now: Vec<Diagnostic> = found(&text).into_iter().filter(ours).collect();
            if now.is_empty() {
                break;
            }
            let errors = found(&text).iter().filter(|found| found.severity == Severity::Error).count();
            now.iter_mut().for_each(|found| found.fix.as_mut().unwrap().safe = true);
            let sources = sources(&text);
            let (id, _) = sources.files().next().unwrap();
            let after = fix::apply(&sources, &now).texts.remove(&id).unwrap();
            let left = found(&after);
            assert_eq!(
                left.iter().filter(|found| found.severity == Severity::Error).count(),
                errors,
                "{after}"
            );
            for before in &now {
                let same =
                    |other: &&Diagnostic| other.check == before.check && other.message == before.message;
                let (was, is) = (
                    now.iter().filter(same).count(),
                    left.iter().filter(|found| ours(found)).filter(same).count(),
                );
                assert!(is < was, "{} stays after its fix:\n{after}", before.message);
            }
            applied += now.len();
            text = after;
        }
    }
    assert!(applied > 30, "{applied}");
}

#[test]
fn events_that_the_user_knows() {
    let text = rule("A", "ct.src = example.amazonaws.com and ct.name = DoThing")
        + &rule("B", "ct.name = UndoThing")
        + &rule("C", "ct.src = iam.amazonaws.com and ct.name = DoThing");
    let unaided = found(&text);
    assert_eq!(count(&unaided, "unknown-event-name"), 2);
    assert_eq!(count(&unaided, "unknown-event-source"), 1);
    let as_array = "known-events = [\"example.amazonaws.com:DoThing\", \"example.amazonaws.com:UndoThing\"]";
    let as_table = "[known-events]\n\"example.amazonaws.com\" = [\"DoThing\", \"UndoThing\"]";
    for toml in [as_array, as_table] {
        let (config, problems) = config::parse(toml);
        assert!(problems.is_empty(), "{problems:?}");
        let environment =
            Environment { known_events: Arc::new(config.known_events), ..Environment::default() };
        let found = found_with(&text, Options { environment, ..Options::default() });
        assert_eq!(count(&found, "unknown-event-name"), 0);
        assert_eq!(count(&found, "unknown-event-source"), 0);
        assert_eq!(count(&found, "event-source-mismatch"), 1);
    }
    let (_, problems) = config::parse("known-events = [\"DoThing\", 1]");
    assert_eq!(problems.len(), 2);
    let (_, problems) = config::parse("known-events = 1");
    assert_eq!(problems.len(), 1);
}
