//! The program on log files, against parsing the same files once with serde_json, and against inflating them.
//!
//! `cargo bench --features internals --bench scan -- [--records=N] [--rounds=N]`
#![allow(clippy::unwrap_used, missing_docs)]

mod records;
mod rulesets;

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use serde::Deserialize;
use std::borrow::Cow;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow, rename = "Records")]
    records: Vec<Typed<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
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

fn parse(path: &Path) {
    let text = fs::read(path).unwrap();
    let log: Log<'_> = serde_json::from_slice(&text).unwrap();
    black_box(log.records.len());
}

fn inflate(path: &Path) {
    let mut decoder =
        MultiGzDecoder::new(std::io::BufReader::with_capacity(128 << 10, File::open(path).unwrap()));
    std::io::copy(&mut decoder, &mut std::io::sink()).unwrap();
}

/// Runs the program, and tells how many lines it printed if asked.
fn scan(directory: &Path, args: &[&str]) {
    let ran = Command::new(env!("CARGO_BIN_EXE_rulec"))
        .args(["scan", "--quiet", "--format", "json"])
        .args(args)
        .current_dir(directory)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(ran.success());
}

fn option(name: &str, default: usize) -> usize {
    let given = std::env::args()
        .find_map(|arg| arg.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).map(str::to_owned));
    given.map_or(default, |given| given.parse().unwrap())
}

fn main() {
    let (count, rounds) = (option("--records", 200_000), option("--rounds", 7));
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let put = |name: &str, text: &[u8]| fs::write(at(name), text).unwrap();
    let log = records::log(&records::records(count, 1));
    println!("{count} records, {:.0} MB", log.len() as f64 / 1e6);
    put("log.json", log.as_bytes());
    let mut encoder = GzEncoder::new(File::create(at("log.json.gz")).unwrap(), Compression::default());
    encoder.write_all(log.as_bytes()).unwrap();
    encoder.finish().unwrap();
    put("25.yaml", rulesets::few_text().as_bytes());
    put("1000.yaml", rulesets::many_text(1000).as_bytes());

    let run = |args: &'static [&'static str]| move |directory: &Path| scan(directory, args);
    type Work = Box<dyn Fn(&Path)>;
    let work: [(&str, Work); 9] = [
        ("serde_json, eight fields", Box::new(|directory: &Path| parse(&directory.join("log.json")))),
        ("inflate", Box::new(|directory: &Path| inflate(&directory.join("log.json.gz")))),
        ("25 rules", Box::new(run(&["--threads=1", "--rules=25.yaml", "log.json"]))),
        ("1000 rules", Box::new(run(&["--threads=1", "--rules=1000.yaml", "log.json"]))),
        ("25 rules, gzip", Box::new(run(&["--threads=1", "--rules=25.yaml", "log.json.gz"]))),
        ("25 rules, two files", Box::new(run(&["--threads=1", "--rules=25.yaml", "log.json", "log.json"]))),
        (
            "25 rules, two files on two threads",
            Box::new(run(&["--threads=2", "--rules=25.yaml", "log.json", "log.json"])),
        ),
        (
            "25 rules, two gzip files",
            Box::new(run(&["--threads=1", "--rules=25.yaml", "log.json.gz", "log.json.gz"])),
        ),
        (
            "25 rules, two gzip files on two threads",
            Box::new(run(&["--threads=2", "--rules=25.yaml", "log.json.gz", "log.json.gz"])),
        ),
    ];
    // The best of several rounds of each, taking turns, so that a busy machine slows all alike.
    let mut best = [Duration::MAX; 9];
    for _ in 0..rounds {
        for ((_, work), best) in work.iter().zip(&mut best) {
            let start = Instant::now();
            work(directory.path());
            *best = (*best).min(start.elapsed());
        }
    }
    for ((name, _), best) in work.iter().zip(best) {
        println!("{name:40} {:6.0} ms", best.as_secs_f64() * 1e3);
    }
    let ratio = |one: usize, other: usize| best[one].as_secs_f64() / best[other].as_secs_f64();
    println!("25 rules: {:.2} times parsing", ratio(2, 0));
    println!("1000 rules: {:.2} times parsing", ratio(3, 0));
    let sum = best[1] + best[2];
    println!("gzip: {:.2} times inflating and scanning", best[4].as_secs_f64() / sum.as_secs_f64());
    println!("two files: {:.2} times as fast on two threads, gzip {:.2} times", ratio(5, 6), ratio(7, 8));
}
