//! Collection of findings in Falco's order, each with Falco's message.

use super::compiled::RuleOutcome;
use super::errors::Hints;
use crate::diag::{Diagnostic, FalcoCode, FalcoSays, Location};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::yaml;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// yaml-cpp's message for a node it cannot convert, after its position.
pub const BAD_CONVERSION: &str = "bad conversion";

/// The maximum number of searches among all names in one run.
const SEARCHES: usize = 50;

/// A step of Falco's context chain: the kind of thing, its name, and its start.
#[derive(Clone, Debug)]
pub struct ContextStep<'a> {
    /// For instance `rule condition`.
    pub item_type: &'static str,
    /// Name of the thing; may be empty.
    pub name: Cow<'a, str>,
    /// Its place; Falco shows the start.
    pub span: Span,
}

impl<'a> ContextStep<'a> {
    /// A step with this type, name and span.
    pub fn new(item_type: &'static str, name: impl Into<Cow<'a, str>>, span: Span) -> ContextStep<'a> {
        ContextStep { item_type, name: name.into(), span }
    }
}

/// A finding with Falco's message, before its context is complete.
#[derive(Debug)]
pub struct Fault<'a> {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// Falco's code; `None` if Falco crashes, and so reports nothing.
    pub code: Option<FalcoCode>,
    /// Falco's message.
    pub message: String,
    /// Steps below the item; `None` if Falco reports it at the document as a whole.
    pub steps: Option<Vec<ContextStep<'a>>>,
}

/// A value, or the first fault, at which Falco stops.
pub type FaultResult<'a, T = ()> = Result<T, Box<Fault<'a>>>;

/// The place in a condition, for the last step of a chain.
pub struct ConditionPlace<'t> {
    /// The text that Falco shows an excerpt of.
    pub text: &'t str,
    /// The text that `at` is an offset of.
    pub parsed: &'t str,
    /// Byte offset; `None` for findings that Falco reports without a position.
    pub at: Option<usize>,
}

/// The findings so far.
pub struct Report<'m> {
    sources: &'m SourceMap,
    /// In Falco's order.
    pub found: Vec<Diagnostic>,
    /// Falco's crash on an item, if any.
    pub crash: Option<Crash>,
    /// Suggestions for unknown fields.
    pub hints: Hints,
    errors: usize,
    /// Rules that Falco does not load: it refuses them, or skips them as they ask.
    broken: BTreeSet<String>,
    /// The remaining searches among the names of rules and macros.
    searches: usize,
    /// True if Falco's context and excerpts are wanted.
    in_context: bool,
}

/// A crash of Falco in place of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// Falco's message or behaviour.
    pub falco: String,
}

