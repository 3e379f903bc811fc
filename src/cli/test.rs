//! `rulec test`.

use super::args::Engine;
use super::suites::Suites;
use super::{
    CommandResult, FAILED, Failure, UNUSABLE, engine, files, junit, output, record, settings, watch,
};
use crate::diag::{Diagnostic, Edit, Severity};
use crate::fix;
use crate::render::{self, Format, Summary, counted, testing as show};
use crate::source::{SourceFile, SourceMap};
use crate::testing::coverage::Coverage;
use crate::testing::file::{self, Parsed};
use crate::testing::{self, Suite, bless};
use clap::ValueEnum;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

/// Test rules on events
///
/// Runs the tests of `*.test.yaml` files; docs/testing.md has their format. Exits with 1 if a test fails, and
/// with 2 on wrong usage, or if a file cannot be read or the rules do not load.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec test --coverage rules/                   every test, and what no test covers
  rulec test --rules rules/ --filter root t/     tests with `root` in their names, on these rules")]
pub struct TestArgs {
    /// Test files, and directories to search for `*.test.yaml`
    ///
    /// The default is `rules` of rulec.toml, then the current directory.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Rules file or directory to test; may be repeated, in load order
    ///
    /// Without it, a test file tests the rules files of its `rules` key, or those of its own directory.
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,

    /// Run only tests whose name contains this text, ignoring case
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// How to show the results
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: TestFormat,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Report which rules never fired, and which comparisons were never true or never false
    #[arg(long)]
    coverage: bool,

    /// Replace the expectations of failing tests by what happened
    #[arg(long)]
    bless: bool,

    /// Test again whenever a file changes, until Ctrl-C
    #[arg(long, conflicts_with = "record")]
    watch: bool,

    /// Print a test made of the first record of this log or directory of logs on which `--rule` fires
    ///
    /// Members that the rule does not need are left out, and names of accounts and people are replaced by stand-ins.
    /// The rules are those of `--rules`, of the file of `--append`, or of rulec.toml. Exits with 1 if the rule fires on
    /// no record.
    #[arg(
        long,
        value_name = "LOG",
        requires = "rule",
        conflicts_with_all = ["paths", "filter", "coverage", "bless", "format"],
        help_heading = "Record"
    )]
    record: Option<PathBuf>,

    /// The rule to record a test of
    #[arg(long, value_name = "NAME", requires = "record", help_heading = "Record")]
    rule: Option<String>,

    /// Add the test to this test file instead of printing it
    #[arg(
        long,
        value_name = "FILE",
        requires = "record",
        conflicts_with = "output",
        help_heading = "Record"
    )]
    pub append: Option<PathBuf>,

    /// Keep the recorded value of this member, such as `requestParameters.name`; may be repeated
    #[arg(long, value_name = "MEMBER", requires = "record", help_heading = "Record")]
    pub keep: Vec<String>,

    #[command(flatten)]
    pub engine: Engine,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum TestFormat {
    /// Failed tests and why, for people
    Text,
    /// JSON, see docs/json.md
    Json,
    /// JUnit XML
    Junit,
}

/// The state of a run: test files and their results so far.
struct Run<'a> {
    args: &'a TestArgs,
    suites: Suites<'a>,
    sources: SourceMap,
    outcomes: Vec<testing::Outcome>,
    problems: Vec<Diagnostic>,
    failures: Vec<Failure>,
    coverage: Coverage,
    /// Files with renewed expectations, and their new text.
    blessed: Vec<(PathBuf, String)>,
}

/// Runs the command.
pub fn run(args: &TestArgs) -> CommandResult {
    if let (Some(log), Some(rule)) = (&args.record, &args.rule) {
        return record::run(args, log, rule);
    }
    match args.watch {
        true => watch::watch(|| watched(args), args.output.as_deref(), || once(args)),
        false => once(args),
    }
}

/// The paths that the tests depend on.
fn watched(args: &TestArgs) -> Vec<PathBuf> {
    let first = if args.paths.is_empty() { &args.rules } else { &args.paths };
    let mut paths = settings::watched(&args.engine.load(first), &args.rules);
    if args.paths.is_empty() {
        paths.extend(settings::watched(&args.engine.load(&[]), &[]));
    }
    paths
}

