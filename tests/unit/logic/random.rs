//! Random pairs of conditions, held against all events of a small world.
//!
//! `RULEC_LOGIC_PAIRS` sets how many; each is settled by evaluation on every event beforehand, atom by atom.

use super::{and, compile_rules, confirmed, not};
use rulec::eval::{Engine, Matching};
use rulec::logic::{Assume, Implied, Solver, contradict};
use rulec::sema::ir::Pred;

use crate::unit::generated::Random;

const VALUES: [&str; 9] = ["", "a", "ab", "b", "A", "null", "true", "5", "a/b"];

/// Comparisons with the constants of the world.
fn atoms() -> Vec<String> {
    let mut all = Vec::new();
    let fields = [
        "ct.error",
        "json.value[/errorCode]",
        "ct.request.name",
        "json.value[/requestParameters/name]",
        "json.value[/requestParameters]",
        "ct.request",
        "ct.readonly",
        "json.value[/readOnly]",
        "tolower(ct.error)",
        "basename(ct.request.name)",
        "ct.user",
        "ct.user.identitytype",
        "ct.shortsrc",
    ];
    for field in fields {
        all.push(format!("{field} exists"));
        for value in VALUES {
            all.push(format!("{field} = \"{value}\""));
            all.push(format!("{field} != \"{value}\""));
        }
        for value in ["a", "b", "ab"] {
            for op in ["contains", "icontains", "startswith", "endswith"] {
                all.push(format!("{field} {op} {value}"));
            }
        }
        all.push(format!("{field} < 5"));
        all.push(format!("{field} >= 5"));
        all.push(format!("{field} in (a, ab, true)"));
        all.push(format!("{field} in (\"\", b, null)"));
        all.push(format!("{field} glob \"a*\""));
        all.push(format!("{field} iglob \"?b\""));
        all.push(format!("{field} regex \"[a-z]+\""));
        all.push(format!("{field} regex \"(a|A)?b*\""));
        all.push(format!("{field} pmatch (a, x/y)"));
        all.push(format!("{field} != allof (a, b)"));
        all.push(format!("{field} contains oneof (a, b)"));
        all.push(format!("len({field}) > 1"));
        all.push(format!("len({field}) = 0"));
    }
    for number in ["0", "1", "5", "6"] {
        for op in ["=", "!=", "<", ">="] {
            all.push(format!("s3.bytes.in {op} {number}"));
        }
    }
    for op in ["=", "!=", "<", "startswith"] {
        all.push(format!("ct.error {op} val(ct.request.name)"));
        all.push(format!("json.value[/errorCode] {op} val(ct.user)"));
    }
    for kind in ["Root", "AssumedRole", "AWSAccount"] {
        all.push(format!("ct.user.identitytype = {kind}"));
    }
    all
}

