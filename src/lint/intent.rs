//! What a rule's name and description say about failed and successful calls.

use crate::lint::LintRule;
use crate::source::Span;

/// Words that turn a sentence around or widen it; who uses one knows what they exclude.
const TURNS: [&str; 14] = [
    "both",
    "except",
    "excludes",
    "excluding",
    "fail",
    "fails",
    "ignores",
    "ignoring",
    "no",
    "not",
    "or",
    "regardless",
    "whether",
    "without",
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
    let (start, end) = find(text, wanted)?;
    find(text, &TURNS).is_none().then_some((start, end))
}

/// A word of the text that is one of these: of several the one whose initial comes first among them.
fn find(text: &str, wanted: &[&str]) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let letter = |byte: u8| 1u32 << (byte & 31);
    let initials = wanted.iter().filter_map(|word| word.bytes().next()).fold(0, |all, one| all | letter(one));
    let rank = |start: usize| {
        let same = |word: &&str| word.as_bytes()[..1].eq_ignore_ascii_case(&bytes[start..=start]);
        wanted.iter().position(same)
    };
    let mut found: Option<(usize, usize)> = None;
    for (start, _) in bytes.iter().enumerate().filter(|(_, byte)| letter(**byte) & initials != 0) {
        if start > 0 && bytes[start - 1].is_ascii_alphabetic() {
            continue;
        }
        // Some are more than one word.
        let is = |word: &&&str| {
            let there = bytes.get(start..start + word.len());
            there.is_some_and(|there| there.eq_ignore_ascii_case(word.as_bytes()))
                && !bytes.get(start + word.len()).is_some_and(u8::is_ascii_alphabetic)
        };
        if let Some(word) = wanted.iter().find(is)
            && found.is_none_or(|(earlier, _)| rank(start) < rank(earlier))
        {
            found = Some((start, start + word.len()));
        }
    }
    found
}
