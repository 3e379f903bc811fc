//! `rulec import`.

use super::files::unreadable;
use super::{CommandResult, FAILED, Failure, output};
use crate::backend::cloudwatch::import::{condition, rule};
use crate::backend::cloudwatch::pattern::parse;
use crate::embedded::terraform;
use crate::format;
use crate::render::counted;
use crate::source::{FileId, SourceFile};
use crate::syntax::yaml::{self, Node};
use clap::ValueEnum;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Convert CloudTrail detections of other systems to rules
///
/// Filter patterns of CloudWatch Logs are given directly, in files with one per line, or in Terraform and CloudFormation
/// files. Exits with 1 if a pattern was left out; each is reported.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec import cloudwatch '{ ($.eventName = StopLogging) }'    one rule
  rulec import cloudwatch alarms.tf -o imported.yaml           the filters of an account")]
pub struct ImportArgs {
    /// What to import
    #[arg(value_enum, value_name = "FROM")]
    from: From,

    /// Patterns, which begin with `{`, and files
    #[arg(value_name = "PATTERN|FILE", required = true)]
    inputs: Vec<String>,

    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum From {
    /// Metric filters of CloudWatch Logs
    Cloudwatch,
}

/// A pattern and its name.
struct Filter {
    /// Where it is from, for messages.
    place: String,
    name: Option<String>,
    pattern: String,
}

/// Runs the command.
pub fn run(args: &ImportArgs) -> CommandResult {
    let From::Cloudwatch = args.from;
    let mut filters = Vec::new();
    for input in &args.inputs {
        if input.trim_start().starts_with('{') {
            filters.push(Filter { place: "the pattern".to_owned(), name: None, pattern: input.clone() });
        } else {
            filters.extend(of_file(Path::new(input))?);
        }
    }
    let (mut blocks, mut taken, mut left_out) = (Vec::new(), BTreeSet::new(), 0);
    for filter in &filters {
        let read = parse(&filter.pattern).map_err(|broken| format!("at byte {}: {}", broken.at, broken.why));
        match read.and_then(|pattern| condition(&pattern)) {
            Ok(condition) => {
                let name = filter.name.clone().unwrap_or_else(|| "Imported Metric Filter".to_owned());
                blocks.push(rule(&free(name, &mut taken), &condition));
            }
            Err(reason) => {
                left_out += 1;
                output::note(&format!("{}: left out: {reason}\n  {}", filter.place, filter.pattern.trim()));
            }
        }
    }
    let file = SourceFile::new("imported.yaml", blocks.join("\n"));
    output::deliver(
        &format::document(&file, &format::Options::default()).text(&file),
        args.output.as_deref(),
    )?;
    if args.output.is_some() {
        output::note(&format!(
            "{} from {}",
            counted(blocks.len(), "rule"),
            counted(filters.len(), "pattern")
        ));
    }
    Ok(ExitCode::from(if left_out > 0 { FAILED } else { 0 }))
}

fn free(name: String, taken: &mut BTreeSet<String>) -> String {
    let mut free = name.clone();
    let mut count = 2;
    while !taken.insert(free.clone()) {
        free = format!("{name} {count}");
        count += 1;
    }
    free
}

fn of_file(path: &Path) -> Result<Vec<Filter>, Failure> {
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    let shown = path.display().to_string();
    let text = String::from_utf8(bytes).map_err(|_| Failure::new(format!("{shown} is not UTF-8")))?;
    let end = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let found = match &*end {
        "tf" => of_terraform(&text, &shown)?,
        "json" | "yaml" | "yml" | "template" => of_cloudformation(&text, &shown),
        _ => of_lines(&text, &shown),
    };
    if found.is_empty() {
        return Err(Failure::new(format!("there is no filter pattern in {shown}")));
    }
    Ok(found)
}

/// One pattern per line; the comment before it is its name, as in the output of `rulec compile --target cloudwatch`.
fn of_lines(text: &str, shown: &str) -> Vec<Filter> {
    let (mut name, mut filters) = (None, Vec::new());
    for (at, line) in text.lines().enumerate() {
        if let Some(comment) = line.strip_prefix('#') {
            name = Some(comment.trim().to_owned());
        } else if !line.trim().is_empty() {
            filters.push(Filter {
                place: format!("{shown}:{}", at + 1),
                name: name.clone(),
                pattern: line.to_owned(),
            });
        }
    }
    filters
}

/// Every `FilterPattern`, and in Terraform's JSON every `pattern` beside a `log_group_name`.
fn of_cloudformation(text: &str, shown: &str) -> Vec<Filter> {
    let file = SourceFile::new(shown, text);
    let stream = yaml::parse(FileId(0), &file);
    let mut filters = Vec::new();
    let mut open: Vec<&Node> = stream.documents.iter().map(|document| &document.root).collect();
    let mut steps = 0;
    while let Some(node) = open.pop() {
        // Aliases can repeat the same node many times.
        steps += 1;
        if steps > 1_000_000 {
            break;
        }
        let scalar = |key: &str| Some(node.get(key)?.as_scalar()?.text.value.to_string());
        let pattern = scalar("FilterPattern").or_else(|| scalar("log_group_name").and(scalar("pattern")));
        if let Some(pattern) = pattern {
            let line = file.position(node.span.start as usize).line;
            let name = scalar("FilterName").or_else(|| scalar("name"));
            filters.push(Filter { place: format!("{shown}:{line}"), name, pattern });
        }
        open.extend(node.as_map().into_iter().flatten().rev().map(|(_, value)| value));
        open.extend(node.as_seq().into_iter().flatten().rev());
    }
    filters
}

/// The metric filters of a Terraform file.
fn of_terraform(text: &str, shown: &str) -> Result<Vec<Filter>, Failure> {
    let file = SourceFile::new(shown, text);
    let body = terraform::body(FileId(0), &file).map_err(|found| {
        let place = file.position(found.primary.span.start as usize);
        Failure::new(format!("{shown}:{}:{}: {}", place.line, place.column, found.message))
    })?;
    let mut filters = Vec::new();
    for block in body.blocks() {
        let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
        let ["aws_cloudwatch_log_metric_filter", label] = labels.as_slice() else { continue };
        let value = |key: &str| terraform::text(text, &block.body.get_attribute(key)?.value);
        let place = format!("{shown}, {label}");
        let name = value("name").unwrap_or_else(|| (*label).to_owned());
        match value("pattern") {
            Some(pattern) => filters.push(Filter { place, name: Some(name), pattern }),
            None => output::note(&format!("{place}: left out: its pattern is not a plain text")),
        }
    }
    Ok(filters)
}
