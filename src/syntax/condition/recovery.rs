//! Recovery after a syntax error: the positions at which parsing continues.

use super::parser::Parser;
use crate::syntax::lexer;

/// Connectives of other languages, at which parsing can continue.
const FOREIGN: [&str; 2] = ["&&", "||"];

impl Parser<'_> {
    /// Skips the rest of an operand that began at `start`, including the list or transformer in which it failed.
    pub(super) fn resync_from(&mut self, start: usize) {
        let at = self.at;
        let open = self.open_since(start);
        if open > 0 && !self.at_connective() {
            if self.skip(open) {
                return;
            }
            // It is not closed anywhere: only this operand is lost.
            self.at = at;
            self.mute = false;
        }
        self.resync();
    }

    /// The number of parentheses opened and not closed between `start` and the cursor.
    fn open_since(&self, start: usize) -> usize {
        let mut parser = Parser::new(&self.text[..self.at], self.max_depth);
        parser.at = start;
        let mut open = 0usize;
        while let Some(c) = parser.rest().chars().next() {
            match (c, lexer::quoted(parser.rest())) {
                (_, Ok((_, token))) => {
                    parser.at += token.len();
                    continue;
                }
                ('(', _) => open += 1,
                (')', _) => open = open.saturating_sub(1),
                _ => {}
            }
            parser.at += c.len_utf8();
        }
        open
    }

    /// Skips to the next `and` or `or` as a word, or a `)` that closes an enclosing group.
    pub(super) fn resync(&mut self) {
        self.skip(0);
    }

    /// Skips from inside `open` parentheses; true if they are all closed.
    fn skip(&mut self, mut open: usize) -> bool {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            match bytes[self.at] {
                b'(' => open += 1,
                b')' if open == 0 => return true,
                b')' => open -= 1,
                b'"' | b'\'' => {
                    if let Ok((_, token)) = lexer::quoted(self.rest()) {
                        self.at += token.len();
                        continue;
                    }
                    // The rest after an unclosed quote cannot be read.
                    self.mute = true;
                    self.at = bytes.len();
                    return true;
                }
                b'a' | b'o' | b'&' | b'|' if open == 0 && self.at_connective() => return true,
                _ => {}
            }
            self.at += 1;
        }
        self.mute = true;
        open == 0
    }

    fn at_connective(&self) -> bool {
        let before = self.text[..self.at].chars().next_back();
        let rest = self.rest();
        // Connectives of other languages are reported already.
        if FOREIGN.iter().any(|word| rest.starts_with(word)) {
            return true;
        }
        let after =
            rest.strip_prefix("and").or_else(|| rest.strip_prefix("or")).map(|rest| rest.chars().next());
        before.is_none_or(|c| lexer::is_space(c) || c == ')')
            && after.is_some_and(|c| c.is_none_or(|c| lexer::is_space(c) || c == '('))
    }

    /// Moves past the `)` or connective at which parsing continues after an error in the text or in the group opened
    /// at `open`; false at the end of either.
    pub(super) fn resumes(&mut self, open: Option<u32>) -> bool {
        // At the end of the text a stray `)` is skipped; in a group it closes the group.
        if self.at == self.text.len() || (open.is_some() && self.word(")")) {
            return false;
        }
        while self.word(")") {
            self.blanks();
        }
        if self.at_connective() {
            let _ = ["and", "or"].iter().chain(&FOREIGN).any(|word| self.word(word));
        }
        self.blanks();
        true
    }
}
