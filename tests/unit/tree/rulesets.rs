//! Our own rulesets: clean for rulec and for Falco, tagged as their README says, nothing of the benchmark left out.

use rulec::analysis::{Inputs, analyze, falco_verdicts, findings};
use rulec::config::Levels;
use rulec::coverage::{Catalogue, guardduty, policies};
use rulec::diag::{Diagnostic, Group};
use rulec::schema::event_names;
use rulec::source::{SourceFile, SourceMap};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const RULESETS: [&str; 2] = ["rules", "literal"];

/// The files of a ruleset of `rulesets/cis-aws`, in load order.
fn files(name: &str) -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets/cis-aws").join(name);
    let mut paths: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| !path.to_string_lossy().ends_with(".test.yaml"));
    paths.sort();
    paths
        .iter()
        .map(|path| (path.to_string_lossy().into_owned(), fs::read_to_string(path).unwrap()))
        .collect()
}

fn inputs(files: &[(String, String)]) -> Inputs {
    let mut sources = SourceMap::default();
    for (name, text) in files {
        sources.add(SourceFile::new(name.as_str(), text.as_str()));
    }
    Inputs { sources, ..Inputs::default() }
}

/// What is left to say once suppressions are applied.
fn found(files: &[(String, String)]) -> Vec<Diagnostic> {
    findings(&mut analyze(inputs(files)), &Levels::default())
}

#[test]
fn nothing_to_complain_about() {
    let both: Vec<_> = RULESETS.iter().flat_map(|name| files(name)).collect();
    let count = both.len();
    let together: Vec<_> = RULESETS.iter().map(|name| files(name)).chain([both]).collect();
    for files in together {
        let mut found = found(&files);
        if files.len() == count {
            // One is the wider form of the other: together, some rules of the second are hidden.
            found.retain(|found| !["duplicate-rule-body", "shadowed-rule"].contains(&found.check.name));
        }
        assert!(found.is_empty(), "{found:?}");
        for result in falco_verdicts(&inputs(&files)).unwrap() {
            assert!(result.successful && result.warnings.is_empty(), "{result:?}");
            assert_eq!(result.schema_valid, Some(true), "{}", result.name);
        }
    }
}

#[test]
fn each_file_loads_alone() {
    for (name, text) in RULESETS.iter().flat_map(|name| files(name)) {
        let mut found = found(&[(name, text)]);
        // What they need stands in a file of its own.
        found.retain(|found| found.check.group != Group::Portability);
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn every_rule_has_its_tags_and_every_control_a_rule() {
    for ruleset in RULESETS {
        let mut controls = [false; 16];
        for (name, text) in files(ruleset) {
            let rules = text.matches("\n- rule: ").count();
            let tags: Vec<&str> =
                text.lines().filter_map(|line| line.strip_prefix("  tags: [aws, cis_4.")).collect();
            assert_eq!(tags.len(), rules, "{name}");
            for tag in tags {
                let (control, technique) = tag.trim_end_matches(']').split_once(", ").unwrap();
                controls[control.parse::<usize>().unwrap()] = true;
                let digits = technique.strip_prefix('T').unwrap();
                assert!(digits.chars().all(|c| c.is_ascii_digit() || c == '.'), "{name}: {technique}");
            }
        }
        assert_eq!(controls.iter().filter(|&&there| there).count(), 15, "{ruleset}: 4.1 to 4.15");
    }
}

#[test]
fn every_item_has_its_keys_in_order() {
    let order = ["rule", "desc", "condition", "output", "priority", "source", "tags"];
    for (name, text) in RULESETS.iter().flat_map(|name| files(name)) {
        for rule in text.split("\n- ").filter(|item| item.starts_with("rule: ")) {
            let keys: Vec<&str> = rule
                .lines()
                .enumerate()
                .filter(|(at, line)| *at == 0 || line.starts_with("  ") && !line.starts_with("   "))
                .filter_map(|(_, line)| line.trim().split_once(':').map(|(key, _)| key))
                .collect();
            assert_eq!(keys, order, "{name}: {rule}");
        }
    }
}

/// The event names that a ruleset asks for: items of lists, and what stands in `ct.name in (…)`.
fn events(ruleset: &str) -> BTreeSet<String> {
    let mut events = BTreeSet::new();
    for (_, text) in files(ruleset) {
        let items = text.lines().filter_map(|line| line.strip_prefix("    - "));
        let inline =
            text.split("ct.name in (").skip(1).flat_map(|rest| rest.split(')').next().unwrap().split(", "));
        let single = text.split("ct.name = \"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let named =
            items.chain(inline).chain(single).filter(|name| name.starts_with(|c: char| c.is_uppercase()));
        events.extend(named.map(str::to_owned));
    }
    events
}

#[test]
fn both_rulesets_ask_for_the_same_events_and_aws_knows_them() {
    let asked = events("rules");
    assert_eq!(asked, events("literal"));
    assert_eq!(asked.len(), 90, "{asked:?}");
    let unknown: Vec<_> = asked.iter().filter(|name| !event_names::is_name(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn the_profile_is_clean_and_its_policies_name_its_rules() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets/sysdig-managed");
    let text = |name: &str| fs::read_to_string(directory.join(name)).unwrap();
    let rules = text("rules.yaml");
    let found = found(&[("rules.yaml".to_owned(), rules.clone())]);
    assert!(found.is_empty(), "{:?}", found.iter().map(|found| &found.message).collect::<Vec<_>>());
    let defined: BTreeSet<&str> = rules.lines().filter_map(|line| line.strip_prefix("- rule: ")).collect();
    let policies = policies::parse("policies.yaml", &text("policies.yaml")).unwrap();
    let named: Vec<&str> = policies.iter().flat_map(|policy| &policy.rules).map(String::as_str).collect();
    assert_eq!(named.len(), defined.len(), "each rule is in one policy");
    assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), defined);
    // Every rule says where its condition comes from.
    let tags = rules.lines().filter_map(|line| line.strip_prefix("  tags: "));
    let known = ["[aws, public]", "[aws, reconstructed]", "[aws, reconstructed, unnamed]"];
    assert_eq!(tags.filter(|tags| known.contains(tags)).count(), defined.len());
}

#[test]
fn the_events_of_the_controls_are_events_of_their_services() {
    let catalogue = Catalogue::bundled().unwrap();
    let mut events = BTreeSet::new();
    for group in catalogue.controls.iter().flat_map(|control| control.events.iter().chain(&control.hardening))
    {
        for name in &group.names {
            assert!(event_names::known(&group.source, name), "{name} of {}", group.source);
            events.insert((name, &group.source));
        }
    }
    let benchmark: usize =
        catalogue.controls.iter().flat_map(|control| &control.events).map(|group| group.names.len()).sum();
    assert_eq!(benchmark, 93, "92 since 3.0.0, and one since 5.0.0");
    // Both languages are there, and every version numbers its controls.
    assert!(catalogue.controls.iter().all(|control| !control.title_ja.is_empty()));
    for version in &catalogue.versions {
        let count = catalogue.controls.iter().filter(|control| control.numbers.contains_key(version)).count();
        assert_eq!(count, if version == "1.2.0" { 14 } else { 15 }, "{version}");
    }
    let known: BTreeSet<&String> = catalogue.controls.iter().map(|control| &control.id).collect();
    for finding in guardduty::all().unwrap() {
        let named = finding.full.iter().chain(&finding.partial).chain(&finding.adjacent);
        assert!(named.clone().all(|control| known.contains(control)), "{finding:?}");
    }
}
