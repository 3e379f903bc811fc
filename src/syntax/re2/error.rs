//! RE2's messages about a pattern it refuses, and rulec's.

use super::class::POSIX;
use crate::nearest::nearest;
use std::ops::Range;

/// The reason why a pattern is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// An escape that POSIX mode does not know.
    BadEscape,
    /// The same between brackets.
    BadEscapeInClass,
    /// A backslash at the end.
    TrailingBackslash,
    /// A range in brackets that runs backwards.
    BadRange,
    /// A hyphen in the middle of brackets.
    StrayHyphen,
    /// `[:name:]` with an unknown name.
    BadClassName,
    /// `[` without `]`.
    MissingBracket,
    /// `(` without `)`.
    MissingParen,
    /// `)` without `(`.
    UnexpectedParen,
    /// A repetition of nothing.
    RepeatArgument,
    /// A count over 1000, a backwards one, or nested ones that multiply to more than 1000.
    RepeatSize,
    /// The pattern ends inside a class or an escape. RE2 reports bad UTF-8.
    CutShort,
    /// A byte that is not UTF-8.
    BadUtf8,
    /// The program for it would not fit RE2's memory.
    TooLarge,
}

/// An error in a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Why.
    pub kind: ErrorKind,
    /// The offending bytes of the pattern.
    pub range: Range<usize>,
    /// What Falco prints after `invalid regex pattern: `.
    pub re2: String,
    /// rulec's message.
    pub message: String,
    /// rulec's help.
    pub help: Option<String>,
}

impl Error {
    /// The error at `range`; RE2 shows the text at `shown` with it.
    pub(super) fn new(kind: ErrorKind, pattern: &[u8], range: Range<usize>, shown: Range<usize>) -> Error {
        let text = |range: Range<usize>| String::from_utf8_lossy(pattern.get(range).unwrap_or_default());
        let mut re2 = re2_text(kind).to_owned();
        if !shown.is_empty() {
            re2 = format!("{re2}: {}", text(shown));
        }
        let found = text(range.clone());
        let (message, help) = explain(kind, &found, pattern, range.end);
        Error { kind, range, re2, message, help }
    }
}

/// RE2's message for an error.
fn re2_text(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::BadEscape | ErrorKind::BadEscapeInClass => "invalid escape sequence",
        ErrorKind::TrailingBackslash => "trailing \\",
        ErrorKind::BadRange | ErrorKind::StrayHyphen | ErrorKind::BadClassName => {
            "invalid character class range"
        }
        ErrorKind::MissingBracket => "missing ]",
        ErrorKind::MissingParen => "missing )",
        ErrorKind::UnexpectedParen => "unexpected )",
        ErrorKind::RepeatArgument => "no argument for repetition operator",
        ErrorKind::RepeatSize => "invalid repetition size",
        ErrorKind::CutShort | ErrorKind::BadUtf8 => "invalid UTF-8",
        ErrorKind::TooLarge => "pattern too large - compile failed",
    }
}

/// rulec's message and help; `found` is the offending text, which ends at `end`.
fn explain(kind: ErrorKind, found: &str, pattern: &[u8], end: usize) -> (String, Option<String>) {
    let help = |text: &str| Some(text.to_owned());
    match kind {
        ErrorKind::BadEscape | ErrorKind::BadEscapeInClass => {
            (format!("`{found}` is not an escape in POSIX regular expressions"), escape_help(kind, found))
        }
        ErrorKind::TrailingBackslash => {
            ("the pattern ends in a single backslash".to_owned(), help("write `\\\\` for a backslash"))
        }
        ErrorKind::BadRange => (format!("the range `{found}` runs backwards"), help("swap its ends")),
        ErrorKind::StrayHyphen => (
            "a hyphen may only stand first or last in brackets, or between the ends of a range".to_owned(),
            help("move the hyphen to the end, or write `\\-`"),
        ),
        ErrorKind::BadClassName => (format!("`{found}` is not a character class"), class_help(found)),
        ErrorKind::MissingBracket => {
            ("`[` is never closed".to_owned(), help("add `]`, or write `\\[` for the character"))
        }
        ErrorKind::MissingParen => {
            ("`(` is never closed".to_owned(), help("add `)`, or write `\\(` for the character"))
        }
        ErrorKind::UnexpectedParen => {
            ("`)` closes nothing".to_owned(), help("remove it, or write `\\)` for the character"))
        }
        ErrorKind::RepeatArgument => repeat_argument(found, pattern, end),
        ErrorKind::RepeatSize => repeat_size(found),
        ErrorKind::CutShort => {
            let missing = if found.starts_with('\\') { "escape" } else { "character class" };
            (format!("the pattern ends inside a {missing}"), help(cut_short_help(found)))
        }
        ErrorKind::BadUtf8 => (
            "the pattern is not UTF-8".to_owned(),
            help("write `\\x{E9}` for a character beyond ASCII; bytes cannot be matched one by one"),
        ),
        ErrorKind::TooLarge => (
            "the pattern is too large for Falco".to_owned(),
            help("lower the repetition counts, or use `*` or `+` in their place"),
        ),
    }
}

