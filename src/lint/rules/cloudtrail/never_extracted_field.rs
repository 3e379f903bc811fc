//! `never-extracted-field`.

use crate::cloudtrail::fields::{self, Meaning, Pointer, Row, View};
use crate::cloudtrail::members::{self, Kind};
use crate::diag::{Check, Diagnostic, Edit, Fix};
use crate::lint::{Context, Lint, LintAtom, LintRule};
use crate::sema::ir::{Term, Test};
use crate::sema::requirements::Version;
use crate::source::Span;
use crate::syntax::ast::{Operand, OperandKind, Right, TextRange};
use memchr::memmem::Finder;
use std::sync::LazyLock;

crate::declare_check! {
    /// A field that the cloudtrail plugin has but never fills as its name says.
    ///
    /// ## What it does
    /// Reports conditions and outputs that use such a field, for plugin versions up to 0.17.1:
    ///
    /// - `ct.request.documentname` is always absent: the code that should read it looks for another spelling;
    /// - `ct.serviceeventdetails` and `ct.edgedevicedetails` are empty texts: records have objects there;
    /// - `ct.sessioncredentialfromconsole` is `false` whatever the record says: AWS writes the text `"true"`, and the
    ///   plugin only takes the JSON value `true`. The three can still be asked whether they exist.
    ///
    /// ## Why it matters
    /// A comparison with an absent field is never true, and an output shows `<NA>`. `json.value` reads the member itself.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Shell document run
    ///   desc: Someone ran a shell script through Systems Manager.
    ///   condition: ct.name = "SendCommand" and ct.request.documentname = "AWS-RunShellScript"
    ///   output: shell script run (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Shell document run
    ///   desc: Someone ran a shell script through Systems Manager.
    ///   condition: ct.name = "SendCommand" and json.value[/requestParameters/documentName] = "AWS-RunShellScript"
    ///   output: shell script run (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub NEVER_EXTRACTED_FIELD = "RC0426", "never-extracted-field", CloudTrail, Warning;
}

/// The newest plugin whose code was looked at.
const LOOKED_AT: Version = Version(0, 17, 1);

/// A field that holds nothing of the record.
struct Hollow {
    field: &'static str,
    /// What the plugin makes of it.
    is: &'static str,
    /// It is there if the member is.
    can_exist: bool,
    /// The member that would have been shown.
    member: Pointer,
}

static HOLLOW: LazyLock<Vec<Hollow>> = LazyLock::new(|| fields::rows().iter().filter_map(hollow).collect());

/// Those that are always absent, and what finds them in an output.
static ABSENT: LazyLock<Vec<(&Hollow, Finder<'static>)>> = LazyLock::new(|| {
    let absent = HOLLOW.iter().filter(|hollow| !hollow.can_exist);
    absent.map(|hollow| (hollow, Finder::new(hollow.field))).collect()
});

fn hollow(row: &'static Row) -> Option<Hollow> {
    let field = row.name;
    if let Meaning::Never { meant: Some(member) } = row.meaning {
        return Some(Hollow { field, is: "always absent", can_exist: false, member });
    }
    let (member, view) = row.member()?;
    let is = match (members::at(member)?.kind, view) {
        (Kind::Open, View::Text) => "always an empty text",
        (Kind::Text, View::Flag) => "always `false`",
        _ => return None,
    };
    Some(Hollow { field, is, can_exist: true, member })
}

/// The lint.
pub struct NeverExtractedField;

impl Lint for NeverExtractedField {
    fn check(&self) -> &'static Check {
        &NEVER_EXTRACTED_FIELD
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        if !rule.is_cloudtrail()
            || cx.environment.plugin_version("cloudtrail").is_some_and(|it| it > LOOKED_AT)
        {
            return;
        }
        for atom in &rule.atoms {
            let exists = matches!(atom.atom.test, Test::Exists);
            if let Some(hollow) = hollow_of(atom).filter(|hollow| !(exists && hollow.can_exist)) {
                let span = place(atom, hollow.field);
                let diagnostic = found(rule, cx, hollow, span);
                cx.report(diagnostic);
            }
        }
        // Of the others an output can say something.
        for (hollow, finder) in ABSENT.iter() {
            for text in &rule.view.info.output {
                if let Some(at) = finder.find(text.value.as_bytes()) {
                    let span = text.span_of(at..at + hollow.field.len());
                    let diagnostic = found(rule, cx, hollow, span);
                    cx.report(diagnostic);
                }
            }
        }
    }
}

fn found(rule: &LintRule<'_, '_>, cx: &Context<'_>, hollow: &Hollow, span: Span) -> Diagnostic {
    let message = format!("`{}` is {} (plugin cloudtrail {LOOKED_AT})", hollow.field, hollow.is);
    let text = format!("json.value[{}]", hollow.member);
    let mut diagnostic = Diagnostic::new(&NEVER_EXTRACTED_FIELD, span, message)
        .at(if hollow.can_exist { "whatever the record says" } else { "the plugin does not read it" })
        .help(format!("use `{text}`"));
    if cx.sources.slice(span) == hollow.field && rule.view.fields.field("json.value").is_some() {
        let title = format!("write `{text}`");
        diagnostic.fix = Some(Fix { title, edits: vec![Edit { span, text }], safe: false });
    }
    diagnostic
}

fn hollow_of(atom: &LintAtom<'_, '_>) -> Option<&'static Hollow> {
    let mut found = None;
    let mut look = |term: &Term| {
        term.fields(&mut |field| {
            // None of them is short; most fields are.
            if field.name.len() >= 20 {
                found = found.or_else(|| HOLLOW.iter().find(|hollow| hollow.field == &*field.name));
            }
        });
    };
    look(&atom.atom.left);
    if let Test::Term { term, .. } = &atom.atom.test {
        look(term);
    }
    found
}

fn place(atom: &LintAtom<'_, '_>, field: &str) -> Span {
    let check = atom.written.check;
    let right = match &check.right {
        Right::Operand(operand) => of_field(operand, field),
        _ => None,
    };
    match of_field(&check.left, field).or(right) {
        Some(place) => atom.written.text.locate(place).span,
        None => atom.span(),
    }
}

fn of_field(operand: &Operand<'_>, field: &str) -> Option<TextRange> {
    match &operand.kind {
        OperandKind::Field { name, .. } => (*name == field).then(|| operand.place.clone()),
        OperandKind::Call { args, .. } | OperandKind::List(args) => {
            args.iter().find_map(|arg| of_field(arg, field))
        }
        OperandKind::Const(_) => None,
    }
}
