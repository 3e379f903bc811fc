//! Reading one rule item: a full definition, or a change to a rule.

use super::ErrorPolicy;
use super::changes::{Overriding, defined_keys, enable, key, legacy_append, priority};
use super::collector::Collector;
use super::definitions::RuleInfo;
use super::overrides::overrides;
use crate::sema::errors;
use crate::sema::exceptions;
use crate::sema::report::{ContextStep, Fault, FaultResult};
use crate::source::{Span, Text};
use crate::syntax::items::{Item, ItemKind, Read};
use crate::syntax::yaml::Node;

/// Reads a rule item.
pub(super) fn read<'a>(
    c: &mut Collector<'_, 'a, '_>,
    item: Item<'a>,
    name: &'a Text,
    base: &[ContextStep<'a>],
) -> FaultResult<'a> {
    if let Some(earlier) = c.collected.rules.get(&name.value).map(|rule| rule.span) {
        c.changes(ItemKind::Rule, &name.value, earlier);
    }
    let append = item.flag("append").map_err(key)?.unwrap_or(false);
    if append {
        c.warn(base, errors::deprecated_append(item, ItemKind::Rule));
    }
    let overrides = overrides(item, ItemKind::Rule)?;
    let changes = append || !overrides.is_empty() || only_enables(item);
    if let Some(rule) = c.collected.rules.get_mut(&name.value).filter(|_| changes) {
        rule.parts.push(item.node.span);
    }
    if !overrides.is_empty() {
        if append {
            return Err(errors::append_and_override(item));
        }
        return Overriding { item, name, base, overrides, expected: defined_keys(item) }.run(c);
    }
    if append {
        return legacy_append(c, item, name, base);
    }
    if only_enables(item) {
        return enable(c, item, name, base);
    }
    define(c, item, name, base)
}

/// True if an item has no key of a definition.
fn only_enables(item: Item<'_>) -> bool {
    ["condition", "output", "desc", "priority"].iter().all(|key| item.get(key).is_none())
}

/// The faults of the keys that could not be read, in Falco's order.
struct Kept<'a> {
    faults: Vec<Fault<'a>>,
}

impl<'a> Kept<'a> {
    fn value<T>(&mut self, read: FaultResult<'a, T>) -> Option<T> {
        read.map_err(|fault| self.faults.push(*fault)).ok()
    }

    /// Returns the first fault if the policy is Falco's.
    fn stop(&mut self, policy: ErrorPolicy) -> FaultResult<'a> {
        match policy {
            ErrorPolicy::First if !self.faults.is_empty() => Err(Box::new(self.faults.swap_remove(0))),
            _ => Ok(()),
        }
    }

    fn key<T>(&mut self, read: Read<'a, T>) -> Option<T> {
        self.value(read.map_err(key))
    }
}

/// The keys of a full definition except `exceptions`, as far as they could be read.
struct Keys<'a> {
    condition: Option<&'a Text>,
    output: Option<&'a Text>,
    description: Option<&'a Text>,
    priority: Option<&'static str>,
    source: Option<&'a Text>,
    enabled: bool,
    capture: bool,
    capture_duration: u32,
    warn_evttypes: bool,
    skip_if_unknown_filter: bool,
    tags: Vec<&'a Text>,
}

impl<'a> Keys<'a> {
    /// Reads the keys in Falco's order.
    fn read(item: Item<'a>, kept: &mut Kept<'a>) -> Keys<'a> {
        Keys {
            condition: kept.key(item.text("condition")),
            output: kept.key(item.text("output")),
            description: kept.key(item.text("desc")),
            priority: kept
                .key(item.text("priority"))
                .and_then(|text| kept.value(priority(text).ok_or_else(|| errors::priority(text)))),
            source: kept.key(item.optional_text("source")).flatten(),
            enabled: kept.key(item.flag("enabled")).flatten().unwrap_or(true),
            capture: kept.key(item.flag("capture")).flatten().unwrap_or(false),
            capture_duration: kept.key(item.number("capture_duration")).flatten().unwrap_or(0),
            warn_evttypes: kept.key(item.flag("warn_evttypes")).flatten().unwrap_or(true),
            skip_if_unknown_filter: kept.key(item.flag("skip-if-unknown-filter")).flatten().unwrap_or(false),
            tags: item.get("tags").and_then(|_| kept.key(item.texts("tags"))).unwrap_or_default(),
        }
    }

    /// The source as written, or Falco's default.
    fn source_name(&self) -> &'a str {
        self.source.map_or("syscall", |source| &source.value)
    }
}

