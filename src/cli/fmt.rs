//! `rulec fmt`.

use super::args::Load;
use super::fixing::{self, Fixed};
use super::{CommandResult, FAILED, Failure, inputs, output, settings};
use crate::embedded;
use crate::format::{self, Formatted, Lists, Options, SkipReason};
use crate::render::counted;
use crate::source::{FileId, SourceFile, SourceMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Format rules files
///
/// Changes white space, never the meaning of a rule; comments stay. Parts that cannot be parsed are left alone. Exits
/// with 1 if `--check` finds a difference or if lines are not YAML or not UTF-8, and with 2 on wrong usage or if a file
/// cannot be read or written.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec fmt rules/                  every rules file below rules/, in place
  rulec fmt --check --diff .        the changes that are due, for CI
  rulec fmt - < rules.yaml          standard input to standard output")]
pub struct FmtArgs {
    /// Files and directories; `-` formats standard input to standard output
    ///
    /// Directories are searched for `.yaml` and `.yml` files; YAML files without rules are skipped. The
    /// default is `rules` of rulec.toml, then the current directory.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Change nothing; list the files that would change, and exit with 1 if there are any
    #[arg(long)]
    check: bool,

    /// Change nothing; show what would change as a unified diff
    #[arg(long)]
    diff: bool,

    /// Format only the items and comments that these lines touch, both inclusive; the first line is 1
    #[arg(long, value_name = "START:END", value_parser = lines)]
    range: Option<Range<usize>>,

    /// Also search hidden directories, `node_modules` and paths that git ignores
    ///
    /// Paths on the command line are always read.
    #[arg(long)]
    no_ignore: bool,

    /// Name to use for standard input
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<String>,

    /// Do not print the summary
    #[arg(long, short)]
    quiet: bool,

    /// Read this rulec.toml instead of looking for one above the first path
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,

    /// Read no rulec.toml
    #[arg(long)]
    no_config: bool,
}

/// Reads 1-based inclusive lines as a range from 0.
fn lines(text: &str) -> Result<Range<usize>, String> {
    let read = |text: &str| text.parse::<usize>().ok().filter(|&line| line > 0);
    match text.split_once(':').map(|(start, end)| (read(start), read(end))) {
        Some((Some(start), Some(end))) if start <= end => Ok(start - 1..end),
        _ => Err("write it as START:END, such as 10:20".to_owned()),
    }
}

/// Runs the command.
pub fn run(args: &FmtArgs) -> CommandResult {
    let load = Load {
        paths: args.paths.clone(),
        no_ignore: args.no_ignore,
        stdin_filename: args.stdin_filename.clone(),
        config: args.config.clone(),
        no_config: args.no_config,
        ..Load::default()
    };
    let settings = settings::load(&load)?;
    for problem in &settings.problems {
        let name = settings.file.as_ref().map_or("rulec.toml", |(name, _)| name);
        output::note(&format!("{name}: {}", problem.message));
    }
    let loaded = inputs::read(&load, &settings, false)?;
    if args.range.is_some() && loaded.paths.len() != 1 {
        return Err(Failure::new("`--range` needs exactly one file"));
    }
    let mut options = Options { layout: settings.config.layout.clone(), lists: Lists::default() };
    loaded.sources.files().for_each(|(_, file)| options.lists.add_file(file));

    let mut fixed = Fixed { sources: SourceMap::default(), changed: Vec::new(), count: 0 };
    let mut is_broken = false;
    for (id, file) in loaded.sources.files() {
        if embedded::holds_rules(&file.name, &file.text) {
            output::note(&format!(
                "{}: left as it is: rules inside other files are not formatted",
                file.name
            ));
            fixed.sources.add(file.clone());
            continue;
        }
        let formatted = match &args.range {
            Some(lines) => format::range(file, &options, lines.clone()),
            None => format::document(file, &options),
        };
        is_broken |= tell(file, &formatted);
        if formatted.edits.is_empty() {
            fixed.sources.add(file.clone());
        } else {
            fixed.sources.add(SourceFile::new(file.name.as_str(), formatted.text(file)));
            fixed.changed.push(id);
        }
    }
    deliver(args, &loaded.sources, &loaded.paths, &fixed)?;
    let is_different = args.check && !fixed.changed.is_empty();
    Ok(ExitCode::from(if is_different || is_broken { FAILED } else { 0 }))
}

/// Reports the parts that were left alone; true if one is not YAML or not UTF-8.
fn tell(file: &SourceFile, formatted: &Formatted) -> bool {
    for skipped in &formatted.skipped {
        let line = file.position(skipped.span.start as usize).line;
        output::note(&format!("{}:{line}: left as it is: {}", file.name, skipped.why.text()));
    }
    formatted.skipped.iter().any(|skipped| matches!(skipped.why, SkipReason::NotYaml | SkipReason::NotText))
}

fn deliver(args: &FmtArgs, old: &SourceMap, paths: &[Option<PathBuf>], fixed: &Fixed) -> Result<(), Failure> {
    let path = |id: FileId| paths.get(id.0 as usize).and_then(Option::as_deref);
    if args.diff {
        output::print(&fixing::diff(old, fixed))?;
    } else if args.check {
        let names = fixed.changed.iter().map(|&id| format!("{}\n", old.file(id).name));
        output::print(&names.collect::<String>())?;
    } else {
        let writes: Vec<(&Path, &str)> =
            fixed.changed.iter().filter_map(|&id| Some((path(id)?, &*fixed.sources.file(id).text))).collect();
        output::replace_all(&writes)?;
        for (id, file) in fixed.sources.files().filter(|(id, _)| path(*id).is_none()) {
            // Invalid bytes were replaced when they were read.
            if old.file(id).invalid_utf8.is_some() {
                return Err(Failure::new(format!("{} is not UTF-8", file.name)));
            }
            output::print(&file.text)?;
        }
    }
    if !args.quiet {
        let verb = if args.check || args.diff { "would change" } else { "changed" };
        output::note(&format!("{} of {} {verb}", fixed.changed.len(), counted(paths.len(), "file")));
    }
    Ok(())
}
