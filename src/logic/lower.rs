//! Lowering of conditions to formulas over atoms.

use super::atom::{Atom, CompiledTest, RecordPlace, Side, TextTest, ValueTest, View};
use super::formula::{Arena, FALSE, Formula, TRUE};
use super::source::{Source, SourceValue, has_value, present, sources};
use crate::sema::ir::{self, Pred, Term, Test};
use crate::sema::pattern::ordered;
use crate::sema::values::{Family, family, number};
use crate::syntax::token::{Modifier, Op, Transformer};

/// The formula of a condition; `known` caches those of comparisons.
pub fn lower(pred: &Pred, arena: &mut Arena, known: &mut FormulaCache) -> Formula {
    match pred {
        Pred::Const(true) => TRUE,
        Pred::Const(false) => FALSE,
        Pred::And(parts) => {
            let parts: Vec<Formula> = parts.iter().map(|part| lower(part, arena, known)).collect();
            arena.and(parts)
        }
        Pred::Or(parts) => {
            let parts: Vec<Formula> = parts.iter().map(|part| lower(part, arena, known)).collect();
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

/// Formulas of comparisons.
pub type FormulaCache = rustc_hash::FxHashMap<(Term, Test), Formula>;

fn of_atom(atom: &ir::Atom, arena: &mut Arena) -> Formula {
    match &atom.test {
        Test::Exists => present(&atom.left, arena),
        Test::Values { op, modifier, values } => {
            let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
            let sources = sources(&atom.left, arena);
            let type_of = atom.left.type_of();
            let parts: Vec<Formula> = sources
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
) -> Formula {
    if list {
        let SourceValue::View(side) = &source.value else { return FALSE };
        if !matches!(op, Op::In | Op::Intersects) {
            return FALSE;
        }
        let atom = Atom { place: side.place, view: View::There, check: ValueTest::List(op, sorted(values)) };
        let (has, atom) = (has_value(source, arena), arena.atom(atom));
        return arena.and([has, atom]);
    }
    let any = modifier.unwrap_or(Modifier::Anyof);
    match family(ty) {
        Family::Number => {
            let tests = values.iter().filter_map(|value| number(value));
            let tests: Vec<Formula> = tests.map(|value| number_test(source, op, value, arena)).collect();
            quantified(any, &tests, arena)
        }
        Family::Bool => {
            let tests: Vec<Formula> = values
                .iter()
                .map(|value| match source.value {
                    SourceValue::Bool(is) if bool_holds(op, is, *value == b"true") => source.when,
                    _ => FALSE,
                })
                .collect();
            quantified(any, &tests, arena)
        }
        Family::Text => match (op, modifier) {
            (Op::In | Op::Intersects, _) | (Op::Eq | Op::EqEq, Some(Modifier::Anyof)) => {
                text_atom(source, TextTest::Among(sorted(values)), arena)
            }
            (Op::Pmatch, _) => {
                let tests: Vec<Formula> = values
                    .iter()
                    .map(|&value| text_atom(source, TextTest::Op(Op::Pmatch, value.into()), arena))
                    .collect();
                arena.or(tests)
            }
            (_, None) => values.first().map_or(FALSE, |value| text_test(source, op, value, arena)),
            (_, Some(modifier)) => {
                let tests: Vec<Formula> =
                    values.iter().map(|value| text_test(source, op, value, arena)).collect();
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

fn quantified(modifier: Modifier, tests: &[Formula], arena: &mut Arena) -> Formula {
    match modifier {
        Modifier::Anyof => arena.or(tests.iter().copied()),
        Modifier::Allof if tests.is_empty() => FALSE,
        Modifier::Allof => arena.and(tests.iter().copied()),
        Modifier::Oneof => {
            // Pairs (none holds, exactly one holds), merged by halves to keep the formula shallow.
            let mut counts: Vec<(Formula, Formula)> = tests.iter().map(|&test| (!test, test)).collect();
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

fn text_test(source: &Source, op: Op, value: &[u8], arena: &mut Arena) -> Formula {
    let among = |arena: &mut Arena| text_atom(source, TextTest::Among([value.into()].into()), arena);
    let by = |op, arena: &mut Arena| text_atom(source, TextTest::Op(op, value.into()), arena);
    let denied = |atom: Formula, arena: &mut Arena| {
        let has = has_value(source, arena);
        arena.and([has, !atom])
    };
    match op {
        Op::Eq | Op::EqEq | Op::In | Op::Intersects => among(arena),
        Op::Ne => {
            let atom = among(arena);
            denied(atom, arena)
        }
        Op::Gt => {
            let atom = by(Op::Le, arena);
            denied(atom, arena)
        }
        Op::Ge => {
            let atom = by(Op::Lt, arena);
            denied(atom, arena)
        }
        Op::Exists | Op::Bcontains | Op::Bstartswith | Op::Pmatch => FALSE,
        _ => by(op, arena),
    }
}

/// Formula: the source applies, and its text passes the test.
fn text_atom(source: &Source, check: TextTest, arena: &mut Arena) -> Formula {
    match &source.value {
        SourceValue::View(Side { len: true, .. }) | SourceValue::View(Side { view: View::Number, .. }) => {
            FALSE
        }
        SourceValue::View(side) => {
            let check = ValueTest::Text(side.maps.clone(), check);
            let atom = arena.atom(Atom { place: side.place, view: side.view, check });
            let has = has_value(source, arena);
            arena.and([has, atom])
        }
        SourceValue::Text(text) => {
            let check = ValueTest::Text(Vec::new(), check);
            if check.text_holds(&CompiledTest::new(&check), text) { source.when } else { FALSE }
        }
        _ => FALSE,
    }
}

fn number_test(source: &Source, op: Op, value: u64, arena: &mut Arena) -> Formula {
    let (op, denied) = match op {
        Op::Eq | Op::EqEq | Op::In | Op::Intersects => (Op::Eq, false),
        Op::Ne => (Op::Eq, true),
        Op::Gt => (Op::Le, true),
        Op::Ge => (Op::Lt, true),
        Op::Lt | Op::Le => (op, false),
        _ => return FALSE,
    };
    // No text of a record is longer than 32 bits can count.
    let endless = matches!(&source.value, SourceValue::View(side) if side.len) && value > u64::from(u32::MAX);
    let atom = match &source.value {
        _ if op == Op::Lt && value == 0 => FALSE,
        _ if op == Op::Le && value == u64::MAX || op != Op::Eq && endless => TRUE,
        _ if endless => FALSE,
        SourceValue::Number(number) => {
            if ordered(op, *number, value) {
                TRUE
            } else {
                FALSE
            }
        }
        SourceValue::View(side) => {
            let check = match (side.len, side.view) {
                (true, _) => ValueTest::Text(side.maps.clone(), TextTest::Length(op, value)),
                (false, View::Number) => ValueTest::Number(op, value),
                _ => return FALSE,
            };
            arena.atom(Atom { place: side.place, view: side.view, check })
        }
        _ => return FALSE,
    };
    let has = has_value(source, arena);
    arena.and([has, if denied { !atom } else { atom }])
}

/// A comparison of two terms.
fn between(left: &Term, op: Op, right: &Term, arena: &mut Arena) -> Formula {
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

fn opaque(left: &Term, op: Op, right: &Term, arena: &mut Arena) -> Formula {
    let place = arena.place(RecordPlace::Derived(Term::List(vec![left.clone(), right.clone()])));
    let atom = arena.atom(Atom { place, view: View::There, check: ValueTest::Opaque(op) });
    let (one, other) = (present(left, arena), present(right, arena));
    arena.and([one, other, atom])
}

/// A comparison of two present values.
fn of_pair(left: &Source, op: Op, right: &Source, arena: &mut Arena) -> Formula {
    match (&left.value, &right.value) {
        (_, SourceValue::Text(text)) => text_test(left, op, text, arena),
        (_, SourceValue::Number(number)) => number_test(left, op, *number, arena),
        (SourceValue::Bool(one), SourceValue::Bool(other)) => {
            if bool_holds(op, *one, *other) {
                TRUE
            } else {
                FALSE
            }
        }
        (SourceValue::Number(number), SourceValue::View(_)) => {
            let swapped = match op {
                Op::Lt => Op::Gt,
                Op::Le => Op::Ge,
                Op::Gt => Op::Lt,
                Op::Ge => Op::Le,
                same => same,
            };
            number_test(right, swapped, *number, arena)
        }
        (SourceValue::Text(text), SourceValue::View(_)) => match op {
            Op::Eq | Op::EqEq | Op::In | Op::Intersects | Op::Ne => text_test(right, op, text, arena),
            Op::Lt => text_test(right, Op::Gt, text, arena),
            Op::Le => text_test(right, Op::Ge, text, arena),
            Op::Gt => text_test(right, Op::Lt, text, arena),
            Op::Ge => text_test(right, Op::Le, text, arena),
            _ => {
                let constant = Term::Const(String::from_utf8_lossy(text).into());
                let SourceValue::View(side) = &right.value else { return FALSE };
                let side = Term::Const(format!("{side:?}").into());
                let place = arena.place(RecordPlace::Derived(Term::List(vec![constant, side])));
                arena.atom(Atom { place, view: View::There, check: ValueTest::Opaque(op) })
            }
        },
        (SourceValue::View(one), SourceValue::View(other)) => sides(one, op, other, arena),
        _ => FALSE,
    }
}

fn sides(left: &Side, op: Op, right: &Side, arena: &mut Arena) -> Formula {
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
    let mut atom = |op, one: &Side, other: &Side| {
        let place = arena.place(RecordPlace::Pair(Box::new((one.clone(), other.clone()))));
        arena.atom(Atom { place, view: View::There, check: ValueTest::Pair(op) })
    };
    let (low, high) = if left <= right { (left, right) } else { (right, left) };
    match op {
        Op::Eq | Op::EqEq | Op::In | Op::Intersects => atom(Op::Eq, low, high),
        Op::Ne => !atom(Op::Eq, low, high),
        Op::Lt => atom(Op::Lt, left, right),
        Op::Gt => atom(Op::Lt, right, left),
        Op::Le => !atom(Op::Lt, right, left),
        Op::Ge => !atom(Op::Lt, left, right),
        Op::Exists | Op::Bcontains | Op::Bstartswith | Op::Pmatch => FALSE,
        _ => atom(op, left, right),
    }
}