fn once(args: &TestArgs) -> CommandResult {
    let first = if args.paths.is_empty() { &args.rules } else { &args.paths };
    let load = args.engine.load(first);
    let mut settings = settings::load(&load)?;
    let options = engine::options(&load, &mut settings)?;
    let roots = match args.paths.is_empty() {
        true => settings.default_roots().into_iter().map(beside).collect(),
        false => args.paths.clone(),
    };
    let mut run = Run {
        args,
        suites: Suites::new(&settings, options, &load),
        sources: SourceMap::default(),
        outcomes: Vec::new(),
        problems: Vec::new(),
        failures: Vec::new(),
        coverage: Coverage::default(),
        blessed: Vec::new(),
    };
    let tests = files::tests(&roots, &settings)?;
    if tests.is_empty()
        && let Ok([example, ..]) = files::tests(&roots, &settings.without_ignoring()).as_deref()
    {
        output::note(&files::ignored("tests", &example.display().to_string()));
    }
    for path in &tests {
        // The tests of other files still run.
        if let Err(failure) = run.file(path) {
            run.failures.push(failure);
        }
    }
    let mut about_config = SourceMap::default();
    let config = settings.diagnostics(&mut about_config);
    tell(&about_config, &config);
    run.finish(has_errors(&config))
}

/// Where to search for the tests of a path of `rulec.toml`: for a rules file, its directory.
fn beside(root: PathBuf) -> PathBuf {
    match root.parent() {
        Some(directory) if root.is_file() && !files::is_test(&root) => {
            if directory.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                directory.to_owned()
            }
        }
        _ => root,
    }
}

impl Run<'_> {
    fn file(&mut self, path: &Path) -> Result<(), Failure> {
        let bytes = fs::read(path).map_err(|error| files::unreadable(path, &error))?;
        if u32::try_from(bytes.len()).is_err() {
            return Err(Failure::new(format!("{} is larger than 4 GiB", path.display())));
        }
        let id = self.sources.add(SourceFile::from_bytes(path.to_string_lossy(), bytes));
        let parsed = match file::parse(id, self.sources.file(id)) {
            Ok(parsed) => parsed,
            Err(problems) => {
                self.problems.extend(problems);
                return Ok(());
            }
        };
        let suite = self.suites.of(&rules_of(self.args, path, &parsed))?;
        let suite = &self.suites.all()[suite];
        let mut coverage = self.args.coverage.then_some(&mut self.coverage);
        if let Some(coverage) = &mut coverage {
            coverage.expect(suite);
        }
        let source = self.sources.file(id);
        let (mut outcomes, problems) = run_file(suite, &parsed, path, &filter(self.args), coverage);
        self.problems.extend(problems);
        if self.args.bless
            && let Some((new, now)) = renewed(self.args, suite, source, &parsed, &outcomes, path)
        {
            self.blessed.push((path.to_owned(), new.text.to_string()));
            self.sources.replace(id, new);
            outcomes = now;
        }
        self.outcomes.extend(outcomes);
        Ok(())
    }

    /// Writes renewed files and reports all results. `unusable` if an earlier error decides the exit code.
    fn finish(self, unusable: bool) -> CommandResult {
        let writes: Vec<(&Path, &str)> =
            self.blessed.iter().map(|(path, text)| (path.as_path(), text.as_str())).collect();
        output::replace_all(&writes)?;
        if !writes.is_empty() {
            output::note(&format!("renewed {}", counted(writes.len(), "file")));
        }
        let coverage = self.args.coverage.then(|| self.coverage.summary());
        let report = show::TestReport {
            sources: &self.sources,
            outcomes: &self.outcomes,
            coverage: coverage.as_ref(),
        };
        let text = match self.args.format {
            TestFormat::Text => show::text(&report),
            TestFormat::Json => show::json(&report),
            TestFormat::Junit => junit::render(&report).map_err(junit::unwritable)?,
        };
        output::deliver(&text, self.args.output.as_deref())?;
        tell(&self.sources, &self.problems);
        for Failure(message) in &self.failures {
            output::note(&format!("error: {message}"));
        }
        output::note(&report.line());
        let unusable = unusable || !self.failures.is_empty() || has_errors(&self.problems);
        Ok(ExitCode::from(match report.failed() {
            _ if unusable => UNUSABLE,
            0 => 0,
            _ => FAILED,
        }))
    }
}

