//! Finding and opening logs.

use super::super::Failure;
use super::super::files::unreadable;
use crate::eval::log::Batches;
use flate2::bufread::MultiGzDecoder;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use walkdir::WalkDir;

/// How much is read from a file at once, in bytes.
const BUFFER: usize = 128 << 10;

/// What is found below the paths of the command line.
#[derive(Debug)]
pub enum Found {
    /// A log, to be read.
    Log(Log),
    /// A file that is no log.
    Other,
    /// Something that the operating system does not show.
    Unreadable(String),
}

/// A log.
#[derive(Debug)]
pub struct Log {
    /// The name to show.
    pub name: String,
    /// `None` is standard input.
    path: Option<PathBuf>,
    /// Bytes read, as they are stored.
    read: Arc<AtomicU64>,
}

/// Logs in the order of the command line, directories in the order of names; found as they are asked for.
#[derive(Debug)]
pub struct Logs {
    roots: VecDeque<PathBuf>,
    walk: Option<walkdir::IntoIter>,
    /// Bytes read of all logs, as they are stored.
    pub read: Arc<AtomicU64>,
}

impl Logs {
    /// Logs below these paths, which all must be there.
    pub fn new(roots: &[PathBuf]) -> Result<Logs, Failure> {
        for root in roots.iter().filter(|root| !is_stdin(root)) {
            fs::metadata(root).map_err(|error| unreadable(root, &error))?;
        }
        if roots.iter().filter(|root| is_stdin(root)).count() > 1 {
            return Err(Failure::new("standard input can be read only once"));
        }
        Ok(Logs { roots: roots.iter().cloned().collect(), walk: None, read: Arc::default() })
    }

    fn log(&self, name: &Path, path: Option<PathBuf>) -> Found {
        let name = name.to_string_lossy().into_owned();
        Found::Log(Log { name, path, read: Arc::clone(&self.read) })
    }
}

/// How many bytes the logs have, as they are stored; standard input and devices count nothing.
pub fn stored_size(roots: &[PathBuf]) -> u64 {
    let Ok(logs) = Logs::new(roots) else { return 0 };
    let size = |found: Found| match found {
        Found::Log(Log { path: Some(path), .. }) => fs::metadata(path).map_or(0, |data| data.len()),
        _ => 0,
    };
    logs.map(size).sum()
}

impl Iterator for Logs {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(walk) = &mut self.walk {
                match walk.next() {
                    None => self.walk = None,
                    Some(Ok(entry)) if entry.file_type().is_dir() => {}
                    Some(Ok(entry)) if entry.file_type().is_file() && is_log(entry.path()) => {
                        return Some(self.log(entry.path(), Some(entry.path().to_owned())));
                    }
                    Some(Ok(_)) => return Some(Found::Other),
                    // A link into a directory above is no new logs.
                    Some(Err(error)) if error.loop_ancestor().is_some() => {}
                    Some(Err(error)) => return Some(Found::Unreadable(unreadable_entry(&error))),
                }
                continue;
            }
            let root = self.roots.pop_front()?;
            if is_stdin(&root) {
                return Some(self.log(Path::new("<stdin>"), None));
            }
            if !root.is_dir() {
                if is_digest(&root) {
                    return Some(Found::Other);
                }
                return Some(self.log(&root, Some(root.clone())));
            }
            let walk = WalkDir::new(root).follow_links(true).sort_by_file_name();
            self.walk = Some(walk.into_iter());
        }
    }
}

fn unreadable_entry(error: &walkdir::Error) -> String {
    let path = error.path().unwrap_or(Path::new("?"));
    match error.io_error() {
        Some(reason) => unreadable(path, reason).0,
        None => format!("cannot read {}", path.display()),
    }
}

/// Standard input.
pub fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// By its name; in directories only such files are read.
fn is_log(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let ends = [".json", ".jsonl", ".ndjson", ".csv"].iter().any(|end| name.ends_with(end));
    ends && !is_digest(path)
}

/// A digest of logs, which CloudTrail writes beside them.
fn is_digest(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.contains("_CloudTrail-Digest_") || path.iter().any(|part| part == "CloudTrail-Digest")
}

impl Log {
    /// Opens it; compressed logs are known by their first bytes.
    pub fn open(&self) -> Result<Batches<Box<dyn Read + Send>>, String> {
        let input: Box<dyn Read + Send> = match &self.path {
            None => Box::new(std::io::stdin()),
            Some(path) => Box::new(File::open(path).map_err(|error| reason(&error))?),
        };
        let counted = Counted { input, read: Arc::clone(&self.read) };
        let mut buffered = BufReader::with_capacity(BUFFER, counted);
        let live = self.path.is_none();
        let start = buffered.fill_buf().map_err(|error| reason(&error))?;
        Ok(match start.starts_with(&[0x1F, 0x8B]) {
            true => Batches::new(Box::new(MultiGzDecoder::new(buffered)), false),
            false => Batches::new(Box::new(buffered), live),
        })
    }
}

fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    format!("cannot read it: {}", text.split(" (os error").next().unwrap_or_default())
}

/// Counts what is read.
struct Counted {
    input: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
