//! Logs in S3: keys in order, and the objects behind them downloaded ahead of the scan.

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

/// How many objects are downloaded at once, ahead of those that are read.
const AHEAD: usize = 8;
/// How many pieces of an object wait to be read; a piece is at most a few ten kilobytes.
const PIECES: usize = 64;
/// How many keys wait.
const KEYS: usize = 1000;
/// How often the rest of an object is asked for when its download breaks off.
const RESUMED: u32 = 3;

/// A bucket, and where to look in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    bucket: String,
    prefix: String,
}

/// An address in S3, if it is one.
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
    /// A log, on its way.
    Object(String, Download),
    /// An object that is no log.
    Other,
    /// What could not be listed, and why.
    Failed(String),
    /// The next page is not there yet.
    Later,
}

/// The objects below an address, found as they are asked for.
#[derive(Debug)]
pub struct Objects {
    runtime: Arc<Runtime>,
    store: Arc<Store>,
    keys: Receiver<list::Item>,
    /// What comes next, already being downloaded.
    ahead: VecDeque<Listed>,
}

impl Objects {
    /// Begins to list what is below an address, which must be there.
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
                Ok(list::Item::Key(key)) => {
                    let name = format!("s3://{}/{key}", self.store.bucket);
                    Listed::Object(name, Download::start(&self.runtime, &self.store, key))
                }
                Ok(list::Item::Other) => Listed::Other,
                Ok(list::Item::Failed(message)) => Listed::Failed(message),
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

/// An object on its way.
#[derive(Debug)]
pub struct Download {
    /// Stays as long as anything is on its way.
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

/// Downloads an object; what breaks off is taken up again where it broke off.
async fn fetch(store: Arc<Store>, key: String, to: Sender<Result<Vec<u8>, String>>) {
    let (mut at, mut tag, mut broken) = (0, None, 0);
    loop {
        let mut body = match store.get(&key, at, &mut tag).await {
            Ok(body) => body,
            Err(reason) => {
                // Nobody is left to tell.
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