/// The rules files that a test file tests.
pub fn rules_of(args: &TestArgs, path: &Path, parsed: &Parsed) -> Vec<PathBuf> {
    let beside = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    match (&*args.rules, &*parsed.file.rules) {
        ([], []) => vec![beside.to_owned()],
        ([], own) => own.iter().map(|rules| tidy(&beside.join(rules))).collect(),
        (given, _) => given.to_vec(),
    }
}

/// Shows findings on standard error.
fn tell(sources: &SourceMap, diagnostics: &[Diagnostic]) {
    if !diagnostics.is_empty() {
        let summary = Summary::default();
        let report = render::Report { sources, diagnostics, summary, color: false, base: None };
        output::note(render::render(Format::Full, &report).trim_end());
    }
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|found| found.severity == Severity::Error)
}

/// The tests that `--filter` asks for.
fn filter(args: &TestArgs) -> impl Fn(&str) -> bool {
    let filter = args.filter.as_ref().map(|text| text.to_lowercase());
    move |name| filter.as_ref().is_none_or(|text| name.to_lowercase().contains(text))
}

/// Runs the tests of a file whose names pass `wanted`.
pub fn run_file(
    suite: &Suite,
    parsed: &Parsed,
    path: &Path,
    wanted: &dyn Fn(&str) -> bool,
    coverage: Option<&mut Coverage>,
) -> (Vec<testing::Outcome>, Vec<Diagnostic>) {
    let directory = path.parent().unwrap_or(Path::new(""));
    let mut read = |name: &str| {
        let bytes = fs::read(directory.join(name)).map_err(|error| {
            let reason = error.to_string();
            reason.split(" (os error").next().unwrap_or_default().to_owned()
        })?;
        String::from_utf8(bytes)
            .map_err(|error| format!("it is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
    };
    testing::run(suite, parsed, wanted, &mut read, coverage)
}

/// The file with new expectations in place of unmet ones, and its new results. A test that does not pass after the edits
/// keeps its old expectations.
fn renewed(
    args: &TestArgs,
    suite: &Suite,
    old: &SourceFile,
    parsed: &Parsed,
    outcomes: &[testing::Outcome],
    path: &Path,
) -> Option<(SourceFile, Vec<testing::Outcome>)> {
    let failed = outcomes.iter().filter(|outcome| !outcome.failures.is_empty());
    let mut changes: Vec<(usize, Vec<Edit>)> =
        failed.map(|outcome| (outcome.index, bless::edits(old, parsed, outcome))).collect();
    loop {
        changes.retain(|(_, edits)| !edits.is_empty());
        if changes.is_empty() {
            return None;
        }
        let all = changes.iter().flat_map(|(_, edits)| edits).collect();
        let new = SourceFile::new(old.name.as_str(), fix::edited(&old.text, all));
        let now = file::parse(parsed.span.file, &new)
            .map(|parsed| run_file(suite, &parsed, path, &filter(args), None));
        let Ok((now, _)) = now else { return None };
        let passes = |all: &[testing::Outcome], index: usize| {
            all.iter()
                .find(|outcome| outcome.index == index)
                .is_some_and(|outcome| outcome.failures.is_empty())
        };
        let tried = changes.len();
        changes.retain(|(index, _)| passes(&now, *index));
        if changes.len() == tried {
            // No test that passed before may fail now.
            let kept = outcomes.iter().all(|old| !old.failures.is_empty() || passes(&now, old.index));
            return (kept && now.len() == outcomes.len()).then_some((new, now));
        }
    }
}

/// The path without `.` components.
fn tidy(path: &Path) -> PathBuf {
    let tidy: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    if tidy.as_os_str().is_empty() { PathBuf::from(".") } else { tidy }
}
