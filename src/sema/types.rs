//! Fields, operators and values of a parsed condition, checked in Falco's order.

use super::values::{self, BadValue, Family, family};
use crate::schema::{LookupError, SourceFields, Type, event_type};
use crate::syntax::ast::{Comparison, Constant, Expr, ExprKind, Operand, OperandKind, Right, TextRange};
use crate::syntax::token::{Op, Rhs, TRANSFORMERS, Transformer};
use std::borrow::Cow;

/// Something found while checking a condition, in order.
#[derive(Clone, Debug)]
pub enum TypeFact {
    /// A macro is used here, by its index: its own facts come in its place.
    Macro(usize, TextRange),
    /// Falco refuses the check.
    Error(TypeError),
    /// A constant that looks like something else.
    Warning(Warning),
    /// A `ka.` or `jevt.` field is compared with `<NA>`.
    UnsafeNa(TextRange),
    /// A field by its older name, and today's.
    Older(&'static str, &'static str, TextRange),
    /// A deprecated field on the left.
    Deprecated(&'static str, TextRange),
    /// A check of `evt.type` whose right side Falco cannot search for event codes: it dies.
    EventCodeCrash,
}

/// A check that Falco refuses.
#[derive(Clone, Debug)]
pub struct TypeError {
    /// What.
    pub kind: TypeErrorKind,
    /// The text to underline.
    pub place: TextRange,
    /// Where Falco says it is: the start of the check.
    pub falco_at: u32,
}

/// What is wrong with a check.
#[derive(Clone, Debug)]
pub enum TypeErrorKind {
    /// The field does not exist, or its argument is wrong.
    Field(LookupError),
    /// The operator does not work on the field's type.
    Operator {
        /// The operator.
        op: Op,
        /// The type, after transformers.
        ty: Type,
        /// True for a list of that type.
        list: bool,
        /// Falco's message.
        falco: String,
    },
    /// The constant does not fit.
    Value {
        /// The constant.
        text: String,
        /// The type it should fit.
        ty: Type,
        /// Why not.
        bad: BadValue,
    },
    /// A transformer cannot be applied; Falco's message.
    Transformer(String),
    /// A field on the right side where none can be; Falco's message.
    Right(String),
    /// Falco dies on it: what it says or does, and why.
    Crash {
        /// What Falco does.
        falco: &'static str,
        /// Why, in our words.
        message: &'static str,
        /// True if it dies only when an event is evaluated: the file loads.
        at_run_time: bool,
    },
}

impl TypeErrorKind {
    /// Falco's message.
    pub fn falco(&self) -> String {
        match self {
            TypeErrorKind::Field(error) => error.message.clone(),
            TypeErrorKind::Operator { falco, .. }
            | TypeErrorKind::Transformer(falco)
            | TypeErrorKind::Right(falco) => falco.clone(),
            TypeErrorKind::Value { bad: BadValue::EventType(name), .. } => {
                format!("unknown event type {name}")
            }
            TypeErrorKind::Value { bad: BadValue::Unfit(falco) | BadValue::Regex { falco, .. }, .. } => {
                falco.clone()
            }
            TypeErrorKind::Crash { falco, .. } => (*falco).to_owned(),
        }
    }
}

/// A constant that Falco warns about.
#[derive(Clone, Debug)]
pub struct Warning {
    /// Why.
    pub kind: WarningKind,
    /// The constant.
    pub text: String,
    /// Its place, which is also Falco's.
    pub place: TextRange,
}

/// Why a constant is suspect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WarningKind {
    /// A regular expression without any special character.
    PlainRegex,
    /// It is the name of a field.
    Field,
    /// It looks like a transformer call.
    Transformer,
}

/// All facts of a condition. Macros are not looked into; `macro_index` knows them by name.
pub fn facts(
    expr: &Expr<'_>,
    fields: &SourceFields,
    macro_index: &dyn Fn(&str) -> Option<usize>,
) -> Vec<TypeFact> {
    let mut checker = Checker { fields, macro_index, facts: Vec::new() };
    checker.visit(expr);
    checker.facts
}

