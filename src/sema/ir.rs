//! Rules as all later passes see them: typed, without macros, lists or exceptions.

use crate::schema::Type;
use crate::source::Span;
use crate::syntax::token::{Modifier, Op, Transformer};
use std::sync::Arc;

/// A rule that loads.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// Event source.
    pub source: String,
    /// Priority.
    pub priority: Priority,
    /// False if a file switched it off.
    pub enabled: bool,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// When it fires.
    pub condition: Pred,
    /// What it says.
    pub output: Vec<OutputPart>,
    /// Fields beside those of the output.
    pub extra_fields: Vec<ExtraField>,
    /// The item that defined it last.
    pub span: Span,
    /// Its name there.
    pub name_span: Span,
    /// The condition's value there.
    pub condition_span: Span,
}

/// Priorities, most urgent first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs)]
pub enum Priority {
    Emergency,
    Alert,
    Critical,
    Error,
    Warning,
    Notice,
    Informational,
    Debug,
}

impl Priority {
    /// All, most urgent first.
    pub const ALL: [Priority; 8] = [
        Priority::Emergency,
        Priority::Alert,
        Priority::Critical,
        Priority::Error,
        Priority::Warning,
        Priority::Notice,
        Priority::Informational,
        Priority::Debug,
    ];

    /// The name as Falco prints it.
    pub fn name(self) -> &'static str {
        match self {
            Priority::Emergency => "Emergency",
            Priority::Alert => "Alert",
            Priority::Critical => "Critical",
            Priority::Error => "Error",
            Priority::Warning => "Warning",
            Priority::Notice => "Notice",
            Priority::Informational => "Informational",
            Priority::Debug => "Debug",
        }
    }

    /// The priority of this name, ignoring ASCII case; `INFO` is short for `INFORMATIONAL`.
    pub fn parse(text: &str) -> Option<Priority> {
        if text.eq_ignore_ascii_case("info") {
            return Some(Priority::Informational);
        }
        Priority::ALL.into_iter().find(|priority| priority.name().eq_ignore_ascii_case(text))
    }
}

/// A predicate on events.
///
/// Absent is a value: an atom on an absent field is false, whatever its test. So `a != x` is not
/// `not a = x`, and both can be said.
#[derive(Clone, Debug)]
pub enum Pred {
    /// Always or never.
    Const(bool),
    /// All of them; none is true.
    And(Vec<Pred>),
    /// Any of them; none is false.
    Or(Vec<Pred>),
    /// The opposite.
    Not(Box<Pred>),
    /// One comparison.
    Atom(Arc<Atom>),
}

/// A comparison and where it is written.
#[derive(Clone, Debug)]
pub struct Atom {
    /// What is compared.
    pub left: Term,
    /// How and with what.
    pub test: Test,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where something comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// Where it is written.
    pub span: Span,
    /// The uses of macros it came through, outermost first: "in macro m, used here".
    pub via: Vec<Span>,
}

/// What is compared: a field, or what transformers make of fields and constants.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Term {
    /// A field of the event.
    Field(FieldRef),
    /// A transformer.
    Call {
        /// Which.
        transformer: Transformer,
        /// Its arguments.
        args: Vec<Term>,
        /// The argument in brackets after it.
        arg: Option<Box<str>>,
    },
    /// A list inside a transformer.
    List(Vec<Term>),
    /// A text or number inside a transformer.
    Const(Box<str>),
}

/// A field with its argument and type.
#[derive(Clone, Debug)]
pub struct FieldRef {
    /// Name without argument.
    pub name: Arc<str>,
    /// Argument in brackets, unescaped.
    pub arg: Option<Arc<str>>,
    /// Type of the value or of the elements.
    pub ty: Type,
    /// It is a list.
    pub list: bool,
    /// The JSON pointer to the member of the event that it shows; its own name where that is not one member.
    pub member: Arc<str>,
}

/// What a field shows follows from its name and argument.
impl PartialEq for FieldRef {
    fn eq(&self, other: &FieldRef) -> bool {
        (&self.name, &self.arg, self.ty, self.list) == (&other.name, &other.arg, other.ty, other.list)
    }
}

impl Eq for FieldRef {}

impl std::hash::Hash for FieldRef {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (&self.name, &self.arg, self.ty, self.list).hash(state);
    }
}

impl FieldRef {
    /// A field with one text.
    pub fn plain(name: &str) -> FieldRef {
        let name: Arc<str> = Arc::from(name);
        FieldRef { member: Arc::clone(&name), name, arg: None, ty: Type::Charbuf, list: false }
    }

    /// `name` or `name[arg]`.
    pub fn text(&self) -> String {
        match &self.arg {
            Some(arg) => format!("{}[{arg}]", self.name),
            None => self.name.to_string(),
        }
    }
}

/// How a term is compared.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Test {
    /// It is there.
    Exists,
    /// With constants: one for most operators, any number for list operators and modifiers.
    Values {
        /// Operator.
        op: Op,
        /// Modifier.
        modifier: Option<Modifier>,
        /// The constants as written, unescaped.
        values: Arc<[Box<str>]>,
    },
    /// With another term.
    Term {
        /// Operator.
        op: Op,
        /// The right side.
        term: Term,
    },
}

/// A field that a deployment adds to what a rule says.
#[derive(Clone, Debug)]
pub struct ExtraField {
    /// What it is called.
    pub name: String,
    /// What it says.
    pub parts: Vec<OutputPart>,
    /// The value of a single field as it is, not as text.
    pub raw: bool,
}

/// A part of an output.
#[derive(Clone, Debug)]
pub enum OutputPart {
    /// Text as it is.
    Text(String),
    /// A field or transformer.
    Term {
        /// What.
        term: Term,
        /// How Falco writes it: the key in `output_fields`.
        text: String,
        /// Pad or cut to this many bytes.
        width: Option<usize>,
    },
}

impl Pred {
    /// Calls `visit` on every atom.
    pub fn atoms<'p>(&'p self, visit: &mut impl FnMut(&'p Arc<Atom>)) {
        match self {
            Pred::Const(_) => {}
            Pred::And(parts) | Pred::Or(parts) => parts.iter().for_each(|part| part.atoms(visit)),
            Pred::Not(inner) => inner.atoms(visit),
            Pred::Atom(atom) => visit(atom),
        }
    }
}

impl Term {
    /// The type that it has after its transformers, and whether it is a list of that type.
    pub fn type_of(&self) -> (Type, bool) {
        match self {
            Term::Field(field) => (field.ty, field.list),
            Term::Const(_) => (Type::Charbuf, false),
            Term::List(_) => (Type::Charbuf, true),
            Term::Call { transformer, args, arg } => match transformer {
                Transformer::Len => (Type::Uint64, false),
                Transformer::Join | Transformer::Concat => (Type::Charbuf, false),
                Transformer::Getopt => (Type::Charbuf, arg.is_none()),
                _ => args.first().map_or((Type::Charbuf, false), Term::type_of),
            },
        }
    }

    /// Calls `visit` on every field.
    pub fn fields<'t>(&'t self, visit: &mut impl FnMut(&'t FieldRef)) {
        match self {
            Term::Field(field) => visit(field),
            Term::Call { args, .. } | Term::List(args) => args.iter().for_each(|arg| arg.fields(visit)),
            Term::Const(_) => {}
        }
    }
}
