//! Logs in S3: lists keys in order and downloads objects ahead of the scan.

mod client;
mod list;

use super::super::Failure;
use super::filter::Filter;
use client::Store;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TryRecvError};

/// Number of objects that are downloaded at once, ahead of the scan.
const AHEAD: usize = 8;
/// Maximum number of waiting pieces of an object; a piece has at most a few ten kilobytes.
const PIECES: usize = 64;
/// Maximum number of waiting keys.
const KEYS: usize = 1000;
/// Number of retries after an interrupted download.
const RESUMED: u32 = 3;

/// A bucket, and where to look in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    bucket: String,
    prefix: String,
}

/// Parses an address in S3; `None` for other paths.
pub fn parse(root: &Path) -> Result<Option<Location>, Failure> {
    let Some(rest) = root.to_str().and_then(|root| root.strip_prefix("s3://")) else { return Ok(None) };
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err(Failure::new(format!("cannot read {}: there is no bucket in it", root.display())));
    }
    Ok(Some(Location { bucket: bucket.to_owned(), prefix: prefix.to_owned() }))
}

/// What is found in a bucket.
#[derive(Debug)]
pub enum Listed {
    /// A log that is being downloaded.
    Object(String, Download),
    /// An object that is no log.
    Other,
    /// Why keys could not be listed.
    Failed(String),
    /// The next page has not arrived yet.
    Later,
}

/// The objects below an address, found as they are asked for.
#[derive(Debug)]
pub struct Objects {
    runtime: Arc<Runtime>,
    store: Arc<Store>,
    keys: Receiver<list::ListedKey>,
    /// The next objects, already being downloaded.
    ahead: VecDeque<Listed>,
}

impl Objects {
    /// Starts to list the objects below an address, which must exist.
    pub fn find(location: &Location, asked: &Arc<Filter>) -> Result<Objects, Failure> {
        let Location { bucket, prefix } = location;
        let failure = |reason: String| Failure::new(format!("cannot read s3://{bucket}/{prefix}: {reason}"));
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = Arc::new(runtime.map_err(|error| failure(error.to_string()))?);
        let (store, root) = runtime
            .block_on(async {
                let store = Store::open(bucket, prefix).await?;
                let root = list::root(&store, prefix).await?;
                Ok((Arc::new(store), root))
            })
            .map_err(failure)?;
        let (sender, keys) = channel(KEYS);
        runtime.spawn(list::walk(Arc::clone(&store), root, Arc::clone(asked), sender));
        Ok(Objects { runtime, store, keys, ahead: VecDeque::new() })
    }

    /// The next of them.
    pub fn next(&mut self) -> Option<Listed> {
        let mut is_all = false;
        while self.ahead.len() < AHEAD {
            let listed = match self.keys.try_recv() {
                Ok(list::ListedKey::Key(key)) => {
                    let name = format!("s3://{}/{key}", self.store.bucket);
                    Listed::Object(name, Download::start(&self.runtime, &self.store, key))
                }
                Ok(list::ListedKey::Other) => Listed::Other,
                Ok(list::ListedKey::Failed(message)) => Listed::Failed(message),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    is_all = true;
                    break;
                }
            };
            self.ahead.push_back(listed);
        }
        match self.ahead.pop_front() {
            None if is_all => None,
            None => Some(Listed::Later),
            found => found,
        }
    }
}

/// An object that is being downloaded.
#[derive(Debug)]
pub struct Download {
    /// Kept while anything is being downloaded.
    _runtime: Arc<Runtime>,
    pieces: Receiver<Result<Vec<u8>, String>>,
    piece: io::Cursor<Vec<u8>>,
}

impl Download {
    fn start(runtime: &Arc<Runtime>, store: &Arc<Store>, key: String) -> Download {
        let (sender, pieces) = channel(PIECES);
        runtime.spawn(fetch(Arc::clone(store), key, sender));
        Download { _runtime: Arc::clone(runtime), pieces, piece: io::Cursor::default() }
    }
}

impl Read for Download {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.pieces.blocking_recv() {
                Some(Ok(piece)) => self.piece = io::Cursor::new(piece),
                Some(Err(reason)) => return Err(io::Error::other(reason)),
                None => return Ok(0),
            }
        }
    }
}

/// Downloads an object; an interrupted download resumes at its last byte.
async fn fetch(store: Arc<Store>, key: String, to: Sender<Result<Vec<u8>, String>>) {
    let (mut at, mut tag, mut broken) = (0, None, 0);
    loop {
        let mut body = match store.get(&key, at, &mut tag).await {
            Ok(body) => body,
            Err(reason) => {
                // The receiver is gone.
                let _ = to.send(Err(reason)).await;
                return;
            }
        };
        loop {
            match body.try_next().await {
                Ok(None) => return,
                Ok(Some(piece)) => {
                    at += piece.len() as u64;
                    if to.send(Ok(piece.to_vec())).await.is_err() {
                        return;
                    }
                }
                Err(_) if broken < RESUMED => {
                    broken += 1;
                    break;
                }
                Err(error) => {
                    let _ = to.send(Err(client::deepest(&error))).await;
                    return;
                }
            }
        }
    }
}
