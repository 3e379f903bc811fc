//! A file's text brought to where the client or the disk has it, so that what did not change stays as it was.

use super::position::Encoding;
use crate::ide::doc::Doc;
use gen_lsp_types::Range;
use serde::Deserialize;
use std::sync::Arc;

/// A change as the client made it.
#[derive(Debug, Deserialize)]
pub struct Edit {
    /// What was replaced; without it, everything.
    pub range: Option<Range>,
    /// What was put there.
    pub text: String,
}

/// Applies changes in order.
pub fn change(doc: &mut Arc<Doc>, edits: &[Edit], encoding: Encoding) {
    for Edit { range, text } in edits {
        match range {
            Some(range) => {
                let doc = Arc::make_mut(doc);
                doc.edit(encoding.bytes(doc, *range), text);
            }
            None => replace(doc, text),
        }
    }
}

/// Makes this the text; only what differs is edited.
pub fn replace(doc: &mut Arc<Doc>, text: &str) {
    let old = doc.text();
    if old == text {
        return;
    }
    let same = |(a, b): &(u8, u8)| a == b;
    let mut start = old.bytes().zip(text.bytes()).take_while(same).count();
    while !old.is_char_boundary(start) || !text.is_char_boundary(start) {
        start -= 1;
    }
    let rest = old[start..].bytes().rev().zip(text[start..].bytes().rev());
    let mut end = rest.take_while(same).count();
    while !old.is_char_boundary(old.len() - end) || !text.is_char_boundary(text.len() - end) {
        end -= 1;
    }
    Arc::make_mut(doc).edit(start..old.len() - end, &text[start..text.len() - end]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "(- list: [a-c]\n|[ -z]{0,3}|é|è|😀|😁|\r|\n|\r\n|- |\u{feff}){0,12}";

    proptest! {
        #[test]
        fn a_replaced_text_is_the_new_one(old in TEXT, new in TEXT) {
            let mut doc = Arc::new(Doc::new("x", &old));
            replace(&mut doc, &new);
            prop_assert_eq!(doc.text(), new.clone());
            let fresh = Doc::new("x", &new);
            for at in 0..=new.len() {
                prop_assert_eq!(doc.line_byte(at), fresh.line_byte(at));
            }
            let pieces = |doc: &Doc| doc.pieces.iter().map(|placed| (placed.start, placed.line)).collect::<Vec<_>>();
            prop_assert_eq!(pieces(&doc), pieces(&fresh));
        }
    }
}
