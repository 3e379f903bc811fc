//! The command line: the only part that prints, reads files and looks at the environment. One file per command.

mod args;
mod backtest;
mod check;
mod compile;
mod completions;
mod coverage;
mod describe;
mod engine;
mod explain;
mod explain_match;
mod fixing;
mod fmt;
mod graph;
mod import;
mod init;
mod inputs;
mod junit;
mod list;
#[cfg(feature = "lsp")]
mod lsp;
mod output;
mod record;
#[cfg(test)]
mod reference;
mod rules;
mod scan;
mod settings;
mod suites;
mod test;
mod watch;

#[cfg(test)]
pub use reference::markdown;

use crate::files::{self, Failure};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::process::ExitCode;

/// The compiler and linter for Falco and Sysdig rules on AWS CloudTrail.
#[derive(Parser, Debug)]
#[command(name = "rulec", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "Examples:
  rulec check rules/                 check every rules file below rules/
  rulec explain unused-suppression   what a check is about")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Backtest(backtest::Args),
    Check(check::Args),
    Compile(compile::Args),
    Completions(completions::Args),
    Coverage(coverage::Args),
    Describe(describe::Args),
    Explain(explain::Args),
    ExplainMatch(explain_match::Args),
    Fmt(fmt::Args),
    Graph(graph::Args),
    Import(import::Args),
    Init(init::Args),
    List(list::Args),
    #[cfg(feature = "lsp")]
    Lsp(lsp::Args),
    Man(completions::ManArgs),
    Scan(scan::Args),
    Test(test::Args),
}

/// What a command returns.
type Outcome = Result<ExitCode, Failure>;

/// Exit code for findings that fail the run.
const FAILED: u8 = 1;
/// Exit code for wrong usage, input that cannot be read, and errors of rulec itself.
const UNUSABLE: u8 = 2;

/// The program.
pub fn main() -> ExitCode {
    // A panic is an error of rulec; the default hook has told where.
    std::panic::catch_unwind(run).unwrap_or_else(|_| {
        output::note("internal error in rulec; please report it with the file that caused it");
        ExitCode::from(UNUSABLE)
    })
}

fn run() -> ExitCode {
    let matches = match Cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return usage(&error),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let given = matches.subcommand().map(|(_, given)| given);
    let outcome = match cli.command {
        Command::Backtest(args) => backtest::run(&args),
        Command::Check(args) => check::run(&args, given),
        Command::Compile(args) => compile::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Coverage(args) => coverage::run(&args),
        Command::Describe(args) => describe::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::ExplainMatch(args) => explain_match::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Graph(args) => graph::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Init(args) => init::run(&args),
        Command::List(args) => list::run(&args),
        #[cfg(feature = "lsp")]
        Command::Lsp(args) => lsp::run(&args),
        Command::Man(args) => completions::man(&args),
        Command::Test(args) => test::run(&args),
        Command::Scan(args) => scan::run(&args),
    };
    outcome.unwrap_or_else(|Failure(message)| {
        output::note(&format!("error: {message}"));
        ExitCode::from(UNUSABLE)
    })
}

/// Help and version are no errors, though clap returns them as such.
fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is the reader's choice.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(UNUSABLE))
}
