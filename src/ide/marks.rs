//! What stands where in a piece: every word that means something, with its exact place in the file.

use super::condition_words::{self, Word, WordKind};
use super::doc::Piece;
use super::lines;
use super::outline::{self, content};
use crate::source::{Span, Text};
use crate::syntax::items::{Item, ItemKind, key_text};
use crate::syntax::token::{Modifier, Op, Transformer};
use crate::syntax::yaml::{Node, Value};

/// A word of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where it is written.
    pub span: Span,
    /// What it is.
    pub kind: MarkKind,
    /// Its text, where that is not what is written there.
    pub text: Option<Box<str>>,
    /// Index of the item in the piece, among [`outline::items`].
    pub item: usize,
}

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// A key of an item.
    Key(ItemKind),
    /// A key inside `exceptions`.
    ExceptionKey,
    /// The name of a rule, macro or list, where it is defined or changed.
    Name(ItemKind),
    /// The name of an exception.
    ExceptionName,
    /// A priority.
    Priority,
    /// An event source.
    Source,
    /// A tag.
    Tag,
    /// An element of a list.
    Item,
    /// `append` or `replace`, or the key that is overridden.
    Override,
    /// `and`, `or` or `not`.
    Keyword,
    /// A field with its argument.
    Field,
    /// An operator.
    Op(Op),
    /// A modifier of an operator.
    Modifier(Modifier),
    /// A transformer.
    Transformer(Transformer),
    /// The use of a macro.
    Macro,
    /// A constant in a condition or an exception; perhaps the name of a list.
    Value,
    /// The percent sign and width of a field in an output.
    Percent,
}

impl Mark {
    /// Its text.
    pub fn text<'a>(&'a self, piece: &'a Piece) -> &'a str {
        match &self.text {
            Some(text) => text,
            None => piece.text().get(self.span.range()).unwrap_or_default(),
        }
    }
}

/// Reads the marks of a piece, in order.
pub fn read(piece: &Piece) -> Vec<Mark> {
    let mut reader = MarkReader { piece, marks: Vec::new(), item: 0 };
    for (at, item) in outline::items(piece.stream()).enumerate() {
        reader.item = at;
        if let Some(kind) = item.kind() {
            reader.item(item, kind);
        }
    }
    if reader.marks.is_empty() && piece.outline().broken {
        reader.by_lines();
    }
    let mut marks = reader.marks;
    marks.retain(|mark| piece.text().get(mark.span.range()).is_some_and(|text| !text.is_empty()));
    marks.sort_by_key(|mark| (mark.span.start, mark.span.end));
    marks.dedup_by(|a, b| a.span == b.span);
    marks
}

struct MarkReader<'p> {
    piece: &'p Piece,
    marks: Vec<Mark>,
    item: usize,
}

