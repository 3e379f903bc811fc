//! The records of a log file, found as the plugin finds them: by counting braces.

use std::ops::Range;

/// The byte ranges of the records in a whole file: every object one level down, whatever the key
/// around it is called.
pub fn records(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let (mut at, mut depth) = (0usize, 0usize);
    std::iter::from_fn(move || {
        let mut start = 0;
        loop {
            // Inside a string braces mean nothing.
            match *text.get(at)? {
                b'"' => at = skip_string(text, at + 1),
                b'{' => {
                    if depth == 1 {
                        start = at;
                    }
                    depth += 1;
                    at += 1;
                }
                b'}' => {
                    depth = depth.saturating_sub(1);
                    at += 1;
                    if depth == 1 {
                        return Some(start..at);
                    }
                }
                _ => at += 1,
            }
        }
    })
}

fn skip_string(text: &[u8], mut at: usize) -> usize {
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if text[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    text.len()
}
