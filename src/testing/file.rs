//! Test files: their content, with positions.

use super::template;
use crate::diag::Diagnostic;
use crate::lint::meta::INVALID_TEST;
use crate::nearest::nearest;
use crate::source::{FileId, SourceFile, Span, floor_char_boundary};
use crate::syntax::yaml::{self, Node, Value as Yaml};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};

/// A test file.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, expecting = "a mapping with `tests`")]
pub struct TestFile {
    /// Rules files and directories, relative to this file; by default those beside it.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Which of several matching rules fire, unless a test overrides it.
    #[serde(default)]
    pub rule_matching: Matching,
    /// The template of events, unless a test names another.
    pub template: Option<String>,
    /// The tests.
    pub tests: Vec<Case>,
}

/// Falco's `rule_matching`, with `all` as its default.
#[derive(Deserialize, Debug, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Matching {
    /// Every rule that matches fires.
    #[default]
    All,
    /// Only the first one in load order.
    First,
}

/// A test.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, expecting = "a mapping with `name`")]
pub struct Case {
    /// Name, unique in its file.
    pub name: String,
    /// An event, completed from a template.
    pub event: Option<Map<String, Value>>,
    /// A file with events, relative to this file.
    pub events: Option<String>,
    /// The template that completes the event.
    pub template: Option<String>,
    /// Members removed from the completed event.
    #[serde(default)]
    pub remove: Vec<String>,
    /// Which of several matching rules fire.
    pub rule_matching: Option<Matching>,
    /// Rules that must fire; others may.
    pub fires: Option<Vec<String>>,
    /// Rules that must not fire.
    pub silent: Option<Vec<String>>,
    /// The exact set of rules that fire.
    pub exactly: Option<Vec<String>>,
    /// The outputs of rules that fire.
    #[serde(default)]
    pub output: BTreeMap<String, String>,
    /// Some fields of the output of rules that fire.
    #[serde(default)]
    pub output_fields: BTreeMap<String, Map<String, Value>>,
}

/// A parsed test file and its YAML tree.
#[derive(Debug)]
pub struct Parsed {
    /// The content.
    pub file: TestFile,
    /// The tree.
    pub root: Node,
    /// The span of the whole file, for findings without a place in it.
    pub span: Span,
}

/// A step from a node to one inside it.
#[derive(Debug, Clone, Copy)]
pub enum NodeStep<'a> {
    /// The value of a key.
    Key(&'a str),
    /// An element.
    At(usize),
}

