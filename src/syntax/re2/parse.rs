//! RE2's grammar in POSIX mode: one pass over the pattern with an explicit stack.

use super::PatternNode;
use super::class::Class;
use super::error::{Error, ErrorKind};
use std::ops::Range;

/// The maximum depth of a tree. RE2 has no such limit, but Falco refuses values of more than 255 bytes, and no
/// pattern of that length nests deeper.
pub const MAX_DEPTH: u32 = 260;

/// The largest repetition count, and the largest product of nested ones.
const MAX_REPEAT: u32 = 1000;

/// Parses a pattern; the error is the first one RE2 would report.
pub fn parse(pattern: &[u8]) -> Result<PatternNode, Error> {
    let mut parser =
        Parser { pattern, at: 0, frames: vec![Frame::default()], too_deep: false, no_names: false };
    while let Some(byte) = parser.peek(0) {
        parser.step(byte)?;
    }
    parser.finish()
}

pub struct Parser<'p> {
    pub pattern: &'p [u8],
    pub at: usize,
    /// The open groups; the first frame is the whole pattern.
    frames: Vec<Frame>,
    too_deep: bool,
    /// True if no `:]` follows; kept so that many `[:` do not search for it again.
    pub no_names: bool,
}

/// An open group: the alternatives that are complete, and the one being read.
#[derive(Default)]
struct Frame {
    open: usize,
    alternatives: Vec<Fragment>,
    sequence: Vec<Fragment>,
}

struct Fragment {
    node: PatternNode,
    depth: u32,
    /// The number of copies of its innermost part that nested counted repetitions make.
    copies: u32,
}

impl Fragment {
    fn leaf(node: PatternNode) -> Fragment {
        Fragment { node, depth: 1, copies: 1 }
    }
}

