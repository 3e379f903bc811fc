//! Completions as they are collected for one place: those that fit the typed text, best first.

use super::topic::Topic;
use crate::syntax::token::{Op, Rhs};
use std::ops::Range;

/// A completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The text shown in the list.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words shown beside the label.
    pub detail: String,
    /// The subject of its documentation; see [`super::topic::markdown`].
    pub topic: Option<Topic>,
    /// The inserted text.
    pub insert: String,
    /// True if `insert` is a snippet: `$1`, `${1:text}` and `${1|a,b|}` are placeholders.
    pub snippet: bool,
    /// The replaced range of the file.
    pub replace: Range<usize>,
    /// The sort key among the completions.
    pub sort: String,
}

/// The kinds of completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// A key of an item.
    Key,
    /// A field.
    Field,
    /// An operator or modifier.
    Operator,
    /// `and`, `or`, `not`.
    Keyword,
    /// A transformer.
    Transformer,
    /// A macro.
    Macro,
    /// A list.
    List,
    /// A rule.
    Rule,
    /// A value: an event name, a source, a priority, a tag.
    Value,
    /// A whole item.
    Snippet,
    /// The name of a check.
    Check,
}

/// The completions of a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    /// Best first.
    pub items: Vec<Completion>,
    /// True if the list was cut: the client asks again after the next character.
    pub incomplete: bool,
}

/// The most common operators, in this order.
const USUAL: [Op; 8] =
    [Op::Eq, Op::Ne, Op::In, Op::Startswith, Op::Contains, Op::Endswith, Op::Exists, Op::Intersects];

/// The maximum number of completions in one answer.
const MOST: usize = 500;

/// Completions that are being collected for one place.
pub(super) struct Out {
    replace: Range<usize>,
    typed: String,
    /// Each completion with how well it fits and its rank.
    items: Vec<(u32, u32, Completion)>,
}

impl Out {
    pub(super) fn new(replace: Range<usize>, typed: &str) -> Out {
        Out { replace, typed: typed.to_ascii_lowercase(), items: Vec::new() }
    }

    /// A completion that inserts its label.
    pub(super) fn plain(&self, label: &str) -> Completion {
        Completion {
            label: label.to_owned(),
            kind: CompletionKind::Value,
            detail: String::new(),
            topic: None,
            insert: label.to_owned(),
            snippet: false,
            replace: self.replace.clone(),
            sort: String::new(),
        }
    }

    /// True if the typed text can become this label. Among very many, only prefixes count.
    pub(super) fn fits(&self, label: &str) -> bool {
        let enough = self.items.len() >= 4 * MOST;
        score(&self.typed, label).is_some_and(|score| !enough || score == 0 && !self.typed.is_empty())
    }

    pub(super) fn add(&mut self, completion: Completion) {
        self.ranked(1, completion);
    }

    /// Adds a completion with a rank: 0 is shown first.
    pub(super) fn ranked(&mut self, rank: u32, completion: Completion) {
        if let Some(score) = score(&self.typed, &completion.label) {
            self.items.push((score, rank, completion));
        }
    }

    pub(super) fn word(&mut self, word: &str, kind: CompletionKind, detail: &str) {
        if self.fits(word) {
            self.add(Completion { kind, detail: detail.to_owned(), ..self.plain(word) });
        }
    }

    /// Adds a value with documentation.
    pub(super) fn value(&mut self, rank: u32, label: &str, detail: &str, topic: impl FnOnce() -> Topic) {
        if self.fits(label) {
            let completion =
                Completion { detail: detail.to_owned(), topic: Some(topic()), ..self.plain(label) };
            self.ranked(rank, completion);
        }
    }

    pub(super) fn operator(&mut self, op: Op) {
        let insert = match op.rhs() {
            Rhs::None => op.text().to_owned(),
            Rhs::List => format!("{} (${{1}})", op.text()),
            _ => format!("{} ", op.text()),
        };
        let rank = USUAL.iter().position(|usual| *usual == op).unwrap_or(USUAL.len());
        let completion = Completion {
            kind: CompletionKind::Operator,
            detail: op.summary().to_owned(),
            topic: Some(Topic::Operator(op.text().to_owned())),
            snippet: op.rhs() == Rhs::List,
            insert,
            ..self.plain(op.text())
        };
        self.ranked(rank as u32, completion);
    }

    pub(super) fn finish(mut self) -> Completions {
        self.items.sort_by(|(a, first, left), (b, second, right)| {
            (a, first, &left.label).cmp(&(b, second, &right.label))
        });
        self.items.dedup_by(|(.., a), (.., b)| a.label == b.label && a.kind == b.kind);
        let incomplete = self.items.len() > MOST;
        self.items.truncate(MOST);
        let numbered = self.items.into_iter().enumerate();
        let items =
            numbered.map(|(at, (.., item))| Completion { sort: format!("{at:04}"), ..item }).collect();
        Completions { items, incomplete }
    }
}

/// How well a label fits the typed text: 0 prefix, 1 substring, 2 its letters in order from the start of a word.
fn score(typed: &str, label: &str) -> Option<u32> {
    let starts = |label: &str| label.get(..typed.len()).is_some_and(|head| head.eq_ignore_ascii_case(typed));
    if starts(label) {
        return Some(0);
    }
    let lower = label.to_ascii_lowercase();
    if lower.contains(typed) {
        return Some(1);
    }
    let first = typed.chars().next()?;
    let begins = |at: usize| {
        at == 0
            || label.as_bytes()[at].is_ascii_uppercase()
            || !label.as_bytes()[at - 1].is_ascii_alphanumeric()
    };
    let mut starts = lower.char_indices().filter(|&(at, c)| c == first && begins(at));
    starts
        .any(|(at, _)| {
            let mut letters = lower[at..].chars();
            typed.chars().all(|wanted| letters.any(|letter| letter == wanted))
        })
        .then_some(2)
}
