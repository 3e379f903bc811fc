//! Requests: parameters become files and bytes for `ide`, its answers become positions for the client.

use super::position::Encoding;
use super::pull::{self, invalid};
use super::session::{Reply, Session, error, read};
use super::set::{FileSet, SetFile};
use super::{actions, completion, lens, navigation, view};
use crate::ide::doc::Doc;
use crate::ide::{DocRange, Snapshot, TextChange};
use gen_lsp_types as lsp;
use lsp_server::{ErrorCode, RequestId, ResponseError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The result of a request.
pub type Answer = Result<Value, ResponseError>;

/// The file of a request.
pub struct QueriedFile<'s> {
    /// The session.
    pub session: &'s Session,
    /// The set of the file.
    pub set: &'s FileSet,
    /// All files of the set.
    pub snapshot: Snapshot,
    /// Index of the file in the set.
    pub index: usize,
    /// Its text.
    pub doc: Arc<Doc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AboutFile {
    text_document: lsp::TextDocumentIdentifier,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AboutPlace {
    text_document: lsp::TextDocumentIdentifier,
    position: lsp::Position,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AboutRange {
    text_document: lsp::TextDocumentIdentifier,
    range: lsp::Range,
}

/// Answers a request.
pub fn handle(session: &mut Session, id: &RequestId, method: &str, params: Value) -> Reply {
    if method == "textDocument/diagnostic" {
        return pull::of_file(session, id, params);
    }
    if method == "workspace/diagnostic" {
        return pull::of_workspace(session, id, params);
    }
    if method == "textDocument/codeAction" {
        return pull::of_actions(session, id, params);
    }
    if method == "workspace/executeCommand" {
        return lens::execute(session, id, params);
    }
    answer(session, method, params).map(Some)
}

fn answer(session: &Session, method: &str, params: Value) -> Answer {
    match method {
        "textDocument/completion" => at_place(session, params, completion::complete),
        "completionItem/resolve" => completion::resolve(session, params),
        "textDocument/hover" => at_place(session, params, view::hover),
        "textDocument/definition" => at_place(session, params, navigation::definition),
        "textDocument/references" => {
            let includes = params["context"]["includeDeclaration"].as_bool().unwrap_or(true);
            at_place(session, params, |here, offset| navigation::references(here, offset, includes))
        }
        "textDocument/documentHighlight" => at_place(session, params, navigation::highlights),
        "textDocument/prepareRename" => at_place(session, params, navigation::prepare_rename),
        "textDocument/rename" => {
            let name = params["newName"].as_str().unwrap_or_default().to_owned();
            at_place(session, params, |here, offset| navigation::rename(here, offset, &name))
        }
        "textDocument/documentSymbol" => in_file(session, params, navigation::symbols),
        "workspace/symbol" => navigation::workspace_symbols(session, params),
        "textDocument/foldingRange" => in_file(session, params, view::folds),
        "textDocument/selectionRange" => {
            let params: lsp::SelectionRangeParams = parse(params)?;
            let Some(here) = QueriedFile::new(session, &params.text_document) else { return Ok(Value::Null) };
            view::selections(&here, &params.positions)
        }
        "textDocument/semanticTokens/full" => in_file(session, params, |here| view::tokens(here, None)),
        "textDocument/semanticTokens/range" => {
            in_range(session, params, |here, range| view::tokens(here, Some(range)))
        }
        "textDocument/codeLens" => in_file(session, params, lens::lenses),
        "codeLens/resolve" => lens::resolve(session, params),
        "textDocument/inlayHint" => in_range(session, params, lens::hints),
        "textDocument/formatting" => in_file(session, params, |here| actions::format(here, None)),
        "textDocument/rangeFormatting" => {
            let AboutRange { text_document, range } = parse(params)?;
            // The end of a range at the start of a line does not touch the line.
            let last =
                range.end.line + u32::from(range.end.character > 0 || range.end.line == range.start.line);
            let lines = range.start.line as usize..last as usize;
            let here = QueriedFile::new(session, &text_document);
            here.map_or(Ok(Value::Null), |here| actions::format(&here, Some(lines)))
        }
        _ => Err(error(ErrorCode::MethodNotFound, &format!("there is no method `{method}`"))),
    }
}

/// Reads the parameters of a request.
pub fn parse<P: DeserializeOwned>(params: Value) -> Result<P, ResponseError> {
    read(params).map_err(invalid)
}

fn in_file(session: &Session, params: Value, answer: impl FnOnce(&QueriedFile<'_>) -> Answer) -> Answer {
    let AboutFile { text_document } = parse(params)?;
    QueriedFile::new(session, &text_document).map_or(Ok(Value::Null), |here| answer(&here))
}

fn at_place(
    session: &Session,
    params: Value,
    answer: impl FnOnce(&QueriedFile<'_>, usize) -> Answer,
) -> Answer {
    let AboutPlace { text_document, position } = parse(params)?;
    let Some(here) = QueriedFile::new(session, &text_document) else { return Ok(Value::Null) };
    answer(&here, here.encoding().offset(&here.doc, position))
}

/// Answers a request about a range of a file.
pub fn in_range(
    session: &Session,
    params: Value,
    answer: impl FnOnce(&QueriedFile<'_>, Range<usize>) -> Answer,
) -> Answer {
    let AboutRange { text_document, range } = parse(params)?;
    let Some(here) = QueriedFile::new(session, &text_document) else { return Ok(Value::Null) };
    answer(&here, here.encoding().bytes(&here.doc, range))
}

impl<'s> QueriedFile<'s> {
    /// The file of a URI, if the server knows it and it has rules or may have some after more typing.
    pub fn new(session: &'s Session, document: &lsp::TextDocumentIdentifier) -> Option<QueriedFile<'s>> {
        let at = session.workspace.find(&document.uri.0)?;
        let set = &session.workspace.sets[at.set];
        if !set.may_have_rules() {
            return None;
        }
        Some(QueriedFile {
            session,
            set,
            snapshot: set.snapshot(),
            index: at.file,
            doc: set.files[at.file].doc.clone(),
        })
    }

    /// The client's unit of positions.
    pub fn encoding(&self) -> Encoding {
        self.session.client.encoding
    }

    /// The positions of a range of the file.
    pub fn range(&self, range: &Range<usize>) -> Value {
        json!(self.encoding().range(&self.doc, range))
    }

    /// The location of a range in any file of the set.
    pub fn location(&self, place: &DocRange) -> Option<Value> {
        location(self.set, self.encoding(), place)
    }

    /// Changes of files of the set as a `WorkspaceEdit`.
    pub fn edit(&self, changes: &[TextChange]) -> Value {
        workspace_edit(self.session, self.edits(changes))
    }

    /// Changes of files of the set, file by file.
    pub fn edits(&self, changes: &[TextChange]) -> Vec<FileEdits> {
        let mut by_file: BTreeMap<usize, FileEdits> = BTreeMap::new();
        for change in changes {
            let Some(SetFile { uri, version, doc, .. }) = self.set.files.get(change.doc) else { continue };
            let of_file = by_file.entry(change.doc).or_insert_with(|| FileEdits::new(uri, *version));
            of_file.push(self.encoding(), doc, change);
        }
        by_file.into_values().collect()
    }
}

/// Edits of one file.
#[derive(Debug)]
pub struct FileEdits {
    uri: String,
    version: Option<i32>,
    edits: Vec<Value>,
}

impl FileEdits {
    /// No edits.
    pub fn new(uri: &str, version: Option<i32>) -> FileEdits {
        FileEdits { uri: uri.to_owned(), version, edits: Vec::new() }
    }

    /// Adds an edit.
    pub fn push(&mut self, encoding: Encoding, doc: &Doc, change: &TextChange) {
        self.edits.push(json!({"range": encoding.range(doc, &change.range), "newText": change.text}));
    }
}

/// A `WorkspaceEdit`, with versions if the client knows them.
pub fn workspace_edit(session: &Session, files: Vec<FileEdits>) -> Value {
    if session.client.can("/workspace/workspaceEdit/documentChanges") {
        let edit = |FileEdits { uri, version, edits }| json!({"textDocument": {"uri": uri, "version": version}, "edits": edits});
        return json!({"documentChanges": files.into_iter().map(edit).collect::<Vec<_>>()});
    }
    let changes: Map<String, Value> = files.into_iter().map(|file| (file.uri, file.edits.into())).collect();
    json!({"changes": changes})
}

/// The location of a range in a file of a set.
pub fn location(set: &FileSet, encoding: Encoding, place: &DocRange) -> Option<Value> {
    let file = set.files.get(place.doc)?;
    Some(json!({"uri": file.uri, "range": encoding.range(&file.doc, &place.range)}))
}
