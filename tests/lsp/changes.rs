//! Changes that are offered, and what is shown beside the text: actions, formatting, lenses, hints, commands.

use crate::client::{Client, codes, everything};
use crate::{RULES, files};
use serde_json::{Value, json};

fn range(first: (u64, u64), last: (u64, u64)) -> Value {
    let at = |(line, character): (u64, u64)| json!({"line": line, "character": character});
    json!({"start": at(first), "end": at(last)})
}

/// The text after edits of a `WorkspaceEdit` or of formatting, in UTF-8 positions.
pub fn edited(text: &str, edits: &Value) -> String {
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let offset = |at: &Value| match starts.get(at["line"].as_u64().unwrap() as usize) {
        Some(start) => start + at["character"].as_u64().unwrap() as usize,
        None => text.len(),
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            (offset(&range["start"]), offset(&range["end"]), edit["newText"].as_str().unwrap())
        })
        .collect();
    edits.sort();
    let mut out = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        out.replace_range(start..end, new);
    }
    out
}

fn titles(actions: &Value) -> Vec<&str> {
    actions.as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap()).collect()
}

#[test]
fn code_actions() {
    let directory = files(&[]);
    let mut client = Client::start(directory.path());
    let text = RULES.replace("(admins)", "(admin)").replace("  tags: [aws]\n", "");
    let uri = client.open("a.yaml", &text);
    let found = client.diagnostics(&uri, 1);
    assert!(codes(&found).contains(&"missing-tags"), "{found:?}");
    let line = text.lines().position(|line| line.starts_with("- rule")).unwrap() as u64;
    let mut params = json!({
        "textDocument": {"uri": uri}, "range": range((line, 8), (line, 8)), "context": {"diagnostics": found},
    });
    let actions = client.request("textDocument/codeAction", params.clone()).unwrap();
    let allow = actions
        .as_array()
        .unwrap()
        .iter()
        .find(|action| action["title"].as_str().unwrap().contains("missing-tags"));
    let allow = allow.unwrap_or_else(|| panic!("{:?}", titles(&actions)));
    assert_eq!(
        (&allow["kind"], codes(allow["diagnostics"].as_array().unwrap())),
        (&json!("quickfix"), vec!["missing-tags"])
    );
    let edit = &allow["edit"]["documentChanges"][0];
    let version = client.change(&uri, json!([{"text": edited(&text, &edit["edits"])}]));
    assert!(!codes(&client.diagnostics(&uri, version)).contains(&"missing-tags"));
    // Only what is asked for.
    params["context"]["only"] = json!(["refactor"]);
    let actions = client.request("textDocument/codeAction", params.clone()).unwrap();
    assert!(
        actions
            .as_array()
            .unwrap()
            .iter()
            .all(|action| action["kind"].as_str().unwrap().starts_with("refactor"))
    );
    params["context"]["only"] = json!(["nothing"]);
    assert_eq!(client.request("textDocument/codeAction", params).unwrap(), json!([]));
    assert_eq!(client.finish(), 0);
}

#[test]
fn fixes_refactorings_and_all_at_once() {
    let directory = files(&[]);
    let mut client = Client::start(directory.path());
    let text = RULES
        .replace("ct.user in", "ct.user == ct.user and ct.user in")
        .replace("(admins)", "(admins, admins)");
    let text = text + "\n- rule: Admin signs in\n  condition: and ct.name = X\n  append: true\n";
    let uri = client.open("a.yaml", &text);
    let line = text.lines().position(|line| line.contains("append: true")).unwrap() as u64;
    let ask = |client: &mut Client, range: Value| {
        let params = json!({"textDocument": {"uri": uri}, "range": range, "context": {"diagnostics": []}});
        client.request("textDocument/codeAction", params).unwrap()
    };
    let actions = ask(&mut client, range((line, 2), (line, 2)));
    let fix = actions.as_array().unwrap().iter().find(|action| action["kind"] == "quickfix").unwrap().clone();
    let fixed = edited(&text, &fix["edit"]["documentChanges"][0]["edits"]);
    assert!(fixed.contains("override") && !fixed.contains("append: true"), "{fixed}");
    let all = actions.as_array().unwrap().iter().find(|action| action["kind"] == "source.fixAll").unwrap();
    assert!(!edited(&text, &all["edit"]["documentChanges"][0]["edits"]).contains("append: true"));
    // Half a condition becomes a macro; a macro goes back where it came from.
    client.change(&uri, json!([{"text": RULES}]));
    let line = RULES.lines().position(|line| line.contains("console_login and")).unwrap() as u64;
    let condition = RULES.lines().nth(line as usize).unwrap();
    let (start, end) = (condition.find("ct.user").unwrap() as u64, condition.len() as u64);
    let actions = ask(&mut client, range((line, start), (line, end)));
    assert!(
        actions.as_array().unwrap().iter().any(|it| it["kind"] == "refactor.extract"),
        "{:?}",
        titles(&actions)
    );
    let actions = ask(&mut client, range((line, 14), (line, 14)));
    assert!(
        actions.as_array().unwrap().iter().any(|it| it["kind"] == "refactor.inline"),
        "{:?}",
        titles(&actions)
    );
    assert_eq!(client.finish(), 0);
}

