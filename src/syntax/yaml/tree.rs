//! Events to trees: one run of the event parser from a place in the file to the first error or the end, or yaml-cpp's own
//! reading of a whole file.

use super::cpp;
use super::scalar::{Raw, break_end, find_break};
use super::{Document, Node, Scalar, Style, Value};
use crate::source::{FileId, Span};
use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, StructureStyle};
use std::collections::HashMap;
use std::sync::Arc;

/// yaml-cpp gives up at this depth, scalars counted.
const DEPTH: usize = 500;

/// The reason why a run stopped early.
#[derive(Debug)]
pub(super) enum Fault {
    /// An error of the event parser.
    Scan(ErrorKind),
    /// An alias without a node: undefined, or inside the node it names.
    Alias { name: String, inside: bool },
    /// A depth that yaml-cpp refuses.
    Depth,
}

/// An anchor of the current document.
enum Anchor {
    Open,
    Done(Arc<Node>),
    /// Defined in an item that could not be read; an alias to it is no second error.
    Lost,
}

struct Frame {
    start: usize,
    end: usize,
    flow: bool,
    map: bool,
    items: Vec<Node>,
    key: Option<Node>,
    pairs: Vec<(Node, Node)>,
    anchor: Option<String>,
}

/// Trees and comments found so far, over all runs.
pub(super) struct Builder<'a> {
    file: FileId,
    source: &'a str,
    base: usize,
    stack: Vec<Frame>,
    root: Option<Node>,
    anchored: Option<Node>,
    anchors: HashMap<String, Anchor>,
    from: usize,
    in_document: bool,
    /// True if the next document continues the one that an error cut short.
    pub continues: bool,
    pub documents: Vec<Document>,
    pub comments: Vec<Span>,
    /// True if yaml-cpp may read a part of the text differently.
    pub doubtful: bool,
    /// True if a key is no scalar.
    odd_keys: bool,
}