/// The first thing Falco would refuse in a condition without macros.
pub fn first_error(expr: &Expr<'_>, fields: &SourceFields) -> Option<TypeError> {
    facts(expr, fields, &|_| None).into_iter().find_map(|fact| match fact {
        TypeFact::Error(error) => Some(error),
        _ => None,
    })
}

/// Why a field or transformer cannot be used on its own, as in an output, and which part of it.
pub fn operand_error(operand: &Operand<'_>, fields: &SourceFields) -> Option<TypeError> {
    let mut checker = Checker { fields, macro_index: &|_| None, facts: Vec::new() };
    let (trouble, place) = *checker.operand(operand).err()?;
    Some(TypeError { kind: trouble, place, falco_at: operand.place.start })
}

/// The type of a side of a check.
#[derive(Clone, Copy, Debug)]
struct Typed {
    ty: Type,
    list: bool,
    /// The type before transformers: what `join`, `concat` and `getopt` look at.
    base: Type,
    base_list: bool,
}

impl Typed {
    fn plain(ty: Type, list: bool) -> Typed {
        Typed { ty, list, base: ty, base_list: list }
    }
}

struct Checker<'f> {
    fields: &'f SourceFields,
    macro_index: &'f dyn Fn(&str) -> Option<usize>,
    facts: Vec<TypeFact>,
}

type Caught<T> = Result<T, Box<(TypeErrorKind, TextRange)>>;

