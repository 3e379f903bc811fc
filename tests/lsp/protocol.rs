//! Beginning and end, and what is not as it should be.

use crate::client::{Client, codes, everything};
use crate::{RULES, files};
use serde_json::{Value, json};

const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const INVALID_REQUEST: i64 = -32600;
const PARSE_ERROR: i64 = -32700;
const NOT_INITIALIZED: i64 = -32002;
const CANCELLED: i64 = -32800;

/// Asks for something with a known answer: the server is still there and hears us.
fn is_alive(client: &mut Client) {
    let uri = client.open("alive.yaml", "- list: a\n  items: [\n");
    assert!(codes(&client.diagnostics(&uri, 1)).contains(&"yaml-syntax"));
    client.close(&uri);
    client.told.clear();
}

#[test]
fn exit_codes() {
    let directory = files(&[]);
    assert_eq!(Client::start(directory.path()).finish(), 0);
    assert_eq!(Client::start(directory.path()).hang_up(), 1);
    assert_eq!(Client::spawn(directory.path()).hang_up(), 1);
    let mut client = Client::start(directory.path());
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 1);
    let mut client = Client::start(directory.path());
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    let error = client.request("textDocument/hover", json!({})).unwrap_err();
    assert_eq!(error["code"], INVALID_REQUEST);
    assert_eq!(client.hang_up(), 0);
}

#[test]
fn nothing_before_initialize() {
    let directory = files(&[]);
    let mut client = Client::spawn(directory.path());
    let error = client.request("textDocument/hover", json!({})).unwrap_err();
    assert_eq!(error["code"], NOT_INITIALIZED);
    client.open("a.yaml", RULES);
    client.initialize(json!({"capabilities": {}}));
    let error = client.request("initialize", json!({"capabilities": {}})).unwrap_err();
    assert_eq!(error["code"], INVALID_REQUEST);
    is_alive(&mut client);
    assert_eq!(client.finish(), 0);
}

#[test]
fn odd_parameters_of_initialize() {
    let directory = files(&[]);
    let all = [
        json!(null),
        json!([]),
        json!({"capabilities": 1, "workspaceFolders": [7, {"uri": 8}, {}], "rootUri": 9, "initializationOptions": []}),
        json!({"capabilities": {"general": {"positionEncodings": [1, "x"]}}, "rootPath": "/nowhere/at/all"}),
        json!({"capabilities": {}, "initializationOptions": {"plugins": 1, "levels": {"x": 2}, "benchmark": "y",
            "engineVersion": "z", "maxDiagnostics": -1, "config": "nowhere.toml", "codeLens": "w"}}),
    ];
    for params in all {
        let mut client = Client::spawn(directory.path());
        client.initialize(params);
        is_alive(&mut client);
        assert_eq!(client.finish(), 0);
    }
}

#[test]
fn what_is_no_message() {
    let directory = files(&[]);
    let mut client = Client::start(directory.path());
    client.raw(b"Content-Length: 5\r\n\r\n{\"a\":");
    assert_eq!(client.reply(&Value::Null).unwrap_err()["code"], PARSE_ERROR);
    client.raw(b"Content-Length: 4\r\n\r\n\xff\xff\xff\xff");
    assert_eq!(client.reply(&Value::Null).unwrap_err()["code"], PARSE_ERROR);
    client.raw(b"X-Header: 1\r\n\r\n");
    assert_eq!(client.reply(&Value::Null).unwrap_err()["code"], PARSE_ERROR);
    client.raw(b"Content-Length: 123456789012345678901234567890\r\n\r\n");
    assert_eq!(client.reply(&Value::Null).unwrap_err()["code"], PARSE_ERROR);
    client.send(&json!({"jsonrpc": "2.0", "id": 77}));
    client.send(&json!({"jsonrpc": "2.0", "id": 1e300, "method": "x"}));
    client.send(&json!([1, 2]));
    client.send(&json!("text"));
    // Longer than it says: what is left over is passed by.
    client.raw(b"Content-Length: 2\r\n\r\n{}and a rest");
    is_alive(&mut client);
    assert_eq!(client.finish(), 0);
}

#[test]
fn unknown_methods_and_parameters() {
    let directory = files(&[]);
    let mut client = Client::start(directory.path());
    let error = client.request("textDocument/nothing", json!({})).unwrap_err();
    assert_eq!(error["code"], METHOD_NOT_FOUND);
    let error = client.request("$/nothing", json!({})).unwrap_err();
    assert_eq!(error["code"], METHOD_NOT_FOUND);
    for params in [Value::Null, json!([]), json!({}), json!({"textDocument": {"uri": 1}}), json!("x")] {
        let error = client.request("textDocument/diagnostic", params.clone()).unwrap_err();
        assert_eq!(error["code"], INVALID_PARAMS, "{params}");
        for method in ["didOpen", "didChange", "didClose", "didSave"] {
            client.notify(&format!("textDocument/{method}"), params.clone());
        }
        client.notify("workspace/didChangeWatchedFiles", params.clone());
        client.notify("workspace/didChangeConfiguration", params.clone());
        client.notify("workspace/didChangeWorkspaceFolders", params.clone());
        client.notify("$/cancelRequest", params.clone());
        client.notify("nothing", params);
    }
    // A file that is not open.
    let nowhere = json!({"uri": "file:///nowhere.yaml", "version": 3});
    client.notify(
        "textDocument/didChange",
        json!({"textDocument": nowhere, "contentChanges": [{"text": "x"}]}),
    );
    client.close("file:///nowhere.yaml");
    is_alive(&mut client);
    assert_eq!(client.finish(), 0);
}

