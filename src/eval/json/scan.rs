//! One pass over a record that validates it and finds the values at the wanted paths.

use super::paths::{NONE, Paths, ROOT};
use super::{MAX_DEPTH, blank, scalar_end, string_end};

/// Range of a value; empty if it is absent.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Slot {
    start: u32,
    end: u32,
}

impl Slot {
    /// The value's text.
    pub fn of<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        if self.end == 0 { None } else { text.get(self.start as usize..self.end as usize) }
    }
}

/// Validates a document and fills a slot for each path. Returns whether keys on the way are escaped, so that the
/// slots are not reliable; the error is the offending byte.
pub fn scan(text: &[u8], paths: &Paths, slots: &mut [Slot]) -> Result<bool, usize> {
    let mut scan = Scan { text, at: blank(text, 0), paths, slots, odd: false };
    let start = scan.at;
    scan.value(ROOT, MAX_DEPTH).ok_or(scan.at)?;
    scan.fill(ROOT, start);
    let end = blank(text, scan.at);
    if end == text.len() { Ok(scan.odd) } else { Err(end) }
}

struct Scan<'t> {
    text: &'t [u8],
    at: usize,
    paths: &'t Paths,
    slots: &'t mut [Slot],
    odd: bool,
}

impl Scan<'_> {
    #[inline]
    fn value(&mut self, node: u32, depth: usize) -> Option<()> {
        match self.text.get(self.at)? {
            b'"' => self.at = string_end(self.text, self.at + 1)?.0 + 1,
            b'{' => return self.object(node, depth.checked_sub(1)?),
            b'[' => return self.array(depth.checked_sub(1)?),
            _ => self.at = scalar_end(self.text, self.at)?,
        }
        Some(())
    }

    fn object(&mut self, node: u32, depth: usize) -> Option<()> {
        self.at += 1;
        self.blank();
        if *self.text.get(self.at)? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.expect(b'"')?;
            let start = self.at;
            let (end, escaped) = string_end(self.text, start)?;
            self.at = end + 1;
            let mut child = NONE;
            if node != NONE {
                child = self.paths.child(node, self.text, start, end);
                self.odd |= escaped;
                if child != NONE && self.slots.get(child as usize).is_none_or(|slot| slot.end != 0) {
                    child = NONE;
                }
            }
            self.blank();
            self.expect(b':')?;
            self.blank();
            let start = self.at;
            if depth == 0 {
                return None;
            }
            self.value(child, depth)?;
            if child != NONE {
                self.fill(child, start);
            }
            self.blank();
            match self.text.get(self.at)? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
            self.blank();
        }
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        self.blank();
        if *self.text.get(self.at)? == b']' {
            self.at += 1;
            return Some(());
        }
        loop {
            if depth == 0 {
                return None;
            }
            self.value(NONE, depth)?;
            self.blank();
            match self.text.get(self.at)? {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
            self.blank();
        }
    }

    #[inline]
    fn blank(&mut self) {
        if self.text.get(self.at).is_some_and(|&byte| byte <= b' ') {
            self.at = blank(self.text, self.at);
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        let found = *self.text.get(self.at)? == byte;
        self.at += usize::from(found);
        found.then_some(())
    }

    #[inline]
    fn fill(&mut self, node: u32, start: usize) {
        if let Some(slot) = self.slots.get_mut(node as usize) {
            *slot = Slot { start: start as u32, end: self.at as u32 };
        }
    }
}
