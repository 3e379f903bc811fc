//! Conditions as comparisons of single members of a record, for engines that match patterns.
//!
//! Fields that are made of several members become a choice between them, and `not` goes down to the comparisons: what is
//! not so is either not there or there and different.

use crate::schema::Field;
use crate::schema::plugins::{Plugin, bundled_plugins};
use crate::sema::ir::{Atom, FieldRef, Pred, Term, Test};
use crate::sema::pattern::Pattern;
use crate::sema::values::number;
use crate::syntax::glob::{self, Token};
use crate::syntax::token::{Modifier, Op, Transformer};

/// A condition on members.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Clause {
    /// Always or never.
    Const(bool),
    /// All of them.
    All(Vec<Clause>),
    /// Any of them.
    Any(Vec<Clause>),
    /// One comparison.
    Leaf(Leaf),
}

/// A comparison of one member.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaf {
    /// The keys that lead to it.
    pub path: Vec<String>,
    /// What it may be.
    pub kind: Kind,
    /// What is asked of it.
    pub check: Check,
}

/// What a member holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A text.
    Text,
    /// A truth value.
    Flag,
    /// A number.
    Number,
    /// Whatever the record has there.
    Any,
}

/// What is asked of a member.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Check {
    /// It is there.
    Exists,
    /// It is not there.
    Missing,
    /// It is there, and its text is so, or if `not`, is not so.
    Text {
        /// Pieces of text, with anything between them.
        like: Like,
        /// Case of ASCII letters does not count.
        fold: bool,
        /// It must not be so.
        not: bool,
    },
    /// It is there and compares so.
    Number(Op, u64),
    /// It is true, or if not, it is there and not true.
    True(bool),
}

/// A text, or the pieces of one with anything between them: `*` in shell patterns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Like(pub Vec<String>);

