//! Scalars to numbers and truth values, as yaml-cpp converts them.

/// A truth value: `y n yes no true false on off`, in lower case, UPPER CASE or Capitalized.
pub fn to_bool(text: &str) -> Option<bool> {
    let lower = text.to_ascii_lowercase();
    let rest = text.get(1..)?;
    let tail = lower.get(1..)?;
    let first_lower = text.starts_with(|c: char| c.is_ascii_lowercase());
    let flexible = rest == tail || (!first_lower && rest.bytes().all(|byte| byte.is_ascii_uppercase()));
    match lower.as_str() {
        _ if !flexible => None,
        "y" | "yes" | "true" | "on" => Some(true),
        "n" | "no" | "false" | "off" => Some(false),
        _ => None,
    }
}

/// An unsigned number as a C++ stream with automatic base extracts it: decimal, `0x` hexadecimal, leading-`0` octal.
/// A plus sign and trailing white space are allowed, a minus sign and anything else are not.
pub fn to_u32(text: &str) -> Option<u32> {
    let digits = text.trim_end_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    let (digits, radix) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(rest) => (rest, 16),
        None if digits.starts_with('0') => (digits, 8),
        None => (digits, 10),
    };
    // `from_str_radix` would take a sign of its own.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans() {
        for (word, value) in
            [("y", true), ("yes", true), ("true", true), ("on", true), ("n", false), ("no", false)]
        {
            let capital = word[..1].to_uppercase() + &word[1..];
            for text in [word.to_owned(), word.to_uppercase(), capital] {
                assert_eq!(to_bool(&text), Some(value), "{text}");
            }
        }
        for text in ["", "yEs", "YEs", "yES", "tRUE", "1", "0", " yes", "yes ", "oui", "é"] {
            assert_eq!(to_bool(text), None, "{text}");
        }
    }

    #[test]
    fn numbers() {
        let good = [
            ("0", 0),
            ("13", 13),
            ("+13", 13),
            ("13 ", 13),
            ("13\n", 13),
            ("010", 8),
            ("00", 0),
            ("0x1f", 31),
        ];
        for (text, value) in good.into_iter().chain([("0X1F", 31), ("+0x10", 16), ("4294967295", u32::MAX)]) {
            assert_eq!(to_u32(text), Some(value), "{text}");
        }
        for text in
            ["", " 1", "-1", "+-1", "++1", "08", "0x", "1e3", "1 2", "4294967296", "x", "1_0", "0x+1", "é"]
        {
            assert_eq!(to_u32(text), None, "{text}");
        }
    }
}
