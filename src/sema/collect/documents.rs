//! Reading documents: each item is passed to the reader of its kind.

use super::collector::Collector;
use super::{ErrorPolicy, rules};
use crate::sema::errors;
use crate::sema::report::{ContextStep, FaultResult};
use crate::source::Span;
use crate::syntax::items::{Item, ItemKind};
use crate::syntax::yaml::{Document, Node, Value};

impl<'a> Collector<'_, 'a, '_> {
    pub(super) fn document(&mut self, document: &'a Document, policy: ErrorPolicy) {
        let source = self.report.sources().file(self.file);
        let complex = crate::syntax::yaml::complex_key(source, document);
        if let Some(error) = &complex {
            self.report.fault(self.file, &[], errors::complex_key(error));
            if policy == ErrorPolicy::First {
                return;
            }
        }
        let root = &document.root;
        let elements = match root.value() {
            Value::Null => return,
            Value::Seq(elements) => elements,
            Value::Map(_) | Value::Scalar(_) | Value::Shared(_) => {
                self.report.fault(self.file, &[], errors::not_rules(root));
                return;
            }
        };
        for element in elements {
            let before = self.report.errors();
            let told = self.report.found.len();
            self.element(element);
            if let Some(key) = complex.as_ref().filter(|key| element.span.contains(key.span)) {
                // Other errors around the key follow from it.
                let more = self.report.found.split_off(told);
                let follows = |at: Span| at != element.span && at.contains(key.span);
                self.report.found.extend(more.into_iter().filter(|it| !follows(it.primary.span)));
            }
            if policy == ErrorPolicy::First && self.report.errors() > before {
                return;
            }
        }
    }

    fn element(&mut self, node: &'a Node) {
        if matches!(node.value(), Value::Null) {
            return;
        }
        let Some(item) = Item::new(node) else {
            let base = [ContextStep::new("rules content item", "", node.span)];
            self.report.fault(self.file, &base, errors::not_an_item(node));
            return;
        };
        let Some(kind) = item.kind() else {
            let base = [ContextStep::new("rules content item", "", node.span)];
            self.report.fault(self.file, &base, errors::unknown_item(item));
            return;
        };
        if self.collected.first_override.is_none() {
            self.collected.first_override = item.key_span("override");
        }
        let (base, outcome) = match kind {
            ItemKind::EngineVersion => {
                (vec![ContextStep::new("required_engine_version", "", node.span)], self.engine_version(item))
            }
            ItemKind::PluginVersions => {
                let span = item.get(kind.key()).map_or(node.span, |value| self.mark(item, kind.key(), value));
                (vec![ContextStep::new("required plugin versions", "", span)], self.plugin_versions(item))
            }
            ItemKind::List | ItemKind::Macro | ItemKind::Rule => self.named(item, kind),
        };
        let refused = outcome.is_err();
        if let Err(fault) = outcome {
            self.report.fault(self.file, &base, *fault);
            if kind == ItemKind::Macro {
                // Uses of the macro are not reported.
                self.collected
                    .broken_macros
                    .extend(item.text(kind.key()).ok().map(|name| name.value.to_string()));
            }
        }
        for (key, _) in item.entries {
            if crate::syntax::items::key_text(key).is_some_and(|key| kind.keys().contains(&key)) {
                continue;
            }
            // Falco checks the keys only of items it could read, but a misspelt key is often the reason why it could
            // not.
            let fault = errors::unknown_key(key, kind);
            if refused {
                self.report.add(fault.diagnostic);
            } else {
                self.report.fault(self.file, &base, fault);
            }
        }
        self.duplicate_keys(item.node);
    }

    /// yaml-cpp's mark of a value: a block sequence begins at its first dash.
    fn mark(&self, item: Item<'a>, key: &str, value: &Node) -> Span {
        let text = &self.report.sources().file(self.file).text;
        let from = item.key_span(key).map_or(value.span.start, |key| key.end) as usize;
        let between = text.get(from..value.span.start as usize).unwrap_or_default();
        match between.rfind('-') {
            Some(dash) => Span { start: (from + dash) as u32, ..value.span },
            None => value.span,
        }
    }

    fn named(&mut self, item: Item<'a>, kind: ItemKind) -> (Vec<ContextStep<'a>>, FaultResult<'a>) {
        let item_type = kind.key();
        let name = match item.text(kind.key()) {
            Ok(name) => name,
            Err(problem) => {
                return (
                    vec![ContextStep::new(item_type, "", item.node.span)],
                    Err(errors::key(problem, kind)),
                );
            }
        };
        let base = vec![ContextStep::new(item_type, &*name.value, item.node.span)];
        let outcome = match kind {
            ItemKind::List => self.list(item, name, &base),
            ItemKind::Macro => self.macro_(item, name, &base),
            _ => rules::read(self, item, name, &base),
        };
        (base, outcome)
    }

    /// Reports duplicate keys. Falco uses the first without a message.
    fn duplicate_keys(&mut self, node: &'a Node) {
        // The target of an alias is checked where it is defined.
        let inside = |part: &Node| node.span.contains(part.span);
        if let Value::Seq(elements) = node.value() {
            elements
                .iter()
                .filter(|element| inside(element))
                .for_each(|element| self.duplicate_keys(element));
        }
        let Value::Map(entries) = node.value() else { return };
        let mut seen: Vec<(&str, Span)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            if inside(value) {
                self.duplicate_keys(value);
            }
            let Some(text) = crate::syntax::items::key_text(key) else { continue };
            match seen.iter().find(|(name, _)| *name == text) {
                Some(&(_, first)) => self.report.add(errors::duplicate_key(key, text, first)),
                // A mapping of thousands of keys is no item; the search must not become quadratic.
                None if seen.len() < 64 => seen.push((text, key.span)),
                None => {}
            }
        }
    }
}
