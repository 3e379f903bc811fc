//! Walking through the keys of a bucket, past what nobody asked for.

use super::super::filter::{Fate, Filter};
use super::super::logs::{is_digest, is_log};
use super::client::Store;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;

/// What is found.
#[derive(Debug)]
pub enum Item {
    /// The key of a log.
    Key(String),
    /// An object that is no log.
    Other,
    /// What could not be listed.
    Failed(String),
}

/// What is to be looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// An object.
    Key(String),
    /// All keys that begin so.
    Prefix(String),
}

/// The object of this key, or what is below it as if it were a directory.
pub async fn root(store: &Store, key: &str) -> Result<Step, String> {
    if !key.is_empty() && !key.ends_with('/') {
        // Of all keys that begin so, this comes first.
        let first = store.page(key, false, None, Some(1)).await?.keys;
        if first.first().is_some_and(|first| first == key) {
            return Ok(Step::Key(key.to_owned()));
        }
    }
    let prefix = if key.is_empty() || key.ends_with('/') { key.to_owned() } else { format!("{key}/") };
    match store.page(&prefix, false, None, Some(1)).await?.keys.is_empty() {
        true => Err("there is no such object, and none below it".to_owned()),
        false => Ok(Step::Prefix(prefix)),
    }
}

/// Hands on all that is found, in the order of the keys.
pub async fn walk(store: Arc<Store>, root: Step, asked: Arc<Filter>, to: Sender<Item>) {
    if let Step::Key(key) = root {
        let item = if is_digest(Path::new(&key)) { Item::Other } else { Item::Key(key) };
        // A scan that is over wants no more.
        let _ = to.send(item).await;
        return;
    }
    let mut steps = vec![root];
    while let Some(step) = steps.pop() {
        let prefix = match step {
            Step::Key(key) => match to.send(item(key)).await {
                Ok(()) => continue,
                Err(_) => return,
            },
            Step::Prefix(prefix) => prefix,
        };
        let walked = match asked.fate(prefix.split('/').filter(|part| !part.is_empty())) {
            Fate::Skip => Ok(()),
            Fate::All => all(&store, &prefix, &to).await,
            Fate::Look => level(&store, &prefix).await.map(|found| steps.extend(found)).map_err(Some),
        };
        let Err(reason) = walked else { continue };
        let Some(reason) = reason else { return };
        let message = format!("cannot read s3://{}/{prefix}: {reason}", store.bucket);
        if to.send(Item::Failed(message)).await.is_err() {
            return;
        }
    }
}

fn item(key: String) -> Item {
    if is_log(Path::new(&key)) { Item::Key(key) } else { Item::Other }
}

/// Hands on all keys that begin so. An error without words is a scan that is over.
async fn all(store: &Store, prefix: &str, to: &Sender<Item>) -> Result<(), Option<String>> {
    let mut from = None;
    loop {
        let page = store.page(prefix, false, from, None).await.map_err(Some)?;
        // What the console makes in place of folders is no object to read.
        for key in page.keys.into_iter().filter(|key| !key.ends_with('/')) {
            to.send(item(key)).await.map_err(|_| None)?;
        }
        from = page.next;
        if from.is_none() {
            return Ok(());
        }
    }
}

/// What is directly below, the last first.
async fn level(store: &Store, prefix: &str) -> Result<Vec<Step>, String> {
    let (mut keys, mut prefixes, mut from) = (Vec::new(), Vec::new(), None);
    loop {
        let page = store.page(prefix, true, from, None).await?;
        keys.extend(page.keys);
        prefixes.extend(page.prefixes);
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let keys = keys.into_iter().filter(|key| !key.ends_with('/')).map(|key| (key, false));
    let mut found: Vec<(String, bool)> = keys.chain(prefixes.into_iter().map(|one| (one, true))).collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    let step = |(name, is_prefix)| if is_prefix { Step::Prefix(name) } else { Step::Key(name) };
    Ok(found.into_iter().map(step).collect())
}
