//! Each row of the fields on records written by hand: what it shows there, through evaluation, proofs and SQL.

use crate::unit::backend::support::run;
use rulec::analysis::{Analysis, Inputs, Options, compile_rules};
use rulec::backend::{CompileJob, Settings, find};
use rulec::cloudtrail::fields::{Meaning, rows};
use rulec::eval::{Event, holds};
use rulec::logic::holds_on;
use rulec::sema::ir::Rule;
use rulec::source::{SourceFile, SourceMap};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

const VIEWS: &str = include_str!("../data/fields/views.txt");
const ROWS: &str = include_str!("../data/fields/rows.txt");

/// Records that a field that reads members has at least.
const ENOUGH: usize = 12;

/// A record, and what a field shows of it; nothing if it is absent.
#[derive(Clone)]
struct Case {
    field: String,
    /// As it is written, since spelling counts.
    record: String,
    shown: Option<Json>,
}

/// Lines of a file under their heads, which are not indented.
fn blocks(text: &'static str) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        match line.strip_prefix("  ") {
            Some(line) => all.last_mut().unwrap().1.push(line),
            None => all.push((line, Vec::new())),
        }
    }
    all
}

/// `LEFT => VALUE`
fn parted(line: &'static str) -> (&'static str, Option<Json>) {
    let (left, shown) = line.rsplit_once(" => ").unwrap();
    (left, (shown != "absent").then(|| serde_json::from_str(shown).unwrap()))
}

/// A record's text: a time and a type, unless these members have them, and the members.
fn record(members: &str) -> String {
    let own: Map<String, Json> = serde_json::from_str(members).unwrap();
    let base = [("eventTime", "2026-01-15T12:00:00Z"), ("eventType", "AwsApiCall")];
    let base = base.iter().filter(|(key, _)| !own.contains_key(*key));
    let mut parts: Vec<String> = base.map(|(key, value)| format!("\"{key}\":\"{value}\"")).collect();
    let inside = members.trim().strip_prefix('{').unwrap().strip_suffix('}').unwrap();
    parts.extend((!inside.trim().is_empty()).then(|| inside.to_owned()));
    format!("{{{}}}", parts.join(","))
}

/// The records of a view, with the member at this place.
fn of_view(field: &str, view: &str, place: &str) -> Vec<Case> {
    let (_, lines) = blocks(VIEWS).into_iter().find(|(name, _)| *name == view).unwrap();
    let keys: Vec<&str> = place.split('.').collect();
    let mut cases = Vec::new();
    for (left, shown) in lines.into_iter().map(parted) {
        let (keys, value) = match left.strip_prefix("inside ") {
            Some(_) if keys.len() == 1 => continue,
            Some(value) => (&keys[..keys.len() - 1], value),
            None => (&keys[..], left),
        };
        let (last, above) = keys.split_last().unwrap();
        let own = if value == "-" { "{}".to_owned() } else { format!("{{\"{last}\":{value}}}") };
        let members = above.iter().rev().fold(own, |inner, key| format!("{{\"{key}\":{inner}}}"));
        cases.push(Case { field: field.to_owned(), record: record(&members), shown });
    }
    cases
}

/// All records, by field.
fn cases() -> BTreeMap<&'static str, Vec<Case>> {
    let mut all: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    let mut same = Vec::new();
    for (head, lines) in blocks(ROWS) {
        let (name, rest) = head.split_once(':').unwrap();
        let cases = match rest.trim().split_once(' ') {
            Some(("same", other)) => {
                same.push((name, other));
                continue;
            }
            Some((view, place)) => of_view(name, view, place),
            None => lines.into_iter().map(parted).map(|(left, shown)| of_record(name, left, shown)).collect(),
        };
        assert!(all.insert(name, cases).is_none(), "`{name}` twice");
    }
    for (name, other) in same {
        let named = |case: &Case| Case { field: case.field.replace(other, name), ..case.clone() };
        let cases = all[other].iter().map(named).collect();
        all.insert(name, cases);
    }
    all
}

fn of_record(name: &str, left: &str, shown: Option<Json>) -> Case {
    let (field, members) = match left.strip_prefix('[') {
        Some(rest) => {
            let (argument, members) = rest.split_once("] ").unwrap();
            (format!("{name}[{argument}]"), members)
        }
        None => (name.to_owned(), left),
    };
    Case { field, record: record(members), shown }
}

/// A condition that holds just if the field shows this; of a list, `counted` asks for the number of elements too.
fn condition(field: &str, shown: &Option<Json>, counted: bool) -> String {
    let quoted = |text: &Json| {
        let text = text.as_str().unwrap();
        let escaped: String = text
            .chars()
            .flat_map(|c| matches!(c, '"' | '\\').then_some('\\').into_iter().chain([c]))
            .collect();
        format!("\"{escaped}\"")
    };
    match shown {
        None => format!("not {field} exists"),
        Some(Json::Array(all)) => {
            let among = all.iter().map(quoted).collect::<Vec<_>>();
            let each: Vec<String> = among.iter().map(|one| format!("{field} intersects ({one})")).collect();
            let (among, each) = (among.join(", "), each.join(" and "));
            let count = if counted { format!(" and len({field}) = {}", all.len()) } else { String::new() };
            format!("{field} in ({among}) and {each}{count}")
        }
        Some(text @ Json::String(_)) => format!("{field} = {}", quoted(text)),
        Some(other) => format!("{field} = {other}"),
    }
}

