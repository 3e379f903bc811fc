//! Messages for YAML errors: rulec's, and yaml-cpp's.

use super::YamlError;
use super::cpp::{Marker, Seen};
use super::tree::Fault;
use crate::source::{FileId, Span, floor_char_boundary};
use granit_parser::ErrorKind;

/// The finding for a fault at `offset`. `seen` is yaml-cpp's error, known for the `first` error of a file only.
pub(super) fn error(
    id: FileId,
    text: &str,
    offset: usize,
    fault: &Fault,
    seen: Option<Seen>,
    first: bool,
    marker: &mut Marker<'_>,
) -> YamlError {
    let bracket = open_bracket(text, offset).filter(|_| is_colon(fault));
    let (message, cpp) = match bracket {
        Some(_) => ("`:` inside brackets that are never closed".to_owned(), "illegal map value".to_owned()),
        None => words(text, offset, fault),
    };
    let offset = within(text, offset, fault);
    let span = spot(id, text, offset);
    let opened = bracket.map(|at| Span::new(id, at, at + 1));
    let (mark, yaml_cpp) = match seen {
        Some(seen) => (marker.seen(&seen), seen.text),
        None if first => (marker.at(offset), String::new()),
        None => (marker.at(offset), cpp),
    };
    YamlError { span, message, opened, to_end: is_open(fault), mark, yaml_cpp }
}

/// True if something is still open at the end of the text.
fn is_open(fault: &Fault) -> bool {
    use ErrorKind as E;
    matches!(
        fault,
        Fault::Scan(
            E::UnclosedFlowCollection { .. }
                | E::UnexpectedEofFlowSequence
                | E::UnexpectedEofFlowMapping
                | E::UnexpectedEofImplicitFlowMapping
                | E::ExpectedFlowSequenceSeparator
                | E::ExpectedFlowMappingSeparator
                | E::BlockEntryInFlowCollection
                | E::UnclosedQuotedScalar
                | E::UnclosedVerbatimTag
        )
    )
}

/// True for a misplaced colon: a bracket before it may be open by mistake.
fn is_colon(fault: &Fault) -> bool {
    matches!(fault, Fault::Scan(ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement))
}

/// The finding for an error that only yaml-cpp reports.
pub(super) fn refused(id: FileId, text: &str, seen: Seen, marker: &mut Marker<'_>) -> YamlError {
    // yaml-cpp counts bytes and may stop inside a character.
    let offset = floor_char_boundary(text, seen.offset);
    let message = match seen.text.as_str() {
        "illegal map value" | "illegal block entry" | "illegal map key"
            if text[..offset].rsplit(['\n', '\r']).next().is_some_and(|line| line.contains('\t')) =>
        {
            "a tab before a key or list entry".to_owned()
        }
        "illegal tab when looking for indentation" => "a tab in the indentation".to_owned(),
        "unknown token" if text[offset..].starts_with('?') => {
            "an unquoted value inside `[…]` or `{…}` cannot hold `?`".to_owned()
        }
        other if other.starts_with("invalid unicode") => "an escaped surrogate is not a character".to_owned(),
        other => format!("Falco's YAML parser refuses this: {other}"),
    };
    let span = spot(id, text, offset);
    YamlError { span, message, opened: None, to_end: false, mark: marker.seen(&seen), yaml_cpp: seen.text }
}

/// The word or character at `offset`.
fn spot(id: FileId, text: &str, offset: usize) -> Span {
    let rest = text.get(offset..).unwrap_or_default();
    let word = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(rest.len());
    let len = match rest.chars().next() {
        None | Some('\n' | '\r') => 0,
        Some('\\') => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        Some(first) => word.max(first.len_utf8()),
    };
    Span::new(id, offset, offset + len)
}

