//! Items that change a rule: appends, overrides, and switching on or off.

use super::collector::Collector;
use super::overrides::Overrides;
use crate::sema::errors;
use crate::sema::exceptions;
use crate::sema::report::{ContextStep, Fault, FaultResult};
use crate::source::Text;
use crate::syntax::items::{Item, ItemKind, KeyError};
use crate::syntax::token::PRIORITIES;
use crate::syntax::yaml::{Node, Value};

pub(super) fn key<'a>(problem: KeyError<'a>) -> Box<Fault<'a>> {
    errors::key(problem, ItemKind::Rule)
}

pub(super) fn priority(text: &Text) -> Option<&'static str> {
    PRIORITIES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(&text.value))
        .map(|&(_, canonical)| canonical)
}

/// Only `enabled` is read; Falco ignores everything else.
pub(super) fn enable<'a>(
    c: &mut Collector<'_, 'a, '_>,
    item: Item<'a>,
    name: &'a Text,
    base: &[ContextStep<'a>],
) -> FaultResult<'a> {
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

pub(super) fn legacy_append<'a>(
    c: &mut Collector<'_, 'a, '_>,
    item: Item<'a>,
    name: &'a Text,
    base: &[ContextStep<'a>],
) -> FaultResult<'a> {
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

fn existing<'a>(c: &mut Collector<'_, 'a, '_>, name: &'a Text, error: NotThere<'a>) -> FaultResult<'a> {
    if c.collected.rules.index_of(&name.value).is_some() {
        return Ok(());
    }
    let known = known_rules(c);
    Err(error(ItemKind::Rule, name, &known))
}

/// The names that may have been meant by one that does not exist.
fn known_rules<'a>(c: &mut Collector<'_, 'a, '_>) -> Vec<&'a str> {
    let rules = if c.report.may_search() { &c.collected.rules.items[..] } else { &[] };
    rules.iter().map(|rule| rule.name).collect()
}

/// `source` of an item that changes a rule; null and empty mean "the same".
fn named_source<'a>(item: Item<'a>) -> FaultResult<'a, Option<&'a Text>> {
    match item.get("source").map(Node::value) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Scalar(scalar)) if scalar.text.value.is_empty() => Ok(None),
        Some(_) => item.optional_text("source").map_err(key),
    }
}

fn same_source<'a>(
    c: &mut Collector<'_, 'a, '_>,
    name: &'a Text,
    source: Option<&'a Text>,
) -> FaultResult<'a> {
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
) -> FaultResult<'a> {
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

/// The overridable keys of an item.
pub(super) fn defined_keys<'a>(item: Item<'a>) -> Vec<&'a str> {
    let kind = ItemKind::Rule;
    let mut keys: Vec<&str> =
        kind.replaceable().iter().copied().filter(|key| item.get(key).is_some()).collect();
    keys.sort_unstable();
    keys
}

pub(super) struct Overriding<'b, 'a> {
    pub(super) item: Item<'a>,
    pub(super) name: &'a Text,
    pub(super) base: &'b [ContextStep<'a>],
    pub(super) overrides: Overrides<'a>,
    /// Overridable keys of the item that no override has used yet.
    pub(super) expected: Vec<&'a str>,
}

impl<'a> Overriding<'_, 'a> {
    pub(super) fn run(mut self, c: &mut Collector<'_, 'a, '_>) -> FaultResult<'a> {
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

    /// True if the key is overridden this way; fails if it is missing or used already.
    fn takes(&mut self, how: &'static str, key: &'static str) -> FaultResult<'a, bool> {
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

    fn text(&mut self, how: &'static str, name: &'static str) -> FaultResult<'a, Option<&'a Text>> {
        Ok(if self.takes(how, name)? { Some(self.item.text(name).map_err(key)?) } else { None })
    }

    fn tags(&mut self, how: &'static str) -> FaultResult<'a, Option<Vec<&'a Text>>> {
        Ok(if self.takes(how, "tags")? { Some(self.item.texts("tags").map_err(key)?) } else { None })
    }

    fn append(&mut self, c: &mut Collector<'_, 'a, '_>) -> FaultResult<'a> {
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

    fn replace(&mut self, c: &mut Collector<'_, 'a, '_>) -> FaultResult<'a> {
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
        let enabled = self.flag(how, "enabled")?;
        let capture = self.flag(how, "capture")?;
        let duration = match self.takes(how, "capture_duration")? {
            true => item.number("capture_duration").map_err(key)?,
            false => None,
        };
        let warn = self.flag(how, "warn_evttypes")?;
        let skip = self.flag(how, "skip-if-unknown-filter")?;
        let source = if condition.is_some() { named_source(item)? } else { None };
        existing(c, self.name, errors::nothing_to_replace)?;
        same_source(c, self.name, source)?;
        let Some(rule) = c.collected.rules.get_mut(&self.name.value) else { return Ok(()) };
        if let Some(output) = output {
            rule.output = vec![output];
            rule.trim_output = false;
        }
        set(&mut rule.condition, condition.map(|condition| vec![condition]));
        set(&mut rule.description, description.map(|description| vec![description]));
        set(&mut rule.tags, tags.map(|tags| tags.iter().map(|tag| &*tag.value).collect()));
        set(&mut rule.exceptions, exceptions);
        set(&mut rule.priority, priority);
        set(&mut rule.enabled, enabled);
        set(&mut rule.capture, capture);
        set(&mut rule.capture_duration, duration);
        set(&mut rule.warn_evttypes, warn);
        set(&mut rule.skip_if_unknown_filter, skip);
        c.number();
        Ok(())
    }

    fn flag(&mut self, how: &'static str, name: &'static str) -> FaultResult<'a, Option<bool>> {
        if self.takes(how, name)? { self.item.flag(name).map_err(key) } else { Ok(None) }
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
