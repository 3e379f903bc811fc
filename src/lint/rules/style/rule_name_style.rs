//! `rule-name-style`

use crate::diag::Diagnostic;
use crate::lint::{Context, Lint};
use crate::syntax::items::{Item, ItemKind};

crate::declare_check! {
    /// A name is not written as the style guide wants it.
    ///
    /// ## What it does
    /// Reports rules whose name does not begin with an upper-case letter, and macros and lists whose name is not in lower
    /// case with underscores. Off by default.
    ///
    /// ## Why it matters
    /// The form of a name tells what it is. Falco does not care.
    ///
    /// The forms are those of Falco's [style guide](https://falco.org/docs/concepts/rules/style-guide/).
    ///
    /// ## Avoid
    /// ```yaml
    /// - macro: TrailStopped
    ///   condition: ct.name = StopLogging
    ///
    /// - rule: trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: TrailStopped
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - macro: trail_stopped
    ///   condition: ct.name = StopLogging
    ///
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: trail_stopped
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub RULE_NAME_STYLE = "RC0604", "rule-name-style", Style, Info, off;
}

/// See [`RULE_NAME_STYLE`].
pub struct RuleNameStyle;

impl Lint for RuleNameStyle {
    fn check(&self) -> &'static crate::diag::Check {
        &RULE_NAME_STYLE
    }

    fn item(&self, item: Item<'_>, cx: &mut Context<'_>) {
        let (Some(kind), None, None) = (item.kind(), item.get("override"), item.get("append")) else {
            return;
        };
        let Ok(name) = item.text(kind.key()) else { return };
        let lower = |c: char| c.is_lowercase() || c.is_ascii_digit() || c == '_';
        let wanted = match kind {
            ItemKind::Rule if !name.value.starts_with(char::is_uppercase) => {
                "an upper-case letter at its beginning"
            }
            ItemKind::Macro | ItemKind::List if !name.value.chars().all(lower) => {
                "lower case and underscores"
            }
            _ => return,
        };
        let message = format!("the name of a {} wants {wanted}", kind.key());
        cx.report(Diagnostic::new(&RULE_NAME_STYLE, name.span, message));
    }
}
