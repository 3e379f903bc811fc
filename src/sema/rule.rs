//! Reading one rule item: full definition, append, override, or switching on and off.

use super::collect::{Collector, ErrorPolicy, Outcome, RuleInfo};
use super::errors;
use super::exceptions;
use super::report::{ContextStep, Fault};
use crate::source::{Span, Text};
use crate::syntax::items::{Item, ItemKind, KeyError, Read, key_text};
use crate::syntax::token::PRIORITIES;
use crate::syntax::yaml::{Node, Value};

/// The keys that an item's `override` appends to and replaces.
#[derive(Debug, Default)]
pub(super) struct Overrides<'a> {
    /// Keys with `append`.
    pub append: Vec<&'a str>,
    /// Keys with `replace`.
    pub replace: Vec<&'a str>,
}

impl Overrides<'_> {
    /// True if `override` is absent or says nothing.
    pub fn is_empty(&self) -> bool {
        self.append.is_empty() && self.replace.is_empty()
    }
}

type Caught<'a, T> = Result<T, Box<Fault<'a>>>;

fn key<'a>(problem: KeyError<'a>) -> Box<Fault<'a>> {
    errors::key(problem, ItemKind::Rule)
}

/// Reads `override`.
pub(super) fn overrides<'a>(item: Item<'a>, kind: ItemKind) -> Caught<'a, Overrides<'a>> {
    let mut found = Overrides::default();
    let Some((name, node)) = item.entry("override") else { return Ok(found) };
    let entries = match node.value() {
        Value::Map(entries) => entries,
        Value::Seq(elements) => return Err(errors::override_sequence(node, name, elements.is_empty())),
        _ => return Ok(found),
    };
    for (key, operation) in entries {
        let Some(name) = key_text(key).or(matches!(key.value(), Value::Null).then_some("null")) else {
            continue;
        };
        let said = match operation.value() {
            Value::Scalar(scalar) => &*scalar.text.value,
            Value::Null => "null",
            _ => return Err(errors::override_not_scalar(operation)),
        };
        let (appendable, replaceable) =
            (kind.appendable().contains(&name), kind.replaceable().contains(&name));
        match said {
            "append" if appendable => found.append.push(name),
            "append" => return Err(errors::cannot_append(item, key, name, kind, replaceable)),
            "replace" if replaceable => found.replace.push(name),
            "replace" => return Err(errors::cannot_replace(item, key, name, kind)),
            _ => {
                return Err(errors::override_operation(item, operation, name, said, appendable, replaceable));
            }
        }
    }
    Ok(found)
}

/// Reads a rule item.
pub(super) fn read<'a>(
    c: &mut Collector<'_, 'a, '_>,
    item: Item<'a>,
    name: &'a Text,
    base: &[ContextStep<'a>],
) -> Outcome<'a> {
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

/// True if an item has nothing of a definition.
fn only_enables(item: Item<'_>) -> bool {
    ["condition", "output", "desc", "priority"].iter().all(|key| item.get(key).is_none())
}

/// Values that were read, and what is wrong with the others, in Falco's order.
struct Kept<'a> {
    faults: Vec<Fault<'a>>,
}

impl<'a> Kept<'a> {
    fn value<T>(&mut self, read: Result<T, Box<Fault<'a>>>) -> Option<T> {
        read.map_err(|fault| self.faults.push(*fault)).ok()
    }

    fn key<T>(&mut self, read: Read<'a, T>) -> Option<T> {
        self.value(read.map_err(key))
    }
}

