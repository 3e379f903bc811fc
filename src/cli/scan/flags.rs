//! The command line of `rulec scan`.

use super::super::compile::moment;
use super::filter::Filter;
use crate::render::alert;
use crate::sema::ir::Priority;
use clap::ValueEnum;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Run rules on CloudTrail logs, as Falco would
///
/// Logs are files as CloudTrail writes them to S3, arrays of records, single records, or one record a line, events of
/// EventBridge, and exports of CloudTrail Lake and Athena, compressed by gzip or not. Records that the plugin would leave out are skipped; what cannot be read is named, counted and left out. Records
/// above 16 MiB are not read.
///
/// Exits with 0 whatever the rules say, unless `--fail-on` or `--strict` asks for more; with 2 if the rules have errors, nothing
/// being scanned then (rules that load, but would crash Falco at an event, are named and run); with 130 after Ctrl-C.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec scan --rules rules/ AWSLogs/                 every log below AWSLogs/
  rulec scan --rules rules/ --since 2026-03-01 s3://trail-logs")]
pub struct Args {
    /// Logs, directories and `s3://BUCKET/PREFIX` to search for them; `-` is standard input
    ///
    /// In directories, files whose names end in `.json`, `.jsonl`, `.ndjson` or `.csv`, `.gz` after it or not, are read in the
    /// order of their paths. Digests of CloudTrail are never read.
    #[arg(value_name = "LOG", required = true)]
    pub logs: Vec<PathBuf>,

    /// Rules file or directory; may be repeated, in load order
    ///
    /// Without it, `rules` of rulec.toml counts, then the current directory.
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,

    /// How to write alerts
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: AlertFormat,

    /// Which of several rules that match an event speak [default: as the falco.yaml says, or first]
    #[arg(long, value_enum, value_name = "WHICH")]
    pub rule_matching: Option<Which>,

    /// Threads to use [default: one for each core]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,

    /// Do not print the line with the counts, nor how far the scan is
    #[arg(long, short)]
    pub quiet: bool,

    /// Only events from this time on: a day, or as `2024-05-01T12:00:00Z`
    ///
    /// Where logs lie as CloudTrail puts them, below `AWSLogs/ACCOUNT/CloudTrail/REGION/YEAR/MONTH/DAY`, folders that cannot
    /// hold what these flags ask for are not looked into. CloudTrail may write an event to the folder of the day after it;
    /// what came later still is not found with `--until`.
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Events")]
    pub since: Option<i64>,

    /// Only events before this time
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Events")]
    pub until: Option<i64>,

    /// Only events recorded for this account; may be repeated
    #[arg(long, value_name = "ID", help_heading = "Events")]
    pub account: Vec<String>,

    /// Only events of this region; may be repeated
    #[arg(long, value_name = "REGION", help_heading = "Events")]
    pub region: Vec<String>,

    /// Run only this rule; may be repeated
    ///
    /// Rules that are left out by this or the next two flags are switched off, as by Falco's own: they do not match, and so
    /// keep no other rule from speaking.
    #[arg(long, value_name = "NAME", help_heading = "Rules")]
    pub rule: Vec<String>,

    /// Run only rules that have this tag; may be repeated
    #[arg(long, value_name = "TAG", help_heading = "Rules")]
    pub tag: Vec<String>,

    /// Run only rules of this priority or a more urgent one
    #[arg(long, value_name = "PRIORITY", value_parser = priority, help_heading = "Rules")]
    pub min_priority: Option<Priority>,

    /// Exit with 1 if a rule of this priority or a more urgent one speaks
    #[arg(long, value_name = "PRIORITY", value_parser = priority, help_heading = "Outcome")]
    pub fail_on: Option<Priority>,

    /// Exit with 2 if something in the logs cannot be read
    #[arg(long, help_heading = "Outcome")]
    pub strict: bool,

