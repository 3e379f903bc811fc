//! Bytes as two hexadecimal digits each, for tests that engines have for characters only: bytes of shell patterns,
//! and results of `b64`, which need not be text. Digits sort as the bytes do.

use crate::sema::pattern::Prefixes;
use crate::syntax::glob::{Glob, GlobToken};
use std::fmt::Write as _;

/// Any byte.
const ANY: &str = "[0-9A-F]{2}";
/// A letter that is no digit, so it never matches.
const NEVER: &str = "G";

/// Bytes as digits.
pub fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02X}");
        out
    })
}

/// A regular expression for the digits of texts that a shell pattern matches.
pub fn glob(pattern: &Glob) -> String {
    format!("^{}$", tokens(&pattern.tokens, &|_| true))
}

/// A regular expression for the digits of texts that contain this one; `fold` ignores case.
pub fn contains(text: &[u8], fold: bool) -> String {
    let same =
        |byte: u8| move |other: u8| if fold { byte.eq_ignore_ascii_case(&other) } else { byte == other };
    let inner: String = text.iter().map(|&byte| one_of(&same(byte))).collect();
    format!("^(?:{ANY})*{inner}")
}

/// A regular expression for the digits of paths below one of these prefixes.
pub fn below(prefixes: &Prefixes) -> String {
    let one = |prefix: &Vec<Glob>| {
        // Several slashes count as one.
        let parts: Vec<String> = prefix.iter().map(|part| format!("(?:2F)*{}", component(part))).collect();
        match parts.is_empty() {
            true => format!("(?:{ANY})*"),
            false => format!("{}(?:2F(?:{ANY})*)?", parts.join("2F")),
        }
    };
    format!("^(?:{})$", prefixes.0.iter().map(one).collect::<Vec<_>>().join("|"))
}

/// A regular expression for one path component, which is never empty.
fn component(part: &Glob) -> String {
    let no_slash = |byte| byte != b'/';
    match part.tokens.as_slice() {
        [] => NEVER.to_owned(),
        [GlobToken::Any] => format!("(?:{})+", one_of(&no_slash)),
        all => tokens(all, &no_slash),
    }
}

fn tokens(all: &[GlobToken], allowed: &dyn Fn(u8) -> bool) -> String {
    let one = |token: &GlobToken| match token {
        GlobToken::Any => format!("(?:{})*", one_of(allowed)),
        GlobToken::One => one_of(allowed),
        GlobToken::Byte(byte) => one_of(&|other| other == *byte && allowed(other)),
        GlobToken::Set(set) => one_of(&|byte| set.contains(byte) && allowed(byte)),
        GlobToken::Never => NEVER.to_owned(),
    };
    all.iter().map(one).collect()
}

/// A regular expression for one byte for which `has` is true.
fn one_of(has: &dyn Fn(u8) -> bool) -> String {
    let all: Vec<u8> = (0..=u8::MAX).filter(|&byte| has(byte)).collect();
    match all.as_slice() {
        [] => return NEVER.to_owned(),
        [only] => return digits(&[*only]),
        _ if all.len() == 256 => return ANY.to_owned(),
        _ => {}
    }
    // First digits with the same second digits share an alternative.
    let mut rows: Vec<(String, String)> = Vec::new();
    for first in 0..16u8 {
        let seconds: String =
            (0..16u8).filter(|second| has(first << 4 | second)).map(|second| format!("{second:X}")).collect();
        match rows.iter_mut().find(|(_, known)| *known == seconds) {
            _ if seconds.is_empty() => {}
            Some((firsts, _)) => *firsts += &format!("{first:X}"),
            None => rows.push((format!("{first:X}"), seconds)),
        }
    }
    let class = |digits: &str| match digits.len() {
        1 => digits.to_owned(),
        16 => "[0-9A-F]".to_owned(),
        _ => format!("[{digits}]"),
    };
    let rows: Vec<String> = rows.iter().map(|(firsts, seconds)| class(firsts) + &class(seconds)).collect();
    if rows.len() == 1 { rows.concat() } else { format!("(?:{})", rows.join("|")) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::syntax::glob::parse;

    fn found(pattern: &str, text: &[u8]) -> bool {
        regex_automata::meta::Regex::new(pattern).unwrap().is_match(digits(text).as_str())
    }

    #[test]
    fn shell_patterns_as_they_match_bytes() {
        for pattern in ["", "a?c", "?", "??", "*é?", "[a-c]*[!x]", "[/]", "a\\", "*", "[[:digit:]]?*", "A*b"]
        {
            for fold in [false, true] {
                let glob = parse(pattern.as_bytes(), fold);
                for text in
                    ["", "a", "abc", "a/c", "é", "xé1", "aé", "b\n", "5", "5x", "c*c", "aB", "\u{1F600}"]
                {
                    let text = text.as_bytes();
                    assert_eq!(found(&super::glob(&glob), text), glob.matches(text), "{pattern} {text:?}");
                }
            }
        }
    }

    #[test]
    fn paths_as_pmatch_has_them() {
        for prefix in ["", "/", "a", "/a/", "a/b", "/*/b", "*", "a?/[bc]", "//a//b", "a/**", "b*/c"] {
            let prefixes = Prefixes::new([prefix.as_bytes(), b"never/there"].into_iter());
            for text in
                ["", "/", "a", "/a", "a/b", "//a//b/c", "/x/b", "ab", "ab/c", "b/", "/b", "bb/c/d", "a/"]
            {
                let text = text.as_bytes();
                assert_eq!(found(&below(&prefixes), text), prefixes.match_any(text), "{prefix} {text:?}");
            }
        }
    }

    #[test]
    fn parts_begin_where_bytes_do() {
        assert!(
            found(&contains(b"\x12", false), b"\x01\x12") && !found(&contains(b"\x12", false), b"\x01\x20")
        );
        assert!(found(&contains(b"ab\xff", true), b"xAB\xff") && !found(&contains(b"ab", false), b"AB"));
    }
}