fn cut_short_help(found: &str) -> &'static str {
    if found.starts_with('\\') { "write `\\x{41}` or `\\x41`" } else { "add `]`" }
}

fn escape_help(kind: ErrorKind, found: &str) -> Option<String> {
    let in_class = kind == ErrorKind::BadEscapeInClass;
    let set = |members: &str, negated: bool| {
        Some(match (in_class, negated) {
            (false, false) => format!("use `[{members}]`"),
            (false, true) => format!("use `[^{members}]`"),
            (true, false) => format!("use `{members}` between the brackets"),
            (true, true) => "list the characters themselves between the brackets".to_owned(),
        })
    };
    let text = match found.chars().nth(1)? {
        'd' => return set("0-9", false),
        'D' => return set("0-9", true),
        'w' => return set("0-9A-Za-z_", false),
        'W' => return set("0-9A-Za-z_", true),
        's' => return set("[:space:]", false),
        'S' => return set("[:space:]", true),
        'b' | 'B' => "word boundaries do not exist here; spell out what may stand beside the word",
        'A' | 'z' | 'Z' => "remove it: `regex` always compares the whole value",
        'Q' | 'E' => "put a backslash before each special character",
        'p' | 'P' => "list the characters in brackets, as in `[[:alpha:]]`",
        'C' => "use `.`, or `(.|\\n)` to include the line break",
        'x' => "write two hexadecimal digits, `\\x41`, or up to six in braces, `\\x{1F600}`",
        'u' | 'U' => "write the code point as `\\x{e9}`",
        '1'..='9' => "a group cannot be referred to; repeat its pattern",
        other if other.is_ascii_alphabetic() || !other.is_ascii() => "remove the backslash",
        _ => return None,
    };
    Some(text.to_owned())
}

fn class_help(found: &str) -> Option<String> {
    let name = found.trim_matches(['[', ']', ':', '^']).to_lowercase();
    let names: Vec<&str> = POSIX.iter().map(|&(known, _)| known).collect();
    Some(match nearest(&name, names.iter().copied()) {
        Some(known) => format!("did you mean `[:{known}:]`?"),
        None => format!("the names are {}", names.join(", ")),
    })
}

fn repeat_argument(operator: &str, pattern: &[u8], end: usize) -> (String, Option<String>) {
    let before = pattern.get(..end - operator.len()).unwrap_or_default();
    let after = pattern.get(end..).unwrap_or_default();
    if operator == "?" && before.ends_with(b"(") {
        let (what, help) = match after {
            [b':', ..] => ("groups written `(?:…)`", "write `(…)`"),
            [b'=' | b'!', ..] | [b'<', b'=' | b'!', ..] => {
                ("look-around", "add a second comparison with `and` or `and not`")
            }
            [b'P', ..] | [b'<' | b'\'', ..] => ("named groups", "write `(…)`"),
            _ => ("flags such as `(?i)`", "list both cases, as in `[Aa]`, or use `icontains` or `iglob`"),
        };
        return (format!("POSIX regular expressions have no {what}"), Some(help.to_owned()));
    }
    let help = match operator {
        "*" if before.is_empty() => "`*` repeats what stands before it; write `.*`, or use `glob`".to_owned(),
        _ => {
            let first = operator.chars().next().unwrap_or('*');
            format!("put something before it, or write `\\{first}` for the character")
        }
    };
    (format!("`{operator}` has nothing to repeat"), Some(help))
}

fn repeat_size(operator: &str) -> (String, Option<String>) {
    let mut counts = operator.trim_matches(['{', '}']).split(',').map(str::parse::<u32>);
    let (min, max) = (counts.next().and_then(Result::ok), counts.next().and_then(Result::ok));
    match (min, max) {
        (Some(min), Some(max)) if max < min => {
            (format!("the repetition `{operator}` runs backwards"), Some(format!("write `{{{max},{min}}}`")))
        }
        (min, max) if min.max(max) > Some(1000) => (
            format!("the repetition `{operator}` counts beyond 1000"),
            Some("use at most 1000, or `*` or `+`".to_owned()),
        ),
        _ => (
            format!("with `{operator}` the nested repetitions multiply to more than 1000"),
            Some("lower one of the counts".to_owned()),
        ),
    }
}
