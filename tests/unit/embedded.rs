//! Rules inside other files, on any text: nothing panics, and every place is one of the file.

use proptest::prelude::*;
use rulec::analysis::{Inputs, analyze, findings};
use rulec::config::Levels;
use rulec::diag::Diagnostic;
use rulec::fix;
use rulec::source::{SourceFile, SourceMap};

const VALUES: &str = "falco:\n  customRules:\n    b.yaml: |-\n      - rule: R\n        desc: d 🔥\n        condition: console and ct.usr = x\n        output: o %ct.nmae\n        priority: notice\n        source: aws_cloudtrail\n    a.yaml: \"- macro: console\\n  condition: ct.name = \\u0041\\n\"\n---\ndata: {x: '- list: l'}\n";
const TERRAFORM: &str = "resource \"sysdig_secure_rule_falco\" \"a\" {\n  name = \"A \\\"🔥\\\"\"\n  condition = <<-EOT\n    ct.usr = x\n      and ct.nmae = %%{z}\n  EOT\n  output = \"o ${var.x}\"\n  source = \"aws_cloudtrail\"\n  exceptions {\n    name = \"e\"\n    fields = [\"ct.user\"]\n    values = jsonencode([[1]])\n  }\n}\n# rulec: allow unused-list\nresource \"sysdig_secure_list\" \"l\" {\n  name = \"l\"\n  items = [\"a\", \"\\u00e9\", var.b]\n}\n";
const EXPORT: &str = "{\"rules\": [{\"name\": \"A\", \"description\": \"\", \"details\": {\"ruleType\": \"FALCO\", \"condition\": {\"condition\": \"ct.usr = \\\"é\\u0041\\\"\", \"components\": []}, \"output\": \"o\\n%ct.nmae\", \"priority\": \"notice\", \"source\": \"aws_cloudtrail\"}}], \"macros\": [{\"name\": \"m\", \"condition\": {\"condition\": \"ct.name = a\"}}]}\n";

/// What is found in a file of this name.
fn check(name: &str, text: &str) -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new(name, text));
    let mut analysis = analyze(Inputs { sources, ..Inputs::default() });
    let found = findings(&mut analysis, &Levels::default());
    (analysis.sources, found)
}

/// Every place lies in the file, on character boundaries.
fn sound(name: &str, text: &str) -> Result<(), TestCaseError> {
    let (_, found) = check(name, text);
    for finding in &found {
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        let labels = finding.labels.iter().map(|label| label.span);
        for span in edits.chain(labels).chain([finding.primary.span]) {
            prop_assert_eq!(span.file.0, 0, "{:?}", finding);
            prop_assert!(text.get(span.range()).is_some(), "{:?}", finding);
        }
    }
    Ok(())
}

/// A text with a few pieces cut out, doubled or replaced.
fn mangled(text: &'static str) -> impl Strategy<Value = String> {
    let edit = (
        0..text.len(),
        0..40usize,
        prop_oneof!["", "[\\PC\n]{0,6}", "\\$\\{", "\"", "EOT\n", "- rule: x\n", "\\\\"],
    );
    proptest::collection::vec(edit, 0..5).prop_map(move |edits| {
        let mut text = text.to_owned();
        for (at, len, new) in edits {
            let floor = |text: &str, at: usize| rulec::source::floor_char_boundary(text, at);
            let (start, end) = (floor(&text, at), floor(&text, at + len));
            text.replace_range(start..end.max(start), &new);
        }
        text
    })
}

proptest! {
    #[test]
    fn any_text_is_unwrapped(text in "(resource \"sysdig_secure_list\" \"x\" \\{|rule|a: \\|\n  - rule: x\n|\\PC|\n){0,20}") {
        for name in ["x.tf", "x.yaml", "x.json"] {
            sound(name, &text)?;
        }
    }

    #[test]
    fn places_lie_in_mangled_values(text in mangled(VALUES)) {
        sound("values.yaml", &text)?;
    }

    #[test]
    fn places_lie_in_mangled_terraform(text in mangled(TERRAFORM)) {
        sound("rules.tf", &text)?;
    }

    #[test]
    fn places_lie_in_mangled_exports(text in mangled(EXPORT)) {
        sound("export.json", &text)?;
    }
}

#[test]
fn a_finding_is_where_its_words_are() {
    for (name, text) in [("values.yaml", VALUES), ("rules.tf", TERRAFORM), ("export.json", EXPORT)] {
        let (sources, found) = check(name, text);
        let words: Vec<&str> = found
            .iter()
            .filter(|finding| finding.check.name == "unknown-field")
            .map(|finding| sources.slice(finding.primary.span))
            .collect();
        assert!(words.contains(&"ct.usr"), "{name}: {words:?}");
        assert!(
            words.iter().all(|word| ["ct.usr", "ct.nmae", "%ct.nmae"].contains(word)),
            "{name}: {words:?}"
        );
    }
}

