//! A log in batches of whole records. Memory is bounded by a batch and one open record, whatever the log's size.

mod table;

use super::records::{Piece, Splitter};
use super::rows::{self, ObjectKind, csv};
use std::io::{ErrorKind, Read};
use std::ops::Range;

/// Maximum size of a record in bytes: 16 MiB. AWS writes none above 1 MiB.
pub const MAX_RECORD: usize = 16 << 20;

/// Approximate size of a batch's text in bytes.
const BATCH: usize = 256 << 10;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Consecutive records of a log.
#[derive(Debug, Default)]
pub struct Batch {
    /// The text.
    pub text: Vec<u8>,
    /// Where the text begins in the log, in bytes after decompression.
    pub offset: u64,
    /// The records: their numbers in the log, from 1, and their ranges in the text.
    pub records: Vec<(u64, Range<usize>)>,
    /// For records converted from rows: their numbers, and the offsets of the rows in the log.
    pub restored: Vec<(u64, u64)>,
    /// Pieces that cannot be read as a record.
    pub problems: Vec<LogProblem>,
    /// Number of bytes read for this batch.
    pub read: u64,
}

impl Batch {
    /// Offset in the log of a byte of a record; for a record converted from a row, the offset of the row.
    pub fn place(&self, number: u64, record: &Range<usize>, at: usize) -> u64 {
        match self.restored.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(found) => self.restored[found].1,
            Err(_) => self.offset + (record.start + at) as u64,
        }
    }
}

/// A piece of a log that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogProblem {
    /// Offset in the log after decompression.
    pub offset: u64,
    /// Its number among the log's records, from 1, if it has one.
    pub record: Option<u64>,
    /// What is wrong.
    pub message: String,
    /// Kind of the piece.
    pub kind: LogProblemKind,
}

/// Kind of a piece that cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogProblemKind {
    /// A record that is left out.
    Record,
    /// Text that belongs to no record.
    Stray,
    /// The log ends too early.
    End,
}

/// Reader of a log batch by batch.
#[derive(Debug)]
pub struct Batches<R> {
    reader: R,
    /// Return what is available instead of waiting for a full batch.
    live: bool,
    splitter: Splitter,
    /// Whether each line is an object of its own; `None` until that is known.
    lines: Option<bool>,
    /// The splitter for CSV, if the log is CSV.
    csv: Option<csv::Splitter>,
    carried: Vec<u8>,
    /// Records converted from rows, not yet in the batch.
    made: Vec<u8>,
    offset: u64,
    records: u64,
    /// Number of rows so far, and of single columns.
    rows: u64,
    columns: u64,
    ended: bool,
}

impl<R: Read> Batches<R> {
    /// A reader of batches. With `live`, a batch ends when the source would block.
    pub fn new(reader: R, live: bool) -> Batches<R> {
        Batches {
            reader,
            live,
            splitter: Splitter::default(),
            lines: None,
            csv: None,
            carried: Vec::new(),
            made: Vec::new(),
            offset: 0,
            records: 0,
            rows: 0,
            columns: 0,
            ended: false,
        }
    }

