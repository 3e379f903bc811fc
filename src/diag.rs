//! Diagnostics as data: what was found, where, and how to mend it. Only `render` and `lsp` turn them into text.

mod falco_code;

pub use falco_code::FalcoCode;

use crate::source::Span;
use std::fmt;

/// Severity of a finding, by its consequence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The rule could be better.
    Info,
    /// The rule does not do what its author meant.
    Warning,
    /// Falco refuses the file.
    Error,
}

impl Severity {
    /// `error`, `warning` or `info`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Subject of a check, and the heading it is listed under.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Group {
    /// The YAML of the file.
    Yaml,
    /// Items of a rules file and their keys.
    Items,
    /// Condition and output syntax.
    Syntax,
    /// Names of rules, macros, lists and exceptions.
    Names,
    /// Fields, operators and values.
    Types,
    /// Engine and plugin requirements.
    Requirements,
    /// Conditions that do not do what they seem to.
    Correctness,
    /// Conditions on what CloudTrail never writes.
    CloudTrail,
    /// Rules that not every engine loads, or not for much longer.
    Portability,
    /// Conditions that cost more than they must.
    Performance,
    /// Clearer ways to write the same.
    Style,
    /// Events of a benchmark that no rule covers.
    Coverage,
    /// Suppressions and configuration of rulec itself.
    Meta,
}

impl Group {
    /// The name in kebab case.
    pub fn name(self) -> &'static str {
        match self {
            Group::Yaml => "yaml",
            Group::Items => "items",
            Group::Syntax => "syntax",
            Group::Names => "names",
            Group::Types => "types",
            Group::Requirements => "requirements",
            Group::Correctness => "correctness",
            Group::CloudTrail => "cloudtrail",
            Group::Portability => "portability",
            Group::Performance => "performance",
            Group::Style => "style",
            Group::Coverage => "coverage",
            Group::Meta => "meta",
        }
    }
}

/// One entry of the catalogue: a kind of finding, with its name, code and page.
///
/// Declared with [`declare_check!`](crate::declare_check); the doc comment is the page.
#[derive(Debug)]
pub struct Check {
    /// The name in kebab case: its page, its key in rulec.toml, and the word of a suppression.
    pub name: &'static str,
    /// A stable code such as `RC0101`, never used again.
    pub code: &'static str,
    /// The heading it is listed under.
    pub group: Group,
    /// Default severity.
    pub severity: Severity,
    /// Falco's own code for the same finding, if it has one.
    pub falco: Option<FalcoCode>,
    /// False for a check whose findings are shown only if a level is set for it.
    pub on: bool,
    /// Checks that say more about the same place: a finding that overlaps one of theirs is dropped.
    pub yields_to: &'static [&'static Check],
    /// The page: Markdown with the headings *What it does*, *Why it matters*, *Avoid*, *Prefer*.
    pub docs: &'static str,
}

impl Check {
    /// The first line of the page: the check in one sentence.
    pub fn summary(&self) -> &'static str {
        self.docs.trim_start().lines().next().unwrap_or_default().trim()
    }
}

impl PartialEq for &'static Check {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

