//! Lists as they affect formatting: Falco substitutes their items before it parses a condition.

use crate::sema::lists::quote_item;
use crate::source::{FileId, SourceFile};
use crate::syntax::items::{Item, ItemKind};
use crate::syntax::lexer;
use crate::syntax::yaml::{self, Stream};
use std::collections::{HashMap, HashSet};

/// The lists that conditions may name. A superset is safe.
#[derive(Debug, Default, Clone)]
pub struct Lists {
    names: HashSet<String>,
    /// Names that contain separators and so span several words.
    odd: Vec<String>,
    /// Lists with an open quote in an item, which continues into the text after the list's name.
    open: HashSet<String>,
    /// Items that may themselves be names, with the lists that contain them.
    inner: HashMap<String, Vec<String>>,
    /// True if a condition has an open quote, which continues into text that is appended to it.
    pub(super) has_open_condition: bool,
}

/// The separators that end the name of a list.
fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '(' | ')' | ',' | '=')
}

/// True if a quote in the text is not closed.
fn has_open_quote(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'']) {
        let Ok((after, _)) = lexer::quoted(&rest[at..]) else { return true };
        rest = after;
    }
    false
}

impl Lists {
    /// Adds the lists of a file.
    pub fn add_file(&mut self, file: &SourceFile) {
        self.add(&yaml::parse(FileId(0), file));
    }

    /// Adds the lists of a parsed file.
    pub fn add(&mut self, stream: &Stream) {
        let items = stream.documents.iter().filter_map(|document| document.root.as_seq()).flatten();
        for item in items.filter_map(Item::new) {
            if let (Some(ItemKind::Rule | ItemKind::Macro), Ok(text)) = (item.kind(), item.text("condition"))
            {
                self.has_open_condition |= has_open_quote(&text.value);
            }
            let (Some(ItemKind::List), Ok(name)) = (item.kind(), item.text("list")) else { continue };
            let name = &*name.value;
            if name.contains(is_separator) && !self.odd.iter().any(|odd| odd == name) {
                self.odd.push(name.to_owned());
            }
            self.names.insert(name.to_owned());
            for text in item.texts("items").unwrap_or_default() {
                let quoted = quote_item(&text.value);
                if has_open_quote(&quoted) {
                    self.open(name);
                }
                self.inner.entry((*text.value).into()).or_default().push(name.to_owned());
                if self.open.contains(&*text.value) {
                    self.open(name);
                }
            }
        }
    }

    /// Marks a list, and those that contain it.
    fn open(&mut self, name: &str) {
        let mut due = vec![name.to_owned()];
        while let Some(name) = due.pop() {
            if self.open.insert(name.clone()) {
                due.extend(self.inner.get(&name).into_iter().flatten().cloned());
            }
        }
    }

    /// True if lists are substituted in the same places of two texts that differ in white space only.
    pub(super) fn same_words(&self, a: &str, b: &str) -> bool {
        let words =
            |text| -> Vec<&str> { str::split(text, is_separator).filter(|word| !word.is_empty()).collect() };
        let (left, right) = (words(a), words(b));
        let is_open = |word: &&str| self.open.contains(*word);
        if left.iter().any(is_open) || self.odd.iter().any(|odd| a.contains(&**odd) || b.contains(&**odd)) {
            return false;
        }
        if left == right {
            return true;
        }
        // `a>=1` is one word and `a >= 1` three, which matters only if one of them names a list.
        let (old, new): (HashSet<&str>, HashSet<&str>) =
            (left.into_iter().collect(), right.into_iter().collect());
        old.symmetric_difference(&new).all(|word| !self.names.contains(*word))
    }
}
