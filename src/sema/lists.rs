//! Substitution of lists as text, exactly as Falco does it.

use super::collect::Collected;
use super::text::{Composite, Origin};
use crate::source::{Span, Text};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// All lists, prepared for substitution.
pub struct Lists<'a> {
    by_name: FxHashMap<&'a [u8], usize>,
    /// Hashes of first and last bytes of names: most words match none.
    hinted: Vec<bool>,
    lists: Vec<Ready<'a>>,
    /// Lists whose names contain separators and so cannot be found word by word.
    odd: Vec<usize>,
    /// The lists substituted since the last call of [`Lists::take_touched`].
    touched: Vec<usize>,
}

struct Ready<'a> {
    name: &'a str,
    items: Vec<(Cow<'a, str>, &'a Text)>,
    used: bool,
}

/// Falco puts quotes around an item with a space in it, unless it begins with a quote. Nothing is escaped.
pub fn quote_item(text: &str) -> Cow<'_, str> {
    if text.contains(' ') && !text.starts_with(['"', '\'']) {
        Cow::Owned(format!("\"{text}\""))
    } else {
        Cow::Borrowed(text)
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// True if a list's name can end at this byte.
pub fn is_separator(byte: u8) -> bool {
    static TABLE: [bool; 256] = {
        let mut table = [false; 256];
        let separators = *b" \t\n\r(),=";
        let mut at = 0;
        while at < separators.len() {
            table[separators[at] as usize] = true;
            at += 1;
        }
        table
    };
    TABLE[byte as usize]
}

const HINTS: usize = 1 << 10;

/// The length, first and last byte of a word.
fn hint(word: &[u8]) -> usize {
    let end = |byte: Option<&u8>| usize::from(byte.copied().unwrap_or_default() & 31);
    (end(word.first()) << 5 ^ end(word.last()) ^ word.len() << 3) % HINTS
}

impl<'a> Lists<'a> {
    /// Expands lists in lists: one level, and only lists defined before the latest change of the containing one.
    pub fn new(collected: &Collected<'a>) -> Lists<'a> {
        let infos = &collected.lists.items;
        let mut lists: Vec<Ready<'a>> = Vec::with_capacity(infos.len());
        let mut used = Vec::new();
        for info in infos {
            let mut items = Vec::with_capacity(info.items.len());
            for &item in &info.items {
                let inner =
                    collected.lists.index_of(&item.value).filter(|&at| infos[at].index < info.visibility);
                match inner {
                    Some(at) => {
                        used.push(at);
                        items.extend(infos[at].items.iter().map(|&text| (quote_item(&text.value), text)));
                    }
                    None => items.push((quote_item(&item.value), item)),
                }
            }
            lists.push(Ready { name: info.name, items, used: false });
        }
        used.into_iter().for_each(|at| lists[at].used = true);
        let odd = (0..lists.len()).filter(|&at| lists[at].name.bytes().any(is_separator)).collect();
        let by_name: FxHashMap<&[u8], usize> =
            lists.iter().enumerate().map(|(at, list)| (list.name.as_bytes(), at)).collect();
        let mut hinted = vec![false; HINTS];
        by_name.keys().for_each(|name| hinted[hint(name)] = true);
        Lists { by_name, hinted, lists, odd, touched: Vec::new() }
    }

    /// True if the list was substituted anywhere, or is contained in another list.
    pub fn is_used(&self, index: usize) -> bool {
        self.lists[index].used
    }

    /// The names of the lists substituted since the last call.
    pub fn take_touched(&mut self) -> Vec<&'a str> {
        self.touched.drain(..).map(|at| self.lists[at].name).collect()
    }

    /// Marks the list of this name as substituted.
    pub fn mark_used(&mut self, name: &str) {
        if let Some(&at) = self.by_name.get(name.as_bytes()) {
            self.lists[at].used = true;
        }
    }

    /// The items of a list after expansion, as raw texts.
    pub fn items(&self, index: usize) -> impl Iterator<Item = &'a str> + '_ {
        self.lists[index].items.iter().map(|(_, text)| &*text.value)
    }

    /// Substitutes lists in a condition, in the order in which they were first defined: text from one list can be
    /// replaced by a later list, not the other way round.
    pub fn substitute(&mut self, condition: Composite<'a>) -> Composite<'a> {
        if self.lists.is_empty() {
            return condition;
        }
        let mut due: BTreeSet<usize> = self.named_in(&condition.text, 0).collect();
        due.extend(self.odd.iter().filter(|&&at| condition.text.contains(self.lists[at].name)));
        let mut condition = condition;
        while let Some(at) = due.pop_first() {
            let Some(replaced) = self.replace(&condition, at) else { continue };
            condition = replaced;
            self.lists[at].used = true;
            self.touched.push(at);
            let items = &self.lists[at].items;
            due.extend(items.iter().flat_map(|(text, _)| self.named_in(text, at + 1)));
            due.extend(
                self.odd.iter().filter(|&&odd| odd > at && condition.text.contains(self.lists[odd].name)),
            );
        }
        condition
    }

    fn named_in<'s>(&'s self, text: &'s str, from: usize) -> impl Iterator<Item = usize> + 's {
        text.as_bytes()
            .split(|&byte| is_separator(byte))
            .filter(|word| !word.is_empty() && self.hinted[hint(word)])
            .filter_map(|word| self.by_name.get(word).copied())
            .filter(move |&at| at >= from)
    }

    /// Replaces every occurrence of one list's name; `None` if there is none.
    fn replace(&self, condition: &Composite<'a>, at: usize) -> Option<Composite<'a>> {
        let list = &self.lists[at];
        let name = list.name;
        let empty = list.items.iter().all(|(item, _)| item.is_empty());
        let text = condition.text.as_bytes();
        let size: usize = list.items.iter().map(|(item, _)| item.len() + 2).sum();
        // The new text so far, and how much of the old text it covers.
        let mut done: Option<Composite<'a>> = None;
        let mut taken = 0;
        let mut from = 0;
        while let Some(found) = condition.text.get(from..).and_then(|rest| rest.find(name)) {
            let (start, mut end) = (from + found, from + found + name.len());
            // Substituted text ends with a blank.
            let bounded = (start == taken || is_separator(text[start - 1]))
                && (end >= text.len() || is_separator(text[end]));
            if !bounded {
                // Falco continues one byte further; the next character is the same here.
                from = start + condition.text[start..].chars().next().map_or(1, char::len_utf8);
                continue;
            }
            let place = condition.locate(start as u32..end as u32).span;
            let done = done.get_or_insert_with(|| Composite::with_capacity(text.len() + size + 2));
            done.push_part(condition, taken..start);
            done.truncate(done.text.trim_end_matches([' ', '\t', '\n', '\r']).len());
            while end < text.len() && is_blank(text[end]) {
                end += 1;
            }
            if empty {
                if done.text.ends_with(',') {
                    done.truncate(done.text.len() - 1);
                } else if end < text.len() && text[end] == b',' {
                    end += 1;
                }
            }
            // Falco's own arithmetic: without text on the left it skips one byte on the right.
            from = end + usize::from(done.text.is_empty());
            while from < text.len() && !condition.text.is_char_boundary(from) {
                from += 1;
            }
            taken = end;
            insert(done, list, place);
        }
        let mut done = done?;
        done.push_part(condition, taken..text.len());
        Some(done)
    }
}

fn insert<'a>(text: &mut Composite<'a>, list: &Ready<'a>, place: Span) {
    if !text.text.is_empty() {
        text.push_origin(" ", Origin::Item(place, None));
    }
    let before = text.text.len();
    for (item, origin) in &list.items {
        // The separator depends on the text before it, so leading empty items vanish.
        if text.text.len() > before {
            text.push_origin(", ", Origin::Item(place, None));
        }
        text.push_origin(item, Origin::Item(place, Some(origin.span)));
    }
    text.push_origin(" ", Origin::Item(place, None));
}
