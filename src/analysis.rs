//! The entry points of the library: files in, findings and rules out. All of them are pure.

pub mod memory;
mod passes;
mod stages;

use crate::config::Levels;
use crate::coverage::{self, Benchmark, Disagreement};
use crate::diag::{Diagnostic, FalcoCode, FalcoSays, Severity};
use crate::embedded;
use crate::lint::meta::SELECTS_NOTHING;
use crate::lint::suppress::{self, Scope};
use crate::lint::{Clock, Context, Lints, Timing};
use crate::sema::collect::{Collected, ErrorPolicy, collect};
use crate::sema::compile::compile;
use crate::sema::compiled::{NullSink, Sink};
use crate::sema::environment::Environment;
use crate::sema::graph::{self, Graph};
use crate::sema::ir::Rule;
use crate::sema::lower::{Lowering, TooLarge};
use crate::sema::report::Report;
use crate::sema::requirements;
use crate::sema::{checks, describe, errors};
use crate::source::{FileId, SourceFile, SourceMap, Span};
use crate::syntax::items::{Item, ItemKind};
use crate::syntax::json_schema;
use crate::syntax::yaml::{self, Stream};
use memory::Memory;
use passes::Passes;
use rustc_hash::FxHashSet;
use std::cell::OnceCell;
use std::sync::Arc;

/// Files to analyse, and how.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The files, in load order.
    pub sources: SourceMap,
    /// How to analyse them.
    pub options: Options,
}

/// How to analyse.
#[derive(Debug, Default, Clone)]
pub struct Options {
    /// The engine that will load the rules.
    pub environment: Environment,
    /// Measures each lint, if given.
    pub clock: Option<Clock>,
    /// A benchmark whose gaps are reported as findings.
    pub benchmark: Option<Arc<Benchmark>>,
    /// Runs no lints, and makes no predicates if only lints would use them.
    pub without_lints: bool,
}

/// The result of an analysis. Diagnostics are in load order and have their default severity: [`findings`] applies
/// suppressions and levels.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The files.
    pub sources: SourceMap,
    /// All findings.
    pub diagnostics: Vec<Diagnostic>,
    /// The layout of each file, in load order.
    pub files: Vec<FileFacts>,
    /// The time that each lint took, if a clock was given.
    pub timings: Vec<Timing>,
    /// A proof about the benchmark that `eval` did not confirm: an error of rulec.
    pub disagreement: Option<Disagreement>,
}

/// An analysis with the rules as predicates.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The analysis. If it has no errors, `rules` is complete.
    pub analysis: Analysis,
    /// The rules that load, in evaluation order.
    pub rules: Vec<Rule>,
    /// Rules whose conditions are too large for predicates.
    pub too_large: Vec<TooLarge>,
}

/// The layout of one file.
#[derive(Debug, Default)]
pub struct FileFacts {
    /// The file.
    pub file: FileId,
    /// Itself, or its host file on disk.
    pub on_disk: FileId,
    /// Spans of the comments, with `#` and without the line break.
    pub comments: Vec<Span>,
    /// Spans of the top-level items, in order.
    pub items: Vec<Span>,
    /// Number of rules, macros and lists defined.
    pub counts: Counts,
}

/// Number of definitions by kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Rules.
    pub rules: usize,
    /// Macros.
    pub macros: usize,
    /// Lists.
    pub lists: usize,
}

/// Falco's result for one file, as `falco -V` gives it after the files before it.
#[derive(Debug, Clone, Default)]
pub struct LoadResult {
    /// The path as the user gave it.
    pub name: String,
    /// True without errors.
    pub successful: bool,
    /// Falco's JSON-schema check of the first document; `None` when no document was validated.
    pub schema_valid: Option<bool>,
    /// Its messages; empty when valid.
    pub schema_warnings: Vec<String>,
    /// The first error, if any.
    pub errors: Vec<FalcoSays>,
    /// Warnings before it.
    pub warnings: Vec<FalcoSays>,
}

/// An end of Falco without results: it refuses to start, or crashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fatal {
    /// Falco's last words, or the signal that ends it.
    pub message: String,
}

/// Finds all errors of the files, and runs lints.
pub fn analyze(inputs: Inputs) -> Analysis {
    run(inputs, true).analysis
}

/// Finds all errors of the files, and turns the rules into predicates. Runs no lints.
pub fn compile_rules(inputs: Inputs) -> Compiled {
    run(inputs, false)
}

