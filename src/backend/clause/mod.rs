//! Conditions as comparisons of single members of a record, for engines that match patterns.
//!
//! Fields that are made of several members become a choice between them, and `not` goes down to the comparisons: what is
//! not so is either not there or there and different.

mod comparison;
mod members;

use crate::sema::ir::Pred;
use crate::sema::predicate::{Signed, signed};
use crate::syntax::token::Op;
use comparison::of_atom;

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
    let all = |parts: &[Pred], positive| {
        parts.iter().map(|part| lower(part, positive)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match signed(pred, positive) {
        Signed::Const(truth) => Clause::Const(truth),
        Signed::All(parts, positive) => every(all(parts, positive)?),
        Signed::Any(parts, positive) => any(all(parts, positive)?),
        Signed::Atom(atom, true) => of_atom(atom)?,
        Signed::Atom(atom, false) => {
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

fn leaf(path: &[String], kind: Kind, check: Check) -> Clause {
    Clause::Leaf(Leaf { path: path.to_vec(), kind, check })
}

fn equal(path: &[String], kind: Kind, text: &str, fold: bool) -> Clause {
    leaf(path, kind, Check::Text { like: Like(vec![text.to_owned()]), fold, not: false })
}
