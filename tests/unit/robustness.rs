//! No input whatever makes rulec panic, run out of stack or point outside a file.

use crate::unit::ebnf::Random;
use crate::unit::support::{self, analyzes, environment, survives};
use rulec::diag::Severity;
use rulec::source::{SourceFile, SourceMap};
use std::path::PathBuf;

const SAMPLES: [&[u8]; 5] = [
    include_bytes!("../data/rules/clean.yaml"),
    include_bytes!("../data/rules/broken.yaml"),
    include_bytes!("../data/rules/comments.yaml"),
    include_bytes!("../data/rules/line-ends.yaml"),
    include_bytes!("../data/rules/bom.yaml"),
];
const CONFIGS: [&str; 2] =
    [include_str!("../data/config/full.toml"), include_str!("../data/config/broken.toml")];
const DEEP: usize = 10_000;

#[test]
fn the_clean_sample_is_clean() {
    let found = survives(&[SAMPLES[0]], &environment());
    let found = found.iter().filter(|found| found.severity > Severity::Info);
    let found: Vec<_> = found.map(|found| (found.check.name, &found.message)).collect();
    // Its event names are as odd as names can be.
    let expected = ["deprecated-enabled", "deprecated-append", "unknown-event-name"];
    assert!(found.iter().all(|(name, _)| expected.contains(name)), "{found:#?}");
}

#[test]
fn every_prefix_of_the_samples() {
    let environment = environment();
    for sample in SAMPLES {
        (0..=sample.len()).for_each(|end| drop(analyzes(&[&sample[..end]], &environment)));
        (0..=sample.len()).step_by(29).for_each(|end| drop(survives(&[&sample[..end]], &environment)));
    }
}

#[test]
fn every_suffix_of_the_samples() {
    let environment = environment();
    for sample in SAMPLES {
        (0..sample.len()).step_by(3).for_each(|start| drop(analyzes(&[&sample[start..]], &environment)));
    }
}

/// Rules files outside this repository, in the folder named by `RULEC_CORPUS`.
#[test]
fn prefixes_of_the_corpus() {
    let Some(folder) = std::env::var_os("RULEC_CORPUS") else { return };
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                let bytes = std::fs::read(path).unwrap();
                // About four megabytes in all for each file.
                let stride = (bytes.len() * bytes.len() / 4_000_000).max(1);
                let ends = (0..bytes.len()).step_by(stride).chain([bytes.len()]);
                ends.for_each(|end| drop(analyzes(&[&bytes[..end]], &environment())));
            }
        }
    }
}

#[test]
fn mutated_samples() {
    let (mut random, environment) = (Random(1), environment());
    for round in 0..1500 {
        let mut bytes = SAMPLES[random.below(SAMPLES.len())].to_vec();
        for _ in 0..=random.below(8) {
            mutate(&mut bytes, &mut random);
        }
        if round % 16 == 0 {
            let other = SAMPLES[random.below(SAMPLES.len())];
            survives(&[&bytes, other, &bytes[..bytes.len() / 2]], &environment);
        } else {
            analyzes(&[&bytes], &environment);
        }
    }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    const WORDS: &[&str] = &[
        "- ",
        "\n",
        "\r",
        "\r\n",
        ": ",
        "|\n",
        ">-\n",
        "\"",
        "'",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "&a ",
        "*a",
        "!!str ",
        "? ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "\u{feff}",
        "\u{2028}",
        "\u{85}",
        "é",
        "𝄞",
        "\\x",
        "\\u00e9",
        "\\\n",
        "# rulec: allow ",
        "#",
        "\t",
        "\0",
        "~",
        "null",
        "append: true\n",
        "<<: ",
        "\"\\U0001D11E\"",
        "\u{202e}",
    ];
    let at = random.below(bytes.len() + 1);
    let len = random.below(40).min(bytes.len() - at);
    match random.below(6) {
        0 => drop(bytes.drain(at..at + len)),
        1 if at < bytes.len() => bytes[at] = random.next() as u8,
        2 => {
            let copy = bytes[at..at + len].to_vec();
            let to = random.below(bytes.len() + 1);
            bytes.splice(to..to, copy);
        }
        _ => drop(bytes.splice(at..at, WORDS[random.below(WORDS.len())].bytes())),
    }
}

