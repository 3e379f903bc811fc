//! Layout of clauses on lines: one clause each, `and` and `or` in front, the content of parentheses indented.

use super::clauses::{Chain, Clause, ClauseKind, inline_all};

/// The indentation inside a clause.
const STEP: usize = 2;

/// The lines of a condition, each with its indentation. `width` is the maximum length.
pub(super) fn lines(chain: &Chain, width: usize) -> Vec<String> {
    let mut page = WrappedLines { width, lines: Vec::new(), line: String::new(), indent: 0 };
    page.chain(chain, 0);
    page.flush();
    page.lines
}

struct WrappedLines {
    width: usize,
    lines: Vec<String>,
    line: String,
    indent: usize,
}

impl WrappedLines {
    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        if !line.is_empty() {
            self.lines.push(format!("{}{line}", " ".repeat(self.indent)));
        }
    }

    fn newline(&mut self, indent: usize) {
        self.flush();
        self.indent = indent;
    }

    fn fits(&self, text: &str) -> bool {
        self.indent + self.line.chars().count() + text.chars().count() <= self.width
    }

    /// Lays out a chain that is too long or was broken; its later lines begin at `indent`.
    fn chain(&mut self, chain: &Chain, indent: usize) {
        for (at, all) in chain.any.iter().enumerate() {
            if at > 0 {
                self.newline(indent);
                self.line += "or ";
            }
            let alone = chain.any.len() == 1;
            let text = if alone { String::new() } else { inline_all(all).trim_start().to_owned() };
            let broken = all.iter().skip(1).any(|clause| clause.broken)
                || all
                    .iter()
                    .any(|clause| matches!(&clause.what, ClauseKind::Group(chain) if chain.has_break()));
            if !alone && !broken && self.fits(&text) {
                self.line += &text;
            } else {
                self.all(all, if alone || all.len() == 1 { indent } else { indent + STEP });
            }
        }
    }

    fn all(&mut self, all: &[Clause], indent: usize) {
        for (at, clause) in all.iter().enumerate() {
            if at > 0 {
                if !(at == 1 && matches!(all[0].what, ClauseKind::Before)) {
                    self.newline(indent);
                }
                self.line += "and ";
            }
            self.clause(clause, indent + STEP);
        }
    }

    fn clause(&mut self, clause: &Clause, inner: usize) {
        self.line += &"not ".repeat(clause.nots);
        match &clause.what {
            ClauseKind::Before => {}
            ClauseKind::Leaf(text, items) => self.leaf(text, items, inner),
            ClauseKind::Group(chain) => {
                let text = format!("({})", chain.inline());
                if !chain.has_break() && self.fits(&text) {
                    self.line += &text;
                    return;
                }
                self.line.push('(');
                self.chain(chain, inner);
                self.line.push(')');
            }
        }
    }

    fn leaf(&mut self, text: &str, items: &[String], inner: usize) {
        self.line += text;
        for (at, item) in items.iter().enumerate() {
            let end = if at + 1 == items.len() { ')' } else { ',' };
            let piece = format!("{}{item}{end}", if at == 0 { " (" } else { " " });
            if at > 0 && !self.fits(&piece) {
                self.newline(inner);
                self.line += piece.trim_start();
            } else {
                self.line += &piece;
            }
        }
    }
}
