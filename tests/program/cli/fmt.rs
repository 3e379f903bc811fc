//! `rulec fmt`, from files to the exit code.

use super::program::{rulec, rulec_with, with};
use std::fs;

const OLD: &str = "# c\n- list:   l\n  items: [a,b]\n";
const NEW: &str = "# c\n- list: l\n  items: [a, b]\n";

#[test]
fn files_are_written_in_place() {
    let directory = with(&[
        ("a.yaml", OLD),
        ("sub/b.yml", NEW),
        ("other.yaml", "x:  1\n"),
        ("a.test.yaml", "tests:  []\n"),
    ]);
    let ran = rulec(directory.path(), &["fmt"]);
    assert_eq!((ran.code, &*ran.out, &*ran.err), (0, "", "1 of 2 files changed\n"));
    let read = |name| fs::read_to_string(directory.path().join(name)).unwrap();
    assert_eq!(
        (read("a.yaml"), read("other.yaml"), read("a.test.yaml")),
        (NEW.into(), "x:  1\n".into(), "tests:  []\n".into())
    );
    let ran = rulec(directory.path(), &["fmt", "--check", "."]);
    assert_eq!((ran.code, &*ran.out, &*ran.err), (0, "", "0 of 2 files would change\n"));
}

#[test]
fn check_and_diff_change_nothing() {
    let directory = with(&[("a.yaml", OLD), ("b.yaml", NEW)]);
    let ran = rulec(directory.path(), &["fmt", "--check", "."]);
    assert_eq!((ran.code, &*ran.out, &*ran.err), (1, "a.yaml\n", "1 of 2 files would change\n"));
    let diff = "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,3 +1,3 @@\n # c\n-- list:   l\n-  items: [a,b]\n+- list: l\n+  items: [a, b]\n";
    let ran = rulec(directory.path(), &["fmt", "--diff", "-q", "."]);
    assert_eq!((ran.code, &*ran.out, &*ran.err), (0, diff, ""));
    let ran = rulec(directory.path(), &["fmt", "--diff", "--check", "."]);
    assert_eq!((ran.code, &*ran.out), (1, diff));
    assert_eq!(fs::read_to_string(directory.path().join("a.yaml")).unwrap(), OLD);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let directory = with(&[("sub/rulec.toml", "[fmt]\nindent = 4\n")]);
    let text = b"- list:  l\n  items:\n  - a\n";
    let ran = rulec_with(directory.path(), &["fmt", "-q", "-"], text);
    assert_eq!((ran.code, &*ran.out, &*ran.err), (0, "- list: l\n  items:\n    - a\n", ""));
    let ran = rulec_with(directory.path(), &["fmt", "-q", "-", "--stdin-filename", "sub/x.yaml"], text);
    assert_eq!(ran.out, "- list: l\n  items:\n      - a\n");
    let ran = rulec_with(directory.path(), &["fmt", "--check", "-", "--stdin-filename", "sub/x.yaml"], text);
    assert_eq!((ran.code, &*ran.out), (1, "sub/x.yaml\n"));
    // What is already well formed comes out too.
    let ran = rulec_with(directory.path(), &["fmt", "-"], NEW.as_bytes());
    assert_eq!((ran.code, &*ran.out), (0, NEW));
}

#[test]
fn what_cannot_be_read_stays_and_is_told() {
    let text = "- list:  a\n- rule: @\n- macro: m\n  condition: a  and\n";
    let directory = with(&[("a.yaml", text), ("latin1.yaml", "")]);
    fs::write(directory.path().join("latin1.yaml"), b"- list:  caf\xe9\n").unwrap();
    let ran = rulec(directory.path(), &["fmt", "a.yaml", "latin1.yaml"]);
    let told = "a.yaml:2: left as it is: not YAML\n\
                a.yaml:4: left as it is: the condition cannot be read\n\
                latin1.yaml:1: left as it is: not UTF-8\n\
                1 of 2 files changed\n";
    assert_eq!((ran.code, &*ran.err), (1, told));
    let read = |name| fs::read(directory.path().join(name)).unwrap();
    assert_eq!(String::from_utf8(read("a.yaml")).unwrap(), text.replacen(":  a", ": a", 1));
    assert_eq!(read("latin1.yaml"), b"- list:  caf\xe9\n");
}

#[test]
fn ranges() {
    let directory = with(&[("a.yaml", "- list:  a\n- list:  b\n- list:  c\n"), ("b.yaml", NEW)]);
    let ran = rulec(directory.path(), &["fmt", "--range", "2:2", "a.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        fs::read_to_string(directory.path().join("a.yaml")).unwrap(),
        "- list:  a\n- list: b\n- list:  c\n"
    );
    for args in [
        &["fmt", "--range", "2", "a.yaml"],
        &["fmt", "--range", "0:1", "a.yaml"],
        &["fmt", "--range", "3:2", "a.yaml"],
        &["fmt", "--range", "1:2", "."],
    ] {
        assert_eq!(rulec(directory.path(), args).code, 2, "{args:?}");
    }
}

#[test]
fn lists_of_other_files_count() {
    let directory = with(&[
        ("a.yaml", "- macro: m\n  condition: x.n>0  and a\n"),
        ("b.yaml", "- list: '0'\n  items: [a]\n"),
    ]);
    assert_eq!(rulec(directory.path(), &["fmt", "--check", "."]).code, 0);
    assert_eq!(rulec(directory.path(), &["fmt", "--check", "a.yaml"]).code, 1);
}

#[test]
fn configuration() {
    let config = "[fmt]\nline-width = 10\nindent = true\nkey-order = 1\nwidth = 1\n";
    let directory = with(&[("rulec.toml", config), ("a.yaml", NEW)]);
    let ran = rulec(directory.path(), &["fmt", "--check"]);
    assert_eq!(
        ran.err,
        "rulec.toml: `line-width` must be between 20 and 1000\n\
         rulec.toml: expected an integer for `indent`, found a boolean\n\
         rulec.toml: expected true or false for `key-order`, found an integer\n\
         rulec.toml: unknown key `width`\n\
         0 of 1 file would change\n"
    );
    assert_eq!(rulec(directory.path(), &["fmt", "no.yaml"]).code, 2);
}

/// With the keys in order there is nothing left for `key-order` to find.
#[test]
fn ordered_keys_are_what_the_lint_asks_for() {
    let rule = "- rule: A\n  tags: [aws]\n  priority: INFO\n  source: aws_cloudtrail\n  output: x\n  condition: ct.name = StopLogging\n  desc: d\n";
    let directory = with(&[("rulec.toml", "[fmt]\nkey-order = true\n"), ("a.yaml", rule)]);
    let finds = || rulec(directory.path(), &["check", "a.yaml"]).out.contains("[key-order]");
    assert!(finds());
    assert_eq!(rulec(directory.path(), &["fmt", "a.yaml"]).code, 0);
    assert!(!finds());
}