#[test]
fn random_bytes() {
    let (mut random, environment) = (Random(2), environment());
    for _ in 0..500 {
        let bytes: Vec<u8> = (0..random.below(300)).map(|_| random.next() as u8).collect();
        survives(&[&bytes], &environment);
        let ascii: Vec<u8> = bytes.iter().map(|byte| b"- :\n\"'[]{}|>&*#a,"[*byte as usize % 17]).collect();
        survives(&[&ascii, &bytes], &environment);
    }
}

#[test]
fn random_configuration() {
    let mut random = Random(3);
    let check = |text: &str| {
        let (_, problems) = rulec::config::parse(text);
        let mut sources = SourceMap::default();
        let file = sources.add(SourceFile::new("rulec.toml", text));
        let found: Vec<_> = problems.iter().map(|problem| problem.in_file(file)).collect();
        support::spans(&sources, &found);
        (sources, found)
    };
    for config in CONFIGS {
        config.char_indices().for_each(|(at, _)| drop(check(&config[..at])));
    }
    for round in 0..2000 {
        let mut bytes = CONFIGS[round % 2].as_bytes().to_vec();
        (0..=random.below(6)).for_each(|_| mutate(&mut bytes, &mut random));
        let (sources, found) = check(&String::from_utf8_lossy(&bytes));
        if round % 50 == 0 {
            support::renders(&sources, &found);
        }
    }
    for deep in ["[", "{a=", "a.", "[[a]]\n", "x = [[", "a = \"\"\"", "'"] {
        check(&format!("rules = {}", deep.repeat(DEEP)));
        check(&deep.repeat(DEEP));
    }
}

/// A rule with a condition and an output.
fn rule(condition: &str, output: &str) -> String {
    format!(
        "- rule: r\n  desc: d\n  condition: '{condition}'\n  output: '{output}'\n  priority: INFO\n  source: aws_cloudtrail\n"
    )
}

/// With the stack of a program's main thread: unoptimised frames are several times their real size.
fn deep(text: &str) {
    let bytes = text.as_bytes().to_vec();
    let start = std::time::Instant::now();
    let run = std::thread::Builder::new().stack_size(8 << 20).spawn(move || {
        analyzes(&[&bytes], &environment());
    });
    run.unwrap().join().unwrap();
    if std::env::var_os("RULEC_SLOW").is_some() && start.elapsed().as_millis() > 700 {
        let cut: String = text.chars().take(120).collect();
        eprintln!("{:?}, {} bytes: {cut:?}", start.elapsed(), text.len());
    }
}

#[test]
fn deep_conditions() {
    for (open, middle, close) in [
        ("(", "a", ")"),
        ("(", "", ""),
        ("", "a", ")"),
        ("not ", "a", ""),
        ("not(", "a", ")"),
        ("not (", "a", ""),
        ("a and (", "a", ")"),
        ("a or(", "a", ")"),
        ("a and ", "a", ""),
        ("ct.name = a or ", "a", ""),
        ("a b ", "", ""),
        ("and ", "", ""),
        (") ", "", ""),
        ("\"", "", ""),
        ("''", "", ""),
        ("ct.name in (", "a", ")"),
        ("ct.name = tolower(", "ct.user", ")"),
        ("tolower(", "ct.user", ") = a"),
        ("concat(ct.user, ", "ct.name", ")"),
        ("concat((", "ct.name", "))"),
        ("ct.name in (a, ", "b", ")"),
        ("ct.name = \"\\q\" and ", "a", ""),
        ("json.value[", "a", "]"),
        ("(a and b) or ", "c", ""),
    ] {
        let condition = format!("{}{middle}{}", open.repeat(DEEP), close.repeat(DEEP));
        deep(&rule(&condition, "o"));
        deep(&format!("- macro: m\n  condition: '{condition}'\n"));
    }
}

