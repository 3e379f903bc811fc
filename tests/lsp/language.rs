//! What is asked about a place or a file: each capability once, end to end.

use crate::client::{Client, everything};
use crate::{RULES, files};
use serde_json::{Value, json};

/// A server with the rules open, and the URI of them.
fn started(directory: &std::path::Path) -> (Client, String) {
    let mut client = Client::start(directory);
    let uri = client.open("a.yaml", RULES);
    (client, uri)
}

/// A place: that of the first `|` in a line of the rules that is found by its text.
fn at(uri: &str, marked: &str) -> Value {
    let wanted = marked.replace('|', "");
    let line = RULES.lines().position(|line| line.contains(&wanted)).unwrap();
    let column = RULES.lines().nth(line).unwrap().find(&wanted).unwrap() + marked.find('|').unwrap();
    json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": column}})
}

fn labels(completions: &Value) -> Vec<String> {
    let items = completions["items"].as_array().unwrap();
    items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

/// The text under a range of one line.
fn under<'t>(text: &'t str, range: &Value) -> &'t str {
    let line = text.lines().nth(range["start"]["line"].as_u64().unwrap() as usize).unwrap();
    &line[range["start"]["character"].as_u64().unwrap() as usize
        ..range["end"]["character"].as_u64().unwrap() as usize]
}

