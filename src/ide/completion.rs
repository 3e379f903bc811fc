//! Completion: keys, fields, operators, values, names.

pub use super::offer::{Completion, CompletionKind, Completions};

use super::condition_words::{ConditionState, Expectation, Expected, asked};
use super::cursor::{self, Cursor, Flat, Spot, Within};
use super::index::NameIndex;
use super::keys;
use super::marks;
use super::offer::Out;
use super::topic::{self, Topic};
use super::{Snapshot, snippets, values};
use crate::schema::{Field, Type};
use crate::sema::types;
use crate::syntax::items::ItemKind;
use crate::syntax::token::{MODIFIERS, OPERATORS, Op, PRIORITIES, Rhs, TRANSFORMERS, Transformer};
use std::ops::Range;

/// The completions at an offset of a file.
pub fn complete(snapshot: &Snapshot, doc: usize, offset: usize) -> Completions {
    let index = NameIndex::new(snapshot);
    let Some(cursor) = cursor::cursor(snapshot, &index, doc, offset) else {
        let mut out = Out::new(0..0, "");
        snippets::items(&mut out, "");
        return out.finish();
    };
    let at = CompletionRequest { snapshot, index: &index, cursor: &cursor };
    let text = cursor.placed.piece.text();
    let place = |range: &Range<usize>| cursor.placed.start + range.start..cursor.placed.start + range.end;
    let out = |range: &Range<usize>| {
        let typed = text.get(range.start..cursor.at.max(range.start)).unwrap_or_default();
        Out::new(place(range), typed)
    };
    match &cursor.spot {
        Spot::Item(range) => {
            let mut out = out(range);
            snippets::items(&mut out, before(text, range.start));
            out.finish()
        }
        Spot::Key(within, range) => {
            let mut out = out(range);
            at.keys(*within, &mut out);
            out.finish()
        }
        Spot::Name(kind, range) => {
            let mut out = out(range);
            at.names(*kind, &mut out);
            out.finish()
        }
        Spot::Plain(key, range) => {
            let mut out = out(range);
            at.plain(key, &mut out);
            out.finish()
        }
        Spot::Condition(flat, inside) => at.condition(flat, *inside),
        Spot::Output(flat, inside) => at.output(flat, *inside),
        Spot::Element(range) => {
            let mut out = out(range);
            at.names(ItemKind::List, &mut out);
            values::elements(&at, &mut out);
            out.finish()
        }
        Spot::Tag(range) => {
            let mut out = out(range);
            values::tags(&at, &mut out);
            out.finish()
        }
        Spot::Operation(key, range) => {
            let mut out = out(range);
            let kind = cursor.kind.unwrap_or(ItemKind::Rule);
            let can = [("append", kind.appendable()), ("replace", kind.replaceable())];
            for (word, _) in can.iter().filter(|(_, keys)| keys.contains(key)) {
                out.word(word, CompletionKind::Keyword, "");
            }
            out.finish()
        }
        Spot::Plugin(range) => {
            let mut out = out(range);
            values::plugins(&mut out);
            out.finish()
        }
        Spot::ExceptionField(range) => {
            let mut out = out(range);
            at.fields(&mut out, |_| true, "");
            out.finish()
        }
        Spot::ExceptionOperator(range) => {
            let mut out = out(range);
            for op in OPERATORS.iter().filter(|op| op.rhs() != Rhs::None) {
                out.operator(*op);
            }
            out.finish()
        }
        Spot::ExceptionValue(field, range) => {
            let mut out = out(range);
            if let Some(field) = field {
                values::of_field(&at, field, None, &mut out);
            }
            at.names(ItemKind::List, &mut out);
            out.finish()
        }
        Spot::Comment(range) => comment(text, range, &cursor),
        Spot::Nothing => Completions::default(),
    }
}

/// The line up to a place.
fn before(text: &str, at: usize) -> &str {
    let head = &text[..at];
    &head[head.rfind(['\n', '\r']).map_or(0, |line| line + 1)..]
}

