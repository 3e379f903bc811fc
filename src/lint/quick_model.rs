//! A quick guess at an event, so that only suspicious conditions are given to `logic`.
//!
//! A guess may be wrong either way: it decides what is worth a proof, never what is said.

use crate::cloudtrail::members::{self, Presence};
use crate::schema::Type;
use crate::sema::ir::{Atom, FieldRef, Pred, Term, Test};
use crate::sema::predicate::{Signed, passes, signed, truth};
use crate::syntax::token::{Op, Transformer};
use std::borrow::Cow;

/// A text that no rule is likely to name.
const OTHER: &str = "~";

/// The most arms of an `or` that are tried.
const ARMS: usize = 16;

/// The most texts that are tried for one member.
const TRIES: usize = 64;

/// The first field of a term.
pub fn first_field(term: &Term) -> Option<&FieldRef> {
    if let Term::Field(field) = term {
        return Some(field);
    }
    let mut first = None;
    term.fields(&mut |field| {
        first.get_or_insert(field);
    });
    first
}

/// The members of the record that a condition looks at, each a bit.
pub struct Members<'p> {
    names: Vec<&'p str>,
    /// No two comparisons look at one of them.
    pub all_apart: bool,
}

impl<'p> Members<'p> {
    /// Those of a condition.
    pub fn of(pred: &'p Pred) -> Members<'p> {
        let mut members = Members { names: Vec::with_capacity(16), all_apart: true };
        pred.atoms(&mut |atom| {
            let Some(own) = first_field(&atom.left).map(|field| &*field.member) else { return };
            match members.names.contains(&own) {
                true => members.all_apart = false,
                false => members.names.push(own),
            }
        });
        members
    }

    /// Those that a part looks at, and whether it looks at one of them twice. Of very many the last share a bit.
    pub fn in_part(&self, pred: &Pred) -> (u128, bool) {
        let (mut all, mut twice) = (0, false);
        pred.atoms(&mut |atom| {
            let Some(own) = first_field(&atom.left).map(|field| &*field.member) else { return };
            let at = self.names.iter().position(|name| std::ptr::eq(*name, own) || *name == own);
            let bit = 1 << at.unwrap_or_default().min(127);
            twice |= all & bit != 0;
            all |= bit;
        });
        (all, twice)
    }
}

/// What some members of an event hold; all others are absent.
#[derive(Debug, Default)]
pub struct QuickModel<'p> {
    /// In the order in which they were asked for; of one member the last counts.
    held: Vec<Held<'p>>,
}

