//! Notifications of the client: files that open, change and close, on disk too, and settings.

use super::client;
use super::session::{Session, error, read};
use super::settings::ClientSettings;
use super::text::Edit;
use crate::config::FILE_NAME;
use crate::files::normal;
use crate::render::uri;
use lsp_server::{ErrorCode, Notification, RequestId};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    text_document: Identifier,
}

#[derive(Deserialize)]
struct Identifier {
    uri: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    text_document: TextDocumentItem,
}

#[derive(Deserialize)]
struct TextDocumentItem {
    uri: String,
    version: i32,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    text_document: Versioned,
    content_changes: Vec<Edit>,
}

#[derive(Deserialize)]
struct Versioned {
    uri: String,
    version: i32,
}

impl Session {
    /// Handles a notification. The `Err` describes what is wrong with it.
    pub fn notification(&mut self, Notification { method, params }: Notification) -> Result<(), String> {
        match method.as_str() {
            "initialized" => self.begin(),
            "textDocument/didOpen" => {
                let Opened { text_document: TextDocumentItem { uri, version, text } } = read(params)?;
                self.workspace.open(&uri, version, &text);
            }
            "textDocument/didChange" => {
                let Changed { text_document: Versioned { uri, version }, content_changes } = read(params)?;
                self.workspace.change(&uri, version, &content_changes, self.client.encoding);
            }
            "textDocument/didSave" => {
                let Named { text_document } = read(params)?;
                let is_config = text_document.uri.ends_with("/rulec.toml");
                self.workspace.saved(&text_document.uri);
                // A client that does not watch files still sends its own saves.
                if is_config || !self.client.can("/workspace/didChangeWatchedFiles/dynamicRegistration") {
                    self.workspace.reload();
                }
            }
            "textDocument/didClose" => {
                let Named { text_document } = read(params)?;
                self.workspace.close(&text_document.uri);
                if let Some(known) = self.known.get_mut(&text_document.uri) {
                    known.is_pulled = false;
                }
                self.news.insert(text_document.uri);
            }
            "workspace/didChangeWatchedFiles" => self.watched(&params),
            "workspace/didChangeConfiguration" => {
                if self.client.can("/workspace/configuration") {
                    self.request_settings();
                } else {
                    let settings = &params["settings"];
                    self.configure(settings.get("rulec").unwrap_or(settings));
                }
            }
            "workspace/didChangeWorkspaceFolders" => self.change_roots(&params["event"]),
            "$/cancelRequest" => self.cancel(&params["id"]),
            _ => {}
        }
        Ok(())
    }

    /// Reads the files once the client is ready, and registers for changes.
    fn begin(&mut self) {
        let mut complaints = Vec::new();
        self.asked = ClientSettings::read(&self.client.options, &mut complaints);
        self.workspace.complaints.extend(complaints);
        self.workspace.load(self.client.roots.clone(), self.asked.clone());
        let registrations = client::registrations(&self.client);
        if !registrations.is_empty() {
            self.ask("client/registerCapability", &json!({"registrations": registrations}));
        }
        if self.client.can("/workspace/configuration") {
            self.request_settings();
        }
    }

    fn request_settings(&mut self) {
        self.settings_request =
            self.ask("workspace/configuration", &json!({"items": [{"section": "rulec"}]}));
    }

    /// Applies settings; a setting that is missing keeps the value of `initialize`.
    pub fn configure(&mut self, section: &Value) {
        let mut all = self.client.options.as_object().cloned().unwrap_or_default();
        let said = section.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        all.extend(said.map(|(key, value)| (key.clone(), value.clone())));
        let mut complaints = Vec::new();
        let asked = ClientSettings::read(&Value::Object(all), &mut complaints);
        self.workspace.complaints.extend(complaints);
        if asked != self.asked {
            self.asked = asked;
            // Unchanged findings may have to be shown with another level.
            self.known.values_mut().for_each(|known| known.doc = None);
            self.workspace.load(self.workspace.roots().to_vec(), self.asked.clone());
        }
    }

    fn change_roots(&mut self, event: &Value) {
        let paths = |key: &str| -> Vec<PathBuf> {
            let folders = event[key].as_array().into_iter().flatten();
            folders.filter_map(|folder| Some(normal(&uri::to_path(folder["uri"].as_str()?)?))).collect()
        };
        let removed = paths("removed");
        let mut roots = self.workspace.roots().to_vec();
        roots.retain(|root| !removed.contains(root));
        roots.extend(paths("added"));
        self.workspace.load(roots, self.asked.clone());
    }

    fn watched(&mut self, params: &Value) {
        let events = params["changes"].as_array().into_iter().flatten();
        let paths: Vec<PathBuf> = events.filter_map(|event| uri::to_path(event["uri"].as_str()?)).collect();
        let is_config = |path: &PathBuf| path.file_name().is_some_and(|name| name == FILE_NAME);
        if paths.iter().any(is_config) {
            return self.workspace.reload();
        }
        paths.iter().for_each(|path| self.workspace.touched(path));
    }

    /// Cancels a waiting request; all others are answered already.
    fn cancel(&mut self, id: &Value) {
        let Ok(id) = serde_json::from_value::<RequestId>(id.clone()) else { return };
        if let Some(at) = self.waiting.iter().position(|waiting| waiting.id == id) {
            self.waiting.remove(at);
            self.reply(&id, Err(error(ErrorCode::RequestCanceled, "cancelled")));
        }
    }
}
