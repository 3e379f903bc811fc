//! `rulec coverage`.

mod gates;
mod read;
mod witnesses;

use super::args::{self, Load};
use super::{FAILED, Failure, Outcome, UNUSABLE, output};
use super::{rules, settings};
use crate::analysis::{Compiled, Inputs, compile_rules};
use crate::coverage::guardduty::Severity;
use crate::coverage::{self, Count, Scope, suggest};
use crate::logic::Assume;
use crate::render::coverage::{CoverageReport, Lang, html, json, markdown, terminal};
use crate::sema::lower::TooLarge;
use clap::builder::TypedValueParser;
use gates::Gates;
use std::path::PathBuf;
use std::process::ExitCode;

/// Prove which controls of a benchmark the rules cover
///
/// For each Monitoring control of the CIS AWS Foundations Benchmark: covered, or an event that slips through.
/// Rules that Falco refuses to load cover nothing: the report says so first, and the exit code is 2.
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
        value_parser = scopes(),
        value_name = "SCOPE",
        default_value = "changes",
        help_heading = "What is asked for"
    )]
    scope: Scope,

    /// Read the controls from this file, see docs/coverage.md
    #[arg(long, value_name = "FILE", help_heading = "What is asked for")]
    controls: Option<PathBuf>,

    /// What is taken as given about records
    #[arg(
        long,
        value_parser = assumptions(),
        value_name = "WHAT",
        default_value = "cloudtrail",
        help_heading = "What is asked for"
    )]
    assume: Assume,

    /// Only rules of at least this priority count
    #[arg(long, value_name = "PRIORITY", help_heading = "Which rules count")]
    min_priority: Option<String>,

    /// Only rules in a policy of this file that is on count, see docs/coverage.md; it may be Terraform
    #[arg(long, value_name = "FILE", help_heading = "Which rules count")]
    policies: Option<PathBuf>,

    /// Only policies of at least this severity count
    #[arg(long, value_parser = severities(), value_name = "SEVERITY", help_heading = "Which rules count")]
    min_severity: Option<Severity>,

    /// Add the rules and policies that come with a product: `sysdig-managed`
    #[arg(long, value_name = "NAME", help_heading = "Which rules count")]
    profile: Option<String>,

    /// Show GuardDuty findings beside the rules: `all`, or those in a file
    #[arg(long, value_name = "all|FILE", help_heading = "Which rules count")]
    guardduty: Option<String>,

    /// How to show the coverage
    #[arg(long, value_parser = formats(), value_name = "FORMAT", default_value = "full")]
    format: Renderer,

    /// Language of the report
    #[arg(long, value_parser = languages(), value_name = "LANG", default_value = "en")]
    lang: Lang,

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

    /// If Falco refuses the rules, report what the other rules would cover
    #[arg(long)]
    keep_going: bool,

    /// Fail if something is less than in this earlier report, made with `--format json`
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
}