#[test]
fn formatting() {
    let directory = files(&[]);
    let mut client = Client::start(directory.path());
    let text = "- list:   a\n  items: [b,c]\n\n- list:    \u{1F600}\n  items:   [d]\n";
    let uri = client.open("a.yaml", text);
    let options = json!({"tabSize": 2, "insertSpaces": true});
    let mut params = json!({"textDocument": {"uri": uri}, "options": options});
    let edits = client.request("textDocument/formatting", params.clone()).unwrap();
    let formatted = "- list: a\n  items: [b, c]\n\n- list: \u{1F600}\n  items: [d]\n";
    assert_eq!(edited(text, &edits), formatted);
    params["range"] = range((3, 0), (4, 3));
    let edits = client.request("textDocument/rangeFormatting", params.clone()).unwrap();
    assert_eq!(edited(text, &edits), "- list:   a\n  items: [b,c]\n\n- list: \u{1F600}\n  items: [d]\n");
    // Up to the start of a line is not that line.
    params["range"] = range((0, 0), (3, 0));
    let edits = client.request("textDocument/rangeFormatting", params.clone()).unwrap();
    assert_eq!(edited(text, &edits), "- list: a\n  items: [b, c]\n\n- list:    \u{1F600}\n  items:   [d]\n");
    client.change(&uri, json!([{"text": formatted}]));
    assert_eq!(client.request("textDocument/formatting", params).unwrap(), json!([]));
    assert_eq!(client.finish(), 0);
}

const TESTS: &str = "\
tests:
  - name: alice signs in
    event: {eventName: ConsoleLogin, eventSource: signin.amazonaws.com, userIdentity: {type: IAMUser, userName: alice}}
    fires: [Admin signs in]
  - name: carol is none
    event: {eventName: ConsoleLogin, eventSource: signin.amazonaws.com, userIdentity: {type: IAMUser, userName: carol}}
    fires: [Admin signs in]
";

#[test]
fn lenses_and_commands() {
    let directory = files(&[("a.yaml", RULES), ("a.test.yaml", TESTS)]);
    let mut client = Client::start(directory.path());
    let uri = client.open("a.yaml", RULES);
    let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).unwrap();
    let lenses = lenses.as_array().unwrap().clone();
    let run = lenses.iter().find(|lens| lens["command"]["title"] == "run 2 tests").unwrap().clone();
    let result = client.request("workspace/executeCommand", run["command"].clone()).unwrap();
    assert_eq!(result["passed"], 1, "{result}");
    assert_eq!(
        (&result["failed"][0]["name"], &result["failed"][0]["line"]),
        (&json!("carol is none"), &json!(4))
    );
    assert!(client.told.iter().any(|told| told["method"] == "window/showMessage"));
    // What is typed counts, saved or not.
    client.change(&uri, json!([{"text": RULES.replace("alice, bob", "alice, carol")}]));
    let result = client.request("workspace/executeCommand", run["command"].clone()).unwrap();
    assert_eq!((&result["passed"], &result["failed"]), (&json!(2), &json!([])));
    client.change(&uri, json!([{"text": RULES.replace("ct.user in", "ct.nothing in")}]));
    let error = client.request("workspace/executeCommand", run["command"].clone()).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("do not load"), "{error}");
    client.change(&uri, json!([{"text": RULES}]));

    let uses = lenses.iter().find(|lens| lens["range"]["start"]["line"] == 0).unwrap().clone();
    let uses = client.request("codeLens/resolve", uses).unwrap();
    assert_eq!(uses["command"]["title"], "1 use");
    let places = client.request("workspace/executeCommand", uses["command"].clone()).unwrap();
    assert_eq!(places.as_array().unwrap().len(), 1);
    for params in
        [json!({"command": "nothing", "arguments": [uri]}), json!({"command": "rulec.testRule"}), json!({})]
    {
        assert_eq!(client.request("workspace/executeCommand", params).unwrap_err()["code"], -32602);
    }
    client.settings = json!({"codeLens": {"enable": false}, "inlayHints": {"enable": false}});
    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    client.next();
    assert_eq!(
        client.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).unwrap(),
        json!([])
    );
    assert_eq!(client.finish(), 0);
}