impl Checker<'_> {
    fn visit(&mut self, expr: &Expr<'_>) {
        match &expr.kind {
            ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().for_each(|part| self.visit(part)),
            ExprKind::Not(inner) => self.visit(inner),
            ExprKind::Macro(name) => {
                let index = (self.macro_index)(name);
                self.facts.extend(index.map(|index| TypeFact::Macro(index, expr.place.clone())));
            }
            ExprKind::Comparison(check) => {
                let found = self.facts.len();
                if let Err(refused) = self.check(check, &expr.place) {
                    let (trouble, place) = *refused;
                    // Of a check that Falco refuses, its constants do not matter.
                    let mut at = 0;
                    self.facts.retain(|fact| {
                        at += 1;
                        at <= found || !matches!(fact, TypeFact::Warning(_))
                    });
                    self.facts.push(TypeFact::Error(TypeError {
                        kind: trouble,
                        place,
                        falco_at: expr.falco_at,
                    }));
                }
            }
            ExprKind::Hole => {}
        }
    }

    fn check(&mut self, check: &Comparison<'_>, place: &TextRange) -> Caught<()> {
        self.field_facts(check, place);
        let left = self.operand(&check.left)?;
        if check.op != Op::Exists {
            comparable(check.op, check.modifier.is_some(), left)
                .map_err(|trouble| Box::new((trouble, check.op_place.clone())))?;
            if matches!(&check.left.kind, OperandKind::Field { name: "evt.around", .. }) && check.op != Op::Eq
            {
                let falco = "evt.around supports only '=' comparison operator".to_owned();
                let trouble = TypeErrorKind::Operator { op: check.op, ty: left.ty, list: false, falco };
                return Err(Box::new((trouble, check.op_place.clone())));
            }
        }
        match &check.right {
            Right::None | Right::Hole => Ok(()),
            Right::Const(value) | Right::Word(value) => self.constant(value, left.ty, check),
            Right::List(values, _) => {
                values.iter().try_for_each(|value| self.constant(value, left.ty, check))
            }
            Right::Operand(right) => self.right_side(check, left, right, place),
        }
    }

    fn right_side(
        &mut self,
        check: &Comparison<'_>,
        left: Typed,
        right: &Operand<'_>,
        place: &TextRange,
    ) -> Caught<()> {
        let fail = |message: String| Err(Box::new((TypeErrorKind::Right(message), right.place.clone())));
        let typed = self.operand(right)?;
        if matches!(check.op, Op::Pmatch | Op::Regex) {
            let op = check.op.text().to_ascii_uppercase();
            return fail(format!("operator '{op}' doesn't support right-hand side fields"));
        }
        if family(left.ty) == Family::Network {
            let ty = left.ty.name();
            return fail(format!("field type '{ty}' doesn't support right-hand side fields"));
        }
        for (side, phrase) in [
            (&check.left, "doesn't support right-hand side fields"),
            (right, "can't be used as a right-hand side field"),
        ] {
            if let Some(name) = self.no_rhs_field(side) {
                return fail(format!("field '{name}' {phrase}"));
            }
        }
        if (left.ty, left.list) != (typed.ty, typed.list) {
            return fail(format!(
                "field '{}' has type '{}' while the right-hand side field '{}' has incompatible type '{}'",
                innermost(&check.left),
                type_text(left),
                innermost(right),
                type_text(typed)
            ));
        }
        if is_event_type(&check.left) {
            self.facts.push(TypeFact::EventCodeCrash);
        }
        if let OperandKind::Call { transformer, .. } = &check.left.kind
            && transformer.is_multi()
        {
            {
                let crash = TypeErrorKind::Crash {
                    falco: "segmentation fault at the first event",
                    message: "Falco 0.44 crashes when `join`, `concat` or `getopt` is compared with a field",
                    at_run_time: true,
                };
                return Err(Box::new((crash, place.clone())));
            }
        }
        Ok(())
    }

    fn no_rhs_field(&self, operand: &Operand<'_>) -> Option<String> {
        let text = operand.kind.field_text()?;
        let resolved = self.fields.resolve(&text).ok()?;
        resolved.field.flags.no_rhs.then(|| text.into_owned())
    }

    /// Warnings that do not depend on types.
    fn field_facts(&mut self, check: &Comparison<'_>, place: &TextRange) {
        let Some(name) = last_field(&check.left) else { return };
        let na = |value: &Constant<'_>| value.text == "<NA>";
        let compared = match &check.right {
            Right::Const(value) | Right::Word(value) => na(value),
            Right::List(values, _) => values.iter().any(na),
            _ => false,
        };
        let op = matches!(check.op, Op::Eq | Op::EqEq | Op::Ne | Op::In | Op::Intersects | Op::Pmatch);
        if compared
            && op
            && check.modifier.is_none()
            && (name.starts_with("ka.") || name.starts_with("jevt."))
        {
            self.facts.push(TypeFact::UnsafeNa(place.clone()));
        }
        each_field(&check.left, &mut |name, at| {
            if let Some(field) = deprecated(name) {
                self.facts.push(TypeFact::Deprecated(field, at.clone()));
            }
        });
    }

    fn constant(&mut self, value: &Constant<'_>, ty: Type, check: &Comparison<'_>) -> Caught<()> {
        self.constant_warnings(value, check.op);
        // `syscall.type` takes any text.
        let named = matches!(&check.left.kind, OperandKind::Field { name: "evt.type", .. });
        let unknown = named && self.is_syscall() && event_type(&value.text).is_none();
        let converted = match unknown {
            true => Err(BadValue::EventType(value.text.clone().into_owned())),
            false => values::convert(&value.text, ty, check.op),
        };
        converted.map_err(|bad| {
            let text = value.text.clone().into_owned();
            Box::new((TypeErrorKind::Value { text, ty, bad }, value.place.clone()))
        })
    }

    /// Only the engine's own class of system calls has `evt.type`.
    fn is_syscall(&self) -> bool {
        self.fields.field("evt.type").is_some()
    }

    fn constant_warnings(&mut self, value: &Constant<'_>, op: Op) {
        let mut warn = |kind| {
            let warning = Warning { kind, text: value.text.clone().into_owned(), place: value.place.clone() };
            self.facts.push(TypeFact::Warning(warning));
        };
        if op == Op::Regex && is_plain_regex(&value.text) {
            warn(WarningKind::PlainRegex);
        }
        if !value.text.contains(['.', '(']) {
            return;
        }
        let is_space = crate::syntax::lexer::is_space;
        let squeezed: Cow<'_, str> = match value.text.contains(is_space) {
            true => value.text.chars().filter(|&c| !is_space(c)).collect(),
            false => Cow::Borrowed(&value.text),
        };
        if squeezed.contains('.') && self.fields.resolves(&squeezed) {
            warn(WarningKind::Field);
        }
        if squeezed.ends_with(')')
            && TRANSFORMERS.iter().any(|transformer| {
                squeezed.strip_prefix(transformer.text()).is_some_and(|rest| rest.starts_with('('))
            })
        {
            warn(WarningKind::Transformer);
        }
    }

    fn operand(&mut self, operand: &Operand<'_>) -> Caught<Typed> {
        match &operand.kind {
            OperandKind::Field { name, .. } => {
                if let Some((older, newer)) = OLDER.iter().find(|(older, _)| older == name) {
                    let end = operand.place.start + older.len() as u32;
                    self.facts.push(TypeFact::Older(older, newer, operand.place.start..end));
                }
                let text = operand.kind.field_text().unwrap_or_default();
                match self.fields.resolve(&text) {
                    Ok(resolved) => Ok(Typed::plain(resolved.ty, resolved.field.list)),
                    Err(error) => Err(Box::new((TypeErrorKind::Field(error), operand.place.clone()))),
                }
            }
            OperandKind::Const(_) => Ok(Typed::plain(Type::Charbuf, false)),
            OperandKind::List(elements) => {
                for element in elements {
                    self.operand(element)?;
                }
                Ok(Typed::plain(Type::Charbuf, true))
            }
            OperandKind::Call { transformer, args, arg } => {
                self.call(operand, *transformer, args, arg.as_ref())
            }
        }
    }

    fn call(
        &mut self,
        operand: &Operand<'_>,
        transformer: Transformer,
        args: &[Operand<'_>],
        arg: Option<&Constant<'_>>,
    ) -> Caught<Typed> {
        let place = operand.place.clone();
        let fail = |message: String| Err(Box::new((TypeErrorKind::Transformer(message), place.clone())));
        let name = transformer.text();
        if transformer.is_multi() {
            return self.multi(operand, transformer, args, arg);
        }
        let [argument] = args else {
            let crash = TypeErrorKind::Crash {
                falco: "Runtime error: unknown multivalue transformer. Exiting.",
                message: "this transformer takes one argument; Falco 0.44 dies on more",
                at_run_time: false,
            };
            return Err(Box::new((crash, place)));
        };
        if arg.is_some() {
            return fail(format!("filter error: transformer '{name}' does not support field arguments"));
        }
        let typed = self.operand(argument)?;
        if let Some(field) = argument.kind.field_text() {
            let fixed = |resolved: crate::schema::Resolved<'_>| resolved.field.flags.no_transformer;
            if transformer != Transformer::Val && self.fields.resolve(&field).is_ok_and(fixed) {
                return fail(format!("field '{field}' does not support transformers"));
            }
        }
        let (text, bytes) = (family(typed.ty) == Family::Text, family(typed.ty) == Family::Bytes);
        let accepted = match transformer {
            Transformer::Val => true,
            Transformer::Tolower | Transformer::Toupper | Transformer::Basename => text,
            Transformer::B64 => typed.ty == Type::Charbuf || bytes,
            _ => typed.list || text || bytes,
        };
        if !accepted {
            let list = if typed.list { "list " } else { "" };
            return fail(format!(
                "can't add field transformer: type '{}' is not supported by '{name}' transformer applied on {list}field '{}'",
                typed.ty.name(),
                innermost(argument)
            ));
        }
        match transformer {
            Transformer::Len => Ok(Typed { ty: Type::Uint64, list: false, ..typed }),
            _ => Ok(typed),
        }
    }

    fn multi(
        &mut self,
        operand: &Operand<'_>,
        transformer: Transformer,
        args: &[Operand<'_>],
        arg: Option<&Constant<'_>>,
    ) -> Caught<Typed> {
        let name = transformer.text();
        let fail =
            |message: String| Err(Box::new((TypeErrorKind::Transformer(message), operand.place.clone())));
        if args.len() == 1 {
            return fail(format!("unknown field transfomer '{name}'"));
        }
        let mut types = Vec::with_capacity(args.len());
        for arg in args {
            types.push(self.operand(arg)?);
        }
        let base_list = |at: usize| types[at].base_list;
        let text = |typed: &Typed| typed.base == Type::Charbuf;
        match transformer {
            Transformer::Join => {
                if args.len() != 2 {
                    return fail("join() requires exactly 2 arguments: separator and list".to_owned());
                }
                if base_list(0) {
                    return fail(
                        "join() first argument (separator) must be a single value, not a list".to_owned(),
                    );
                }
                if !base_list(1) {
                    return fail("join() second argument must be a list".to_owned());
                }
            }
            Transformer::Concat => {
                if types.iter().any(|typed| typed.base_list || !text(typed)) {
                    return fail("concat() arguments must be strings".to_owned());
                }
            }
            _ => {
                if args.len() != 2 {
                    return fail("getopt() requires exactly 2 arguments: args list and optstring".to_owned());
                }
                if !base_list(0) {
                    return fail("getopt() first argument must be a list".to_owned());
                }
                if base_list(1) {
                    return fail("getopt() second argument (optstring) must be a single value".to_owned());
                }
                if types.iter().any(|typed| !text(typed)) {
                    return fail("getopt() arguments must be strings".to_owned());
                }
            }
        }
        match (transformer, arg) {
            (Transformer::Getopt, Some(arg)) if arg.text.len() != 1 => {
                fail("getopt() field argument must be a single option character".to_owned())
            }
            (Transformer::Getopt, arg) => Ok(Typed::plain(Type::Charbuf, arg.is_none())),
            (_, Some(_)) => fail(format!("transformer '{name}' does not support field arguments")),
            (_, None) => Ok(Typed::plain(Type::Charbuf, false)),
        }
    }
}

fn type_text(typed: Typed) -> String {
    format!("{}{}", typed.ty.name(), if typed.list { " (list)" } else { "" })
}

/// The field an operand is about, as Falco names it: the innermost, or the transformer without one.
fn innermost(operand: &Operand<'_>) -> String {
    match &operand.kind {
        OperandKind::Call { transformer, args, .. } => match args.first() {
            Some(arg) if !transformer.is_multi() => innermost(arg),
            _ => transformer.text().to_owned(),
        },
        kind => kind.field_text().map_or_else(|| "NA".to_owned(), |text| text.into_owned()),
    }
}

/// Calls `visit` with the name of each field of an operand, left to right.
fn each_field<'a>(operand: &Operand<'a>, visit: &mut impl FnMut(&'a str, &TextRange)) {
    match &operand.kind {
        OperandKind::Field { name, .. } => visit(name, &operand.place),
        OperandKind::Call { args, .. } | OperandKind::List(args) => {
            args.iter().for_each(|arg| each_field(arg, visit));
        }
        OperandKind::Const(_) => {}
    }
}

fn last_field<'a>(operand: &Operand<'a>) -> Option<&'a str> {
    let mut last = None;
    each_field(operand, &mut |name, _| last = Some(name));
    last
}