/// A full definition. Falco stops at the first key it cannot read; we read the others too, so that one run
/// tells everything, and go on with what is there.
fn define<'a>(
    c: &mut Collector<'_, 'a, '_>,
    item: Item<'a>,
    name: &'a Text,
    base: &[ContextStep<'a>],
) -> Outcome<'a> {
    let mut kept = Kept { faults: Vec::new() };
    let condition = kept.key(item.text("condition"));
    let output = kept.key(item.text("output"));
    let description = kept.key(item.text("desc"));
    let priority = kept
        .key(item.text("priority"))
        .and_then(|text| kept.value(priority(text).ok_or_else(|| errors::priority(text))));
    let source = kept.key(item.optional_text("source")).flatten();
    let enabled = kept.key(item.flag("enabled")).flatten().unwrap_or(true);
    let capture = kept.key(item.flag("capture")).flatten().unwrap_or(false);
    let capture_duration = kept.key(item.number("capture_duration")).flatten().unwrap_or(0);
    let warn_evttypes = kept.key(item.flag("warn_evttypes")).flatten().unwrap_or(true);
    let skip_if_unknown_filter = kept.key(item.flag("skip-if-unknown-filter")).flatten().unwrap_or(false);
    let tags = item.get("tags").and_then(|_| kept.key(item.texts("tags"))).unwrap_or_default();
    let mut exceptions = match (c.policy, kept.faults.is_empty()) {
        // Its warnings must not come before the error that Falco stops at.
        (ErrorPolicy::First, false) => Vec::new(),
        _ => kept.value(c.exceptions(item, false, base)).unwrap_or_default(),
    };
    if c.policy == ErrorPolicy::First && !kept.faults.is_empty() {
        return Err(Box::new(kept.faults.swap_remove(0)));
    }
    let broken_source = item.get("source").is_some() && source.is_none();
    let source_name = source.map_or("syscall", |source| &source.value);
    if let Some(previous) = c.collected.rules.get(&name.value)
        && previous.source != source_name
        && !broken_source
    {
        kept.faults.push(*errors::different_source(name, source, previous));
    }
    let unknown_source = c.environment.fields(source_name).is_none();
    if unknown_source && kept.faults.is_empty() {
        let span = source.map_or(name.span, |source| source.span);
        c.warn(base, errors::unknown_source(source_name, span, c.environment));
    }
    for exception in &mut exceptions {
        if exception.fields.is_empty() {
            let message = "Rule exception item must have fields property with a list of fields";
            kept.faults.push(*errors::exception_without_fields(exception, message));
        } else if !broken_source {
            kept.value(exceptions::validate(exception, source_name, c.environment));
        }
    }
    if !kept.faults.is_empty() {
        if c.policy == ErrorPolicy::First {
            return Err(Box::new(kept.faults.swap_remove(0)));
        }
        // What is wrong with the exceptions was said; the condition is looked at without them.
        exceptions.clear();
    }
    let outcome = c.tell(base, kept.faults);
    let Some(condition) = condition else { return outcome };
    c.define_rule(RuleInfo {
        name: &name.value,
        name_span: name.span,
        condition: vec![condition],
        output: output.into_iter().collect(),
        trim_output: true,
        description: description.into_iter().collect(),
        priority: priority.unwrap_or("Debug"),
        source: source_name,
        enabled,
        capture,
        capture_duration,
        warn_evttypes,
        skip_if_unknown_filter,
        tags: tags.iter().map(|tag| &*tag.value).collect(),
        exceptions,
        unknown_source: unknown_source || broken_source,
        span: item.node.span,
        condition_span: value_span(item, "condition"),
        output_span: value_span(item, "output"),
        parts: vec![item.node.span],
    });
    outcome
}

fn value_span(item: Item<'_>, key: &str) -> Span {
    item.get(key).map_or(item.node.span, |value: &Node| value.span)
}

fn priority(text: &Text) -> Option<&'static str> {
    PRIORITIES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(&text.value))
        .map(|&(_, canonical)| canonical)
}

/// Only `enabled` is read; Falco ignores everything else.
fn enable<'a>(
    c: &mut Collector<'_, 'a, '_>,
    item: Item<'a>,
    name: &'a Text,
    base: &[ContextStep<'a>],
) -> Outcome<'a> {
    let text = item.text("enabled").map_err(key)?;
    let enabled = item.flag("enabled").map_err(key)?.unwrap_or(true);
    c.warn(base, errors::deprecated_enabled(item, text));
    match c.collected.rules.get_mut(&name.value) {
        Some(rule) => rule.enabled = enabled,
        None => {
            let known = known_rules(c);
            return Err(errors::nothing_to_enable(name, &known));
        }
    }
    Ok(())
}

fn legacy_append<'a>(
    c: &mut Collector<'_, 'a, '_>,
    item: Item<'a>,
    name: &'a Text,
    base: &[ContextStep<'a>],
) -> Outcome<'a> {
    let condition = item.optional_text("condition").map_err(key)?;
    let exceptions = c.exceptions(item, true, base)?;
    let source = named_source(item)?;
    existing(c, name, errors::nothing_to_append)?;
    if condition.is_none() && exceptions.is_empty() {
        return Err(errors::append_without_values(item));
    }
    same_source(c, name, source)?;
    if let (Some(rule), Some(condition)) = (c.collected.rules.get_mut(&name.value), condition) {
        rule.condition.push(condition);
    }
    append_exceptions(c, name, exceptions)?;
    c.number();
    Ok(())
}