/// The names of checks after `# rulec: allow`.
fn comment(text: &str, range: &Range<usize>, cursor: &Cursor<'_>) -> Completions {
    let typed = &text[range.start..cursor.at];
    let body = typed.trim_start_matches(['#', ' ']);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let start = cursor.at - (typed.len() - typed.trim_end_matches(is_name).len());
    let end = cursor.at + text[cursor.at..].find(|c| !is_name(c)).unwrap_or(text.len() - cursor.at);
    let place = cursor.placed.start + start..cursor.placed.start + end;
    let mut out = Out::new(place, &text[start..cursor.at]);
    if body.contains(" -- ") {
        return out.finish();
    }
    if body.starts_with("rulec: allow") && body[12..].contains(' ') {
        for check in crate::lint::checks() {
            out.add(Completion {
                kind: CompletionKind::Check,
                detail: check.code.to_owned(),
                topic: Some(Topic::Check(check.name.to_owned())),
                ..out.plain(check.name)
            });
        }
    } else if !body.contains(' ') {
        let place =
            cursor.placed.start + range.start + (typed.len() - body.len())..cursor.placed.start + cursor.at;
        let mut out = Out::new(place, body);
        for (verb, about) in
            [("allow", "the item that follows, or the line"), ("allow-file", "the whole file")]
        {
            out.add(Completion {
                kind: CompletionKind::Snippet,
                detail: about.to_owned(),
                insert: format!("rulec: {verb} ${{1:check}} -- ${{2:reason}}"),
                snippet: true,
                ..out.plain(&format!("rulec: {verb}"))
            });
        }
        return out.finish();
    }
    out.finish()
}

/// The place of a completion and what is known about it.
pub(super) struct CompletionRequest<'c, 's> {
    pub(super) snapshot: &'s Snapshot,
    pub(super) index: &'c NameIndex<'s>,
    pub(super) cursor: &'c Cursor<'s>,
}

impl CompletionRequest<'_, '_> {
    fn out(&self, flat: &Flat<'_>, word: &Range<usize>, inside: usize) -> Out {
        let place = flat.range(word.clone());
        let place = if word.is_empty() { self.cursor.at..self.cursor.at } else { place };
        let start = self.cursor.placed.start;
        let typed = flat.text.get(word.start..inside.max(word.start)).unwrap_or_default();
        Out::new(start + place.start..start + place.end, typed)
    }

    fn keys(&self, within: Within, out: &mut Out) {
        let kind = self.cursor.kind;
        match (within, kind) {
            (Within::Item, None) => snippets::first_keys(out),
            (Within::Item, Some(kind)) => {
                for (at, key) in keys::keys(kind).iter().enumerate().filter(|(_, key)| !self.has(key.name)) {
                    let topic = Topic::Key(kind.key().to_owned(), key.name.to_owned());
                    self.key(key.name, &key.detail(), key.snippet, topic, at as u32, out);
                }
            }
            (Within::Override, kind) => {
                let kind = kind.unwrap_or(ItemKind::Rule);
                for name in kind.replaceable().iter().filter(|name| !self.has(name)) {
                    let can = if kind.appendable().contains(name) { "append,replace" } else { "replace" };
                    let topic = Topic::Key(kind.key().to_owned(), (*name).to_owned());
                    self.key(name, &can.replace(',', " or "), &format!(" ${{1|{can}|}}"), topic, 1, out);
                }
            }
            (Within::Plugin, _) => {
                for (at, key) in keys::PLUGIN.iter().enumerate().filter(|(_, key)| !self.has(key.name)) {
                    let topic = Topic::PluginKey(key.name.to_owned());
                    self.key(key.name, &key.detail(), key.snippet, topic, at as u32, out);
                }
            }
            (Within::Exceptions, _) => snippets::exception(out, "- "),
            (Within::Exception, _) => {
                for (at, key) in keys::EXCEPTION.iter().enumerate().filter(|(_, key)| !self.has(key.name)) {
                    let topic = Topic::ExceptionKey(key.name.to_owned());
                    self.key(key.name, &key.detail(), key.snippet, topic, at as u32, out);
                }
            }
        }
    }

    fn has(&self, key: &str) -> bool {
        self.cursor.keys.contains(&key)
    }

    fn key(&self, name: &str, detail: &str, snippet: &str, topic: Topic, rank: u32, out: &mut Out) {
        // If a value follows, only the key is inserted.
        let rest = &self.cursor.placed.piece.text()[self.cursor.at..];
        let word =
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(rest.len());
        let valued = rest[word..].trim_start_matches([' ', '\t']).starts_with(':');
        let insert = if valued { name.to_owned() } else { format!("{name}:{snippet}") };
        let completion = Completion {
            kind: CompletionKind::Key,
            detail: detail.to_owned(),
            topic: Some(topic),
            insert,
            snippet: !valued,
            ..out.plain(name)
        };
        out.ranked(rank, completion);
    }

