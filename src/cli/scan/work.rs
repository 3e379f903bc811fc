//! Runs many threads on many logs and delivers results in the order of the logs.
//!
//! A thread takes the oldest batch that was read, else the next batch of the first log that no thread reads, else the
//! next log. Results wait until all earlier ones were delivered; the memory for them is bounded.

use super::batch::{Done, Job, Standing, unopened};
use super::logs::{Found, Log, Logs};
use crate::eval::log::{Batch, Batches};
use std::collections::VecDeque;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Maximum size of output that waits for its turn, in bytes.
const MOST_WAITING: usize = 32 << 20;
/// Results of several batches are merged up to this size of output, in bytes.
const TOGETHER: usize = 1 << 20;
/// Maximum number of batches of a log that are read ahead, unless it is its turn.
const AHEAD: usize = 3;
/// Pause before polling for logs again.
const ASK_AGAIN: Duration = Duration::from_millis(10);

/// Results and events, in order.
#[derive(Debug)]
pub enum News {
    /// A log starts.
    Begin(String),
    /// The result of batches of it.
    Done(Box<Done>),
    /// It ends.
    End,
    /// A file that is no log.
    Other,
    /// A path that cannot be read.
    Unreadable(String),
    /// No result within the timeout.
    Waiting,
    /// All work is done.
    Finished,
    /// A thread ended early.
    Failed,
}

type Reader = Batches<Box<dyn Read + Send>>;

/// Running threads.
pub struct Work {
    shared: Arc<Shared>,
}

struct Shared {
    job: Job,
    threads: usize,
    /// Rules depend on the number of earlier events, so batches wait for their predecessors' counts.
    in_order: bool,
    state: Mutex<State>,
    changed: Condvar,
    standing: Mutex<(u64, Standing)>,
    next_stands: Condvar,
}

struct State {
    logs: Logs,
    /// All logs were found.
    all_found: bool,
    /// The store was polled for logs and has not answered yet.
    unanswered: bool,
    open: VecDeque<Slot>,
    next_id: u64,
    /// Number of batches that were started.
    begun: u64,
    /// Size of waiting output, in bytes.
    waiting: usize,
    stop: bool,
    failed: bool,
}

/// A log, or a message in the order of the logs.
struct Slot {
    id: u64,
    /// The message to deliver first.
    news: Option<News>,
    reader: Option<Box<Reader>>,
    ended: bool,
    /// Batches to run, by their numbers.
    ready: VecDeque<(u64, Batch)>,
    /// Results by batch number; `None` until a batch is done.
    done: VecDeque<(u64, Option<Done>)>,
    batches: u64,
}

