//! Diagnostics on their way to the client: published, or returned on request.

use super::actions;
use super::diagnostics::{FileDiagnostics, Show, of_config, of_invalid, of_other};
use super::requests::{self, Answer};
use super::session::{Reply, Session, error, read};
use super::set::FileSetKind;
use super::worker::{AnalysisJob, AnalysisResult, Task};
use super::workspace::FileIndex;
use crate::ide::doc::Doc;
use crate::render::uri;
use gen_lsp_types as lsp;
use lsp_server::{ErrorCode, RequestId};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

#[derive(Serialize)]
struct Published<'a> {
    uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i32>,
    diagnostics: &'a [lsp::Diagnostic],
}

/// A request whose reply depends on the worker.
#[derive(Debug)]
pub struct Waiting {
    /// The request.
    pub id: RequestId,
    /// What it requests.
    pub wants: Wants,
}

/// The kinds of requests that depend on findings.
#[derive(Debug)]
pub enum Wants {
    /// The diagnostics of a file, unless they are still this result.
    File(String, Option<String>),
    /// The diagnostics of all files, except those that are still these results.
    All(HashMap<String, String>),
    /// The code actions at a place.
    Actions(Value),
}

impl Session {
    /// Stores the results of the worker. Results of an outdated text are dropped.
    pub fn found(&mut self, found: AnalysisResult) {
        let AnalysisResult { task, files } = found;
        self.at_work.remove(&task.set);
        let Some(files) = files else {
            self.workspace.complaints.push("internal error in rulec: the analysis failed".into());
            return;
        };
        for ((uri, doc), of_doc) in task.uris.iter().zip(&task.snapshot.docs).zip(files) {
            let Some(at) = self.workspace.find(uri) else { continue };
            if !Arc::ptr_eq(&self.workspace.file(at).doc, doc) {
                continue;
            }
            let known = self.known.entry(uri.clone()).or_default();
            self.news.insert(uri.clone());
            let is_same = known.doc.as_ref().is_some_and(|known| Arc::ptr_eq(known, doc));
            if is_same && Arc::ptr_eq(&known.findings, &of_doc.diagnostics) {
                continue;
            }
            let show = Show { client: &self.client, task: &task, limit: self.asked.max_diagnostics };
            let mut items = show.all(doc, &of_doc.diagnostics);
            items.extend(of_invalid(self.workspace.file(at), self.client.encoding));
            known.findings = of_doc.diagnostics;
            known.take(doc.clone(), items, &mut self.results);
        }
    }

    /// Runs after each round: sends the worker its next job and the client what is new.
    pub fn settle(&mut self) {
        self.look_at_others();
        self.start_job();
        self.look_around();
        let asked_for = self.publish();
        self.answer();
        self.refresh(&asked_for);
        self.look_for_controls();
        self.complain();
    }

    /// Answers for files without rules, which need no analysis.
    fn look_at_others(&mut self) {
        let encoding = self.client.encoding;
        for set in &mut self.workspace.sets {
            let is_stale = set.kind == FileSetKind::Other && std::mem::take(&mut set.is_stale);
            for file in set.files.iter().filter(|_| is_stale) {
                let items = of_other(set, file, encoding);
                let known = self.known.entry(file.uri.clone()).or_default();
                known.take(file.doc.clone(), items, &mut self.results);
                self.news.insert(file.uri.clone());
            }
        }
    }

    /// Runs after files were added or removed or a rulec.toml changed.
    fn look_around(&mut self) {
        if !std::mem::take(&mut self.workspace.is_rearranged) {
            return;
        }
        let encoding = self.client.encoding;
        for set in &self.workspace.sets {
            let Some((name, text)) = &set.config.file else { continue };
            let uri = uri::of_path(Path::new(name));
            if self.workspace.find(&uri).is_none() {
                let doc = Arc::new(Doc::new(name.as_str(), text));
                let items = of_config(set, &doc, encoding);
                self.known.entry(uri.clone()).or_default().take(doc, items, &mut self.results);
                self.news.insert(uri);
            }
        }
        self.forget();
    }

