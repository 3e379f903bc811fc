//! From conditions to formulas over prims.

use super::atom::{Check, Place, Prim, Ready, Side, TextCheck, View};
use super::formula::{Arena, F, FALSE, TRUE};
use super::source::{Source, Value, has_value, present, sources};
use crate::sema::ir::{Atom, Pred, Term, Test};
use crate::sema::pattern::ordered;
use crate::sema::values::{Family, family, number};
use crate::syntax::token::{Modifier, Op, Transformer};

/// The formula of a condition; `known` remembers atoms.
pub fn lower(pred: &Pred, arena: &mut Arena, known: &mut Known) -> F {
    match pred {
        Pred::Const(true) => TRUE,
        Pred::Const(false) => FALSE,
        Pred::And(parts) => {
            let parts: Vec<F> = parts.iter().map(|part| lower(part, arena, known)).collect();
            arena.and(parts)
        }
        Pred::Or(parts) => {
            let parts: Vec<F> = parts.iter().map(|part| lower(part, arena, known)).collect();
            arena.or(parts)
        }
        Pred::Not(inner) => !lower(inner, arena, known),
        Pred::Atom(atom) => {
            let key = (atom.left.clone(), atom.test.clone());
            if let Some(&formula) = known.get(&key) {
                return formula;
            }
            let formula = of_atom(atom, arena);
            known.insert(key, formula);
            formula
        }
    }
}

/// Formulas of atoms.
pub type Known = rustc_hash::FxHashMap<(Term, Test), F>;

fn of_atom(atom: &Atom, arena: &mut Arena) -> F {
    match &atom.test {
        Test::Exists => present(&atom.left, arena),
        Test::Values { op, modifier, values } => {
            let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
            let sources = sources(&atom.left, arena);
            let type_of = atom.left.type_of();
            let parts: Vec<F> = sources
                .iter()
                .map(|source| constants(source, type_of, *op, *modifier, &values, arena))
                .collect();
            arena.or(parts)
        }
        Test::Term { op, term } => between(&atom.left, *op, term, arena),
    }
}

fn constants(
    source: &Source,
    (ty, list): (crate::schema::Type, bool),
    op: Op,
    modifier: Option<Modifier>,
    values: &[&[u8]],
    arena: &mut Arena,
) -> F {
    if list {
        let Value::View(side) = &source.value else { return FALSE };
        if !matches!(op, Op::In | Op::Intersects) {
            return FALSE;
        }
        let prim = Prim { place: side.place, view: View::There, check: Check::List(op, sorted(values)) };
        let (has, prim) = (has_value(source, arena), arena.prim(prim));
        return arena.and([has, prim]);
    }
    let any = modifier.unwrap_or(Modifier::Anyof);
    match family(ty) {
        Family::Number => {
            let tests = values.iter().filter_map(|value| number(value));
            let tests: Vec<F> = tests.map(|value| number_test(source, op, value, arena)).collect();
            quantified(any, &tests, arena)
        }
        Family::Bool => {
            let tests: Vec<F> = values
                .iter()
                .map(|value| match source.value {
                    Value::Bool(is) if bool_holds(op, is, *value == b"true") => source.when,
                    _ => FALSE,
                })
                .collect();
            quantified(any, &tests, arena)
        }
        Family::Text => match (op, modifier) {
            (Op::In | Op::Intersects, _) | (Op::Eq | Op::EqEq, Some(Modifier::Anyof)) => {
                text_prim(source, TextCheck::Among(sorted(values)), arena)
            }
            (Op::Pmatch, _) => {
                let tests: Vec<F> = values
                    .iter()
                    .map(|&value| text_prim(source, TextCheck::Op(Op::Pmatch, value.into()), arena))
                    .collect();
                arena.or(tests)
            }
            (_, None) => values.first().map_or(FALSE, |value| text_test(source, op, value, arena)),
            (_, Some(modifier)) => {
                let tests: Vec<F> = values.iter().map(|value| text_test(source, op, value, arena)).collect();
                quantified(modifier, &tests, arena)
            }
        },
        _ => FALSE,
    }
}

fn sorted(values: &[&[u8]]) -> Box<[Box<[u8]>]> {
    let mut all: Vec<Box<[u8]>> = values.iter().map(|&value| value.into()).collect();
    all.sort();
    all.dedup();
    all.into()
}

