//! `unknown-identity-type`.

use crate::cloudtrail::members;
use crate::diag::{Check, Diagnostic, Severity};
use crate::lint::event_names::equals;
use crate::lint::places::{one_of, rewrite};
use crate::lint::{Context, Lint, LintRule};
use crate::nearest::nearest;

crate::declare_check! {
    /// A kind of identity that CloudTrail does not know.
    ///
    /// ## What it does
    /// Reports a comparison of `ct.user.identitytype`, or of `userIdentity.type`, with a text that is none of the kinds
    /// AWS has: `Root`, `IAMUser`, `AssumedRole`, `Role`, `FederatedUser`, `Directory`, `AWSAccount`, `AWSService`,
    /// `IdentityCenterUser`, `SAMLUser`, `WebIdentityUser` and `Unknown`. In an exclusion it is only worth an info.
    ///
    /// ## Why it matters
    /// The comparison is never true.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Root user active
    ///   desc: The root user did something.
    ///   condition: ct.user.identitytype = "RootUser"
    ///   output: root active (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Root user active
    ///   desc: The root user did something.
    ///   condition: ct.user.identitytype = "Root"
    ///   output: root active (user=%ct.user ip=%ct.srcip region=%ct.region)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub UNKNOWN_IDENTITY_TYPE = "RC0430", "unknown-identity-type", CloudTrail, Warning;
}

/// The kind of an identity.
const TYPE: &str = "/userIdentity/type";

/// What else they are called.
const OTHER_WORDS: [(&str, &str); 7] = [
    ("rootuser", "Root"),
    ("rootaccount", "Root"),
    ("user", "IAMUser"),
    ("service", "AWSService"),
    ("account", "AWSAccount"),
    ("iamrole", "AssumedRole"),
    ("ssouser", "IdentityCenterUser"),
];

/// The lint.
pub struct UnknownIdentityType;

impl Lint for UnknownIdentityType {
    fn check(&self) -> &'static Check {
        &UNKNOWN_IDENTITY_TYPE
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        if !rule.is_cloudtrail() {
            return;
        }
        let Some(known) = members::at(TYPE) else { return };
        let known = || known.values.iter().copied();
        for atom in rule.atoms.iter().filter(|atom| atom.member == Some(TYPE)) {
            for (at, text) in equals(atom.atom).iter().enumerate() {
                // Letter case has a lint of its own, and so has what stands for absence.
                if text.is_empty() || &**text == "<NA>" || known().any(|kind| kind.eq_ignore_ascii_case(text))
                {
                    continue;
                }
                let word = OTHER_WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
                let meant = word.map(|&(_, kind)| kind).or_else(|| nearest(text, known()));
                let span = atom.place_of(at);
                let mut diagnostic = Diagnostic::new(
                    &UNKNOWN_IDENTITY_TYPE,
                    span,
                    format!("no identity has the type `{text}`"),
                )
                .at("no type of identity");
                diagnostic = match meant {
                    Some(meant) => {
                        diagnostic.fix = rewrite(cx, span, text, meant);
                        diagnostic.help(format!("did you mean `{meant}`?"))
                    }
                    None => diagnostic.help(format!("use {}", one_of(known()))),
                };
                if atom.excludes() {
                    diagnostic.severity = Severity::Info;
                    diagnostic.message.push_str(", so there is nothing to exclude");
                }
                cx.report(diagnostic);
            }
        }
    }
}