impl Parser<'_> {
    fn step(&mut self, byte: u8) -> Result<(), Error> {
        match byte {
            b'(' => self.frames.push(Frame { open: self.at, ..Frame::default() }),
            b'|' => {
                let frame = self.frame();
                let sequence = std::mem::take(&mut frame.sequence);
                let item = self.concat(sequence);
                self.frame().alternatives.push(item);
            }
            b')' => return self.close(),
            b'^' => self.push(PatternNode::LineStart),
            b'$' => self.push(PatternNode::LineEnd),
            b'.' => self.push(PatternNode::Class(Class::dot())),
            b'[' => return self.class(),
            b'*' => return self.repeat(0, None, self.at + 1),
            b'+' => return self.repeat(1, None, self.at + 1),
            b'?' => return self.repeat(0, Some(1), self.at + 1),
            b'{' => match self.counts() {
                Some((min, max, end)) => return self.counted(min, max, end),
                None => self.push(PatternNode::Literal(u32::from(b'{'))),
            },
            b'\\' => {
                let rune = self.escape(false)?;
                self.push(PatternNode::Literal(rune));
                return Ok(());
            }
            _ => {
                let rune = self.rune()?;
                self.push(PatternNode::Literal(rune));
                return Ok(());
            }
        }
        self.at += 1;
        Ok(())
    }

    fn finish(mut self) -> Result<PatternNode, Error> {
        if self.frames.len() > 1 {
            let open = self.frame().open;
            return Err(self.error(ErrorKind::MissingParen, open..open + 1, 0..self.pattern.len()));
        }
        let frame = std::mem::take(self.frame());
        let item = self.alternate(frame);
        if self.too_deep {
            return Err(self.error(ErrorKind::TooLarge, 0..self.pattern.len(), 0..0));
        }
        Ok(item.node)
    }

    /// Reads `)`.
    fn close(&mut self) -> Result<(), Error> {
        if self.frames.len() < 2 {
            return Err(self.error(ErrorKind::UnexpectedParen, self.at..self.at + 1, 0..self.pattern.len()));
        }
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let item = self.alternate(frame);
        let item = self.wrap(item, |sub| PatternNode::Group(Box::new(sub)));
        self.frame().sequence.push(item);
        self.at += 1;
        Ok(())
    }

    /// Applies a repetition that ends at `end` to the last item. In POSIX mode `a*?` is two operators.
    fn repeat(&mut self, min: u32, max: Option<u32>, end: usize) -> Result<(), Error> {
        let operator = self.at..end;
        let Some(item) = self.frame().sequence.pop() else {
            return Err(self.error(ErrorKind::RepeatArgument, operator.clone(), operator));
        };
        self.at = end;
        let item = match item.node {
            // As in RE2, `**` is `*` and every mixture of `*`, `+` and `?` is `*`; this also keeps
            // a long row of operators flat.
            PatternNode::Repeat { min: low, max: high, sub } if plain(low, high) && plain(min, max) => {
                let (min, max) = if (low, high) == (min, max) { (min, max) } else { (0, None) };
                Fragment { node: PatternNode::Repeat { min, max, sub }, ..item }
            }
            _ => self.wrap(item, |sub| PatternNode::Repeat { min, max, sub: Box::new(sub) }),
        };
        self.frame().sequence.push(item);
        Ok(())
    }

    /// Applies `{min,max}`, which reaches to `end`.
    fn counted(&mut self, min: u32, max: Option<u32>, end: usize) -> Result<(), Error> {
        let operator = self.at..end;
        if min > MAX_REPEAT || max.is_some_and(|max| max < min || max > MAX_REPEAT) {
            return Err(self.error(ErrorKind::RepeatSize, operator.clone(), operator));
        }
        self.repeat(min, max, end)?;
        let factor = max.unwrap_or(min).max(1);
        let Some(item) = self.frame().sequence.last_mut() else { return Ok(()) };
        item.copies = item.copies.saturating_mul(factor);
        // RE2 checks nested counts only when this one makes copies itself.
        if item.copies > MAX_REPEAT && factor > 1 {
            return Err(self.error(ErrorKind::RepeatSize, operator.clone(), operator));
        }
        Ok(())
    }

    /// The counts of a repetition at the cursor and its end; `None` makes the brace a literal.
    fn counts(&self) -> Option<(u32, Option<u32>, usize)> {
        let (min, mut at) = self.number(self.at + 1)?;
        let mut max = Some(min);
        if self.pattern.get(at) == Some(&b',') {
            at += 1;
            max = None;
            if self.pattern.get(at)? != &b'}' {
                let (high, end) = self.number(at)?;
                (max, at) = (Some(high), end);
            }
        }
        (self.pattern.get(at)? == &b'}').then_some((min, max, at + 1))
    }

    /// A decimal number at `at`: no leading zeros, at most nine digits or so, as in RE2.
    fn number(&self, at: usize) -> Option<(u32, usize)> {
        let digits = self.pattern[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = &self.pattern[at..at + digits];
        if digits.is_empty() || (digits.len() > 1 && digits[0] == b'0') || digits.len() > 9 {
            return None;
        }
        let number = digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
        Some((number, at + digits.len()))
    }

    fn concat(&mut self, sequence: Vec<Fragment>) -> Fragment {
        self.join(sequence, PatternNode::Concat)
    }

    fn alternate(&mut self, mut frame: Frame) -> Fragment {
        let last = self.concat(frame.sequence);
        if frame.alternatives.is_empty() {
            return last;
        }
        frame.alternatives.push(last);
        let merged = merge_characters(frame.alternatives);
        self.join(merged, PatternNode::Alternate)
    }

    fn join(&mut self, mut items: Vec<Fragment>, make: fn(Vec<PatternNode>) -> PatternNode) -> Fragment {
        if items.len() < 2 {
            return items.pop().unwrap_or_else(|| Fragment::leaf(PatternNode::Empty));
        }
        let depth = items.iter().map(|item| item.depth).max().unwrap_or(0);
        let copies = items.iter().map(|item| item.copies).max().unwrap_or(1);
        let node = make(items.into_iter().map(|item| item.node).collect());
        self.limited(Fragment { node, depth: depth + 1, copies })
    }

    fn wrap(&mut self, item: Fragment, make: impl FnOnce(PatternNode) -> PatternNode) -> Fragment {
        self.limited(Fragment { node: make(item.node), depth: item.depth + 1, copies: item.copies })
    }

    /// Drops a tree that is too deep; parsing continues, because RE2 reports a later syntax error first.
    fn limited(&mut self, item: Fragment) -> Fragment {
        if item.depth <= MAX_DEPTH {
            return item;
        }
        self.too_deep = true;
        Fragment { node: PatternNode::Empty, depth: 1, copies: item.copies }
    }

    pub fn push(&mut self, node: PatternNode) {
        self.frame().sequence.push(Fragment::leaf(node));
    }

    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    pub fn peek(&self, ahead: usize) -> Option<u8> {
        self.pattern.get(self.at + ahead).copied()
    }

    pub fn error(&self, kind: ErrorKind, range: Range<usize>, shown: Range<usize>) -> Error {
        Error::new(kind, self.pattern, range, shown)
    }
}

/// True for the operators `*`, `+` and `?`.
fn plain(min: u32, max: Option<u32>) -> bool {
    matches!((min, max), (0 | 1, None) | (0, Some(1)))
}

pub fn class_node(class: Class) -> PatternNode {
    class.single().map_or(PatternNode::Class(class), PatternNode::Literal)
}

/// Makes one class of each run of single characters and classes among alternatives.
fn merge_characters(items: Vec<Fragment>) -> Vec<Fragment> {
    let mut merged = Vec::with_capacity(items.len());
    let mut run: Vec<(u32, u32)> = Vec::new();
    let flush = |run: &mut Vec<(u32, u32)>, merged: &mut Vec<Fragment>| {
        if !run.is_empty() {
            merged.push(Fragment::leaf(class_node(Class::new(std::mem::take(run)))));
        }
    };
    for item in items {
        match item.node {
            PatternNode::Literal(rune) => run.push((rune, rune)),
            PatternNode::Class(class) if !class.ranges.is_empty() => run.extend(class.ranges),
            _ => {
                flush(&mut run, &mut merged);
                merged.push(item);
            }
        }
    }
    flush(&mut run, &mut merged);
    merged
}
