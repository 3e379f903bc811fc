//! The front door: files in, everything known about them out. Pure; the CLI, the language server and library users all call it.

use crate::config::Levels;
use crate::coverage::{self, Benchmark, Disagreement};
use crate::diag::{Diagnostic, FalcoSays};
use crate::lint::suppress::{self, Scope};
use crate::lint::{Clock, Context, LintRule, Lints, Ruleset, Timing};
use crate::sema::collect::{Collected, Policy, collect};
use crate::sema::compile::compile;
use crate::sema::ir::Rule;
use crate::sema::lower::{Lowering, TooLarge};
use crate::sema::report::Report;
use crate::sema::requirements;
use crate::sema::view::{MacroTrees, Nobody, RuleView, Sink};
use crate::sema::world::World;
use crate::sema::{checks, describe, errors};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::items::{Item, Kind};
use crate::syntax::json_schema;
use crate::syntax::yaml::{self, Stream};
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What to analyse.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The files, in load order.
    pub sources: SourceMap,
    /// Plugins, engine version.
    pub options: Options,
}

/// How to analyse.
#[derive(Debug, Default, Clone)]
pub struct Options {
    /// What is taken as given about the engine that will load the rules.
    pub world: World,
    /// To take the time of each lint.
    pub clock: Option<Clock>,
    /// Gaps in the coverage of this benchmark are findings.
    pub benchmark: Option<Arc<Benchmark>>,
    /// Leaves out lints, and predicates where only lints would look at them.
    pub without_lints: bool,
}

/// Everything known about the files. Diagnostics are in load order and carry their default severity:
/// suppressions and levels are applied by `lint::suppress` and `config`.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The files.
    pub sources: SourceMap,
    /// All findings.
    pub diagnostics: Vec<Diagnostic>,
    /// Per file, in load order: what stands where.
    pub files: Vec<FileFacts>,
    /// What each lint cost, if a clock was given.
    pub timings: Vec<Timing>,
    /// A proof about the benchmark was not confirmed: an error of rulec.
    pub disagreement: Option<Disagreement>,
}

/// The rules of files that load, for whoever runs or reasons about them.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The analysis: without errors, `rules` are all there are.
    pub analysis: Analysis,
    /// The rules that load, in evaluation order.
    pub rules: Vec<Rule>,
    /// Rules whose conditions are too large to be turned into predicates.
    pub too_large: Vec<TooLarge>,
}

/// What stands where in one file.
#[derive(Debug, Default)]
pub struct FileFacts {
    /// The file.
    pub file: FileId,
    /// Spans of the comments, `#` included, line break excluded.
    pub comments: Vec<Span>,
    /// Spans of the top-level items, in order.
    pub items: Vec<Span>,
    /// Number of rules, macros and lists defined.
    pub counts: Counts,
}

/// How many of each.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Rules.
    pub rules: usize,
    /// Macros.
    pub macros: usize,
    /// Lists.
    pub lists: usize,
}

/// Falco's own result for one file, as `falco -V` would give it after the files before it.
#[derive(Debug, Clone, Default)]
pub struct LoadResult {
    /// The path as given.
    pub name: String,
    /// No error.
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

/// Falco ends without a result: it refuses to start, or crashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fatal {
    /// What Falco says or does.
    pub message: String,
}

/// Compiles the files as rulec does: all errors, all findings, lints included.
pub fn analyze(inputs: Inputs) -> Analysis {
    run(inputs, true).analysis
}

/// The same without lints, and the rules as predicates.
pub fn compile_rules(inputs: Inputs) -> Compiled {
    run(inputs, false)
}

