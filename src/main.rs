//! The `rulec` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    rulec::cli::main()
}
