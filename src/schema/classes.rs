//! Field lookup: from `name` or `name[argument]` to a field, by Falco's own steps and with Falco's own messages.
//!
//! Falco hands the text to one field class after another. A class takes its longest field name that is a
//! *prefix* of the text and says how much of the text it has consumed. The first class that takes anything
//! decides: if it did not consume all, the field does not exist, even if a later class would have it.

use super::builtin;
use super::field::{Field, Schema, Type};
use super::suggest::Paths;
use crate::nearest::Index;
use rustc_hash::FxHashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// How a class reads what follows a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ClassKind {
    /// Fields of every source: no arguments.
    Generic,
    /// The engine's classes for system calls: see [`builtin`].
    Builtin,
    /// Fields of a plugin: brackets.
    Plugin,
}

/// One field class of a source.
#[derive(Clone, Debug)]
pub struct Class {
    pub(super) kind: ClassKind,
    pub(super) schema: Arc<Schema>,
    range: Range<usize>,
    by_name: Vec<u32>,
}

impl Class {
    /// The classes of a schema, in its order.
    pub(super) fn of(schema: &Arc<Schema>, kind: ClassKind) -> Vec<Class> {
        let mut classes = Vec::new();
        let mut start = 0;
        for run in schema.fields.chunk_by(|a, b| a.class == b.class) {
            let range = start..start + run.len();
            start = range.end;
            let mut by_name: Vec<u32> = (0..run.len() as u32).collect();
            by_name.sort_unstable_by(|&a, &b| run[a as usize].name.cmp(&run[b as usize].name));
            classes.push(Class { kind, schema: Arc::clone(schema), range, by_name });
        }
        classes
    }

    /// Its fields, in the engine's order.
    pub fn fields(&self) -> &[Field] {
        &self.schema.fields[self.range.clone()]
    }

    /// The field with the longest name that `text` starts with.
    pub(super) fn longest_prefix(&self, text: &str) -> Option<&Field> {
        let fields = self.fields();
        let named = |at: usize| &fields[self.by_name[at] as usize];
        longest_prefix(text, self.by_name.len(), |at| &named(at).name).map(named)
    }

    fn parse<'a>(&'a self, text: &'a str) -> Result<Option<Resolved<'a>>, LookupError> {
        match self.longest_prefix(text) {
            Some(field) => self.read(field, text),
            None => Ok(None),
        }
    }

    /// Reads what follows `field`, the longest name that `text` starts with.
    fn read<'a>(&'a self, field: &'a Field, text: &'a str) -> Result<Option<Resolved<'a>>, LookupError> {
        match self.kind {
            ClassKind::Generic => Ok(Some(Resolved::bare(field))),
            ClassKind::Builtin => builtin::parse(&self.schema, field, text).map(Some),
            ClassKind::Plugin => parse_plugin(field, text),
        }
    }
}

/// The position of the longest of `count` sorted names that `text` starts with.
fn longest_prefix<'a>(text: &str, count: usize, name: impl Fn(usize) -> &'a str) -> Option<usize> {
    let mut text = text.as_bytes();
    let mut end = count;
    loop {
        // Every name that is a prefix of `text` sorts at or before it, and is a prefix of all that
        // sorts between. So only the part shared with the nearest name before can hold a shorter one.
        let (mut low, mut high) = (0, end);
        while low < high {
            let middle = low.midpoint(high);
            if name(middle).as_bytes() <= text { low = middle + 1 } else { high = middle }
        }
        let at = low.checked_sub(1)?;
        let shared = name(at).bytes().zip(text).take_while(|&(a, &b)| a == b).count();
        if shared == name(at).len() {
            return Some(at);
        }
        text = &text[..shared];
        end = at;
    }
}

/// A field that was found.
#[derive(Clone, Copy, Debug)]
pub struct Resolved<'a> {
    /// The field.
    pub field: &'a Field,
    /// Type of the value: that of the field, unless the argument decides.
    pub ty: Type,
    /// The argument as text, if there is one. Only tests look at it, and at the next.
    #[allow(dead_code)]
    pub arg: Option<&'a str>,
    /// The argument as a number, for a field that takes one.
    #[allow(dead_code)]
    pub index: Option<u64>,
    /// Bytes of the text that were used; all of them once [`SourceFields::resolve`] has returned it.
    pub consumed: usize,
}