fn run(inputs: Inputs, lint: bool) -> Compiled {
    let Inputs { sources, options } = inputs;
    let (sources, about_outer) = embedded::unwrap(sources);
    let streams = parse(&sources);
    let units = units(&sources, &streams);
    let examined = examine(&sources, &units, &options, lint, None);
    let Examined { mut diagnostics, rules, too_large, timings, disagreement } = examined;
    diagnostics.extend(about_outer);
    for (id, _) in sources.given().filter(|(_, file)| file.invalid_utf8.is_some()) {
        // The text is cut off at the bad byte, so an error at its end means nothing.
        let about_text = [&checks::YAML_SYNTAX, &embedded::UNREADABLE_INPUT];
        let cut = |d: &Diagnostic| about_text.contains(&d.check) && d.primary.span.file == id;
        if let Some(at) = diagnostics.iter().rposition(cut) {
            diagnostics.remove(at);
        }
    }
    diagnostics.extend(sources.given().filter_map(|(id, file)| errors::invalid_utf8(id, file)));
    let on_disk = |id, file: &SourceFile| file.origin.as_ref().map_or(id, |origin| origin.file);
    let files = sources
        .files()
        .zip(&streams)
        .map(|((id, file), stream)| FileFacts { on_disk: on_disk(id, file), ..facts(id, stream) })
        .collect();
    let rules = rules.into_iter().map(Arc::unwrap_or_clone).collect();
    Compiled { analysis: Analysis { diagnostics, files, timings, disagreement, sources }, rules, too_large }
}

/// The files as Falco loads them. Consecutive items of host files make one.
fn units<'s>(sources: &'s SourceMap, streams: &'s [Stream]) -> Vec<Unit<'s>> {
    let is_item = |file: &SourceFile| file.origin.as_ref().is_some_and(|origin| origin.is_item);
    let mut units: Vec<Unit<'s>> = Vec::new();
    let mut after_item = false;
    for ((id, file), stream) in sources.files().zip(streams) {
        match units.last_mut().filter(|_| after_item && is_item(file)) {
            Some(unit) => unit.pieces.push((id, stream)),
            None => units.push(Unit { name: &file.name, pieces: vec![(id, stream)] }),
        }
        after_item = is_item(file);
    }
    units
}

/// A file as Falco loads it: one text, or pieces that were parsed separately.
pub struct Unit<'s> {
    /// The name to show.
    pub name: &'s str,
    /// The pieces in order.
    pub pieces: Vec<(FileId, &'s Stream)>,
}

/// The result of [`examine`].
#[derive(Debug, Default)]
pub struct Examined {
    /// All findings, without duplicates.
    pub diagnostics: Vec<Diagnostic>,
    /// The rules that load, in evaluation order.
    pub rules: Vec<Arc<Rule>>,
    /// Rules whose conditions are too large for predicates.
    pub too_large: Vec<TooLarge>,
    /// The time that each lint took, if a clock was given.
    pub timings: Vec<Timing>,
    /// A proof about the benchmark that `eval` did not confirm.
    pub disagreement: Option<Disagreement>,
}