#[test]
fn cancelled() {
    let directory = files(&[("a.yaml", RULES)]);
    let mut client = Client::start(directory.path());
    let uri = client.uri("a.yaml");
    // Both in one write: the request is known to be cancelled before it is begun.
    let request = json!({"jsonrpc": "2.0", "id": "x", "method": "textDocument/diagnostic",
        "params": {"textDocument": {"uri": uri}}})
    .to_string();
    let cancel = json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "x"}}).to_string();
    let framed = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
    client.raw((framed(&request) + &framed(&cancel)).as_bytes());
    match client.reply(&json!("x")) {
        Err(error) => assert_eq!(error["code"], CANCELLED),
        // The reader may have been quicker.
        Ok(report) => assert_eq!(report["kind"], "full"),
    }
    client.notify("$/cancelRequest", json!({"id": 12345}));
    is_alive(&mut client);
    assert_eq!(client.finish(), 0);
}

#[test]
fn encodings() {
    let directory = files(&[]);
    let negotiated = |offered: Value| {
        let mut capabilities = everything();
        capabilities["general"]["positionEncodings"] = offered;
        let client = Client::start_with(directory.path(), capabilities, Value::Null);
        client.server["capabilities"]["positionEncoding"].as_str().unwrap().to_owned()
    };
    assert_eq!(negotiated(json!(["utf-16", "utf-8"])), "utf-8");
    assert_eq!(negotiated(json!(["utf-32", "utf-16"])), "utf-16");
    assert_eq!(negotiated(json!(["utf-32"])), "utf-32");
    assert_eq!(negotiated(json!(["latin-1"])), "utf-16");
    assert_eq!(negotiated(Value::Null), "utf-16");
}

/// The same places in the units of each encoding: in the findings, in what is asked, and in what is edited.
#[test]
fn positions_in_each_encoding() {
    let text = "# naïve 😀 列表\r- list: l\r\n  items: [\"😀 列表\", é]\n\n- macro: m # 😀\n  condition: ct.user in (\"😀\", 列, l) and ct.nme = X\n";
    let directory = files(&[]);
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let units = |text: &str| match encoding {
            "utf-8" => text.len(),
            "utf-16" => text.encode_utf16().count(),
            _ => text.chars().count(),
        };
        let mut capabilities = everything();
        capabilities["general"]["positionEncodings"] = json!([encoding]);
        let mut client = Client::start_with(directory.path(), capabilities, Value::Null);
        let uri = client.open("a.yaml", text);
        // The rule that uses the macro, typed at the end: the field is looked at only then.
        let rule = "- rule: r\n  desc: d\n  condition: m\n  output: o\n  priority: NOTICE\n  source: aws_cloudtrail\n";
        let version = client.insert(&uri, 6, 0, rule);
        let found = client.diagnostics(&uri, version);
        let field = found.iter().find(|found| found["code"] == "unknown-field").unwrap();
        let before = "  condition: ct.user in (\"😀\", 列, l) and ";
        let start = json!({"line": 5, "character": units(before)});
        assert_eq!(field["range"]["start"], start, "{encoding}");
        assert_eq!(field["range"]["end"]["character"], units(before) + 6);
        // An edit behind those characters, and the finding is gone.
        let at = json!({"line": 5, "character": units(before) + 4});
        let version = client.change(&uri, json!([{"range": {"start": at, "end": at}, "text": "a"}]));
        let found = client.diagnostics(&uri, version);
        assert!(!codes(&found).contains(&"unknown-field"), "{encoding} {found:?}");
        let inside = json!({"line": 5, "character": units("  condition: ct.user in (\"😀\", 列, ")});
        let place = json!({"textDocument": {"uri": uri}, "position": inside});
        let definition = client.request("textDocument/definition", place).unwrap();
        let start = json!({"line": 1, "character": 8});
        assert_eq!(definition[0]["range"]["start"], start, "{encoding}");
        assert_eq!(client.finish(), 0);
    }
}

#[test]
fn a_huge_file() {
    let directory = files(&[]);
    let mut client = Client::start(directory.path());
    let item = |at: usize| format!("- list: l{at}\n  items: [a, b, c, d, e, f, g, h]\n");
    let text: String = (0..20_000).map(item).collect();
    let uri = client.open("a.yaml", &text);
    assert!(!client.diagnostics(&uri, 1).is_empty());
    let long = "x".repeat(3_000_000);
    let version = client.insert(&uri, 20_000, 12, &long);
    client.diagnostics(&uri, version);
    let place = json!({"textDocument": {"uri": uri}, "position": {"line": 20_000, "character": 9}});
    assert!(client.request("textDocument/hover", place).is_ok());
    // One line of nothing but brackets.
    let version = client.change(&uri, json!([{"text": format!("- list: {}", "[".repeat(200_000))}]));
    client.diagnostics(&uri, version);
    assert_eq!(client.finish(), 0);
}

#[test]
fn the_log() {
    let directory = files(&[]);
    let log = directory.path().join("log.txt");
    let mut client = Client::spawn_with(directory.path(), &["--log", log.to_str().unwrap()]);
    client.initialize(json!({"capabilities": {}}));
    assert_eq!(client.finish(), 0);
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("<- initialize 1\n") && log.contains("<- shutdown"), "{log}");
}
