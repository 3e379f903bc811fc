//! Automata agree with the comparison on every short text, and their fate is never wrong.

use super::super::atom::{CompiledTest, TextTest, ValueTest};
use super::{Fate, Map, Mapped, machine};
use crate::syntax::token::Op;

const PARTS: [&str; 8] = ["a", "b", "A", "/", ".", ":", "é", ".amazonaws.com"];

fn all_texts(len: usize) -> Vec<String> {
    let (mut all, mut last) = (vec![String::new()], vec![String::new()]);
    for _ in 0..len {
        last = last.iter().flat_map(|text| PARTS.map(|part| format!("{text}{part}"))).collect();
        all.extend(last.clone());
    }
    all
}

fn checks() -> Vec<TextTest> {
    let among = |texts: &[&str]| {
        let mut all: Vec<Box<[u8]>> = texts.iter().map(|text| text.as_bytes().into()).collect();
        all.sort();
        TextTest::Among(all.into())
    };
    let mut all =
        vec![TextTest::Any, among(&[]), among(&[""]), among(&["a", "ab", "é"]), among(&["a.amazonaws.com"])];
    for len in [0, 1, 3] {
        all.extend([Op::Eq, Op::Lt, Op::Le].map(|op| TextTest::Length(op, len)));
    }
    for op in [
        Op::Lt,
        Op::Le,
        Op::Contains,
        Op::Icontains,
        Op::Startswith,
        Op::Endswith,
        Op::Pmatch,
        Op::Glob,
        Op::Iglob,
    ] {
        for text in ["", "a", "aba", "aa", "a/b", "/", ".amazonaws.com", "B", "é"] {
            all.push(TextTest::Op(op, text.as_bytes().into()));
        }
    }
    for pattern in ["*", "a*b", "?", "*[ab]/?", "[!a]*", "a?*", "*/a*/*", "\\a*"] {
        all.extend([Op::Glob, Op::Iglob, Op::Pmatch].map(|op| TextTest::Op(op, pattern.as_bytes().into())));
    }
    for pattern in ["[ab]+", "(a|ab)(b|bb)*", ".", "^a.*$", "a{2,3}|é/", ".*[.]com", "()"] {
        all.push(TextTest::Op(Op::Regex, pattern.as_bytes().into()));
    }
    all
}

fn compare(maps: &[Map], check: &TextTest, texts: &[String]) {
    let whole = ValueTest::Text(maps.to_vec(), check.clone());
    let ready = CompiledTest::new(&whole);
    let mut automaton = machine(check).unwrap_or_else(|| panic!("{check:?}"));
    for &map in maps.iter().rev() {
        automaton = Box::new(Mapped::new(map, automaton));
    }
    let classes: Vec<u64> = (0..=255).map(|byte| automaton.class(byte)).collect();
    let alike = |byte: u8| {
        (1..=255u8).find(|&other| other != byte && classes[usize::from(other)] == classes[usize::from(byte)])
    };
    let alike: Vec<Option<u8>> = (0..=255).map(alike).collect();
    for text in texts {
        let mut state = automaton.start();
        let mut fate = automaton.fate(state);
        for byte in text.bytes() {
            let next = automaton.step(state, byte);
            if let Some(other) = alike[usize::from(byte)] {
                assert_eq!(automaton.step(state, other), next, "{whole:?}: {other} is not like {byte}");
            }
            state = next.unwrap();
            if fate == Fate::Open {
                fate = automaton.fate(state);
            }
        }
        let expected = whole.text_holds(&ready, text.as_bytes());
        assert_eq!(automaton.accepts(state), expected, "{whole:?} on `{text}`");
        let settled = match fate {
            Fate::Open => expected,
            Fate::Sure => true,
            Fate::Dead => false,
        };
        assert_eq!(settled, expected, "{whole:?} was settled before the end of `{text}`");
    }
}

#[test]
fn automata_agree_with_comparisons() {
    let texts = all_texts(3);
    for check in checks() {
        compare(&[], &check, &texts);
    }
}

#[test]
fn maps_agree_with_comparisons() {
    let texts = all_texts(3);
    let chains: [&[Map]; 7] = [
        &[Map::Lower],
        &[Map::Upper, Map::Lower],
        &[Map::Basename],
        &[Map::Short],
        &[Map::Short, Map::Upper],
        &[Map::Last(b'/', 3), Map::Basename],
        &[Map::Last(b':', 2)],
    ];
    for chain in chains {
        for check in checks() {
            compare(chain, &check, &texts);
        }
    }
}
