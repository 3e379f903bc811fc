//! The `rulec` program.

use std::process::ExitCode;

/// Rules become many small things that live and die together, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    rulec::program()
}
