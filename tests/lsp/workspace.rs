//! Files that come, change and go, on disk and in the editor, and what is found in them.

use crate::client::{Client, codes, everything, uri};
use crate::{RULES, files, write};
use serde_json::{Value, json};

const RULE: &str = "\
- rule: Sign in
  desc: Someone signed in to the console.
  condition: console_login
  output: Someone signed in (user=%ct.user)
  priority: NOTICE
  source: aws_cloudtrail
  tags: [aws]
";
const MACRO: &str = "- macro: console_login\n  condition: ct.name = \"ConsoleLogin\"\n";

/// Waits until the last that was told of a file are these checks.
fn wait_for(client: &mut Client, name: &str, expected: &[&str]) {
    let uri = client.uri(name);
    loop {
        let of_file = |message: &&Value| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
        };
        let last = client.told.iter().rfind(of_file);
        if last.is_some_and(|last| codes(last["params"]["diagnostics"].as_array().unwrap()) == expected) {
            return;
        }
        client.next();
    }
}

#[test]
fn the_whole_root_is_looked_at() {
    let directory = files(&[
        ("b/rules.yaml", RULE),
        ("a/macros.yaml", "- macro: other\n  condition: ct.name = \"X\"\n"),
        ("docker-compose.yaml", "services:\n  a: b\n"),
        ("b/rules.test.yaml", "tests: []\n"),
    ]);
    let mut client = Client::start(directory.path());
    wait_for(&mut client, "b/rules.yaml", &["undefined-macro"]);
    // A file that loads before it has the macro, not saved yet.
    let new = client.open("a/new.yaml", "");
    client.diagnostics(&new, 1);
    client.change(&new, json!([{"text": MACRO}]));
    wait_for(&mut client, "b/rules.yaml", &[]);
    // One that loads after it has not.
    client.close(&new);
    wait_for(&mut client, "b/rules.yaml", &["undefined-macro"]);
    assert_eq!(client.finish(), 0);
}

#[test]
fn open_files_win_over_the_disk() {
    let directory = files(&[("a.yaml", MACRO), ("b.yaml", RULE)]);
    let mut client = Client::start(directory.path());
    let uri = client.open("a.yaml", &MACRO.replace("console_login", "login"));
    wait_for(&mut client, "b.yaml", &["undefined-macro"]);
    write(directory.path(), "a.yaml", &MACRO.replace("console_login", "third"));
    client.touched("a.yaml", 2);
    let version = client.change(&uri, json!([{"text": MACRO}]));
    client.diagnostics(&uri, version);
    wait_for(&mut client, "b.yaml", &[]);
    client.close(&uri);
    wait_for(&mut client, "b.yaml", &["undefined-macro"]);
    assert_eq!(client.finish(), 0);
}

#[test]
fn files_come_and_go() {
    let directory = files(&[("b.yaml", RULE)]);
    let mut client = Client::start(directory.path());
    wait_for(&mut client, "b.yaml", &["undefined-macro"]);
    write(directory.path(), "a.yaml", MACRO);
    client.touched("a.yaml", 1);
    wait_for(&mut client, "b.yaml", &[]);
    write(directory.path(), "a.yaml", "- macro: [\n");
    client.touched("a.yaml", 2);
    wait_for(&mut client, "b.yaml", &["undefined-macro"]);
    std::fs::remove_file(directory.path().join("a.yaml")).unwrap();
    client.touched("a.yaml", 3);
    // What was told of it is taken back.
    wait_for(&mut client, "a.yaml", &[]);
    assert_eq!(client.finish(), 0);
}

#[test]
fn deletion_under_its_feet() {
    let directory = files(&[("a.yaml", MACRO), ("b.yaml", RULE)]);
    let mut client = Client::start(directory.path());
    let b = client.open("b.yaml", RULE);
    assert!(client.diagnostics(&b, 1).is_empty());
    std::fs::remove_dir_all(directory.path()).unwrap();
    let version = client.insert(&b, 0, 0, "# still here\n");
    assert!(client.diagnostics(&b, version).is_empty());
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": b}}));
    client.touched("a.yaml", 3);
    wait_for(&mut client, "b.yaml", &["undefined-macro"]);
    client.close(&b);
    wait_for(&mut client, "b.yaml", &[]);
    assert_eq!(client.finish(), 0);
}

