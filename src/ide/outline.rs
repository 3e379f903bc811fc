//! The items that a piece defines, by kind and name. Read from the piece's own YAML, so an edit costs one piece.

use super::doc::Piece;
use super::lines;
use crate::source::Span;
use crate::syntax::items::{Item, ItemKind};
use crate::syntax::yaml::{Node, Stream, Value};

/// The items of a piece in order; usually one, or none before the first of a file.
#[derive(Debug, Default)]
pub struct Outline {
    /// The items.
    pub entries: Vec<OutlineItem>,
    /// True if the YAML is broken and the items were read line by line.
    pub broken: bool,
}

/// A rule, macro or list, or a change to one.
#[derive(Debug)]
pub struct OutlineItem {
    /// What it is.
    pub kind: ItemKind,
    /// Its name; for requirements the key.
    pub name: Box<str>,
    /// Where the name is written.
    pub name_span: Span,
    /// The whole item.
    pub span: Span,
    /// Whether it defines or changes the name.
    pub role: Role,
    /// `source` as written.
    pub source: Option<Box<str>>,
    /// Number of elements of `items`.
    pub size: usize,
    /// Its index among the nodes of [`items`]; `None` if it was read line by line.
    pub node: Option<usize>,
}

/// What an item does to its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Defines it, possibly again.
    Defines,
    /// Appends to it or replaces parts of it.
    Changes,
}

impl OutlineItem {
    /// True if it defines something of this kind.
    pub fn defines(&self, kind: ItemKind) -> bool {
        self.kind == kind && self.role == Role::Defines
    }
}

/// The top-level mappings of a stream.
pub fn items(stream: &Stream) -> impl Iterator<Item = Item<'_>> {
    let roots = stream.documents.iter().map(|document| &document.root);
    // An item without its dash, while the list is being typed, is a mapping.
    let nodes = roots.flat_map(|root| match root.value() {
        Value::Seq(items) => &items[..],
        _ => std::slice::from_ref(root),
    });
    nodes.filter_map(Item::new)
}

/// Reads the outline of a piece.
pub fn read(piece: &Piece) -> Outline {
    let stream = piece.stream();
    let entries: Vec<OutlineItem> =
        items(stream).enumerate().filter_map(|(at, item)| entry(piece, at, item)).collect();
    let broken = !stream.errors.is_empty() || stream.unclosed.is_some();
    if entries.is_empty() && broken {
        return Outline { entries: by_lines(piece).into_iter().collect(), broken };
    }
    Outline { entries, broken }
}

fn entry(piece: &Piece, at: usize, item: Item<'_>) -> Option<OutlineItem> {
    let kind = item.kind()?;
    let (key, value) = item.entry(kind.key())?;
    let scalar =
        value.as_scalar().filter(|_| matches!(kind, ItemKind::List | ItemKind::Macro | ItemKind::Rule));
    let (name, name_span) = match scalar {
        Some(scalar) => (&*scalar.text.value, content(piece, value)),
        None if matches!(kind, ItemKind::EngineVersion | ItemKind::PluginVersions) => (kind.key(), key.span),
        None => ("", key.span),
    };
    let source = item.get("source").and_then(Node::as_scalar).map(|scalar| scalar.text.value.clone());
    Some(OutlineItem {
        kind,
        name: name.into(),
        name_span,
        span: item.node.node().span,
        role: role(kind, item),
        source,
        size: item.get("items").and_then(Node::as_seq).map_or(0, <[Node]>::len),
        node: Some(at),
    })
}

fn role(kind: ItemKind, item: Item<'_>) -> Role {
    let appends = item.flag("append").ok().flatten().unwrap_or(false);
    let overrides = item.get("override").is_some_and(|node| !node.is_null());
    let needed: &[&str] = match kind {
        ItemKind::Rule => &["condition", "output", "desc", "priority"],
        _ => &[],
    };
    // A rule without any of these keys only sets `enabled`.
    let switches = !needed.is_empty() && needed.iter().all(|key| item.get(key).is_none());
    let switches = switches && item.get("enabled").is_some();
    if appends || overrides || switches { Role::Changes } else { Role::Defines }
}

/// The span of a scalar without its quotes.
pub fn content(piece: &Piece, node: &Node) -> Span {
    let span = node.node().span;
    let Some(scalar) = node.as_scalar() else { return span };
    let text = &scalar.text;
    match text.value.is_empty() {
        true => span,
        false => {
            let inside = text.span_of(0..text.value.len());
            // The target of an alias stands at another place.
            if piece.text().get(inside.range()).is_some() { inside } else { span }
        }
    }
}

/// The item of a piece that is not YAML, from the lines that still identify it.
fn by_lines(piece: &Piece) -> Option<OutlineItem> {
    let text = piece.text();
    let mut found: Option<OutlineItem> = None;
    let mut source = None;
    for line in lines::lines(text) {
        let (Some(key), value) = (line.key.clone(), line.value.clone()) else { continue };
        let key_text = text.get(key).unwrap_or_default();
        let value = lines::unquoted(text, value);
        let written = text.get(value.clone()).unwrap_or_default();
        let known =
            [ItemKind::Rule, ItemKind::Macro, ItemKind::List].into_iter().find(|kind| kind.key() == key_text);
        if let (Some(kind), None) = (known, &found) {
            let name_span = Span::new(piece.id, value.start, value.end);
            found = Some(OutlineItem {
                kind,
                name: written.into(),
                name_span,
                span: Span::new(piece.id, 0, text.trim_end().len()),
                role: Role::Defines,
                source: None,
                size: 0,
                node: None,
            });
        } else if key_text == "source" && !written.is_empty() {
            source = Some(written.into());
        } else if let (true, Some(found)) = (matches!(key_text, "append" | "override"), &mut found) {
            found.role = Role::Changes;
        }
    }
    let mut found = found?;
    found.source = source;
    Some(found)
}
