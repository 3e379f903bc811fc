use super::*;
use crate::sema::pattern::Pattern;

fn name(value: &str) -> Pred {
    equals("ct.name", value)
}

/// All assignments of two atoms, unknown included.
fn decided(pred: &Pred, a: Option<bool>, b: Option<bool>) -> Option<bool> {
    truth(pred, &|atom| match &atom.test {
        Test::Values { values, .. } if &*values[0] == "a" => a,
        _ => b,
    })
}

#[test]
fn building_drops_constants() {
    let constant = |pred: Pred| if let Pred::Const(truth) = pred { Some(truth) } else { None };
    assert_eq!(constant(and([])), Some(true));
    assert_eq!(constant(or([])), Some(false));
    assert_eq!(constant(and([name("a"), Pred::Const(false)])), Some(false));
    assert_eq!(constant(or([name("a"), Pred::Const(true)])), Some(true));
    assert!(same(&and([Pred::Const(true), name("a")]), &name("a")));
    assert!(same(&or([Pred::Const(false), name("a")]), &name("a")));
    assert!(matches!(not(not(name("a"))), Pred::Atom(_)));
    assert!(matches!(and([name("a"), name("b")]), Pred::And(parts) if parts.len() == 2));
}

#[test]
fn truth_and_what_remains_agree() {
    let pred = or([and([name("a"), not(name("b"))]), not(or([name("a"), name("b")]))]);
    let values = [Some(true), Some(false), None];
    for (a, b) in values.into_iter().flat_map(|a| values.map(|b| (a, b))) {
        let rest = reduced(&pred, &|atom| match &atom.test {
            Test::Values { values, .. } if &*values[0] == "a" => a,
            _ => b,
        });
        if let Some(truth) = decided(&pred, a, b) {
            assert!(matches!(rest, Pred::Const(found) if found == truth), "{a:?} {b:?} {rest:?}");
        }
        for (full_a, full_b) in [(true, true), (true, false), (false, true), (false, false)] {
            if a.is_none_or(|a| a == full_a) && b.is_none_or(|b| b == full_b) {
                let (a, b) = (Some(full_a), Some(full_b));
                assert_eq!(decided(&rest, a, b), decided(&pred, a, b));
            }
        }
    }
}

#[test]
fn signs_follow_negations() {
    let pred =
        not(and([name("a"), not(or([name("b"), Pred::Not(Box::new(Pred::Not(Box::new(name("c")))))]))]));
    let mut found = Vec::new();
    signed_atoms(&pred, true, &mut |atom, positive| {
        let Test::Values { values, .. } = &atom.test else { return };
        found.push((values[0].to_string(), positive));
    });
    assert_eq!(found, [("a".to_owned(), false), ("b".to_owned(), true), ("c".to_owned(), true)]);
    assert!(matches!(signed(&pred, true), Signed::Any(_, false)));
    assert!(matches!(signed(&pred, false), Signed::All(_, true)));
    let pred = and([name("a"), Pred::And(vec![name("b"), or([name("c"), name("d")])]), name("e")]);
    assert_eq!(conjuncts(&pred).count(), 4);
}

#[test]
fn modifiers_count() {
    let is = |modifier, results: &[bool]| quantified(modifier, results.iter().copied());
    for (modifier, of_none, of_one, of_two, of_three) in [
        (Modifier::Anyof, false, true, true, true),
        (Modifier::Allof, false, false, false, true),
        (Modifier::Oneof, false, true, false, false),
    ] {
        assert!(!is(modifier, &[]), "{modifier:?}");
        assert_eq!(is(modifier, &[false, false, false]), of_none);
        assert_eq!(is(modifier, &[false, true, false]), of_one);
        assert_eq!(is(modifier, &[true, true, false]), of_two);
        assert_eq!(is(modifier, &[true, true, true]), of_three);
    }
}

#[test]
fn a_single_comparison_is_that_of_the_pattern() {
    let texts = ["", "a", "A", "ab", "b", "aXb", "*", "a*", "[ab]"];
    let operators = crate::syntax::token::OPERATORS.iter().copied().filter(|op| *op != Op::Pmatch);
    for op in operators {
        for (text, constant) in texts.into_iter().flat_map(|text| texts.map(|constant| (text, constant))) {
            let (text, constant) = (text.as_bytes(), constant.as_bytes());
            assert_eq!(compare(op, text, constant), Pattern::new(op, constant).matches(text), "{op:?}");
        }
    }
}

#[test]
fn tests_of_one_text() {
    let test = |op, modifier, values: &[&str]| Test::Values {
        op,
        modifier,
        values: values.iter().map(|&value| Box::from(value)).collect(),
    };
    let passed = |test: Test, text: &str| passes(&test, text.as_bytes());
    assert_eq!(passed(Test::Exists, ""), Some(true));
    assert_eq!(passed(test(Op::Eq, None, &["a"]), "a"), Some(true));
    assert_eq!(passed(test(Op::In, None, &["b", "a"]), "a"), Some(true));
    assert_eq!(passed(test(Op::Ne, Some(Modifier::Allof), &["b", "c"]), "a"), Some(true));
    assert_eq!(passed(test(Op::Contains, Some(Modifier::Oneof), &["a", "b"]), "ab"), Some(false));
    assert_eq!(passed(test(Op::Pmatch, None, &["/etc", "/usr"]), "/usr/lib"), Some(true));
    assert_eq!(passed(test(Op::Regex, None, &["a+"]), "aa"), Some(true));
    assert_eq!(passes_quickly(&test(Op::Regex, None, &["a+"]), b"aa"), None);
}
