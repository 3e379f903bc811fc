//! Suggested rules that close the gaps, written with the user's own macros where one fits.

use super::benchmark::{Benchmark, Control, Row};
use super::condition;
use super::counted::Count;
use super::judge::cover;
use super::names::{Names, names};
use super::proof::{Disagreement, shape};
use super::{Coverage, Status, Verdict};
use crate::logic::Assume;
use crate::schema::aws_facts::retired;
use crate::sema::ir::{Pred, Priority, Rule};
use crate::sema::predicate::conjuncts;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::ExprKind;
use crate::syntax::condition::{RULE_DEPTH, parse};
use std::collections::BTreeSet;
use textwrap::{Options, WordSeparator, WordSplitter, wrap};

/// Maximum number of event names in a condition; more become a list item.
const INLINE: usize = 4;
/// Columns of a line in a rules file.
const WIDTH: usize = 110;

/// A rule that closes the gap of a control, and the list it needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suggestion {
    /// Index of the control in the benchmark.
    pub control: usize,
    /// Name of the rule.
    pub name: String,
    /// The items as YAML.
    pub text: String,
}

/// A user's macro that is a conjunction.
struct Macro {
    name: String,
    clauses: BTreeSet<String>,
}

/// Rules for all controls that are not full. With them every one of these becomes full.
pub fn suggest(
    benchmark: &Benchmark,
    coverage: &Coverage,
    rules: &[Rule],
    sources: &SourceMap,
    count: &Count<'_>,
    assume: Assume,
) -> Result<Vec<Suggestion>, Disagreement> {
    let definitions = condition::definitions(sources);
    let macros: Vec<Macro> = definitions
        .macros
        .iter()
        .map(|(name, condition)| Macro { name: name.clone(), clauses: clauses(condition) })
        .collect();
    let mut taken: BTreeSet<String> = rules.iter().map(|rule| rule.name.clone()).collect();
    taken.extend(definitions.names.iter().cloned());
    let mut suggestions = Vec::new();
    for (at, (control, covered)) in benchmark.controls.iter().zip(&coverage.controls).enumerate() {
        if covered.verdict == Verdict::Full {
            continue;
        }
        let open = covered.events.iter().filter(|event| event.status != Status::Covered);
        let open: Vec<&str> = open.map(|event| &*event.row.name).collect();
        let all: Vec<&str> = control.rows.iter().map(|row| &*row.name).collect();
        // A control can require more than its rows.
        let few = !open.is_empty() && closes(benchmark, at, rules, count, assume, &open)?;
        let events = if few { open } else { all };
        suggestions.push(written(control, at, &events, &macros, &mut taken, count));
    }
    Ok(suggestions)
}

/// Whether the control becomes full when these of its events are covered.
fn closes(
    benchmark: &Benchmark,
    at: usize,
    rules: &[Rule],
    count: &Count<'_>,
    assume: Assume,
    events: &[&str],
) -> Result<bool, Disagreement> {
    let control = &benchmark.controls[at];
    let Ok(condition) = condition::read(&control.text, events) else { return Ok(false) };
    let Some(names) = acted_on(rules, count) else { return Ok(false) };
    let mut rules: Vec<Rule> = names.into_iter().cloned().collect();
    rules.push(rule(condition));
    let only = Benchmark {
        controls: vec![Control { hardening: Vec::new(), ..control.clone() }],
        ..benchmark.clone()
    };
    let coverage = cover(&rules, &only, &Count::default(), &[], assume)?;
    Ok(coverage.controls.iter().all(|covered| covered.verdict == Verdict::Full))
}

fn acted_on<'r>(rules: &'r [Rule], count: &Count<'_>) -> Option<Vec<&'r Rule>> {
    count.apply(rules).rules.into_iter().map(|at| rules.get(at)).collect()
}

fn rule(condition: Pred) -> Rule {
    Rule {
        name: String::new(),
        description: String::new(),
        source: condition::SOURCE.to_owned(),
        priority: Priority::Emergency,
        enabled: true,
        tags: Vec::new(),
        condition,
        output: Vec::new(),
        extra_fields: Vec::new(),
        span: Span::default(),
        name_span: Span::default(),
        condition_span: Span::default(),
    }
}

fn written(
    control: &Control,
    at: usize,
    events: &[&str],
    macros: &[Macro],
    taken: &mut BTreeSet<String>,
    count: &Count<'_>,
) -> Suggestion {
    let template = &control.rule;
    let name = free(&template.name, " ", taken);
    let mut text = String::new();
    let mut listed = events.join(", ");
    let is_retired = |row: &Row| events.contains(&&*row.name) && retired(&row.source, &row.name).is_some();
    if control.rows.iter().any(is_retired) {
        text += "# rulec: allow retired-api -- the control still names calls that have ended\n";
    }
    if events.len() > INLINE {
        let key: String =
            control.key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        listed = free(&format!("control_{key}_events"), "_", taken);
        text += &format!("- list: {listed}\n  items:\n");
        events.iter().for_each(|event| text += &format!("    - {event}\n"));
        text.push('\n');
    }
    let asked = match events {
        [only] => control.text.replace("in (events)", &format!("= \"{only}\"")),
        _ => control.text.clone(),
    };
    let condition = in_words_of(&asked, events, &listed, macros);
    let priority = urgent_enough(&template.priority, count);
    if control.rows.is_empty() && names(&control.condition) == Names::Any {
        text += "# rulec: allow no-event-name -- the control is about any event\n";
    }
    text += &format!("- rule: {}\n", scalar(&name));
    text += &format!("  desc: {}\n", prose(&template.desc));
    text += "  condition: >\n";
    condition.iter().for_each(|line| text += &format!("    {line}\n"));
    text += "  output: >\n";
    let output = template.output.split_whitespace().collect::<Vec<_>>().join(" ");
    // Words are not broken, since YAML joins the lines with blanks.
    let options = Options::new(WIDTH - 4)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    wrap(&output, options).iter().for_each(|line| text += &format!("    {line}\n"));
    text += &format!("  priority: {priority}\n  source: {}\n", condition::SOURCE);
    if !template.tags.is_empty() {
        let tags: Vec<String> = template.tags.iter().map(|tag| scalar(tag)).collect();
        text += &format!("  tags: [{}]\n", tags.join(", "));
    }
    Suggestion { control: at, name, text }
}