impl<'a> Builder<'a> {
    /// A builder for the text of a file.
    pub fn new(file: FileId, source: &'a str) -> Builder<'a> {
        Builder {
            file,
            source,
            base: 0,
            stack: Vec::new(),
            root: None,
            anchored: None,
            anchors: HashMap::new(),
            from: 0,
            in_document: false,
            continues: false,
            documents: Vec::new(),
            comments: Vec::new(),
            doubtful: false,
            odd_keys: false,
        }
    }

    /// Parses the bytes from `base` to `end`.
    pub fn run(&mut self, base: usize, end: usize) -> Result<(), (usize, Fault)> {
        (self.base, self.from) = (base, base);
        let source = self.source;
        for event in Parser::new_from_str_with_options(&source[base..end], options()) {
            match event {
                Ok((event, span)) => self.event(event, &span)?,
                Err(error) => return Err((self.place(&error), Fault::Scan(error.kind().clone()))),
            }
        }
        Ok(())
    }

    /// Takes yaml-cpp's reading of the whole file, which has no errors.
    pub fn take(&mut self, reading: cpp::Reading) -> Result<(), (usize, Fault)> {
        self.comments = reading.comments.iter().map(|range| self.span(range.start, range.end)).collect();
        let mut anchor = None;
        for event in reading.events {
            match event {
                cpp::Event::Document => self.anchors.clear(),
                cpp::Event::DocumentEnd => {
                    let root = self.root.take();
                    self.document(root, true);
                }
                cpp::Event::Null(at) => {
                    let node = Node { span: self.span(at, at), value: Value::Null };
                    self.push_anchored(node, anchor.take());
                }
                cpp::Event::Scalar(scalar) => {
                    self.from = scalar.range.start;
                    let node = self.scalar(
                        scalar.value.into(),
                        scalar.style,
                        scalar.indent,
                        scalar.range,
                        scalar.first,
                        scalar.tagged,
                    );
                    self.push_anchored(node, anchor.take());
                }
                cpp::Event::Open { map, flow, first } => {
                    self.open(map, flow, first, first)?;
                    if let (Some(name), Some(frame)) = (anchor.take(), self.stack.last_mut()) {
                        self.anchors.insert(String::clone(&name), Anchor::Open);
                        frame.anchor = Some(name);
                    }
                }
                cpp::Event::Close { end } => {
                    // The end of a block collection is that of its last node.
                    let start = self.stack.last().filter(|frame| frame.flow).map_or(end, |frame| frame.start);
                    self.close(start, end);
                }
                cpp::Event::Alias(range) => {
                    // An alias inside the node that it names has no end and is read as null.
                    if self.alias(range.start, range.end).is_err() {
                        let span = self.span(range.start, range.end);
                        self.push(Node { span, value: Value::Null });
                    }
                }
                cpp::Event::Anchor(name) => anchor = Some(name),
            }
        }
        Ok(())
    }

    fn push_anchored(&mut self, node: Node, anchor: Option<String>) {
        match anchor {
            Some(name) => self.share(node, name),
            None => self.push(node),
        }
    }

    fn place(&self, error: &ScanError) -> usize {
        (self.base + error.marker().byte_offset().unwrap_or_default()).min(self.source.len())
    }

    fn event(&mut self, event: Event<'a>, at: &granit_parser::Span) -> Result<(), (usize, Fault)> {
        let range = at.byte_range().unwrap_or_default();
        let (start, end) = (self.base + range.start, self.base + range.end);
        let tag = at.tag_start().and_then(|tag| tag.byte_offset()).map(|tag| self.base + tag);
        let first = tag.map_or(start, |tag| tag.min(start));
        match event {
            Event::Scalar(value, style, anchor, tagged) => {
                self.deep(start)?;
                let style = match style {
                    ScalarStyle::SingleQuoted => Style::Single,
                    ScalarStyle::DoubleQuoted => Style::Double,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                    _ => Style::Plain,
                };
                let node =
                    self.scalar(value.into(), style, at.start.col(), start..end, first, tagged.is_some());
                if anchor == 0 {
                    self.push(node);
                } else {
                    self.anchored = Some(node);
                }
                self.from = self.from.max(end);
            }
            Event::MappingStart(style, ..) => self.open(true, style == StructureStyle::Flow, first, end)?,
            Event::SequenceStart(style, ..) => self.open(false, style == StructureStyle::Flow, first, end)?,
            Event::MappingEnd | Event::SequenceEnd => self.close(start, end),
            Event::Anchor(_, name) => self.anchor(&name, start),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.deep(start)?;
                self.alias(start, end)?;
                self.from = self.from.max(end);
            }
            Event::Comment(..) => self.comments.push(self.span(start, end)),
            Event::DocumentStart(explicit, _) => {
                self.in_document = true;
                // An implicit start stands at the first node, which may be a block scalar's content.
                if explicit {
                    self.from = self.from.max(end);
                }
                if !self.continues {
                    self.anchors.clear();
                }
            }
            Event::DocumentEnd => {
                let root = self.root.take();
                self.document(root, true);
            }
            _ => {}
        }
        Ok(())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start.min(self.source.len()), end.min(self.source.len()))
    }

    fn deep(&self, at: usize) -> Result<(), (usize, Fault)> {
        if self.stack.len() + 1 >= DEPTH { Err((at.min(self.source.len()), Fault::Depth)) } else { Ok(()) }
    }

    fn scalar(
        &mut self,
        value: Box<str>,
        style: Style,
        column: usize,
        range: std::ops::Range<usize>,
        first: usize,
        tagged: bool,
    ) -> Node {
        let absent = style == Style::Plain && range.is_empty();
        if style == Style::Plain && !tagged && is_null(&value) {
            return Node { span: self.span(first, range.end), value: Value::Null };
        }
        let value = if absent { Box::default() } else { value };
        self.doubtful |= match style {
            // In a flow collection yaml-cpp ends a plain scalar at a question mark.
            Style::Plain => self.stack.last().is_some_and(|frame| frame.flow) && value.contains('?'),
            // It knows no surrogate pairs.
            Style::Double => value.chars().any(|c| c > '\u{ffff}'),
            _ => false,
        };
        let raw = Raw {
            file: self.file,
            source: self.source,
            start: range.start,
            end: range.end,
            column,
            from: self.from,
            style,
        };
        let text = raw.text(value);
        let span = Span { start: text.span.start.min(first as u32), ..text.span };
        Node { span, value: Value::Scalar(Scalar { text, style }) }
    }

    fn open(&mut self, map: bool, flow: bool, start: usize, end: usize) -> Result<(), (usize, Fault)> {
        self.deep(start)?;
        // A rule has about so many keys.
        let keys = if map && self.stack.len() == 1 { 8 } else { 0 };
        let (items, pairs) = (Vec::new(), Vec::with_capacity(keys));
        self.stack.push(Frame { start, end, flow, map, items, key: None, pairs, anchor: None });
        self.from = self.from.max(end);
        Ok(())
    }

    fn close(&mut self, start: usize, end: usize) {
        let Some(mut frame) = self.stack.pop() else { return };
        // A block collection ends with its last child, wherever the parser noticed; a flow one at its bracket.
        if frame.flow && start < end {
            frame.end = frame.end.max(end);
            self.from = self.from.max(end);
        }
        let anchor = frame.anchor.take();
        let node = self.collection(frame);
        self.push_anchored(node, anchor);
    }

    fn collection(&self, mut frame: Frame) -> Node {
        let span = self.span(frame.start, frame.end);
        if !frame.map {
            return Node { span, value: Value::Seq(frame.items) };
        }
        if let Some(key) = frame.key.take() {
            let value = Node { span: Span { start: key.span.end, ..key.span }, value: Value::Null };
            frame.pairs.push((key, value));
        }
        Node { span, value: Value::Map(frame.pairs) }
    }

    fn push(&mut self, node: Node) {
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.start = frame.start.min(node.span.start as usize);
        frame.end = frame.end.max(node.span.end as usize);
        if !frame.map {
            frame.items.push(node);
        } else if let Some(key) = frame.key.take() {
            frame.pairs.push((key, node));
        } else {
            self.odd_keys |= !matches!(node.value(), Value::Scalar(_) | Value::Null);
            frame.key = Some(node);
        }
    }

    fn anchor(&mut self, name: &str, start: usize) {
        if let Some(mut node) = self.anchored.take() {
            node.span.start = node.span.start.min(start as u32);
            self.share(node, name.to_owned());
        } else if let Some(frame) = self.stack.last_mut() {
            frame.start = frame.start.min(start);
            frame.anchor = Some(name.to_owned());
            self.anchors.insert(name.to_owned(), Anchor::Open);
        }
    }

    fn share(&mut self, node: Node, name: String) {
        let (span, node) = (node.span, Arc::new(node));
        self.anchors.insert(name, Anchor::Done(Arc::clone(&node)));
        self.push(Node { span, value: Value::Shared(node) });
    }

    fn alias(&mut self, start: usize, end: usize) -> Result<(), (usize, Fault)> {
        let name = self.source.get(start + 1..end).unwrap_or_default();
        let value = match self.anchors.get(name) {
            Some(Anchor::Done(node)) => Value::Shared(Arc::clone(node)),
            Some(Anchor::Lost) => Value::Null,
            open => return Err((start, Fault::Alias { name: name.to_owned(), inside: open.is_some() })),
        };
        self.push(Node { span: self.span(start, end), value });
        Ok(())
    }

    /// Ends a document; one that continues a cut one is added to it.
    fn document(&mut self, root: Option<Node>, complete: bool) {
        self.in_document = false;
        let odd_keys = self.odd_keys;
        let root = root.unwrap_or_else(|| Node { span: self.span(self.from, self.from), value: Value::Null });
        if std::mem::take(&mut self.continues)
            && let Some(last) = self.documents.last_mut()
        {
            last.odd_keys |= odd_keys;
            match (&mut last.root.value, root.value) {
                (Value::Seq(items), Value::Seq(more)) => {
                    items.extend(more);
                    last.root.span = last.root.span.to(root.span);
                }
                (_, Value::Null) => {}
                (Value::Null, value) => last.root = Node { span: root.span, value },
                (_, value) => {
                    self.documents.push(Document {
                        root: Node { span: root.span, value },
                        complete,
                        odd_keys,
                    });
                }
            }
            return;
        }
        self.documents.push(Document { root, complete, odd_keys });
    }

    /// Ends the document an error at `offset` cut short and keeps what is sound of it. Says where the broken item of
    /// a top-level sequence may begin, if there is one.
    pub fn cut(&mut self, offset: usize) -> Option<usize> {
        for anchor in self.anchors.values_mut() {
            if matches!(anchor, Anchor::Open) {
                *anchor = Anchor::Lost;
            }
        }
        self.anchored = None;
        let mut root = self.root.take();
        if !self.stack.is_empty() {
            let frame = self.stack.swap_remove(0);
            self.stack.clear();
            // A key without its value says nothing.
            root = Some(self.collection(Frame { key: None, ..frame }));
        } else if !self.in_document {
            return None;
        }
        let mut broken = None;
        if let Some(Node { value: Value::Seq(items), .. }) = &mut root {
            // An item that seemed complete is not if the error is in its lines.
            let line = last_entry(self.source, self.base, offset);
            while items.last().is_some_and(|item| line.is_some_and(|line| item.span.start as usize >= line)) {
                items.pop();
            }
            broken = Some(items.last().map_or(self.base, |item| item.span.end as usize));
        }
        self.document(root, false);
        broken
    }
}

