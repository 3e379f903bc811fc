//! Formatting: the shape by its specs in `tests/spec/format`, and the promise that nothing else changes, on real,
//! recorded and random files.
//!
//! A spec is prose and pairs of blocks: rules, and the same after `rulec fmt`, kept by `cargo bless`.

use crate::unit::formatting::{Seen, findings, hold_together, holds, holds_with, options};
use proptest::prelude::*;
use rulec::config::Layout;
use rulec::format::{self, Options, SkipReason};
use rulec::source::SourceFile;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn formatted(text: &str) -> String {
    holds(text).text
}

#[test]
fn specs() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec/format");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths.iter().for_each(|path| spec(path));
}

/// Runs the blocks of a spec and compares it with what it should be, or writes it. `crlf`, `key-order`, `width=N`
/// and `indent=N` behind the fence are the options.
fn spec(path: &Path) {
    let old = fs::read_to_string(path).unwrap();
    let mut new = String::new();
    let mut rest = &*old;
    while let Some(at) = rest.find("```yaml") {
        let (before, fenced) = rest.split_at(at);
        let (how, inside) = fenced[7..].split_once('\n').unwrap();
        let (block, after) = inside.split_once("\n```\n").unwrap();
        let text =
            if how.contains("crlf") { block.replace('\n', "\r\n") + "\r\n" } else { format!("{block}\n") };
        let number = |key: &str, or| {
            let at = how.split_whitespace().find_map(|word| word.strip_prefix(key));
            at.map_or(or, |number| number.parse().unwrap())
        };
        let layout = Layout {
            line_width: number("width=", 120),
            indent: number("indent=", 2),
            key_order: how.contains("key-order"),
        };
        let Seen { text, skipped } = holds_with(&text, &Options { layout, ..Options::default() });
        assert_eq!(how.contains("crlf"), text.contains("\r\n"));
        let skipped: String = skipped
            .iter()
            .map(|(line, why)| format!("# line {line} left as it is: {}\n", why.text()))
            .collect();
        let text = text.replace('\r', "");
        let shown = if text == format!("{block}\n") { "# no change\n".to_owned() } else { text };
        new += &format!("{before}```yaml{how}\n{block}\n```\n\n```yml\n{shown}{skipped}```\n");
        rest = match after.trim_start().strip_prefix("```yml\n") {
            Some(expected) => expected.split_once("```\n").unwrap().1,
            None => after,
        };
    }
    new += rest;
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, &new).unwrap();
    } else {
        assert!(old == new, "{} looks otherwise; see `cargo bless`:\n{new}", path.display());
    }
}

/// The example of the page.
#[test]
fn the_page() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formatting.md")).unwrap();
    let mut blocks = page.split("```yaml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    let (old, new) = (blocks.next().unwrap(), blocks.next().unwrap());
    assert_eq!(formatted(old), new);
}