type NotThere<'a> = fn(ItemKind, &'a Text, &[&str]) -> Box<Fault<'a>>;

fn existing<'a>(c: &mut Collector<'_, 'a, '_>, name: &'a Text, error: NotThere<'a>) -> Outcome<'a> {
    if c.collected.rules.index_of(&name.value).is_some() {
        return Ok(());
    }
    let known = known_rules(c);
    Err(error(ItemKind::Rule, name, &known))
}

/// The rules that may have been meant by a name that does not exist.
fn known_rules<'a>(c: &mut Collector<'_, 'a, '_>) -> Vec<&'a str> {
    let rules = if c.report.may_search() { &c.collected.rules.items[..] } else { &[] };
    rules.iter().map(|rule| rule.name).collect()
}

/// `source` of an item that changes a rule; null and empty mean "the same".
fn named_source<'a>(item: Item<'a>) -> Caught<'a, Option<&'a Text>> {
    match item.get("source").map(Node::value) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Scalar(scalar)) if scalar.text.value.is_empty() => Ok(None),
        Some(_) => item.optional_text("source").map_err(key),
    }
}

fn same_source<'a>(c: &mut Collector<'_, 'a, '_>, name: &'a Text, source: Option<&'a Text>) -> Outcome<'a> {
    match (c.collected.rules.get_mut(&name.value), source) {
        (Some(rule), Some(source)) if rule.source != &*source.value => {
            Err(errors::different_source(name, Some(source), rule))
        }
        _ => Ok(()),
    }
}

fn append_exceptions<'a>(
    c: &mut Collector<'_, 'a, '_>,
    name: &'a Text,
    exceptions: Vec<exceptions::Exception<'a>>,
) -> Outcome<'a> {
    let environment = c.environment;
    let Some(rule) = c.collected.rules.get_mut(&name.value) else { return Ok(()) };
    for mut exception in exceptions {
        match rule.exceptions.iter_mut().find(|previous| previous.name.value == exception.name.value) {
            None => {
                if exception.fields.is_empty() {
                    let message = "Rule exception must have fields property with a list of fields";
                    return Err(errors::exception_without_fields(&exception, message));
                }
                if exception.values.is_empty() {
                    return Err(errors::exception_without_values(&exception));
                }
                exceptions::validate(&mut exception, rule.source, environment)?;
                rule.exceptions.push(exception);
            }
            Some(previous) => {
                if !exception.fields.is_empty() {
                    return Err(errors::exception_redefined(&exception, "fields"));
                }
                if !exception.comps.is_empty() {
                    return Err(errors::exception_redefined(&exception, "comps"));
                }
                previous.values.extend(exception.values);
            }
        }
    }
    Ok(())
}

/// The overridable keys an item has.
fn defined_keys<'a>(item: Item<'a>) -> Vec<&'a str> {
    let kind = ItemKind::Rule;
    let mut keys: Vec<&str> =
        kind.replaceable().iter().copied().filter(|key| item.get(key).is_some()).collect();
    keys.sort_unstable();
    keys
}

struct Overriding<'b, 'a> {
    item: Item<'a>,
    name: &'a Text,
    base: &'b [ContextStep<'a>],
    overrides: Overrides<'a>,
    /// Overridable keys of the item that no override has taken yet.
    expected: Vec<&'a str>,
}