enum Task {
    Open(u64, Log),
    Read(u64, Box<Reader>),
    Run { id: u64, place: u64, batch: Batch, sequence: u64 },
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Work {
    /// Starts the threads.
    pub fn start(job: Job, logs: Logs, threads: usize) -> Work {
        let state = State {
            logs,
            all_found: false,
            unanswered: false,
            open: VecDeque::new(),
            next_id: 0,
            begun: 0,
            waiting: 0,
            stop: false,
            failed: false,
        };
        let shared = Arc::new(Shared {
            in_order: job.engine.numbered(),
            job,
            threads,
            state: Mutex::new(state),
            changed: Condvar::new(),
            standing: Mutex::default(),
            next_stands: Condvar::new(),
        });
        for _ in 0..threads {
            let shared = Arc::clone(&shared);
            // The threads are not joined: one may block on a terminal when all else is done.
            std::thread::spawn(move || {
                if catch_unwind(AssertUnwindSafe(|| shared.work())).is_err() {
                    lock(&shared.state).failed = true;
                    shared.changed.notify_all();
                }
            });
        }
        Work { shared }
    }

    /// The options for every batch.
    pub fn job(&self) -> &Job {
        &self.shared.job
    }

    /// Stops starting new work.
    pub fn stop(&self) {
        lock(&self.shared.state).stop = true;
        self.shared.changed.notify_all();
    }

    /// The next result; waits for it up to a tenth of a second.
    pub fn next(&self) -> News {
        let mut state = lock(&self.shared.state);
        for _ in 0..2 {
            if state.failed {
                return News::Failed;
            }
            if let Some(news) = state.next() {
                self.shared.changed.notify_all();
                return news;
            }
            let wait = Duration::from_millis(100);
            state = self.shared.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
        News::Waiting
    }
}

impl State {
    fn next(&mut self) -> Option<News> {
        let Some(front) = self.open.front_mut() else {
            return (self.all_found || self.stop).then_some(News::Finished);
        };
        if let Some(news) = front.news.take() {
            return Some(news);
        }
        if front.has_news() {
            let done = front.done.pop_front()?.1?;
            self.waiting -= done.output.len();
            return Some(News::Done(Box::new(done)));
        }
        if front.ended && front.done.is_empty() {
            self.open.pop_front();
            return Some(News::End);
        }
        None
    }

    fn slot(&mut self, id: u64) -> Option<&mut Slot> {
        self.open.iter_mut().find(|slot| slot.id == id)
    }

    /// The next task, if there is one.
    fn task(&mut self, shared: &Shared) -> Option<Task> {
        let crowded = self.waiting > MOST_WAITING;
        for (at, slot) in self.open.iter_mut().enumerate() {
            if (at == 0 && !slot.has_news() || !crowded)
                && let Some((place, batch)) = slot.ready.pop_front()
            {
                let sequence = self.begun;
                self.begun += 1;
                return Some(Task::Run { id: slot.id, place, batch, sequence });
            }
            // Events of later logs are numbered after all of this one.
            if shared.in_order && !(slot.ended && slot.ready.is_empty()) {
                break;
            }
        }
        for (at, slot) in self.open.iter_mut().enumerate() {
            let ahead = if at == 0 { shared.threads * 2 + 2 } else { AHEAD };
            if slot.done.iter().filter(|(_, done)| done.is_none()).count() < ahead
                && let Some(reader) = slot.reader.take()
            {
                return Some(Task::Read(slot.id, reader));
            }
        }
        self.unanswered = false;
        while self.open.len() <= shared.threads && !self.all_found {
            let Some(found) = self.logs.next() else {
                self.all_found = true;
                shared.changed.notify_all();
                break;
            };
            let (news, log) = match found {
                Found::Log(log) => (News::Begin(log.name.clone()), Some(log)),
                Found::Other => (News::Other, None),
                Found::Unreadable(message) => (News::Unreadable(message), None),
                Found::Later => {
                    self.unanswered = true;
                    return None;
                }
            };
            let id = self.next_id;
            self.next_id += 1;
            self.open.push_back(Slot {
                id,
                news: Some(news),
                reader: None,
                ended: log.is_none(),
                ready: VecDeque::new(),
                done: VecDeque::new(),
                batches: 0,
            });
            shared.changed.notify_all();
            if let Some(log) = log {
                return Some(Task::Open(id, log));
            }
        }
        None
    }

    fn is_finished(&self) -> bool {
        self.stop || self.all_found && self.open.iter().all(|slot| slot.ended && slot.ready.is_empty())
    }
}

impl Slot {
    /// True if the next batch to deliver is done.
    fn has_news(&self) -> bool {
        matches!(self.done.front(), Some((_, Some(_))))
    }

    /// Stores the result of a batch, merged with its neighbours.
    fn put(&mut self, place: u64, done: Done) {
        let Ok(at) = self.done.binary_search_by_key(&place, |(place, _)| *place) else { return };
        self.done[at].1 = Some(done);
        self.join(at + 1);
        self.join(at);
    }

    /// Merges a batch into the one before it.
    fn join(&mut self, at: usize) {
        let is_done = |at: usize| self.done.get(at).and_then(|(_, done)| done.as_ref());
        let Some(before) = at.checked_sub(1).and_then(is_done) else { return };
        if before.output.len() < TOGETHER
            && is_done(at).is_some()
            && let Some((_, Some(after))) = self.done.remove(at)
            && let Some((_, Some(before))) = self.done.get_mut(at - 1)
        {
            before.append(after);
        }
    }
}

impl Shared {
    fn work(&self) {
        let mut state = lock(&self.state);
        loop {
            if state.stop {
                return;
            }
            let Some(task) = state.task(self) else {
                if state.is_finished() {
                    return;
                }
                // The store does not notify: poll.
                let wait = if state.unanswered { ASK_AGAIN } else { Duration::from_secs(3600) };
                state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
                continue;
            };
            drop(state);
            state = self.perform(task);
            self.changed.notify_all();
        }
    }

    fn perform(&self, task: Task) -> MutexGuard<'_, State> {
        match task {
            Task::Open(id, mut log) => {
                let opened = log.open();
                let mut state = lock(&self.state);
                if let Some(slot) = state.slot(id) {
                    match opened {
                        Ok(reader) => slot.reader = Some(Box::new(reader)),
                        Err(message) => {
                            slot.done.push_back((0, Some(unopened(message))));
                            slot.ended = true;
                        }
                    }
                }
                state
            }
            Task::Read(id, mut reader) => {
                let batch = reader.next();
                let mut state = lock(&self.state);
                if let Some(slot) = state.slot(id) {
                    match batch {
                        None => slot.ended = true,
                        Some(batch) => {
                            slot.ready.push_back((slot.batches, batch));
                            slot.done.push_back((slot.batches, None));
                            slot.batches += 1;
                            slot.reader = Some(reader);
                        }
                    }
                }
                state
            }
            Task::Run { id, place, batch, sequence } => {
                let done = match self.in_order {
                    false => self.job.run(&batch),
                    true => {
                        self.job.run_numbered(&batch, |events, first| self.stand(sequence, events, first))
                    }
                };
                drop(batch);
                let mut state = lock(&self.state);
                state.waiting += done.output.len();
                if let Some(slot) = state.slot(id) {
                    slot.put(place, done);
                }
                state
            }
        }
    }

    /// Waits until all batches before are counted, and counts this one.
    fn stand(&self, sequence: u64, events: u64, first: Option<i64>) -> Standing {
        let mut standing = lock(&self.standing);
        while standing.0 != sequence {
            standing = self.next_stands.wait(standing).unwrap_or_else(PoisonError::into_inner);
        }
        let before = Standing { before: standing.1.before, first: standing.1.first.or(first) };
        *standing = (sequence + 1, Standing { before: before.before + events, first: before.first });
        drop(standing);
        self.next_stands.notify_all();
        before
    }
}
