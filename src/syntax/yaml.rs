//! YAML as a tree with byte-exact spans and comments. The only user of the span-keeping YAML crate.

#[cfg(test)]
mod agreement_test;
mod convert;
mod cpp;
mod explain;
mod scalar;
mod tree;

pub use convert::{to_bool, to_u32};

use crate::source::{FileId, SourceFile, Span, Text};
use std::collections::HashSet;
use std::sync::Arc;
use tree::{Builder, Fault, is_null};

/// A whole file as YAML.
#[derive(Debug, Default)]
pub struct Stream {
    /// The documents, in order. One that syntax errors cut short holds the top-level items that could be read.
    pub documents: Vec<Document>,
    /// All comments, in order; spans include the `#` and exclude the line break.
    pub comments: Vec<Span>,
    /// Syntax errors in the order found. yaml-cpp stops at the first; later ones come from resuming at a later item
    /// or document.
    pub errors: Vec<YamlError>,
    /// The opening quote of a scalar that runs to the end of the file. yaml-cpp takes it as closed there.
    pub unclosed: Option<Span>,
    /// Only yaml-cpp refuses the text. That was looked for in the text as a whole, and the first place was found.
    pub refused: bool,
    /// Where the text is no YAML although yaml-cpp accepts it; the documents are as yaml-cpp reads them.
    pub lax: Option<YamlError>,
    /// Where the text begins that Falco does not read, because an empty document stands before it.
    pub unread: Option<Span>,
}

/// One document of a stream.
#[derive(Debug)]
pub struct Document {
    /// Its root; `Value::Null` for an empty document.
    pub root: Node,
    /// False if a syntax error cut it short: what is there is all that could be read.
    pub complete: bool,
    /// There may be keys in it that are no scalars.
    odd_keys: bool,
}

/// A place where the text is not YAML.
#[derive(Debug, Clone)]
pub struct YamlError {
    /// Where.
    pub span: Span,
    /// In our words: lower case, no full stop.
    pub message: String,
    /// The bracket that is to blame, if it is one that is open.
    pub opened: Option<Span>,
    /// Brackets or quotes are open, so that what follows the text would belong to them.
    pub to_end: bool,
    /// What yaml-cpp says after `yaml-cpp: error at line L, column C: `. Exact for the first error of a file; empty if
    /// yaml-cpp accepts the text.
    pub yaml_cpp: String,
    /// yaml-cpp's 0-based mark: line, column, offset.
    pub mark: (usize, usize, usize),
}

/// A node with its span. The span of a collection runs from its first to its last byte. A tag or anchor belongs to
/// its node, so the span begins where yaml-cpp's mark is; for an alias, the node it names holds that mark.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where.
    pub span: Span,
    /// What.
    pub value: Value,
}

/// What a node is, as yaml-cpp would see it.
#[derive(Debug, Clone)]
pub enum Value {
    /// Empty, `~`, `null`, `Null` or `NULL`, plain only.
    Null,
    /// Any other scalar.
    Scalar(Scalar),
    /// A sequence.
    Seq(Vec<Node>),
    /// A mapping in order, duplicate keys kept.
    Map(Vec<(Node, Node)>),
    /// An anchored node or an alias to one.
    Shared(Arc<Node>),
}

/// A scalar with its decoded text.
#[derive(Debug, Clone)]
pub struct Scalar {
    /// The decoded text and its place.
    pub text: Text,
    /// How it was written.
    pub style: Style,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// No quotes.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

impl Node {
    /// The value, seen through anchors and aliases.
    pub fn value(&self) -> &Value {
        &self.node().value
    }

    /// The node itself, seen through anchors and aliases. Its span begins at yaml-cpp's mark.
    pub fn node(&self) -> &Node {
        let mut node = self;
        while let Value::Shared(inner) = &node.value {
            node = inner;
        }
        node
    }

