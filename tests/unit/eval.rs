//! Events, conditions on them and what is said of them, beside what is compared with Falco.

use rulec::analysis::{Inputs, Options, compile_rules};
use rulec::eval::{Engine, Event, Matching, Skipped, Why, explain, holds, json, records, time};
use rulec::sema::ir::Rule;
use rulec::source::{SourceFile, SourceMap};

use crate::unit::generated::Random;

fn compile(conditions: &[String]) -> Vec<Rule> {
    let mut text = String::new();
    for (at, condition) in conditions.iter().enumerate() {
        text += &format!(
            "- rule: r{at}\n  desc: d\n  source: aws_cloudtrail\n  priority: INFO\n  condition: >\n    {condition}\n  output: '%ct.name'\n"
        );
    }
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("rules.yaml", text));
    let compiled = compile_rules(Inputs { sources, options: Options::default() });
    assert_eq!(compiled.rules.len(), conditions.len(), "{:#?}", compiled.analysis.diagnostics);
    compiled.rules
}

const NAMES: [&str; 6] = ["CreateUser", "GetObject", "DeleteTrail", "", "create", "a/b"];

fn condition(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.percent(30) {
        return atom(random);
    }
    let parts: Vec<String> = (0..2 + random.below(2)).map(|_| condition(random, depth - 1)).collect();
    match random.below(4) {
        0 => format!("not ({})", parts[0]),
        1 => format!("({})", parts.join(" or ")),
        _ => format!("({})", parts.join(" and ")),
    }
}

fn atom(random: &mut Random) -> String {
    let fields = [
        "ct.name",
        "ct.name",
        "ct.src",
        "ct.shortsrc",
        "ct.error",
        "ct.user",
        "ct.request",
        "ct.readonly",
        "ct.request.name",
        "s3.bucket",
        "s3.uri",
        "ct.info",
        "json.value[/requestParameters/name]",
        "json.value[/requestParameters/list/1]",
        "json.value[/requestParameters/list/0/name]",
        "json.value[/userIdentity]",
        "tolower(ct.name)",
        "concat(ct.name, ct.user)",
    ];
    let field = random.pick(&fields);
    let value = random.pick(&NAMES);
    match random.below(12) {
        0 => format!("{field} exists"),
        1 => format!("{field} != \"{value}\""),
        2 => format!("{field} in (\"{value}\", \"{}\")", random.pick(&NAMES)),
        3 => format!("{field} = anyof (\"{value}\", \"{}\")", random.pick(&NAMES)),
        4 => format!("{field} contains allof (\"{value}\", \"e\")"),
        5 => format!("{field} startswith \"{value}\""),
        6 => format!("{field} glob \"*{value}*\""),
        7 => format!("s3.bytes >= {}", random.below(3)),
        8 => format!("ec2.imageids intersects (\"{value}\", ami-1)"),
        9 => format!("{} = val(ct.request.name)", if field.contains('(') { "ct.name" } else { field }),
        10 => format!("len({field}) > {}", random.below(12)),
        _ => format!("{field} = \"{value}\""),
    }
}

fn value(random: &mut Random, depth: usize) -> String {
    match random.below(if depth == 0 { 7 } else { 10 }) {
        0 => "null".to_owned(),
        1 => "true".to_owned(),
        2 => format!("{}.5", random.below(5)),
        3 => r#""Create\u0055ser""#.to_owned(),
        4..=6 => format!("\"{}\"", random.pick(&NAMES)),
        7 => format!("[{}, {} ,{}]", value(random, 0), value(random, 0), value(random, depth - 1)),
        _ => object(
            random,
            &["name", "type", "userName", "list", "bucketName", "key", "na\\u006de"],
            depth - 1,
        ),
    }
}

