//! Other names, and names that are refused.

use super::support::{changed, findings_of, same_rules, sample, texts};
use rulec::ide::rename::{in_tests, prepare, rename};

const FILES: &str = "\
@ lists.yaml
# about writers and changes
- list: writers
  items: [alice, bob]
- list: people
  items: [carol, writers]
- macro: changes
  condition: ct.name in (CreateUser, DeleteUser)
@ rules.yaml
- macro: changes
  condition: or ct.name = UpdateUser
  override:
    condition: append
- rule: Users change
  desc: changes by writers
  condition: >
    changes and
    not ct.user in (writers) and not ct.user in (people)
    and not ct.user = \"x writers y\"
  output: o changes writers %ct.user
  priority: WARNING
  source: aws_cloudtrail
  exceptions:
    - name: known
      fields: [ct.user]
      comps: [in]
      values:
        - [[writers]]
- rule: Users change
  condition: and ct.region = x
  override:
    condition: append
- rule: 'Other'
  desc: d
  condition: \"not changes and ct.user=alice\"
  output: o
  priority: WARNING
  source: aws_cloudtrail
";

fn renamed(word: &str, new: &str) -> Result<String, String> {
    let sample = sample(&FILES.replacen(word, &format!("$0{word}"), 1));
    prepare(&sample.snapshot, sample.doc, sample.offset)?;
    let changes = rename(&sample.snapshot, sample.doc, sample.offset, new)?;
    let (before, after) = (texts(&sample.snapshot), changed(&sample.snapshot, &changes));
    same_rules(&before, &after);
    let codes = |texts: &[String]| {
        let mut codes: Vec<_> = findings_of(texts).iter().map(|found| found.check.code).collect();
        codes.sort_unstable();
        codes
    };
    assert_eq!(codes(&before), codes(&after));
    Ok(after.join("@@\n"))
}

#[test]
fn all_files_change() {
    insta::assert_snapshot!("list", renamed("writers\n  items", "authors").unwrap());
    insta::assert_snapshot!("macro", renamed("changes and", "user_changes").unwrap());
    insta::assert_snapshot!("rule", renamed("Users change\n  desc", "A user: changed").unwrap());
    insta::assert_snapshot!("rule_in_quotes", renamed("Other'", "It's \"other\"").unwrap());
}

#[test]
fn some_names_are_refused() {
    let refused = [
        ("writers\n  items", "people"),
        ("writers\n  items", "changes"),
        ("writers\n  items", "alice"),
        ("writers\n  items", "ct.user"),
        ("writers\n  items", "x"),
        ("writers\n  items", "a b"),
        ("writers\n  items", "in"),
        ("changes and", "writers"),
        ("changes and", "not"),
        ("changes and", "ct.x"),
        ("Users change\n  desc", "Other"),
        ("Users change\n  desc", " "),
        ("ct.user in", "x"),
        ("alice,", "x"),
    ];
    let said: Vec<String> = refused
        .iter()
        .map(|(word, new)| {
            format!("{:?} to {new:?}: {}", word.lines().next().unwrap(), renamed(word, new).unwrap_err())
        })
        .collect();
    insta::assert_snapshot!("refused", said.join("\n"));
}

#[test]
fn a_name_that_is_both_is_refused() {
    let sample = sample("- list: x$0\n  items: [a]\n- macro: x\n  condition: ct.name = y\n");
    assert!(prepare(&sample.snapshot, sample.doc, sample.offset).unwrap_err().contains("a macro and a list"));
}

#[test]
fn names_in_escapes_are_refused() {
    let text = "- macro: m$0\n  condition: ct.name = y\n- macro: n\n  condition: \"not \\x6d\"\n";
    let sample = sample(text);
    assert!(prepare(&sample.snapshot, sample.doc, sample.offset).unwrap_err().contains("escapes"));
}

#[test]
fn tests_name_rules_too() {
    let text = "\
tests:
  - name: Other
    event: {eventName: x}
    fires: [Other, 'Other', \"Other\", Another]
    silent:
      - Other
    output:
      Other: text of Other
";
    let changes = in_tests(["tests: []\n", text], "Other", "It's: new");
    let sample = sample(&format!("@ a\ntests: []\n@ b\n{text}"));
    insta::assert_snapshot!("in_tests", changed(&sample.snapshot, &changes)[1]);
}

#[test]
fn broken_items_are_not_overlooked() {
    let sample = sample("- list: l$0\n  items: [a]\n- rule: R\n  cond\n  condition: ct.name in (l)\n");
    let said = prepare(&sample.snapshot, sample.doc, sample.offset).unwrap_err();
    assert_eq!(said, "the item of line 3 of rules.yaml cannot be read as YAML");
}