fn run(inputs: Inputs, lint: bool) -> Compiled {
    let Inputs { sources, options } = inputs;
    let streams = parse(&sources);
    let mut report = Report::without_context(&sources);
    let mut collected = Collected::default();
    for (id, file) in sources.files() {
        report.found.extend(errors::invalid_utf8(id, file));
    }
    for ((id, _), stream) in sources.files().zip(&streams) {
        collect(&mut collected, id, stream, &options.world, Policy::All, &mut report);
    }
    let lints = (lint && !options.without_lints)
        .then(|| Lints::new(Context::new(&sources, &options.world), options.clock));
    let lowering = if lint { Lowering::of_conditions() } else { Lowering::default() };
    let is_looked_at = !lint || lints.is_some() || options.benchmark.is_some();
    let mut passes = Passes { lints, lowering, ..Passes::default() };
    let sink: &mut dyn Sink<'_> = if is_looked_at { &mut passes } else { &mut Nobody };
    compile(&collected, &options.world, Policy::All, &mut report, sink);
    for unmet in requirements::unmet(&collected.plugins, &options.world) {
        report.add(errors::plugin_unmet(&unmet));
    }
    let mut diagnostics = std::mem::take(&mut report.found);
    let mut broken = report.into_broken();
    for (id, _) in sources.files().filter(|(_, file)| file.invalid_utf8.is_some()) {
        // The text was cut off in the middle: how it ends says nothing.
        let cut = |d: &Diagnostic| d.check.code == checks::YAML_SYNTAX.code && d.primary.span.file == id;
        if let Some(at) = diagnostics.iter().rposition(cut) {
            diagnostics.remove(at);
        }
    }
    if collected.changed_across_files {
        diagnostics.extend(on_the_way(&sources, &streams, &options.world, &diagnostics, &mut broken));
    }
    let Passes { lints, mut rules, too_large, .. } = passes;
    rules.retain(|rule| !broken.contains(&rule.name));
    let mut timings = Vec::new();
    if let Some(mut lints) = lints {
        streams.iter().for_each(|stream| lints.items(stream));
        let (found, times) = lints.finish(&Ruleset { rules: &rules, collected: &collected });
        diagnostics.extend(found);
        timings = times;
    }
    let mut disagreement = None;
    if let Some(benchmark) = options.benchmark.as_deref().filter(|_| lint) {
        match coverage::checks::gaps(&rules, benchmark, &sources) {
            Ok(found) => diagnostics.extend(found),
            Err(error) => disagreement = Some(error),
        }
    }
    drop(collected);
    dedup(&mut diagnostics);
    let files = sources.files().zip(&streams).map(|((id, _), stream)| facts(id, stream)).collect();
    Compiled { analysis: Analysis { diagnostics, files, timings, disagreement, sources }, rules, too_large }
}

/// What is done with a rule once it compiles: it becomes a predicate, and lints look at it.
#[derive(Default)]
struct Passes<'c> {
    lowering: Lowering,
    rules: Vec<Rule>,
    too_large: Vec<TooLarge>,
    lints: Option<Lints<'c>>,
}

impl<'a> Sink<'a> for Passes<'_> {
    fn rule(&mut self, view: &RuleView<'_, 'a>) {
        match self.lowering.rule(view) {
            Ok((rule, written)) => {
                if let Some(lints) = &mut self.lints {
                    lints.rule(&LintRule::new(view, &rule, &written));
                }
                self.rules.push(rule);
            }
            Err(too_large) => self.too_large.push(too_large),
        }
    }

    fn macros(&mut self, macros: &MacroTrees<'_, 'a>) {
        if let Some(lints) = &mut self.lints {
            lints.macros(macros);
        }
    }
}

/// Falco compiles after each file: what a later file mends has already stopped it.
fn on_the_way(
    sources: &SourceMap,
    streams: &[Stream],
    world: &World,
    known: &[Diagnostic],
    broken: &mut BTreeSet<String>,
) -> Vec<Diagnostic> {
    let key = |found: &Diagnostic| found.falco.as_ref().map(|says| (says.code, says.message.clone()));
    let mut known: FxHashSet<_> = known.iter().filter_map(key).collect();
    let mut missed = Vec::new();
    let mut collected = Collected::default();
    for ((id, _), stream) in sources.files().zip(streams) {
        let mut report = Report::new(sources);
        collect(&mut collected, id, stream, world, Policy::First, &mut report);
        if report.errors() == 0 {
            compile(&collected, world, Policy::First, &mut report, &mut Nobody);
        }
        let is_error =
            |found: &&Diagnostic| found.falco.as_ref().is_some_and(|says| says.code.starts_with("LOAD_ERR"));
        let Some(error) = report.found.iter().find(is_error) else { continue };
        if key(error).is_some_and(|key| known.insert(key)) {
            missed.push(errors::mended_too_late(error.clone(), &sources.file(id).name));
        }
        broken.extend(report.into_broken());
    }
    missed
}