    fn start_job(&mut self) {
        if !self.at_work.is_empty() {
            return;
        }
        let mut tasks = Vec::new();
        for set in self.workspace.sets.iter_mut().filter(|set| set.has_rules()) {
            if std::mem::take(&mut set.is_stale) {
                let uris = set.files.iter().map(|file| file.uri.clone()).collect();
                tasks.push(Task { set: set.id, uris, snapshot: set.snapshot() });
            }
        }
        if !tasks.is_empty() {
            let alive: HashSet<u32> = self.workspace.sets.iter().map(|set| set.id).collect();
            self.at_work = tasks.iter().map(|task| task.set).collect();
            if self.jobs.send(AnalysisJob { tasks, alive }).is_err() {
                self.at_work.clear();
            }
        }
    }

    /// Removes the findings of removed files.
    fn forget(&mut self) {
        let configs: HashSet<String> = self
            .workspace
            .sets
            .iter()
            .filter_map(|set| Some(uri::of_path(Path::new(&set.config.file.as_ref()?.0))))
            .collect();
        let is_gone = |uri: &&String| {
            !configs.contains(*uri)
                && self.workspace.find(uri).is_none_or(|at| self.workspace.file(at).uri != **uri)
        };
        let gone: Vec<String> = self.known.keys().filter(is_gone).cloned().collect();
        for uri in gone {
            if let Some(known) = self.known.remove(&uri)
                && known.published.is_some()
                && !known.items.is_empty()
            {
                self.notify("textDocument/publishDiagnostics", &json!({"uri": uri, "diagnostics": []}));
            }
        }
    }

    /// The client's version of an open file.
    fn version(&self, uri: &str) -> Option<i32> {
        self.workspace.find(uri).and_then(|at| self.workspace.file(at).version)
    }

    /// True if the analysis of a set is complete.
    fn is_settled(&self, set: usize) -> bool {
        let set = &self.workspace.sets[set];
        !set.is_stale && !self.at_work.contains(&set.id)
    }

    /// True if the findings are those of the current text, whatever happened to other files.
    fn is_current(&self, at: FileIndex) -> bool {
        let file = self.workspace.file(at);
        let known = self.known.get(&file.uri).and_then(|known| known.doc.as_ref());
        known.is_some_and(|doc| Arc::ptr_eq(doc, &file.doc))
    }

    /// Publishes new diagnostics, and an answer for each version of an open file. Returns the open files with new
    /// diagnostics that the client pulls.
    fn publish(&mut self) -> Vec<String> {
        let mut asked_for = Vec::new();
        for uri in std::mem::take(&mut self.news) {
            let at = self.workspace.find(&uri);
            let version = self.version(&uri);
            let is_current = at.is_none_or(|at| self.is_current(at));
            let Some(known) = self.known.get_mut(&uri) else { continue };
            let state = (version, known.result);
            let is_new = match known.published {
                None => version.is_some() || !known.items.is_empty(),
                Some(published) => published != state,
            };
            // Diagnostics of an outdated text are not published; the next job analyses the new text.
            if is_current && is_new && !known.is_pulled && !self.pulls_workspace {
                known.published = Some(state);
                let items = known.items.clone();
                let params = Published { uri: &uri, version, diagnostics: &items };
                self.notify("textDocument/publishDiagnostics", &params);
            } else if is_current && known.is_pulled && version.is_some() {
                asked_for.push(uri);
            }
        }
        asked_for
    }

    /// Asks the client to pull again for open files whose diagnostics changed because of another file or a setting:
    /// it pulls by itself only when it changes their own text.
    fn refresh(&mut self, asked_for: &[String]) {
        let is_old = |uri: &String| self.known.get(uri).is_some_and(|known| known.reported != known.result);
        if asked_for.iter().any(is_old) && self.client.can("/workspace/diagnostics/refreshSupport") {
            self.ask("workspace/diagnostic/refresh", &Value::Null);
        }
    }

    /// Clears the published diagnostics of a file that the client pulls, which would be shown twice.
    fn is_pulled(&mut self, uri: &str) {
        let version = self.version(uri);
        let Some(known) = self.known.get_mut(uri) else { return };
        known.is_pulled = true;
        if known.published.take().is_some() {
            let params = Published { uri, version, diagnostics: &[] };
            self.notify("textDocument/publishDiagnostics", &params);
        }
    }

