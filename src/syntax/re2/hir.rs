//! Translation of RE2's trees to the expressions of `regex-syntax`.

use super::PatternNode;
use super::class::Class;
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange, Hir, Look, Repetition};

/// The same language. Groups lose their captures, which are not needed.
pub fn translate(node: &PatternNode) -> Hir {
    match node {
        PatternNode::Empty => Hir::empty(),
        PatternNode::Literal(rune) => literal(*rune),
        PatternNode::Class(class) => members(class),
        PatternNode::LineStart => Hir::look(Look::StartLF),
        PatternNode::LineEnd => Hir::look(Look::EndLF),
        PatternNode::Repeat { min, max, sub } => {
            Hir::repetition(Repetition { min: *min, max: *max, greedy: true, sub: Box::new(translate(sub)) })
        }
        PatternNode::Group(sub) => translate(sub),
        PatternNode::Concat(nodes) => Hir::concat(nodes.iter().map(translate).collect()),
        PatternNode::Alternate(nodes) => Hir::alternation(nodes.iter().map(translate).collect()),
    }
}

/// `hir` between the start and the end of the text.
pub fn anchored(hir: Hir) -> Hir {
    Hir::concat(vec![Hir::look(Look::Start), hir, Hir::look(Look::End)])
}

fn literal(rune: u32) -> Hir {
    // No text contains a surrogate, so one matches nothing.
    char::from_u32(rune).map_or_else(Hir::fail, |found| Hir::literal(found.to_string().into_bytes()))
}

fn members(class: &Class) -> Hir {
    let mut ranges = Vec::new();
    for &(low, high) in &class.ranges {
        for (low, high) in [(low, high.min(0xD7FF)), (low.max(0xE000), high)] {
            if let (true, Some(low), Some(high)) = (low <= high, char::from_u32(low), char::from_u32(high)) {
                ranges.push(ClassUnicodeRange::new(low, high));
            }
        }
    }
    Hir::class(regex_syntax::hir::Class::Unicode(ClassUnicode::new(ranges)))
}
