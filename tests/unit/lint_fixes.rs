//! Safe fixes of lints on conditions: they end, they take their finding away, and the rule still fires on the same events,
//! as tried on some and as proved for all.

use rulec::analysis::{Inputs, Options, analyze, compile_rules, findings};
use rulec::config::{Level, Levels};
use rulec::diag::Diagnostic;
use rulec::eval::{Event, holds};
use rulec::logic::{Assume, Implied, Solver};
use rulec::render::page;
use rulec::sema::ir::Rule;
use rulec::source::{SourceFile, SourceMap};
use rulec::{fix, lint};
use std::sync::OnceLock;

use crate::unit::generated::Random;

const VALUES: [&str; 5] = ["CreateUser", "GetObject", "\"Delete Trail\"", "'x'", "alice"];
const FIELDS: [&str; 4] = ["ct.name", "ct.user", "ct.error", "ct.request"];

fn atom(random: &mut Random) -> String {
    let (field, value) = (random.pick(&FIELDS), random.pick(&VALUES));
    match random.below(8) {
        0 => format!("{field} exists"),
        1 => format!("{field} in ({value}, {})", random.pick(&VALUES)),
        2 => format!("{field} glob {value}"),
        3 => format!("{field} contains a"),
        4 => format!("{field} regex '.*[e-s].*'"),
        5 => "failed".to_owned(),
        _ => format!("{field} = {value}"),
    }
}

fn condition(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.percent(15) {
        return atom(random);
    }
    let parts: Vec<String> = (0..2 + random.below(3)).map(|_| condition(random, depth - 1)).collect();
    match random.below(10) {
        9 => {
            let name = format!("ct.name = {}", random.pick(&VALUES));
            format!("{} and ct.request glob 'a*' and {} and {name}", grouped(&parts[0]), atom(random))
        }
        0 => format!("not (not {})", grouped(&parts[0])),
        1 => format!("not not {}", grouped(&parts[0])),
        2 => format!("not({})", parts[0]),
        3 => format!("(({}))", parts[0]),
        4 => {
            let field = random.pick(&FIELDS);
            let equal: Vec<String> = (0..3).map(|_| format!("{field}={}", random.pick(&VALUES))).collect();
            equal.join(" or ")
        }
        5 | 6 => parts.join(" or "),
        7 => parts.join("  and "),
        _ => parts.iter().map(|part| grouped(part)).collect::<Vec<_>>().join(" and "),
    }
}

fn grouped(condition: &str) -> String {
    format!("({condition})")
}

/// A file with the condition in one of the ways in which YAML writes a text.
fn file(condition: &str, how: u32) -> String {
    let written = match how {
        0 => condition.to_owned(),
        1 => format!(">\n    {}", condition.replace(" or ", "\n    or ")),
        2 => format!("'{}'", condition.replace('\'', "''")),
        3 => format!("\"{}\"", condition.replace('"', "\\\"")),
        _ => format!("|\n    {}", condition.replace(" and ", "\n    and ")),
    };
    format!(
        "- macro: failed\n  condition: (ct.error exists)\n\n- rule: R\n  desc: d\n  condition: {written}\n  output: '%ct.user'\n  \
         priority: Info\n  source: aws_cloudtrail\n  tags: [aws]\n"
    )
}

/// The plugins' fields are read once.
fn options() -> Options {
    static OPTIONS: OnceLock<Options> = OnceLock::new();
    OPTIONS.get_or_init(Options::default).clone()
}

fn sources(text: &str) -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("rules.yaml", text));
    sources
}

fn found(text: &str) -> Vec<Diagnostic> {
    let mut levels = Levels::default();
    lint::checks().filter(|check| !check.on).for_each(|check| levels.set(check, Level::Info));
    findings(&mut analyze(Inputs { sources: sources(text), options: options() }), &levels)
}

fn rule(text: &str) -> Rule {
    let compiled = compile_rules(Inputs { sources: sources(text), options: options() });
    let [rule] = &compiled.rules[..] else { panic!("{text}\n{:#?}", compiled.analysis.diagnostics) };
    rule.clone()
}

