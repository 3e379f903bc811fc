//! Pairs of real rules: those of this repository, and those of the folder that `RULEC_CORPUS` names.

use super::{and, check, confirmed, load, not};
use rulec::logic::{Assume, Implied, Solver};
use rulec::sema::ir::Rule;
use std::path::{Path, PathBuf};

fn rules_of(folder: &Path) -> Vec<Rule> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let mut rules = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        rules.extend(load([(file.to_string_lossy().into_owned(), text)]));
    }
    rules.retain(|rule| rule.source == "aws_cloudtrail");
    rules
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => collect(&path, files),
            false if path.extension().is_some_and(|end| end == "yaml" || end == "yml") => files.push(path),
            false => {}
        }
    }
}

#[test]
fn pairs_of_rules() {
    let mut rules = rules_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets/cis-aws"));
    match std::env::var_os("RULEC_CORPUS") {
        Some(folder) => rules.extend(rules_of(Path::new(&folder))),
        None => println!("RULEC_CORPUS is not set: only the rules of this repository are compared"),
    }
    let solver = Solver::new(Assume::CloudTrail);
    let (mut asked, mut yes, mut no, mut unknown) = (0, 0, 0, Vec::new());
    for one in &rules {
        check(&one.condition, &solver.find(&one.condition), &one.name);
        for other in &rules {
            asked += 1;
            match solver.implies(&one.condition, &[&other.condition]) {
                Implied::Yes => yes += 1,
                Implied::No(witness) => {
                    no += 1;
                    let question = and(&[&one.condition, &not(&other.condition)]);
                    assert!(
                        confirmed(&question, &witness),
                        "{} / {} on {}",
                        one.name,
                        other.name,
                        witness.text()
                    );
                }
                Implied::Unknown(reason) => unknown.push(format!("{} / {}: {reason}", one.name, other.name)),
            }
        }
    }
    println!("{} rules, {asked} pairs: {yes} implied, {no} not, {} unknown", rules.len(), unknown.len());
    unknown.iter().for_each(|line| println!("  {line}"));
    assert!(unknown.len() * 100 < asked, "{} of {asked} unknown", unknown.len());
}