/// Files that Falco or we read in ways of their own.
#[test]
fn traps() {
    let rule =
        |condition: &str| format!("- macro: m\n  condition:   {condition}\n- list: x\n  items: [a,  b]\n");
    for text in [
        "",
        "\n\n",
        "#",
        "# c\n\n\n# d",
        "---\n",
        "...\n- a",
        "--- # c\n- list: l\n  items: []\n...\n# e\n---\n- macro: m\n",
        "\u{feff}- list:  l\n  items: [a]\n",
        "- list:  l\r\n  items: [a]\r\n",
        "- list:  l\r  items: [a]\r",
        "- a:  |+\n    x\n\n\n- b:  1\n",
        "- a:  |2\n      x\n- b:  1\n",
        "- a:  >-\n      x\n\n      y\n        z\n",
        "- a:  |",
        "- a:  >\n   ",
        "- a:  |\n\n  \n- b:  c\n",
        "- a: |\n    x",
        "- a:  &x [b,c]\n- d:   *x\n",
        "- &x a:  1\n  b: *x\n",
        "- a:  !!str 1\n  b: ! x\n  c: !t [a,b]\n",
        "- a:  1\n  a:  2\n",
        "- ? a\n  : 1\n",
        "- {a: 1,  b: 2}\n",
        "- - a\n  -   b\n",
        "- \n-\n- ~\n-  null\n",
        "- a:\n  b:\n",
        "- a:\n\n\n    - 1\n    # c\n\n    # d\n    - 2\n  # e\n# f\n",
        "- # c\n  a:  1\n",
        "-   # c\n\n  # d\n  a:  1\n",
        "- a: # c\n    b\n  d: # e\n    - f # g\n",
        "- a:  [1, # c\n   2]\n",
        "- a:  [1,\n\n  # c\n   2,\n   ]\n",
        "- a:  {b: c, # d\n    e}\n",
        "- a: {b}\n",
        "- a: [b: c]\n",
        "- a:  [,]\n",
        "- a:  'b\n\n   c'\n",
        "- a:  \"b\\\n     c \\\n\n   d\"\n",
        "- a:  b\n   c\n\n   d\n",
        "- \"a\" :  'b'  # c\n",
        "- a:\t1\n- b: 2\t# c\n",
        "- a:  \"open\n",
        "- a: 1\n b: 2\n- c:  3\n",
        "- a:  1\n- b: @\n- c:  3\n",
        "a:  1\n",
        "[a,  b]\n",
        "text\n",
        "  - a:  1\n  - b:  2\n",
        "- a:   >  # c\n     b\n   # d\n- e\n",
        "- list:  l\n  items:\n  - a\n  -   b\n",
        "- a:  - b\n",
        "- a:  1 # x\n\n\n\n  # y\n  b:  1\n",
        "- a:  \u{a0}b\n",
        "- a:  b\u{85}c\n",
        "- a:  b\u{2028}c\n",
        "- é:  ü # ö\n",
        "- a:  >\n\n\n     b\n",
        "- a:  |\n     b\n\n\n\n  c:  1\n",
        "- a:  [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
        "- a:  |\n    \tb\n     \n- c:  1\n",
        "- <<:  {a: 1}\n",
        "%YAML 1.2\n---\n- a:  1\n",
        "- a:  1\n---\n- b:  2\n---\n",
        "- a:  1\n# b\n---\n# c\n    - d:  1\n",
        "    - a:  1\n# b\n---\n# c\n- d:  1\n",
        "[a, b]\n---\n- a:  1\n- b:  |+\n    c\n\n\n- <<:  1\n",
        "- a:  \"x\\  \n    y\"\n",
    ] {
        formatted(text);
    }
    let deep = |open: &str, close: &str| format!("- a:  {}b{}\n", open.repeat(450), close.repeat(450));
    [deep("[", "]"), deep("{c: ", "}"), deep("- ", "")].iter().for_each(|text| drop(formatted(text)));
    formatted(&rule(&format!("{} a {}", "(".repeat(190), ")".repeat(190))));
    for condition in [
        "a   and   b",
        "\"a and b\"",
        "'a  and  b'",
        ">\n    a\n     and b\n",
        "|\n    a and\n    b",
        ">+\n    a and  b\n\n",
        ">1\n    a and  b",
        "|-\n    a and  b",
        "x.y=\"a  b\"",
        "x.y = \"a\n      b\" and c",
        "x.y=#a",
        "x.y = a:b  and c",
        "x.y!=a and x.n>=0 and x.n<5",
        "not(a)and(b)or(c)",
        "not not  a",
        "((a))  or  b and c",
        "x.y exists  and a",
        "x.y existsand a",
        "x.y in(a,b , \"c  d\")",
        "x.y in ( \"\\q\")",
        "x.y in ()",
        "x.y in (   )",
        "x.y in (a b)",
        "x.y = oneof  and z",
        "x.y = oneof  (a,b)",
        "x.y contains oneof\n    (a,b)",
        "tolower( x.y )  = a",
        "join(\",\",( x.y , z.w ))=a",
        "getopt(x.y, \"a\")[ \"b\" ] = c",
        "x.y[ \"a b\" ] = c",
        "json.value[/a/b]  = c",
        "x.y = val( z.w )",
        "and  a",
        "or  a and b",
        "and  (a or  b)",
        "a or  b) and (c",
        "a  and",
        "x.y = or or  z",
        "x",
        "''",
        "~",
        "",
        "&a b  and c",
        "!!str b  and c",
        "x.y = \"a\\\\\"  and b",
        "x.y in (it's)  and b",
        "a  and # c",
        "a  and b # c",
        ">  # c\n    a and  b",
        "a\n    # c\n",
        "a  and x.y = \u{1F525}",
        "a and\u{b}b",
        "not\u{b}a  and b",
        "a and  \u{8}b",
        "\"a\\tand  b\"",
        "\"a \\x0b and b\"",
    ] {
        formatted(&rule(condition));
        formatted(&rule(condition).replace('\n', "\r\n"));
    }
}