/// A format of the report.
type Renderer = fn(&CoverageReport<'_>) -> String;

fn formats() -> impl TypedValueParser<Value = Renderer> {
    args::choice::<Renderer>(vec![
        (terminal::render, "full", "A table with what is missing, for people"),
        (json::render, "json", "JSON, see docs/json.md"),
        (markdown::render, "markdown", "Markdown, for a comment on a pull request"),
        (html::render, "html", "A page that stands alone"),
    ])
}

fn scopes() -> impl TypedValueParser<Value = Scope> {
    args::choice(vec![
        (Scope::Changes, "changes", "What was changed: the intent of the controls"),
        (Scope::Attempts, "attempts", "What was called, whether it succeeded or not"),
        (Scope::Literal, "literal", "What the published CloudWatch filters match"),
    ])
}

fn assumptions() -> impl TypedValueParser<Value = Assume> {
    args::choice(vec![
        (Assume::CloudTrail, "cloudtrail", "What AWS writes into every record"),
        (Assume::None, "none", "Nothing"),
    ])
}

fn severities() -> impl TypedValueParser<Value = Severity> {
    args::choice(vec![
        (Severity::Info, "info", ""),
        (Severity::Low, "low", ""),
        (Severity::Medium, "medium", ""),
        (Severity::High, "high", ""),
        (Severity::Critical, "critical", ""),
    ])
}

fn languages() -> impl TypedValueParser<Value = Lang> {
    args::choice(vec![(Lang::En, "en", "English"), (Lang::Ja, "ja", "Japanese")])
}

/// Runs the command.
pub fn run(args: &Args) -> Outcome {
    let mut settings = settings::load(&args.load)?;
    let (benchmark, findings) = (read::benchmark(args, &settings)?, read::findings(args)?);
    let gates = Gates::new(args, &benchmark)?;
    let policies = read::policies(args)?;
    let count = Count {
        min_priority: args.min_priority.as_deref().map(read::priority).transpose()?,
        policies: policies.as_deref(),
        min_severity: args.min_severity,
    };
    if count.min_severity.is_some() && count.policies.is_none() {
        return Err(Failure::new(
            "`--min-severity` is about policies: name some with `--policies` or `--profile`",
        ));
    }
    let (sources, options) = read::rules(args, &mut settings)?;
    let inputs = Inputs { sources, options: options.clone() };
    let mut compiled = compile_rules(inputs);
    let load_errors = rules::load_errors(&mut compiled, &options);
    let refused = !load_errors.is_empty();
    let Compiled { analysis, mut rules, too_large } = compiled;
    if refused && !args.keep_going {
        if args.suggest {
            rules::show(&analysis.sources, &load_errors);
            return Err(Failure::new(
                "Falco refuses to load these rules; fix the errors before adding rules",
            ));
        }
        // Falco runs none of them.
        rules.clear();
    }
    notes(&too_large, &count.silent(&rules));
    let coverage = coverage::cover(&rules, &benchmark, &count, &findings, args.assume)
        .map_err(|error| disagree(&error))?;
    let report = CoverageReport {
        sources: &analysis.sources,
        rules: &rules,
        benchmark: &benchmark,
        coverage: &coverage,
        load_errors: &load_errors,
        hypothetical: refused && args.keep_going,
        findings: args.guardduty.is_some(),
        lang: args.lang,
        color: args.output.is_none()
            && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never,
    };
    let text = if args.suggest {
        let found = suggest::suggest(&benchmark, &coverage, &rules, &analysis.sources, &count, args.assume);
        let texts: Vec<String> =
            found.map_err(|error| disagree(&error))?.into_iter().map(|suggestion| suggestion.text).collect();
        texts.join("\n")
    } else {
        (args.format)(&report)
    };
    if let Some(directory) = args.witness.as_ref().filter(|_| !refused || args.keep_going) {
        witnesses::write(directory, &benchmark, &coverage)?;
    }
    output::deliver(&text, args.output.as_deref())?;
    if refused {
        output::note("error: Falco refuses to load these rules, so they cover nothing");
        if !args.keep_going {
            return Ok(ExitCode::from(UNUSABLE));
        }
        output::note("note: the report shows what the other rules would cover if they were loaded alone");
    }
    let fails = gates.fail(&benchmark, &coverage) || (refused && gates.any());
    Ok(ExitCode::from(if fails { FAILED } else { 0 }))
}

/// What `logic` claims and `eval` denies is nothing to show.
pub fn disagree(disagreement: &coverage::Disagreement) -> Failure {
    Failure::new(format!(
        "internal error in rulec: a proof was not confirmed; please report it with the rules\n{disagreement}"
    ))
}

/// Names on standard error the rules that cannot count.
fn notes(too_large: &[TooLarge], silent: &[coverage::Silent]) {
    for rule in too_large {
        output::note(&format!("note: rule `{}` is too large to reason about; it does not count", rule.name));
    }
    for (policy, rule) in silent {
        output::note(&format!("note: policy `{policy}` names a rule that is not there: `{rule}`"));
    }
}