    /// Names of a kind: to change a rule, or to include a list in a list.
    pub(super) fn names(&self, kind: ItemKind, out: &mut Out) {
        let own = self.cursor.placed.piece.outline().entries.first().map(|entry| (entry.kind, &*entry.name));
        for found in self.index.names(kind) {
            let name = &*found.entry.name;
            if name.is_empty() || !out.fits(name) {
                continue;
            }
            // The item that is being written does not exist yet.
            if own == Some((kind, name)) && self.index.all(kind, name).len() == 1 {
                continue;
            }
            let completion = self.named(kind, &found, out);
            out.ranked(2, completion);
        }
    }

    fn named(&self, item_kind: ItemKind, found: &super::index::IndexedItem<'_>, out: &Out) -> Completion {
        let name = &*found.entry.name;
        let (kind, topic) = match item_kind {
            ItemKind::Macro => (CompletionKind::Macro, Topic::Macro(name.to_owned())),
            ItemKind::List => (CompletionKind::List, Topic::List(name.to_owned())),
            _ => (CompletionKind::Rule, Topic::Rule(name.to_owned())),
        };
        let detail = match item_kind {
            ItemKind::List => format!("list of {}", found.entry.size),
            _ => self.snapshot.docs.get(found.doc).map(|doc| doc.name.to_string()).unwrap_or_default(),
        };
        Completion { kind, detail, topic: Some(topic), ..out.plain(name) }
    }

    fn plain(&self, key: &str, out: &mut Out) {
        match key {
            "priority" => {
                for (at, (name, printed)) in PRIORITIES.iter().enumerate() {
                    let detail = if name.eq_ignore_ascii_case(printed) { "" } else { printed };
                    out.ranked(at as u32, Completion { detail: detail.to_owned(), ..out.plain(name) });
                }
            }
            "source" => {
                for source in self.snapshot.settings.options.environment.plugins.sources() {
                    out.word(source, CompletionKind::Value, "event source");
                }
            }
            "enabled" | "append" | "capture" | "warn_evttypes" | "skip-if-unknown-filter" => {
                out.word("true", CompletionKind::Value, "");
                out.word("false", CompletionKind::Value, "");
            }
            _ => {}
        }
    }

    fn condition(&self, flat: &Flat<'_>, inside: usize) -> Completions {
        let Expectation { state, word, quote, argument } = asked(&flat.text, inside);
        let mut out = self.out(flat, &word, inside);
        if let Some(field) = argument {
            values::arguments(self, &field, &mut out);
            return out.finish();
        }
        match state.ask {
            Expected::Operand => {
                self.fields(&mut out, |field| !field.flags.print_only, "");
                self.names_of_macros(&mut out);
                self.transformers(false, &mut out);
                out.word("not", CompletionKind::Keyword, "");
            }
            Expected::Operator => self.operators(flat, &state, &mut out),
            Expected::Join => {
                out.word("and", CompletionKind::Keyword, "");
                out.word("or", CompletionKind::Keyword, "");
            }
            Expected::Argument => {
                self.fields(&mut out, |field| !field.flags.print_only && !field.flags.no_transformer, "");
                self.transformers(false, &mut out);
            }
            Expected::Value | Expected::Element => self.values(flat, inside, &state, quote, &mut out),
        }
        out.finish()
    }

    fn names_of_macros(&self, out: &mut Out) {
        let own = self.cursor.placed.piece.outline().entries.first().map(|entry| &*entry.name);
        for found in self.index.names(ItemKind::Macro) {
            let name = &*found.entry.name;
            if !name.is_empty() && own != Some(name) && out.fits(name) {
                let completion = self.named(ItemKind::Macro, &found, out);
                out.ranked(1, completion);
            }
        }
    }

    fn transformers(&self, right: bool, out: &mut Out) {
        for transformer in TRANSFORMERS.iter().filter(|it| right || **it != Transformer::Val) {
            let completion = Completion {
                kind: CompletionKind::Transformer,
                detail: transformer.summary().to_owned(),
                topic: Some(Topic::Transformer(transformer.text().to_owned())),
                insert: format!("{}(${{1}})", transformer.text()),
                snippet: true,
                ..out.plain(transformer.text())
            };
            out.ranked(2, completion);
        }
    }

