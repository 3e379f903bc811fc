//! A condition as a tree of clauses that keeps every parenthesis and the author's line breaks.

use crate::syntax::ast::{Comparison, Expr, ExprKind, Operand as Side, OperandKind, Right};
use crate::syntax::condition::{self, RULE_DEPTH};
use crate::syntax::lexer;
use std::ops::Range;

/// An `or` of `and` chains, without parentheses around it.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// The operands of `or`: each is a chain of `and`.
    pub any: Vec<Vec<Clause>>,
    /// A line break stands before the closing parenthesis.
    broken_end: bool,
}

/// One operand of `and` or `or`.
#[derive(Debug)]
pub(super) struct Clause {
    /// The number of `not` before it.
    pub nots: usize,
    /// What it is.
    pub what: ClauseKind,
    /// A line break stands before it.
    pub broken: bool,
}

/// The kinds of clauses.
#[derive(Debug)]
pub(super) enum ClauseKind {
    /// The operand before a leading `and` or `or`, which is in another item.
    Before,
    /// A macro or comparison. The items of a comparison's list are separate, so that they can be wrapped.
    Leaf(String, Vec<String>),
    /// A chain in parentheses.
    Group(Chain),
}

enum ClauseToken {
    Open,
    Close,
    And,
    Or,
    Not,
    Leaf(usize),
}

struct Leaf<'a> {
    place: Range<usize>,
    check: Option<&'a Comparison<'a>>,
}

/// The placeholder for the part of a condition that is in another item.
const BEFORE: &str = "x ";

/// True if the condition continues one of another item.
fn continues(text: &str) -> bool {
    let text = text.trim_start_matches(lexer::is_blank);
    let after = text.strip_prefix("and").or_else(|| text.strip_prefix("or"));
    after.is_some_and(|after| after.starts_with(|c| lexer::is_blank(c) || c == '('))
}

/// Parses a condition, or one that continues another. `None` if it has errors.
pub(super) fn parsed<T>(text: &str, then: impl Fn(&str, &Expr<'_>, usize) -> Option<T>) -> Option<T> {
    let parsed = condition::parse(text, RULE_DEPTH);
    if parsed.errors.is_empty() {
        return then(text, &parsed.expr, 0);
    }
    if !continues(text) {
        return None;
    }
    let whole = format!("{BEFORE}{text}");
    let parsed = condition::parse(&whole, RULE_DEPTH);
    if parsed.errors.is_empty() { then(&whole, &parsed.expr, BEFORE.len()) } else { None }
}

/// The clauses of a condition. `broken` reports whether the author broke the line between two offsets.
pub(super) fn read(text: &str, broken: &dyn Fn(Range<usize>) -> bool) -> Option<Chain> {
    parsed(text, |text, expr, added| {
        let mut leaves = Vec::new();
        expr.walk(&mut |part| {
            let place = part.place.start as usize..part.place.end as usize;
            match &part.kind {
                ExprKind::Comparison(check) => leaves.push(Leaf { place, check: Some(&**check) }),
                ExprKind::Macro(_) => leaves.push(Leaf { place, check: None }),
                _ => {}
            }
        });
        leaves.sort_by_key(|leaf| leaf.place.start);
        let tokens = tokens(text, &leaves)?;
        let is_broken = |at: Range<usize>| at.start >= added && broken(at.start - added..at.end - added);
        let mut reader = ClauseReader {
            text,
            leaves: &leaves,
            tokens: &tokens,
            at: 0,
            broken: &is_broken,
            before: added > 0,
        };
        let chain = reader.chain()?;
        (reader.at == tokens.len()).then_some(chain)
    })
}

/// Everything except the leaves is a parenthesis or one of three words.
fn tokens(text: &str, leaves: &[Leaf<'_>]) -> Option<Vec<(ClauseToken, Range<usize>)>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    for (index, leaf) in leaves.iter().enumerate() {
        gap(text, at..leaf.place.start, &mut tokens)?;
        tokens.push((ClauseToken::Leaf(index), leaf.place.clone()));
        at = leaf.place.end;
    }
    gap(text, at..text.len(), &mut tokens)?;
    Some(tokens)
}

fn gap(text: &str, range: Range<usize>, tokens: &mut Vec<(ClauseToken, Range<usize>)>) -> Option<()> {
    let mut at = range.start;
    while let Some(c) = text.get(at..range.end)?.chars().next() {
        if lexer::is_space(c) {
            at += 1;
            continue;
        }
        let rest = &text[at..range.end];
        let words = [
            ("(", ClauseToken::Open),
            (")", ClauseToken::Close),
            ("and", ClauseToken::And),
            ("or", ClauseToken::Or),
            ("not", ClauseToken::Not),
        ];
        let (word, token) = words.into_iter().find(|(word, _)| rest.starts_with(word))?;
        tokens.push((token, at..at + word.len()));
        at += word.len();
    }
    Some(())
}

struct ClauseReader<'a> {
    text: &'a str,
    leaves: &'a [Leaf<'a>],
    tokens: &'a [(ClauseToken, Range<usize>)],
    at: usize,
    broken: &'a dyn Fn(Range<usize>) -> bool,
    /// True if the first leaf is a placeholder.
    before: bool,
}