#[test]
fn long_outputs() {
    for (open, middle, close) in [
        ("%", "ct.name", ""),
        ("%ct.name", "", ""),
        ("%ct.name[", "", ""),
        ("%tolower(", "ct.name", ")"),
        ("%concat(ct.name,", "ct.name", ")"),
        ("%ct.", "", ""),
        ("%1", "", ""),
        ("ct.", "", ""),
        ("%tolower(ct.name)[", "a", "]"),
    ] {
        deep(&rule("ct.name = a", &format!("{}{middle}{}", open.repeat(DEEP), close.repeat(DEEP))));
    }
    deep(&rule("ct.name = a", &format!("%{}ct.name", "9".repeat(DEEP))));
    deep(&rule("ct.name = a", &format!("%ct.{}", "a".repeat(DEEP))));
    deep(&rule("ct.name = a", &format!("%c{}", ".c".repeat(DEEP))));
}

#[test]
fn deep_yaml() {
    for (open, middle, close) in [
        ("[", "", ""),
        ("[", "a", "]"),
        ("{a: ", "b", "}"),
        ("{", "", ""),
        ("{? ", "b", "}"),
        ("- ", "a", ""),
        ("? ", "a", ""),
        ("- ? ", "a", ""),
        ("a: ", "b", ""),
        ("!a ", "b", ""),
        ("&a ", "b", ""),
        ("- &a [*a, ", "", "]"),
        ("\"", "", ""),
        ("|\n", "a", ""),
        ("]", "", ""),
        ("---\n", "", ""),
        ("--- {}\n", "", ""),
        ("- [\n", "", ""),
        ("- \"\n", "", ""),
        ("- *a\n", "", ""),
        ("- a: b: c\n", "", ""),
        ("\t", "", ""),
        ("#\n", "", ""),
        ("%YAML 1.2\n", "", ""),
    ] {
        let text = format!("{}{middle}{}", open.repeat(DEEP), close.repeat(DEEP));
        deep(&text);
        deep(&format!("- list: l\n  items: {text}\n"));
        deep(&format!("- rule: r\n  exceptions: {text}\n  condition: a\n"));
    }
    for text in ["- a\n", "a:\n", "? \n"] {
        let lines: String = (0..2000).map(|indent| " ".repeat(indent) + text).collect();
        deep(&lines);
        deep(&format!("- list: l\n  items:\n{lines}"));
    }
}

#[test]
fn deep_exceptions() {
    let exception = |fields: &str, comps: &str, values: &str| {
        let rule = rule("ct.name = a", "o");
        deep(&format!(
            "{rule}  exceptions:\n    - name: e\n      fields: {fields}\n      comps: {comps}\n      values: {values}\n"
        ));
    };
    let nested = |what: &str| format!("{}{what}{}", "[".repeat(DEEP), "]".repeat(DEEP));
    let shallow = |what: &str| format!("{}{what}{}", "[".repeat(200), "]".repeat(200));
    for nest in [&nested as &dyn Fn(&str) -> String, &shallow] {
        exception("[ct.name]", "[in]", &nest("a"));
        exception(&nest("ct.name"), "[in]", "[[a]]");
        exception("[ct.name]", &nest("in"), "[[a]]");
        exception("ct.name", "in", &nest("a"));
    }
    exception("[ct.name]", "[in]", &format!("[{}]", "[a], ".repeat(DEEP)));
    exception("ct.name", "in", &format!("[{}]", "a, ".repeat(DEEP)));
    exception(&format!("\"{}ct.name{}\"", "tolower(".repeat(DEEP), ")".repeat(DEEP)), "in", "[a]");
    // Aliases of aliases: what they stand for doubles with each.
    let bomb: String = (1..40).map(|at| format!("  - &a{at} [*a{}, *a{}]\n", at - 1, at - 1)).collect();
    deep(&format!("- list: l\n  items:\n  - &a0 [x]\n{bomb}- list: m\n  items: *a39\n"));
    let rule = rule("ct.name = a", "o");
    deep(&format!(
        "- x:\n  - &a0 [x]\n{bomb}{rule}  exceptions:\n    - name: e\n      fields: [ct.name]\n      values: *a39\n"
    ));
    deep(&format!("- x:\n  - &a0 [x]\n{bomb}- *a39\n- rule: *a39\n- macro: m\n  condition: *a39\n"));
}

