//! Regular expressions of RE2's POSIX syntax in a form that the engines of RE2, Java and Joni treat alike.

use crate::syntax::re2;
use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind, Look};

/// The expression, anchored at both ends of the text.
pub fn portable(pattern: &str) -> Result<String, String> {
    let checked = re2::check_bytes(pattern.as_bytes())
        .map_err(|_| "the regular expression cannot be read".to_owned())?;
    let mut out = String::new();
    write(&checked.to_full_hir(), &mut out)?;
    Ok(out)
}

fn write(hir: &Hir, out: &mut String) -> Result<(), String> {
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).map_err(|_| bytes())?;
            out.push_str("(?:");
            text.chars().for_each(|c| character(c, out));
            out.push(')');
        }
        HirKind::Class(class) => of_class(class, out)?,
        HirKind::Look(Look::Start) => out.push_str(r"\A"),
        HirKind::Look(Look::End) => out.push_str(r"\z"),
        HirKind::Look(_) => {
            return Err(
                "the engines do not agree on what begins or ends a line or word in a regular expression"
                    .to_owned(),
            );
        }
        HirKind::Repetition(repetition) => {
            // A repeated empty expression is empty, and some engines refuse it.
            out.push_str("(?:");
            write(&repetition.sub, out)?;
            out.push(')');
            match (repetition.min, repetition.max) {
                (0, None) => out.push('*'),
                (1, None) => out.push('+'),
                (0, Some(1)) => out.push('?'),
                (least, None) => out.push_str(&format!("{{{least},}}")),
                (least, Some(most)) => out.push_str(&format!("{{{least},{most}}}")),
            }
        }
        HirKind::Capture(capture) => {
            out.push_str("(?:");
            write(&capture.sub, out)?;
            out.push(')');
        }
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, out))?,
        HirKind::Alternation(parts) => {
            out.push_str("(?:");
            for (at, part) in parts.iter().enumerate() {
                out.push_str(if at > 0 { "|" } else { "" });
                write(part, out)?;
            }
            out.push(')');
        }
    }
    Ok(())
}

fn bytes() -> String {
    "the regular expression is about bytes that are no text".to_owned()
}

fn character(c: char, out: &mut String) {
    if c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '/' | ':' | ',' | '=' | '@' | '%') {
        out.push(c);
    } else {
        out.push_str(&format!("\\x{{{:X}}}", u32::from(c)));
    }
}

fn of_class(class: &Class, out: &mut String) -> Result<(), String> {
    let ranges: Vec<ClassUnicodeRange> = match class {
        Class::Unicode(class) => class.ranges().to_vec(),
        Class::Bytes(class) => class.to_unicode_class().ok_or_else(bytes)?.ranges().to_vec(),
    };
    if ranges.is_empty() {
        // An expression that never matches.
        out.push_str(r"(?:\z\x{0}\A)");
        return Ok(());
    }
    out.push('[');
    for range in ranges {
        character(range.start(), out);
        if range.end() != range.start() {
            out.push('-');
            character(range.end(), out);
        }
    }
    out.push(']');
    Ok(())
}
