//! Completions.

use super::requests::{Answer, QueriedFile, parse};
use super::session::Session;
use crate::ide::completion::{self as ide, Completion, CompletionKind};
use crate::ide::index::NameIndex;
use crate::ide::topic::{self, Topic};
use gen_lsp_types as lsp;
use serde_json::{Value, json};

/// Characters after which a client requests completions by itself.
pub const TRIGGERS: [&str; 11] = [" ", ".", "%", "[", "(", ",", "\"", "'", "=", "-", ":"];

/// `textDocument/completion`.
pub fn complete(here: &QueriedFile<'_>, offset: usize) -> Answer {
    let found = ide::complete(&here.snapshot, here.index, offset);
    let items: Vec<Value> = found.items.iter().map(|item| json!(shown(here, item))).collect();
    Ok(json!({"isIncomplete": found.incomplete, "items": items}))
}

fn shown(here: &QueriedFile<'_>, item: &Completion) -> lsp::CompletionItem {
    let can_snippets = here.session.client.can("/textDocument/completion/completionItem/snippetSupport");
    let is_snippet = item.snippet && can_snippets;
    let new_text = if item.snippet && !can_snippets { plain(&item.insert) } else { item.insert.clone() };
    let range = here.encoding().range(&here.doc, &item.replace);
    let uri = &here.set.files[here.index].uri;
    lsp::CompletionItem {
        label: item.label.clone(),
        kind: Some(kind(item.kind)),
        detail: Some(item.detail.clone()).filter(|detail| !detail.is_empty()),
        sort_text: Some(item.sort.clone()),
        filter_text: Some(item.label.clone()),
        insert_text_format: is_snippet.then_some(lsp::InsertTextFormat::Snippet),
        insert_text_mode: new_text.contains('\n').then_some(lsp::InsertTextMode::AdjustIndentation),
        text_edit: Some(lsp::TextEdit { range, new_text }.into()),
        data: item.topic.as_ref().map(|topic| json!({"uri": uri, "topic": topic})),
        ..lsp::CompletionItem::default()
    }
}

fn kind(sort: CompletionKind) -> lsp::CompletionItemKind {
    match sort {
        CompletionKind::Key => lsp::CompletionItemKind::Property,
        CompletionKind::Field => lsp::CompletionItemKind::Field,
        CompletionKind::Operator => lsp::CompletionItemKind::Operator,
        CompletionKind::Keyword => lsp::CompletionItemKind::Keyword,
        CompletionKind::Transformer | CompletionKind::Macro => lsp::CompletionItemKind::Function,
        CompletionKind::List => lsp::CompletionItemKind::Variable,
        CompletionKind::Rule => lsp::CompletionItemKind::Class,
        CompletionKind::Value => lsp::CompletionItemKind::Value,
        CompletionKind::Snippet => lsp::CompletionItemKind::Snippet,
        CompletionKind::Check => lsp::CompletionItemKind::Constant,
    }
}

/// A snippet as plain text, for a client without snippets: the first choice, or an empty placeholder.
fn plain(snippet: &str) -> String {
    let mut out = String::new();
    let mut chars = snippet.chars().peekable();
    // The end of each open placeholder.
    let mut open = 0_usize;
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            '$' if chars.peek().is_some_and(|c| *c == '{' || c.is_ascii_digit()) => {
                let is_open = chars.next_if_eq(&'{').is_some();
                while chars.next_if(char::is_ascii_digit).is_some() {}
                if is_open && chars.next_if_eq(&'|').is_some() {
                    let choices: String = chars.by_ref().take_while(|c| *c != '}').collect();
                    out += choices.trim_end_matches('|').split(',').next().unwrap_or_default();
                } else if is_open {
                    chars.next_if_eq(&':');
                    open += 1;
                }
            }
            '}' if open > 0 => open -= 1,
            c => out.push(c),
        }
    }
    out
}

/// `completionItem/resolve`: the same completion with its documentation.
pub fn resolve(session: &Session, params: Value) -> Answer {
    let mut item: lsp::CompletionItem = parse(params)?;
    let data = item.data.clone().unwrap_or_default();
    let topic: Option<Topic> = data.get("topic").and_then(|topic| serde_json::from_value(topic.clone()).ok());
    let uri = data["uri"].as_str().unwrap_or_default();
    let here = QueriedFile::new(session, &lsp::TextDocumentIdentifier { uri: uri.into() });
    if let (Some(topic), Some(here)) = (topic, here) {
        let text = topic::markdown(&here.snapshot, &NameIndex::new(&here.snapshot), &topic);
        item.documentation =
            text.map(|value| lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value }.into());
    }
    Ok(json!(item))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn snippets_as_text() {
        assert_eq!(
            plain("- rule: ${1:name}\n  priority: ${2|NOTICE,INFO|}$0"),
            "- rule: name\n  priority: NOTICE"
        );
        assert_eq!(plain("$1 in (${2})\\$x }{"), " in ()$x }{");
        assert_eq!(plain("${1:a ${2:b}}"), "a b");
        assert_eq!(plain("$"), "$");
    }
}