fn is_event_type(operand: &Operand<'_>) -> bool {
    matches!(&operand.kind, OperandKind::Field { name: "evt.type" | "syscall.type", .. })
}

/// Fields whose use Falco 0.44 warns about.
pub const DEPRECATED: &[(&str, &str)] = &[
    (
        "evt.dir",
        "due to the drop of enter events, 'evt.dir = <' always evaluates to true, and 'evt.dir = >' always \
         evaluates to false. The rule expression can be simplified by removing the condition on 'evt.dir'",
    ),
    ("evt.latency", NO_LATENCY),
    ("evt.latency.s", NO_LATENCY),
    ("evt.latency.ns", NO_LATENCY),
    ("evt.latency.human", NO_LATENCY),
    ("evt.wait_latency", NO_LATENCY),
];

const NO_LATENCY: &str = "field is not available due to the drop of enter events.";

/// Aliases that the json plugin keeps for its former fields.
const OLDER: &[(&str, &str)] =
    &[("jevt.value", "json.value"), ("jevt.obj", "json.obj"), ("jevt.rawtime", "json.rawtime")];

fn deprecated(name: &str) -> Option<&'static str> {
    if !name.starts_with("evt.") {
        return None;
    }
    DEPRECATED.iter().map(|&(field, _)| field).find(|field| *field == name)
}

