//! Terms: fields and transformers, bound to paths.

use super::event::{View, cut};
use super::field::{self, Field};
use super::json::Paths;
use super::value::{Bytes, Value};
use crate::schema::Type;
use crate::sema::ir::Term;
use crate::syntax::token::Transformer;
use std::borrow::Cow;

/// A term bound to paths of a record.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    /// A field.
    Field(Field),
    /// A text.
    Const(Box<[u8]>),
    /// A list of terms; numbers among them are shown as text if the flag says so.
    List(Vec<(Expr, bool)>),
    /// A transformer from one text to one text.
    Map(Map, Box<Expr>),
    /// Number of bytes of a text or of elements of a list.
    Len(Box<Expr>),
    /// `getopt` without a selector has its own length.
    LenOptions(Box<Expr>),
    /// `join`
    Join(Box<(Expr, Expr)>),
    /// `concat`
    Concat(Vec<Expr>),
    /// `getopt`: arguments, options, selected option.
    Options(Box<(Expr, Expr)>, Option<u8>),
    /// Always absent: Falco refuses it or crashes.
    Absent,
}

/// The function of a transformer on a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub(super) enum Map {
    Lower,
    Upper,
    Base64,
    Basename,
}

/// Binds a term.
pub(super) fn bind(term: &Term, paths: &mut Paths) -> Expr {
    match term {
        Term::Field(field) => Expr::Field(field::bind(field, paths)),
        Term::Const(text) => Expr::Const(cut(Cow::Borrowed(text.as_bytes())).into()),
        Term::List(terms) => {
            let item = |term| (bind(term, paths), underlying(term) == Type::Uint64);
            Expr::List(terms.iter().map(item).collect())
        }
        Term::Call { transformer, args, arg } => {
            let mut bound = args.iter().map(|arg| bind(arg, paths));
            match (transformer, bound.next(), bound.next()) {
                (Transformer::Concat, Some(one), Some(two)) => {
                    Expr::Concat([one, two].into_iter().chain(bound).collect())
                }
                (Transformer::Join, Some(one), Some(two)) => Expr::Join(Box::new((one, two))),
                (Transformer::Getopt, Some(one), Some(two)) => {
                    Expr::Options(Box::new((one, two)), arg.as_deref().and_then(|arg| arg.bytes().next()))
                }
                (Transformer::Len, Some(options @ Expr::Options(_, None)), None) => {
                    Expr::LenOptions(Box::new(options))
                }
                (Transformer::Len, Some(one), None) => Expr::Len(Box::new(one)),
                (Transformer::Tolower, Some(one), None) => Expr::Map(Map::Lower, Box::new(one)),
                (Transformer::Toupper, Some(one), None) => Expr::Map(Map::Upper, Box::new(one)),
                (Transformer::B64, Some(one), None) => Expr::Map(Map::Base64, Box::new(one)),
                (Transformer::Basename, Some(one), None) => Expr::Map(Map::Basename, Box::new(one)),
                (Transformer::Val, Some(one), None) => one,
                _ => Expr::Absent,
            }
        }
    }
}

/// Type of the field that a term is derived from.
fn underlying(term: &Term) -> Type {
    match term {
        Term::Field(field) => field.ty,
        Term::Call { transformer, args, .. } if !transformer.is_multi() => {
            args.first().map_or(Type::Charbuf, underlying)
        }
        _ => Type::Charbuf,
    }
}

impl Expr {
    /// The value, `None` if it is absent.
    pub fn value<'e>(&'e self, view: View<'e>) -> Option<Value<'e>> {
        Some(match self {
            Expr::Field(field) => field.value(view)?,
            Expr::Const(text) => Value::Text(Cow::Borrowed(text)),
            Expr::List(items) => {
                let items = items.iter().map(|(item, decimal)| element(item.value(view)?, *decimal));
                Value::List(items.collect::<Option<_>>()?)
            }
            Expr::Map(map, inner) => match inner.value(view)? {
                Value::Text(text) => Value::Text(map.apply(text)?),
                Value::List(all) => {
                    let all = all.into_iter().map(|text| Some(with_nul(map.apply(cut(text))?)));
                    Value::List(all.collect::<Option<_>>()?)
                }
                _ => return None,
            },
            Expr::Len(inner) => Value::Number(match inner.value(view)? {
                Value::Text(text) => text.len() as u64,
                Value::List(all) => all.len() as u64,
                _ => return None,
            }),
            Expr::LenOptions(inner) => match inner.value(view)? {
                Value::List(all) if all.len() == 1 => Value::Number(all[0].len() as u64),
                _ => return None,
            },
            Expr::Join(args) => {
                let (separator, list) = &**args;
                let separator = element(separator.value(view)?, false)?;
                let Value::List(all) = list.value(view)? else { return None };
                let all: Vec<Bytes<'e>> = all.into_iter().map(cut).collect();
                Value::Text(Cow::Owned(all.join(&*separator)))
            }
            Expr::Concat(args) => {
                let mut text = Vec::new();
                for arg in args {
                    text.extend_from_slice(&element(arg.value(view)?, false)?);
                }
                Value::Text(Cow::Owned(text))
            }
            Expr::Options(args, selected) => {
                let (list, options) = &**args;
                let Value::List(list) = list.value(view)? else { return None };
                let options = element(options.value(view)?, false)?;
                let found = options_of(list.into_iter().map(cut).collect(), &options, *selected);
                match selected {
                    Some(_) => Value::Text(found.into_iter().next_back()?),
                    None => Value::List(found),
                }
            }
            Expr::Absent => return None,
        })
    }

