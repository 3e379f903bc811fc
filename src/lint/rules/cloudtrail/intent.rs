//! What a rule's name and description say about failed and successful calls.

use crate::lint::LintRule;
use crate::source::Span;

/// Words that turn a sentence around or widen it; who uses one knows what they exclude.
const TURNS: [&str; 14] = [
    "not",
    "no",
    "without",
    "except",
    "excluding",
    "excludes",
    "ignoring",
    "ignores",
    "regardless",
    "whether",
    "or",
    "both",
    "fails",
    "fail",
];

/// Where the name, or else the description, uses one of these words without turning it around. Words are compared
/// without regard to letter case.
pub fn says(rule: &LintRule<'_, '_>, in_name: &[&str], in_description: &[&str]) -> Option<Span> {
    let info = rule.view.info;
    if uses(info.name, in_name).is_some() {
        return Some(info.name_span);
    }
    let mut found = None;
    for text in &info.description {
        let at = uses(&text.value, in_description);
        found = found.or(at.map(|(start, end)| text.span_of(start..end)));
    }
    found
}

/// Start and end of the first such word; nothing if the text turns it around.
fn uses(text: &str, wanted: &[&str]) -> Option<(usize, usize)> {
    let among = |words: &[&str], word: &str| words.iter().any(|other| other.eq_ignore_ascii_case(word));
    let (start, end) = words(text).find(|&(start, end)| among(wanted, &text[start..end]))?;
    let turned = words(text).any(|(start, end)| among(&TURNS, &text[start..end]));
    (!turned).then_some((start, end))
}

fn words(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(u8::is_ascii_alphabetic)?;
        let rest = &bytes[start..];
        let end = start + rest.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
        at = end;
        Some((start, end))
    })
}
