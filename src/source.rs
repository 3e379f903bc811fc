//! Where text comes from: files, byte spans, and decoded scalars that still know their place in the file.

mod origin;

pub use origin::{Edits, Origin, Run};

use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Index of a file in a [`SourceMap`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct FileId(pub u32);

/// A range of bytes in one file. Both ends lie inside the file and on character boundaries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of bytes `start..end` in `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        Span { file, start: start as u32, end: end.max(start) as u32 }
    }

    /// An empty span at `offset`.
    pub fn point(file: FileId, offset: usize) -> Span {
        Span::new(file, offset, offset)
    }

    /// The byte range.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The smallest span covering both; `other` is ignored when it lies in another file.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// True if `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// A value and where it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

/// A position for people: 1-based line and column, the column counted in characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position {
    /// 1-based line.
    pub line: u32,
    /// 1-based column in characters.
    pub column: u32,
    /// 0-based byte offset.
    pub offset: u32,
}

/// One file: its name as the user gave it and its text.
///
/// Lines end at LF, CRLF or a lone CR, as in YAML.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The name as the user gave it.
    pub name: String,
    /// The text. For a file that is not UTF-8 this is the valid prefix.
    pub text: Arc<str>,
    /// The first byte that is not UTF-8, if there is one.
    pub invalid_utf8: Option<InvalidUtf8>,
    /// Its place in the host file, for a file that was found inside another.
    pub origin: Option<Arc<Origin>>,
    lines: OnceLock<Vec<u32>>,
}

/// The first byte of a file that is not UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvalidUtf8 {
    /// Byte offset of the first bad byte.
    pub offset: usize,
    /// Its value.
    pub byte: u8,
}

impl SourceFile {
    /// A file with text that is already known to be UTF-8.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceFile {
        SourceFile {
            name: name.into(),
            text: text.into(),
            invalid_utf8: None,
            origin: None,
            lines: OnceLock::new(),
        }
    }

    /// A file that was found inside another one.
    pub fn inside(name: impl Into<String>, text: impl Into<Arc<str>>, origin: Origin) -> SourceFile {
        let mut file = SourceFile::new(name, text);
        file.origin = Some(Arc::new(origin));
        file
    }

    /// A file from raw bytes. The text ends at the first byte that is not UTF-8, which is kept in `invalid_utf8`.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> SourceFile {
        match String::from_utf8(bytes) {
            Ok(text) => SourceFile::new(name, text),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                let bytes = error.into_bytes();
                let byte = bytes.get(offset).copied().unwrap_or_default();
                let text = String::from_utf8_lossy(&bytes[..offset]).into_owned();
                let mut file = SourceFile::new(name, text);
                file.invalid_utf8 = Some(InvalidUtf8 { offset, byte });
                file
            }
        }
    }

    /// A file from raw bytes as Falco reads them: each invalid sequence becomes U+FFFD.
    pub fn from_bytes_lossy(name: impl Into<String>, bytes: &[u8]) -> SourceFile {
        SourceFile::new(name, String::from_utf8_lossy(bytes))
    }

    /// Byte offsets at which lines start; the first is always 0.
    pub fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| line_starts(&self.text))
    }

    /// 0-based index of the line that holds byte `offset`.
    pub fn line_index(&self, offset: usize) -> usize {
        self.line_starts().partition_point(|&start| start as usize <= offset).saturating_sub(1)
    }

    /// The 1-based line and column (in characters) of byte `offset`, clamped to the file.
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor_char_boundary(&self.text, offset);
        let line = self.line_index(offset);
        let start = self.line_starts()[line] as usize;
        let before = &self.text[start..offset];
        let column = if before.is_ascii() { before.len() } else { before.chars().count() };
        Position { line: line as u32 + 1, column: column as u32 + 1, offset: offset as u32 }
    }

    /// Byte range of the 0-based line, without its line break.
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let starts = self.line_starts();
        let start = starts.get(line).map_or(self.text.len(), |&s| s as usize);
        let end = starts.get(line + 1).map_or(self.text.len(), |&s| s as usize);
        let body = self.text[start..end].trim_end_matches(['\n', '\r']);
        start..start + body.len()
    }
}

fn line_starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for (at, &byte) in bytes.iter().enumerate() {
        // Most bytes are greater than both.
        if byte <= b'\r' && (byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))) {
            starts.push(at as u32 + 1);
        }
    }
    starts
}

/// The largest character boundary of `text` that is not beyond `offset`.
pub fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The files of one analysis.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    /// Index of each file whose id was chosen by the caller; empty if ids are indexes.
    places: FxHashMap<FileId, u32>,
    /// The files that load, in order; `None` for all of them.
    load: Option<Vec<FileId>>,
}