    /// Print a table of rules instead of alerts: how often, when, users and source addresses
    ///
    /// Users (`ct.user`) and addresses (`ct.srcip`) are counted up to 1000 for each rule.
    #[arg(long, help_heading = "Outcome")]
    pub summary: bool,

    /// Print a table of the controls that the rules cover instead of alerts, by cis-aws-3.0.0
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "summary", help_heading = "Outcome")]
    pub by: Option<By>,

    /// Write that table to this file, as JSON, beside printing alerts
    #[arg(long, value_name = "FILE", help_heading = "Outcome")]
    pub summary_file: Option<PathBuf>,

    /// Write a page about the scan to this file, beside printing alerts
    ///
    /// It stands alone: totals, alerts over time, rules, and the 1000 most urgent alerts.
    #[arg(long, value_name = "FILE", help_heading = "Outcome")]
    pub html: Option<PathBuf>,

    /// Add to the table how long each rule and each comparison in it takes; scans slower
    ///
    /// Each rule is run by itself on every event for this, whichever speaks, and each condition in the order it is written.
    #[arg(long, help_heading = "Outcome")]
    pub timings: bool,

    /// Run what a Falco with this falco.yaml runs: its rules files, plugins, selections and outputs
    #[arg(long, value_name = "FILE", conflicts_with = "rules", help_heading = "Engine")]
    pub falco_config: Option<PathBuf>,

    /// Fields of a plugin that rulec does not know, as JSON; for a bare list of fields, as SOURCE=FILE
    #[arg(long, value_name = "[SOURCE=]FILE", help_heading = "Engine")]
    pub schema: Vec<String>,

    /// Plugins to check against, instead of those of rulec.toml
    #[arg(long, value_name = "NAME[@VERSION]", value_delimiter = ',', help_heading = "Engine")]
    pub plugins: Vec<String>,

    /// Version of Falco's engine to check against
    #[arg(long, value_name = "VERSION", help_heading = "Engine")]
    pub engine_version: Option<String>,

    /// Also search hidden directories, `node_modules` and paths that git ignores for rules
    ///
    /// A path that is named is read in any case.
    #[arg(long, help_heading = "Engine")]
    pub no_ignore: bool,

    /// Read this rulec.toml instead of looking for one above the first path of rules
    #[arg(long, value_name = "FILE", conflicts_with = "no_config", help_heading = "Engine")]
    pub config: Option<PathBuf>,

    /// Read no rulec.toml
    #[arg(long, help_heading = "Engine")]
    pub no_config: bool,
}

/// How alerts and tables are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum AlertFormat {
    /// Falco's lines: `HH:MM:SS.nnnnnnnnn: Priority output`
    Text,
    /// One JSON object for each alert, with Falco's keys, see docs/json.md
    Json,
    /// A table of time, priority, rule, source, tags and output
    Csv,
}

impl From<AlertFormat> for alert::Format {
    fn from(shape: AlertFormat) -> alert::Format {
        match shape {
            AlertFormat::Text => alert::Format::Text,
            AlertFormat::Json => alert::Format::Json,
            AlertFormat::Csv => alert::Format::Csv,
        }
    }
}

/// What alerts are counted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum By {
    /// Controls of the benchmark, see `rulec coverage`
    Control,
}

/// Which of several rules speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Which {
    /// The first, as in Falco unless it is told otherwise
    First,
    /// All
    All,
}

fn priority(text: &str) -> Result<Priority, String> {
    let all = || Priority::ALL.map(|priority| priority.name().to_ascii_lowercase()).join(", ");
    Priority::parse(text).ok_or_else(|| format!("priorities are {}", all()))
}

impl Args {
    /// Which events are asked for.
    pub fn asked(&self) -> Filter {
        let (accounts, regions) = (self.account.clone(), self.region.clone());
        Filter { since: self.since, until: self.until, accounts, regions }
    }

    /// A table is printed instead of alerts.
    pub fn has_table(&self) -> bool {
        self.summary || self.by.is_some()
    }
}
