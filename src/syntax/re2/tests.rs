use super::{ErrorKind, check, check_bytes};
use regex_automata::meta;
use std::fmt::Write;

fn error(pattern: &str) -> String {
    check(pattern).map_or_else(|error| error.re2, |_| "ok".to_owned())
}

fn matches(pattern: &str, value: &str) -> bool {
    let regex = check(pattern).unwrap();
    meta::Builder::new().build_from_hir(&regex.to_full_hir()).unwrap().is_match(value)
}

#[test]
fn accepts_what_re2_accepts() {
    let patterns = [
        "",
        "|",
        "a||b",
        "(|a)",
        "()",
        "a**",
        "a*?",
        "a+*",
        "a{1000}",
        "a{2",
        "a{,3}",
        "a{01}",
        "a{1,02}",
        "{",
        "}",
        "a{1000000000}",
        "^*",
        "$*",
        "[]a]",
        "[^]a]",
        "[a-]",
        "[-a]",
        "[--a]",
        "[a\\-z]",
        "[[=a=]]",
        "[[.a.]]",
        "[[:word:]]",
        "[[:^alpha:]]",
        "[[:alpha:]-]",
        "[[:x]",
        "\\a\\f\\t\\n\\r\\v",
        "\\07",
        "\\0",
        "\\12",
        "\\x{10FFFF}",
        "\\x41",
        "\\_",
        "\\.",
        "\\-",
        "\\/",
        "é+",
        "[é]",
        "x{0,0}",
        "(a{10}){100}",
        "((a{10}){10}){10}",
        "\\x{D800}",
        "]",
    ];
    for pattern in patterns {
        assert_eq!(error(pattern), "ok", "{pattern}");
    }
}

#[test]
fn refuses_in_the_words_of_re2() {
    let table = [
        (r"\d", r"invalid escape sequence: \d"),
        (r"a\1", r"invalid escape sequence: \1"),
        (r"\8", r"invalid escape sequence: \8"),
        (r"\pN", r"invalid escape sequence: \p"),
        (r"\C", r"invalid escape sequence: \C"),
        (r"\Q.\E", r"invalid escape sequence: \Q"),
        (r"[\w-]", r"invalid escape sequence: \w"),
        (r"\é", r"invalid escape sequence: \é"),
        (r"\x", r"invalid escape sequence: \x"),
        (r"\x4", r"invalid escape sequence: \x4"),
        (r"\xg1", r"invalid escape sequence: \xg1"),
        (r"\x{1", r"invalid escape sequence: \x{1"),
        (r"\x{}", r"invalid escape sequence: \x{}"),
        (r"\x{110000}", r"invalid escape sequence: \x{110000"),
        (r"\x{", "invalid UTF-8"),
        ("[a-", "invalid UTF-8"),
        ("a\\", "trailing \\"),
        ("(?:a)", "no argument for repetition operator: ?"),
        ("*a", "no argument for repetition operator: *"),
        ("a|+", "no argument for repetition operator: +"),
        ("({2})", "no argument for repetition operator: {2}"),
        ("a{3,2}", "invalid repetition size: {3,2}"),
        ("a{1001}", "invalid repetition size: {1001}"),
        ("a{1001,}", "invalid repetition size: {1001,}"),
        ("(a{10}){101}", "invalid repetition size: {101}"),
        ("((a{10}){10}b){11}", "invalid repetition size: {11}"),
        ("{1001}", "invalid repetition size: {1001}"),
        ("[z-a]", "invalid character class range: z-a"),
        ("[a-b-c]", "invalid character class range: -c"),
        ("[a-\\n]", "invalid character class range: a-\\n"),
        ("[[:foo:]]", "invalid character class range: [:foo:]"),
        ("[[::]]", "invalid character class range: [::]"),
        ("x[a", "missing ]: [a"),
        ("[", "missing ]: ["),
        ("[]", "missing ]: []"),
        ("[^]", "missing ]: [^]"),
        ("x(a", "missing ): x(a"),
        ("a)b", "unexpected ): a)b"),
    ];
    for (pattern, expected) in table {
        assert_eq!(error(pattern), expected, "{pattern}");
    }
    assert_eq!(check_bytes(b"a\xFF\\d").unwrap_err().re2, "invalid UTF-8");
    assert_eq!(check_bytes(b"\\d\xFF").unwrap_err().re2, "invalid escape sequence: \\d");
}

