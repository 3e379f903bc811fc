//! What a rule asks of a CloudTrail record's event name and source, and whether a record can answer it.

use super::context::{LintAtom, LintRule};
use crate::cloudtrail::fields::{self, DOMAIN, Meaning, View};
use crate::eval::SOURCE;
use crate::schema::aws_facts::{self, Logged};
use crate::schema::event_names;
use crate::sema::environment::Environment;
use crate::sema::ir::{Atom, FieldRef, Term, Test};
use crate::sema::predicate::{passes_quickly, truth};
use crate::syntax::token::Op;

/// How many texts one rule may have compared before its names are taken to be right.
const COMPARISONS: usize = 1_000_000;

/// The JSON pointer to the member that a field shows as it is.
pub fn member(field: &FieldRef) -> Option<&str> {
    let row = fields::row(&field.name)?;
    let shows = matches!(row.meaning, Meaning::Argument)
        || matches!(row.member(), Some((_, View::Text | View::Flag)));
    (shows && field.member.starts_with('/')).then_some(&field.member)
}

/// The member that an atom compares, if it compares one as it is.
pub fn compared(atom: &Atom) -> Option<&str> {
    match &atom.left {
        Term::Field(field) => member(field),
        _ => None,
    }
}

/// How an atom reads the event source: in full, or without its domain.
pub fn reads_source(atom: &Atom) -> Option<Form> {
    match &atom.left {
        Term::Field(field) if &*field.member != "/eventSource" => None,
        Term::Field(field) => match fields::row(&field.name)?.member() {
            Some((_, View::Short)) => Some(Form::Short),
            _ => Some(Form::Full),
        },
        _ => None,
    }
}

/// A form of the event source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// `iam.amazonaws.com`
    Full,
    /// `iam`
    Short,
}

impl Form {
    /// A source in this form.
    pub fn of(self, source: &str) -> &str {
        match self {
            Form::Full => source,
            Form::Short => fields::short(source),
        }
    }
}

/// The texts that an atom wants to be equal to, or not: constants of `=`, `in` and their kin.
pub fn equals(atom: &Atom) -> &[Box<str>] {
    match &atom.test {
        Test::Values { op: Op::Eq | Op::EqEq | Op::Ne | Op::In | Op::Intersects, values, .. } => values,
        _ => &[],
    }
}

impl LintAtom<'_, '_> {
    /// It keeps events out by being equal: `!=`, or `=` behind `not`.
    pub fn excludes(&self) -> bool {
        let unequal = matches!(self.atom.test, Test::Values { op: Op::Ne, .. });
        self.negated != unequal
    }
}

/// Whether an atom holds for events of this name and source, where that settles it.
pub fn decide(atom: &Atom, name: &str, source: &str) -> Option<bool> {
    let Term::Field(field) = &atom.left else { return None };
    let text = match &*field.member {
        "/eventName" => name,
        "/eventSource" => reads_source(atom)?.of(source),
        // Most comparisons are of neither.
        _ => return None,
    };
    passes_quickly(&atom.test, text.as_bytes())
}

/// An event name that a rule compares with, and what becomes of it.
pub struct NameTest<'v> {
    /// Position of the comparison among the rule's.
    pub atom: usize,
    /// Position of the name among its constants.
    pub at: usize,
    /// The name.
    pub name: &'v str,
    /// Events of this name are kept out.
    pub excluded: bool,
    /// What is known of it.
    pub verdict: Verdict<'v>,
}

/// What is known of an event name within the sources that a condition allows.
#[derive(Clone, Copy, Debug)]
pub enum Verdict<'v> {
    /// It is written, as far as known.
    Known,
    /// The source writes something else in its place.
    LoggedAs(&'static str, &'static Logged),
    /// Other sources write it; this is one that the condition allows.
    Elsewhere(&'v str),
    /// Nobody writes it; with a source that the condition allows, if it names one.
    Unknown(Option<&'v str>),
}

/// The event names of a rule.
#[derive(Default)]
pub struct NameTests<'v> {
    /// All names, in their order.
    pub names: Vec<NameTest<'v>>,
    /// A comparison tests the source.
    pub tests_source: bool,
}

impl<'v, 'a> LintRule<'v, 'a> {
    /// True for a rule on CloudTrail records.
    pub fn is_cloudtrail(&self) -> bool {
        self.rule.source == SOURCE
    }

    /// The event names that it compares with; none for rules on other events.
    pub fn name_tests(&self, environment: &Environment) -> &NameTests<'v> {
        self.name_tests
            .get_or_init(|| if self.is_cloudtrail() { ask(self, environment) } else { NameTests::default() })
    }

    /// True unless the condition is certainly false for events of this name and source.
    pub fn may_fire(&self, name: &str, source: &str) -> bool {
        truth(&self.rule.condition, &|atom| decide(atom, name, source)) != Some(false)
    }

    /// The sources that are known to write `name` and that the condition allows.
    pub fn sources_of(&self, asked: &NameTests<'_>, name: &str) -> impl Iterator<Item = &'static str> {
        let tests_source = asked.tests_source;
        event_names::sources_of(name)
            .filter(move |source| aws_facts::logged_as(source, name).is_none())
            .filter(move |source| !tests_source || self.may_fire(name, source))
    }

    /// True if the condition cannot hold for a failed call: it asks that there be no error code.
    pub fn keeps_failures_out(&self) -> bool {
        let decide = |atom: &Atom| {
            let exists = matches!(atom.test, Test::Exists);
            (exists && compared(atom) == Some("/errorCode")).then_some(true)
        };
        self.compares("/errorCode") && truth(&self.rule.condition, &decide) == Some(false)
    }

    /// True if the condition can hold for failed calls alone: it asks for an error code.
    pub fn wants_failures(&self) -> bool {
        let decide = |atom: &Atom| (compared(atom) == Some("/errorCode")).then_some(false);
        self.compares("/errorCode") && truth(&self.rule.condition, &decide) == Some(false)
    }

    /// True if a comparison reads this member of the record.
    pub fn compares(&self, path: &str) -> bool {
        self.atoms.iter().any(|atom| atom.member == Some(path))
    }
}