/// All events of the world. What AWS never writes is left out if it is ruled out.
fn events(assume: Assume) -> Vec<String> {
    let codes =
        ["", "\"\"", "\"a\"", "\"ab\"", "\"b\"", "\"A\"", "\"fresh\"", "null", "true", "5", "{}", "\"a/b\""];
    let names = ["", "\"a\"", "\"ab\"", "null", "5", "{\"a\":\"b\"}", "\"b\"", "\"x/a\""];
    let reads: &[&str] = match assume {
        Assume::CloudTrail => &["", "true", "false"],
        Assume::None => &["", "true", "\"true\"", "null", "\"a\"", "5"],
    };
    let others = [
        "",
        r#","additionalEventData":{"bytesTransferredIn":5},"userIdentity":{"type":"Root","userName":"a"}"#,
        r#","additionalEventData":{"bytesTransferredIn":"x"},"userIdentity":{"type":"AssumedRole"}"#,
        r#","additionalEventData":{"bytesTransferredIn":1},"userIdentity":{"type":"AWSAccount","userName":"b"}"#,
        r#","userIdentity":{"type":"IAMUser","userName":null}"#,
    ];
    let sources = ["a.amazonaws.com", "ab"];
    let mut all = Vec::new();
    for code in codes {
        for (at, name) in names.iter().enumerate() {
            for read in reads {
                for (number, other) in others.iter().enumerate() {
                    let source = sources[(at + number) % 2];
                    let mut text = format!(
                        r#"{{"eventTime":"2026-03-01T00:00:00Z","eventType":"x","eventName":"n","awsRegion":"r","sourceIPAddress":"i","eventID":"e","eventSource":"{source}"{other}"#
                    );
                    let member = |key: &str, value: &str| match value {
                        "" => String::new(),
                        value => format!(r#","{key}":{value}"#),
                    };
                    text += &member("errorCode", code);
                    text += &member("readOnly", read);
                    match (*name, number) {
                        ("", 0) => {}
                        ("", 1) => text += r#","requestParameters":null"#,
                        ("", _) => text += r#","requestParameters":{}"#,
                        (name, _) => text += &format!(r#","requestParameters":{{"name":{name}}}"#),
                    }
                    all.push(text + "}");
                }
            }
        }
    }
    all
}

/// A condition and the events it holds for, one bit each.
#[derive(Clone)]
struct Condition {
    pred: Pred,
    bits: Vec<u64>,
}

fn random(random: &mut Random, atoms: &[Condition], depth: usize) -> Condition {
    if depth == 0 || random.percent(35) {
        return atoms[random.below(atoms.len())].clone();
    }
    let parts: Vec<Condition> =
        (0..2 + random.below(2)).map(|_| self::random(random, atoms, depth - 1)).collect();
    let preds = parts.iter().map(|part| part.pred.clone()).collect();
    let zip = |with: fn(u64, u64) -> u64| {
        let first = parts[0].bits.clone();
        parts[1..]
            .iter()
            .fold(first, |bits, part| bits.iter().zip(&part.bits).map(|(&a, &b)| with(a, b)).collect())
    };
    match random.below(5) {
        0 => Condition { pred: not(&parts[0].pred), bits: parts[0].bits.iter().map(|bits| !bits).collect() },
        1 | 2 => Condition { pred: Pred::Or(preds), bits: zip(|a, b| a | b) },
        _ => Condition { pred: Pred::And(preds), bits: zip(|a, b| a & b) },
    }
}

fn run(assume: Assume, pairs: usize, seed: u64) {
    let events = events(assume);
    let texts = atoms();
    let rules = compile_rules(&texts);
    let preds: Vec<Pred> = rules.iter().map(|rule| rule.condition.clone()).collect();
    let mut truths = vec![vec![0; events.len().div_ceil(64)]; rules.len()];
    let engine = Engine::new(rules);
    for (at, text) in events.iter().enumerate() {
        let event = engine.event(text.as_bytes(), 1).unwrap();
        for rule in engine.matches(&event, Matching::All) {
            truths[rule][at / 64] |= 1u64 << (at % 64);
        }
    }
    let atoms: Vec<Condition> =
        preds.into_iter().zip(truths).map(|(pred, bits)| Condition { pred, bits }).collect();
    let real: Vec<u64> = (0..events.len().div_ceil(64))
        .map(|at| if (at + 1) * 64 <= events.len() { u64::MAX } else { (1 << (events.len() % 64)) - 1 })
        .collect();
    at_first_sight(&atoms, &real, pairs * 30, seed);
    let solver = Solver::new(assume);
    let mut dice = Random::new(seed);
    let (mut yes, mut no, mut unknown) = (0, 0, std::collections::BTreeMap::<String, usize>::new());
    for _ in 0..pairs {
        let (a, b) = (random(&mut dice, &atoms, 2), random(&mut dice, &atoms, 2));
        let against = (0..real.len()).find(|&at| a.bits[at] & !b.bits[at] & real[at] != 0);
        match solver.implies(&a.pred, &[&b.pred]) {
            Implied::Yes => {
                yes += 1;
                if let Some(at) = against {
                    let bit = (a.bits[at] & !b.bits[at] & real[at]).trailing_zeros() as usize;
                    panic!("wrong yes: {:#?}\n{:#?}\n{}", a.pred, b.pred, events[at * 64 + bit]);
                }
            }
            Implied::No(witness) => {
                no += 1;
                let question = and(&[&a.pred, &not(&b.pred)]);
                assert!(confirmed(&question, &witness), "wrong no: {question:#?} on {}", witness.text());
            }
            Implied::Unknown(reason) => *unknown.entry(reason.to_string()).or_default() += 1,
        }
    }
    let open: usize = unknown.values().sum();
    println!(
        "{} events, {} atoms: {yes} yes, {no} no, {open} unknown {unknown:#?}",
        events.len(),
        atoms.len()
    );
    assert!(yes > 0 && no > 0);
    assert!(open * 20 < pairs, "{open} of {pairs} unknown");
}

/// What is seen without a solver holds on every event too.
fn at_first_sight(atoms: &[Condition], real: &[u64], pairs: usize, seed: u64) {
    let mut dice = Random::new(seed);
    let mut seen = 0;
    for number in 0..pairs {
        let (a, b) = (random(&mut dice, atoms, 2), random(&mut dice, atoms, 2));
        let wanted = number % 2 == 0;
        if contradict([(&a.pred, true), (&b.pred, wanted)]) {
            seen += 1;
            let both = |at: usize| a.bits[at] & (if wanted { b.bits[at] } else { !b.bits[at] }) & real[at];
            assert!((0..real.len()).all(|at| both(at) == 0), "{:#?}\n{:#?} {wanted}", a.pred, b.pred);
        }
    }
    assert!(seen > 100, "{seen}");
}

fn pairs(usual: usize) -> usize {
    std::env::var("RULEC_LOGIC_PAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn implication_as_on_all_events_of_a_world() {
    run(Assume::CloudTrail, pairs(600), 1);
}

#[test]
fn implication_without_assumptions() {
    run(Assume::None, pairs(600), 2);
}