impl<'a> Resolved<'a> {
    pub(super) fn bare(field: &'a Field) -> Resolved<'a> {
        Resolved { field, ty: field.ty, arg: None, index: None, consumed: field.name.len() }
    }
}

/// What is wrong with a field, for those who do not want to read the message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldProblem {
    /// There is no such field.
    Unknown,
    /// The field needs an argument.
    ArgumentMissing,
    /// The brackets are not closed, or hold a blank, which ends the text for Falco.
    ArgumentUnclosed,
    /// The field takes no argument.
    ArgumentNotAllowed,
    /// The argument is not an index.
    BadIndex,
    /// What follows the name of a built-in field is not what that field wants.
    BadSyntax,
}

/// Why a field was not found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LookupError {
    /// The kind.
    pub problem: FieldProblem,
    /// The field that was recognised, if any.
    pub field: Option<String>,
    /// Falco's message, verbatim.
    pub message: String,
}

impl LookupError {
    pub(super) fn unknown(text: &str) -> LookupError {
        let message = format!("filter_check called with nonexistent field {text}");
        LookupError { problem: FieldProblem::Unknown, field: None, message }
    }

    pub(super) fn of(problem: FieldProblem, field: &Field, message: String) -> LookupError {
        LookupError { problem, field: Some(field.name.clone()), message }
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LookupError {}

/// An event source, by its place in its [`PluginSet`](super::PluginSet).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct SourceId(u32);

impl SourceId {
    pub(super) fn nth(at: usize) -> SourceId {
        SourceId(at as u32)
    }
}

/// All fields of one event source.
#[derive(Clone, Debug, Default)]
pub struct SourceFields {
    /// The source.
    pub id: SourceId,
    /// The classes in Falco's search order.
    pub classes: Vec<Class>,
    /// All names; of two fields of one name the first.
    by_name: FxHashMap<String, FieldSlot>,
    /// There are classes that read arguments in ways of their own.
    builtin: bool,
    /// All names, sorted: most texts that name no field begin with none of them.
    sorted: Vec<String>,
    pub(super) nearest: OnceLock<Index>,
    pub(super) paths: OnceLock<Paths>,
}

#[derive(Clone, Copy, Debug)]
struct FieldSlot {
    class: u16,
    field: u16,
    /// No earlier class gets hold of the name: a shortcut for by far the most lookups.
    owned: bool,
    /// The name stands for the field without an argument too.
    bare: bool,
}

impl SourceFields {
    pub(super) fn new(id: SourceId, classes: Vec<Class>) -> SourceFields {
        let mut by_name = FxHashMap::default();
        for (c, class) in classes.iter().enumerate() {
            for (f, field) in class.fields().iter().enumerate() {
                let place = || {
                    let earlier =
                        classes[..c].iter().any(|class| class.longest_prefix(&field.name).is_some());
                    let found = class.read(field, &field.name);
                    let bare = matches!(found, Ok(Some(found)) if found.consumed == field.name.len());
                    FieldSlot { class: c as u16, field: f as u16, owned: !earlier, bare }
                };
                by_name.entry(field.name.clone()).or_insert_with(place);
            }
        }
        let mut sorted: Vec<String> = by_name.keys().cloned().collect();
        sorted.sort_unstable();
        let builtin = classes.iter().any(|class| class.kind == ClassKind::Builtin);
        SourceFields { id, classes, by_name, builtin, sorted, ..SourceFields::default() }
    }

    /// All fields, in search order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.classes.iter().flat_map(|class| class.fields())
    }

    /// The field that `text` names: a name, or a name with its argument in brackets, the argument unescaped.
    pub fn resolve<'a>(&'a self, text: &'a str) -> Result<Resolved<'a>, LookupError> {
        let name = memchr::memchr(b'[', text.as_bytes()).map_or(text, |at| &text[..at]);
        if let Some(place) = self.by_name.get(name).filter(|place| place.owned) {
            let class = &self.classes[place.class as usize];
            let field = &class.fields()[place.field as usize];
            if name.len() < text.len() {
                match class.read(field, text)? {
                    Some(found) if found.consumed == text.len() => return Ok(found),
                    Some(_) => return Err(LookupError::unknown(text)),
                    None => {}
                }
            } else if place.bare {
                return Ok(Resolved::bare(field));
            }
        }
        self.search(text)
    }

    /// True if `text` names a field, by the steps of [`SourceFields::resolve`].
    pub fn resolves(&self, text: &str) -> bool {
        match self.by_name.get(text) {
            Some(place) if place.owned && place.bare => true,
            // Only the engine's own classes read more than a name and its brackets.
            None if !self.builtin && !text.contains('[') => false,
            _ => self.resolve(text).is_ok(),
        }
    }

    /// The field of exactly this name, argument or not.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let place = self.by_name.get(name)?;
        self.classes[place.class as usize].fields().get(place.field as usize)
    }