impl Builder<'_> {
    /// True if the text that follows can be added to the last document item by item.
    pub fn is_list(&self) -> bool {
        self.documents.last().is_none_or(|last| matches!(last.root.value, Value::Seq(_) | Value::Null))
    }

    /// Adds the comment lines between `start` and `end`, which no run has read.
    pub fn skipped_comments(&mut self, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            let line_end = find_break(self.source, at).min(end);
            let line = &self.source[at..line_end];
            if let Some(hash) =
                line.find(|c| c != ' ' && c != '\t').filter(|&hash| line[hash..].starts_with('#'))
            {
                self.comments.push(self.span(at + hash, line_end));
            }
            at = break_end(self.source, line_end);
        }
    }
}

fn options() -> Options {
    granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        block_scalar_eof_without_line_feed: true,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    }
}

/// True for the texts that are null if they are plain.
pub(super) fn is_null(value: &str) -> bool {
    matches!(value, "" | "~" | "null" | "Null" | "NULL")
}

/// True if a top-level item or a document marker begins at `at`, the start of a line.
fn is_entry(bytes: &[u8], at: usize) -> bool {
    let ends =
        |len: usize| bytes.get(at + len).is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    let rest = &bytes[at.min(bytes.len())..];
    (rest.starts_with(b"-") && ends(1)) || is_marker(bytes, at)
}

/// True if `---` or `...` stands at `at`, the start of a line.
pub(super) fn is_marker(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at.min(bytes.len())..];
    (rest.starts_with(b"---") || rest.starts_with(b"..."))
        && rest.get(3).is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

/// The first line at or after `from` at which a run can begin.
pub(super) fn next_entry(source: &str, from: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    let mut at = from;
    if at > 0 && at <= bytes.len() && !matches!(bytes[at - 1], b'\n' | b'\r') {
        at = break_end(source, find_break(source, at));
    }
    while at < bytes.len() {
        if is_entry(bytes, at) {
            return Some(at);
        }
        at = break_end(source, find_break(source, at));
    }
    None
}

/// The last line from `base` on, at or before `offset`, at which an item begins.
fn last_entry(source: &str, base: usize, offset: usize) -> Option<usize> {
    let mut end = find_break(source, offset.min(source.len()));
    loop {
        let line = source.get(base..end)?.rfind(['\n', '\r']).map_or(base, |at| base + at + 1);
        if is_entry(source.as_bytes(), line) {
            return Some(line);
        }
        if line <= base {
            return None;
        }
        end = line - 1;
    }
}