    /// The fields of the sources that the item may have.
    pub(super) fn fields(&self, out: &mut Out, wanted: impl Fn(&Field) -> bool, before: &str) {
        let environment = &self.snapshot.settings.options.environment;
        for source in &self.cursor.sources {
            for field in environment.fields(source).into_iter().flat_map(|fields| fields.fields()) {
                if !wanted(field) || !field.listed && !field.flags.suggested || !out.fits(&field.name) {
                    continue;
                }
                let argument = field.arg.required;
                let completion = Completion {
                    kind: CompletionKind::Field,
                    detail: topic::type_of(field),
                    topic: Some(Topic::Field(field.name.clone(), (*source).to_owned())),
                    insert: format!("{before}{}{}", field.name, if argument { "[${1:/}]" } else { "" }),
                    snippet: argument,
                    ..out.plain(&field.name)
                };
                out.ranked(1 + u32::from(field.flags.deprecated || field.class.is_empty()), completion);
            }
        }
    }

    fn operators(&self, flat: &Flat<'_>, state: &ConditionState, out: &mut Out) {
        let left = flat.text.get(state.left.0..state.left.1).unwrap_or_default();
        let ty = self.type_of(left);
        for op in OPERATORS.iter().filter(|op| **op != Op::EqEq) {
            if ty.is_none_or(|(ty, list)| *op == Op::Exists || types::applies(*op, ty, list)) {
                out.operator(*op);
            }
        }
    }

    /// The type of a left side after its transformers.
    fn type_of(&self, left: &str) -> Option<(Type, bool)> {
        let environment = &self.snapshot.settings.options.environment;
        let (operand, _) = crate::syntax::condition::parse_operand(left).ok()?;
        self.cursor.sources.iter().find_map(|source| values::type_of(&operand, environment.fields(source)?))
    }

    fn values(
        &self,
        flat: &Flat<'_>,
        inside: usize,
        state: &ConditionState,
        quote: Option<char>,
        out: &mut Out,
    ) {
        let left = flat.text.get(state.left.0..state.left.1).unwrap_or_default();
        let Some(op) = state.op else { return };
        let takes_list = state.ask == Expected::Element || op.rhs() == Rhs::List || state.modifier.is_some();
        values::of_field(self, left, Some((&flat.text, inside)), out);
        if takes_list && quote.is_none() {
            self.names(ItemKind::List, out);
        }
        if state.ask == Expected::Value && quote.is_none() {
            if op.rhs() == Rhs::String && state.modifier.is_none() {
                for modifier in MODIFIERS {
                    let completion = Completion {
                        kind: CompletionKind::Operator,
                        topic: Some(Topic::Modifier(modifier.text().to_owned())),
                        insert: format!("{} (${{1}})", modifier.text()),
                        snippet: true,
                        ..out.plain(modifier.text())
                    };
                    out.ranked(3, completion);
                }
            }
            self.transformers(true, out);
        }
    }

    fn output(&self, flat: &Flat<'_>, inside: usize) -> Completions {
        let head = &flat.text[..inside];
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
        let start = inside - (head.len() - head.trim_end_matches(is_part).len());
        let lead = head[..start].chars().next_back();
        // A width may stand between the percent sign and the field.
        let digits = head[start..].bytes().take_while(u8::is_ascii_digit).count();
        let is_field = match lead {
            Some('%') => true,
            Some('(' | ',' | ' ') => open_transformer(&head[..start]),
            _ => false,
        };
        let start = if lead == Some('%') { start + digits } else { start };
        let rest = &flat.text[inside..];
        let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        // A full stop after a field ends the sentence.
        let end = inside + rest[..len].trim_end_matches('.').len();
        let mut out = self.out(flat, &(start..end), inside);
        if is_field {
            self.fields(&mut out, |field| !field.flags.filter_only, "");
            self.transformers(false, &mut out);
        } else if start == inside {
            self.fields(&mut out, |field| !field.flags.filter_only, "%");
        }
        out.finish()
    }
}

/// True if a text ends inside the parentheses of a transformer of an output.
fn open_transformer(text: &str) -> bool {
    let Some(percent) = text.rfind('%') else { return false };
    let tail = text[percent + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
    let len = marks::operand_len(tail);
    let opened =
        TRANSFORMERS.iter().any(|it| tail.strip_prefix(it.text()).is_some_and(|rest| rest.starts_with('(')));
    opened && (len == 0 || len >= tail.len()) && tail.matches('(').count() > tail.matches(')').count()
}
