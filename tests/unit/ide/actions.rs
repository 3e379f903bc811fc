//! Changes that are offered, and that they do what they say.

use super::support::{Sample, changed, findings_of, same_rules, sample, texts};
use rulec::ide::actions::{Action, ActionKind, actions, fix_all};
use rulec::ide::index::NameIndex;
use rulec::ide::refactor::{extract_list, extract_macro, inline_macro};
use std::collections::BTreeSet;

/// The text between two `$0`.
fn selected(text: &str) -> (Sample, std::ops::Range<usize>) {
    let mut sample = sample(text);
    let doc = sample.snapshot.docs[sample.doc].clone();
    let end = doc.text().find("$0");
    if let Some(end) = end {
        let mut shorter = (*doc).clone();
        shorter.edit(end..end + 2, "");
        sample.snapshot.docs[sample.doc] = std::sync::Arc::new(shorter);
    }
    let range = sample.offset..end.unwrap_or(sample.offset);
    (sample, range)
}

/// The file after an action; its rules mean what they meant.
fn after(sample: &Sample, action: &Action) -> String {
    let before = texts(&sample.snapshot);
    let after = changed(&sample.snapshot, &action.changes);
    same_rules(&before, &after);
    after.join("@@\n")
}

fn rule(condition: &str) -> String {
    format!(
        "- macro: in_iam\n  condition: ct.src = iam.amazonaws.com or ct.src = sts.amazonaws.com\n\n\
         # what it is for\n- rule: R\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n  source: aws_cloudtrail\n"
    )
}

#[test]
fn a_clause_becomes_a_macro() {
    let shown = |condition: &str| {
        let (sample, range) = selected(&rule(condition));
        match extract_macro(&sample.snapshot, &NameIndex::new(&sample.snapshot), 0, range) {
            Some(action) => format!("{}\n----\n{}", rule(condition), after(&sample, &action)),
            None => "nothing".to_owned(),
        }
    };
    insta::assert_snapshot!("extract_a_comparison", shown("ct.name = $0CreateUser and not ct.error exists"));
    insta::assert_snapshot!(
        "extract_a_run",
        shown(
            ">\n    in_iam\n    and $0ct.name = CreateUser\n    and not ct.error exists$0\n    and ct.region = x"
        )
    );
    insta::assert_snapshot!(
        "extract_a_group",
        shown("in_iam and not $0(ct.user = a or ct.user = \"b  c\")$0")
    );
    insta::assert_snapshot!(
        "extract_in_quotes",
        shown("\"ct.user = \\\"a b\\\" or$0(ct.user = 'x' and in_iam)$0\"")
    );
    assert_eq!(shown("in_iam and $0ct.name$0 = CreateUser"), "nothing");
    assert_eq!(shown("in_iam and $0ct.name = CreateUser or ct.name = x$0"), "nothing");
    assert_eq!(shown("in_iam and ct.name = $0"), "nothing");
}

#[test]
fn values_become_a_list() {
    let shown = |condition: &str| {
        let (sample, range) = selected(&rule(condition));
        match extract_list(&sample.snapshot, &NameIndex::new(&sample.snapshot), 0, range) {
            Some(action) => format!("{}\n----\n{}", rule(condition), after(&sample, &action)),
            None => "nothing".to_owned(),
        }
    };
    insta::assert_snapshot!(
        "extract_all_values",
        shown("ct.name in (CreateUser, \"De$0leteUser\", \"a b\", \"c,d\", 'e=\"f\"', \"\")")
    );
    insta::assert_snapshot!(
        "extract_some_values",
        shown("ct.name in (CreateUser, $0DeleteUser, UpdateUser$0)")
    );
    let many: Vec<String> = (0..20).map(|number| format!("CreateUser{number}")).collect();
    insta::assert_snapshot!("extract_many_values", shown(&format!("ct.name in ($0{})", many.join(","))));
    assert_eq!(shown("ct.name = Cre$0ateUser"), "nothing");
    assert_eq!(shown("ct.name in (Cre$0ateUser)"), "nothing");
}

