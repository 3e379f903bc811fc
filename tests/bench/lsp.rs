//! The language server by its clock: from a keystroke to the diagnostics of the new text, and completion and hover, beside
//! a full check of the same files in the same run.
//!
//! `cargo bench --bench lsp -- [--rules=N] [--keystrokes=N] [--rounds=N]`
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[allow(dead_code)]
mod rules;

use rules::{Variant, generate};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// The real server, over pipes.
struct Client {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    requests: u64,
    version: u64,
}

impl Client {
    fn start(root: &Path) -> Client {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rulec"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut client = Client { child, input, output, requests: 0, version: 0 };
        let capabilities = json!({
            "general": {"positionEncodings": ["utf-16"]},
            "textDocument": {"publishDiagnostics": {"relatedInformation": true}},
        });
        client.request("initialize", json!({"rootUri": uri(root), "capabilities": capabilities}));
        client.notify("initialized", json!({}));
        client
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    /// The body of the next message, not read: what the client does with it is not the server's time.
    fn next(&mut self) -> Vec<u8> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the server is gone");
            match line.trim().strip_prefix("Content-Length: ") {
                Some(digits) => length = digits.parse().unwrap(),
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        body
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.requests, "method": method, "params": params}));
        let start = format!("{{\"jsonrpc\":\"2.0\",\"id\":{},", self.requests);
        loop {
            let body = self.next();
            if body.starts_with(start.as_bytes()) {
                return serde_json::from_slice::<Value>(&body).unwrap()["result"].clone();
            }
        }
    }

    /// Waits for the diagnostics of this version of a file, and returns when the whole message was there.
    fn wait_for(&mut self, uri: &str, version: u64) -> Instant {
        let start = format!(
            "{{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/publishDiagnostics\",\"params\":{{\"uri\":\"{uri}\",\"version\":{version},"
        );
        loop {
            if self.next().starts_with(start.as_bytes()) {
                return Instant::now();
            }
        }
    }

    fn open(&mut self, uri: &str, text: &str) {
        self.version += 1;
        let item = json!({"uri": uri, "languageId": "yaml", "version": self.version, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": item}));
        self.wait_for(uri, self.version);
    }

    /// Types one character or takes it away, and waits.
    fn type_at(&mut self, uri: &str, line: usize, column: usize, taken: usize, text: &str) -> Duration {
        self.version += 1;
        let (version, at) = (self.version, |character: usize| json!({"line": line, "character": character}));
        let change = json!({"range": {"start": at(column), "end": at(column + taken)}, "text": text});
        let start = Instant::now();
        let document = json!({"uri": uri, "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
        self.wait_for(uri, version) - start
    }

    /// Megabytes that the server has in memory, where that can be told.
    fn memory(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Where to type: line and column behind some words of an item near the middle of a text.
fn place(text: &str, item: &str, words: &str) -> (usize, usize) {
    let at = text[..text.len() / 2].rfind(item).or_else(|| text.find(item)).unwrap();
    let at = at + text[at..].find(words).unwrap() + words.len();
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    (text[..start].matches('\n').count(), text[start..at].encode_utf16().count())
}

struct Workspace {
    name: &'static str,
    files: Vec<(String, String)>,
}

/// The text in about this many files, cut between items.
fn cut(text: &str, count: usize) -> Vec<(String, String)> {
    let mut files = vec![String::new()];
    for item in text.split_inclusive('\n') {
        let is_full = files.last().unwrap().len() > text.len() / count;
        if item.starts_with("- ") && is_full {
            files.push(String::new());
        }
        files.last_mut().unwrap().push_str(item);
    }
    files.into_iter().enumerate().map(|(at, text)| (format!("{at:03}.yaml"), text)).collect()
}

fn option(name: &str, default: usize) -> usize {
    let given = std::env::args().find_map(|arg| arg.strip_prefix(name)?.strip_prefix('=').map(str::to_owned));
    given.map_or(default, |given| given.parse().unwrap())
}

fn check(root: &Path) -> Duration {
    let start = Instant::now();
    let ran = Command::new(env!("CARGO_BIN_EXE_rulec"))
        .args(["check", "--quiet", "--format", "json", "."])
        .current_dir(root)
        .stdout(Stdio::null())
        .status();
    assert!(ran.unwrap().code().is_some());
    start.elapsed()
}

fn main() {
    let (count, keystrokes, rounds) =
        (option("--rules", 10_000), option("--keystrokes", 100), option("--rounds", 5));
    let text = generate(Variant::Plain, count);
    let whole = Workspace { name: "one file", files: vec![("rules.yaml".to_owned(), text.clone())] };
    let many = Workspace { name: "100 files", files: cut(&text, 100) };
    for workspace in [many, whole] {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in &workspace.files {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        let full = median((0..rounds).map(|_| check(directory.path())).collect());
        println!("\n{count} rules in {}", workspace.name);
        println!("{:>40} {:>9.2} ms", "rulec check", full.as_secs_f64() * 1e3);
        measure(&workspace, directory.path(), keystrokes, full);
    }
}

fn measure(workspace: &Workspace, root: &Path, keystrokes: usize, full: Duration) {
    let mut client = Client::start(root);
    let all: HashMap<&str, &str> = workspace.files.iter().map(|(name, text)| (&**name, &**text)).collect();
    let with = |wanted: &str| {
        // The one in the middle of those that have it.
        let names: Vec<&str> = workspace
            .files
            .iter()
            .map(|(name, _)| &**name)
            .filter(|name| all[name].contains(wanted))
            .collect();
        names[names.len() / 2]
    };
    let show = |name: &str, time: Duration| {
        println!(
            "{name:>40} {:>9.2} ms {:>8.4} of check",
            time.as_secs_f64() * 1e3,
            time.as_secs_f64() / full.as_secs_f64()
        );
    };
    for (name, item, words) in [
        ("key in a condition", "- rule: ", "ct."),
        ("key in a macro", "- macro: ", "ct."),
        ("key in a list", "- list: ", "  items: ["),
    ] {
        let file = with(item);
        let text = all[file];
        let uri = uri(&root.join(file));
        let start = Instant::now();
        client.open(&uri, text);
        if name == "key in a condition" {
            show("start to first diagnostics", start.elapsed());
        }
        let (line, column) = place(text, item, words);
        let mut times = Vec::new();
        for at in 0..keystrokes {
            // A word grows by a letter, then goes again.
            let typed = at % 10;
            times.push(match typed {
                0..5 => client.type_at(&uri, line, column + typed, 0, "x"),
                _ => client.type_at(&uri, line, column + 9 - typed, 1, ""),
            });
        }
        show(name, median(times));
        if name == "key in a condition" {
            let params =
                json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": column + 2}});
            for method in ["completion", "hover"] {
                let time = |_| {
                    let start = Instant::now();
                    client.request(&format!("textDocument/{method}"), params.clone());
                    start.elapsed()
                };
                show(method, median((0..keystrokes).map(time).collect()));
            }
        }
        client.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    }
    if let Some(memory) = client.memory() {
        println!("{:>40} {memory:>9.0} MB", "memory");
    }
}
