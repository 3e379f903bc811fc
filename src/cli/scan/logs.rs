//! Finds and opens logs.

use super::super::Failure;
use super::super::files::unreadable;
use super::filter::{Fate, Filter};
use super::s3;
use crate::eval::log::Batches;
use flate2::bufread::MultiGzDecoder;
use std::cmp::Ordering;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use walkdir::{DirEntry, WalkDir};

/// Size of a read from a file, in bytes.
const BUFFER: usize = 128 << 10;

/// An entry below the paths of the command line.
#[derive(Debug)]
pub enum Found {
    /// A log.
    Log(Log),
    /// A file that is no log.
    Other,
    /// The message for a path that cannot be read.
    Unreadable(String),
    /// The store has not answered yet.
    Later,
}

/// A log.
#[derive(Debug)]
pub struct Log {
    /// The name to show.
    pub name: String,
    place: LogPlace,
    /// Number of stored bytes that were read.
    read: Arc<AtomicU64>,
}

/// Where a log is.
#[derive(Debug)]
enum LogPlace {
    Stdin,
    File(PathBuf),
    /// A download; `None` after it was opened.
    Download(Option<s3::Download>),
}

/// A path that is still to be searched.
#[derive(Debug)]
enum Root {
    Path(PathBuf),
    Bucket(s3::Objects),
}

/// Logs in the order of the command line, directories in the order of names; found lazily.
#[derive(Debug)]
pub struct Logs {
    roots: VecDeque<Root>,
    walk: Option<walkdir::IntoIter>,
    asked: Arc<Filter>,
    /// Number of stored bytes that were read of all logs.
    pub read: Arc<AtomicU64>,
}

impl Logs {
    /// Logs below these paths, which must exist.
    pub fn new(roots: &[PathBuf], asked: &Arc<Filter>) -> Result<Logs, Failure> {
        if roots.iter().filter(|root| is_stdin(root)).count() > 1 {
            return Err(Failure::new("standard input can be read only once"));
        }
        let mut found = VecDeque::new();
        for root in roots {
            if let Some(place) = s3::parse(root)? {
                found.push_back(Root::Bucket(s3::Objects::find(&place, asked)?));
                continue;
            }
            if !is_stdin(root) {
                fs::metadata(root).map_err(|error| unreadable(root, &error))?;
            }
            found.push_back(Root::Path(root.clone()));
        }
        Ok(Logs { roots: found, walk: None, asked: Arc::clone(asked), read: Arc::default() })
    }

    fn log(&self, name: &Path, place: LogPlace) -> Found {
        let name = name.to_string_lossy().into_owned();
        Found::Log(Log { name, place, read: Arc::clone(&self.read) })
    }

    /// The next entry of the current directory.
    fn in_directory(&mut self) -> Option<Found> {
        let walk = self.walk.as_mut()?;
        loop {
            let entry = match walk.next()? {
                Ok(entry) => entry,
                // A link to a directory above leads to no new logs.
                Err(error) if error.loop_ancestor().is_some() => continue,
                Err(error) => return Some(Found::Unreadable(unreadable_entry(&error))),
            };
            if entry.file_type().is_dir() {
                let parts = entry.path().iter().filter_map(OsStr::to_str);
                if self.asked.fate(parts) == Fate::Skip {
                    walk.skip_current_dir();
                }
                continue;
            }
            let is_log = entry.file_type().is_file() && is_log(entry.path());
            return Some(match is_log {
                true => self.log(entry.path(), LogPlace::File(entry.path().to_owned())),
                false => Found::Other,
            });
        }
    }
}

/// Stored size of the logs in bytes, without standard input and devices. `None` if finding out would take long.
pub fn stored_size(roots: &[PathBuf], asked: &Arc<Filter>) -> Option<u64> {
    if roots.iter().any(|root| !matches!(s3::parse(root), Ok(None))) {
        return None;
    }
    let Ok(logs) = Logs::new(roots, asked) else { return Some(0) };
    let size = |found: Found| match found {
        Found::Log(Log { place: LogPlace::File(path), .. }) => {
            fs::metadata(path).map_or(0, |data| data.len())
        }
        _ => 0,
    };
    Some(logs.map(size).sum())
}

impl Iterator for Logs {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if self.walk.is_some() {
                match self.in_directory() {
                    Some(found) => return Some(found),
                    None => self.walk = None,
                }
            }
            if let Some(Root::Bucket(objects)) = self.roots.front_mut() {
                match objects.next() {
                    None => drop(self.roots.pop_front()),
                    Some(s3::Listed::Object(name, download)) => {
                        return Some(self.log(Path::new(&name), LogPlace::Download(Some(download))));
                    }
                    Some(s3::Listed::Other) => return Some(Found::Other),
                    Some(s3::Listed::Failed(message)) => return Some(Found::Unreadable(message)),
                    Some(s3::Listed::Later) => return Some(Found::Later),
                }
                continue;
            }
            let root = match self.roots.pop_front()? {
                Root::Path(root) => root,
                Root::Bucket(_) => continue,
            };
            if is_stdin(&root) {
                return Some(self.log(Path::new("<stdin>"), LogPlace::Stdin));
            }
            if !root.is_dir() {
                if is_digest(&root) {
                    return Some(Found::Other);
                }
                return Some(self.log(&root, LogPlace::File(root.clone())));
            }
            let walk = WalkDir::new(root).follow_links(true).sort_by(by_path);
            self.walk = Some(walk.into_iter());
        }
    }
}

/// Orders whole paths byte by byte, as S3 orders keys.
fn by_path(a: &DirEntry, b: &DirEntry) -> Ordering {
    fn name(entry: &DirEntry) -> impl Iterator<Item = u8> + '_ {
        let name = entry.file_name().as_encoded_bytes().iter().copied();
        name.chain(entry.file_type().is_dir().then_some(b'/'))
    }
    name(a).cmp(name(b))
}

fn unreadable_entry(error: &walkdir::Error) -> String {
    let path = error.path().unwrap_or(Path::new("?"));
    match error.io_error() {
        Some(reason) => unreadable(path, reason).0,
        None => format!("cannot read {}", path.display()),
    }
}

/// True for standard input.
pub fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// True for names of logs; in directories only such files are read.
pub fn is_log(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let ends = [".json", ".jsonl", ".ndjson", ".csv"].iter().any(|end| name.ends_with(end));
    ends && !is_digest(path)
}

/// True for digest files, which CloudTrail writes beside logs.
pub fn is_digest(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.contains("_CloudTrail-Digest_") || path.iter().any(|part| part == "CloudTrail-Digest")
}

impl Log {
    /// Opens the log; gzip is recognised by the first bytes.
    pub fn open(&mut self) -> Result<Batches<Box<dyn Read + Send>>, String> {
        let input: Box<dyn Read + Send> = match &mut self.place {
            LogPlace::Stdin => Box::new(std::io::stdin()),
            LogPlace::File(path) => Box::new(File::open(path).map_err(|error| reason(&error))?),
            LogPlace::Download(download) => Box::new(download.take().ok_or("it was opened before")?),
        };
        let counted = Counted { input, read: Arc::clone(&self.read) };
        let mut buffered = BufReader::with_capacity(BUFFER, counted);
        let live = matches!(self.place, LogPlace::Stdin);
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

/// A reader that counts bytes.
struct Counted {
    input: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.read.fetch_add(read as u64, Relaxed);
        Ok(read)
    }
}