fn quantified(modifier: Modifier, tests: &[F], arena: &mut Arena) -> F {
    match modifier {
        Modifier::Anyof => arena.or(tests.iter().copied()),
        Modifier::Allof if tests.is_empty() => FALSE,
        Modifier::Allof => arena.and(tests.iter().copied()),
        Modifier::Oneof => {
            // By halves, so that the formula is not as deep as the list is long: none of them, one of them.
            let mut counts: Vec<(F, F)> = tests.iter().map(|&test| (!test, test)).collect();
            while counts.len() > 1 {
                let halves = counts.chunks(2).map(|pair| match *pair {
                    [(none, one), (other_none, other)] => {
                        let (first, second) = (arena.and([one, other_none]), arena.and([none, other]));
                        (arena.and([none, other_none]), arena.or([first, second]))
                    }
                    _ => pair[0],
                });
                counts = halves.collect();
            }
            counts.first().map_or(FALSE, |&(_, one)| one)
        }
    }
}

fn bool_holds(op: Op, left: bool, right: bool) -> bool {
    ordered::<u64>(op, left.into(), right.into())
}

fn text_test(source: &Source, op: Op, value: &[u8], arena: &mut Arena) -> F {
    let among = |arena: &mut Arena| text_prim(source, TextCheck::Among([value.into()].into()), arena);
    let by = |op, arena: &mut Arena| text_prim(source, TextCheck::Op(op, value.into()), arena);
    let denied = |prim: F, arena: &mut Arena| {
        let has = has_value(source, arena);
        arena.and([has, !prim])
    };
    match op {
        Op::Eq | Op::EqEq | Op::In | Op::Intersects => among(arena),
        Op::Ne => {
            let prim = among(arena);
            denied(prim, arena)
        }
        Op::Gt => {
            let prim = by(Op::Le, arena);
            denied(prim, arena)
        }
        Op::Ge => {
            let prim = by(Op::Lt, arena);
            denied(prim, arena)
        }
        Op::Exists | Op::Bcontains | Op::Bstartswith | Op::Pmatch => FALSE,
        _ => by(op, arena),
    }
}

/// The source applies, and its text is in the set.
fn text_prim(source: &Source, check: TextCheck, arena: &mut Arena) -> F {
    match &source.value {
        Value::View(Side { len: true, .. }) | Value::View(Side { view: View::Number, .. }) => FALSE,
        Value::View(side) => {
            let check = Check::Text(side.maps.clone(), check);
            let prim = arena.prim(Prim { place: side.place, view: side.view, check });
            let has = has_value(source, arena);
            arena.and([has, prim])
        }
        Value::Text(text) => {
            let check = Check::Text(Vec::new(), check);
            if check.text_holds(&Ready::new(&check), text) { source.when } else { FALSE }
        }
        _ => FALSE,
    }
}

fn number_test(source: &Source, op: Op, value: u64, arena: &mut Arena) -> F {
    let (op, denied) = match op {
        Op::Eq | Op::EqEq | Op::In | Op::Intersects => (Op::Eq, false),
        Op::Ne => (Op::Eq, true),
        Op::Gt => (Op::Le, true),
        Op::Ge => (Op::Lt, true),
        Op::Lt | Op::Le => (op, false),
        _ => return FALSE,
    };
    // No text of a record is as long as 32 bits can count.
    let endless = matches!(&source.value, Value::View(side) if side.len) && value > u64::from(u32::MAX);
    let prim = match &source.value {
        _ if op == Op::Lt && value == 0 => FALSE,
        _ if op == Op::Le && value == u64::MAX || op != Op::Eq && endless => TRUE,
        _ if endless => FALSE,
        Value::Number(number) => {
            if ordered(op, *number, value) {
                TRUE
            } else {
                FALSE
            }
        }
        Value::View(side) => {
            let check = match (side.len, side.view) {
                (true, _) => Check::Text(side.maps.clone(), TextCheck::Length(op, value)),
                (false, View::Number) => Check::Number(op, value),
                _ => return FALSE,
            };
            arena.prim(Prim { place: side.place, view: side.view, check })
        }
        _ => return FALSE,
    };
    let has = has_value(source, arena);
    arena.and([has, if denied { !prim } else { prim }])
}

