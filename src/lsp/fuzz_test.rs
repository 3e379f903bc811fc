//! Random edits: after each the server has the client's text, it refuses no request, and in the end its findings are
//! those of a new server.
//!
//! `RULEC_EDITS=100000 cargo test --release --lib lsp::fuzz` makes more of them.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::session::{Session, SessionEvent};
use super::wire::Incoming;
use super::worker;
use crate::render::uri;
use crossbeam_channel::{Receiver, unbounded};
use serde_json::{Value, json};
use std::path::Path;

/// A deterministic generator of numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }
}

/// Texts that are inserted.
const TYPED: [&str; 40] = [
    "a",
    " ",
    "\n",
    "\r\n",
    "\r",
    "- ",
    "-",
    ":",
    "\"",
    "'",
    "(",
    ")",
    "[",
    "]",
    "#",
    "%",
    "é",
    "😀",
    "列表",
    "\u{feff}",
    "\t",
    "|\n  ",
    ">-\n    ",
    "- rule: r\n",
    "- macro: m\n  condition: ct.name = X\n",
    "- list: l\n  items: [a, b]\n",
    "  condition: ",
    "  output: \"x %ct.user\"\n",
    "  priority: NOTICE\n",
    "  source: aws_cloudtrail\n",
    " and ",
    " or not ",
    "m",
    "ct.user in (l)",
    "ct.name startswith Console",
    "  append: true\n",
    "  exceptions:\n    - name: e\n      fields: [ct.user]\n",
    "  override:\n    condition: append\n",
    "# rulec: allow unused-macro -- why\n",
    "---\n",
];

