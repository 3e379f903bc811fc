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
