//! The files under grammar/ against the parsers: each accepts what the other accepts, and nothing else.

use crate::unit::ebnf::{self, Generator, Grammar, Matcher, Random, mutated};
use rulec::source::{FileId, SourceFile};
use rulec::syntax::condition::{self, DEFAULT_DEPTH, RULE_DEPTH, SyntaxErrorKind};
use rulec::syntax::output;
use rulec::syntax::token::{MODIFIERS, OPERATORS, Op, Rhs, TRANSFORMERS, Transformer};
use rulec::syntax::yaml;
use std::collections::BTreeSet;
use std::path::PathBuf;

const CONDITION: &str = include_str!("../../../grammar/condition.ebnf");
const OUTPUT: &str = include_str!("../../../grammar/output.ebnf");
const SENTENCES: usize = 2000;

fn condition_grammar() -> Grammar {
    Grammar::read(&[CONDITION])
}

fn output_grammar() -> Grammar {
    Grammar::read(&[OUTPUT, CONDITION])
}

/// `None` for a text that is nested too deep: the grammars do not speak of that.
fn condition_parses(text: &str) -> Option<bool> {
    let errors = condition::parse(text, RULE_DEPTH).errors;
    let deep = errors.first().is_some_and(|error| matches!(error.kind, SyntaxErrorKind::TooDeep(_)));
    (!deep).then_some(errors.is_empty())
}

fn output_parses(text: &str) -> Option<bool> {
    Some(output::parse(text, &mut |_| true).1.is_empty())
}

/// Grammar and parser are of one mind about texts; returns how many are sentences.
fn agree<'t>(
    grammar: &Grammar,
    parses: fn(&str) -> Option<bool>,
    texts: impl IntoIterator<Item = &'t str>,
) -> usize {
    let mut good = 0;
    let mut wrong = Vec::new();
    for text in texts {
        let Some(parses) = parses(text) else { continue };
        let matches = Matcher::accepts(grammar, text);
        good += usize::from(parses && matches);
        if parses != matches {
            wrong.push(format!("{text:?}: the parser says {parses}, the grammar {matches}"));
        }
    }
    wrong.sort_by_key(String::len);
    assert!(wrong.is_empty(), "{} texts:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
    good
}

/// Makes sentences, holds them and mutations of them against the parser, and sees that no rule is left out.
fn sentences(grammar: &Grammar, parses: fn(&str) -> Option<bool>, unused: &[&str]) {
    let count = std::env::var("RULEC_SENTENCES").ok().and_then(|n| n.parse().ok()).unwrap_or(SENTENCES);
    let mut generator = Generator::new(grammar, 1);
    let made: BTreeSet<String> = (0..count).map(|at| generator.sentence(20 + at % 30)).collect();
    let good = agree(grammar, parses, made.iter().map(String::as_str));
    assert_eq!(good, made.len(), "a sentence is nested too deep");
    let mut random = Random(2);
    let mutants: BTreeSet<String> =
        made.iter().flat_map(|text| [mutated(text, &mut random), mutated(text, &mut random)]).collect();
    let survivors = agree(grammar, parses, mutants.iter().map(String::as_str));
    let longest = made.iter().map(String::len).max().unwrap_or(0);
    println!(
        "{} sentences of up to {longest} bytes; of {} mutants {survivors} are sentences",
        made.len(),
        mutants.len()
    );
    for (choice, alternatives) in choices(grammar) {
        for at in 0..alternatives {
            let taken = generator.taken.contains_key(&(choice, at));
            assert!(
                taken || unused.contains(&rule_of(grammar, choice)),
                "choice {choice}.{at} is never taken"
            );
        }
    }
}

fn choices(grammar: &Grammar) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for rule in &grammar.rules {
        visit(rule, &mut |choice, alternatives| found.push((choice, alternatives)));
    }
    found
}

fn rule_of(grammar: &Grammar, choice: usize) -> &str {
    let has = |node: &ebnf::Node| {
        let mut found = false;
        visit(node, &mut |other, _| found |= other == choice);
        found
    };
    let at = grammar.rules.iter().position(has).unwrap();
    &grammar.names[at]
}

fn visit(node: &ebnf::Node, see: &mut impl FnMut(usize, usize)) {
    match node {
        ebnf::Node::Choice(parts, choice) => {
            see(*choice, parts.len());
            parts.iter().for_each(|part| visit(part, see));
        }
        ebnf::Node::Sequence(parts) => parts.iter().for_each(|part| visit(part, see)),
        ebnf::Node::Repeat(inner, ..) | ebnf::Node::Ahead(inner, _) => visit(inner, see),
        _ => {}
    }
}

#[test]
fn sentences_of_the_condition_grammar_parse() {
    sentences(&condition_grammar(), condition_parses, &["Connective"]);
}

#[test]
fn sentences_of_the_output_grammar_parse() {
    // Only what an output can hold is reached.
    let condition = condition_grammar();
    let names: Vec<&str> = condition.names.iter().map(String::as_str).collect();
    let reached = ["Field", "Argument", "Transformer", "TransformerName", "Parameter", "Element", "Quoted"];
    let unused: Vec<&str> = names.into_iter().filter(|name| !reached.contains(name)).collect();
    sentences(&output_grammar(), output_parses, &unused);
}

