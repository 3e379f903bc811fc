//! The session of one client: handles messages in order, keeps the files, sends jobs to the worker and its results to
//! the client.

use super::Log;
use super::client::{self, Client};
use super::diagnostics::FileDiagnostics;
use super::pull;
use super::requests;
use super::settings::ClientSettings;
use super::wire::Incoming;
use super::worker::{AnalysisJob, AnalysisResult};
use super::workspace::Workspace;
use crate::ide::controls::Controls;
use crossbeam_channel::{Receiver, Sender};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, ResponseError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

/// An event that the session handles.
#[derive(Debug)]
pub enum SessionEvent {
    /// A message of the client.
    Incoming(Box<Incoming>),
    /// Results of the worker.
    Found(Box<AnalysisResult>),
    /// The controls that the rules of a set cover.
    Controls(u32, Box<Controls>),
    /// The results of tests that a request ran.
    Ran(RequestId, Result<Value, String>),
    /// The client disconnected.
    Closed,
}

/// The result of a request; `None` if the reply comes later.
pub type Reply = Result<Option<Value>, ResponseError>;

/// The state of a session.
pub struct Session {
    /// The client's capabilities.
    pub client: Client,
    /// The client's settings.
    pub asked: ClientSettings,
    /// The files.
    pub workspace: Workspace,
    /// The findings of each file, by its URI.
    pub known: HashMap<String, FileDiagnostics>,
    /// The files whose diagnostics may have to be published.
    pub news: BTreeSet<String>,
    /// Requests that wait for diagnostics.
    pub waiting: Vec<pull::Waiting>,
    /// True if the client pulls the diagnostics of all files.
    pub pulls_workspace: bool,
    /// Number of the last result.
    pub results: u64,
    /// The sets that the worker is analysing.
    pub at_work: HashSet<u32>,
    /// The worker.
    pub jobs: mpsc::Sender<AnalysisJob>,
    /// The destination of the log.
    pub events: Sender<SessionEvent>,
    /// True while controls are computed.
    pub proves: bool,
    out: Sender<String>,
    log: Log,
    phase: Phase,
    cancelled: HashSet<RequestId>,
    said: HashSet<String>,
    /// The id of the last request for settings.
    pub settings_request: i32,
    requests: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Only `initialize` is accepted.
    New,
    Ready,
    /// Only `exit` is accepted.
    ShutDown,
}

#[derive(Serialize)]
struct Told<'a, P> {
    jsonrpc: &'a str,
    method: &'a str,
    params: &'a P,
}

impl Session {
    /// A session before `initialize`.
    pub fn new(
        events: Sender<SessionEvent>,
        out: Sender<String>,
        jobs: mpsc::Sender<AnalysisJob>,
        log: Log,
    ) -> Session {
        Session {
            client: Client::default(),
            asked: ClientSettings::default(),
            workspace: Workspace::default(),
            known: HashMap::new(),
            news: BTreeSet::new(),
            waiting: Vec::new(),
            pulls_workspace: false,
            results: 0,
            at_work: HashSet::new(),
            jobs,
            events,
            proves: false,
            out,
            log,
            phase: Phase::New,
            cancelled: HashSet::new(),
            said: HashSet::new(),
            settings_request: 0,
            requests: 0,
        }
    }

    /// Handles events until the client is gone. True if it exited as the protocol requires.
    pub fn run(mut self, events: &Receiver<SessionEvent>) -> bool {
        let mut queue = VecDeque::new();
        while let Ok(event) = events.recv() {
            queue.push_back(event);
            // Takes all waiting events at once, so that edits are batched and a cancelled request is not begun.
            queue.extend(events.try_iter());
            queue.iter().for_each(|event| self.note_cancelled(event));
            while let Some(event) = queue.pop_front() {
                if self.take(event) {
                    return self.phase == Phase::ShutDown;
                }
            }
            self.cancelled.clear();
            self.settle();
        }
        false
    }

    /// Handles an event. True if it was the last.
    pub fn take(&mut self, event: SessionEvent) -> bool {
        match event {
            SessionEvent::Incoming(incoming) => return self.incoming(*incoming),
            SessionEvent::Found(found) => self.found(*found),
            SessionEvent::Controls(set, found) => self.found_controls(set, *found),
            SessionEvent::Ran(id, ran) => self.ran(&id, ran),
            SessionEvent::Closed => return true,
        }
        false
    }

    fn note_cancelled(&mut self, event: &SessionEvent) {
        let SessionEvent::Incoming(incoming) = event else { return };
        let Incoming::Message(Message::Notification(Notification { method, params })) = &**incoming else {
            return;
        };
        if method == "$/cancelRequest"
            && let Ok(id) = serde_json::from_value(params["id"].clone())
        {
            self.cancelled.insert(id);
        }
    }