    /// The scalar, if it is one that is not null.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match self.value() {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The elements, if it is a sequence.
    pub fn as_seq(&self) -> Option<&[Node]> {
        match self.value() {
            Value::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The pairs, if it is a mapping.
    pub fn as_map(&self) -> Option<&[(Node, Node)]> {
        match self.value() {
            Value::Map(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// True if it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.value(), Value::Null)
    }

    /// The value of the first pair with this key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let is = |node: &Node| node.as_scalar().is_some_and(|scalar| &*scalar.text.value == key);
        self.as_map()?.iter().find(|(node, _)| is(node)).map(|(_, value)| value)
    }
}

/// Parses a file. Never fails: what cannot be read is in `errors`.
pub fn parse(id: FileId, file: &SourceFile) -> Stream {
    let mut stream = read(id, &file.text);
    stop_at_null(id, &mut stream, file.text.len());
    stream
}

/// Drops what stands behind the first empty document: yaml-cpp, as Falco uses it, stops reading there.
fn stop_at_null(id: FileId, stream: &mut Stream, end: usize) {
    let Some(at) = stream.documents.iter().position(|document| document.complete && document.root.is_null())
    else {
        return;
    };
    let rest = stream.documents.iter().skip(at + 1).find(|document| !document.root.is_null());
    if let Some(rest) = rest {
        stream.unread.get_or_insert(Span::new(id, rest.root.span.start as usize, end));
    }
    stream.documents.truncate(at);
}

/// Where the token begins that follows a node without content: behind its colon, blanks, line breaks and comments.
pub fn next_token(text: &str, from: usize) -> usize {
    let mut at = from + usize::from(text.as_bytes().get(from) == Some(&b':'));
    loop {
        let rest = text.get(at..).unwrap_or_default();
        at += rest.find(|c| !matches!(c, ' ' | '\t' | '\n' | '\r')).unwrap_or(rest.len());
        if !text.get(at..).is_some_and(|rest| rest.starts_with('#')) {
            return at;
        }
        at = scalar::find_break(text, at);
    }
}

/// True if yaml-cpp reads the text without an error. [`parse`] asks only where it may see things otherwise.
pub fn is_accepted(text: &str) -> bool {
    cpp::check(text).is_none()
}

/// How much is read at a time once there was an error.
const WINDOW: usize = 1 << 16;

fn read(id: FileId, source: &str) -> Stream {
    let limit = source.len();
    let mut builder = Builder::new(id, source);
    let mut errors: Vec<YamlError> = Vec::new();
    let mut marker = cpp::Marker::new(source);
    if begins_with_end(source) {
        let root = Node { span: Span::point(id, 0), value: Value::Null };
        builder.documents.push(Document { root, complete: true, odd_keys: false });
    }
    let mut base = 0;
    // Parsing again what a broken item had swallowed must stay linear.
    let mut budget = 4 * source.len() + 4096;
    loop {
        // A run costs a little for all that follows it, so after an error the rest is read by windows.
        let window = if errors.is_empty() || !builder.is_list() {
            None
        } else {
            tree::next_entry(source, base + WINDOW)
        };
        let end = window.filter(|&end| end < limit).unwrap_or(limit);
        let Err((offset, fault)) = builder.run(base, end) else {
            if end >= limit {
                break;
            }
            builder.continues = !tree::is_marker(source.as_bytes(), end) && !builder.documents.is_empty();
            base = end;
            continue;
        };
        let first = errors.is_empty();
        // yaml-cpp reads a node inside itself; Falco dies of it.
        let endless = matches!(fault, Fault::Alias { inside: true, .. });
        let seen = match (first && !endless).then(|| cpp::read(source)) {
            Some(Ok(reading)) => {
                let lax = explain::error(id, source, offset, &fault, None, true, &mut marker);
                return accepted(id, source, reading, lax);
            }
            Some(Err(seen)) => Some(seen),
            None => None,
        };
        errors.push(explain::error(id, source, offset, &fault, seen, first, &mut marker));
        let broken = builder.cut(offset).and_then(|after| tree::next_entry(source, after.max(base)));
        let next = match broken {
            Some(item) if item <= offset => tree::next_entry(source, item + 1),
            Some(item) => Some(item),
            None => tree::next_entry(source, offset.max(base + 1)),
        };
        let Some(mut next) = next.filter(|&next| next < limit) else { break };
        match budget.checked_sub(offset.saturating_sub(next)) {
            Some(rest) => budget = rest,
            None => match tree::next_entry(source, offset) {
                Some(later) => next = later,
                None => break,
            },
        }
        while builder.comments.last().is_some_and(|comment| comment.start as usize >= next) {
            builder.comments.pop();
        }
        let unread = scalar::break_end(source, scalar::find_break(source, offset));
        builder.skipped_comments(if offset < next { unread } else { broken.unwrap_or(next) }, next);
        builder.continues = !tree::is_marker(source.as_bytes(), next) && !builder.documents.is_empty();
        base = next;
    }
    let mut refused = false;
    if errors.is_empty()
        && (builder.doubtful || source.contains('\t'))
        && let Some(seen) = cpp::check(source)
    {
        for document in &mut builder.documents {
            drop_item(document, seen.offset);
        }
        errors.push(explain::refused(id, source, seen, &mut marker));
        refused = true;
    }
    let mut comments = builder.comments;
    comments.sort_unstable();
    comments.dedup();
    Stream { documents: builder.documents, comments, errors, refused, ..Stream::default() }
}

/// A text that only yaml-cpp accepts, as it reads it.
fn accepted(id: FileId, source: &str, reading: cpp::Reading, lax: YamlError) -> Stream {
    let unclosed = reading.unclosed.map(|quote| Span::new(id, quote, quote + 1));
    let unread = reading.unread.map(|at| Span::new(id, at, source.len()));
    let mut builder = Builder::new(id, source);
    // yaml-cpp has its own limit of depth, the same.
    let _deep = builder.take(reading);
    let Builder { documents, comments, .. } = builder;
    // A quote that is never closed has a finding of its own.
    let lax = Some(lax).filter(|_| unclosed.is_none());
    Stream { documents, comments, unclosed, unread, lax, ..Stream::default() }
}

/// The finding of a key that is no scalar, anywhere in the document: Falco's conversion to JSON refuses it.
pub fn complex_key(file: &SourceFile, document: &Document) -> Option<YamlError> {
    if !document.odd_keys {
        return None;
    }
    let key = find_complex_key(&document.root, &mut HashSet::new())?;
    let mut marker = cpp::Marker::new(&file.text);
    Some(YamlError {
        span: key.span,
        message: "a key must be a scalar".to_owned(),
        opened: None,
        to_end: false,
        yaml_cpp: "bad conversion".to_owned(),
        mark: marker.at(key.node().span.start as usize),
    })
}

fn find_complex_key<'a>(node: &'a Node, seen: &mut HashSet<Span>) -> Option<&'a Node> {
    if let Value::Shared(inner) = &node.value {
        // Each anchored node once, however many aliases lead to it.
        if !seen.insert(inner.span) {
            return None;
        }
    }
    match node.value() {
        Value::Seq(items) => items.iter().find_map(|item| find_complex_key(item, seen)),
        Value::Map(pairs) => pairs.iter().find_map(|(key, value)| match key.value() {
            Value::Seq(_) | Value::Map(_) => Some(key),
            _ => find_complex_key(value, seen),
        }),
        _ => None,
    }
}

/// Removes the top-level item that holds `offset`.
fn drop_item(document: &mut Document, offset: usize) {
    let holds = |node: &Node| (node.span.start as usize) <= offset && offset <= node.span.end as usize;
    if holds(&document.root) {
        document.complete = false;
        if let Value::Seq(items) = &mut document.root.value {
            items.retain(|item| !holds(item));
        }
    }
}

/// True if the first thing in the file is `...`, which yaml-cpp takes for an empty document.
fn begins_with_end(source: &str) -> bool {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let first = source.split(['\n', '\r']).find(|line| {
        let line = line.trim_start_matches([' ', '\t']);
        !line.is_empty() && !line.starts_with('#')
    });
    first.is_some_and(|line| line.starts_with("...") && tree::is_marker(line.as_bytes(), 0))
}
