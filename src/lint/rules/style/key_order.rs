//! `key-order`

use crate::diag::Diagnostic;
use crate::lint::{Context, Lint};
use crate::syntax::items::{Item, ItemKind, RULE_ORDER, key_text};

crate::declare_check! {
    /// The keys of a rule are not in the usual order.
    ///
    /// ## What it does
    /// Reports rules whose `rule`, `desc`, `condition`, `output`, `priority` and `tags` come in another order. All other keys may
    /// stand anywhere among them.
    ///
    /// ## Why it matters
    /// Readers know where to look. Falco does not care.
    ///
    /// The order is that of Falco's [style guide](https://falco.org/docs/concepts/rules/style-guide/).
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   condition: ct.name = StopLogging
    ///   desc: Someone stopped a trail.
    ///   tags: [aws]
    ///   priority: WARNING
    ///   output: trail stopped (user=%ct.user)
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   tags: [aws]
    ///   source: aws_cloudtrail
    /// ```
    pub KEY_ORDER = "RC0603", "key-order", Style, Info;
}

/// See [`KEY_ORDER`].
pub struct KeyOrder;

impl Lint for KeyOrder {
    fn check(&self) -> &'static crate::diag::Check {
        &KEY_ORDER
    }

    fn item(&self, item: Item<'_>, cx: &mut Context<'_>) {
        if item.kind() != Some(ItemKind::Rule) {
            return;
        }
        let mut last = 0;
        for (key, _) in item.entries {
            let text = key_text(key).unwrap_or_default();
            let Some(place) = RULE_ORDER.iter().position(|known| *known == text) else { continue };
            if place < last {
                let message = format!("`{text}` usually comes before `{}`", RULE_ORDER[last]);
                let order = "the order is `rule`, `desc`, `condition`, `output`, `priority`, `tags`";
                cx.report(Diagnostic::new(&KEY_ORDER, key.span, message).help(order));
                return;
            }
            last = place;
        }
    }
}
