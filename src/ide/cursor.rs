//! The place of the cursor in an item that may be half typed: a key, a value of a key, a word of a condition.

use super::Snapshot;
use super::doc::Placed;
use super::index::NameIndex;
use super::lines::{self, Line, Style};
use super::outline::{self, Role};
use super::path::{Path, PathStep, flow, siblings};
use crate::source::{Text, floor_char_boundary};
use crate::syntax::items::ItemKind;
use crate::syntax::yaml::{Node, Value};
use std::borrow::Cow;
use std::ops::Range;

/// A place in a piece, and what can be typed there.
#[derive(Debug)]
pub struct Cursor<'s> {
    /// The piece.
    pub placed: &'s Placed,
    /// The place in the piece.
    pub at: usize,
    /// The kind of the item, if it is known.
    pub kind: Option<ItemKind>,
    /// The keys of the item, or of the mapping inside it that contains the place.
    pub keys: Vec<&'s str>,
    /// The event sources that its fields may come from.
    pub sources: Vec<&'s str>,
    /// What can be typed at the place.
    pub spot: Spot<'s>,
}

/// What can be typed at a place. Ranges are of the piece and are replaced by a completion.
#[derive(Debug)]
pub enum Spot<'s> {
    /// A new item.
    Item(Range<usize>),
    /// A key.
    Key(Within, Range<usize>),
    /// The name of a rule, macro or list.
    Name(ItemKind, Range<usize>),
    /// The value of a key that is one word.
    Plain(&'s str, Range<usize>),
    /// A condition: its text, and the place in it.
    Condition(Flat<'s>, usize),
    /// An output.
    Output(Flat<'s>, usize),
    /// An element of `items`.
    Element(Range<usize>),
    /// An element of `tags`.
    Tag(Range<usize>),
    /// `append` or `replace` for a key.
    Operation(&'s str, Range<usize>),
    /// A field of an exception.
    ExceptionField(Range<usize>),
    /// The name of a plugin.
    Plugin(Range<usize>),
    /// An operator of an exception.
    ExceptionOperator(Range<usize>),
    /// A value of an exception, and the field it is compared with.
    ExceptionValue(Option<String>, Range<usize>),
    /// A comment.
    Comment(Range<usize>),
    /// Nothing known.
    Nothing,
}

/// The owner of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// The item.
    Item,
    /// `override`.
    Override,
    /// A new exception whose dash is missing.
    Exceptions,
    /// An exception.
    Exception,
    /// A plugin of `required_plugin_versions`, or an alternative to one.
    Plugin,
}

/// A scalar as one text with positions in the piece.
#[derive(Debug, Clone)]
pub struct Flat<'s> {
    /// The text.
    pub text: Cow<'s, str>,
    map: Map<'s>,
}

#[derive(Debug, Clone, Copy)]
enum Map<'s> {
    /// The piece's own text from here on.
    Raw(usize),
    Decoded(&'s Text),
}

impl Flat<'_> {
    /// The range in the piece of a range of the text.
    pub fn range(&self, range: Range<usize>) -> Range<usize> {
        match self.map {
            Map::Raw(start) => start + range.start..start + range.end,
            Map::Decoded(text) => text.span_of(range).range(),
        }
    }
}

/// What can be typed at an offset of a file.
pub fn cursor<'s>(
    snapshot: &'s Snapshot,
    index: &NameIndex<'s>,
    doc: usize,
    offset: usize,
) -> Option<Cursor<'s>> {
    let file = snapshot.docs.get(doc)?;
    let placed = file.piece_at(offset)?;
    let text = placed.piece.text();
    let at = floor_char_boundary(text, offset.saturating_sub(placed.start));
    let lines: Vec<Line> = lines::lines(text).collect();
    let row = lines.partition_point(|line| line.range.start <= at).saturating_sub(1);
    let path = Path::find(text, &lines, row, at);
    let kind = kind(text, &lines);
    let (keys, spot) = spot(placed, text, &lines, &path, kind, row, at);
    let sources = sources(snapshot, index, doc, placed);
    Some(Cursor { placed, at, kind, keys, sources, spot })
}

/// The kind of the item according to its lines.
fn kind(text: &str, lines: &[Line]) -> Option<ItemKind> {
    let column = lines.iter().find(|line| !line.dashes.is_empty())?.indent;
    let keys = lines.iter().filter(|line| line.indent == column).filter_map(|line| line.key.clone());
    let of_key = |key: Range<usize>| {
        let key = text.get(key)?;
        [ItemKind::List, ItemKind::Macro, ItemKind::Rule, ItemKind::EngineVersion, ItemKind::PluginVersions]
            .into_iter()
            .find(|kind| kind.key() == key)
    };
    keys.filter_map(of_key).min().or_else(|| flow_kind(text, lines))
}

