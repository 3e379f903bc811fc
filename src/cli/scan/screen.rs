//! The output of a running scan: alerts, problems and progress.

use super::super::{Failure, output};
use super::batch::{Done, MOST_PROBLEMS};
use crate::eval::log::LogProblem;
use crate::render::{counted, visible};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{BufWriter, ErrorKind, IsTerminal, Stdout, Write};

/// Standard output, standard error and the progress bar.
#[derive(Debug)]
pub struct Screen {
    out: BufWriter<Stdout>,
    bar: Option<ProgressBar>,
    quiet: bool,
    /// The current log and the number of its problems that were shown.
    log: Option<(String, usize)>,
    /// Number of its problems that were not shown.
    more: u64,
}

impl Screen {
    /// Shows a progress bar if standard error is a terminal; `total` is the size of all logs, if known.
    pub fn new(quiet: bool, total: impl FnOnce() -> Option<u64>) -> Screen {
        let is_seen = !quiet && std::io::stderr().is_terminal();
        let bar = is_seen.then(|| {
            let total = total();
            let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template(match total {
                Some(_) => "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left",
                None => "{spinner} {bytes} {bytes_per_sec}",
            });
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Screen { out: BufWriter::with_capacity(64 << 10, std::io::stdout()), bar, quiet, log: None, more: 0 }
    }

    /// Sets the progress, in bytes.
    pub fn progress(&self, read: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(read);
        }
    }

    /// Starts a log.
    pub fn begin(&mut self, name: String) {
        (self.log, self.more) = (Some((name, 0)), 0);
    }

    /// Prints the result of a batch. False if standard output is closed.
    pub fn done(&mut self, done: &Done) -> Result<bool, Failure> {
        let mut lines = Vec::new();
        if let Some((name, shown)) = &mut self.log {
            let room = MOST_PROBLEMS.saturating_sub(*shown);
            lines.extend(done.problems.iter().take(room).map(|problem| line(name, problem)));
            *shown += lines.len();
            let all = done.counts.bad + done.counts.stray + done.counts.broken_files;
            self.more += all.saturating_sub(lines.len() as u64);
        }
        for text in lines {
            self.note(&text);
        }
        self.print(&done.output)
    }

    /// Ends the log.
    pub fn end(&mut self) {
        if let Some((name, _)) = self.log.take()
            && self.more > 0
        {
            let more = counted(usize::try_from(self.more).unwrap_or(usize::MAX), "more problem");
            self.note(&format!("warning: {}: {more}", visible(&name)));
        }
    }

    /// Prints text to standard output. False if that is closed.
    pub fn print(&mut self, text: &[u8]) -> Result<bool, Failure> {
        if text.is_empty() {
            return Ok(true);
        }
        let out = &mut self.out;
        let mut write = || out.write_all(text).and_then(|()| out.flush());
        let written = match &self.bar {
            Some(bar) if std::io::stdout().is_terminal() => bar.suspend(write),
            _ => write(),
        };
        match written {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Failure::io("cannot write to standard output", &error)),
        }
    }

    /// Prints a line to standard error.
    pub fn note(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| output::note(text)),
            None => output::note(text),
        }
    }

    /// Prints the line with the counts.
    pub fn finish(&mut self, summary: &str) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        if !self.quiet {
            output::note(summary);
        }
    }
}

fn line(name: &str, problem: &LogProblem) -> String {
    let record = problem.record.map(|number| format!(" record {number},")).unwrap_or_default();
    format!("warning: {}:{record} byte {}: {}", visible(name), problem.offset, problem.message)
}
