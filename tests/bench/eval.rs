//! Reading and matching records, against reading eight of their fields with serde_json.
#![allow(clippy::unwrap_used, missing_docs)]

mod records;
mod rulesets;

use criterion::{Criterion, Throughput};
use rulec::internals::eval::{Engine, Matching};
use serde::Deserialize;
use std::borrow::Cow;
use std::hint::black_box;
use std::time::{Duration, Instant};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Typed<'a> {
    #[serde(borrow)]
    event_name: Cow<'a, str>,
    #[serde(borrow)]
    event_source: Cow<'a, str>,
    #[serde(borrow)]
    event_time: Cow<'a, str>,
    #[serde(borrow)]
    aws_region: Cow<'a, str>,
    #[serde(borrow, rename = "sourceIPAddress")]
    source_ip: Cow<'a, str>,
    #[serde(borrow)]
    user_agent: Cow<'a, str>,
    #[serde(borrow, rename = "eventID")]
    event_id: Cow<'a, str>,
    #[serde(borrow)]
    event_type: Cow<'a, str>,
}

fn typed(records: &[String]) -> usize {
    let read = |record: &String| {
        let typed: Typed<'_> = serde_json::from_slice(record.as_bytes()).unwrap();
        let lengths = [&typed.event_name, &typed.event_source, &typed.event_time, &typed.aws_region];
        let more = [&typed.source_ip, &typed.user_agent, &typed.event_id, &typed.event_type];
        lengths.iter().chain(&more).map(|text| text.len()).sum::<usize>()
    };
    records.iter().map(read).sum()
}

fn read(engine: &Engine, records: &[String]) -> usize {
    records.iter().filter(|record| engine.event(record.as_bytes(), 1).is_ok()).count()
}

fn matched(engine: &Engine, records: &[String]) -> usize {
    let fired = |record: &String| {
        let event = engine.event(record.as_bytes(), 1).unwrap();
        engine.matches(&event, Matching::First).len()
    };
    records.iter().map(fired).sum()
}

/// The best of several runs of each, taking turns, so that a busy machine slows all alike.
fn ratios(records: &[String], engines: &[(&str, Engine)]) {
    let time = |work: &dyn Fn() -> usize| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    };
    let mut base = Duration::MAX;
    let mut best = vec![(Duration::MAX, Duration::MAX); engines.len()];
    for _ in 0..60 {
        base = base.min(time(&|| typed(records)));
        for ((_, engine), (reading, matching)) in engines.iter().zip(&mut best) {
            *reading = (*reading).min(time(&|| read(engine, records)));
            *matching = (*matching).min(time(&|| matched(engine, records)));
        }
    }
    let bytes: usize = records.iter().map(String::len).sum();
    let speed = |time: Duration| bytes as f64 / time.as_secs_f64() / 1e6;
    println!("{} records of {} bytes", records.len(), bytes / records.len());
    println!("serde_json, eight fields: {:.0} MB/s", speed(base));
    for ((name, engine), (reading, matching)) in engines.iter().zip(best) {
        let ratio = |time: Duration| time.as_secs_f64() / base.as_secs_f64();
        println!(
            "{name}: read {:.2}, read and match {:.2} times that ({:.0} MB/s), {} matches",
            ratio(reading),
            ratio(matching),
            speed(matching),
            matched(engine, records)
        );
    }
}

fn main() {
    let records = records::records(2000, 1);
    let engines =
        [("25 rules", Engine::new(rulesets::few())), ("1000 rules", Engine::new(rulesets::many(1000)))];
    ratios(&records, &engines);
    let mut criterion = Criterion::default().configure_from_args().measurement_time(Duration::from_secs(3));
    let mut group = criterion.benchmark_group("eval");
    group.throughput(Throughput::Bytes(records.iter().map(|record| record.len() as u64).sum()));
    group.bench_function("serde_json, eight fields", |bencher| bencher.iter(|| typed(&records)));
    for (name, engine) in &engines {
        group.bench_function(*name, |bencher| bencher.iter(|| matched(engine, &records)));
    }
    group.finish();
}
