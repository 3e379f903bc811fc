//! Updates the expectations of failed tests to the actual results. All other bytes of the file stay.

use super::Outcome;
use super::file::{Case, NodeStep, Parsed};
use crate::diag::Edit;
use crate::source::{SourceFile, Span};
use crate::syntax::yaml::{Node, Style, Value as Yaml};
use serde_json::Value;

/// The edits that make a failed test expect the actual result. The caller must check the result: an expectation
/// shared through an anchor, a field that the output lacks, or a list with comments between its brackets is not
/// changed.
pub fn edits(source: &SourceFile, parsed: &Parsed, outcome: &Outcome) -> Vec<Edit> {
    let mut edits = Vec::new();
    let case = &parsed.file.tests[outcome.index];
    Blesser { source, parsed, case, outcome, edits: &mut edits }.case();
    edits
}

struct Blesser<'b> {
    source: &'b SourceFile,
    parsed: &'b Parsed,
    case: &'b Case,
    outcome: &'b Outcome,
    edits: &'b mut Vec<Edit>,
}

impl Blesser<'_> {
    fn case(mut self) {
        let fired = &self.outcome.fired;
        let case = self.case;
        let mut exactly = case.exactly.is_some();
        if let Some(old) = &case.exactly
            && (old.iter().any(|name| !fired.contains(name)) || fired.iter().any(|name| !old.contains(name)))
        {
            self.list("exactly", "exactly", fired.clone());
        }
        if let Some(old) = &case.fires
            && old.iter().any(|name| !fired.contains(name))
        {
            // An empty list would expect nothing.
            let key = if fired.is_empty() && !exactly { "exactly" } else { "fires" };
            exactly |= key == "exactly";
            self.list("fires", key, fired.clone());
        }
        if let Some(old) = &case.silent
            && old.iter().any(|name| fired.contains(name))
        {
            let rest: Vec<String> = old.iter().filter(|name| !fired.contains(name)).cloned().collect();
            match rest.is_empty() && !exactly {
                true => self.list("silent", "exactly", fired.clone()),
                false => self.list("silent", "silent", rest),
            }
        }
        for (name, expected) in &case.output {
            if let Some(alert) = self.outcome.said.get(name)
                && alert.output != *expected
                && self.failed(&["output", name])
            {
                self.scalar(&["output", name], &Value::from(alert.output.as_str()));
            }
        }
        for (name, fields) in &case.output_fields {
            let Some(alert) = self.outcome.said.get(name) else { continue };
            for key in fields.keys() {
                if self.failed(&["output_fields", name, key])
                    && let Some((_, value)) = alert.fields.iter().find(|(field, _)| field == key)
                {
                    self.scalar(&["output_fields", name, key], value);
                }
            }
        }
    }

    fn path<'p>(&self, keys: &[&'p str]) -> Vec<NodeStep<'p>> {
        let inside = keys.iter().map(|key| NodeStep::Key(key));
        [NodeStep::Key("tests"), NodeStep::At(self.outcome.index)].into_iter().chain(inside).collect()
    }

    fn pair(&self, keys: &[&str]) -> Option<&(Node, Node)> {
        let (last, before) = keys.split_last()?;
        self.parsed.pair(&self.path(before), last)
    }

    /// Updates an unmet expectation with this key.
    fn failed(&self, keys: &[&str]) -> bool {
        let span = self.pair(keys).map(|(key, _)| key.span);
        self.outcome.failures.iter().any(|failure| Some(failure.span) == span)
    }

    fn edit(&mut self, span: Span, text: impl Into<String>) {
        self.edits.push(Edit { span, text: text.into() });
    }

    fn scalar(&mut self, keys: &[&str], value: &Value) {
        let Some((_, node)) = self.pair(keys) else { return };
        let is_block = |style| matches!(style, Style::Literal | Style::Folded);
        let span = match &node.value {
            // The text of a block scalar ends where the next line begins.
            Yaml::Scalar(scalar) if is_block(scalar.style) => {
                let text = &self.source.text[node.span.range()];
                let end = node.span.start as usize + text.trim_end_matches(['\n', '\r', ' ']).len();
                Span::new(node.span.file, node.span.start as usize, end)
            }
            Yaml::Scalar(_) => node.span,
            Yaml::Null if !node.span.range().is_empty() => node.span,
            _ => return,
        };
        self.edit(span, quoted(value));
    }

    /// Sets the list of `key` to `names`, and renames the key to `new_key`.
    fn list(&mut self, key: &str, new_key: &str, names: Vec<String>) {
        let Some((key_node, node)) = self.pair(&[key]) else { return };
        let Yaml::Seq(items) = &node.value else { return };
        if items.iter().any(|item| matches!(item.value, Yaml::Shared(_))) {
            return;
        }
        let (key_span, span, items) = (key_node.span, node.span, items.clone());
        let text = &self.source.text;
        if text[span.range()].starts_with('[') {
            let between = items.iter().fold(text[span.range()].to_owned(), |text, item| {
                text.replacen(&self.source.text[item.span.range()], "", 1)
            });
            if between.contains('#') {
                return;
            }
            self.edit(span, flow(&names));
        } else {
            self.block(key_span, &items, &names);
        }
        if key != new_key {
            self.edit(key_span, new_key);
        }
    }

    fn block(&mut self, key: Span, items: &[Node], names: &[String]) {
        let text = &*self.source.text;
        let name =
            |item: &Node| item.as_scalar().map(|scalar| scalar.text.value.to_string()).unwrap_or_default();
        let new: Vec<&String> =
            names.iter().filter(|new| !items.iter().any(|item| name(item) == **new)).collect();
        for item in items.iter().filter(|item| !names.contains(&name(item))) {
            let (start, end) = (item.span.start as usize, item.span.end as usize);
            let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
            let rest = text[end..].split(['\n', '\r']).next().unwrap_or_default();
            // A comment after the name stays, on a line of its own.
            let (from, to) = match rest.trim().is_empty() {
                true => (line.saturating_sub(1), end + rest.len()),
                false => {
                    (text[..start].rfind('-').unwrap_or(start), end + rest.len() - rest.trim_start().len())
                }
            };
            let from = if text[..from].ends_with('\r') { from - 1 } else { from };
            self.edit(Span::new(item.span.file, from, to), "");
        }
        if names.is_empty() {
            let end = key.end as usize;
            let colon = text[end..].find(':').map_or(end, |at| end + at + 1);
            self.edit(Span::point(key.file, colon), " []");
        }
        if let (Some(last), false) = (items.last(), new.is_empty()) {
            let (start, end) = (last.span.start as usize, last.span.end as usize);
            let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
            let indent = text[line..start].split('-').next().unwrap_or_default();
            let rest = text[end..].find(['\n', '\r']).unwrap_or(text.len() - end);
            let line_break = if text[..line].ends_with("\r\n") { "\r\n" } else { "\n" };
            let lines: String =
                new.iter().map(|name| format!("{line_break}{indent}- {}", plain(name))).collect();
            self.edit(Span::point(key.file, end + rest), lines);
        }
    }
}

fn flow(names: &[String]) -> String {
    format!("[{}]", names.iter().map(|name| plain(name)).collect::<Vec<_>>().join(", "))
}

/// A name, quoted only if necessary.
pub(super) fn plain(name: &str) -> String {
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '(' | ')');
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.ends_with(' ');
    let is_text = serde_yaml::from_str::<Value>(name).is_ok_and(|value| value.as_str() == Some(name));
    match is_word && name.chars().all(is_plain) && is_text {
        true => name.to_owned(),
        false => quoted(&Value::from(name)),
    }
}

/// A value in double quotes or as JSON, which is valid YAML once every character that YAML does not allow unescaped
/// is escaped.
pub(super) fn quoted(value: &Value) -> String {
    let special = |c: char| {
        matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    let json = value.to_string();
    json.chars().map(|c| if special(c) { format!("\\u{:04x}", c as u32) } else { c.to_string() }).collect()
}