fn events(random: &mut Random) -> Vec<String> {
    let values = ["CreateUser", "GetObject", "Delete Trail", "x", "alice", ""];
    (0..20)
        .map(|_| {
            let mut members = String::from(r#""eventTime":"2026-03-01T00:00:00Z","eventType":"x""#);
            for key in ["eventName", "errorCode"] {
                if random.percent(60) {
                    members += &format!(",\"{key}\":\"{}\"", random.pick(&values));
                }
            }
            if random.percent(60) {
                let user = random.pick(&values);
                members += &format!(r#","userIdentity":{{"type":"IAMUser","userName":"{user}"}}"#);
            }
            if random.percent(60) {
                members += &format!(",\"requestParameters\":\"{}\"", random.pick(&values));
            }
            format!("{{{members}}}")
        })
        .collect()
}

/// The checks whose fixes this is about, and how often each was put to the test.
const CHECKS: [&str; 7] = [
    "double-negation",
    "duplicate-list-item",
    "expensive-first",
    "glob-without-wildcard",
    "list-for-repeated-equality",
    "precedence-surprise",
    "redundant-parentheses",
];

#[test]
fn they_keep_the_meaning() {
    let mut tried = [0; CHECKS.len()];
    let (mut proved, mut unknown) = (0, 0);
    let solver = Solver::new(Assume::None);
    for seed in 1..=120 {
        let mut random = Random::new(seed);
        let condition = condition(&mut random, 3);
        let text = file(&condition, random.below(5) as u32);
        let before = rule(&text);
        let texts = events(&mut random);
        let events: Vec<Event<'_>> =
            texts.iter().map(|text| Event::new(text.as_bytes(), 1).unwrap()).collect();
        let fires: Vec<bool> = events.iter().map(|event| holds(&before.condition, event)).collect();
        let mut same = |text: &str, why: &str| {
            let after = rule(text);
            match solver.equivalent(&before.condition, &after.condition) {
                Implied::Yes => proved += 1,
                Implied::No(witness) => {
                    panic!("{why} changes\n{condition}\ninto\n{text}\nfor {}", witness.text())
                }
                Implied::Unknown(_) => unknown += 1,
            }
            for (event, &fired) in events.iter().zip(&fires) {
                let fires = holds(&after.condition, event);
                assert_eq!(fires, fired, "{why} changes\n{condition}\ninto\n{text}");
            }
        };
        let all = found(&text);
        for (at, check) in CHECKS.iter().enumerate() {
            let of = |found: &[Diagnostic]| found.iter().filter(|found| found.check.name == *check).count();
            for one in all.iter().filter(|found| found.check.name == *check) {
                let applied = fix::apply(&sources(&text), std::slice::from_ref(one));
                let Some(new) = applied.texts.values().next() else { continue };
                same(new, check);
                // What stood within parentheses may be seen to need none either.
                let gone = match *check {
                    "redundant-parentheses" => new.matches('(').count() < text.matches('(').count(),
                    _ => of(&found(new)) < of(&all),
                };
                assert!(gone, "{check} stays:\n{text}\n{new}");
                tried[at] += 1;
            }
        }
        // Together and to the end.
        let mut mended = text.clone();
        let mut rounds = 0;
        loop {
            let applied = fix::apply(&sources(&mended), &found(&mended));
            let Some(new) = applied.texts.into_values().next() else { break };
            mended = new;
            rounds += 1;
            assert!(rounds < 20, "no end:\n{text}\n{mended}");
        }
        same(&mended, "all together");
    }
    assert!(tried.iter().all(|&count| count >= 5), "{tried:?}");
    assert!(unknown * 10 < proved, "{proved} proved, {unknown} not");
}

/// The blocks of YAML in a page or spec.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("\n```").next())
}

#[test]
fn they_take_their_finding_away_and_safe_ones_add_none() {
    let mut tried = 0;
    for check in lint::rules::LINTS.iter().map(|lint| lint.check()) {
        let spec = format!("{}/tests/spec/lints/{}.md", env!("CARGO_MANIFEST_DIR"), check.name);
        let texts = [page::body(check), std::fs::read_to_string(spec).unwrap()];
        for text in texts.iter().flat_map(|text| blocks(text)).filter(|text| !text.contains("# file:")) {
            let before = found(text);
            for one in before.iter().filter(|found| found.check == check && found.fix.is_some()) {
                let message = one.message.clone();
                let mut one = one.clone();
                let safe = std::mem::replace(&mut one.fix.as_mut().unwrap().safe, true);
                let applied = fix::apply(&sources(text), &[one]);
                let new = applied.texts.values().next().unwrap();
                let after = found(new);
                let count = |found: &[Diagnostic], of| found.iter().filter(|found| found.check == of).count();
                // Behind a fault another may come to light.
                let alike = |found: &[Diagnostic]| {
                    found.iter().filter(|found| found.check == check && found.message == message).count()
                };
                assert!(alike(&after) < alike(&before), "{} stays:\n{text}\n{new}", check.name);
                tried += 1;
                // Another meaning may have other faults.
                for other in lint::checks().filter(|other| safe && *other != check) {
                    let more = count(&after, other) > count(&before, other);
                    assert!(!more, "{} brings {}:\n{text}\n{new}", check.name, other.name);
                }
            }
        }
    }
    assert!(tried > 40, "{tried}");
}
