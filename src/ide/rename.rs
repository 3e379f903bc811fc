//! Renaming of a rule, macro or list in all files. Refused if it would change the meaning of the rules.

use super::doc::{Piece, Placed};
use super::index::{NameIndex, each_substituted, occurrences};
use super::marks::MarkKind;
use super::outline::content;
use super::reference::{self, Referent};
use super::{DocRange, Snapshot, TextChange};
use crate::syntax::items::ItemKind;
use crate::syntax::lexer;
use crate::syntax::token::OPERATORS;
use crate::syntax::yaml::Node;
use std::ops::Range;

/// The name at an offset, if it can be renamed; the `Err` is the reason why not.
pub fn prepare(snapshot: &Snapshot, doc: usize, offset: usize) -> Result<(Range<usize>, String), String> {
    let index = NameIndex::new(snapshot);
    let (range, kind, name) = named(snapshot, &index, doc, offset)?;
    places(snapshot, &index, kind, name)?;
    Ok((range, name.to_owned()))
}

/// The changes that rename the name at an offset; the `Err` is the reason why it cannot have the new name.
pub fn rename(snapshot: &Snapshot, doc: usize, offset: usize, new: &str) -> Result<Vec<TextChange>, String> {
    let index = NameIndex::new(snapshot);
    let (_, kind, name) = named(snapshot, &index, doc, offset)?;
    if name == new {
        return Ok(Vec::new());
    }
    check(snapshot, &index, kind, new)?;
    let places = places(snapshot, &index, kind, name)?;
    let change = |place: DocRange| {
        let text = if kind == ItemKind::Rule { quoted(snapshot, &place, new) } else { Ok(new.to_owned()) };
        text.map(|text| TextChange { doc: place.doc, range: place.range, text })
    };
    places.into_iter().map(change).collect()
}

fn named<'s>(
    snapshot: &'s Snapshot,
    index: &NameIndex<'s>,
    doc: usize,
    offset: usize,
) -> Result<(Range<usize>, ItemKind, &'s str), String> {
    let at = reference::at(snapshot, index, doc, offset);
    match at.map(|at| (at.range, at.target)) {
        Some((range, Some(Referent::Named(kind, name)))) if !name.is_empty() => match index.has(kind, name) {
            true => Ok((range, kind, name)),
            false => Err(format!("no file defines `{name}`")),
        },
        _ => Err("only rules, macros and lists can be renamed".to_owned()),
    }
}

/// All places of a name, if each is written without escapes.
fn places(
    snapshot: &Snapshot,
    index: &NameIndex<'_>,
    kind: ItemKind,
    name: &str,
) -> Result<Vec<DocRange>, String> {
    if kind == ItemKind::Macro && index.has(ItemKind::List, name)
        || kind == ItemKind::List && index.has(ItemKind::Macro, name)
    {
        return Err(format!("`{name}` is a macro and a list: Falco puts the list in the place of the macro"));
    }
    if kind != ItemKind::Rule
        && !name.bytes().all(|byte| byte.is_ascii_graphic() && !super::index::is_separator(byte))
    {
        return Err(format!("`{name}` cannot be told from the words around it"));
    }
    unreadable(snapshot, name)?;
    let (mut places, named) = reference::places(index, &Referent::Named(kind, name));
    places.extend(named);
    places.sort_by_key(|place| (place.doc, place.range.start, place.range.end));
    places.dedup();
    let written = |place: &DocRange| snapshot.docs.get(place.doc).map(|doc| text(doc, place.range.clone()));
    let differs = |place: &&DocRange| written(place).is_none_or(|written| written != name);
    if kind == ItemKind::Rule {
        return Ok(places);
    }
    match places.iter().find(differs) {
        Some(place) => {
            let file = snapshot.docs.get(place.doc).map_or("", |doc| &doc.name);
            Err(format!("`{name}` is written with escapes in {file}"))
        }
        None => Ok(places),
    }
}

/// Fails if a piece is not YAML: uses in it may be missed.
fn unreadable(snapshot: &Snapshot, name: &str) -> Result<(), String> {
    for doc in &snapshot.docs {
        let broken = |placed: &&Placed| placed.piece.text().contains(name) && placed.piece.outline().broken;
        if let Some(placed) = doc.pieces.iter().find(broken) {
            return Err(format!(
                "the item of line {} of {} cannot be read as YAML",
                placed.line + 1,
                doc.name
            ));
        }
    }
    Ok(())
}

fn text(doc: &super::doc::Doc, range: Range<usize>) -> String {
    doc.slice(range).to_owned()
}