fn object(random: &mut Random, keys: &[&str], depth: usize) -> String {
    let members: Vec<String> = (0..random.below(5))
        .map(|_| format!("\"{}\": {}", random.pick(keys), value(random, depth)))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn event(random: &mut Random) -> String {
    let mut members =
        vec![r#""eventTime":"2026-03-01T00:00:00Z""#.to_owned(), r#""eventType":"x""#.to_owned()];
    let keys = [
        "eventName",
        "eventName",
        "eventSource",
        "errorCode",
        "readOnly",
        "sourceIPAddress",
        "event\\u004eame",
    ];
    for _ in 0..random.below(8) {
        members.push(format!("\"{}\":{}", random.pick(&keys), value(random, 1)));
    }
    for key in ["requestParameters", "userIdentity", "responseElements", "additionalEventData"] {
        if random.percent(70) {
            members.push(format!("\"{key}\" :{}", value(random, 3)));
        }
    }
    if random.percent(40) {
        let kind = random.pick(&["IAMUser", "Root", "AssumedRole", "AWSService"]);
        members.push(format!(r#""userIdentity":{{"type":"{kind}","userName":"{}"}}"#, random.pick(&NAMES)));
    }
    if random.percent(50) {
        let number = random.below(3);
        members.push(format!(r#""additionalEventData":{{"bytesTransferredIn":{number}}}"#));
    }
    format!("{{{}}}", members.join(","))
}

#[test]
fn the_plan_and_the_walk_agree() {
    let (mut fired, mut cases) = (0, 0);
    for seed in 1..=4 {
        let mut random = Random::new(seed);
        let conditions: Vec<String> = (0..60).map(|_| condition(&mut random, 3)).collect();
        let engine = Engine::new(compile(&conditions));
        for _ in 0..40 {
            let text = event(&mut random);
            let event = engine.event(text.as_bytes(), 1).unwrap();
            let alone = Event::new(text.as_bytes(), 1).unwrap();
            let found = engine.matches(&event, Matching::All);
            for (at, rule) in engine.rules().iter().enumerate() {
                let naive = holds(&rule.condition, &alone);
                assert_eq!(naive, found.contains(&at), "{}\non {text}", conditions[at]);
                cases += 1;
            }
            assert_eq!(engine.matches(&event, Matching::First), found.get(..1).unwrap_or(&[]));
            assert_eq!(engine.matches(&alone, Matching::All), found, "an event of no engine");
            fired += found.len();
        }
    }
    assert!(fired * 10 > cases && fired * 10 < cases * 9, "{fired} of {cases} hold");
}

/// The table that the tests of logic share.
#[test]
fn absent_is_a_value() {
    let states = ["", r#","errorCode":null"#, r#","errorCode":"""#, r#","errorCode":"x""#];
    for line in include_str!("../data/absent.txt").lines().filter(|line| !line.starts_with('#')) {
        let (truths, condition) = line.split_at(9);
        let rules = compile(&[condition.trim().to_owned()]);
        for (truth, state) in truths.split_whitespace().zip(states) {
            let record = format!(r#"{{"eventTime":"2026-03-01T00:00:00Z","eventType":"x"{state}}}"#);
            let event = Event::new(record.as_bytes(), 1).unwrap();
            assert_eq!(holds(&rules[0].condition, &event), truth == "1", "{condition} on {record}");
        }
    }
}

#[test]
fn what_is_no_event_is_skipped() {
    let skipped = |text: &str| Event::new(text.as_bytes(), 1).unwrap_err();
    let not_json = [
        (r#"{"eventTime":"2026-03-01T00:00:00Z","eventType":"x"} x"#, 53),
        (r#"{"a":1,}"#, 7),
        (r#"{"a":tru}"#, 5),
        (r#"{"a" 1}"#, 5),
        (r#"{"a":"b}"#, 5),
    ];
    for (text, at) in not_json {
        assert_eq!(skipped(text), Skipped::NotJson(at), "{text}");
    }
    for text in [
        "{}",
        r#"{"eventTime":"2026-03-01T00:00:00Z"}"#,
        r#"{"eventTime":"yesterday","eventType":"x"}"#,
        r#"{"eventTime":"2026-03-01T00:00:00Z","eventType":"AwsCloudTrailInsight"}"#,
    ] {
        assert!(matches!(skipped(text), Skipped::NotAnEvent(_)), "{text}");
    }
}

#[test]
fn nesting_is_read_to_a_depth_of_three_hundred() {
    let nested = |depth: usize| {
        let start = r#"{"eventTime":"2026-03-01T00:00:00Z","eventType":"x","a":"#;
        format!("{start}{}{}}}", "[".repeat(depth), "]".repeat(depth))
    };
    assert!(Event::new(nested(299).as_bytes(), 1).is_ok());
    assert!(Event::new(nested(300).as_bytes(), 1).is_err());
    assert!(Event::new(nested(1_000_000).as_bytes(), 1).is_err());
}

#[test]
fn strings_are_unescaped_as_far_as_possible() {
    for (text, expected) in [
        (r"a\n\t\/\\", "a\n\t/\\"),
        (r"\u0041\u00e9", "Aé"),
        (r"\ud83d\ude00", "😀"),
        (r"\ud83d x", r"\ud83d x"),
        (r"\ud83d\u0041", "\u{FFFD}"),
        (r"\q\u12", r"\q\u12"),
        (r"\u12G4", r"\u12G4"),
    ] {
        assert_eq!(String::from_utf8_lossy(&json::unescape(text.as_bytes())), expected);
    }
}

#[test]
fn documents_are_indented_as_go_does() {
    let text = r#"{"a" : [1,{}, [ ]],"b":{"c":"d e"}}"#;
    let expected = "{\n  \"a\": [\n    1,\n    {},\n    []\n  ],\n  \"b\": {\n    \"c\": \"d e\"\n  }\n}";
    assert_eq!(String::from_utf8(json::indent(text.as_bytes()).unwrap()).unwrap(), expected);
    for broken in [r#"{"a":01}"#, r#"{"a":NaN}"#, r#"{"a":"\q"}"#, r#"{"a":1.}"#, "{\"a\":\"\t\"}"] {
        assert_eq!(json::indent(broken.as_bytes()), None, "{broken}");
    }
}

#[test]
fn times_are_read_as_go_does() {
    let at = |text: &str| time::rfc3339(text.as_bytes());
    assert_eq!(at("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(at("2026-03-02T01:10:01Z"), Some(1_772_413_801_000_000_000));
    assert_eq!(at("2020-01-01T00:00:00.123456789Z"), Some(1_577_836_800_123_456_789));
    assert_eq!(at("2020-01-01T1:00:00,5+01:00"), Some(1_577_836_800_500_000_000));
    for wrong in
        ["2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", ""]
    {
        assert_eq!(at(wrong), None, "{wrong}");
    }
    let leap = at("2024-02-29T23:59:58.000000007Z").unwrap();
    assert_eq!(time::text(leap, "%F %T.%9f"), "2024-02-29 23:59:58.000000007");
    for (nanos, text) in
        [(i64::MIN, "1677-09-21 00:12:43.145224192"), (i64::MAX, "2262-04-11 23:47:16.854775807")]
    {
        assert_eq!(time::text(nanos, "%F %T.%9f"), text);
    }
    // As in Go, times of years that nanoseconds do not reach overflow.
    assert!(at("9999-12-31T23:59:59Z").is_some() && at("0000-01-01T00:00:00+23:00").is_some());
}

#[test]
fn records_are_the_objects_one_level_down() {
    let text = r#" {"Records":[{"a":"}"},{"b":{"c":"\"{"}}],"other":{"d":1},"n":1}"#;
    let found: Vec<&str> = records(text.as_bytes()).map(|range| &text[range]).collect();
    assert_eq!(found, [r#"{"a":"}"}"#, r#"{"b":{"c":"\"{"}}"#, r#"{"d":1}"#]);
}

#[test]
fn a_condition_can_say_why() {
    let rules = compile(&["ct.name = CreateUser and not ct.error exists".to_owned()]);
    let text =
        r#"{"eventTime":"2026-03-01T00:00:00Z","eventType":"x","eventName":"CreateUser","errorCode":null}"#;
    let event = Event::new(text.as_bytes(), 1).unwrap();
    let Why::All(false, parts) = explain(&rules[0].condition, &event) else { panic!() };
    let [Why::Atom { holds: true, left: Some(name), .. }, Why::Not(false, inner)] = &parts[..] else {
        panic!()
    };
    assert_eq!(name, "CreateUser");
    assert!(matches!(&**inner, Why::Atom { holds: true, left: Some(error), .. } if error.is_empty()));
}

/// A log that exists only as it is read.
struct Endless {
    piece: Vec<u8>,
    at: usize,
    left: usize,
}

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let rest = &self.piece[self.at..];
        let len = rest.len().min(buffer.len()).min(self.left);
        buffer[..len].copy_from_slice(&rest[..len]);
        (self.at, self.left) = ((self.at + len) % self.piece.len(), self.left - len);
        Ok(len)
    }
}

#[test]
fn a_log_is_read_in_bounded_memory() {
    use rulec::eval::log::{Batches, LogProblemKind, MAX_RECORD};
    use std::io::Read;
    let one =
        br#"{"eventVersion":"1","eventTime":"2026-03-01T00:00:00Z","eventType":"AwsApiCall","x":"}\"{"},"#;
    let total = one.len() * 60_000;
    for start in [&b"{\"Records\":["[..], b"[", b""] {
        let log = start.chain(Endless { piece: one.to_vec(), at: 0, left: total });
        let mut count = 0;
        for batch in Batches::new(log, false) {
            assert!(batch.text.capacity() < 1 << 20, "{} bytes", batch.text.capacity());
            assert!(batch.records.iter().all(|(_, range)| range.len() == one.len() - 1));
            count += batch.records.len();
        }
        assert_eq!(count, 60_000);
    }
    // One record that never ends is given up, and what comes after it is read.
    let huge = Endless { piece: b"ab\\\"{".to_vec(), at: 0, left: 5 * 5_000_000 };
    let log = b"{\"Records\":[{\"eventVersion\":\"".chain(huge).chain(&b"\"},"[..]).chain(&one[..]);
    let (mut most, mut records, mut problems) = (0, Vec::new(), Vec::new());
    for batch in Batches::new(log, false) {
        most = most.max(batch.text.capacity());
        records.extend(batch.records.iter().map(|(number, _)| *number));
        problems.extend(batch.problems.into_iter().map(|problem| (problem.kind, problem.record)));
    }
    assert!(most < 3 * MAX_RECORD, "{most} bytes");
    assert_eq!(records, [2]);
    assert_eq!(problems, [(LogProblemKind::Record, Some(1)), (LogProblemKind::End, None)]);
}

proptest::proptest! {
    /// However a log is cut into reads, the same records are found; the plugin's own way finds them too.
    #[test]
    fn reads_do_not_matter(text in r#"(\{"Records":|\[|)([{}\[\]",\\:a \n]|"eventTime"|"Records"|\{"a":1\}){0,40}"#, step in 1usize..7) {
        use rulec::eval::log::Batches;
        struct Steps<'t>(&'t [u8], usize);
        impl std::io::Read for Steps<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let len = self.1.min(self.0.len()).min(buffer.len());
                buffer[..len].copy_from_slice(&self.0[..len]);
                self.0 = &self.0[len..];
                Ok(len)
            }
        }
        let text = format!("[{}", text.replace('\n', " "));
        let found = |live| -> Vec<(u64, Vec<u8>)> {
            let batches = Batches::new(Steps(text.as_bytes(), step), live);
            batches.flat_map(|batch| {
                let at = batch.offset;
                let text = batch.text;
                batch.records.into_iter().map(move |(_, range)| (at + range.start as u64, text[range].to_vec()))
            }).collect()
        };
        let whole: Vec<(u64, Vec<u8>)> = rulec::eval::records(text.as_bytes())
            .map(|range| (range.start as u64, text.as_bytes()[range].to_vec()))
            .collect();
        proptest::prop_assert_eq!(found(false), found(true));
        proptest::prop_assert_eq!(found(true), whole);
    }
}

#[test]
fn measuring_agrees_with_matching() {
    use rulec::eval::profile::Profiler;
    let conditions = ["ct.name = A or not ct.region exists", "ct.name = B and ct.region = x", "evt.num > 1"];
    let rules = compile(&conditions.map(str::to_owned));
    let profiler = Profiler::new(&rules);
    let (mut costs, mut held) = (profiler.costs(), [0; 3]);
    for (name, num) in [("A", 1), ("B", 2), ("C", 3)] {
        let record = format!(
            r#"{{"eventTime":"2026-03-01T00:00:00Z","eventType":"x","eventName":"{name}","awsRegion":"x"}}"#
        );
        let event = rulec::eval::Event::new(record.as_bytes(), num).unwrap();
        for (rule, held) in rules.iter().zip(&mut held) {
            *held += u64::from(rulec::eval::holds(&rule.condition, &event));
        }
        profiler.measure(record.as_bytes(), num, None, &|| num, &mut costs).unwrap();
    }
    let measured: Vec<_> = costs.rules.iter().map(|cost| (cost.evaluated, cost.held)).collect();
    assert_eq!(measured, held.map(|held| (3, held)));
    assert_eq!(profiler.places().len(), 5);
}
