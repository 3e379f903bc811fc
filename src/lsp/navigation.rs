//! Definitions, references, symbols and renames.

use super::requests::{Answer, FileEdits, QueriedFile, location, parse, workspace_edit};
use super::session::{Session, error};
use crate::ide::doc::Doc;
use crate::ide::index::NameIndex;
use crate::ide::reference::{self, Referent};
use crate::ide::symbols::{self, Symbol, SymbolKind};
use crate::ide::{DocRange, navigation, rename as ide};
use crate::render::uri;
use crate::syntax::items::ItemKind;
use gen_lsp_types as lsp;
use lsp_server::ErrorCode;
use serde_json::{Value, json};
use std::sync::Arc;

/// The maximum number of workspace symbols in one answer.
const SYMBOLS: usize = 500;

/// `textDocument/definition`.
pub fn definition(here: &QueriedFile<'_>, offset: usize) -> Answer {
    let found = navigation::definitions(&here.snapshot, here.index, offset);
    let has_links = here.session.client.can("/textDocument/definition/linkSupport");
    let shown = found.iter().filter_map(|found| {
        let name = here.location(&found.name)?;
        if !has_links {
            return Some(name);
        }
        let item = here.location(&DocRange { doc: found.name.doc, range: found.item.clone() })?;
        Some(json!({
            "originSelectionRange": here.range(&found.origin),
            "targetUri": name["uri"],
            "targetRange": item["range"],
            "targetSelectionRange": name["range"],
        }))
    });
    Ok(shown.collect())
}

/// `textDocument/references`.
pub fn references(here: &QueriedFile<'_>, offset: usize, include_definitions: bool) -> Answer {
    let found = navigation::references(&here.snapshot, here.index, offset, include_definitions);
    Ok(found.iter().filter_map(|place| here.location(place)).collect())
}

/// `textDocument/documentHighlight`.
pub fn highlights(here: &QueriedFile<'_>, offset: usize) -> Answer {
    let found = navigation::highlights(&here.snapshot, here.index, offset);
    let shown = found.iter().map(|found| {
        let kind =
            if found.defines { lsp::DocumentHighlightKind::Write } else { lsp::DocumentHighlightKind::Read };
        json!({"range": here.range(&found.range), "kind": kind})
    });
    Ok(shown.collect())
}

/// `textDocument/prepareRename`.
pub fn prepare_rename(here: &QueriedFile<'_>, offset: usize) -> Answer {
    // A place without a name is no error.
    let Ok((range, name)) = ide::prepare(&here.snapshot, here.index, offset) else { return Ok(Value::Null) };
    Ok(json!({"range": here.range(&range), "placeholder": name}))
}

/// `textDocument/rename`; a rule is renamed in test files too.
pub fn rename(here: &QueriedFile<'_>, offset: usize, name: &str) -> Answer {
    let refused = |reason: String| error(ErrorCode::RequestFailed, &reason);
    let changes = ide::rename(&here.snapshot, here.index, offset, name).map_err(refused)?;
    let mut files = here.edits(&changes);
    let index = NameIndex::new(&here.snapshot);
    let target = reference::at(&here.snapshot, &index, here.index, offset).and_then(|at| at.target);
    if let Some(Referent::Named(ItemKind::Rule, old)) = target {
        files.extend(in_tests(here, old, name));
    }
    Ok(workspace_edit(here.session, files))
}

fn in_tests(here: &QueriedFile<'_>, old: &str, new: &str) -> Vec<FileEdits> {
    let mut edited = Vec::new();
    for path in &here.set.test_files {
        let uri = uri::of_path(path);
        let open = here.session.workspace.find(&uri).map(|at| here.session.workspace.file(at));
        let (uri, version) = open.map_or((&*uri, None), |file| (&*file.uri, file.version));
        let doc = match (open, std::fs::read_to_string(path)) {
            (Some(file), _) => file.doc.clone(),
            (None, Ok(text)) => Arc::new(Doc::new("", &text)),
            (None, Err(_)) => continue,
        };
        let changes = ide::in_tests([&*doc.text()], old, new);
        let mut edits = FileEdits::new(uri, version);
        changes.iter().for_each(|change| edits.push(here.encoding(), &doc, change));
        edited.extend((!changes.is_empty()).then_some(edits));
    }
    edited
}

/// `textDocument/documentSymbol`.
pub fn symbols(here: &QueriedFile<'_>) -> Answer {
    let found = symbols::document(&here.snapshot, here.index);
    if here.session.client.can("/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport") {
        return Ok(found.iter().map(|symbol| nested(here, symbol)).collect());
    }
    let uri = &here.set.files[here.index].uri;
    let flat = found.iter().map(|symbol| {
        let range = here.range(&symbol.name_range);
        json!({"name": symbol.name, "kind": kind(symbol.kind), "location": {"uri": uri, "range": range}})
    });
    Ok(flat.collect())
}

fn nested(here: &QueriedFile<'_>, symbol: &Symbol) -> Value {
    json!({
        // A symbol without a name is refused by clients.
        "name": if symbol.name.trim().is_empty() { "(no name)" } else { &symbol.name },
        "detail": symbol.detail,
        "kind": kind(symbol.kind),
        "range": here.range(&symbol.range),
        "selectionRange": here.range(&symbol.name_range),
        "children": symbol.children.iter().map(|child| nested(here, child)).collect::<Vec<_>>(),
    })
}

fn kind(sort: SymbolKind) -> lsp::SymbolKind {
    match sort {
        SymbolKind::Item(kind) => item_kind(kind),
        SymbolKind::Key => lsp::SymbolKind::Property,
        SymbolKind::Exception => lsp::SymbolKind::Object,
    }
}

fn item_kind(kind: ItemKind) -> lsp::SymbolKind {
    match kind {
        ItemKind::Rule => lsp::SymbolKind::Class,
        ItemKind::Macro => lsp::SymbolKind::Function,
        ItemKind::List => lsp::SymbolKind::Array,
        ItemKind::EngineVersion | ItemKind::PluginVersions => lsp::SymbolKind::Constant,
    }
}

/// `workspace/symbol`.
pub fn workspace_symbols(session: &Session, params: Value) -> Answer {
    let params: lsp::WorkspaceSymbolParams = parse(params)?;
    let mut all = Vec::new();
    for set in session.workspace.sets.iter().filter(|set| set.has_rules()) {
        for found in symbols::workspace(&set.snapshot(), &params.query, SYMBOLS) {
            let location = location(set, session.client.encoding, &found.place);
            let container = set.files.get(found.place.doc).map(|file| &*file.doc.name);
            all.push(json!({
                "name": found.name, "kind": item_kind(found.kind), "location": location, "containerName": container,
            }));
        }
    }
    all.truncate(SYMBOLS);
    Ok(all.into())
}
