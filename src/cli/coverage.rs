//! `rulec coverage`.

use super::args::Load;
use super::files::unreadable;
use super::settings::{self, Settings};
use super::{FAILED, Failure, Outcome, engine, inputs, output};
use crate::analysis::{Compiled, Inputs, Options, compile_rules};
use crate::coverage::baseline::{self, Baseline};
use crate::coverage::guardduty::{self, Finding, Severity};
use crate::coverage::policies::{self, Policy};
use crate::coverage::{self, Benchmark, Catalogue, Count, Coverage, Scope, Verdict, suggest};
use crate::diag;
use crate::logic::Assume;
use crate::render::counted;
use crate::render::coverage::{CoverageReport, Lang, html, json, markdown, terminal};
use crate::sema::ir::Priority;
use crate::source::{SourceFile, SourceMap};
use clap::ValueEnum;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Prove which controls of a benchmark the rules cover
///
/// For each Monitoring control of the CIS AWS Foundations Benchmark: covered, or an event that slips through.
/// Exits with 1 if `--fail-under` or `--baseline` says so, and with 2 if it was called wrongly, a file cannot be
/// read, or a proof is not confirmed.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec coverage rules/                                    the table
  rulec coverage rules/ --suggest                          rules that would close the gaps
  rulec coverage rules/ --format json --fail-under full    for CI
  rulec coverage --profile sysdig-managed --guardduty all  what a product's own rules cover")]
pub struct Args {
    #[command(flatten)]
    load: Load,

    /// The benchmark and its version, such as `cis-aws-1.4.0` [default: that of rulec.toml, or cis-aws-3.0.0]
    #[arg(long, value_name = "NAME", help_heading = "What is asked for")]
    benchmark: Option<String>,