const WHOLE: &str = "\
- list: l
  items: [a, \"😀\", 列表]
- macro: m
  condition: ct.user in (l)
- rule: r
  desc: d
  condition: m and ct.name = ConsoleLogin
  output: o %ct.user
  priority: NOTICE
  source: aws_cloudtrail
";

/// Requests about a place, a file or a range.
const AT_PLACE: [&str; 6] =
    ["completion", "hover", "definition", "references", "documentHighlight", "prepareRename"];
const IN_FILE: [&str; 5] =
    ["documentSymbol", "foldingRange", "semanticTokens/full", "codeLens", "formatting"];
const IN_RANGE: [&str; 4] = ["codeAction", "inlayHint", "semanticTokens/range", "rangeFormatting"];

struct Server {
    session: Session,
    events: Receiver<SessionEvent>,
    out: Receiver<String>,
    requests: i32,
}

impl Server {
    fn start(encoding: &str, root: &Path) -> Server {
        let (happens, events) = unbounded();
        let found = happens.clone();
        let jobs = worker::start(move |result| {
            let _ = found.send(SessionEvent::Found(Box::new(result)));
        });
        let (say, out) = unbounded();
        let session = Session::new(happens, say, jobs.unwrap(), None);
        let mut server = Server { session, events, out, requests: 0 };
        let params = json!({
            "rootUri": uri::of_path(root),
            "capabilities": {
                "general": {"positionEncodings": [encoding]}, "workspace": {"workspaceEdit": {"documentChanges": true}},
            },
        });
        server.request("initialize", params);
        server.notify("initialized", json!({}));
        server
    }

    fn send(&mut self, message: Value) {
        let message = serde_json::from_value(message).unwrap();
        self.session.take(SessionEvent::Incoming(Box::new(Incoming::Message(message))));
        while let Ok(event) = self.events.try_recv() {
            self.session.take(event);
        }
        self.session.settle();
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn open(&mut self, uri: &str, text: &str, version: usize) {
        let item = json!({"uri": uri, "languageId": "yaml", "version": version, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": item}));
    }

    fn request(&mut self, method: &str, params: Value) {
        self.requests += 1;
        self.send(json!({"jsonrpc": "2.0", "id": self.requests, "method": method, "params": params}));
    }

    /// Fails if anything but a rename is refused, or the user is shown an error.
    fn said_nothing_wrong(&self) {
        for message in self.out.try_iter() {
            let message: Value = serde_json::from_str(&message).unwrap();
            let code = &message["error"]["code"];
            assert!(code.is_null() || *code == -32803, "{message}");
            let method = &message["method"];
            assert!(method != "window/logMessage" && method != "window/showMessage", "{message}");
        }
    }

    fn text(&self, uri: &str) -> String {
        self.session.workspace.file(self.session.workspace.find(uri).unwrap()).doc.text()
    }

    /// Waits until all findings are published, and returns them.
    fn found(&mut self, uri: &str) -> Value {
        let is_busy = |session: &Session| {
            !session.at_work.is_empty() || session.workspace.sets.iter().any(|set| set.is_stale)
        };
        while is_busy(&self.session) {
            let event = self.events.recv().unwrap();
            self.session.take(event);
            self.session.settle();
        }
        json!(&*self.session.known[uri].items)
    }
}

/// A text as the client has it, with positions.
struct Text {
    text: String,
    encoding: &'static str,
}

impl Text {
    /// A random offset that a position can name.
    fn offset(&self, random: &mut Random) -> usize {
        let mut at = random.below(self.text.len() + 1);
        while !self.text.is_char_boundary(at)
            || (self.text[..at].ends_with('\r') && self.text[at..].starts_with('\n'))
        {
            at -= 1;
        }
        at
    }

    fn position(&self, at: usize) -> Value {
        let before = self.text[..at].replace("\r\n", "\n").replace('\r', "\n");
        let line = before.matches('\n').count();
        let rest = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        let character = match self.encoding {
            "utf-8" => rest.len(),
            "utf-16" => rest.encode_utf16().count(),
            _ => rest.chars().count(),
        };
        json!({"line": line, "character": character})
    }

    /// A random change, applied to the client's text.
    fn change(&mut self, random: &mut Random) -> Value {
        if self.text.len() > 4000 || random.below(200) == 0 {
            let typed = random.one(&TYPED);
            let text = random.one(&[WHOLE, "", typed]).to_owned();
            self.text.clone_from(&text);
            return json!({"text": text});
        }
        let (mut start, mut end) = (self.offset(random), self.offset(random));
        if random.below(3) > 0 {
            // Mostly a few characters.
            end = start;
            for _ in 0..random.below(4) {
                end += self.text[end..].chars().next().map_or(0, char::len_utf8);
            }
            if self.text[..end].ends_with('\r') && self.text[end..].starts_with('\n') {
                end += 1;
            }
        }
        (start, end) = (start.min(end), start.max(end));
        let (mut first, mut last) = (self.position(start), self.position(end));
        match random.below(30) {
            0 => {
                // A position beyond the end of the line is its end.
                last["character"] = json!(u32::MAX);
                end += self.text[end..].find(['\n', '\r']).unwrap_or(self.text.len() - end);
            }
            1 => {
                last = json!({"line": 1_000_000, "character": 7});
                end = self.text.len();
            }
            2 => {
                first = json!({"line": 1_000_000, "character": 0});
                last = first.clone();
                (start, end) = (self.text.len(), self.text.len());
            }
            _ => {}
        }
        let text = if random.below(4) == 0 { "" } else { random.one(&TYPED) };
        self.text.replace_range(start..end, text);
        json!({"range": {"start": first, "end": last}, "text": text})
    }
}

/// Sends a random request about a file.
fn ask(server: &mut Server, uri: &str, text: &Text, random: &mut Random) {
    let document = json!({"uri": uri});
    let (first, last) = (text.offset(random), text.offset(random));
    let position = text.position(first);
    let range = json!({"start": text.position(first.min(last)), "end": text.position(first.max(last))});
    let (method, params) = match random.below(8) {
        0..3 => {
            (random.one(&AT_PLACE), json!({"textDocument": document, "position": position, "context": {}}))
        }
        3 => (random.one(&IN_FILE), json!({"textDocument": document, "options": {}})),
        4 | 5 => (
            random.one(&IN_RANGE),
            json!({"textDocument": document, "range": range, "context": {"diagnostics": []}, "options": {}}),
        ),
        6 => {
            ("rename", json!({"textDocument": document, "position": position, "newName": random.one(&TYPED)}))
        }
        _ => ("selectionRange", json!({"textDocument": document, "positions": [position]})),
    };
    server.request(&format!("textDocument/{method}"), params);
}

/// Compares the server's findings with those of a new server for the same texts.
fn same_as_fresh(server: &mut Server, uris: &[String], texts: &[Text], root: &Path) {
    // The texts on disk and in the editor decide which files have rules: both are the same now.
    for (uri, text) in uris.iter().zip(texts) {
        std::fs::write(uri::to_path(uri).unwrap(), &text.text).unwrap();
        server.notify("textDocument/didSave", json!({"textDocument": {"uri": uri}}));
    }
    let mut fresh = Server::start(texts[0].encoding, root);
    uris.iter().zip(texts).for_each(|(uri, text)| fresh.open(uri, &text.text, 0));
    for uri in uris {
        assert_eq!(server.found(uri), fresh.found(uri), "{uri}\n{}", server.text(uri));
    }
    server.said_nothing_wrong();
    fresh.said_nothing_wrong();
}

#[test]
fn random_edits() {
    let edits = std::env::var("RULEC_EDITS").ok().and_then(|edits| edits.parse().ok()).unwrap_or(2000);
    for (seed, encoding) in [(1, "utf-8"), (2, "utf-16"), (3, "utf-32")] {
        let directory = tempfile::tempdir().unwrap();
        let names = ["a.yaml", "b.yaml", "c.yaml"];
        names.iter().for_each(|name| std::fs::write(directory.path().join(name), WHOLE).unwrap());
        let uris = names.map(|name| uri::of_path(&directory.path().join(name)));
        let mut texts = uris.each_ref().map(|_| Text { text: WHOLE.to_owned(), encoding });
        let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ seed);
        let mut server = Server::start(encoding, directory.path());
        uris.iter().for_each(|uri| server.open(uri, WHOLE, 0));
        let mut looked_at = 0;
        for version in 1..=edits / 3 {
            let at = random.below(uris.len());
            let (uri, text) = (&uris[at], &mut texts[at]);
            let mut changes: Vec<Value> =
                (0..1 + random.below(3) / 2).map(|_| text.change(&mut random)).collect();
            // After some edits a text no longer looks like rules.
            if random.below(12) == 0 {
                text.text = WHOLE.to_owned();
                changes.push(json!({"text": WHOLE}));
            }
            let document = json!({"uri": uri, "version": version});
            server.notify(
                "textDocument/didChange",
                json!({"textDocument": document, "contentChanges": changes}),
            );
            assert_eq!(server.text(uri), text.text, "{encoding} {version} {changes:?}");
            match random.below(50) {
                0..10 => ask(&mut server, uri, text, &mut random),
                10 => {
                    server.notify("textDocument/didClose", json!({"textDocument": document}));
                    server.open(uri, &text.text, version);
                }
                11 => server.notify("textDocument/didSave", json!({"textDocument": document})),
                12 => {
                    let changes = json!([{"uri": uri, "type": 1 + random.below(3)}]);
                    server.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
                }
                _ => {}
            }
            assert_eq!(server.text(uri), text.text, "{encoding} {version}");
            server.said_nothing_wrong();
            let set = server.session.workspace.find(uri).unwrap().set;
            looked_at += usize::from(server.session.workspace.sets[set].has_rules());
            if version % (edits / 15).max(1) == 0 {
                same_as_fresh(&mut server, &uris, &texts, directory.path());
            }
        }
        same_as_fresh(&mut server, &uris, &texts, directory.path());
        assert!(looked_at * 2 > edits / 3, "{looked_at} of {} edits are of rules", edits / 3);
    }
}