fn parse(sources: &SourceMap) -> Vec<Stream> {
    sources.files().map(|(id, file)| yaml::parse(id, file)).collect()
}

/// An error in a macro is found again in every rule that uses it: once is enough.
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
            Some(Kind::Rule) => facts.counts.rules += 1,
            Some(Kind::Macro) => facts.counts.macros += 1,
            Some(Kind::List) => facts.counts.lists += 1,
            _ => {}
        }
    }
    facts
}

/// What Falco says of each file, loaded cumulatively in order; first error of each only.
pub fn falco_verdicts(inputs: &Inputs) -> Result<Vec<LoadResult>, Fatal> {
    let (sources, world) = (&inputs.sources, &inputs.options.world);
    let streams = parse(sources);
    let mut collected = Collected::default();
    let mut results = Vec::new();
    for ((id, file), stream) in sources.files().zip(&streams) {
        let mut report = Report::new(sources);
        collect(&mut collected, id, stream, world, Policy::First, &mut report);
        let crash = match report.errors() {
            0 => compile(&collected, world, Policy::First, &mut report, &mut Nobody),
            _ => None,
        };
        if let Some(crash) = crash.or_else(|| report.crash.take()) {
            return Err(Fatal { message: crash.falco });
        }
        if let Some(unmet) = requirements::unmet(&collected.plugins, world).into_iter().next() {
            return Err(Fatal { message: format!("Error: {}", unmet.falco) });
        }
        results.push(verdict(&file.name, stream, report));
    }
    Ok(results)
}

fn verdict(name: &str, stream: &Stream, report: Report<'_>) -> LoadResult {
    let mut result = LoadResult { name: name.to_owned(), successful: true, ..LoadResult::default() };
    // Falco validates document after document, until one cannot be read.
    let complex = report.found.iter().any(|found| found.check.code == checks::COMPLEX_KEY.code);
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
        if says.code.starts_with("LOAD_ERR") {
            result.successful = false;
            result.errors.push(*says);
            break;
        }
        result.warnings.push(*says);
    }
    result
}

/// What is left to tell the user: suppressions and levels applied, in the order of the files.
/// Takes the diagnostics out of the analysis.
pub fn findings(analysis: &mut Analysis, levels: &Levels) -> Vec<Diagnostic> {
    let scopes = analysis.files.iter().map(|facts| Scope {
        file: facts.file,
        comments: &facts.comments,
        items: &facts.items,
    });
    let diagnostics = std::mem::take(&mut analysis.diagnostics);
    let mut kept = suppress::apply(&analysis.sources, scopes, diagnostics);
    levels.apply(&mut kept);
    kept.sort_by_cached_key(Diagnostic::sort_key);
    kept
}

/// `falco -L`: everything about the rules, when all files load. The `Err` says what keeps Falco from it.
pub fn describe(inputs: &Inputs) -> Result<serde_json::Value, String> {
    let (sources, world) = (&inputs.sources, &inputs.options.world);
    let results = falco_verdicts(inputs).map_err(|fatal| fatal.message)?;
    if let Some((result, error)) = results.iter().find_map(|result| Some((result, result.errors.first()?))) {
        return Err(format!("{}: {}: {}", result.name, error.code, error.message));
    }
    let skipped = |says: &FalcoSays| says.code == "LOAD_UNKNOWN_FILTER";
    let dropped = results.last().into_iter().flat_map(|result| &result.warnings).filter(|says| skipped(says));
    let dropped = dropped.filter_map(|says| says.context.get(1)).map(|at| at.item_name.clone()).collect();
    let streams = parse(sources);
    let mut collected = Collected::default();
    let mut report = Report::new(sources);
    for ((id, _), stream) in sources.files().zip(&streams) {
        collect(&mut collected, id, stream, world, Policy::First, &mut report);
    }
    describe::describe(&collected, world, &dropped)
}
