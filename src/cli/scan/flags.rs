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
/// Logs are files that CloudTrail writes to S3, arrays of records, single records, JSON lines, events of EventBridge, and
/// exports of CloudTrail Lake and Athena, with or without gzip. Records that Falco's plugin ignores are skipped. Records
/// that cannot be read or are larger than 16 MiB are reported, counted and skipped.
///
/// Exits with 0 even if rules fire, unless `--fail-on` or `--strict` is given; with 2 if the rules have errors, without
/// scanning (rules that load but would crash Falco at an event are reported and run); and with 130 after Ctrl-C.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec scan --rules rules/ AWSLogs/                 every log below AWSLogs/
  rulec scan --rules rules/ --since 2026-03-01 s3://trail-logs")]
pub struct ScanArgs {
    /// Logs, directories and `s3://BUCKET/PREFIX` to search for them; `-` is standard input
    ///
    /// In directories, files ending in `.json`, `.jsonl`, `.ndjson` or `.csv`, or one of these and `.gz`, are read in order
    /// of their paths. Digest files of CloudTrail are never read.
    #[arg(value_name = "LOG", required = true)]
    pub logs: Vec<PathBuf>,

    /// Rules file or directory; may be repeated, in load order
    ///
    /// The default is `rules` of rulec.toml, then the current directory.
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,

    /// How to write alerts
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: AlertFormat,

    /// Which of several rules that match an event fire [default: as in the falco.yaml, or first]
    #[arg(long, value_enum, value_name = "WHICH")]
    pub rule_matching: Option<Which>,

    /// Threads to use [default: one for each core]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,

    /// Print neither the line with the counts nor the progress bar
    #[arg(long, short)]
    pub quiet: bool,

    /// Only events at or after this time, `2024-05-01` or `2024-05-01T12:00:00Z`
    ///
    /// In CloudTrail's layout, `AWSLogs/ACCOUNT/CloudTrail/REGION/YEAR/MONTH/DAY`, folders without selected events are
    /// skipped. CloudTrail can write an event to the folder of the next day; with `--until`, events that it wrote even
    /// later are not found.
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
    /// This and the next two flags disable all other rules, as in Falco: disabled rules do not match, so they cannot keep
    /// another rule from firing.
    #[arg(long, value_name = "NAME", help_heading = "Rules")]
    pub rule: Vec<String>,

    /// Run only rules that have this tag; may be repeated
    #[arg(long, value_name = "TAG", help_heading = "Rules")]
    pub tag: Vec<String>,

    /// Run only rules of this priority or a more urgent one
    #[arg(long, value_name = "PRIORITY", value_parser = priority, help_heading = "Rules")]
    pub min_priority: Option<Priority>,

    /// Exit with 1 if a rule of this priority or a more urgent one fires
    #[arg(long, value_name = "PRIORITY", value_parser = priority, help_heading = "Outcome")]
    pub fail_on: Option<Priority>,

    /// Exit with 2 if any part of the logs cannot be read
    #[arg(long, help_heading = "Outcome")]
    pub strict: bool,

    /// Print a table of rules instead of alerts: number, first and last time, users and source addresses
    ///
    /// Users (`ct.user`) and addresses (`ct.srcip`) are counted exactly up to 1000 for each rule.
    #[arg(long, help_heading = "Outcome")]
    pub summary: bool,

    /// Print a table of alerts by control of cis-aws-3.0.0 instead of alerts
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "summary", help_heading = "Outcome")]
    pub by: Option<By>,

    /// Also write the table of rules to this file, as JSON
    #[arg(long, value_name = "FILE", help_heading = "Outcome")]
    pub summary_file: Option<PathBuf>,

    /// Also write an HTML page about the scan to this file
    ///
    /// The page needs no other file. It has totals, alerts over time, rules, and the 1000 most urgent alerts.
    #[arg(long, value_name = "FILE", help_heading = "Outcome")]
    pub html: Option<PathBuf>,

    /// Add to the table the time of each rule and each of its comparisons; slows the scan
    ///
    /// Each rule is measured alone on every event, whichever fires, and each condition in the order in which it is written.
    #[arg(long, help_heading = "Outcome")]
    pub timings: bool,

    /// Run the rules files, plugins, rule selections and outputs of this falco.yaml
    #[arg(long, value_name = "FILE", conflicts_with = "rules", help_heading = "Engine")]
    pub falco_config: Option<PathBuf>,

    /// Fields of a plugin that rulec does not know, as JSON; a plain array of fields needs SOURCE=FILE
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
    /// Paths on the command line are always read.
    #[arg(long, help_heading = "Engine")]
    pub no_ignore: bool,

    /// Read this rulec.toml instead of looking for one above the first path of rules
    #[arg(long, value_name = "FILE", conflicts_with = "no_config", help_heading = "Engine")]
    pub config: Option<PathBuf>,

    /// Read no rulec.toml
    #[arg(long, help_heading = "Engine")]
    pub no_config: bool,
}

/// Formats of alerts and tables.
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

/// Groups of alerts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum By {
    /// Controls of the benchmark, see `rulec coverage`
    Control,
}

/// Which of several matching rules fire.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Which {
    /// The first one, as in Falco by default
    First,
    /// All
    All,
}

fn priority(text: &str) -> Result<Priority, String> {
    let all = || Priority::ALL.map(|priority| priority.name().to_ascii_lowercase()).join(", ");
    Priority::parse(text).ok_or_else(|| format!("priorities are {}", all()))
}

impl ScanArgs {
    /// The selected events.
    pub fn asked(&self) -> Filter {
        let (accounts, regions) = (self.account.clone(), self.region.clone());
        Filter { since: self.since, until: self.until, accounts, regions }
    }

    /// True if a table is printed instead of alerts.
    pub fn has_table(&self) -> bool {
        self.summary || self.by.is_some()
    }
}
