//! Hovers, folds, selections and semantic tokens.

use super::requests::{Answer, QueriedFile};
use crate::ide::folding::{self, FoldKind};
use crate::ide::tokens::{self, Meaning};
use crate::ide::{hover as ide, selection};
use gen_lsp_types as lsp;
use serde_json::{Value, json};
use std::ops::Range;

/// The types of [`Meaning`]s, in their order.
pub const TOKEN_TYPES: [&str; 11] = [
    "keyword",
    "property",
    "operator",
    "function",
    "macro",
    "variable",
    "class",
    "string",
    "number",
    "operator",
    "enumMember",
];
/// The only token modifier: the word is defined here.
pub const TOKEN_MODIFIERS: [&str; 1] = ["declaration"];

/// `textDocument/hover`.
pub fn hover(here: &QueriedFile<'_>, offset: usize) -> Answer {
    let Some(hover) = ide::hover(&here.snapshot, here.index, offset) else { return Ok(Value::Null) };
    Ok(json!({"contents": {"kind": "markdown", "value": hover.markdown}, "range": here.range(&hover.range)}))
}

/// `textDocument/foldingRange`.
pub fn folds(here: &QueriedFile<'_>) -> Answer {
    let shown = folding::folds(&here.doc).into_iter().map(|fold| {
        let mut shown = json!({"startLine": fold.first, "endLine": fold.last});
        if fold.kind == FoldKind::Comment {
            shown["kind"] = json!("comment");
        }
        shown
    });
    Ok(shown.collect())
}

/// `textDocument/selectionRange`.
pub fn selections(here: &QueriedFile<'_>, positions: &[lsp::Position]) -> Answer {
    let around = |position: &lsp::Position| {
        let offset = here.encoding().offset(&here.doc, *position);
        let ranges = selection::ranges(&here.snapshot, here.index, offset);
        let outermost = ranges.iter().rev().fold(None, |parent: Option<Value>, range| {
            Some(json!({"range": here.range(range), "parent": parent}))
        });
        // The answer has one entry for each requested position.
        outermost.unwrap_or_else(|| json!({"range": here.range(&(offset..offset))}))
    };
    Ok(positions.iter().map(around).collect())
}

/// `textDocument/semanticTokens`, encoded relative to the token before.
pub fn tokens(here: &QueriedFile<'_>, within: Option<Range<usize>>) -> Answer {
    let mut data: Vec<u32> = Vec::new();
    let mut last = lsp::Position::default();
    for token in tokens::tokens(&here.snapshot, here.index, within) {
        let at = here.encoding().position(&here.doc, token.range.start);
        let length = here.encoding().count(here.doc.slice(token.range.clone()));
        let is_after = (at.line, at.character) >= (last.line, last.character);
        if !is_after || length == 0 {
            continue;
        }
        let before = if at.line == last.line { last.character } else { 0 };
        let number = u32::try_from(length).unwrap_or(u32::MAX);
        data.extend([
            at.line - last.line,
            at.character - before,
            number,
            kind(token.meaning),
            token.defines.into(),
        ]);
        last = at;
    }
    Ok(json!({"data": data}))
}

fn kind(meaning: Meaning) -> u32 {
    match meaning {
        Meaning::Keyword => 0,
        Meaning::Field => 1,
        Meaning::Operator => 2,
        Meaning::Transformer => 3,
        Meaning::Macro => 4,
        Meaning::List => 5,
        Meaning::Rule => 6,
        Meaning::Text => 7,
        Meaning::Number => 8,
        Meaning::Percent => 9,
        Meaning::Tag => 10,
    }
}