/// Analyses parsed files. With a memory, rules that have not changed since its last run are not analysed again; then
/// no id of [`Unit::pieces`] may ever have belonged to another text.
pub fn examine(
    sources: &SourceMap,
    units: &[Unit<'_>],
    options: &Options,
    lint: bool,
    mut memory: Option<&mut Memory>,
) -> Examined {
    let mut report = Report::without_context(sources);
    let mut collected = Collected::default();
    for (at, unit) in units.iter().enumerate() {
        for &(id, stream) in &unit.pieces {
            collected.part_of(id, at as u32);
            collect(&mut collected, id, stream, &options.environment, ErrorPolicy::All, &mut report);
        }
        if unit.pieces.len() > 1 && unit.pieces.iter().any(|(_, stream)| !stream.errors.is_empty()) {
            unit.pieces.iter().for_each(|&(id, _)| collected.lose_macros(&sources.file(id).text));
        }
    }
    if let Some(memory) = &mut memory {
        memory.begin(&collected);
    }
    let solver = OnceCell::new();
    let linted = lint && !options.without_lints;
    let lints =
        linted.then(|| Lints::new(Context::new(sources, &options.environment, &solver), options.clock));
    let wanted = !lint || linted || options.benchmark.is_some();
    let lowering = if lint { Lowering::of_conditions() } else { Lowering::default() };
    let mut passes = Passes { lints, lowering, memory, rules: Vec::new(), too_large: Vec::new(), last: None };
    let sink: &mut dyn Sink<'_> = if wanted { &mut passes } else { &mut NullSink };
    compile(&collected, &options.environment, ErrorPolicy::All, &mut report, sink);
    for unmet in requirements::unmet(&collected.plugins, &options.environment) {
        report.add(errors::plugin_unmet(&unmet));
    }
    let mut diagnostics = std::mem::take(&mut report.found);
    let mut broken = report.into_broken();
    diagnostics.extend(stages::mended(
        sources,
        units,
        &options.environment,
        &collected,
        &diagnostics,
        &mut broken,
    ));
    diagnostics.extend(idle(&options.environment, &collected));
    let Passes { lints, mut rules, too_large, mut memory, .. } = passes;
    rules.retain(|rule| !broken.contains(&rule.name));
    let mut timings = Vec::new();
    if let Some(mut lints) = lints {
        for &(id, stream) in units.iter().flat_map(|unit| &unit.pieces) {
            match &mut memory {
                Some(memory) => memory.items(id, stream, &mut lints),
                None => drop(lints.items(stream, false)),
            }
        }
        let refs: Vec<&Rule> = rules.iter().map(|rule| &**rule).collect();
        let (found, times) = lints.finish(&refs, &collected);
        diagnostics.extend(found);
        timings = times;
    }
    let mut disagreement = None;
    if let Some(benchmark) = options.benchmark.as_deref().filter(|_| lint) {
        let refusal =
            |found: &&Diagnostic| found.severity == Severity::Error && found.check != &checks::FALCO_CRASH;
        if let Some(error) = diagnostics.iter().find(refusal) {
            let uncovered = coverage::checks::all_uncovered(benchmark, error.primary.span);
            diagnostics.push(uncovered);
        } else {
            let rules: Vec<Rule> = rules.iter().map(|rule| Rule::clone(rule)).collect();
            match coverage::checks::gaps(&rules, benchmark, sources) {
                Ok(found) => diagnostics.extend(found),
                Err(error) => disagreement = Some(error),
            }
        }
    }
    dedup(&mut diagnostics);
    if let Some(memory) = memory {
        memory.end();
    }
    Examined { diagnostics, rules, too_large, timings, disagreement }
}

/// Selections and appended outputs of a deployment that apply to no rule.
fn idle(environment: &Environment, collected: &Collected<'_>) -> Vec<Diagnostic> {
    let rules = &collected.rules.items;
    let selections = environment.deployment.selections.iter();
    let idle = selections
        .filter(|selection| !rules.iter().any(|rule| selection.is_about(rule.name, &rule.tags)))
        .map(|selection| selection.span);
    let appended = environment.deployment.appended.iter();
    let unheard = appended
        .filter(|entry| !rules.iter().any(|rule| entry.is_about(rule.source, rule.name, &rule.tags)))
        .map(|entry| entry.span);
    idle.chain(unheard)
        .map(|span| Diagnostic::new(&SELECTS_NOTHING, span, "this applies to no rule"))
        .collect()
}

fn parse(sources: &SourceMap) -> Vec<Stream> {
    sources.files().map(|(id, file)| yaml::parse(id, file)).collect()
}

/// Drops repeated findings: an error in a macro is found once for each rule that uses it.
fn dedup(diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = FxHashSet::default();
    seen.reserve(diagnostics.len());
    let fresh: Vec<bool> = diagnostics
        .iter()
        .map(|found| seen.insert((found.check.code, found.primary.span, found.message.as_str())))
        .collect();
    let mut fresh = fresh.into_iter();
    diagnostics.retain(|_| fresh.next().unwrap_or(true));
}

fn facts(file: FileId, stream: &Stream) -> FileFacts {
    let mut facts = FileFacts { file, comments: stream.comments.clone(), ..FileFacts::default() };
    for item in stream.documents.iter().flat_map(|document| document.root.as_seq().unwrap_or_default()) {
        facts.items.push(item.span);
        match Item::new(item).and_then(|item| item.kind()) {
            Some(ItemKind::Rule) => facts.counts.rules += 1,
            Some(ItemKind::Macro) => facts.counts.macros += 1,
            Some(ItemKind::List) => facts.counts.lists += 1,
            _ => {}
        }
    }
    facts
}

/// Falco's result for each file, loaded in order on top of those before: only the first error of each.
pub fn falco_verdicts(inputs: &Inputs) -> Result<Vec<LoadResult>, Fatal> {
    let (sources, environment) = (&inputs.sources, &inputs.options.environment);
    let streams = parse(sources);
    let mut collected = Collected::default();
    let mut results = Vec::new();
    for ((id, file), stream) in sources.files().zip(&streams) {
        let mut report = Report::new(sources);
        collect(&mut collected, id, stream, environment, ErrorPolicy::First, &mut report);
        let crash = match report.errors() {
            0 => compile(&collected, environment, ErrorPolicy::First, &mut report, &mut NullSink),
            _ => None,
        };
        if let Some(crash) = crash.or_else(|| report.crash.take()) {
            return Err(Fatal { message: crash.falco });
        }
        if let Some(unmet) = requirements::unmet(&collected.plugins, environment).into_iter().next() {
            return Err(Fatal { message: format!("Error: {}", unmet.falco) });
        }
        results.push(verdict(&file.name, stream, report));
    }
    Ok(results)
}

fn verdict(name: &str, stream: &Stream, report: Report<'_>) -> LoadResult {
    let mut result = LoadResult { name: name.to_owned(), successful: true, ..LoadResult::default() };
    // Falco validates one document after the other, until one cannot be parsed.
    let complex = report.found.iter().any(|found| found.check == &checks::COMPLEX_KEY);
    if stream.errors.is_empty() && !complex {
        let mut first = None;
        for document in &stream.documents {
            let messages = json_schema::validate(&document.root);
            first.get_or_insert(messages.is_empty());
            let valid = messages.is_empty().then(|| "ok".to_owned());
            result.schema_warnings.extend(messages.into_iter().chain(valid));
        }
        result.schema_valid = first;
        if first == Some(true) {
            result.schema_warnings.clear();
        }
    }
    for says in report.found.into_iter().filter_map(|found| found.falco) {
        if says.code.is_error() {
            result.successful = false;
            result.errors.push(*says);
            break;
        }
        result.warnings.push(*says);
    }
    result
}

/// The findings to show, in the order of the files, after suppressions and levels. Takes the diagnostics out of the
/// analysis.
pub fn findings(analysis: &mut Analysis, levels: &Levels) -> Vec<Diagnostic> {
    let scopes = analysis.files.iter().map(|facts| Scope {
        file: facts.file,
        comments: &facts.comments,
        items: &facts.items,
    });
    let diagnostics = std::mem::take(&mut analysis.diagnostics);
    let mut kept = suppress::apply(&analysis.sources, scopes, diagnostics);
    levels.apply(&mut kept);
    let mut kept = embedded::to_host(&analysis.sources, kept);
    kept.sort_by_cached_key(Diagnostic::sort_key);
    kept
}

/// The errors, suppressed or not. Takes the diagnostics out of the analysis.
pub fn errors(analysis: &mut Analysis) -> Vec<Diagnostic> {
    let mut errors = std::mem::take(&mut analysis.diagnostics);
    errors.retain(|found| found.severity == Severity::Error);
    embedded::to_host(&analysis.sources, errors)
}

/// True if the rules load in spite of these errors: Falco crashes at an event of theirs, and not before.
pub fn load_anyway(errors: &[Diagnostic], sources: &SourceMap, options: &Options) -> bool {
    let only_crashes = errors.iter().all(|found| found.check == &checks::FALCO_CRASH);
    let loads = |results: Vec<LoadResult>| results.iter().all(|result| result.successful);
    let inputs = || Inputs { sources: sources.clone(), options: options.clone() };
    errors.is_empty() || only_crashes && falco_verdicts(&inputs()).is_ok_and(loads)
}

/// A graph of rules, macros and lists, and whether it is complete.
#[derive(Debug)]
pub struct Drawn {
    /// Rules, macros and lists.
    pub graph: Graph,
    /// Number of errors; what could not be read is not in the graph.
    pub errors: usize,
}

/// The graph of which rules, macros and lists use which.
pub fn graph(inputs: &Inputs) -> Drawn {
    let (sources, environment) = (&inputs.sources, &inputs.options.environment);
    let streams = parse(sources);
    let mut report = Report::without_context(sources);
    let mut collected = Collected::default();
    for ((id, _), stream) in sources.files().zip(&streams) {
        collect(&mut collected, id, stream, environment, ErrorPolicy::All, &mut report);
    }
    compile(&collected, environment, ErrorPolicy::All, &mut report, &mut NullSink);
    let unmet = requirements::unmet(&collected.plugins, environment).len();
    let unread = sources.files().filter(|(_, file)| file.invalid_utf8.is_some()).count();
    Drawn { graph: graph::graph(&collected), errors: report.errors() + unmet + unread }
}

/// The output of `falco -L`, or the error for which Falco has none.
pub fn describe(inputs: &Inputs) -> Result<serde_json::Value, String> {
    let (sources, _) = embedded::unwrap(inputs.sources.clone());
    let inputs = &Inputs { sources, options: inputs.options.clone() };
    let (sources, environment) = (&inputs.sources, &inputs.options.environment);
    let results = falco_verdicts(inputs).map_err(|fatal| fatal.message)?;
    if let Some((result, error)) = results.iter().find_map(|result| Some((result, result.errors.first()?))) {
        return Err(format!("{}: {}: {}", result.name, error.code, error.message));
    }
    let skipped = |says: &FalcoSays| says.code == FalcoCode::UnknownFilter;
    let dropped = results.last().into_iter().flat_map(|result| &result.warnings).filter(|says| skipped(says));
    let dropped = dropped.filter_map(|says| says.context.get(1)).map(|at| at.item_name.clone()).collect();
    let streams = parse(sources);
    let mut collected = Collected::default();
    let mut report = Report::new(sources);
    for ((id, _), stream) in sources.files().zip(&streams) {
        collect(&mut collected, id, stream, environment, ErrorPolicy::First, &mut report);
    }
    describe::describe(&collected, environment, &dropped)
}
