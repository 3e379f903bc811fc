//! The lexical classes of the condition language, as nom parsers on the text at the cursor.
//!
//! Falco has no token stream: it tries each class at the current byte, and nothing checks a word boundary after a
//! keyword.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{char, digit1, one_of};
use nom::combinator::{opt, recognize};
use nom::multi::many0_count;
use nom::{IResult, Parser};

/// The result of a lexer: the rest and the lexeme; an error carries nothing.
pub type Lexed<'a> = IResult<&'a str, &'a str, ()>;

/// A character Falco skips between tokens. Backspace is one; vertical tab and form feed are not.
pub fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{8}' | '\r' | '\n')
}

/// `[[:space:]]` of the C locale.
pub fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

/// Zero or more blanks.
pub fn blanks(input: &str) -> Lexed<'_> {
    // All blanks are ASCII.
    let end = input.bytes().position(|byte| !is_blank(char::from(byte))).unwrap_or(input.len());
    let (lexeme, rest) = input.split_at(end);
    Ok((rest, lexeme))
}

/// A letter, then letters, digits and underscores.
pub fn identifier(input: &str) -> Lexed<'_> {
    let bytes = input.as_bytes();
    if !bytes.first().is_some_and(u8::is_ascii_alphabetic) {
        return Err(nom::Err::Error(()));
    }
    let ends = |byte: &u8| !(byte.is_ascii_alphanumeric() || *byte == b'_');
    let (lexeme, rest) = input.split_at(bytes.iter().position(ends).unwrap_or(bytes.len()));
    Ok((rest, lexeme))
}

/// Identifiers joined by dots, at least two.
pub fn field_name(input: &str) -> Lexed<'_> {
    let (_, first) = identifier(input)?;
    let mut len = first.len();
    while let Some(Ok((_, next))) = input[len..].strip_prefix('.').map(identifier) {
        len += 1 + next.len();
    }
    if len == first.len() {
        return Err(nom::Err::Error(()));
    }
    let (lexeme, rest) = input.split_at(len);
    Ok((rest, lexeme))
}

/// An unquoted argument between brackets.
pub fn bare_argument(input: &str) -> Lexed<'_> {
    take_while1(|c: char| !matches!(c, '[' | ']' | '"' | '\'') && !is_space(c))(input)
}

/// An unquoted string.
pub fn bare_string(input: &str) -> Lexed<'_> {
    take_while1(is_bare)(input)
}

/// A character of an unquoted string.
pub fn is_bare(c: char) -> bool {
    !matches!(c, '(' | ')' | '"' | '\'' | '=' | ',') && !is_space(c)
}

/// A hexadecimal or decimal number. An exponent needs its sign.
pub fn number(input: &str) -> Lexed<'_> {
    let hex = recognize((char('0'), one_of("xX"), take_while1(|c: char| c.is_ascii_hexdigit())));
    let exponent = (one_of("eE"), one_of("+-"), digit1);
    let fraction = (opt(char('.')), take_while(|c: char| c.is_ascii_digit()));
    let decimal = recognize((opt(one_of("+-")), digit1, fraction, opt(exponent)));
    alt((hex, decimal)).parse(input)
}

/// `not` and the space after it, any number of times.
pub fn nots(input: &str) -> IResult<&str, usize, ()> {
    if !input.starts_with("not") {
        return Ok((input, 0));
    }
    many0_count((tag("not"), take_while1(is_space))).parse(input)
}

/// A quoted string with its quotes: it ends at the first same quote that has no backslash before it,
/// so a text that ends in a backslash cannot be closed.
pub fn quoted(input: &str) -> Lexed<'_> {
    let bytes = input.as_bytes();
    let Some(&quote @ (b'"' | b'\'')) = bytes.first() else { return Err(nom::Err::Error(())) };
    let mut at = 1;
    while at < bytes.len() {
        if bytes[at] == quote && bytes[at - 1] != b'\\' {
            return Ok((&input[at + 1..], &input[..at + 1]));
        }
        at += 1;
    }
    Err(nom::Err::Error(()))
}

/// Replaces the escapes of the text inside `quote`s. The error is Falco's message.
pub fn unescape(text: &str, quote: char) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        match chars.next() {
            Some('b') => bytes.push(8),
            Some('f') => bytes.push(12),
            Some('n') => bytes.push(b'\n'),
            Some('r') => bytes.push(b'\r'),
            Some('t') => bytes.push(b'\t'),
            // A backslash before a blank stands for itself and swallows the blank, as Falco 0.45.
            Some('\\' | ' ') => bytes.push(b'\\'),
            Some('/') => bytes.push(b'/'),
            Some(c @ ('"' | '\'')) if c == quote => bytes.push(c as u8),
            Some('"') => return Err("invalid \\\" escape in '-quoted string".to_owned()),
            Some('\'') => return Err("invalid \\' escape in \"-quoted string".to_owned()),
            Some('x') => bytes.push(hex_escape(&mut chars)?),
            Some(c) => return Err(format!("unsupported string escape sequence: \\{}", first_byte(c))),
            None => return Err("unsupported string escape sequence: \\".to_owned()),
        }
    }
    // `\xHH` can build bytes that are not UTF-8; Falco keeps them, text output replaces them.
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn hex_escape(chars: &mut std::str::Chars<'_>) -> Result<u8, String> {
    let (Some(high), Some(low)) = (chars.next(), chars.next()) else {
        return Err("truncated hex char escape sequence".to_owned());
    };
    match (high.to_digit(16), low.to_digit(16)) {
        (Some(high), Some(low)) => Ok((high * 16 + low) as u8),
        _ => Err(format!("invalid hex char escape sequence: {high}{low}")),
    }
}

/// The first byte of a character: Falco works on bytes, and its JSON replaces one outside ASCII.
fn first_byte(c: char) -> char {
    if c.is_ascii() { c } else { char::REPLACEMENT_CHARACTER }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_falco_lexes_them() {
        for (text, lexeme) in [
            ("1.5", "1.5"),
            ("1e5", "1"),
            ("1e+5 x", "1e+5"),
            ("0x1Fg", "0x1F"),
            ("0xg", "0"),
            ("-5)", "-5"),
            ("1.", "1."),
        ] {
            assert_eq!(number(text).unwrap().1, lexeme, "{text}");
        }
        assert!(number(".5").is_err() && number("+").is_err());
    }
}
