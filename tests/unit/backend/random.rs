//! Random conditions about the events at hand: fields with values that they have there, whole or in part, so that
//! comparisons hold about as often as not. The same ones for a seed.

use super::support::{compiled, conditions_wanted, events};
use rulec::backend::write;
use rulec::eval::Engine;
use rulec::schema::plugins::bundled_plugins;
use rulec::sema::ir::Rule;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::OnceLock;

use crate::unit::generated::Random;

/// The first rules with random conditions that a target takes, this many, and how many others it did not take. The name of
/// a rule is its condition.
pub fn taken(most: usize, takes: impl Fn(&Rule) -> bool) -> (Vec<Rule>, usize) {
    let mut draw = Draw { random: Random::new(7), fields: fields() };
    let (mut taken, mut refused) = (Vec::new(), 0);
    while taken.len() < most {
        let texts: Vec<String> = (0..100).map(|_| draw.condition(2)).collect();
        for rule in loaded(&texts, "'%ct.name'") {
            match takes(&rule) {
                true if taken.len() < most => taken.push(rule),
                true => {}
                false => refused += 1,
            }
        }
        assert!(refused < 50 * most, "the target takes nearly nothing");
    }
    (taken, refused)
}

/// How many random conditions are tried: 150, or with `RULEC_CONDITIONS` that many, 1,200 at most.
pub fn wanted() -> usize {
    conditions_wanted().min(1200)
}

/// The rules of these conditions that load.
fn loaded(conditions: &[String], output: &str) -> Vec<Rule> {
    let mut text = String::new();
    for condition in conditions.iter().collect::<BTreeSet<_>>() {
        let quoted = Value::from(condition.as_str());
        let _ = write!(
            text,
            "- rule: {quoted}\n  desc: d\n  condition: {quoted}\n  output: {output}\n  priority: INFO\n  source: aws_cloudtrail\n"
        );
    }
    compiled(&[("random.yaml".to_owned(), text)]).rules
}

/// Fields that can stand in conditions, each with the values that it has in some event.
fn fields() -> &'static [(String, Vec<String>)] {
    static FIELDS: OnceLock<Vec<(String, Vec<String>)>> = OnceLock::new();
    FIELDS.get_or_init(seen)
}

