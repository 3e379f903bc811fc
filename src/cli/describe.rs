//! `rulec describe`.

use super::args::Load;
use super::{CommandResult, FAILED, engine, inputs, output, settings};
use crate::analysis::{self, Inputs};
use std::path::PathBuf;
use std::process::ExitCode;

/// Describe rules, macros and lists as `falco -L` does, as JSON
///
/// Exits with 1 if the rules do not load.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec describe rules.yaml                          everything about the rules in one line of JSON
  rulec describe rules/ | jq '.rules[].info.name'    the names of all rules")]
pub struct DescribeArgs {
    #[command(flatten)]
    load: Load,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &DescribeArgs) -> CommandResult {
    let mut settings = settings::load(&args.load)?;
    let loaded = inputs::sound(&args.load, &settings)?;
    let options = engine::options(&args.load, &mut settings)?;
    match analysis::describe(&Inputs { sources: loaded.sources, options }) {
        Ok(value) => {
            output::deliver(&format!("{value}\n"), args.output.as_deref())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(message) => {
            output::note(&format!("error: {message}"));
            Ok(ExitCode::from(FAILED))
        }
    }
}