impl<'a> Overriding<'_, 'a> {
    fn run(mut self, c: &mut Collector<'_, 'a, '_>) -> Outcome<'a> {
        if !self.overrides.append.is_empty() {
            self.append(c)?;
        }
        if !self.overrides.replace.is_empty() {
            self.replace(c)?;
        }
        match self.expected.first() {
            Some(key) => Err(errors::key_without_override(self.item, key)),
            None => Ok(()),
        }
    }

    /// True if the key is overridden this way; then it must be there, and no longer be taken.
    fn takes(&mut self, how: &'static str, key: &'static str) -> Caught<'a, bool> {
        let wanted = if how == "append" { &self.overrides.append } else { &self.overrides.replace };
        if !wanted.contains(&key) {
            return Ok(false);
        }
        match self.expected.iter().position(|&expected| expected == key) {
            Some(at) => {
                self.expected.remove(at);
                Ok(true)
            }
            None => Err(errors::override_undefined(self.item, how, key)),
        }
    }

    fn text(&mut self, how: &'static str, name: &'static str) -> Caught<'a, Option<&'a Text>> {
        Ok(if self.takes(how, name)? { Some(self.item.text(name).map_err(key)?) } else { None })
    }

    fn tags(&mut self, how: &'static str) -> Caught<'a, Option<Vec<&'a Text>>> {
        Ok(if self.takes(how, "tags")? { Some(self.item.texts("tags").map_err(key)?) } else { None })
    }

    fn append(&mut self, c: &mut Collector<'_, 'a, '_>) -> Outcome<'a> {
        let condition = self.text("append", "condition")?;
        let exceptions = match self.takes("append", "exceptions")? {
            true => c.exceptions(self.item, true, self.base)?,
            false => Vec::new(),
        };
        let output = self.text("append", "output")?;
        let description = self.text("append", "desc")?;
        let tags = self.tags("append")?;
        let source = if condition.is_some() { named_source(self.item)? } else { None };
        existing(c, self.name, errors::nothing_to_append)?;
        same_source(c, self.name, source)?;
        if let Some(rule) = c.collected.rules.get_mut(&self.name.value) {
            rule.condition.extend(condition);
            rule.output.extend(output);
            rule.description.extend(description);
            rule.tags.extend(tags.into_iter().flatten().map(|tag| &*tag.value));
        }
        append_exceptions(c, self.name, exceptions)?;
        c.number();
        Ok(())
    }

    fn replace(&mut self, c: &mut Collector<'_, 'a, '_>) -> Outcome<'a> {
        let how = "replace";
        let item = self.item;
        let condition = self.text(how, "condition")?;
        let exceptions = match self.takes(how, "exceptions")? {
            true => Some(c.exceptions(item, false, self.base)?),
            false => None,
        };
        let output = self.text(how, "output")?;
        let description = self.text(how, "desc")?;
        let tags = self.tags(how)?;
        let priority = match self.text(how, "priority")? {
            Some(text) => Some(priority(text).ok_or_else(|| errors::priority(text))?),
            None => None,
        };
        let enabled = if self.takes(how, "enabled")? { item.flag("enabled").map_err(key)? } else { None };
        let capture = if self.takes(how, "capture")? { item.flag("capture").map_err(key)? } else { None };
        let duration = match self.takes(how, "capture_duration")? {
            true => item.number("capture_duration").map_err(key)?,
            false => None,
        };
        let warn =
            if self.takes(how, "warn_evttypes")? { item.flag("warn_evttypes").map_err(key)? } else { None };
        let skip = match self.takes(how, "skip-if-unknown-filter")? {
            true => item.flag("skip-if-unknown-filter").map_err(key)?,
            false => None,
        };
        let source = if condition.is_some() { named_source(item)? } else { None };
        existing(c, self.name, errors::nothing_to_replace)?;
        same_source(c, self.name, source)?;
        let Some(rule) = c.collected.rules.get_mut(&self.name.value) else { return Ok(()) };
        if let Some(condition) = condition {
            rule.condition = vec![condition];
        }
        if let Some(output) = output {
            rule.output = vec![output];
            rule.trim_output = false;
        }
        if let Some(description) = description {
            rule.description = vec![description];
        }
        if let Some(tags) = tags {
            rule.tags = tags.iter().map(|tag| &*tag.value).collect();
        }
        rule.exceptions = exceptions.unwrap_or(std::mem::take(&mut rule.exceptions));
        rule.priority = priority.unwrap_or(rule.priority);
        rule.enabled = enabled.unwrap_or(rule.enabled);
        rule.capture = capture.unwrap_or(rule.capture);
        rule.capture_duration = duration.unwrap_or(rule.capture_duration);
        rule.warn_evttypes = warn.unwrap_or(rule.warn_evttypes);
        rule.skip_if_unknown_filter = skip.unwrap_or(rule.skip_if_unknown_filter);
        c.number();
        Ok(())
    }
}