impl SourceMap {
    /// Adds a file and returns its id.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(self.files.len() as u32 - 1)
    }

    /// Adds a file under an id of the caller's. A map holds either such files or those of [`SourceMap::add`].
    pub fn add_as(&mut self, id: FileId, file: SourceFile) {
        self.places.insert(id, self.files.len() as u32);
        self.files.push(file);
    }

    /// The file with this id. Ids come from [`SourceMap::add`] of the same map, or from [`SourceMap::add_as`].
    pub fn file(&self, id: FileId) -> &SourceFile {
        let at = match self.places.is_empty() {
            true => id.0,
            false => self.places.get(&id).copied().unwrap_or_default(),
        };
        &self.files[at as usize]
    }

    /// Replaces a file. Ids come from [`SourceMap::add`] of the same map.
    pub fn replace(&mut self, id: FileId, file: SourceFile) {
        self.files[id.0 as usize] = file;
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// True without any file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// True if a file was added under this id of the caller's.
    pub fn has(&self, id: FileId) -> bool {
        self.places.contains_key(&id)
    }

    /// The files that load and their ids, in load order. Only for maps whose ids come from [`SourceMap::add`].
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        let ids = match &self.load {
            Some(ids) => Box::new(ids.iter().copied()) as Box<dyn Iterator<Item = FileId>>,
            None => Box::new((0..self.files.len() as u32).map(FileId)),
        };
        ids.map(|id| (id, self.file(id)))
    }

    /// The files on disk and their ids: those that load, and host files of those that do. Only for maps whose ids come
    /// from [`SourceMap::add`].
    pub fn given(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        let all = self.files.iter().enumerate().map(|(at, file)| (FileId(at as u32), file));
        all.filter(|(_, file)| file.origin.is_none())
    }

    /// Sets the files that load, in order.
    pub fn set_load(&mut self, ids: Vec<FileId>) {
        self.load = Some(ids);
    }

    /// True after [`SourceMap::set_load`].
    pub fn is_sorted_out(&self) -> bool {
        self.load.is_some()
    }

    /// The place of a span on disk: its own, or that in the host file.
    pub fn outward(&self, span: Span) -> Span {
        match &self.file(span.file).origin {
            Some(origin) => origin.outward(span.range()),
            None => span,
        }
    }

    /// The text under a span.
    pub fn slice(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.range()).unwrap_or_default()
    }
}

/// A decoded YAML scalar that maps each of its bytes back to the file.
///
/// A folded, quoted or literal scalar is not a slice of the file: line breaks are folded, indentation
/// is removed, escapes are replaced. `map` holds the runs: from value offset `.0` on, bytes stand at
/// file offset `.1` and following, until the next entry. Where text of the file was left out, two
/// entries share a value offset: the first is where the byte before it ends in the file, the second where
/// the byte at it begins. An empty map means the value is the slice of the file that starts
/// at `content`.
#[derive(Clone, Debug)]
pub struct Text {
    /// The decoded value.
    pub value: Box<str>,
    /// The whole scalar in the file, quotes and block header included.
    pub span: Span,
    /// File offset of the first byte of the value.
    pub content: u32,
    /// Runs of (value offset, file offset), ascending in both.
    pub map: Box<[(u32, u32)]>,
}

impl Text {
    /// File offset of the character that holds the byte at `offset` of the value; for an escape, of
    /// its backslash. The end of the value maps to just after its last byte in the file.
    pub fn at(&self, offset: usize) -> usize {
        let offset = floor_char_boundary(&self.value, offset);
        let place = match self.map.partition_point(|&(value, _)| value as usize <= offset) {
            0 => self.content as usize + offset,
            run => {
                let (value, file) = self.map[run - 1];
                let place = file as usize + (offset - value as usize);
                // An escape can be shorter than what it stands for, so a run may claim too much.
                self.map.get(run).map_or(place, |&(_, next)| place.min(next as usize))
            }
        };
        place.clamp(self.span.start as usize, self.span.end as usize)
    }

    /// The file span of a range of the value. The end is taken from the last character, so that a
    /// range that ends at a fold does not run over the indentation of the next line.
    pub fn span_of(&self, range: Range<usize>) -> Span {
        let start = self.at(range.start);
        let end = floor_char_boundary(&self.value, range.end);
        if self.map.is_empty() && range.start < end && self.value.is_char_boundary(range.start) {
            // A slice of the file.
            let end = (self.content as usize + end).clamp(self.span.start as usize, self.span.end as usize);
            return Span::new(self.span.file, start, end.max(start));
        }
        match self.value[..end].chars().next_back() {
            Some(last) if end > range.start => {
                let end = self.end_of(end - last.len_utf8(), last);
                Span::new(self.span.file, start, end.max(start))
            }
            _ => Span::point(self.span.file, start),
        }
    }

    /// Where the character at value offset `at` ends in the file: its escape, if it was written as one.
    fn end_of(&self, at: usize, last: char) -> usize {
        let next = at + last.len_utf8();
        let end = match self.map.get(self.map.partition_point(|&(value, _)| (value as usize) < next)) {
            Some(&(value, file)) if value as usize == next => file as usize,
            _ => self.at(at) + last.len_utf8(),
        };
        end.clamp(self.span.start as usize, self.span.end as usize)
    }
}