impl MarkReader<'_> {
    fn push(&mut self, span: Span, sort: MarkKind, text: &str) {
        let written = self.piece.text().get(span.range()).unwrap_or_default();
        let text = (written != text).then(|| text.into());
        self.marks.push(Mark { span, kind: sort, text, item: self.item });
    }

    fn scalar(&mut self, node: &Node, sort: MarkKind) {
        if let Some(scalar) = node.as_scalar() {
            self.push(content(self.piece, node), sort, &scalar.text.value);
        }
    }

    fn item(&mut self, item: Item<'_>, kind: ItemKind) {
        for (key, value) in item.entries {
            let Some(name) = key_text(key) else { continue };
            let known = kind.keys().contains(&name);
            if known {
                self.scalar(key, MarkKind::Key(kind));
            }
            match name {
                _ if name == kind.key()
                    && matches!(kind, ItemKind::List | ItemKind::Macro | ItemKind::Rule) =>
                {
                    self.scalar(value, MarkKind::Name(kind));
                }
                "condition" if known => self.condition(value),
                "output" if known => self.output(value),
                "priority" if known => self.scalar(value, MarkKind::Priority),
                "source" if known => self.scalar(value, MarkKind::Source),
                "tags" if known => self.elements(value, MarkKind::Tag),
                "items" if known => self.elements(value, MarkKind::Item),
                "override" if known => self.overrides(value),
                "exceptions" if known => self.exceptions(value),
                _ => {}
            }
        }
    }

    fn elements(&mut self, node: &Node, sort: MarkKind) {
        let elements = node.as_seq().unwrap_or_default();
        elements.iter().for_each(|element| self.scalar(element, sort));
    }

    fn overrides(&mut self, node: &Node) {
        for (key, value) in node.as_map().unwrap_or_default() {
            self.scalar(key, MarkKind::Override);
            self.scalar(value, MarkKind::Override);
        }
    }

    fn exceptions(&mut self, node: &Node) {
        for element in node.as_seq().unwrap_or_default() {
            for (key, value) in element.as_map().unwrap_or_default() {
                let Some(name) = key_text(key) else { continue };
                if !["name", "fields", "comps", "values"].contains(&name) {
                    continue;
                }
                self.scalar(key, MarkKind::ExceptionKey);
                match name {
                    "name" => self.scalar(value, MarkKind::ExceptionName),
                    "fields" => self.nested(value, MarkKind::Field, 0),
                    "values" => self.nested(value, MarkKind::Value, 0),
                    _ => self.comps(value),
                }
            }
        }
    }

    /// A text or lists of texts; deeper nesting means nothing to Falco.
    fn nested(&mut self, node: &Node, sort: MarkKind, depth: usize) {
        match node.value() {
            Value::Seq(elements) if depth < 4 => {
                elements.iter().for_each(|element| self.nested(element, sort, depth + 1));
            }
            _ => self.scalar(node, sort),
        }
    }

    fn comps(&mut self, node: &Node) {
        let all = node.as_seq().unwrap_or(std::slice::from_ref(node));
        for element in all {
            let Some(scalar) = element.as_scalar() else { continue };
            if let Some(op) = Op::from_text(scalar.text.value.trim()) {
                self.scalar(element, MarkKind::Op(op));
            }
        }
    }

    fn condition(&mut self, node: &Node) {
        let Some(scalar) = node.as_scalar() else { return };
        let text = &scalar.text;
        for word in condition_words::scan(&text.value).words {
            self.word(&word, &text.value, |range| text.span_of(range));
        }
    }

    fn word(&mut self, word: &Word, text: &str, place: impl Fn(std::ops::Range<usize>) -> Span) {
        let sort = match word.what {
            WordKind::Keyword => MarkKind::Keyword,
            WordKind::Field => MarkKind::Field,
            WordKind::Transformer(transformer) => MarkKind::Transformer(transformer),
            WordKind::Macro => MarkKind::Macro,
            WordKind::Op(op) => MarkKind::Op(op),
            WordKind::Modifier(modifier) => MarkKind::Modifier(modifier),
            WordKind::Value => MarkKind::Value,
            WordKind::Punctuation | WordKind::Unknown => return,
        };
        let span = place(word.range.clone());
        self.push(span, sort, text.get(word.range.clone()).unwrap_or_default());
    }

    fn output(&mut self, node: &Node) {
        let Some(scalar) = node.as_scalar() else { return };
        let text: &Text = &scalar.text;
        let value = &text.value;
        for percent in memchr::memchr_iter(b'%', value.as_bytes()) {
            let digits = value[percent + 1..].bytes().take_while(u8::is_ascii_digit).count();
            let start = percent + 1 + digits;
            let inside = operand_len(&value[start..]);
            if inside == 0 {
                continue;
            }
            self.push(text.span_of(percent..start), MarkKind::Percent, &value[percent..start]);
            for word in condition_words::scan(&value[start..start + inside]).words {
                let shifted = Word { range: word.range.start + start..word.range.end + start, ..word };
                if matches!(shifted.what, WordKind::Field | WordKind::Transformer(_) | WordKind::Value) {
                    self.word(&shifted, value, |range| text.span_of(range));
                }
            }
        }
    }

    /// Conditions of a piece that is not YAML.
    fn by_lines(&mut self) {
        let text = self.piece.text();
        let id = self.piece.id;
        for scalar in lines::scalars(text) {
            let sort = match text.get(scalar.key.clone()).unwrap_or_default() {
                "condition" => None,
                "priority" => Some(MarkKind::Priority),
                "source" => Some(MarkKind::Source),
                "rule" => Some(MarkKind::Name(ItemKind::Rule)),
                "macro" => Some(MarkKind::Name(ItemKind::Macro)),
                "list" => Some(MarkKind::Name(ItemKind::List)),
                _ => continue,
            };
            let value = text.get(scalar.content.clone()).unwrap_or_default();
            match sort {
                Some(sort) => {
                    self.push(Span::new(id, scalar.content.start, scalar.content.end), sort, value);
                }
                None => {
                    for word in condition_words::scan(value).words {
                        let base = scalar.content.start;
                        self.word(&word, value, |range| Span::new(id, base + range.start, base + range.end));
                    }
                }
            }
        }
    }
}

/// How far a field or transformer reaches at the start of a text; 0 if there is none. An output does not say where a
/// field ends: a full stop behind one is no part of it.
pub fn operand_len(text: &str) -> usize {
    match crate::syntax::condition::parse_operand(text) {
        Ok((_, len)) => len,
        Err(_) => crate::syntax::lexer::field_name(text).map_or(0, |(_, name)| name.len()),
    }
}
