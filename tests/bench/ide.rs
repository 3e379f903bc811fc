//! Answers to a keystroke in 10,000 rules, in one file and in 100: completion, hover, references and the rest, each after
//! an edit, against a full `check` of the same files in the same run. See docs/benchmarks/README.md.

#[allow(dead_code)]
mod rules;

use rulec::internals::analysis::{Inputs, Options, analyze};
use rulec::internals::ide::doc::Doc;
use rulec::internals::ide::{
    Settings, Snapshot, actions, completion, hints, hover, lens, navigation, rename, symbols, tokens,
};
use rulec::internals::source::{SourceFile, SourceMap};
use rulec::internals::syntax::items::ItemKind;
use rules::{Variant, generate};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Rules in all.
const RULES: usize = 10_000;
/// Edits for each median.
const ROUNDS: usize = 31;

fn main() {
    for (variant, files) in
        [(Variant::Plain, 100), (Variant::Plain, 1), (Variant::ManyMacros, 100), (Variant::ManyLists, 100)]
    {
        let texts = texts(variant, files);
        let check = check(&texts);
        println!("{} rules ({}) in {files} files; check {:.1} ms", RULES, variant.name(), millis(check));
        println!("{:<34} {:>10} {:>12} {:>10}", "question", "first ms", "median ms", "of check");
        measure(&texts, check);
        println!();
    }
}

fn texts(variant: Variant, files: usize) -> Vec<String> {
    let whole = generate(variant, RULES);
    if files == 1 {
        return vec![whole];
    }
    let doc = Doc::new("", &whole);
    let size = doc.pieces.len().div_ceil(files);
    doc.pieces.chunks(size).map(|pieces| pieces.iter().map(|placed| placed.piece.text()).collect()).collect()
}

fn check(texts: &[String]) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let mut sources = SourceMap::default();
        texts.iter().for_each(|text| {
            sources.add(SourceFile::new("rules.yaml", text.as_str()));
        });
        let start = Instant::now();
        black_box(analyze(Inputs { sources, options: Options::default() }));
        best = best.min(start.elapsed());
    }
    best
}

type Question = (&'static str, &'static str, fn(&Snapshot, usize, usize) -> usize);

/// What is typed behind a condition, and the question asked there.
const QUESTIONS: &[Question] = &[
    ("completion of a field or macro", "and ct.u", |s, d, at| completion::complete(s, d, at).items.len()),
    ("completion of anything", "and ", |s, d, at| completion::complete(s, d, at).items.len()),
    ("completion of an event name", "and ct.name = ", |s, d, at| completion::complete(s, d, at).items.len()),
    ("completion of a list", "and ct.name in (", |s, d, at| completion::complete(s, d, at).items.len()),
    ("hover", "and ct.name", |s, d, at| hover::hover(s, d, at - 2).map_or(0, |hover| hover.markdown.len())),
    ("definition", "and some_macro", |s, d, at| navigation::definitions(s, d, at).len()),
    ("references of a field", "and ct.name", |s, d, at| navigation::references(s, d, at, true).len()),
    ("highlights", "and ct.name", |s, d, at| navigation::highlights(s, d, at).len()),
    ("prepare a rename", "and some_macro", |s, d, at| usize::from(rename::prepare(s, d, at).is_ok())),
    ("code actions", "and ct.name = x", |s, d, at| actions::actions(s, d, at..at, &[]).len()),
    ("semantic tokens of 2 kB", "and x", |s, d, at| {
        tokens::tokens(s, d, Some(at.saturating_sub(1000)..at + 1000)).len()
    }),
    ("inlay hints of 2 kB", "and x", |s, d, at| {
        hints::hints(s, d, at.saturating_sub(1000)..at + 1000, None).len()
    }),
    ("document symbols", "and x", |s, d, _| symbols::document(s, d).len()),
    ("workspace symbols", "and x", |s, _, _| symbols::workspace(s, "user", 100).len()),
    ("uses of one macro", "and x", |s, _, _| lens::count(s, ItemKind::Macro, "macro_7")),
];

fn measure(texts: &[String], check: Duration) {
    for &(name, typed, question) in QUESTIONS {
        let docs = texts.iter().map(|text| Arc::new(Doc::new("rules.yaml", text))).collect();
        let mut snapshot = Snapshot { docs, settings: Arc::new(Settings::default()) };
        let doc = texts.len() / 2;
        let mut times = Vec::new();
        for round in 0..ROUNDS {
            let mut file = (*snapshot.docs[doc]).clone();
            let placed = &file.pieces[(file.pieces.len() / 2 + round).min(file.pieces.len() - 1)];
            let text = placed.piece.text();
            let Some(output) = text.find("\n  output:") else { continue };
            let at = placed.start + output;
            file.edit(at..at, &format!(" {typed}"));
            snapshot.docs[doc] = Arc::new(file);
            let start = Instant::now();
            black_box(question(&snapshot, doc, at + 1 + typed.len()));
            times.push(start.elapsed());
        }
        let first = times.first().copied().unwrap_or_default();
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        let ratio = median.as_secs_f64() / check.as_secs_f64();
        println!("{name:<34} {:>10.2} {:>12.3} {ratio:>10.4}", millis(first), millis(median));
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
