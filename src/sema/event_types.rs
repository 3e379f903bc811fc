//! The event types that a condition on system calls can match: the set algebra behind `LOAD_NO_EVTTYPE`.

use super::values::constant_from_one;
use crate::schema::event_types;
use crate::syntax::ast::{Comparison, Expr, ExprKind, OperandKind, Right};
use crate::syntax::token::Op;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// Falco warns about conditions that match more event types than this.
const MANY: usize = 100;

/// A set of event type names, or all but some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Types {
    /// These.
    Only(FxHashSet<String>),
    /// All but these.
    AllBut(FxHashSet<String>),
}

impl Types {
    fn all() -> Types {
        Types::AllBut(FxHashSet::default())
    }

    fn none() -> Types {
        Types::Only(FxHashSet::default())
    }

    fn and(self, other: Types) -> Types {
        use Types::{AllBut, Only};
        match (self, other) {
            (Only(a), Only(b)) => Only(a.intersection(&b).cloned().collect()),
            (Only(a), AllBut(b)) | (AllBut(b), Only(a)) => Only(a.difference(&b).cloned().collect()),
            (AllBut(a), AllBut(b)) => AllBut(a.union(&b).cloned().collect()),
        }
    }

    fn not(self) -> Types {
        match self {
            Types::Only(names) => Types::AllBut(names),
            Types::AllBut(names) => Types::Only(names),
        }
    }

    fn or(self, other: Types) -> Types {
        self.not().and(other.not()).not()
    }
}

/// Finds a macro's condition by name, with its index.
pub type Resolve<'r, 't> = dyn Fn(&str) -> Option<(usize, &'r Expr<'t>)> + 'r;

/// True if a condition can match so many event types that Falco warns.
pub fn too_many(expr: &Expr<'_>, resolve: &Resolve<'_, '_>) -> bool {
    let mut walk = Walk { resolve, path: Vec::new(), budget: 100_000 };
    match walk.types(expr, false) {
        Types::AllBut(names) => event_types().len().saturating_sub(names.len()) > MANY,
        // A name stands for its enter and its exit event.
        Types::Only(names) => names.len() * 2 > MANY,
    }
}

/// Names that `evt.type` accepts although no event has them.
const NO_EVENTS: [&str; 2] = ["container_removed", "syscall"];

/// The event types a condition can match, as `-L` lists them.
pub fn names(expr: &Expr<'_>, resolve: &Resolve<'_, '_>) -> BTreeSet<String> {
    let mut walk = Walk { resolve, path: Vec::new(), budget: 100_000 };
    let borne = |event: &&crate::schema::EventType| {
        event.listed || (&*event.kind == "other" && !NO_EVENTS.contains(&event.name.as_str()))
    };
    let mut names: BTreeSet<String> = match walk.types(expr, false) {
        Types::Only(names) => names.into_iter().collect(),
        Types::AllBut(names) => event_types()
            .iter()
            .filter(borne)
            .map(|event| event.name.clone())
            .filter(|name| !names.contains(name))
            .collect(),
    };
    names.insert("asyncevent".to_owned());
    names
}

struct Walk<'w, 'r, 't> {
    resolve: &'w Resolve<'r, 't>,
    path: Vec<usize>,
    budget: usize,
}

impl Walk<'_, '_, '_> {
    /// `negated`: Falco moves `not` into the comparisons; those of other fields match everything either way.
    fn types(&mut self, expr: &Expr<'_>, negated: bool) -> Types {
        let all = |walk: &mut Self, parts: &[Expr<'_>]| {
            parts.iter().fold(Types::all(), |types, part| types.and(walk.types(part, negated)))
        };
        let any = |walk: &mut Self, parts: &[Expr<'_>]| {
            parts.iter().fold(Types::none(), |types, part| types.or(walk.types(part, negated)))
        };
        match (&expr.kind, self.budget) {
            (_, 0) | (ExprKind::Hole, _) => Types::all(),
            (ExprKind::And(parts), _) => {
                if negated {
                    any(self, parts)
                } else {
                    all(self, parts)
                }
            }
            (ExprKind::Or(parts), _) => {
                if negated {
                    all(self, parts)
                } else {
                    any(self, parts)
                }
            }
            (ExprKind::Not(inner), _) => self.types(inner, !negated),
            (ExprKind::Macro(name), _) => self.macro_types(name, negated),
            (ExprKind::Comparison(check), _) => {
                self.budget -= 1;
                check_types(check, negated)
            }
        }
    }

    fn macro_types(&mut self, name: &str, negated: bool) -> Types {
        self.budget -= 1;
        let Some((at, expr)) = (self.resolve)(name) else { return Types::all() };
        if self.path.contains(&at) || self.path.len() > 200 {
            return Types::all();
        }
        self.path.push(at);
        let types = self.types(expr, negated);
        self.path.pop();
        types
    }
}

fn check_types(check: &Comparison<'_>, negated: bool) -> Types {
    let OperandKind::Field { name, arg: None } = &check.left.kind else { return Types::all() };
    let values = match &check.right {
        Right::Const(value) | Right::Word(value) => std::slice::from_ref(value),
        Right::List(values, _) => values,
        _ => return Types::all(),
    };
    match *name {
        "evt.type" | "syscall.type" => {
            let names = values.iter().map(|value| value.text.to_string()).collect();
            let types = match check.op {
                Op::Eq | Op::EqEq | Op::In => Types::Only(names),
                Op::Ne => Types::AllBut(names),
                _ => return Types::all(),
            };
            if negated { types.not() } else { types }
        }
        // Falco knows that events are numbered from 1: a comparison that never holds selects no type.
        "evt.num" => {
            let texts: Vec<&str> = values.iter().map(|value| &*value.text).collect();
            match constant_from_one(check.op, &texts) {
                Some(truth) if truth == negated => Types::none(),
                _ => Types::all(),
            }
        }
        _ => Types::all(),
    }
}