#[test]
fn every_version_is_answered() {
    let directory = files(&[("a.yaml", RULES)]);
    let mut client = Client::start(directory.path());
    let uri = client.open("a.yaml", RULES);
    assert!(client.diagnostics(&uri, 1).is_empty());
    let version = client.insert(&uri, 0, 0, "\n");
    assert!(client.diagnostics(&uri, version).is_empty());
    // Not even a change of the text.
    let version = client.change(&uri, json!([]));
    assert!(client.diagnostics(&uri, version).is_empty());
    let version = client.change(&uri, json!([{"text": "x"}, {"text": RULES}]));
    assert!(client.diagnostics(&uri, version).is_empty());
    assert_eq!(client.finish(), 0);
}

#[test]
fn a_diagnostic_in_full() {
    let text = format!("{MACRO}\n{RULE}")
        .replace("ct.name =", "ct.nme =")
        .replace("- macro", "# \u{1F600}\r\n- macro");
    let directory = files(&[("a.yaml", &text)]);
    let mut client = Client::start(directory.path());
    let uri = client.uri("a.yaml");
    let found = client.published(|params| params["uri"] == uri);
    insta::assert_json_snapshot!(found, {"[].relatedInformation[].location.uri" => "[uri]"});
}

#[test]
fn pulled() {
    let directory = files(&[("a.yaml", MACRO), ("b.yaml", RULE)]);
    let mut capabilities = everything();
    capabilities["textDocument"]["diagnostic"] = json!({});
    let mut client = Client::start_with(directory.path(), capabilities, Value::Null);
    assert_eq!(client.server["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"], true);
    let a = client.open("a.yaml", "");
    let b = client.open("b.yaml", RULE);
    let ask =
        |uri: &str, previous: &Value| json!({"textDocument": {"uri": uri}, "previousResultId": previous});
    let full = client.request("textDocument/diagnostic", ask(&b, &Value::Null)).unwrap();
    assert_eq!(codes(full["items"].as_array().unwrap()), ["undefined-macro"]);
    let same = client.request("textDocument/diagnostic", ask(&b, &full["resultId"])).unwrap();
    assert_eq!((&same["kind"], &same["resultId"]), (&json!("unchanged"), &full["resultId"]));
    // A change of another file makes another result.
    client.change(&a, json!([{"text": MACRO}]));
    let clean = client.request("textDocument/diagnostic", ask(&b, &full["resultId"])).unwrap();
    assert_eq!((&clean["kind"], &clean["items"]), (&json!("full"), &json!([])));
    let known = json!([{"uri": b, "value": clean["resultId"]}]);
    let all = client.request("workspace/diagnostic", json!({"previousResultIds": known})).unwrap();
    let kinds: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|report| &report["kind"]).collect();
    assert_eq!(kinds, ["full", "unchanged"]);
    let nowhere = client.request("textDocument/diagnostic", ask("file:///nowhere", &Value::Null)).unwrap();
    assert_eq!(nowhere["items"], json!([]));
    // What is pulled is not told as well.
    client.told.clear();
    client.change(&a, json!([{"text": "# nothing\n"}]));
    client.request("textDocument/diagnostic", ask(&b, &Value::Null)).unwrap();
    assert!(
        client.told.iter().all(|told| told["method"] != "textDocument/publishDiagnostics"),
        "{:?}",
        client.told
    );
    assert_eq!(client.finish(), 0);
}

