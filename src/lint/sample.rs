//! A quick guess at an event, so that only suspicious conditions are given to `logic`.
//!
//! A guess may be wrong either way: it decides what is worth a proof, never what is said.

use crate::schema::{SourceFields, Type};
use crate::sema::ir::{Atom, FieldRef, Pred, Term, Test};
use crate::sema::pattern::Pattern;
use crate::syntax::token::Op;

/// A text that no rule is likely to name.
const OTHER: &str = "~";

/// Members that every record has.
const ALWAYS: [&str; 5] = ["eventName", "eventSource", "awsRegion", "eventTime", "eventVersion"];

/// Members with few possible values: whatever is asked of them is worth a proof.
const CLOSED: [&str; 4] =
    ["readOnly", "managementEvent", "additionalEventData/MFAUsed", "responseElements/ConsoleLogin"];

/// The member of the record that a field is read from, or the field itself if there are several.
///
/// Written as in the schema (`a.b`) or as a pointer (`/a/b`): compare with [`same`].
pub fn base<'p>(field: &'p FieldRef, fields: &'p SourceFields) -> &'p str {
    match &field.arg {
        Some(arg) if matches!(&*field.name, "json.value" | "jevt.value") => arg,
        _ => {
            let path = fields.field(&field.name).and_then(|field| field.path.as_deref());
            path.filter(|path| !path.contains([',', '['])).unwrap_or(&field.name)
        }
    }
}

/// Two bases are the same member.
pub fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim_start_matches('/').as_bytes(), b.trim_start_matches('/').as_bytes());
    let plain = |byte: u8| if byte == b'/' { b'.' } else { byte };
    a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| plain(a) == plain(b))
}

/// The first field of a term.
pub fn first_field(term: &Term) -> Option<&FieldRef> {
    let mut first = None;
    term.fields(&mut |field| {
        first.get_or_insert(field);
    });
    first
}

/// What some members of an event hold; all others are absent.
#[derive(Debug, Default)]
pub struct Sample<'p> {
    held: Vec<Held<'p>>,
}

