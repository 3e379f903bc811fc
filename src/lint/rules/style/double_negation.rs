//! `double-negation`

use crate::diag::{Diagnostic, Edit, Fix};
use crate::lint::written::{Own, inner, outer};
use crate::lint::{Context, Lint, LintRule, Macros};
use crate::source::Span;
use crate::syntax::ast::ExprKind;
use memchr::memmem::Finder;
use std::ops::Range;
use std::sync::LazyLock;

crate::declare_check! {
    /// `not not`.
    ///
    /// ## What it does
    /// Reports `not` before `not`, with or without a parenthesis between. `not a != b` is another matter: it holds where `a`
    /// is absent.
    ///
    /// ## Why it matters
    /// The two take each other away. One of them may be left over from an edit, and then the rule means the opposite
    /// of what was meant.
    ///
    /// Falco's [style guide](https://falco.org/docs/concepts/rules/style-guide/) says to avoid it.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging and not (not ct.error exists)
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging and ct.error exists
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub DOUBLE_NEGATION = "RC0605", "double-negation", Style, Info;
}

/// See [`DOUBLE_NEGATION`].
pub struct DoubleNegation;

impl Lint for DoubleNegation {
    fn check(&self) -> &'static crate::diag::Check {
        &DOUBLE_NEGATION
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        look(&Own::of_rule(rule), cx);
    }

    fn macros(&self, macros: &Macros<'_, '_>, cx: &mut Context<'_>) {
        Own::of_macros(macros).for_each(|own| look(&own, cx));
    }
}

fn look(own: &Own<'_, '_>, cx: &mut Context<'_>) {
    let text = &*own.text.text;
    let mut words = words(text.as_bytes());
    if words.next().and(words.next()).is_none() {
        return;
    }
    // With a parenthesis between, there are two in the tree; of more than two the outer pair is spoken of.
    let mut within = None;
    own.tree.walk(&mut |expr| {
        if let ExprKind::Not(first) = &expr.kind
            && let ExprKind::Not(second) = &first.kind
            && within != Some(expr.place.start)
        {
            within = Some(first.place.start);
            parenthesised(own, inner(expr, text), outer(second, text), cx);
        }
    });
    // Side by side they leave no trace there.
    for pair in pairs(text) {
        if let Some(place) = own.verbatim(cx.sources, pair) {
            // With the blanks after it, the next `not` aside.
            let after = cx.sources.file(place.file).text.get(place.end as usize..).unwrap_or_default();
            let blanks = after.len() - after.trim_start_matches([' ', '\t']).len();
            let edit = Edit { span: Span { end: place.end + blanks as u32, ..place }, text: String::new() };
            cx.report(finding(place, Some(edit)));
        }
    }
}

/// `not (not …)`: replaced by what stands behind the second.
fn parenthesised(own: &Own<'_, '_>, whole: Range<usize>, kept: Range<usize>, cx: &mut Context<'_>) {
    let Some(place) = own.edges(cx.sources, whole.clone()) else { return };
    let blank = if own.is_end(whole.end) { "" } else { " " };
    // A list within is written by its name: what is taken is the text of the file.
    let edit = own
        .edges(cx.sources, kept)
        .map(|kept| Edit { span: place, text: format!("{}{blank}", cx.sources.slice(kept)) });
    cx.report(finding(place, edit));
}

fn finding(place: Span, edit: Option<Edit>) -> Diagnostic {
    let mut found = Diagnostic::new(&DOUBLE_NEGATION, place, "the two `not` take each other away")
        .help("leave out both, or the one that is not meant");
    found.fix = edit.map(|edit| Fix { title: "leave out both".to_owned(), edits: vec![edit], safe: true });
    found
}

/// The places of `not not`, quoted text left out, each `not` in one pair at most.
fn pairs(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut last: Option<usize> = None;
    for at in words(bytes) {
        let blank = |from: usize| bytes[from + 3..at].iter().all(u8::is_ascii_whitespace);
        last = match last {
            Some(first) if blank(first) => {
                found.push(first..at + 3);
                None
            }
            _ => Some(at),
        };
    }
    if !found.is_empty() {
        let mut quotes = Quotes::default();
        found.retain(|pair| !quotes.is_open_at(bytes, pair.start));
    }
    found
}

/// Where `not` stands as a word.
fn words(bytes: &[u8]) -> impl Iterator<Item = usize> {
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("not"));
    FINDER.find_iter(bytes).filter(|&at| is_word(bytes, at))
}

/// What is known of the quotes up to a place.
#[derive(Default)]
struct Quotes {
    open: Option<u8>,
    looked: usize,
}

impl Quotes {
    /// True if a quoted text is open at a place, which is never before the one asked for last.
    fn is_open_at(&mut self, bytes: &[u8], place: usize) -> bool {
        for at in self.looked..place {
            let byte = bytes[at];
            if matches!(byte, b'"' | b'\'') && (at == 0 || bytes[at - 1] != b'\\') {
                self.open = match self.open {
                    None => Some(byte),
                    Some(quote) if quote == byte => None,
                    other => other,
                };
            }
        }
        self.looked = place;
        self.open.is_some()
    }
}

/// Nothing before it that it could be the end of, a blank or parenthesis after it.
fn is_word(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map_or(b' ', |at| bytes[at]);
    let after = bytes.get(at + 3).copied().unwrap_or_default();
    (before == b'(' || before.is_ascii_whitespace()) && (after == b'(' || after.is_ascii_whitespace())
}
