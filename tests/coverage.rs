//! Coverage: our own rulesets are full, every change to them is named, and what is shown is proved.
#![allow(clippy::unwrap_used, clippy::panic)]

use rulec::analysis::{Inputs, compile_rules};
use rulec::bundled;
use rulec::coverage::{self, Benchmark, Catalogue, Count, Coverage, Purpose, Scope, Status, Verdict, guardduty, policies};
use rulec::logic::Assume;
use rulec::sema::ir::Rule;
use rulec::source::{SourceFile, SourceMap};
use std::fs;
use std::path::Path;

/// The files of a ruleset, in load order.
fn files(directory: &str) -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets").join(directory);
    let mut paths: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(".yaml") && !path.to_string_lossy().ends_with(".test.yaml"));
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
                assert_eq!(covered.verdict, Verdict::Full, "{directory} {version} {scope:?} {}: {covered:#?}", control.id);
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
    println!("{table}");
}