#[test]
fn a_macro_becomes_its_condition() {
    let shown = |condition: &str| {
        let (sample, range) = selected(&rule(condition));
        match inline_macro(&sample.snapshot, &NameIndex::new(&sample.snapshot), 0, range.start) {
            Some(action) => after(&sample, &action),
            None => "nothing".to_owned(),
        }
    };
    insta::assert_snapshot!("inline", shown("ct.name = x and not in_$0iam"));
    let quoted = "- macro: m\n  condition: ct.user = \"a b\"\n- rule: R\n  desc: d\n  condition: \"ct.name = 'x' and $0m\"\n  output: o\n  priority: INFO\n  source: aws_cloudtrail\n";
    let (sample, range) = selected(quoted);
    let action = inline_macro(&sample.snapshot, &NameIndex::new(&sample.snapshot), 0, range.start).unwrap();
    insta::assert_snapshot!("inline_in_quotes", after(&sample, &action));
    let (sample, range) = selected(
        "- macro: m\n  condition: ct.user = x\n- macro: m\n  condition: or ct.user = y\n  append: true\n- macro: n\n  condition: $0m\n",
    );
    assert_eq!(inline_macro(&sample.snapshot, &NameIndex::new(&sample.snapshot), 0, range.start), None);
}

/// Whatever is selected, what is offered keeps the meaning.
#[test]
fn the_meaning_is_kept_everywhere() {
    let conditions = [
        ">\n    in_iam and (ct.name in (CreateUser, names, \"x y\") or not not ct.user = a)\n    and not(ct.error exists) or ct.region = b",
        "\"((in_iam)) and not in_iam or(ct.user=\\\"a b\\\" and ct.name = A and ct.region=x)\"",
        "'not not ct.user = a and ct.user in (''p q'', r) and not in_iam'",
        "|\n    ct.name startswith anyof (A, B, C)\n      and tolower(ct.user) = a or not (ct.user = b and ct.user != c)",
    ];
    let mut tried = 0;
    for condition in conditions {
        let text = format!("- list: names\n  items: [A, B]\n{}", rule(condition));
        let sample = sample(&text);
        let from = text.find("  condition: ct.src").unwrap();
        let stops: Vec<usize> =
            (from..text.len()).filter(|&at| text.is_char_boundary(at) && is_edge(&text, at)).collect();
        let mut seen = BTreeSet::new();
        for (at, &start) in stops.iter().enumerate() {
            for &end in &stops[at..] {
                let found = [
                    extract_macro(&sample.snapshot, &NameIndex::new(&sample.snapshot), 0, start..end),
                    extract_list(&sample.snapshot, &NameIndex::new(&sample.snapshot), 0, start..end),
                    inline_macro(&sample.snapshot, &NameIndex::new(&sample.snapshot), 0, start)
                        .filter(|_| start == end),
                ];
                for action in found.into_iter().flatten() {
                    if seen.insert(format!("{:?}", action.changes)) {
                        after(&sample, &action);
                        tried += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 40, "{tried}");
}

fn is_edge(text: &str, at: usize) -> bool {
    let class = |c: Option<char>| match c {
        Some(c) if c.is_alphanumeric() || matches!(c, '.' | '_') => 0,
        Some(c) if c.is_whitespace() => 1,
        Some(c) => c as u32,
        None => 2,
    };
    class(text[..at].chars().next_back()) != class(text[at..].chars().next())
}

const FINDINGS: &str = "\
- macro: unused
  condition: ct.name = x
- macro: m
  condition: ct.name = CreateUser
- macro: m
  condition: or ct.name = DeleteUser
  append: true
- rule: R
  desc: d
  condition: >
    m and not not ct.user = a
    and ct.name = CreateUsr
  output: o
  priority: warning
  source: aws_cloudtrail
";

#[test]
fn findings_can_be_fixed() {
    let sample = sample(FINDINGS);
    let findings = findings_of(&texts(&sample.snapshot));
    let mut shown = Vec::new();
    let mut seen = BTreeSet::new();
    for at in 0..FINDINGS.len() {
        for action in actions(&sample.snapshot, 0, at..at, &findings) {
            if action.kind == ActionKind::Fix && seen.insert(action.title.clone()) {
                let finding = &findings[action.finding.unwrap()];
                let text = changed(&sample.snapshot, &action.changes).join("");
                let preferred = if action.preferred { ", preferred" } else { "" };
                let left = findings_of(&[text]);
                assert!(left.len() < findings.len() || !action.preferred, "{}", action.title);
                shown.push(format!("{}: {}{preferred}", finding.check.name, action.title));
            }
        }
    }
    insta::assert_snapshot!("fixes", shown.join("\n"));
    let all = fix_all(&sample.snapshot, 0, &findings).unwrap();
    insta::assert_snapshot!("fix_all", after(&sample, &all));
}

#[test]
fn findings_can_be_allowed() {
    let sample = sample(FINDINGS);
    let findings = findings_of(&texts(&sample.snapshot));
    assert!(findings.len() > 4);
    let mut shown = Vec::new();
    for (number, found) in findings.iter().enumerate() {
        let place = found.primary.span.start as usize;
        let all = actions(&sample.snapshot, 0, place..place, &findings);
        let mine = |action: &&Action| action.kind == ActionKind::Suppress && action.finding == Some(number);
        let Some(action) = all.iter().find(mine) else { continue };
        let text = changed(&sample.snapshot, &action.changes).join("");
        let left = findings_of(std::slice::from_ref(&text));
        let key = |found: &rulec::diag::Diagnostic| (found.check.code, found.message.clone());
        let expected: BTreeSet<_> =
            findings.iter().filter(|other| key(other) != key(found)).map(key).collect();
        assert_eq!(left.iter().map(key).collect::<BTreeSet<_>>(), expected, "{text}");
        let row = text.lines().position(|line| line.contains("rulec:")).unwrap();
        shown.push(text.lines().skip(row).take(2).collect::<Vec<_>>().join("\n"));
    }
    insta::assert_snapshot!("allowed", shown.join("\n\n"));
}

#[test]
fn line_ends_are_those_of_the_file() {
    let text = rule("ct.name = $0CreateUser and ct.user = a").replace('\n', "\r\n");
    let (sample, range) = selected(&text);
    let all = actions(&sample.snapshot, 0, range, &[]);
    let action = all.iter().find(|action| action.kind == ActionKind::Extract).unwrap();
    let text = after(&sample, action);
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
}

/// The same for our own rules, at some of their words.
#[test]
fn the_meaning_of_our_rules_is_kept() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets/cis-aws/rules");
    let mut tried = 0;
    for name in ["identity.yaml", "keys.yaml", "logging.yaml", "sign-in.yaml", "storage.yaml"] {
        let text = std::fs::read_to_string(directory.join(name)).unwrap();
        let sample = sample(&text);
        let mut seen = BTreeSet::new();
        let marks = sample.snapshot.docs[0].pieces.iter().flat_map(|placed| {
            placed.piece.marks().iter().map(|mark| placed.range_of(mark.span).start).collect::<Vec<_>>()
        });
        for at in marks.step_by(4) {
            let found = [
                extract_macro(&sample.snapshot, &NameIndex::new(&sample.snapshot), 0, at..at),
                extract_list(&sample.snapshot, &NameIndex::new(&sample.snapshot), 0, at..at),
                inline_macro(&sample.snapshot, &NameIndex::new(&sample.snapshot), 0, at),
            ];
            for action in found.into_iter().flatten() {
                if seen.insert(format!("{:?}", action.changes)) {
                    after(&sample, &action);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 20, "{tried}");
}