/// Fails if a name is taken or would have another meaning at one of its new places.
fn check(snapshot: &Snapshot, index: &NameIndex<'_>, kind: ItemKind, new: &str) -> Result<(), String> {
    if index.has(kind, new) {
        return Err(format!("there is a {} named `{new}`", kind.key()));
    }
    if kind == ItemKind::Rule {
        let bad = new.trim().is_empty() || new.chars().any(char::is_control);
        return if bad { Err("a rule needs a name of one line".to_owned()) } else { Ok(()) };
    }
    let is_identifier = lexer::identifier(new).is_ok_and(|(rest, _)| rest.is_empty());
    let is_list_name = new.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && new.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && !new.ends_with('.');
    match kind {
        ItemKind::Macro if !is_identifier => {
            return Err("a macro is named by a letter, then letters, digits and `_`".to_owned());
        }
        ItemKind::List if !is_list_name => {
            return Err(
                "a list is named by a letter or `_`, then letters, digits, `_`, `-` and `.`".to_owned()
            );
        }
        _ => {}
    }
    let keyword = ["and", "or", "not", "null", "Null", "NULL"].contains(&new);
    if keyword || OPERATORS.iter().any(|op| op.text() == new) {
        return Err(format!("`{new}` is a word of the language"));
    }
    let other = if kind == ItemKind::List { ItemKind::Macro } else { ItemKind::List };
    if index.has(other, new) {
        return Err(format!(
            "there is a {} named `{new}`: Falco puts lists in the place of all such words",
            other.key()
        ));
    }
    match kind {
        ItemKind::List => caught(snapshot, new),
        _ => used(index, new),
    }
}

/// A macro can be referenced before it is defined.
fn used(index: &NameIndex<'_>, new: &str) -> Result<(), String> {
    let uses =
        index.marked(new, |mark, placed| mark.kind == MarkKind::Macro && mark.text(&placed.piece) == new);
    match uses.is_empty() {
        true => Ok(()),
        false => Err(format!("`{new}` is used as a macro already")),
    }
}

/// A list replaces every such word in all conditions, exceptions and lists.
fn caught(snapshot: &Snapshot, new: &str) -> Result<(), String> {
    for doc in &snapshot.docs {
        for placed in doc.pieces.iter().filter(|placed| placed.piece.text().contains(new)) {
            let mut found = false;
            each_substituted(placed, &mut |text, whole| {
                found |=
                    if whole { &*text.value == new } else { occurrences(&text.value, new).next().is_some() };
                // Elements are substituted into conditions as text.
                found |= whole && occurrences(&text.value, new).next().is_some();
            });
            if found {
                let line = placed.line + 1;
                return Err(format!(
                    "the word `{new}` stands in {} at the item of line {line}: Falco would put the list in its place",
                    doc.name
                ));
            }
        }
    }
    Ok(())
}

/// The changes that rename a rule in test files. The files of the changes are indices of these texts.
pub fn in_tests<'t>(texts: impl IntoIterator<Item = &'t str>, old: &str, new: &str) -> Vec<TextChange> {
    let mut changes = Vec::new();
    for (doc, text) in texts.into_iter().enumerate() {
        let piece = Piece::new(text);
        let mut names: Vec<&Node> = Vec::new();
        let cases =
            piece.stream().documents.first().and_then(|document| document.root.get("tests")?.as_seq());
        for case in cases.unwrap_or_default() {
            for key in ["fires", "silent", "exactly"] {
                names.extend(case.get(key).and_then(Node::as_seq).unwrap_or_default());
            }
            for key in ["output", "output_fields"] {
                names.extend(
                    case.get(key).and_then(Node::as_map).unwrap_or_default().iter().map(|(key, _)| key),
                );
            }
        }
        let is_old = |node: &&Node| node.as_scalar().is_some_and(|scalar| &*scalar.text.value == old);
        for node in names.into_iter().filter(is_old) {
            let range = content(&piece, node).range();
            changes.push(TextChange { doc, text: as_written(text, range.start, new), range });
        }
    }
    changes.dedup();
    changes
}

/// The name of a rule, quoted as its place requires.
fn quoted(snapshot: &Snapshot, place: &DocRange, new: &str) -> Result<String, String> {
    let doc = snapshot.docs.get(place.doc).ok_or("the file is gone")?;
    let piece = doc.piece_at(place.range.start).ok_or("the file is empty")?;
    Ok(as_written(piece.piece.text(), place.range.start - piece.start, new))
}

/// A text, quoted as its place requires: the quote before it stays.
fn as_written(text: &str, at: usize, new: &str) -> String {
    let quote = at.checked_sub(1).and_then(|before| text.as_bytes().get(before)).copied();
    match quote {
        Some(b'"') => new.replace('\\', "\\\\").replace('"', "\\\""),
        Some(b'\'') => new.replace('\'', "''"),
        _ if is_plain(new) => new.to_owned(),
        _ => format!("\"{}\"", new.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

/// True if YAML values can contain a text without quotes.
pub fn is_plain(text: &str) -> bool {
    let first = text.chars().next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '/'));
    let inside =
        !text.contains(": ") && !text.contains(" #") && !text.contains([',', '[', ']', '{', '}', '\n']);
    let null = matches!(text, "null" | "Null" | "NULL" | "~");
    first && inside && !null && !text.ends_with([':', ' ']) && text.trim() == text
}
