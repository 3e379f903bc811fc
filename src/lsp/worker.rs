//! The thread that analyses sets: one job at a time, the results go back to the session.

use crate::ide::Snapshot;
use crate::ide::findings::{Analyzer, DocFindings};
use std::collections::{HashMap, HashSet};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// A snapshot of a set.
#[derive(Debug)]
pub struct Task {
    /// The id of the set.
    pub set: u32,
    /// The URIs of the files.
    pub uris: Vec<String>,
    /// The files.
    pub snapshot: Snapshot,
}

/// A request for analysis.
#[derive(Debug)]
pub struct AnalysisJob {
    /// The sets that changed.
    pub tasks: Vec<Task>,
    /// The ids of all existing sets: results of others are dropped.
    pub alive: HashSet<u32>,
}

/// The findings of one set.
#[derive(Debug)]
pub struct AnalysisResult {
    /// The set as it was analysed.
    pub task: Task,
    /// The findings of each file; `None` if the analysis failed, which is an error of rulec.
    pub files: Option<Vec<DocFindings>>,
}

/// Nested conditions need the stack of a main thread; a thread's default is smaller.
const STACK: usize = 16 << 20;

/// Starts the thread. It ends when the channel of jobs closes.
pub fn start(tell: impl Fn(AnalysisResult) + Send + 'static) -> io::Result<Sender<AnalysisJob>> {
    let (jobs, received) = channel();
    thread::Builder::new().name("analysis".into()).stack_size(STACK).spawn(move || work(&received, tell))?;
    Ok(jobs)
}

fn work(jobs: &Receiver<AnalysisJob>, tell: impl Fn(AnalysisResult)) {
    let mut analyzers: HashMap<u32, Analyzer> = HashMap::new();
    for AnalysisJob { tasks, alive } in jobs {
        analyzers.retain(|id, _| alive.contains(id));
        for task in tasks {
            let mut analyzer = analyzers.remove(&task.set).unwrap_or_default();
            let files = catch_unwind(AssertUnwindSafe(|| analyzer.update(&task.snapshot))).ok();
            if files.is_some() {
                // After a panic the analysis may be in any state.
                analyzers.insert(task.set, analyzer);
            }
            tell(AnalysisResult { task, files });
        }
    }
}
