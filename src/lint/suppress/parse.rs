//! The text of one suppression comment.

use crate::source::Span;

/// What a comment asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// `allow`: the line, or the item that follows.
    Allow,
    /// `allow-file`: the whole file.
    AllowFile,
}

/// A well-formed comment.
#[derive(Debug)]
pub struct Comment {
    /// What it asks for.
    pub verb: Verb,
    /// The names, with their places.
    pub names: Vec<(String, Span)>,
    /// From just behind the last name to the end of the comment.
    pub tail: Span,
}

/// Why a comment cannot be read.
#[derive(Debug)]
pub struct SuppressionProblem {
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: String,
}

/// Reads a comment that starts with `#`; `None` when it is not addressed to rulec.
pub fn comment(text: &str, span: Span) -> Option<Result<Comment, SuppressionProblem>> {
    let body = text.trim_start_matches('#').trim_start();
    let after = body.strip_prefix("rulec")?;
    let is_addressed = match after.strip_prefix(':') {
        Some(_) => true,
        // The colon is easily forgotten; any other sentence about rulec is just prose.
        None => after.trim_start().starts_with("allow ") && after.starts_with(' '),
    };
    if !is_addressed {
        return None;
    }
    let Some(rest) = after.strip_prefix(':') else {
        return Some(Err(SuppressionProblem { span, message: "the colon after `rulec` is missing".into() }));
    };
    Some(directive(rest, text.len() - rest.len(), span))
}

fn directive(rest: &str, offset: usize, comment: Span) -> Result<Comment, SuppressionProblem> {
    let place = |from: usize, to: usize| {
        let base = comment.start as usize;
        Span::new(comment.file, base + from, base + to)
    };
    let fail = |message: &str| Err(SuppressionProblem { span: comment, message: message.into() });
    let offset = offset + rest.len() - rest.trim_start().len();
    let rest = rest.trim_start();
    let word = rest.split(|c: char| c.is_whitespace() || c == ',').next().unwrap_or_default();
    let verb = match word {
        "allow" => Verb::Allow,
        "allow-file" => Verb::AllowFile,
        "" => return fail("this comment is addressed to rulec but does not say what to allow"),
        other => {
            let message = format!("rulec knows `allow` and `allow-file`, not `{other}`");
            return Err(SuppressionProblem { span: place(offset, offset + other.len()), message });
        }
    };
    let mut at = offset + word.len();
    let listed = &rest[word.len()..];
    let listed = &listed[..reason_start(listed)];
    let mut names = Vec::new();
    let mut tail = at + listed.len();
    for part in listed.split(',') {
        let name = part.trim();
        let start = at + part.len() - part.trim_start().len();
        at += part.len() + 1;
        if name.is_empty() {
            if listed.trim().is_empty() {
                return fail("no check is named");
            }
            return fail("a name is missing beside the comma");
        }
        let span = place(start, start + name.len());
        if name.contains(char::is_whitespace) {
            let message = format!("`{name}` is not the name of a check; separate names with commas");
            return Err(SuppressionProblem { span, message });
        }
        tail = start + name.len();
        names.push((name.to_owned(), span));
    }
    Ok(Comment { verb, names, tail: place(tail, comment.range().len()) })
}

/// Where ` -- reason` begins.
fn reason_start(text: &str) -> usize {
    let dashes = text.match_indices("--").map(|(at, _)| at);
    let mut starts = dashes.filter(|&at| at == 0 || text[..at].ends_with(char::is_whitespace));
    starts.next().unwrap_or(text.len())
}
