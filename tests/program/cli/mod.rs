//! The program from outside: what it reads, writes and returns. Findings are those of a rulec.toml.

mod backtest;
mod check;
mod compile;
mod completions;
mod coverage;
mod filter;
mod fmt;
mod forms;
mod graph;
mod ignored;
mod init;
mod inputs;
mod page;
mod program;
mod record;
mod reports;
mod scan;
mod test;
mod watch;

use program::{rulec, rulec_with, with};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The files rulec read, as the names in `lsp` output.
fn files_read(directory: &Path, args: &[&str]) -> Vec<String> {
    let mut all = vec!["check", "--format", "lsp"];
    all.extend(args);
    let ran = rulec(directory, &all);
    assert_ne!(ran.code, 2, "{}", ran.err);
    let root = format!("file://{}/", directory.display());
    let uri = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        value["uri"].as_str().unwrap().trim_start_matches(&root).to_owned()
    };
    ran.out.lines().map(uri).collect()
}

const RULE: &str = "\
- rule: x
  desc: d
  condition: ct.name = StopLogging
  output: o %ct.user
  priority: INFO
  source: aws_cloudtrail
  tags: [aws]
";

#[test]
fn directories_are_searched_in_order() {
    let dir = with(&[
        ("b.yaml", RULE),
        ("a/z.yml", "---\n  - {\"macro\": x}\n"),
        ("a.yaml", "# c\n- list: l\n"),
        ("a/x.test.yaml", RULE),
        ("k8s.yaml", "kind: Pod\nrules:\n  - rule: x\n"),
        ("empty.yaml", "# nothing\n"),
        ("broken.yaml", "- desc: [\n- rule: x\n"),
        ("order.yaml", "-\n  desc: |\n    rule: no\n  'rule' : x\n"),
        ("other.yaml", "- name: x\n  desc: |\n    rule: no\n"),
        ("text.md", RULE),
        (".git/x.yaml", RULE),
    ]);
    let found = files_read(dir.path(), &[]);
    assert_eq!(found, ["a/z.yml", "a.yaml", "b.yaml", "broken.yaml", "order.yaml"]);
    let summary = rulec(dir.path(), &["check"]).err;
    assert!(summary.contains("in 5 files") && summary.contains("skipped 4 YAML files"), "{summary}");
    assert_eq!(
        files_read(dir.path(), &["k8s.yaml", "b.yaml", "a", "b.yaml", "a/x.test.yaml"]),
        ["k8s.yaml", "b.yaml", "a/z.yml"]
    );
}

#[cfg(unix)]
#[test]
fn links_and_pipes_do_not_hang() {
    use std::os::unix::fs::symlink;
    let dir = with(&[("rules/a.yaml", RULE)]);
    symlink("..", dir.path().join("rules/loop")).unwrap();
    symlink("nowhere", dir.path().join("rules/dangling")).unwrap();
    symlink("a.yaml", dir.path().join("rules/again.yaml")).unwrap();
    assert!(Command::new("mkfifo").arg(dir.path().join("rules/pipe.yaml")).status().unwrap().success());
    assert_eq!(files_read(dir.path(), &["rules"]).len(), 1);
}

