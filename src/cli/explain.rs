//! `rulec explain`.

use super::check::unknown_check;
use super::{CommandResult, output};
use crate::{lint, render::page};
use std::process::ExitCode;

/// Explain a check: what it does, why it matters, what to write instead
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec explain unused-suppression    by name
  rulec explain RC0901                by code")]
pub struct ExplainArgs {
    /// Name or code of the check
    #[arg(value_name = "NAME|CODE")]
    check: String,
}

/// Runs the command.
pub fn run(args: &ExplainArgs) -> CommandResult {
    let check = lint::find(&args.check).ok_or_else(|| unknown_check(&args.check))?;
    output::print(&page::markdown(check))?;
    Ok(ExitCode::SUCCESS)
}