    /// How much the controls ask for
    #[arg(
        long,
        value_enum,
        value_name = "SCOPE",
        default_value = "changes",
        help_heading = "What is asked for"
    )]
    scope: Asked,

    /// Read the controls from this file, see docs/coverage.md
    #[arg(long, value_name = "FILE", help_heading = "What is asked for")]
    controls: Option<PathBuf>,

    /// What is taken as given about records
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "cloudtrail",
        help_heading = "What is asked for"
    )]
    assume: Given,

    /// Only rules of at least this priority count
    #[arg(long, value_name = "PRIORITY", help_heading = "Which rules count")]
    min_priority: Option<String>,

    /// Only rules in a policy of this file that is on count, see docs/coverage.md; it may be Terraform
    #[arg(long, value_name = "FILE", help_heading = "Which rules count")]
    policies: Option<PathBuf>,

    /// Only policies of at least this severity count
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Which rules count")]
    min_severity: Option<Urgency>,

    /// Add the rules and policies that come with a product: `sysdig-managed`
    #[arg(long, value_name = "NAME", help_heading = "Which rules count")]
    profile: Option<String>,

    /// Show GuardDuty findings beside the rules: `all`, or those in a file
    #[arg(long, value_name = "all|FILE", help_heading = "Which rules count")]
    guardduty: Option<String>,

    /// How to show the coverage
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "full")]
    format: Shape,

    /// Language of the report
    #[arg(long, value_enum, value_name = "LANG", default_value = "en")]
    lang: Tongue,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Print the rules that would close the gaps instead of the report
    #[arg(long)]
    suggest: bool,

    /// Write the events that slip through into this directory, as CloudTrail files
    #[arg(long, value_name = "DIR")]
    witness: Option<PathBuf>,

    /// Fail if a control, or the one named, is less than this: `full`, `partial`, `4.4=full`
    #[arg(long, value_name = "[CONTROL=]VERDICT", value_delimiter = ',')]
    fail_under: Vec<String>,

    /// Fail if something is less than in this earlier report, made with `--format json`
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Asked {
    /// What was changed: the intent of the controls
    Changes,
    /// What was called, whether it succeeded or not
    Attempts,
    /// What the published CloudWatch filters match
    Literal,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Given {
    /// What AWS writes into every record
    Cloudtrail,
    /// Nothing
    None,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Urgency {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Shape {
    /// A table with what is missing, for people
    Full,
    /// JSON, see docs/json.md
    Json,
    /// Markdown, for a comment on a pull request
    Markdown,
    /// A page that stands alone
    Html,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Tongue {
    /// English
    En,
    /// Japanese
    Ja,
}

/// What is to be reached: a control, or all, and the least verdict.
struct Limit {
    control: Option<String>,
    least: Verdict,
}

/// Runs the command.
pub fn run(args: &Args) -> Outcome {
    let mut settings = settings::load(&args.load)?;
    let (benchmark, findings) = (benchmark(args, &settings)?, findings(args)?);
    let limits = args.fail_under.iter().map(|text| limit(text, &benchmark)).collect::<Result<Vec<_>, _>>()?;
    let before = args.baseline.as_deref().map(|path| earlier(path, &benchmark)).transpose()?;
    let policies = all_policies(args)?;
    let count = Count {
        min_priority: args.min_priority.as_deref().map(priority).transpose()?,
        policies: policies.as_deref(),
        min_severity: args.min_severity.map(Urgency::severity),
    };
    if count.min_severity.is_some() && count.policies.is_none() {
        return Err(Failure::new(
            "`--min-severity` is about policies: name some with `--policies` or `--profile`",
        ));
    }
    let assume = match args.assume {
        Given::Cloudtrail => Assume::CloudTrail,
        Given::None => Assume::None,
    };
    let (sources, options) = load(args, &mut settings)?;
    let Compiled { analysis, rules, too_large } = compile_rules(Inputs { sources, options });
    notes(&analysis.diagnostics, &too_large, &count.silent(&rules));
    let coverage =
        coverage::cover(&rules, &benchmark, &count, &findings, assume).map_err(|error| disagree(&error))?;
    let report = CoverageReport {
        sources: &analysis.sources,
        rules: &rules,
        benchmark: &benchmark,
        coverage: &coverage,
        findings: args.guardduty.is_some(),
        lang: match args.lang {
            Tongue::En => Lang::En,
            Tongue::Ja => Lang::Ja,
        },
        color: args.output.is_none()
            && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never,
    };
    let text = if args.suggest {
        let found = suggest::suggest(&benchmark, &coverage, &rules, &analysis.sources, &count, assume);
        let texts: Vec<String> =
            found.map_err(|error| disagree(&error))?.into_iter().map(|suggestion| suggestion.text).collect();
        texts.join("\n")
    } else {
        match args.format {
            Shape::Full => terminal::render(&report),
            Shape::Json => json::render(&report),
            Shape::Markdown => markdown::render(&report),
            Shape::Html => html::render(&report),
        }
    };
    if let Some(directory) = &args.witness {
        write_witnesses(directory, &benchmark, &coverage)?;
    }
    output::deliver(&text, args.output.as_deref())?;
    let fell = before.is_some_and(|before| tell_falls(&before, &benchmark, &coverage));
    let short = tell_short(&limits, &benchmark, &coverage);
    Ok(ExitCode::from(if fell || short { FAILED } else { 0 }))
}

/// What `logic` claims and `eval` denies is nothing to show.
pub fn disagree(disagreement: &coverage::Disagreement) -> Failure {
    Failure::new(format!(
        "internal error in rulec: a proof was not confirmed; please report it with the rules\n{disagreement}"
    ))
}

/// The benchmark of the flags; without any, that of rulec.toml.
fn benchmark(args: &Args, settings: &Settings) -> Result<Benchmark, Failure> {
    let scope = match args.scope {
        Asked::Changes => Scope::Changes,
        Asked::Attempts => Scope::Attempts,
        Asked::Literal => Scope::Literal,
    };
    let Some(path) = &args.controls else {
        let configured = settings.config.benchmark.as_ref().map(|setting| &*setting.value);
        return engine::bundled(args.benchmark.as_deref().or(configured), scope);
    };
    let catalogue = Catalogue::parse(&path.to_string_lossy(), &text_of(path)?);
    engine::of_catalogue(
        &catalogue.map_err(|problem| Failure::new(problem.to_string()))?,
        args.benchmark.as_deref(),
        scope,
    )
}

fn findings(args: &Args) -> Result<Vec<Finding>, Failure> {
    let found = match args.guardduty.as_deref() {
        None => return Ok(Vec::new()),
        Some("all") => guardduty::all(),
        Some(path) => guardduty::parse(path, &text_of(Path::new(path))?),
    };
    found.map_err(|problem| Failure::new(problem.to_string()))
}

/// The policies of the file and of the profile together; `None` if neither is named.
fn all_policies(args: &Args) -> Result<Option<Vec<Policy>>, Failure> {
    let failed = |problem: coverage::catalogue::Problem| Failure::new(problem.to_string());
    let mut all = None;
    if let Some(path) = &args.policies {
        all = Some(policies::parse(&path.to_string_lossy(), &text_of(path)?).map_err(failed)?);
    }
    if let Some(name) = &args.profile {
        let (_, _, text) = profile(name)?;
        all.get_or_insert_default().extend(policies::parse("policies.yaml", text).map_err(failed)?);
    }
    Ok(all)
}

fn profile(name: &str) -> Result<(&'static str, &'static str, &'static str), Failure> {
    crate::bundled::PROFILES.into_iter().find(|(known, ..)| *known == name).ok_or_else(|| {
        let known: Vec<&str> = crate::bundled::PROFILES.iter().map(|(known, ..)| *known).collect();
        Failure::new(format!("there is no profile named `{name}`; there is {}", known.join(", ")))
    })
}

/// The rules files. With a profile, only those that are named.
fn load(args: &Args, settings: &mut Settings) -> Result<(SourceMap, Options), Failure> {
    if args.profile.is_some() && args.load.falco_config.is_some() {
        return Err(Failure::new("`--falco-config` names all rules, so it does not go with `--profile`"));
    }
    let options = engine::options(&args.load, settings)?;
    let mut sources = SourceMap::default();
    if let Some(name) = &args.profile {
        let (name, rules, _) = profile(name)?;
        sources.add(SourceFile::new(format!("{name}/rules.yaml"), rules));
    }
    if args.load.paths.is_empty() && args.load.falco_config.is_none() && args.profile.is_some() {
        return Ok((sources, options));
    }
    let own = inputs::sound(&args.load, settings)?.sources;
    if args.profile.is_none() {
        return Ok((own, options));
    }
    for (_, file) in own.files() {
        sources.add(file.clone());
    }
    Ok((sources, options))
}

fn notes(
    diagnostics: &[diag::Diagnostic],
    too_large: &[crate::sema::lower::TooLarge],
    silent: &[coverage::Silent],
) {
    let errors = diagnostics.iter().filter(|found| found.severity == diag::Severity::Error).count();
    if errors > 0 {
        let errors = counted(errors, "error");
        output::note(&format!(
            "note: {errors} in the rules: what Falco refuses does not count; see `rulec check`"
        ));
    }
    for rule in too_large {
        output::note(&format!("note: rule `{}` is too large to reason about; it does not count", rule.name));
    }
    for (policy, rule) in silent {
        output::note(&format!("note: policy `{policy}` names a rule that is not there: `{rule}`"));
    }
}

fn priority(text: &str) -> Result<Priority, Failure> {
    Priority::parse(text).ok_or_else(|| {
        let known: Vec<&str> = Priority::ALL.iter().map(|priority| priority.name()).collect();
        Failure::new(format!("there is no priority named `{text}`; there are {}", known.join(", ")))
    })
}

fn limit(text: &str, benchmark: &Benchmark) -> Result<Limit, Failure> {
    let (control, least) = match text.split_once('=') {
        Some((control, least)) => (Some(control.to_owned()), least),
        None => (None, text),
    };
    if let Some(control) =
        control.as_deref().filter(|id| benchmark.controls.iter().all(|known| known.id != *id))
    {
        return Err(Failure::new(format!("{} has no control `{control}`", benchmark.name)));
    }
    let least = match least {
        "full" => Verdict::Full,
        "partial" => Verdict::Partial,
        other => {
            return Err(Failure::new(format!("`--fail-under` takes `full` or `partial`, not `{other}`")));
        }
    };
    Ok(Limit { control, least })
}

fn earlier(path: &Path, benchmark: &Benchmark) -> Result<Baseline, Failure> {
    let before = baseline::parse(&path.to_string_lossy(), &text_of(path)?);
    let before = before.map_err(|problem| Failure::new(problem.to_string()))?;
    let now = (&*benchmark.name, benchmark.scope.name());
    if (&*before.benchmark, &*before.scope) != now {
        return Err(Failure::new(format!(
            "{} is about {} in scope {}, this is {} in scope {}",
            path.display(),
            before.benchmark,
            before.scope,
            now.0,
            now.1
        )));
    }
    Ok(before)
}

/// Tells what was better before; true if something was.
fn tell_falls(before: &Baseline, benchmark: &Benchmark, coverage: &Coverage) -> bool {
    let falls = before.falls(benchmark, coverage);
    for fall in &falls {
        let what = fall.event.as_ref().map(|event| format!(" {event}")).unwrap_or_default();
        let now = fall.now.unwrap_or("not there");
        output::note(&format!("coverage fell: {}{what} was {}, is {now}", fall.control, fall.before));
    }
    !falls.is_empty()
}

/// Tells what is less than it should be; true if something is.
fn tell_short(limits: &[Limit], benchmark: &Benchmark, coverage: &Coverage) -> bool {
    let mut is_short = false;
    for (control, covered) in benchmark.controls.iter().zip(&coverage.controls) {
        let about = |limit: &&Limit| limit.control.as_ref().is_some_and(|id| *id == control.id);
        let own = limits.iter().filter(about).map(|limit| limit.least).max();
        let general = limits.iter().filter(|limit| limit.control.is_none()).map(|limit| limit.least).max();
        // What is said of one control counts more than what is said of all.
        let Some(least) = own.or(general).filter(|&least| covered.verdict < least) else { continue };
        is_short = true;
        output::note(&format!(
            "coverage falls short: {} {} is {}, not {}",
            control.id,
            control.title,
            covered.verdict.name(),
            least.name()
        ));
    }
    is_short
}

/// One file for each witness: `4.4.json` for a control, `4.4-CreatePolicy.json` for one of its events.
fn write_witnesses(directory: &Path, benchmark: &Benchmark, coverage: &Coverage) -> Result<(), Failure> {
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    for (control, covered) in benchmark.controls.iter().zip(&coverage.controls) {
        let open: Vec<_> = covered
            .events
            .iter()
            .filter_map(|event| Some((&event.row.name, event.witness.as_ref()?)))
            .collect();
        let whole = covered.witness.as_ref().filter(|_| open.is_empty());
        let mut add = |name: String, witness: &coverage::Confirmed| {
            let name: String = name
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' })
                .collect();
            let numbered = (2..).map(|number| format!("{name}-{number}"));
            let path = std::iter::once(name.clone())
                .chain(numbered)
                .map(|name| directory.join(format!("{name}.json")))
                .find(|path| files.iter().all(|(taken, _)| taken != path));
            let log = serde_json::json!({ "Records": [witness.record] });
            files.extend(path.map(|path| (path, crate::render::json::to_text(&log))));
        };
        whole.into_iter().for_each(|witness| add(control.id.clone(), witness));
        open.into_iter().for_each(|(name, witness)| add(format!("{}-{name}", control.id), witness));
    }
    fs::create_dir_all(directory)
        .map_err(|error| Failure::io(&format!("cannot make {}", directory.display()), &error))?;
    let writes: Vec<(&Path, &str)> = files.iter().map(|(path, text)| (path.as_path(), &**text)).collect();
    output::replace_all(&writes)
}

fn text_of(path: &Path) -> Result<String, Failure> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::new(format!("cannot read {}: it is not UTF-8", path.display())))
}

impl Urgency {
    fn severity(self) -> Severity {
        match self {
            Urgency::Info => Severity::Info,
            Urgency::Low => Severity::Low,
            Urgency::Medium => Severity::Medium,
            Urgency::High => Severity::High,
            Urgency::Critical => Severity::Critical,
        }
    }
}