fn seen() -> Vec<(String, Vec<String>)> {
    let mut names = BTreeSet::new();
    let plugin = bundled_plugins().iter().find(|plugin| plugin.name == "cloudtrail").unwrap();
    names.extend(plugin.schema().fields.iter().map(|field| field.name.clone()));
    names.extend(["ec2.imageids[0]", "evt.num", "evt.source", "evt.pluginname"].map(str::to_owned));
    names.extend(["evt.time", "evt.time.s", "evt.time.iso8601", "evt.datetime"].map(str::to_owned));
    names.extend(["evt.datetime.s", "evt.rawtime", "evt.rawtime.s", "evt.rawtime.ns"].map(str::to_owned));
    names.extend(["json.value[/no/such]", "json.value[/userIdentity/no]"].map(str::to_owned));
    let events = events();
    for text in &events {
        pointers(&serde_json::from_str(text).unwrap(), "", &mut names);
    }
    let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in names {
        let output = Value::from(format!("%{name}")).to_string();
        let engine = Engine::new(loaded(&["evt.num > 0".to_owned()], &output));
        if engine.rules().is_empty() {
            continue;
        }
        let seen = values.entry(name).or_default();
        for text in &events {
            let Ok(event) = engine.event(text.as_bytes(), 1) else { continue };
            let alert = engine.alert(0, &event);
            for (_, value) in alert.fields {
                match value {
                    Value::Null => {}
                    Value::Array(all) => {
                        seen.extend(all.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    // Of times, the text is shown only there.
                    _ => seen.extend([alert.output.clone()]),
                }
            }
        }
    }
    let few = |(name, all): (String, BTreeSet<String>)| (name, all.into_iter().take(200).collect());
    values.into_iter().map(few).collect()
}

/// `json.value` of each member, however deep.
fn pointers(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    if !at.is_empty() && !at.contains(['[', ']', ' ']) {
        found.insert(format!("json.value[{at}]"));
    }
    let Value::Object(members) = value else { return };
    for (key, value) in members {
        pointers(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
    }
}

struct Draw {
    random: Random,
    fields: &'static [(String, Vec<String>)],
}

impl Draw {
    fn condition(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.percent(40) {
            return self.comparison();
        }
        let count = 2 + self.random.below(2);
        let parts: Vec<String> = (0..count).map(|_| format!("({})", self.condition(depth - 1))).collect();
        match self.random.below(6) {
            0 | 1 => format!("not {}", parts[0]),
            2 | 3 => parts.join(" or "),
            _ => parts.join(" and "),
        }
    }

    fn comparison(&mut self) -> String {
        // Half of them of the fields that rules are mostly about.
        let usual = ["ct.name", "ct.src", "ct.shortsrc", "ct.user", "ct.error", "ct.user.arn", "ct.srcip"];
        let at = match self.random.percent(50) {
            true => {
                let name = self.random.pick(&usual);
                self.fields.iter().position(|(known, _)| known == name).unwrap()
            }
            false => self.random.below(self.fields.len()),
        };
        let (name, values) = &self.fields[at];
        let term = self.term(name);
        let is_number =
            ["s3.bytes", "s3.cnt", "evt.rawtime", "evt.num"].iter().any(|some| name.starts_with(some));
        if is_number || term.starts_with("len(") {
            let value = self.value(values);
            let number = match value.parse::<u64>() {
                Ok(number) if is_number => number,
                _ if self.random.percent(50) => value.len() as u64,
                _ => self.random.below(200) as u64,
            };
            return format!("{term} {} {number}", self.random.pick(&["=", "!=", "<", "<=", ">", ">="]));
        }
        let quoted = |draw: &mut Draw, value: String| {
            write::text(&value).unwrap_or_else(|_| {
                // A backslash at the end cannot be written.
                draw.random.pick(&["CreateUser", "Root", "iam.amazonaws.com"]).to_owned()
            })
        };
        match self.random.below(20) {
            0 | 1 => format!("{term} exists"),
            2 | 3 => {
                let op = self.random.pick(&["in", "intersects", "pmatch", "in", "in"]);
                let all: Vec<String> = (0..1 + self.random.below(4))
                    .map(|_| {
                        let value = self.value(values);
                        quoted(self, value)
                    })
                    .collect();
                format!("{term} {op} ({})", all.join(", "))
            }
            4 => {
                let op = self.random.pick(&["=", "!=", "startswith", "endswith", "contains", "icontains"]);
                let modifier = self.random.pick(&["anyof", "allof", "oneof"]);
                let all: Vec<String> = (0..1 + self.random.below(3))
                    .map(|_| {
                        let value = self.part(values);
                        quoted(self, value)
                    })
                    .collect();
                format!("{term} {op} {modifier} ({})", all.join(", "))
            }
            5 => {
                let op = self.random.pick(&["=", "!=", "startswith", "contains", "endswith", "in"]);
                let other = self.random.below(self.fields.len());
                let right = self.term(&self.fields[other].0);
                match right.contains('(') {
                    true => format!("{term} {op} {right}"),
                    false => format!("{term} {op} val({right})"),
                }
            }
            6..=8 => {
                let value = self.value(values);
                let op = self.random.pick(&["glob", "iglob"]);
                let pattern = self.shell(&value);
                format!("{term} {op} {}", quoted(self, pattern))
            }
            9..=11 => {
                let value = self.value(values);
                let pattern = self.regex(&value);
                format!("{term} regex {}", quoted(self, pattern))
            }
            12 => {
                // Only numbers stand after these, which texts are compared with letter by letter.
                let op = self.random.pick(&["<", "<=", ">", ">="]);
                let number = self.random.pick(&["0", "1", "5", "20", "111122223333", "2026", "99"]);
                format!("{term} {op} {number}")
            }
            13..=15 => {
                let value = self.part(values);
                let op = self.random.pick(&["startswith", "endswith", "contains", "icontains"]);
                format!("{term} {op} {}", quoted(self, value))
            }
            _ => {
                let value = self.value(values);
                let op = self.random.pick(&["=", "!=", "=="]);
                format!("{term} {op} {}", quoted(self, value))
            }
        }
    }

    /// A field, now and then through transformers.
    fn term(&mut self, name: &str) -> String {
        let other = self.random.below(self.fields.len());
        match self.random.below(40) {
            0..=2 => format!("tolower({name})"),
            3 | 4 => format!("toupper({name})"),
            5 | 6 => format!("basename({name})"),
            7 | 8 => format!("len({name})"),
            9 => format!("b64({name})"),
            10 => format!("concat({name}, \":\", {})", self.fields[other].0),
            11 => format!("join(\"-\", ({name}, {}))", self.fields[other].0),
            12 => format!("tolower(basename({name}))"),
            _ => name.to_owned(),
        }
    }

    /// A value that the field has somewhere, or another.
    fn value(&mut self, values: &[String]) -> String {
        let others = [
            "",
            "a",
            "true",
            "null",
            "5",
            "Root",
            "it's",
            "50%",
            "under_score",
            "a!b",
            "back\\slash",
            "é",
            "{}",
        ];
        match values.is_empty() || self.random.percent(20) {
            true => self.random.pick(&others).to_owned(),
            false => values[self.random.below(values.len())].clone(),
        }
    }

    /// A value, its beginning, its end or what is between, perhaps in another case.
    fn part(&mut self, values: &[String]) -> String {
        let whole: Vec<char> = self.value(values).chars().collect();
        let from = if self.random.percent(60) { 0 } else { self.random.below(whole.len() + 1) };
        let to = if self.random.percent(40) { whole.len() } else { self.random.below(whole.len() + 1) };
        let text: String = whole[from.min(to)..from.max(to)].iter().collect();
        match self.random.below(8) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            _ => text,
        }
    }

    /// A shell pattern that the value is like, or nearly.
    fn shell(&mut self, value: &str) -> String {
        let mut out = String::new();
        let mut chars = value.chars();
        while let Some(c) = chars.next() {
            match self.random.below(16) {
                0 => out.push('?'),
                1 => {
                    out.push('*');
                    (0..self.random.below(12)).for_each(|_| {
                        chars.next();
                    });
                }
                2 if self.random.percent(40) => out.push_str("[a-z]"),
                3 if self.random.percent(40) => out.push_str("[!0-9]"),
                _ if matches!(c, '*' | '?' | '[' | '\\') => out.extend(['\\', c]),
                _ => out.push(c),
            }
        }
        out
    }

    /// A regular expression that the value matches, or nearly.
    fn regex(&mut self, value: &str) -> String {
        let mut out = String::new();
        let mut chars = value.chars();
        while let Some(c) = chars.next() {
            match self.random.below(18) {
                0 => out.push('.'),
                1 => {
                    out.push_str(self.random.pick(&[".*", "[^ ]*", "(a|.)*", ".+", "[[:alnum:]/:.-]*"]));
                    (0..self.random.below(12)).for_each(|_| {
                        chars.next();
                    });
                }
                2 => out.push_str(self.random.pick(&["[a-zA-Z]", "[[:digit:]]", "[^x]", "[A-Z]?."])),
                3 => out += &format!("({}|x|)", escaped(c)),
                4 => out += &format!("{}{{1,2}}", escaped(c)),
                5 => out += &format!("({})+", escaped(c)),
                6 if self.random.percent(20) => out.push_str(self.random.pick(&["^", "$", "^*", "(^|b)"])),
                _ => out += &escaped(c),
            }
        }
        out
    }
}

fn escaped(c: char) -> String {
    if c.is_ascii_punctuation() { format!("\\{c}") } else { c.to_string() }
}