/// A rule has its new name in its tests as well, open or not.
#[test]
fn renamed_in_tests() {
    let directory = files(&[("a.yaml", RULES), ("a.test.yaml", TESTS), ("b.test.yaml", TESTS)]);
    let mut client = Client::start(directory.path());
    let uri = client.open("a.yaml", RULES);
    let test = client.open("b.test.yaml", &format!("# mine\n{TESTS}"));
    let line = RULES.lines().position(|line| line.starts_with("- rule")).unwrap();
    let place = json!({"line": line, "character": 10});
    let params = json!({"textDocument": {"uri": uri}, "position": place, "newName": "Sign in"});
    let edit = client.request("textDocument/rename", params).unwrap();
    let of = |name: &str| {
        let changes = edit["documentChanges"].as_array().unwrap();
        changes.iter().find(|change| change["textDocument"]["uri"].as_str().unwrap().ends_with(name)).unwrap()
    };
    assert_eq!(edited(TESTS, &of("/a.test.yaml")["edits"]), TESTS.replace("[Admin signs in]", "[Sign in]"));
    assert_eq!(
        (&of("/b.test.yaml")["textDocument"]["version"], &of("/b.test.yaml")["textDocument"]["uri"]),
        (&json!(1), &json!(test))
    );
    assert_eq!(of("/b.test.yaml")["edits"][0]["range"]["start"]["line"], 4);
    assert_eq!(client.finish(), 0);
}

#[test]
fn controls_and_hints() {
    let rule = "\
- rule: Root signs in
  desc: The root user signed in.
  condition: >
    ct.user.identitytype = Root and not json.value[/userIdentity/invokedBy] exists
    and ct.eventtype != AwsServiceEvent
  output: Root signed in (user=%ct.user)
  priority: CRITICAL
  source: aws_cloudtrail
  tags: [aws]
";
    let directory = files(&[("a.yaml", &format!("{RULES}\n{rule}"))]);
    let mut capabilities = everything();
    capabilities["textDocument"]["codeLens"] = json!({});
    capabilities["workspace"]["codeLens"] = json!({"refreshSupport": true});
    capabilities["workspace"]["inlayHint"] = json!({"refreshSupport": true});
    let mut client = Client::start_with(directory.path(), capabilities, Value::Null);
    let uri = client.uri("a.yaml");
    // They take a while; the client is told when they are there.
    while client.asked.iter().filter(|asked| asked["method"].as_str().unwrap().ends_with("/refresh")).count()
        < 2
    {
        client.next();
    }
    let line = RULES.lines().count() as u64 + 1;
    let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).unwrap();
    let lens = lenses.as_array().unwrap().iter().find(|lens| lens["range"]["start"]["line"] == line).unwrap();
    let controls = client.request("workspace/executeCommand", lens["command"].clone()).unwrap();
    assert_eq!(controls[0]["id"], "4.3");
    let params = json!({"textDocument": {"uri": uri}, "range": range((0, 0), (99, 0))});
    let hints = client.request("textDocument/inlayHint", params).unwrap();
    let labels: Vec<&Value> = hints.as_array().unwrap().iter().map(|hint| &hint["label"]).collect();
    assert!(labels.contains(&&json!("2 items")) && labels.contains(&&json!("4.3")), "{labels:?}");
    assert_eq!(client.finish(), 0);
}