/// A client asks by itself only for the file that it changes: for others and for settings it must be told to.
#[test]
fn asked_to_pull_again() {
    let directory = files(&[("a.yaml", ""), ("b.yaml", RULE)]);
    let mut capabilities = everything();
    capabilities["textDocument"]["diagnostic"] = json!({});
    capabilities["workspace"]["diagnostics"] = json!({"refreshSupport": true});
    let mut client = Client::start_with(directory.path(), capabilities, Value::Null);
    let a = client.open("a.yaml", "");
    let b = client.open("b.yaml", RULE);
    let pull = |client: &mut Client| -> usize {
        let report = client.request("textDocument/diagnostic", json!({"textDocument": {"uri": b}})).unwrap();
        report["items"].as_array().unwrap().len()
    };
    let wait = |client: &mut Client| {
        client.asked.clear();
        while client.asked.iter().all(|asked| asked["method"] != "workspace/diagnostic/refresh") {
            client.next();
        }
    };
    assert_eq!(pull(&mut client), 1);
    client.change(&a, json!([{"text": MACRO}]));
    wait(&mut client);
    assert_eq!(pull(&mut client), 0);
    client.change(&a, json!([{"text": ""}]));
    wait(&mut client);
    assert_eq!(pull(&mut client), 1);
    // Nothing is found anew, but less is shown.
    client.settings = json!({"maxDiagnostics": 0});
    client.notify("workspace/didChangeConfiguration", json!({}));
    wait(&mut client);
    assert_eq!(pull(&mut client), 0);
    assert_eq!(client.finish(), 0);
}

#[test]
fn rulec_toml_counts() {
    let config = "exclude = [\"old\"]\n\n[levels]\nunused-macro = \"deny\"\nnothing = \"warn\"\n";
    let directory = files(&[("rulec.toml", config), ("a.yaml", MACRO), ("old/b.yaml", "- macro: [\n")]);
    let mut client = Client::start(directory.path());
    wait_for(&mut client, "rulec.toml", &["unknown-check"]);
    let is_a = |params: &Value| params["uri"].as_str().unwrap().ends_with("/a.yaml");
    assert_eq!(client.published(is_a)[0]["severity"], 1);
    // While it is edited, what it says counts at once; which files it names, once it is saved.
    let toml = client.open("rulec.toml", config);
    let version = client.change(&toml, json!([{"text": "[levels]\nunused-macro = \"allow\"\n"}]));
    assert!(client.diagnostics(&toml, version).is_empty());
    wait_for(&mut client, "a.yaml", &[]);
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": toml}}));
    wait_for(&mut client, "old/b.yaml", &["yaml-syntax"]);
    client.close(&toml);
    write(directory.path(), "rulec.toml", "rules = [\"old\"]\n");
    client.touched("rulec.toml", 2);
    wait_for(&mut client, "a.yaml", &[]);
    assert_eq!(client.finish(), 0);
}

#[test]
fn settings_of_the_client() {
    let directory = files(&[("a.yaml", MACRO)]);
    let options = json!({"levels": {"unused-macro": "deny"}, "plugins": ["nothing"]});
    let mut client = Client::start_with(directory.path(), everything(), options);
    let is_a = |severity: u8| {
        move |params: &Value| {
            params["uri"].as_str().unwrap().ends_with("/a.yaml")
                && params["diagnostics"][0]["severity"] == severity
        }
    };
    client.published(is_a(1));
    assert!(client.told.iter().any(|told| told["method"] == "window/showMessage"));
    client.settings = json!({"levels": {"unused-macro": "info"}, "plugins": []});
    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    client.published(is_a(3));
    client.settings = json!({"levels": {"unused-macro": "allow"}});
    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    wait_for(&mut client, "a.yaml", &[]);
    assert_eq!(client.finish(), 0);
}

#[test]
fn too_many_findings() {
    let user = |at: u32| format!("ct.user = user{at}");
    let rule = |at: u32| RULE.replace("Sign in", &format!("{at}")).replace("console_login", &user(at));
    let rules: String = (0..50).map(|at| rule(at).replace("  tags: [aws]\n", "")).collect();
    let text = rules + MACRO;
    let directory = files(&[("a.yaml", &text)]);
    let mut client = Client::start_with(directory.path(), everything(), json!({"maxDiagnostics": 3}));
    let found = client.published(|params| params["diagnostics"][0].is_object());
    assert_eq!(found.len(), 3);
    // The worst is kept, though it comes last.
    assert_eq!(codes(&found).last(), Some(&"unused-macro"));
    assert_eq!(client.finish(), 0);
}