#[test]
fn words_are_those_of_the_parser() {
    let grammar = condition_grammar();
    let ops = |rhs: Rhs| OPERATORS.iter().filter(move |op| op.rhs() == rhs).map(|op| op.text().to_owned());
    assert_eq!(grammar.words("NumberOp"), ops(Rhs::Number).collect::<Vec<_>>());
    let symbols = ops(Rhs::String).filter(|text| !Op::from_text(text).unwrap().is_word());
    assert_eq!(grammar.words("StringOp"), symbols.collect::<Vec<_>>());
    let words = ops(Rhs::String).filter(|text| Op::from_text(text).unwrap().is_word());
    assert_eq!(grammar.words("StringWord"), words.collect::<Vec<_>>());
    assert_eq!(grammar.words("ListOp"), ops(Rhs::List).collect::<Vec<_>>());
    assert_eq!(grammar.words("Comparison"), ops(Rhs::None).collect::<Vec<_>>());
    let modifiers: Vec<_> = MODIFIERS.iter().map(|modifier| modifier.text()).collect();
    assert_eq!(grammar.words("Modifier"), modifiers);
    let transformers = TRANSFORMERS.iter().filter(|&&transformer| transformer != Transformer::Val);
    let transformers: Vec<_> = transformers.map(|transformer| transformer.text()).collect();
    assert_eq!(grammar.words("TransformerName"), transformers);
}

#[test]
fn own_samples() {
    let check = |grammar: &Grammar, parses: fn(&str) -> Option<bool>, good: &str, bad: &str| {
        agree(grammar, parses, good.lines().chain(bad.lines()).chain([""]));
        assert_eq!(parses(""), Some(false));
        good.lines().for_each(|line| assert_eq!(parses(line), Some(true), "{line}"));
        bad.lines().for_each(|line| assert_eq!(parses(line), Some(false), "{line}"));
    };
    let (good, bad) =
        (include_str!("../../data/conditions.txt"), include_str!("../../data/rejected-conditions.txt"));
    check(&condition_grammar(), condition_parses, good, bad);
    let (good, bad) =
        (include_str!("../../data/outputs.txt"), include_str!("../../data/rejected-outputs.txt"));
    check(&output_grammar(), output_parses, good, bad);
}

/// Mutations of samples find more of the rare corners than mutations of random sentences.
#[test]
fn mutated_samples() {
    let mutants = |text: &'static str| {
        let mut random = Random(3);
        let lines = (0..100).flat_map(move |_| text.lines());
        lines.map(|line| mutated(line, &mut random)).collect::<BTreeSet<String>>()
    };
    let both = concat!(
        include_str!("../../data/conditions.txt"),
        include_str!("../../data/rejected-conditions.txt")
    );
    let all = mutants(both);
    let good = agree(&condition_grammar(), condition_parses, all.iter().map(String::as_str));
    println!("of {} mutated conditions {good} are conditions", all.len());
    let both =
        concat!(include_str!("../../data/outputs.txt"), include_str!("../../data/rejected-outputs.txt"));
    let all = mutants(both);
    let good = agree(&output_grammar(), output_parses, all.iter().map(String::as_str));
    println!("of {} mutated outputs {good} are outputs", all.len());
}

/// `not` and `(` count towards Falco's limit; the grammar has none.
#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    let grammar = condition_grammar();
    assert_eq!(agree(&grammar, condition_parses, [&*nested(199)]), 1);
    assert_eq!(condition_parses(&nested(200)), None);
    let shallow = |depth| condition::parse(&nested(depth), DEFAULT_DEPTH).errors.is_empty();
    assert!(shallow(19) && !shallow(20));
}

/// Conditions and outputs of rules files outside this repository, named by `RULEC_CORPUS`.
#[test]
fn corpus() {
    let Some(folder) = std::env::var_os("RULEC_CORPUS") else { return };
    let mut folders = vec![PathBuf::from(folder)];
    let (mut conditions, mut outputs) = (Vec::new(), Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                collect(&std::fs::read_to_string(path).unwrap(), &mut conditions, &mut outputs);
            }
        }
    }
    let good = agree(&condition_grammar(), condition_parses, conditions.iter().map(String::as_str));
    println!("{good} of {} conditions of the corpus", conditions.len());
    let good = agree(&output_grammar(), output_parses, outputs.iter().map(String::as_str));
    println!("{good} of {} outputs of the corpus", outputs.len());
}

fn collect(text: &str, conditions: &mut Vec<String>, outputs: &mut Vec<String>) {
    let stream = yaml::parse(FileId(0), &SourceFile::new("f.yaml", text));
    for item in stream.documents.iter().flat_map(|document| document.root.as_seq().unwrap_or_default()) {
        for (key, texts) in [("condition", &mut *conditions), ("output", &mut *outputs)] {
            let text = item.get(key).and_then(|node| node.as_scalar());
            texts.extend(text.map(|scalar| scalar.text.value.to_string()));
        }
    }
}

/// Random conditions that Falco was asked about, in the folder named by `RULEC_CONFORMANCE`.
#[test]
fn conformance() {
    let Some(folder) = std::env::var_os("RULEC_CONFORMANCE") else { return };
    let text = std::fs::read_to_string(PathBuf::from(folder).join("load/random.jsonl")).unwrap();
    let condition = |line: &str| -> Option<String> {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        Some(case["condition"].as_str()?.to_owned())
    };
    let conditions: Vec<String> = text.lines().filter_map(condition).collect();
    let good = agree(&condition_grammar(), condition_parses, conditions.iter().map(String::as_str));
    println!("{good} of {} random conditions", conditions.len());
}