fn flow_kind(text: &str, lines: &[Line]) -> Option<ItemKind> {
    let first = lines.iter().find(|line| !line.dashes.is_empty())?;
    let body = text.get(first.value.clone())?.strip_prefix('{')?;
    [ItemKind::List, ItemKind::Macro, ItemKind::Rule].into_iter().find(|kind| {
        body.trim_start().strip_prefix(kind.key()).is_some_and(|rest| rest.trim_start().starts_with(':'))
    })
}

/// The event sources that fields at a place may come from.
pub fn sources<'s>(
    snapshot: &'s Snapshot,
    index: &NameIndex<'s>,
    doc: usize,
    placed: &'s Placed,
) -> Vec<&'s str> {
    let entry = placed.piece.outline().entries.first();
    if let Some(entry) = entry.filter(|entry| entry.kind == ItemKind::Rule) {
        if let Some(source) = &entry.source {
            return vec![source];
        }
        if entry.role == Role::Changes {
            let defined = index
                .definitions(ItemKind::Rule, &entry.name)
                .find_map(|found| found.entry.source.as_deref());
            return vec![defined.unwrap_or("syscall")];
        }
    }
    // No source yet, or a macro: the sources of its neighbours.
    let mut counts: Vec<(usize, &str)> = Vec::new();
    let all = snapshot.docs.get(doc).into_iter().flat_map(|doc| &doc.pieces);
    for source in all.flat_map(|placed| &placed.piece.outline().entries).filter_map(|it| it.source.as_deref())
    {
        match counts.iter_mut().find(|(_, known)| *known == source) {
            Some((count, _)) => *count += 1,
            None => counts.push((1, source)),
        }
    }
    match counts.into_iter().max_by_key(|(count, _)| *count) {
        Some((_, source)) => vec![source],
        None => vec!["aws_cloudtrail", "syscall"],
    }
}

type SpotWithKeys<'s> = (Vec<&'s str>, Spot<'s>);

fn spot<'s>(
    placed: &'s Placed,
    text: &'s str,
    lines: &[Line],
    path: &Path,
    kind: Option<ItemKind>,
    row: usize,
    at: usize,
) -> SpotWithKeys<'s> {
    let mut names = path.names(text);
    let scalar = path.row.and_then(|row| lines::scalar(text, lines, row));
    let block = |scalar: &lines::Scalar| {
        !matches!(scalar.style, Style::Flow | Style::Empty) && at >= scalar.content.start
    };
    // Lines of a scalar can look like anything.
    let inside = scalar.as_ref().filter(|scalar| {
        let ends_in_key = matches!(path.steps.last(), Some(PathStep::Key(_)));
        ends_in_key && (block(scalar) || path.key.is_none())
    });
    if inside.is_none_or(|scalar| scalar.style != Style::Block)
        && let Some(comment) = comment(text, &lines[row], at)
    {
        return (Vec::new(), Spot::Comment(comment));
    }
    if names.first() == Some(&None) {
        names.remove(0);
    } else if path.steps.is_empty() {
        let word = path.key.clone().unwrap_or(at..at);
        return (Vec::new(), Spot::Item(word));
    }
    let mut word = path.key.clone();
    let mut value = match (&scalar, path.steps.last()) {
        (Some(scalar), Some(PathStep::Key(_))) if inside.is_some() => scalar.content.clone(),
        _ => path.value..lines[row].value.end.max(path.value),
    };
    let opened = match (&scalar, path.steps.last()) {
        (Some(scalar), _) if scalar.style == Style::Flow => Some(scalar.content.start),
        (_, Some(PathStep::Element)) if text[path.value.min(at)..].starts_with(['[', '{']) => {
            Some(path.value)
        }
        _ => None,
    };
    let mut flow_keys = None;
    if let Some(open) = opened.filter(|&open| open < at)
        && let Some(flow) = flow(text, open, at)
    {
        names.extend(flow.names);
        word = flow.is_key.then(|| flow.word.clone());
        value = flow.word;
        flow_keys = Some(flow.keys);
    } else if let Some(scalar) = inside {
        word = None;
        value = scalar.content.start..scalar.content.end.max(at.max(scalar.content.start));
    } else if names.last().is_some_and(Option::is_some) && path.key.is_none() {
        word = None;
    }
    let keys = flow_keys.unwrap_or_else(|| siblings(text, lines, row, at));
    let spot = match (&names[..], word) {
        ([], Some(word)) => Spot::Key(Within::Item, word),
        ([Some("override")], Some(word)) => Spot::Key(Within::Override, word),
        ([Some("exceptions")], Some(word)) => Spot::Key(Within::Exceptions, word),
        ([Some("exceptions"), None], Some(word)) => Spot::Key(Within::Exception, word),
        (
            [Some("required_plugin_versions"), None]
            | [Some("required_plugin_versions"), None, Some("alternatives"), None],
            Some(word),
        ) => Spot::Key(Within::Plugin, word),
        (names, word) => {
            let value = match word {
                // An element of a list, or a text that begins on the line below its key.
                Some(_) if value.start > at || value.end < at => at..at,
                _ => value,
            };
            valued(placed, text, names, kind, value, at)
        }
    };
    (keys, spot)
}

