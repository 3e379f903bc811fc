//! Strings of HCL, decoded with the position of each byte.

use super::item::HostText;
use crate::source::Run;
use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::template::{Element, Template};
use std::ops::Range;

/// A value that only Terraform knows.
pub struct Hole(pub Range<usize>);

/// The text of an expression.
pub fn read(source: &str, value: &Expression) -> Result<HostText, Hole> {
    let span = value.span().unwrap_or_default();
    match value {
        Expression::String(_) => Ok(quoted(source, span)),
        Expression::StringTemplate(template) => whole(template).map(|()| quoted(source, span)),
        Expression::HeredocTemplate(heredoc) => whole(&heredoc.template).map(|()| block(source, span)),
        Expression::Parenthesis(inner) => read(source, inner.inner()),
        _ => Err(Hole(span)),
    }
}

/// A template is a text only if it has no interpolation.
fn whole(template: &Template) -> Result<(), Hole> {
    let hole = |element: &Element| !matches!(element, Element::Literal(_));
    match template.iter().find(|element| hole(element)) {
        Some(element) => Err(Hole(element.span().unwrap_or_default())),
        None => Ok(()),
    }
}

/// Text in place of an unknown value.
pub fn stand_in(value: &str, Hole(span): &Hole) -> HostText {
    let (start, end) = (span.start as u32, span.end as u32);
    HostText { value: value.to_owned(), start, end, ..HostText::default() }
}

/// Text that the file contains unchanged.
pub fn plain(source: &str, span: Range<usize>) -> HostText {
    let mut out = Out::new(&span);
    out.exact(source, span);
    out.written
}

/// A `# rulec:` comment, in any of HCL's comment styles.
pub fn comment(source: &str, span: Range<usize>) -> HostText {
    let mut out = Out::new(&span);
    out.made("#", &(span.start.saturating_sub(1)..span.start));
    out.exact(source, span);
    out.written
}

/// The content between quotes.
fn quoted(source: &str, span: Range<usize>) -> HostText {
    let mut out = Out::new(&span);
    let inner = span.start + 1..span.end.saturating_sub(1).max(span.start + 1);
    let mut at = inner.start;
    while at < inner.end {
        let rest = &source[at..inner.end];
        let end = at + rest.find(['\\', '$', '%']).unwrap_or(rest.len());
        out.exact(source, at..end);
        at = end + out.escape(source, end..inner.end, true);
    }
    out.written
}

/// The content of a heredoc; `<<-` loses the indentation that its lines share.
fn block(source: &str, span: Range<usize>) -> HostText {
    let mut out = Out::new(&span);
    let text = &source[span.clone()];
    let Some(first) = text.find('\n').map(|at| at + 1) else { return out.written };
    let last = text.rfind('\n').map_or(text.len(), |at| at + 1).max(first);
    let body = &text[first..last];
    let blanks = |line: &str| line.chars().take_while(|c| c.is_whitespace()).count();
    let lines = || body.split_inclusive('\n').map(|line| line.trim_end_matches(['\n', '\r']));
    let shared = match text.starts_with("<<-") {
        true => lines().filter(|line| !line.is_empty()).map(blanks).min().unwrap_or(0),
        false => 0,
    };
    let mut at = span.start + first;
    for line in body.split_inclusive('\n') {
        let end = at + line.len();
        let skip: usize =
            line.chars().take(shared).take_while(|c| !matches!(c, '\n' | '\r')).map(char::len_utf8).sum();
        let mut part = at + skip;
        while part < end {
            let rest = &source[part..end];
            let stop = part + rest.find(['$', '%']).unwrap_or(rest.len());
            out.exact(source, part..stop);
            part = stop + out.escape(source, stop..end, false);
        }
        at = end;
    }
    out.written
}

struct Out {
    written: HostText,
}

impl Out {
    fn new(span: &Range<usize>) -> Out {
        let (start, end) = (span.start as u32, span.end as u32);
        Out { written: HostText { start, end, ..HostText::default() } }
    }

    fn exact(&mut self, source: &str, range: Range<usize>) {
        let Some(text) = source.get(range.clone()).filter(|text| !text.is_empty()) else { return };
        let (at, start, end) = (self.written.value.len() as u32, range.start as u32, range.end as u32);
        match self.written.runs.last_mut() {
            Some(run) if run.exact && run.end == start => run.end = end,
            _ => self.written.runs.push(Run { at, start, end, exact: true }),
        }
        self.written.value.push_str(text);
    }

    fn made(&mut self, text: &str, place: &Range<usize>) {
        let (at, start, end) = (self.written.value.len() as u32, place.start as u32, place.end as u32);
        self.written.runs.push(Run { at, start, end, exact: false });
        self.written.value.push_str(text);
    }

    /// Reads an escape or a doubled template marker; returns its length.
    fn escape(&mut self, source: &str, range: Range<usize>, backslashes: bool) -> usize {
        let rest = &source[range.clone()];
        let (value, len) = match rest.as_bytes() {
            [] => return 0,
            [b'$', b'$', b'{', ..] => ("${".to_owned(), 3),
            [b'%', b'%', b'{', ..] => ("%{".to_owned(), 3),
            [b'\\', b'u', ..] if backslashes => (hex(rest, 4), 6),
            [b'\\', b'U', ..] if backslashes => (hex(rest, 8), 10),
            [b'\\', c, ..] if backslashes => match c {
                b'n' => ("\n".to_owned(), 2),
                b'r' => ("\r".to_owned(), 2),
                b't' => ("\t".to_owned(), 2),
                _ => (
                    rest[1..].chars().take(1).collect(),
                    1 + rest[1..].chars().next().map_or(0, char::len_utf8),
                ),
            },
            _ => {
                self.exact(source, range.start..range.start + 1);
                return 1;
            }
        };
        let len = len.min(rest.len());
        self.made(&value, &(range.start..range.start + len));
        len
    }
}

/// The character that a Unicode escape of four or eight digits names.
fn hex(text: &str, digits: usize) -> String {
    let number = text.get(2..2 + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    number.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER).to_string()
}
