//! Capabilities of the client, and those that the server announces.

use super::actions::KINDS;
use super::completion::TRIGGERS;
use super::lens::COMMANDS;
use super::position::Encoding;
use super::view::{TOKEN_MODIFIERS, TOKEN_TYPES};
use crate::render::uri;
use gen_lsp_types as lsp;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The client's parameters of `initialize`, read leniently: an unexpected value is ignored.
#[derive(Debug, Default)]
pub struct Client {
    /// The unit of its positions.
    pub encoding: Encoding,
    /// Its open directories.
    pub roots: Vec<PathBuf>,
    /// `initializationOptions`.
    pub options: Value,
    capabilities: Value,
}

impl Client {
    /// From the parameters of `initialize`.
    pub fn new(params: &Value) -> Client {
        let capabilities = params["capabilities"].clone();
        let offered = capabilities["general"]["positionEncodings"].as_array().cloned().unwrap_or_default();
        let offered: Vec<&str> = offered.iter().filter_map(Value::as_str).collect();
        let folders = params["workspaceFolders"].as_array().cloned().unwrap_or_default();
        let mut roots: Vec<PathBuf> = folders.iter().filter_map(|folder| path(&folder["uri"])).collect();
        if roots.is_empty() {
            roots.extend(path(&params["rootUri"]).or_else(|| params["rootPath"].as_str().map(PathBuf::from)));
        }
        let options = &params["initializationOptions"];
        let options = options.get("rulec").unwrap_or(options).clone();
        Client { encoding: Encoding::negotiate(&offered), roots, options, capabilities }
    }

    /// True if it has a capability, named by its path: `/workspace/configuration`.
    pub fn can(&self, pointer: &str) -> bool {
        match self.capabilities.pointer(pointer) {
            Some(Value::Bool(value)) => *value,
            Some(Value::Null) | None => false,
            Some(_) => true,
        }
    }
}

fn path(uri: &Value) -> Option<PathBuf> {
    uri::to_path(uri.as_str()?)
}

/// The reply to `initialize`.
pub fn initialized(client: &Client) -> Value {
    json!({
        "capabilities": capabilities(client),
        "serverInfo": {"name": "rulec", "version": env!("CARGO_PKG_VERSION")},
    })
}

fn capabilities(client: &Client) -> Value {
    let mut capabilities = json!({
        "positionEncoding": client.encoding.kind(),
        "textDocumentSync": {"openClose": true, "change": lsp::TextDocumentSyncKind::Incremental, "save": true},
        "workspace": {"workspaceFolders": {"supported": true, "changeNotifications": true}},
        "completionProvider": {"triggerCharacters": TRIGGERS, "resolveProvider": true},
        "hoverProvider": true,
        "definitionProvider": true,
        "referencesProvider": true,
        "documentHighlightProvider": true,
        "renameProvider": {"prepareProvider": true},
        "documentSymbolProvider": true,
        "workspaceSymbolProvider": true,
        "foldingRangeProvider": true,
        "selectionRangeProvider": true,
        "codeActionProvider": {"codeActionKinds": KINDS},
        "codeLensProvider": {"resolveProvider": true},
        "inlayHintProvider": true,
        "documentFormattingProvider": true,
        "documentRangeFormattingProvider": true,
        "executeCommandProvider": {"commands": COMMANDS},
        "semanticTokensProvider": {
            "legend": {"tokenTypes": TOKEN_TYPES, "tokenModifiers": TOKEN_MODIFIERS}, "full": true, "range": true,
        },
    });
    if client.can("/textDocument/diagnostic") {
        capabilities["diagnosticProvider"] =
            json!({"identifier": "rulec", "interFileDependencies": true, "workspaceDiagnostics": true});
    }
    capabilities
}

/// The registrations that the server sends once the client is ready: changes of files and settings.
pub fn registrations(client: &Client) -> Vec<Value> {
    let mut wanted = Vec::new();
    if client.can("/workspace/didChangeWatchedFiles/dynamicRegistration") {
        let watchers = json!([{"globPattern": "**/*.{yaml,yml}"}, {"globPattern": "**/rulec.toml"}]);
        wanted.push(json!({
            "id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": {"watchers": watchers},
        }));
    }
    if client.can("/workspace/didChangeConfiguration/dynamicRegistration") {
        wanted.push(json!({
            "id": "settings", "method": "workspace/didChangeConfiguration", "registerOptions": {"section": "rulec"},
        }));
    }
    wanted
}