    /// True if the text begins with the name of a field.
    fn begins_with_name(&self, text: &str) -> bool {
        longest_prefix(text, self.sorted.len(), |at| &self.sorted[at]).is_some()
    }

    fn search<'a>(&'a self, text: &'a str) -> Result<Resolved<'a>, LookupError> {
        let classes = if self.begins_with_name(text) { &self.classes[..] } else { &[] };
        for class in classes {
            match class.parse(text)? {
                None => {}
                Some(found) if found.consumed == text.len() => return Ok(found),
                Some(_) => break,
            }
        }
        Err(LookupError::unknown(text))
    }
}

/// Fields of plugins. `None`: the class declines, the next one is asked.
fn parse_plugin<'a>(field: &'a Field, text: &'a str) -> Result<Option<Resolved<'a>>, LookupError> {
    let name = &field.name;
    // Falco reads one word here: a blank in an argument cuts it short.
    let cut = text.split(' ').next().unwrap_or_default().trim();
    let fail =
        |problem, what: &str| Err(LookupError::of(problem, field, format!("filter '{cut}': {name} {what}")));
    let Some(open) = cut.find('[') else {
        if field.arg.required {
            return fail(FieldProblem::ArgumentMissing, "requires an argument but none provided");
        }
        return Ok(Some(Resolved::bare(field)));
    };
    if open != name.len() {
        return Ok(None);
    }
    if open + 1 == cut.len() {
        return fail(FieldProblem::ArgumentUnclosed, "terminates with incomplete argument brackets");
    }
    let Some(length) = cut[open + 1..].find(']') else {
        return fail(FieldProblem::ArgumentUnclosed, "has unbalanced argument brackets");
    };
    let arg = &cut[open + 1..open + 1 + length];
    if !field.arg.allowed() {
        let what = format!("does not allow nor require an argument but one is provided: {arg}");
        return fail(FieldProblem::ArgumentNotAllowed, &what);
    }
    let index = match index(arg) {
        Ok(index) => Some(index).filter(|_| field.arg.index),
        Err(what) if field.arg.index && !field.arg.key => {
            let message = format!("filter {cut} {name} has an invalid index argument {what}: {arg}");
            return Err(LookupError::of(FieldProblem::BadIndex, field, message));
        }
        Err(_) => None,
    };
    let consumed = open + length + 2;
    Ok(Some(Resolved { field, ty: field.ty, arg: Some(arg), index, consumed }))
}

/// Digits before the leading zero before the size: `0x1` is not composed only by digits, an empty text starts with 0.
fn index(arg: &str) -> Result<u64, &'static str> {
    if !arg.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("not composed only by digits");
    }
    if arg.is_empty() || (arg.len() > 1 && arg.starts_with('0')) {
        return Err("starting with 0");
    }
    arg.parse().map_err(|_| "not representable on 64 bit")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "classes_test.rs"]
mod tests;