/// Declares checks. The doc comment's first line is the summary, the rest the page; `=>` names Falco's code for the same
/// finding, `yields_to [A, B]` the checks that say more about the same place, and `off` at the end hides its findings
/// unless a level is set.
macro_rules! declare_check {
    ($($(#[doc = $doc:literal])+ $vis:vis $ident:ident = $code:literal, $name:literal, $group:ident, $severity:ident $(=> $falco:ident)? $(yields_to [$($over:ident),+ $(,)?])? $(, $off:ident)?;)+) => {
        $(
            $(#[doc = $doc])+
            $vis static $ident: $crate::diag::Check = $crate::diag::Check {
                name: $name,
                code: $code,
                group: $crate::diag::Group::$group,
                severity: $crate::diag::Severity::$severity,
                falco: $crate::declare_check!(@falco $($falco)?),
                on: $crate::declare_check!(@on $($off)?),
                yields_to: &[$($(&$over),+)?],
                docs: concat!($($doc, "\n"),+),
            };
        )+
        /// Every check declared in this file, in order.
        #[allow(dead_code)]
        pub static CHECKS: &[&$crate::diag::Check] = &[$(&$ident),+];
    };
    (@on) => { true };
    (@on off) => { false };
    (@falco) => { None };
    (@falco $falco:ident) => { Some($crate::diag::FalcoCode::$falco) };
}

pub(crate) use declare_check;

/// A span with a few words about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words shown at the place; may be empty.
    pub text: String,
}

/// One replacement of text in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// A change that mends a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Edits that do not overlap.
    pub edits: Vec<Edit>,
    /// True if the fix cannot change what a loaded rule means; only these are applied by `--fix`.
    pub safe: bool,
}

/// What Falco reports for the same finding, as `falco-json` shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FalcoSays {
    /// Its code.
    pub code: FalcoCode,
    /// Its message, verbatim.
    pub message: String,
    /// Its context chain, from the file down to the place.
    pub context: Vec<Location>,
    /// The condition or output that Falco cuts its snippet from; `None` if it cuts it from the file.
    pub snippet_of: Option<String>,
    /// The deprecated field, for a warning about one.
    pub deprecated_field: Option<String>,
}

/// One step of Falco's context chain. Numbers are Falco's: 0-based, columns in bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    /// The kind of thing, such as `rule condition`.
    pub item_type: &'static str,
    /// Name of the item; may be empty.
    pub item_name: String,
    /// File name, or the excerpt of a condition.
    pub name: String,
    /// 0-based line.
    pub line: usize,
    /// 0-based column in bytes.
    pub column: usize,
    /// 0-based byte offset.
    pub offset: usize,
}

/// A finding of a check at a place in the files.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The check that found it.
    pub check: &'static Check,
    /// The severity: that of the check, or of the level set for it.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// The place.
    pub primary: Label,
    /// Other places that matter.
    pub labels: Vec<Label>,
    /// What to do, in the imperative.
    pub help: Option<String>,
    /// A change that mends it.
    pub fix: Option<Fix>,
    /// Falco's own finding, if Falco reports one here.
    pub falco: Option<Box<FalcoSays>>,
}

impl Diagnostic {
    /// A finding of `check` at `span`.
    pub fn new(check: &'static Check, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            check,
            severity: check.severity,
            message: message.into(),
            primary: Label { span, text: String::new() },
            labels: Vec::new(),
            help: None,
            fix: None,
            falco: None,
        }
    }

    /// Replaces every span, those of the fix included.
    pub fn map_spans(&mut self, map: &impl Fn(Span) -> Span) {
        self.primary.span = map(self.primary.span);
        self.labels.iter_mut().for_each(|label| label.span = map(label.span));
        let edits = self.fix.iter_mut().flat_map(|fix| &mut fix.edits);
        edits.for_each(|edit| edit.span = map(edit.span));
    }

    /// Sets the words shown at the place.
    pub fn at(mut self, text: impl Into<String>) -> Diagnostic {
        self.primary.text = text.into();
        self
    }

    /// Adds another place.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Sets the help.
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help = Some(text.into());
        self
    }

    /// Sets a safe fix that replaces `span` by `text`.
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Diagnostic {
        let edits = vec![Edit { span, text: text.into() }];
        self.fix = Some(Fix { title: title.into(), edits, safe: true });
        self
    }

    /// Attaches Falco's own finding.
    pub fn falco(mut self, says: FalcoSays) -> Diagnostic {
        self.falco = Some(Box::new(says));
        self
    }

    /// Key for the order of findings: file, place, code.
    pub fn sort_key(&self) -> (u32, u32, u32, &'static str) {
        let span = self.primary.span;
        (span.file.0, span.start, span.end, self.check.code)
    }
}
