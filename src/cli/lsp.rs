//! `rulec lsp`.

use super::{CommandResult, FAILED, Failure};
use crate::lsp::{self, Log};
use std::fs::File;
use std::io::{BufReader, stderr, stdin, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

/// Serve an editor over standard input and output
///
/// Implements the Language Server Protocol. Exits with 0 after the editor's `shutdown` request, and with 1 if the editor
/// disconnects without it. RULEC_LOG=1 in the environment writes a log to standard error.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec lsp                        what an editor runs, see docs/lsp.md
  rulec lsp --log /tmp/rulec.log   the same, with a log of the requests")]
pub struct LspArgs {
    /// Write a log to this file
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// Ignored: standard input and output are the only transport
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Runs the command.
pub fn run(args: &LspArgs) -> CommandResult {
    let log: Log = match &args.log {
        Some(path) => {
            let what = format!("cannot write {}", path.display());
            Some(Box::new(File::create(path).map_err(|error| Failure::io(&what, &error))?))
        }
        None => match std::env::var_os("RULEC_LOG").is_some_and(|value| !value.is_empty()) {
            true => Some(Box::new(stderr())),
            false => None,
        },
    };
    let said_goodbye = lsp::serve(BufReader::new(stdin()), stdout(), log)
        .map_err(|error| Failure::io("cannot start the language server", &error))?;
    Ok(if said_goodbye { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}
