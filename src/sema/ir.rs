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
    /// False if a file disabled it.
    pub enabled: bool,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// Its condition.
    pub condition: Pred,
    /// Its output.
    pub output: Vec<OutputPart>,
    /// Fields that the deployment adds.
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
/// An atom on an absent field is false, whatever its test. So `a != x` is not `not a = x`, and both can be expressed.
#[derive(Clone, Debug)]
pub enum Pred {
    /// A constant.
    Const(bool),
    /// A conjunction without constant parts.
    And(Vec<Pred>),
    /// A disjunction without constant parts.
    Or(Vec<Pred>),
    /// A negation.
    Not(Box<Pred>),
    /// One comparison.
    Atom(Arc<Atom>),
}

/// A comparison and its origin.
#[derive(Clone, Debug)]
pub struct Atom {
    /// The left side.
    pub left: Term,
    /// The test on it.
    pub test: Test,
    /// Where it comes from.
    pub origin: Origin,
}

/// The origin of an atom in the files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The written text.
    pub span: Span,
    /// The uses of macros it came through, outermost first: "in macro m, used here".
    pub via: Vec<Span>,
}

/// A side of a comparison: a field, or a transformer of fields and constants.
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
    /// True for a list.
    pub list: bool,
    /// The JSON pointer to the member of the event that it shows; its own name if it does not show one member.
    pub member: Arc<str>,
}

/// Equality ignores the member, which follows from name and argument.
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

/// The test of an atom.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Test {
    /// The term is present.
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

/// A field that a deployment adds to the output of a rule.
#[derive(Clone, Debug)]
pub struct ExtraField {
    /// Its name.
    pub name: String,
    /// Its output template.
    pub parts: Vec<OutputPart>,
    /// True if the value of its single field is not converted to text.
    pub raw: bool,
}

/// A part of an output.
#[derive(Clone, Debug)]
pub enum OutputPart {
    /// Literal text.
    Text(String),
    /// A field or transformer.
    Term {
        /// The field or transformer.
        term: Term,
        /// Falco's spelling: the key in `output_fields`.
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
    /// The type after its transformers, and whether it is a list of that type.
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