fn ask<'v>(rule: &LintRule<'v, '_>, environment: &Environment) -> NameTests<'v> {
    let mut asked = NameTests {
        tests_source: rule.atoms.iter().any(|atom| atom.source.is_some()),
        ..NameTests::default()
    };
    let names = || rule.atoms.iter().enumerate().filter(|(_, atom)| atom.member == Some("/eventName"));
    let total = rule.atoms.len() + names().map(|(_, atom)| equals(atom.atom).len()).sum::<usize>();
    let of_sources = rule.atoms.iter().filter(|atom| atom.source.is_some());
    let sources: usize = of_sources.map(|atom| equals(atom.atom).len()).sum();
    for (at_atom, atom) in names() {
        let values = equals(atom.atom);
        let within = asked.tests_source && !atom.excludes();
        // A name that is wrong is tried with each source, and each try looks through the sources.
        let each = (total - values.len()).saturating_add(sources.saturating_mul(sources));
        let too_many = within && values.len().saturating_mul(each) > COMPARISONS;
        for (at, name) in values.iter().enumerate() {
            let verdict = match within {
                _ if too_many => Verdict::Known,
                true => within_sources(rule, atom, environment, name),
                false => anywhere(environment, name),
            };
            asked.names.push(NameTest { atom: at_atom, at, name, excluded: atom.excludes(), verdict });
        }
    }
    asked
}

fn anywhere(environment: &Environment, name: &str) -> Verdict<'static> {
    let mut stand_ins = aws_facts::stand_ins(name).peekable();
    let is_known = match stand_ins.peek() {
        None => event_names::is_name(name),
        Some(_) => event_names::sources_of(name).any(|source| aws_facts::logged_as(source, name).is_none()),
    };
    if is_known || !environment.known_events.sources_of(name).is_empty() {
        return Verdict::Known;
    }
    match stand_ins.next() {
        Some((source, logged)) => Verdict::LoggedAs(source, logged),
        None => Verdict::Unknown(None),
    }
}

/// `own` is the comparison that the name stands in.
fn within_sources<'v>(
    rule: &LintRule<'v, '_>,
    own: &LintAtom<'v, '_>,
    environment: &Environment,
    name: &str,
) -> Verdict<'v> {
    // A long list has the name: no need to look through it.
    let equal = !matches!(own.atom.test, Test::Values { op: Op::Ne, .. });
    let may_fire = |source: &str| {
        let decide = |atom: &Atom| match std::ptr::eq(atom, &**own.atom) {
            true => Some(equal),
            false => decide(atom, name, source),
        };
        truth(&rule.rule.condition, &decide) != Some(false)
    };
    let mut writers = event_names::sources_of(name).filter(|s| aws_facts::logged_as(s, name).is_none());
    let added = environment.known_events.sources_of(name);
    if writers.any(may_fire) || added.iter().any(|source| may_fire(source)) {
        return Verdict::Known;
    }
    // Sources that the condition names, then all there are.
    let mut allowed = None;
    for atom in &rule.atoms {
        let Some(form) = atom.source.filter(|_| !atom.excludes()) else { continue };
        for text in equals(atom.atom) {
            let source = known_source(form, text);
            if !may_fire(source.unwrap_or(text)) {
                continue;
            }
            match source {
                Some(source) => allowed = allowed.or(Some(source)),
                // What an unknown source writes is not known either.
                None => return Verdict::Known,
            }
            if let Some(logged) = source.and_then(|source| aws_facts::logged_as(source, name)) {
                return Verdict::LoggedAs(source.unwrap_or_default(), logged);
            }
        }
    }
    let is_name = event_names::is_name(name) || !added.is_empty();
    let service = allowed.map(aws_facts::service);
    match allowed {
        // One service under several sources: which of them writes what is not known so exactly.
        Some(_) if event_names::sources_of(name).any(|other| service == Some(aws_facts::service(other))) => {
            Verdict::Known
        }
        Some(source) if is_name => Verdict::Elsewhere(source),
        Some(source) => Verdict::Unknown(Some(source)),
        // Nothing is left: the condition contradicts itself, which others say.
        None if !event_names::sources().any(may_fire) => Verdict::Known,
        None if is_name => Verdict::Elsewhere(""),
        None => anywhere(environment, name),
    }
}

/// The known source that a text of this form stands for.
pub fn known_source(form: Form, text: &str) -> Option<&'static str> {
    match form {
        Form::Full => event_names::source(text),
        Form::Short => event_names::source(&format!("{text}{DOMAIN}")),
    }
}