fn words(text: &str, offset: usize, fault: &Fault) -> (String, String) {
    let kind = match fault {
        Fault::Scan(kind) => kind,
        Fault::Depth => return ("nested too deeply".to_owned(), "bad file".to_owned()),
        Fault::Alias { name, inside: false } => {
            let cpp = format!("the referenced anchor is not defined: {name}");
            return (format!("there is no anchor `&{name}` before this alias"), cpp);
        }
        Fault::Alias { name, inside: true } => {
            return (format!("the alias `*{name}` stands inside the node it names"), String::new());
        }
    };
    use ErrorKind as E;
    let (message, cpp): (&str, &str) = match kind {
        E::UnclosedFlowCollection { open: '[' } => {
            ("this `[` is never closed", "end of sequence flow not found")
        }
        E::UnclosedFlowCollection { .. } => ("this `{` is never closed", "end of map flow not found"),
        E::UnexpectedEofFlowSequence | E::ExpectedFlowSequenceSeparator => {
            ("expected `,` or `]`", "end of sequence flow not found")
        }
        E::UnexpectedEofFlowMapping | E::ExpectedFlowMappingSeparator => {
            ("expected `,` or `}`", "end of map flow not found")
        }
        E::UnexpectedEofImplicitFlowMapping => ("expected a value here", "end of sequence flow not found"),
        E::MisplacedFlowCollectionEnd => ("this bracket closes nothing", "illegal flow end"),
        E::MismatchedFlowCollectionEnd { open, close } => {
            return (format!("`{open}` is closed by `{close}`"), "illegal flow end".to_owned());
        }
        E::RecursionLimitExceeded => ("nested too deeply", "bad file"),
        E::BlockEntryInFlowCollection => {
            ("a list entry inside brackets that are still open", "illegal block entry")
        }
        E::BlockSequenceEntryNotAllowed => ("a list entry is not allowed here", "illegal block entry"),
        E::MappingKeyNotAllowed => ("a key is not allowed here", "illegal map key"),
        E::MappingValueNotAllowed | E::InvalidColonPlacement => {
            ("`:` after a value; quote the value if it holds a colon", "illegal map value")
        }
        E::ExpectedDocumentStart => {
            ("this line continues nothing, and no `---` begins a new document", "end of sequence not found")
        }
        E::ExpectedBlockSequenceEntry | E::UnexpectedEofBlockSequence => {
            ("expected a list entry at the indentation of the others", "end of sequence not found")
        }
        E::ExpectedBlockMappingKey | E::UnexpectedEofBlockMapping => {
            ("expected a key at the indentation of the others", "end of map not found")
        }
        E::SimpleKeyExpected | E::InvalidSimpleKey => ("expected `:` after this key", "end of map not found"),
        E::InvalidIndentation | E::InvalidQuotedScalarIndent => ("wrong indentation", "end of map not found"),
        E::TabNotAllowed | E::TabInBlockIndentation | E::TabInIndentation | E::TabInPlainScalar => {
            ("a tab in the indentation", "illegal tab when looking for indentation")
        }
        E::TabAtBlockScalarStart => ("a tab in the indentation", "illegal tab when looking for indentation"),
        E::InvalidBlockScalarIndent => {
            ("this line is indented less than the text before", "end of map not found")
        }
        E::ZeroBlockScalarIndent => {
            ("a block scalar cannot have indentation 0", "cannot set zero indentation for a block scalar")
        }
        E::InvalidBlockScalarHeader => {
            ("text after the `|` or `>` of a block scalar", "unexpected character in block scalar")
        }
        E::DocumentIndicatorInQuotedScalar => (
            "a document marker inside a quoted scalar; is its closing quote missing?",
            "illegal document indicator in scalar",
        ),
        E::UnclosedQuotedScalar => ("this quote is never closed", "illegal EOF in scalar"),
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            ("text after the closing quote", "end of map not found")
        }
        E::UnknownQuotedScalarEscape => {
            let letter = text.get(offset..).and_then(unknown_escape).map(|(_, letter)| letter.to_string());
            let letter = letter.unwrap_or_default();
            return (format!("unknown escape `\\{letter}`"), format!("unknown escape character: {letter}"));
        }
        E::InvalidQuotedScalarHexEscape | E::InvalidLowSurrogateHexEscape => (
            "an escape in this scalar lacks hexadecimal digits",
            "bad character found while scanning hex number",
        ),
        E::InvalidUnicodeEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate => {
            ("an escape in this scalar is no Unicode character", "invalid unicode: ")
        }
        E::UnexpectedCharacter { character } if character.is_control() => {
            ("a control character", "unknown token")
        }
        E::UnexpectedCharacter { character } => {
            return (
                format!("a plain scalar cannot begin with `{character}`; quote it"),
                "unknown token".to_owned(),
            );
        }
        E::MissingAnchorOrAliasName => ("an anchor or alias without a name", "anchor not found after &"),
        E::UnclosedVerbatimTag => ("this tag is never closed", "end of verbatim tag not found"),
        E::BomInsideDocument => ("a byte order mark inside a document", "unknown token"),
        E::CommentNotSeparated => ("a comment needs a space before its `#`", "unknown token"),
        other => return (other.to_string(), "unknown token".to_owned()),
    };
    (message.to_owned(), cpp.to_owned())
}

/// The unclosed bracket that opens a value on one of the ten lines before `offset` or on its own.
fn open_bracket(text: &str, offset: usize) -> Option<usize> {
    let before = text.get(..offset)?;
    let mut closed = 0usize;
    let mut end = before.len();
    for _ in 0..=10 {
        let start = before[..end].rfind('\n').map_or(0, |at| at + 1);
        let line = &before[start..end];
        let colon = line.find(": ").map_or(line.len(), |colon| colon + 2);
        let value = line[colon..].trim_start();
        let opened = line.matches(['[', '{']).count();
        let closes = line.matches([']', '}']).count();
        if value.starts_with(['[', '{']) && opened > closes + closed {
            return Some(end - value.len());
        }
        closed = (closed + closes).saturating_sub(opened);
        end = start.checked_sub(1)?;
    }
    None
}

/// The position of the fault in the scalar at `offset`; the event parser only gives the start of the scalar.
fn within(text: &str, offset: usize, fault: &Fault) -> usize {
    let Fault::Scan(kind) = fault else { return offset };
    let rest = text.get(offset..).unwrap_or_default();
    let found = match kind {
        ErrorKind::UnknownQuotedScalarEscape => unknown_escape(rest).map(|(at, _)| at),
        ErrorKind::TabInPlainScalar | ErrorKind::TabInIndentation | ErrorKind::TabAtBlockScalarStart => {
            let lines = rest.match_indices('\n').map(|(at, _)| at + 1);
            lines.map(|at| at + rest[at..].bytes().take_while(|&byte| byte == b' ').count()).find(|&at| {
                let blank = rest[at..].trim_start_matches(['\t', ' ']);
                rest[at..].starts_with('\t') && !blank.is_empty() && !blank.starts_with(['\n', '\r'])
            })
        }
        _ => None,
    };
    offset + found.unwrap_or(0)
}

/// The first unknown escape of a double quoted scalar, with its offset.
fn unknown_escape(text: &str) -> Option<(usize, char)> {
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == '\\'
            && let Some((_, letter)) = chars.next()
            && !"0abt\tnvfre \"'/\\N_LPxuU\n\r".contains(letter)
        {
            return Some((at, letter));
        }
    }
    None
}
