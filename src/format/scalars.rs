//! Scalars: conditions in their canonical shape, all others unchanged but moved along with their keys.

use super::writer::ItemWriter;
use super::{clauses, layout, same};
use crate::source::Span;
use crate::syntax::lexer;
use crate::syntax::yaml::{Scalar, Style};
use std::ops::Range;

impl ItemWriter<'_> {
    /// Copies text unchanged; its later lines move along with the line that it begins on.
    pub fn copy(&mut self, span: Span, old: usize, new: usize) {
        if self.only_blanks(span.start as usize) {
            self.out.push(' ');
        } else {
            let column = (self.page.column(span.start as usize) + new).saturating_sub(old).max(new + 1);
            self.line(span.start as usize, column);
        }
        for (at, line) in self.slice(span).lines().enumerate() {
            if at > 0 {
                self.out.push('\n');
                let body = line.trim_start_matches(' ');
                if !body.is_empty() {
                    self.out += &" ".repeat((line.len() - body.len() + new).saturating_sub(old));
                }
                self.out += body;
            } else {
                self.out += line;
            }
        }
        self.copied(span.end as usize);
    }

    /// Writes the value of a key that moved from column `old` to `column`.
    pub fn scalar(&mut self, scalar: &Scalar, old: usize, column: usize, is_condition: bool) -> Option<()> {
        if is_condition && self.condition(scalar, column) {
            return Some(());
        }
        if matches!(scalar.style, Style::Literal | Style::Folded) {
            return self.block(scalar, old, column);
        }
        let span = scalar.text.span;
        let text = self.slice(span);
        let start = span.start as usize;
        let inner = column + self.layout.indent;
        let beside = self.only_blanks(start);
        let fits = text.chars().count() < self.room() && !self.has_comment(start) && !text.contains('\n');
        if beside || fits {
            self.out.push(' ');
        } else {
            self.line(start, inner);
        }
        for (at, line) in text.lines().enumerate() {
            let line = line.trim_matches([' ', '\t']);
            if at > 0 {
                self.out.push('\n');
                self.out += &" ".repeat(if line.is_empty() { 0 } else { inner });
            }
            self.out += line;
        }
        self.at = span.end as usize;
        Some(())
    }

    /// Writes a block scalar with its lines moved; unchanged where trailing blank lines are part of the value.
    fn block(&mut self, scalar: &Scalar, old: usize, column: usize) -> Option<()> {
        let span = scalar.text.span;
        let text = self.slice(span);
        let (header, body) = text.split_once('\n').unwrap_or((text, ""));
        let header = header.split(['#', '\r']).next().unwrap_or_default().trim_end();
        if header.contains('+') || !self.only_blanks(span.start as usize) {
            return None;
        }
        if header.contains(|c: char| c.is_ascii_digit()) {
            // An indentation indicator counts from the key's column, so all lines must move together.
            self.copy(span, old, column);
            return Some(());
        }
        self.out.push(' ');
        self.out += header;
        self.at = span.start as usize + header.len();
        self.trailing();
        let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let lines = || body.lines();
        let first = lines().find(|line| line.len() > spaces(line)).map(spaces);
        // Of blank lines alone the longest determines the indentation.
        let old = if body.is_empty() { 0 } else { first? };
        let new = " ".repeat(column + self.layout.indent);
        for line in lines() {
            self.out.push('\n');
            if let Some(rest) = line.get(old..).filter(|rest| !rest.is_empty()) {
                self.out += &new;
                self.out += rest;
            }
        }
        self.copied(span.end as usize);
        Some(())
    }

    /// Writes a condition in its canonical shape. False if it must stay unchanged.
    fn condition(&mut self, scalar: &Scalar, column: usize) -> bool {
        let (text, span) = (&*scalar.text.value, scalar.text.span);
        let start = span.start as usize;
        let is_block = matches!(scalar.style, Style::Literal | Style::Folded);
        let source = self.slice(span);
        let header = if is_block {
            source.split(['\n', '\r', '#']).next().unwrap_or_default().trim_end()
        } else {
            ">"
        };
        if header.contains(|c: char| c == '+' || c.is_ascii_digit()) || !is_flexible(text) {
            return false;
        }
        let page = self.page;
        let broken = |at: Range<usize>| {
            let (from, to) = (scalar.text.at(at.start), scalar.text.at(at.end));
            page.text.get(from..to).is_some_and(|text| text.contains('\n'))
        };
        let Some(chain) = clauses::read(text, &broken) else {
            self.unread.push(span);
            return false;
        };
        let inline = chain.inline();
        let inner = column + self.layout.indent;
        let one_line = !is_block && (chain.len() == 1 || !source.contains('\n')) && !chain.has_break();
        let lines = layout::lines(&chain, self.layout.line_width.saturating_sub(inner).max(1));
        if one_line && (inline.chars().count() < self.room() || lines.len() == 1) {
            let plain = scalar.style == Style::Plain && is_plain(&inline);
            if !plain || self.has_comment(start) || !same::same_condition(text, &inline, self.lists) {
                return false;
            }
            self.out.push(' ');
            self.out += &inline;
            self.at = span.end as usize;
            return true;
        }
        if !same::same_condition(text, &lines.join("\n"), self.lists)
            || (!is_block && self.has_comment(start))
        {
            return false;
        }
        self.out.push(' ');
        self.out += header;
        self.at = if is_block { start + header.len() } else { span.end as usize };
        self.trailing();
        for line in lines {
            self.newline(false, inner);
            self.out += &line;
        }
        self.copied(span.end as usize);
        true
    }
}

/// True if the text of a plain scalar stays plain with other white space.
fn is_plain(text: &str) -> bool {
    !text.contains(" #") && !text.contains(": ") && !text.ends_with(':')
}

/// True if white space in a condition is free to change: no break inside quotes, no other control characters.
fn is_flexible(text: &str) -> bool {
    let is_odd = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
    };
    if text.chars().any(is_odd) {
        return false;
    }
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'']) {
        let Ok((after, quoted)) = lexer::quoted(&rest[at..]) else { return false };
        if quoted.contains(['\n', '\t', '\r']) {
            return false;
        }
        rest = after;
    }
    true
}