    fn read(&mut self, text: &mut Vec<u8>) -> std::io::Result<usize> {
        let before = text.len();
        if !self.live {
            // Bytes read before an error are in the text.
            return self.reader.by_ref().take(BATCH as u64).read_to_end(text);
        }
        text.resize(before + BATCH, 0);
        let read = loop {
            match self.reader.read(&mut text[before..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        text.truncate(before + read.as_ref().map_or(0, |&read| read));
        read
    }

    fn split(&mut self, batch: &mut Batch, from: usize) {
        let mut found = Vec::new();
        if let Some(csv) = &mut self.csv {
            let mut rows = Vec::new();
            csv.feed(&batch.text, from, &mut rows);
            self.take_rows(batch, rows);
            return;
        }
        if self.lines != Some(true) {
            self.splitter.feed(&batch.text, from, batch.text.len(), &mut found);
            self.take(batch, found);
            return;
        }
        let mut at = from;
        while at < batch.text.len() {
            let rest = batch.text.get(at..).unwrap_or_default();
            let line_end = memchr::memchr(b'\n', rest).map(|len| at + len);
            let end = line_end.unwrap_or(batch.text.len());
            self.splitter.feed(&batch.text, at, end, &mut found);
            self.take(batch, std::mem::take(&mut found));
            if line_end.is_some() {
                self.close(batch, "the line ends inside an object", LogProblemKind::Stray, end);
            }
            at = end + 1;
        }
    }
}

/// Whether the first bytes are those of a log with one object per line; `None` if more are needed.
fn is_lines(text: &[u8]) -> Option<bool> {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    let text = text.trim_ascii_start();
    let end = memchr::memchr(b'\n', text);
    if !text.starts_with(b"{") {
        // A broken first line.
        let starts_json = text.first().is_some_and(|byte| matches!(byte, b'[' | b'"'));
        let next = end.and_then(|end| text.get(end + 1..));
        return match next {
            _ if starts_json => Some(false),
            Some(next) if !next.is_empty() => Some(next.starts_with(b"{\"")),
            _ => None,
        };
    }
    let end = end?;
    let line = text.get(..end)?.trim_ascii_end();
    if line.len() > 1 && line.ends_with(b"}") {
        return Some(true);
    }
    if line.ends_with(b"[") || line.ends_with(b",") || line.ends_with(b"{") || line.ends_with(b":") {
        return Some(false);
    }
    text.get(end + 1).map(|next| *next == b'{')
}

impl<R: Read> Iterator for Batches<R> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        if self.ended {
            return None;
        }
        let mut batch = Batch { text: std::mem::take(&mut self.carried), ..Batch::default() };
        batch.offset = self.offset;
        // Bytes read but not yet split, since the format is not yet known.
        let mut unsplit = None;
        loop {
            let from = batch.text.len();
            batch.text.reserve(BATCH);
            let read = self.read(&mut batch.text);
            let fresh = batch.text.len() - from;
            batch.read += fresh as u64;
            let from = unsplit.take().unwrap_or(from);
            let is_start = self.offset == 0 && from == 0;
            let from = if is_start && batch.text.starts_with(BOM) { BOM.len() } else { from };
            if is_start {
                match csv::is_export(&batch.text[from..]) {
                    Some(true) => self.csv = Some(csv::Splitter::new(from)),
                    None if matches!(read, Ok(len) if len > 0) => {
                        unsplit = Some(0);
                        continue;
                    }
                    _ => {}
                }
            }
            if self.lines.is_none() {
                self.lines = is_lines(&batch.text);
                // The format is decided by the beginning of the log only.
                self.lines = self.lines.or((batch.text.len() > BATCH / 2).then_some(false));
            }
            self.split(&mut batch, from);
            match read {
                _ if self.ended => {}
                Ok(0) => {
                    self.ended = true;
                    self.close_log(&mut batch, false);
                }
                Ok(_) => {}
                Err(error) => self.broken(&mut batch, &error),
            }
            self.limit(&mut batch);
            let open = self.open(batch.text.len());
            let useful = !batch.records.is_empty() || !batch.problems.is_empty() || open.is_none();
            if self.ended || useful {
                let keep = open.unwrap_or(batch.text.len());
                self.carried = batch.text.get(keep..).unwrap_or_default().to_vec();
                self.offset += keep as u64;
                match &mut self.csv {
                    None => self.splitter.shift(keep),
                    Some(csv) => csv.shift(keep),
                }
                if !self.made.is_empty() {
                    self.append_made(&mut batch);
                }
                return Some(batch);
            }
        }
    }
}

impl<R> Batches<R> {
    /// Ends the log after a read error.
    fn broken(&mut self, batch: &mut Batch, error: &std::io::Error) {
        self.ended = true;
        let end = batch.text.len();
        if self.open(end).is_some() {
            self.close_log(batch, true);
        }
        let offset = self.offset + end as u64;
        let message = format!("cannot read on: {error}");
        batch.problems.push(LogProblem { offset, record: None, message, kind: LogProblemKind::End });
    }

    /// Drops an open record that is too large.
    fn limit(&mut self, batch: &mut Batch) {
        let len = batch.text.len();
        let Some(start) = self.open(len).filter(|start| len - start > MAX_RECORD) else { return };
        self.records += 1;
        batch.problems.push(LogProblem {
            offset: self.offset + start as u64,
            record: Some(self.records),
            message: format!("the record is larger than {} MiB", MAX_RECORD >> 20),
            kind: LogProblemKind::Record,
        });
        match &mut self.csv {
            None => self.splitter.drop_open(),
            Some(csv) => csv.drop_open(),
        }
    }

    /// Start of the text that is still needed, if any is.
    fn open(&self, len: usize) -> Option<usize> {
        match &self.csv {
            None => self.splitter.open(),
            Some(csv) => csv.open(len),
        }
    }

    /// Moves the splitter's results into the batch.
    fn take(&mut self, batch: &mut Batch, found: Vec<Piece>) {
        for piece in found {
            match piece {
                Piece::Record(range) => {
                    self.records += 1;
                    match rows::object_kind(&batch.text[range.clone()]) {
                        ObjectKind::Row => {
                            let made = rows::of_object(&batch.text[range.clone()]);
                            self.take_made(batch, range.start, made);
                            continue;
                        }
                        ObjectKind::Column => self.columns += 1,
                        ObjectKind::Plain => {}
                    }
                    batch.records.push((self.records, range));
                }
                Piece::Stray(at) => {
                    let message = "text outside of any JSON object".to_owned();
                    let offset = self.offset + at as u64;
                    batch.problems.push(LogProblem {
                        offset,
                        record: None,
                        message,
                        kind: LogProblemKind::Stray,
                    });
                }
            }
        }
    }

    /// Ends the text, or a line that is an object of its own; `without` is the kind of problem if no record is open.
    fn close(&mut self, batch: &mut Batch, message: &str, without: LogProblemKind, end: usize) {
        let open = self.splitter.open();
        if self.splitter.finish() {
            let at = open.unwrap_or(end);
            if open.is_some() {
                self.records += 1;
            }
            batch.problems.push(LogProblem {
                offset: self.offset + at as u64,
                record: open.map(|_| self.records),
                message: message.to_owned(),
                kind: if open.is_some() { LogProblemKind::Record } else { without },
            });
        }
    }
}