    /// The value of a term that is a text.
    #[inline]
    pub fn text<'e>(&'e self, view: View<'e>) -> Option<Bytes<'e>> {
        match self {
            Expr::Field(field) => field.text(view),
            _ => match self.value(view)? {
                Value::Text(text) => Some(text),
                _ => None,
            },
        }
    }

    /// Whether Falco includes a trailing NUL when it compares the result as bytes.
    pub fn ends_in_nul(&self) -> bool {
        matches!(self, Expr::Map(..))
    }

    /// Whether it is `join`, `concat` or `getopt`, for which Falco crashes with a field on the right.
    pub fn is_multi(&self) -> bool {
        matches!(self, Expr::Join(_) | Expr::Concat(_) | Expr::Options(..))
    }

    /// Approximate time, in comparisons of plain texts.
    pub fn cost(&self) -> u32 {
        match self {
            Expr::Field(field) => field.cost(),
            Expr::Const(_) | Expr::Absent => 1,
            Expr::Map(_, inner) | Expr::Len(inner) | Expr::LenOptions(inner) => 3 + inner.cost(),
            Expr::List(all) => 5 + all.iter().map(|(one, _)| one.cost()).sum::<u32>(),
            Expr::Concat(all) => 5 + all.iter().map(Expr::cost).sum::<u32>(),
            Expr::Join(args) | Expr::Options(args, _) => 5 + args.0.cost() + args.1.cost(),
        }
    }
}

/// A value where a text is expected. A number that is not shown as text is read as its bytes in memory.
fn element(value: Value<'_>, decimal: bool) -> Option<Bytes<'_>> {
    Some(match value {
        Value::Text(text) => text,
        Value::Number(number) if decimal => Cow::Owned(number.to_string().into_bytes()),
        Value::Number(number) => cut(Cow::Owned(number.to_le_bytes().to_vec())),
        Value::Bool(truth) => Cow::Owned(if truth { vec![1] } else { Vec::new() }),
        Value::List(all) => cut(all.into_iter().next()?),
    })
}

fn with_nul(text: Bytes<'_>) -> Bytes<'_> {
    let mut text = text.into_owned();
    text.push(0);
    Cow::Owned(text)
}

impl Map {
    fn apply(self, text: Bytes<'_>) -> Option<Bytes<'_>> {
        Some(match self {
            Map::Lower => changed(text, u8::is_ascii_uppercase, <[u8]>::make_ascii_lowercase),
            Map::Upper => changed(text, u8::is_ascii_lowercase, <[u8]>::make_ascii_uppercase),
            Map::Base64 => cut(Cow::Owned(base64(&text)?)),
            Map::Basename => {
                let start = memchr::memrchr(b'/', &text).map_or(0, |at| at + 1);
                match text {
                    Cow::Borrowed(text) => Cow::Borrowed(&text[start..]),
                    Cow::Owned(text) => Cow::Owned(text[start..].to_vec()),
                }
            }
        })
    }
}

fn changed<'e>(text: Bytes<'e>, wrong: fn(&u8) -> bool, change: fn(&mut [u8])) -> Bytes<'e> {
    if !text.iter().any(wrong) {
        return text;
    }
    let mut text = text.into_owned();
    change(&mut text);
    Cow::Owned(text)
}

/// Base64 decoding; `None` for wrong letters, lengths or left-over bits. Up to two `=` at the end are accepted.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.strip_suffix(b"=").unwrap_or(text);
    let text = text.strip_suffix(b"=").unwrap_or(text);
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.chunks(4) {
        let mut bits = 0u32;
        for &letter in chunk {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
        }
        bits <<= 6 * (4 - chunk.len());
        let bytes = bits.to_be_bytes();
        match (chunk.len(), bytes) {
            (4, [_, a, b, c]) => out.extend([a, b, c]),
            (3, [_, a, b, 0]) => out.extend([a, b]),
            (2, [_, a, 0, 0]) => out.push(a),
            _ => return None,
        }
    }
    Some(out)
}

/// Result of `getopt`: options and their values, or the last value of a selected option.
fn options_of<'e>(args: Vec<Bytes<'e>>, options: &[u8], selected: Option<u8>) -> Vec<Bytes<'e>> {
    let options = options.strip_prefix(b":").unwrap_or(options);
    let mut found = Vec::new();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if *arg == *b"--" || *arg == *b"-" || arg.first() != Some(&b'-') {
            break;
        }
        if arg.starts_with(b"--") {
            continue;
        }
        for (at, &letter) in arg.iter().enumerate().skip(1) {
            let known = options.iter().position(|&option| option == letter && option != b':');
            let wanted = selected.is_none_or(|selected| selected == letter);
            let Some(known) = known else {
                if selected.is_none() {
                    found.push(Cow::Borrowed(&b"?"[..]));
                }
                continue;
            };
            let option = Cow::Owned(vec![letter]);
            if options.get(known + 1) != Some(&b':') {
                if wanted {
                    found.push(option);
                }
                continue;
            }
            let rest = &arg[at + 1..];
            let value = if rest.is_empty() { args.next() } else { Some(Cow::Owned(rest.to_vec())) };
            match (value, selected) {
                (Some(value), None) => found.extend([option, value]),
                (Some(value), Some(_)) if wanted => found.push(value),
                (None, _) if wanted => found.push(Cow::Borrowed(b"")),
                _ => {}
            }
            break;
        }
    }
    found
}