impl<'m> Report<'m> {
    /// An empty report on these files that records Falco's whole output.
    pub fn new(sources: &'m SourceMap) -> Report<'m> {
        Report {
            sources,
            found: Vec::new(),
            crash: None,
            hints: Hints::default(),
            errors: 0,
            broken: BTreeSet::new(),
            searches: SEARCHES,
            in_context: true,
        }
    }

    /// An empty report that records Falco's codes and messages but not its context, which only Falco's own format
    /// shows and which is longer than the rest of a finding.
    pub fn without_context(sources: &'m SourceMap) -> Report<'m> {
        Report { in_context: false, ..Report::new(sources) }
    }

    /// The number of findings for which Falco refuses the file.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// True if a finding so far keeps Falco from loading the rule.
    pub fn is_broken(&self, rule: &str) -> bool {
        self.broken.contains(rule)
    }

    /// Adds the kept result of an unchanged rule.
    pub fn recall(&mut self, rule: &str, outcome: &RuleOutcome) {
        self.found.extend(outcome.found.iter().cloned());
        self.errors += outcome.errors;
        if outcome.broken {
            self.broken.insert(rule.to_owned());
        }
    }

    /// The names of rules that Falco does not load.
    pub fn into_broken(self) -> BTreeSet<String> {
        self.broken
    }

    /// Records that the rule of this context is broken, if the finding breaks it.
    fn note(&mut self, base: &[ContextStep<'_>], code: Option<FalcoCode>) {
        let breaks = code.is_none_or(|code| code.is_error() || code == FalcoCode::UnknownFilter);
        if let Some(rule) = base.first().filter(|step| breaks && step.item_type == "rule") {
            self.broken.insert(rule.name.to_string());
        }
    }

    /// True while known names may be searched for a suggestion: a file with thousands of wrong names must not cost
    /// their product.
    pub fn may_search(&mut self) -> bool {
        self.searches = self.searches.saturating_sub(1);
        self.searches > 0
    }

    /// Adds a finding that Falco does not have.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Adds a finding that Falco does not have and that keeps it from loading this rule.
    pub fn refuse(&mut self, rule: &str, diagnostic: Diagnostic) {
        self.broken.insert(rule.to_owned());
        self.add(diagnostic);
    }

    /// Adds a finding of Falco's, in the context of `file` and `base`.
    pub fn fault(&mut self, file: FileId, base: &[ContextStep<'_>], fault: Fault<'_>) {
        self.note(base, fault.code);
        if !self.in_context {
            return self.push(fault, Vec::new(), None);
        }
        let mut context = vec![self.root(file)];
        if let Some(steps) = &fault.steps {
            context.extend(base.iter().chain(steps).map(|step| self.location(step)));
        }
        self.push(fault, context, None);
    }

    /// Adds a finding at a place in a condition: Falco adds the parser's position to that of the parent step.
    pub fn fault_in_condition(
        &mut self,
        file: FileId,
        base: &[ContextStep<'_>],
        fault: Fault<'_>,
        place: &ConditionPlace<'_>,
    ) {
        self.note(base, fault.code);
        if !self.in_context {
            return self.push(fault, Vec::new(), None);
        }
        let mut context = vec![self.root(file)];
        context.extend(base.iter().map(|step| self.location(step)));
        // Falco shows only the first error; the others need no copy of the condition.
        if self.errors > 0 {
            return self.push(fault, context, None);
        }
        let parent = context.last().cloned().unwrap_or_else(|| self.root(file));
        let (line, column) = place.at.map_or((0, 0), |at| falco_position(place.parsed, at));
        context.push(Location {
            item_type: "condition expression",
            item_name: String::new(),
            name: condition_excerpt(place.text),
            line: parent.line + line,
            column: parent.column + column,
            offset: parent.offset + place.at.unwrap_or(0),
        });
        self.push(fault, context, Some(place.text.to_owned()));
    }

    fn push(&mut self, mut fault: Fault<'_>, context: Vec<Location>, snippet_of: Option<String>) {
        if fault.message == BAD_CONVERSION {
            let at = self.location(&ContextStep::new("", "", fault.diagnostic.primary.span));
            fault.message = format!(
                "yaml-cpp: error at line {}, column {}: {BAD_CONVERSION}",
                at.line + 1,
                at.column + 1
            );
        }
        let Some(code) = fault.code else {
            // A crash ends the file as an error does.
            self.errors += 1;
            self.crash.get_or_insert(Crash { falco: fault.message });
            self.found.push(fault.diagnostic);
            return;
        };
        if code.is_error() {
            self.errors += 1;
        }
        let says = FalcoSays { code, message: fault.message, context, snippet_of, deprecated_field: None };
        self.found.push(fault.diagnostic.falco(says));
    }

    /// Sets the deprecated field of the last finding.
    pub fn deprecated_field(&mut self, field: &str) {
        if let Some(says) = self.found.last_mut().and_then(|last| last.falco.as_mut()) {
            says.deprecated_field = Some(field.to_owned());
        }
    }

    /// The files.
    pub fn sources(&self) -> &'m SourceMap {
        self.sources
    }

    fn root(&self, file: FileId) -> Location {
        Location {
            item_type: "rules content",
            item_name: String::new(),
            name: self.sources.file(file).name.clone(),
            line: 0,
            column: 0,
            offset: 0,
        }
    }

    fn location(&self, step: &ContextStep<'_>) -> Location {
        let file = self.sources.file(step.span.file);
        let mut offset = step.span.start as usize;
        if step.span.start == step.span.end {
            // yaml-cpp marks an empty node at the token that follows.
            offset = yaml::next_token(&file.text, offset);
        }
        let line = file.line_index(offset);
        // Falco counts from the start of the text after a byte-order mark.
        let mark = if file.text.starts_with('\u{feff}') { 3 } else { 0 };
        let start = file.line_starts().get(line).map_or(0, |&start| start as usize);
        let start = if line == 0 { start + mark } else { start };
        Location {
            item_type: step.item_type,
            item_name: step.name.clone().into_owned(),
            name: file.name.clone(),
            line,
            // At the end of the text yaml-cpp begins a line.
            column: if offset >= file.text.len() { 0 } else { offset.saturating_sub(start) },
            offset: offset.saturating_sub(mark),
        }
    }
}

/// Falco's 1-based line and column: CR and LF each end a line, columns count bytes.
fn falco_position(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let line = before.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count();
    let column = before.iter().rev().take_while(|byte| !matches!(byte, b'\r' | b'\n')).count();
    (line + 1, column + 1)
}

/// The condition in double quotes, cut to 20 characters, line breaks as spaces.
fn condition_excerpt(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    if bytes.len() > 20 {
        bytes.truncate(17);
        bytes.extend_from_slice(b"...");
    }
    format!("\"{}\"", String::from_utf8_lossy(&bytes).replace('\n', " "))
}