/// A place in the value of a key.
fn valued<'s>(
    placed: &'s Placed,
    text: &'s str,
    names: &[Option<&'s str>],
    kind: Option<ItemKind>,
    value: Range<usize>,
    at: usize,
) -> Spot<'s> {
    let value = value.start.min(at)..value.end.max(at);
    let word = || {
        let inner = lines::unquoted(text, value.clone());
        if inner.start <= at && at <= inner.end { inner } else { value.clone() }
    };
    match names {
        [Some("condition")] => {
            let flat = flat(placed, text, value, at);
            Spot::Condition(flat.0, flat.1)
        }
        [Some("output")] => {
            let flat = flat(placed, text, value, at);
            Spot::Output(flat.0, flat.1)
        }
        [Some(key)] if kind.is_some_and(|kind| kind.key() == *key) => match kind {
            Some(kind @ (ItemKind::Rule | ItemKind::Macro | ItemKind::List)) => Spot::Name(kind, word()),
            _ => Spot::Plain(key, word()),
        },
        [Some("items"), ..] => Spot::Element(word()),
        [Some("tags"), ..] => Spot::Tag(word()),
        [Some("override"), Some(key)] => Spot::Operation(key, word()),
        [Some("required_plugin_versions"), None, .., Some("name")] => Spot::Plugin(word()),
        [Some("exceptions"), None, Some("fields"), ..] => Spot::ExceptionField(word()),
        [Some("exceptions"), None, Some("comps"), ..] => Spot::ExceptionOperator(word()),
        [Some("exceptions"), None, Some("values"), ..] => {
            Spot::ExceptionValue(exception_field(placed, text, at), word())
        }
        [Some(key)] => Spot::Plain(key, word()),
        _ => Spot::Nothing,
    }
}

/// The only field of the exception around a place.
fn exception_field(placed: &Placed, text: &str, at: usize) -> Option<String> {
    let item = outline::items(placed.piece.stream()).next()?;
    let around = |node: &&Node| {
        let span = node.span.range();
        span.start <= at && at <= text[..].len().min(span.end + 1)
    };
    let exception = item.get("exceptions")?.as_seq()?.iter().rfind(around)?;
    let fields = exception.get("fields")?;
    match fields.value() {
        Value::Scalar(scalar) => Some(scalar.text.value.to_string()),
        Value::Seq(fields) => match &fields[..] {
            [only] => Some(only.as_scalar()?.text.value.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// The scalar around a place as one text, and the place in it.
fn flat<'s>(placed: &'s Placed, text: &'s str, value: Range<usize>, at: usize) -> (Flat<'s>, usize) {
    let quote = value.start.checked_sub(1).map(|before| text.as_bytes()[before]);
    if matches!(quote, Some(b'"' | b'\''))
        && let Some(decoded) = scalar_at(placed, value.start - 1)
        && at <= decoded.span.end as usize
    {
        let offset = offset_of(decoded, at);
        return (Flat { text: Cow::Borrowed(&decoded.value), map: Map::Decoded(decoded) }, offset);
    }
    let raw = text.get(value.clone()).unwrap_or_default();
    (Flat { text: Cow::Borrowed(raw), map: Map::Raw(value.start) }, (at - value.start).min(raw.len()))
}

/// The scalar that begins at an offset.
fn scalar_at(placed: &Placed, start: usize) -> Option<&Text> {
    fn find(node: &Node, start: usize) -> Option<&Text> {
        if !(node.span.start as usize <= start && start < node.span.end as usize) {
            return None;
        }
        match node.value() {
            Value::Scalar(scalar) => (scalar.text.span.start as usize == start).then_some(&scalar.text),
            Value::Seq(items) => items.iter().find_map(|item| find(item, start)),
            Value::Map(pairs) => {
                pairs.iter().find_map(|(key, value)| find(key, start).or_else(|| find(value, start)))
            }
            _ => None,
        }
    }
    placed.piece.stream().documents.iter().find_map(|document| find(&document.root, start))
}

/// The offset in a decoded scalar of a place in the file.
pub fn offset_of(text: &Text, at: usize) -> usize {
    let (mut low, mut high) = (0, text.value.len());
    while low < high {
        let middle = (low + high).div_ceil(2);
        if text.at(middle) <= at { low = middle } else { high = middle - 1 }
    }
    floor_char_boundary(&text.value, low)
}

/// The comment around a place.
fn comment(text: &str, line: &Line, at: usize) -> Option<Range<usize>> {
    let from = line.value.end.max(line.range.start);
    let hash = from + text.get(from..line.range.end)?.find('#')?;
    (hash < at).then_some(hash..line.range.end)
}
