//! `--watch`: runs a command again after each change of a file that it can read.

use super::{CommandResult, Failure, output};
use crate::files::normal;
use notify::event::EventKind;
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// Pause after the last event before a run: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(100);
/// The files that commands read.
const READ: [&str; 7] = ["yaml", "yml", "tf", "json", "jsonl", "ndjson", "toml"];

/// An event for the loop.
enum News {
    Changed(PathBuf),
    /// Watching failed, and why.
    Broken(String),
    Stop,
}

/// Runs `run` now and after each change of `paths`, which are computed again each time, until Ctrl-C. `written` is the
/// file that the command itself writes.
pub fn watch(
    paths: impl Fn() -> Vec<PathBuf>,
    written: Option<&Path>,
    mut run: impl FnMut() -> CommandResult,
) -> CommandResult {
    if paths().iter().any(|path| path == Path::new("-")) {
        return Err(Failure::new("standard input cannot be watched"));
    }
    let (send, news) = mpsc::channel();
    let stop = send.clone();
    ctrlc::set_handler(move || drop(stop.send(News::Stop)))
        .map_err(|error| Failure::new(format!("cannot watch for Ctrl-C: {error}")))?;
    let written = written.map(normal);
    let tell = move |event: notify::Result<Event>| match event {
        // Reading a file is no change.
        Ok(Event { kind: EventKind::Access(_), .. }) => {}
        // The queue overflowed: anything can have changed.
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

/// Watches directories, and the directories of files, because most editors replace a file by a new one. For a missing
/// path, the nearest directory above is watched. Runs before every round: a directory can have been replaced.
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

/// Waits until a change is over and returns its path; `None` is Ctrl-C.
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

/// True if a change of this path can change the output of the command.
fn matters(path: &Path, written: Option<&Path>) -> bool {
    if written == Some(path) || path.iter().any(|part| part == ".git") {
        return false;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match path.extension() {
        Some(extension) => {
            READ.iter().any(|read| extension.eq_ignore_ascii_case(read)) && !name.starts_with('.')
        }
        // A directory, or a removed one.
        None => path.is_dir() || !path.exists(),
    }
}