#[derive(Clone, Copy, Debug)]
struct Held<'p> {
    base: &'p str,
    name: &'p str,
    value: Value<'p>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Value<'p> {
    Text(&'p str),
    Absent,
    /// Something that makes its comparison come out right.
    Fitting,
}

impl<'p> Sample<'p> {
    /// An event on which the condition comes out as wanted; `None` if none was found at first sight.
    pub fn of(pred: &'p Pred, wanted: bool, fields: &'p SourceFields) -> Option<Sample<'p>> {
        let mut sample = Sample::default();
        sample.make(pred, wanted, fields).then_some(sample)
    }

    /// Whether a condition holds on the event; `None` if that cannot be told.
    pub fn holds(&self, pred: &Pred, fields: &SourceFields) -> Option<bool> {
        match pred {
            Pred::Const(value) => Some(*value),
            Pred::And(parts) => self.all(parts, true, fields),
            Pred::Or(parts) => self.all(parts, false, fields),
            Pred::Not(inner) => self.holds(inner, fields).map(|holds| !holds),
            Pred::Atom(atom) => self.compare(atom, fields),
        }
    }

    /// The text that a member holds, if it is known.
    pub fn text(&self, base: &str) -> Option<&'p str> {
        self.held.iter().find(|held| same(held.base, base)).and_then(|held| match held.value {
            Value::Text(text) => Some(text),
            _ => None,
        })
    }

    fn all(&self, parts: &[Pred], neutral: bool, fields: &SourceFields) -> Option<bool> {
        let mut result = Some(neutral);
        for part in parts {
            match self.holds(part, fields) {
                Some(holds) if holds == neutral => {}
                Some(holds) => return Some(holds),
                None => result = None,
            }
        }
        result
    }

    fn compare(&self, atom: &Atom, fields: &SourceFields) -> Option<bool> {
        let (Term::Field(field), Test::Values { .. } | Test::Exists) = (&atom.left, &atom.test) else {
            return None;
        };
        let own = base(field, fields);
        let Some(held) = self.held.iter().find(|held| same(held.base, own)) else {
            let always = ALWAYS.iter().any(|always| same(always, own)) || field.name.starts_with("evt.");
            return if always { None } else { Some(false) };
        };
        match held.value {
            Value::Absent => Some(false),
            Value::Text(text) if held.name == &*field.name => test(atom, text),
            Value::Text(_) | Value::Fitting => None,
        }
    }

    fn make(&mut self, pred: &'p Pred, wanted: bool, fields: &'p SourceFields) -> bool {
        match pred {
            Pred::Const(value) => *value == wanted,
            Pred::Not(inner) => self.make(inner, !wanted, fields),
            Pred::Atom(atom) => self.make_atom(atom, wanted, fields),
            Pred::And(parts) if wanted => parts.iter().all(|part| self.make(part, true, fields)),
            Pred::Or(parts) if !wanted => parts.iter().all(|part| self.make(part, false, fields)),
            Pred::And(parts) | Pred::Or(parts) => parts.iter().take(16).any(|part| {
                let before = self.held.len();
                let made = self.make(part, wanted, fields);
                if !made {
                    self.held.truncate(before);
                }
                made
            }),
        }
    }

    fn make_atom(&mut self, atom: &'p Atom, wanted: bool, fields: &'p SourceFields) -> bool {
        let Some(field) = first_field(&atom.left) else { return false };
        let own = base(field, fields);
        if CLOSED.iter().any(|closed| same(closed, own)) {
            return false;
        }
        let plain = matches!(&atom.left, Term::Field(field) if field.ty == Type::Charbuf && !field.list)
            && !matches!(atom.test, Test::Term { .. });
        if let Some(held) = self.held.iter().find(|held| same(held.base, own)) {
            return match held.value {
                Value::Absent => !wanted,
                Value::Text(text) => plain && held.name == &*field.name && test(atom, text) == Some(wanted),
                Value::Fitting => false,
            };
        }
        let value = match (plain, wanted) {
            (true, true) => match wanted_text(atom) {
                Some(value) => value,
                None => return false,
            },
            (true, false) if ALWAYS.iter().any(|always| same(always, own)) => match test(atom, OTHER) {
                Some(false) => Value::Text(OTHER),
                Some(true) => return false,
                None => Value::Fitting,
            },
            (true, false) => Value::Absent,
            (false, _) => Value::Fitting,
        };
        self.held.push(Held { base: own, name: &field.name, value });
        true
    }
}

/// A text that passes the test; `None` if there is none at first sight.
fn wanted_text(atom: &Atom) -> Option<Value<'_>> {
    match &atom.test {
        Test::Exists => Some(Value::Text(OTHER)),
        Test::Term { .. } => Some(Value::Fitting),
        Test::Values { op, modifier: None, values } => {
            let first = values.first()?;
            Some(match op {
                Op::Eq | Op::EqEq | Op::In | Op::Intersects => Value::Text(first),
                Op::Startswith | Op::Endswith | Op::Contains | Op::Icontains => Value::Text(first),
                Op::Ne if &**first != OTHER => Value::Text(OTHER),
                _ => Value::Fitting,
            })
        }
        Test::Values { values, .. } => values.first().map(|_| Value::Fitting),
    }
}

/// Whether a text passes; `None` if that is not worth finding out.
fn test(atom: &Atom, text: &str) -> Option<bool> {
    let Test::Values { op, modifier: None, values } = &atom.test else {
        return matches!(atom.test, Test::Exists).then_some(true);
    };
    let first = || values.first().map(|value| &**value);
    Some(match op {
        Op::Eq | Op::EqEq | Op::In | Op::Intersects => values.iter().any(|value| **value == *text),
        Op::Ne => first()? != text,
        Op::Startswith => text.starts_with(first()?),
        Op::Endswith => text.ends_with(first()?),
        Op::Contains => text.contains(first()?),
        Op::Pmatch | Op::Bcontains | Op::Bstartswith => return None,
        _ => Pattern::new(*op, first()?.as_bytes()).matches(text.as_bytes()),
    })
}
