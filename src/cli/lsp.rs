//! `rulec lsp`.

use super::{FAILED, Failure, Outcome};
use crate::lsp::{self, Log};
use std::fs::File;
use std::io::{BufReader, stderr, stdin, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

/// Serve an editor over standard input and output
///
/// Speaks the Language Server Protocol. Exits with 0 if the editor said goodbye first, with 1 if it just went away.
/// RULEC_LOG=1 in the environment writes a log to standard error.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec lsp                        what an editor runs; docs/lsp.md says how
  rulec lsp --log /tmp/rulec.log   and writes down what it was asked")]
pub struct Args {
    /// Write a log to this file
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// Does nothing: standard input and output are all there is
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Outcome {
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