#[test]
fn what_cannot_be_read_is_said() {
    let dir = with(&[("junk.yaml", "")]);
    fs::write(dir.path().join("junk.yaml"), b"\xff\xfe\0\x01- rule: \xc3").unwrap();
    assert_ne!(rulec(dir.path(), &["check", "junk.yaml", "."]).code, 2);
    let ran = rulec(dir.path(), &["check", "nosuch"]);
    assert_eq!((ran.code, ran.err.as_str()), (2, "error: cannot read nosuch: No such file or directory\n"));
    let ran = rulec(dir.path(), &["check", "--format", "falco-json", "nosuch"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert_eq!(rulec(dir.path(), &["check", "--config", "nosuch.toml"]).code, 2);
    assert_eq!(rulec(dir.path(), &["check", "-", "-"]).code, 2);
}

#[test]
fn wrong_usage() {
    let dir = with(&[]);
    for args in [
        &["chek"][..],
        &["check", "--format", "x"],
        &["explain", "nosuch"],
        &[],
        &["check", "--config", "x", "--no-config"],
    ] {
        let ran = rulec(dir.path(), args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
    }
    let ran = rulec(dir.path(), &["check", "--deny", "unknown-chek"]);
    assert_eq!(ran.err, "error: there is no check named `unknown-chek`; did you mean `unknown-check`?\n");
    for args in [
        &["--help"][..],
        &["help"],
        &["help", "check"],
        &["check", "--help"],
        &["list", "-h"],
        &["explain", "-h"],
        &["describe", "-h"],
        &["test", "-h"],
        &["explain-match", "-h"],
        &["scan", "-h"],
        &["graph", "-h"],
        &["init", "-h"],
        &["completions", "-h"],
        &["man", "-h"],
    ] {
        let ran = rulec(dir.path(), args);
        let examples = ran.out.split("Examples:\n").nth(1).unwrap_or_default();
        assert_eq!((ran.code, examples.lines().count()), (0, 2), "{args:?}");
    }
    assert!(rulec(dir.path(), &["--version"]).out.starts_with("rulec "));
}

#[test]
fn standard_input() {
    let dir = with(&[("rulec.toml", "x = 1\n"), ("a.yaml", RULE)]);
    let ran = rulec_with(
        dir.path(),
        &["check", "--format=lsp", "--stdin-filename", "in/é.yaml", "a.yaml", "-"],
        RULE.as_bytes(),
    );
    assert_eq!(ran.code, 0);
    assert!(ran.out.lines().nth(1).unwrap().contains("/in/%C3%A9.yaml\""));
    let ran = rulec_with(dir.path(), &["check", "-"], b"\xff");
    assert!(ran.err.contains("1 file"));
}

#[test]
fn levels_by_file_and_flag() {
    let dir = with(&[("rulec.toml", "x = 1\n"), ("sub/a.yaml", RULE)]);
    let check = |flags: &[&str]| {
        let mut args = vec!["check", "--format", "concise", "sub/a.yaml"];
        args.extend(flags);
        let ran = rulec(dir.path(), &args);
        (ran.code, ran.out)
    };
    let finding = |severity| format!("rulec.toml:1:1: {severity}[unknown-config-key] unknown key `x`\n");
    assert_eq!(check(&[]), (0, finding("warning")));
    assert_eq!(check(&["--deny", "warnings"]), (1, finding("warning")));
    assert_eq!(check(&["--allow", "unknown-config-key"]), (0, String::new()));
    assert_eq!(check(&["--allow=unknown-config-key", "--deny=RC0905"]), (1, finding("error")));
    assert_eq!(
        check(&["--deny=RC0905", "--info=unused-suppression,unknown-config-key"]),
        (0, finding("info"))
    );
    assert_eq!(check(&["--no-config"]), (0, String::new()));
    fs::write(dir.path().join("rulec.toml"), "x = 1\n[levels]\nunknown-config-key = \"deny\"\n").unwrap();
    assert_eq!(check(&[]), (1, finding("error")));
    assert_eq!(check(&["--warn", "unknown-config-key"]), (0, finding("warning")));
}

#[test]
fn plugins_and_engine() {
    let dir = with(&[
        ("rulec.toml", "plugins = [\"cloudtrail@x\", \"json\"]\nengine-version = \"63\"\n"),
        ("a.yaml", RULE),
    ]);
    let ran = rulec(dir.path(), &["check", "--format", "concise"]);
    assert_eq!(
        ran.out,
        "rulec.toml:1:12: error[invalid-config] `x` is not a version of plugin `cloudtrail`; write three numbers, as in `cloudtrail@0.17.1`\n\
         rulec.toml:2:18: error[invalid-config] `63` is not a version like `0.63.0`\n"
    );
    assert_eq!(ran.code, 1);
    let flags = ["check", "--plugins", "cloudtrail@0.17.1,json", "--engine-version", "0.63.0"];
    assert_eq!(rulec(dir.path(), &flags).code, 0);
    assert_eq!(rulec(dir.path(), &["check", "--plugins", "cloudtrail@"]).code, 2);
    assert_eq!(rulec(dir.path(), &["describe", "--engine-version", "x"]).code, 2);
}

#[test]
fn default_roots_and_exclusions() {
    let dir = with(&[
        ("rulec.toml", "rules = [\"b\", \"a\"]\nexclude = [\"a/old\", \"**/*.gen.yaml\"]\n"),
        ("a/1.yaml", RULE),
        ("a/old/1.yaml", RULE),
        ("a/2.gen.yaml", RULE),
        ("b/1.yaml", RULE),
        ("c/1.yaml", RULE),
    ]);
    assert_eq!(files_read(dir.path(), &[]), ["b/1.yaml", "a/1.yaml"]);
    assert_eq!(files_read(&dir.path().join("c"), &[]).len(), 2);
    assert_eq!(files_read(dir.path(), &["a", "a/old/1.yaml", "c"]), ["a/1.yaml", "a/old/1.yaml", "c/1.yaml"]);
}

#[test]
fn output_goes_to_a_file() {
    let dir = with(&[("rulec.toml", "x = 1\n"), ("a.yaml", RULE), ("out.json", "old")]);
    let ran = rulec(dir.path(), &["check", "--quiet", "--format=json", "--output=out.json"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    let value: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(dir.path().join("out.json")).unwrap()).unwrap();
    assert_eq!(
        (&value["schema_version"], &value["diagnostics"][0]["name"]),
        (&1.into(), &"unknown-config-key".into())
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3, "no temporary file is left");
    assert_eq!(rulec(dir.path(), &["check", "--output=no/such/dir"]).code, 2);
    assert_eq!(rulec(dir.path(), &["check", "--output", "."]).code, 2);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    let dir = with(&[("a.yaml", RULE)]);
    let program = env!("CARGO_BIN_EXE_rulec");
    for command in ["list checks", "explain RC0901", "--help", "check --format json"] {
        let script = format!("{{ {program} {command}; echo $? >code; }} 2>err | true");
        assert!(Command::new("sh").args(["-c", &script]).current_dir(dir.path()).status().unwrap().success());
        let read = |name| fs::read_to_string(dir.path().join(name)).unwrap();
        assert_eq!(read("code"), "0\n", "{command}");
        assert!(!read("err").contains("panic"), "{command}");
    }
}

#[test]
fn colours_only_when_wanted() {
    let dir = with(&[("rulec.toml", "x = 1\n")]);
    assert!(!rulec(dir.path(), &["check"]).out.contains('\x1b'));
    assert!(rulec(dir.path(), &["check", "--color=always"]).out.contains("\x1b[1;33mwarning"));
}

#[test]
fn lists() {
    let dir = with(&[]);
    let text = rulec(dir.path(), &["list", "checks"]).out;
    assert!(text.contains("RC0901  unused-suppression "), "{text}");
    for what in ["checks", "fields", "sources", "events"] {
        let text = rulec(dir.path(), &["list", what]).out;
        let json = rulec(dir.path(), &["list", what, "--format", "json"]).out;
        let rows: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
        assert_eq!(rows.len(), text.lines().count() - 1, "{what}");
        assert!(!rows.is_empty(), "{what}");
    }
    let fields =
        rulec(dir.path(), &["list", "fields", "--plugins", "cloudtrail", "--source", "aws_cloudtrail"]).out;
    assert!(fields.contains("\nct.name ") && !fields.contains("\nproc.name "));
    let events = rulec(dir.path(), &["list", "events", "--source", "signin.amazonaws.com"]).out;
    assert!(events.contains("  ConsoleLogin\n"));
    let ran = rulec(dir.path(), &["list", "fields", "--source", "aws_cloudtrial"]);
    assert_eq!(ran.err, "error: there is no source named `aws_cloudtrial`; did you mean `aws_cloudtrail`?\n");
}

#[test]
fn files_that_are_hardly_rules() {
    let dir = with(&[]);
    for (name, bytes, code) in [
        ("empty.yaml", &b""[..], 0),
        ("bom.yaml", b"\xef\xbb\xbf", 0),
        ("nul.yaml", &[0; 1000], 1),
        ("binary.yaml", b"\x7fELF\x02\xff\xfe\x00", 1),
        ("crlf.yaml", b"- list: l\r\n  items: [a]\r\n", 0),
        ("cr.yaml", b"- list: l\r  items: [a]\r", 0),
        ("documents.yaml", &b"---\n".repeat(10_000), 0),
    ] {
        fs::write(dir.path().join(name), bytes).unwrap();
        for format in ["full", "json", "falco-json"] {
            let ran = rulec(dir.path(), &["check", "--format", format, name]);
            assert_eq!(ran.code, code, "{name}: {}", ran.err);
        }
    }
    let ran = rulec(dir.path(), &["check", "missing.yaml"]);
    assert_eq!((ran.code, &*ran.out), (2, ""));
}

#[cfg(unix)]
#[test]
fn a_dangling_link_is_named_once() {
    let dir = with(&[]);
    std::os::unix::fs::symlink("nothing", dir.path().join("x.yaml")).unwrap();
    let ran = rulec(dir.path(), &["check", "."]);
    assert_eq!((ran.code, ran.err.matches("x.yaml").count()), (2, 1), "{}", ran.err);
}