/// Lists go into conditions as text: white space must not make or break a place where one does.
#[test]
fn names_of_lists_stay_words() {
    let with = |list: &str, item: &str, condition: &str| {
        formatted(&format!("- list: {list}\n  items: [{item}]\n- macro: m\n  condition: {condition}\n"))
    };
    assert!(with("l", "a", "x.n>=0 and  a").contains("x.n >= 0 and a"));
    assert!(with("'0'", "a", "x.n>0 and  a").contains("x.n>0 and  a"));
    assert!(with("x.n", "a", "x.n>0 and  a").contains("x.n>0 and  a"));
    assert!(with("'a and'", "a", "a  and b").contains("a  and b"));
    assert!(with("l", "'\"'", "x.y in (l)  and b").contains("x.y in (l)  and b"));
    // An open quote runs on into what is appended.
    let appended = "- macro: m\n  condition: and  b\n  append: true\n";
    assert!(formatted(&format!("- macro: m\n  condition: x.y = a\n{appended}")).contains("and b"));
    assert!(formatted(&format!("- macro: m\n  condition: x.y = \"a\n{appended}")).contains("and  b"));
    let file = SourceFile::new("a.yaml", "- macro: m\n  condition: x.n>0  and a\n");
    let mut options = Options::default();
    assert!(format::document(&file, &options).text(&file).contains("x.n > 0 and a"));
    options.lists.add_file(&SourceFile::new("b.yaml", "- list: '0'\n  items: [a]\n"));
    assert_eq!(format::document(&file, &options).text(&file), &*file.text);
}

#[test]
fn a_range_changes_what_it_touches() {
    let text = "- list:  a\n  items: []\n\n\n# c\n- list:  b\n  items: []\n- list:  c\n";
    let file = SourceFile::new("a.yaml", text);
    let at = |lines| format::range(&file, &Options::default(), lines).text(&file);
    assert_eq!(at(1..2), text.replace("list:  a", "list: a"));
    assert_eq!(at(3..4), text.replace("\n\n\n", "\n\n"));
    assert_eq!(at(5..6), text.replace("list:  b", "list: b"));
    assert_eq!(at(0..99), formatted(text));
    assert_eq!(at(99..100), text);
    assert_eq!(at(7..7), text.replace("list:  c", "list: c"));
}

#[test]
fn broken_items_stay_as_they_are() {
    let broken = "- rule:  @b\n   - @ : [\n\n\n";
    let text = format!(
        "- list:  a\n  items: [x,y]\n\n{broken}- list:  c\n  items: [x,y]\n- list: d\n  items:  {{\n"
    );
    let Seen { text: new, skipped } = holds(&text);
    assert!(new.contains(broken), "{new}");
    assert!(new.contains("- list: c\n  items: [x, y]\n"), "{new}");
    assert!(new.contains("- list: a\n  items: [x, y]\n"), "{new}");
    assert!(skipped.iter().any(|(_, why)| *why == SkipReason::NotYaml), "{skipped:?}");
}

/// A text of pieces that mean something in YAML or in conditions.
fn soup() -> impl Strategy<Value = String> {
    let pieces = [
        "- ",
        "-",
        "  ",
        "    ",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        "# c",
        " # d",
        "rule: ",
        "macro: ",
        "list: ",
        "condition: ",
        "items: ",
        "output: ",
        "desc: ",
        "tags:",
        "exceptions:",
        "values:",
        ": ",
        ":",
        "[",
        "]",
        "{",
        "}",
        ", ",
        ",",
        "'",
        "\"",
        "|",
        ">",
        "|-",
        ">+",
        ">1",
        "&a ",
        "*a",
        "!t ",
        "? ",
        "---",
        "...",
        "~",
        "a",
        "b c",
        "x.y = 1",
        " and ",
        " or ",
        "not ",
        "(",
        ")",
        "x.y in (a, b)",
        "x.n>=0",
        "\\",
        "é",
        "\u{feff}",
        "%x.y",
        "<<: ",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..40).prop_map(|all| all.concat())
}