impl Parsed {
    /// The node at a path.
    pub fn node(&self, path: &[NodeStep<'_>]) -> Option<&Node> {
        path.iter().try_fold(&self.root, |node, step| match step {
            NodeStep::Key(key) => node.get(key),
            NodeStep::At(at) => node.as_seq()?.get(*at),
        })
    }

    /// The node of a key itself, and that of its value.
    pub fn pair(&self, path: &[NodeStep<'_>], key: &str) -> Option<&(Node, Node)> {
        let is = |(node, _): &&(Node, Node)| node.as_scalar().is_some_and(|found| &*found.text.value == key);
        self.node(path)?.as_map()?.iter().find(is)
    }

    /// The span of the deepest existing node on a path.
    pub fn span(&self, path: &[NodeStep<'_>]) -> Span {
        let found = (0..=path.len()).rev().find_map(|len| self.node(&path[..len]));
        found.map_or(self.span, |node| node.span)
    }
}

/// A finding about a test file.
pub fn problem(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&INVALID_TEST, span, message)
}

/// Adds a suggestion for a misspelt key or value.
pub fn meant(problem: Diagnostic, meant: Option<&str>) -> Diagnostic {
    match meant {
        Some(meant) => problem.help(format!("did you mean `{meant}`?")),
        None => problem,
    }
}

/// Reads a test file.
pub fn parse(id: FileId, source: &SourceFile) -> Result<Parsed, Vec<Diagnostic>> {
    if let Some(bad) = source.invalid_utf8 {
        let message = format!("the byte 0x{:02X} is not UTF-8", bad.byte);
        return Err(vec![problem(Span::point(id, bad.offset.min(source.text.len())), message)]);
    }
    let mut stream = yaml::parse(id, source);
    if !stream.errors.is_empty() {
        let all = stream.errors.iter().map(|error| problem(error.span, error.message.as_str()));
        return Err(all.collect());
    }
    if let Some(quote) = stream.unclosed {
        return Err(vec![problem(quote, "this quote is never closed")]);
    }
    if let Some(second) = stream.documents.get(1) {
        return Err(vec![problem(second.root.span, "a test file holds one document")]);
    }
    let Some(document) = stream.documents.pop() else {
        return Err(vec![problem(Span::point(id, 0), "the file is empty").help("write `tests:` and a list")]);
    };
    let mut twice = Vec::new();
    find_twice(&document.root, &mut HashSet::new(), &mut twice);
    if !twice.is_empty() {
        return Err(twice);
    }
    let file: TestFile =
        serde_yaml::from_str(&source.text).map_err(|error| vec![unreadable(id, source, &error)])?;
    let parsed = Parsed { file, root: document.root, span: Span::point(id, 0) };
    let problems = validate(&parsed);
    if problems.is_empty() { Ok(parsed) } else { Err(problems) }
}

fn unreadable(id: FileId, source: &SourceFile, error: &serde_yaml::Error) -> Diagnostic {
    let place = error.location().map_or(0, |location| {
        let line =
            source.line_starts().get(location.line().saturating_sub(1)).map_or(0, |&start| start as usize);
        let rest = source.text.get(line..).unwrap_or_default();
        let column = rest.char_indices().nth(location.column().saturating_sub(1));
        line + column.map_or(rest.len(), |(at, _)| at)
    });
    let place = floor_char_boundary(&source.text, place);
    let word = source.text[place..].split(|c: char| c == ':' || c.is_whitespace()).next().unwrap_or_default();
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(&*text, |(words, _)| words);
    let shown = message.replace("unknown field", "unknown key").replace("missing field", "missing key");
    let problem = problem(Span::new(id, place, place + word.len()), shown);
    // serde reports the unknown key first and then those it knows.
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next().unwrap_or_default();
    match message.contains("unknown field") || message.contains("unknown variant") {
        true => meant(problem, nearest(unknown, names)),
        false => problem,
    }
}

fn find_twice(node: &Node, seen: &mut HashSet<Span>, found: &mut Vec<Diagnostic>) {
    if let Yaml::Shared(inner) = &node.value
        && !seen.insert(inner.span)
    {
        return;
    }
    match node.value() {
        Yaml::Seq(items) => items.iter().for_each(|item| find_twice(item, seen, found)),
        Yaml::Map(pairs) => {
            let mut keys = HashSet::new();
            for (key, value) in pairs {
                if let Some(scalar) = key.as_scalar()
                    && !keys.insert(&*scalar.text.value)
                {
                    found.push(problem(key.span, format!("the key `{}` is there twice", scalar.text.value)));
                }
                find_twice(value, seen, found);
            }
        }
        _ => {}
    }
}

/// Checks that the types cannot express.
fn validate(parsed: &Parsed) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut names = HashSet::new();
    let template = |name: &Option<String>, path: &[NodeStep<'_>]| {
        let name = name.as_deref()?;
        let hint = template::check_name(name).err()?;
        Some(meant(problem(parsed.span(path), format!("there is no template named `{name}`")), hint))
    };
    found.extend(template(&parsed.file.template, &[NodeStep::Key("template")]));
    for (at, case) in parsed.file.tests.iter().enumerate() {
        let here = [NodeStep::Key("tests"), NodeStep::At(at)];
        let key = |key| [here[0], here[1], NodeStep::Key(key)];
        if !names.insert(&case.name) {
            let message = format!("another test is called `{}` too", case.name);
            found.push(problem(parsed.span(&key("name")), message));
        }
        let expects = case.exactly.is_some()
            || case.fires.as_ref().is_some_and(|rules| !rules.is_empty())
            || case.silent.as_ref().is_some_and(|rules| !rules.is_empty())
            || !case.output.is_empty()
            || case.output_fields.values().any(|fields| !fields.is_empty());
        if !expects {
            let help = "add `fires`, `silent`, `exactly`, `output` or `output_fields`";
            found.push(problem(parsed.span(&key("name")), "the test expects nothing").help(help));
        }
        match (&case.event, &case.events) {
            (None, None) => {
                let help = "add `event` with the members that matter, or `events` with the name of a file";
                found.push(problem(parsed.span(&key("name")), "the test has no event").help(help));
            }
            (Some(_), Some(_)) => {
                found.push(problem(parsed.span(&key("events")), "`event` and `events` exclude each other"));
            }
            (None, Some(_)) => {
                let given = [("remove", !case.remove.is_empty()), ("template", case.template.is_some())];
                for (name, _) in given.iter().filter(|(_, given)| *given) {
                    let message = format!("`{name}` is for `event`; events of a file are taken as they are");
                    found.push(problem(parsed.span(&key(name)), message));
                }
            }
            (Some(_), None) => {}
        }
        found.extend(template(&case.template, &key("template")));
    }
    found
}