/// Reads a full definition. Falco stops at the first key it cannot read; the others are read too, so that one
/// run reports everything, and the rule is defined by what could be read.
fn define<'a>(
    c: &mut Collector<'_, 'a, '_>,
    item: Item<'a>,
    name: &'a Text,
    base: &[ContextStep<'a>],
) -> FaultResult<'a> {
    let mut kept = Kept { faults: Vec::new() };
    let keys = Keys::read(item, &mut kept);
    let mut exceptions = match (c.policy, kept.faults.is_empty()) {
        // Its warnings must not come before the error that Falco stops at.
        (ErrorPolicy::First, false) => Vec::new(),
        _ => kept.value(c.exceptions(item, false, base)).unwrap_or_default(),
    };
    kept.stop(c.policy)?;
    let broken_source = item.get("source").is_some() && keys.source.is_none();
    let unknown_source = check_source(c, name, &keys, broken_source, base, &mut kept);
    for exception in &mut exceptions {
        if exception.fields.is_empty() {
            let message = "Rule exception item must have fields property with a list of fields";
            kept.faults.push(*errors::exception_without_fields(exception, message));
        } else if !broken_source {
            kept.value(exceptions::validate(exception, keys.source_name(), c.environment));
        }
    }
    kept.stop(c.policy)?;
    if !kept.faults.is_empty() {
        // The condition is checked without the exceptions: what is wrong with them is reported already.
        exceptions.clear();
    }
    let outcome = c.report_faults(base, kept.faults);
    let Some(condition) = keys.condition else { return outcome };
    c.define_rule(RuleInfo {
        name: &name.value,
        name_span: name.span,
        condition: vec![condition],
        source: keys.source_name(),
        output: keys.output.into_iter().collect(),
        trim_output: true,
        description: keys.description.into_iter().collect(),
        priority: keys.priority.unwrap_or("Debug"),
        enabled: keys.enabled,
        capture: keys.capture,
        capture_duration: keys.capture_duration,
        warn_evttypes: keys.warn_evttypes,
        skip_if_unknown_filter: keys.skip_if_unknown_filter,
        tags: keys.tags.iter().map(|tag| &*tag.value).collect(),
        exceptions,
        unknown_source: unknown_source || broken_source,
        span: item.node.span,
        condition_span: value_span(item, "condition"),
        output_span: value_span(item, "output"),
        parts: vec![item.node.span],
    });
    outcome
}

/// Compares the source with that of an earlier definition; true if no plugin provides it.
fn check_source<'a>(
    c: &mut Collector<'_, 'a, '_>,
    name: &'a Text,
    keys: &Keys<'a>,
    broken: bool,
    base: &[ContextStep<'a>],
    kept: &mut Kept<'a>,
) -> bool {
    let source = keys.source_name();
    if let Some(previous) = c.collected.rules.get(&name.value)
        && previous.source != source
        && !broken
    {
        kept.faults.push(*errors::different_source(name, keys.source, previous));
    }
    let unknown = c.environment.fields(source).is_none();
    if unknown && kept.faults.is_empty() {
        let span = keys.source.map_or(name.span, |source| source.span);
        c.warn(base, errors::unknown_source(source, span, c.environment));
    }
    unknown
}

fn value_span(item: Item<'_>, key: &str) -> Span {
    item.get(key).map_or(item.node.span, |value: &Node| value.span)
}
