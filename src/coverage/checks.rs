//! Gaps in the coverage of a benchmark as findings.

use super::benchmark::{Benchmark, Control};
use super::counted::Count;
use super::judge::cover;
use super::names;
use super::proof::Disagreement;
use super::suggest::{Suggestion, suggest};
use super::{Coverage, Covered, Status, Verdict};
use crate::diag::{Check, Diagnostic, Edit, Fix};
use crate::logic::Assume;
use crate::schema::event_names;
use crate::sema::ir::Rule;
use crate::source::{FileId, SourceMap, Span};

crate::declare_check! {
    /// A control of the benchmark that no rule covers.
    ///
    /// ## What it does
    /// With `rulec check --benchmark NAME`, or `benchmark` in `rulec.toml`, reports controls none of whose events makes a
    /// rule about it fire. It is placed at the rule that comes nearest. If Falco refuses to load the rules, one finding
    /// says that no control is covered.
    ///
    /// ## Why it matters
    /// What the control asks to be watched happens unseen. `rulec coverage` shows an event that slips through, and
    /// `rulec coverage --suggest` prints the rule that would catch it.
    pub CONTROL_UNCOVERED = "RC0701", "control-uncovered", Coverage, Warning;

    /// A control of the benchmark that rules cover only in part.
    ///
    /// ## What it does
    /// With `rulec check --benchmark NAME`, or `benchmark` in `rulec.toml`, reports controls some of whose events make no
    /// rule fire: events that no rule is about, and rules that ask for more than the control.
    ///
    /// ## Why it matters
    /// The ruleset looks as if it covered the control, and some of what the control asks for happens unseen. `rulec
    /// coverage` shows an event that slips through.
    pub CONTROL_PARTIAL = "RC0702", "control-partial", Coverage, Info;
}

/// What the rules of the files leave open.
pub fn gaps(
    rules: &[Rule],
    benchmark: &Benchmark,
    sources: &SourceMap,
) -> Result<Vec<Diagnostic>, Disagreement> {
    let Some((file, _)) = sources.files().last() else { return Ok(Vec::new()) };
    let count = Count::default();
    let coverage = cover(rules, benchmark, &count, &[], Assume::CloudTrail)?;
    let suggestions = suggest(benchmark, &coverage, rules, sources, &count, Assume::CloudTrail)?;
    let finding = |suggestion: Suggestion| {
        let (control, covered) =
            (&benchmark.controls[suggestion.control], &coverage.controls[suggestion.control]);
        let check = match covered.verdict {
            Verdict::None => &CONTROL_UNCOVERED,
            Verdict::Partial => &CONTROL_PARTIAL,
            // Nothing is claimed of what is not known.
            Verdict::Full | Verdict::Unknown => return None,
        };
        Some(found(
            check,
            control,
            covered,
            place(rules, &coverage, control, covered, file),
            &suggestion,
            sources,
        ))
    };
    Ok(suggestions.into_iter().filter_map(finding).collect())
}

/// No control is covered, because Falco refuses to load the rules: `error` is the place of the first reason.
pub fn all_uncovered(benchmark: &Benchmark, error: Span) -> Diagnostic {
    let message = format!("no control of {} is covered: Falco refuses to load these rules", benchmark.name);
    Diagnostic::new(&CONTROL_UNCOVERED, error, message)
        .at("because of this error")
        .help("fix the errors first")
}

fn found(
    check: &'static Check,
    control: &Control,
    covered: &Covered,
    (span, label): (Span, &str),
    suggestion: &Suggestion,
    sources: &SourceMap,
) -> Diagnostic {
    let open: Vec<&str> = covered
        .events
        .iter()
        .filter(|event| event.status != Status::Covered)
        .map(|event| &*event.row.name)
        .collect();
    let how = if covered.verdict == Verdict::None { "not covered" } else { "covered only in part" };
    let title = &control.title;
    let mut message = format!("control {} ({title}) is {how}", control.id);
    if !open.is_empty() && covered.verdict != Verdict::None {
        let (few, all) = (open.len(), covered.events.len());
        message += &format!(": {few} of {all} events are open, {}", shortened(&open));
    }
    let text = &sources.file(span.file).text;
    let gap = if text.is_empty() || text.ends_with('\n') { "\n" } else { "\n\n" };
    let edit = Edit { span: Span::point(span.file, text.len()), text: format!("{gap}{}", suggestion.text) };
    let title = format!("add the rule `{}`", suggestion.name);
    let mut finding = Diagnostic::new(check, span, message).at(label);
    finding.help = Some(format!("{title}, as `rulec coverage --suggest` prints it"));
    // A new rule changes what is alerted on.
    finding.fix = Some(Fix { title, edits: vec![edit], safe: false });
    finding
}

fn shortened(names: &[&str]) -> String {
    match names {
        [a, b, c, _, rest @ ..] if !rest.is_empty() => {
            format!("`{a}`, `{b}`, `{c}` and {} more", names.len() - 3)
        }
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

/// Where the rules come nearest: at the clause that narrows, at a rule that covers some of it, at a rule about the same
/// service, at any rule.
fn place<'t>(
    rules: &[Rule],
    coverage: &Coverage,
    control: &Control,
    covered: &Covered,
    file: FileId,
) -> (Span, &'t str) {
    let narrowed =
        covered.events.iter().flat_map(|event| &event.narrowed).flat_map(|narrowed| &narrowed.clauses);
    if let Some(&clause) = narrowed.into_iter().next() {
        return (clause, "this leaves out some of it");
    }
    if let Some(rule) = covered.rules.first().and_then(|&at| rules.get(at)) {
        return (rule.name_span, "covers some of it");
    }
    let counted = || coverage.counted.iter().filter_map(|&at| rules.get(at));
    let is_near = |rule: &&Rule| {
        let sources = control.rows.iter().map(|row| &*row.source).collect::<Vec<_>>();
        names::written(&rule.condition)
            .into_iter()
            .any(|name| event_names::sources_of(name).any(|source| sources.contains(&source)))
    };
    match counted().find(is_near).or_else(|| counted().next_back()) {
        Some(rule) => (rule.name_span, "the rule that comes nearest"),
        None => (Span::point(file, 0), "no rule comes near"),
    }
}
