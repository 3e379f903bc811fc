//! Diagnostics as data: what was found, where, and how to mend it. Only `render` and `lsp` turn them into text.

mod falco_code;

pub use falco_code::FalcoCode;

use crate::source::Span;
use std::fmt;

/// How bad a finding is, by consequence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// It could be better.
    Info,
    /// It will not do what was meant.
    Warning,
    /// Falco refuses it.
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

/// What a check is about; also the heading it is listed under.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Group {
    /// The file as YAML.
    Yaml,
    /// Items and their keys.
    Items,
    /// Condition and output syntax.
    Syntax,
    /// Names of rules, macros, lists and exceptions.
    Names,
    /// Fields, operators and values.
    Types,
    /// Engine and plugin requirements.
    Requirements,
    /// The condition does not do what it says.
    Correctness,
    /// The condition asks for what CloudTrail does not write.
    CloudTrail,
    /// It does not work on every engine, or not for long.
    Portability,
    /// It costs more than it must.
    Performance,
    /// It could be said better.
    Style,
    /// What a benchmark asks for is not detected.
    Coverage,
    /// About rulec itself: suppressions and configuration.
    Meta,
}

impl Group {
    /// The kebab-case name.
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
    /// Kebab-case name, the identity: it is the page, the config key and the suppression.
    pub name: &'static str,
    /// Stable opaque code, `RC0000`, never reused.
    pub code: &'static str,
    /// Group.
    pub group: Group,
    /// Default severity.
    pub severity: Severity,
    /// Falco's own code for the same finding, if it has one.
    pub falco: Option<FalcoCode>,
    /// False for a check whose findings are shown only where a level asks for them.
    pub on: bool,
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
/// finding, and `off` at the end keeps its findings back.
macro_rules! declare_check {
    ($($(#[doc = $doc:literal])+ $vis:vis $ident:ident = $code:literal, $name:literal, $group:ident, $severity:ident $(=> $falco:ident)? $(, $off:ident)?;)+) => {
        $(
            $(#[doc = $doc])+
            $vis static $ident: $crate::diag::Check = $crate::diag::Check {
                name: $name,
                code: $code,
                group: $crate::diag::Group::$group,
                severity: $crate::diag::Severity::$severity,
                falco: $crate::declare_check!(@falco $($falco)?),
                on: $crate::declare_check!(@on $($off)?),
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

/// A place with a few words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
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
    /// What it does, imperative.
    pub title: String,
    /// Edits that do not overlap.
    pub edits: Vec<Edit>,
    /// True if the fix cannot change what a loaded rule means; only these are applied by `--fix`.
    pub safe: bool,
}

/// Falco's own words for a finding, for `falco-json`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FalcoSays {
    /// Its code.
    pub code: FalcoCode,
    /// Its message, verbatim.
    pub message: String,
    /// Its context chain, from the file down to the place.
    pub context: Vec<Location>,
    /// Text that Falco takes the snippet from when it is not the file: a condition or output.
    pub snippet_of: Option<String>,
    /// The deprecated field a warning is about.
    pub deprecated_field: Option<String>,
}

/// One step of Falco's context chain. Numbers are Falco's: 0-based, columns in bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    /// For instance `rule condition`.
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

/// A finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Which check.
    pub check: &'static Check,
    /// Severity after levels were applied.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// The place.
    pub primary: Label,
    /// Other places that matter.
    pub labels: Vec<Label>,
    /// What to do, imperative.
    pub help: Option<String>,
    /// A change that mends it.
    pub fix: Option<Fix>,
    /// Falco's own finding, when Falco has one here.
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

    /// Puts other spans in the place of all of its own.
    pub fn map_spans(&mut self, map: &impl Fn(Span) -> Span) {
        self.primary.span = map(self.primary.span);
        self.labels.iter_mut().for_each(|label| label.span = map(label.span));
        let edits = self.fix.iter_mut().flat_map(|fix| &mut fix.edits);
        edits.for_each(|edit| edit.span = map(edit.span));
    }

    /// Sets the words at the place.
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

    /// Attaches what Falco says.
    pub fn falco(mut self, says: FalcoSays) -> Diagnostic {
        self.falco = Some(Box::new(says));
        self
    }

    /// Order for showing: by file, place, then code.
    pub fn sort_key(&self) -> (u32, u32, u32, &'static str) {
        let span = self.primary.span;
        (span.file.0, span.start, span.end, self.check.code)
    }
}