/// No special character but an anchor at an end, or a `.*` at an end.
fn is_plain_regex(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if b".+*?^$()[]{}|\\".contains(&byte) {
            let anchor = (byte == b'^' && at == 0) || (byte == b'$' && at + 1 == bytes.len());
            let any = byte == b'.'
                && bytes.get(at + 1).is_some_and(|next| b"+*?".contains(next))
                && ((at == 0 && bytes.len() > 1) || at + 2 == bytes.len());
            if !anchor && !any {
                return false;
            }
            at += usize::from(any);
        }
        at += 1;
    }
    true
}

/// True if an operator works on a type, or on a list of it.
pub fn applies(op: Op, ty: Type, list: bool) -> bool {
    op == Op::Exists || comparable(op, false, Typed::plain(ty, list)).is_ok()
}

/// The operator × type table.
fn comparable(op: Op, modified: bool, typed: Typed) -> Result<(), TypeErrorKind> {
    let refuse = |falco: String| Err(TypeErrorKind::Operator { op, ty: typed.ty, list: typed.list, falco });
    let text = op.canonical();
    if typed.list {
        let listable = matches!(
            typed.ty.name(),
            "CHARBUF" | "UINT64" | "RELTIME" | "ABSTIME" | "BOOL" | "IPADDR" | "IPNET"
        );
        if !listable {
            return refuse(format!(
                "filter error: list filters are not supported for type '{}'",
                typed.ty.name()
            ));
        }
        if !matches!(op, Op::In | Op::Intersects) {
            return refuse(format!("filter error: '{text}' operator not supported list filters"));
        }
        return Ok(());
    }
    let equal = matches!(op, Op::Eq | Op::EqEq | Op::Ne | Op::In | Op::Intersects);
    let order = op.rhs() == Rhs::Number;
    let refused =
        |what: &str| refuse(format!("filter error: '{text}' operator not supported for {what} filters"));
    match family(typed.ty) {
        Family::Number | Family::Port if equal || order => Ok(()),
        Family::Bool if equal => Ok(()),
        Family::Number | Family::Port | Family::Bool => refused("numeric"),
        Family::Address | Family::Network if modified => {
            let what = "with modifier not supported for ip address and network filters";
            refuse(format!("filter error: '{text}' {what}"))
        }
        Family::Address | Family::Network if equal => Ok(()),
        Family::Address | Family::Network => refused("ip address and network"),
        Family::Text if matches!(op, Op::Bcontains | Op::Bstartswith) => refused("string"),
        Family::Text => Ok(()),
        Family::Bytes => match op {
            Op::Contains | Op::Startswith | Op::Endswith | Op::Bcontains | Op::Bstartswith => Ok(()),
            _ if equal => Ok(()),
            _ => refused("buffer"),
        },
        Family::Other => {
            refuse(format!("filter error: '{text}' operator not supported for type '{}'", typed.ty.name()))
        }
    }
}