    /// Handles a message. True if it was the last.
    fn incoming(&mut self, incoming: Incoming) -> bool {
        match incoming {
            Incoming::Message(Message::Request(request)) => self.request(request),
            Incoming::Message(Message::Notification(notification)) => {
                if notification.method == "exit" {
                    return true;
                }
                self.write_log(&format!("<- {}", notification.method));
                let method = notification.method.clone();
                if self.phase != Phase::Ready {
                    return false;
                }
                let handled = catch_unwind(AssertUnwindSafe(|| self.notification(notification)));
                if let Err(error) = handled.unwrap_or_else(|_| Err("internal error in rulec".into())) {
                    self.log_message(&format!("{method}: {error}"));
                }
            }
            Incoming::Message(Message::Response(response)) => {
                if response.id == self.settings_request.into()
                    && let Ok(Value::Array(mut sections)) = response.response_result
                    && let Some(section) = sections.pop()
                {
                    self.configure(&section);
                }
            }
            Incoming::Malformed(reply) => {
                self.write_log(&format!("<- malformed: {reply}"));
                self.send(&reply);
            }
        }
        false
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        self.write_log(&format!("<- {method} {id}"));
        if self.cancelled.contains(&id) {
            return self.reply(&id, Err(error(ErrorCode::RequestCanceled, "cancelled")));
        }
        let reply = match (self.phase, method.as_str()) {
            (Phase::New, "initialize") => Ok(Some(self.initialize(&params))),
            (Phase::New, _) => Err(error(ErrorCode::ServerNotInitialized, "`initialize` comes first")),
            (Phase::Ready, "initialize") => Err(error(ErrorCode::InvalidRequest, "the session has begun")),
            (Phase::Ready, "shutdown") => {
                self.phase = Phase::ShutDown;
                Ok(Some(Value::Null))
            }
            (Phase::Ready, _) => {
                let handled = catch_unwind(AssertUnwindSafe(|| requests::handle(self, &id, &method, params)));
                handled.unwrap_or_else(|_| Err(error(ErrorCode::InternalError, "internal error in rulec")))
            }
            (Phase::ShutDown, _) => Err(error(ErrorCode::InvalidRequest, "the session has ended")),
        };
        if let Some(reply) = reply.transpose() {
            self.reply(&id, reply);
        }
    }

    fn initialize(&mut self, params: &Value) -> Value {
        self.client = Client::new(params);
        self.phase = Phase::Ready;
        client::initialized(&self.client)
    }

    /// Replies to a request.
    pub fn reply(&mut self, id: &RequestId, reply: Result<Value, ResponseError>) {
        match reply {
            Ok(result) => self.send(&json!({"jsonrpc": "2.0", "id": id, "result": result})),
            Err(error) => self.send(&json!({"jsonrpc": "2.0", "id": id, "error": error})),
        }
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: &impl Serialize) {
        self.send(&Told { jsonrpc: "2.0", method, params });
    }

    /// Sends a request, and returns its id.
    pub fn ask(&mut self, method: &str, params: &Value) -> i32 {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// Shows the user what could not be read or used, once.
    pub fn complain(&mut self) {
        for message in std::mem::take(&mut self.workspace.complaints) {
            if self.said.insert(message.clone()) {
                self.show(2, &message);
            }
        }
    }

    /// Shows the user a message: 2 is a warning, 3 is for information.
    pub fn show(&mut self, kind: u8, message: &str) {
        self.write_log(message);
        self.notify("window/showMessage", &json!({"type": kind, "message": message}));
    }

    fn log_message(&mut self, message: &str) {
        self.write_log(message);
        self.notify("window/logMessage", &json!({"type": 1, "message": message}));
    }

    fn send(&self, message: &impl Serialize) {
        if let Ok(body) = serde_json::to_string(message) {
            // A client that no longer reads will soon disconnect.
            let _ = self.out.send(body);
        }
    }

    /// Writes a line to the log, if there is one.
    pub fn write_log(&mut self, line: &str) {
        if let Some(log) = &mut self.log {
            let _ = writeln!(log, "{line}").and_then(|()| log.flush());
        }
    }
}

/// An error of the protocol.
pub fn error(code: ErrorCode, message: &str) -> ResponseError {
    ResponseError { code: code as i32, message: message.to_owned(), data: None }
}

/// Reads parameters.
pub fn read<P: DeserializeOwned>(params: Value) -> Result<P, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}
