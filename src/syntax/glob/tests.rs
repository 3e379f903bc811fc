use super::{GlobToken, parse};

/// Verdicts of glibc 2.36 in the C locale.
#[test]
fn as_fnmatch_decides() {
    let exact = [
        ("", "", true),
        ("", "a", false),
        ("*", "", true),
        ("Create*", "CreateUser", true),
        ("*User", "CreateUsers", false),
        ("a*b*c", "aXbYbZc", true),
        ("*aab", "aaaab", true),
        ("*/x", ".a/b/x", true),
        ("?", "é", false),
        ("??", "é", true),
        ("\\*", "*", true),
        ("a\\", "a\\", false),
        ("[a-c]", "b", true),
        ("[!a-c]", "b", false),
        ("[^a]", "b", true),
        ("[]a]", "]", true),
        ("[a-]", "-", true),
        ("[--0]", ".", true),
        ("[a-c-e]", "-", true),
        ("[a-c-e]", "d", false),
        ("[b-a]", "b", false),
        ("[\\]]", "]", true),
        ("[[:digit:]]", "5", true),
        ("[[:alpha:]-z]", "-", true),
        ("[[:foo:]]", "a", false),
        ("[a[:foo:]]", "a", true),
        ("[[=a=]]", "a", true),
        ("[[.a.]-c]", "b", true),
        ("[[.space.]]", " ", false),
        ("[abc", "[abc", true),
        ("[[a", "[[a", true),
        ("[]", "[]", true),
        ("[!]", "[!]", true),
        ("[[:alpha:]", "[:", true),
        ("[\\", "[\\", false),
        ("[a-", "[a-", false),
        ("[[:zzz", "[[:zzz", true),
    ];
    for (pattern, value, expected) in exact {
        assert_eq!(
            parse(pattern.as_bytes(), false).matches(value.as_bytes()),
            expected,
            "{pattern:?} on {value:?}"
        );
    }
    let folded = [
        ("c*user", "CreateUser", true),
        ("[A-Z]", "a", true),
        ("[A-z]", "_", false),
        ("[@-Z]", "a", true),
        ("[[:upper:]]", "a", false),
        ("[[=A=]]", "a", false),
        ("É", "é", false),
    ];
    for (pattern, value, expected) in folded {
        assert_eq!(
            parse(pattern.as_bytes(), true).matches(value.as_bytes()),
            expected,
            "{pattern:?} on {value:?}"
        );
    }
}

#[test]
fn tokens() {
    let tokens = parse(b"a**?\\", false).tokens;
    assert_eq!(tokens, [GlobToken::Byte(b'a'), GlobToken::Any, GlobToken::One, GlobToken::Never]);
    let Some(GlobToken::Set(set)) = parse(b"[c-a\\]b]", false).tokens.into_iter().next() else {
        panic!("no set")
    };
    assert_eq!((0..=255).filter(|&byte| set.contains(byte)).collect::<Vec<_>>(), b"]b");
}

/// Neither many stars nor many brackets take long.
#[test]
fn hostile_patterns() {
    let glob = parse("a*".repeat(500).as_bytes(), false);
    assert!(!glob.matches(&[b"a".repeat(499), b"b".to_vec()].concat()));
    assert_eq!(parse(&b"[".repeat(100_000), false).tokens.len(), 100_000);
    assert!(parse(&b"[[.".repeat(100_000), false).tokens.len() < 4);
}