/// White space, comments and scalars in every way they can be written, around rules that are valid.
fn rules() -> impl Strategy<Value = String> {
    let operand = prop::sample::select(vec![
        "a",
        "m1",
        "x.y=b",
        "x.y   in (a,b ,\"c d\")",
        "not  b",
        "x.n>=5",
        "x.y exists",
        "(a or  b)",
        "not(a and x.y!='q  r')",
        "tolower( x.y ) = c",
        "x.y contains oneof (a,  b)",
        "((a)and b)",
        "x.y=\"it's\"",
        "x.y = val( z.w )",
        "x.y[ab] = #c",
    ]);
    let link = prop::sample::select(vec![" and ", "  and\n", "\nand  ", " or ", " or\n      ", "\n  or "]);
    let condition =
        (operand.clone(), prop::collection::vec((link, operand), 0..6)).prop_map(|(first, rest)| {
            rest.into_iter().fold(first.to_owned(), |text, (link, next)| text + link + next)
        });
    let style = 0..6usize;
    let written = (condition, style).prop_map(|(condition, style)| {
        let lines = |deep: &str| condition.lines().map(|line| format!("\n{deep}{line}")).collect::<String>();
        match style {
            0 => condition.replace('\n', " "),
            1 => lines("      "),
            2 => format!(">{}", lines("     ")),
            3 => format!("|-  # why{}", lines("    ")),
            4 => format!("'{}'", condition.replace('\n', " ").replace('\'', "''")),
            _ => format!("\"{}\"", condition.replace('\n', "\n       ").replace('"', "\\\"")),
        }
    });
    let extra = prop::sample::select(vec![
        "",
        "  # own line\n",
        "\n\n",
        "  tags: [ a,b,\n   c ]\n",
        "  tags:\n  - a # one\n  # two\n  -   b\n",
        "  enabled:   yes\n",
        "  exceptions:\n  - name: e\n    fields: [x.y,  z.w]\n    values:\n    - [a,'b']\n    -  - c\n       - d\n",
        "  desc: >-\n     one\n\n       two\n",
        "  output: |\n   %x.y  \n",
        "  output: \"a\n     b\"   # out\n",
        "    # deep\n",
        "  override: { condition:  append }\n",
        "  desc: |+\n    a\n\n",
    ]);
    let item = (prop::sample::select(vec!["rule", "macro"]), written, extra.clone(), extra, 0..3usize);
    let item = item.prop_map(|(kind, condition, before, after, blank)| {
        format!("- {kind}:  m1\n{before}  condition:  {condition}\n{after}{}", "\n".repeat(blank))
    });
    prop::collection::vec(item, 1..4).prop_map(|items| items.concat())
}

fn layouts() -> impl Strategy<Value = Layout> {
    (prop::sample::select(vec![20, 40, 120]), 1..5usize, any::<bool>())
        .prop_map(|(line_width, indent, key_order)| Layout { line_width, indent, key_order })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn random_texts_say_the_same(text in soup(), layout in layouts()) {
        holds_with(&text, &Options { layout, ..Options::default() });
    }

    #[test]
    fn random_rules_say_the_same(text in rules(), layout in layouts(), crlf in any::<bool>()) {
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        holds_with(&text, &Options { layout, ..Options::default() });
    }
}

/// Real rules files: all stay valid and say the same.
#[test]
fn real_files_stay_the_same() {
    let Some(folder) = std::env::var_os("RULEC_CORPUS").map(PathBuf::from) else {
        eprintln!("RULEC_CORPUS is not set: no real files to format");
        return;
    };
    for part in ["official", "wild"] {
        let (mut files, mut changed) = (0, 0);
        for entry in fs::read_dir(folder.join(part)).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let mut last = String::new();
            for layout in [Layout::default(), Layout { line_width: 80, indent: 4, key_order: true }] {
                let seen = holds_with(&text, &Options { layout, ..Options::default() });
                let left: Vec<_> =
                    seen.skipped.iter().filter(|(_, why)| *why != SkipReason::Condition).collect();
                assert!(left.is_empty(), "{left:?}");
                changed += usize::from(seen.text != text);
                last = seen.text;
            }
            // With the keys in order there is nothing left for `key-order` to say; all else is said as before.
            let mut before = findings(&text);
            before.retain(|found| !found.starts_with("key-order "));
            assert_eq!(before, findings(&last));
            files += 1;
        }
        println!(
            "{part}: {files} files formatted in two shapes, {changed} texts changed, 0 say anything else"
        );
        assert!(files > 0);
    }
}

/// Files that Falco has judged, good and bad.
#[test]
fn recorded_files_stay_the_same() {
    let Some(folder) = std::env::var_os("RULEC_CONFORMANCE").map(PathBuf::from) else {
        eprintln!("RULEC_CONFORMANCE is not set: no recorded files to format");
        return;
    };
    let (mut files, mut changed) = (0, 0);
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for name in ["designed.jsonl", "random.jsonl"] {
        let text = fs::read_to_string(folder.join("load").join(name)).unwrap();
        for case in text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
            let texts: Vec<&str> =
                case["files"].as_array().unwrap().iter().map(|file| file["text"].as_str().unwrap()).collect();
            for seen in hold_together(&texts, &options(&texts)) {
                files += 1;
                changed += usize::from(seen.is_changed);
                seen.left.iter().for_each(|why| *left.entry(why.text()).or_default() += 1);
            }
        }
    }
    for entry in fs::read_dir(folder.join("describe")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            files += 1;
            holds(&fs::read_to_string(path).unwrap());
        }
    }
    println!("{files} recorded files, {changed} changed, 0 say anything else; left as they are: {left:?}");
}
