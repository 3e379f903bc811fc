//! Symbols, folds and selections.

use super::support::{sample, underlined};
use rulec::ide::folding::folds;
use rulec::ide::selection::ranges;
use rulec::ide::symbols::{Symbol, document, workspace};
use std::fmt::Write as _;

const FILE: &str = "\
# about this file
# and more

- list: names
  items:
    - a
    - b

# one
- macro: changes
  condition: ct.name in (names)
- rule: Users change
  desc: d
  condition: >
    changes and

    # no comment
    not (ct.user = alice or ct.user = bob)
  output: \"o
    more\"
  priority: WARNING
  exceptions:
    - name: known
      fields: [ct.user]
";

#[test]
fn symbols_of_a_file() {
    fn lines(symbols: &[Symbol], text: &str, depth: usize, out: &mut String) {
        for symbol in symbols {
            let name = &text[symbol.name_range.clone()];
            let size = text[symbol.range.clone()].lines().count();
            let _ = writeln!(
                out,
                "{}{:?} {} {} at {name:?}, {size} lines",
                "  ".repeat(depth),
                symbol.kind,
                symbol.name,
                symbol.detail
            );
            lines(&symbol.children, text, depth + 1, out);
        }
    }
    let sample = sample(FILE);
    let mut out = String::new();
    lines(&document(&sample.snapshot, 0), FILE, 0, &mut out);
    insta::assert_snapshot!(out);
}

#[test]
fn symbols_of_a_broken_file() {
    let sample =
        sample("- rule: A\n  desc: d\n  cond\n- rule: B\n  condition: [\n- macro: c\n  condition: x\n");
    let names: Vec<String> = document(&sample.snapshot, 0).into_iter().map(|symbol| symbol.name).collect();
    assert_eq!(names, ["A", "B", "c"]);
}

#[test]
fn symbols_of_all_files() {
    let sample = sample(&format!("@ a.yaml\n{FILE}@ b.yaml\n- rule: Change users\n  desc: d\n"));
    let found = |query: &str| -> Vec<String> {
        workspace(&sample.snapshot, query, 10).into_iter().map(|found| found.name).collect()
    };
    assert_eq!(found("chan"), ["changes", "Change users", "Users change"]);
    assert_eq!(found("users ch"), ["Users change"]);
    assert_eq!(found("nms"), ["names"]);
    assert_eq!(workspace(&sample.snapshot, "", 2).len(), 2);
}

#[test]
fn folds_of_a_file() {
    let sample = sample(FILE);
    let lines: Vec<&str> = FILE.lines().collect();
    let shown: Vec<String> = folds(&sample.snapshot.docs[0])
        .into_iter()
        .map(|fold| {
            format!(
                "{:?} {}-{}: {:?} … {:?}",
                fold.kind, fold.first, fold.last, lines[fold.first], lines[fold.last]
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn selections_grow() {
    let shown = |text: &str| {
        let sample = sample(text);
        let doc = &sample.snapshot.docs[0];
        let all = ranges(&sample.snapshot, 0, sample.offset);
        for pair in all.windows(2) {
            assert!(pair[1].start <= pair[0].start && pair[0].end <= pair[1].end);
        }
        all.into_iter().map(|range| underlined(doc, range) + "\n").collect::<String>()
    };
    let file = FILE.replacen("    # no comment\n", "", 1);
    insta::assert_snapshot!("selection", shown(&file.replacen("alice", "al$0ice", 1)));
    insta::assert_snapshot!("selection_in_a_list", shown(&FILE.replacen("- a\n", "- $0a\n", 1)));
    insta::assert_snapshot!(
        "selection_in_a_broken_item",
        shown("- rule: R\n  cond\n  condition: a and (b$0 or c)\n")
    );
}