fn compile(conditions: &[String]) -> Vec<Rule> {
    let rule = |(at, condition): (usize, &String)| {
        json!({"rule": format!("r{at}"), "desc": "d", "source": "aws_cloudtrail", "priority": "INFO",
            "condition": condition, "output": "%ct.name"})
    };
    let text = Json::Array(conditions.iter().enumerate().map(rule).collect()).to_string();
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("rules.yaml", text));
    let compiled = compile_rules(Inputs { sources, options: Options::default() });
    assert_eq!(compiled.rules.len(), conditions.len(), "{:#?}", compiled.analysis.diagnostics);
    compiled.rules
}

/// Cases with the rules that hold and do not hold on their records.
fn compiled(counted: bool) -> Vec<(Case, [Rule; 2])> {
    let cases: Vec<Case> = cases().into_values().flatten().collect();
    let pair = |case: &Case| {
        let holds = condition(&case.field, &case.shown, counted);
        [format!("not ({holds})"), holds]
    };
    let conditions: Vec<String> = cases.iter().flat_map(pair).collect();
    let mut rules = compile(&conditions).into_iter();
    let pairs = std::iter::from_fn(|| {
        let (not, holds) = (rules.next()?, rules.next()?);
        Some([holds, not])
    });
    cases.into_iter().zip(pairs.collect::<Vec<_>>()).collect()
}

#[test]
fn every_row_has_records() {
    let all = cases();
    for row in rows() {
        let cases = all.get(row.name).unwrap_or_else(|| panic!("`{}` has no records", row.name));
        let reads = row.member().is_some() || row.is_derived();
        let enough = if reads { ENOUGH } else { 1 };
        assert!(cases.len() >= enough, "`{}` has {} records", row.name, cases.len());
        let shows = cases.iter().any(|case| case.shown.is_some());
        assert!(shows || row.is_constant(), "`{}` has no record on which it shows something", row.name);
    }
    assert_eq!(all.len(), rows().len(), "records of a field without a row");
}

#[test]
fn evaluation_shows_them() {
    for (case, [yes, no]) in compiled(true) {
        let event = Event::new(case.record.as_bytes(), 1).unwrap();
        let is_right = holds(&yes.condition, &event) && !holds(&no.condition, &event);
        assert!(is_right, "{}: not {:?} on {}", case.field, case.shown, case.record);
    }
}

#[test]
fn proofs_show_them() {
    let (mut known, mut unknown) = (0, BTreeSet::new());
    // The number of elements is not known to proofs.
    for (case, [yes, no]) in compiled(false) {
        let record: Json = serde_json::from_str(&case.record).unwrap();
        // Proofs are about texts without NUL and whole numbers.
        if case.record.contains("\\u0000") || has_fraction(&record) {
            continue;
        }
        match (holds_on(&yes.condition, &record), holds_on(&no.condition, &record)) {
            (Some(yes), Some(no)) => {
                assert!(yes && !no, "{}: not {:?} on {}", case.field, case.shown, case.record);
                known += 1;
            }
            _ => drop(unknown.insert(case.field)),
        }
    }
    let opaque = |field: &String| {
        let name = field.split('[').next().unwrap();
        rows().iter().any(|row| row.name == name && matches!(row.meaning, Meaning::Opaque { .. }))
    };
    assert!(known > 900 && unknown.iter().all(opaque), "{known} known; not known: {unknown:?}");
}

fn has_fraction(value: &Json) -> bool {
    match value {
        Json::Number(number) => number.is_f64(),
        Json::Array(all) => all.iter().any(has_fraction),
        Json::Object(members) => members.values().any(has_fraction),
        _ => false,
    }
}

#[test]
fn duckdb_shows_them() {
    let folder = tempfile::tempdir().unwrap();
    let (mut queries, mut wanted) = (Vec::new(), BTreeSet::new());
    for (at, (case, [yes, no])) in compiled(true).into_iter().enumerate() {
        // A row is told by its eventID, other engines keep no NUL, and a query takes an empty eventType for none.
        let is_untyped = case.field == "ct.eventtype" && case.shown == Some(json!(""));
        if case.field == "ct.id" || case.record.contains("\\u0000") || is_untyped {
            continue;
        }
        let file = folder.path().join(format!("{at}.jsonl"));
        let record = case.record.replacen('{', &format!("{{\"eventID\":\"{at}\","), 1);
        std::fs::write(&file, record + "\n").unwrap();
        let settings = Settings { from: Some(file.display().to_string()), ..Settings::default() };
        let rules = [
            Rule { name: format!("{} {at}", case.field), ..yes },
            Rule { name: format!("wrong {} {at} {}", case.field, case.record), ..no },
        ];
        let (analysis, options) = (Analysis::default(), Options::default());
        let job = CompileJob {
            analysis: &analysis,
            options: &options,
            rules: &rules,
            form: "query",
            approximate: None,
            since: None,
            until: None,
            settings: &settings,
        };
        let artifact = find("duckdb").unwrap().compile(&job).unwrap();
        if artifact.rules == rules.len() {
            wanted.insert(rules[0].name.clone());
            queries.push(artifact.text);
        }
    }
    assert!(wanted.len() > 900, "{}", wanted.len());
    let Some(found) = run("duckdb", &queries) else { return };
    let found: BTreeSet<String> = found.iter().map(|row| row["rule"].as_str().unwrap().to_owned()).collect();
    let differ: Vec<&String> = wanted.symmetric_difference(&found).take(20).collect();
    assert!(differ.is_empty(), "{differ:#?}");
}