#[test]
fn ranges_and_hints() {
    let table = [
        (r"ab\d", 2..4, "use `[0-9]`"),
        (r"[x\d]", 2..4, "use `0-9` between the brackets"),
        ("x(?:a)", 2..3, "write `(…)`"),
        ("(?i)a", 1..2, "list both cases, as in `[Aa]`, or use `icontains` or `iglob`"),
        ("*.exe", 0..1, "`*` repeats what stands before it; write `.*`, or use `glob`"),
        ("[[:alhpa:]]", 1..10, "did you mean `[:alpha:]`?"),
        ("a(b", 1..2, "add `)`, or write `\\(` for the character"),
        ("x[ab", 1..2, "add `]`, or write `\\[` for the character"),
        ("a{3,2}", 1..6, "write `{2,3}`"),
        ("é)", 2..3, "remove it, or write `\\)` for the character"),
    ];
    for (pattern, range, help) in table {
        let error = check(pattern).unwrap_err();
        assert_eq!((error.range, error.help.as_deref()), (range, Some(help)), "{pattern}");
    }
}

#[test]
fn matches_the_whole_value() {
    let table = [
        ("a", "a", true),
        ("a", "ab", false),
        ("a|ab", "ab", true),
        ("^a$", "a", true),
        ("a^b", "ab", false),
        ("a\\n^b", "a\nb", true),
        ("a$\\nb", "a\nb", true),
        ("a.b", "a\nb", false),
        ("a[^x]b", "a\nb", true),
        ("a[[:^alpha:]]b", "a\nb", true),
        (".", "é", true),
        ("..", "é", false),
        ("é+", "éé", true),
        ("[é]", "e", false),
        ("[[:alpha:]]+", "é", false),
        ("[[:word:]]+", "a_1", true),
        ("a{2,3}", "aaa", true),
        ("a{2,3}", "aaaa", false),
        ("a{,3}", "a{,3}", true),
        ("a{2", "a{2", true),
        ("(a|b)c?", "bc", true),
        ("a*?", "aaa", true),
        ("a**", "aaa", true),
        ("(a?)+?b", "b", true),
        ("", "", true),
        ("", "a", false),
        ("a||b", "", true),
        ("x|y|[0-9]", "7", true),
        ("\\x41\\x{1F600}\\101", "A😀A", true),
        ("[]a]+", "]a", true),
        ("[^]a]", "]", false),
        ("[[=a=]]", "=]", true),
        ("[a-]", "-", true),
        ("\\a", "\u{7}", true),
        ("a{0,0}", "", true),
        ("\\x{D800}", "a", false),
        ("[^\\x{0}-\\x{10FFFF}]", "a", false),
        ("[\\x{D000}-\\x{F000}]", "\u{E123}", true),
    ];
    for (pattern, value, expected) in table {
        assert_eq!(matches(pattern, value), expected, "{pattern:?} on {value:?}");
    }
}

#[test]
fn memory_limit() {
    assert_eq!(check(&"x{1000}".repeat(36)).err(), None);
    assert_eq!(check(&".{1000}".repeat(10)).err(), None);
    let error = check(&".{1000}".repeat(36)).unwrap_err();
    assert_eq!((error.kind, error.re2.as_str()), (ErrorKind::TooLarge, "pattern too large - compile failed"));
}

/// Long hostile patterns end in an answer, quickly and without a deep stack.
#[test]
fn hostile_patterns() {
    let many = 100_000;
    let nested = "(".repeat(many) + "a" + &")".repeat(many);
    assert_eq!(check(&nested).unwrap_err().kind, ErrorKind::TooLarge);
    assert_eq!(check(&"(".repeat(many)).unwrap_err().kind, ErrorKind::MissingParen);
    assert_eq!(check(&("(".repeat(many) + "]\\d")).unwrap_err().kind, ErrorKind::BadEscape);
    assert_eq!(check(&format!("a{}", "{1}".repeat(many))).unwrap_err().kind, ErrorKind::TooLarge);
    assert_eq!(check(&format!("a{}", "*+?".repeat(many))).err(), None);
    assert_eq!(check(&"[[:".repeat(many)).unwrap_err().kind, ErrorKind::MissingBracket);
    assert_eq!(check(&"a|".repeat(many)).err(), None);
    assert_eq!(check(&"{1".repeat(many)).unwrap_err().kind, ErrorKind::TooLarge);
    let mut classes = String::from("[");
    for at in 0..20_000 {
        write!(classes, "\\x{{{:x}}}", 0x100 + at * 2).unwrap();
    }
    assert!(check(&(classes + "]")).is_ok());
}

/// Falco takes values of up to 255 bytes; no nesting that fits is refused for its depth.
#[test]
fn every_legal_nesting_fits() {
    let table =
        [("(", ")", "a"), ("(|", ")", ""), ("(x|x", ")", "xxxx"), ("(", ")*", "aaa"), ("", "{1}", "a")];
    for (open, close, value) in table {
        let levels = 254 / (open.len() + close.len());
        let pattern = open.repeat(levels) + "a" + &close.repeat(levels);
        let value = if value == "xxxx" { "x".repeat(levels) } else { value.to_owned() };
        assert!(matches(&pattern, &value), "{pattern}");
    }
}