    /// Answers the requests whose files are analysed.
    fn answer(&mut self) {
        for waiting in std::mem::take(&mut self.waiting) {
            let report = catch_unwind(AssertUnwindSafe(|| self.report(&waiting.wants)));
            let failed = || Some(Err(error(ErrorCode::InternalError, "internal error in rulec")));
            match report.unwrap_or_else(|_| failed()) {
                Some(report) => self.reply(&waiting.id, report),
                None => self.waiting.push(waiting),
            }
        }
    }

    /// The report for a request; `None` while it is not known.
    fn report(&mut self, wants: &Wants) -> Option<Answer> {
        match wants {
            Wants::File(uri, previous) => {
                let Some(at) = self.workspace.find(uri) else {
                    return Some(Ok(json!({"kind": "full", "items": []})));
                };
                if !self.is_settled(at.set) {
                    return None;
                }
                let uri = self.workspace.file(at).uri.clone();
                self.is_pulled(&uri);
                Some(Ok(self.known.entry(uri).or_default().report(previous.as_deref())))
            }
            Wants::All(previous) => {
                if !(0..self.workspace.sets.len()).all(|set| self.is_settled(set)) {
                    return None;
                }
                self.pulls_workspace = true;
                let mut uris: Vec<String> = self.known.keys().cloned().collect();
                uris.sort();
                uris.iter().for_each(|uri| self.is_pulled(uri));
                let reports = uris.iter().filter_map(|uri| {
                    let mut report = self.known.get_mut(uri)?.report(previous.get(uri).map(String::as_str));
                    report["uri"] = uri.as_str().into();
                    report["version"] = self.version(uri).into();
                    Some(report)
                });
                Some(Ok(json!({"items": reports.collect::<Vec<_>>()})))
            }
            Wants::Actions(params) => {
                let uri = params["textDocument"]["uri"].as_str().unwrap_or_default();
                let at = self.workspace.find(uri);
                if at.is_some_and(|at| !self.is_settled(at.set)) {
                    return None;
                }
                Some(requests::in_range(self, params.clone(), |here, range| {
                    actions::actions(here, range, &params["context"])
                }))
            }
        }
    }
}

impl FileDiagnostics {
    /// Stores diagnostics.
    fn take(&mut self, doc: Arc<Doc>, items: Vec<lsp::Diagnostic>, results: &mut u64) {
        self.doc = Some(doc);
        if self.result == 0 || *self.items != *items {
            *results += 1;
            self.result = *results;
            self.items = items.into();
        }
    }

    fn report(&mut self, previous: Option<&str>) -> Value {
        self.reported = self.result;
        let result = self.result.to_string();
        match previous == Some(&result) {
            true => json!({"kind": "unchanged", "resultId": result}),
            false => json!({"kind": "full", "resultId": result, "items": &*self.items}),
        }
    }
}

/// `textDocument/diagnostic`.
pub fn of_file(session: &mut Session, id: &RequestId, params: Value) -> Reply {
    let params: lsp::DocumentDiagnosticParams = read(params).map_err(invalid)?;
    let uri = params.text_document.uri.0;
    session.waiting.push(Waiting { id: id.clone(), wants: Wants::File(uri, params.previous_result_id) });
    Ok(None)
}

/// `workspace/diagnostic`.
pub fn of_workspace(session: &mut Session, id: &RequestId, params: Value) -> Reply {
    let params: lsp::WorkspaceDiagnosticParams = read(params).map_err(invalid)?;
    let previous = params.previous_result_ids.into_iter().map(|known| (known.uri.0, known.value)).collect();
    session.waiting.push(Waiting { id: id.clone(), wants: Wants::All(previous) });
    Ok(None)
}

/// `textDocument/codeAction`: fixes depend on findings.
pub fn of_actions(session: &mut Session, id: &RequestId, params: Value) -> Reply {
    let _: lsp::CodeActionParams = read(params.clone()).map_err(invalid)?;
    session.waiting.push(Waiting { id: id.clone(), wants: Wants::Actions(params) });
    Ok(None)
}

/// The error for parameters that cannot be read.
pub fn invalid(message: String) -> lsp_server::ResponseError {
    error(ErrorCode::InvalidParams, &message)
}
