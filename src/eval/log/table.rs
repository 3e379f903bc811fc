//! Conversion of rows of tables into the records of a batch.

use super::super::rows::{self, csv};
use super::{Batch, Batches, LogProblem, LogProblemKind};
use std::ops::Range;

impl<R> Batches<R> {
    /// Converts rows of CSV; the first is the header.
    pub(super) fn take_rows(&mut self, batch: &mut Batch, rows: Vec<Range<usize>>) {
        for range in rows {
            let row = batch.text.get(range.clone()).unwrap_or_default();
            let header = self.csv.as_mut().map(|csv| &mut csv.header);
            let Some(header) = header else { return };
            if let Some(header) = header {
                let made = rows::of_csv(header, row);
                self.records += 1;
                self.take_made(batch, range.start, made);
                continue;
            }
            let names = csv::names(row);
            let (message, kind) = match rows::columns_of(&names) {
                Ok(missing) if missing.is_empty() => (None, LogProblemKind::Stray),
                Ok(missing) => {
                    let missing = missing.join(", ");
                    (
                        Some(format!("the rows have no {missing}; rules see records without them")),
                        LogProblemKind::Stray,
                    )
                }
                Err(reason) => {
                    self.ended = true;
                    (Some(reason), LogProblemKind::End)
                }
            };
            *header = Some(names);
            let offset = self.offset + range.start as u64;
            batch.problems.extend(message.map(|message| LogProblem { offset, record: None, message, kind }));
            if self.ended {
                return;
            }
        }
    }

    /// Adds the record converted from a row.
    pub(super) fn take_made(&mut self, batch: &mut Batch, start: usize, made: Result<String, String>) {
        self.rows += 1;
        let offset = self.offset + start as u64;
        match made {
            Ok(record) => {
                let start = self.made.len();
                self.made.extend_from_slice(record.as_bytes());
                batch.records.push((self.records, start..self.made.len()));
                batch.restored.push((self.records, offset));
            }
            Err(message) => {
                let record = Some(self.records);
                batch.problems.push(LogProblem { offset, record, message, kind: LogProblemKind::Record });
            }
        }
    }

    /// Appends the records converted from rows to the batch's text.
    pub(super) fn append_made(&mut self, batch: &mut Batch) {
        let base = batch.text.len();
        let mut restored = batch.restored.iter().map(|(number, _)| number).peekable();
        for (_, range) in
            batch.records.iter_mut().filter(|(number, _)| restored.next_if_eq(&number).is_some())
        {
            *range = base + range.start..base + range.end;
        }
        batch.text.append(&mut self.made);
    }

    /// Handles the end of the log, and a log that is cut off.
    pub(super) fn close_log(&mut self, batch: &mut Batch, is_cut: bool) {
        let end = batch.text.len();
        match &mut self.csv {
            None => self.close(batch, "the log ends inside an object", LogProblemKind::End, end),
            Some(csv) => {
                let mut rows = Vec::new();
                let open = is_cut || csv.finish(&batch.text, &mut rows);
                let start = csv.open(end).unwrap_or(end);
                self.take_rows(batch, rows);
                if open {
                    self.records += 1;
                    let (offset, message) =
                        (self.offset + start as u64, "the log ends inside a row".to_owned());
                    let record = Some(self.records);
                    batch.problems.push(LogProblem { offset, record, message, kind: LogProblemKind::Record });
                }
            }
        }
        if self.rows == 0 && self.columns * 2 > self.records {
            let message = "these are columns of rows by themselves, of which no records can be made; \
                           `SELECT eventJson` has whole records";
            let offset = self.offset + end as u64;
            batch.problems.push(LogProblem {
                offset,
                record: None,
                message: message.into(),
                kind: LogProblemKind::Stray,
            });
        }
    }
}