/// The name, with a number if it is taken.
fn free(name: &str, before_number: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}{before_number}{number}"));
    let name = std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name));
    let name = name.unwrap_or_default();
    taken.insert(name.clone());
    name
}

/// The priority, raised to the minimum of rules that count.
fn urgent_enough(priority: &str, count: &Count<'_>) -> String {
    match (Priority::parse(priority), count.min_priority) {
        (Some(own), Some(min)) if own > min => min.name().to_uppercase(),
        (None, _) => Priority::Warning.name().to_uppercase(),
        _ => priority.to_owned(),
    }
}

/// The condition's clauses, one per line; clauses that a macro has are replaced by its name.
fn in_words_of(text: &str, events: &[&str], listed: &str, macros: &[Macro]) -> Vec<String> {
    let parsed = parse(text, RULE_DEPTH);
    let (parts, join) = match &parsed.expr.kind {
        ExprKind::And(parts) => (parts, "and"),
        ExprKind::Or(parts) => (parts, "or"),
        _ => return vec![spelled(text, listed)],
    };
    let parts =
        parts.iter().map(|part| whole_clause(text, part.place.start as usize, part.place.end as usize));
    let mut words = Vec::new();
    if join == "or" {
        words.extend(parts.map(|text| spelled(text, listed)));
    } else {
        let shape_of = |text: &str| condition::read(text, events).ok().map(|condition| shape(&condition));
        let mut left: Vec<_> = parts.map(|text| (spelled(text, listed), shape_of(text))).collect();
        while let Some(fitting) = fitting(macros, &left) {
            left.retain(|(_, shape)| !shape.as_ref().is_some_and(|shape| fitting.clauses.contains(shape)));
            words.push(fitting.name.clone());
        }
        words.extend(left.into_iter().map(|(text, _)| text));
    }
    let lead = |(at, words): (usize, String)| if at == 0 { words } else { format!("{join} {words}") };
    words.into_iter().enumerate().map(lead).collect()
}

/// The largest macro all of whose clauses are among those left.
fn fitting<'m>(macros: &'m [Macro], left: &[(String, Option<String>)]) -> Option<&'m Macro> {
    let left: BTreeSet<&String> = left.iter().filter_map(|(_, shape)| shape.as_ref()).collect();
    let fits = macros.iter().filter(|one| one.clauses.iter().all(|clause| left.contains(clause)));
    fits.max_by_key(|one| one.clauses.len()).filter(|one| !one.clauses.is_empty())
}

/// The text of a clause with the parentheses around it.
fn whole_clause(text: &str, start: usize, end: usize) -> &str {
    let before = text.get(..start).unwrap_or_default().trim_end();
    let behind = text.get(end..).unwrap_or_default();
    let close = behind.len() - behind.trim_start().len();
    match before.ends_with('(') && behind.trim_start().starts_with(')') {
        true => text.get(before.len() - 1..end + close + 1).unwrap_or_default(),
        false => text.get(start..end).unwrap_or_default(),
    }
}

/// Normal forms of the conjuncts.
fn clauses(condition: &Pred) -> BTreeSet<String> {
    conjuncts(condition).map(shape).collect()
}

/// The text with the control's own list of events written out.
fn spelled(text: &str, listed: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || "_.-/[]".contains(c);
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("events") {
        let (before, behind) = (&rest[..at], &rest[at + "events".len()..]);
        let is_name = !before.ends_with(is_part) && !behind.starts_with(is_part);
        out += before;
        out += if is_name { listed } else { "events" };
        rest = behind;
    }
    out + rest
}

/// Words that YAML reads as booleans or null.
const RESERVED: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];

/// A text as a plain scalar, in quotes where YAML would read it otherwise. Valid inside brackets too.
fn scalar(text: &str) -> String {
    let is_tame = |c: char| c.is_alphanumeric() || " ._-/'()".contains(c);
    let begins_well = text.starts_with(|c: char| c.is_alphabetic()) && !text.ends_with(' ');
    match begins_well && text.chars().all(is_tame) && !RESERVED.contains(&&*text.to_lowercase()) {
        true => text.to_owned(),
        false => serde_json::to_string(text).unwrap_or_default(),
    }
}

/// As [`scalar`], for prose outside of brackets, where commas are allowed.
fn prose(text: &str) -> String {
    let without_commas = text.replace(',', "");
    if scalar(&without_commas) == without_commas { text.to_owned() } else { scalar(text) }
}