#[derive(Clone, Debug)]
struct Held<'p> {
    base: &'p str,
    name: &'p str,
    atom: &'p Atom,
    wanted: bool,
    value: HeldValue<'p>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum HeldValue<'p> {
    Text(Cow<'p, str>),
    Absent,
    /// Something that makes its comparison come out right.
    Fitting,
}

impl<'p> QuickModel<'p> {
    /// An event on which the condition comes out as wanted; `None` if none was found at first sight.
    pub fn of(pred: &'p Pred, wanted: bool) -> Option<QuickModel<'p>> {
        let mut sample = QuickModel { held: Vec::with_capacity(12) };
        sample.make(pred, wanted).then_some(sample)
    }

    /// Whether there is such an event, for a condition whose comparisons look at one member each.
    pub fn is_there(pred: &Pred, wanted: bool) -> bool {
        match signed(pred, wanted) {
            Signed::Const(holds) => holds,
            Signed::Atom(atom, wanted) => is_possible(atom, wanted),
            Signed::All(parts, wanted) => parts.iter().all(|part| QuickModel::is_there(part, wanted)),
            Signed::Any(parts, wanted) => {
                parts.iter().take(ARMS).any(|part| QuickModel::is_there(part, wanted))
            }
        }
    }

    /// An event on which all come out as wanted; `None` if none was found at first sight.
    pub fn of_all(preds: impl IntoIterator<Item = (&'p Pred, bool)>) -> Option<QuickModel<'p>> {
        let mut sample = QuickModel { held: Vec::with_capacity(12) };
        preds.into_iter().all(|(pred, wanted)| sample.make(pred, wanted)).then_some(sample)
    }

    /// Whether a condition holds on the event; `None` if that cannot be told.
    pub fn holds(&self, pred: &Pred) -> Option<bool> {
        truth(pred, &|atom| self.compare(atom))
    }

    fn last(&self, base: &str) -> Option<&Held<'p>> {
        self.held.iter().rev().find(|held| held.base == base)
    }

    fn compare(&self, atom: &Atom) -> Option<bool> {
        let field = first_field(&atom.left)?;
        let own = &*field.member;
        let Some(held) = self.last(own) else {
            return if is_always(own) || field.name.starts_with("evt.") { None } else { Some(false) };
        };
        match &held.value {
            HeldValue::Absent => Some(false),
            HeldValue::Text(text) if held.name == &*field.name => test(atom, text),
            HeldValue::Text(_) | HeldValue::Fitting => None,
        }
    }

    fn make(&mut self, pred: &'p Pred, wanted: bool) -> bool {
        match signed(pred, wanted) {
            Signed::Const(holds) => holds,
            Signed::Atom(atom, wanted) => self.make_atom(atom, wanted),
            Signed::All(parts, wanted) => parts.iter().all(|part| self.make(part, wanted)),
            Signed::Any(parts, wanted) => parts.iter().take(ARMS).any(|part| {
                let before = self.held.len();
                let made = self.make(part, wanted);
                if !made {
                    self.held.truncate(before);
                }
                made
            }),
        }
    }

    fn make_atom(&mut self, atom: &'p Atom, wanted: bool) -> bool {
        let Some(field) = first_field(&atom.left) else { return false };
        let own = &*field.member;
        let mut held = Held { base: own, name: &field.name, atom, wanted, value: HeldValue::Fitting };
        match self.last(own) {
            None => {
                if is_plain(atom) {
                    let Some(value) = settle(own, &[(atom, wanted)]) else { return false };
                    held.value = value;
                }
            }
            Some(before) => {
                if before.name != &*field.name || before.value == HeldValue::Fitting || !is_plain(atom) {
                    return false;
                }
                let still = match &before.value {
                    HeldValue::Absent => Some(false),
                    HeldValue::Text(text) => test(atom, text),
                    HeldValue::Fitting => None,
                };
                held.value = match still == Some(wanted) {
                    true => before.value.clone(),
                    false => {
                        let tests = self.held.iter().filter(|held| held.base == own);
                        let mut tests: Vec<_> = tests.map(|held| (held.atom, held.wanted)).collect();
                        tests.push((atom, wanted));
                        let Some(value) = settle(own, &tests) else { return false };
                        value
                    }
                };
            }
        }
        self.held.push(held);
        true
    }
}

/// Some value of its member makes a comparison come out as wanted.
fn is_possible(atom: &Atom, wanted: bool) -> bool {
    let Some(field) = first_field(&atom.left) else { return false };
    let own = &*field.member;
    if !is_plain(atom) || !wanted && !is_always(own) {
        return true;
    }
    let closed = || closed_values(own).is_some();
    let passes_itself = matches!(
        &atom.test,
        Test::Values {
            op: Op::Eq | Op::EqEq | Op::In | Op::Intersects | Op::Startswith | Op::Endswith | Op::Contains,
            modifier: None,
            values,
        } if !values.is_empty()
    );
    match &atom.left {
        Term::Field(_) if wanted && passes_itself && !closed() => true,
        _ => settle(own, &[(atom, wanted)]).is_some(),
    }
}

fn is_always(base: &str) -> bool {
    members::presence(base) == Presence::Always
}

/// The only values that a member can have, if they are few.
fn closed_values(base: &str) -> Option<&'static [&'static str]> {
    members::at(base).filter(|member| member.is_closed).map(|member| &*member.values)
}

/// A comparison of one text with constants.
fn is_plain(atom: &Atom) -> bool {
    let field = match &atom.left {
        Term::Field(field) => field,
        Term::Call { transformer: Transformer::Tolower | Transformer::Toupper, args, .. } => {
            match &args[..] {
                [Term::Field(field)] => field,
                _ => return false,
            }
        }
        _ => return false,
    };
    field.ty == Type::Charbuf && !field.list && !matches!(atom.test, Test::Term { .. })
}

/// A value of one member that passes all tests; `None` if none is found at first sight.
fn settle<'p>(base: &str, tests: &[(&'p Atom, bool)]) -> Option<HeldValue<'p>> {
    let passes = |text: &str| tests.iter().all(|&(atom, wanted)| test(atom, text) == Some(wanted));
    if tests.iter().all(|(_, wanted)| !wanted) && !is_always(base) {
        return Some(HeldValue::Absent);
    }
    if let Some(values) = closed_values(base) {
        return values.iter().find(|value| passes(value)).map(|value| HeldValue::Text(Cow::Borrowed(value)));
    }
    // What must not differ from a text must be equal to it.
    let names_texts =
        |atom: &Atom, wanted: bool| wanted || matches!(atom.test, Test::Values { op: Op::Ne, .. });
    let naming = tests.iter().filter(|(atom, wanted)| names_texts(atom, *wanted));
    for constant in naming.flat_map(|(atom, _)| constants(atom)).take(TRIES) {
        if passes(constant) {
            return Some(HeldValue::Text(Cow::Borrowed(constant)));
        }
        if constant.contains(['*', '?']) {
            let plain: String = constant.chars().filter(|c| *c != '*').collect();
            if passes(&plain) {
                return Some(HeldValue::Text(Cow::Owned(plain)));
            }
        }
    }
    if passes(OTHER) {
        return Some(HeldValue::Text(Cow::Borrowed(OTHER)));
    }
    // One hard test alone has some text that passes, nearly always.
    let hard = |atom: &Atom| {
        matches!(atom.test, Test::Values { op: Op::Regex | Op::Glob | Op::Iglob | Op::Pmatch, .. })
    };
    matches!(tests, [(atom, _)] if hard(atom) && !constants(atom).is_empty()).then_some(HeldValue::Fitting)
}

fn constants(atom: &Atom) -> &[Box<str>] {
    match &atom.test {
        Test::Values { values, .. } => values,
        _ => &[],
    }
}

/// Whether a text of the field passes; `None` if that is not worth finding out.
fn test(atom: &Atom, text: &str) -> Option<bool> {
    let text = match &atom.left {
        Term::Field(_) => Cow::Borrowed(text),
        Term::Call { transformer: Transformer::Tolower, .. } if is_plain(atom) => {
            Cow::Owned(text.to_ascii_lowercase())
        }
        Term::Call { transformer: Transformer::Toupper, .. } if is_plain(atom) => {
            Cow::Owned(text.to_ascii_uppercase())
        }
        _ => return None,
    };
    passes(&atom.test, text.as_bytes())
}
