//! A document on many lines, as Go's `json.Indent` writes it, which is stricter than the parser.

use super::{blank, scalar_end, string_end};

/// The indented text; `None` if it is not strict JSON. The lenient parser must have accepted the text.
pub fn indent(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 2);
    let (mut at, mut depth) = (blank(text, 0), 0usize);
    // An opening bracket ends the line only if the value is not empty.
    let mut opened = false;
    while let Some(&byte) = text.get(at) {
        if opened && !matches!(byte, b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n') {
            depth += 1;
            opened = false;
            line(&mut out, depth);
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'{' | b'[' => {
                opened = true;
                out.push(byte);
                at += 1;
            }
            b'}' | b']' => {
                if opened {
                    opened = false;
                } else {
                    depth = depth.saturating_sub(1);
                    line(&mut out, depth);
                }
                out.push(byte);
                at += 1;
            }
            b',' => {
                out.push(byte);
                line(&mut out, depth);
                at += 1;
            }
            b':' => {
                out.extend_from_slice(b": ");
                at += 1;
            }
            b'"' => {
                let end = string_end(text, at + 1)?.0;
                let inside = text.get(at + 1..end)?;
                if !strict_string(inside) {
                    return None;
                }
                out.extend_from_slice(text.get(at..=end)?);
                at = end + 1;
            }
            _ => {
                let end = scalar_end(text, at)?;
                let word = text.get(at..end)?;
                if !matches!(word, b"true" | b"false" | b"null") && !strict_number(word) {
                    return None;
                }
                out.extend_from_slice(word);
                at = end;
            }
        }
    }
    Some(out)
}

fn line(out: &mut Vec<u8>, depth: usize) {
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}

fn strict_string(text: &[u8]) -> bool {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += match (byte, text.get(at + 1)) {
            (0..=0x1F, _) => return false,
            (b'\\', Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')) => 2,
            (b'\\', Some(b'u')) => {
                let digits = text.get(at + 2..at + 6);
                if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    return false;
                }
                6
            }
            (b'\\', _) => return false,
            _ => 1,
        };
    }
    true
}

fn strict_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(text);
    if whole == 0 || whole > 1 && text[0] == b'0' {
        return false;
    }
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let len = digits(fraction);
        if len == 0 {
            return false;
        }
        rest = &fraction[len..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', digits @ ..] => digits,
            other => other,
        };
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}
