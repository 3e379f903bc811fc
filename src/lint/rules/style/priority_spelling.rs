//! `priority-spelling`

use crate::diag::Diagnostic;
use crate::lint::{Context, Lint};
use crate::sema::ir::Priority;
use crate::syntax::items::{Item, ItemKind};

crate::declare_check! {
    /// A priority is not written in upper case.
    ///
    /// ## What it does
    /// Reports priorities in other than upper-case letters, such as `Warning` or `notice`.
    ///
    /// ## Why it matters
    /// Falco reads them in any case. In one spelling they are found by a plain search, as in all rules that Falco ships.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: trail stopped (user=%ct.user)
    ///   priority: Warning
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub PRIORITY_SPELLING = "RC0606", "priority-spelling", Style, Info;
}

/// See [`PRIORITY_SPELLING`].
pub struct PrioritySpelling;

impl Lint for PrioritySpelling {
    fn check(&self) -> &'static crate::diag::Check {
        &PRIORITY_SPELLING
    }

    fn item(&self, item: Item<'_>, cx: &mut Context<'_>) {
        if item.kind() != Some(ItemKind::Rule) {
            return;
        }
        let Ok(Some(priority)) = item.optional_text("priority") else { return };
        let lower = priority.value.bytes().any(|byte| byte.is_ascii_lowercase());
        // An alias stands for text in another place.
        if !lower || Priority::parse(&priority.value).is_none() || !item.node.span.contains(priority.span) {
            return;
        }
        let upper = priority.value.to_ascii_uppercase();
        let place = priority.span_of(0..priority.value.len());
        let message = format!("priority `{}` is usually written `{upper}`", priority.value);
        let mut found = Diagnostic::new(&PRIORITY_SPELLING, place, message).help(format!("write `{upper}`"));
        if *cx.sources.slice(place) == *priority.value {
            found = found.fix(format!("write `{upper}`"), place, upper);
        }
        cx.report(found);
    }
}