#[test]
fn nesting_has_an_end() {
    let deep = |open: &str, close: &str| open.repeat(50_000) + &close.repeat(50_000);
    for (name, text) in [
        ("a.yaml", format!("rule: {}", deep("[", "]"))),
        ("a.yaml", format!("rule: {}", deep("{a: ", "}"))),
        (
            "a.json",
            format!(
                "[{{\"name\": \"a\", \"details\": {{\"ruleType\": \"FALCO\", \"exceptions\": {}}}}}]",
                deep("[", "]")
            ),
        ),
        ("a.tf", format!("resource \"sysdig_secure_list\" \"a\" {{\n items = {}\n}}\n", deep("[", "]"))),
        ("a.tf", format!("resource \"sysdig_secure_list\" \"a\" {{\n items = {}1\n}}\n", "!".repeat(50_000))),
        ("a.tf", format!("# sysdig_secure_\n{}", deep("a {\n", "}\n"))),
    ] {
        sound(name, &text).unwrap();
    }
}

#[test]
fn a_fix_inside_lands_in_the_file() {
    let values = "customRules:\n  a.yaml: |-\n    - rule: R\n      desc: d\n      condition: not (not ct.name = x)\n      output: o\n      priority: notice\n      source: aws_cloudtrail\n      tags: [a,\n        b]\n    - rule: R\n      append: true\n      condition: and ct.user = y\n";
    let (sources, found) = check("values.yaml", values);
    let applied = fix::apply(&sources, &found);
    let new = applied.texts.values().next().unwrap_or_else(|| panic!("no fix: {found:?}"));
    assert!(new.contains("      override: {condition: append}\n"), "{new}");
    // What stands outside of the rules is as it was.
    assert!(new.starts_with("customRules:\n  a.yaml: |-\n    - rule: R\n"), "{new}");
    let (_, left) = check("values.yaml", new);
    assert!(left.iter().all(|finding| finding.check.name != "deprecated-append"), "{left:?}");
}

/// Our test files and the rules of all specs of checks.
fn mistakes() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut texts = Vec::new();
    for directory in ["data/rules", "spec/lints"] {
        for entry in std::fs::read_dir(root.join(directory)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.display().to_string();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            if !name.ends_with(".md") {
                texts.push((name, text));
                continue;
            }
            let blocks = text.split("\n```yaml\n").skip(1).filter_map(|rest| rest.split_once("\n```\n"));
            texts.extend(blocks.map(|(block, _)| (name.clone(), format!("{block}\n"))));
        }
    }
    texts
}

/// Every kind of mistake, put into a ConfigMap: the same is said, at the same words.
#[test]
fn inside_the_same_is_found_as_outside() {
    let (mut compared, mut fixes) = (0, (0, 0));
    for (name, text) in mistakes() {
        let lines: String = text.split_inclusive('\n').map(|line| format!("    {line}")).collect();
        let wrapped = format!("kind: ConfigMap\ndata:\n  rules.yaml: |2+\n{lines}");
        let (outside, expected) = check("rules.yaml", &text);
        let (inside, found) = check("configmap.yaml", &wrapped);
        let is_whole =
            inside.files().next().is_some_and(|(_, file)| *file.text == text && file.origin.is_some());
        if !is_whole || outside.files().any(|(_, file)| file.origin.is_some()) {
            // No rules file, line breaks of other systems, or an end that no literal text can have.
            continue;
        }
        let told = |sources: &SourceMap, found: &[Diagnostic], indent: &str| -> Vec<String> {
            let breaks = format!("\n{indent}");
            let words = |finding: &Diagnostic| sources.slice(finding.primary.span).replace(&breaks, "\n");
            found.iter().map(|it| format!("{} {} {:?}", it.check.name, it.message, words(it))).collect()
        };
        assert_eq!(told(&inside, &found, "    "), told(&outside, &expected, ""), "{name}\n{text}");
        compared += found.len();
        let (fixed, wanted) = (fix::apply(&inside, &found), fix::apply(&outside, &expected));
        if let (Some(fixed), Some(wanted)) = (fixed.texts.values().next(), wanted.texts.values().next()) {
            let (again, _) = check("configmap.yaml", fixed);
            let text = again.files().next().map(|(_, file)| file.text.to_string());
            assert_eq!(text.as_ref(), Some(wanted), "{name}\n{fixed}");
        }
        fixes.0 += fixed.count;
        fixes.1 += wanted.count;
    }
    assert!(compared > 500, "only {compared} findings were compared");
    // A few cannot be made inside, such as those that take away the end of the text.
    assert!(fixes.0 > 30 && fixes.0 * 10 >= fixes.1 * 9, "{fixes:?}");
}
