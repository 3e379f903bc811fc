//! `--watch`: runs a command again whenever something has changed that it may read.

use super::{Failure, Outcome, output};
use crate::files::normal;
use notify::event::EventKind;
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// A change is over once nothing more has come for so long: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(100);
/// The files that commands read.
const READ: [&str; 7] = ["yaml", "yml", "tf", "json", "jsonl", "ndjson", "toml"];

/// What there is to know.
enum News {
    Changed(PathBuf),
    /// Files are watched no more, and why.
    Broken(String),
    Stop,
}

/// Runs `run` now and after each change of `paths`, which are asked for anew each time, until Ctrl-C. `written` is a file
/// that the command itself writes.
pub fn watch(
    paths: impl Fn() -> Vec<PathBuf>,
    written: Option<&Path>,
    mut run: impl FnMut() -> Outcome,
) -> Outcome {
    if paths().iter().any(|path| path == Path::new("-")) {
        return Err(Failure::new("standard input cannot be watched"));
    }
    let (send, news) = mpsc::channel();
    let stop = send.clone();
    ctrlc::set_handler(move || drop(stop.send(News::Stop)))
        .map_err(|error| Failure::new(format!("cannot watch for Ctrl-C: {error}")))?;
    let written = written.map(normal);
    let tell = move |event: notify::Result<Event>| match event {
        // To read a file changes nothing.
        Ok(Event { kind: EventKind::Access(_), .. }) => {}
        // So much has changed that it was not noted what.
        Ok(event) if event.need_rescan() => drop(send.send(News::Changed(PathBuf::from(".")))),
        Ok(event) => {
            let paths = event.paths.into_iter().filter(|path| matters(path, written.as_deref()));
            paths.for_each(|path| drop(send.send(News::Changed(path))));
        }
        Err(error) => drop(send.send(News::Broken(error.to_string()))),
    };
    let mut watcher =
        notify::recommended_watcher(tell).map_err(|error| unwatchable(Path::new("."), &error))?;
    loop {
        follow(&mut watcher, &paths())?;
        if let Err(Failure(message)) = run() {
            output::note(&format!("error: {message}"));
        }
        output::note("watching for changes; Ctrl-C ends it");
        match next(&news)? {
            Some(path) => output::note(&format!("changed: {}", path.display())),
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}

fn unwatchable(path: &Path, error: &notify::Error) -> Failure {
    Failure::new(format!("cannot watch {}: {error}", path.display()))
}

/// Watches directories, and the directories of files, because most editors put a new file in the place of the old one. Of
/// what is not there, the next directory above is watched. All of it anew each time: a directory may be another one than
/// before.
fn follow(watcher: &mut RecommendedWatcher, paths: &[PathBuf]) -> Result<(), Failure> {
    let paths: Vec<PathBuf> = paths.iter().map(|path| normal(path)).collect();
    let wanted: BTreeSet<&Path> =
        paths.iter().filter_map(|path| path.ancestors().find(|above| above.is_dir())).collect();
    let mut watched = watcher.paths_mut();
    for directory in wanted {
        let added = watched.add(directory, RecursiveMode::NonRecursive);
        added.map_err(|error| unwatchable(directory, &error))?;
    }
    watched.commit().map_err(|error| unwatchable(Path::new("."), &error))
}

/// Waits for a change and until it is over; `None` is Ctrl-C.
fn next(news: &Receiver<News>) -> Result<Option<PathBuf>, Failure> {
    let changed = match news.recv() {
        Ok(News::Changed(path)) => path,
        Ok(News::Broken(reason)) => return Err(Failure::new(format!("cannot watch any longer: {reason}"))),
        Ok(News::Stop) | Err(_) => return Ok(None),
    };
    loop {
        match news.recv_timeout(QUIET) {
            Ok(News::Changed(_)) => {}
            Ok(News::Broken(reason)) => {
                return Err(Failure::new(format!("cannot watch any longer: {reason}")));
            }
            Ok(News::Stop) => return Ok(None),
            Err(_) => return Ok(Some(changed)),
        }
    }
}

/// A file or directory whose change may change what the command says.
fn matters(path: &Path, written: Option<&Path>) -> bool {
    if written == Some(path) || path.iter().any(|part| part == ".git") {
        return false;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match path.extension() {
        Some(extension) => {
            READ.iter().any(|read| extension.eq_ignore_ascii_case(read)) && !name.starts_with('.')
        }
        // A directory, or what was one.
        None => path.is_dir() || !path.exists(),
    }
}
