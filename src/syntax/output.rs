//! Output templates: `%field[arg]` and `%transformer(…)` in running text.
//!
//! Falco takes the longest prefix of the rest that it can resolve, so the caller passes a function that knows the
//! fields.

use super::ast::{Operand, OperandKind, TextRange};
use super::condition::parse_operand;
use super::lexer;
use nom::Parser;
use nom::bytes::complete::{tag, take_while};
use nom::combinator::recognize;

/// A `%…` of a template.
#[derive(Clone, Debug)]
pub struct TemplateField<'a> {
    /// From the percent sign to the end.
    pub place: TextRange,
    /// Pad or cut to this many bytes; 0 has no effect.
    pub width: Option<usize>,
    /// The field or transformer.
    pub operand: Operand<'a>,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum TemplatePart<'a> {
    /// Literal text.
    Text(&'a str),
    /// A field or transformer.
    Field(TemplateField<'a>),
}

/// The reason why a template is refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OutputErrorKind {
    /// No text at all.
    Empty,
    /// It ends with a percent sign.
    EndsWithPercent,
    /// It ends with the width of a token.
    EndsWithWidth,
    /// No field follows the percent sign.
    Unknown,
}

impl OutputErrorKind {
    /// Falco's message, its unclosed quote included.
    pub fn falco(&self) -> &'static str {
        match self {
            OutputErrorKind::Empty => "empty formatting token",
            OutputErrorKind::EndsWithPercent => "invalid formatting syntax: formatting cannot end with a %",
            OutputErrorKind::EndsWithWidth => {
                "invalid formatting syntax: formatting cannot end with a number"
            }
            OutputErrorKind::Unknown => "unknown filter: unexpected token after '",
        }
    }
}

/// An error in a template.
#[derive(Clone, Debug)]
pub struct OutputError {
    /// Why.
    pub kind: OutputErrorKind,
    /// The text to underline: the percent sign and a possible name.
    pub place: TextRange,
}

/// The maximum length of a field name, a bound for other words.
const LONGEST_NAME: usize = 128;

/// Splits a template. `resolves` reports whether a field or transformer exists. Parsing continues after an error;
/// Falco stops at the first.
pub fn parse<'a>(
    text: &'a str,
    resolves: &mut dyn FnMut(&Operand<'a>) -> bool,
) -> (Vec<TemplatePart<'a>>, Vec<OutputError>) {
    let (mut parts, mut errors) = (Vec::with_capacity(16), Vec::new());
    let mut at = 0;
    if text.is_empty() {
        errors.push(OutputError { kind: OutputErrorKind::Empty, place: 0..0 });
    }
    // A leading `*` means: print even when fields are absent. Falco always does.
    if text.starts_with('*') {
        at = 1;
    }
    while at < text.len() {
        let rest = &text[at..];
        let plain = memchr::memchr(b'%', rest.as_bytes()).unwrap_or(rest.len());
        if plain > 0 {
            parts.push(TemplatePart::Text(&rest[..plain]));
            at += plain;
            continue;
        }
        match token(text, at, resolves) {
            Ok(token) => {
                at = token.place.end as usize;
                parts.push(TemplatePart::Field(token));
            }
            Err(error) => {
                at = error.place.end as usize;
                errors.push(error);
            }
        }
    }
    (parts, errors)
}

fn token<'a>(
    text: &'a str,
    at: usize,
    resolves: &mut dyn FnMut(&Operand<'a>) -> bool,
) -> Result<TemplateField<'a>, OutputError> {
    let fail = |trouble, end: usize| Err(OutputError { kind: trouble, place: at as u32..end as u32 });
    let percent =
        recognize((tag::<_, _, ()>("%"), take_while(|c: char| c.is_ascii_digit()))).parse(&text[at..]);
    let start = percent.map_or(at + 1, |(_, head)| at + head.len());
    let digits = &text[at + 1..start];
    if start == text.len() {
        return fail(
            if digits.is_empty() { OutputErrorKind::EndsWithPercent } else { OutputErrorKind::EndsWithWidth },
            start,
        );
    }
    let width = (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX));
    match longest(&text[start..], resolves) {
        Some((operand, len)) => {
            let operand = shifted(operand, start as u32);
            Ok(TemplateField { place: at as u32..(start + len) as u32, width, operand })
        }
        None => {
            let rest = &text[start..];
            let word = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_')))
                .unwrap_or(rest.len());
            let bracket = rest[word..].starts_with('[').then(|| rest[word..].find(']')).flatten();
            let end = start + word + bracket.map_or(0, |close| close + 1);
            fail(OutputErrorKind::Unknown, end.max(at + 1))
        }
    }
}

/// The longest prefix that parses and resolves.
fn longest<'a>(
    rest: &'a str,
    resolves: &mut dyn FnMut(&Operand<'a>) -> bool,
) -> Option<(Operand<'a>, usize)> {
    // The common case is a plain field.
    if let Ok((after, name)) = lexer::field_name(rest)
        && !after.starts_with('[')
    {
        let operand = Operand { kind: OperandKind::Field { name, arg: None }, place: 0..name.len() as u32 };
        if resolves(&operand) {
            return Some((operand, name.len()));
        }
    }
    let whole = match parse_operand(rest) {
        Ok((operand, len)) if resolves(&operand) => return Some((operand, len)),
        other => other,
    };
    let mut attempt = |cut: &'a str| parse_operand(cut).ok().filter(|(operand, _)| resolves(operand));
    // Falco drops character after character; only these cuts can change the result: before the argument in brackets,
    // and within the name.
    let bracket = match whole {
        Ok((Operand { kind: OperandKind::Call { arg: Some(arg), .. }, .. }, _)) => {
            Some(arg.place.start as usize - 1)
        }
        Ok(_) => None,
        Err(bracket) => bracket,
    };
    if let Some(found) = bracket.and_then(|at| attempt(&rest[..at])) {
        return Some(found);
    }
    let (_, name) = lexer::field_name(rest).ok()?;
    let dot = name.find('.')?;
    // A cut after a dot reads like the one before it.
    (dot + 2..=name.len().min(LONGEST_NAME)).rev().find_map(|len| {
        let operand =
            Operand { kind: OperandKind::Field { name: &rest[..len], arg: None }, place: 0..len as u32 };
        (!rest[..len].ends_with('.') && resolves(&operand)).then_some((operand, len))
    })
}

fn shifted(mut operand: Operand<'_>, by: u32) -> Operand<'_> {
    shift(&mut operand, by);
    operand
}

fn shift(operand: &mut Operand<'_>, by: u32) {
    let moved = |place: &mut TextRange| *place = place.start + by..place.end + by;
    moved(&mut operand.place);
    match &mut operand.kind {
        OperandKind::Field { arg, .. } => arg.iter_mut().for_each(|arg| moved(&mut arg.place)),
        OperandKind::Const(value) => moved(&mut value.place),
        OperandKind::List(args) => args.iter_mut().for_each(|arg| shift(arg, by)),
        OperandKind::Call { args, arg, .. } => {
            args.iter_mut().for_each(|arg| shift(arg, by));
            arg.iter_mut().for_each(|arg| moved(&mut arg.place));
        }
    }
}