#[test]
fn long_chains() {
    let macros = |next: &dyn Fn(usize) -> usize| {
        let one = |at: usize| format!("- macro: m{at}\n  condition: m{}\n", next(at));
        (1..DEEP).map(one).collect::<String>()
    };
    let first = "- macro: m0\n  condition: ct.nme = a\n";
    let last = rule(&format!("m{}", DEEP - 1), "o");
    // Each uses the one before it; each uses the one after it, in a circle.
    deep(&format!("{first}{}{last}", macros(&|at| at - 1)));
    deep(&format!("{}{last}", macros(&|at| (at + 1) % DEEP)));
    let lists: String =
        (1..DEEP).map(|at| format!("- list: l{at}\n  items: [l{}, l{}]\n", at - 1, at + 1)).collect();
    deep(&format!("- list: l0\n  items: [a]\n{lists}{}", rule(&format!("ct.name in (l{})", DEEP - 1), "o")));
    // Each name is replaced by the next: Falco does that, too.
    let lists: String = (0..2000).map(|at| format!("- list: l{at}\n  items: [l{}]\n", at + 1)).collect();
    deep(&format!("{lists}{}", rule("ct.name in (l0)", "o")));
}

#[test]
fn macros_that_multiply() {
    let twice: String =
        (1..1000).map(|at| format!("- macro: m{at}\n  condition: m{} or m{}\n", at - 1, at - 1)).collect();
    deep(&format!("- macro: m0\n  condition: ct.nme = a\n{twice}{}", rule("m999 and m998", "o")));
    let syscalls = rule("m999", "o").replace("aws_cloudtrail", "syscall");
    deep(&format!("- macro: m0\n  condition: evt.type = open\n{twice}{syscalls}"));
    let lists: String =
        (0..200).map(|at| format!("- list: l{at}\n  items: [l{}, l{}]\n", at + 1, at + 1)).collect();
    deep(&format!("- list: l200\n  items: [a]\n{lists}{}", rule("ct.name in (l199)", "o")));
}

#[test]
fn many_items() {
    let many = |one: &str| one.repeat(DEEP / 4);
    deep(&many("- rule: r\n"));
    deep(&many("- list: l\n  items: [a]\n"));
    deep(&many("- macro: m\n  condition: a\n  append: true\n"));
    deep(&format!("- macro: m\n  condition: a\n{}", many("- macro: m\n  condition: or b\n  append: true\n")));
    deep(&format!("{}{}", rule("a", "o"), many("- rule: r\n  append: true\n  condition: or b\n")));
    deep(&(0..DEEP / 4).map(|at| format!("- macro: m{at}\n  condition: nn\n")).collect::<String>());
    deep(&(0..DEEP / 4).map(|at| format!("- rule: r{at}\n  enabled: true\n")).collect::<String>());
    let keys: String = (0..DEEP / 4).map(|at| format!("  k{at}: v\n")).collect();
    deep(&format!("- list: l\n  items: [a]\n{keys}"));
    deep(&format!("- list: l\n  items: [a]\n{}", many("  k: v\n")));
    deep(&many("# rulec: allow unused-list, nothing\n"));
    deep(&format!("- rule: {}\n", "x".repeat(1_000_000)));
    deep(&rule(&format!("ct.name = {}", "x".repeat(1_000_000)), "o"));
    deep(&rule(&format!("ct.name in ({})", "a, ".repeat(DEEP)), "o"));
    deep(&rule(&"ct.nme = a or ".repeat(DEEP / 40), "o"));
}