#[test]
fn several_roots_and_none() {
    let directory = files(&[("one/a.yaml", MACRO), ("two/b.yaml", RULE), ("three/c.yaml", RULE)]);
    let root = |name: &str| json!({"uri": uri(&directory.path().join(name)), "name": name});
    let mut client = Client::spawn(directory.path());
    client.initialize(json!({"capabilities": everything(), "workspaceFolders": [root("one"), root("two")]}));
    wait_for(&mut client, "one/a.yaml", &["unused-macro"]);
    wait_for(&mut client, "two/b.yaml", &["undefined-macro"]);
    // Outside of all roots, a file is by itself.
    let c = client.open("three/c.yaml", RULE);
    assert_eq!(codes(&client.diagnostics(&c, 1)), ["undefined-macro"]);
    let version = client.insert(&c, 0, 0, MACRO);
    assert!(client.diagnostics(&c, version).is_empty());
    let event = json!({"added": [root("three")], "removed": [root("two")]});
    client.notify("workspace/didChangeWorkspaceFolders", json!({"event": event}));
    wait_for(&mut client, "two/b.yaml", &[]);
    let untitled = json!({"uri": "untitled:x", "languageId": "yaml", "version": 1, "text": RULE});
    client.notify("textDocument/didOpen", json!({"textDocument": untitled}));
    assert_eq!(codes(&client.diagnostics("untitled:x", 1)), ["undefined-macro"]);
    assert_eq!(client.finish(), 0);
}

#[test]
fn files_that_hold_no_rules() {
    let directory = files(&[("a.yaml", MACRO), ("a.test.yaml", "tests: 1\n")]);
    std::fs::write(directory.path().join("b.yaml"), [RULE.as_bytes(), b"\xff\n"].concat()).unwrap();
    let mut client = Client::start(directory.path());
    // Bytes that are no text.
    let is_b = |params: &Value| params["uri"].as_str().unwrap().ends_with("/b.yaml");
    assert!(codes(&client.published(is_b)).contains(&"invalid-utf8"));
    // Tests have findings of their own.
    let test = client.open("a.test.yaml", "tests: 1\n");
    assert_eq!(codes(&client.diagnostics(&test, 1)), ["invalid-test"]);
    // Other YAML is left alone.
    let other = client.open("compose.yaml", "services:\n  a: b\n");
    assert!(client.diagnostics(&other, 1).is_empty());
    let place = json!({"textDocument": {"uri": other}, "position": {"line": 1, "character": 2}});
    assert_eq!(client.request("textDocument/completion", place.clone()).unwrap(), Value::Null);
    assert_eq!(client.request("textDocument/hover", place).unwrap(), Value::Null);
    assert_eq!(client.finish(), 0);
}

#[test]
fn what_is_ignored_loads_with_nothing() {
    let ignored = [("out/a.yaml", MACRO), (".cache/a.yaml", MACRO), ("node_modules/a.yaml", MACRO)];
    let directory = files(&[("b.yaml", RULE), (".gitignore", "out\n"), (".git/config", "")]);
    for (name, text) in ignored {
        write(directory.path(), name, text);
    }
    let mut client = Client::start(directory.path());
    wait_for(&mut client, "b.yaml", &["undefined-macro"]);
    for (name, text) in ignored {
        // Neither a change on disk nor a file that is opened brings it in; alone, its macro is unused.
        client.touched(name, 2);
        let uri = client.open(name, text);
        assert_eq!(codes(&client.diagnostics(&uri, 1)), ["unused-macro"], "{name}");
        wait_for(&mut client, "b.yaml", &["undefined-macro"]);
    }
    write(directory.path(), "rulec.toml", "no-ignore = true\n");
    client.touched("rulec.toml", 1);
    wait_for(&mut client, "b.yaml", &[]);
    assert_eq!(client.finish(), 0);
}
