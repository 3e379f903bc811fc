//! Conditions as comparisons of single members of a record, for engines that match patterns.
//! A field of several members becomes a disjunction over them, and `not` moves down to the comparisons: a negated
//! comparison holds if the member is absent, or present and different.

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
    /// Conjunction.
    All(Vec<Clause>),
    /// Disjunction.
    Any(Vec<Clause>),
    /// One comparison.
    Leaf(Leaf),
}

/// A comparison of one member.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaf {
    /// Path of keys.
    pub path: Vec<String>,
    /// Types that its value can have.
    pub kind: ValueKind,
    /// The test of its value.
    pub check: MemberTest,
}

/// Type of a member's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueKind {
    /// A text.
    Text,
    /// A boolean.
    Flag,
    /// A number.
    Number,
    /// Any JSON value.
    Any,
}

/// Test of a member.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MemberTest {
    /// Present.
    Exists,
    /// Absent.
    Missing,
    /// Present, with a text that matches, or with `not`, that does not match.
    Text {
        /// Pieces of text, with anything between them.
        like: Like,
        /// Ignores the case of ASCII letters.
        fold: bool,
        /// Negated.
        not: bool,
    },
    /// Present, with a number that compares so.
    Number(Op, u64),
    /// Present and true, or with `false`, present and not true.
    True(bool),
}

/// A text, or the pieces of one with anything between them: `*` in shell patterns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Like(pub Vec<String>);

impl Like {
    /// The whole text, if there is no wildcard.
    pub fn exact(&self) -> Option<&str> {
        match self.0.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

/// A condition, or its negation, as a clause.
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

/// Path of a member that must differ from a text and may be another value.
fn unlike_json(clause: &Clause) -> Option<String> {
    match clause {
        Clause::Const(_) => None,
        Clause::All(parts) | Clause::Any(parts) => parts.iter().find_map(unlike_json),
        Clause::Leaf(leaf) => {
            let unlike =
                leaf.kind == ValueKind::Any && matches!(leaf.check, MemberTest::Text { not: true, .. });
            unlike.then(|| leaf.path.join("."))
        }
    }
}

/// Conjunction, flattened and without constants.
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

/// Disjunction, flattened and without constants.
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

/// Negation of a clause: absent, or present and different.
fn negated(clause: Clause) -> Clause {
    let all = |parts: Vec<Clause>| parts.into_iter().map(negated).collect();
    match clause {
        Clause::Const(truth) => Clause::Const(!truth),
        Clause::All(parts) => any(all(parts)),
        Clause::Any(parts) => every(all(parts)),
        Clause::Leaf(leaf) => match leaf.check {
            MemberTest::Exists => Clause::Leaf(Leaf { check: MemberTest::Missing, ..leaf }),
            MemberTest::Missing => Clause::Leaf(Leaf { check: MemberTest::Exists, ..leaf }),
            _ => {
                let missing = Leaf { check: MemberTest::Missing, ..leaf.clone() };
                any(vec![Clause::Leaf(missing), otherwise(Clause::Leaf(leaf))])
            }
        },
    }
}

/// Present and different, for comparisons of one member.
fn otherwise(clause: Clause) -> Clause {
    let all = |parts: Vec<Clause>| parts.into_iter().map(otherwise).collect();
    match clause {
        Clause::Const(truth) => Clause::Const(!truth),
        Clause::All(parts) => any(all(parts)),
        Clause::Any(parts) => every(all(parts)),
        Clause::Leaf(leaf) => {
            let check = match leaf.check {
                MemberTest::Exists => MemberTest::Missing,
                MemberTest::Missing => MemberTest::Exists,
                MemberTest::Text { like, fold, not } => MemberTest::Text { like, fold, not: !not },
                MemberTest::True(truth) => MemberTest::True(!truth),
                MemberTest::Number(op, value) => MemberTest::Number(opposite(op), value),
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

fn leaf(path: &[String], kind: ValueKind, check: MemberTest) -> Clause {
    Clause::Leaf(Leaf { path: path.to_vec(), kind, check })
}

fn equal(path: &[String], kind: ValueKind, text: &str, fold: bool) -> Clause {
    leaf(path, kind, MemberTest::Text { like: Like(vec![text.to_owned()]), fold, not: false })
}