#[test]
fn completion() {
    let directory = files(&[]);
    let (mut client, uri) = started(directory.path());
    let found = client.request("textDocument/completion", at(&uri, "condition: console_login| and")).unwrap();
    assert!(labels(&found).contains(&"console_login".to_owned()), "{found}");
    // A condition that is half typed.
    client.change(
        &uri,
        json!([{"text": format!("{RULES}\n- rule: half\n  condition: ct.name = \"X\" and ct.us")}]),
    );
    let line = RULES.lines().count() + 2;
    let params = json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": 37}});
    let found = client.request("textDocument/completion", params).unwrap();
    let item =
        found["items"].as_array().unwrap().iter().find(|item| item["label"] == "ct.user").unwrap().clone();
    assert_eq!(item["textEdit"]["newText"], "ct.user");
    assert_eq!(item.get("documentation"), None);
    let resolved = client.request("completionItem/resolve", item).unwrap();
    assert!(resolved["documentation"]["value"].as_str().unwrap().contains("ct.user"), "{resolved}");
    let odd = json!({"label": "x", "data": {"topic": {"Nothing": 1}, "uri": 3}});
    assert_eq!(client.request("completionItem/resolve", odd).unwrap()["label"], "x");
    // An empty file: whole items, and for a client without snippets nothing to fill in.
    for (has_snippets, expected) in [(true, true), (false, false)] {
        let mut capabilities = everything();
        capabilities["textDocument"]["completion"]["completionItem"]["snippetSupport"] = json!(has_snippets);
        let mut client = Client::start_with(directory.path(), capabilities, Value::Null);
        let uri = client.open("new.yaml", "");
        let place = json!({"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}});
        let found = client.request("textDocument/completion", place).unwrap();
        let text = found["items"].to_string();
        assert!(text.contains("rule: "), "{text}");
        assert_eq!(text.contains('$'), expected, "{text}");
    }
}

#[test]
fn hover() {
    let directory = files(&[]);
    let (mut client, uri) = started(directory.path());
    let found = client.request("textDocument/hover", at(&uri, "console_|login and")).unwrap();
    assert!(found["contents"]["value"].as_str().unwrap().contains("ConsoleLogin"), "{found}");
    assert_eq!(under(RULES, &found["range"]), "console_login");
    let nothing = json!({"textDocument": {"uri": uri}, "position": {"line": 2, "character": 0}});
    assert_eq!(client.request("textDocument/hover", nothing).unwrap(), Value::Null);
    let elsewhere = json!({"textDocument": {"uri": "file:///no"}, "position": {"line": 2, "character": 0}});
    assert_eq!(client.request("textDocument/hover", elsewhere).unwrap(), Value::Null);
}

#[test]
fn definition_references_highlights() {
    let directory = files(&[]);
    let (mut client, uri) = started(directory.path());
    let place = at(&uri, "user in (ad|mins)");
    let found = client.request("textDocument/definition", place.clone()).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!((&found[0]["uri"], under(RULES, &found[0]["range"])), (&json!(uri), "admins"));
    for (includes, count) in [(true, 2), (false, 1)] {
        let mut params = place.clone();
        params["context"] = json!({"includeDeclaration": includes});
        let found = client.request("textDocument/references", params).unwrap();
        assert_eq!(found.as_array().unwrap().len(), count);
        assert!(found.as_array().unwrap().iter().all(|found| under(RULES, &found["range"]) == "admins"));
    }
    let found = client.request("textDocument/documentHighlight", place.clone()).unwrap();
    let kinds: Vec<&Value> = found.as_array().unwrap().iter().map(|found| &found["kind"]).collect();
    assert_eq!(kinds, [3, 2]);
    // As links, for a client that knows them.
    let mut capabilities = everything();
    capabilities["textDocument"]["definition"] = json!({"linkSupport": true});
    let mut client = Client::start_with(directory.path(), capabilities, Value::Null);
    client.open("a.yaml", RULES);
    let found = client.request("textDocument/definition", place).unwrap();
    assert_eq!(under(RULES, &found[0]["targetSelectionRange"]), "admins");
    assert_eq!(found[0]["targetRange"]["start"], json!({"line": 0, "character": 2}));
}

#[test]
fn rename_across_files() {
    let (lists, rules) = RULES.split_once("\n\n").unwrap();
    let directory = files(&[("a.yaml", lists), ("b.yaml", rules)]);
    let mut client = Client::start(directory.path());
    let uri = client.open("b.yaml", rules);
    let line = rules.lines().position(|line| line.contains("(admins)")).unwrap();
    let column = rules.lines().nth(line).unwrap().find("admins").unwrap();
    let mut place = json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": column}});
    let found = client.request("textDocument/prepareRename", place.clone()).unwrap();
    assert_eq!((&found["placeholder"], under(rules, &found["range"])), (&json!("admins"), "admins"));
    place["newName"] = json!("owners");
    let edit = client.request("textDocument/rename", place.clone()).unwrap();
    let changes = edit["documentChanges"].as_array().unwrap();
    let of: Vec<(&Value, usize)> = changes
        .iter()
        .map(|change| (&change["textDocument"]["version"], change["edits"].as_array().unwrap().len()))
        .collect();
    // The file that is not open has no version.
    assert_eq!(of, [(&Value::Null, 1), (&json!(1), 1)]);
    place["newName"] = json!("not a name, this");
    assert!(client.request("textDocument/rename", place.clone()).unwrap_err()["message"].is_string());
    let nothing = json!({"textDocument": {"uri": uri}, "position": {"line": 3, "character": 0}});
    assert_eq!(client.request("textDocument/prepareRename", nothing).unwrap(), Value::Null);
    // A client that knows no versions gets plain changes.
    let mut client = Client::start_with(directory.path(), json!({}), Value::Null);
    client.open("b.yaml", rules);
    place["newName"] = json!("owners");
    let edit = client.request("textDocument/rename", place).unwrap();
    assert_eq!(edit["changes"].as_object().unwrap().len(), 2);
}

#[test]
fn symbols() {
    let directory = files(&[]);
    let (mut client, uri) = started(directory.path());
    let params = json!({"textDocument": {"uri": uri}});
    let found = client.request("textDocument/documentSymbol", params.clone()).unwrap();
    let names: Vec<&str> =
        found.as_array().unwrap().iter().map(|found| found["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["admins", "console_login", "Admin signs in"]);
    assert_eq!(under(RULES, &found[0]["selectionRange"]), "admins");
    for (query, count) in [("", 3), ("adm", 2), ("login", 1), ("nothing", 0)] {
        let found = client.request("workspace/symbol", json!({"query": query})).unwrap();
        assert_eq!(found.as_array().unwrap().len(), count, "{query}");
    }
    let mut client = Client::start_with(directory.path(), json!({}), Value::Null);
    client.open("a.yaml", RULES);
    let found = client.request("textDocument/documentSymbol", params).unwrap();
    assert_eq!(found[2]["location"]["uri"], json!(uri));
}

#[test]
fn folds_selections_tokens() {
    let directory = files(&[]);
    let (mut client, uri) = started(directory.path());
    let params = json!({"textDocument": {"uri": uri}});
    let found = client.request("textDocument/foldingRange", params.clone()).unwrap();
    assert!(found.as_array().unwrap().contains(&json!({"startLine": 6, "endLine": 12})), "{found}");
    let place = at(&uri, "ct.us|er in");
    let positions = json!([place["position"], {"line": 2, "character": 0}, {"line": 999, "character": 0}]);
    let params_with = json!({"textDocument": {"uri": uri}, "positions": positions});
    let found = client.request("textDocument/selectionRange", params_with).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 3);
    assert_eq!(under(RULES, &found[0]["range"]), "ct.user");
    assert!(found[0]["parent"]["range"].is_object());
    let full = client.request("textDocument/semanticTokens/full", params).unwrap();
    let data: Vec<u64> = full["data"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    let legend = &client.server["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"];
    let (mut line, mut column, mut words) = (0, 0, Vec::new());
    for token in data.chunks(5) {
        column = if token[0] == 0 { column + token[1] } else { token[1] };
        line += token[0];
        let text = RULES.lines().nth(line as usize).unwrap();
        let word = &text[column as usize..(column + token[2]) as usize];
        words.push(format!("{word} {} {}", legend[token[3] as usize].as_str().unwrap(), token[4]));
    }
    insta::assert_snapshot!(words.join("\n"));
    let range = json!({"start": {"line": 9, "character": 0}, "end": {"line": 9, "character": 80}});
    let params = json!({"textDocument": {"uri": uri}, "range": range});
    let part = client.request("textDocument/semanticTokens/range", params).unwrap();
    assert!(part["data"].as_array().unwrap().len() < data.len());
}
