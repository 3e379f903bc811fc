//! The path of a member of a record, and the only reader of JSON pointers.

use std::borrow::Cow;

/// The keys that lead to a member, as a JSON pointer in its one spelling: empty for the whole record, else each key
/// behind a slash, `~` as `~0` and `/` as `~1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MemberPath<'a>(Cow<'a, str>);

impl<'a> MemberPath<'a> {
    /// The path that a pointer in its one spelling stands for.
    pub const fn of(pointer: &'a str) -> MemberPath<'a> {
        MemberPath(Cow::Borrowed(pointer))
    }

    /// The path that an argument of `json.value` names. As in the json plugin, the first slash can be left out.
    pub fn parse(argument: &'a str) -> MemberPath<'a> {
        let is_odd = argument
            .bytes()
            .enumerate()
            .any(|(at, byte)| byte == b'~' && !matches!(argument.as_bytes().get(at + 1), Some(b'0' | b'1')));
        match argument {
            "" => MemberPath::of(""),
            _ if is_odd => MemberPath::of_keys(split(argument)),
            _ if argument.starts_with('/') => MemberPath::of(argument),
            _ => MemberPath(Cow::Owned(format!("/{argument}"))),
        }
    }

    /// The path of these keys.
    pub fn of_keys<K: AsRef<str>>(keys: impl IntoIterator<Item = K>) -> MemberPath<'static> {
        let escaped = |key: K| format!("/{}", key.as_ref().replace('~', "~0").replace('/', "~1"));
        MemberPath(Cow::Owned(keys.into_iter().map(escaped).collect()))
    }

    /// The path whose keys stand between dots.
    pub fn of_dotted(dotted: &str) -> MemberPath<'static> {
        MemberPath::of_keys(dotted.split('.'))
    }

    /// The JSON pointer.
    pub fn pointer(&self) -> &str {
        &self.0
    }

    /// The keys, outermost first.
    pub fn keys(&self) -> impl Iterator<Item = Cow<'_, str>> {
        split(&self.0).skip(usize::from(self.0.is_empty()))
    }

    /// The keys with dots between them, as they are written in texts.
    pub fn dotted(&self) -> String {
        self.keys().collect::<Vec<_>>().join(".")
    }
}

fn split(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.strip_prefix('/').unwrap_or(pointer).split('/').map(|key| match key.contains('~') {
        true => Cow::Owned(key.replace("~1", "/").replace("~0", "~")),
        false => Cow::Borrowed(key),
    })
}

/// A key as the position of an element: what Go's `Atoi` reads and is not negative.
pub fn index(key: &[u8]) -> Option<usize> {
    let digits = key.strip_prefix(b"+").or_else(|| key.strip_prefix(b"-")).unwrap_or(key);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: i64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    if key[0] == b'-' && number != 0 { None } else { usize::try_from(number).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_read_as_the_plugin_reads_them() {
        for (argument, pointer, keys) in [
            ("", "", &[][..]),
            ("/", "/", &[""]),
            ("a/b", "/a/b", &["a", "b"]),
            ("/a/b", "/a/b", &["a", "b"]),
            ("//a", "//a", &["", "a"]),
            ("/a/", "/a/", &["a", ""]),
            ("/a~1b/c~0d", "/a~1b/c~0d", &["a/b", "c~d"]),
            ("/~01", "/~01", &["~1"]),
            ("/~2~", "/~02~0", &["~2~"]),
        ] {
            let path = MemberPath::parse(argument);
            assert_eq!(path.pointer(), pointer);
            assert_eq!(path.keys().collect::<Vec<_>>(), keys);
            assert_eq!(MemberPath::of_keys(path.keys()), path);
        }
        assert_eq!(MemberPath::of_dotted("userIdentity.type"), MemberPath::of("/userIdentity/type"));
        assert_eq!(MemberPath::of("/userIdentity/type").dotted(), "userIdentity.type");
    }

    #[test]
    fn positions_are_those_of_atoi() {
        for (key, at) in [("0", Some(0)), ("+1", Some(1)), ("01", Some(1)), ("-0", Some(0)), ("-1", None)] {
            assert_eq!(index(key.as_bytes()), at);
        }
        for key in ["", "+", "-", "a", "1a", "99999999999999999999"] {
            assert_eq!(index(key.as_bytes()), None);
        }
    }
}