impl ClauseReader<'_> {
    /// True if a line break stands before the token at the cursor.
    fn is_broken(&self) -> bool {
        let end = |at: usize| self.tokens.get(at).map(|(_, place)| place.end);
        let start = self.tokens.get(self.at).map(|(_, place)| place.start);
        match (self.at.checked_sub(1).and_then(end), start) {
            (Some(end), Some(start)) => (self.broken)(end..start),
            _ => false,
        }
    }

    fn chain(&mut self) -> Option<Chain> {
        let mut chain = Chain::default();
        let mut all = vec![self.clause(false)?];
        loop {
            let broken = self.is_broken();
            match self.tokens.get(self.at) {
                Some((ClauseToken::And, _)) => {
                    self.at += 1;
                    all.push(self.clause(broken)?);
                }
                Some((ClauseToken::Or, _)) => {
                    self.at += 1;
                    let next = vec![self.clause(broken)?];
                    chain.any.push(std::mem::replace(&mut all, next));
                }
                end => {
                    chain.broken_end = end.is_some() && broken;
                    chain.any.push(all);
                    return Some(chain);
                }
            }
        }
    }

    fn clause(&mut self, broken: bool) -> Option<Clause> {
        let mut broken = broken || self.is_broken();
        let mut nots = 0;
        while let Some((ClauseToken::Not, _)) = self.tokens.get(self.at) {
            nots += 1;
            self.at += 1;
        }
        broken |= nots > 0 && self.is_broken();
        let (token, _) = self.tokens.get(self.at)?;
        self.at += 1;
        let what = match token {
            ClauseToken::Leaf(0) if self.before => ClauseKind::Before,
            ClauseToken::Leaf(leaf) => self.leaf(&self.leaves[*leaf]),
            ClauseToken::Open => {
                let chain = self.chain()?;
                let Some((ClauseToken::Close, _)) = self.tokens.get(self.at) else { return None };
                self.at += 1;
                ClauseKind::Group(chain)
            }
            _ => return None,
        };
        Some(Clause { nots, what, broken })
    }

    fn slice(&self, place: &Range<u32>) -> &str {
        self.text.get(place.start as usize..place.end as usize).unwrap_or_default()
    }

    fn leaf(&self, leaf: &Leaf<'_>) -> ClauseKind {
        let Some(check) = leaf.check else {
            return ClauseKind::Leaf(self.text[leaf.place.clone()].to_owned(), Vec::new());
        };
        let operator = self.slice(&check.op_place).split_whitespace().collect::<Vec<_>>().join(" ");
        let mut text = format!("{} {operator}", self.side(&check.left));
        let mut items = Vec::new();
        match &check.right {
            Right::None | Right::Hole => {}
            Right::Const(value) | Right::Word(value) => text += &format!(" {}", self.slice(&value.place)),
            Right::Operand(side) => text += &format!(" {}", self.side(side)),
            // Falco reads a list whose first item is unreadable as empty.
            Right::List(values, place) if values.is_empty() => text += &format!(" {}", self.slice(place)),
            Right::List(values, _) => {
                items = values.iter().map(|value| self.slice(&value.place).to_owned()).collect();
            }
        }
        ClauseKind::Leaf(text, items)
    }

    fn side(&self, side: &Side<'_>) -> String {
        let sides = |all: &[Side<'_>]| all.iter().map(|side| self.side(side)).collect::<Vec<_>>().join(", ");
        match &side.kind {
            OperandKind::Field { .. } | OperandKind::Const(_) => self.slice(&side.place).to_owned(),
            OperandKind::List(all) => format!("({})", sides(all)),
            OperandKind::Call { transformer, args, arg } => {
                let bracket = arg.as_ref().map(|arg| format!("[{}]", self.slice(&arg.place)));
                format!("{}({}){}", transformer.text(), sides(args), bracket.unwrap_or_default())
            }
        }
    }
}

impl Chain {
    /// True if its author broke it anywhere.
    pub fn has_break(&self) -> bool {
        let inside = |all: &Vec<Clause>| all.iter().any(Clause::has_break);
        self.broken_end || self.any.iter().any(inside)
    }

    /// The number of clauses at this level.
    pub fn len(&self) -> usize {
        self.any.iter().map(Vec::len).sum()
    }

    /// The chain on one line.
    pub fn inline(&self) -> String {
        self.any.iter().map(|all| inline_all(all)).collect::<Vec<_>>().join(" or ").trim_start().to_owned()
    }
}

/// Clauses joined by `and`, on one line.
pub(super) fn inline_all(all: &[Clause]) -> String {
    all.iter().map(Clause::inline).collect::<Vec<_>>().join(" and ")
}

impl Clause {
    fn has_break(&self) -> bool {
        self.broken || matches!(&self.what, ClauseKind::Group(chain) if chain.has_break())
    }

    fn inline(&self) -> String {
        let body = match &self.what {
            ClauseKind::Before => String::new(),
            ClauseKind::Leaf(text, items) if items.is_empty() => text.clone(),
            ClauseKind::Leaf(text, items) => format!("{text} ({})", items.join(", ")),
            ClauseKind::Group(chain) => format!("({})", chain.inline()),
        };
        format!("{}{body}", "not ".repeat(self.nots))
    }
}