/// Two terms.
fn between(left: &Term, op: Op, right: &Term, arena: &mut Arena) -> F {
    let multi = |term: &Term| match term {
        Term::Call { transformer, .. } => {
            matches!(transformer, Transformer::Join | Transformer::Concat | Transformer::Getopt)
        }
        _ => false,
    };
    // `val` only marks its argument.
    let mut bare = right;
    while let Term::Call { transformer: Transformer::Val, args, .. } = bare
        && let [one] = &args[..]
    {
        bare = one;
    }
    let ends_in_nul = matches!(
        bare,
        Term::Call {
            transformer: Transformer::Tolower
                | Transformer::Toupper
                | Transformer::B64
                | Transformer::Basename,
            ..
        }
    );
    let (left_list, right_list) = (left.type_of().1, right.type_of().1);
    if multi(left) || matches!(op, Op::In | Op::Intersects) && ends_in_nul && !right_list {
        return FALSE;
    }
    if left_list || right_list {
        return opaque(left, op, right, arena);
    }
    let (lefts, rights) = (sources(left, arena), sources(right, arena));
    let mut parts = Vec::new();
    for one in &lefts {
        for other in &rights {
            let pair = of_pair(one, op, other, arena);
            let (has_one, has_other) = (has_value(one, arena), has_value(other, arena));
            parts.push(arena.and([has_one, has_other, pair]));
        }
    }
    arena.or(parts)
}

fn opaque(left: &Term, op: Op, right: &Term, arena: &mut Arena) -> F {
    let place = arena.place(Place::Made(Term::List(vec![left.clone(), right.clone()])));
    let prim = arena.prim(Prim { place, view: View::There, check: Check::Opaque(op) });
    let (one, other) = (present(left, arena), present(right, arena));
    arena.and([one, other, prim])
}

/// Two values that are there.
fn of_pair(left: &Source, op: Op, right: &Source, arena: &mut Arena) -> F {
    match (&left.value, &right.value) {
        (_, Value::Text(text)) => text_test(left, op, text, arena),
        (_, Value::Number(number)) => number_test(left, op, *number, arena),
        (Value::Bool(one), Value::Bool(other)) => {
            if bool_holds(op, *one, *other) {
                TRUE
            } else {
                FALSE
            }
        }
        (Value::Number(number), Value::View(_)) => {
            let swapped = match op {
                Op::Lt => Op::Gt,
                Op::Le => Op::Ge,
                Op::Gt => Op::Lt,
                Op::Ge => Op::Le,
                same => same,
            };
            number_test(right, swapped, *number, arena)
        }
        (Value::Text(text), Value::View(_)) => match op {
            Op::Eq | Op::EqEq | Op::In | Op::Intersects | Op::Ne => text_test(right, op, text, arena),
            Op::Lt => text_test(right, Op::Gt, text, arena),
            Op::Le => text_test(right, Op::Ge, text, arena),
            Op::Gt => text_test(right, Op::Lt, text, arena),
            Op::Ge => text_test(right, Op::Le, text, arena),
            _ => {
                let constant = Term::Const(String::from_utf8_lossy(text).into());
                let Value::View(side) = &right.value else { return FALSE };
                let side = Term::Const(format!("{side:?}").into());
                let place = arena.place(Place::Made(Term::List(vec![constant, side])));
                arena.prim(Prim { place, view: View::There, check: Check::Opaque(op) })
            }
        },
        (Value::View(one), Value::View(other)) => sides(one, op, other, arena),
        _ => FALSE,
    }
}

fn sides(left: &Side, op: Op, right: &Side, arena: &mut Arena) -> F {
    let number = |side: &Side| side.len || side.view == View::Number;
    let ordered = matches!(op, Op::Lt | Op::Le | Op::Gt | Op::Ge);
    let equal = matches!(op, Op::Eq | Op::EqEq | Op::In | Op::Intersects | Op::Ne);
    if number(left) != number(right) || number(left) && !ordered && !equal || op == Op::Pmatch {
        return FALSE;
    }
    if left == right {
        match op {
            Op::Eq | Op::EqEq | Op::In | Op::Intersects | Op::Le | Op::Ge => return TRUE,
            Op::Startswith | Op::Endswith | Op::Contains | Op::Icontains => return TRUE,
            Op::Ne | Op::Lt | Op::Gt => return FALSE,
            _ => {}
        }
    }
    let mut prim = |op, one: &Side, other: &Side| {
        let place = arena.place(Place::Pair(Box::new((one.clone(), other.clone()))));
        arena.prim(Prim { place, view: View::There, check: Check::Pair(op) })
    };
    let (low, high) = if left <= right { (left, right) } else { (right, left) };
    match op {
        Op::Eq | Op::EqEq | Op::In | Op::Intersects => prim(Op::Eq, low, high),
        Op::Ne => !prim(Op::Eq, low, high),
        Op::Lt => prim(Op::Lt, left, right),
        Op::Gt => prim(Op::Lt, right, left),
        Op::Le => !prim(Op::Lt, right, left),
        Op::Ge => !prim(Op::Lt, left, right),
        Op::Exists | Op::Bcontains | Op::Bstartswith | Op::Pmatch => FALSE,
        _ => prim(op, left, right),
    }
}
