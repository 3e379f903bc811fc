//! Many threads on many logs, and what they find in the order of the logs.
//!
//! Threads take what there is to do: the oldest batch that was read, else the next batch of the first log that nobody
//! reads, else the next log. What is done waits until all before it was handed on; so much may wait, and no more.

use super::batch::{Done, Job, Standing, unopened};
use super::logs::{Found, Log, Logs};
use crate::eval::log::{Batch, Batches};
use std::collections::VecDeque;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How much output may wait for its turn, in bytes.
const MOST_WAITING: usize = 32 << 20;
/// Output of several batches is put together up to this size, in bytes.
const TOGETHER: usize = 1 << 20;
/// How many batches of a log are read before they are run, unless it is its turn.
const AHEAD: usize = 3;
/// How long to wait before asking again for logs.
const ASK_AGAIN: Duration = Duration::from_millis(10);

/// What is handed on, in order.
#[derive(Debug)]
pub enum News {
    /// A log begins.
    Begin(String),
    /// A batch of it.
    Done(Box<Done>),
    /// It ends.
    End,
    /// A file that is no log.
    Other,
    /// Something that could not be looked at.
    Unreadable(String),
    /// Nothing for a while.
    Waiting,
    /// All is done.
    Finished,
    /// A thread died.
    Failed,
}

type Reader = Batches<Box<dyn Read + Send>>;

/// Work under way.
pub struct Work {
    shared: Arc<Shared>,
}

struct Shared {
    job: Job,
    threads: usize,
    /// Batches are numbered, so they are run one after the other.
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
    /// Where logs are found was asked, and has not answered.
    unanswered: bool,
    open: VecDeque<Slot>,
    next_id: u64,
    /// Batches that were begun.
    begun: u64,
    /// Bytes of output that wait.
    waiting: usize,
    stop: bool,
    failed: bool,
}

/// One log, or something else that has its place among them.
struct Slot {
    id: u64,
    /// What to say first.
    news: Option<News>,
    reader: Option<Box<Reader>>,
    ended: bool,
    /// Batches to run, by their numbers.
    ready: VecDeque<(u64, Batch)>,
    /// What came of batches, by number; `None` as long as nothing did.
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
    /// Begins.
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
            // Nobody waits for the threads: one may be stuck reading a terminal when all else is over.
            std::thread::spawn(move || {
                if catch_unwind(AssertUnwindSafe(|| shared.work())).is_err() {
                    lock(&shared.state).failed = true;
                    shared.changed.notify_all();
                }
            });
        }
        Work { shared }
    }

    /// What is run on every batch.
    pub fn job(&self) -> &Job {
        &self.shared.job
    }

    /// No more is begun.
    pub fn stop(&self) {
        lock(&self.shared.state).stop = true;
        self.shared.changed.notify_all();
    }

    /// The next piece of news; waits for it up to a tenth of a second.
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

    /// Something to do, if there is.
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
            // Events of later logs come after all of this one.
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
    /// The next batch to hand on is done.
    fn has_news(&self) -> bool {
        matches!(self.done.front(), Some((_, Some(_))))
    }

    /// Keeps what came of a batch, together with its neighbours.
    fn put(&mut self, place: u64, done: Done) {
        let Ok(at) = self.done.binary_search_by_key(&place, |(place, _)| *place) else { return };
        self.done[at].1 = Some(done);
        self.join(at + 1);
        self.join(at);
    }

    /// Puts a batch to the one before it.
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
                // Nobody says when there is an answer.
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
