//! What the words mean.

use super::support::sample;
use rulec::ide::tokens::tokens;

fn shown(text: &str) -> String {
    let sample = sample(text);
    let mut out = String::new();
    let mut end = 0;
    for token in tokens(&sample.snapshot, 0, None) {
        assert!(end <= token.range.start, "tokens overlap");
        end = token.range.end;
        let defines = if token.defines { ", defined" } else { "" };
        out += &format!("{:?} {:?}{defines}\n", &text[token.range.clone()], token.meaning);
    }
    out
}

#[test]
fn words() {
    insta::assert_snapshot!(shown(
        "- list: names
  items: [a, other]
- list: other
  items: ['b c']
- macro: changes
  condition: ct.name in (names, \"x y\", 5)
- rule: Users change
  condition: >
    changes and not
    (tolower(ct.user) startswith anyof (a, b) or len(ct.user) > 3)
    and json.value[/a/b] = \"x names\n    y\"
  output: who %ct.user.name did %10tolower(ct.name), 100% sure
  tags: [aws]
  exceptions:
    - name: e
      fields: ct.user
      comps: in
      values: [names, z]
"
    ));
}

#[test]
fn a_part_of_a_file() {
    let text = "- macro: a\n  condition: ct.name = x\n- macro: b\n  condition: ct.user = y\n";
    let sample = sample(text);
    let part = tokens(&sample.snapshot, 0, Some(40..50));
    assert!(part.len() < tokens(&sample.snapshot, 0, None).len());
    assert_eq!(&text[part[0].range.clone()], "b");
}

#[test]
fn a_broken_item() {
    insta::assert_snapshot!(shown(
        "- rule: A\n  cond\n  condition: >\n    ct.name = and\n    a and (\n  priority: x\n"
    ));
}
