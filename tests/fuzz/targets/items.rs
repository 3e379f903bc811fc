//! Bytes as rules files: analysed as rulec and as Falco, spans checked, everything rendered.
//! A line of four percent signs starts the next file.
#![no_main]

#[path = "../../unit/support/mod.rs"]
mod support;

use rulec::internals::sema::environment::Environment;
use std::sync::LazyLock;

static ENVIRONMENT: LazyLock<Environment> = LazyLock::new(support::environment);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut files = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(6).position(|window| window == b"\n%%%%\n") {
        files.push(&rest[..=at]);
        rest = &rest[at + 6..];
    }
    files.push(rest);
    support::survives(&files, &ENVIRONMENT);
});
