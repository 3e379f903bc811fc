//! `falco` and `json`: the file that comes out loads and says the same.

use super::support::{artifact, compiled, conditions, rules, sets};
use rulec::analysis::{Inputs, Options, falco_verdicts};
use rulec::logic::{Assume, Implied, Solver};
use rulec::sema::ir::Rule;
use rulec::source::{SourceFile, SourceMap};

/// The rules of `again` are those of `before`, by proof where there is one for CloudTrail, else word by word.
fn same(before: &[Rule], again: &[Rule], name: &str) {
    let names = |rules: &[Rule]| rules.iter().map(|rule| rule.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(before), names(again), "{name}");
    let solver = Solver::new(Assume::None);
    for (before, again) in before.iter().zip(again) {
        let head = |rule: &Rule| (rule.source.clone(), rule.priority, rule.enabled, rule.tags.clone());
        assert_eq!(head(before), head(again), "{name}");
        let words = |rule: &Rule| rulec::backend::write::condition(&rule.condition).unwrap();
        if before.source == "aws_cloudtrail" {
            match solver.equivalent(&before.condition, &again.condition) {
                Implied::Yes => {}
                Implied::No(witness) => panic!("{name}: {} differs on {}", before.name, witness.text()),
                Implied::Unknown(_) => assert_eq!(words(before), words(again), "{name}"),
            }
        } else {
            assert_eq!(words(before), words(again), "{name}");
        }
    }
}

/// Falco takes the file, too.
fn loads(text: &str, name: &str) {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("rules.yaml", text));
    let verdicts = falco_verdicts(&Inputs { sources, options: Options::default() });
    assert!(verdicts.is_ok_and(|all| all.iter().all(|one| one.successful)), "{name}:\n{text}");
}

#[test]
fn real_rules_are_the_same_in_one_file() {
    let mut seen = 0;
    for set in sets() {
        let before = compiled(&set.files);
        if before.analysis.diagnostics.iter().any(|found| found.severity == rulec::diag::Severity::Error) {
            continue;
        }
        for form in ["resolved", "shaken"] {
            let artifact = artifact(&before, "falco", form, None);
            assert!(artifact.diagnostics.is_empty(), "{}: {:?}", set.name, artifact.diagnostics);
            loads(&artifact.text, &set.name);
            let again = rules(&artifact.text);
            same(&before.rules, &again.rules, &format!("{} as {form}", set.name));
            seen += again.rules.len();
        }
    }
    assert!(seen > 0);
}

#[test]
fn any_condition_is_written_so_that_it_reads_the_same() {
    for (name, rule) in conditions() {
        let Ok(text) = rulec::backend::write::condition(&rule.condition) else { continue };
        let again = super::support::rule(&text)
            .unwrap_or_else(|| panic!("{name} became {text}, which does not load"));
        assert_eq!(rulec::backend::write::condition(&again.condition).as_ref(), Ok(&text), "{name}");
        assert_eq!(format!("{:?}", shape(&again)), format!("{:?}", shape(&rule)), "{name} became {text}");
    }
}

/// The comparisons in order.
fn shape(rule: &Rule) -> Vec<String> {
    let mut all = Vec::new();
    rule.condition.atoms(&mut |atom| all.push(format!("{:?} {:?}", atom.left, atom.test)));
    all
}

const RULES: &str = r#"
- required_engine_version: 0.50.0
- list: unused
  items: [a, b]
- list: inner
  items: [CreateUser]
- list: outer
  items: [inner, DeleteUser]
- macro: idle
  condition: ct.name in (unused)
- macro: calls
  condition: ct.name in (outer)
- rule: One
  desc: d
  condition: calls and ct.src = iam.amazonaws.com
  output: who %ct.user and %-7
  priority: WARNING
  source: aws_cloudtrail
  exceptions:
    - name: known
      fields: [ct.user, ct.srcip]
      comps: [=, startswith]
      values:
        - [maria, "10."]
"#;

#[test]
fn macros_lists_and_exceptions() {
    let text = RULES.replace(" and %-7", "");
    let before = rules(&text);
    let resolved = artifact(&before, "falco", "resolved", None).text;
    for gone in ["macro:", "list:", "exceptions:"] {
        assert!(!resolved.contains(gone), "{gone} in\n{resolved}");
    }
    assert!(resolved.contains("required_engine_version"), "{resolved}");
    let shaken = artifact(&before, "falco", "shaken", None).text;
    for kept in ["macro: calls", "list: inner", "list: outer", "exceptions:"] {
        assert!(shaken.contains(kept), "{kept} not in\n{shaken}");
    }
    for gone in ["macro: idle", "list: unused"] {
        assert!(!shaken.contains(gone), "{gone} in\n{shaken}");
    }
    for text in [resolved, shaken] {
        same(&before.rules, &rules(&text).rules, "the example");
    }
}

#[test]
fn json_has_all_of_a_rule() {
    let before = rules(&RULES.replace(" and %-7", ""));
    let document: serde_json::Value =
        serde_json::from_str(&artifact(&before, "json", "document", None).text).unwrap();
    assert_eq!(document["schema_version"], 1);
    let rule = &document["rules"][0];
    assert_eq!(rule["name"], "One");
    assert_eq!(rule["condition"]["kind"], "and");
    let mut comparisons = 0;
    let mut open = vec![&rule["condition"]];
    while let Some(part) = open.pop() {
        open.extend(part["parts"].as_array().into_iter().flatten());
        open.extend(part.get("part"));
        comparisons += usize::from(part["kind"] == "comparison");
    }
    let mut expected = 0;
    before.rules[0].condition.atoms(&mut |_| expected += 1);
    assert_eq!(comparisons, expected);
    let list = &rule["condition"]["parts"][0];
    let list = if list["kind"] == "and" { &list["parts"][0] } else { list };
    assert_eq!(list["values"], serde_json::json!(["CreateUser", "DeleteUser"]), "{rule:#}");
    assert_eq!(list["left"]["member"], "eventName");
    assert!(list["via"][0]["line"].is_u64());
}
