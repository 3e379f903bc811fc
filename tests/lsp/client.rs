//! A small client: runs the server, keeps its own texts, and waits for replies.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Long enough for any machine; a server that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A session with a server.
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// Everything the server said without being asked.
    pub told: Vec<Value>,
    /// What the server asked, apart from settings.
    pub asked: Vec<Value>,
    /// What it gets when it asks for settings.
    pub settings: Value,
    /// The reply to `initialize`.
    pub server: Value,
    requests: i64,
    directory: PathBuf,
    versions: HashMap<String, i64>,
}

/// The capabilities of a client that can everything.
pub fn everything() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]},
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": true, "versionSupport": true},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
            "completion": {"completionItem": {"snippetSupport": true, "documentationFormat": ["markdown"]}},
            "hover": {"contentFormat": ["markdown"]},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
        },
        "workspace": {
            "configuration": true,
            "didChangeWatchedFiles": {"dynamicRegistration": true},
            "workspaceEdit": {"documentChanges": true},
        },
    })
}

impl Client {
    /// A server in a directory, not spoken to yet.
    pub fn spawn(directory: &Path) -> Client {
        Client::spawn_with(directory, &[])
    }

    /// The same with these arguments.
    pub fn spawn_with(directory: &Path, args: &[&str]) -> Client {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rulec"))
            .arg("lsp")
            .args(args)
            .current_dir(directory)
            .env_remove("RULEC_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (send, messages) = channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        Client {
            input: child.stdin.take(),
            child,
            messages,
            told: Vec::new(),
            asked: Vec::new(),
            settings: Value::Null,
            server: Value::Null,
            requests: 0,
            directory: directory.to_owned(),
            versions: HashMap::new(),
        }
    }

    /// A server whose root is the directory.
    pub fn start(directory: &Path) -> Client {
        Client::start_with(directory, everything(), Value::Null)
    }

    /// The same with these capabilities and `initializationOptions`.
    pub fn start_with(directory: &Path, capabilities: Value, options: Value) -> Client {
        let mut client = Client::spawn(directory);
        let folders = json!([{"uri": uri(directory), "name": "root"}]);
        client.initialize(json!({
            "processId": null, "capabilities": capabilities, "workspaceFolders": folders,
            "rootUri": uri(directory), "initializationOptions": options,
        }));
        client
    }

    /// Begins the session.
    pub fn initialize(&mut self, params: Value) {
        self.server = self.request("initialize", params).unwrap();
        self.notify("initialized", json!({}));
    }

    /// The URI of a file of the directory.
    pub fn uri(&self, name: &str) -> String {
        uri(&self.directory.join(name))
    }

    /// Sends bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    /// Sends a message.
    pub fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request and returns its id.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.requests += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.requests, "method": method, "params": params}));
        self.requests
    }

    /// Sends a request and waits for its result, or its error.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        self.reply(&json!(id))
    }

    /// Waits for the reply to a request.
    pub fn reply(&mut self, id: &Value) -> Result<Value, Value> {
        loop {
            let message = self.next();
            if message.get("method").is_none() && message["id"] == *id {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].clone()),
                };
            }
        }
    }

    /// The next message. What the server asks is answered, what it tells kept.
    pub fn next(&mut self) -> Value {
        let message = self.messages.recv_timeout(PATIENCE).expect("the server says nothing");
        match (message.get("method"), message.get("id")) {
            (Some(method), Some(id)) => {
                let result = if method == "workspace/configuration" {
                    json!([self.settings])
                } else {
                    self.asked.push(message.clone());
                    Value::Null
                };
                self.send(&json!({"jsonrpc": "2.0", "id": id, "result": result}));
            }
            (Some(_), None) => self.told.push(message.clone()),
            _ => {}
        }
        message
    }

    /// Opens a file.
    pub fn open(&mut self, name: &str, text: &str) -> String {
        let uri = self.uri(name);
        self.versions.insert(uri.clone(), 1);
        let item = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": item}));
        uri
    }

    /// Changes a file; each change is `{"range", "text"}`. Returns the new version.
    pub fn change(&mut self, uri: &str, changes: Value) -> i64 {
        let version = self.versions.get_mut(uri).unwrap();
        *version += 1;
        let version = *version;
        let document = json!({"uri": uri, "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
        version
    }

    /// Puts text at a place.
    pub fn insert(&mut self, uri: &str, line: u64, character: u64, text: &str) -> i64 {
        let at = json!({"line": line, "character": character});
        self.change(uri, json!([{"range": {"start": at, "end": at}, "text": text}]))
    }

    /// Closes a file.
    pub fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    }

    /// Tells of a file on disk: 1 created, 2 changed, 3 deleted.
    pub fn touched(&mut self, name: &str, kind: u8) {
        let changes = json!([{"uri": self.uri(name), "type": kind}]);
        self.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
    }

    /// Waits for the diagnostics of this version of a file.
    pub fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<Value> {
        self.published(|params| params["uri"] == uri && params["version"] == version)
    }

    /// Waits for the next diagnostics like these, or takes the last that came.
    pub fn published(&mut self, is_it: impl Fn(&Value) -> bool) -> Vec<Value> {
        loop {
            let at = self.told.iter().rposition(|message| {
                message["method"] == "textDocument/publishDiagnostics" && is_it(&message["params"])
            });
            if let Some(at) = at {
                return self.told[at]["params"]["diagnostics"].as_array().unwrap().clone();
            }
            self.next();
        }
    }

    /// Says goodbye and returns the exit code.
    pub fn finish(mut self) -> i32 {
        assert_eq!(self.request("shutdown", Value::Null), Ok(Value::Null));
        self.notify("exit", Value::Null);
        self.wait()
    }

    /// Hangs up and returns the exit code.
    pub fn hang_up(mut self) -> i32 {
        self.input = None;
        self.wait()
    }

    /// Waits for the end of the server.
    pub fn wait(&mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The URI of an absolute path.
pub fn uri(path: &Path) -> String {
    const KEPT: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    format!("file://{}", utf8_percent_encode(&path.to_string_lossy(), KEPT))
}

/// The names of the checks of diagnostics.
pub fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic["code"].as_str().unwrap()).collect()
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some(digits) = line.strip_prefix("Content-Length: ") {
            length = digits.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}
