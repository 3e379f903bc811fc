//! Walks through the keys of a bucket and skips prefixes without selected events.

use super::super::filter::{Fate, Filter};
use super::super::logs::{is_digest, is_log};
use super::client::Store;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;

/// A key, or why keys could not be listed.
#[derive(Debug)]
pub enum ListedKey {
    /// The key of a log.
    Key(String),
    /// An object that is no log.
    Other,
    /// The message for keys that could not be listed.
    Failed(String),
}

/// A step of the walk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// An object.
    Key(String),
    /// All keys with this prefix.
    Prefix(String),
}

/// The object of this key, or the prefix of the keys below it.
pub async fn root(store: &Store, key: &str) -> Result<Step, String> {
    if !key.is_empty() && !key.ends_with('/') {
        // The key itself sorts before all keys with it as prefix.
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

/// Sends all keys in order.
pub async fn walk(store: Arc<Store>, root: Step, asked: Arc<Filter>, to: Sender<ListedKey>) {
    if let Step::Key(key) = root {
        let item = if is_digest(Path::new(&key)) { ListedKey::Other } else { ListedKey::Key(key) };
        // The scan is over.
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
        if to.send(ListedKey::Failed(message)).await.is_err() {
            return;
        }
    }
}

fn item(key: String) -> ListedKey {
    if is_log(Path::new(&key)) { ListedKey::Key(key) } else { ListedKey::Other }
}

/// Sends all keys with this prefix. An empty error means that the scan is over.
async fn all(store: &Store, prefix: &str, to: &Sender<ListedKey>) -> Result<(), Option<String>> {
    let mut from = None;
    loop {
        let page = store.page(prefix, false, from, None).await.map_err(Some)?;
        // The console creates empty objects to show folders.
        for key in page.keys.into_iter().filter(|key| !key.ends_with('/')) {
            to.send(item(key)).await.map_err(|_| None)?;
        }
        from = page.next;
        if from.is_none() {
            return Ok(());
        }
    }
}

/// The steps directly below, last one first.
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
