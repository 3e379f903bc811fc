//! Foldable ranges of a file: items, values of several lines, groups of comments.

use super::doc::Doc;
use super::lines::{self, Line};

/// A foldable range of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fold {
    /// 0-based first line, which stays visible.
    pub first: usize,
    /// 0-based last line.
    pub last: usize,
    /// What it is.
    pub kind: FoldKind,
}

/// The kinds of foldable ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoldKind {
    /// An item.
    Item,
    /// The value of a key.
    Value,
    /// Comments.
    Comment,
}

/// All folds of a file, in order.
pub fn folds(doc: &Doc) -> Vec<Fold> {
    let mut folds = Vec::new();
    for placed in &doc.pieces {
        let text = placed.piece.text();
        let lines: Vec<Line> = lines::lines(text).collect();
        let mut push = |first: usize, last: usize, sort| {
            if last > first {
                folds.push(Fold { first: placed.line + first, last: placed.line + last, kind: sort });
            }
        };
        let is_comment = |line: &Line| text[line.range.clone()].trim_start().starts_with('#');
        let blocks: Vec<lines::Scalar> =
            lines::scalars(text).into_iter().filter(|scalar| scalar.style == lines::Style::Block).collect();
        let row = |at: usize| lines.partition_point(|line| line.range.start <= at).saturating_sub(1);
        let in_block = |at: usize| blocks.iter().any(|block| row(block.key.start) < at && at <= block.last);
        for (at, line) in lines.iter().enumerate() {
            if in_block(at) {
                continue;
            }
            if line.dashes.first() == Some(&0) {
                let last = (at..lines.len()).rev().find(|&at| in_block(at) || !lines[at].is_blank());
                push(at, last.unwrap_or(at), FoldKind::Item);
            }
            if line.key.is_some() && !line.is_blank() {
                let column = line.indent;
                let deeper = |line: &Line| line.is_blank() || line.first_column() > column;
                let follow = lines[at + 1..].iter().take_while(|line| deeper(line)).count();
                let last = (at + 1..=at + follow).rev().find(|&at| in_block(at) || !lines[at].is_blank());
                push(at, last.unwrap_or(at), FoldKind::Value);
            }
            if is_comment(line) && (at == 0 || in_block(at - 1) || !is_comment(&lines[at - 1])) {
                let group = lines[at..].iter().take_while(|line| is_comment(line)).count();
                push(at, at + group - 1, FoldKind::Comment);
            }
        }
    }
    folds.sort_unstable();
    folds.dedup_by_key(|fold| (fold.first, fold.last));
    folds
}
