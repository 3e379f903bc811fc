//! `read-only-noise`.

use crate::diag::{Check, Diagnostic};
use crate::lint::event_names::{compared, equals, reads_source};
use crate::lint::rules::checks::{CASE_MISMATCH, EVENT_SOURCE_MISMATCH, UNKNOWN_EVENT_NAME};
use crate::lint::{Context, Lint, LintRule};
use crate::sema::ir::Priority;
use crate::source::Span;

crate::declare_check! {
    /// A rule that raises a warning, or worse, for calls that only read.
    ///
    /// ## What it does
    /// Reports an enabled rule of priority `WARNING` or above that fires on every call of a name such as `ListBuckets` or
    /// `DescribeInstances`, or on every read-only event. Rules that narrow it to some caller, address or object, that
    /// ask for failed calls, or for calls that hand out secrets (`GetSecretValue`) are left alone.
    ///
    /// ## Why it matters
    /// Consoles, dashboards and scanners make such calls all day. What is reported all day is not read.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Buckets listed
    ///   desc: Someone listed the buckets.
    ///   condition: ct.src = "s3.amazonaws.com" and ct.name = "ListBuckets"
    ///   output: buckets listed (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Buckets listed by root
    ///   desc: The root user listed the buckets.
    ///   condition: ct.src = "s3.amazonaws.com" and ct.name = "ListBuckets" and ct.user.identitytype = "Root"
    ///   output: buckets listed (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub READ_ONLY_NOISE = "RC0431", "read-only-noise", CloudTrail, Info
        yields_to [CASE_MISMATCH, EVENT_SOURCE_MISMATCH, UNKNOWN_EVENT_NAME];
}

/// How names of calls begin that only read.
const READS: [&str; 7] = ["Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet"];

/// Calls that read what is worth a warning: secrets, credentials, data, or everything there is.
const TELLING: [&str; 12] = [
    "Secret",
    "Password",
    "Token",
    "Credential",
    "Parameter",
    "Object",
    "AuthorizationDetails",
    "CallerIdentity",
    "ConsoleScreenshot",
    "ConsoleOutput",
    "Item",
    "Record",
];

/// The lint.
pub struct ReadOnlyNoise;

impl Lint for ReadOnlyNoise {
    fn check(&self) -> &'static Check {
        &READ_ONLY_NOISE
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let Some((span, what)) = noise(rule, cx) else { return };
        let priority = rule.rule.priority.name();
        let message = format!("rule `{}` has priority {priority} and fires on {what}", rule.rule.name);
        let diagnostic = Diagnostic::new(&READ_ONLY_NOISE, span, message)
            .at("a call that only reads")
            .help("lower the priority, or say whose calls matter");
        cx.report(diagnostic);
    }
}

/// Where and what a rule fires on too often.
fn noise(rule: &LintRule<'_, '_>, cx: &Context<'_>) -> Option<(Span, String)> {
    let of_weight = rule.rule.priority <= Priority::Warning && rule.rule.enabled && rule.is_cloudtrail();
    if !of_weight || !rule.atoms.iter().all(|atom| is_broad(atom.atom)) {
        return None;
    }
    let mut names = rule.name_tests(cx.environment).names.iter().filter(|name| !name.excluded).peekable();
    if names.peek().is_none() {
        let reads = |atom: &&crate::lint::LintAtom<'_, '_>| {
            atom.member == Some("/readOnly")
                && !atom.excludes()
                && equals(atom.atom).iter().any(|value| &**value == "true")
        };
        let atom = rule.atoms.iter().find(reads).filter(|_| !rule.wants_failures())?;
        return Some((atom.span(), "all calls that only read".to_owned()));
    }
    let name = names.find(|name| only_reads(name.name)).filter(|_| !rule.wants_failures())?;
    Some((rule.atoms[name.atom].place_of(name.at), format!("every `{}`", name.name)))
}

/// It does not narrow the events to some caller, address or object.
fn is_broad(atom: &crate::sema::ir::Atom) -> bool {
    let broad = |path| {
        matches!(
            path,
            "/eventName" | "/errorCode" | "/readOnly" | "/managementEvent" | "/eventType" | "/eventCategory"
        )
    };
    reads_source(atom).is_some() || compared(atom).is_some_and(broad)
}

fn only_reads(name: &str) -> bool {
    let reads = READS.iter().any(|verb| {
        name.strip_prefix(verb).is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
    });
    reads && !TELLING.iter().any(|part| name.contains(part))
}