impl Like {
    /// The text, if it is all of it.
    pub fn exact(&self) -> Option<&str> {
        match self.0.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

/// The condition, or the opposite of it.
pub fn lower(pred: &Pred, positive: bool) -> Result<Clause, String> {
    let all = |parts: &[Pred]| parts.iter().map(|part| lower(part, positive)).collect::<Result<Vec<_>, _>>();
    Ok(match pred {
        Pred::Const(truth) => Clause::Const(*truth == positive),
        Pred::And(parts) if positive => every(all(parts)?),
        Pred::And(parts) => any(all(parts)?),
        Pred::Or(parts) if positive => any(all(parts)?),
        Pred::Or(parts) => every(all(parts)?),
        Pred::Not(inner) => lower(inner, !positive)?,
        Pred::Atom(atom) if positive => of_atom(atom)?,
        Pred::Atom(atom) => {
            let clause = negated(of_atom(atom)?);
            match unlike_json(&clause) {
                Some(path) => {
                    return Err(format!(
                        "`{path}` may be an object or a list, whose JSON the target cannot compare"
                    ));
                }
                None => clause,
            }
        }
    })
}

/// A member that must be different from a text, and may be no text.
fn unlike_json(clause: &Clause) -> Option<String> {
    match clause {
        Clause::Const(_) => None,
        Clause::All(parts) | Clause::Any(parts) => parts.iter().find_map(unlike_json),
        Clause::Leaf(leaf) => {
            let unlike = leaf.kind == Kind::Any && matches!(leaf.check, Check::Text { not: true, .. });
            unlike.then(|| leaf.path.join("."))
        }
    }
}

/// All of them, those within those among them.
pub fn every(parts: Vec<Clause>) -> Clause {
    let mut left = Vec::new();
    for part in parts {
        match part {
            Clause::Const(true) => {}
            Clause::Const(false) => return Clause::Const(false),
            Clause::All(inner) => left.extend(inner),
            part => left.push(part),
        }
    }
    alone(left, true, Clause::All)
}

/// Any of them, those within those among them.
pub fn any(parts: Vec<Clause>) -> Clause {
    let mut left = Vec::new();
    for part in parts {
        match part {
            Clause::Const(false) => {}
            Clause::Const(true) => return Clause::Const(true),
            Clause::Any(inner) => left.extend(inner),
            part => left.push(part),
        }
    }
    alone(left, false, Clause::Any)
}

fn alone(mut parts: Vec<Clause>, empty: bool, make: fn(Vec<Clause>) -> Clause) -> Clause {
    if parts.len() > 1 {
        return make(parts);
    }
    parts.pop().unwrap_or(Clause::Const(empty))
}

/// The opposite: not there, or there and otherwise.
fn negated(clause: Clause) -> Clause {
    let all = |parts: Vec<Clause>| parts.into_iter().map(negated).collect();
    match clause {
        Clause::Const(truth) => Clause::Const(!truth),
        Clause::All(parts) => any(all(parts)),
        Clause::Any(parts) => every(all(parts)),
        Clause::Leaf(leaf) => match leaf.check {
            Check::Exists => Clause::Leaf(Leaf { check: Check::Missing, ..leaf }),
            Check::Missing => Clause::Leaf(Leaf { check: Check::Exists, ..leaf }),
            _ => {
                let missing = Leaf { check: Check::Missing, ..leaf.clone() };
                any(vec![Clause::Leaf(missing), otherwise(Clause::Leaf(leaf))])
            }
        },
    }
}

/// There and different: of comparisons of one member.
fn otherwise(clause: Clause) -> Clause {
    let all = |parts: Vec<Clause>| parts.into_iter().map(otherwise).collect();
    match clause {
        Clause::Const(truth) => Clause::Const(!truth),
        Clause::All(parts) => any(all(parts)),
        Clause::Any(parts) => every(all(parts)),
        Clause::Leaf(leaf) => {
            let check = match leaf.check {
                Check::Exists => Check::Missing,
                Check::Missing => Check::Exists,
                Check::Text { like, fold, not } => Check::Text { like, fold, not: !not },
                Check::True(truth) => Check::True(!truth),
                Check::Number(op, value) => Check::Number(opposite(op), value),
            };
            Clause::Leaf(Leaf { check, ..leaf })
        }
    }
}

fn opposite(op: Op) -> Op {
    match op {
        Op::Ne => Op::Eq,
        Op::Lt => Op::Ge,
        Op::Le => Op::Gt,
        Op::Gt => Op::Le,
        Op::Ge => Op::Lt,
        _ => Op::Ne,
    }
}

/// Where a value comes from.
enum Source {
    Member(Vec<String>, Kind),
    /// The service, without its domain.
    Short(Vec<String>),
    Text(&'static str),
}

fn of_atom(atom: &Atom) -> Result<Clause, String> {
    let (field, fold) = subject(&atom.left)?;
    let mut parts = Vec::new();
    for (guard, source) in sources(field)? {
        let test = match source {
            Source::Text(text) => Clause::Const(on_text(&atom.test, text.as_bytes(), fold)?),
            Source::Short(path) => of_short(&atom.test, &path, fold)?,
            Source::Member(path, kind) => of_member(&atom.test, &path, kind, fold)?,
        };
        parts.push(every(vec![guard, test]));
    }
    Ok(any(parts))
}

/// What of its case does not count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    No,
    Lower,
    Upper,
}

fn subject(term: &Term) -> Result<(&FieldRef, Fold), String> {
    match term {
        Term::Field(field) => Ok((field, Fold::No)),
        Term::Call { transformer, args, arg: None } => match (transformer, args.as_slice()) {
            (Transformer::Tolower, [Term::Field(field)]) => Ok((field, Fold::Lower)),
            (Transformer::Toupper, [Term::Field(field)]) => Ok((field, Fold::Upper)),
            _ => Err(format!("the target has no `{}()`", transformer.text())),
        },
        _ => Err("the target compares only members of the record".to_owned()),
    }
}

fn path(dotted: &str) -> Vec<String> {
    dotted.split('.').map(str::to_owned).collect()
}

fn leaf(path: &[String], kind: Kind, check: Check) -> Clause {
    Clause::Leaf(Leaf { path: path.to_vec(), kind, check })
}

fn equal(path: &[String], kind: Kind, text: &str, fold: bool) -> Clause {
    leaf(path, kind, Check::Text { like: Like(vec![text.to_owned()]), fold, not: false })
}

/// The members a field shows, each with when it does; they exclude each other.
fn sources(field: &FieldRef) -> Result<Vec<(Clause, Source)>, String> {
    let always = |source| Ok(vec![(Clause::Const(true), source)]);
    let member = |dotted: &str, kind| Source::Member(path(dotted), kind);
    match &*field.name {
        "ct.shortsrc" => always(Source::Short(path("eventSource"))),
        "ct.user" => Ok(user()),
        "ct.user.accountid" => {
            let own = path("userIdentity.accountId");
            let check = |check| leaf(&own, Kind::Text, check);
            Ok(vec![
                (check(Check::Exists), Source::Member(own.clone(), Kind::Text)),
                (check(Check::Missing), member("recipientAccountId", Kind::Text)),
            ])
        }
        "ct.managementevent" => always(member("managementEvent", Kind::Flag)),
        "ct.readonly" => always(member("readOnly", Kind::Flag)),
        "ct.sessioncredentialfromconsole" => always(member("sessionCredentialFromConsole", Kind::Flag)),
        "s3.bytes.in" => always(member("additionalEventData.bytesTransferredIn", Kind::Number)),
        "s3.bytes.out" => always(member("additionalEventData.bytesTransferredOut", Kind::Number)),
        "json.value" | "jevt.value" => {
            let pointer = field.arg.as_deref().unwrap_or_default();
            let keys = pointer.strip_prefix('/').unwrap_or(pointer).split('/');
            let keys: Vec<String> = keys.map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
            if keys.iter().any(String::is_empty) {
                return Err("the target has no whole record to compare".to_owned());
            }
            let kind = if is_text(&keys.join(".")) { Kind::Text } else { Kind::Any };
            always(Source::Member(keys, kind))
        }
        name => match plain_path(name) {
            Some(dotted) => always(member(&dotted, Kind::Text)),
            None => {
                Err(format!("the target has nothing like `{name}`, which is no single member of the record"))
            }
        },
    }
}

fn user() -> Vec<(Clause, Source)> {
    let kind = path("userIdentity.type");
    let is = |text: &str| equal(&kind, Kind::Text, text, false);
    let issuer = path("userIdentity.sessionContext.sessionIssuer.userName");
    let issued = |check| leaf(&issuer, Kind::Text, check);
    let member = |dotted: &str| Source::Member(path(dotted), Kind::Text);
    vec![
        (any(vec![is("Root"), is("IAMUser")]), member("userIdentity.userName")),
        (is("AWSService"), member("userIdentity.invokedBy")),
        (is("AssumedRole"), Source::Member(issuer.clone(), Kind::Text)),
        (every(vec![is("AssumedRole"), issued(Check::Missing)]), Source::Text("AssumedRole")),
        (is("AWSAccount"), Source::Text("AWSAccount")),
        (is("FederatedUser"), Source::Text("FederatedUser")),
    ]
}

/// Members that are texts wherever CloudTrail writes them, though they are asked for by their path.
fn is_text(dotted: &str) -> bool {
    const OTHERS: [&str; 8] = [
        "userIdentity.userName",
        "userIdentity.invokedBy",
        "userIdentity.accessKeyId",
        "userIdentity.sessionContext.sessionIssuer.userName",
        "userIdentity.sessionContext.sessionIssuer.arn",
        "userIdentity.sessionContext.attributes.mfaAuthenticated",
        "additionalEventData.MFAUsed",
        "responseElements.ConsoleLogin",
    ];
    let plugin = bundled_plugins().iter().find(|plugin| plugin.name == "cloudtrail");
    let shows = |plugin: &Plugin| {
        let of_field = |field: &Field| plain_path(&field.name).as_deref() == Some(dotted);
        plugin.schema().fields.iter().filter(|field| field.name.starts_with("ct.")).any(of_field)
    };
    OTHERS.contains(&dotted)
        || plugin.is_some_and(shows) && !["managementEvent", "readOnly"].contains(&dotted)
}

/// The path of a field that shows the text of one member.
pub fn plain_path(name: &str) -> Option<String> {
    let whole =
        ["ct.response", "ct.request", "ct.additionaleventdata", "ct.resources", "ct.request.documentname"];
    if whole.contains(&name) {
        return None;
    }
    let plugin = bundled_plugins().iter().find(|plugin| plugin.name == "cloudtrail")?;
    let schema = plugin.schema();
    let field = schema.fields.iter().find(|field| field.name == name)?;
    field.plain_path().filter(|_| !field.list).map(str::to_owned)
}

fn values(test: &Test) -> Result<(Op, Modifier, &[Box<str>]), String> {
    match test {
        Test::Values { op, modifier, values } => Ok((*op, modifier.unwrap_or(Modifier::Anyof), values)),
        Test::Exists => Ok((Op::Exists, Modifier::Anyof, &[])),
        Test::Term { .. } => {
            Err("the target compares members with constants only, not with each other".to_owned())
        }
    }
}

/// The modifier over comparisons that are each one constant's.
fn quantified(
    (op, modifier, values): (Op, Modifier, &[Box<str>]),
    one: &dyn Fn(Op, &str) -> Result<Clause, String>,
) -> Result<Clause, String> {
    let all = || values.iter().map(|value| one(op, value)).collect::<Result<Vec<_>, _>>();
    let distinct = |values: &[Box<str>]| (1..values.len()).all(|at| !values[..at].contains(&values[at]));
    match modifier {
        Modifier::Anyof => Ok(any(all()?)),
        Modifier::Allof if values.is_empty() => Ok(Clause::Const(false)),
        Modifier::Allof => Ok(every(all()?)),
        Modifier::Oneof if matches!(op, Op::Eq | Op::EqEq) && distinct(values) => Ok(any(all()?)),
        Modifier::Oneof => Err("the target cannot count how many values match".to_owned()),
    }
}

fn on_text(test: &Test, text: &[u8], fold: Fold) -> Result<bool, String> {
    let text = match fold {
        Fold::No => text.to_vec(),
        Fold::Lower => text.to_ascii_lowercase(),
        Fold::Upper => text.to_ascii_uppercase(),
    };
    let (op, modifier, values) = values(test)?;
    if op == Op::Exists {
        return Ok(true);
    }
    let one = |op: Op, value: &str| Ok(Clause::Const(Pattern::new(op, value.as_bytes()).matches(&text)));
    match op {
        Op::Pmatch => Err("the target has no `pmatch`".to_owned()),
        _ => Ok(quantified((op, modifier, values), &one)? == Clause::Const(true)),
    }
}

fn of_member(test: &Test, path: &[String], kind: Kind, fold: Fold) -> Result<Clause, String> {
    let (op, modifier, values) = values(test)?;
    if op == Op::Exists {
        return Ok(leaf(path, kind, Check::Exists));
    }
    match kind {
        Kind::Text | Kind::Any => {
            quantified((op, modifier, values), &|op, value| of_text(op, value, path, kind, fold))
        }
        Kind::Flag => {
            let (on, off) = (on_text(test, b"true", fold)?, on_text(test, b"false", fold)?);
            Ok(match (on, off) {
                (true, true) => leaf(path, kind, Check::Exists),
                (false, false) => Clause::Const(false),
                (on, _) => leaf(path, kind, Check::True(on)),
            })
        }
        Kind::Number => quantified((op, modifier, values), &|op, value| {
            let value = number(value.as_bytes()).ok_or("the value is no number")?;
            let op = if matches!(op, Op::EqEq | Op::In | Op::Intersects) { Op::Eq } else { op };
            match op {
                Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                    Ok(leaf(path, kind, Check::Number(op, value)))
                }
                _ => Err(format!("numbers have no `{}`", op.text())),
            }
        }),
    }
}

fn of_text(op: Op, value: &str, path: &[String], kind: Kind, fold: Fold) -> Result<Clause, String> {
    let piece = |parts: &[&str]| Like(parts.iter().map(|&part| part.to_owned()).collect());
    let (like, not, fold_too) = match op {
        Op::Eq | Op::EqEq | Op::In | Op::Intersects => (piece(&[value]), false, false),
        Op::Ne => (piece(&[value]), true, false),
        Op::Contains => (piece(&["", value, ""]), false, false),
        Op::Icontains => (piece(&["", value, ""]), false, true),
        Op::Startswith => (piece(&[value, ""]), false, false),
        Op::Endswith => (piece(&["", value]), false, false),
        Op::Glob => (glob_pieces(value)?, false, false),
        Op::Iglob => (glob_pieces(value)?, false, true),
        Op::Regex => return Err("the target has no regular expressions like Falco's".to_owned()),
        Op::Lt | Op::Le | Op::Gt | Op::Ge => return Err("the target has no order of texts".to_owned()),
        _ => return Err(format!("the target has no `{}`", op.text())),
    };
    // Falco compares the JSON of what is no text.
    if kind == Kind::Any && (not || like.exact().is_none()) {
        return Err(format!(
            "`{}` may be an object or a list, whose JSON the target cannot compare",
            path.join(".")
        ));
    }
    // Between two pieces anything may stand, nothing too.
    let like = match like.0.as_slice() {
        [first, .., last] if like.0.iter().all(String::is_empty) && first.is_empty() && last.is_empty() => {
            return Ok(if not { Clause::Const(false) } else { leaf(path, kind, Check::Exists) });
        }
        _ => like,
    };
    // A text in lower case has no letter in upper case.
    let impossible = match fold {
        Fold::No => false,
        Fold::Lower => like.0.iter().any(|part| part.bytes().any(|byte| byte.is_ascii_uppercase())),
        Fold::Upper => like.0.iter().any(|part| part.bytes().any(|byte| byte.is_ascii_lowercase())),
    };
    if impossible && !fold_too {
        return Ok(if not { leaf(path, kind, Check::Exists) } else { Clause::Const(false) });
    }
    Ok(leaf(path, kind, Check::Text { like, fold: fold != Fold::No || fold_too, not }))
}

/// A shell pattern of letters and `*` alone.
fn glob_pieces(value: &str) -> Result<Like, String> {
    let mut pieces = vec![Vec::new()];
    for token in &glob::parse(value.as_bytes(), false).tokens {
        match token {
            Token::Byte(byte) => pieces.last_mut().into_iter().for_each(|piece| piece.push(*byte)),
            Token::Any => pieces.push(Vec::new()),
            _ => return Err("of shell patterns, the target has only `*`".to_owned()),
        }
    }
    let pieces = pieces.into_iter().map(String::from_utf8).collect::<Result<Vec<_>, _>>();
    Ok(Like(pieces.map_err(|_| "the pattern is no text".to_owned())?))
}

const DOMAIN: &str = ".amazonaws.com";

/// A comparison of the service without its domain, as one of the service with it.
fn of_short(test: &Test, path: &[String], fold: Fold) -> Result<Clause, String> {
    let all = values(test)?;
    if all.0 == Op::Exists {
        return Ok(leaf(path, Kind::Text, Check::Exists));
    }
    if fold != Fold::No {
        return Err("the target cannot change the case of `ct.shortsrc`".to_owned());
    }
    quantified(all, &|op, value| {
        let with = equal(path, Kind::Text, &format!("{value}{DOMAIN}"), false);
        let without = equal(path, Kind::Text, value, false);
        let cut = value.len() > DOMAIN.len() && value.ends_with(DOMAIN);
        // The domain alone is not cut off.
        let equal = match (value.is_empty(), cut) {
            (true, _) => without,
            (false, true) => with,
            (false, false) => any(vec![with, without]),
        };
        match op {
            Op::Eq | Op::EqEq | Op::In | Op::Intersects => Ok(equal),
            Op::Ne => Ok(otherwise(equal)),
            Op::Startswith if !value.contains('.') => of_text(op, value, path, Kind::Text, Fold::No),
            _ => Err(format!("the target cannot ask `{}` of `ct.shortsrc`; ask it of `ct.src`", op.text())),
        }
    })
}
